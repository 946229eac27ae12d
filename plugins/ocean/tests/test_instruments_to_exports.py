"""Every instrument to every format: a simulated deployment is run, and the files say the same of fCO2."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import TYPE_CHECKING

import netCDF4
import numpy as np
import pytest
import xarray as xr

import icos_core
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("cf-netcdf", "socat", "icos-otc", "cmems-instac", "oceansites")
SIMULATORS = [each.entry.name for each in installed_plugins().entries("simulator") if each.entry.load.startswith("icos_ocean.")]
FILES_OF_SOCAT = {"socat-cruise"}
"""Input that has been calibrated by others."""


def run(name: str, folder: Path) -> dict[str, Path]:
    """Run a simulated deployment with all formats; return the files by name."""
    simulator = installed_plugins().component("simulator", name)
    simulated = simulator.simulate(folder, simulator.options(), 3)
    text = simulated.description.read_text(encoding="utf-8")
    head = text.split("[[export]]")[0]
    station = folder / "everything.toml"
    station.write_text(head + "".join(f'\n[[export]]\nexporter = "{each}"\n' for each in FORMATS), encoding="utf-8")
    result = icos_core.run(station, folder / "output", jobs=1)
    assert result.finished.status == 0
    return {path.name: path for path in result.finished.paths}


def table(path: Path, separator: str, first: str) -> dict[str, list[str]]:
    """Read the table of a file whose line of titles begins with `first`."""
    lines = path.read_text(encoding="utf-8").split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith(first))
    rows = list(csv.reader([line for line in lines[start:] if line], delimiter=separator))
    return {title: [row[column] for row in rows[1:]] for column, title in enumerate(rows[0])}


def seconds(texts: list[str]) -> np.ndarray:
    return np.array([text.replace(" ", "T").rstrip("Z") for text in texts], dtype="M8[ms]").astype("M8[s]")


@pytest.mark.parametrize("name", SIMULATORS)
def test_all_formats_say_the_same(name: str, tmp_path: Path) -> None:
    files = run(name, tmp_path)
    (calibrated,) = [path for path in files.values() if _is_calibrated(path)]
    with xr.open_dataset(calibrated) as data:
        known = np.isfinite(data["fco2"].values)
        time, fco2, flag = (data[each].values[known] for each in ("time", "fco2", "fco2_flag"))
    assert fco2.size > 10
    assert (flag == 1).any() or name in FILES_OF_SOCAT
    by_time = dict(zip((time + np.timedelta64(500, "ms")).astype("M8[s]").tolist(), fco2.tolist(), strict=True))

    (otc,) = [path for path in files.values() if path.suffix == ".csv"]
    found = table(otc, ",", "Date/Time")
    _assert_same(seconds(found["Date/Time"]), np.array(found["fCO2 [uatm]"], dtype=float), by_time, 0.000501, tolerated=1)

    (socat,) = [path for path in files.values() if path.name.endswith("_SOCAT.tsv")]
    found = table(socat, "\t", "date time")
    _assert_same(seconds(found["date time"]), np.array(found["fCO2_water_SST_wet [ uatm ]"], dtype=float), by_time, 0.000501)

    for start, tolerance in (("GL_", 0.000501), ("OS_", 1e-4)):
        times, values = [], []
        for path in (path for path in files.values() if path.name.startswith(start)):
            with netCDF4.Dataset(path) as data:
                days = np.asarray(data["TIME"][:], dtype="f8")
                times.append(np.datetime64("1950-01-01", "ms") + np.rint(days * 86_400_000).astype("m8[ms]"))
                values.append(np.ma.filled(data["FCO2"][:].reshape(days.size).astype("f8"), np.nan))
        rounded = (np.concatenate(times) + np.timedelta64(500, "ms")).astype("M8[s]")
        _assert_same(rounded, np.concatenate(values), by_time, tolerance)


def _is_calibrated(path: Path) -> bool:
    """Whether a file is that of the calibrated stream in CF netCDF."""
    if path.suffix != ".nc" or path.name.startswith(("GL_", "OS_")):
        return False
    with netCDF4.Dataset(path) as data:
        return "fco2" in data.variables


def _assert_same(times: np.ndarray, values: np.ndarray, expected: dict, tolerance: float, tolerated: int = 0) -> None:
    """Assert that the values that are there are those of the same second, and that most samples are there."""
    known = np.isfinite(values)
    moments = times[known].tolist()
    differences = []
    for moment, value in zip(moments, values[known].tolist(), strict=True):
        # A format that cuts where another one rounds is one second off.
        near = [expected[each] for each in _around(moment, tolerated) if each in expected]
        assert near, f"no row of {moment}"
        differences.append(min(abs(value - each) for each in near))
    assert max(differences) <= tolerance
    assert len(moments) > 0.5 * len(expected)


def _around(moment, tolerated: int) -> list:
    return [moment + timedelta(seconds=step) for step in range(tolerated + 1)]
