"""Reader of the binary files of EddyMeas, EddySoft and EdiSol."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.dataset import make_stream
from icos_core.exceptions import InputError
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_ecosystem.readers.raw_clock import SECOND, regular_times, start_from_name
from icos_ecosystem.readers.raw_units import conversion
from icos_ecosystem.readers.slt_configuration import configuration_beside
from icos_ecosystem.readers.slt_options import STREAM, WORDS, SltOptions
from icos_ecosystem.readers.slt_records import FIXED, millivolts, parse_header, records_of
from icos_ecosystem.vocabulary.measured import DIAGNOSTICS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, Variable
    from icos_ecosystem.readers.slt_configuration import SltConfiguration
    from icos_ecosystem.readers.slt_options import AnalogInput
    from icos_ecosystem.readers.slt_records import SltHeader

__all__ = ["READER", "guess", "provides", "read", "span"]

INCOMPLETE = "incomplete record"
BEYOND = "beyond the time of the file"
_HEAD_BYTES = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60 * SECOND
_WIND_FACTOR = 0.01
_FOURTH = {"speed_of_sound": (1 / 50, 0.0), "sonic_temperature": (0.01, 273.15)}
_CODES = {word.name for word in DIAGNOSTICS}
_HALF_HOUR = 30.0


def read(path: Path, options: SltOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file.
    options
        How it is written, and what its analog inputs measure.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``eddy``, one row per record at the stated frequency; the account of every record after the header.

    Raises
    ------
    InputError
        For a file that is none of the stated program, one whose name and header tell different times, and an analog input that it does
        not have.
    """
    with faults_named(path):
        data = path.read_bytes()
    header = parse_header(data, options.variant, path.name)
    records, left_over = records_of(data, header)
    account = LineAccount(path.name)
    account.seen = len(records) + bool(left_over)
    if left_over:
        account.reject(INCOMPLETE, 1)
        account.tell(INCOMPLETE, f"the file ends within a record: its last {left_over} bytes are not read, it may have been cut off")
    time = regular_times(_start(path, header, options, len(records)), len(records), options.frequency)
    if options.file_duration is not None and time.size:
        kept = time < time[0] + round(options.file_duration.total_seconds() * SECOND)
        account.reject(BEYOND, int(np.count_nonzero(~kept)))
        time, records = time[kept], records[kept]
    account.kept = time.size
    unread = [number for number in range(1, header.n_columns - FIXED + 1) if str(number) not in options.channels]
    if unread and not options.channels:
        account.tell("channels", f"{len(unread)} analog inputs are not read: channels says what they measure")
    stream = make_stream(time.astype("datetime64[ns]"), _values(path, records, header, options), WORDS.values())
    return ReadResult(streams={STREAM: stream}, tally=account.tally, problems=account.problems)


def span(path: Path, options: SltOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the first to the last record, ``NaT`` where there is none; the size of the file tells their number.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    with faults_named(path), path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = file.seek(0, 2)
    header = parse_header(head, options.variant, path.name)
    count = max(size - header.length, 0) // header.length
    start = _start(path, header, options, count)
    if not count:
        return Span(np.datetime64("NaT", "ns"), np.datetime64("NaT", "ns"))
    last = int(regular_times(start, count, options.frequency)[-1])
    return Span(np.datetime64(start, "ns"), np.datetime64(last, "ns"))


def provides(options: SltOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    names = ("u", "v", "w", options.fourth_column, *(channel.variable for channel in options.channels.values()))
    return {STREAM: tuple(WORDS[name] for name in names)}


def _start(path: Path, header: SltHeader, options: SltOptions, n_rows: int) -> int:
    """Return when the first record begins [ns since 1970 UTC]."""
    if header.start is None or options.time_from == "name":
        return start_from_name(path, options.clock, n_rows)
    since = header.start - _EPOCH
    stated = (since.days * 86400 + since.seconds) * SECOND - round(options.utc_offset * 3600) * SECOND
    if options.time_from == "both":
        try:
            named = start_from_name(path, options.clock, n_rows)
        except InputError:
            return stated
        if abs(named - stated) >= _MINUTE:
            told, found = (np.datetime64(stamp, "ns").astype("datetime64[m]") for stamp in (stated, named))
            raise InputError(path.name, f"the header says {told}, the name {found} (UTC); time_from says which of them holds")
    return stated


def _values(path: Path, records: NDArray[np.int16], header: SltHeader, options: SltOptions) -> dict[str, NDArray[np.generic]]:
    values: dict[str, NDArray[np.generic]] = {name: records[:, place] * _WIND_FACTOR for place, name in enumerate(("u", "v", "w"))}
    factor, offset = _FOURTH[options.fourth_column]
    values[options.fourth_column] = records[:, 3] * factor + offset
    for key, channel in options.channels.items():
        place = int(key) - 1
        if place >= len(header.high_resolution):
            raise InputError(path.name, f"channels.{key}: the file has {len(header.high_resolution)} analog inputs")
        factor, offset = _scaling(channel, options.analog_range, high_resolution=header.high_resolution[place])
        numbers = records[:, FIXED + place] * factor + offset
        values[channel.variable] = np.rint(numbers).astype(np.int32) if channel.variable in _CODES else numbers
    return values


def _scaling(channel: AnalogInput, analog_range: tuple[float, float], *, high_resolution: bool) -> tuple[float, float]:
    """Return factor and offset from the number of an analog input to the variable."""
    to_volts, zero = millivolts(high_resolution=high_resolution if channel.high_resolution is None else channel.high_resolution)
    low, high = analog_range
    slope = (channel.maximum - channel.minimum) / (high - low)
    to_unit, unit_zero = (1.0, 0.0) if channel.unit is None else conversion(channel.variable, channel.unit)
    return to_unit * slope * to_volts, to_unit * (channel.minimum + slope * (zero - low)) + unit_zero


def guess(path: Path) -> Guess | None:
    """Recognise a file of EddyMeas by its header and name; the .cfg beside it tells what its analog inputs measure."""
    try:
        with path.open("rb") as file:
            header = parse_header(file.read(_HEAD_BYTES), "eddymeas", path.name)
    except (OSError, InputError):
        return None
    assumed = SltOptions(frequency=10.0)
    try:
        _start(path, header, assumed, 0)
        start_from_name(path, assumed.clock, 0)
        confidence = 0.95
    except InputError:
        confidence = 0.6
    found = [f"header of EddyMeas: {len(header.high_resolution)} analog inputs, begun {header.start:%Y-%m-%d %H:%M}"]
    unsure = ["utc_offset: a file does not say how far its clock is from UTC"]
    beside = configuration_beside(path)
    if beside is None:
        unsure += ["frequency: 10 Hz is taken, no .cfg beside the file tells", "channels: nothing tells what the analog inputs measure"]
        return Guess(confidence=confidence, options={"frequency": 10.0}, found=tuple(found), unsure=tuple(unsure))
    return _with_configuration(confidence, found, unsure, *beside)


def _with_configuration(confidence: float, found: list[str], unsure: list[str], name: str, beside: SltConfiguration) -> Guess:
    frequency = beside.number("sample frequency")
    if frequency is None or frequency <= 0:
        unsure.append(f"frequency: 10 Hz is taken, {name} does not tell")
    options: dict[str, object] = {"frequency": frequency or 10.0}
    if beside.number("average time") == _HALF_HOUR:
        options["file_duration"] = "30 min"
    channels = {
        str(number): {"variable": each.variable, "unit": each.unit, "minimum": each.minimum, "maximum": each.maximum}
        for number, each in enumerate(beside.inputs, start=1)
        if each.variable is not None and each.minimum != each.maximum
    }
    if channels:
        options["channels"] = channels
    others = [f"{each.name} ({each.unit})" for each in beside.inputs if each.variable is None]
    if others:
        unsure.append(f"channels: {', '.join(others)} in {name} are no variable for certain: dry or moist air, or no gas")
    found.append(f"{name}: {len(beside.inputs)} analog inputs, {beside.settings.get('sonic', 'no sonic named')}")
    return Guess(confidence=confidence, options=options, found=tuple(found), unsure=tuple(unsure))


READER = Reader(
    name="slt",
    summary="binary files of EddyMeas, EddySoft and EdiSol (.slt)",
    options=SltOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
