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
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.raw_text.delimited_text import TextError, number, parse_block
from icos_core.raw_text.instrument_clock import INVALID
from icos_ocean.readers.pro_oceanus_co2_pro_options import FIELDS, LAYOUTS
from icos_ocean.readers.stamped_time import parse_stamps
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.pro_oceanus_co2_pro_options import Co2ProOptions

__all__ = ["Records", "Rows", "find_records", "read_rows", "records_of"]

_LOGGER = rb"^(?:(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)[ \t]+)?"
_COMMAS = rb"([AW])[ \t]+([MZ]),(\d{4},\d{1,2},\d{1,2},\d{1,2},\d{1,2},\d{1,2}),([^#\x00\n]*)$"
_HASH = rb"#(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d),[ \t]*([MZ]),([^#\x00\n]*),[ \t]*([AW])[ \t]*$"
_WITH_COMMAS, _WITH_HASH = (re.compile(_LOGGER + style, re.MULTILINE) for style in (_COMMAS, _HASH))
_OF_LOGGER = re.compile(rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[ \t]+\[[^\]]*\]")
_STAMP = re.compile(rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[ \t]*")
_MESSAGES = (
    *(b"Press Space-bar", b"Next Start Time", b"Loading User Variables", b"Detector Warmup", b"ATM & Water Mode Warmup", b"Enter Command"),
    *(b"1) ", b"2) ", b"3) ", b"4) ", b"5) ", b"6) ", b"7) ", b"8) ", b"0) "),
)
_WATER, _ZERO_KIND = b"W", b"Z"
_DISAGREEING = 30_000_000_000

BLANK = "blank line"
OF_LOGGER = "message of the logger"
OF_INSTRUMENT = "message of the instrument"
DAMAGED = "no record"
FIELD_COUNT = "wrong number of fields"
NO_TIME = "no valid time"


class Records(NamedTuple):
    """Lines that are records.

    Attributes
    ----------
    line : (n,) ndarray of int64
        Their numbers, from 1.
    logger, instrument : (n,) ndarray of bytes
        The two times as written, empty where there is none.
    place, kind : (n,) ndarray of bytes
        W or A, M or Z.
    quantities : (n,) ndarray of object
        What follows, as bytes.
    """

    line: NDArray[np.int64]
    logger: NDArray[np.bytes_]
    instrument: NDArray[np.bytes_]
    place: NDArray[np.bytes_]
    kind: NDArray[np.bytes_]
    quantities: NDArray[np.object_]

    def __len__(self) -> int:
        """Return the number of records."""
        return int(self.line.size)

    def take(self, rows: NDArray[np.bool_]) -> Records:
        """Return some of the records."""
        return self if rows.all() else Records(**{name: column[rows] for name, column in self._asdict().items()})

    @property
    def words(self) -> Counter[str]:
        """How many records there are of each word: place and kind."""
        pairs = Counter(zip(self.place.tolist(), self.kind.tolist(), strict=True))
        return Counter({f"{place.decode()} {kind.decode()}": count for (place, kind), count in pairs.items()})

    @property
    def counts(self) -> list[int]:
        """Number of quantities of each."""
        return [quantities.count(b",") + 1 for quantities in self.quantities.tolist()]

    @property
    def run_type(self) -> NDArray[np.int8]:
        """Codes of run types."""
        in_water = np.where(self.place == _WATER, RUN_TYPES["EQU"], RUN_TYPES["ATM"])
        return np.where(self.kind == _ZERO_KIND, RUN_TYPES["ZERO"], in_water).astype(np.int8)


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


def records_of(lines: Lines) -> Records:
    """Return the lines of a text that are records."""
    found, starts = [], []
    for style, order in ((_WITH_COMMAS, (0, 3, 1, 2, 4)), (_WITH_HASH, (0, 1, 4, 2, 3))):
        groups = style.findall(lines.data) if style is _WITH_COMMAS or b"#" in lines.data else []
        if groups:
            columns = list(zip(*groups, strict=True))
            found.append([columns[number] for number in order])
            starts += [match.start() for match in style.finditer(lines.data)]
    line = np.searchsorted(lines.starts, np.array(starts, dtype=np.int64)) + 1
    in_file = np.argsort(line, kind="stable")
    logger, instrument, place, kind, written = (list(chain.from_iterable(parts[number] for parts in found)) for number in range(5))
    quantities = np.empty(line.size, dtype=np.object_)
    quantities[:] = written
    return Records(
        line=line[in_file],
        logger=np.array(logger, dtype="S26")[in_file],
        instrument=np.array(instrument, dtype="S20")[in_file],
        place=np.array(place, dtype="S1")[in_file],
        kind=np.array(kind, dtype="S1")[in_file],
        quantities=quantities[in_file],
    )


def find_records(lines: Lines, options: Co2ProOptions, account: LineAccount) -> Records:
    """Find the records of a file and account for all other lines.

    Raises
    ------
    TextError
        For a file without a single record, unless all of it is messages.
    """
    account.seen = len(lines)
    messages = (*_MESSAGES, *(each.encode() for each in options.messages))
    records = records_of(lines)
    found = Counter[str]()
    others = np.ones(len(lines), dtype=np.bool_)
    others[records.line - 1] = False
    for index in np.flatnonzero(others).tolist():
        text = lines.raw(index)
        reason = _reason(text, messages)
        found[reason] += 1
        account.reject(reason, 1)
        account.count_type(f"({reason})", 1)
        if reason == DAMAGED:
            account.tell(
                DAMAGED,
                "neither a record ('W M,…' or '#yyyy/mm/dd …') nor a known message; the beginning of a message can be named in messages",
                index + 1,
                _text(text),
            )
    # Messages alone are the log of an instrument that did not measure.
    if not len(records) and (found[DAMAGED] or not found[OF_LOGGER] + found[OF_INSTRUMENT]):
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
    for word, count in records.words.items():
        account.count_type(word, count)
    if not len(records):
        nothing = np.empty(0, dtype=np.int64)
        names = options.fields or FIELDS
        return Rows(nothing, nothing, nothing.astype(np.int8), {name: np.empty(0) for name in names if name != "-"})
    names, records = _regular(records, options, account)
    times = {
        "instrument": parse_stamps(records.instrument),
        "logger": parse_stamps(records.logger),
    }
    time = times[options.clock]
    valid = time != INVALID
    _tell_times(records, valid, options, account)
    if not valid.any():
        (other,) = set(times) - {options.clock}
        elsewhere = int(np.count_nonzero(times[other] != INVALID))
        raise TextError(
            f"none of {len(records)} records has a valid time of the {options.clock}, {elsewhere} have one of the {other}: option clock",
            int(records.line[0]),
        )
    if not clock_only:
        both = np.logical_and.reduce([each != INVALID for each in times.values()])
        _tell_difference(records, times["logger"] - times["instrument"], both, account)
    kept = records.take(valid)
    return Rows(line=kept.line, time=time[valid], run_type=kept.run_type, values={} if clock_only else _quantities(kept, names, account))


def _regular(records: Records, options: Co2ProOptions, account: LineAccount) -> tuple[tuple[str, ...], Records]:
    """Return the names of the quantities, and the records that have as many.

    A record cut short could pass for one of an older instrument: what most records of the file have is what all must have.
    """
    counts = records.counts
    if options.fields:
        names: tuple[str, ...] = options.fields
    else:
        usual = max(Counter(counts).items(), key=lambda item: (item[1], item[0]))[0]
        if usual not in LAYOUTS:
            known = ", ".join(map(str, sorted(LAYOUTS)))
            raise TextError(
                f"most records have {usual} quantities after their time; expected {known}, or their names in the option fields",
                int(records.line[counts.index(usual)]),
            )
        names = LAYOUTS[usual]
    regular = np.array(counts) == len(names)
    wrong = np.flatnonzero(~regular).tolist()
    account.reject(FIELD_COUNT, len(wrong))
    for row in wrong:
        message = f"expected {len(names)} quantities after the time, found {counts[row]}"
        account.tell(FIELD_COUNT, message, int(records.line[row]), _text(records.quantities[row]))
    if not regular.any():
        raise TextError(f"no record has the {len(names)} quantities that the option fields names", int(records.line[0]))
    return names, records.take(regular)


def _text(raw: bytes) -> str:
    return raw.decode("ascii", errors="replace")


def _tell_times(records: Records, valid: NDArray[np.bool_], options: Co2ProOptions, account: LineAccount) -> None:
    missing = np.flatnonzero(~valid)
    account.reject(NO_TIME, missing.size)
    written = records.instrument if options.clock == "instrument" else records.logger
    for row in missing.tolist():
        message = f"{_text(written[row]) or '(none)'!r} is no time of the {options.clock}"
        account.tell(NO_TIME, message, int(records.line[row]), _text(records.quantities[row]))


def _tell_difference(records: Records, apart: NDArray[np.int64], both: NDArray[np.bool_], account: LineAccount) -> None:
    """Say how far the two clocks are apart: nobody can tell from the file which is right."""
    for place, name in ((b"W", "water"), (b"A", "air")):
        rows = both & (records.place == place)
        median = float(np.median(apart[rows])) if rows.any() else 0.0
        if abs(median) > _DISAGREEING:
            seconds = median / 1e9
            account.tell("clocks", f"{name}: the logger's time is {seconds:+.0f} s from the instrument's (median); see the option clock")


def _quantities(records: Records, names: tuple[str, ...], account: LineAccount) -> dict[str, NDArray[np.float64]]:
    wanted = {column: number for column, name in enumerate(names) if name != "-"}
    text = b"\n".join(records.quantities.tolist()) + b"\n"
    block = parse_block(text, len(records), len(names), separator=",", words=(), numbers=wanted)
    for column, cells in block.damaged.items():
        name = names[column]
        account.damage(name, len(cells))
        for row, cell in cells.items():
            message = f"{name}: {cell!r} is no number"
            account.tell(f"{name}: not a number", message, int(records.line[row]), _text(records.quantities[row]))
    return {names[column]: values for column, values in block.numbers.items()}
