"""Header and rows of a file of the World Data Centre for Greenhouse Gases → a series in the words and units of the vocabulary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.atc_flags import CORRECT, LETTERS, codes_of
from icos_atmosphere.readers.obspack_layout import checked_gas, height_in
from icos_atmosphere.readers.obspack_missing import whole_numbers, without_codes
from icos_atmosphere.readers.obspack_series import Series, scale_of
from icos_atmosphere.readers.obspack_time import SAMPLE, interval_of_steps
from icos_atmosphere.readers.obspack_units import POWERS, in_power_of_ten, power_of_units
from icos_atmosphere.readers.obspack_words import NOT_BACKGROUND, NOT_STATED, PROVIDER_FLAG, REJECTED
from icos_atmosphere.readers.wdcgg_clock import COMPONENTS, moments, moments_of_words, utc_offset_of
from icos_atmosphere.readers.wdcgg_header import header_of
from icos_atmosphere.readers.wdcgg_scales import instruments_of, scales_of
from icos_atmosphere.readers.wdcgg_table import blank_table
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.exceptions import InputError
from icos_core.raw_text.instrument_clock import INVALID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.readers.wdcgg_header import Header
    from icos_atmosphere.readers.wdcgg_options import WdcggOptions
    from icos_atmosphere.readers.wdcgg_table import BlankTable
    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["checked_header", "interval_word", "read_rows"]

_INTERVALS = {"hourly": "hour", "daily": "day", "monthly": "month", "event": SAMPLE}
_INTERVAL = re.compile(r"(?:^|[_\W])(hourly|daily|monthly|event)(?:[_\W]|$)", re.IGNORECASE)
_HOUR = 3_600_000_000_000
_ICOS_METHOD = 10
"""Code of the method of an uncertainty that ICOS gives to its repeatabilities and bias, in this order."""

_ICOS_UNCERTAINTIES = {"_cmr": "value_unc_1", "_ltr": "value_unc_2", "_sttb": "value_unc_3"}


def checked_header(file: str, lines: Lines, account: LineAccount) -> Header:
    """Return the header of a file; what it says of the number of its lines is compared with what is there.

    Raises
    ------
    InputError
        For a file without one.
    """
    header = header_of(lines)
    if header is None:
        raise InputError(
            file, "no header that names its columns: expected lines that begin with '#', 'C01 TITLE:', or the names of the columns", line=1
        )
    for stated, found, what in (
        (header.stated_lines, header.lines, "lines of the header"),
        (header.stated_total, len(lines), "lines in all"),
    ):
        if stated is not None and stated != found:
            account.tell("header", f"the header states {stated} {what}, there are {found}")
    return header


def interval_word(*texts: str) -> str | None:
    """Return the averaging interval that the first of some texts names (``hourly``, ``co2_htm_…_daily.txt``), None where none does."""
    for text in texts:
        match = _INTERVAL.search(text)
        if match is not None:
            return _INTERVALS[match[1].lower()]
    return None


def read_rows(file: str, lines: Lines, options: WdcggOptions, account: LineAccount, *, clock_only: bool = False) -> Series:
    """Return what a file holds.

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
        For a file without header, of another species, or with columns, units or a time zone that are not understood.
    """
    header = checked_header(file, lines, account)
    named = file.partition("_")[0] if header.kind == "names" and options.gas is None else ""
    gas = checked_gas(file, header.first("dataset_parameter", "PARAMETER") or named, options)
    columns = _column_names(file, header, gas)
    table = blank_table(lines, header.lines, columns, account, remarks=header.kind == "C01")
    said = interval_word(header.first("dataset_selection_tag", "TIME INTERVAL"), header.first("Data_Set_Name"), file)
    interval = options.averaging_interval or said
    time = _times(table, header, interval or "")
    if interval is None:
        interval = interval_of_steps(time)
    if interval is None:
        raise InputError(file, "does not say what its rows average over; the option averaging_interval states it")
    offset = _offset(file, header, options)
    time = np.where(time == INVALID, INVALID, time - round(offset * _HOUR))
    height: NDArray[np.float64] | float | None
    height = _heights(table) if "intake_height" in table else height_in(header.first("SAMPLING HEIGHTS"))
    if clock_only:
        return Series(gas=gas, time=time, place=table.line, values={}, height=height, interval=interval)
    values = _values(file, header, table, gas)
    scale, of_instruments = scales_of(header, table, values.get("_instrument"), gas)
    return Series(
        gas=gas,
        time=time,
        place=table.line,
        values=values,
        height=height,
        interval=interval,
        scale=scale_of(file, scale, gas, options),
        scale_of_instruments=of_instruments,
        instrument=header.first("MEASUREMENT METHOD"),
        methods=instruments_of(header),
    )


def _column_names(file: str, header: Header, gas: str) -> tuple[str, ...]:
    if header.kind == "C01":
        wanted, columns = ("DATE", "TIME", "ND", "SD"), list(header.columns)
        if GASES[gas].formula in columns:
            columns[columns.index(GASES[gas].formula)] = "value"
    else:
        columns = list(header.columns)
        wanted = ("st_year", "st_month", "value", "nvalue")
    missing = [name for name in (*wanted, "value") if name not in columns]
    if missing:
        raise InputError(file, f"has no column {missing[0]!r}; there are {', '.join(header.columns)}", line=header.lines)
    return tuple(columns)


def _times(table: BlankTable, header: Header, interval: str) -> NDArray[np.int64]:
    if header.kind == "C01":
        return moments_of_words(table.words("DATE"), table.words("TIME"), interval)
    names = [f"st_{part}" for part in COMPONENTS]
    return moments([table.numbers(name) for name in names if name in table], interval)


def _offset(file: str, header: Header, options: WdcggOptions) -> float:
    """Return how many hours the times are ahead of UTC."""
    zone = header.first("dataset_time_zone", "TIME ZONE")
    found = utc_offset_of(zone) if zone else 0.0
    if options.utc_offset is not None:
        if zone and found not in (None, options.utc_offset):
            raise InputError(file, f"its time zone is {zone!r}, and the option utc_offset says {options.utc_offset:g} h")
        return options.utc_offset
    if found is None:
        raise InputError(file, f"its time zone {zone!r} is not understood; the option utc_offset says how many hours it is ahead of UTC")
    return found


def _heights(table: BlankTable) -> NDArray[np.float64]:
    return without_codes(table.numbers("intake_height"), can_be_negative=True)


def _values(file: str, header: Header, table: BlankTable, gas: str) -> dict[str, NDArray[np.generic]]:
    units = header.first("value:units", "MEASUREMENT UNIT") or GASES[gas].prefixed_units
    try:
        power = power_of_units(units) - POWERS[GASES[gas].units]
    except ValueError as error:
        raise InputError(file, str(error)) from error

    def amounts(name: str, *, can_be_negative: bool = False) -> NDArray[np.float64]:
        return in_power_of_ten(without_codes(table.numbers(name), can_be_negative=can_be_negative), power)

    deviation = next((name for name in ("value_sd", "value_unc", "SD") if name in table), None)
    found: dict[str, NDArray[np.generic]] = {"": amounts("value", can_be_negative=True)}
    if deviation is not None:
        found["_stdev"] = amounts(deviation)
    found["_n"] = whole_numbers(table.numbers("ND" if header.kind == "C01" else "nvalue"), 0)
    for suffix, name in _ICOS_UNCERTAINTIES.items():
        if name in table and f"{name}_method" in table:
            is_icos = table.numbers(f"{name}_method") == _ICOS_METHOD
            if is_icos.any():
                found[suffix] = np.where(is_icos, amounts(name, can_be_negative=suffix == "_sttb"), np.nan)
    if "instrument" in table:
        numbers = whole_numbers(table.numbers("instrument"), -1)
        if (numbers >= 0).any():
            found["_instrument"] = numbers
    return found | _flags(table)


def _flags(table: BlankTable) -> dict[str, NDArray[np.generic]]:
    """Return the flag of the data centre, and the letters of the Atmosphere Thematic Centre where the original flags are such."""
    if "QCflag" not in table:
        return {}
    number = table.numbers("QCflag")
    flag = np.full(number.shape, NOT_STATED, dtype=np.int8)
    flag[number == 1] = 0
    flag[number == 2] = NOT_BACKGROUND
    flag[number == 3] = REJECTED
    found: dict[str, NDArray[np.generic]] = {f"_{PROVIDER_FLAG}": flag}
    if "ORG_QCflag" in table:
        codes, words = table.words("ORG_QCflag")
        letters = codes_of(words)[codes] if words else np.empty(0, dtype=np.int8)
        is_letter = letters >= 0
        fits = np.isin(letters, codes_of(sorted(CORRECT))) == (flag == 0)
        only_letters = all(word in LETTERS or word.startswith("-9") for word in words)
        # Other contributors have letters of their own: theirs are not taken for those of ICOS.
        if only_letters and is_letter.any() and (fits | (flag == NOT_STATED) | ~is_letter).all():
            found["_atc_flag"] = letters
    return found
