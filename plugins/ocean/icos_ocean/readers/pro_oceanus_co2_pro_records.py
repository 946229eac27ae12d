"""Lines of a CO2-Pro log → rows, each line accounted for.

Two styles of record are understood, each with or without the time stamp of a data logger before it::

    2014/02/17 00:58:14.840 W M,2014,02,17,01,00,12,44392,41900,358.77,40.1,11.275,22.920,1008,39.8,40.4,11.7
    2014/08/10 00:20:24.274 #2014/08/10 00:20:11, M,43032,40423,397.04,40.1,21.221,28.480,1026,39.9,40.4,W

W is water, A air; M is a measurement, Z a zero. What else a line may be: a message of the logger (``[name]:text``) or of the
instrument (its menu, its warm-up), a blank line, or damage.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ocean.readers.delimited_text import TextError, number, parse_block
from icos_ocean.readers.instrument_clock import INVALID
from icos_ocean.readers.pro_oceanus_co2_pro_options import FIELDS, LAYOUTS
from icos_ocean.readers.stamped_time import parse_stamps
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.readers.delimited_text import Lines
    from icos_ocean.readers.line_account import LineAccount
    from icos_ocean.readers.pro_oceanus_co2_pro_options import Co2ProOptions

__all__ = ["Record", "Rows", "find_records", "matched", "read_rows"]

_LOGGER = rb"(?:(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)[ \t]+)?"
_COMMAS = rb"([AW])[ \t]+([MZ]),(\d{4},\d{1,2},\d{1,2},\d{1,2},\d{1,2},\d{1,2}),([^#\x00]*)"
_HASH = rb"#(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d),[ \t]*([MZ]),([^#\x00]*),[ \t]*([AW])"
_RECORD = re.compile(_LOGGER + rb"(?:" + _COMMAS + rb"|" + _HASH + rb")[ \t\r]*")
_OF_LOGGER = re.compile(rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[ \t]+\[[^\]]*\]")
_STAMP = re.compile(rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[ \t]*")
_MESSAGES = (
    *(b"Press Space-bar", b"Next Start Time", b"Loading User Variables", b"Detector Warmup", b"ATM & Water Mode Warmup", b"Enter Command"),
    *(b"1) ", b"2) ", b"3) ", b"4) ", b"5) ", b"6) ", b"7) ", b"8) ", b"0) "),
)
_RUN_TYPES = {"W M": RUN_TYPES["EQU"], "A M": RUN_TYPES["ATM"], "W Z": RUN_TYPES["ZERO"], "A Z": RUN_TYPES["ZERO"]}
_DISAGREEING = 30_000_000_000

BLANK = "blank line"
OF_LOGGER = "message of the logger"
OF_INSTRUMENT = "message of the instrument"
DAMAGED = "no record"
FIELD_COUNT = "wrong number of fields"
NO_TIME = "no valid time"


class Record(NamedTuple):
    """One line that is a record: its number, the two times as written (empty where there is none), its word and its quantities."""

    line: int
    logger: bytes
    instrument: bytes
    word: str
    quantities: bytes


class Rows(NamedTuple):
    """Rows kept, in the order of the file.

    Attributes
    ----------
    line : (n,) ndarray of int64
        Number of the line, from 1.
    time : (n,) ndarray of int64
        ns since 1970.
    run_type : (n,) ndarray of int8
        Codes of the vocabulary.
    values : dict of str to (n,) ndarray
        Quantities.
    """

    line: NDArray[np.int64]
    time: NDArray[np.int64]
    run_type: NDArray[np.int8]
    values: dict[str, NDArray[np.float64]]


def matched(number: int, text: bytes) -> Record | None:
    """Return what a line says, None where it is no record."""
    found = _RECORD.fullmatch(text)
    if found is None:
        return None
    logger, place, kind, instrument, quantities, hash_instrument, hash_kind, hash_quantities, hash_place = found.groups()
    if place is not None:
        return Record(number, logger or b"", instrument, f"{place.decode()} {kind.decode()}", quantities)
    return Record(number, logger or b"", hash_instrument, f"{hash_place.decode()} {hash_kind.decode()}", hash_quantities)


def find_records(lines: Lines, options: Co2ProOptions, account: LineAccount) -> list[Record]:
    """Find the records of a file and account for all other lines.

    Raises
    ------
    TextError
        For a file without a single record, unless all of it is messages.
    """
    account.seen = len(lines)
    messages = (*_MESSAGES, *(each.encode() for each in options.messages))
    records = []
    found = Counter[str]()
    for index in range(len(lines)):
        text = lines.raw(index)
        record = matched(index + 1, text)
        if record is not None:
            records.append(record)
            continue
        reason = _reason(text, messages)
        found[reason] += 1
        account.reject(reason, 1)
        account.count_type(f"({reason})", 1)
        if reason == DAMAGED:
            account.tell(
                DAMAGED,
                "neither a record ('W M,…' or '#yyyy/mm/dd …') nor a known message; the beginning of a message can be named in messages",
                index + 1,
                text.decode("ascii", errors="replace"),
            )
    # Messages alone are the log of an instrument that did not measure.
    if not records and (found[DAMAGED] or not found[OF_LOGGER] + found[OF_INSTRUMENT]):
        raise TextError(
            "no CO2-Pro record found; expected lines such as '2014/02/17 00:58:14.840 W M,2014,02,17,01,00,12,44392,41900,358.77,…' or "
            "'#2014/08/10 00:20:11, M,43032,40423,397.04,…,W'"
        )
    return records


def _reason(text: bytes, messages: tuple[bytes, ...]) -> str:
    if not text.strip():
        return BLANK
    if _OF_LOGGER.match(text):
        return OF_LOGGER
    stamp = _STAMP.match(text)
    rest = text[stamp.end() :] if stamp else text
    if stamp and not rest.strip():
        return BLANK
    return OF_INSTRUMENT if rest.startswith(messages) else DAMAGED


def read_rows(lines: Lines, options: Co2ProOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    """Read all rows of a file.

    Parameters
    ----------
    lines
        The file.
    options
        How it is written.
    account
        Takes the account of every line.
    clock_only
        Read no quantities, only what decides whether a row is kept and when it was measured.

    Raises
    ------
    TextError
        For a file without a record, one whose number of fields is not known, and one without a row that has a valid time.
    """
    records = find_records(lines, options, account)
    for word, count in Counter(record.word for record in records).items():
        account.count_type(word, count)
    if not records:
        nothing = np.empty(0, dtype=np.int64)
        names = options.fields or FIELDS
        return Rows(nothing, nothing, nothing.astype(np.int8), {name: np.empty(0) for name in names if name != "-"})
    names, records = _regular(records, options, account)
    times = {
        "instrument": parse_stamps([record.instrument for record in records]),
        "logger": parse_stamps([record.logger for record in records]),
    }
    time = times[options.clock]
    valid = time != INVALID
    _tell_times(records, valid, options, account)
    if not valid.any():
        (other,) = set(times) - {options.clock}
        elsewhere = int(np.count_nonzero(times[other] != INVALID))
        raise TextError(
            f"none of {len(records)} records has a valid time of the {options.clock}, {elsewhere} have one of the {other}: option clock",
            records[0].line,
        )
    if not clock_only:
        both = np.logical_and.reduce([each != INVALID for each in times.values()])
        _tell_difference(records, times["logger"] - times["instrument"], both, account)
    kept = [record for record, good in zip(records, valid.tolist(), strict=True) if good]
    return Rows(
        line=np.array([record.line for record in kept], dtype=np.int64),
        time=time[valid],
        run_type=np.array([_RUN_TYPES[record.word] for record in kept], dtype=np.int8),
        values={} if clock_only else _quantities(kept, names, account),
    )


def _regular(records: list[Record], options: Co2ProOptions, account: LineAccount) -> tuple[tuple[str, ...], list[Record]]:
    """Return the names of the quantities, and the records that have as many.

    A record cut short could pass for one of an older instrument: what most records of the file have is what all must have.
    """
    counts = [record.quantities.count(b",") + 1 for record in records]
    if options.fields:
        names: tuple[str, ...] = options.fields
    else:
        usual = max(Counter(counts).items(), key=lambda item: (item[1], item[0]))[0]
        if usual not in LAYOUTS:
            known = ", ".join(map(str, sorted(LAYOUTS)))
            raise TextError(
                f"most records have {usual} quantities after their time; expected {known}, or their names in the option fields",
                records[counts.index(usual)].line,
            )
        names = LAYOUTS[usual]
    wrong = [record for record, count in zip(records, counts, strict=True) if count != len(names)]
    account.reject(FIELD_COUNT, len(wrong))
    for record in wrong:
        found = record.quantities.count(b",") + 1
        account.tell(FIELD_COUNT, f"expected {len(names)} quantities after the time, found {found}", record.line, _text(record.quantities))
    regular = [record for record, count in zip(records, counts, strict=True) if count == len(names)]
    if not regular:
        raise TextError(f"no record has the {len(names)} quantities that the option fields names", records[0].line)
    return names, regular


def _text(raw: bytes) -> str:
    return raw.decode("ascii", errors="replace")


def _tell_times(records: list[Record], valid: NDArray[np.bool_], options: Co2ProOptions, account: LineAccount) -> None:
    missing = np.flatnonzero(~valid)
    account.reject(NO_TIME, missing.size)
    for index in missing.tolist():
        record = records[index]
        seen = record.instrument if options.clock == "instrument" else record.logger
        account.tell(NO_TIME, f"{_text(seen) or '(none)'!r} is no time of the {options.clock}", record.line, _text(record.quantities))


def _tell_difference(records: list[Record], apart: NDArray[np.int64], both: NDArray[np.bool_], account: LineAccount) -> None:
    """Say how far the two clocks are apart: nobody can tell from the file which is right."""
    places = np.array([record.word[0] for record in records])
    for place, name in (("W", "water"), ("A", "air")):
        rows = both & (places == place)
        median = float(np.median(apart[rows])) if rows.any() else 0.0
        if abs(median) > _DISAGREEING:
            seconds = median / 1e9
            account.tell("clocks", f"{name}: the logger's time is {seconds:+.0f} s from the instrument's (median); see the option clock")


def _quantities(records: list[Record], names: tuple[str, ...], account: LineAccount) -> dict[str, NDArray[np.float64]]:
    wanted = {column: number for column, name in enumerate(names) if name != "-"}
    block = parse_block(
        b"\n".join(record.quantities for record in records) + b"\n", len(records), len(names), separator=",", words=(), numbers=wanted
    )
    for column, cells in block.damaged.items():
        name = names[column]
        account.damage(name, len(cells))
        for row, text in cells.items():
            account.tell(f"{name}: not a number", f"{name}: {text!r} is no number", records[row].line, _text(records[row].quantities))
    return {names[column]: values for column, values in block.numbers.items()}
