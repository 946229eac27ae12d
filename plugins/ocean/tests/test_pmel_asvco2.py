"""Reader `pmel-asvco2`: text as public descriptions have it, and every way in which it can be written or damaged."""

import numpy as np
import pytest
from icos_ocean.readers.pmel_asvco2 import READER
from icos_ocean.readers.pmel_asvco2_options import COLUMNS, STATES
from icos_ocean.simulators.pmel_asvco2 import SIMULATOR, write_files
from icos_ocean.simulators.pmel_mapco2_signals import simulate_cycles
from pydantic import ValidationError
from surviving_readers import assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

CONTEXT = example_context()
HEADER = ",".join(("State", "SN", "Timestamp", *COLUMNS))


def reading(state="EPOFF", minute=17, wet="402.470", day="2021-04-29"):
    time = f"{day}T18:{minute:02d}:00Z"
    return f"{state}, 1006, {time}, 29.1, 0.02, 101.230, 0.001, {wet}, 0.55, 20.85, 0.0, 70.1, 0.2, 28.1, 0.02, 3359000, 225, 3265821, 271"


def cycle(day="2021-04-29"):
    return [HEADER, *(reading(state, minute, day=day) for minute, state in enumerate(STATES))]


@pytest.fixture
def read(tmp_path):
    """Read lines as one file."""

    def _read(*lines, **options):
        path = tmp_path / "20210429_183017.txt"
        path.write_bytes("\r\n".join([*lines, ""]).encode("latin-1"))
        validated = READER.options(**options)
        result = READER.read(path, validated, CONTEXT)
        assert_result_fits(READER, result, validated)
        assert_span_covers(READER, path, result, validated, CONTEXT)
        return result

    return _read


def values(result, name):
    return result.streams["asvco2"][name].values


def messages(result):
    return [str(problem) for problem in result.problems]


def test_a_file_of_statistics(read):
    result = read(
        *cycle(), "0000 0000 0000 0000 0000 0000 0000 0000", "Licor:", "CO2LastZero: 29 APR 2021", "CO2kzero: 0.8779", "CO2kspan: 0.715"
    )
    assert values(result, "cycle_point").tolist() == list(range(10))
    assert values(result, "run_type").tolist() == [52, 50, 50, 52, 51, 51, 52, 1, 52, 2]
    np.testing.assert_allclose(values(result, "analyser_pressure"), 1012.3)
    np.testing.assert_allclose(values(result, "analyser_pressure_deviation"), 0.01)
    np.testing.assert_allclose(values(result, "relative_humidity"), 70.1)
    # What the analyser was set to is said at the end of a cycle.
    assert values(result, "zero_coefficient").tolist()[-1] == 0.8779
    assert np.isnan(values(result, "zero_coefficient")[:-1]).all()
    assert not messages(result)
    assert result.tally.rejected == {"no reading": 6}


def test_one_file_with_all_sections(read):
    lines = ["sampling = 3600", *(f"STATS: {line}" for line in cycle()), "DATA: EPOFF,2021-04-29T18:17:01Z,1006,402.1", "LOG: started"]
    lines += [
        "DRY: TS, SW_xCO2(dry), Atm_xCO2(dry)",
        "DRY: 2021-04-29T18:20:00Z, 407.7, 395.5",
        "FLAGS: " + " ".join(["0000", "0002", "00FF", *["0000"] * 5]),
    ]
    lines += ["COEFF: \tCO2kspan2: 0.02"]
    result = read(*lines)
    dry = values(result, "xco2_dry")
    assert (dry[7], dry[9]) == (407.7, 395.5)
    assert np.isfinite(dry).sum() == 2
    assert values(result, "zero_errors")[-1] == 2
    assert values(result, "span_errors")[-1] == 255
    assert values(result, "secondary_span_coefficient")[-1] == 0.02
    assert not messages(result)


def test_cycles_follow_each_other(read):
    lines = [
        *cycle(),
        "TS, SW_xCO2(dry), Atm_xCO2(dry)",
        "2021-04-29T18:20:00Z, 400, 410",
        *cycle("2021-04-30"),
        "2021-04-30T18:20:00Z, 401, NAN",
    ]
    dry = values(read(*lines), "xco2_dry")
    assert dry[[7, 9, 17]].tolist() == [400, 410, 401]
    assert np.isnan(dry[19])


def test_names_are_declarable(read):
    lines = [line.replace("State,", "Mode,").replace("CO2_ave(PPM)", "xCO2").replace("EPOFF", "EQOFF") for line in cycle()]
    result = read(*lines, state_column="Mode", columns={"xCO2": "xco2_wet"}, states={"EQOFF": "equilibrator_pump_off"})
    assert values(result, "xco2_wet")[7] == 402.47
    assert result.tally.kept == 10


def test_units_are_declarable(read):
    lines = [line.replace("101.230, 0.001", "1012.30, 0.01") for line in cycle()]
    result = read(*lines, units={"analyser_pressure": "hPa", "analyser_pressure_deviation": "hPa"})
    np.testing.assert_allclose(values(result, "analyser_pressure"), 1012.3)


def test_unknown_columns_are_told(read):
    lines = cycle()
    lines[0] = lines[0].replace("O2_ave(%)", "N2_ave(%)")
    result = read(*lines)
    assert any("N2_ave(%)" in text for text in messages(result))
    assert np.isnan(values(result, "oxygen")).all()


def test_damaged_lines_are_counted_and_told(read):
    lines = cycle()
    lines[3] = lines[3][:60]
    lines[5] = lines[5].replace("2021-04-29T", "2021-04-31T")
    lines[8] = lines[8].replace("402.470", "4x2.470")
    result = read(*lines, "", "what is this")
    assert values(result, "cycle_point").tolist() == [0, 1, 3, 5, 6, 7, 8, 9]
    assert result.tally.damaged == {"CO2_ave(PPM)": 1}
    assert result.tally.rejected == {
        "blank line": 1,
        "line of an unknown kind": 1,
        "no date and time": 1,
        "no reading": 1,
        "wrong number of fields": 1,
    }
    assert any("expected 19, found" in text for text in messages(result))


def test_files_without_readings_are_refused(tmp_path):
    path = tmp_path / "dry.txt"
    path.write_bytes(b"TS, SW_xCO2(dry), Atm_xCO2(dry)\n2021-04-29T18:20:00Z, 400, 410\n")
    with pytest.raises(InputError, match="no line is a reading"):
        READER.read(path, READER.options(), CONTEXT)
    assert READER.guess(path) is None
    assert READER.guess(tmp_path / "not-there") is None


def test_guess(tmp_path):
    path = tmp_path / "stats.txt"
    path.write_text("\n".join(cycle()))
    assert READER.guess(path).confidence > 0.9


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"states": {"EQ": "equilibrator_off"}}, "no reading 'equilibrator_off'"),
        ({"columns": {"x": "sstt"}}, "'sst'"),
        ({"units": {"sst": "K"}}, "no variable 'sst'"),
        ({"units": {"analyser_pressure": "K"}}, "cannot be converted"),
        ({"units": {"analyser_pressure": "bogus"}}, "bogus"),
    ],
)
def test_mistakes_in_options(options, match):
    with pytest.raises(ValidationError, match=match):
        READER.options(**options)


def test_damaged_variants(tmp_path):
    options = SIMULATOR.options(mooring={"duration": "4 h"}, files="one")
    (path,) = write_files(simulate_cycles(options, 1), tmp_path, options)
    assert_survives_damage(READER, READER.options(), path, path.read_bytes())
