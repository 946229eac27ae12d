"""Reader `licor-ghg`: columns by description and choice, time in UTC, a weather station, and archives that are none."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ghg_files import BIOMET_METADATA, COLUMNS, NAME, STEM, biomet_text, data_text, ghg_file, members_of, metadata_text
from icos_ecosystem.calibration.station_tables import GasAnalyser, Site, Sonic
from icos_ecosystem.readers.ghg_biomet import written_unit
from icos_ecosystem.readers.ghg_instruments import instrument_tables
from icos_ecosystem.readers.ghg_metadata import parse_metadata
from icos_ecosystem.readers.licor_ghg import READER

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

    from icos_core.components import ReadResult

CONTEXT = example_context()
DATA, METADATA = f"{STEM}.data", f"{STEM}.metadata"
BIOMET = {f"{STEM}-biomet.data": biomet_text(), f"{STEM}-biomet.metadata": BIOMET_METADATA}


class TestLicorGhg(ReaderContract):
    reader = READER
    is_text = False
    options: Any = {}

    def make_file(self, folder: Path) -> Path:
        path = folder / NAME
        path.write_bytes(ghg_file())
        return path

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        """Take the records out of the archive; none can be counted of one that is damaged."""
        lines = members_of(content).get(DATA, b"").splitlines(keepends=True)
        return b"".join(lines[:8]), lines[8:]

    def test_chunk_invariance(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """An archive cannot be cut: one is made of each part of its data."""
        header, records = self.split(good[0])
        whole = self.reader.read(raw, good[1], self.context()).streams["eddy"]
        parts = []
        for part in (records[:13], records[13:]):
            raw.write_bytes(ghg_file({DATA: header + b"".join(part), METADATA: metadata_text()}))
            parts.append(self.reader.read(raw, good[1], self.context()).streams["eddy"])
        for name in (*whole.data_vars, "time"):
            np.testing.assert_array_equal(np.concatenate([part[name].values for part in parts]), whole[name].values)

    def test_complete_rows_of_a_truncated_file(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """The central directory of an archive is at its end: one that was cut off is refused."""
        raw.write_bytes(good[0][: 2 * len(good[0]) // 3])
        with pytest.raises(InputError, match=r"raw\.txt: no \.ghg archive, or a damaged one"):
            self.reader.read(raw, good[1], self.context())


def read(folder: Path, members: dict[str, str | bytes] | None = None, name: str = NAME, **options: Any) -> ReadResult:
    return read_bytes(folder, ghg_file(members), name, **options)


def read_bytes(folder: Path, content: bytes, name: str = NAME, **options: Any) -> ReadResult:
    path = folder / name
    path.write_bytes(content)
    validated = READER.options.model_validate(options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def fast(n_rows: int = 40, columns: tuple[tuple[str, str, str, str], ...] = COLUMNS, **changes: str) -> dict[str, str | bytes]:
    return {DATA: data_text(n_rows, columns, **changes), METADATA: metadata_text(columns)}


def test_every_number(tmp_path: Path) -> None:
    texts = [line.split("\t")[1:] for line in data_text().splitlines()[8:]]
    result = read(tmp_path)
    stream = result.streams["eddy"]
    assert set(result.streams) == {"eddy"}
    expected = {
        "li7200_diagnostic": (3, 1, 0),
        "cell_pressure": (8, 1000, 0),
        "u": (9, 1, 0),
        "v": (10, 1, 0),
        "w": (11, 1, 0),
        "speed_of_sound": (12, 1, 0),
        "co2_mixing_ratio": (14, 1, 0),
        "h2o_mixing_ratio": (15, 1, 0),
        "cell_temperature": (16, 1, 273.15),
        "co2_signal_strength": (17, 1, 0),
    }
    assert set(stream.data_vars) == set(expected)
    for name, (place, factor, offset) in expected.items():
        np.testing.assert_allclose(stream[name].values, [float(cells[place]) * factor + offset for cells in texts], rtol=1e-15)
    steps = np.arange(40) * np.timedelta64(50, "ms")
    np.testing.assert_array_equal(stream["time"].values, np.datetime64("2016-12-11T19:00:00", "ns") + steps)
    assert stream.attrs["instrument"] == "gill hs_50_1 160608; licor li7200_1 72H-0616"
    assert result.problems == ()


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        ({}, {"co2_mixing_ratio", "h2o_mixing_ratio"}),
        ({"co2": "molar_density", "h2o": "molar_density"}, {"co2_molar_density", "h2o_molar_density"}),
        ({"co2": "mole_fraction"}, {"co2_mole_fraction", "h2o_mixing_ratio"}),
        ({"columns": {"CO2 (umol/mol)": "co2_mole_fraction"}}, {"co2_mole_fraction", "h2o_mixing_ratio"}),
    ],
)
def test_which_column_of_a_gas(tmp_path: Path, choices: dict[str, Any], names: set[str]) -> None:
    stream = read(tmp_path, **choices).streams["eddy"]
    assert {str(name) for name in stream.data_vars if str(name).startswith(("co2_m", "h2o_m"))} == names


def test_a_choice_that_the_file_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"h2o = 'mole_fraction': the file has mixing_ratio, molar_density"):
        read(tmp_path, h2o="mole_fraction")
    with pytest.raises(InputError, match=r"ch4 = 'mixing_ratio': the file has no column of ch4"):
        read(tmp_path, ch4="mixing_ratio")


def test_station_and_description_disagree(tmp_path: Path) -> None:
    """Both are shown; units_from says which holds."""
    other_unit = {"columns": {"Total Pressure (kPa)": {"variable": "cell_pressure", "unit": "hPa"}}}
    with pytest.raises(InputError, match=r"the file says 'kpa', the description 'hPa'"):
        read(tmp_path, **other_unit)
    assert read(tmp_path, **other_unit, units_from="description").streams["eddy"]["cell_pressure"].mean() < 10_000
    other_variable = {"columns": {"CO2 dry(umol/mol)": {"variable": "co2_mole_fraction", "unit": "ppm"}}}
    with pytest.raises(InputError, match=r"its description says co2_mixing_ratio, the station co2_mole_fraction"):
        read(tmp_path, **other_variable)
    assert "co2_mole_fraction" in read(tmp_path, **other_variable, units_from="description").streams["eddy"]


def test_header_and_description_disagree(tmp_path: Path) -> None:
    members = fast()
    members[METADATA] = str(members[METADATA]).replace("col_9_unit_in=kpa", "col_9_unit_in=hpa")
    assert "column 'Total Pressure (kPa)': its description says 'hpa'" in str(read(tmp_path, members).problems[0])


def test_description_of_other_columns(tmp_path: Path) -> None:
    members = fast()
    members[METADATA] = metadata_text(COLUMNS[:-1])
    with pytest.raises(InputError, match=r"its description has 18 columns, its data 19"):
        read(tmp_path, members)
    nothing = tuple((header, "ignore", "", "") for header, *_ in COLUMNS)
    with pytest.raises(InputError, match="none of its columns is known"):
        read(tmp_path, {DATA: data_text(), METADATA: metadata_text(nothing)})


def test_analog_inputs(tmp_path: Path) -> None:
    """Gain and offset; and a range of volts that stands for one of a unit."""
    gain = {"col_13_conversion": "gain_offset", "col_13_a_value": "2", "col_13_b_value": "-1", "col_13_unit_out": "m_sec"}
    full = {"col_10_conversion": "zero_fullscale", "col_10_min_value": "0", "col_10_max_value": "5", "col_10_unit_out": "m_sec"}
    full |= {"col_10_a_value": "-30", "col_10_b_value": "30"}
    members = fast(5, **{"Aux1-U(m/s)": "2.75", "Aux4-SOS(m/s)": "170.5"})
    members[METADATA] = metadata_text(further=gain | full)
    stream = read(tmp_path, members).streams["eddy"]
    np.testing.assert_allclose(stream["u"].values, -30 + 60 * 2.75 / 5, rtol=1e-14)
    np.testing.assert_allclose(stream["speed_of_sound"].values, 340.0, rtol=1e-14)


def test_time_of_date_columns(tmp_path: Path) -> None:
    by_seconds = read(tmp_path).streams["eddy"]["time"].values
    with pytest.raises(InputError, match="utc_offset says"):
        read(tmp_path, time_from="date")
    np.testing.assert_array_equal(read(tmp_path, time_from="date", utc_offset=1).streams["eddy"]["time"].values, by_seconds)
    without = tuple(column for column in COLUMNS if column[0] != "Seconds")
    np.testing.assert_array_equal(read(tmp_path, fast(columns=without), utc_offset=1).streams["eddy"]["time"].values, by_seconds)


def test_stamps_at_the_end_of_intervals(tmp_path: Path) -> None:
    first = read(tmp_path, row_time="end").streams["eddy"]["time"].values[0]
    assert first == np.datetime64("2016-12-11T18:59:59.950")


@pytest.mark.parametrize(
    ("changes", "options", "name", "message"),
    [
        ({"Date": "2016-12-10"}, {}, NAME, "differ from Seconds by -82800 s"),
        ({}, {"utc_offset": 2}, NAME, "1 h ahead of Seconds, utc_offset says 2 h"),
        ({}, {}, "2016-12-11T203000_AIU-1359.ghg", "first row is of 2016-12-11T20:00:00, the name says 2016-12-11T20:30:00"),
    ],
)
def test_clocks_that_do_not_fit_are_told(tmp_path: Path, changes: dict[str, str], options: dict[str, Any], name: str, message: str) -> None:
    assert message in str(read(tmp_path, fast(**changes), name, **options).problems[0])


def test_frequency_that_does_not_fit_is_told(tmp_path: Path) -> None:
    members = fast()
    members[METADATA] = str(members[METADATA]).replace("acquisition_frequency=20.0", "acquisition_frequency=10")
    assert "its description says 10 Hz, its rows are at 20 Hz" in str(read(tmp_path, members).problems[0])


def test_bad_lines_are_accounted_for(tmp_path: Path) -> None:
    lines = data_text(12).splitlines(keepends=True)
    lines[9] = lines[9].replace("1481482800", "-")
    lines[10] = "REMARK" + lines[10][4:]
    lines[11] = lines[11][:60] + "\n"
    lines[12] = lines[13]
    result = read(tmp_path, {DATA: "".join(lines), METADATA: metadata_text()})
    assert dict(result.tally.rejected) == {"no line of data": 1, "no time": 1, "the same row again": 1, "too few fields": 1}
    assert (result.tally.seen, result.tally.kept) == (12, 8)
    assert dict(result.tally.damaged) == {"Seconds": 1}


def test_a_weather_station(tmp_path: Path) -> None:
    """The first sensor by position, gain and offset before units; stamps are of the end, by the local clock."""
    result = read(tmp_path, {**fast(), **BIOMET})
    meteo = result.streams["meteo"]
    np.testing.assert_allclose(meteo["TA"].values, [279.15, 280.15, 281.15])
    np.testing.assert_allclose(meteo["RH"].values, 80.0)
    np.testing.assert_allclose(meteo["SW_IN"].values, [1.0, 21.0, 41.0])
    assert set(meteo.data_vars) == {"TA", "RH", "SW_IN"}
    times = np.array(["2016-12-11T19:00", "2016-12-11T19:01", "2016-12-11T19:02"], dtype="datetime64[ns]")
    np.testing.assert_array_equal(meteo["time"].values, times)
    assert result.tally.seen == 43
    start = read(tmp_path, {**fast(), **BIOMET}, biomet={"row_time": "start", "columns": {"TA_1_2_1(C)": "TA"}}).streams["meteo"]
    assert start["time"].values[0] == np.datetime64("2016-12-11T19:01")
    assert start["TA"].values[0] == 278.15
    assert set(read(tmp_path, {**fast(), **BIOMET}, biomet={"read": False}).streams) == {"eddy"}


def test_units_of_weather_stations() -> None:
    written = {"W+1m-2": "W m-2", "umol+1m-2s-1": "umol m-2 s-1", "m+3m-3": "m3 m-3", "C": "C", "W/m2": "W/m2", "W m-2": "W m-2"}
    assert {unit: written_unit(unit) for unit in written} == written


def test_instruments_are_described_in_metres() -> None:
    metadata = parse_metadata(metadata_text().encode())
    sonic, analyser = metadata.instruments
    assert (sonic.model, sonic.numbers["height"], sonic.numbers["north_offset"]) == ("hs_50_1", 3.8, -76)
    assert analyser.numbers["tube_length"] == pytest.approx(0.711)
    assert analyser.numbers["tube_diameter"] == pytest.approx(0.00533)
    assert analyser.numbers["eastward_separation"] == pytest.approx(0.1)
    assert analyser.numbers["tube_flowrate"] == 15


def test_tables_of_instruments(tmp_path: Path) -> None:
    """In metres, as the tables of a station take them; what is unknown is named."""
    path = tmp_path / NAME
    lags = {"col_15_nom_timelag": "0.25", "col_15_min_timelag": "0.0", "col_15_max_timelag": "0.5"}
    described = {f"col_{number}_instrument": "li7200_1" for number in (7, 8, 14, 15, 16)}
    site = {"canopy_height": "0.1", "displacement_height": "0.0", "roughness_length": "0.015"}
    wind = {"instr_1_wformat": "uvw", "instr_1_wref": "spar"}
    path.write_bytes(ghg_file(fast() | {METADATA: metadata_text(further=lags | described | site | wind)}))
    tables = instrument_tables(path)
    assert tables["sonic"] == [
        {"model": "gill-hs-50", "height": 3.8, "frequency": 20.0, "north_offset": -76.0, "wind_reference": "spar"},
    ]
    assert tables["gas_analyser"] == [
        {
            "model": "licor-li7200",
            "gases": ["co2", "h2o"],
            "northward_separation": 0.0,
            "eastward_separation": 0.1,
            "tube_length": 0.711,
            "tube_diameter": 0.00533,
            "flow_rate": 15.0,
            "lags": {"co2": {"nominal": 0.25, "minimum": 0.0, "maximum": 0.5}},
        }
    ]
    assert tables["site"] == [{"canopy_height": 0.1, "roughness_length": 0.015}]
    for kind, model in (("sonic", Sonic), ("gas_analyser", GasAnalyser), ("site", Site)):
        for table in tables[kind]:
            model.model_validate(table)
    for found, unknown, message in (
        ("hs_50_1", "hs_51_1", "anemometer 'hs_51_1' is not known"),
        ("li7200_1", "li72_1", "analyser 'li72_1'"),
    ):
        path.write_bytes(ghg_file(fast() | {METADATA: metadata_text().replace(found, unknown)}))
        with pytest.raises(InputError, match=message):
            instrument_tables(path)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({DATA: data_text()}, r"no member \*\.metadata"),
        ({METADATA: metadata_text()}, r"no member \*\.data; its members are"),
        ({f"../{DATA}": data_text(), METADATA: metadata_text()}, r"no member \*\.data"),
        ({f"/etc/{DATA}": data_text(), f"x\\{METADATA}": metadata_text()}, r"no member \*\.data"),
        ({DATA: data_text(), "other.data": data_text(), METADATA: metadata_text()}, r"two members \*\.data"),
        ({DATA: b"", METADATA: metadata_text()}, "no line of headers"),
        ({DATA: b"0" * (1 << 25), METADATA: metadata_text()}, "claims to become 32 MiB"),
    ],
)
def test_archives_that_are_none(tmp_path: Path, members: dict[str, str | bytes], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, members)


def test_members_that_cannot_be_taken_out(tmp_path: Path) -> None:
    """Twice the same name, encryption, another method, and a size that is not true."""
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(content, "w") as archive:
            for name in (DATA, DATA, METADATA):
                archive.writestr(name, "text")
    with pytest.raises(InputError, match=r"two members \*\.data"):
        read_bytes(tmp_path, content.getvalue())
    good = ghg_file()
    directory = good.index(b"PK\x01\x02")
    encrypted = bytearray(good)
    encrypted[directory + 8] |= 1
    with pytest.raises(InputError, match="is encrypted"):
        read_bytes(tmp_path, bytes(encrypted))
    with pytest.raises(InputError, match="packed by method 12"):
        read_bytes(tmp_path, ghg_file(method=zipfile.ZIP_BZIP2))
    short = bytearray(good)
    short[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    with pytest.raises(InputError, match="damaged"):
        read_bytes(tmp_path, bytes(short))
    huge = bytearray(good)
    huge[directory + 24 : directory + 28] = (1 << 31).to_bytes(4, "little")
    with pytest.raises(InputError, match="claims to become 2048 MiB"):
        read_bytes(tmp_path, bytes(huge))


def test_guess_names_what_it_found(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(ghg_file({**fast(), **BIOMET}))
    guess = READER.guess(path)
    assert guess is not None
    assert guess.options == {}
    assert any("gill hs_50_1 160608" in sentence for sentence in guess.found)
    assert any("weather station" in sentence for sentence in guess.found)
