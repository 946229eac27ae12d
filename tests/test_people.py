"""People's flags: reading, writing, editing."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icos_core import DescriptionError, Mistake
from icos_core.flag_edits import add_flag, import_flags, withdraw_flags
from icos_core.people import COLUMNS, FLAG_WORDS, PersonFlag, format_flags, format_time, parse_flags, parse_time, read_flags

HEADER = ",".join(COLUMNS) + "\n"
ROW = "F0001,underway,fco2,2024-01-05T10:00:00Z,2024-01-05T12:00:00Z,bad,Institute,2024-02-01T08:00:00Z,bubbles,\n"
FLAG = PersonFlag(
    id="",
    stream="underway",
    variable="fco2",
    start=np.datetime64("2024-01-05T10:00", "ns"),
    end=np.datetime64("2024-01-05T12:00", "ns"),
    flag=4,
    who="Institute",
    when="",
    why="bubbles",
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "flags.csv"


def mistakes_in(text, **more):
    with pytest.raises(DescriptionError) as caught:
        parse_flags(text.encode() if isinstance(text, str) else text, "flags.csv", **more)
    return [(mistake.line, mistake.key) for mistake in caught.value.mistakes]


class TestTime:
    @pytest.mark.parametrize(
        ("text", "time", "naive"),
        [
            ("2024-01-05T10:00:00Z", "2024-01-05T10:00", False),
            ("2024-01-05T10:00:00+02:00", "2024-01-05T08:00", False),
            ("2024-01-05 10:00", "2024-01-05T10:00", True),
            ("2024-01-05", "2024-01-05T00:00", True),
            ("2024-01-05T10:00:00.25Z", "2024-01-05T10:00:00.25", False),
            ("2024-01-05T10:00:00.0000000019+01:00", "2024-01-05T09:00:00.000000001", False),
        ],
    )
    def test_read(self, text, time, naive):
        assert parse_time(text) == (np.datetime64(time, "ns"), naive)
        assert parse_time(text)[0].dtype == np.dtype("datetime64[ns]")

    @pytest.mark.parametrize("text", ["", "noon", "05.01.2024", "9999-12-31", "1600-01-01", "2024-13-01", "0001-01-01T00:00:00+14:00"])
    def test_refused(self, text):
        with pytest.raises(ValueError, match="ISO 8601"):
            parse_time(text)

    @pytest.mark.parametrize(
        ("time", "text"),
        [
            ("2024-01-05", "2024-01-05T00:00:00Z"),
            ("2024-01-05T10:00:00.250", "2024-01-05T10:00:00.25Z"),
            ("2024-01-05T10:00:00.000000001", "2024-01-05T10:00:00.000000001Z"),
        ],
    )
    def test_written(self, time, text):
        assert format_time(np.datetime64(time)) == text


class TestReading:
    def test_absent_file_holds_no_flags(self, path):
        assert read_flags(path) == ()

    def test_one_row(self, path):
        path.write_text(HEADER + ROW, encoding="utf-8")
        (flag,) = read_flags(path)
        assert flag == replace(FLAG, id="F0001", when="2024-02-01T08:00:00Z")
        assert flag.word == "bad"

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_as_spreadsheets_write_it(self, path, separator):
        text = "\ufeff" + (HEADER + ROW).replace(",", separator).replace("\n", "\r\n") + "\r\n" + separator * 9 + "\r\n"
        path.write_bytes(text.encode())
        assert read_flags(path)[0].variable == "fco2"

    def test_columns_in_any_order(self, path):
        cells = dict(zip(COLUMNS, ROW.rstrip("\n").split(","), strict=True))
        order = sorted(COLUMNS)
        path.write_text(",".join(order) + "\n" + ",".join(cells[name] for name in order) + "\n", encoding="utf-8")
        assert read_flags(path)[0].id == "F0001"

    def test_every_mistake_with_its_line(self):
        text = (
            HEADER
            + ROW
            + "F0001,,fco2,2024-01-05,2024-01-05,bda,Institute,yesterday,,\n\n"
            + 'F0003,underway,fco2,2024-01-05T10:00:00Z,2024-01-06,bad,Institute,2024-02-01,"two\nlines",\n'
            + "F0003,underway,fco2,2024-01-05T10:00:00Z,2024-01-06,good,Institute,2024-02-01,ok,\n"
        )
        assert mistakes_in(text) == [(3, "stream"), (3, "why"), (3, "when"), (3, "to"), (3, "flag"), (7, "id")]

    def test_rows_behind_one_with_too_few_cells_are_looked_at(self):
        assert mistakes_in(HEADER + "F0001,underway\n" + ROW.replace("bad", "awful")) == [(2, "row"), (3, "flag")]

    def test_nearest_flag(self):
        with pytest.raises(
            DescriptionError, match="'questionabel' – expected one of good, questionable, bad, accept; did you mean 'questionable'"
        ):
            parse_flags((HEADER + ROW.replace("bad", "questionabel")).encode(), "flags.csv")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (HEADER.replace("why", "reason") + ROW, [(1, "column"), (1, "column")]),
            (HEADER.replace("why", "who") + ROW, [(1, "column"), (1, "column")]),
            (HEADER + ROW.replace(",bubbles", ""), [(2, "row")]),
            (HEADER + ROW + 'F0002,"underway', [(3, "row")]),
            (HEADER.encode() + b"F0001,\xff\n", [(2, "text")]),
        ],
    )
    def test_damaged_file(self, text, expected):
        assert mistakes_in(text) == expected

    def test_other_files_need_fewer_columns(self):
        text = "stream,variable,from,to,flag,who,why\nunderway,fco2,2024-01-05T10:00,2024-01-05T12:00Z,bad,Institute,bubbles\n"
        (row,) = parse_flags(text.encode(), "other.csv", own=False)
        assert (row.flag, row.line, row.naive) == (FLAG, 2, True)
        assert mistakes_in(text) == [(1, "column")] * 3

    @given(
        st.binary(max_size=200) | st.text(alphabet='F01,;"\n\r -:TZ2024bad', max_size=200).map(lambda text: HEADER.encode() + text.encode())
    )
    def test_anything_is_read_or_explained(self, octets):
        mistakes = ()
        try:
            parse_flags(octets, "flags.csv")
        except DescriptionError as error:
            mistakes = error.mistakes
        assert all(mistake.line for mistake in mistakes)


PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(bool)
TIMES = st.integers(-9_000_000_000, 9_000_000_000).map(lambda seconds: np.datetime64(seconds, "s").astype("datetime64[ns]"))


@given(PRINTABLE, PRINTABLE, TIMES, st.integers(1, 10**6), st.sampled_from(list(FLAG_WORDS.values())))
def test_what_is_written_is_read(who, why, start, length, value):
    flag = replace(
        FLAG, id="F0001", who=who, why=why, start=start, end=start + np.timedelta64(length, "ms"), flag=value, when="2024-02-01T08:00:00Z"
    )
    assert [row.flag for row in parse_flags(format_flags([flag]).encode(), "flags.csv")] == [flag]


class TestRows:
    def test_half_open(self):
        time = FLAG.start + np.arange(0, 180, 60).astype("timedelta64[m]")
        assert FLAG.rows(time).tolist() == [True, True, False]

    def test_content_ignores_identifier_and_times(self):
        assert FLAG.content == replace(FLAG, id="F9", when="2024-02-01", withdrawn="x").content
        assert FLAG.content != replace(FLAG, flag=3).content


class TestEditing:
    def test_ends_after_it_begins(self, path):
        with pytest.raises(DescriptionError, match="a time after 2024-01-05T10:00:00Z"):
            add_flag(path, replace(FLAG, end=FLAG.start))
        assert not path.exists()

    def test_add(self, path):
        first = add_flag(path, FLAG)
        second = add_flag(path, replace(FLAG, variable="sst"))
        assert (first.id, second.id) == ("F0001", "F0002")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.when)
        assert read_flags(path) == (first, second)
        assert path.read_text(encoding="utf-8").startswith(HEADER)
        assert [each.name for each in path.parent.iterdir()] == ["flags.csv"]

    def test_the_same_again(self, path):
        added = add_flag(path, FLAG)
        with pytest.raises(DescriptionError, match="F0001 is the same"):
            add_flag(path, FLAG)
        withdraw_flags(path, [added.id], "Institute", "wrong day")
        assert add_flag(path, FLAG).id == "F0002"

    def test_withdraw_keeps_the_row(self, path):
        add_flag(path, FLAG)
        (withdrawn,) = withdraw_flags(path, ["F0001"], "Another institute", "wrong, day")
        assert read_flags(path) == (withdrawn,)
        assert re.fullmatch(r"\S+Z Another institute: wrong, day", withdrawn.withdrawn)

    def test_withdraw_all_or_nothing(self, path):
        add_flag(path, FLAG)
        before = path.read_bytes()
        with pytest.raises(DescriptionError, match=r"2 mistakes(?s:.*)'F0002'(?s:.*)'x'"):
            withdraw_flags(path, ["F0001", "F0002", "x"], "Institute", "why")
        assert path.read_bytes() == before

    def test_withdrawn_once(self, path):
        add_flag(path, FLAG)
        withdraw_flags(path, ["F0001"], "Institute", "why")
        with pytest.raises(DescriptionError, match="not withdrawn yet"):
            withdraw_flags(path, ["F0001"], "Institute", "why")

    def test_identifiers_are_not_used_again(self, path):
        path.write_text(HEADER + ROW.replace("F0001", "F0041") + ROW.replace("F0001", "mine").replace("fco2", "sst"), encoding="utf-8")
        assert add_flag(path, replace(FLAG, variable="salinity")).id == "F0042"

    def test_a_file_with_mistakes_is_left_alone(self, path):
        path.write_text(HEADER + ROW.replace("bad", "bda"), encoding="utf-8")
        before = path.read_bytes()
        with pytest.raises(DescriptionError):
            add_flag(path, FLAG)
        assert path.read_bytes() == before

    def test_mode_and_link_are_kept(self, path, tmp_path):
        target = tmp_path / "shared.csv"
        target.write_text(HEADER, encoding="utf-8")
        target.chmod(0o664)
        path.symlink_to(target)
        add_flag(path, FLAG)
        assert path.is_symlink()
        assert target.stat().st_mode & 0o777 == 0o664
        assert len(read_flags(target)) == 1

    def test_edits_at_the_same_time_lose_nothing(self, path):
        code = """
import sys
from pathlib import Path
import numpy as np
from icos_core.flag_edits import add_flag
from icos_core.people import PersonFlag

for minute in range(10):
    start = np.datetime64("2024-01-01", "ns") + np.timedelta64(minute, "m")
    flag = PersonFlag(id="", stream="s", variable=sys.argv[2], start=start, end=start + 1, flag=4, who="w", when="", why="y")
    add_flag(Path(sys.argv[1]), flag)
"""
        processes = [subprocess.Popen([sys.executable, "-c", code, os.fspath(path), name]) for name in ("a", "b", "c")]
        assert [process.wait() for process in processes] == [0, 0, 0]
        assert [flag.id for flag in read_flags(path)] == [f"F{number:04d}" for number in range(1, 31)]


class TestImport:
    OTHER = (
        "stream,variable,from,to,flag,who,why\n"
        "underway,fco2,2024-01-05T10:00:00Z,2024-01-05T12:00:00Z,bad,Institute,bubbles\n"
        "underway,sst,2024-01-05T10:00,2024-01-05T12:00,questionable,Institute,pump off\n"
        "underway,sst,2024-01-05T10:00,2024-01-05T12:00,questionable,Institute,pump off\n"
    )

    @pytest.fixture
    def other(self, tmp_path):
        other = tmp_path / "other.csv"
        other.write_text(self.OTHER, encoding="utf-8")
        return other

    def test_duplicates_are_skipped_and_counted(self, path, other):
        add_flag(path, FLAG)
        imported = import_flags(path, other)
        assert (len(imported.added), imported.duplicates, imported.naive) == (1, 2, 2)
        assert [flag.id for flag in read_flags(path)] == ["F0001", "F0002"]
        assert read_flags(path)[1].when
        before = path.read_bytes()
        assert import_flags(path, other).added == ()
        assert path.read_bytes() == before

    def test_another_flags_file_keeps_when_and_withdrawal(self, path, tmp_path):
        other = tmp_path / "elsewhere.csv"
        other.write_text(HEADER + ROW.replace("F0001", "F0007").rstrip("\n") + "2024-03-01T00:00:00Z Institute: no\n", encoding="utf-8")
        add_flag(path, replace(FLAG, variable="sst"))
        (flag,) = import_flags(path, other).added
        assert flag == replace(FLAG, id="F0002", when="2024-02-01T08:00:00Z", withdrawn="2024-03-01T00:00:00Z Institute: no")

    def test_all_or_nothing(self, path, other):
        other.write_text(self.OTHER.replace("questionable", "dubious"), encoding="utf-8")
        with pytest.raises(DescriptionError) as caught:
            import_flags(path, other)
        assert [mistake.line for mistake in caught.value.mistakes] == [3, 4]
        assert not path.exists()

    def test_names_are_checked(self, path, other):
        def check(flag):
            return [Mistake(key="variable", value=flag.variable)] if flag.variable == "sst" else []

        with pytest.raises(DescriptionError) as caught:
            import_flags(path, other, check)
        assert [mistake.line for mistake in caught.value.mistakes] == [3, 4]
        assert not path.exists()

    def test_absent_file(self, path, tmp_path):
        with pytest.raises(DescriptionError, match=r"none\.csv.*No such file"):
            import_flags(path, tmp_path / "none.csv")


def test_a_flag_on_rows_that_stand_for_hours_is_over_their_hours():
    flag = PersonFlag(
        id="F1",
        stream="hourly",
        variable="co2",
        start=np.datetime64("2024-01-01T01:30", "ns"),
        end=np.datetime64("2024-01-01T03:30", "ns"),
        flag=4,
        who="station",
        when="2024-02-01T00:00:00Z",
        why="",
    )
    hours = np.datetime64("2024-01-01T00", "h") + np.arange(6)
    assert hours[flag.rows(hours.astype("M8[ns]"))].tolist() == hours[2:4].tolist()
    minutes = (np.datetime64("2024-01-01T00:00", "m") + np.arange(360)).astype("M8[ns]")
    covered = minutes[flag.of_whole(timedelta(hours=1)).rows(minutes)]
    assert (covered[0], covered[-1]) == (np.datetime64("2024-01-01T02:00"), np.datetime64("2024-01-01T03:59"))
    whole = replace(flag, start=np.datetime64("1960-01-01T01:00", "ns"))
    assert whole.of_whole(timedelta(hours=1)).start == whole.start
