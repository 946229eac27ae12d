"""A simulated ship with three input systems whose clocks are apart: from raw files to SOCAT, and over replicates."""

import csv

import numpy as np
import pytest
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.readers import ldeo_underway, sea_bird_sbe45
from icos_ocean.simulators.ldeo_underway import cylinder
from icos_ocean.simulators.ship_sensors import SIMULATOR, write_logs
from icos_ocean.simulators.underway_cruise import Cruise, simulate_cruise
from pydantic import ValidationError
from ship_logs import CRUISE, GASES, ON_TIME

import icos_core
from icos_core.dataset import category_mask
from icos_core.duration import parse_duration
from icos_core.running.joins import join
from icos_core.testing import example_context

NO_ERRORS = dict.fromkeys(("equilibrator_temperature", "sst", "pressure", "salinity", "reading", "drift", "temperature_coefficient"), 0.0)
EXACT = CRUISE | {
    "errors": NO_ERRORS,
    "standards": [gas | {"uncertainty": 0.0} for gas in GASES],
    "span_wander": 0.0,
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"labels": True, "weather": "mast", "time_stamp": "scs"},
        {"crc": True, "nmea_clock": "sentence", "time_stamp": "rvdas", "cruise": EXACT | {"longitude": 179.9, "latitude": -60.0}},
    ],
    ids=["usual", "labels and mast", "dateline"],
)
def test_fco2_is_recovered_from_three_systems(tmp_path, changes):
    """Without errors of probes and gases what is left is the digits of the logs: 0.01 °C of the equilibrator makes 0.08 µatm."""
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate({"cruise": EXACT, **changes}), 3)
    result = icos_core.run(simulated.description, tmp_path / "output", jobs=1)
    assert result.status == 0
    stream, truth = result.tree["/calibrated/underway"].to_dataset(), simulated.truth["underway"]
    rows = np.searchsorted(stream["time"].values, truth["time"].values)
    np.testing.assert_array_equal(stream["time"].values[rows], truth["time"].values)
    for name, tolerance in (("sst", 1e-4), ("salinity", 3e-4), ("equilibrator_temperature", 0.0051), ("xco2", 0.01), ("fco2", 0.15)):
        assert np.abs(stream[name].values[rows] - truth[name].values).max() < tolerance, name
    assert set(stream["fco2_flag"].values[rows]) <= {1, 3}
    (path,) = [path for path in result.paths if path.suffix == ".tsv"]
    _, _, table = path.read_text(encoding="utf-8").partition("\n\n")
    written = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    assert len(written) == truth.sizes["time"]
    assert [float(row["fCO2_water_SST_wet [ uatm ]"]) for row in written] == pytest.approx(truth["fco2"].values, abs=0.15)


def test_an_offset_that_is_not_declared_shows(tmp_path):
    """The offsets of the description do something: without them temperature and salinity are those of another moment."""
    changes = {"cruise": EXACT | {"sst_range": 4.0}, "thermosalinograph_clock_ahead": "20 min"}
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate(changes), 3)
    text = simulated.description.read_text(encoding="utf-8")
    assert 'offset = "-1200 s"' in text
    errors = []
    for name, described in (("declared", text), ("not declared", text.replace('offset = "-1200 s"', 'offset = "0 s"'))):
        simulated.description.write_text(described, encoding="utf-8")
        stream = icos_core.run(simulated.description, tmp_path / name, jobs=1).tree["/calibrated/underway"].to_dataset()
        truth = simulated.truth["underway"]
        rows = np.searchsorted(stream["time"].values, truth["time"].values)
        errors.append(np.nanmax(np.abs(stream["fco2"].values[rows] - truth["fco2"].values)))
    assert errors[0] < 0.15
    assert errors[1] > 10 * errors[0]


def test_wrong_options():
    for changes, message in (({"time_stamp": "none"}, "time_stamp"), ({"interval": "1 s"}, "interval"), ({"systems": ["nmeaa"]}, "nmea")):
        with pytest.raises(ValidationError, match=message):
            SIMULATOR.options.model_validate(changes)


PAIRS = 600
SHORT = CRUISE | {"interval": "300 s", "readings_of_air": 0, "standards_every": "2 h"}
DAY = np.timedelta64(1, "D")


def together(cruises):
    """One cruise of many, each a day after the one before."""
    joined = {
        part: {name: np.concatenate([getattr(cruise, part)[name] for cruise in cruises]) for name in getattr(cruises[0], part)}
        for part in ("truth", "measured")
    }
    return Cruise(
        time=np.concatenate([cruise.time + number * DAY for number, cruise in enumerate(cruises)]),
        run_type=np.concatenate([cruise.run_type for cruise in cruises]),
        draining=np.concatenate([cruise.draining for cruise in cruises]),
        **joined,
    )


@pytest.fixture(scope="module")
def replicates(tmp_path_factory):
    """Error of fCO2 and its stated uncertainty, one row per deployment: deployments and their twins (errors of the other sign) in turn."""
    folder = tmp_path_factory.mktemp("replicates")
    twins = [
        SIMULATOR.options.model_validate(
            {"cruise": SHORT | {"mirrored": mirrored}, "systems": ["ldeo-underway", "sea-bird-sbe45"], **ON_TIME}
        )
        for mirrored in (False, True)
    ]
    cruise = together([simulate_cruise(each.cruise, seed) for seed in range(PAIRS) for each in twins])
    sensors = {name: cruise.measured[name] for name in ("sst", "salinity")}
    logs = write_logs(cruise, cruise.time.astype("datetime64[ms]"), sensors, folder, twins[0])
    columns = ("temperature", "conductivity", "salinity", "sound_speed", "remote_temperature")
    streams = {}
    for path, reader, options in (
        (logs[0], ldeo_underway.READER, {"sources": {cylinder(gas["run_type"]): gas["run_type"] for gas in GASES}}),
        (logs[1], sea_bird_sbe45.READER, {"columns": columns}),
    ):
        read = reader.read(path, reader.options(**options), example_context())
        assert read.tally.kept == cruise.time.size
        streams |= read.streams
    underway, _ = join(streams["underway"], streams["thermosalinograph"], "nearest", parse_duration("1 s"))
    described = {
        "standards": [gas | ({"run_type": "ZERO"} if gas["run_type"] == "STD1" else {}) for gas in GASES],
        "pressure_sources": ["equilibrator"],
        "uncertainty": twins[0].cruise.errors.model_dump(),
    }
    calibrated = CALIBRATOR.calibrate({"underway": underway}, CALIBRATOR.options.model_validate(described), example_context())
    stream = calibrated.streams["underway"]
    water = category_mask(stream, "run_type", ["EQU"]).reshape(2 * PAIRS, -1)[0]
    # After the last run of standards there are none behind a sample: such values are questionable.
    water[np.flatnonzero(~water)[-1] :] = False
    found, stated, truth = (
        values.reshape(2 * PAIRS, -1)[:, water]
        for values in (stream["fco2"].values, stream["fco2_uncertainty"].values, cruise.truth["fco2"])
    )
    return found - truth, stated


def test_coverage_and_bias_over_replicates(replicates):
    error, stated = replicates
    assert error.shape[0] >= 400
    assert np.isfinite(error).all()
    assert 0.93 <= (np.abs(error) <= 1.959964 * stated).mean() <= 0.97
    of_pairs = error.reshape(PAIRS, 2, -1).mean(axis=(1, 2))
    assert of_pairs.std(ddof=1) / np.sqrt(PAIRS) < 0.02
    assert abs(of_pairs.mean()) < 0.06
