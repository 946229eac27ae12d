"""Stationarity, integral turbulence and raw-test flags of one combination of methods, as variables of the stream `fluxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT
from icos_ecosystem.calibration.random_errors import subrecord_covariances
from icos_ecosystem.calibration.statistics import TEST_NUMBERS
from icos_ecosystem.flux_quality import deviation_class, friction_velocity_stationarity, quality_flag, stationarity
from icos_ecosystem.integral_turbulence import ROTATION_PER_SIDEREAL_DAY, ROTATION_PER_SOLAR_DAY, turbulence_deviations
from icos_ecosystem.random_uncertainty import non_stationarity_ratio
from icos_ecosystem.series.raw_test_flags import (
    DISCONTINUITY_LIMITS,
    NOT_KNOWN,
    amplitude_resolution_flag,
    attack_angle_flag,
    discontinuity_flag,
    drop_out_flag,
    limits_flag,
    moments_flag,
    spikes_flag,
    time_lag_flag,
    unsteady_wind_flag,
)
from icos_ecosystem.series.raw_tests import time_lag_mismatch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.scheme import SchemeFluxes

    FloatArray = NDArray[np.float64]
    Columns = dict[str, NDArray[np.generic]]

__all__ = ["raw_test_variables", "turbulence_quality"]

_SERIES = ("u", "v", "w", "ts", "co2", "h2o", "ch4", "n2o")
_GASES = ("co2", "h2o", "ch4", "n2o")


def turbulence_quality(scheme: SchemeFluxes) -> Columns:
    """Return deviations from stationarity and developed turbulence, their classes and the flags of fluxes."""
    halves, found = scheme.halves, scheme.turbulence
    options = halves.options
    intervals = found.intervals_wind
    steady = {
        "TAU": friction_velocity_stationarity(intervals[:, 0, 0, 2], intervals[:, 0, 1, 2], intervals[:, 1:, 0, 2], intervals[:, 1:, 1, 2]),
        "H": stationarity(found.intervals["ts"][:, 0], found.intervals["ts"][:, 1:]),
    }
    for gas in scheme.gases:
        steady[GAS_OUTPUT[gas][1]] = stationarity(found.intervals[gas][:, 0], found.intervals[gas][:, 1:])
    # EddyPro judges before all corrections where in-situ methods make it run a second program.
    scales = scheme.uncorrected.scales if options.eddypro_compatible and options.in_situ else scheme.corrected.scales
    latitude = halves.context.station.latitude
    developed = turbulence_deviations(
        sigma_u=np.sqrt(found.wind[:, 0, 0]),
        sigma_w=np.sqrt(found.wind[:, 2, 2]),
        sigma_t=np.sqrt(found.variance["ts"]),
        friction_velocity=scales.friction_velocity,
        temperature_scale=scales.temperature_scale,
        stability=scales.stability,
        latitude=latitude if latitude is not None else np.nan,
        rotation_rate=ROTATION_PER_SOLAR_DAY if options.eddypro_compatible else ROTATION_PER_SIDEREAL_DAY,
    )
    made: Columns = {f"{name}_SS": values for name, values in steady.items()}
    names = {"u": "TAU", "ts": "H"} | {gas: GAS_OUTPUT[gas][1] for gas in scheme.gases}
    made |= {f"{names[name]}_NSR": non_stationarity_ratio(values) for name, values in subrecord_covariances(scheme).items()}
    made |= {f"{name}_SS_TEST": deviation_class(values) for name, values in steady.items()}
    turbulent = dict(zip(("U", "W", "T_SONIC"), developed, strict=True))
    made |= {f"{name}_ITC": values for name, values in turbulent.items()}
    classes = {name: deviation_class(values) for name, values in turbulent.items()}
    worse = np.maximum(classes["U"], classes["W"])
    made |= {f"{name}_ITC_TEST": worse if name == "U" else values for name, values in classes.items()}
    if options.quality.scheme == "none":
        return made
    for name, values in steady.items():
        turbulence_class = worse if name == "TAU" else classes["W"]
        flag = quality_flag(options.quality.scheme, deviation_class(values), turbulence_class)
        made[f"{name}_SSITC_TEST"] = flag
        if name == "FH2O":
            made |= {"LE_SSITC_TEST": flag, "ET_SSITC_TEST": flag}
    return made


def raw_test_variables(scheme: SchemeFluxes) -> Columns:
    """Return the flags of raw tests, as words of digits."""
    halves, found = scheme.halves, scheme.turbulence
    count = len(halves)
    quirks = halves.options.eddypro_compatible
    made: Columns = {}
    for name in ("u", "v", "w", "ts", *halves.layout.gases):
        digits = _digits_of(halves, name, quirks=quirks)
        output = {"ts": "T_SONIC"}.get(name, name.upper())
        made[f"{output}_VM97_TEST"] = _word([np.full(count, 8), *digits])
    made["VM97_AOA_HF"] = _word([np.full(count, 8), attack_angle_flag(halves.values["attack_angles"])])
    change = np.einsum("nij,nj->ni", found.rotation.matrices, halves.values["wind_trend"])
    mean = np.where(found.rotation.mean[:, 0] != 0.0, found.rotation.mean[:, 0], np.nan)
    along, across = np.abs(change[:, 0] / mean), np.abs(change[:, 1] / mean)
    made["VM97_NSHW_HF"] = _word([np.full(count, 8), unsteady_wind_flag(along, across, np.hypot(along, across))])
    hard, soft = [np.full(count, 8)], [np.full(count, 8)]
    for gas in _GASES:
        if gas not in scheme.gases:
            hard.append(np.full(count, NOT_KNOWN))
            soft.append(np.full(count, NOT_KNOWN))
            continue
        mismatch = time_lag_mismatch(*_largest_and_nominal(halves, scheme, gas))
        hard.append(time_lag_flag(mismatch))
        soft.append(time_lag_flag(mismatch, limit=10.0))
    made |= {"VM97_TLAG_HF": _word(hard), "VM97_TLAG_SF": _word(soft)}
    return made


def _digits_of(halves: HalfHours, name: str, *, quirks: bool) -> list[NDArray[np.int8]]:
    """Return spikes, amplitude resolution, drop-outs, limits, higher moments and discontinuities, hard and soft."""
    numbers = dict(zip(TEST_NUMBERS, halves.of_series("test_numbers", name).T, strict=True))
    spikes, _, outside = halves.of_series("test_counts", name).T
    absent = halves.of_series("valid", name) == 0
    hard, soft = DISCONTINUITY_LIMITS[name]
    return [
        spikes_flag(np.where(absent, np.nan, spikes), halves.number("expected")),
        amplitude_resolution_flag(numbers["empty_bins"]),
        _drop_outs(numbers, quirks=quirks),
        limits_flag(np.where(absent, np.nan, outside)),
        moments_flag(numbers["skewness"], numbers["kurtosis"]),
        moments_flag(numbers["skewness"], numbers["kurtosis"], skewness_limits=(-1.0, 1.0), kurtosis_limits=(2.0, 5.0)),
        discontinuity_flag(numbers["mean"], numbers["variance"], mean_limit=hard),
        discontinuity_flag(numbers["mean"], numbers["variance"], mean_limit=soft, variance_limit=2.0),
    ]


def _drop_outs(numbers: dict[str, FloatArray], *, quirks: bool) -> NDArray[np.int8]:
    if quirks:
        return drop_out_flag(numbers["central_repeats"], numbers["extreme_repeats"], integer_division=True)
    return drop_out_flag(numbers["central_drop_out"], numbers["extreme_drop_out"])


def _largest_and_nominal(halves: HalfHours, scheme: SchemeFluxes, gas: str) -> tuple[FloatArray, FloatArray]:
    """Return the largest covariance in the window and that at the nominal lag."""
    layout = halves.layout
    setup = halves.gas_setup(gas)
    lagged = np.einsum("nj,njc->nc", scheme.turbulence.rotation.matrices[:, 2], halves.values["lagged"][:, 0][:, :, layout.slice_of(gas)])
    lags = layout.windows[gas][0] + np.arange(lagged.shape[1])
    inside = (lags >= setup.first[:, np.newaxis]) & (lags <= setup.last[:, np.newaxis])
    largest = np.where(inside, np.abs(lagged), -np.inf).max(axis=1)
    place = np.clip(setup.nominal - layout.windows[gas][0], 0, lagged.shape[1] - 1)
    return np.where(np.isfinite(largest), largest, np.nan), np.take_along_axis(lagged, place[:, np.newaxis], axis=1)[:, 0]


def _word(digits: list[NDArray[np.generic]]) -> FloatArray:
    """Return digits behind each other as one number."""
    total = np.zeros(len(digits[0]))
    for digit in digits:
        total = total * 10.0 + np.asarray(digit, dtype=np.float64)
    return total
