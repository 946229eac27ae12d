"""What code took part: any change of it shows, nothing else does."""

import importlib
import subprocess
import sys
from importlib import metadata

import pytest

from icos_core.running.fingerprints import fingerprint, requirement_versions, sha256_of_file


def install(folder, *, record="", editable=False, entry="some_plugin.plugin"):
    """Put a distribution on the path as an installer would leave it."""
    package = folder / "some_plugin"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A plugin."""\n')
    (package / "plugin.py").write_text("X = 1\n")
    (package / "coefficients.csv").write_text("1,2,3\n")
    info = folder / "some_plugin-1.0.dist-info"
    info.mkdir()
    requires = "Requires-Dist: numpy>=1\nRequires-Dist: nowhere\n"
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: some-plugin\nVersion: 1.0\n{requires}")
    (info / "RECORD").write_text(record)
    (info / "entry_points.txt").write_text(f"[icos.plugins]\nsome = {entry}\n")
    if editable:
        (info / "direct_url.json").write_text('{"url": "file:///src", "dir_info": {"editable": true}}')
    return package


@pytest.fixture
def seen(tmp_path, monkeypatch):
    """A function that tells the fingerprint, forgetting what it told before."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def tell(name="some-plugin"):
        fingerprint.cache_clear()
        sys.modules.pop("some_plugin", None)
        importlib.invalidate_caches()
        return fingerprint(name)

    yield tell
    fingerprint.cache_clear()


@pytest.mark.parametrize("editable", [False, True])
@pytest.mark.parametrize("name", ["plugin.py", "coefficients.csv"])
def test_sources_without_a_record_of_hashes(tmp_path, seen, editable, name):
    package = install(tmp_path, record="some_plugin/plugin.py,,\n", editable=editable)
    before = seen()
    assert before.startswith("1.0+files.")
    assert seen() == before
    (package / name).write_text("X = 2\n")
    assert seen() != before


def test_a_new_and_a_renamed_file(tmp_path, seen):
    package = install(tmp_path)
    before = seen()
    (package / "coefficients.csv").rename(package / "others.csv")
    renamed = seen()
    (package / "more.py").touch()
    assert len({before, renamed, seen()}) == 3


def test_compiled_files_do_not_count(tmp_path, seen):
    package = install(tmp_path)
    before = seen()
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "plugin.cpython-311.pyc").write_bytes(b"x")
    assert seen() == before


def test_a_wheel_is_known_by_its_record(tmp_path, seen):
    package = install(tmp_path, record="some_plugin/plugin.py,sha256=abc,6\n")
    before = seen()
    (package / "coefficients.csv").write_text("9\n")
    assert seen() == before
    (tmp_path / "some_plugin-1.0.dist-info" / "RECORD").write_text("some_plugin/plugin.py,sha256=abd,6\n")
    assert seen() != before


def test_a_plugin_of_a_single_module(tmp_path, seen):
    install(tmp_path, entry="single")
    (tmp_path / "single.py").write_text("X = 1\n")
    before = seen()
    (tmp_path / "single.py").write_text("X = 2\n")
    assert seen() != before


def test_where_it_is_installed_makes_no_difference(tmp_path):
    told = set()
    for place in ("a", "b"):
        install(tmp_path / place)
        code = "from icos_core.running.fingerprints import fingerprint; print(fingerprint('some-plugin'))"
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / place)!r}); {code}"]
        told.add(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert len(told) == 1


def test_what_is_not_installed(seen):
    assert seen("no-such-distribution") == "unknown"


def test_requirements(tmp_path, seen):
    install(tmp_path)
    assert requirement_versions(["some-plugin", "no-such-distribution"]) == {"numpy": metadata.version("numpy")}


def test_hash_of_a_file(tmp_path):
    (tmp_path / "empty").touch()
    assert sha256_of_file(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
