"""EddyPro's table ``fluxnet``: every reference read into a flux stream and written again, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_flux_streams import STATION, fluxnet_path, rows_of, same_cell, stream_of_fluxnet
from eddypro_results import ALL, TWO_PROGRAMS
from flux_days import flux_day
from icos_ecosystem.exporters.eddypro_fluxnet import EXPORTER
from icos_ecosystem.exporters.eddypro_instruments import word_of_eddypro
from icos_ecosystem.exporters.eddypro_numbers import general
from icos_ecosystem.instruments.gas_analyser_models import GAS_ANALYSER_MODELS
from icos_ecosystem.instruments.gas_analyser_models import of_eddypro as gas_of_eddypro
from icos_ecosystem.instruments.sonic_models import SONIC_MODELS
from icos_ecosystem.instruments.sonic_models import of_eddypro as sonic_of_eddypro

from icos_core.exceptions import DataError, ExportRefused
from icos_core.testing import ExporterContract, example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

LABELS = {"DOY_START", "DOY_END", "FILENAME_HF"}
"""Made of the time; the day of the year has three digits in one of EddyPro's programs, in the other four, the last of which is wrong."""
LOST = {"BADM_INST_SA_GILL_ALIGN"}
"""EddyPro leaves the cell empty, or full of zero bytes, where the anemometer is not one of Gill's."""


def written(folder: Path, stream: xr.Dataset, **options: object) -> list[list[str]]:
    context = example_context(station=STATION, deployments=())
    [path] = EXPORTER.export({"fluxes": stream}, folder, EXPORTER.options(**options), context)
    return rows_of(path)


@pytest.mark.realdata
@pytest.mark.parametrize("run", ALL)
def test_a_table_of_eddypro_comes_out_as_it_went_in(real_data: Path, tmp_path: Path, run: str) -> None:
    stream, header, rows = stream_of_fluxnet(fluxnet_path(real_data, run))
    titles, *ours = written(tmp_path, stream, local_time=False)
    kept = [position for position, title in enumerate(header) if not title.startswith("CUSTOM_") or "FILTER" in title]
    assert titles == [header[position] for position in kept]
    assert len(ours) == len(rows)
    different = {
        (title, one, row[position])
        for mine, row in zip(ours, rows, strict=True)
        for title, one, position in zip(titles, mine, kept, strict=True)
        if title not in LABELS | {"NUM_CUSTOM_VARS"} and not same_cell(one, row[position]) and not (title in LOST and not row[position])
    }
    assert not different
    for title in ("DOY_START", "DOY_END"):
        days, theirs = [row[titles.index(title)] for row in ours], [row[header.index(title)] for row in rows]
        if run in TWO_PROGRAMS:
            assert days == theirs
        else:
            assert [float(day) for day in days] == pytest.approx([float(day) for day in theirs], abs=8e-4)


@pytest.mark.realdata
def test_numbers_are_written_as_the_same_text(real_data: Path, tmp_path: Path) -> None:
    stream, header, [row] = stream_of_fluxnet(fluxnet_path(real_data, "DE-HoH/adv_km01_cw_foken9"))
    titles, ours = written(tmp_path, stream, local_time=False)
    assert titles == header
    assert {title: (one, other) for title, one, other in zip(header, ours, row, strict=True) if one != other}.keys() <= LABELS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.344001, "0.344001"),
        (-3.8034e-14, "-0.380340E-13"),
        (2434550.0, "0.243455E+07"),
        (0.0, "0.00000"),
        (-22.0754, "-22.0754"),
        (98943.6, "98943.6"),
        (123456.4, "123456."),
        (0.0999999, "0.999999E-01"),
        (0.09999999, "0.100000"),
        (999999.9, "0.100000E+07"),
        (np.nan, "-9999.0"),
        (np.inf, "-9999.0"),
    ],
)
def test_fortran_general_format(value: float, text: str) -> None:
    assert general(value) == text


def test_local_time_end_of_the_interval_and_name(tmp_path: Path) -> None:
    titles, first, *_ = written(tmp_path, flux_day(), file_name="{station}_%Y%m%d-%H%M.dat")
    row = dict(zip(titles, first, strict=True))
    assert (row["TIMESTAMP_START"], row["TIMESTAMP_END"]) == ("202407010100", "202407010130")
    assert (row["DOY_START"], row["FILENAME_HF"]) == ("183.042", "XX-Abc_20240701-0130.dat")
    assert row["BADM_INST_MODEL_SA"] == "hs_50_1"
    assert row["FNONE"] == row["CH4"] == "-9999.0"


@pytest.mark.parametrize(
    ("column", "models", "read"), [("SA", SONIC_MODELS, sonic_of_eddypro), ("GA_CO2", GAS_ANALYSER_MODELS, gas_of_eddypro)]
)
def test_models_are_called_as_eddypro_calls_them(column, models, read) -> None:
    names = {name: word_of_eddypro(f"BADM_INST_MODEL_{column}", name) for name in models}
    generic = {name for name, word in names.items() if word.startswith("generic_")}
    assert generic <= {"csi-irgason", "csi-ec150", "csi-ec155", "other"}
    assert {name: read(word).name for name, word in names.items() if word and name not in generic} == {
        name: name for name, word in names.items() if word and name not in generic
    }
    assert all(read(names[name]).name == "other" for name in generic)


def test_an_interval_without_fluxes_is_called_so(tmp_path: Path) -> None:
    stream = flux_day()
    for name in ("TAU", "H", "LE", "FC"):
        stream[name][3] = np.nan
    titles, *rows = written(tmp_path, stream)
    names = [row[titles.index("FILENAME_HF")] for row in rows]
    assert [position for position, name in enumerate(names) if name == "not_enough_data"] == [3]


def test_meteorology_stands_behind_its_number(tmp_path: Path) -> None:
    titles, first, *_ = written(tmp_path, flux_day())
    position = titles.index("NUM_BIOMET_VARS")
    assert int(first[position]) == len(titles) - position - 1
    assert "NETRAD_1_1_1" in titles[position:]


def test_another_stream_and_one_without_ends_are_refused(tmp_path: Path) -> None:
    context = example_context(station=STATION, deployments=())
    with pytest.raises(ExportRefused, match="no stream 'fluxes' to export; there are fluxs; nearest: 'fluxs'"):
        EXPORTER.export({"fluxs": flux_day()}, tmp_path, EXPORTER.options(), context)
    with pytest.raises(DataError, match="stream 'fluxes' has no 'time_bnds'"):
        EXPORTER.export({"fluxes": flux_day().drop_vars("time_bnds")}, tmp_path, EXPORTER.options(), context)


class TestContract(ExporterContract):
    exporter = EXPORTER

    def context(self):
        return example_context(station=STATION, deployments=())

    def streams(self):
        return {"fluxes": flux_day()}

    def reread(self, paths, streams):
        titles, *rows = rows_of(paths[0])
        fluxes = [float(row[titles.index("H")]) for row in rows]
        assert fluxes == pytest.approx(np.nan_to_num(streams["fluxes"]["H"].values, nan=-9999.0), rel=1e-5)
