"""Fluxes of simulated towers against what was prescribed: covariances to round-off, fluxes without and with the error of sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from flux_towers import PLAIN, calibrator_options, fluxes_of, measured_half_hours, processed
from icos_ecosystem.readers.tob1 import READER
from icos_ecosystem.simulators.eddy_covariance import SIMULATOR, simulate

from icos_core.testing import example_context
from icos_core.testing.simulated import described_options, read_files

if TYPE_CHECKING:
    from pathlib import Path

PATHS = {
    "closed": {},
    "closed-fraction": {"measure": "mole_fraction"},
    "closed-density": {"measure": "molar_density"},
    "open": {"path": "open", "open_methane": True},
    "closed-and-open": {"open_methane": True, "laser": True},
}
COVARIANCES = ("W_T_SONIC_COV", "W_CO2_MEAS_COV", "W_H2O_MEAS_COV")
FLUXES = ("H", "LE", "FC", "FH2O")


def simulation(**changes: Any) -> Any:
    return SIMULATOR.options.model_validate({"course": "constant", "spikes": 0} | changes)


def covariance_of_rows(w: np.ndarray, scalar: np.ndarray, lag: int) -> float:
    """Return the covariance of w with a scalar `lag` rows later, in extended precision."""
    one = w[: w.size - lag].astype(np.longdouble)
    other = scalar[lag:].astype(np.longdouble)
    return float(((one - one.mean()) * (other - other.mean())).mean())


@pytest.mark.parametrize("path", PATHS)
def test_covariances_of_values_in_memory(path):
    """Acceptance: of the values as they are, with tilt and lags, to 1e-10 before corrections."""
    made_for = simulation(**({"laser": True} | PATHS[path]), half_hours=2, record=4)
    found, truth = fluxes_of(made_for)
    for name in (*COVARIANCES, "W_CH4_MEAS_COV", "W_N2O_MEAS_COV"):
        np.testing.assert_allclose(found[name].values, truth[name].values, rtol=1e-10, err_msg=name)


def test_momentum_of_values_in_memory():
    plane = {"sector": (0.0, 360.0), "b0": 0.0, "b1": 0.05, "b2": 0.02}
    rotation = {"method": "planar-fit", "planes": [plane]}
    found, truth = fluxes_of(simulation(half_hours=2, record=1, tilt=(0.0, 0.05, 0.02)), rotation=rotation)
    np.testing.assert_allclose(found["W_U_COV"].values, truth["W_U_COV"].values, rtol=1e-10)
    np.testing.assert_allclose(found["W_T_SONIC_COV"].values, truth["W_T_SONIC_COV"].values, rtol=1e-10)


@pytest.mark.parametrize("path", ["closed", "open"])
def test_covariances_of_a_file_as_written(tmp_path: Path, path):
    """Acceptance: TOB1 of IEEE8, found again by the reader and the calibrator as by sums over the rows of the file, and as simulated."""
    made_for = simulation(path=path, half_hours=2, number_type="IEEE8", tilt=(0.0, 0.0, 0.0), missing=0.02)
    made = simulate(tmp_path, made_for, 3)
    streams = read_files(READER, made.files[:-1], described_options(made.description, "reader", READER), example_context())
    measured = []
    for weather in (each for each, _ in measured_half_hours(made_for, 3)):
        start = weather["meteo"]["time"].values[0]
        rows = streams["eddy"].sel(time=slice(start, start + np.timedelta64(30, "m") - np.timedelta64(1, "ns")))
        measured.append({"eddy": rows, "meteo": weather["meteo"]})
    options = calibrator_options(made_for, **(PLAIN | {"rotation": {"method": "none"}, "density": {"wpl": False}}))
    found = processed(measured, options)
    gas = "mixing_ratio" if path == "closed" else "molar_density"
    for place, each in enumerate(measured):
        time = each["eddy"]["time"].values
        rows = np.rint((time - each["meteo"]["time"].values[0]) / np.timedelta64(100, "ms")).astype(int)
        series = {name: np.full(18_000, np.nan) for name in ("w", "sonic_temperature", f"co2_{gas}", f"h2o_{gas}")}
        for name, values in series.items():
            values[rows] = each["eddy"][name].values
        lags = {"sonic_temperature": 0, f"co2_{gas}": 3 if path == "closed" else 0, f"h2o_{gas}": 5 if path == "closed" else 0}
        for output, (name, lag) in zip(COVARIANCES, lags.items(), strict=True):
            one, other = series["w"][: 18_000 - lag], series[name][lag:]
            both = np.isfinite(one) & np.isfinite(other)
            expected = covariance_of_rows(one[both], other[both], 0)
            assert found[output].values[place] == pytest.approx(expected, rel=1e-10), output


@pytest.mark.parametrize("path", PATHS)
def test_fluxes_without_sampling_error(path):
    """Every correction, without noise, to the difference between the model's grid of frequencies and the lines of half an hour."""
    gases = ("co2", "h2o", "ch4", "n2o")
    changes = {"laser": True} | PATHS[path] | {"lags": dict.fromkeys(gases, 0.0), "time_constant": 0.3}
    made_for = simulation(**changes, half_hours=1, frequency=20.0, record=1, sampling_error=False)
    spectral = {"high_frequency": "moncrieff-1997", "low_frequency": False}
    found, truth = fluxes_of(made_for, spectral=spectral)
    for name in (*FLUXES, "FCH4", "FN2O"):
        assert found[name].values[0] == pytest.approx(float(truth[name].values[0]), rel=0.001), name
    assert found["FC_SCF"].values[0] > 1.08
    # Without the corrections it would not do: losses, and in an open path density, are much larger than that.
    assert abs(found["FC_UNCORR"].values[0] / truth["FC"].values[0] - 1.0) > (0.3 if path == "open" else 0.05)


@pytest.mark.parametrize("path", ["closed", "open"])
def test_the_mean_over_a_day_is_what_was_prescribed(path):
    """Acceptance: 48 half hours with lag, tilt and attenuation, within three standard errors of their mean."""
    made_for = simulation(path=path, half_hours=48, time_constant=0.3)
    found, truth = fluxes_of(made_for, random_uncertainty={"method": "none"}, time_lag={"method": "maximum-with-default"})
    for name in FLUXES:
        difference = found[name].values - truth[name].values
        error = difference.std(ddof=1) / np.sqrt(48)
        assert abs(difference.mean()) < 3 * error, name
        # The test can tell: the spread is that of sampling, some ten percent of a half hour's flux.
        assert error < 0.02 * abs(truth[name].values[0]), name
    np.testing.assert_allclose(found["CO2_TLAG_USED"].values, truth["CO2_TLAG_USED"].values, atol=0.2)
    np.testing.assert_allclose(np.median(found["CO2_TLAG_USED"].values), truth["CO2_TLAG_USED"].values[0], atol=1e-9)
    assert found["FC_SCF"].values.min() > 1.08


def test_spikes_and_lost_rows_cost_little():
    clean = simulation(half_hours=8)
    faulty = clean.model_copy(update={"spikes": 5, "missing": 0.05})
    raw = {"raw": {"despiking": "vickers-mahrt"}}
    right, _ = fluxes_of(clean)
    wrong, _ = fluxes_of(faulty, **raw)
    assert (wrong["CO2_SPIKE_NREX"].values >= 5).all()
    for name in FLUXES:
        np.testing.assert_allclose(wrong[name].values, right[name].values, rtol=0.15)
        assert abs(wrong[name].values.mean() / right[name].values.mean() - 1.0) < 0.03
