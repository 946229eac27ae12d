"""What `icos describe --guess` proposes: equal to what a person writes, or it says what it could not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ocean.readers import general_oceanics, underway_table
from icos_ocean.readers.date_order import date_orders
from icos_ocean.readers.general_oceanics_options import GeneralOceanicsOptions
from icos_ocean.readers.underway_table_guess import guess
from icos_ocean.readers.underway_table_options import UnderwayTableOptions
from icos_ocean.simulators.underway_table import SIMULATOR

from icos_core.testing import example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Guess

WORKSHOP = "ocean/icos_otc_workshop"
SENSORS = {
    "latitude": "latitude",
    "longitude": "longitude",
    "equ temp": "equilibrator_temperature",
    "std val": "standard_value",
    "CO2 um/m": "co2",
    "H2O mm/m": "h2o",
    "licor temp": "analyser_temperature",
    "licor press": "analyser_pressure",
    "atm press": "atmospheric_pressure",
    "equ press": "equilibrator_differential_pressure",
    "H2O flow": "water_flow",
    "licor flow": "analyser_flow",
    "equ pump": "equilibrator_pump",
    "vent flow": "vent_flow",
    "cond temp": "condenser_temperature",
    "WBPressure": "ambient_pressure",
    "Intake Temp": "sst",
    "Salinity": "salinity",
}
BOXES = {"dry box temp": "dry_box_temperature", "deck box temp": "deck_box_temperature"}
GPS = {"date": "GPS date", "time": "gps time", "date_format": "dd/mm/yyyy"}

HAND_WRITTEN: dict[str, dict[str, Any]] = {
    f"{WORKSHOP}/part1_calibration.tsv": {
        "separator": "tab",
        "clock": {"date_time": "Timestamp", "date_format": "dd/mm/yyyy"},
        "columns": {"CO2 um/m": "co2"},
        "run_type_column": "Type",
    },
    f"{WORKSHOP}/part2_input_raw_small.tsv": {
        "separator": "tab",
        "clock": GPS,
        "columns": SENSORS | BOXES,
        "run_type_column": "Type",
    },
    f"{WORKSHOP}/part4_input_raw.tsv": {
        "separator": "tab",
        "clock": GPS,
        "columns": SENSORS | BOXES,
        "run_type_column": "Type",
        "housekeeping": ["FILTER", "WAKE UP"],
    },
    f"{WORKSHOP}/part4_input_raw_cruise_dat.txt": {
        "separator": "tab",
        "clock": GPS,
        "columns": SENSORS,
        "run_type_column": "Type",
        "housekeeping": ["FILTER", "WAKE UP"],
    },
    f"{WORKSHOP}/part3_zero.txt": {
        "separator": "tab",
        "clock": {"date": "date", "time": "time", "date_format": "dd/mm/yyyy"},
        "columns": {"Signal_raw_Z": "detector", "Runtime_Z": "running_time"},
        "quantities": [{"name": "detector", "units": "1"}, {"name": "running_time", "units": "s"}],
    },
    "ocean/fluxengine/kitidis_consistent.tsv": {
        "separator": "tab",
        "clock": {"date_time": "datetime"},
        "columns": {
            "lat": "latitude",
            "lon": "longitude",
            "temperature": "sst",
            "temperature_eq": "equilibrator_temperature",
            "windspeed": "wind_speed",
            "wind_moment2": "wind_speed_second_moment",
            "wind_moment3": "wind_speed_third_moment",
            "ice_coverage": "ice_fraction",
            "air_pressure": "atmospheric_pressure",
            "air_pressure_equ": "equilibrator_pressure",
            "salinity": "salinity",
            "xCO2air": "xco2_air",
            "fCO2water": "fco2",
        },
    },
    "ocean/socat/AGSK20031205_16rows.tsv": {
        "separator": "tab",
        "clock": {"year": "yr", "month": "mon", "day": "day", "hour": "hh", "minute": "mm", "second": "ss"},
        "columns": {
            "longitude [dec.deg.E]": "longitude",
            "latitude [dec.deg.N]": "latitude",
            "sal": "salinity",
            "SST [deg.C]": "sst",
            "Tequ [deg.C]": "equilibrator_temperature",
            "Pequ [hPa]": "equilibrator_pressure",
            "xCO2water_equ_dry [umol/mol]": "xco2_dry",
            "fCO2rec [uatm]": "fco2",
        },
    },
    "ocean/openrvdas_NBP1406/NBP1406_rtmp-2014-08-01": {
        "separator": "blanks",
        "header_lines": 0,
        "names": ["time", "remote temperature"],
        "clock": {"date_time": "time"},
        "columns": {"remote temperature": "sst"},
    },
    "ocean/openrvdas_NBP1406/NBP1406_hdas-2014-08-01": {
        "separator": "blanks",
        "header_lines": 0,
        "names": ["time", *(f"channel {number}" for number in range(1, 10))],
        "clock": {"date_time": "time"},
        "columns": {"channel 2": "sst_2"},
    },
}

STYLE = ("separator", "header_lines", "decimal_comma", "quotes", "encoding", "names_line", "position_style", "missing_values", "units")


def said(found: Guess, *keys: str) -> str:
    return " ".join(sentence for sentence in found.unsure if sentence.startswith(keys))


@pytest.mark.realdata
@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_the_guess_equals_what_a_person_writes_or_says_what_it_could_not_tell(real_data: Path, name: str) -> None:
    found = guess(real_data / name)
    assert found is not None
    wanted, proposed = UnderwayTableOptions.model_validate(HAND_WRITTEN[name]), dict(found.options)
    for key in (
        "separator",
        "header_lines",
        "decimal_comma",
        "quotes",
        "encoding",
        "names_line",
        "position_style",
        "missing_values",
        "units",
    ):
        default = UnderwayTableOptions.model_fields[key].get_default(call_default_factory=True)
        assert proposed.get(key, default) == getattr(wanted, key) or said(found, key), key
    if wanted.names:
        assert len(proposed["names"]) == len(wanted.names)
        assert said(found, "names")
        assert list(proposed["clock"]) == list(HAND_WRITTEN[name]["clock"])
    else:
        assert proposed["clock"] == HAND_WRITTEN[name]["clock"]
    for header, variable in HAND_WRITTEN[name]["columns"].items():
        assert proposed["columns"].get(header) == variable or header in said(found, "columns", "names") or wanted.names, header
    own = {quantity["name"] for quantity in proposed.get("quantities", ())}
    beyond = {
        header: each for header, each in proposed["columns"].items() if header not in HAND_WRITTEN[name]["columns"] and each not in own
    }
    # A column without a value that a person leaves out, or one of the same kind.
    assert set(beyond) <= {"PPPP [hPa]", "fCO2water_SST_wet [uatm]"}
    assert proposed.get("run_type_column") == wanted.run_type_column
    assert all(word in said(found, "run_types") for word in wanted.housekeeping)


@pytest.mark.realdata
@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_the_guess_is_a_description_that_reads_every_row(real_data: Path, name: str) -> None:
    found = guess(real_data / name)
    assert found is not None
    result = underway_table.read(real_data / name, UnderwayTableOptions.model_validate(dict(found.options)), example_context())
    assert result.tally.kept == result.tally.seen - result.tally.rejected.get("unknown word for the run type", 0)
    assert result.tally.kept


def table(tmp_path: Path, text: str) -> tuple[Guess, xr.Dataset]:
    """Return what is guessed of a table, and what is read with that."""
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    found = guess(path)
    assert found is not None
    result = underway_table.read(path, UnderwayTableOptions.model_validate(dict(found.options)), example_context())
    assert result.tally.kept == result.tally.seen
    return found, result.streams["underway"]


@pytest.mark.parametrize(
    "moment",
    ["06-Jul-2019 12:0{}:00", "2019-07-06T12:0{}:00+00:00", "20190706T120{}00", "2019-07-06 12:0{}:00 UTC", "6 July 2019 12:0{}:00"],
)
def test_dates_in_words_without_separators_and_with_utc(tmp_path: Path, moment: str) -> None:
    found, stream = table(tmp_path, "when,SST\n" + "".join(f"{moment.format(minute)},1{minute}.5\n" for minute in range(5)))
    assert stream["time"].values[4] == np.datetime64("2019-07-06T12:04:00", "ns")
    assert not said(found, "clock.date_format")
    assert bool(said(found, "clock.utc_offset")) == ("UTC" not in moment and "+00" not in moment)


@pytest.mark.parametrize(
    ("column", "first", "step", "since"),
    [("epoch_time", 1562414400.0, 60.0, "unix"), ("Date [Excel]", 43652.5, 1 / 1440, "excel"), ("datenum", 737612.5, 1 / 1440, "matlab")],
)
def test_times_that_count_from_an_epoch(tmp_path: Path, column: str, first: float, step: float, since: str) -> None:
    rows = "".join(f"{first + minute * step:.8f},1{minute}.5\n" for minute in range(5))
    found, stream = table(tmp_path, f"{column},SST\n{rows}")
    assert abs(stream["time"].values[4] - np.datetime64("2019-07-06T12:04:00", "ns")) < np.timedelta64(1, "ms")
    assert since in said(found, "clock.since")
    assert bool(said(found, "clock.utc_offset")) == (since != "unix")


def test_numbers_that_no_epoch_fits_are_no_times(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("elapsed time,SST\n" + "".join(f"{minute},1{minute}.5\n" for minute in range(5)), encoding="utf-8")
    assert guess(path) is None


def test_one_row_is_enough(tmp_path: Path) -> None:
    assert table(tmp_path, "Date,Time,SST\n2019-07-06,12:00:00,12.5\n")[1]["sst"].values.tolist() == [12.5]


def test_units_that_cannot_be_converted_are_told(tmp_path: Path) -> None:
    text = "time,SST [grad],Sal [g/kg],Licor press [kPa],wind speed [kts]\n2019-07-06 12:00:00,12,35,101.3,10\n"
    found, stream = table(tmp_path, text)
    assert found.options["units"] == {"analyser_pressure": "kPa", "wind_speed": "knot"}
    assert stream["salinity"].values.tolist() == [35.0]
    assert "'grad'" in said(found, "units")
    assert "'g/kg'" in said(found, "units")


def test_missing_values_by_their_number(tmp_path: Path) -> None:
    text = "time,SST\n" + "".join(f"2019-07-06 12:0{minute}:00,-999.000\n" for minute in range(3))
    found, stream = table(tmp_path, text)
    assert np.isnan(stream["sst"].values).all()
    assert said(found, "missing_values")


def test_degrees_and_minutes_near_the_equator(tmp_path: Path) -> None:
    _, stream = table(tmp_path, "time,Lat,Lon\n2019-07-06 12:00:00,0006.1,01020.1\n2019-07-06 12:01:00,0006.2,01020.2\n")
    np.testing.assert_allclose(stream["latitude"].values, [6.1 / 60.0, 6.2 / 60.0])


def test_a_name_with_several_meanings_gives_way_to_one_with_one(tmp_path: Path) -> None:
    found, stream = table(tmp_path, "time,Temp,SST\n2019-07-06 12:00:00,30,12\n")
    assert stream["sst"].values.tolist() == [12.0]
    assert "'Temp' may be any of" in said(found, "columns")


def test_columns_of_which_none_is_known_are_read_under_names_of_their_own(tmp_path: Path) -> None:
    found, stream = table(tmp_path, "time,Bar (V),Bar,remark,q-x\n2019-07-06 12:00:00,1,2,none,3\n2019-07-06 12:01:00,1,2,none,3\n")
    assert found.confidence < 0.5
    assert {name: stream[name].values[0] for name in stream.data_vars} == {"bar": 1.0, "column_3": 2.0, "q_x": 3.0}
    assert said(found, "quantities")


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["part2_input_raw_small.tsv", "part4_input_raw.tsv", "part4_input_raw_cruise_dat.txt"])
def test_files_of_the_instrument_are_known(real_data: Path, name: str) -> None:
    found = general_oceanics.READER.guess
    assert found is not None
    proposal = found(real_data / WORKSHOP / name)
    table = guess(real_data / WORKSHOP / name)
    assert proposal is not None
    assert table is not None
    assert proposal.confidence > 0.9 > table.confidence
    assert GeneralOceanicsOptions.model_validate(proposal.options) == GeneralOceanicsOptions(date_format="dd/mm/yyyy")
    # One hour of one day does not tell the order of day and month, four days do.
    assert bool(said(proposal, "date_format")) == (name == "part2_input_raw_small.tsv")


@pytest.mark.realdata
def test_a_list_of_numbers_is_no_table_with_times(real_data: Path) -> None:
    assert guess(real_data / WORKSHOP / "xco2_corr.txt") is None
    assert guess(real_data / "ocean/oceanpack/system_states.csv") is None
    # Times, and beside them no number.
    assert guess(real_data / "ocean/openrvdas_NBP1406/NBP1406_gp02-2014-08-01") is None


STYLES: list[dict[str, Any]] = [
    {},
    {"separator": "tab", "clock": "date", "position": "hemispheres", "preamble": 3, "units_line": True},
    {"separator": "blanks", "clock": "parts", "position": "degrees-minutes"},
    {"separator": "semicolon", "clock": "day_of_year", "decimal_comma": True},
    {"separator": "bar", "clock": "date_time", "preamble": 1},
]


@pytest.mark.parametrize("style", STYLES)
def test_a_guess_reads_the_file_once_the_words_are_said(style: dict[str, Any], tmp_path: Path) -> None:
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate(style), 1)
    path = simulated.files[0]
    found = guess(path)
    assert found is not None
    assert found.confidence > 0.5
    words = "run_types" if "run_type_column" in found.options else "columns"
    assert "water" in said(found, words) or "What" in said(found, words)
    options = UnderwayTableOptions.model_validate(
        {**found.options, "run_type_column": "What", "housekeeping": ["air"], "run_types": {"water": "EQU"}}
    )
    stream = underway_table.read(path, options, example_context()).streams["underway"]
    truth = simulated.truth["underway"]
    rows = np.searchsorted(stream["time"].values, truth["time"].values)
    assert (stream["time"].values[rows] == truth["time"].values).all()
    assert {"latitude", "longitude", "salinity", "co2"} <= set(stream.data_vars)
    tolerances = {"latitude": 1e-4, "longitude": 1e-4, "sst": 0.2, "salinity": 0.5, "equilibrator_temperature": 0.2}
    for name in set(tolerances) & set(stream.data_vars):
        difference = np.abs(stream[name].values[rows] - truth[name].values)
        assert np.nanmax(difference) < tolerances[name], name


@pytest.mark.parametrize(
    ("dates", "orders"),
    [
        (["2019-07-06", "2019-07-07"], ("yyyy-mm-dd",)),
        (["06.07.2019", "06.07.2019"], ("dd/mm/yyyy", "mm/dd/yyyy")),
        (["06.07.2019", "07.07.2019", "08.07.2019"], ("dd/mm/yyyy",)),
        (["07/06/2019", "07/07/2019", "07/08/2019"], ("mm/dd/yyyy",)),
        (["31/07/2019", "01/08/2019"], ("dd/mm/yyyy",)),
        (["12/31/19"], ("mm/dd/yy",)),
        (["somewhen"], ()),
    ],
)
def test_orders_of_day_and_month(dates: list[str], orders: tuple[str, ...]) -> None:
    assert date_orders(dates) == orders
