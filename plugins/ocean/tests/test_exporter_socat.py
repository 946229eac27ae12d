"""The exporter ``socat``, re-read with an independent reader that follows the rules of the SOCAT Dashboard."""

import csv
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from icos_ocean.exporters.socat import EXPORTER, SocatOptions
from small_cruise import calibrated, cruise, person, pressure_of_vapour, with_values

import icos_core
from icos_core.components import Context
from icos_core.exceptions import DataError
from icos_core.testing import example_context

FCO2 = "fCO2_water_SST_wet [ uatm ]"


@dataclass
class Submission:
    header: dict[str, list[str]]
    columns: dict[str, list[str]]

    def numbers(self, title: str) -> np.ndarray:
        return np.array([float(cell) for cell in self.columns[title]])

    def times(self) -> np.ndarray:
        return np.array([cell.replace(" ", "T") for cell in self.columns["date time"]], dtype="datetime64[ns]")


def read(path: Path) -> Submission:
    """Lines before the first one of six or more filled, not numeric cells are the header; every later one has as many cells."""
    content = path.read_bytes().decode("utf-8")
    assert "\r" not in content
    header: dict[str, list[str]] = {}
    titles: list[str] = []
    rows: list[list[str]] = []
    for cells in csv.reader(content.split("\n"), delimiter="\t", strict=True):
        if titles:
            if any(cells):
                assert len(cells) == len(titles)
                rows.append([cell.strip() for cell in cells])
        elif len(cells) >= 6 and all(cell and not re.fullmatch(r"[-+.\deE]+", cell) for cell in cells):
            titles = cells
        elif cells:
            (line,) = cells
            key, _, value = line.partition(":")
            header.setdefault(key, []).append(value.strip())
    # A first row without any number would be taken for a line of units.
    assert any(re.fullmatch(r"[-+.\deE]+", cell) for cell in rows[0])
    assert re.fullmatch(r"[A-Z0-9-]+", header["Expocode"][0])
    return Submission(header, {title: [row[place] for row in rows] for place, title in enumerate(titles)})


def export(stream: xr.Dataset, folder: Path, context: Context | None = None, **options) -> Submission:
    (path,) = EXPORTER.export({"underway": stream}, folder, SocatOptions(**options), context or example_context())
    return read(path)


@pytest.fixture(scope="module")
def made() -> tuple[xr.Dataset, dict]:
    measured, truth = cruise()
    stream, _ = calibrated(measured, barometer_height=20.0)
    return stream, truth


def test_layout(made, tmp_path: Path) -> None:
    found = export(made[0], tmp_path, depth=5.0, pi_qc="A", group="Group")
    assert [path.name for path in tmp_path.iterdir()] == ["XX0020240101_SOCAT.tsv"]
    assert list(found.header)[:6] == ["Expocode", "Platform Name", "Platform Type", "Group", "Investigators", "PI QC"]
    assert [found.header[key][0] for key in list(found.header)[:6]] == [
        "XX0020240101",
        "Example Ship",
        "Ship",
        "Group",
        "Example Institute",
        "A",
    ]
    assert list(found.columns) == [
        "date time",
        "longitude [ deg E ]",
        "latitude [ deg N ]",
        "Depth [m]",
        "SST [ deg C ]",
        "Salinity [ PSU ]",
        "T_equ [ deg C ]",
        "P_equ [ hPa ]",
        "xCO2_water_Tequ_dry [ umol/mol ]",
        "xCO2_atm_dry_interp [ umol/mol ]",
        "Delta_T [ deg C ]",
        "Water Vapour Pressure [ hPa ]",
        "pCO2_water_Tequ_wet [ uatm ]",
        "fCO2_water_Tequ_wet [ uatm ]",
        "pCO2_water_SST_wet [ uatm ]",
        "fCO2_water_SST_wet [ uatm ]",
        "P_atm [ hPa ]",
        "pCO2_atm_wet_interp [ uatm ]",
        "fCO2_atm_wet_interp [ uatm ]",
        "WOCE_CO2_water",
        "comment_WOCE_CO2_water",
        "WOCE_CO2_atm",
        "comment_WOCE_CO2_atm",
    ]
    assert set(found.columns["Depth [m]"]) == {"5.0"}


def test_only_samples_of_water_with_the_truth(made, tmp_path: Path) -> None:
    stream, truth = made
    found = export(stream, tmp_path)
    water = truth["water"]
    np.testing.assert_array_equal(found.times(), stream["time"].values[water].astype("datetime64[s]"))
    np.testing.assert_allclose(found.numbers(FCO2), truth["fco2"][water], rtol=0, atol=0.01)
    np.testing.assert_allclose(found.numbers("SST [ deg C ]"), truth["sst"][water], rtol=0, atol=0.00051)
    np.testing.assert_allclose(found.numbers("xCO2_atm_dry_interp [ umol/mol ]"), stream["xco2_air"].values[water], rtol=0, atol=0.00051)
    assert set(found.columns["WOCE_CO2_water"]) == {"2"}
    assert found.header["Samples"] == [
        f"{water.sum()} written; left out 0 near a change of gas, 0 without position, 0 bad of which 0 by a person"
    ]


def test_water_vapour_pressure_is_in_hectopascals(made, tmp_path: Path) -> None:
    stream, truth = made
    found = export(stream, tmp_path).numbers("Water Vapour Pressure [ hPa ]")
    water = truth["water"]
    expected = 1013.25 * pressure_of_vapour(truth["equilibrator_temperature"][water], truth["salinity"][water])
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.001)
    assert found.min() > 10


def test_fugacity_recomputed_from_the_file_alone(made, tmp_path: Path) -> None:
    """SOCAT recomputes fCO2 from xCO2, T_equ, P_equ, salinity and SST: the file's own fCO2 must agree."""
    found = export(made[0], tmp_path)
    x, t_equ, sst = found.numbers("xCO2_water_Tequ_dry [ umol/mol ]"), found.numbers("T_equ [ deg C ]"), found.numbers("SST [ deg C ]")
    pressure, salinity = found.numbers("P_equ [ hPa ]") / 1013.25, found.numbers("Salinity [ PSU ]")
    kelvin = t_equ + 273.15
    b = -1636.75 + 12.0408 * kelvin - 3.27957e-2 * kelvin**2 + 3.16528e-5 * kelvin**3
    d = 57.7 - 0.118 * kelvin
    fugacity = x * (pressure - pressure_of_vapour(t_equ, salinity))
    fugacity *= np.exp((b + 2 * (1 - 1e-6 * x) ** 2 * d) * pressure / (82.0575 * kelvin)) * np.exp(0.0423 * (sst - t_equ))
    # Half a unit of the last digit of each column, times its sensitivity: 0.0005 in xCO2, fCO2 and twice 15.7 µatm/K in temperature.
    np.testing.assert_allclose(found.numbers(FCO2), fugacity, rtol=0, atol=0.018)


def test_longitudes_in_either_range(tmp_path: Path) -> None:
    measured, _ = cruise()
    east = with_values(measured, longitude=np.where(np.arange(measured.sizes["time"]) % 2 == 0, 340.0, -20.0))
    stream, _ = calibrated(east)
    for convention, expected in (("-180..180", -20.0), ("0..360", 340.0)):
        folder = tmp_path / convention
        folder.mkdir()
        assert set(export(stream, folder, longitude=convention).numbers("longitude [ deg E ]")) == {expected}


def flag_on(truth: dict, measured: xr.Dataset, variable: str, flag: int | None, row: int = 7):
    time = measured["time"].values[truth["water"]][row]
    return replace(person(variable, time, time + np.timedelta64(1, "s"), flag), why="bow thruster")


def test_a_persons_flag_on_a_sample_is_written_with_its_reason(tmp_path: Path) -> None:
    measured, truth = cruise()
    flag = flag_on(truth, measured, "fco2", 3)
    stream, _ = calibrated(measured, people=(flag,))
    found = export(stream, tmp_path, replace(example_context(), people_flags=(flag,)))
    assert found.columns["WOCE_CO2_water"][7] == "3"
    assert found.columns["comment_WOCE_CO2_water"][7] == "fco2 flagged questionable by a person: bow thruster"
    assert found.columns["WOCE_CO2_water"].count("2") == truth["water"].sum() - 1


def test_a_persons_flag_on_an_input_comes_with_its_reason(tmp_path: Path) -> None:
    measured, truth = cruise()
    flags = flag_on(truth, measured, "sst", 3), flag_on(truth, measured, "salinity", 3, row=9)
    stream, _ = calibrated(measured, people=flags)
    found = export(stream, tmp_path, replace(example_context(), people_flags=flags))
    assert found.columns["WOCE_CO2_water"][7] == "3"
    assert "sst flagged questionable by a person: bow thruster" in found.columns["comment_WOCE_CO2_water"][7]
    # A questionable salinity does not touch fCO2, but is told.
    assert found.columns["WOCE_CO2_water"][9] == "2"
    assert found.columns["comment_WOCE_CO2_water"][9] == "salinity flagged questionable by a person: bow thruster"


def test_bad_samples_are_left_out_and_counted_or_written(tmp_path: Path) -> None:
    measured, truth = cruise()
    flag = flag_on(truth, measured, "fco2", 4)
    stream, _ = calibrated(measured, people=(flag,))
    context = replace(example_context(), people_flags=(flag,))
    found = export(stream, tmp_path, context)
    assert len(found.columns[FCO2]) == truth["water"].sum() - 1
    assert found.header["Samples"][0].endswith("1 bad of which 1 by a person")
    written = export(stream, tmp_path, context, include_bad=True)
    assert written.columns["WOCE_CO2_water"][7] == "4"
    assert len(written.columns[FCO2]) == truth["water"].sum()


def test_missing_fco2_is_9(tmp_path: Path) -> None:
    measured, truth = cruise()
    sst = measured["sst"].values.copy()
    sst[np.flatnonzero(truth["water"])[7]] = np.nan
    stream, _ = calibrated(with_values(measured, sst=sst), fill={"sst": 0})
    found = export(stream, tmp_path)
    assert (found.columns[FCO2][7], found.columns["SST [ deg C ]"][7], found.columns["WOCE_CO2_water"][7]) == ("NaN", "NaN", "9")


def test_flagged_standards_stand_in_the_header_of_the_deployment_they_touch(tmp_path: Path) -> None:
    measured, _ = cruise()
    standard = measured["time"].values[0]
    flag = replace(person("co2", standard, standard + np.timedelta64(1, "s"), 4), why="regulator")
    stream, _ = calibrated(measured, people=(flag,))
    context = replace(example_context(), people_flags=(flag,))
    found = export(stream, tmp_path, context)
    assert found.header["Flagged Standard Gas"] == [
        "STD2 2024-05-01T00:05:00Z/2024-05-01T00:05:00Z bad: co2 flagged bad by a person: regulator"
    ]
    # The flagged run was meant for samples before the second run of its gas: a later deployment is not touched.
    start = stream["time"].values[20].astype("datetime64[us]").item().replace(tzinfo=UTC)
    late = context.deployments[0].model_copy(update={"start": start})
    paths = EXPORTER.export({"underway": stream}, tmp_path, SocatOptions(), replace(context, deployments=(late,)))
    assert ["Flagged Standard Gas" in read(path).header for path in paths] == [False, True]


def test_expocode_without_deployments_is_station_and_first_day(made, tmp_path: Path) -> None:
    found = export(made[0], tmp_path, replace(example_context(), deployments=()))
    assert found.header["Expocode"] == ["XX0020240501"]
    assert [path.name for path in tmp_path.iterdir()] == ["XX0020240501_SOCAT.tsv"]


def test_an_expocode_that_socat_does_not_take(made, tmp_path: Path) -> None:
    deployment = example_context().deployments[0].model_copy(update={"expocode": "XX00 2024"})
    with pytest.raises(DataError, match="'XX00 2024'"):
        export(made[0], tmp_path, replace(example_context(), deployments=(deployment,)))
    assert list(tmp_path.iterdir()) == []


def test_a_stream_without_positions_is_refused(made, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'latitude'"):
        export(made[0].drop_vars("latitude"), tmp_path)


def test_a_cruise_without_water_has_no_file(made, tmp_path: Path) -> None:
    stream, truth = made
    dry = stream.isel(time=np.flatnonzero(~truth["water"]))
    assert list(EXPORTER.export({"underway": dry}, tmp_path, SocatOptions(), example_context())) == []
    assert list(tmp_path.iterdir()) == []


def moored() -> Context:
    values = {"platform": "buoy", "latitude": 51.58, "longitude": 2.99}
    context = example_context()
    return replace(context, station=context.station.model_copy(update=values), deployments=())


def test_a_mooring_has_the_position_of_its_station(made, tmp_path: Path) -> None:
    stream, truth = made
    anchored = stream.drop_vars([name for name in stream.variables if str(name).startswith(("latitude", "longitude"))])
    (path,) = EXPORTER.export({"buoy": anchored}, tmp_path, SocatOptions(include_bad=True), moored())
    found = read(path)
    assert set(found.numbers("latitude [ deg N ]")) == {51.58}
    assert set(found.numbers("longitude [ deg E ]")) == {2.99}
    assert found.times().size == int(truth["water"].sum())
    assert found.header["Platform Type"] == ["Mooring"]


def test_expocodes_are_checked_before_anything_is_read() -> None:
    assert EXPORTER.check is not None
    context = example_context()
    assert list(EXPORTER.check(SocatOptions(), context)) == []
    wrong = context.deployments[0].model_copy(update={"expocode": "XX 00"})
    (found,) = EXPORTER.check(SocatOptions(), replace(context, deployments=(wrong,)))
    assert found.startswith("deployment[0].expocode: expocode 'XX 00' has characters other than")


def test_without_an_equilibrator_the_mole_fraction_is_one_at_sst(made, tmp_path: Path) -> None:
    stream, _ = made
    without = stream.drop_vars([name for name in stream.variables if str(name).startswith("equilibrator_temperature")])
    (path,) = EXPORTER.export({"buoy": without}, tmp_path, SocatOptions(), example_context())
    columns = read(path).columns
    assert "xCO2_water_Tequ_dry [ umol/mol ]" not in columns
    assert "NaN" not in columns["xCO2_water_SST_dry [ umol/mol ]"]
    assert set(columns["T_equ [ deg C ]"]) == {"NaN"}


NOWHERE = """
[station]
id = "XX00"
name = "Example Ship"
domain = "ocean"
platform = "ship"
contact = { institution = "Example Institute", email = "data@example.org" }

[[input]]
reader = "underway-table"
files = "table.csv"
clock = { date_time = "time" }
columns = { lat = "latitude", lon = "longitude", fCO2 = "fco2", SST = "sst" }

[[export]]
exporter = "socat"
[[export]]
exporter = "csv"
"""


def test_a_run_says_that_nothing_was_written(tmp_path: Path) -> None:
    (tmp_path / "station.toml").write_text(NOWHERE, encoding="utf-8")
    rows = "".join(f"2024-01-01 00:0{minute}:00,,,38{minute},12\n" for minute in range(5))
    (tmp_path / "table.csv").write_text(f"time,lat,lon,fCO2,SST\n{rows}", encoding="utf-8")
    result = icos_core.run(tmp_path / "station.toml", tmp_path / "output", jobs=1)
    assert [path.suffix for path in result.paths] == [".csv", ".html"]
    manifest = json.loads((tmp_path / "output" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["problems"] == ["exporter 'socat' wrote no file: no row has what its format asks for"]
