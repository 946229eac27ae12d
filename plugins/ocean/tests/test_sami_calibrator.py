"""Calibrator of the Sunburst SAMI-CO2."""

import numpy as np
import pytest
import xarray as xr
from icos_ocean.calibration.sami import CALIBRATOR
from icos_ocean.calibration.sami_blanks import blanks_at
from icos_ocean.readers.sunburst_sami_co2 import READER
from icos_ocean.sami_spectrophotometry import Coefficients, absorbances_of, response_of_pco2
from icos_ocean.simulators.sunburst_sami_co2 import SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from pydantic import ValidationError

import icos_core
from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, QUESTIONABLE, make_stream, set_variable
from icos_core.flags import apply_flags
from icos_core.testing import example_context, flagged

CONTEXT = example_context()
START = np.datetime64("2024-03-01T00:00:00", "ns")
COEFFICIENTS = {"a": 0.0888, "b": 0.2026, "c": -0.7048, "temperature": 15.6785}
BLANKS = (0.53, 0.92)


def stream_of(pco2, days=None, *, temperature=12.0, blank_rows=(0,), blanks=BLANKS, coefficients=True):
    """A row per value of pCO2; those of `blank_rows` are blanks."""
    pco2 = np.asarray(pco2, dtype=float)
    time = START + (np.arange(pco2.size) if days is None else np.asarray(days)) * np.timedelta64(86400, "s")
    response = response_of_pco2(pco2, temperature, Coefficients(**COEFFICIENTS))
    is_blank = np.isin(np.arange(pco2.size), blank_rows)
    ratios = [np.where(is_blank, blank, blank * 10.0**-each) for blank, each in zip(blanks, absorbances_of(response, 0.84), strict=True)]
    values = {
        "run_type": np.where(is_blank, RUN_TYPES["FLUSH"], RUN_TYPES["EQU"]),
        "measurement_type": np.where(is_blank, 5, 4),
        "light_ratio_434": ratios[0],
        "light_ratio_620": ratios[1],
        "equilibrator_temperature": np.full(pco2.shape, temperature),
    }
    if coefficients:
        values |= {f"calibration_{name}": np.full(pco2.shape, value) for name, value in COEFFICIENTS.items()}
    return make_stream(time, values, VOCABULARY.values())


def calibrated(stream, **options):
    return CALIBRATOR.calibrate({"sami": flagged(stream)}, CALIBRATOR.options.model_validate(options), CONTEXT)


def values(result, name):
    return result.streams["sami"][name].values


def level(result, name):
    (found,) = [each.level for each in result.outcomes if (each.variable, each.name) == ("fco2", name)]
    return found.tolist()


def test_partial_pressure_and_fugacity():
    result = calibrated(stream_of([400, 250, 390, 600]))
    assert np.isnan(values(result, "pco2")[0])
    assert values(result, "pco2")[1:] == pytest.approx([250, 390, 600])
    assert values(result, "fco2")[1:] / values(result, "pco2")[1:] == pytest.approx(0.9963, abs=2e-4)
    assert values(result, "sst") == pytest.approx(12.0)
    assert values(result, "absorbance_434")[1:] == pytest.approx(
        -np.log10(stream_of([400, 250, 390, 600])["light_ratio_434"].values[1:] / 0.53)
    )


def test_coefficients_of_the_options_stand_before_those_of_the_file():
    other = {**COEFFICIENTS, "c": -0.70}
    tables = [{**other, "valid_from": "2024-03-03T00:00:00Z"}]
    result = calibrated(stream_of([400, 390, 390]), coefficients=tables)
    assert values(result, "pco2")[1] == pytest.approx(390)
    x = np.log10(values(result, "pco2")[2])
    x0 = np.log10(390)
    # Whatever C was given, the quadratic has the same value.
    assert 0.0888 * x * x + 0.2026 * x - 0.70 == pytest.approx(0.0888 * x0 * x0 + 0.2026 * x0 - 0.7048)


def test_without_coefficients_there_is_no_partial_pressure():
    result = calibrated(stream_of([400, 390], coefficients=False))
    assert np.isnan(values(result, "pco2")).all()
    assert "2 of 2 rows have no coefficients: neither the option coefficients nor the header" in " ".join(map(str, result.problems))


def test_without_a_good_blank_there_is_no_partial_pressure():
    result = calibrated(stream_of([400, 390], blank_rows=()))
    assert np.isnan(values(result, "pco2")).all()
    assert "no good blank" in " ".join(map(str, result.problems))


def test_mistakes_in_options():
    with pytest.raises(ValidationError, match="two of them are valid at the same time"):
        CALIBRATOR.options(coefficients=[COEFFICIENTS, COEFFICIENTS])
    with pytest.raises(ValidationError, match="first number must be smaller"):
        CALIBRATOR.options(calibrated_range=(700, 150))


def blanks(time, how="linear"):
    known = ([0.0, 7200.0], [0.50, 0.60], [0.90, 0.80])
    return blanks_at(np.array(time, float), *map(np.array, known), how=how, noise=1e-4, drift=1e-3)


def test_blanks_are_interpolated_in_time():
    found = blanks([-3600.0, 0.0, 1800.0, 7200.0, 9000.0])
    assert found.ratio_434 == pytest.approx([0.50, 0.50, 0.525, 0.60, 0.60])
    assert found.ratio_620 == pytest.approx([0.90, 0.90, 0.875, 0.80, 0.80])
    assert found.distance == pytest.approx([3600.0, 0.0, 1800.0, 0.0, 1800.0])


def test_or_the_latest_is_taken():
    found = blanks([-3600.0, 0.0, 1800.0, 7200.0, 9000.0], how="latest")
    assert found.ratio_434 == pytest.approx([0.50, 0.50, 0.50, 0.60, 0.60])
    assert found.distance == pytest.approx([3600.0, 0.0, 1800.0, 0.0, 1800.0])


def test_uncertainty_of_a_blank_is_noise_and_a_random_walk():
    found = blanks([0.0, 3600.0, 10800.0])
    noise = 1e-4 / (np.array([0.50, np.sqrt(1 / (0.25 / 0.50**2 + 0.25 / 0.60**2)), 0.60]) * np.log(10.0))
    # Half-way between two blanks two hours apart, half an hour of a random walk is free; an hour after the last, an hour is.
    assert found.uncertainty_434 == pytest.approx(np.hypot(noise, 1e-3 * np.sqrt([0.0, 0.5, 1.0])))
    latest = blanks([3600.0], how="latest")
    assert latest.uncertainty_434 == pytest.approx(np.hypot(noise[0], 1e-3))


def test_no_blank_at_all():
    found = blanks_at(np.arange(3.0), np.empty(0), np.empty(0), np.empty(0), how="linear", noise=1e-4, drift=1e-3)
    assert np.isnan(found.ratio_434).all()
    assert np.isinf(found.distance).all()


def test_a_bad_blank_is_left_out():
    stream = stream_of([400, 390, 400, 390, 400], blank_rows=(0, 2, 4))
    stream["light_ratio_434"].values[2] *= 1.2
    stream = flagged(stream)
    stream["light_ratio_434_flag"].values[2] = BAD
    result = CALIBRATOR.calibrate({"sami": stream}, CALIBRATOR.options(), CONTEXT)
    assert values(result, "pco2")[[1, 3]] == pytest.approx(390)


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("how", ["linear", "latest"])
def test_blanks_of_one_instrument_do_not_serve_the_next(how, header):
    """The instrument was exchanged on the third day; the first sample of the second stands before its first blank."""
    first = stream_of([400, 390, 380], coefficients=header)
    second = stream_of([370, 400, 360], days=[3, 4, 5], blank_rows=(1,), blanks=(0.7, 0.6), coefficients=header)
    options = {"blanks": how}
    if header:
        second["calibration_temperature"].values[:] += 0.5
    else:
        other = {**COEFFICIENTS, "temperature": 16.2, "valid_from": "2024-03-04T00:00:00Z"}
        options["coefficients"] = [other, {**COEFFICIENTS, "valid_to": "2024-03-04T00:00:00Z"}]
    expected = [values(calibrated(each, **options), "pco2") for each in (first, second)]
    together = xr.concat([first, second], "time", data_vars="all", coords="minimal", compat="override", join="override")
    np.testing.assert_array_equal(values(calibrated(together, **options), "pco2"), np.concatenate(expected))


def test_several_corrections_are_listed_with_their_spread():
    methods = ["takahashi-1993", "takahashi-2009"]
    stream = stream_of([400, 390, 380])
    set_variable(stream, VOCABULARY["sst"], np.full(3, 11.0))
    result = calibrated(stream, sst="sst", temperature_correction=methods)
    assert "takahashi-2009" in str(result.tables[-1])


def test_far_from_a_blank_is_questionable():
    result = calibrated(stream_of([400, 390, 390], days=[0, 29, 31]))
    assert level(result, "distant_blank")[1:] == [GOOD, QUESTIONABLE]


def test_outside_the_calibration_is_questionable_and_what_no_dye_shows_is_bad():
    stream = stream_of([400, 390, 120, 900, 390])
    stream["light_ratio_620"].values[4] = 0.92
    result = calibrated(stream)
    assert level(result, "dye_range")[1:] == [GOOD, QUESTIONABLE, QUESTIONABLE, BAD]
    assert np.isnan(values(result, "fco2")[4])
    assert "1 of 4 samples have no pCO2" in " ".join(map(str, result.problems))


def by_hand(pco2, pressure, t=12.0):
    """Weiss (1974), written out: pressure in hPa, the mole fraction that of the moist gas."""
    T, atmospheres = t + 273.15, pressure / 1013.25
    B = -1636.75 + 12.0408 * T - 0.0327957 * T**2 + 3.16528e-5 * T**3
    x = pco2 * 1e-6 / atmospheres
    return pco2 * np.exp((B + 2.0 * (1.0 - x) ** 2 * (57.7 - 0.118 * T)) * atmospheres / (82.0575 * T))


def test_pressure_from_a_variable_or_a_constant():
    stream = stream_of([400, 390, 390])
    set_variable(stream, VOCABULARY["atmospheric_pressure"], [1030.0, 980.0, np.nan])
    result = calibrated(stream, pressure_variable="atmospheric_pressure", pressure=1000.0)
    # A pressure that is stated serves, but is not given out as one that was measured.
    np.testing.assert_array_equal(values(result, "equilibrator_pressure"), [np.nan, 980.0, np.nan])
    np.testing.assert_allclose(values(result, "fco2")[1:], [by_hand(390.0, pressure) for pressure in (980.0, 1000.0)], rtol=1e-6)
    ratio = values(result, "fco2_uncertainty_pressure")[1] / values(result, "fco2_uncertainty_pressure")[2]
    assert ratio == pytest.approx(1.2 / 10.0, rel=1e-3)
    usual = calibrated(stream)
    assert np.isnan(values(usual, "equilibrator_pressure")).all()
    assert values(usual, "fco2")[1] == pytest.approx(by_hand(390.0, 1013.25), rel=1e-6)


def test_terms_of_the_uncertainty():
    result = calibrated(stream_of([400, 390, 390, 400], blank_rows=(0, 3)))
    assert values(result, "fco2_uncertainty_calibration")[1] == pytest.approx(3.0 * values(result, "fco2")[1] / 390.0, rel=1e-4)
    terms = [
        values(result, f"fco2_uncertainty_{term}")[1:3] for term in ("calibration", "blank", "noise", "temperature", "pressure", "filling")
    ]
    assert values(result, "fco2_uncertainty")[1:3] == pytest.approx(np.sqrt(np.sum(np.square(terms), axis=0)))
    assert result.streams["sami"]["fco2_uncertainty_blank"].attrs["error_correlation"] == "period"


def test_uncertainty_of_noise_against_draws():
    """What is propagated to first order is what many noisy records show."""
    random = np.random.default_rng(3)
    size = 20_000
    stream = stream_of(np.full(size + 1, 390.0), days=np.arange(size + 1) / 24 / 60)
    for name in ("light_ratio_434", "light_ratio_620"):
        stream[name].values[1:] += random.normal(0.0, 1e-4, size)
    result = calibrated(stream)
    spread = np.std(values(result, "fco2")[1:])
    assert spread == pytest.approx(np.mean(values(result, "fco2_uncertainty_noise")[1:]), rel=0.03)


def test_to_another_temperature_in_situ():
    stream = stream_of([400, 390])
    set_variable(stream, VOCABULARY["sst"], [13.0, 13.0])
    result = calibrated(stream, sst="sst")
    assert values(result, "pco2")[1] == pytest.approx(390.0 * np.exp(0.0423))
    assert values(result, "delta_temperature")[1] == pytest.approx(-1.0)


def test_flags_of_light_and_thermistor_reach_everything():
    stream = stream_of([400, 390, 390, 390])
    levels = {"light_ratio_620": [GOOD, QUESTIONABLE, GOOD, GOOD], "equilibrator_temperature": [GOOD, GOOD, BAD, GOOD]}
    apply_flags(stream, [Outcome(variable=name, name="test", level=np.array(each, np.int8)) for name, each in levels.items()])
    options = CALIBRATOR.options(fill={"temperature": "0 s"})
    result = CALIBRATOR.calibrate({"sami": stream}, options, CONTEXT)
    apply_flags(result.streams["sami"], result.outcomes, cascades=CALIBRATOR.cascades(options)["*"])
    for name in ("pco2_equilibrator", "pco2", "fco2"):
        assert values(result, f"{name}_flag")[1:3].tolist() == [QUESTIONABLE, BAD], name


@pytest.mark.parametrize("form", ["download", "logger"])
def test_a_run_from_raw_files(tmp_path, form):
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options(form=form), 1)
    run = icos_core.run(simulated.description, jobs=1)
    assert run.status == 0
    stream = run.tree["calibrated/sami"].to_dataset()
    truth = simulated.truth["sami"]
    rows = np.searchsorted(stream["time"].values, truth["time"].values)
    error = (stream["fco2"].values[rows] - truth["fco2"].values) / stream["fco2_uncertainty"].values[rows]
    assert np.isfinite(error).all()
    assert np.abs(error).max() < 4.0
    assert (stream["fco2_flag"].values[rows] == GOOD).all()


@pytest.mark.realdata
def test_a_real_download(real_data):
    path = real_data / "ocean" / "ooi_mi-instrument" / "SAMI_C0069_300614.txt"
    result = READER.read(path, READER.options(), CONTEXT)
    # 2,122 lines: 59 of the header, 2,063 records.
    assert len(path.read_bytes().splitlines()) == 2122
    assert (result.tally.seen, result.tally.kept) == (2063, 687)
    assert dict(result.tally.by_type) == {"(record of an external device)": 692, "(status record)": 684, "blank": 5, "sample": 682}
    assert result.tally.damaged == {}
    assert [str(problem) for problem in result.problems] == [
        f"{path.name}, line 2122: the instrument reports: the record ended because of errors (1 status records)"
    ]
    stream = result.streams["sami"]
    assert str(stream["time"].values[0])[:19] == "2013-11-10T22:56:23"
    guessed = READER.guess(path)
    assert (guessed.confidence > 0.9, guessed.options) == (True, {})
    coefficients = {name: stream[f"calibration_{name}"].values[0] for name in COEFFICIENTS}
    assert coefficients == {"a": 0.0888, "b": 0.2026, "c": -0.7048, "temperature": 15.6785}

    calibrated_rows = CALIBRATOR.calibrate({"sami": flagged(stream)}, CALIBRATOR.options(), CONTEXT)
    pco2 = calibrated_rows.streams["sami"]["pco2"].values
    assert np.isfinite(pco2).sum() == 682
    # Coastal water off the north-western United States; single records with bubbles or without reagent are far off and flagged.
    assert 440 < np.nanmedian(pco2) < 470
    assert ((pco2 > 150) & (pco2 < 700)).sum() == 672
    assert level(calibrated_rows, "dye_range").count(QUESTIONABLE) == 10
    latest = CALIBRATOR.calibrate({"sami": flagged(stream)}, CALIBRATOR.options(blanks="latest"), CONTEXT).streams["sami"]["pco2"].values
    assert np.nanmedian(np.abs(latest - pco2)) < 4.0
