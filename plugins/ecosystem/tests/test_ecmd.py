"""Set-ups of an ECMD table: metres, times of validity, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from icos_ecosystem.readers.ecmd import instrument_tables, reader_options
from icos_ecosystem.readers.icos_ec_csv import READER

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "DATE_OF_VARIATION_DB,DATE_OF_VARIATION_EF,SITEID,CANOPY_HEIGHT,SA_MANUFACTURER,SA_MODEL,SA_SW_VERSION,SA_WIND_DATA_FORMAT,"
    "SA_NORTH_ALIGNEMENT,SA_HEIGHT,SA_NORTH_OFFSET,SA_NORTH_MAGDEC,GA_PATH,GA_MANUFACTURER,GA_MODEL,GA_NORTHWARD_SEPARATION,"
    "GA_EASTWARD_SEPARATION,GA_VERTICAL_SEPARATION,GA_TUBE_DIAMETER,GA_FLOWRATE,GA_TUBE_LENGTH,FILE_DURATION,ACQUISITION_FREQUENCY,"
    "EXTERNAL_TIMESTAMP,SEPARATOR,MISSING_DATA_STRING,NROW_HEADER,UVW_UNITS,T_SONIC_UNITS,T_CELL_UNITS,P_CELL_UNITS,CO2_measure_type,"
    "CO2_UNITS,H2O_measure_type,H2O_UNITS"
)
ROW = {
    "DATE_OF_VARIATION_DB": "20200101",
    "DATE_OF_VARIATION_EF": "202001010030",
    "SITEID": "XX-Exa",
    "CANOPY_HEIGHT": "20",
    "SA_MANUFACTURER": "gill",
    "SA_MODEL": "hs_100_1",
    "SA_SW_VERSION": "NA",
    "SA_WIND_DATA_FORMAT": "uvw",
    "SA_NORTH_ALIGNEMENT": "axis",
    "SA_HEIGHT": "40",
    "SA_NORTH_OFFSET": "60",
    "SA_NORTH_MAGDEC": "3.5",
    "GA_PATH": "closed",
    "GA_MANUFACTURER": "licor",
    "GA_MODEL": "li7200_1",
    "GA_NORTHWARD_SEPARATION": "-0.11",
    "GA_EASTWARD_SEPARATION": "0.18",
    "GA_VERTICAL_SEPARATION": "0",
    "GA_TUBE_DIAMETER": "5.3",
    "GA_FLOWRATE": "12",
    "GA_TUBE_LENGTH": "71.1",
    "FILE_DURATION": "30",
    "ACQUISITION_FREQUENCY": "20",
    "EXTERNAL_TIMESTAMP": "END",
    "SEPARATOR": "comma",
    "MISSING_DATA_STRING": "-9999",
    "NROW_HEADER": "1",
    "UVW_UNITS": "cm_sec",
    "T_SONIC_UNITS": "kelvin",
    "T_CELL_UNITS": "celsius",
    "P_CELL_UNITS": "kpa",
    "CO2_measure_type": "mole_fraction",
    "CO2_UNITS": "ppm",
    "H2O_measure_type": "mole_fraction",
    "H2O_UNITS": "ppt",
}


def ecmd(folder: Path, *changes: dict[str, str]) -> Path:
    path = folder / "ecmd.csv"
    lines = [",".join((ROW | change)[name] for name in HEADER.split(",")) for change in changes or ({},)]
    path.write_text("\n".join([HEADER, *lines, ""]))
    return path


def test_one_set_up(tmp_path: Path) -> None:
    start = datetime(2019, 12, 31, 23, 30, tzinfo=UTC)
    assert instrument_tables(ecmd(tmp_path), utc_offset=1.0) == {
        "sonic": [
            {"valid_from": start, "model": "gill-hs-100", "height": 40.0, "frequency": 20.0, "north_offset": 60.0, "wind_reference": "axis"}
        ],
        "gas_analyser": [
            {
                "valid_from": start,
                "model": "licor-li7200",
                "gases": ["co2", "h2o"],
                "northward_separation": -0.11,
                "eastward_separation": 0.18,
                "vertical_separation": 0.0,
                "tube_length": 0.711,
                "tube_diameter": 0.0053,
                "flow_rate": 12.0,
                "path": "closed",
            }
        ],
        "site": [{"valid_from": start, "canopy_height": 20.0}],
    }
    assert instrument_tables(ecmd(tmp_path), add_declination=True)["sonic"][0]["north_offset"] == 63.5


def test_changes_in_time(tmp_path: Path) -> None:
    path = ecmd(
        tmp_path,
        {"DATE_OF_VARIATION_EF": "20210101", "SA_HEIGHT": "44"},
        {},
        {"DATE_OF_VARIATION_EF": "20210101", "DATE_OF_VARIATION_DB": "20210301", "SA_HEIGHT": "45"},
        {"DATE_OF_VARIATION_EF": "20220101", "SA_HEIGHT": "45", "GA_MODEL": "NA"},
        {"DATE_OF_VARIATION_EF": "20230101", "SA_HEIGHT": "45", "GA_MODEL": "li7500a_1", "GA_PATH": "open"},
    )
    tables = instrument_tables(path)
    # Of two entries for one date the later one holds.
    assert [(table["height"], table.get("valid_to")) for table in tables["sonic"]] == [
        (40.0, datetime(2021, 1, 1, tzinfo=UTC)),
        (45.0, None),
    ]
    assert [table["model"] for table in tables["gas_analyser"]] == ["licor-li7200", "licor-li7500a"]
    assert tables["gas_analyser"][0]["valid_to"] == datetime(2022, 1, 1, tzinfo=UTC)
    assert "tube_length" not in tables["gas_analyser"][1]
    assert len(tables["site"]) == 1


def test_options_of_the_reader(tmp_path: Path) -> None:
    options = reader_options(ecmd(tmp_path, {"MISSING_DATA_STRING": "NAN", "EXTERNAL_TIMESTAMP": "START"}))
    validated: Any = READER.options.model_validate(options)
    assert validated.file_time == "start"
    assert validated.missing_values == ("NAN",)
    assert validated.columns["U"].unit == "cm_sec"
    assert validated.columns["CO2"].variable == "co2_mole_fraction"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"GA_EASTWARD_SEPARATION": "22"}, "GA_EASTWARD_SEPARATION = 22: expected metres, at most 5; is it in centimetres"),
        ({"SA_HEIGHT": "high"}, "SA_HEIGHT: 'high' is no number"),
        ({"SA_HEIGHT": "NA"}, "SA_HEIGHT has no value in the row of 202001010030"),
        ({"DATE_OF_VARIATION_EF": "2020-01-01"}, "'2020-01-01' is no date; expected YYYYMMDD"),
        ({"DATE_OF_VARIATION_EF": "20200230"}, "'20200230' is no date"),
    ],
)
def test_values_that_cannot_be(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        instrument_tables(ecmd(tmp_path, change))


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "ecmd.csv"
    for content, message in (
        (b"a,b\n1,2\n", "no column 'DATE_OF_VARIATION_EF'"),
        (HEADER.encode() + b"\n", "has no row"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=message):
            instrument_tables(path)
    with pytest.raises(InputError, match="cannot be opened"):
        instrument_tables(tmp_path / "none.csv")
