"""Real files of the Atmosphere Thematic Centre: every one is read, or refused with the reason."""

from __future__ import annotations

import numpy as np
import pytest
from icos_atmosphere.readers.icos_atc_release import READER

from icos_core.exceptions import InputError
from icos_core.testing import example_context

pytestmark = pytest.mark.realdata

ICOS = "atmosphere/openghg/proc_test_data/ICOS"
CORSO = "atmosphere/openghg/proc_test_data/ICOS_CORSO"
READ = {
    f"{ICOS}/ICOS_ATC_L2_L2-2024.1_RGL_90.0_CTS.CH4": ("90m", "hour", 49, {"K": 29, "N": 7, "O": 13}),
    f"{ICOS}/tta.co2.1minute.222m.min.dat": ("222m", "minute", 56, {"N": 4, "U": 52}),
    "atmosphere/icos_cp/realatc.CO2": ("341m", "hour", 24, {"U": 24}),
    "atmosphere/icos_cp/ICOS_ATC_NRT_GAT_2018-04-12CO2.csv": ("341m", "hour", 24, {"U": 24}),
    "portal/icos-data-test-resources/realatc.CO2.zip": ("341m", "hour", 24, {"U": 24}),
}
REFUSED = {
    f"{ICOS}/test_toh_co2_147m.nc": "no time series of the Atmosphere Thematic Centre",
    f"{ICOS}/toh_metadata.json": "no time series of the Atmosphere Thematic Centre",
    f"{CORSO}/ICOS_ATC_L1_FAST_TRACK_L1-FastTrack-2025.1_CBW_207.0_1480_FLASK.14C": "it is of 14C,",
    f"{CORSO}/ICOS_ATC_L2_L2-2024.1_CBW_207.0_1480_FLASK.14C": "it is of 14C,",
    f"{CORSO}/ICOS_ATC_L2_L2-2024.1_CBW_207.0_1667_FLASK.DELTAO2N2": "it is of DELTAO2N2,",
    f"{CORSO}/ICOS_ATC_L2_L2-2024.1_CBW_207.0_779.14C": "it is of 14C,",
    f"{CORSO}/uheicrl_l2_2025_1_jfj_5m_int_14day_clean.c14": "it is of D14C,",
    "atmosphere/openghg/retrieve/ICOS/text_data_lin_sf6_flask.txt": "it is of SF6,",
    "atmosphere/icos_cp/ams137s00.lsce.as.cn.co2.nl.mo.dat": "no time series of the Atmosphere Thematic Centre",
}


def read(path):
    return READER.read(path, READER.options(), example_context())


def test_no_file_is_left_out(real_data):
    portal = real_data / "atmosphere/icos_cp"
    found = [*(real_data / ICOS).iterdir(), *(real_data / CORSO).iterdir(), *portal.glob("*.CO2"), *portal.glob("*.csv")]
    there = {path.relative_to(real_data).as_posix() for path in found}
    assert there <= {*READ, *REFUSED}


@pytest.mark.parametrize("name", READ)
def test_rows_in_are_rows_out(real_data, name):
    line, interval, rows, letters = READ[name]
    result = read(real_data / name)
    stream = result.streams["icos_atc"]
    assert (stream.attrs["line"], stream.attrs["averaging_interval"]) == (line, interval)
    assert (result.tally.seen, result.tally.kept, dict(result.tally.rejected)) == (rows, rows, {})
    assert result.tally.by_type == letters
    assert READER.guess(real_data / name).options == {}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_none_of_ours_is_refused(real_data, name):
    with pytest.raises(InputError, match=REFUSED[name]):
        read(real_data / name)
    assert READER.guess(real_data / name) is None


def test_a_release_that_was_cut(real_data):
    result = read(real_data / f"{ICOS}/ICOS_ATC_L2_L2-2024.1_RGL_90.0_CTS.CH4")
    (problem,) = result.problems
    assert "TOTAL LINES: 27189, the file has 94" in problem.message
    stream = result.streams["icos_atc"]
    assert stream["ch4"].attrs["calibration_scale_of_instruments"] == "530: unknown; 115: WMO CH4 X2004A"
    # The bias of the short-term target lies on a straight line between injections: 0.0107 nmol/mol per hour.
    bias = stream["ch4_sttb"].values[-7:]
    assert np.abs(np.diff(bias) - 0.0107).max() < 0.0011
    assert stream["ch4_ltr"].values[-1] == 0.177
    assert stream["ch4_cmr"].values[-1] == 0.215


def test_twins_differ_in_the_one_value_that_is_missing(real_data):
    portal = real_data / "atmosphere/icos_cp"
    first = read(portal / "realatc.CO2").streams["icos_atc"]
    second = read(portal / "ICOS_ATC_NRT_GAT_2018-04-12CO2.csv").streams["icos_atc"]
    assert first["co2"].values[-1] == 424.389
    assert np.isnan(second["co2"].values[-1])
    assert first.isel(time=slice(0, -1)).identical(second.isel(time=slice(0, -1)))
    assert first["co2"].attrs["calibration_scale"] == "WMO CO2 X2007"
