"""Variables of a netCDF file of a finished product → a series in the words and units of the vocabulary."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.atc_flags import codes_of
from icos_atmosphere.readers.obspack_layout import height_in, layout_of, stated_scale
from icos_atmosphere.readers.obspack_missing import whole_numbers, without_codes
from icos_atmosphere.readers.obspack_options import ObspackOptions
from icos_atmosphere.readers.obspack_series import Series, listed, scale_of
from icos_atmosphere.readers.obspack_time import LENGTHS, SAMPLE, decoded, interval_of_length, interval_of_steps, starts
from icos_atmosphere.readers.obspack_units import POWERS, in_power_of_ten, power_of_units
from icos_atmosphere.readers.obspack_words import NOT_STATED, PROVIDER_FLAG, bits
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Guess
from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.readers.obspack_layout import Layout
    from icos_atmosphere.readers.obspack_netcdf import NetcdfFile
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["noaa_bits", "read_variables", "sniff_variables"]

_AMOUNTS = ("", "_uncertainty", "_uncertainty_repeatability", "_stdev", "_ltr", "_cmr", "_sttb")
_POLLUTED = ord("P")
_STAMPS = {"middle": re.compile(r"\b(?:middle|centre|center|midpoint)\b", re.IGNORECASE), "end": re.compile(r"\bend of\b", re.IGNORECASE)}
_NOT_STATED = ("", "NA", "NOT_SET", "None", "unknown")


def read_variables(file: NetcdfFile, options: ObspackOptions, account: LineAccount, *, clock_only: bool = False) -> Series:
    """Return what a file holds.

    Parameters
    ----------
    file
        The open file.
    options
        As the reader got them.
    account
        Takes the number of observations.
    clock_only
        Leave out all but times and heights.

    Raises
    ------
    InputError
        For a file of no layout that is known, of another gas, or with units or times that are not understood.
    """
    layout = layout_of(file, options)
    count = len(file.values(layout.value)) if not clock_only else len(file.values("time"))
    account.seen = count
    stamped = _decoded(file, "time")
    interval = _interval(file, layout, stamped, options)
    time = _starts(file, stamped, interval, options)
    if time.shape != (count,):
        raise InputError(file.name, f"has {time.size} times for {count} values")
    values = {} if clock_only else _values(file, layout)
    instrument = file.text("instrument")
    if "_instrument" in layout.roles and "_instrument" not in values and not clock_only:
        instrument = ", ".join(sorted({word for word in file.words(layout.roles["_instrument"]).tolist() if word not in _NOT_STATED}))
    scale = stated_scale(file.text("dataset_calibration_scale", "calibration_scale", "Calibration_scale"))
    return Series(
        gas=layout.gas,
        time=time,
        place=np.arange(1, count + 1),
        values=values,
        height=_height(file, layout),
        interval=interval,
        scale=scale_of(file.name, "" if scale in _NOT_STATED else scale, layout.gas, options),
        instrument="" if instrument in _NOT_STATED else instrument,
    )


def sniff_variables(file: NetcdfFile) -> Guess:
    """Guess how to describe a netCDF file.

    Raises
    ------
    InputError
        For a file that is not recognised.
    """
    layout = layout_of(file, ObspackOptions())
    height = _height(file, layout)
    heights = np.unique(height[~np.isnan(height)]).tolist() if isinstance(height, np.ndarray) else [height]
    options: dict[str, Any] = {}
    unsure: list[str] = []
    if len(heights) > 1:
        options["intake_height"] = heights[-1]
        unsure.append(f"intake_height: one of {listed(np.array(heights))}")
    if heights == [None]:
        unsure.append("intake_height: the file does not say it, and it must be stated")
    if not file.text("dataset_calibration_scale", "calibration_scale", "Calibration_scale"):
        unsure.append("calibration_scale: the file does not say it")
    said = f"variable {layout.value!r} holds {GASES[layout.gas].formula} as {layout.kind} lays it out"
    return Guess(confidence=0.95, options=options, found=(said,), unsure=tuple(unsure))


def _decoded(file: NetcdfFile, name: str, units_of: str = "") -> NDArray[np.int64]:
    of = units_of or name
    try:
        return decoded(file.numbers(name), file.text_of(of, "units"), file.text_of(of, "calendar"))
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(file.name, str(error)) from error


def _starts(file: NetcdfFile, stamped: NDArray[np.int64], interval: str, options: ObspackOptions) -> NDArray[np.int64]:
    if options.time_stamp != "file":
        return starts(stamped, options.time_stamp, interval)
    bounds = file.text_of("time", "bounds")
    if len(file.dimensions.get(bounds, ())) == 2:
        return _decoded(file, bounds, "time")[:, 0]
    if file.dimensions.get("start_time") == file.dimensions["time"]:
        return _decoded(file, "start_time")
    said = file.text_of("time", "comment")
    stamp = next((name for name, pattern in _STAMPS.items() if pattern.search(said)), "start")
    return starts(stamped, stamp, interval)


def _interval(file: NetcdfFile, layout: Layout, time: NDArray[np.int64], options: ObspackOptions) -> str:
    if options.averaging_interval is not None:
        return options.averaging_interval
    if layout.is_flask:
        return SAMPLE
    length = _stated_length(file)
    found = interval_of_length(length) if length is not None else interval_of_steps(time)
    if found is None:
        said = f"rows average over {length:g} s" if length is not None else "the file does not say what its rows average over"
        raise InputError(file.name, f"{said}; series are of minutes, hours, days or months: the option averaging_interval states one")
    return found


def _stated_length(file: NetcdfFile) -> float | None:
    """Return what a row averages over in seconds, None where it is not said."""
    unit = file.text("dataset_data_frequency_unit").removesuffix("s")
    count = _number(file.text("dataset_data_frequency"))
    if count is not None and unit in (*LENGTHS, "month"):
        return count * LENGTHS.get(unit, 30 * 86400)
    stated = _number(file.text_of("time", "sampling_time_seconds", "sampling_period_seconds")) or _number(file.text("sampling_period"))
    if stated is not None:
        return stated
    for name in ("time_interval", "sampling_period"):
        if name in file.dimensions and (lengths := file.numbers(name)).size and not np.isnan(lengths).all():
            return float(np.nanmedian(lengths))
    return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _height(file: NetcdfFile, layout: Layout) -> NDArray[np.float64] | float | None:
    if "height" in layout.roles:
        # As short decimals: 22.1 stored in 32 bits is 22.100000381.
        return in_power_of_ten(file.numbers(layout.roles["height"]), 0)
    return height_in(file.text("dataset_intake_ht", "inlet_height_magl", "sampling_height", "inlet", "inlet_height"))


def _values(file: NetcdfFile, layout: Layout) -> dict[str, NDArray[np.generic]]:
    found: dict[str, NDArray[np.generic]] = {}
    roles = {"": layout.value, **layout.roles}
    for suffix in _AMOUNTS:
        if suffix in roles:
            name = roles[suffix]
            amounts = in_power_of_ten(file.numbers(name), _power(file, name, layout))
            found[suffix] = without_codes(amounts, can_be_negative=suffix in ("", "_sttb"))
    if "_n" in roles:
        found["_n"] = whole_numbers(file.numbers(roles["_n"]), 0)
    for suffix in ("_instrument", "_quality_id"):
        if suffix in roles and file.values(roles[suffix]).dtype.kind in "iuf":
            found[suffix] = whole_numbers(file.numbers(roles[suffix]), -1)
    if "letters" in roles:
        words, index = np.unique(file.words(roles["letters"]), return_inverse=True)
        found["_atc_flag"] = codes_of(words.tolist())[index.reshape(-1)]
    flag = _provider_flag(file, layout)
    if flag is not None:
        found[f"_{PROVIDER_FLAG}"] = flag
    return found


def _power(file: NetcdfFile, name: str, layout: Layout) -> int:
    """Return the power of ten from the units of a variable to those of the gas; what has no units of its own has those of the value."""
    stated = [file.text_of(name, "units"), file.text_of(layout.value, "units"), file.text("units")]
    units = next((each for each in stated if each not in _NOT_STATED), "")
    try:
        return power_of_units(units) - POWERS[GASES[layout.gas].units]
    except ValueError as error:
        raise InputError(file.name, f"{name}: {error}") from error


def _provider_flag(file: NetcdfFile, layout: Layout) -> NDArray[np.int8] | None:
    roles, parts = layout.roles, []
    if "noaa_flag" in roles:
        parts.append(noaa_bits(file.words(roles["noaa_flag"])))
    if "large_scale" in roles:
        # Not through its fill value: in files of ICOS that is 1, which is what the flag mostly says.
        parts.append(bits(not_background=file.values(roles["large_scale"]) == 0))
    if "rejected" in roles:
        parts.append(bits(rejected=file.values(roles["rejected"]) != 0))
    if "pollution" in roles:
        parts.append(bits(not_background=file.values(roles["pollution"]) == _POLLUTED))
    if not parts:
        return None
    together = np.zeros_like(parts[0])
    for part in parts:
        together |= np.where(part == NOT_STATED, 0, part).astype(np.int8)
    nothing_said = np.all([part == NOT_STATED for part in parts], axis=0)
    return np.where(nothing_said, np.int8(NOT_STATED), together)


def noaa_bits(words: NDArray[np.str_]) -> NDArray[np.int8]:
    """Return codes of the provider's flag from NOAA's flags of three characters: rejection, selection, information; ``.`` is none."""
    texts, index = np.unique(words, return_inverse=True)
    codes = [
        bits(*(letter != "." for letter in text)).item() if len(text) == 3 and " " not in text else NOT_STATED
        for text in (str(each).strip() for each in texts)
    ]
    return np.array(codes, dtype=np.int8)[index.reshape(-1)]
