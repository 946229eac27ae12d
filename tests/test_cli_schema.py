"""``icos schema``: what the schema accepts and refuses is what the core accepts and refuses."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import json
import tomllib
from datetime import date, datetime

import pytest
from station_parts import FLUX_TABLE, LOG, STATION, icos, installed_parts, parts

from icos_core import DescriptionError
from icos_core.describing.description import load_description

jsonschema = pytest.importorskip("jsonschema")

DEPLOYMENT = '[[deployment]]\nexpocode = "A"\nstart = 2024-01-01T00:00:00Z\nend = 2024-01-20T00:00:00Z\n'
GOOD = {
    "smallest": STATION + LOG,
    "options": STATION + LOG + 'date_format = "day-first"\ninterval = "5 min"\n[[input.sensors]]\nserial = "1"\nslope = 2\n',
    "several": STATION + '[run]\nlevel = "final"\n' + DEPLOYMENT + LOG.replace('"*.log"', '["a", "b"]') + FLUX_TABLE,
    "off": STATION + LOG + FLUX_TABLE + '[[qc]]\ntest = "range"\nvariable = "flux"\nenabled = false\n',
    "qc": STATION + LOG + '[[qc]]\ntest = "range"\nvariable = ["temperature"]\nbad_outside = [0, 1]\nwhere = { port = "inlet" }\n',
    "join": STATION
    + LOG
    + '[[input]]\nreader = "weather"\nfiles = "*"\nrename = { port = "inlet" }\njoin = { onto = "log", limit = 60 }\n',
    "export": STATION + LOG + '[[export]]\nexporter = "csv"\n[[export]]\nexporter = "cf-netcdf"\n',
}
BAD = {
    "nothing": "",
    "key": STATION + LOG + "intervall = 3\n",
    "nested key": STATION + LOG + '[[input.sensors]]\nserial = "1"\nslop = 2\n',
    "option of another": STATION + LOG + "factor = 2.0\n",
    "value": STATION + LOG + 'date_format = "day-last"\n',
    "length of time": STATION + LOG + 'interval = "5 mins"\n',
    "required": STATION + LOG + '[[calibrate]]\ncalibrator = "fluxes"\n',
    "component": STATION + LOG.replace("logger", "loger"),
    "table": STATION + LOG + "[statoin]\n",
    "platform": STATION.replace("ship", "shipp") + LOG,
    "e-mail": STATION.replace("@", " ") + LOG,
    "level": STATION + LOG + '[run]\nlevel = "nrtt"\n',
}


@pytest.fixture
def validator(icos, installed_parts):
    result = icos("schema")
    assert result.exit_code == 0
    schema = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def plain(value):
    """What an editor hands to a schema: times are text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime | date) else value


@pytest.mark.parametrize("name", GOOD)
def test_accepts(validator, parts, tmp_path, name):
    assert [error.message for error in validator.iter_errors(plain(tomllib.loads(GOOD[name])))] == []
    path = tmp_path / "station.toml"
    path.write_text(GOOD[name], encoding="utf-8")
    load_description(path, parts)


@pytest.mark.parametrize("name", BAD)
def test_refuses(validator, parts, tmp_path, name):
    assert not validator.is_valid(plain(tomllib.loads(BAD[name])))
    path = tmp_path / "station.toml"
    path.write_text(BAD[name], encoding="utf-8")
    with pytest.raises(DescriptionError):
        load_description(path, parts)


def test_every_component_is_there(validator, installed_parts):
    readers = validator.schema["properties"]["input"]["items"]["properties"]["reader"]["enum"]
    assert {"logger", "weather", "two-streams"} <= set(readers)
    assert validator.schema["$defs"]["input.logger"]["properties"]["interval"]["description"] == "between two rows"


def test_a_component_that_cannot_be_loaded_is_left_out(icos, installed_parts):
    plugin = installed_parts / "station_parts_plugin.py"
    plugin.write_text(plugin.read_text(encoding="utf-8") + "\nfound = found_parts\n", encoding="utf-8")
    entry = 'Entry(kind="exporter", name="hollow", summary="", load="no_such_module:A")'
    more = f"\nfrom icos_core import Entry\nicos_exporters = hookimpl(lambda: [*entries_of('exporter'), {entry}])\n"
    plugin.write_text(plugin.read_text(encoding="utf-8") + more, encoding="utf-8")
    result = icos("schema")
    assert result.exit_code == 0
    assert "exporter 'hollow' of icos-parts 1.0 cannot be loaded" in result.output
