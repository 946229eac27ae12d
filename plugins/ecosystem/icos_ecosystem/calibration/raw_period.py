"""The raw rows of one half hour, conditioned: axes, diagnostics, limits, spikes, corrections of the anemometer, mixing ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, MISSING, QUESTIONABLE
from icos_ecosystem.calibration.instruments import sonic_traits
from icos_ecosystem.calibration.raw_conditioning import correct_wind, despike, to_mixing_ratios, within_limits
from icos_ecosystem.calibration.raw_series import RawPeriod
from icos_ecosystem.instruments.licor_diagnostics import flagged_records, rejected_records, signal_strength, sonic_rejects
from icos_ecosystem.instruments.sonic_axes import sonic_temperature_of, wind_of
from icos_ecosystem.vocabulary.measured import MEASURES

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.station_tables import Sonic
    from icos_ecosystem.instruments.licor_diagnostics import Analyser

    FloatArray = NDArray[np.float64]

__all__ = ["ANALYSER_WORDS", "raw_period"]

ANALYSER_WORDS: tuple[Analyser, ...] = ("li7200", "li7500", "li7700")


def raw_period(
    stream: xr.Dataset, options: EddyCovarianceOptions, layout: Layout, start: np.datetime64, end: np.datetime64
) -> RawPeriod | None:
    """Return the conditioned rows of a half hour, None where there is no anemometer table or no wind.

    Parameters
    ----------
    stream
        Measured rows from `start` (included) to `end` (excluded), with flags.
    options
        The station.
    layout
        Which series are wanted.
    start, end
        The half hour.
    """
    sonic = options.sonic_at(start)
    if sonic is None:
        return None
    rows = _Rows(stream, options, sonic.frequency, start, end)
    period = RawPeriod(frequency=sonic.frequency, expected=rows.expected, rows=rows.count)
    _anemometer(rows, sonic, period)
    if "w" not in period.series:
        return None
    _gases(rows, options, layout, period, start)
    if options.raw.diagnostics:
        _reject(rows, options, sonic, period, start)
    period.raw = dict(period.series)
    status = rows.codes("sonic_diagnostic")
    if status is not None:
        period.raw["sa_diag"] = np.where(status == -1, np.nan, status.astype(np.float64))
    within_limits(options, period)
    despike(options, period)
    period.despiked = dict(period.series)
    correct_wind(options, sonic, period)
    if options.raw.point_by_point:
        to_mixing_ratios(options, period, start)
    return period


class _Rows:
    """Columns of the stream on the regular axis of the half hour."""

    def __init__(
        self, stream: xr.Dataset, options: EddyCovarianceOptions, frequency: float, start: np.datetime64, end: np.datetime64
    ) -> None:
        length = (end - start) / np.timedelta64(1, "ns")
        self.expected = round(length * 1e-9 * frequency)
        self.stream = stream
        self.single = options.eddypro_compatible
        time = stream["time"].values
        self.count = min(time.size, self.expected)
        # EddyPro takes rows as consecutive, whatever their stamps.
        if options.eddypro_compatible:
            self.places = np.arange(self.count)
        else:
            after = (time - start).astype(np.int64)
            places = np.rint(after * (self.expected / length)).astype(np.int64)
            self.places = np.clip(places, 0, self.expected - 1)
        self.whole = self.count == self.expected and bool(np.array_equal(self.places, np.arange(self.expected)))

    def __contains__(self, name: str) -> bool:
        return name in self.stream.data_vars

    def column(self, name: str) -> FloatArray | None:
        """Return a column, NaN where it is missing or flagged; None where the stream does not have it."""
        if name not in self.stream.data_vars:
            return None
        values = self.stream.variables[name].values[: self.places.size]
        if self.single:
            values = values.astype(np.float32).astype(np.float64)
        flag = f"{name}_flag"
        if flag in self.stream.data_vars:
            condemned = np.isin(self.stream.variables[flag].values[: self.places.size], (QUESTIONABLE, BAD, MISSING))
            if condemned.any():
                values = np.where(condemned, np.nan, values)
        if self.whole:
            return np.array(values, dtype=np.float64)
        spread = np.full(self.expected, np.nan)
        spread[self.places] = values
        return spread

    def codes(self, name: str) -> NDArray[np.int64] | None:
        """Return a column of words, -1 where there is none."""
        if name not in self.stream.data_vars:
            return None
        spread = np.full(self.expected, -1, dtype=np.int64)
        spread[self.places] = self.stream.variables[name].values[: self.places.size]
        return spread


def _anemometer(rows: _Rows, sonic: Sonic, period: RawPeriod) -> None:
    columns = {
        name: rows.column(name)
        for name in ("u", "v", "w", "sonic_axis_1", "sonic_axis_2", "sonic_axis_3", "sonic_wind_speed", "sonic_wind_direction")
    }
    present = {name: values for name, values in columns.items() if values is not None}
    wind = wind_of(present, sonic.wind_format, sonic.wind_reference, sonic_traits(sonic))
    if wind is None:
        return
    period.series.update(zip(("u", "v", "w"), wind, strict=True))
    temperature = rows.column("sonic_temperature")
    if temperature is None:
        speed = rows.column("speed_of_sound")
        temperature = sonic_temperature_of(speed) if speed is not None else None
    if temperature is not None:
        period.series["ts"] = temperature


def _gases(rows: _Rows, options: EddyCovarianceOptions, layout: Layout, period: RawPeriod, start: np.datetime64) -> None:
    for gas in layout.gases:
        if options.analyser_at(gas, start) is None:
            continue
        for place, measure in enumerate(MEASURES):
            values = rows.column(f"{gas}_{measure}")
            if values is not None:
                period.series[gas] = values
                period.measures[gas] = place
                break
    inlet, outlet, cell = (rows.column(f"cell_temperature{end}") for end in ("_in", "_out", ""))
    if cell is None and inlet is not None and outlet is not None:
        cell = 0.2 * inlet + 0.8 * outlet
    pressure = rows.column("cell_pressure")
    for name, values in (("tc", cell), ("pc", pressure)):
        if values is not None:
            period.series[name] = values
    for name in ("ambient_temperature", "ambient_pressure", "fast_temperature"):
        values = rows.column(name)
        if values is not None and np.isfinite(values).any():
            period.words[name] = float(np.nanmean(values))


def _reject(rows: _Rows, options: EddyCovarianceOptions, sonic: Sonic, period: RawPeriod, start: np.datetime64) -> None:
    """Take as missing what instruments declare bad, and count why."""
    for analyser in ANALYSER_WORDS:
        words = rows.codes(f"{analyser}_diagnostic")
        if words is None:
            continue
        period.words.update({name: float(number) for name, number in flagged_records(words, analyser).items()})
        strength = signal_strength(words, analyser)
        if np.isfinite(strength).any():
            period.words[f"INST_{analyser.upper()}_AGC_OR_RSSI"] = float(np.nanmean(strength))
        rejected = rejected_records(words, analyser)
        for gas in period.measures:
            table = options.analyser_at(gas, start)
            if table is not None and analyser in table.model.replace("-", ""):
                period.words[f"{gas.upper()}_DIAG_NREX"] = float(np.count_nonzero(rejected & np.isfinite(period.series[gas])))
                period.series[gas] = np.where(rejected, np.nan, period.series[gas])
    words, status = rows.codes("sonic_diagnostic"), sonic_traits(sonic).diagnostic
    if words is not None and status is not None:
        rejected = sonic_rejects(words, status)
        period.words["SONIC_DIAG_NREX"] = float(np.count_nonzero(rejected))
        for name in ("u", "v", "w", "ts"):
            if name in period.series:
                period.series[name] = np.where(rejected, np.nan, period.series[name])
