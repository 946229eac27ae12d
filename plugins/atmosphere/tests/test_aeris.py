"""Reader `aeris`: no file of such an analyser was at hand; simulated ones with the columns of public descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.readers.aeris import READER
from icos_atmosphere.simulators.aeris import SIMULATOR
from raw_damage import assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

CONTEXT = example_context()
SHORT = {"duration": "20 min", "injection": "2 min"}
# Three headers that public programs expect.
SHORT_FORM = (
    "Time Stamp,Inlet Number,P (mbars),T (degC),CH4 (ppm),H2O (ppm),C2H6 (ppb),R,C2/C1,Battery Charge (V),Power Input (mV),Current (mA),"
    "SOC (%),Latitude,Longitude"
)
ENGINEERING = (
    "Time Stamp,Inlet Number,P (mbars),T0 (degC),T5 (degC),Laser PID Readout,Det PID Readout,win0Fit0,Det Bkgd,Ramp Ampl,CH4 (ppm),"
    "H2O (ppm),C2H6 (ppb),R,C2/C1,Battery Charge (V),GPS Time,Latitude,Longitude"
)
NITROUS_OXIDE = (
    "Time Stamp,Inlet Number,P (mbars),T0 (degC),T5 (degC),Tgas(degC),Laser PID Readout,Det PID Readout,win0Fit0,N2O (ppm),H2O (ppm),"
    "CO (ppm),Battery Charge (V),Battery T (degC)"
)


class TestAeris(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = SHORT
    truth_tolerance = {"ch4_dry": 0.005, "c2h6_dry": 0.7, "h2o": 0.006, "inlet_number": 0.0}


class TestNitrousOxide(TestAeris):
    simulator_options = SHORT | {"laser": "nitrous-oxide-carbon-monoxide", "utc_offset": 5.5}
    truth_tolerance = {"n2o_dry": 0.001, "co_dry": 0.01, "inlet_number": 0.0}


def row(header: str, **cells: str) -> str:
    """Cells by the beginning of their header; the others are their number."""
    named = header.split(",")
    found = {name: str(number) for number, name in enumerate(named)} | {"Time Stamp": "07/23/2019 18:02:18.123"}
    return ",".join((found | {next(name for name in named if name.startswith(start)): text for start, text in cells.items()}).values())


def read(folder: Path, header: str, *rows: str, **options: Any) -> ReadResult:
    path = folder / "Pico100000_190723_180218.txt"
    path.write_text("\r\n".join([header, *rows, ""]), encoding="latin-1", newline="")
    validated = READER.options.model_validate(options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def values(result: ReadResult, name: str) -> list[float]:
    found: list[float] = result.streams["aeris"][name].to_numpy().tolist()
    return found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (SHORT_FORM, {"inlet_number": 1, "cavity_pressure": 2, "cavity_temperature": 3, "ch4_dry": 4, "h2o": 5, "c2h6_dry": 6}),
        (ENGINEERING, {"inlet_number": 1, "cavity_pressure": 2, "ch4_dry": 10, "h2o": 11, "c2h6_dry": 12}),
        (NITROUS_OXIDE, {"inlet_number": 1, "cavity_pressure": 2, "cavity_temperature": 5, "n2o_dry": 9, "h2o": 10, "co_dry": 11}),
    ],
)
def test_columns_of_public_descriptions(tmp_path: Path, header: str, found: dict[str, int]) -> None:
    result = read(tmp_path, header, row(header))
    stream = result.streams["aeris"]
    assert {str(name): float(stream[name].item()) for name in stream.data_vars} == {name: float(value) for name, value in found.items()}
    assert str(stream["time"].to_numpy()[0])[:23] == "2019-07-23T18:02:18.123"
    assert stream["cavity_pressure"].attrs["units"] == "mbar"
    assert stream["h2o"].attrs["units"] == "umol mol-1"
    assert not result.problems


def test_mole_fractions_in_moist_air_where_a_station_says_so(tmp_path: Path) -> None:
    stream = read(tmp_path, SHORT_FORM, row(SHORT_FORM), mole_fractions="wet").streams["aeris"]
    assert {"ch4_wet", "c2h6_wet"} <= set(stream.data_vars)


def test_the_order_of_dates_and_the_clock(tmp_path: Path) -> None:
    result = read(tmp_path, SHORT_FORM, row(SHORT_FORM, Time="05/09/2022 01:30:00.000"), utc_offset=2.0)
    assert str(result.streams["aeris"]["time"].to_numpy()[0])[:19] == "2022-05-08T23:30:00"
    result = read(tmp_path, SHORT_FORM, row(SHORT_FORM, Time="05/09/2022 01:30:00.000"), date_order="dd/mm/yyyy")
    assert str(result.streams["aeris"]["time"].to_numpy()[0])[:10] == "2022-09-05"
    with pytest.raises(InputError, match=r"'23/09/2022' is no date in mm/dd/yyyy, but is one in dd/mm/yyyy: see the option date_order"):
        read(tmp_path, SHORT_FORM, row(SHORT_FORM, Time="23/09/2022 01:30:00.000"))


def test_guesses_say_what_is_not_certain(tmp_path: Path) -> None:
    assert READER.guess is not None
    read(tmp_path, SHORT_FORM, row(SHORT_FORM, Time="05/09/2022 01:30:00.000"), row(SHORT_FORM, Time="05/09/2022 01:30:01.000"))
    guess = READER.guess(tmp_path / "Pico100000_190723_180218.txt")
    assert guess is not None
    assert guess.options == {}
    assert guess.unsure[0].startswith("date_order: 05/09/2022 may be mm/dd/yyyy or dd/mm/yyyy")
    rows = [row(SHORT_FORM, Time=f"23/09/2022 01:30:0{second}.000") for second in range(3)]
    read(tmp_path, SHORT_FORM, *rows, date_order="dd/mm/yyyy")
    guess = READER.guess(tmp_path / "Pico100000_190723_180218.txt")
    assert guess is not None
    assert guess.options == {"date_order": "dd/mm/yyyy"}


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    good = row(SHORT_FORM)
    other = row(SHORT_FORM, CH4="x")
    result = read(tmp_path, SHORT_FORM, good, SHORT_FORM, good, other, "", "1,2", row(SHORT_FORM, Time="no time"))
    assert dict(result.tally.rejected) == {
        "header line again": 1,
        "the same row again": 1,
        "same time, other values": 1,
        "blank line": 1,
        "too few fields": 1,
        "no valid date and time": 1,
    }
    assert (result.tally.seen, result.tally.kept, dict(result.tally.damaged)) == (7, 1, {"CH4 (ppm)": 1})


def test_further_columns(tmp_path: Path) -> None:
    result = read(tmp_path, NITROUS_OXIDE, row(NITROUS_OXIDE), extra_columns=["T0 (degC)", "R"], units={"t0_deg_c": "degree_C"})
    assert values(result, "t0_deg_c") == [3.0]
    assert result.streams["aeris"]["t0_deg_c"].attrs["units"] == "degree_C"
    assert "extra_columns: the file has no column 'R'" in str(result.problems[0])


@pytest.mark.parametrize(
    ("header", "complaint"),
    [("Time,CH4 (ppm)", "its first line has no column 'Time Stamp'"), ("Time Stamp,Inlet Number,O3 (ppb)", "no column of a gas")],
)
def test_files_of_other_instruments(tmp_path: Path, header: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read(tmp_path, header, "07/23/2019 18:02:18.123,1")


def test_damaged_variants(tmp_path: Path) -> None:
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate(SHORT), 1)
    assert_survives_damage(READER, READER.options(), tmp_path / "damaged.txt", simulated.files[0].read_bytes())


def test_readings_are_not_scaled(tmp_path: Path) -> None:
    result = read(tmp_path, SHORT_FORM, row(SHORT_FORM, CH4="1.984321", C2H6="1.25"))
    np.testing.assert_array_equal(values(result, "ch4_dry") + values(result, "c2h6_dry"), [1.984321, 1.25])
