"""Three input systems of a real ship, from raw files to SOCAT, against an evaluation that shares no code with the suite."""

import csv
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import netCDF4
import numpy as np
import pytest

import icos_core
from icos_core.dataset import category_mask

EXAMPLE = Path(__file__).parents[3] / "examples" / "nbp1406" / "station.toml"
LIMIT = 60.0  # s, of the joins

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def folder(request, tmp_path_factory):
    from icos_core.testing.real_data import folder_of_real_data

    return folder_of_real_data(request.config) / "ocean" / "openrvdas_NBP1406"


@pytest.fixture(scope="module")
def result(folder, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ICOS_REAL_DATA", str(folder.parents[1]))
        return icos_core.run(EXAMPLE, tmp_path_factory.mktemp("nbp1406") / "output", jobs=1)


@pytest.fixture(scope="module")
def underway(result):
    return result.tree["/calibrated/underway"].to_dataset()


def lines(folder, system):
    """Time in s and the rest of every line, read without the suite's readers."""
    text = (folder / f"NBP1406_{system}-2014-08-01").read_text(encoding="latin-1")
    for line in text.splitlines():
        stamp, _, rest = line.partition(" ")
        yield datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).timestamp(), rest


def mean_near(series, time):
    near = [value for when, value in series if abs(when - time) <= LIMIT]
    return fmean(near) if near else math.nan


def interpolated(series, time):
    before = [each for each in series if each[0] <= time]
    after = [each for each in series if each[0] >= time]
    if not before or not after or time - before[-1][0] > LIMIT or after[0][0] - time > LIMIT:
        return math.nan
    (t1, v1), (t2, v2) = before[-1], after[0]
    return v1 if t2 == t1 else v1 + (v2 - v1) * (time - t1) / (t2 - t1)


def degrees(text, letter):
    point = text.index(".") - 2
    value = int(text[:point]) + float(text[point:]) / 60
    return -value if letter in "SW" else value


def fugacity(x, pressure, temperature, salinity, sst):
    """Weiss and Price (1980), Weiss (1974) and Takahashi et al. (1993), µatm."""
    kelvin, atmospheres = temperature + 273.15, pressure / 1013.25
    vapour = math.exp(24.4543 - 67.4509 * (100 / kelvin) - 4.8489 * math.log(kelvin / 100) - 0.000544 * salinity)
    virial = -1636.75 + 12.0408 * kelvin - 3.27957e-2 * kelvin**2 + 3.16528e-5 * kelvin**3
    cross = 57.7 - 0.118 * kelvin
    coefficient = math.exp((virial + 2 * (1 - x * 1e-6) ** 2 * cross) * atmospheres / (82.0578 * kelvin))
    return x * (atmospheres - vapour) * coefficient * math.exp(0.0423 * (sst - temperature))


@pytest.fixture(scope="module")
def evaluated(folder):
    """Time, SST, salinity, position and fCO2 of every sample of water that has a SST and a salinity; position may be missing."""
    thermosalinograph = [(when, float(rest.split(",")[2])) for when, rest in lines(folder, "tsg1")]
    intake = [(when, float(rest)) for when, rest in lines(folder, "rtmp")]
    fixes = [(when, rest.split(",")) for when, rest in lines(folder, "gp02") if rest.startswith("$GPGLL")]
    latitude, longitude = ([(when, degrees(*parts[place : place + 2])) for when, parts in fixes] for place in (1, 3))
    rows = []
    for when, rest in lines(folder, "pco2"):
        parts = rest.split()
        sst, salinity = mean_near(intake, when), mean_near(thermosalinograph, when)
        if parts[-1] != "Equil" or math.isnan(sst) or math.isnan(salinity):
            continue
        # The system has calibrated itself: what it writes for a cylinder is always the assigned value, so the regression changes nothing.
        fco2 = fugacity(float(parts[5]), float(parts[3]), float(parts[8]), salinity, sst)
        rows.append((when, sst, salinity, interpolated(latitude, when), interpolated(longitude, when), fco2))
    return np.array(rows)


def test_every_line_is_accounted_for(result):
    assert result.status == 0
    inputs = json.loads((result.finished.out / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    found = {}
    for each in inputs:
        tally = each["tally"]
        assert tally["seen"] == tally["kept"] + sum(tally["rejected"].values())
        found[each["name"].split("_")[1].split("-")[0]] = (tally["seen"], tally["kept"])
    sensors = {"tsg1": (5000, 5000), "tsg2": (5000, 5000), "rtmp": (5000, 5000), "gp02": (5000, 1667), "mwx1": (5000, 3334)}
    assert found == {"pco2": (472, 472), **sensors}


def test_all_rows_of_the_co2_system_are_kept(underway, evaluated):
    assert underway.sizes["time"] == 472
    water = category_mask(underway, "run_type", ["EQU"])
    air = category_mask(underway, "run_type", ["ATM"])
    assert (water.sum(), air.sum()) == (345, 55)
    present = np.isfinite(underway["fco2"].values)
    assert present.sum() == len(evaluated) == 12
    flags = underway["fco2_flag"].values
    assert (flags[~present] == 9).all()
    located = np.isfinite(underway["latitude"].values)
    # Before the first run of standards a sample is questionable; one without position is bad.
    assert set(flags[present & located]) == {3}
    assert set(flags[present & ~located]) == {4}


def test_fco2_is_that_of_an_independent_evaluation(underway, evaluated):
    times = underway["time"].values.astype("datetime64[us]").astype(np.int64) / 1e6
    rows = np.searchsorted(times, evaluated[:, 0] - 1e-4)
    np.testing.assert_allclose(times[rows], evaluated[:, 0], rtol=0, atol=1e-4)
    expected = dict(zip(("sst", "salinity", "latitude", "longitude", "fco2"), evaluated.T[1:], strict=True))
    for name, tolerance in (("sst", 1e-9), ("salinity", 1e-9), ("latitude", 1e-9), ("longitude", 1e-9), ("fco2", 0.001)):
        np.testing.assert_allclose(underway[name].values[rows], expected[name], rtol=0, atol=tolerance, err_msg=name)


def test_the_second_thermosalinograph_agrees_and_is_not_needed(result, folder, underway):
    rows = {row[2]: row[3] for table in result.finished.flow.tables if table.title.startswith("Sensors used") for row in table.rows}
    assert rows == {"salinity": 55, "salinity_2": 0, "none": 417}
    (row,) = [row for table in result.finished.flow.tables if table.title.startswith("Differences between sensors") for row in table.rows]
    first, second = ([(when, float(rest.split(",")[2])) for when, rest in lines(folder, system)] for system in ("tsg1", "tsg2"))
    times = (underway["time"].values.astype("datetime64[us]").astype(np.int64) / 1e6).tolist()
    differences = [mean_near(second, when) - mean_near(first, when) for when in times]
    assert row[1:3] == ("salinity_2", "salinity")
    assert row[3] == pytest.approx(np.nanmedian(differences), abs=1e-6)


def test_the_weather_mast_gives_the_pressure_of_air(underway, folder):
    barometer = [(when, float(rest.split(",")[10])) for when, rest in lines(folder, "mwx1") if rest.startswith("MET")]
    times = underway["time"].values.astype("datetime64[us]").astype(np.int64) / 1e6
    expected = [mean_near(barometer, when) for when in times.tolist()]
    np.testing.assert_allclose(underway["atmospheric_pressure"].values, expected, rtol=0, atol=1e-9)


def test_the_socat_file(result, evaluated):
    (path,) = [path for path in result.paths if path.suffix == ".tsv"]
    header, _, table = path.read_text(encoding="utf-8").partition("\n\n")
    assert header.startswith("Expocode: 320620140801\n")
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    located = evaluated[np.isfinite(evaluated[:, 3])]
    assert len(rows) == len(located) == 8
    assert [datetime.fromisoformat(row["date time"]).replace(tzinfo=UTC).timestamp() for row in rows] == pytest.approx(
        located[:, 0], abs=0.51
    )
    for title, column, tolerance in (
        ("latitude [ deg N ]", 3, 6e-6),
        ("longitude [ deg E ]", 4, 6e-6),
        ("SST [ deg C ]", 1, 6e-4),
        ("Salinity [ PSU ]", 2, 6e-4),
        ("fCO2_water_SST_wet [ uatm ]", 5, 0.0016),
    ):
        assert [float(row[title]) for row in rows] == pytest.approx(located[:, column], abs=tolerance), title
    assert {row["WOCE_CO2_water"] for row in rows} == {"3"}


def test_the_other_exports(result, underway):
    assert sorted(path.suffix for path in result.paths) == [".csv", ".html", ".nc", ".tsv"]
    (path,) = [path for path in result.paths if path.suffix == ".nc"]
    with netCDF4.Dataset(path) as file:
        np.testing.assert_allclose(file["fco2"][:].filled(np.nan), underway["fco2"].values)


def test_which_sensor_goes_with_the_variable(result):
    (path,) = [path for path in result.finished.paths if path.suffix == ".nc"]
    with netCDF4.Dataset(path) as file:
        assert "salinity_sensor" in file["salinity"].ancillary_variables.split()
        assert file["salinity_sensor"].flag_meanings.split() == ["none", "salinity", "salinity_2"]
        known = ~np.isnan(np.ma.filled(file["salinity"][:], np.nan))
        assert set(np.asarray(file["salinity_sensor"][:])[known].tolist()) == {1}
