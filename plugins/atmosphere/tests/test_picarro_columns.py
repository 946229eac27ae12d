"""Columns and options of the reader `picarro`."""

import pytest
from icos_atmosphere.readers.picarro import READER
from icos_atmosphere.readers.picarro_columns import COLUMNS, WORDS, layout_of, variable_name
from icos_atmosphere.readers.picarro_models import MODELS
from picarro_logs import log
from pydantic import ValidationError

from icos_core.raw_text.delimited_text import HeaderError


def test_gases_are_in_ppm_and_water_in_percent():
    assert {WORDS[name].units for name in WORDS if name.startswith(("co", "ch4", "n2o"))} == {"umol mol-1"}
    assert {WORDS[name].units for name in ("h2o", "h2o_reported")} == {"percent"}


def test_everything_that_models_renew_can_be_read():
    assert {name for model in MODELS.values() for name in model.fresh} <= {*COLUMNS.values()}


def test_places_come_from_the_header():
    layout = layout_of("EPOCH_TIME CO2_dry species DATE TIME".replace(" ", "\t"), ["species"][:0])
    assert (layout.epoch, layout.date, layout.time) == (0, 3, 4)
    assert dict(layout.positions) == {"species": 2, "co2_dry": 1}
    assert not layout.is_fixed


def test_a_fixed_header_has_every_name_in_its_place():
    header = log(0).decode().rstrip("\r\n")
    assert layout_of(header).is_fixed
    assert not layout_of(header.rstrip()).is_fixed
    assert not layout_of(header.replace("CO2 ", " CO2")).is_fixed


@pytest.mark.parametrize("header", ["", "CO2 CH4 H2O", "DATE CO2", "DATE TIME temperature"])
def test_what_is_no_header_is_refused(header):
    with pytest.raises(HeaderError, match="no header of a Picarro DataLog_User file"):
        layout_of(header)


@pytest.mark.parametrize(
    ("column", "variable"),
    [
        ("wlm1_offset", "wlm1_offset"),
        ("ChemDetect", "chem_detect"),
        ("12CO2_dry", "x12co2_dry"),
        ("PPF_CH4_conc", "ppf_ch4_conc"),
        ("N2O_dry30s", "n2o_dry30s"),
        ("GPS-ABS.LAT", "gps_abs_lat"),
    ],
)
def test_names_of_further_columns(column, variable):
    assert variable_name(column) == variable


@pytest.mark.parametrize("name", ["12CO2", "N2O_30s", "peak_1a", "HP_12CH4_dry", "NH3", "h2o_pct"])
def test_columns_of_other_models_are_not_taken_for_damaged_names(name):
    assert layout_of(f"DATE TIME EPOCH_TIME INST_STATUS {name}").remarks == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"extra_columns": ["CO2_dry"]}, "'CO2_dry' is read as co2_dry in any case"),
        ({"extra_columns": ["peak_1", "Peak_1"]}, "more than one column would become the variable 'peak_1'"),
        ({"extra_columns": ["Species"]}, "more than one column would become the variable 'species'"),
        ({"units": {"co2_dri": "ppm"}}, "no variable 'co2_dri'; nearest: 'co2_dry'"),
        ({"units": {"co2_dry": "K"}}, "co2_dry: 'K' cannot be converted to 'umol mol-1'"),
        ({"units": {"co2_dry": "quux"}}, "co2_dry: "),
        ({"extra_columns": ["NH3"], "units": {"nh3": "quux"}}, "nh3: "),
        ({"clock_ahead": "soon"}, "a length of time"),
        ({"encoding": "utf-8"}, "encoding"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValidationError, match=message):
        READER.options(**options)


def test_further_columns_are_declared_with_their_units():
    options = READER.options(extra_columns=("NH3", "ChemDetect"), units={"nh3": "nmol mol-1", "n2o_dry": "nmol mol-1"})
    words = {word.name: word.units for word in READER.provides(options)["picarro"]}
    assert words["nh3"] == words["n2o_dry"] == "nmol mol-1"
    assert words["chem_detect"] == "1"
    assert set(words) == {*WORDS, "nh3", "chem_detect"}
