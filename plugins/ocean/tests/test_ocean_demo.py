"""``icos demo`` with the ocean's simulator."""

import pytest
from click.testing import CliRunner

from icos_core.cli import main


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, CliRunner().invoke(main, ["demo", "general-oceanics-8050", "--folder", str(folder)])


def test_compares_with_the_truth(demo):
    folder, result = demo
    assert result.exit_code == 0, result.output
    [row] = [line.split() for line in result.output.splitlines() if line.split()[:1] == ["fco2"]]
    good, difference, uncertainty = int(row[1]), float(row[2]), float(row[4])
    assert good > 3000
    # One cruise has one draw of every error that its rows share.
    assert abs(difference) < 3 * uncertainty
    assert (folder / "general-oceanics-8050" / "output" / "report.html").is_file()


@pytest.mark.parametrize("name", ["flags.csv", "station.toml"])
def test_what_a_person_has_changed_is_not_removed(demo, name, tmp_path):
    folder, _ = demo
    target = tmp_path / "general-oceanics-8050"
    target.mkdir()
    for each in ("station.toml", ".icos-demo"):
        (target / each).write_bytes((folder / "general-oceanics-8050" / each).read_bytes())
    with (target / name).open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    result = CliRunner().invoke(main, ["demo", "general-oceanics-8050", "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert "nobody has changed" in result.output
    assert (target / name).read_text(encoding="utf-8").endswith("# mine\n")


def test_unknown_simulator(tmp_path):
    result = CliRunner().invoke(main, ["demo", "general-oceanics", "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert "did you mean 'general-oceanics-8050'" in result.output
