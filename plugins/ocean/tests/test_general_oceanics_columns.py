"""Headers of General Oceanics files."""

import pytest
from icos_ocean.readers.general_oceanics_columns import COLUMNS, assign_columns, normalised
from icos_ocean.vocabulary import MEASURED, VOCABULARY

from icos_core.raw_text.delimited_text import HeaderError
from icos_core.units import convertible

LEAST = ["Type", "error", "GPS date", "gps time", "CO2 um/m", "equ temp"]


def assign(*headers, clock="gps", columns=None, units=None, **options):
    return assign_columns(headers, clock=clock, columns=columns or {}, units=units or {}, **options)


def columns_of(layout):
    return {quantity.name: quantity.column for quantity in layout.quantities}


def test_dictionary_is_consistent():
    names = [column.name for column in COLUMNS]
    headers = [header for column in COLUMNS for header in column.headers]
    assert len(set(names)) == len(names)
    assert len(set(headers)) == len(headers)
    assert all(normalised(header) == header for header in headers)
    measured = {variable.name for variable in MEASURED}
    assert measured - set(names) == {"run_type", "draining"}
    for column in COLUMNS:
        assert not column.units or convertible(column.units, VOCABULARY[column.name].units)


def test_case_blanks_and_underscores_do_not_matter():
    layout = assign(*LEAST, " atm press", "TSG_Salinity", "WBPRESSURE", "Dry  Box Temp ")
    assert columns_of(layout) == {
        "co2": 4,
        "equilibrator_temperature": 5,
        "atmospheric_pressure": 6,
        "salinity": 7,
        "ambient_pressure": 8,
        "dry_box_temperature": 9,
    }


WORKSHOP = (
    "Type\terror\tPC Date\tPC Time\tGPS date\tgps time\tlatitude\tlongitude\tlatitude\tequ temp\tstd val\tCO2 mv\tCO2 um/m\t"
    "H2O mv\tH2O mm/m\tlicor temp\tlicor press\t atm press\t\tequ press\tH2O flow\tlicor flow\tequ pump\tvent flow\tatm cond\t"
    "equ cond\tdrip 1\tdrip 2\tcond temp\tdry box temp\tdeck box temp\tOxygen\tSaturation\tTemperature\tWBPressure\tIntake Temp\t"
    "Salinity\tFluoresc"
)


def test_headers_of_the_workshop_cruise():
    layout = assign(*WORKSHOP.split("\t"))
    assert columns_of(layout) == {
        "latitude": 6,
        "longitude": 7,
        "equilibrator_temperature": 9,
        "standard_value": 10,
        "co2": 12,
        "h2o": 14,
        "analyser_temperature": 15,
        "analyser_pressure": 16,
        "atmospheric_pressure": 17,
        "equilibrator_differential_pressure": 19,
        "water_flow": 20,
        "analyser_flow": 21,
        "equilibrator_pump": 22,
        "vent_flow": 23,
        "condenser_temperature": 28,
        "dry_box_temperature": 29,
        "deck_box_temperature": 30,
        "ambient_pressure": 34,
        "sst": 35,
        "salinity": 36,
    }
    assert layout.unused == ("column 19", "Oxygen", "Saturation", "Temperature", "Fluoresc")
    latitude = next(quantity for quantity in layout.quantities if quantity.name == "latitude")
    assert latitude.duplicates == (8,)


def test_headers_of_a_system_with_another_analyser():
    layout = assign(
        *("Type", "error", "PC Date", "PC Time", "LI7810_SECONDS", "equ temp", "CO2 std val", "CO2 ppm", "CO2 avg ppm", "H2O ppt"),
        *("lab press", "GPS Date", "GPS Time", "Lat", "Lon", "SBE38", "SBE45 Salinity", "atm pressure"),
    )
    found = columns_of(layout)
    assert (found["co2"], found["h2o"], found["standard_value"], found["sst"], found["salinity"]) == (7, 9, 6, 15, 16)
    assert (found["ambient_pressure"], found["atmospheric_pressure"]) == (10, 17)
    assert (layout.date, layout.time) == (11, 12)
    assert layout.unused == ("LI7810_SECONDS", "CO2 avg ppm")


def test_of_several_names_of_a_variable_the_preferred_one_is_read():
    layout = assign(*LEAST, "TSG_SST", "Intake Temp")
    assert columns_of(layout)["sst"] == 7
    assert layout.unused == ("TSG_SST",)
    assert columns_of(assign(*LEAST, "TSG_SST", "Intake Temp", columns={"TSG_SST": "sst"}))["sst"] == 6


def test_first_or_last_of_equal_headers():
    first = next(quantity for quantity in assign(*LEAST, "lat", "lat").quantities if quantity.name == "latitude")
    assert (first.column, first.duplicates) == (6, (7,))
    last = next(quantity for quantity in assign(*LEAST, "lat", "lat", prefer_last=True).quantities if quantity.name == "latitude")
    assert (last.column, last.duplicates) == (7, (6,))


def test_units_in_brackets():
    layout = assign(*LEAST, "Conductivity [mS/cm]", "Salinity (PSU)", "atm press [kPa]", "SOG [knots]", "cond temp [bananas]")
    assert {quantity.name: quantity.units for quantity in layout.quantities if quantity.column > 5} == {
        "conductivity": "mS/cm",
        "salinity": "1",
        "atmospheric_pressure": "kPa",
        "ship_speed": "knots",
    }
    assert layout.unused == ("cond temp [bananas]",)


def test_a_column_whose_unit_nobody_knows_is_not_read():
    layout = assign(*LEAST, "Conductivity")
    assert layout.unused == ("Conductivity (its unit is not known: set the option units.conductivity)",)
    layout = assign(*LEAST, "Conductivity", units={"conductivity": "mS/cm"})
    assert layout.quantities[-1].units == "mS/cm"


def test_a_differential_header_can_be_declared_absolute():
    layout = assign(*LEAST, "equ press", columns={"equ press": "equilibrator_pressure"})
    assert columns_of(layout)["equilibrator_pressure"] == 6
    assert "equilibrator_differential_pressure" not in columns_of(layout)


def test_a_declared_header_that_is_not_there_is_told():
    assert assign(*LEAST, columns={"Hull Temp": "sst"}).absent == ("Hull Temp",)


def test_the_pc_clock():
    layout = assign("Type", "PC Date", "PC Time", "CO2 um/m", "equ temp", clock="pc")
    assert (layout.type, layout.error, layout.date, layout.time) == (0, None, 1, 2)
    layout = assign("Type", "error", "Date", "PC Time", "gps time", "CO2 um/m", "equ temp", clock="pc")
    assert (layout.date, layout.time, layout.unused) == (2, 3, ())


def test_a_header_without_gps_date_points_at_the_other_clock():
    with pytest.raises(HeaderError, match=r"date of the GPS clock: expected 'gps date'.*the other choice is 'pc'"):
        assign("Type", "error", "Date", "PC Time", "gps time", "CO2 um/m", "equ temp")


def test_a_missing_column_is_named_with_the_nearest_header():
    with pytest.raises(HeaderError, match=r"no column for equilibrator_temperature: expected 'equ temp' or .* nearest header 'equ tmp'"):
        assign("Type", "error", "GPS date", "gps time", "CO2 um/m", "equ tmp")
    with pytest.raises(HeaderError, match=r"no column for type.*no column for co2.*the header begins: item, price"):
        assign("item", "price")


def test_blank_headers_at_the_end_need_not_be_there():
    assert assign(*LEAST, "", " ").least_fields == 6
    assert assign(*LEAST, "", "x").least_fields == 8
