"""Options of the calibrator ``eddy-covariance``: presets, mistakes, what condensing depends on, and how they are described.

Keys, defaults and presets in the manual are compared with the models.
"""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from icos_ecosystem.calibration import method_tables, station_tables
from icos_ecosystem.calibration.condensed import fields_of, packed_fields_of
from icos_ecosystem.calibration.eddy_covariance import CALIBRATOR
from icos_ecosystem.calibration.layout import layout_of
from icos_ecosystem.calibration.method_tables import Ensemble
from icos_ecosystem.calibration.options import PRESETS, EddyCovarianceOptions, condensing_options
from pydantic import BaseModel, ValidationError

from icos_core.cli import main
from icos_core.duration import format_duration
from icos_core.versioned import Versioned

SONIC = {"model": "gill-hs-50", "height": 45.0, "frequency": 20.0}
CLOSED = {"model": "licor-li7200", "gases": ["co2", "h2o"], "tube_length": 0.7, "tube_diameter": 0.0053, "flow_rate": 12.0}
OPEN = {"model": "licor-li7500", "gases": ["co2", "h2o"], "eastward_separation": 0.2}
METHANE = {"model": "licor-li7700", "gases": ["ch4"], "northward_separation": -0.3}
LASER = {
    "model": "other",
    "path": "closed",
    "gases": ["ch4", "n2o"],
    "vertical_path": 0.2,
    "horizontal_path": 0.05,
    "time_constant": 0.1,
    "tube_length": 20.0,
    "tube_diameter": 0.008,
    "flow_rate": 15.0,
}
SITE = {"canopy_height": 30.0}
SUMMER = "2024-07-01T00:00:00Z"


def station(**changes: Any) -> EddyCovarianceOptions:
    return EddyCovarianceOptions.model_validate({"sonic": [SONIC], "gas_analyser": [CLOSED], "site": [SITE]} | changes)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_sets_what_it_says(preset: str) -> None:
    found = station(preset=preset)
    for name, table in PRESETS[preset].items():
        for key, value in table.items():
            assert getattr(getattr(found, name), key) == value, f"{name}.{key}"


def test_advanced_leaves_the_defaults() -> None:
    fields = EddyCovarianceOptions.model_fields
    found = station(preset="advanced")
    for name in {each for preset in PRESETS.values() for each in preset}:
        assert getattr(found, name) == fields[name].get_default(call_default_factory=True), name


@pytest.mark.parametrize("preset", PRESETS)
def test_the_stations_own_value_wins(preset: str) -> None:
    own = {
        "raw": {"despiking": "mauder"},
        "detrending": {"method": "linear"},
        "rotation": {"method": "triple"},
        "time_lag": {"method": "constant"},
        "density": {"wpl": False},
        "spectral": {"high_frequency": "horst-1997", "low_frequency": False},
        "random_uncertainty": {"method": "mahrt"},
        "footprint": {"model": "hsieh"},
        "quality": {"scheme": "foken", "rflux": False},
        "ensemble": {"centre": False},
    }
    found = station(preset=preset, **own)
    for name, table in own.items():
        for key, value in table.items():
            assert getattr(getattr(found, name), key) == value, f"{name}.{key}"


def test_what_a_station_leaves_out_of_a_table_is_the_presets() -> None:
    found = station(preset="icos", rotation={"sectors": 8}, spectral={"separation": "full"})
    assert (found.rotation.method, found.rotation.sectors) == ("planar-fit", 8)
    assert (found.spectral.high_frequency, found.spectral.separation) == ("fratini-2012", "full")
    assert station(rotation={"sectors": 8}).rotation.method == "double"


def test_a_preset_is_not_changed_by_a_station() -> None:
    before = json.dumps(PRESETS)
    station(preset="icos", rotation={"sectors": 8})
    assert json.dumps(PRESETS) == before


def test_what_has_been_validated_may_be_validated_again() -> None:
    found = station(preset="icos", rotation={"sectors": 8})
    again = EddyCovarianceOptions.model_validate(found.model_dump())
    assert again == found
    assert EddyCovarianceOptions.model_validate_json(found.model_dump_json()) == found


def changed(table: dict[str, Any], *left_out: str, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (table | changes).items() if key not in left_out}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"preset": "expres"}, "'express', 'icos' or 'advanced'"),
        ({"preset": ["icos"]}, "'express', 'icos' or 'advanced'"),
        ({"rotation": "double"}, "valid dictionary or instance of Rotation"),
        ({"averaging_period": "3 h"}, "less than or equal to"),
        ({"sonic": []}, "at least 1 item"),
        ({"site": []}, "at least 1 item"),
        (
            {"sonic": [SONIC, SONIC]},
            r"sonic: the table of gill-hs-50 is valid together with another one: give them valid_from and valid_to",
        ),
        (
            {"sonic": [changed(SONIC, valid_to=SUMMER), changed(SONIC, valid_from=SUMMER, frequency=10.0)]},
            "sonic: all tables need the same frequency: half hours of another one belong in a description of their own",
        ),
        ({"site": [SITE, SITE]}, "site: two tables are valid at the same time: give them valid_from and valid_to"),
        ({"gas_analyser": [CLOSED, OPEN]}, "gas_analyser: co2 is taken from licor-li7200 and from licor-li7500 at the same time"),
        ({"gases": ["ch4"]}, "gases: no gas_analyser measures ch4"),
        ({"gases": ["co"]}, "gases: no gas_analyser measures co"),
        ({"gas_analyser": [changed(CLOSED, gases=["co"])]}, "'co2', 'h2o', 'ch4' or 'n2o'"),
        ({"gas_analyser": [changed(CLOSED, gases=[])]}, "at least 1 item"),
        ({"ensemble": {"centre": True, "schemes": [{"name": "one"}]}}, "names the schemes: leave schemes out, or state centre = false"),
        ({"ensemble": {"schemes": [{"name": "one"}, {"name": "one"}]}}, "names of schemes have to differ"),
        ({"ensemble": {"schemes": [{"name": "one", "rotation": "twofold"}]}}, "'none', 'double', 'triple'"),
        ({"raw": {"despike": "none"}}, "Extra inputs are not permitted"),
        ({"sonic": [changed(SONIC, "height")]}, "Field required"),
        ({"sonic": [changed(SONIC, valid_from=SUMMER, valid_to=SUMMER)]}, "valid_from must be before valid_to"),
        ({"time_lag": {"maximum_lag": 0.0}}, "greater than 0"),
        ({"detrending": {"time_constant": "0 s"}}, "greater than"),
    ],
)
def test_mistakes_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        station(**changes)


def test_tables_that_follow_each_other_are_fine() -> None:
    sonics = [changed(SONIC, valid_to=SUMMER), changed(SONIC, model="csi-csat3", valid_from=SUMMER)]
    analysers = [changed(CLOSED, valid_to=SUMMER), changed(OPEN, valid_from=SUMMER), METHANE]
    found = station(sonic=sonics, gas_analyser=analysers, site=[changed(SITE, valid_to=SUMMER), changed(SITE, valid_from=SUMMER)])
    assert found.measured_gases == ("co2", "h2o", "ch4")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sonic": [changed(SONIC, model="gill-hs50")]}, r"sonic anemometer 'gill-hs50' is not known: .*nearest: 'gill-hs-50'"),
        ({"gas_analyser": [changed(CLOSED, model="licor-li720")]}, r"gas analyser 'licor-li720' is not known: .*nearest: 'licor-li7200'"),
        ({"sonic": [changed(SONIC, model="other")]}, r"sonic\[0\]: vertical_path of other is not known: state it, in metres"),
        (
            {"gas_analyser": [CLOSED, changed(LASER, "path")]},
            r"gas_analyser\[1\]: whether the path of other is open or closed is not known",
        ),
        ({"gas_analyser": [CLOSED, changed(LASER, "time_constant")]}, r"gas_analyser\[1\]: time_constant of other is not known: .*seconds"),
        ({"gas_analyser": [{"model": "csi-ec150", "gases": ["co2"]}]}, r"gas_analyser\[0\]: horizontal_path of csi-ec150 is not known"),
        ({"gas_analyser": [{"model": "csi-kh20", "gases": ["h2o"]}]}, r"gas_analyser\[0\]: vertical_path of csi-kh20 is not known"),
    ],
)
def test_instruments_are_checked_with_the_description(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        station(**changes)


def test_what_is_stated_of_an_unknown_model_will_do() -> None:
    geometry = {"vertical_path": 0.1, "horizontal_path": 0.1, "time_constant": 0.05}
    found = station(sonic=[changed(SONIC, model="other", **geometry)], gas_analyser=[LASER])
    assert layout_of(found).gases == ("ch4", "n2o")


METHODS: dict[str, tuple[dict[str, Any], ...]] = {
    "analysers": ({"gas_analyser": []}, {"gas_analyser": [OPEN, METHANE]}, {"gas_analyser": [CLOSED, LASER], "gases": ["co2", "n2o"]}),
    "rotation": ({"rotation": {"method": "none"}}, {"rotation": {"method": "planar-fit", "sectors": 4}}),
    "detrending": (
        {"detrending": {"method": "block"}},
        {"detrending": {"method": "exponential", "time_constant": "5 min"}},
        {"ensemble": {"centre": True}},
        {"ensemble": {"schemes": [{"name": "a", "detrending": "running-mean"}, {"name": "b", "rotation": "triple"}]}},
    ),
    "lag": ({"time_lag": {"method": "none"}}, {"time_lag": {"method": "optimised"}}, {"time_lag": {"method": "pre-whitened"}}),
    "uncertainty": tuple({"random_uncertainty": {"method": each, "maximum_lag": 12.0}} for each in ("none", "mann-lenschow", "mahrt")),
    "spectral": tuple({"spectral": {"high_frequency": each}} for each in ("none", "massman-2000", "horst-1997", "fratini-2012")),
    "spectra": ({"spectra": {"binned": False}}, {"spectra": {"bins": 30}}),
    "quality": ({"quality": {"rflux": True}}, {"quality": {"scheme": "none"}}),
    "density": ({"density": {"wpl": False}}, {"raw": {"point_by_point": False}}, {"density": {"burba": "simple"}}),
}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(METHODS, 2)), ids="-".join)
def test_condensing_options_keep_the_layout(one: str, other: str) -> None:
    """Every pair of choices: half hours condensed with fewer options are read with all of them."""
    for left, right in itertools.product(METHODS[one], METHODS[other]):
        options = station(**left, **right)
        fewer = condensing_options(options)
        layout = layout_of(options)
        assert layout_of(fewer) == layout, (left, right)
        assert fields_of(layout, fewer) == fields_of(layout, options), (left, right)
        assert packed_fields_of(layout_of(fewer)) == packed_fields_of(layout), (left, right)
        # Condensing twice takes nothing more away.
        assert condensing_options(fewer) == fewer, (left, right)


@pytest.mark.parametrize(
    "changes",
    [
        {"site": [{"canopy_height": 2.0}]},
        {"sonic": [changed(SONIC, height=3.0)]},
        {"rotation": {"method": "planar-fit", "minimum_number": 5}},
        {"time_lag": {"method": "constant"}},
        {"spectral": {"high_frequency": "none", "low_frequency": False}},
        {"density": {"burba": "simple"}},
        {"footprint": {"model": "none"}},
        {"quality": {"scheme": "goeckede"}},
        {"storage": {"previous": "first.nc"}},
        {"preset": "advanced", "random_uncertainty": {"method": "none"}},
    ],
)
def test_what_follows_by_algebra_reads_no_half_hour_again(changes: dict[str, Any]) -> None:
    assert condensing_options(station(**changes)) == condensing_options(station())


@pytest.mark.parametrize(
    "changes",
    [
        {"raw": {"despiking": "none"}},
        {"raw": {"despike_after_rotation": True}},
        {"raw": {"angle_of_attack": "nakai-2006"}},
        {"detrending": {"method": "linear"}},
        {"time_lag": {"method": "pre-whitened"}},
        {"gas_analyser": [changed(CLOSED, lags={"co2": {"minimum": 0.0, "maximum": 3.0}})]},
        {"averaging_period": "1 h"},
        {"eddypro_compatible": True},
        {"quality": {"rflux": True}},
        {"spectra": {"taper": "none"}},
    ],
)
def test_what_needs_the_rows_reads_them_again(changes: dict[str, Any]) -> None:
    assert condensing_options(station(**changes)) != condensing_options(station())


def test_the_centres_ensemble() -> None:
    combinations = Ensemble(centre=True).combinations
    assert {(each.detrending, each.rotation) for each in combinations} == set(
        itertools.product(("block", "linear"), ("double", "planar-fit"))
    )
    assert station(ensemble={"centre": True}).detrendings == ("block", "linear")


def test_requirements_follow_the_instruments() -> None:
    def fast(**changes: Any) -> dict[str, bool]:
        return {each.name: each.optional for each in CALIBRATOR.requires(station(**changes))["eddy"]}

    assert {name for name, optional in fast().items() if not optional} == {
        "u",
        "v",
        "w",
        "sonic_temperature",
        "co2_mixing_ratio",
        "h2o_mixing_ratio",
    }
    assert fast(gases=["co2"])["h2o_mixing_ratio"]
    assert not fast(sonic=[changed(SONIC, wind_format="axis")])["sonic_axis_3"]
    assert "co2_mixing_ratio" not in fast(gas_analyser=[])
    assert CALIBRATOR.requires(station(stream="eddy/top", meteorology="meteo/top")).keys() == {"eddy/top", "meteo/top"}


def test_usual_tests_and_streams_follow_the_options() -> None:
    def tests(**changes: Any) -> list[str]:
        return [each["test"] for each in CALIBRATOR.default_tests(station(**changes))]

    assert tests() == ["ssitc"]
    assert tests(preset="icos") == ["ssitc", "rflux"]
    assert tests(quality={"scheme": "none"}) == []
    assert CALIBRATOR.provides(station()).keys() == {"fluxes", "spectra"}
    assert CALIBRATOR.provides(station(spectra={"binned": False})).keys() == {"fluxes"}


def test_every_option_has_a_schema() -> None:
    schema = EddyCovarianceOptions.model_json_schema()
    assert set(schema["properties"]) == set(EddyCovarianceOptions.model_fields)
    assert {"Sonic", "GasAnalyser", "Site", "RawTreatment", "Assessment", "AbsoluteLimits"} <= set(schema["$defs"])
    json.dumps(schema)


def test_icos_describe_tells_every_option() -> None:
    result = CliRunner().invoke(main, ["describe", "calibrator", "eddy-covariance"], env={"COLUMNS": "400"}, catch_exceptions=False)
    assert result.exit_code == 0
    for name in ("preset", "sonic[].model", "gas_analyser[].lags.nominal", "spectral.assessment.cut_off", "ensemble.schemes[].name"):
        assert f" {name} " in result.output, name


def test_icos_check_names_the_key_of_an_unknown_model(tmp_path: Path) -> None:
    description = tmp_path / "station.toml"
    description.write_text(
        """
[station]
id = "XX-Exa"
name = "Example Forest"
domain = "ecosystem"
platform = "fixed"
latitude = 50.0
longitude = 8.5
altitude = 120.0
utc_offset = 1.0
contact = { institution = "Example Institute", email = "data@example.org" }
[[input]]
reader = "icos-ec-csv"
files = "raw/*_EC_*.csv"
frequency = 20.0
[[calibrate]]
calibrator = "eddy-covariance"
[[calibrate.sonic]]
model = "gill-hs50"
height = 45.0
frequency = 20.0
[[calibrate.site]]
canopy_height = 30.0
""",
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["check", str(description)], env={"COLUMNS": "400"})
    assert result.exit_code != 0
    assert "gill-hs50" in result.output
    assert "gill-hs-50" in result.output
    assert "calibrate[0]" in result.output


PAGE = Path(__file__).parents[3] / "docs" / "ecosystem-fluxes.md"
TABLES: dict[str, type[BaseModel]] = {
    "sonic": station_tables.Sonic,
    "gas_analyser": station_tables.GasAnalyser,
    "gas_analyser.lags": station_tables.LagLimits,
    "site": station_tables.Site,
    "raw": method_tables.RawTreatment,
    "raw.absolute_limits": method_tables.AbsoluteLimits,
    "detrending": method_tables.Detrending,
    "rotation": method_tables.Rotation,
    "rotation.planes": method_tables.PlanarFitSector,
    "time_lag": method_tables.TimeLag,
    "density": method_tables.Density,
    "spectral": method_tables.SpectralCorrection,
    "spectral.assessment": method_tables.Assessment,
    "spectra": method_tables.Spectra,
    "random_uncertainty": method_tables.RandomUncertainty,
    "footprint": method_tables.Footprint,
    "quality": method_tables.Quality,
    "storage": method_tables.Storage,
    "ensemble": method_tables.Ensemble,
    "ensemble.schemes": method_tables.Scheme,
}


def in_words(value: Any) -> str:
    """Return how the manual writes a default."""
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, bool | str) and value != "":
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"{value:g}".replace("-", "−")
    if isinstance(value, tuple | dict):
        return " to ".join(map(in_words, value)) or "none"
    return "–"


def rows_of(heading: str) -> list[list[str]]:
    [table] = re.findall(
        rf"^\| {re.escape(heading)} \|[^\n]*\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


@pytest.mark.parametrize(
    ("name", "model"), [("", EddyCovarianceOptions), *TABLES.items()], ids=lambda each: each if isinstance(each, str) else ""
)
def test_the_manual_has_every_key_with_its_default(name: str, model: type[BaseModel]) -> None:
    fields = {
        key: field for key, field in model.model_fields.items() if not (issubclass(model, Versioned) and key in Versioned.model_fields)
    }
    expected = {
        f"`{key}`": "required" if field.is_required() else in_words(field.get_default(call_default_factory=True))
        for key, field in fields.items()
    }
    found = rows_of(f"key of `{name}`" if name else "option of `eddy-covariance`")
    assert {row[0]: row[1] for row in found} == expected
    assert [row[0] for row in found] == list(expected)


def test_the_manual_names_every_choice() -> None:
    text = PAGE.read_text(encoding="utf-8")
    schema = EddyCovarianceOptions.model_json_schema()
    fields = [field for each in (schema, *schema["$defs"].values()) for field in each.get("properties", {}).values()]
    choices = {word for field in fields for kind in (field, *field.get("anyOf", ())) for word in kind.get("enum", ())}
    assert {"pre-whitened", "goeckede", "cross-vertical"} <= choices
    assert {each for each in choices if f"`{each}`" not in text} == set()


def test_the_manual_has_every_setting_of_a_preset() -> None:
    names = ("express", "icos")
    expected = {
        f"`{table}.{key}`": tuple(
            in_words(PRESETS[name][table][key]) if key in PRESETS[name].get(table, {}) else "default" for name in names
        )
        for preset in PRESETS.values()
        for table, keys in preset.items()
        for key in keys
    }
    assert {row[0]: tuple(row[1:]) for row in rows_of("setting")} == expected
