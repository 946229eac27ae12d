"""Files appear together or not at all."""

from pathlib import Path

import pytest

from icos_core.exceptions import DataError
from icos_core.exporters.complete import file_stem, write_all


def test_files_come_in_the_order_given(tmp_path: Path) -> None:
    paths = write_all(tmp_path, [("b.txt", lambda path: path.write_text("b")), ("a.txt", lambda path: path.write_text("a"))])
    assert paths == (tmp_path / "b.txt", tmp_path / "a.txt")
    assert [path.read_text() for path in paths] == ["b", "a"]
    assert sorted(tmp_path.iterdir()) == [tmp_path / "a.txt", tmp_path / "b.txt"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_all(tmp_path, [("a.txt", lambda path: path.write_text("a")), ("b.txt", fail)])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_moving_in_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(OSError, match=r"b\.txt"):
        write_all(tmp_path, [("a.txt", lambda path: path.write_text("a")), ("b.txt", lambda path: path.write_text("b"))])
    assert list(tmp_path.iterdir()) == [tmp_path / "b.txt"]


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'a\.txt'"):
        write_all(tmp_path, [("a.txt", lambda path: path.write_text("1")), ("a.txt", lambda path: path.write_text("2"))])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("words", "stem"), [(("58G2", "co2/150m"), "58G2_co2-150m"), (("a b", "", "../c"), "a-b_-c"), (("Öl",), "Öl")])
def test_stems_hold_no_folders(words: tuple[str, ...], stem: str) -> None:
    assert file_stem(*words) == stem
