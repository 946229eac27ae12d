"""The FLUXES table of the Ecosystem Thematic Centre: local time, every half hour, -9999, filtered by flag."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from eddypro_flux_streams import STATION
from flux_days import flux_day
from icos_ecosystem.exporters.icos_etc_fluxes import EXPORTER, check

from icos_core.exceptions import DataError, ExportRefused
from icos_core.testing import ExporterContract, example_context


def context(level="final", station=STATION):
    return example_context(station=station, deployments=(), level=level)


def written(folder, stream, level="final", **options):
    [path] = EXPORTER.export({"fluxes": stream}, folder, EXPORTER.options(**options), context(level))
    return path, pd.read_csv(path, na_values=["-9999"], dtype={"TIMESTAMP_START": str, "TIMESTAMP_END": str})


def test_name_time_and_values(tmp_path):
    stream = flux_day()
    path, table = written(tmp_path, stream, worst="bad")
    assert path.name == "ICOSETC_XX-Abc_FLUXES_L2.csv"
    assert list(table)[:4] == ["TIMESTAMP_START", "TIMESTAMP_END", "TAU", "H"]
    assert list(table.iloc[0, :2]) == ["202407010100", "202407010130"]
    assert list(table.iloc[-1, :2]) == ["202407020030", "202407020100"]
    for name in ("TAU", "FC", "SC", "USTAR", "H_SSITC_TEST"):
        np.testing.assert_allclose(table[name], stream[name].values, rtol=1e-5)
    assert "FCH4" not in table
    assert written(tmp_path, stream, level="nrt")[0].name == "ICOSETC_XX-Abc_FLUXES_NRT.csv"


def test_every_half_hour_is_there_and_missing_is_minus_9999(tmp_path):
    stream = flux_day().isel(time=[0, 1, 2, 10, 11])
    stream["FC"][1] = np.nan
    path, table = written(tmp_path, stream, columns=("FC", "NETRAD"), worst="bad")
    assert len(table) == 12
    assert path.read_text().splitlines()[2].startswith("202407010130,202407010200,-9999,")
    assert list(np.flatnonzero(table["FC"].isna())) == [1, 3, 4, 5, 6, 7, 8, 9]


def test_values_that_a_test_calls_bad_are_missing(tmp_path):
    stream = flux_day()
    stream["FC_flag"][:] = [3, 4, *[1] * 46]
    assert list(np.flatnonzero(written(tmp_path, stream)[1]["FC"].isna())) == [1]
    assert list(np.flatnonzero(written(tmp_path, stream, worst="good")[1]["FC"].isna())) == [0, 1]
    assert not written(tmp_path, stream, worst="bad")[1]["FC"].isna().any()


def test_mistakes_are_named(tmp_path):
    with pytest.raises(DataError, match="columns: 'USTRA' is no quantity of the flux table; nearest: 'USTAR'"):
        written(tmp_path, flux_day(), columns=("USTRA",))
    uneven = flux_day()
    uneven["time_bnds"][3, 1] += np.timedelta64(30, "m")
    with pytest.raises(DataError, match="48 averaging intervals of 2 lengths"):
        written(tmp_path, uneven)
    shifted = flux_day()
    shifted["time_bnds"][5:] += np.timedelta64(10, "m")
    with pytest.raises(DataError, match="not a whole number of intervals apart"):
        written(tmp_path, shifted)
    with pytest.raises(ExportRefused, match="no stream 'fluxes'"):
        EXPORTER.export({"spectra": flux_day()}, tmp_path, EXPORTER.options(), context())
    assert list(check(EXPORTER.options(), context())) == []
    other = STATION.model_copy(update={"id": "HOH"})
    assert list(check(EXPORTER.options(), context(station=other))) == [
        "station.id: 'HOH' is no identifier of the network, such as 'DE-HoH'"
    ]


class TestContract(ExporterContract):
    exporter = EXPORTER
    options = {"worst": "bad"}

    def context(self):
        return context()

    def streams(self):
        return {"fluxes": flux_day()}

    def reread(self, paths, streams):
        table = pd.read_csv(paths[0], na_values=["-9999"])
        np.testing.assert_allclose(table["LE"], streams["fluxes"]["LE"].values, rtol=1e-5)
