"""The raw rows of one half hour, conditioned: axes, diagnostics, limits, spikes, corrections of the anemometer, mixing ratios."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, MISSING, QUESTIONABLE
from icos_ecosystem.calibration.instruments import is_open_path, sonic_traits
from icos_ecosystem.calibration.layout import WIND
from icos_ecosystem.constants import GAS_CONSTANT, STANDARD_MOLAR_VOLUME
from icos_ecosystem.instruments.cross_wind import cross_wind_correction
from icos_ecosystem.instruments.licor_diagnostics import flagged_records, rejected_records, signal_strength, sonic_rejects
from icos_ecosystem.instruments.sonic_axes import sonic_temperature_of, wind_of
from icos_ecosystem.series.despiking import THRESHOLDS, despike_mauder, despike_vickers_mahrt_together
from icos_ecosystem.series.raw_tests import outside_limits, wind_outside_limits
from icos_ecosystem.vocabulary.measured import MEASURES
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.station_tables import Sonic
    from icos_ecosystem.instruments.licor_diagnostics import Analyser

    FloatArray = NDArray[np.float64]

__all__ = ["ANALYSER_WORDS", "RawPeriod", "raw_period"]

ANALYSER_WORDS: tuple[Analyser, ...] = ("li7200", "li7500", "li7700")
_DEFAULT_THRESHOLD = 3.5


@dataclass(kw_only=True)
class RawPeriod:
    """Series of a half hour after conditioning.

    Attributes
    ----------
    frequency
        Rows per second.
    expected, rows
        Rows that the half hour should have, and has.
    series
        Name → (expected,) values, NaN where missing; a series that is not measured is absent.
    measures
        Gas → place in `MEASURES` of what the series is.
    despiked
        The series after despiking and before corrections of the anemometer and conversions, which raw tests look at.
    raw
        The series as measured, which the Centre's statistics look at.
    spikes, spike_rows, limit_rows
        Name → number of spikes, of rows in them, of rows outside absolute limits.
    implausible
        (expected,) rows of which the wind is outside absolute limits, taken out or not.
    words
        Further numbers by name: counts of diagnostic bits, means of what is only averaged.
    """

    frequency: float
    expected: int
    rows: int
    series: dict[str, FloatArray] = field(default_factory=dict)
    measures: dict[str, int] = field(default_factory=dict)
    despiked: dict[str, FloatArray] = field(default_factory=dict)
    raw: dict[str, FloatArray] = field(default_factory=dict)
    spikes: dict[str, int] = field(default_factory=dict)
    spike_rows: dict[str, int] = field(default_factory=dict)
    limit_rows: dict[str, int] = field(default_factory=dict)
    implausible: NDArray[np.bool_] | None = None
    words: dict[str, float] = field(default_factory=dict)

    @property
    def wind(self) -> FloatArray:
        """The (3, expected) wind."""
        return np.stack([self.series[name] for name in WIND])


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
    _limits(options, period)
    _despike(options, period)
    period.despiked = dict(period.series)
    _corrections(options, sonic, period)
    if options.raw.point_by_point:
        _to_mixing_ratios(options, period, start)
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


def _limits(options: EddyCovarianceOptions, period: RawPeriod) -> None:
    limits = options.raw.absolute_limits
    u, v, w = (period.series[name] for name in ("u", "v", "w"))
    outside = {"w": wind_outside_limits(u, v, w, horizontal=limits.u[1], vertical=limits.w[1])}
    outside |= dict.fromkeys(("u", "v"), outside["w"])
    period.implausible = outside["w"]
    if "ts" in period.series:
        outside["ts"] = outside_limits(period.series["ts"], *limits.ts)
    for gas, measure in period.measures.items():
        values = period.series[gas]
        # A density is judged as the mole fraction that it is in air of usual density.
        scale = STANDARD_MOLAR_VOLUME * (1.0 if gas == "h2o" else 1e3) if MEASURES[measure] == "molar_density" else 1.0
        outside[gas] = outside_limits(values * scale, *getattr(limits, gas))
    for name, mask in outside.items():
        period.limit_rows[name] = int(np.count_nonzero(mask))
        if options.raw.limits and period.limit_rows[name]:
            period.series[name] = np.where(mask, np.nan, period.series[name])


def _despike(options: EddyCovarianceOptions, period: RawPeriod) -> None:
    if options.raw.despike_after_rotation:
        rotation = _own_rotation(period)
        period.series.update(zip(WIND, rotation @ period.wind, strict=True))
        _replace_spikes(options, period)
        period.series.update(zip(WIND, rotation.T @ period.wind, strict=True))
    else:
        _replace_spikes(options, period)


def _own_rotation(period: RawPeriod) -> FloatArray:
    """Return the matrix of the half hour's own double rotation."""
    mean = [float(np.mean(each[np.isfinite(each)])) if np.isfinite(each).any() else 0.0 for each in period.wind]
    rotation, _, _ = double_rotation(np.array([mean]))
    matrix: FloatArray = np.nan_to_num(rotation[0])
    return matrix


def _replace_spikes(options: EddyCovarianceOptions, period: RawPeriod) -> None:
    names = list(period.series)
    if options.raw.despiking == "vickers-mahrt":
        thresholds = [options.raw.spike_thresholds.get(name, THRESHOLDS.get(name, _DEFAULT_THRESHOLD)) for name in names]
        cleaned = despike_vickers_mahrt_together(
            [period.series[name] for name in names],
            thresholds,
            window=max(period.expected // 6, 1),
            keep_after_missing=options.eddypro_compatible,
        )
    elif options.raw.despiking == "mauder":
        cleaned = [despike_mauder(period.series[name], options.raw.mauder_threshold) for name in names]
    else:
        return
    for name, each in zip(names, cleaned, strict=True):
        period.series[name] = each.values
        period.spikes[name], period.spike_rows[name] = each.spikes, each.samples


def _corrections(options: EddyCovarianceOptions, sonic: Sonic, period: RawPeriod) -> None:
    traits = sonic_traits(sonic)
    u, v, w = (period.series[name] for name in WIND)
    if "ts" in period.series and (options.raw.cross_wind or traits.needs_cross_wind):
        period.series["ts"] = period.series["ts"] + cross_wind_correction(u, v, w, traits)
    if options.raw.w_boost and traits.boosted(sonic.firmware):
        period.series["w"] = traits.boost(period.series["w"])
    elif options.raw.angle_of_attack != "none":
        corrected = traits.attack_angle(options.raw.angle_of_attack, *(period.series[name] for name in ("u", "v", "w")))
        period.series.update(zip(("u", "v", "w"), corrected, strict=True))


def _to_mixing_ratios(options: EddyCovarianceOptions, period: RawPeriod, start: np.datetime64) -> None:
    """Convert what closed paths measure to mixing ratios row by row, where the cell and water vapour are known."""
    if not options.density.wpl or "h2o" not in period.measures:
        return
    vapour_table = options.analyser_at("h2o", start)
    if vapour_table is None or is_open_path(vapour_table):
        return
    cell, pressure = period.series.get("tc"), period.series.get("pc")
    volume = GAS_CONSTANT * cell / pressure if cell is not None and pressure is not None else None
    vapour = _mole_fraction(period.series["h2o"], MEASURES[period.measures["h2o"]], volume, 1.0)
    if vapour is None:
        return
    dry = 1.0 - vapour * 1e-3
    for gas, place in list(period.measures.items()):
        table = options.analyser_at(gas, start)
        if MEASURES[place] == "mixing_ratio" or table is None or is_open_path(table):
            continue
        fraction = vapour if gas == "h2o" else _mole_fraction(period.series[gas], MEASURES[place], volume, 1e3)
        if fraction is not None:
            period.series[gas] = fraction / dry
            period.measures[gas] = MEASURES.index("mixing_ratio")


def _mole_fraction(values: FloatArray, measure: str, volume: FloatArray | None, scale: float) -> FloatArray | None:
    """Return the mole fraction of what was measured; None of a density in a cell of which the state is not known."""
    if measure == "mixing_ratio":
        return values / (1.0 + values / 1000.0)
    if measure == "mole_fraction":
        return values
    return values * volume * scale if volume is not None else None
