"""EddyPro's table ``full_output``: made of the references' table ``fluxnet`` and compared with EddyPro's own, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_flux_streams import STATION, fluxnet_path, rows_of, same_cell, stream_of_fluxnet
from eddypro_results import ALL, TWO_PROGRAMS
from flux_days import flux_day
from icos_ecosystem.exporters.eddypro_full_output import EXPORTER

from icos_core.testing import ExporterContract, example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

LABELS = {"filename", "DOY"}
KNOWN = {"finse/icos_pf_fratini": ("h2o_def_timelag", 18), "finse/express": ("file_records", 1)}
"""Where the two tables of one run contradict each other: lags replaced without a word, records of an incomplete file counted twice."""
SQUARES = {"u_var", "v_var", "w_var", "ts_var", "co2_var", "h2o_var"}
KELVIN = {"sonic_temperature", "air_temperature", "Tdew"}
ROUNDED = {**dict.fromkeys(SQUARES, 2e-5), **dict.fromkeys(KELVIN, 4e-6)}
"""Made of six digits of the other table: squaring doubles half a unit of the last digit, and both results are rounded; 0 °C is added."""


def written(folder: Path, stream: xr.Dataset, **options: object) -> list[list[str]]:
    context = example_context(station=STATION, deployments=())
    [path] = EXPORTER.export({"fluxes": stream}, folder, EXPORTER.options(**options), context)
    return rows_of(path)


@pytest.mark.realdata
@pytest.mark.parametrize("run", ALL)
def test_the_table_is_that_of_eddypro(real_data: Path, tmp_path: Path, run: str) -> None:
    stream, *_ = stream_of_fluxnet(fluxnet_path(real_data, run))
    [path] = (real_data / "ecosystem_raw" / "eddypro_reference" / run).glob("*full_output.csv")
    groups, titles, units, *rows = rows_of(path)
    own_groups, own_titles, own_units, *ours = written(tmp_path, stream, local_time=False)
    count = len(own_titles)
    assert [own_titles, own_units] == [titles[:count], units[:count]]
    assert own_groups == groups[:count]
    assert titles[count:] == [] or groups[count] == "custom_variables"
    assert len(ours) == len(rows)
    different = [
        (title, one, other)
        for mine, row in zip(ours, rows, strict=True)
        for title, one, other in zip(titles, mine, row, strict=False)
        if title not in LABELS and not same_cell(one, other, ROUNDED.get(title, 0.0))
    ]
    known = KNOWN.get(run, ("", 0))
    assert [title for title, _, _ in different] == [known[0]] * known[1], different
    if run in TWO_PROGRAMS:
        day = titles.index("DOY")
        assert [row[day] for row in ours] == [row[day] for row in rows]


def test_columns_depend_on_what_is_there(tmp_path: Path) -> None:
    stream = flux_day()
    _, titles, _, *_ = written(tmp_path, stream)
    assert "rand_err_H" in titles
    assert "ch4_flux" not in titles
    assert not any("LI-7200" in title for title in titles)
    bare = stream.drop_vars([str(name) for name in stream.data_vars if str(name).endswith("_RANDUNC_HF")])
    bare = bare.assign(FN2O=("time", np.full(48, 1500.0)), INST_LI7700_RSSI=("time", np.full(48, 70.0)))
    bare = bare.assign(INST_LI7700_NOT_READY=("time", np.zeros(48)), CUSTOM_FLOW_MEAN=("time", np.full(48, 15.2)))
    groups, titles, units, first, *_ = written(tmp_path, bare)
    assert "rand_err_H" not in titles
    row = dict(zip(titles, first, strict=True))
    assert row["none_flux"] == "1.50000"
    assert units[titles.index("none_flux")] == "[µmol+1s-1m-2]"
    assert (row["not_ready_LI-7700"], row["mean_value_RSSI_LI-7700"], row["flow_mean"]) == ("0", "70", "15.2000")
    assert groups[titles.index("flow_mean")] == "custom_variables"


def test_the_end_of_the_interval_in_local_time(tmp_path: Path) -> None:
    _, titles, _, *rows = written(tmp_path, flux_day())
    row = dict(zip(titles, rows[45], strict=True))
    assert (row["date"], row["time"], row["DOY"], row["daytime"]) == ("2024-07-02", "00:00", "184.000", "0")
    assert len({len(row) for row in rows} | {len(titles)}) == 1


def test_flags_of_tests_have_a_digit_per_variable(tmp_path: Path) -> None:
    stream = flux_day()
    stream["U_VM97_TEST"][0] = 810000001
    stream["H2O_VM97_TEST"][0] = 800000010
    for name in ("V", "W", "T_SONIC", "CO2"):
        stream[f"{name}_VM97_TEST"][0] = 800000000
    _, titles, _, first, *_ = written(tmp_path, stream)
    row = dict(zip(titles, first, strict=True))
    assert (row["spikes_hf"], row["discontinuities_hf"], row["discontinuities_sf"]) == ("810000099", "800000199", "810000099")


class TestContract(ExporterContract):
    exporter = EXPORTER

    def context(self):
        return example_context(station=STATION, deployments=())

    def streams(self):
        return {"fluxes": flux_day()}

    def reread(self, paths, streams):
        _, titles, _, *rows = rows_of(paths[0])
        fluxes = [float(row[titles.index("co2_flux")]) for row in rows]
        assert fluxes == pytest.approx(np.nan_to_num(streams["fluxes"]["FC"].values, nan=-9999.0), rel=1e-5)
