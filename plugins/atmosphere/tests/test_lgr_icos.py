"""Reader `lgr-icos`: simulated and real files, every line accounted for, the order of day and month never guessed."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.readers.analyser_columns import variable_name
from icos_atmosphere.readers.lgr_icos import READER
from icos_atmosphere.simulators.lgr_icos import SIMULATOR
from pydantic import ValidationError
from raw_damage import VARIANTS, assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

CONTEXT = example_context()
SHORT = {"duration": "20 min", "injection": "2 min"}
FIRST = "SN:3K000 BD:May 20 2019 VC:1ab9a44 MD5:50c6"
HEADER = "                     Time,      [CH4]_ppm,     [CO2]d_ppm,       Fit_Flag,      MIU_VALVE"
SIGNATURE = "\n-----BEGIN PGP MESSAGE-----\nVersion: GnuPG v1\n\njA0E,AwMC\n=F/Es\n-----END PGP MESSAGE-----\n"


class TestLgrIcos(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = SHORT
    header_lines = 2
    truth_tolerance = {"co2_wet": 0.4, "co2_dry": 0.4, "ch4_wet": 0.005, "ch4_dry": 0.005, "h2o": 0.006, "mpv_position": 0.0}


class TestNitrousOxide(TestLgrIcos):
    simulator_options = SHORT | {"model": "N2OM1", "date_order": "mm/dd/yyyy", "utc_offset": -5.0, "padded": False}
    truth_tolerance = {"n2o_dry": 0.001, "n2o_wet": 0.001, "ch4_dry": 0.005, "h2o": 0.006, "mpv_position": 0.0}


def row(stamp: str = "28/09/2022 12:10:45.205", ch4: str = "2.00232e+0", co2: str = "4.28459e+2", fit: str = "3", valve: str = "1") -> str:
    return f"  {stamp}, {ch4}, {co2}, {fit}, {valve}"


def read(
    folder: Path, *rows: str, name: str = "file.txt", header: str = HEADER, first: str = FIRST, tail: str = "", **options: Any
) -> ReadResult:
    path = folder / name
    path.write_text("\n".join([first, header, *rows]) + "\n" + tail, encoding="latin-1")
    validated = READER.options.model_validate(options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def times(result: ReadResult) -> list[str]:
    return [str(moment)[:23] for moment in result.streams["lgr_icos"]["time"].to_numpy()]


def values(result: ReadResult, name: str) -> list[float]:
    found: list[float] = result.streams["lgr_icos"][name].to_numpy().tolist()
    return found


def test_values_and_units_are_those_of_the_file(tmp_path: Path) -> None:
    result = read(tmp_path, row(), row("28/09/2022 12:10:46.206", "nan", valve="2"))
    assert times(result) == ["2022-09-28T12:10:45.205", "2022-09-28T12:10:46.206"]
    np.testing.assert_array_equal(values(result, "ch4_wet"), [2.00232, np.nan])
    assert values(result, "co2_dry") == [428.459, 428.459]
    assert values(result, "mpv_position") == [1.0, 2.0]
    stream = result.streams["lgr_icos"]
    assert {stream[name].attrs["units"] for name in ("ch4_wet", "co2_dry")} == {"umol mol-1"}
    assert stream.attrs["instrument"] == "Los Gatos 3K000"


def test_an_analyser_without_inlet_unit_has_no_valve(tmp_path: Path) -> None:
    assert "mpv_position" not in read(tmp_path, row(valve="-1")).streams["lgr_icos"]
    np.testing.assert_array_equal(
        values(read(tmp_path, row(valve="-1"), row("28/09/2022 12:10:46", valve="4")), "mpv_position"), [np.nan, 4.0]
    )


@pytest.mark.parametrize(
    ("stamp", "name", "moment"),
    [
        ("28/09/2022 12:00:00.000", "file.txt", "2022-09-28"),
        ("09/28/2022 12:00:00.000", "file.txt", "2022-09-28"),
        ("2022/09/05 12:00:00.000", "file.txt", "2022-09-05"),
        ("05/09/2022 12:00:00.000", "micro_2022-09-05_f0001.txt", "2022-09-05"),
        ("05/09/2022 12:00:00.000", "micro_2022-05-09_f0001.txt", "2022-05-09"),
        ("05/05/2022 12:00:00.000", "file.txt", "2022-05-05"),
    ],
)
def test_the_order_of_dates_that_a_file_proves(tmp_path: Path, stamp: str, name: str, moment: str) -> None:
    assert times(read(tmp_path, row(stamp), name=name))[0][:10] == moment


def test_a_file_goes_on_by_days(tmp_path: Path) -> None:
    result = read(tmp_path, row("05/09/2022 23:59:59.000"), row("06/09/2022 00:00:00.000"))
    assert [moment[:10] for moment in times(result)] == ["2022-09-05", "2022-09-06"]
    result = read(tmp_path, row("09/05/2022 23:59:59.000"), row("09/06/2022 00:00:00.000"))
    assert [moment[:10] for moment in times(result)] == ["2022-09-05", "2022-09-06"]


def test_what_a_file_does_not_tell_is_stated(tmp_path: Path) -> None:
    complaint = r"^file\.txt: '05/09/2022' is two different days.*state date_order = \"dd/mm/yyyy\" or date_order = \"mm/dd/yyyy\""
    with pytest.raises(InputError, match=complaint):
        read(tmp_path, row("05/09/2022 12:00:00.000"))
    assert READER.guess is not None
    guess = READER.guess(tmp_path / "file.txt")
    assert guess is not None
    assert guess.options == {}
    assert guess.unsure[0].startswith("date_order: 05/09/2022 is two different days; state ")
    assert times(read(tmp_path, row("05/09/2022 12:00:00.000"), date_order="dd/mm/yyyy"))[0][:10] == "2022-09-05"
    assert times(read(tmp_path, row("05/09/2022 12:00:00.000"), date_order="mm/dd/yyyy"))[0][:10] == "2022-05-09"


def test_dates_that_contradict_what_is_stated_are_refused(tmp_path: Path) -> None:
    rows = [row(f"12/09/2022 23:59:{second}.000") for second in range(10, 60)] + [
        row(f"13/09/2022 00:00:{second}.000") for second in range(10, 15)
    ]
    with pytest.raises(InputError, match=r"'13/09/2022' is no date in mm/dd/yyyy, but is one in dd/mm/yyyy: see the option date_order"):
        read(tmp_path, *rows, date_order="mm/dd/yyyy")
    one_damaged = [row(f"09/12/2022 23:{minute}:00.000") for minute in range(10, 60)] + [row("19/12/2022 23:59:59.000")]
    result = read(tmp_path, *one_damaged, date_order="mm/dd/yyyy")
    assert dict(result.tally.rejected) == {"no valid date and time": 1}


def test_dates_in_no_order(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'31/31/2022' are in no order that is known: expected dd/mm/yyyy, mm/dd/yyyy, yyyy/mm/dd"):
        read(tmp_path, row("31/31/2022 12:00:00.000"))


def test_the_clock_is_brought_to_utc(tmp_path: Path) -> None:
    assert times(read(tmp_path, row("28/09/2022 00:30:00.000"), utc_offset=2.0)) == ["2022-09-27T22:30:00.000"]


def test_the_signature_is_accounted_for_by_itself(tmp_path: Path) -> None:
    result = read(tmp_path, row(), tail=SIGNATURE)
    assert (result.tally.seen, result.tally.kept) == (8, 1)
    assert dict(result.tally.rejected) == {"blank line": 1, "signature": 6}
    assert dict(result.tally.by_type) == {"(blank line)": 1, "(signature)": 6, "row": 1}
    cut_off = read(tmp_path, row(), tail=SIGNATURE[:60])
    assert dict(cut_off.tally.rejected) == {"blank line": 1, "signature": 5}


def test_files_put_one_behind_the_other(tmp_path: Path) -> None:
    other = "Time, [N2O]_ppm, MIU_VALVE"
    again = (
        "\n".join([FIRST, HEADER, row("29/09/2022 12:00:00.000"), FIRST, "                     Time,  [CH4]_ppm"])
        + "\n  30/09/2022 01:00:00.000, 1.9\n"
    )
    result = read(tmp_path, row(), tail=SIGNATURE + again)
    assert result.tally.kept == 3
    assert dict(result.tally.rejected) == {"blank line": 1, "signature": 6, "header line again": 3, "header line of other columns": 1}
    np.testing.assert_array_equal(values(result, "co2_dry"), [428.459, 428.459, np.nan])
    assert values(result, "ch4_wet") == [2.00232, 2.00232, 1.9]
    assert any("other columns from here on" in str(problem) for problem in result.problems)
    assert dict(read(tmp_path, row(), other).tally.rejected) == {"too few fields": 1}


def test_further_columns_and_units(tmp_path: Path) -> None:
    result = read(tmp_path, row(), extra_columns=["Fit_Flag", "Fit_Flags"], units={"fit_flag": "percent", "ch4_wet": "nmol mol-1"})
    stream = result.streams["lgr_icos"]
    assert (values(result, "fit_flag"), stream["fit_flag"].attrs["units"]) == ([3.0], "percent")
    assert (values(result, "ch4_wet"), stream["ch4_wet"].attrs["units"]) == ([2.00232], "nmol mol-1")
    assert stream["fit_flag"].attrs["long_name"] == "Fit_Flag as the analyser writes it"
    assert "extra_columns: the file has no column 'Fit_Flags'; nearest: 'Fit_Flag'" in str(result.problems[0])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"date_order": "dd/mm"}, "dd/mm/yyyy"),
        ({"extra_columns": ["GasT_C"]}, "'GasT_C' is read as cavity_temperature in any case"),
        ({"extra_columns": ["Fit Flag", "Fit_Flag"]}, "more than one column would become the variable 'fit_flag'"),
        ({"extra_columns": ["CO2 wet"]}, "more than one column would become the variable 'co2_wet'"),
        ({"units": {"co2_wett": "umol mol-1"}}, "no variable 'co2_wett'.*'co2_wet'"),
        ({"units": {"cavity_pressure": "kelvin"}}, "'kelvin' cannot be converted to 'torr'"),
        ({"extra_columns": ["R"], "units": {"r": "furlonks"}}, "no unit"),
    ],
)
def test_wrong_descriptions(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        READER.options.model_validate(options)


def test_names_of_further_columns() -> None:
    headers = ("Fit_Flag", "[CO2]d_ppm_sd", "ChemDetect", "12CO2", "C2/C1", "T0 (degC)")
    assert list(map(variable_name, headers)) == ["fit_flag", "co2_d_ppm_sd", "chem_detect", "x12co2", "c2_c1", "t0_deg_c"]


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ("Date, [CO2]_ppm", "none of the first lines has the columns 'Time' and a reading"),
        ("Time, [HCN]_ppm", r"none of the columns is known, such as '\[CO2\]_ppm'"),
    ],
)
def test_files_of_other_instruments(tmp_path: Path, header: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read(tmp_path, row(), header=header)


def packed(content: bytes, name: str, *others: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in (name, *others):
            archive.writestr(each, content)
    return target.getvalue()


def test_packed_files(tmp_path: Path) -> None:
    whole = read(tmp_path, row(), row("28/09/2022 12:10:46.206"))
    content = (tmp_path / "file.txt").read_bytes()
    for name, data in (("file.txt.gz", gzip.compress(content)), ("file.zip", packed(content, "file.txt"))):
        path = tmp_path / name
        path.write_bytes(data)
        result = READER.read(path, READER.options(), CONTEXT)
        assert result.tally == whole.tally
        assert values(result, "ch4_wet") == values(whole, "ch4_wet")
        assert READER.guess is not None
        guess = READER.guess(path)
        assert guess is not None
        assert guess.options == {"date_order": "dd/mm/yyyy"}
    archive = tmp_path / "file.txt.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(tmp_path / "file.txt", "file.txt")
    assert READER.guess is not None
    assert READER.guess(archive) is None
    for name, data, complaint in (
        ("cut.gz", gzip.compress(content)[:-20], "packed with gzip, and damaged"),
        ("cut.zip", packed(content, "file.txt")[:-30], "packed with zip, and damaged"),
        ("two.zip", packed(content, "a.txt", "b.txt"), "a zip archive of 2 files, expected one"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(InputError, match=complaint):
            READER.read(path, READER.options(), CONTEXT)


def test_a_file_that_has_just_begun(tmp_path: Path) -> None:
    result = read(tmp_path)
    assert (result.tally.seen, result.streams["lgr_icos"].sizes["time"]) == (0, 0)


def test_damaged_variants(tmp_path: Path) -> None:
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate(SHORT | {"signature": True}), 1)
    content = simulated.files[0].read_bytes()
    for options in ({"date_order": "dd/mm/yyyy"}, {}):
        assert_survives_damage(READER, READER.options.model_validate(options), tmp_path / "damaged.txt", content, VARIANTS // 2)


def test_the_simulated_signature(tmp_path: Path) -> None:
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate(SHORT | {"signature": True}), 1)
    result = READER.read(simulated.files[0], READER.options(), CONTEXT)
    assert dict(result.tally.rejected) == {"blank line": 1, "signature": 6}
    assert result.tally.kept == 120


REAL = {
    "goflux/UGGA/UGGA.txt": (
        "%d/%m/%Y",
        {"ch4_wet": "[CH4]_ppm", "ch4_dry": "[CH4]d_ppm", "co2_wet": "[CO2]_ppm", "co2_dry": "[CO2]d_ppm"},
    ),
    "goflux/N2OM1/N2OM1.txt": (
        "%d/%m/%Y",
        {"ch4_wet": "[CH4]_ppm", "ch4_dry": "[CH4]d_ppm", "n2o_wet": "[N2O]_ppm", "n2o_dry": "[N2O]d_ppm"},
    ),
    "goflux/N2Oi2/N2Oi2.txt": ("%d/%m/%Y", {"n2o_wet": "[N2O]_ppm", "co2_wet": "[CO2]_ppm"}),
}
SHARED = {"h2o": "[H2O]_ppm", "cavity_pressure": "GasP_torr", "cavity_temperature": "GasT_C", "ambient_temperature": "AmbT_C"}


@pytest.mark.realdata
@pytest.mark.parametrize("file", REAL)
def test_real_files(real_data: Path, file: str) -> None:
    """Rows counted in plain Python, values and times as pandas reads the same lines."""
    path = real_data / "atmosphere" / file
    date_format, columns = REAL[file]
    lines = path.read_text(encoding="latin-1").split("\n")
    assert lines.pop() == ""
    header, body = [name.strip() for name in lines[1].split(",")], lines[2:]
    begin = next((number for number, line in enumerate(body) if line.startswith("-----BEGIN PGP")), len(body))
    rows = [line for line in body[:begin] if line.strip()]
    blank = sum(not line.strip() for line in body[:begin])
    options = READER.options.model_validate({"date_order": "dd/mm/yyyy"})
    result = READER.read(path, options, CONTEXT)
    assert result.tally.seen == len(body)
    assert result.tally.kept == len(rows)
    expected = {"blank line": blank, "signature": len(body) - begin}
    assert dict(result.tally.rejected) == {reason: count for reason, count in expected.items() if count}
    assert not result.problems
    assert not result.tally.damaged
    plain = pd.read_csv(io.StringIO("\n".join([",".join(header), *rows])), skipinitialspace=True, dtype=str)
    stream = result.streams["lgr_icos"]
    for name, column in (columns | SHARED).items():
        np.testing.assert_array_equal(stream[name].values, plain[column].map(float).to_numpy())
    moments = [datetime.strptime(text.strip(), f"{date_format} %H:%M:%S.%f") for text in plain["Time"]]  # noqa: DTZ007  # as the file has it
    np.testing.assert_array_equal(stream["time"].values, np.array(moments, dtype="datetime64[ns]"))
    assert "mpv_position" not in stream
    assert stream.attrs["instrument"].startswith("Los Gatos 3K")
    assert_result_fits(READER, result, options)
    assert_span_covers(READER, path, result, options, CONTEXT)


@pytest.mark.realdata
def test_real_files_prove_their_order_or_are_refused(real_data: Path) -> None:
    folder = real_data / "atmosphere/goflux"
    assert READER.read(folder / "UGGA/UGGA.txt", READER.options(), CONTEXT).tally.kept == 1786
    for file, date in (("N2OM1/N2OM1.txt", "02/04/2023"), ("N2Oi2/N2Oi2.txt", "05/09/2022")):
        with pytest.raises(InputError, match=f"'{date}' is two different days"):
            READER.read(folder / file, READER.options(), CONTEXT)
        assert READER.guess is not None
        guess = READER.guess(folder / file)
        assert guess is not None
        assert guess.confidence > 0.9
        assert guess.options == {}
        assert guess.unsure[0].startswith(f"date_order: {date} is two different days; state dd/mm/yyyy or mm/dd/yyyy")
