"""Which files an input has, and what they are called."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from minutes import GAIN, LINES, LOG, write_station

from icos_core.describing.description import load_description
from icos_core.exceptions import DescriptionError
from icos_core.plugins import installed_plugins
from icos_core.running.inputs import find_files, matching_files, offsets, printable, shortened, stream_names

pytestmark = pytest.mark.usefixtures("minutes")


def make(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def names(pattern, folder, out=None):
    return [name for _, name in matching_files(pattern, folder, out)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("raw/a.log", ["a.log"]),
        ("raw/*.log", ["a.log", "b.log"]),
        ("raw/?.l*", ["a.log", "b.log"]),
        ("raw/[b-z].log", ["b.log"]),
        ("raw/**/*.log", ["2024/a.log", "2024/x/c.log", "a.log", "b.log"]),
        ("*/*.log", ["raw/a.log", "raw/b.log"]),
        ("raw/*", ["a.log", "b.log"]),
        ("raw/*/a.log", ["2024/a.log"]),
        ("raw/*.txt", []),
        ("nothing/*.log", []),
        ("raw", []),
    ],
)
def test_patterns(tmp_path, pattern, expected):
    make(tmp_path, "raw/b.log", "raw/a.log", "raw/2024/a.log", "raw/2024/x/c.log")
    assert names(pattern, tmp_path) == expected
    assert names(str(tmp_path / pattern), Path("/")) == expected


@pytest.mark.parametrize("pattern", ["raw/**.log", ".", "raw/\0"])
def test_patterns_that_are_none(tmp_path, pattern):
    make(tmp_path, "raw/b.log")
    description = load_description(write_station(tmp_path, LOG, GAIN), installed_plugins())
    spec = replace(description.inputs[0], files=(pattern,), files_written=(pattern,))
    try:
        with pytest.raises(DescriptionError, match=r"input\[0\]\.files: .* expected a pattern"):
            find_files(replace(description, inputs=(spec,)))
    except ValueError as error:
        pytest.fail(f"{error}")


def test_links(tmp_path):
    """A link is the file that it leads to; one that leads nowhere or round in a circle is named, so that it is set aside."""
    make(tmp_path, "raw/a.log", "elsewhere/b.log")
    (tmp_path / "raw" / "b.log").symlink_to(tmp_path / "elsewhere" / "b.log")
    (tmp_path / "raw" / "gone.log").symlink_to("nowhere")
    (tmp_path / "raw" / "loop.log").symlink_to("loop.log")
    (tmp_path / "raw" / "folder.log").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "raw" / "up").symlink_to(tmp_path / "raw")
    assert names("raw/*.log", tmp_path) == ["a.log", "b.log", "gone.log", "loop.log"]
    assert names("raw/**/*.log", tmp_path) == ["a.log", "b.log", "gone.log", "loop.log"]


def test_pipes_and_folders_are_no_files(tmp_path):
    make(tmp_path, "raw/a.log")
    (tmp_path / "raw" / "b.log").mkdir()
    os.mkfifo(tmp_path / "raw" / "c.log")
    assert names("raw/*.log", tmp_path) == ["a.log"]


def test_a_file_that_must_not_be_looked_at(tmp_path, monkeypatch):
    make(tmp_path, "raw/a.log", "raw/secret.log")
    original = Path.stat

    def refuse(path, **more):
        if path.name == "secret.log":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, **more)

    monkeypatch.setattr(Path, "stat", refuse)
    assert names("raw/*.log", tmp_path) == ["a.log", "secret.log"]


def test_a_folder_that_must_not_be_listed(tmp_path, monkeypatch):
    make(tmp_path, "raw/a.log", "raw/2023/a.log", "raw/2024/a.log")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "2023")
    assert "2023" in names("raw/**/*.log", tmp_path)
    assert "2023" in names("raw/*/*.log", tmp_path)


def test_outputs_are_no_inputs(tmp_path):
    make(tmp_path, "a.csv", "output/x.csv", "output/cache/y.csv", "output2/z.csv")
    assert names("**/*.csv", tmp_path) == ["a.csv", "output/cache/y.csv", "output/x.csv", "output2/z.csv"]
    assert names("**/*.csv", tmp_path, tmp_path / "output") == ["a.csv", "output2/z.csv"]
    assert names("output/*.csv", tmp_path, tmp_path / "output") == []
    (tmp_path / "link").symlink_to(tmp_path / "output")
    assert names("**/*.csv", tmp_path, tmp_path / "link") == ["a.csv", "output2/z.csv"]


def test_flags_and_description_are_no_inputs(tmp_path):
    make(tmp_path, "a.csv", "flags.csv")
    station = write_station(tmp_path, LOG.replace("raw/*.log", "*.*"), GAIN)
    assert [file.name for file in find_files(load_description(station, installed_plugins()))] == ["a.csv"]


def test_names_that_cannot_be_shown(tmp_path):
    odd = os.fsdecode(b"\xff.log")
    try:
        make(tmp_path, f"raw/{odd}", "raw/new\nline.log", "raw/µ.log")
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    found = names("raw/*.log", tmp_path)
    assert found == sorted(["\\udcff.log", "new\\nline.log", "µ.log"])
    "".join(found).encode()


def test_printable():
    assert printable("a µ ☃ \x1b[31m\t\udc80") == "a µ ☃ \\x1b[31m\\t\\udc80"


def test_files_of_several_inputs(tmp_path):
    make(tmp_path, "raw/a.log", "met/a.log", "met/b.log")
    met = '[[input]]\nreader = "minute-logger"\nkind = "met"\nfiles = ["met/*.log", "met/b.log"]\n'
    files = find_files(load_description(write_station(tmp_path, LOG, met), installed_plugins()))
    # Two files of one name are told apart, one that two patterns of an input match is taken once.
    assert [(file.name, file.input) for file in files] == [("input[0]/a.log", 0), ("input[1]/a.log", 1), ("b.log", 1)]
    assert [file.path for file in files] == [tmp_path / "raw/a.log", tmp_path / "met/a.log", tmp_path / "met/b.log"]


def test_files_of_one_name_in_one_input(tmp_path):
    make(tmp_path, "x/a.log", "y/a.log")
    both = LOG.replace('"raw/*.log"', '["x/*.log", "y/*.log"]')
    files = find_files(load_description(write_station(tmp_path, both), installed_plugins()))
    assert [file.name for file in files] == ["input[0]/a.log", "input[0]/a.log#2"]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("raw", "; this is a folder, write raw/* for the files in it"),
        ("raw/", "; this is a folder, write raw/* for the files in it"),
        ("~/raw/*.log", "; ~ is not filled in, write ${HOME}/raw/*.log"),
        ("$HOME/*.log", "; $HOME is not filled in, write ${HOME}"),
        ("raw/a.lgo", "; nearest: 'a.log'"),
        ("raw/*.lgo", ""),
        ("nowhere/a.log", ""),
    ],
)
def test_what_may_be_meant_by_a_pattern_that_matches_nothing(tmp_path, pattern, hint):
    make(tmp_path, "raw/a.log", "raw/b.txt")
    station = write_station(tmp_path, LOG.replace("raw/*.log", pattern))
    with pytest.raises(DescriptionError) as caught:
        find_files(load_description(station, installed_plugins()))
    (mistake,) = caught.value.mistakes
    assert mistake.expected == f"a pattern that matches files{hint}"


def test_long_reasons_end_behind_a_word():
    assert shortened("as long as it may be", 20) == "as long as it may be"
    assert shortened("longer than it may be", 20) == "longer than it may…"
    assert shortened("x" * 30, 20) == "x" * 19 + "…"
    assert len(shortened("a " + "x" * 30, 20)) == 20


def test_every_mistake_is_listed(tmp_path):
    make(tmp_path, "raw/a.log")
    met = '[[input]]\nreader = "minute-logger"\nkind = "met"\nfiles = ["raw/*.log", "nothing/*"]\n'
    description = load_description(write_station(tmp_path, LOG, met), installed_plugins())
    with pytest.raises(DescriptionError) as raised:
        find_files(description)
    assert len(raised.value.mistakes) == 2
    assert "files of its own; a.log is a file of input[0] already" in str(raised.value)
    assert "'nothing/*' – expected a pattern that matches files" in str(raised.value)
    assert all(mistake.line is not None for mistake in raised.value.mistakes)


@pytest.mark.parametrize("text", ["input = []\n", ""])
def test_no_input(tmp_path, text):
    station = write_station(tmp_path, LINES)
    station.write_text(text + station.read_text())
    with pytest.raises(DescriptionError, match=r"expected at least one \[\[input\]\]"):
        find_files(load_description(station, installed_plugins()))


def test_streams_and_offsets(tmp_path):
    renamed = LOG + 'stream = "tower"\noffset = "-10 s"\n'
    description = load_description(write_station(tmp_path, renamed, GAIN), installed_plugins())
    assert stream_names(description.inputs[0], installed_plugins()) == {"log": "tower"}
    assert {name: offset.total_seconds() for name, offset in offsets(description, installed_plugins()).items()} == {"tower": -10.0}
    both = renamed + LOG.replace("raw/*.log", "more/*.log") + 'stream = "tower"\n'
    description = load_description(write_station(tmp_path, both), installed_plugins())
    with pytest.raises(
        DescriptionError, match=r"input\[1\]\.offset: '0 s' – expected the offset of the other inputs of stream 'tower': -10 s"
    ):
        offsets(description, installed_plugins())
