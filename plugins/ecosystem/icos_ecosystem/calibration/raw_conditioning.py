"""What is done to the series of a half hour: limits, spikes, corrections of the anemometer, mixing ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.instruments import is_open_path, sonic_traits
from icos_ecosystem.calibration.layout import WIND
from icos_ecosystem.constants import GAS_CONSTANT, STANDARD_MOLAR_VOLUME
from icos_ecosystem.instruments.cross_wind import cross_wind_correction
from icos_ecosystem.series.despiking import THRESHOLDS, despike_mauder, despike_vickers_mahrt_together
from icos_ecosystem.series.raw_tests import outside_limits, wind_outside_limits
from icos_ecosystem.vocabulary.measured import MEASURES
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.raw_series import RawPeriod
    from icos_ecosystem.calibration.station_tables import Sonic

    FloatArray = NDArray[np.float64]

__all__ = ["correct_wind", "despike", "to_mixing_ratios", "within_limits"]

_DEFAULT_THRESHOLD = 3.5


def within_limits(options: EddyCovarianceOptions, period: RawPeriod) -> None:
    """Count what is outside absolute limits, and take it as missing where that is asked for."""
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


def despike(options: EddyCovarianceOptions, period: RawPeriod) -> None:
    """Replace spikes, where asked for in the wind after its own double rotation."""
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


def correct_wind(options: EddyCovarianceOptions, sonic: Sonic, period: RawPeriod) -> None:
    """Correct sonic temperature for cross wind, then the wind for a boosted vertical component or the angle of attack."""
    traits = sonic_traits(sonic)
    u, v, w = (period.series[name] for name in WIND)
    if "ts" in period.series and (options.raw.cross_wind or traits.needs_cross_wind):
        period.series["ts"] = period.series["ts"] + cross_wind_correction(u, v, w, traits)
    if options.raw.w_boost and traits.boosted(sonic.firmware):
        period.series["w"] = traits.boost(period.series["w"])
    elif options.raw.angle_of_attack != "none":
        corrected = traits.attack_angle(options.raw.angle_of_attack, *(period.series[name] for name in ("u", "v", "w")))
        period.series.update(zip(("u", "v", "w"), corrected, strict=True))


def to_mixing_ratios(options: EddyCovarianceOptions, period: RawPeriod, start: np.datetime64) -> None:
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
