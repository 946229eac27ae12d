"""The exporter ``icos-otc``, re-read by an independent parser that follows the rules by which the Carbon Portal takes such tables."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from icos_ocean.exporters.icos_otc import EXPORTER, IcosOtcOptions
from small_cruise import calibrated, cruise, person, with_values

from icos_core.components import Context
from icos_core.station import Station
from icos_core.testing import example_context

SHIP_COLUMNS = {
    "Latitude": float,
    "Longitude": float,
    **{
        title: kind
        for name in ("P_sal [psu]", "Temp [degC]", "fCO2 [uatm]", "pCO2 [uatm]")
        for title, kind in ((name, np.float32), (f"{name} QC Flag", str))
    },
}
OPTIONAL_COLUMNS = {
    title: kind
    for name in ("Atmospheric Pressure [hPa]", "pCO2 in atmosphere [uatm]", "fCO2 in atmosphere [uatm]")
    for title, kind in ((name, np.float32), (f"{name} QC Flag", str))
}
FIXED_COLUMNS = {title: kind for title, kind in SHIP_COLUMNS.items() if title not in {"Latitude", "Longitude"}}
FIXED = Station.model_validate(
    {
        "id": "1199",
        "name": "Example Buoy",
        "domain": "ocean",
        "platform": "fixed",
        "latitude": 51.58,
        "longitude": 2.99,
        "altitude": 0,
        "utc_offset": 1,
        "contact": {"institution": "Example Institute", "email": "data@example.org"},
    }
)


def split_cells(line: str) -> list[str]:
    """Cells between commas; a cell in quotes may hold commas and doubled quotes; a quote within a cell without quotes is an error."""
    cells: list[str] = []
    position = 0
    while position <= len(line):
        if line[position : position + 1] == '"':
            cell, position = "", position + 1
            while True:
                end = line.index('"', position)
                cell += line[position:end]
                if line[end + 1 : end + 2] != '"':
                    position = end + 1
                    break
                cell, position = cell + '"', end + 2
            assert position == len(line) or line[position] == ",", f"text behind a quoted cell: {line}"
        else:
            end = line.find(",", position)
            end = len(line) if end < 0 else end
            cell, position = line[position:end], end
            assert '"' not in cell, f"quote within a cell: {line}"
        cells.append(cell)
        position += 1
    return cells


def instant(cell: str) -> datetime:
    assert "T" in cell
    assert cell.endswith("Z")
    return datetime.fromisoformat(cell.removesuffix("Z")).replace(tzinfo=UTC)


def ingest(content: bytes, required: dict, optional: dict, nrows: int) -> dict[str, list]:
    """Parse as the portal does: UTF-8, lines split at LF and trimmed, exact titles, types by column, `nrows` rows exactly."""
    assert not content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8", errors="strict")
    assert text.endswith("\n")
    lines = text[:-1].split("\n")
    assert all(line.strip() for line in lines), "blank line"
    assert all(len(line.encode()) <= 16384 for line in lines)
    titles = split_cells(lines[0].strip())
    titles[0] = "TIMESTAMP"
    assert len(set(titles)) == len(titles)
    absent = [title for title in required if title not in titles]
    assert not absent, f"Required columns were missing in the data: {absent}"
    table: dict[str, list] = {title: [] for title in titles}
    for line in lines[1:]:
        cells = split_cells(line.strip())
        assert len(cells) == len(titles)
        for title, cell in zip(titles, cells, strict=True):
            kind = {**required, **optional}.get(title)
            if title == "TIMESTAMP":
                table[title].append(instant(cell))
            elif kind is None:
                table[title].append(cell)
            elif kind is str:
                assert len(cell) <= 1
                table[title].append(cell)
            else:
                value = math.nan if not cell.strip() else float(cell)
                assert not math.isinf(value)
                table[title].append(kind(value))
    assert len(table["TIMESTAMP"]) == nrows
    return table


def export(
    stream: xr.Dataset, folder: Path, nrows: int, context: Context | None = None, required: dict = SHIP_COLUMNS, **options
) -> dict[str, list]:
    (path,) = EXPORTER.export({"underway": stream}, folder, IcosOtcOptions(**options), context or example_context())
    return ingest(path.read_bytes(), required, OPTIONAL_COLUMNS, nrows)


@pytest.fixture(scope="module")
def made() -> tuple[xr.Dataset, dict]:
    measured, truth = cruise()
    stream, _ = calibrated(measured, barometer_height=20.0)
    return stream, truth


def test_the_portal_takes_the_file_of_a_ship(made, tmp_path: Path) -> None:
    stream, truth = made
    water = truth["water"]
    table = export(stream, tmp_path, int(water.sum()), depth=5)
    assert [path.name for path in tmp_path.iterdir()] == ["XX00_NRT_20240501.csv"]
    times = np.array([moment.replace(tzinfo=None) for moment in table["TIMESTAMP"]], dtype="datetime64[ns]")
    np.testing.assert_array_equal(times, stream["time"].values[water])
    np.testing.assert_allclose(table["fCO2 [uatm]"], truth["fco2"][water], rtol=0, atol=0.01)
    np.testing.assert_allclose(table["Temp [degC]"], truth["sst"][water], rtol=0, atol=0.00051)
    np.testing.assert_allclose(table["P_sal [psu]"], truth["salinity"][water], rtol=0, atol=0.00051)
    np.testing.assert_allclose(table["Longitude"], stream["longitude"].values[water], rtol=0, atol=0.0000051)
    np.testing.assert_allclose(table["Atmospheric Pressure [hPa]"], 1008.0, rtol=0, atol=0.0005)
    assert set(table["fCO2 [uatm] QC Flag"]) == {"2"}
    assert set(table["Latitude QC Flag"]) == {"2"}
    assert set(table["Depth [m]"]) == {"5.000"}
    assert set(table["Depth [m] Type"]) == {"N"}


def test_columns_stand_in_groups(made, tmp_path: Path) -> None:
    stream, truth = made
    titles = list(export(stream, tmp_path, int(truth["water"].sum())))
    assert titles[:13] == [
        "TIMESTAMP",
        *(f"{name}{kind}" for name in ("Longitude", "Latitude", "Depth [m]") for kind in ("", " QC Flag", " QC Comment", " Type")),
    ]
    place = titles.index("fCO2 [uatm]")
    assert titles[place : place + 3] == ["fCO2 [uatm]", "fCO2 [uatm] QC Flag", "fCO2 [uatm] QC Comment"]


def test_final_data_are_named_without_nrt(made, tmp_path: Path) -> None:
    stream, truth = made
    export(stream, tmp_path, int(truth["water"].sum()), replace(example_context(), level="final"))
    assert [path.name for path in tmp_path.iterdir()] == ["XX00_20240501.csv"]


def test_missing_values_are_nan_with_flag_9(tmp_path: Path) -> None:
    measured, truth = cruise()
    sst = measured["sst"].values.copy()
    sst[np.flatnonzero(truth["water"])[7]] = np.nan
    stream, _ = calibrated(with_values(measured, sst=sst), fill={"sst": 0})
    table = export(stream, tmp_path, int(truth["water"].sum()))
    for name in ("Temp [degC]", "fCO2 [uatm]", "pCO2 [uatm]"):
        assert math.isnan(table[name][7])
        assert table[f"{name} QC Flag"][7] == "9"
    assert not math.isnan(table["P_sal [psu]"][7])


def test_interpolated_sensors_are_marked(tmp_path: Path) -> None:
    measured, truth = cruise()
    sst = measured["sst"].values.copy()
    sst[np.flatnonzero(truth["water"])[7]] = np.nan
    stream, _ = calibrated(with_values(measured, sst=sst), fill={"sst": "10 min"})
    table = export(stream, tmp_path, int(truth["water"].sum()))
    assert table["Temp [degC] Type"][6:9] == ["M", "I", "M"]
    assert not math.isnan(table["fCO2 [uatm]"][7])


def test_bad_and_questionable_samples_are_written_with_reasons(tmp_path: Path) -> None:
    measured, truth = cruise()
    times = measured["time"].values[truth["water"]]
    second = np.timedelta64(1, "s")
    flags = (
        replace(person("fco2", times[3], times[3] + second, 4, "p1"), why='bubbles, "foam"'),
        replace(person("sst", times[5], times[5] + second, 3, "p2"), why="port"),
    )
    stream, _ = calibrated(measured, people=flags)
    table = export(stream, tmp_path, int(truth["water"].sum()), replace(example_context(), people_flags=flags))
    assert table["fCO2 [uatm] QC Flag"][3] == "4"
    assert table["fCO2 [uatm] QC Comment"][3] == "flagged bad by a person: bubbles, 'foam'"
    assert table["Temp [degC] QC Flag"][5] == "3"
    assert table["Temp [degC] QC Comment"][5] == "flagged questionable by a person: port"
    assert table["fCO2 [uatm] QC Flag"][5] == "3"
    assert "propagated_sst_questionable" in table["fCO2 [uatm] QC Comment"][5]
    assert table["fCO2 [uatm] QC Flag"].count("2") == truth["water"].sum() - 2


def test_a_flagged_standard_is_told_where_it_matters(tmp_path: Path) -> None:
    measured, truth = cruise(cycles=4)
    standard = measured["time"].values[(measured["run_type"].values == 12)][2]
    measured["co2"].values[measured["time"].values == standard] += 1.0
    flag = replace(person("co2", standard, standard + np.timedelta64(1, "s"), 4), why="regulator")
    before, _ = calibrated(measured)
    after, _ = calibrated(measured, people=(flag,))
    table = export(after, tmp_path, int(truth["water"].sum()), replace(example_context(), people_flags=(flag,)))
    changed = (before["fco2"].values != after["fco2"].values)[truth["water"]]
    assert [cell == "4" for cell in table["Standard Gases QC Flag"]] == changed.tolist()
    assert {cell for cell, touched in zip(table["Standard Gases QC Comment"], changed, strict=True) if not touched} == {""}
    (comment,) = {cell for cell, touched in zip(table["Standard Gases QC Comment"], changed, strict=True) if touched}
    assert comment.endswith("bad: co2 flagged bad by a person: regulator")


def test_fixed_stations_have_no_position_columns(made, tmp_path: Path) -> None:
    stream, truth = made
    anchored = stream.drop_vars([name for name in stream.variables if str(name).startswith(("latitude", "longitude"))])
    context = replace(example_context(), station=FIXED, deployments=())
    table = export(anchored, tmp_path, int(truth["water"].sum()), context, FIXED_COLUMNS)
    assert "Latitude" not in table
    assert [path.name for path in tmp_path.iterdir()] == ["1199_NRT_20240501.csv"]


def test_each_deployment_is_a_file_and_no_sample_is_lost(made, tmp_path: Path) -> None:
    stream, truth = made
    end = stream["time"].values[20].astype("datetime64[us]").item().replace(tzinfo=UTC)
    context = replace(example_context(), deployments=(example_context().deployments[0].model_copy(update={"end": end}),))
    paths = EXPORTER.export({"underway": stream}, tmp_path, IcosOtcOptions(), context)
    assert [path.name for path in paths] == ["XX00_NRT_20240501.csv", "XX00_NRT_20240501_outside-deployments.csv"]
    counts = int(truth["water"][:20].sum()), int(truth["water"][20:].sum())
    for path, nrows in zip(paths, counts, strict=True):
        ingest(path.read_bytes(), SHIP_COLUMNS, OPTIONAL_COLUMNS, nrows)


def test_a_cruise_without_water_has_no_file(made, tmp_path: Path) -> None:
    stream, truth = made
    dry = stream.isel(time=np.flatnonzero(~truth["water"]))
    assert list(EXPORTER.export({"underway": dry}, tmp_path, IcosOtcOptions(), example_context())) == []


def test_the_parser_knows_broken_files() -> None:
    good = b"Date/Time,Latitude\n2024-01-01T00:00:00.000Z,1\n"
    assert ingest(good, {"Latitude": float}, {}, 1)["Latitude"] == [1.0]
    for broken in (
        b"\xef\xbb\xbf" + good,
        good[:-1],
        good + b"\n",
        good.replace(b"Z", b""),
        good.replace(b"Latitude", b"latitude"),
        good.replace(b",1", b',1"'),
    ):
        with pytest.raises((AssertionError, ValueError)):
            ingest(broken, {"Latitude": float}, {}, 1)
