"""``icos demo`` with the atmosphere's simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from icos_core.cli import main

if TYPE_CHECKING:
    from pathlib import Path

LINES = ("10m", "50m", "150m")


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> tuple[Path, list[list[str]]]:
    folder = tmp_path_factory.mktemp("demo")
    result = CliRunner().invoke(main, ["demo", "picarro", "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    return folder / "picarro" / "output", [line.split() for line in result.output.splitlines()]


def test_compares_with_the_truth(demo) -> None:
    _, rows = demo
    compared = [(row[0], int(row[1]), *(float(cell) for cell in row[2:5])) for row in rows if row[:1] and row[0] in {"co2", "ch4", "co"}]
    assert len(compared) == 2 * len(LINES) * 3  # minutes and hours
    for gas, good, difference, spread, stated in compared:
        assert good > 30, gas
        # One station has one draw of every error that its rows share.
        assert abs(difference) < 3 * stated, gas
        assert spread < 2 * stated, gas


def test_writes_what_communities_take(demo) -> None:
    output, _ = demo
    names = {path.name for path in output.iterdir()}
    for gas in ("CO2", "CH4", "CO"):
        assert len([name for name in names if name.startswith("ICOS_ATC_NRT_SIM") and name.endswith(f".{gas}")]) == len(LINES)
        for line in LINES:
            assert f"{gas.lower()}_sim_tower-insitu_{line}agl_999_hourly.txt" in names
            assert any(name.startswith(f"{gas.lower()}_sim_") and name.endswith(f"-{line}agl.nc") for name in names)
    assert {*(f"SIM_hourly-{line}.{ending}" for line in LINES for ending in ("nc", "csv")), "report.html"} <= names


def test_hours_of_a_file_are_those_of_the_demo(demo) -> None:
    """The Thematic Centre's file holds every hour of two days once, and what is missing as it writes it."""
    output, _ = demo
    (path,) = output.glob("ICOS_ATC_NRT_SIM_*_150.0_999.CO2")
    rows = [line.split(";") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    hours = np.array([f"{row[2]}-{row[3]}-{row[4]}T{row[5]}" for row in rows], dtype="M8[h]")
    assert (np.diff(hours) == np.timedelta64(1, "h")).all()
    missing = [row[8] == "-999.990" for row in rows]
    assert [row[10] == "0" for row in rows] == missing
    assert [row[11] == "N" for row in rows] == missing
    assert 0 < sum(missing) < len(rows) / 2
