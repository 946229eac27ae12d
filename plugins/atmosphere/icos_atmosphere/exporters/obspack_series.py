"""Which series, and which of their rows, go into files of ObsPack and of the World Data Centre for Greenhouse Gases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.atc_flags import LETTERS, atc_letters
from icos_atmosphere.scales import NONE, UNKNOWN
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.exceptions import DataError, hint
from icos_core.units import require_units

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams

__all__ = ["GasSeries", "gas_series", "height_label"]


@dataclass(frozen=True, kw_only=True)
class GasSeries:
    """Rows of one gas of one line that are written.

    Attributes
    ----------
    stream
        Name of the stream.
    gas
        Name of the gas.
    data
        The rows, the gas in its unit.
    height
        Height of the inlet in metres above ground.
    interval
        ``hour``, ``day`` or ``month``.
    letters
        (n,) letters of the Atmosphere Thematic Centre, one character each.
    scale
        Calibration scale.
    """

    stream: str
    gas: str
    data: xr.Dataset
    height: float
    interval: str
    letters: NDArray[np.str_]
    scale: str

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.data.sizes["time"])

    def numbers(self, suffix: str) -> NDArray[np.float64] | None:
        """Return a word of the gas, such as ``_stdev``, in its unit; None where the series has it not."""
        name = f"{self.gas}{suffix}"
        if name not in self.data:
            return None
        values: NDArray[np.float64] = require_units(self.data, name, GASES[self.gas].units)[name].values
        return values

    def whole(self, suffix: str, missing: int) -> NDArray[np.int64]:
        """Return a count or identifier of the gas; `missing` where it is not stated or the series has it not."""
        name = f"{self.gas}{suffix}"
        if name not in self.data:
            return np.full(self.size, missing, dtype=np.int64)
        values = self.data[name].values.astype(np.int64)
        return np.where(values < 0, missing, values)

    def starts(self) -> NDArray[np.datetime64]:
        """Return the starts of the intervals, (n,)."""
        time: NDArray[np.datetime64] = self.data["time"].values
        return time

    def ends(self) -> NDArray[np.datetime64]:
        """Return the ends of the intervals, (n,): those of the bounds, else by the averaging interval."""
        bounds = str(self.data["time"].attrs.get("bounds", "time_bnds"))
        ends: NDArray[np.datetime64]
        if bounds in self.data:
            ends = self.data[bounds].values[:, 1]
            return ends
        starts = self.starts()
        if self.interval != "month":
            ends = starts + np.timedelta64(1, "h" if self.interval == "hour" else "D")
            return ends
        # Months of local standard time begin in the month before, or some hours into theirs.
        months = (starts + np.timedelta64(15, "D")).astype("M8[M]")
        ends = (months + 1).astype("M8[ns]") + (starts - months)
        return ends

    def instruments(self) -> dict[int, str]:
        """Return identifier → what it is of the instruments, in order of the attributes of the stream, then of the rows."""
        attrs = self.data.attrs
        numbers = [int(number) for number in attrs.get("instrument_ids", ())]
        methods = [str(method) for method in attrs.get("instrument_methods", ())]
        found = {number: methods[at] if at < len(methods) else "" for at, number in enumerate(numbers)}
        rows = self.whole("_instrument", -1)
        return found | {number: "" for number in dict.fromkeys(rows[rows >= 0].tolist()) if number not in found}

    def instrument_column(self) -> NDArray[np.int64]:
        """Return the identifier of the instrument of every row, that of the only one where rows do not say it; -1 where nobody does."""
        rows = self.whole("_instrument", -1)
        known = list(self.instruments())
        return np.where(rows < 0, known[0], rows) if len(known) == 1 else rows


def height_label(height: float) -> str:
    """Return a height as it stands in names: ``150magl``."""
    return f"{height:g}magl"


def gas_series(
    streams: Streams, exporter: str, intervals: Collection[str], names: Sequence[str], gases: Sequence[str], flags: Collection[str]
) -> tuple[list[GasSeries], list[str]]:
    """Return the series that can be written, and why others cannot.

    Parameters
    ----------
    streams
        Calibrated streams and products.
    exporter
        Name of the exporter, for messages.
    intervals
        Averaging intervals of the series that are meant.
    names
        Streams to write; none means every such series.
    gases
        Gases to write; none means every one.
    flags
        Letters of the rows that are written.

    Returns
    -------
    list of GasSeries
        Those with rows.
    list of str
        Reasons, one sentence each.

    Raises
    ------
    DataError
        For a name that is no such series, or two series of one gas at one height.
    """
    usable = [
        name for name, each in streams.items() if each.attrs.get("averaging_interval") in intervals and any(gas in each for gas in GASES)
    ]
    for name in names:
        if name not in usable:
            kinds = " or ".join(intervals)
            raise DataError(f"{exporter}: {name!r} is no series by {kinds}; there are: {', '.join(usable) or 'none'}{hint(name, usable)}")
    found: list[GasSeries] = []
    reasons: list[str] = []
    for name in names or usable:
        for gas in (gas for gas in GASES if gas in streams[name] and (not gases or gas in gases) and streams[name].sizes["time"]):
            why = _reason(streams[name], gas)
            if why:
                reasons.append(f"{GASES[gas].formula} of {name!r} is not written: {why}")
                continue
            series = _written(name, streams[name], gas, flags)
            if series.size:
                found.append(series)
    _no_two_of_a_kind(found, exporter)
    return found, reasons


def _reason(stream: xr.Dataset, gas: str) -> str:
    if stream[gas].attrs.get("calibration_scale") == NONE:
        return "it is not calibrated (its scale is none)"
    height = stream.attrs.get("intake_height")
    if height is None or not np.isfinite(height):
        return "the height of its inlet is not stated"
    return ""


def _written(name: str, stream: xr.Dataset, gas: str, flags: Collection[str]) -> GasSeries:
    letters = np.array(LETTERS)[atc_letters(stream, gas)]
    rows = np.flatnonzero(~np.isnan(stream[gas].values) & np.isin(letters, list(flags)))
    attrs = stream[gas].attrs
    return GasSeries(
        stream=name,
        gas=gas,
        data=require_units(stream, gas, GASES[gas].units).isel(time=rows),
        height=float(stream.attrs["intake_height"]),
        interval=str(stream.attrs["averaging_interval"]),
        letters=letters[rows],
        scale=str(attrs.get("calibration_scale", UNKNOWN)),
    )


def _no_two_of_a_kind(found: Sequence[GasSeries], exporter: str) -> None:
    first: dict[tuple[str, str, str], str] = {}
    for each in found:
        other = first.setdefault((each.gas, each.interval, height_label(each.height)), each.stream)
        if other != each.stream:
            what = f"{GASES[each.gas].formula} by {each.interval} at {each.height:g} m"
            raise DataError(f"{exporter}: {other!r} and {each.stream!r} are both {what}; the option streams says which is meant")
