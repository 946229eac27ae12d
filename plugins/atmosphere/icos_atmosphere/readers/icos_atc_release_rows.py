"""Lines below the titles → rows, each line accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.atc_flags import NO_LETTER, codes_of
from icos_atmosphere.readers.icos_atc_release_clock import decimal_dates, iso_times, times_of
from icos_atmosphere.readers.icos_atc_release_columns import CLOCK
from icos_atmosphere.readers.icos_atc_release_header import ENCODING
from icos_atmosphere.readers.icos_atc_release_words import DESCRIPTIVE, NOT_STATED, OTHER
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.raw_text.delimited_text import number, parse_block
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.regular_lines import regular_lines, reject_rows
from icos_core.units import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_atmosphere.readers.icos_atc_release_columns import Layout
    from icos_atmosphere.readers.icos_atc_release_header import Header
    from icos_core.raw_text.delimited_text import Block, Lines, Words
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["SAME_HEIGHT", "Rows", "Table", "parse_rows"]

SAME_HEIGHT = 0.5
"""Rows may round the height of the header: heights no further apart, in metres, are one."""

HEADER_AGAIN, OTHER_STATION, OTHER_HEIGHT, NO_TIME = (
    "line of a header",
    "row of another station",
    "row of another height",
    "no date and time",
)
_NO_FLAG = "(no flag)"
_SEPARATOR = ";"
_BLANKS_SEPARATE = bytes.maketrans(b" ;", b";?")
_SECOND = 1_000_000_000
_MISSING, _MISSING_SPREAD = -999.99, -9.99
_COUNTS = ("_n", "_instrument", "_quality_id", "sampler_id", "flask_sampling_id")
_SPREADS = ("stdev", "_ltr", "_cmr", "_uncertainty", "_precision", "_reproducibility", "_scale_link")
_DIFFERENCES = ("_sttb", "_qc_bias")
_LARGEST = np.iinfo(np.int32).max
# Old files have six digits, half of the last of which is 16 s.
_SAME_DATE = 2e-6


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows that are kept, in the order of the file.

    Attributes
    ----------
    line, time
        (n,) number of the line of each row, counted from 1, and its time in ns since 1970.
    values
        Variable → (n,) values.
    height
        Height that the rows are of, in metres above ground; NaN where neither they nor the table say it.
    """

    line: NDArray[np.int64]
    time: NDArray[np.int64]
    values: dict[str, NDArray[np.generic]]
    height: float


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file whose rows are to be read.

    Attributes
    ----------
    lines, header, layout
        The file, what stands above its rows, and which column is what.
    height
        Height of the rows that are wanted, in metres above ground; None for that of the first row.
    units
        Gas → the unit that the file has it in.
    texts
        End of the name of a descriptive flag → every text that has a code.
    """

    lines: Lines
    header: Header
    layout: Layout
    height: float | None
    units: Mapping[str, str]
    texts: Mapping[str, tuple[str, ...]]


def parse_rows(table: Table, account: LineAccount, *, clock_only: bool = False) -> Rows:
    """Read the rows of a file.

    Parameters
    ----------
    table
        The file.
    account
        Takes the account of every line below the titles.
    clock_only
        Read only what decides whether a row is kept, and its time.
    """
    lines, layout = table.lines, table.layout
    first = table.header.titles_at + 1
    account.seen = len(lines) - first
    times = [column for name, column in layout.places.items() if name in {*CLOCK, "start", "site", "height"}]
    regular = regular_lines(
        lines,
        first,
        len(lines),
        n_fields=len(table.header.titles),
        least=1 + max(*times, *(layout.values[gas] for gas in layout.gases)),
        account=account,
        separator=table.header.separator,
        encoding=ENCODING,
    )
    values = {} if clock_only else dict(layout.values)
    worded = {name: column for name, column in values.items() if _is_worded(name)}
    of_words = {*worded.values(), *(layout.places[name] for name in ("site", "start", "end") if name in layout.places)}
    of_numbers = {*values.values(), *layout.places.values()} - of_words
    block = parse_block(
        # Bytes that are no text may turn into blanks when parsed, which must not separate then.
        regular.text if table.header.separator != " " else regular.text.translate(_BLANKS_SEPARATE),
        regular.rows.size,
        len(table.header.titles),
        separator=_SEPARATOR,
        words=sorted(of_words),
        numbers=dict.fromkeys(sorted(of_numbers), number),
    )
    if not clock_only:
        flags = layout.values.get(f"{layout.gases[0]}_atc_flag")
        _count_flags(block.words[flags] if flags is not None else None, table, regular.rows, account)
    time = _times(block, layout)
    height = table.height if table.height is not None else _first_height(table, block)
    kept = _wanted(table, block, regular.rows, time, height, account)
    found: dict[str, NDArray[np.generic]] = {}
    if not clock_only:
        for name, column in values.items():
            if name in worded:
                found[name] = _coded(name, block.words[column], table, account)[kept]
            else:
                _tell_damage(block, column, table, regular.rows, kept, account)
                found[name] = _numbers(name, block.numbers[column][kept], table)
        if "end" in layout.places:
            end = iso_times(block.words[layout.places["end"]])[kept]
            found["sampling_duration"] = np.where(end == INVALID, np.nan, (end - time[kept]) / _SECOND)
        _tell_dates(block, table, regular.rows, time, kept, account)
    return Rows(line=regular.rows[kept] + 1, time=time[kept], values=found, height=height)


def _is_worded(name: str) -> bool:
    return name == "flask_id" or name.endswith(("_atc_flag", *DESCRIPTIVE))


def _times(block: Block, layout: Layout) -> NDArray[np.int64]:
    if layout.is_flask:
        return iso_times(block.words[layout.places["start"]])
    return times_of({name: block.numbers[column] for name, column in layout.places.items() if name in CLOCK})


def _first_height(table: Table, block: Block) -> float:
    if "height" not in table.layout.places:
        return np.nan
    heights = block.numbers[table.layout.places["height"]]
    known = np.flatnonzero(~np.isnan(heights))
    return float(heights[known[0]]) if known.size else np.nan


def _wanted(
    table: Table, block: Block, rows: NDArray[np.int64], time: NDArray[np.int64], height: float, account: LineAccount
) -> NDArray[np.intp]:
    """Return which rows are of this station and height and have a time; account for the others."""
    left = np.ones(rows.size, dtype=bool)

    def out(wrong: NDArray[np.bool_], reason: str) -> None:
        found = np.flatnonzero(left & wrong)
        reject_rows(account, reason, reason, rows[found], table.lines, ENCODING)
        left[found] = False

    site = block.words[table.layout.places["site"]]
    names = [*site.words, ""]
    out(np.array([name.startswith("#") for name in names])[site.codes], HEADER_AGAIN)
    station = table.header.items.get("STATION CODE", "") or next((names[code] for code in site.codes[left].tolist()), "")
    out(np.array([name.upper() != station.upper() for name in names])[site.codes], OTHER_STATION)
    if "height" in table.layout.places:
        out(np.abs(block.numbers[table.layout.places["height"]] - height) > SAME_HEIGHT, OTHER_HEIGHT)
    out(time == INVALID, NO_TIME)
    return np.flatnonzero(left)


def _count_flags(flags: Words | None, table: Table, rows: NDArray[np.int64], account: LineAccount) -> None:
    """Count the rows by the letter of the first gas."""
    if flags is None:
        account.count_type(_NO_FLAG, rows.size)
        return
    account.count_type(_NO_FLAG, int((flags.codes < 0).sum()))
    known = codes_of(flags.words)
    for code, word in enumerate(flags.words):
        found = rows[flags.codes == code]
        if known[code] != NO_LETTER:
            account.count_type(word, found.size)
        elif found.size:
            at = int(found[0])
            text = table.lines.raw(at).decode(ENCODING, errors="replace")
            account.count_unknown_type(word, found.size, f"flag {word[:20]!r} is none of U, N, O, K, R, H", at + 1, text)


def _coded(name: str, words: Words, table: Table, account: LineAccount) -> NDArray[np.generic]:
    if name.endswith("_atc_flag"):
        return np.append(codes_of(words.words), np.int8(NO_LETTER))[words.codes]
    if name == "flask_id":
        return np.array([*map(_digits, words.words), -1], dtype=np.int32)[words.codes]
    kind = next(kind for kind in DESCRIPTIVE if name.endswith(kind))
    code_of = {text: code for code, text in enumerate(table.texts[kind], start=1)}
    title = table.header.titles[table.layout.values[name]]
    for word in words.words:
        if word not in code_of:
            account.tell(
                title, f"column {title!r}: {word[:60]!r} has no code and is read as 'other'; the option {kind}s names further texts"
            )
    return np.array([*(code_of.get(word, OTHER) for word in words.words), NOT_STATED], dtype=np.int16)[words.codes]


def _digits(text: str) -> int:
    digits = text.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
    return int(digits) if digits.isdecimal() and digits.isascii() and len(digits) <= 9 else -1


def _numbers(name: str, values: NDArray[np.float64], table: Table) -> NDArray[np.generic]:
    if name.endswith(_COUNTS):
        fits = (values >= 0) & (values <= _LARGEST) & (values == np.rint(values))
        return np.where(fits, values, -1).astype(np.int32)
    missing = values == _MISSING
    if name.endswith(_SPREADS):
        missing |= values < 0
    elif not name.endswith(_DIFFERENCES):
        missing |= values == _MISSING_SPREAD
    values = np.where(missing, np.nan, values)
    gas = name.partition("_")[0]
    return np.asarray(convert(values, table.units[gas], GASES[gas].units)) if gas in GASES else values


def _tell_damage(block: Block, column: int, table: Table, rows: NDArray[np.int64], kept: NDArray[np.intp], account: LineAccount) -> None:
    there = set(kept.tolist()) if column in block.damaged else set()
    damaged = {row: cell for row, cell in block.damaged.get(column, {}).items() if row in there}
    title = table.header.titles[column]
    account.damage(title, len(damaged))
    for told, (row, cell) in enumerate(damaged.items(), start=1):
        at = int(rows[row])
        text = table.lines.raw(at).decode(ENCODING, errors="replace")
        if not account.tell(f"{title}: not a number", f"column {title!r}: {cell[:40]!r} is not a number", at + 1, text):
            account.tell_more(f"{title}: not a number", len(damaged) - told)
            break


def _tell_dates(
    block: Block, table: Table, rows: NDArray[np.int64], time: NDArray[np.int64], kept: NDArray[np.intp], account: LineAccount
) -> None:
    """Tell where the decimal date is another moment than year to minute."""
    column = table.layout.places.get("decimal_date")
    if column is None or table.layout.is_flask:
        return
    stated = block.numbers[column][kept]
    wrong = np.flatnonzero(np.abs(stated - decimal_dates(time[kept].astype("datetime64[ns]"))) > _SAME_DATE)
    title = table.header.titles[column]
    for told, row in enumerate(wrong.tolist(), start=1):
        at = int(rows[kept[row]])
        message = f"{title} {stated[row]:.8f} is another moment than year to minute, which are taken"
        if not account.tell(title, message, at + 1, table.lines.raw(at).decode(ENCODING, errors="replace")):
            account.tell_more(title, wrong.size - told)
            break
