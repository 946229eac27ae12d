"""The time that the water takes from the intake to the equilibrator, on the real cruise: proposed, and without effect on any value."""

from pathlib import Path

import pytest

import icos_core

EXAMPLE = Path(__file__).parents[3] / "examples" / "workshop-cruise" / "station.toml"
HEAD, TAIL = '[[calibrate]]\ncalibrator = "time-shift"\n', '[[calibrate]]\ncalibrator = "fco2"\n'

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Run the example as it is, and without the proposal."""
    folder = tmp_path_factory.mktemp("workshop")
    text = EXAMPLE.read_text(encoding="utf-8")
    before, rest = text.split(HEAD)
    without = before + TAIL + rest.split(TAIL)[1]
    found = []
    for name, description in (("with", text), ("without", without)):
        station = folder / f"{name}.toml"
        station.write_text(description, encoding="utf-8")
        found.append(icos_core.run(station, folder / name, jobs=1))
    return found


def test_the_intake_leads_by_what_the_reference_knows(real_data, runs):
    """The reference: differenced series correlate best at 100 s; rows are 103 s apart."""
    [table] = [table for table in runs[0].finished.flow.tables if table.title.startswith("Proposed shifts")]
    [row] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert row["found"] == f"sst leads equilibrator_temperature by {row['leads by (s)']} s"
    assert row["leads by (s)"] == pytest.approx(100, abs=30)
    assert row["seconds to declare"] == -row["leads by (s)"]
    assert row["correlation there"] > 0.6
    assert row["correlation without shift"] < 0.5
    assert row["confidence"] == "high"
    assert row["pairs"] > 2000


def test_a_proposal_changes_no_export(real_data, runs):
    first, second = runs
    exports = {path.name: path.read_bytes() for path in first.paths if path.name != "report.html"}
    assert len(exports) == 4
    assert exports == {path.name: path.read_bytes() for path in second.paths if path.name != "report.html"}


def test_a_declared_shift_brings_the_two_temperatures_together(real_data, runs, tmp_path):
    """With the shift that was proposed the two temperatures change together: there is no other to propose."""
    text = EXAMPLE.read_text(encoding="utf-8")
    shift = '[[calibrate.shift]]\nvariables = ["sst"]\nseconds = -100\n\n'
    before, rest = text.split(HEAD)
    station = tmp_path / "station.toml"
    propose = rest.split(TAIL)[0]
    station.write_text(before + HEAD + "\n" + shift + HEAD + propose + TAIL + rest.split(TAIL)[1], encoding="utf-8")
    shifted = icos_core.run(station, tmp_path / "output", jobs=1)
    [table] = [table for table in shifted.finished.flow.tables if table.title.startswith("Proposed shifts")]
    [row] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert abs(row["leads by (s)"]) < 30
    assert row["correlation without shift"] > 0.6


NOTHING = """
[[calibrate]]
calibrator = "sensor-correction"

[[calibrate.correct]]
variable = "sst"
offset = 0.0

[[calibrate]]
calibrator = "sensor-choice"

[[calibrate.choose]]
variable = "sst"
sensors = ["sst", "equilibrator_temperature"]
fall_back = "none"

"""


def test_corrections_that_say_nothing_change_no_value(real_data, runs, tmp_path):
    """What they hand on to fco2 is what came, flags and all."""
    station = tmp_path / "station.toml"
    station.write_text(EXAMPLE.read_text(encoding="utf-8").replace(TAIL, NOTHING + TAIL), encoding="utf-8")
    after = icos_core.run(station, tmp_path / "output", jobs=1).tree["/calibrated/underway"].to_dataset()
    before = runs[0].tree["/calibrated/underway"].to_dataset()
    names = [name for name in before.data_vars if not name.endswith(("_tests", "_evaluated"))]
    assert len(names) > 50
    # Which sensor a value is of stands beside it, where one was chosen.
    assert set(after["sst_sensor"].values.tolist()) <= {0, 1}
    after["sst"].attrs["ancillary_variables"] = after["sst"].attrs["ancillary_variables"].removesuffix(" sst_sensor")
    for name in names:
        assert before[name].identical(after[name]), name
