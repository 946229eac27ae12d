"""What is looked at before anything is read: files that are named, what exporters cannot write, every mistake at once."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import json
import os

import pytest
from minutes import GAIN, LINES, LOG, contents, log_lines, write_log, write_station
from station_parts import icos

import icos_core
from icos_core.exceptions import DescriptionError, PluginError
from icos_core.running.fingerprints import sha256_of_file
from icos_core.running.standing import standing_manifest

pytestmark = pytest.mark.usefixtures("minutes")

ABOVE = '[[derive]]\nproduct = "above-level"\n'


@pytest.fixture
def station(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    (tmp_path / "level.txt").write_text("400")
    return write_station(tmp_path, LOG, GAIN, ABOVE, LINES)


def above(result):
    return result.tree["/product/above"]["above"].item()


def manifest(station):
    return json.loads((station.parent / "output" / "manifest.json").read_text())


def standing(station):
    return standing_manifest(station.parent / "output", station, None)


def test_files_of_products_are_inputs_of_the_run(station):
    icos_core.run(station)
    (row,) = [each for each in manifest(station)["inputs"] if each.get("product")]
    assert row["product"] == "above-level"
    assert row["name"] == "derive[0]/level.txt"
    assert row["sha256"] == sha256_of_file(station.parent / "level.txt")
    assert row["bytes"] == 3
    used = next(each for each in manifest(station)["@graph"] if each["@type"] == "prov:Activity")["prov:used"]
    assert {"@id": f"urn:sha256:{row['sha256']}"} in used


def test_a_changed_file_computes_again_and_an_unchanged_one_does_not(station):
    first = icos_core.run(station)
    assert standing(station) is not None
    assert icos_core.run(station).unchanged
    (station.parent / "level.txt").write_text("300")
    assert standing(station) is None
    second = icos_core.run(station)
    assert not second.unchanged
    assert above(second) == 60
    assert above(first) < 60
    assert standing(station) is not None


def test_a_touched_file_is_looked_at_again_and_found_to_be_the_same(station):
    icos_core.run(station)
    os.utime(station.parent / "level.txt", (1, 1))
    assert standing(station) is None
    assert icos_core.run(station).unchanged
    assert standing(station) is not None


def test_another_file_that_the_product_takes_computes_again(tmp_path, station):
    write_station(tmp_path, LOG, GAIN, ABOVE + 'pattern = "more/*.txt"\n', LINES)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.txt").write_text("0")
    assert above(icos_core.run(station)) < 60
    assert standing(station) is not None
    (tmp_path / "more" / "b.txt").write_text("-200")
    assert standing(station) is None
    assert above(icos_core.run(station)) == 60
    assert [each["name"] for each in manifest(station)["inputs"] if each.get("product")] == [
        "derive[0]/level.txt",
        "derive[0]/more/a.txt",
        "derive[0]/more/b.txt",
    ]


def test_a_missing_file_is_a_mistake_that_names_the_key(tmp_path, station, icos):
    write_station(tmp_path, LOG, GAIN, ABOVE + 'level = "levle.txt"\n', LINES)
    for command in ("check", "run"):
        result = icos(command, station)
        assert result.exit_code == 2
        assert "line 21: derive[0].level: " in result.output
        assert "levle.txt' – expected a file that can be read (it is not there); did you mean 'level.txt'?" in result.output
    assert not (tmp_path / "output").exists()


def test_files_of_calibrators_are_inputs_of_the_run(tmp_path, station):
    (tmp_path / "scale.txt").write_text("1")
    write_station(tmp_path, LOG, GAIN + '[calibrate.scale]\nfile = "scale.txt"\n', ABOVE, LINES)
    assert above(icos_core.run(station)) < 60
    (row,) = [each for each in manifest(station)["inputs"] if each.get("calibrator")]
    assert (row["calibrator"], row["name"]) == ("gain", "calibrate[0]/scale.txt")
    assert row["sha256"] == sha256_of_file(tmp_path / "scale.txt")
    assert standing(station) is not None
    assert icos_core.run(station).unchanged
    (tmp_path / "scale.txt").write_text("1000")
    assert standing(station) is None
    assert above(icos_core.run(station)) == 60


def test_a_missing_file_of_a_calibrator_names_the_inner_key(tmp_path, station, icos):
    (tmp_path / "scale.txt").write_text("1")
    write_station(tmp_path, LOG, GAIN + '[calibrate.scale]\nfile = "scael.txt"\n', ABOVE, LINES)
    for command in ("check", "run"):
        result = icos(command, station)
        assert result.exit_code == 2
        assert "calibrate[0].scale.file: " in result.output
        assert "scael.txt' – expected a file that can be read (it is not there); did you mean 'scale.txt'?" in result.output


def test_a_product_may_say_in_its_own_words_what_is_not_there(tmp_path, station, icos):
    write_station(tmp_path, LOG, GAIN, ABOVE + 'level = "strict.txt"\n', LINES)
    result = icos("check", station)
    assert result.exit_code == 2
    assert "derive[0].level: 'strict.txt' – expected a file that can be read (there should be levels in it)" in result.output


def test_a_fault_of_a_product_names_it(tmp_path, station):
    write_station(tmp_path, LOG, GAIN, ABOVE + 'level = "FAULT"\n', LINES)
    with pytest.raises(PluginError, match="product 'above-level' cannot say which files it reads: KeyError"):
        icos_core.run(station)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("suffix: the community takes .csv only", "line 24: export[0].suffix: the community takes .csv only (exporter lines)"),
        ("station.name: no name", "line 4: station.name: no name (exporter lines)"),
        ("deployment: there is none", "deployment: there is none (exporter lines)"),
        ("Nothing: fits", "line 22: export[0]: Nothing: fits (exporter lines)"),
    ],
)
def test_what_an_exporter_cannot_write_is_a_mistake(tmp_path, station, icos, sentence, told):
    write_station(tmp_path, LOG, GAIN, ABOVE, LINES + f'suffix = "txt"\nrefuse = ["{sentence}"]\n')
    for command in ("check", "run"):
        result = icos(command, station)
        assert result.exit_code == 2
        assert told in result.output
    assert not (tmp_path / "output").exists()


def test_all_mistakes_are_told_at_once(tmp_path, station):
    (tmp_path / "level.txt").unlink()
    write_station(tmp_path, LOG.replace("*.log", "*.lgo"), GAIN, ABOVE, LINES + 'refuse = ["suffix: one", "suffix: two"]\n')
    with pytest.raises(DescriptionError) as caught:
        icos_core.run(station)
    assert [mistake.key for mistake in caught.value.mistakes] == [
        "input[0].files",
        "derive[0].level",
        "export[0].suffix",
        "export[0].suffix",
    ]


def test_a_fault_of_an_exporter_names_it(tmp_path, station, icos):
    write_station(tmp_path, LOG, GAIN, ABOVE, LINES + 'refuse = ["FAULT"]\n')
    result = icos("run", station)
    assert result.exit_code == 2
    assert "exporter 'lines'" in result.output
    assert "a fault of the exporter" in result.output


def test_outputs_are_the_same_whether_or_not_a_product_reads_a_file(tmp_path, station):
    icos_core.run(station)
    with_product = contents(tmp_path / "output")
    write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    assert contents(tmp_path / "output") == with_product
