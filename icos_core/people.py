"""People's flags: ``flags.csv`` beside the station description.

One row per flag: identifier, stream, variable, from, to (half-open, in instrument time), flag, who, when, why, withdrawn. A flag survives
every reprocessing and wins over tests, never over missing. ``accept`` keeps the automatic flag and says that a person looked at it.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import DescriptionError, Mistake, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["COLUMNS", "FLAG_WORDS", "FlagRow", "PersonFlag", "format_flags", "format_time", "parse_flags", "parse_time", "read_flags"]

FLAG_WORDS: dict[str, int | None] = {"good": 1, "questionable": 3, "bad": 4, "accept": None}
COLUMNS = ("id", "stream", "variable", "from", "to", "flag", "who", "when", "why", "withdrawn")
_OPTIONAL_IN_OTHER_FILES = frozenset({"id", "when", "withdrawn"})
_REQUIRED_IN_OTHER_FILES = tuple(name for name in COLUMNS if name not in _OPTIONAL_IN_OTHER_FILES)
_WORDS = {value: word for word, value in FLAG_WORDS.items()}
_FRACTION = re.compile(r"(?<=:\d\d:\d\d)[.,](\d+)")
_A_TIME = "a time in UTC by ISO 8601, such as 2024-01-05T10:00:00Z, between 1678 and 2261"


@dataclass(frozen=True, kw_only=True)
class PersonFlag:
    """One flag that a person set.

    `flag` is 1 good, 3 questionable, 4 bad, or None for "accept what the tests say".
    """

    id: str
    stream: str
    variable: str
    start: np.datetime64
    end: np.datetime64
    flag: int | None
    who: str
    when: str
    why: str
    withdrawn: str = ""

    def shifted(self, offset: timedelta) -> PersonFlag:
        """Return the flag in corrected time, where `offset` is what is added to the instrument's time."""
        shift = np.timedelta64(offset, "ns")
        return replace(self, start=self.start + shift, end=self.end + shift)

    def of_whole(self, interval: timedelta) -> PersonFlag:
        """Return the flag over what the rows that it covers stand for, where each stands for the interval that begins at its time."""
        length = np.timedelta64(interval, "ns")

        def up(moment: np.datetime64) -> np.datetime64:
            since = moment.astype("M8[ns]") - np.datetime64(0, "ns")
            rounded: np.datetime64 = np.datetime64(0, "ns") - (-since // length) * length
            return rounded

        return replace(self, start=up(self.start), end=up(self.end))

    def rows(self, time: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Rows of an increasing time axis that the flag covers."""
        covered = np.zeros(time.shape, dtype=bool)
        covered[np.searchsorted(time, self.start) : np.searchsorted(time, self.end)] = True
        return covered

    @property
    def word(self) -> str:
        """The flag as people write it."""
        return _WORDS[self.flag]

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two flags the same, whatever their identifiers: everything but identifier, time of entry and withdrawal."""
        return (self.stream, self.variable, self.start, self.end, self.flag, self.who, self.why)


@dataclass(frozen=True, kw_only=True)
class FlagRow:
    """A flag as it stands in a file; `naive` where a time had no offset and was taken as UTC."""

    flag: PersonFlag
    line: int
    naive: bool


def read_flags(path: Path) -> tuple[PersonFlag, ...]:
    """Read ``flags.csv``, withdrawn flags included; a file that is not there holds no flags.

    Raises
    ------
    DescriptionError
        With every mistake in the file and its line.
    """
    try:
        octets = path.read_bytes()
    except FileNotFoundError:
        return ()
    return tuple(row.flag for row in parse_flags(octets, path.name))


def parse_flags(octets: bytes, source: str, *, own: bool = True) -> list[FlagRow]:
    """Read flags from the contents of a file.

    Parameters
    ----------
    octets
        Contents: UTF-8, one header line; separated by commas, semicolons or tabs.
    source
        Name of the file, for messages.
    own
        Whether it is a ``flags.csv`` with all columns; in other files identifier, time of entry and withdrawal may be absent.

    Raises
    ------
    DescriptionError
        With every mistake and its line.
    """
    mistakes: list[Mistake] = []
    rows: list[FlagRow] = []
    identifiers: dict[str, int] = {}
    for line, cells in _cells(octets, source, mistakes, own=own):
        row = _row(line, cells, mistakes, own=own)
        if row is None:
            continue
        if own and row.flag.id in identifiers:
            expected = f"an identifier of its own; line {identifiers[row.flag.id]} has it already"
            mistakes.append(Mistake(key="id", value=row.flag.id, expected=expected, line=line))
        identifiers.setdefault(row.flag.id, line)
        rows.append(row)
    if mistakes:
        raise DescriptionError(source, mistakes)
    return rows


def _cells(octets: bytes, source: str, mistakes: list[Mistake], *, own: bool) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and column → text of every row; rows with too few or too many cells are noted."""

    def wrong(expected: str, line: int, key: str = "row") -> DescriptionError:
        return DescriptionError(source, [*mistakes, Mistake(key=key, expected=expected, line=line)])

    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong("text in UTF-8", octets.count(b"\n", 0, error.start) + 1, key="text") from error
    header = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    if not own and not text.strip():
        raise wrong(f"flags with a line of titles ({', '.join(_REQUIRED_IN_OTHER_FILES)}); the file is empty", 1, key="text")
    columns: list[str] | None = None
    while True:
        line = table.line_num + 1
        try:
            cells = next(table, None)
        except csv.Error as error:
            raise wrong(f"cells in matching quotes ({error})", line) from error
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = [cell.strip().lower() for cell in cells]
            _check_columns(columns, source, line, own=own)
        elif len(cells) != len(columns):
            expected = f"{len(columns)} cells as in the header"
            mistakes.append(Mistake(key="row", value=f"{len(cells)} cells", expected=expected, line=line))
        else:
            yield line, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}


def _check_columns(columns: Sequence[str], source: str, line: int, *, own: bool) -> None:
    required = COLUMNS if own else _REQUIRED_IN_OTHER_FILES
    mistakes = [
        Mistake(key="column", value=name, expected=f"one of {', '.join(COLUMNS)}", nearest=nearest(name, COLUMNS), line=line)
        for name in columns
        if name not in COLUMNS
    ]
    mistakes += [Mistake(key="column", expected=f"a column {name!r}", line=line) for name in required if name not in columns]
    mistakes += [
        Mistake(key="column", value=name, expected="each column once", line=line)
        for name in dict.fromkeys(columns)
        if columns.count(name) > 1
    ]
    if mistakes:
        raise DescriptionError(source, mistakes)


def _row(line: int, cells: dict[str, str], mistakes: list[Mistake], *, own: bool) -> FlagRow | None:
    before = len(mistakes)

    def wrong(key: str, expected: str, near: str | None = None) -> None:
        mistakes.append(Mistake(key=key, value=cells.get(key), expected=expected, nearest=near, line=line))

    for key in COLUMNS:
        if key != "withdrawn" and not cells.get(key) and (own or key not in _OPTIONAL_IN_OTHER_FILES):
            wrong(key, "something; the cell is empty")
    times: dict[str, tuple[np.datetime64, bool]] = {}
    for key in ("from", "to", "when"):
        if cells.get(key):
            try:
                times[key] = parse_time(cells[key])
            except ValueError as error:
                wrong(key, str(error))
    if "from" in times and "to" in times and times["to"][0] <= times["from"][0]:
        wrong("to", f"a time after {cells['from']}; it is not included itself")
    if cells.get("flag") and cells["flag"] not in FLAG_WORDS:
        wrong("flag", f"one of {', '.join(FLAG_WORDS)}", nearest(cells["flag"], FLAG_WORDS))
    if len(mistakes) > before:
        return None
    flag = PersonFlag(
        id=cells.get("id", ""),
        stream=cells["stream"],
        variable=cells["variable"],
        start=times["from"][0],
        end=times["to"][0],
        flag=FLAG_WORDS[cells["flag"]],
        who=cells["who"],
        when=cells.get("when", ""),
        why=cells["why"],
        withdrawn=cells.get("withdrawn", ""),
    )
    return FlagRow(flag=flag, line=line, naive=times["from"][1] or times["to"][1])


def parse_time(text: str) -> tuple[np.datetime64, bool]:
    """Read a time by ISO 8601; return UTC and whether it had no offset (and was taken as UTC).

    Raises
    ------
    ValueError
        With what was expected.
    """
    fraction = _FRACTION.search(text)
    # datetime holds microseconds, flags nanoseconds.
    nanoseconds = int(fraction[1][:9].ljust(9, "0")) if fraction else 0
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", text.strip()))
        naive = moment.tzinfo is None
        if not naive:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise ValueError(_A_TIME) from error
    if not 1678 <= moment.year <= 2261:
        raise ValueError(_A_TIME)
    return np.datetime64(moment, "ns") + np.timedelta64(nanoseconds, "ns"), naive


def format_time(time: np.datetime64) -> str:
    """Write a time in UTC by ISO 8601, to the second where that is enough."""
    text = str(np.datetime_as_string(time.astype("datetime64[ns]")))
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def format_flags(flags: Iterable[PersonFlag]) -> str:
    """Write flags in the form of ``flags.csv``."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for flag in flags:
        start, end = format_time(flag.start), format_time(flag.end)
        table.writerow([flag.id, flag.stream, flag.variable, start, end, flag.word, flag.who, flag.when, flag.why, flag.withdrawn])
    return text.getvalue()
