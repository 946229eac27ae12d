"""Which series go into files of the Atmosphere Thematic Centre, and what is left out for which reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.atc_flags import atc_letters, is_correct
from icos_atmosphere.readers.icos_atc_release_header import instruments_of
from icos_atmosphere.readers.icos_atc_release_instruments import DUMMY_INSTRUMENT
from icos_atmosphere.scales import NONE, UNKNOWN
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.exceptions import DataError, hint
from icos_core.units import require_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams

__all__ = ["Series", "instrument_column", "series_of"]


@dataclass(frozen=True, kw_only=True)
class Series:
    """One gas of one line, hour by hour.

    Attributes
    ----------
    stream
        Name of the stream.
    gas
        Name of the gas.
    data
        The stream, the gas in its unit.
    height
        Height of the inlet in metres above ground.
    letters, correct
        (n,) codes of the letters, and whether the value is correct and there.
    instrument
        (n,) identifiers of instruments.
    """

    stream: str
    gas: str
    data: xr.Dataset
    height: float
    letters: NDArray[np.int8]
    correct: NDArray[np.bool_]
    instrument: NDArray[np.int64]

    def instruments(self) -> dict[int, str]:
        """Return identifier → method of the instruments: those that the file of the gas named, else those of the rows in order."""
        attrs = self.data.attrs
        stated = instruments_of(str(self.data[self.gas].attrs.get("instruments", "")))
        methods = dict(zip(map(int, attrs.get("instrument_ids", ())), attrs.get("instrument_methods", ()), strict=False))
        numbers, first = np.unique(self.instrument, return_index=True)
        rows = (number for number in numbers[np.argsort(first)].tolist() if number not in {-1, DUMMY_INSTRUMENT})
        return stated | {number: str(methods.get(number, "")) for number in rows if number not in stated}

    def scale(self) -> str:
        """Return the scale as the header states it: one, or that of each instrument."""
        attrs = self.data[self.gas].attrs
        text = str(attrs.get("calibration_scale_of_instruments", "") or attrs.get("calibration_scale", UNKNOWN))
        return re.sub(rf"\b{UNKNOWN}\b", UNKNOWN.capitalize(), text)


def series_of(streams: Streams, names: Sequence[str]) -> tuple[list[Series], list[str]]:
    """Return the hourly series that can be written, and why others cannot.

    Parameters
    ----------
    streams
        Calibrated streams and products.
    names
        Streams to write; none means every hourly series.

    Raises
    ------
    DataError
        For a name that is no hourly series, or two series of one gas at one height.
    """
    hourly = [
        name for name, stream in streams.items() if stream.attrs.get("averaging_interval") == "hour" and any(gas in stream for gas in GASES)
    ]
    for name in names:
        if name not in hourly:
            raise DataError(f"icos-atc: {name!r} is no hourly series; there are: {', '.join(hourly) or 'none'}{hint(name, hourly)}")
    found: list[Series] = []
    reasons: list[str] = []
    for name in names or hourly:
        stream = streams[name]
        for gas in (gas for gas in GASES if gas in stream and stream.sizes["time"]):
            why = _reason(stream, gas)
            if why:
                reasons.append(f"{GASES[gas].formula} of {name!r} is not written: {why}")
            else:
                found.append(_series(name, stream, gas))
    _no_two_of_a_kind(found)
    return found, reasons


def _reason(stream: xr.Dataset, gas: str) -> str:
    if stream[gas].attrs.get("calibration_scale") == NONE:
        return "it is not calibrated (its scale is none)"
    height = stream.attrs.get("intake_height")
    if height is None or not np.isfinite(height):
        return "the height of its inlet is not stated"
    nameless = int((_correct(stream, gas, atc_letters(stream, gas)) & (instrument_column(stream, gas) < 0)).sum())
    if nameless:
        return f"the instrument of {nameless} hours has no identifier; the key id of the instrument gives it"
    return ""


def _series(name: str, stream: xr.Dataset, gas: str) -> Series:
    data = require_units(stream, gas, GASES[gas].units)
    letters = atc_letters(data, gas)
    return Series(
        stream=name,
        gas=gas,
        data=data,
        height=float(data.attrs["intake_height"]),
        letters=letters,
        correct=_correct(data, gas, letters),
        instrument=instrument_column(data, gas),
    )


def _correct(stream: xr.Dataset, gas: str, letters: NDArray[np.int8]) -> NDArray[np.bool_]:
    return np.asarray(is_correct(letters) & ~np.isnan(stream[gas].values))


def instrument_column(stream: xr.Dataset, gas: str) -> NDArray[np.int64]:
    """Return the identifier of the instrument of every row, -1 where nobody states one.

    Where the rows do not say it and the series has one instrument, it is that one. A gap is of the instrument before it where the one
    after it is the same, and at the ends of the series; where another one took over it is of the dummy instrument.
    """
    size = stream.sizes["time"]
    stated = stream[f"{gas}_instrument"].values.astype(np.int64) if f"{gas}_instrument" in stream else np.full(size, -1, dtype=np.int64)
    known = np.flatnonzero(stated >= 0)
    if not known.size:
        numbers = list(stream.attrs.get("instrument_ids", ()))
        return np.full(size, int(numbers[0]) if len(numbers) == 1 else -1, dtype=np.int64)
    after = np.searchsorted(known, np.arange(size))
    before = stated[known[np.maximum(after - 1, 0)]]
    following = stated[known[np.minimum(after, known.size - 1)]]
    filled = np.where(before == following, before, DUMMY_INSTRUMENT)
    gap = np.isnan(stream[gas].values)
    return np.where((stated < 0) & gap, filled, stated)


def _no_two_of_a_kind(found: Sequence[Series]) -> None:
    first: dict[tuple[str, str], str] = {}
    for each in found:
        other = first.setdefault((each.gas, f"{each.height:.1f}"), each.stream)
        if other != each.stream:
            raise DataError(
                f"icos-atc: {other!r} and {each.stream!r} are both hourly {GASES[each.gas].formula} at {each.height:.1f} m; "
                "the option streams says which is meant"
            )
