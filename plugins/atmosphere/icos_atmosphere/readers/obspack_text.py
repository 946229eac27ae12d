"""Text files of NOAA: flasks (``# number_of_header_lines: 61``) and means (``# header_lines : 150``) → a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.obspack_layout import checked_gas, stated_scale
from icos_atmosphere.readers.obspack_missing import whole_numbers, without_codes
from icos_atmosphere.readers.obspack_series import Series, scale_of
from icos_atmosphere.readers.obspack_time import SAMPLE, interval_of_steps, starts
from icos_atmosphere.readers.obspack_units import POWERS, in_power_of_ten, power_of_units
from icos_atmosphere.readers.obspack_variables import noaa_bits
from icos_atmosphere.readers.obspack_words import PROVIDER_FLAG
from icos_atmosphere.readers.wdcgg_clock import COMPONENTS, moments
from icos_atmosphere.readers.wdcgg_header import header_of
from icos_atmosphere.readers.wdcgg_rows import checked_header, interval_word
from icos_atmosphere.readers.wdcgg_table import blank_table
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Guess
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes, plain_head

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.obspack_options import ObspackOptions
    from icos_atmosphere.readers.wdcgg_header import Header
    from icos_atmosphere.readers.wdcgg_table import BlankTable
    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["lines_of", "read_text", "sniff_text"]

_PREFIXES = ("sample_", "analysis_")
_RENAMED = {"seconds": "second", "uncertainty": "value_unc", "flag": "qcflag"}
_FREQUENCIES = {"hour": "hour", "day": "day", "month": "month"}


def lines_of(path: Path) -> Lines:
    """Return the lines of a file, packed or not.

    Raises
    ------
    InputError
        For a file that cannot be opened or unpacked.
    """
    with faults_named(path):
        return split_lines(plain_bytes(path))


def read_text(file: str, lines: Lines, options: ObspackOptions, account: LineAccount, *, clock_only: bool = False) -> Series:
    """Return what a text file of NOAA holds.

    Parameters
    ----------
    file
        Its name.
    lines
        Its lines.
    options
        As the reader got them.
    account
        Takes the account of the lines behind the header.
    clock_only
        Leave out all but times and heights.

    Raises
    ------
    InputError
        For a file without such a header, of another species, or with columns or units that are not understood.
    """
    header = checked_header(file, lines, account)
    columns = _columns_of(header)
    missing = [name for name in (*COMPONENTS[:3], "value", "qcflag") if name not in columns]
    if missing:
        what = "neither netCDF nor a text file of NOAA"
        raise InputError(file, f"{what}: no column {missing[0]!r} among {', '.join(columns)}", line=header.lines)
    table = blank_table(lines, header.lines, columns, account)
    gas = checked_gas(file, header.first("dataset_parameter") or _species(table), options)
    time = moments([table.numbers(name) for name in COMPONENTS if name in table])
    interval = options.averaging_interval or _interval(header, columns) or interval_of_steps(time)
    if interval is None:
        raise InputError(file, "does not say what its rows average over; the option averaging_interval states it")
    stamp = "start" if options.time_stamp == "file" else options.time_stamp
    height = without_codes(table.numbers("intake_height"), can_be_negative=True) if "intake_height" in table else None
    scale = stated_scale(header.first("dataset_calibration_scale"))
    return Series(
        gas=gas,
        time=starts(time, stamp, interval),
        place=table.line,
        values={} if clock_only else _values(file, header, table, gas),
        height=height,
        interval=interval,
        scale=scale_of(file, scale, gas, options),
        instrument="" if clock_only else _instruments(table),
    )


def sniff_text(path: Path) -> Guess | None:
    """Guess how to describe a text file; None for one that is not NOAA's."""
    try:
        header = header_of(split_lines(plain_head(path)))
    except TextError:
        return None
    if header is None or not {"value", "qcflag", "year"} <= set(_columns_of(header)):
        return None
    unsure = ["intake_height: a file that has several heights needs it"]
    if not header.first("dataset_calibration_scale"):
        unsure.append("calibration_scale: the file does not say it")
    return Guess(confidence=0.9, found=("a header and columns as NOAA writes them",), unsure=tuple(unsure))


def _columns_of(header: Header) -> tuple[str, ...]:
    found: list[str] = []
    for name in header.columns:
        plain = name
        for prefix in _PREFIXES:
            # The moment of the analysis has the same names as that of the sample, which stands before it.
            shorter = _RENAMED.get(name.removeprefix(prefix), name.removeprefix(prefix))
            if name.startswith(prefix) and shorter not in found:
                plain = shorter
        found.append(plain)
    return tuple(found)


def _species(table: BlankTable) -> str:
    if "parameter_formula" not in table or not table.line.size:
        return ""
    _, words = table.words("parameter_formula")
    return ", ".join(words)


def _interval(header: Header, columns: tuple[str, ...]) -> str | None:
    if "event_number" in columns:
        return SAMPLE
    if header.first("dataset_data_frequency") in ("1", "1.0"):
        return _FREQUENCIES.get(header.first("dataset_data_frequency_unit"))
    return interval_word(header.first("dataset_selection_tag"))


def _values(file: str, header: Header, table: BlankTable, gas: str) -> dict[str, NDArray[np.generic]]:
    try:
        power = power_of_units(header.first("value:units") or GASES[gas].prefixed_units) - POWERS[GASES[gas].units]
    except ValueError as error:
        raise InputError(file, str(error)) from error
    found: dict[str, NDArray[np.generic]] = {}
    for suffix, name in (("", "value"), ("_stdev", "value_std_dev"), ("_uncertainty", "value_unc")):
        if name in table:
            found[suffix] = in_power_of_ten(without_codes(table.numbers(name), can_be_negative=suffix == ""), power)
    if "nvalue" in table:
        found["_n"] = whole_numbers(table.numbers("nvalue"), 0)
    codes, words = table.words("qcflag")
    found[f"_{PROVIDER_FLAG}"] = noaa_bits(np.array(words, dtype=np.str_))[codes] if words else np.empty(0, dtype=np.int8)
    return found


def _instruments(table: BlankTable) -> str:
    return ", ".join(table.words("instrument")[1]) if "instrument" in table else ""
