"""``icos describe``."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import json

import pytest
from station_parts import icos, installed_parts

pytestmark = pytest.mark.usefixtures("installed_parts")


def described(icos, *what):
    result = icos("describe", *what, "--json")
    assert result.exit_code == 0
    return json.loads(result.stdout)


def test_options_with_type_default_and_meaning(icos):
    (logger,) = described(icos, "logger")
    assert (logger["kind"], logger["distribution"], logger["version"]) == ("reader", "icos-parts", "1.0")
    assert {row["key"]: (row["type"], row["default"], row["meaning"]) for row in logger["options"]} == {
        "date_format": ('"day-first" | "year-first"', '"year-first"', "order of the date"),
        "interval": ("length of time", "1 min", "between two rows"),
        "sensors": ("list of table", "[]", "sensors in the course of time"),
        "sensors[].valid_from": ("time", "", "start of validity (UTC), included"),
        "sensors[].valid_to": ("time", "", "end of validity (UTC), excluded"),
        "sensors[].serial": ("text", "required", "serial number"),
        "sensors[].slope": ("number > 0", "1.0", "gain of the sensor, K mV-1"),
        "level": ('number or "auto"', '"auto"', "level of the sensor, m"),
    }


def test_vocabulary(icos):
    (logger,) = described(icos, "reader", "logger")
    assert [word["name"] for word in logger["provides"]["log"]] == ["temperature", "pressure", "port"]
    assert logger["provides"]["log"][0]["units"] == "degree_C"
    assert logger["provides"]["log"][2]["words"] == {"inlet": 0, "cylinder": 1}
    (fluxes,) = described(icos, "fluxes")
    instead = [{"name": "air_pressure", "units": "Pa"}]
    assert fluxes["requires"]["*"][1] == {"name": "pressure", "units": "Pa", "alternatives": instead, "optional": False}


def test_usual_tests(icos):
    (fluxes,) = described(icos, "fluxes")
    assert {"test": "spike", "variable": "flux", "bad": 3.0} in fluxes["usual_tests"]
    assert 'where = {"port": "cylinder"}' in icos("describe", "fluxes").output


def test_text(icos):
    output = icos("describe", "logger").output
    assert "reader logger: a logger" in output
    assert "provides, stream log" in output
    assert "sensors[].slope" in output
    assert "port (inlet, cylinder)" in output
    assert "no options" in icos("describe", "table").output
    assert "stages: calibrated" in icos("describe", "flow").output
    assert "requires, the stream that has it" in icos("describe", "fluxes").output


def test_every_installed_component_can_be_described(icos):
    listed = json.loads(icos("describe", "--json").stdout)
    assert {"kind": "reader", "name": "logger", "summary": "a logger"} in listed
    for entry in listed:
        result = icos("describe", entry["kind"], entry["name"])
        assert result.exit_code == 0, result.output


def test_lists(icos):
    assert {entry["kind"] for entry in described(icos, "exporter")} == {"exporter"}
    assert "logger" in icos("describe").output


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (["loger"], "did you mean 'logger'?"),
        (["raeder", "logger"], "did you mean 'reader'?"),
        (["exporter", "logger"], "expected an installed component"),
        (["a", "b", "c"], "expected [KIND] NAME"),
    ],
)
def test_unknown(icos, what, message):
    result = icos("describe", *what)
    assert result.exit_code == 2
    assert message in result.output
