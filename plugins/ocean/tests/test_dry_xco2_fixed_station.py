"""A whole run of a fixed station whose rows have no position, with the calibrator dry-xco2."""

import netCDF4
import numpy as np
import pytest
from reported_mole_fractions import deployment

import icos_core

DESCRIPTION = """
[station]
id = "BUOY"
name = "Example Buoy"
domain = "ocean"
platform = "fixed"
latitude = 54.1
longitude = 7.9
altitude = 0.0
utc_offset = 0
contact = { institution = "Example Institute", email = "data@example.org" }

[[input]]
reader = "underway-table"
files = "raw.csv"
run_type_column = "gas"

[input.clock]
date_time = "time"

[input.columns]
xco2_dry = "xco2_dry"
sst = "sst"
analyser_pressure = "analyser_pressure"
atmospheric_pressure = "atmospheric_pressure"

[[calibrate]]
calibrator = "dry-xco2"
pressure_sources = ["analyser", "atmospheric"]
barometer_height = 0.0
salinity = 35.0

[[export]]
exporter = "cf-netcdf"

[[export]]
exporter = "csv"
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("buoy")
    stream, truth = deployment(salinity=np.full(16, 35.0))
    lines = ["time,gas,xco2_dry,sst,analyser_pressure,atmospheric_pressure"]
    columns = (stream["xco2_dry"], stream["sst"], stream["equilibrator_pressure"], stream["atmospheric_pressure"])
    for row, time in enumerate(stream["time"].values):
        word = "EQU" if truth["water"][row] else "ATM"
        lines.append(",".join([str(time)[:19], word, *(f"{column.values[row]:.6f}" for column in columns)]))
    (folder / "raw.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "station.toml").write_text(DESCRIPTION, encoding="utf-8")
    return icos_core.run(folder / "station.toml", folder / "output", jobs=1), stream, truth


def test_the_truth_is_exported_at_the_stations_position(result):
    run, stream, truth = result
    assert run.status == 0
    [path] = [path for path in run.paths if path.suffix == ".nc"]
    with netCDF4.Dataset(path) as file:
        assert (float(file["latitude"][...]), float(file["longitude"][...])) == (54.1, 7.9)
        assert file["latitude"].shape == ()
        water = truth["water"]
        expected = stream["xco2_dry"].values[water]
        np.testing.assert_allclose(file["xco2"][:].filled(np.nan)[water], expected, atol=1e-5)
        assert set(file["fco2_flag"][:][water].tolist()) == {1}
        assert file["fco2_uncertainty_instrument"].error_correlation == "common"
        assert "fco2_uncertainty_standards" not in file.variables
        assert file["salinity_source"].flag_meanings.split() == ["measured", "interpolated", "assumed"]


def test_every_figure_can_be_drawn(result):
    run, _, _ = result
    page = next(path for path in run.paths if path.name == "report.html").read_text(encoding="utf-8")
    assert "What the standard uncertainty of fCO₂ in sea water is made of" in page
