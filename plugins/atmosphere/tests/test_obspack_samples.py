"""Every real file of a finished product is read, or refused with its reason; rows are counted by other programs' means."""

import gzip
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from icos_atmosphere.readers import obspack, wdcgg

from icos_core.components import Reader, ReadResult
from icos_core.exceptions import InputError
from icos_core.testing import example_context
from icos_core.testing.reader import assert_result_fits, assert_span_covers

pytestmark = pytest.mark.realdata

OPENGHG = "atmosphere/openghg/proc_test_data"
# File → (options, rows kept, first values).
READ: dict[str, tuple[dict[str, Any], int, str]] = {
    "portal/icos-data-test-resources/co2_htm_tower-insitu_424_allvalid-150magl_small.nc": ({}, 100, "412.447"),
    "portal/icos-data-test-resources/co2_ssl_tower-insitu_23_allvalid-12magl_small.nc": ({}, 94, "384.392"),
    "atmosphere/icos_cp/co2_htm_tower-insitu_424_allvalid-150magl_small.nc": ({}, 100, "412.447"),
    "atmosphere/icos_cp/co2_ssl_tower-insitu_23_allvalid-12magl_small.nc": ({}, 94, "384.392"),
    f"{OPENGHG}/NOAA/ch4_bao_tower-insitu_1_ccgg_all.nc": ({"intake_height": 100}, 1398, "1889.566"),
    f"{OPENGHG}/NOAA/ch4_esp_surface-flask_2_representative.nc": ({}, 109, "1767.63"),
    f"{OPENGHG}/NOAA/ch4_spf_surface-flask_1_ccgg_Event.nc": ({"intake_height": -2921}, 6, "919.4"),
    f"{OPENGHG}/NOAA/ch4_UNKOWN_surface-flask_1_ccgg_event.txt": ({}, 6, "1713.21"),
    f"{OPENGHG}/NOAA/ch4_scsn06_surface-flask_1_ccgg_event.txt": ({}, 6, "1713.21"),
    f"{OPENGHG}/NOAA/co_pocn25_surface-flask_1_ccgg_event.txt": ({}, 35, "140.79"),
    "atmosphere/noaa_ccgg/co2_brw_surface-insitu_1_ccgg_DailyData.txt.gz": ({"intake_height": "all"}, 17532, "325.21"),
    "atmosphere/agage_archive/AGAGE-Picarro_TAC_ch4.nc": ({"intake_height": 185}, 2808, "2081.7695"),
    "atmosphere/agage_archive/AGAGE-Picarro_THD_ch4.nc": ({}, 2764, "1913.0403"),
    f"{OPENGHG}/ICOS/test_toh_co2_147m.nc": ({}, 30, "419.564"),
    f"{OPENGHG}/OPENGHG/DECC-picarro_TAC_20130131_co2-185m-20220928.nc": ({}, 30, "401.33"),
    f"{OPENGHG}/OPENGHG/DECC-picarro_TAC_20130131_co2-185m-20220929.nc": ({}, 30, "401.33"),
    f"{OPENGHG}/OPENGHG/DECC-picarro_TAC_20130131_co2-185m-20220929_cut.nc": ({}, 30, "401.33"),
    f"{OPENGHG}/OPENGHG/DECC-picarro_TAC_20130131_co2-185m-20230101_cut.nc": ({}, 10, "418.28"),
    f"{OPENGHG}/OPENGHG/DECC-picarro_TAC_20130131_co2-185m-20230102_cut.nc": ({}, 10, "418.28"),
    f"{OPENGHG}/OPENGHG/DECC-picarro_TAC_20130131_co2-998m-20220929_mismatch.nc": ({}, 30, "401.33"),
    f"{OPENGHG}/OPENGHG/DECC-picarro_TAC_20130131_co2-999m-20220929_mismatch.nc": ({}, 30, "401.33"),
    f"{OPENGHG}/OPENGHG/tac_co2_openghg.nc": ({}, 100, "385.25"),
    f"{OPENGHG}/OPENGHG/tac_co2_openghg_dummy-ones.nc": ({}, 100, "1.0"),
    f"{OPENGHG}/OPENGHG/tac_co2_no_attr_openghg.nc": ({"intake_height": 54}, 100, "385.25"),
    "portal/icos-data-test-resources/ams137s00.lsce.as.cn.co2.nl.mo.dat": ({"intake_height": 65}, 360, "338.381"),
    "atmosphere/icos_cp/ams137s00.lsce.as.cn.co2.nl.mo.dat": ({"intake_height": 65}, 360, "338.381"),
}
REFUSED = {
    f"{OPENGHG}/GC_NC/agage_cgo_cfc-11_20250704-test-variabilities.nc": "holds 'cfc-11'",
    f"{OPENGHG}/GC_NC/agage_cgo_hcfc-133a_20240703-multi-instru-test.nc": "holds 'hcfc-133a'",
    f"{OPENGHG}/GC_NC/agage_cgo_hcfc-133a_20240703-test.nc": "holds 'hcfc-133a'",
    f"{OPENGHG}/GC_NC/agage_thd_cfc-11_20240703-test.nc": "holds 'cfc-11'",
    f"{OPENGHG}/OPENGHG/wao_rn_icos_standardised_2021-12-04.nc": "holds 'rn'",
    f"{OPENGHG}/NOAA/ch4_bao_tower-insitu_1_ccgg_all.nc": "22 m, 100 m, 300 m above ground",
    f"{OPENGHG}/OPENGHG/tac_co2_no_attr_openghg.nc": "does not say at which height",
    "atmosphere/agage_archive/AGAGE-Picarro_TAC_ch4.nc": "54 m, 100 m, 185 m above ground",
    "atmosphere/noaa_ccgg/co2_brw_surface-insitu_1_ccgg_DailyData.txt.gz": "10 m, 16 m, 16.46 m above ground",
    "atmosphere/pywdcgg/hfc134a_mhd_surface-insitu_4_2023-2022_monthly.txt": "holds 'hfc134a'",
    "atmosphere/icos_cp/ams137s00.lsce.as.cn.co2.nl.mo.dat": "does not say at which height",
}


def reader_of(name: str) -> Reader:
    return wdcgg.READER if "ams137" in name or "hfc134a" in name else obspack.READER


def present(real_data: Path, name: str) -> Path:
    path = real_data / name
    if not path.exists():
        pytest.skip(f"{name} is not there")
    return path


def read(path: Path, name: str, options: dict[str, Any]) -> ReadResult:
    reader = reader_of(name)
    return reader.read(path, reader.options(**options), example_context())


def rows_in(path: Path) -> int:
    """Count the rows of a file, without the readers."""
    if path.suffix == ".nc":
        with netCDF4.Dataset(path) as file:
            return int(file.variables["time"].size)
    lines = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode().splitlines()
    return sum(not line.startswith(("#", "C0", "C1", "C2", "C3", "site_code ")) for line in lines)


@pytest.mark.parametrize("name", READ)
def test_every_sample_is_read(real_data: Path, name: str) -> None:
    options, kept, first = READ[name]
    path = present(real_data, name)
    reader = reader_of(name)
    chosen = reader.options(**options)
    result = read(path, name, options)
    assert_result_fits(reader, result, chosen)
    assert_span_covers(reader, path, result, chosen, example_context())
    assert result.tally.seen == rows_in(path)
    assert result.tally.kept == kept
    (stream,) = result.streams.values()
    (gas,) = (str(name) for name in stream.data_vars if name in ("co2", "ch4", "co", "n2o"))
    values = stream[gas].values
    assert str(values[~np.isnan(values)][0]) == first
    assert reader.guess is not None
    assert reader.guess(path) is not None


@pytest.mark.parametrize("name", REFUSED)
def test_others_are_refused_with_a_reason(real_data: Path, name: str) -> None:
    with pytest.raises(InputError, match=REFUSED[name]):
        read(present(real_data, name), name, {})


def test_no_sample_is_forgotten(real_data: Path) -> None:
    found = {
        path.relative_to(real_data).as_posix()
        for folder in ("atmosphere", "portal")
        for pattern in ("**/*.nc", "**/NOAA/*.txt", "**/noaa_ccgg/*.gz", "**/pywdcgg/*.txt", "**/*.mo.dat")
        for path in (real_data / folder).glob(pattern)
    }
    assert found <= {*READ, *REFUSED}


def test_values_are_those_of_another_library(real_data: Path) -> None:
    """Values, spread, number and time of the hours of Hyltemossa as netCDF4 and `float(str())`, which the Carbon Portal uses, give them."""
    path = present(real_data, "atmosphere/icos_cp/co2_htm_tower-insitu_424_allvalid-150magl_small.nc")
    stream = read(path, path.name, {}).streams["obspack"]
    with netCDF4.Dataset(path) as file:
        for name, variable in (("co2", "value"), ("co2_stdev", "value_std_dev"), ("co2_sttb", "icos_STTB")):
            expected = [float(str(value)) * 1e6 for value in np.asarray(file.variables[variable][:])]
            np.testing.assert_allclose(stream[name].values, expected, rtol=1e-14)
            assert max(len(str(value).partition(".")[2]) for value in stream["co2"].values) <= 3
        assert stream["co2_n"].values.tolist() == file.variables["nvalue"][:].tolist()
        assert stream["time"].values.astype("M8[s]").astype(int).tolist() == file.variables["time"][:].tolist()
    assert set(stream["co2_atc_flag"].values.tolist()) == {2}


def test_scales_are_spelled_in_one_way(real_data: Path) -> None:
    expected = {
        f"{OPENGHG}/NOAA/ch4_esp_surface-flask_2_representative.nc": "WMO CH4 X2004A",
        "atmosphere/agage_archive/AGAGE-Picarro_THD_ch4.nc": "WMO CH4 X2004A",
        f"{OPENGHG}/OPENGHG/tac_co2_openghg.nc": "WMO CO2 X2007",
        f"{OPENGHG}/ICOS/test_toh_co2_147m.nc": "unknown",
    }
    for name, scale in expected.items():
        (stream,) = read(present(real_data, name), name, {}).streams.values()
        assert [stream[gas].attrs["calibration_scale"] for gas in ("co2", "ch4") if gas in stream] == [scale]


def test_the_layout_of_another_species_can_be_read(real_data: Path, tmp_path: Path) -> None:
    """The one real file of 27 columns is of HFC-134a: with the name of methane in its header all of it is read."""
    path = present(real_data, "atmosphere/pywdcgg/hfc134a_mhd_surface-insitu_4_2023-2022_monthly.txt")
    text = path.read_text(encoding="utf-8")
    renamed = tmp_path / "ch4.txt"
    renamed.write_text(text.replace("dataset_parameter : hfc134a", "dataset_parameter : ch4"), encoding="utf-8")
    result = read(renamed, path.name, {"intake_height": 10})
    stream = result.streams["wdcgg"]
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    assert result.tally.kept == result.tally.seen == len(rows)
    assert result.problems == ()
    assert stream["time"].values.astype("M8[M]").astype(str).tolist() == [f"{row[1]}-{row[2]}" for row in rows]
    for column, word in ((13, "ch4"), (14, "ch4_stdev")):
        expected = [np.nan if row[column] == "-999.999" else float(row[column]) * 1e-3 for row in rows]
        np.testing.assert_allclose(stream[word].values, expected, rtol=1e-14)
    assert stream["ch4_n"].values.tolist() == [max(int(row[15]), 0) for row in rows]
    rejected, not_background = 1, 2
    assert stream["ch4_provider_flag"].values.tolist() == [{"2": not_background, "3": rejected}[row[23]] for row in rows]
    assert stream.attrs["averaging_interval"] == "month"
    assert stream.attrs["instrument_methods"] == ["GC-MS Medusa"]
    assert stream["ch4"].attrs["calibration_scale"] == "SIO-05"
