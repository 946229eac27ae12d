"""The calibrator fco2-isotopologues on cruises of a known truth, and its uncertainty over replicates."""

import numpy as np
import pytest
from icos_ocean.calibration.isotopologues import CALIBRATOR
from icos_ocean.calibration.isotopologues_options import IsotopologueGas, IsotopologueOptions
from icos_ocean.readers.underway_table import READER
from icos_ocean.seawater_co2 import fco2_chain
from icos_ocean.vocabulary import RUN_TYPES, STREAM
from pydantic import ValidationError
from reported_mole_fractions import calibrated, fugacity_of_air, stream_of
from small_cruise import STANDARDS, mole_fraction_of, schedule

from icos_core.dataset import BAD, QUESTIONABLE
from icos_core.people import PersonFlag
from icos_core.testing import CalibratorContract, example_context

VPDB = 0.0111802
DELTAS = {"STD2": -10.0, "STD3": -35.0, "STD4": -22.0}


def heavy_share(delta):
    ratio = VPDB * (1 + delta / 1000)
    return ratio / (1 + ratio)


def gases(split=False, **changes):
    """Tables of the gases, as totals with their δ13C or split."""
    found = []
    for word, value in STANDARDS.items():
        heavy = heavy_share(DELTAS[word]) * value
        amounts = {"xco2_12": value - heavy, "xco2_13": heavy} if split else {"xco2": value, "delta13c": DELTAS[word]}
        found.append({"run_type": word, **amounts, **changes})
    return found


def cruise(cycles=4, water=12):
    """Measured stream without noise: each isotopologue has a response of its own, which drifts linearly in time."""
    words, seconds = schedule(cycles, water)
    hours = seconds / 3600
    truth = {"fco2": 350 + 30 * np.sin(hours), "sst": 12 + 0.5 * np.cos(hours), "salinity": np.full(hours.size, 34.5)}
    truth["equilibrator_temperature"], truth["pressure"] = truth["sst"] + 0.3, 1012 + np.sin(hours)
    x = mole_fraction_of(truth["fco2"], truth["sst"], truth["equilibrator_temperature"], truth["pressure"], truth["salinity"])
    x = np.where(words == "ATM", 418.0, x)
    delta = np.where(words == "ATM", -8.5, -3.0 + np.sin(hours))
    for word, value in STANDARDS.items():
        x, delta = np.where(words == word, value, x), np.where(words == word, DELTAS[word], delta)
    truth["xco2"], truth["heavy"] = x, heavy_share(delta) * x
    light = (1.004 + 2e-4 * hours) * (x - truth["heavy"]) + 0.6 + 0.04 * hours
    heavy = (0.93 - 1e-3 * hours) * truth["heavy"] + 0.08 - 0.002 * hours
    truth["water"], truth["air"] = words == "EQU", words == "ATM"
    stream = stream_of(
        seconds,
        words,
        co2_12=light,
        co2_13=heavy,
        co2=light + heavy,
        equilibrator_pressure=truth["pressure"],
        atmospheric_pressure=np.full(hours.size, 1008.0),
        **{name: truth[name] for name in ("sst", "salinity", "equilibrator_temperature")},
    )
    return stream, truth


def reduced(stream, **options):
    return calibrated(stream, calibrator=CALIBRATOR, **{"standards": gases(), "standard_limit": 20, **options})


@pytest.mark.parametrize("split", [False, True])
def test_the_truth_is_found(split):
    stream, truth = cruise()
    found, result = reduced(stream, standards=gases(split=split))
    water = truth["water"]
    np.testing.assert_allclose(found["fco2"].values[water], truth["fco2"][water], atol=1e-6)
    sampled = water | truth["air"]
    np.testing.assert_allclose(found["xco2_13"].values[sampled], truth["heavy"][sampled], rtol=1e-9)
    np.testing.assert_allclose(found["xco2_12"].values[sampled], (truth["xco2"] - truth["heavy"])[sampled], rtol=1e-9)
    np.testing.assert_allclose(found["xco2_air"].values[truth["air"]], 418.0, rtol=1e-9)
    assert {table.title for table in result.tables} >= {"Standard gases: 12CO2", "Calibration with standard gases: 13CO2"}
    standard = np.isfinite(found["standard_xco2"].values)
    np.testing.assert_allclose(found["standard_xco2"].values[standard], truth["xco2"][standard])


def test_adding_up_fugacities_of_the_isotopologues_gives_the_same():
    """The fugacity of each by itself, added up, as QuinCe does it."""
    stream, truth = cruise()
    found, _ = reduced(stream)
    water = truth["water"]
    rest = [found[name].values[water] for name in ("equilibrator_pressure", "equilibrator_temperature", "salinity", "sst")]
    parts = [fco2_chain(found[name].values[water], *rest).fco2_sst for name in ("xco2_12", "xco2_13")]
    difference = np.abs(found["fco2"].values[water] - np.add(*parts))
    assert 0 < difference.max() < 0.001


def test_a_sum_that_is_not_the_total_is_questionable():
    stream, truth = cruise()
    rows = np.flatnonzero(truth["water"])[[2, 5, 7]]
    stream["co2"].values[rows] += [0.0009, 0.002, -0.5]
    found, result = reduced(stream)
    flagged = np.flatnonzero(found["fco2_flag"].values >= QUESTIONABLE)
    assert set(rows[1:]) <= set(flagged)
    assert rows[0] not in flagged
    assert any("in 2 rows (more than 0.001 µmol mol⁻¹ apart)" in str(problem) for problem in result.problems)
    found, _ = reduced(stream, total_limit=1.0)
    assert found["fco2_flag"].values[rows[2]] < QUESTIONABLE


def test_a_bad_reading_of_either_makes_it_bad():
    stream, truth = cruise()
    row = int(np.flatnonzero(truth["water"])[4])
    for name in ("co2_12", "co2_13"):
        time = stream["time"].values
        from_person = PersonFlag(
            id="p1", stream="buoy", variable=name, start=time[row], end=time[row + 1], flag=BAD, who="a", when="2024-06-01", why="b"
        )
        found, _ = reduced(stream, people=[from_person])
        assert found["fco2_flag"].values[row] == BAD


@pytest.mark.parametrize("form", [["measured-on-true"], ["true-on-measured", "measured-on-true"]])
def test_terms_add_up(form):
    stream, truth = cruise()
    stream["h2o"] = ("time", np.full(stream.sizes["time"], 0.0), {"units": "mmol mol-1"})
    found, _ = reduced(stream, dry_samples=True, regression=form)
    for name, rows in (("fco2", truth["water"]), ("delta_fco2", np.isfinite(found["delta_fco2"].values))):
        terms = [
            found[each].values for each in found if each.startswith(f"{name}_uncertainty_") and "error_correlation" in found[each].attrs
        ]
        assert len(terms) == 10 + (name == "delta_fco2") + (len(form) > 1)
        np.testing.assert_allclose(found[f"{name}_uncertainty"].values[rows], np.sqrt(np.sum(np.square(terms), axis=0))[rows], rtol=1e-12)


STATED = {"reading": 0.2, "drift": 0.3, "reading_13": 0.06, "drift_13": 0.08, "h2o": 0.3, "equilibrator_temperature": 0.03, "sst": 0.03}
STATED |= {"pressure": 1.0, "sea_level_pressure": 1.0, "temperature_coefficient": 0.0, "salinity": 0.0, "variability": {"air": 0.5}}
OF_GAS, CRUISES, DAY = 0.3, 2000, 86400.0


def read_back(folder, stream):
    """Write a stream as a logger would, and read it with the reader for any table."""
    path = folder / "raw.csv"
    table = stream.drop_vars([name for name in stream if "_flag" in name or name.endswith(("_tests", "_evaluated"))]).to_dataframe()
    words = {code: word for word, code in RUN_TYPES.items()}
    table["run_type"] = table["run_type"].map(words)
    table.to_csv(path, float_format="%.9g", date_format="%Y-%m-%dT%H:%M:%S.%f")
    options = READER.options(
        clock={"date_time": "time"}, run_type_column="run_type", columns={name: name for name in table.columns if name != "run_type"}
    )
    read = READER.read(path, options, example_context())
    assert read.tally.kept == stream.sizes["time"]
    return read.streams[STREAM]


@pytest.fixture(scope="module")
def replicates(tmp_path_factory):
    """Errors of fCO2 and ΔfCO2 over independently drawn cruises, through raw file and reader, and what is stated of them."""
    random = np.random.default_rng(99)
    words, seconds = schedule(2, 4)
    hours = seconds / 3600
    shared, everywhere = (CRUISES, 1), (CRUISES, seconds.size)
    steps = np.sqrt(np.diff(hours, prepend=hours[0]))

    def walk(rate):
        return np.cumsum(random.normal(0, rate, everywhere) * steps, axis=1)

    sst, pressure = random.uniform(5, 25, shared) + 0 * hours, random.uniform(990, 1030, shared) + 0 * hours
    warming, salinity = random.uniform(-0.5, 1, shared), np.full(everywhere, 35.0)
    fco2 = random.uniform(300, 450, shared) + 10 * np.sin(hours)
    air = 418 + walk(0.5)
    fco2_air = fugacity_of_air(air, sst, pressure, salinity)
    x = np.where(words == "ATM", air, mole_fraction_of(fco2, sst, sst + warming, pressure, salinity))
    delta = np.where(words == "ATM", -8.5, -2.0) + 0 * x
    for word, value in STANDARDS.items():
        x = np.where(words == word, value + random.normal(0, OF_GAS, shared), x)
        delta = np.where(words == word, DELTAS[word], delta)
    heavy = heavy_share(delta) * x
    on_sample = ~np.isin(words, list(STANDARDS))
    moisture = np.where(on_sample, 8.0, 0.0)
    dry = 1 - moisture / 1000
    light = 1.003 * (x - heavy) * dry + 0.5 + walk(STATED["drift"]) + random.normal(0, STATED["reading"], everywhere)
    heavy = 0.95 * heavy * dry + 0.02 + walk(STATED["drift_13"]) + random.normal(0, STATED["reading_13"], everywhere)
    values = {
        "co2_12": light,
        "co2_13": heavy,
        "h2o": moisture + on_sample * random.normal(0, STATED["h2o"], shared),
        "sst": sst + random.normal(0, 0.03, shared),
        "equilibrator_temperature": sst + warming + random.normal(0, 0.03, shared),
        "salinity": salinity,
        "equilibrator_pressure": pressure + random.normal(0, 1.0, shared),
        "atmospheric_pressure": pressure + random.normal(0, 1.0, shared),
    }
    time = (np.arange(CRUISES)[:, None] * DAY + seconds).ravel()
    stream = stream_of(time, np.tile(words, CRUISES), **{name: each.ravel() for name, each in values.items()})
    stream = read_back(tmp_path_factory.mktemp("raw"), stream)
    found, _ = reduced(
        stream,
        standards=gases(uncertainty=OF_GAS),
        standard_limit=50,
        standard_limit_13=50,
        dry_samples=True,
        dry_standards=True,
        uncertainty=STATED,
        air_interpolation_limit="2 h",
    )
    water = words == "EQU"
    truth = {"fco2": fco2 + 0 * hours, "delta_fco2": fco2 - fco2_air}
    errors = {}
    for name, expected in truth.items():
        value, stated = (found[each].values.reshape(CRUISES, -1)[:, water] for each in (name, f"{name}_uncertainty"))
        known = np.isfinite(value)
        errors[name] = (value - expected[:, water])[known], stated[known]
    return errors


@pytest.mark.parametrize("name", ["fco2", "delta_fco2"])
def test_coverage_and_bias_over_replicates(replicates, name):
    error, stated = replicates[name]
    assert error.size >= 4 * CRUISES
    assert 0.93 <= (np.abs(error) <= 1.959964 * stated).mean() <= 0.97
    # Errors of 1 µatm are common to the rows of a cruise: the mean of 2,000 is itself uncertain by 0.025 µatm.
    assert abs(error.mean()) < 0.08
    assert np.sqrt(np.mean(error**2)) == pytest.approx(np.sqrt(np.mean(stated**2)), rel=0.04)


@pytest.mark.parametrize(
    ("gas", "words"),
    [
        ({"xco2": 400.0}, "needs delta13c"),
        ({"xco2_12": 395.0}, "xco2"),
        ({"xco2": 400.0, "xco2_12": 395.0}, "go together"),
        ({"xco2_12": 395.0, "xco2_13": 4.4, "delta13c": -8.0}, "either delta13c"),
        ({"xco2": 500.0, "xco2_12": 395.0, "xco2_13": 4.4}, "is not the sum"),
        ({"xco2": 400.0, "delta13c": -2000.0}, "greater than -1000"),
    ],
)
def test_mistakes_are_named(gas, words):
    with pytest.raises(ValidationError, match=words):
        IsotopologueGas.model_validate({"run_type": "STD2", **gas})


def test_gases_may_be_totals_or_split():
    total = IsotopologueGas(run_type="STD2", xco2=400.0, delta13c=-8.0)
    assert total.share(13, VPDB) == pytest.approx(heavy_share(-8.0), rel=1e-12)
    split = IsotopologueGas.model_validate({"run_type": "STD2", "xco2_12": 396.0, "xco2_13": 4.0})
    assert (split.xco2, split.share(13, VPDB), split.share(12, VPDB)) == (400.0, 0.01, 0.99)
    assert IsotopologueGas(run_type="STD1", role="zero", xco2=0.0).share(12, VPDB) == pytest.approx(1 / (1 + VPDB))
    assert "xco2" not in IsotopologueOptions.model_json_schema()["$defs"]["IsotopologueGas"]["required"]


def test_every_option_is_described_and_survives_json():
    schema = IsotopologueOptions.model_json_schema()
    assert all("description" in entry for table in (schema, *schema["$defs"].values()) for entry in table["properties"].values())
    stated = IsotopologueOptions.model_validate({"standards": gases(split=True)})
    assert IsotopologueOptions.model_validate_json(stated.model_dump_json()) == stated
    assert set(RUN_TYPES) >= set(STANDARDS)


class TestIsotopologues(CalibratorContract):
    calibrator = CALIBRATOR

    def measured(self, folder):
        stream, _ = cruise(cycles=6)
        given = {"standards": gases(), "standard_limit": 20, "barometer_height": 10.0}
        return {STREAM: stream}, IsotopologueOptions.model_validate(given)
