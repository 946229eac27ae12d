"""Reader of Sunburst SAMI-CO2 files: downloads of the maker's program and records that a data logger kept.

A row is a sample or a blank (pure water instead of dye, run type FLUSH). Converter readings become temperature and voltage, light ratios
become fractions; everything else stays as measured. See DeGrandpre et al. (1995) for the instrument.

References
----------
DeGrandpre, M. D., Hammar, T. R., Smith, S. P. and Sayles, F. L. (1995). In situ measurements of seawater pCO2. Limnology and Oceanography
40, 969-975. https://doi.org/10.4319/lo.1995.40.5.0969
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.stamped_time import parse_stamps
from icos_ocean.readers.sunburst_sami_co2_header import COEFFICIENTS
from icos_ocean.readers.sunburst_sami_co2_options import SamiOptions
from icos_ocean.readers.sunburst_sami_co2_records import NO_TIME, find_records, interpret, plain_header
from icos_ocean.sami_spectrophotometry import RATIO_SCALE, battery_voltage, thermistor_temperature
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from icos_ocean.vocabulary.sami import MEASUREMENT_TYPES
from icos_ocean.vocabulary.sensors import SAMI_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_ocean.readers.sunburst_sami_co2_bulk import Lights
    from icos_ocean.readers.sunburst_sami_co2_header import Header
    from icos_ocean.readers.sunburst_sami_co2_records import Found

__all__ = ["READER", "guess", "provides", "read", "span"]

_EPOCH = int(np.datetime64("1904-01-01T00:00:00", "s").astype(np.int64))
_SECOND = 1_000_000_000
_LAST_SECOND = 1 << 32
_LARGEST = 65535
_HEAD = 1 << 16
_RAW = ("dark_reference", "dark_signal", "reference_434", "signal_434", "reference_620", "signal_620")
_FIRST_READINGS, _SECOND_READINGS = slice(0, 6), slice(8, 14)
_RATIO_434, _RATIO_620, _BATTERY, _THERMISTOR = 6, 7, 14, 15
_WORDS = (
    *("run_type", "measurement_type", "light_ratio_434", "light_ratio_620", *_RAW),
    *("equilibrator_temperature", "supply_voltage", *COEFFICIENTS),
)


def read(path: Path, options: SamiOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file.
    options
        How it is written.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``sami`` in order of time, samples and blanks; the account of every line but those of the header at the top; problems.

    Raises
    ------
    InputError
        For a file that cannot be read: missing, in a wide encoding, without a sample or blank, or without a valid time of the clock that
        the options name.
    """
    account = LineAccount(path.name)
    lines = open_lines(path)
    found = find_records(lines, account)
    lights, time = _timed(path, found, options, account)
    values = _values(lights, options, account)
    kinds = lights.kind.astype(np.int8)
    values["run_type"] = np.where(kinds == MEASUREMENT_TYPES["blank"], RUN_TYPES["FLUSH"], RUN_TYPES["EQU"]).astype(np.int8)
    values["measurement_type"] = kinds
    for name, array in _coefficients(found.headers, lights.line).items():
        values[name] = array
    columns = {name: values[name] for name in _WORDS}
    return row_stream(SAMI_STREAM, time, lights.line, columns, VOCABULARY.values(), lines, account, instrument="Sunburst SAMI-CO2")


def span(path: Path, options: SamiOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps; ``NaT`` at both ends where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    account = LineAccount(path.name)
    _, time = _timed(path, find_records(open_lines(path), account), options, account)
    return span_of(time)


def provides(options: SamiOptions) -> Mapping[str, tuple[Variable, ...]]:  # noqa: ARG001  # the signature is the contract's
    """Return the variables of every file."""
    return {SAMI_STREAM: tuple(VOCABULARY[name] for name in _WORDS)}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its header or by the form of its records, and the converter by its readings."""
    try:
        with path.open("rb") as file:
            lines = split_lines(file.read(_HEAD))
    except (OSError, TextError):
        return None
    whole = len(lines) if lines.complete else len(lines) - 1
    start = plain_header(lines)
    read_lines = [interpret(lines.raw(index)) for index in range(start, whole)]
    records = [each for each in read_lines if not each.reason]
    written = sum(1 for index in range(start, whole) if lines.raw(index).strip())
    if not records or len(records) < 0.1 * written:
        return None
    found = [f"{len(records)} of {written} lines that were looked at are samples or blanks of a SAMI-CO2"]
    if start:
        found.append("the header is that of the maker's program")
    unsure = []
    options: dict[str, object] = {}
    if any(each.numbers[_THERMISTOR] >= 1 << 12 for each in records):
        options["adc_bits"] = 14
        found.append("adc_bits: readings of the thermistor lie above 4095")
    else:
        unsure.append("adc_bits: all readings of the thermistor lie below 4096, as those of a converter of 12 bits do")
    if any(each.logger for each in records):
        unsure.append("clock: records have the time of the instrument and of a data logger; the file does not tell which is right")
    return Guess(confidence=0.98 if start else 0.9, options=options, found=tuple(found), unsure=tuple(unsure))


def _timed(path: Path, found: Found, options: SamiOptions, account: LineAccount) -> tuple[Lights, NDArray[np.int64]]:
    """Return the samples and blanks that have a time, and their times in ns since 1970."""
    lights = found.lights
    if not lights.line.size:
        if found.only_housekeeping:
            return lights, np.empty(0, dtype=np.int64)
        raise InputError(
            path.name,
            "no sample or blank of a SAMI-CO2 found; expected decimal records of 18 numbers that begin with 4 or 5, or hexadecimal ones "
            "such as *C22704D015B0C50040…",
        )
    if options.clock == "logger":
        time = parse_stamps(lights.logger)
        valid = time != INVALID
    else:
        valid = (lights.seconds + _EPOCH >= 0) & (lights.seconds < _LAST_SECOND)
        time = (np.where(valid, lights.seconds, 0) + _EPOCH) * _SECOND
    if not valid.any():
        raise InputError(path.name, f"none of {valid.size} records has a valid time of the {options.clock}: see the option clock")
    account.reject(NO_TIME, int(np.count_nonzero(~valid)))
    for row in np.flatnonzero(~valid).tolist():
        seen = lights.logger[row].decode("ascii") if options.clock == "logger" else str(lights.seconds[row])
        account.tell(NO_TIME, f"{seen or '(none)'!r} is no time of the {options.clock}", int(lights.line[row]))
    return lights.take(valid), time[valid]


def _values(lights: Lights, options: SamiOptions, account: LineAccount) -> dict[str, NDArray[np.generic]]:
    numbers = lights.numbers.astype(np.float64)
    too_large = numbers > _LARGEST
    numbers[too_large] = np.nan
    for row in np.flatnonzero(too_large.any(axis=1)).tolist():
        account.tell("number", f"a number above {_LARGEST} does not fit two bytes: the record is damaged", int(lights.line[row]))
    account.damage("numbers", int(np.count_nonzero(too_large)))
    full_scale = 1 << options.adc_bits
    thermistor = numbers[:, _THERMISTOR]
    outside = np.flatnonzero((thermistor <= 0) | (thermistor >= full_scale))
    account.damage("thermistor", outside.size)
    for row in outside.tolist():
        account.tell("thermistor", f"{thermistor[row]:.0f} is no reading of a converter of {options.adc_bits} bits", int(lights.line[row]))
    raw = 0.5 * (numbers[:, _FIRST_READINGS] + numbers[:, _SECOND_READINGS])
    return {
        "light_ratio_434": numbers[:, _RATIO_434] / RATIO_SCALE,
        "light_ratio_620": numbers[:, _RATIO_620] / RATIO_SCALE,
        **{name: raw[:, column] for column, name in enumerate(_RAW)},
        "equilibrator_temperature": thermistor_temperature(thermistor, options.adc_bits),
        "supply_voltage": battery_voltage(numbers[:, _BATTERY], options.adc_bits),
    }


def _coefficients(headers: list[tuple[int, Header]], line: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return the coefficients of the header above each record; NaN where there is none."""
    starts = np.array([start for start, _ in headers], dtype=np.int64)
    which = np.searchsorted(starts, line, side="right") - 1
    found = {}
    for name in COEFFICIENTS:
        known = np.array([*(header.coefficients[name] for _, header in headers), np.nan])
        found[name] = known[which]
    return found


READER = Reader(
    name="sunburst-sami-co2",
    summary="Sunburst SAMI-CO2, downloads and records kept by a data logger",
    options=SamiOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
