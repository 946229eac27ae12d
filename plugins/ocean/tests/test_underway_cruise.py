"""The simulated cruise: forward model, schedule, and errors of the size that is stated."""

from datetime import timedelta

import numpy as np
import pytest
from icos_ocean.seawater_co2 import fco2_chain
from icos_ocean.simulators.general_oceanics_options import GeneralOceanicsSimulation
from icos_ocean.simulators.underway_cruise import equilibrated_mole_fraction, simulate_cruise
from icos_ocean.vocabulary import RUN_TYPES

NO_ERRORS = dict.fromkeys(("equilibrator_temperature", "sst", "pressure", "salinity", "reading", "drift", "temperature_coefficient"), 0.0)
GASES = (
    {"run_type": "STD1", "role": "zero", "xco2": 0.0},
    {"run_type": "STD2", "xco2": 250.0, "uncertainty": 0.3},
    {"run_type": "STD4", "xco2": 510.0, "uncertainty": 0.2},
    {"run_type": "STD4s", "role": "span", "xco2": 510.0, "uncertainty": 0.2},
)


def options(**changes):
    return GeneralOceanicsSimulation.model_validate({"duration": "1 d", **changes})


def test_mole_fraction_of_a_published_check_value():
    """380 µmol mol⁻¹ at 10.3 °C, 35, 1013.25 hPa is 369.239346 µatm at 10 °C: the reference's regression number."""
    fugacity = np.array([369.239346 * np.exp(0.0423 * 0.3)])
    found = equilibrated_mole_fraction(fugacity, np.array([1013.25]), np.array([10.3]), np.array([35.0]))
    np.testing.assert_allclose(found, 380.0, atol=1e-5)


def test_mole_fraction_goes_back_to_the_fugacity_it_came_from():
    random = np.random.default_rng(0)
    fugacity = random.uniform(50, 1500, 500)
    pressure, temperature, salinity = random.uniform(950, 1050, 500), random.uniform(-1, 32, 500), random.uniform(0, 41, 500)
    x = equilibrated_mole_fraction(fugacity, pressure, temperature, salinity)
    np.testing.assert_allclose(fco2_chain(x, pressure, temperature, salinity, temperature).fco2_equilibrator, fugacity, rtol=1e-12)


def test_without_errors_the_instruments_read_the_truth():
    cruise = simulate_cruise(options(errors=NO_ERRORS, span=1.0, span_wander=0.0, offset=0.0), seed=1)
    water = cruise.run_type == RUN_TYPES["EQU"]
    air = cruise.run_type == RUN_TYPES["ATM"]
    np.testing.assert_allclose(cruise.measured["co2"][water], cruise.truth["xco2"][water], rtol=1e-12)
    np.testing.assert_allclose(cruise.measured["co2"][air], cruise.truth["xco2_air"][air], rtol=1e-12)
    for name in ("sst", "salinity", "equilibrator_temperature"):
        np.testing.assert_array_equal(cruise.measured[name], cruise.truth[name])
    pressure = cruise.measured["ambient_pressure"] + cruise.measured["equilibrator_differential_pressure"]
    np.testing.assert_allclose(pressure, cruise.truth["equilibrator_pressure"], rtol=1e-12)
    chain = fco2_chain(*(cruise.truth[name] for name in ("xco2", "equilibrator_pressure", "equilibrator_temperature", "salinity", "sst")))
    np.testing.assert_allclose(chain.fco2_sst, cruise.truth["fco2"], rtol=1e-12)


def test_rounds_of_standards_come_on_schedule():
    cruise = simulate_cruise(options(interval="100 s", standards_every="2 h", set_analyser_every=3, readings_of_air=4), seed=1)
    words = {code: word for word, code in RUN_TYPES.items()}
    seen = [words[code] for code in cruise.run_type[:72].tolist()]
    gases = ["STD1z", "STD4s", "STD1", "STD2", "STD3", "STD4"]
    assert seen == [gas for gas in gases for _ in range(2)] + ["ATM"] * 4 + ["EQU"] * 56
    seen = [words[code] for code in cruise.run_type[72:144].tolist()]
    assert seen == [gas for gas in gases[2:] for _ in range(2)] + ["ATM"] * 4 + ["EQU"] * 60
    assert (cruise.run_type[3 * 72 : 3 * 72 + 2] == RUN_TYPES["STD1z"]).all()
    assert (np.diff(cruise.time) == np.timedelta64(100, "s")).all()


def test_a_wet_analyser_reads_less():
    dry, wet = (simulate_cruise(options(reports_dry=reports, errors=NO_ERRORS), seed=2) for reports in (True, False))
    water = dry.run_type == RUN_TYPES["EQU"]
    back = (wet.measured["co2"] - 0.3)[water] / (1.0 - np.round(wet.measured["h2o"][water], 2) / 1000.0)
    np.testing.assert_allclose(back, (dry.measured["co2"] - 0.3)[water], rtol=1e-12)


def test_the_gas_before_lingers_in_the_first_row_of_a_run():
    steady = {"errors": NO_ERRORS, "span_wander": 0.0, "span": 1.0}
    clean, mixed = (simulate_cruise(options(memory=memory, **steady), seed=2).measured["co2"] for memory in (0, 50))
    rest = np.exp(-2.0)
    change = np.flatnonzero(np.abs(np.diff(clean)) > 100)[1]
    assert mixed[change + 1] == pytest.approx(clean[change + 1] + rest * (clean[change] - clean[change + 1]), rel=1e-12)


def test_the_same_seed_gives_the_same_cruise():
    left, right, other = (simulate_cruise(options(), seed) for seed in (5, 5, 6))
    for name, values in left.measured.items():
        np.testing.assert_array_equal(values, right.measured[name])
    assert not np.array_equal(left.measured["co2"], other.measured["co2"])


def test_mirrored_errors_have_the_other_sign():
    left, right = (simulate_cruise(options(mirrored=mirrored), seed=3) for mirrored in (False, True))
    np.testing.assert_array_equal(left.truth["fco2"], right.truth["fco2"])
    for name in ("sst", "equilibrator_temperature", "salinity"):
        np.testing.assert_allclose(left.measured[name] + right.measured[name], 2.0 * left.truth[name], rtol=1e-12)


def test_errors_of_probes_are_as_large_as_stated():
    """400 draws: a sample standard deviation lies within 12 % of the true one in more than 99.9 % of cases."""
    errors = {"sst": 0.05, "equilibrator_temperature": 0.02, "pressure": 1.5, "salinity": 0.2, "temperature_correlation": 0.6}
    chosen = options(duration="3 h", interval="600 s", readings_per_standard=1, readings_of_air=1, errors=errors)
    drawn = {name: [] for name in ("sst", "equilibrator_temperature", "salinity", "ambient_pressure")}
    for seed in range(400):
        cruise = simulate_cruise(chosen, seed)
        for name, found in drawn.items():
            truth = cruise.truth["equilibrator_pressure"] if name == "ambient_pressure" else cruise.truth[name]
            differential = cruise.measured["equilibrator_differential_pressure"] if name == "ambient_pressure" else 0.0
            error = cruise.measured[name] + differential - truth
            assert np.ptp(error) < 1e-9
            found.append(error[0])
    assert np.std(drawn["sst"]) == pytest.approx(0.05, rel=0.12)
    assert np.std(drawn["equilibrator_temperature"]) == pytest.approx(0.02, rel=0.12)
    assert np.std(drawn["ambient_pressure"]) == pytest.approx(1.5, rel=0.12)
    assert np.std(drawn["salinity"]) == pytest.approx(0.2, rel=0.12)
    assert np.corrcoef(drawn["sst"], drawn["equilibrator_temperature"])[0, 1] == pytest.approx(0.6, abs=0.12)


def test_cylinders_are_off_by_what_is_stated_and_zero_gas_is_not():
    """One cylinder under two run types has one error."""
    chosen = options(duration="3 h", errors={**NO_ERRORS}, span=1.0, span_wander=0.0, offset=0.0, standards=GASES)
    found = {gas["run_type"]: [] for gas in GASES}
    for seed in range(400):
        cruise = simulate_cruise(chosen, seed)
        for gas in GASES:
            rows = cruise.run_type == RUN_TYPES[gas["run_type"]]
            found[gas["run_type"]].append(cruise.measured["co2"][rows][0] - gas["xco2"])
    assert np.abs(found["STD1"]).max() < 1e-12
    assert np.std(found["STD2"]) == pytest.approx(0.3, rel=0.12)
    assert np.std(found["STD4"]) == pytest.approx(0.2, rel=0.12)
    np.testing.assert_allclose(found["STD4"], found["STD4s"], atol=1e-12)


def test_drift_gathers_what_is_stated_in_an_hour_and_stays_in_range_in_a_year():
    errors = {**NO_ERRORS, "drift": 0.3}
    cruise = simulate_cruise(
        options(duration="365 d", interval="600 s", readings_per_standard=1, errors=errors, span=1.0, span_wander=0.0), 1
    )
    gas = np.where(cruise.run_type == RUN_TYPES["ATM"], cruise.truth["xco2_air"], cruise.truth["xco2"])
    water = np.isin(cruise.run_type, [RUN_TYPES["EQU"], RUN_TYPES["ATM"]])
    drift = np.where(water, cruise.measured["co2"] - gas, np.nan)
    hourly = drift[6:] - drift[:-6]
    assert np.nanstd(hourly) == pytest.approx(0.3, rel=0.03)
    assert np.nanmax(np.abs(drift)) < 5.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"standards_every": "20 min"}, "standards_every: a round"),
        ({"duration": "1 h"}, "at least one round"),
        ({"interval": 1.5}, "whole number of seconds"),
        ({"interval": 0}, "more than nothing"),
        ({"date_format": "dd/mm"}, "no date format"),
        ({"standards": [GASES[0], GASES[0]]}, "each run type once"),
        ({"standards": [{"run_type": "EQU", "xco2": 1}]}, "no run type of a standard gas"),
        ({"gap": 0.1}, "Extra inputs"),
    ],
)
def test_mistakes_in_the_options_are_told(changes, message):
    with pytest.raises(ValueError, match=message):
        options(**changes)


def test_every_option_is_documented():
    assert all(field.description for field in GeneralOceanicsSimulation.model_fields.values())
    assert options().interval == timedelta(seconds=100)
