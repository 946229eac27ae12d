"""Reader `licor-78xx`: simulated and real files, every line accounted for, times in UTC whatever the zone of the analyser."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.readers.licor_78xx import READER
from icos_atmosphere.simulators.licor_78xx import SIMULATOR
from raw_damage import assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

CONTEXT = example_context()
SHORT = {"duration": "20 min", "injection": "2 min"}
NAMES = ("SECONDS", "NANOSECONDS", "NDX", "DIAG", "REMARK", "DATE", "TIME", "H2O", "CO2", "CH4", "CAVITY_P", "CAVITY_T", "RESIDUAL", "CHK")
UNITS = ("secs", "nsecs", "index", "diag", "", "date", "time", "ppm", "ppm", "ppb", "kPa", "°C", "", "CHK")
TOP = "Model:\tLI-7810\nSN:\tTG10-01449\nSoftware Version:\t2.3.3\nTimestamp:\t2022-12-05 08:00:00\nTimezone:\tEurope/Copenhagen\n"
CELLS = dict(
    zip(
        NAMES,
        (
            "1670229510",
            "836930990",
            "10317",
            "0",
            '""',
            "2022-12-05",
            "09:38:30",
            "6233.8",
            "459.38455",
            "2067.6",
            "39.74",
            "55.0",
            "0.0012",
            "67",
        ),
        strict=True,
    )
)


class TestLicor(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = SHORT
    header_lines = 7
    truth_tolerance = {"co2_dry": 0.4, "ch4_dry": 5.0, "h2o": 1e-4}


class TestNitrousOxide(TestLicor):
    simulator_options = SHORT | {"model": "LI-7820"}
    truth_tolerance = {"n2o_dry": 0.8, "h2o": 1e-4}


def header(units: tuple[str, ...] | None = UNITS) -> str:
    text = TOP + "\t".join(["DATAH", *NAMES]) + "\n"
    return text if units is None else text + "\t".join(["DATAU", *units]) + "\n"


def row(**changes: str) -> str:
    return "\t".join(["DATA", *(CELLS | changes).values()]) + "\n"


def read(folder: Path, *parts: str, encoding: str = "utf-8", **options: Any) -> ReadResult:
    path = folder / "file.data"
    path.write_bytes("".join(parts).encode(encoding))
    validated = READER.options.model_validate(options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def values(result: ReadResult, name: str) -> list[float]:
    found: list[float] = result.streams["licor_78xx"][name].to_numpy().tolist()
    return found


def test_values_units_and_status(tmp_path: Path) -> None:
    result = read(tmp_path, header(), row(), row(SECONDS="1670229511", DIAG="16", CH4="nan"))
    stream = result.streams["licor_78xx"]
    assert values(result, "co2_dry") == [459.38455, 459.38455]
    np.testing.assert_array_equal(values(result, "ch4_dry"), [2067.6, np.nan])
    assert values(result, "instrument_status") == [0, 16]
    assert {name: stream[name].attrs["units"] for name in ("co2_dry", "ch4_dry", "h2o", "cavity_pressure")} == {
        "co2_dry": "umol mol-1",
        "ch4_dry": "nmol mol-1",
        "h2o": "umol mol-1",
        "cavity_pressure": "kPa",
    }
    assert str(stream["time"].to_numpy()[0]) == "2022-12-05T08:38:30.836930990"
    assert stream.attrs["instrument"] == "LI-7810 TG10-01449"
    assert not result.problems


def test_mole_fractions_in_moist_air_where_a_station_says_so(tmp_path: Path) -> None:
    stream = read(tmp_path, header(), row(), mole_fractions="wet").streams["licor_78xx"]
    assert {"co2_wet", "ch4_wet"} <= set(stream.data_vars)
    assert "co2_dry" not in stream


def test_units_of_the_file_are_honoured(tmp_path: Path) -> None:
    units = tuple({"ppb": "ppm", "kPa": "hPa"}.get(unit, unit) for unit in UNITS)
    result = read(tmp_path, header(units), row(CH4="2.0676", CAVITY_P="397.4"))
    assert values(result, "ch4_dry") == pytest.approx([2067.6], rel=1e-12)
    assert values(result, "cavity_pressure") == pytest.approx([39.74], rel=1e-12)


def test_a_unit_that_does_not_fit_is_told_and_its_column_not_read(tmp_path: Path) -> None:
    units = tuple({"ppb": "furlong", "kPa": "°C"}.get(unit, unit) for unit in UNITS)
    result = read(tmp_path, header(units), row())
    assert {"ch4_dry", "cavity_pressure"}.isdisjoint(result.streams["licor_78xx"].data_vars)
    told = " ".join(map(str, result.problems))
    assert "'CH4' is in 'furlong', expected 'nmol mol-1'" in told
    assert "'CAVITY_P' is in '°C', expected 'kPa'" in told


def test_usual_units_where_the_file_has_none(tmp_path: Path) -> None:
    result = read(tmp_path, header(None), row())
    assert values(result, "ch4_dry") == [2067.6]
    assert "no line of units (DATAU): the usual ones are taken" in str(result.problems[0])
    assert (result.tally.seen, result.tally.kept) == (1, 1)


def test_units_in_latin_1(tmp_path: Path) -> None:
    assert values(read(tmp_path, header(), row(), encoding="latin-1"), "cavity_temperature") == [55.0]


def test_remarks_may_hold_tabs_and_quotes_that_do_not_close(tmp_path: Path) -> None:
    result = read(tmp_path, header(), row(REMARK='"chamber\t1, lid open"'), row(SECONDS="1670229511", REMARK='"half'))
    assert values(result, "co2_dry") == [459.38455, 459.38455]


def test_the_header_again_and_lines_that_are_none(tmp_path: Path) -> None:
    result = read(
        tmp_path, header(), row(), header(), row(SECONDS="1670229511"), "\n", "MESSAGE\tpump on\n", row(SECONDS="x"), row(CH4="?")
    )
    assert dict(result.tally.rejected) == {
        "header line again": 7,
        "blank line": 1,
        "no line of data": 1,
        "no valid date and time": 1,
        "same time, other values": 1,
    }
    assert (result.tally.seen, result.tally.kept, dict(result.tally.damaged)) == (13, 2, {"CH4": 1})


def test_files_of_two_analysers_put_one_behind_the_other(tmp_path: Path) -> None:
    other = "DATAH\tSECONDS\tNANOSECONDS\tDIAG\tN2O\nDATAU\tsecs\tnsecs\tdiag\tppb\n"
    result = read(tmp_path, header(), row(), TOP, other, "DATA\t1670229512\t0\t0\t335.5\n")
    np.testing.assert_array_equal(values(result, "n2o_dry"), [np.nan, 335.5])
    np.testing.assert_array_equal(values(result, "ch4_dry"), [2067.6, np.nan])
    assert values(result, "instrument_status") == [0, 0]
    assert dict(result.tally.rejected) == {"header line again": 7}


@pytest.mark.parametrize(
    "clock", [{"SECONDS": "1.5"}, {"SECONDS": "-1"}, {"SECONDS": "99999999999"}, {"NANOSECONDS": "1000000000"}, {"NANOSECONDS": ""}]
)
def test_what_is_no_time(tmp_path: Path, clock: dict[str, str]) -> None:
    result = read(tmp_path, header(), row(**clock))
    assert dict(result.tally.rejected) == {"no valid date and time": 1}
    assert "expected SECONDS and NANOSECONDS since 1970" in str(result.problems[0])


def test_a_status_that_is_no_code(tmp_path: Path) -> None:
    result = read(tmp_path, header(), row(DIAG="1.5"), row(SECONDS="1670229511", DIAG=""))
    assert values(result, "instrument_status") == [-1, -1]
    assert dict(result.tally.damaged) == {"DIAG": 1}


def test_further_columns(tmp_path: Path) -> None:
    result = read(tmp_path, header(), row(), extra_columns=["RESIDUAL", "CHK", "X"])
    assert (values(result, "residual"), values(result, "chk")) == ([0.0012], [67.0])
    assert "extra_columns: the file has no column 'X'" in str(result.problems[0])


def test_units_of_further_columns_are_stated(tmp_path: Path) -> None:
    units = tuple({"index": "V"}.get(unit, unit) for unit in UNITS)
    result = read(tmp_path, header(units), row(), extra_columns=["NDX"])
    assert "'NDX' is in 'V', expected '1' or alike: it is not read, see the option units" in str(result.problems[0])
    assert values(read(tmp_path, header(units), row(), extra_columns=["NDX"], units={"ndx": "V"}), "ndx") == [10317.0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("DATAX\tSECONDS\n", "none of the first lines begins with 'DATAH' and a tab"),
        ("DATAH\tSECONDS\tCO2\n", "no columns SECONDS and NANOSECONDS"),
        ("DATAH\tSECONDS\tNANOSECONDS\tO3\n", "no column of a gas"),
        ("DATAH\tSECONDS\tNANOSECONDS\tCO2\nDATAU\tsecs\n", "4 names of columns, but 2 units"),
    ],
)
def test_files_of_other_instruments(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read(tmp_path, text)


def test_damaged_variants(tmp_path: Path) -> None:
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate(SHORT), 1)
    assert_survives_damage(READER, READER.options(), tmp_path / "damaged.data", simulated.files[0].read_bytes())


REAL = {
    "goflux/LI7810/LI7810.data": {"co2_dry": "CO2", "ch4_dry": "CH4"},
    "goflux/LI7820/LI7820.data": {"n2o_dry": "N2O"},
}
SHARED = {"h2o": "H2O", "cavity_pressure": "CAVITY_P", "cavity_temperature": "CAVITY_T", "instrument_status": "DIAG"}


@pytest.mark.realdata
@pytest.mark.parametrize("file", REAL)
def test_real_files(real_data: Path, file: str) -> None:
    """Rows counted in plain Python, values as pandas reads them, times against the analyser's own date in its time zone."""
    path = real_data / "atmosphere" / file
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    rows = [line for line in lines if line.startswith("DATA\t")]
    result = READER.read(path, READER.options(), CONTEXT)
    assert (result.tally.seen, result.tally.kept, dict(result.tally.rejected)) == (len(lines) - 7, len(rows), {})
    assert not result.problems
    names = next(line for line in lines if line.startswith("DATAH")).split("\t")
    plain = pd.read_csv(io.StringIO("\n".join(["\t".join(names), *rows])), sep="\t", dtype=str)
    stream = result.streams["licor_78xx"]
    for name, column in (REAL[file] | SHARED).items():
        np.testing.assert_array_equal(stream[name].to_numpy(), plain[column].map(float).to_numpy())
    zone = ZoneInfo(next(line.split("\t")[1] for line in lines if line.startswith("Timezone:")))
    stamps = zip(plain["DATE"], plain["TIME"], strict=True)
    local = [datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) for date, time in stamps]
    np.testing.assert_array_equal(stream["time"].to_numpy().astype("M8[s]"), np.array(local, dtype="M8[s]"))
    assert_result_fits(READER, result, READER.options())
    assert_span_covers(READER, path, result, READER.options(), CONTEXT)
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert guess.confidence > 0.9
