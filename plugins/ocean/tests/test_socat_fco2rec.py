"""The product ``socat-fco2rec`` on SOCAT's own sample, on simulated files and on the suite's own calibrated streams."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from icos_ocean.expocodes import expocode_text
from icos_ocean.products.socat_fco2rec import PRODUCT
from icos_ocean.readers.socat_cruise import READER
from icos_ocean.simulators.socat_cruise import SIMULATOR
from small_cruise import calibrated, cruise

from icos_core.components import Outcome, ProductResult
from icos_core.dataset import make_stream
from icos_core.exceptions import DataError
from icos_core.flags import apply_flags
from icos_core.station import Station
from icos_core.testing import example_context

CONTEXT = example_context()


def derive(stream: xr.Dataset, context=CONTEXT, **options) -> tuple[xr.Dataset, ProductResult]:
    """Return the product's stream with its flags, as a run has it."""
    result = PRODUCT.derive({"input": stream}, PRODUCT.options(**options), context)
    (made,) = result.streams.values()
    words = {variable.name for variable in PRODUCT.provides(PRODUCT.options())["socat_fco2rec"]}
    assert set(map(str, made.data_vars)) <= words
    apply_flags(made, result.outcomes)
    return made, result


@pytest.mark.realdata
def test_the_sample_within_its_rounding(real_data):
    path = real_data / "ocean/socat/AGSK20031205_16rows.tsv"
    stream = READER.read(path, READER.options(), CONTEXT).streams["socat"]
    made, _ = derive(stream)
    assert np.abs(made["fco2rec"].values - stream["fco2rec"].values).max() <= 0.0005
    assert set(made["fco2rec_source"].values.tolist()) == {1}
    assert set(made["fco2rec_flag"].values.tolist()) == {1}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    options = SIMULATOR.options(duration="12 h", others=0, questionable=0.05, bad=0.05)
    result = SIMULATOR.simulate(tmp_path_factory.mktemp("cruise"), options, 2)
    return READER.read(result.files[0], READER.options(), CONTEXT).streams["socat"], result.truth["socat"]


def test_all_sources_give_the_truth(simulated):
    stream, truth = simulated
    made, result = derive(stream)
    np.testing.assert_array_equal(made["fco2rec_source"].values, truth["fco2rec_source"].values)
    # CO2 is written with three digits: 0.0005, times at most 1.1 for the correction to sea-surface temperature.
    np.testing.assert_allclose(made["fco2rec"].values, truth["fco2rec"].values, rtol=0, atol=0.00056)
    sources = result.tables[0]
    assert [row[0] for row in sources.rows] == list(range(1, 15))
    assert sum(row[2] for row in sources.rows) == stream.sizes["time"]
    assert max(row[4] for row in sources.rows) <= 0.0011


def test_woce_flags_of_the_file_act(simulated):
    stream, _ = simulated
    made, _ = derive(stream)
    for woce, flag in ((2, 1), (3, 3), (4, 4)):
        rows = stream["fco2rec_woce"].values == woce
        assert rows.any()
        assert set(made["fco2rec_flag"].values[rows].tolist()) == {flag}


def test_the_suites_own_calibrated_streams():
    measured, truth = cruise()
    stream, _ = calibrated(measured, barometer_height=20.0)
    made, result = derive(stream)
    water = truth["water"]
    assert set(made["fco2rec_source"].values[water].tolist()) == {1}
    # Only the rounding of the gas constant differs.
    np.testing.assert_allclose(made["fco2rec"].values[water], stream["fco2"].values[water], rtol=0, atol=2e-5)
    np.testing.assert_array_equal(made["fco2rec_uncertainty"].values[water], stream["fco2_uncertainty"].values[water])
    assert np.isnan(made["fco2rec"].values[~water]).all()
    assert {expocode_text(number) for number in made["expocode"].values} == {"XX0020240101"}
    assert [row[:2] for row in result.tables[0].rows] == [(0, "none"), (1, "xco2 equilibrator")]
    assert abs(result.tables[0].rows[1][3]) <= 1e-4


@pytest.mark.parametrize(
    ("variable", "level", "expected"),
    [("sst", 3, 3), ("sst", 4, 4), ("xco2", 4, 4), ("salinity", 3, 1), ("salinity", 4, 3), ("fco2", 4, 4), ("pco2", 4, 1)],
)
def test_flags_of_what_was_used_act(variable, level, expected):
    measured, truth = cruise()
    stream, _ = calibrated(measured, barometer_height=20.0)
    levels = np.ones(stream.sizes["time"], dtype=np.int8)
    row = int(np.flatnonzero(truth["water"])[5])
    levels[row] = level
    stream = stream.copy()
    apply_flags(stream, [Outcome(variable=variable, name="again", level=levels)])
    made, _ = derive(stream)
    assert made["fco2rec_flag"].values[row] == expected
    assert made["fco2rec_flag"].values[row + 1] == 1


def columns(**arrays) -> xr.Dataset:
    words = {word.name: word for word in READER.provides(READER.options())["socat"]}
    size = len(next(iter(arrays.values())))
    time = np.datetime64("2024-03-01", "ns") + np.arange(size) * np.timedelta64(10, "m")
    return make_stream(time, {name: np.asarray(array) for name, array in arrays.items()}, words.values())


COMPLETE = {"xco2": 400.0, "equilibrator_temperature": 10.3, "sst": 10.0, "salinity": 35.0, "equilibrator_pressure": 1013.25}


def test_a_salinity_for_where_there_is_none():
    stream = columns(**{name: [value] for name, value in COMPLETE.items() if name != "salinity"})
    made, _ = derive(stream)
    assert np.isnan(made["fco2rec"].values[0])
    made, _ = derive(stream, salinity_when_absent=35.0)
    whole, _ = derive(columns(**{name: [value] for name, value in COMPLETE.items()}))
    assert made["fco2rec_source"].values[0] == 9
    assert made["fco2rec"].values[0] == whole["fco2rec"].values[0]


def test_ranges_of_the_dashboard():
    rows = {name: [value] * 3 for name, value in COMPLETE.items()}
    stream = columns(**rows | {"salinity": [35.0, 43.0, 51.0]})
    made, result = derive(stream)
    assert made["fco2rec_flag"].values.tolist() == [1, 3, 4]
    assert result.tables[1].rows == (("salinity", 1, 1),)
    made, result = derive(stream, range_checks=False)
    assert made["fco2rec_flag"].values.tolist() == [2, 2, 2]
    assert len(result.tables) == 1


def test_the_speed_between_rows_of_one_cruise():
    rows = {name: [value] * 6 for name, value in COMPLETE.items()}
    # 10 minutes from row to row: 0.3 degrees of latitude are 18 nautical miles or 108 knots, 2 degrees 720 knots.
    latitude = [10.0, 10.3, 50.0, 10.31, 12.31, 50.01]
    cruise_numbers = np.array([1, 1, 2, 1, 1, 2]) * 10**12
    made, result = derive(columns(**rows, latitude=latitude, longitude=[0.0] * 6, expocode=cruise_numbers))
    assert made["fco2rec_flag"].values.tolist() == [3, 1, 1, 4, 1, 1]
    assert ("speed to the next row", 1, 1) in result.tables[1].rows


def test_a_fixed_station_has_its_own_position():
    station = Station.model_validate(
        {
            **CONTEXT.station.model_dump(),
            "platform": "fixed",
            "latitude": 51.5,
            "longitude": 3.0,
            "altitude": 0.0,
            "utc_offset": 1.0,
        }
    )
    made, _ = derive(columns(fco2=[380.0, 381.0]), replace(CONTEXT, station=station, deployments=()))
    assert made["latitude"].values.tolist() == [51.5, 51.5]
    assert "expocode" not in made
    assert made["fco2rec_source"].values.tolist() == [6, 6]
    made, _ = derive(columns(fco2=[380.0]), replace(CONTEXT, deployments=()))
    assert "latitude" not in made


def test_rows_of_no_known_cruise_are_of_the_deployment():
    made, _ = derive(columns(fco2=[380.0, 381.0], expocode=[-1, 4883242003120500]))
    assert [expocode_text(number) for number in made["expocode"].values] == ["XX0020240101", "AGSK20031205"]


def test_which_stream():
    one, other = columns(fco2=[380.0]), columns(fco2=[390.0])
    both = {"a": one, "b": other, "c": columns(sst=[1.0])}
    with pytest.raises(DataError, match=r"streams a, b have it; name one with stream"):
        PRODUCT.derive(both, PRODUCT.options(), CONTEXT)
    result = PRODUCT.derive(both, PRODUCT.options(stream="b"), CONTEXT)
    assert result.streams["socat_fco2rec"]["fco2rec"].values[0] == 390.0
    with pytest.raises(DataError, match="no stream 'd'"):
        PRODUCT.derive(both, PRODUCT.options(stream="d"), CONTEXT)
    with pytest.raises(DataError, match="no stream has it"):
        PRODUCT.derive({"c": both["c"]}, PRODUCT.options(), CONTEXT)
    assert set(PRODUCT.requires(PRODUCT.options(stream="b"))) == {"b"}
    assert set(PRODUCT.requires(PRODUCT.options())) == {"*"}
