"""Station descriptions: every mistake at once, with key, line, value, what was expected and the nearest valid name."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from station_parts import FLUX_TABLE, FLUXES, LOG, STATION, WEATHER, found_parts, parts

from icos_core import Calibrator, DescriptionError, Entry, PluginError, Requirement, Variable
from icos_core.describing.description import load_description
from icos_core.discovery import find_plugins
from icos_core.plugins import Plugins


@pytest.fixture
def load(tmp_path, parts):
    def _load(text, plugins=parts):
        path = tmp_path / "station.toml"
        path.write_text(text, encoding="utf-8")
        return load_description(path, plugins)

    return _load


@pytest.fixture
def mistakes(load):
    """Return the mistakes of a description as key → mistake."""

    def _mistakes(text, **more):
        with pytest.raises(DescriptionError) as caught:
            load(text, **more)
        return {mistake.key: mistake for mistake in caught.value.mistakes}

    return _mistakes


def with_component(kind, component, module):
    """Plugins with one more component, which the module is given as an attribute."""
    module.__dict__["EXTRA"] = component
    entry = Entry(kind=kind, name=component.name, summary=component.summary, load=f"{module.__name__}:EXTRA")
    found = found_parts()
    return Plugins([find_plugins()[0], replace(found, entries=(*found.entries, entry))])


class TestGood:
    def test_smallest(self, load):
        description = load(STATION + LOG)
        assert description.station.id == "T1"
        assert description.level == "nrt"
        spec = description.inputs[0]
        assert spec.files == ("*.log",)
        assert spec.stream == "log"
        assert spec.options.interval == timedelta(minutes=1)
        assert description.flags_path == description.path.parent / "flags.csv"

    def test_full(self, load):
        description = load(
            STATION
            + """
            [run]
            level = "final"
            [[deployment]]
            expocode = "T120240201"
            start = 2024-02-01T00:00:00Z
            end = 2024-02-20T00:00:00Z
            [[deployment]]
            expocode = "T120240101"
            start = 2024-01-01T00:00:00+02:00
            end = 2024-02-01T00:00:00Z
            depth = 5.0
            [[input]]
            reader = "logger"
            files = ["a/*.log", "b/*.log"]
            offset = "-2 min"
            interval = 30
            [[input.sensors]]
            serial = "1"
            valid_to = 2024-01-10T00:00:00Z
            [[input.sensors]]
            serial = "2"
            valid_from = 2024-01-10T00:00:00Z
            [[input]]
            reader = "weather"
            files = "*.met"
            stream = "roof"
            join = { onto = "log", method = "mean", limit = "5 min" }
            rename = { wind_speed = "wind" }
            """
            + FLUX_TABLE
            + '[[derive]]\nproduct = "daily"\n[[export]]\nexporter = "table"\n'
        )
        assert description.level == "final"
        assert [deployment.expocode for deployment in description.deployments] == ["T120240101", "T120240201"]
        assert description.deployments[0].start == datetime(2023, 12, 31, 22, tzinfo=UTC)
        log, roof = description.inputs
        assert log.files == ("a/*.log", "b/*.log")
        assert log.offset == timedelta(minutes=-2)
        assert log.options.interval == timedelta(seconds=30)
        assert roof.stream == "roof"
        assert roof.join.limit == timedelta(minutes=5)
        assert roof.rename == {"wind_speed": "wind"}
        assert [(spec.product, spec.is_default) for spec in description.derive] == [("daily", False), ("hourly", True)]

    def test_resolved_is_json_and_loads_to_the_same(self, load):
        description = load(
            STATION
            + '[[input]]\nreader = "logger"\nfiles = "${SOMEWHERE}/*.log"\n[[input.sensors]]\nserial = "1"\n'
            + FLUX_TABLE
            + '[[qc]]\ntest = "range"\nvariable = "pressure"\nquestionable_outside = [900, 1100]\nwhere = { port = "inlet" }\n'
        )
        resolved = json.loads(json.dumps(description.resolved()))
        assert resolved["input"][0]["files"] == ["${SOMEWHERE}/*.log"]
        assert resolved["input"][0]["interval"] == 60.0
        assert resolved["input"][0]["sensors"] == [{"serial": "1", "slope": 1.0}]
        assert str(description.path.parent) not in json.dumps(resolved)
        again = load(as_toml(resolved))
        assert again.resolved() == resolved
        assert [replace(spec, is_default=False) for spec in again.qc] == [replace(spec, is_default=False) for spec in description.qc]

    @pytest.fixture(autouse=True)
    def _somewhere(self, monkeypatch):
        monkeypatch.setenv("SOMEWHERE", "/data/[odd]*")

    def test_environment_is_a_path_and_no_pattern(self, load):
        description = load(STATION + '[[input]]\nreader = "logger"\nfiles = "${SOMEWHERE}/*.log"\n')
        assert description.inputs[0].files == ("/data/[[]odd][*]/*.log",)
        assert description.inputs[0].files_written == ("${SOMEWHERE}/*.log",)

    def test_byte_order_mark_is_no_mistake(self, tmp_path, parts):
        path = tmp_path / "station.toml"
        path.write_bytes(b"\xef\xbb\xbf" + (STATION + LOG).encode())
        assert load_description(path, parts).station.id == "T1"

    def test_fixed_station(self, load):
        place = 'platform = "fixed"\nlatitude = 50.0\nlongitude = 10.0\naltitude = 100.0\nutc_offset = 1.0'
        description = load(STATION.replace('platform = "ship"', place) + LOG)
        assert description.station.utc_offset == 1.0


class TestEveryMistakeAtOnce:
    TEXT = """[station]
id = "T1"
nmae = "Test station"
domain = "test"
platform = "shipp"
contact = { institution = "Institute", email = "nobody" }

[run]
level = "nrtt"

[[deployment]]
expocode = "A"
start = 2024-01-01T00:00:00Z
end = 2024-01-20T00:00:00Z
[[deployment]]
expocode = "A"
start = 2024-01-19T00:00:00Z
end = 2024

[[input]]
reader = "logger"
files = ["${NO_SUCH_VARIABLE}/*.log", 3]
date_format = "day-frist"
intervall = "5 min"
[[input.sensors]]
serial = "1"
slope = -1

[[qc]]
test = "rang"
[[export]]
exporter = "tabel"

[inputt]
"""

    def test_all_are_listed(self, mistakes):
        found = mistakes(self.TEXT)
        assert {key: mistake.line for key, mistake in found.items()} == {
            "station.nmae": 3,
            "station.name": 1,
            "station.platform": 5,
            "station.contact.email": 6,
            "run.level": 9,
            "deployment[1].expocode": 16,
            "deployment[1].end": 18,
            "input[0].files": 22,
            "input[0].files[1]": 22,
            "input[0].date_format": 23,
            "input[0].intervall": 24,
            "input[0].sensors[0].slope": 27,
            "qc[0].test": 30,
            "export[0].exporter": 32,
            "inputt": 34,
        }
        near = {key: mistake.nearest for key, mistake in found.items() if mistake.nearest}
        assert near == {
            "station.nmae": "name",
            "station.platform": "ship",
            "run.level": "nrt",
            "input[0].date_format": "day-first",
            "input[0].intervall": "interval",
            "qc[0].test": "range",
            "export[0].exporter": "table",
            "inputt": "input",
        }
        assert found["input[0].sensors[0].slope"].value == -1
        assert "greater than 0" in found["input[0].sensors[0].slope"].expected
        assert "NO_SUCH_VARIABLE" in found["input[0].files"].expected
        assert "number of seconds" not in str(found["input[0].files[1]"])
        assert found["input[0].files[1]"].expected == "text in quotes"
        assert found["deployment[1].end"].expected.startswith("a time with its offset")

    def test_text_of_the_error(self, load):
        with pytest.raises(DescriptionError) as caught:
            load(self.TEXT)
        lines = str(caught.value).splitlines()
        assert lines[0] == "station.toml: 15 mistakes"
        assert "  line 5: station.platform: 'shipp' – expected 'ship', 'buoy', 'vehicle' or 'fixed'; did you mean 'ship'?" in lines


class TestFile:
    @pytest.mark.parametrize(
        ("text", "line"),
        [("[station\nid = 1", 1), ('[station]\nid = "a"\nid = "b"\n', 3), ("[station]\nid = \n", 2), ("[station]\nid = 'a", None)],
    )
    def test_syntax(self, mistakes, text, line):
        assert mistakes(text)["TOML"].line == line

    def test_nested_too_deeply(self, mistakes):
        assert "brackets" in mistakes("a = " + "[" * 5000 + "]" * 5000)["TOML"].expected

    def test_absent(self, tmp_path, parts):
        (tmp_path / "station.toml").touch()
        with pytest.raises(DescriptionError, match=r"did you mean 'station\.toml'"):
            load_description(tmp_path / "staton.toml", parts)

    def test_folder(self, tmp_path, parts):
        with pytest.raises(DescriptionError, match="directory"):
            load_description(tmp_path, parts)

    def test_encoding(self, tmp_path, parts):
        path = tmp_path / "station.toml"
        path.write_bytes('[station]\nname = "Sørfjord"\n'.encode("latin-1"))
        with pytest.raises(DescriptionError, match=r"line 2: text – expected text in UTF-8"):
            load_description(path, parts)

    def test_empty(self, mistakes):
        assert set(mistakes("")) == {"station", "input"}

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            (LOG + STATION.replace("[station]", "[[station]]"), "station"),
            (STATION + '[input]\nreader = "logger"', "input"),
            ("input = [3]\n" + STATION, "input[0]"),
            ("run = 3\n" + STATION + LOG, "run"),
        ],
    )
    def test_tables_of_the_wrong_sort(self, mistakes, text, key):
        assert "table" in mistakes(text)[key].expected


class TestStation:
    def test_fixed_station_must_be_somewhere(self, mistakes):
        found = mistakes(STATION.replace('"ship"', '"fixed"\nlatitude = 91') + LOG)
        assert "less than or equal to 90" in found["station.latitude"].expected
        found = mistakes(STATION.replace('"ship"', '"fixed"\nlatitude = 9') + LOG)
        assert found["station"].expected == "a fixed station needs longitude, altitude, utc_offset"

    def test_deployments(self, mistakes):
        text = """
            [[deployment]]
            expocode = "A"
            start = 2024-01-01T00:00:00Z
            end = 2024-01-20T00:00:00Z
            [[deployment]]
            expocode = "B"
            start = 2024-01-19T00:00:00Z
            end = 2024-01-30T00:00:00Z
            [[deployment]]
            expocode = "A"
            start = 2024-03-19T00:00:00Z
            end = 2024-03-01T00:00:00Z
            [[deployment]]
            expocode = "C"
            start = 2024-05-19
            end = 2024-06-01T00:00:00
            """
        found = mistakes(STATION + LOG + text)
        assert set(found) == {
            "deployment[1].start",
            "deployment[2].expocode",
            "deployment[2].end",
            "deployment[3].start",
            "deployment[3].end",
        }
        assert "'A'" in found["deployment[1].start"].expected
        assert "offset" in found["deployment[3].end"].expected


class TestOptions:
    def test_validator_of_a_component_speaks_for_itself(self, mistakes):
        sensors = '[[input.sensors]]\nserial = "1"\n[[input.sensors]]\nserial = "2"\n'
        found = mistakes(STATION + LOG + sensors)
        assert str(found["input[0].sensors"]).endswith("input[0].sensors: 1 overlaps another sensor; set valid_from and valid_to")

    def test_unions_name_what_all_branches_take(self, mistakes):
        assert mistakes(STATION + LOG + 'level = "atuo"\n')["input[0].level"].expected == "a number or 'auto'"
        assert mistakes(STATION + LOG + 'level = "atuo"\n')["input[0].level"].nearest == "auto"
        assert mistakes(STATION + LOG.replace('"*.log"', "3"))["input[0].files"].expected == "a list, written [ ... ]"

    def test_a_list_with_a_wrong_item_is_not_too_short_as_well(self, mistakes):
        assert set(mistakes(STATION + LOG.replace('"*.log"', "[3]"))) == {"input[0].files[0]"}
        assert mistakes(STATION + LOG.replace('"*.log"', "[]"))["input[0].files"].expected == "at least 1 item"

    def test_missing_option_is_explained(self, mistakes):
        found = mistakes(STATION + LOG + '[[calibrate]]\ncalibrator = "fluxes"\n')
        assert found["calibrate[0].factor"].expected == "a value, this key is required: mol m-2 s-1 K-1"

    def test_mistyped_name_of_the_component(self, mistakes):
        found = mistakes(STATION + '[[input]]\nraeder = "logger"\nfiles = "*.log"\n')
        assert found["input[0].raeder"].nearest == "reader"
        assert "required" in found["input[0].reader"].expected

    def test_component_of_the_wrong_type(self, mistakes):
        assert mistakes(STATION + '[[input]]\nreader = 3\nfiles = "*.log"\n')["input[0].reader"].expected == "text in quotes"

    def test_kinds_do_not_mix(self, mistakes):
        found = mistakes(STATION + LOG + '[[export]]\nexporter = "logger"\n')
        assert "an installed exporter" in found["export[0].exporter"].expected


class TestInputs:
    def test_rename(self, mistakes):
        text = LOG + 'rename = { temprature = "sst", pressure = "temperature", port = "Port 1" }\n'
        found = mistakes(STATION + text)
        assert found["input[0].rename.temprature"].nearest == "temperature"
        assert "underscores" in found["input[0].rename.port"].expected

    def test_renamed_onto_another(self, mistakes):
        found = mistakes(STATION + LOG + 'rename = { pressure = "temperature" }\n')
        assert found["input[0].rename.pressure"].value == "temperature"

    def test_names_may_be_swapped(self, load):
        load(STATION + LOG + 'rename = { pressure = "temperature", temperature = "pressure" }\n')

    def test_a_reader_of_several_streams_keeps_their_names(self, mistakes):
        join = 'stream = "one"\njoin = { onto = "log", limit = 60 }\n'
        found = mistakes(STATION + LOG + '[[input]]\nreader = "two-streams"\nfiles = "*"\n' + join)
        assert set(found) == {"input[1].stream", "input[1].join"}

    def test_join_onto_nothing(self, mistakes):
        weather = '[[input]]\nreader = "weather"\nfiles = "*"\njoin = { onto = "lgo", limit = "0 s", method = "nearst" }\n'
        found = mistakes(STATION + LOG + weather)
        assert found["input[1].join.method"].nearest == "nearest"
        assert str(found["input[1].join.limit"]).startswith("line 14: input[1].join.limit: 0 s – expected more than 0 s")
        assert found["input[1].join.onto"].nearest == "log"

    @pytest.mark.parametrize("join", ['{ onto = "log", limit = 0 }', '{ onto = "log" }', '{ onto = "log", limit = 60, methd = "mean" }'])
    def test_a_mistake_in_a_join_hides_no_other_and_makes_none(self, mistakes, join):
        weather = f'[[input]]\nreader = "weather"\nfiles = "*"\njoin = {join}\n'
        tests = '[[qc]]\ntest = "range"\nvariable = "{}"\nstream = "log"\nstage = "measured"\nbad_outside = [0, 1]\n'
        text = STATION + LOG + weather + tests.format("wind_speed") + tests.format("wnd_speed")
        found = mistakes(text)
        assert len(found) == 2
        assert {key.partition(".")[0] for key in found} == {"input[1]", "qc[1]"}
        assert found["qc[1].variable"].nearest == "wind_speed"

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("interval = true", "input[0].interval: True – expected a length of time"),
            ('level = "1.5"', "input[0].level: '1.5' – expected a number, without quotes or 'auto'"),
            ("level = false", "input[0].level: False – expected a number or 'auto'"),
            ('sensors = [{ serial = "A", slope = "2" }]', "input[0].sensors[0].slope: '2' – expected a number, without quotes"),
            ('sensors = [{ serial = "A", slope = true }]', "input[0].sensors[0].slope: True – expected a number"),
            ("sensors = [{ serial = 3 }]", "input[0].sensors[0].serial: 3 – expected text in quotes"),
        ],
    )
    def test_nothing_is_made_of_another_type(self, mistakes, line, message):
        (mistake,) = mistakes(STATION + LOG + line + "\n").values()
        assert message in str(mistake)

    def test_a_whole_number_is_a_number(self, load):
        description = load(STATION + LOG + 'level = 2\ninterval = 60\nsensors = [{ serial = "A", slope = 2 }]\n')
        assert description.inputs[0].options.level == 2.0
        assert description.inputs[0].options.sensors[0].slope == 2.0
        assert description.inputs[0].options.interval == timedelta(minutes=1)

    def test_tables_of_one_calibrator_that_are_about_one_stream(self, load):
        with pytest.raises(DescriptionError) as caught:
            load(STATION + LOG + FLUX_TABLE + FLUX_TABLE)
        message = (
            "calibrate[1]: its usual tests of flux, temperature are those of calibrate[0] too: say in both tables with the key 'stream'"
        )
        assert sum(message in str(mistake) for mistake in caught.value.mistakes) == 1
        assert "label of its own" not in str(caught.value)

    def test_join_of_variables_that_are_there(self, mistakes):
        second = LOG + 'stream = "other"\njoin = { onto = "log", limit = 60 }\nrename = { pressure = "air_pressure" }\n'
        found = mistakes(STATION + LOG + second)
        assert found["input[1].join"].value == "temperature"

    def test_categories_stay_behind(self, load):
        load(STATION + LOG + '[[input]]\nreader = "weather"\nfiles = "*"\njoin = { onto = "log", limit = 60 }\n')

    def test_join_onto_what_is_joined_itself(self, mistakes):
        weather = '[[input]]\nreader = "weather"\nfiles = "*"\nstream = "{0}"\n'
        weather += 'rename = {{ wind_speed = "{0}" }}\njoin = {{ onto = "{1}", limit = 60 }}\n'
        found = mistakes(STATION + LOG + weather.format("first", "log") + weather.format("second", "first"))
        assert "joined onto 'log'" in found["input[2].join.onto"].expected


def labelled(description):
    return {(spec.label, spec.variables): spec for spec in description.qc}


class TestQualityTests:
    def qc(self, **keys):
        return "[[qc]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())

    def test_usual_tests_come_along(self, load):
        description = load(STATION + LOG + FLUX_TABLE)
        assert {key: (spec.stage, spec.is_default) for key, spec in labelled(description).items()} == {
            ("range", ("flux", "temperature")): ("calibrated", True),
            ("spike", ("flux",)): ("calibrated", True),
            ("range_cylinder", ("flux",)): ("calibrated", True),
            ("flow", ("temperature", "flux")): ("calibrated", True),
        }

    def test_a_station_replaces_what_it_names(self, load):
        own = self.qc(test='"range"', variable='"flux"', bad_outside=[-2, 2])
        found = labelled(load(STATION + LOG + FLUX_TABLE + own))
        assert found["range", ("flux",)].options.bad_outside == (-2, 2)
        assert not found["range", ("flux",)].is_default
        assert ("range", ("temperature",)) in found
        assert ("range_cylinder", ("flux",)) not in found

    def test_a_label_of_its_own_stands_beside(self, load):
        own = self.qc(test='"range"', variable='"flux"', label='"range_night"', bad_outside=[-2, 2])
        found = labelled(load(STATION + LOG + FLUX_TABLE + own))
        assert {label for label, _ in found} == {"range", "range_night", "range_cylinder", "spike", "flow"}

    def test_switched_off(self, load):
        off = self.qc(test='"range"', variable='"temperature"', enabled="false")
        assert ("range", ("flux",)) in labelled(load(STATION + LOG + FLUX_TABLE + off))
        off = self.qc(test='"range"', enabled="false") + self.qc(test='"flow"', enabled="false")
        assert {label for label, _ in labelled(load(STATION + LOG + FLUX_TABLE + off))} == {"spike"}

    def test_switched_off_but_mistyped(self, mistakes):
        off = self.qc(test='"range"', variabel='"temperature"', enabled="false")
        assert mistakes(STATION + LOG + FLUX_TABLE + off)["qc[0].variabel"].nearest == "variable"

    def test_runs_where_the_variable_first_is(self, load):
        own = self.qc(test='"spike"', variable='["pressure", "temperature"]', bad=1)
        own += self.qc(test='"spike"', variable='"flux"', bad=1)
        own += self.qc(test='"flat-line"', variable='"mean_flux"', questionable_after='"1 h"')
        found = load(STATION + LOG + FLUX_TABLE + own + '[[derive]]\nproduct = "hourly"\n')
        stages = {spec.variables: spec.stage for spec in found.qc if not spec.is_default}
        assert stages == {("pressure", "temperature"): "measured", ("flux",): "calibrated", ("mean_flux",): "product"}

    def test_stage_as_declared(self, load):
        own = self.qc(test='"spike"', variable='"temperature"', stage='"calibrated"', stream='"log"', bad=1)
        spec = next(
            spec for spec in load(STATION + LOG + FLUX_TABLE + own).qc if spec.variables == ("temperature",) and spec.test == "spike"
        )
        assert (spec.stage, spec.stream) == ("calibrated", "log")

    def test_streams_whose_names_are_only_known_with_the_data(self, load, mistakes):
        own = self.qc(test='"spike"', variable='"daily_mean_of_a_line"', stream='"daily/100m"', bad=1)
        more = '[[derive]]\nproduct = "daily"\n'
        spec = next(spec for spec in load(STATION + LOG + FLUX_TABLE + own + more).qc if not spec.is_default)
        assert (spec.stage, spec.stream) == ("product", "daily/100m")
        wrong = self.qc(test='"spike"', variable='"daily_flux"', stream='"daily/100m"', bad=1)
        assert set(mistakes(STATION + LOG + FLUX_TABLE + wrong + more)) == {"qc[0].variable"}

    def test_unknown_names(self, mistakes):
        own = self.qc(test='"spike"', variable='"temprature"', bad=1)
        own += self.qc(test='"spike"', variable='"flux"', stage='"measured"', bad=1)
        own += self.qc(test='"spike"', variable='"flux"', stream='"lgo"', bad=1)
        own += self.qc(test='"spike"', bad=1)
        own += self.qc(test='"flow"', variable='"pressure"')
        own += self.qc(test='"flow"', stage='"measured"')
        own += self.qc(test='"range"', variable='"pressure"', bad_outside=[1, 2], where='{ prot = "inlet" }')
        own += self.qc(test='"range"', variable='"pressure"', label='"r"', bad_outside=[1, 2], where='{ port = ["inlte"], pressure = "x" }')
        found = mistakes(STATION + LOG + FLUX_TABLE + own)
        assert {key: mistake.nearest for key, mistake in found.items()} == {
            "qc[0].variable": "temperature",
            "qc[1].variable": None,
            "qc[2].stream": "log",
            "qc[3].variable": None,
            "qc[4].variable": None,
            "qc[5].stage": None,
            "qc[6].where.prot": "port",
            "qc[7].where.port": "inlet",
            "qc[7].where.pressure": None,
        }

    def test_variables_of_two_stages(self, mistakes):
        own = self.qc(test='"spike"', variable='["pressure", "flux"]', bad=1)
        assert "one stage" in mistakes(STATION + LOG + FLUX_TABLE + own)["qc[0].variable"].expected

    def test_two_tests_of_one_label(self, mistakes):
        own = 2 * self.qc(test='"spike"', variable='"pressure"', bad=1)
        assert "'pressure'" in mistakes(STATION + LOG + own)["qc[1].label"].expected

    def test_names_are_checked_even_where_an_option_is_wrong(self, mistakes):
        own = self.qc(test='"spike"', variable='"temprature"', bad=1)
        found = mistakes(STATION + LOG + 'intervall = "1 s"\n' + own)
        assert set(found) == {"input[0].intervall", "qc[0].variable"}

    def test_names_are_not_guessed_where_an_input_is_unknown(self, mistakes):
        own = self.qc(test='"spike"', variable='"temprature"', bad=1)
        assert set(mistakes(STATION + LOG.replace("logger", "loger") + own)) == {"input[0].reader"}


class TestVocabulary:
    def test_missing_variable(self, mistakes):
        found = mistakes(STATION + LOG + 'rename = { pressure = "air_presure" }\n' + FLUX_TABLE)
        assert "pressure or air_pressure in stream 'log'" in found["calibrate[0]"].expected
        assert "[input.rename]" in found["calibrate[0]"].expected
        assert found["calibrate[0]"].nearest == "air_presure"
        assert found["calibrate[0]"].line == 12

    def test_an_alternative_will_do(self, load):
        load(STATION + LOG + 'rename = { pressure = "air_pressure" }\n' + FLUX_TABLE)

    def test_missing_stream(self, mistakes):
        found = mistakes(STATION + LOG + 'stream = "lag"\n[[calibrate]]\ncalibrator = "correction"\n')
        assert found["calibrate[0]"].nearest == "lag"

    def test_units(self, mistakes, parts, request):
        wrong = replace(
            FLUXES, name="wrong", requires=lambda options: {"*": (Requirement(name="temperature", units="m"),)}, default_tests=tuple
        )
        plugins = with_component("calibrator", replace(wrong, default_tests=lambda options: ()), request.module)
        found = mistakes(STATION + LOG + FLUX_TABLE.replace("fluxes", "wrong"), plugins=plugins)
        assert found["calibrate[0]"].value == "degree_C"
        assert "'m'" in found["calibrate[0]"].expected

    def test_units_of_an_alternative(self, load, mistakes, request):
        """An alternative that is another quantity has units of its own."""
        other = Requirement(name="temperature", units="K")
        needs = {"*": (Requirement(name="salinity", units="1", alternatives=(other,)),)}
        either = replace(FLUXES, name="either", requires=lambda options: needs, default_tests=lambda options: ())
        plugins = with_component("calibrator", either, request.module)
        load(STATION + LOG + FLUX_TABLE.replace("fluxes", "either"), plugins=plugins)
        wrong = replace(either, requires=lambda options: {"*": (replace(needs["*"][0], alternatives=(replace(other, units="m"),)),)})
        plugins = with_component("calibrator", wrong, request.module)
        found = mistakes(STATION + LOG + FLUX_TABLE.replace("fluxes", "either"), plugins=plugins)
        assert found["calibrate[0]"].value == "degree_C"
        assert "temperature of stream 'log' in units that convert to 'm'" in found["calibrate[0]"].expected

    def test_a_joined_variable_counts(self, load, request):
        needs = {"log": (Requirement(name="wind_speed", units="knot"),)}
        windy = replace(FLUXES, name="windy", requires=lambda options: needs, default_tests=lambda options: ())
        plugins = with_component("calibrator", windy, request.module)
        join = '[[input]]\nreader = "weather"\nfiles = "*"\njoin = { onto = "log", limit = 60 }\n'
        load(STATION + LOG + join + FLUX_TABLE.replace("fluxes", "windy"), plugins=plugins)

    def test_row_by_row_adds_others_make_new(self, load, mistakes):
        correction = '[[calibrate]]\ncalibrator = "correction"\n'
        load(STATION + LOG + correction + FLUX_TABLE)
        found = mistakes(STATION + LOG + FLUX_TABLE + FLUX_TABLE)
        assert "pressure" in found["calibrate[1]"].expected

    def test_what_is_provided_is_provided_by_the_stream_that_was_meant(self, load, mistakes, request):
        provided = FLUXES.provides(None)["log"]
        anywhere = replace(FLUXES, name="anywhere", provides=lambda options: {"*": provided}, default_tests=lambda options: ())
        plugins = with_component("calibrator", anywhere, request.module)
        text = STATION + LOG + 'stream = "north"\n' + FLUX_TABLE.replace("fluxes", "anywhere")
        weather = '[[input]]\nreader = "weather"\nfiles = "*"\n'
        test = '[[qc]]\ntest = "range"\nvariable = "flux"\nstream = "north"\nbad_outside = [0, 1]\n'
        assert load(text + weather + test, plugins=plugins).qc[0].stage == "calibrated"
        found = mistakes(text + weather + test.replace("north", "met"), plugins=plugins)
        assert found["qc[0].variable"].value == "flux"

    def test_products_need_what_they_need(self, mistakes):
        found = mistakes(STATION + LOG + '[[derive]]\nproduct = "hourly"\n')
        assert "flux in stream 'log'" in found["derive[0]"].expected

    def test_each_product_once(self, mistakes):
        found = mistakes(STATION + LOG + FLUX_TABLE + 2 * '[[derive]]\nproduct = "hourly"\n')
        assert found["derive[1].product"].value == "hourly"

    def test_order_of_calibrators(self, mistakes, request):
        condensing = replace(FLUXES, name="condensing", condense=lambda: None, default_tests=lambda options: ())
        plugins = with_component("calibrator", condensing, request.module)
        second = FLUX_TABLE.replace("fluxes", "condensing")
        assert "row by row" in mistakes(STATION + LOG + FLUX_TABLE + second, plugins=plugins)["calibrate[0].calibrator"].expected
        assert "'condensing' does already" in mistakes(STATION + LOG + second + second, plugins=plugins)["calibrate[1].calibrator"].expected


class TestFaultyPlugins:
    def test_usual_test_that_is_wrong(self, load, request):
        faulty = replace(FLUXES, name="faulty", default_tests=lambda options: ({"test": "range", "variabel": "flux"},))
        plugins = with_component("calibrator", faulty, request.module)
        with pytest.raises(PluginError, match=r"calibrator 'faulty' declares a usual test that is wrong: .*variabel"):
            load(STATION + LOG + FLUX_TABLE.replace("fluxes", "faulty"), plugins=plugins)

    def test_declaration_that_fails(self, load, request):
        faulty = replace(WEATHER, name="faulty", provides=lambda options: 1 / 0)
        plugins = with_component("reader", faulty, request.module)
        with pytest.raises(PluginError, match=r"reader 'faulty' cannot say what it declares: ZeroDivisionError"):
            load(STATION + LOG.replace("logger", "faulty"), plugins=plugins)

    def test_component_that_cannot_be_loaded(self, load):
        found = found_parts()
        entry = Entry(kind="exporter", name="broken", summary="", load="no_such_module:EXPORTER")
        plugins = Plugins([find_plugins()[0], replace(found, entries=(*found.entries, entry))])
        text = STATION + LOG + '[[export]]\nexporter = "broken"\n'
        with pytest.raises(PluginError, match=r"exporter 'broken' of icos-parts 1\.0 cannot be loaded"):
            load(text, plugins=plugins)
        with pytest.raises(DescriptionError, match=r"(?s)station\.nmae.*exporter 'broken' of icos-parts 1\.0 cannot be loaded"):
            load(text.replace("name", "nmae"), plugins=plugins)

    def test_calibrator_contract_is_that_of_the_core(self):
        assert isinstance(FLUXES, Calibrator)
        assert isinstance(FLUXES.provides(None)["log"][0], Variable)


def as_toml(tables):
    """Write a resolved description as TOML."""
    text = ""
    for name, value in tables.items():
        for table in value if isinstance(value, list) else [value]:
            text += f"[[{name}]]\n" if isinstance(value, list) else f"[{name}]\n"
            text += "".join(f"{key} = {inline(each)}\n" for key, each in table.items())
    return text


def inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {inline(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(inline(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


WHOLE = (
    STATION
    + '[run]\nlevel = "nrt"\n[[deployment]]\nexpocode = "A"\nstart = 2024-01-01T00:00:00Z\nend = 2024-01-20T00:00:00Z\n'
    + LOG
    + 'offset = "1 s"\nrename = { pressure = "air_pressure" }\n[[input.sensors]]\nserial = "1"\nvalid_to = 2024-01-10T00:00:00Z\n'
    + '[[input]]\nreader = "weather"\nfiles = ["*.met"]\nstream = "roof"\njoin = { onto = "log", method = "mean", limit = "5 min" }\n'
    + FLUX_TABLE
    + '[[qc]]\ntest = "range"\nvariable = "temperature"\nstage = "measured"\nwhere = { port = ["inlet"] }\nbad_outside = [1, 2]\n'
    + '[[qc]]\ntest = "flow"\nenabled = false\n[[derive]]\nproduct = "daily"\n[[export]]\nexporter = "table"\n'
)
VALUES = st.sampled_from(
    [
        '""',
        '"log"',
        '"x"',
        "0",
        "-1",
        "nan",
        "1e400",
        "true",
        "[]",
        "[[]]",
        "{}",
        "{ a = 1 }",
        '["log", 3]',
        "2024-01-01",
        "07:00:00",
        '"${HOME}"',
    ]
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_there_is_loaded_or_explained(load, data):
    lines = WHOLE.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[number].partition(" = ")
        change = data.draw(st.sampled_from(["remove", "double", "value", "cut", "key"]))
        if change == "remove":
            lines[number] = ""
        elif change == "double":
            lines.insert(number, lines[data.draw(st.integers(0, len(lines) - 1))])
        elif change == "value" and equals:
            lines[number] = f"{key} = {data.draw(VALUES)}"
        elif change == "key" and equals:
            lines[number] = data.draw(st.from_regex(r"[a-z._]{1,8}", fullmatch=True)) + lines[number][len(key) :]
        elif change == "cut":
            lines[number] = lines[number][: data.draw(st.integers(0, len(lines[number])))]
    with contextlib.suppress(DescriptionError):
        json.dumps(load("\n".join(lines)).resolved())
