"""Values of the variables of an ObsPack file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.exporters.obspack_solar_time import calendar_components, decimal_year, solar_time
from icos_atmosphere.exporters.obspack_variables import CONCERNS
from icos_atmosphere.readers.obspack_units import POWERS
from icos_atmosphere.readers.obspack_words import NOT_BACKGROUND, PROVIDER_FLAG
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_atmosphere.exporters.obspack_options import ObspackOptions
    from icos_atmosphere.exporters.obspack_series import GasSeries
    from icos_core.components import Context

__all__ = ["characters", "data_level", "values_of"]

_NOAA_FLAGS = {"U": "..P", "O": "...", "R": "...", "N": "*.P", "K": "*..", "H": "*.."}
_DECIMAL_AMOUNTS = ("", "_stdev")
"""Words that communities write with as many digits as the gas has, in whatever format."""


def data_level(options: ObspackOptions, context: Context) -> int:
    """Return the ICOS level of the data."""
    if options.data_level is not None:
        return options.data_level
    return 2 if context.level == "final" else 1


def values_of(series: GasSeries, names: tuple[str, str], first: int, options: ObspackOptions, context: Context) -> dict[str, NDArray[Any]]:
    """Return name → values of every variable of the layout; amounts are NaN, numbers -9 and characters ``-`` where missing.

    Parameters
    ----------
    series
        The rows.
    names
        Names of the ObsPack and of the data set.
    first
        ObsPack number of the first row.
    options, context
        As the exporter got them.

    Raises
    ------
    DataError
        For times that 32 bits cannot hold.
    """
    start, end = series.starts(), series.ends()
    middle = start + (end - start) // 2
    is_noaa = options.flavour == "noaa"
    station, size = context.station, series.size
    longitude = _longitude(station.longitude)
    number = np.arange(size)
    elevation = np.nan if station.altitude is None else station.altitude
    constant = {
        "latitude": np.nan if station.latitude is None else station.latitude,
        "longitude": longitude,
        "altitude": elevation + series.height,
        "elevation": elevation,
        "intake_height": series.height,
        "icos_datalevel": data_level(options, context),
        "CT_sampling_strategy": options.sampling_strategy,
    }
    found: dict[str, NDArray[Any]] = {name: np.full(size, value) for name, value in constant.items()}
    found |= {
        "time": _seconds(middle if is_noaa else start),
        "start_time": _seconds(start),
        "time_bnds": np.stack([_seconds(start), _seconds(end)], axis=1),
        "time_interval": _seconds(end) - _seconds(start),
        "datetime": characters([f"{moment}Z" for moment in np.datetime_as_string(start, "s")], 20),
        "time_decimal": decimal_year(middle if is_noaa else start),
        "time_components": calendar_components(start),
        "solartime_components": calendar_components(solar_time(start, longitude)),
        "nvalue": _counts(series),
        "instrument": _instruments(series, is_noaa=is_noaa),
        "quality_id": series.whole("_quality_id", -9),
        "qc_flag": np.where(series.letters == "", "-", series.letters).astype("S1"),
        "qcflag": characters([_NOAA_FLAGS.get(str(letter), "NA") for letter in series.letters], 10),
        "obs_flag": _representative(series),
        "assimilation_concerns": np.zeros((size, len(CONCERNS))),
        "obs_num": number + 1,
        "obspack_num": number + first,
        "obspack_id": characters([f"{names[0]}~{names[1]}~{each + first}" for each in number], 200),
    }
    if is_noaa:
        found["obs_id"] = characters([f"{names[1]}_{each + 1}" for each in number], 100)
    amounts = (
        ("value", ""),
        ("value_std_dev", "_stdev"),
        ("value_unc", "_uncertainty"),
        ("icos_LTR", "_ltr"),
        ("icos_SMR", "_cmr"),
        ("icos_STTB", "_sttb"),
    )
    return found | {name: _amount(series, suffix) for name, suffix in amounts}


def _longitude(degrees: float | None) -> float:
    return float("nan") if degrees is None else (degrees + 180.0) % 360.0 - 180.0


def _seconds(time: NDArray[np.datetime64]) -> NDArray[np.int32]:
    seconds = time.astype("M8[s]").astype(np.int64)
    if seconds.size and max(abs(int(seconds.min())), abs(int(seconds.max()))) > np.iinfo(np.int32).max:
        raise DataError("obspack: times beyond 2038-01-19, which an ObsPack has no room for: its seconds since 1970 are 32-bit numbers")
    return seconds.astype(np.int32)


def _amount(series: GasSeries, suffix: str) -> NDArray[np.float64]:
    """Return amounts in mol mol⁻¹."""
    values = series.numbers(suffix)
    if values is None:
        return np.full(series.size, np.nan)
    gas = GASES[series.gas]
    if suffix not in _DECIMAL_AMOUNTS:
        return values * 10.0 ** POWERS[gas.units]
    # One division of a whole number: nothing is rounded twice on the way to 32 bits.
    if suffix == "_stdev":
        values = np.where(series.whole("_n", 0) == 1, np.nan, values)
    return np.rint(values * 10.0**gas.decimals) / 10.0 ** (gas.decimals - POWERS[gas.units])


def _counts(series: GasSeries) -> NDArray[np.int64]:
    counts = series.whole("_n", -9)
    # 0 of a value that is there: not stated.
    return np.where(counts == 0, -9, counts)


def _instruments(series: GasSeries, *, is_noaa: bool) -> NDArray[Any]:
    numbers = series.instrument_column()
    if not is_noaa:
        return np.where(numbers < 0, -9, numbers)
    return characters(["NA" if number < 0 else str(number) for number in numbers.tolist()], 100)


def _representative(series: GasSeries) -> NDArray[np.int8]:
    """Return 0 for hours with a spike, or which the provider of the data calls no background air, else 1."""
    found = np.ones(series.size, dtype=np.int8)
    tests = f"{series.gas}_tests"
    if tests in series.data:
        attrs = series.data[tests].attrs
        masks = np.atleast_1d(attrs.get("flag_masks", ())).tolist()
        words = str(attrs.get("flag_meanings", "")).split()
        spikes = sum(int(mask) for mask, word in zip(masks, words, strict=False) if word.startswith("spike"))
        found[(series.data[tests].values & spikes) != 0] = 0
    flag = f"{series.gas}_{PROVIDER_FLAG}"
    if flag in series.data:
        codes = series.data[flag].values
        found[(codes >= 0) & ((codes & NOT_BACKGROUND) != 0)] = 0
    return found


def characters(words: Sequence[str], width: int) -> NDArray[np.bytes_]:
    """Return words as characters, (n, width), filled up with zero bytes.

    Raises
    ------
    DataError
        For a word that is longer.
    """
    longest = max(words, key=lambda word: len(word.encode()), default="")
    if len(longest.encode()) > width:
        raise DataError(f"obspack: {longest!r} is longer than the {width} characters that the format has room for; shorten the names")
    fixed = np.array([word.encode() for word in words] or [b""], dtype=f"S{width}")
    return fixed.view("S1").reshape(-1, width)[: len(words)]
