"""Half-hourly tables in a run without a calibrator: renamed, put together, exported; and our own tables read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from eddypro_flux_streams import STATION
from flux_days import flux_day
from half_hourly_files import ameriflux, calendar, fluxnet
from icos_ecosystem.exporters import eddypro_fluxnet as fluxnet_exporter
from icos_ecosystem.exporters import eddypro_full_output as full_output_exporter
from icos_ecosystem.exporters import icos_etc_fluxes
from icos_ecosystem.readers import eddypro_fluxnet, eddypro_full_output, icos_etc

import icos_core
from icos_core.testing import assert_result_fits, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Exporter, Reader

DESCRIPTION = """
[station]
id = "XX-Exa"
name = "Example Forest"
domain = "ecosystem"
platform = "fixed"
latitude = 51.0
longitude = 11.0
altitude = 200.0
utc_offset = 1
contact = {institution = "Example Institute", email = "data@example.org"}

[run]
level = "final"

[[input]]
reader = "fluxnet-halfhourly"
files = "fluxnet_*.csv"
variables = ["NEE_VUT_REF", "NEE_VUT_REF_QC", "USTAR"]

[input.rename]
NEE_VUT_REF = "NEE"

[[input]]
reader = "generic-halfhourly"
files = "*.txt"
stream = "original"
separator = "tab"
header_lines = 2
units_line = 2
time_stamps = "end"
calendar_columns = {year = "Year", day_of_year = "DoY", hour = "Hour"}
columns = {NEE = "NEE", Tair = "TA"}

[[input]]
reader = "ameriflux-base"
files = "AMF*.csv"
stream = "other"
time_zone = "UTC"

[[export]]
exporter = "csv"

[[export]]
exporter = "cf-netcdf"
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("half-hourly")
    lines = fluxnet(60).decode().splitlines()
    # Two files that overlap.
    for name, rows in (("a", lines[1:40]), ("b", lines[35:])):
        (folder / f"fluxnet_{name}.csv").write_text("\n".join([lines[0], *rows, ""]))
    (folder / "table.txt").write_bytes(calendar())
    (folder / "AMF_US-Exa_BASE_HH_1-5.csv").write_bytes(ameriflux())
    (folder / "station.toml").write_text(DESCRIPTION)
    result = icos_core.run(folder / "station.toml", folder / "out", jobs=1)
    assert not result.set_aside
    return folder / "out"


def test_renamed_and_put_together(exported: Path) -> None:
    with xr.open_dataset(exported / "XX-Exa_fluxes.nc") as stream:
        assert stream.sizes["time"] == 60
        assert stream["time"].values[0] == np.datetime64("2024-02-28T21:00")
        np.testing.assert_array_equal(stream["time_bnds"][:, 0], stream["time"])
        np.testing.assert_array_equal(stream["time_bnds"][:, 1], stream["time"] + np.timedelta64(30, "m"))
        assert "NEE_flag" in stream
        # What says something of a variable follows its new name.
        assert "NEE_VUT_REF_QC_flag" not in stream
        assert stream["NEE_VUT_REF_QC"].attrs["describes"] == "NEE"
        values = [float(line.split(",")[2]) for line in fluxnet(60).decode().splitlines()[1:]]
        np.testing.assert_array_equal(stream["NEE"], values)


def test_tables_of_the_run(exported: Path) -> None:
    header, first, *_ = (exported / "XX-Exa_original.csv").read_text().splitlines()
    assert header.startswith("time,time_end,NEE [umol m-2 s-1],NEE_flag")
    assert first.startswith("2024-02-28T21:00:00Z,2024-02-28T21:30:00Z,")
    assert (exported / "XX-Exa_other.csv").read_text().splitlines()[1].startswith("2024-02-28T22:00:00Z,")


@pytest.mark.parametrize(
    ("exporter", "reader", "stated", "least", "rtol"),
    [
        (fluxnet_exporter.EXPORTER, eddypro_fluxnet.READER, {}, 90, 1e-5),
        (full_output_exporter.EXPORTER, eddypro_full_output.READER, {}, 40, 1e-5),
        (icos_etc_fluxes.EXPORTER, icos_etc.READER, {"product": "fluxes"}, 30, 1e-5),
    ],
)
def test_our_own_tables_are_read_again(
    tmp_path: Path, exporter: Exporter, reader: Reader, stated: dict[str, Any], least: int, rtol: float
) -> None:
    ours = flux_day()
    context = example_context(station=STATION, deployments=(), level="final")
    options = exporter.options(worst="bad") if exporter.name == "icos-etc-fluxes" else exporter.options()
    [path] = exporter.export({"fluxes": ours}, tmp_path, options, context)
    validated = reader.options.model_validate(stated)
    result = reader.read(path, validated, context)
    assert_result_fits(reader, result, validated)
    assert not result.problems
    found = result.streams["fluxes"]
    np.testing.assert_array_equal(found["time_bnds"], ours["time_bnds"])
    compared = 0
    for name in (str(each) for each in found.data_vars if each in ours):
        if found[name].dtype == "float64":
            # Kelvin have as many digits as degrees Celsius.
            atol = 6e-4 if found[name].attrs["units"] == "degree_C" else 1e-12
            np.testing.assert_allclose(found[name], ours[name], rtol=rtol, atol=atol, err_msg=name)
        elif name != "time_bnds":
            np.testing.assert_array_equal(found[name], ours[name], err_msg=name)
        compared += 1
    assert compared >= least
