"""Two real days of a Picarro G2301, from the description in ``examples/`` to its exports, against the figures of the reference."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.calibration.fresh_readings import gas_readings
from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
from icos_atmosphere.vocabulary import VOCABULARY

import icos_core
from icos_core.dataset import make_stream
from icos_core.flags import decode_bits
from icos_core.testing.real_data import folder_of_real_data

EXAMPLE = Path(__file__).parents[3] / "examples" / "picarro-g2301" / "station.toml"
FACTORY = """
[[calibrate.water]]
gas = "co2"
form = "factory"
[[calibrate.water]]
gas = "ch4"
form = "factory"
"""

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def folder(pytestconfig):
    return folder_of_real_data(pytestconfig)


@pytest.fixture(scope="module")
def golden(folder):
    return json.loads((folder / "atmosphere" / "golden_g2301.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def run_example(folder, tmp_path_factory):
    """Run the example with a piece of its description replaced and more of it; each variant once."""
    done = {}

    def run(old="", new="", more=""):
        if (new, more) not in done:
            text = EXAMPLE.read_text(encoding="utf-8")
            assert old in text
            place = tmp_path_factory.mktemp("g2301")
            station = place / "station.toml"
            station.write_text(text.replace(old, new).replace("[[derive]]", f"{more}\n[[derive]]", 1), encoding="utf-8")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ICOS_REAL_DATA", str(folder))
                done[new, more] = icos_core.run(station, place / "output", jobs=1)
        return done[new, more]

    return run


def raw_table(folder):
    """All rows of all files, read without the suite's reader."""
    files = sorted((folder / "atmosphere" / "pycrds_g2301_raw" / "2021").rglob("*.gz"))
    return len(files), pd.concat([pd.read_csv(file, sep=r"\s+") for file in files], ignore_index=True)


def test_rows_are_accounted_for(run_example, folder, golden):
    result = run_example('cylinder = "10 min"', 'cylinder = "10 min"')
    assert result.status == 0
    manifest = json.loads((result.finished.out / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["inputs"]) == golden["files"] == 48
    for row in manifest["inputs"]:
        path = next((folder / "atmosphere" / "pycrds_g2301_raw").rglob(Path(row["name"]).name))
        with gzip.open(path) as file:
            lines = sum(1 for _ in file) - 1
        assert row["tally"]["seen"] == row["tally"]["kept"] == lines
        assert not row["set_aside"]
    assert sum(row["tally"]["kept"] for row in manifest["inputs"]) == golden["rows"] == 182_599
    [table] = [each for each in manifest["tables"] if each["title"] == "Rows of picarro"]
    counted = {row[0]: row[1:] for row in table["rows"]}
    # Three rows have a fractional valve value and belong to no port.
    assert counted["line roof"][0] + counted["cylinder D311113"][0] == 182_599 - len(golden["fractional_valve_rows"])
    assert counted["cylinder D311113"][0] == sum(each["rows"] for each in golden["tank_segments"])
    # Another exporter than these would need a scale.
    assert {path.suffix for path in result.paths} == {".nc", ".csv", ".html"}


@pytest.mark.parametrize(("minutes", "key", "count"), [(10, "gt10min", 422), (20, "gt20min", 211)])
def test_tank_runs_and_that_they_still_drift(run_example, golden, minutes, key, count):
    result = run_example('cylinder = "10 min"', f'cylinder = "{minutes} min"')
    injections = result.tree["/calibrated/picarro/injections"].to_dataset()
    assert injections["co2_measured_n"].to_numpy().tolist() == [count, count]
    for number, segment in enumerate(golden["tank_segments"]):
        assert injections["co2_measured"].to_numpy()[number] == pytest.approx(segment[f"co2_{key}"], abs=5e-5)
        assert injections["ch4_measured"].to_numpy()[number] == pytest.approx(segment[f"ch4_ppb_{key}"], abs=5e-5)
    if minutes == 10:
        np.testing.assert_allclose(injections["co2_minute_stdev"], [0.0192, 0.0189], atol=5e-5)
        np.testing.assert_allclose(injections["ch4_minute_stdev"], [0.1562, 0.1424], atol=5e-5)
        drifting = decode_bits(injections, "co2_measured_tests")["still_drifting_questionable"]
        assert drifting.tolist() == [True, True]
        assert injections["co2_measured_flag"].to_numpy().tolist() == [3, 3]


def test_minute_means(run_example, golden):
    result = run_example('cylinder = "10 min"', 'cylinder = "10 min"')
    minutes = result.tree["/calibrated/picarro/roof"].to_dataset()
    for moment, expected in golden["minute_means_fresh_2021-01-02T12:00"].items():
        row = minutes.sel(time=np.datetime64(moment, "ns"))
        assert row["co2"].item() == pytest.approx(expected["co2"], abs=1e-8)
        assert row["ch4"].item() == pytest.approx(expected["ch4_ppb"], abs=1e-7)
        assert row["co2_stdev"].item() == pytest.approx(expected["sd_co2"], abs=1e-9)
        assert row["co2_n"].item() == expected["n"]


def test_diagnostics_are_counted(run_example, golden, folder):
    _, rows = raw_table(folder)
    for width, expected in golden["cavity_pressure_outside_140"].items():
        assert (abs(rows["CavityPressure"] - 140.0) > float(width)).sum() == expected
    result = run_example('cylinder = "10 min"', 'cylinder = "10 min"')
    measured = result.finished.flow
    [table] = [each for each in measured.tables if each.title == "Rows of picarro"]
    settling_too = sum(row[4] for row in table.rows)
    # The rest of the 57 rows stand before their sample had settled.
    assert 0 < settling_too <= golden["cavity_pressure_outside_140"]["0.1"]


def test_dry_columns_are_recomputed(run_example):
    """Our water correction from the moist readings against the analyser's own dry columns, means of minutes."""
    own = run_example('cylinder = "10 min"', 'cylinder = "10 min"')
    again = run_example('cylinder = "10 min"', 'cylinder = "10 min"', FACTORY)
    for gas in ("co2", "ch4"):
        theirs = own.tree["/calibrated/picarro/roof"][gas].to_numpy()
        ours = again.tree["/calibrated/picarro/roof"][gas].to_numpy()
        both = np.isfinite(theirs) & np.isfinite(ours)
        assert both.sum() > 2800
        assert np.abs(ours[both] / theirs[both] - 1.0).max() <= 1.1e-8


def test_dry_columns_are_recomputed_row_by_row(folder):
    _, rows = raw_table(folder)
    rows = rows.sort_values("EPOCH_TIME")
    names = {"CO2": "co2_wet", "CO2_dry": "co2_dry", "CH4": "ch4_wet", "CH4_dry": "ch4_dry", "h2o_reported": "h2o_reported"}
    values = {ours: rows[theirs].to_numpy() for theirs, ours in names.items()}
    values["species"] = rows["species"].astype("int16").to_numpy()
    time = np.round(rows["EPOCH_TIME"].to_numpy() * 1000).astype("M8[ms]").astype("M8[ns]")
    stream = make_stream(time, values, VOCABULARY.values())
    for gas in ("co2", "ch4"):
        options = MoleFractionOptions.model_validate(
            {
                "scales": {gas: "none"},
                "instruments": [{"stream": "picarro", "model": "G2301", "valve": "solenoid_valves"}],
                "lines": [{"name": "roof", "height": 15.0}],
                "ports": [{"port": 1, "line": "roof"}],
                "water": [{"gas": gas, "form": "factory"}],
            }
        )
        (ours, renewed), _ = gas_readings(stream, gas, options.instruments[0], options)
        fresh = np.flatnonzero(renewed)[2:]
        theirs = stream[f"{gas}_dry"].to_numpy()[fresh]
        assert fresh.size == 60_864
        assert np.abs(ours[fresh] / theirs - 1.0).max() <= 1.1e-8
