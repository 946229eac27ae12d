"""What a user gets: the distributions as they are installed, and the files that go with them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
FOLDERS = {"icos-core": ROOT, **{f"icos-{name}": ROOT / "plugins" / name for name in ("ocean", "atmosphere", "ecosystem")}}
PACKAGES = {name: name.replace("-", "_") for name in FOLDERS}
INSTALLED = [name for name in FOLDERS if find_spec(PACKAGES[name]) is not None]


def is_editable(name: str) -> bool:
    direct_url = metadata.distribution(name).read_text("direct_url.json")
    return bool(direct_url) and bool(json.loads(direct_url or "{}").get("dir_info", {}).get("editable"))


def project(name: str) -> dict[str, object]:
    table: dict[str, object] = tomllib.loads((FOLDERS[name] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


@pytest.mark.parametrize("name", INSTALLED)
def test_a_wheel_holds_its_package_and_nothing_else(name: str) -> None:
    if is_editable(name):
        pytest.skip("installed from the sources; looked at where the wheels are installed")
    package = PACKAGES[name]
    files = [str(file) for file in metadata.distribution(name).files or ()]
    assert not [file for file in files if not re.match(rf"({package}/|{package}-[\d.]+\.dist-info/|\.\./\.\./\.\./bin/icos$)", file)]
    assert not [file for file in files if "/tests/" in file or file.endswith("conftest.py")]
    assert f"{package}/py.typed" in files
    sources = {path.relative_to(FOLDERS[name]).as_posix() for path in (FOLDERS[name] / package).rglob("*") if path.is_file()}
    assert {file for file in files if file.startswith(f"{package}/") and "__pycache__" not in file} == {
        source for source in sources if "__pycache__" not in source
    }
    spec = find_spec(package)
    assert spec is not None
    assert ROOT not in Path(spec.origin or "").parents or ".tox" in Path(spec.origin or "").parts


@pytest.mark.parametrize("name", INSTALLED)
def test_metadata(name: str) -> None:
    found = metadata.metadata(name)
    assert found["License-Expression"] == "BSD-3-Clause"
    assert found["Requires-Python"] == ">=3.11"
    assert found["Version"] == project(name)["version"]
    assert "# " in (found.get_payload() or found["Description"])


@pytest.mark.parametrize("name", [name for name in INSTALLED if name != "icos-core"])
def test_a_plugin_caps_the_core_and_knows_no_other_plugin(name: str) -> None:
    requirements = [Requirement(text) for text in metadata.requires(name) or ()]
    (core,) = [requirement for requirement in requirements if requirement.name == "icos-core"]
    assert core.specifier.contains("0.1.5")
    assert not core.specifier.contains("0.2")
    assert not [requirement for requirement in requirements if requirement.name in FOLDERS and requirement.name != "icos-core"]


def test_the_core_requires_no_plugin() -> None:
    requirements = [Requirement(text).name for text in metadata.requires("icos-core") or ()]
    assert not set(requirements) & (set(FOLDERS) - {"icos-core"})


@pytest.mark.parametrize("name", FOLDERS)
def test_every_distribution_has_its_changelog_and_licence(name: str) -> None:
    folder = FOLDERS[name]
    assert f"## {project(name)['version']}" in (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (folder / "LICENSE").read_text(encoding="utf-8") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_versions_agree() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {project('icos-core')['version']}\n" in citation


def test_dependencies_that_all_distributions_share_have_the_same_floor() -> None:
    floors: dict[str, dict[str, str]] = {}
    for name in FOLDERS:
        for text in project(name)["dependencies"]:  # type: ignore[attr-defined]  # a table of TOML
            requirement = Requirement(text)
            if requirement.name != "icos-core":
                floors.setdefault(requirement.name, {})[name] = str(requirement.specifier)
    assert {key: each for key, each in floors.items() if len(set(each.values())) > 1} == {}


@pytest.mark.parametrize("folder", [ROOT, *ROOT.glob("plugins/*"), *ROOT.glob("examples/*")], ids=lambda folder: folder.name)
def test_no_tests_that_could_shadow_a_package(folder: Path) -> None:
    for tests in (folder / "tests", *(folder / package for package in PACKAGES.values())):
        assert not (tests / "__init__.py").exists() or not list(tests.rglob("test_*.py"))


def test_names_of_test_files_are_unique() -> None:
    names = [path.name for folder in (ROOT / "tests", *ROOT.glob("plugins/*/tests")) for path in folder.rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("module", ["icos_core", "icos_core.components", "icos_core.hookspecs", "icos_core.plugins"])
def test_light_modules_import_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{'xarray', 'pandas', 'matplotlib', 'netCDF4', 'dask'}} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.split() == []
