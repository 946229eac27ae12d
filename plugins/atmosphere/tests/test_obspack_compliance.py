"""ObsPack files judged by compliance-checker, strictly: nothing is wrong but what a layout forces."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import finished_hours as hours
import pytest
from icos_atmosphere.exporters.obspack import EXPORTER

ALLOWED = {
    "icos": {
        "time_components": "six numbers per time, along a second dimension; CF recommends further dimensions before time",
        "solartime_components": "as time_components",
        "assimilation_concerns": "as time_components",
    },
    "noaa": {},
}
"""What a layout forces: the variables whose order of dimensions is not the recommended one, and why."""

ORDER = "spatio-temporal dimensions are not in the recommended order"


def judged(path: Path, report: Path) -> dict[str, Any]:
    """Return the verdict of compliance-checker for CF 1.7."""
    pytest.importorskip("compliance_checker", reason="compliance-checker is not installed")
    checker = Path(sys.executable).with_name("compliance-checker")
    command = [str(checker), "--test=cf:1.7", "--criteria=strict", "--format=json_new", f"--output={report}", str(path)]
    subprocess.run(command, capture_output=True, check=False)
    verdict: dict[str, Any] = json.loads(report.read_text())[str(path)]["cf:1.7"]
    return verdict


def complaints(verdict: dict[str, Any]) -> list[str]:
    return [
        message
        for priority in ("high_priorities", "medium_priorities", "low_priorities")
        for result in verdict[priority]
        if result["value"][0] < result["value"][1]
        for message in result["msgs"]
    ]


@pytest.mark.parametrize("flavour", ["icos", "noaa"])
@pytest.mark.parametrize("gas", ["co2", "ch4", "co", "n2o"])
def test_strict_cf(tmp_path: Path, flavour: str, gas: str) -> None:
    options = EXPORTER.options(flavour=flavour, country="SE", citations=["A (2021)"])
    (path,) = EXPORTER.export({"hourly/150m": hours.hourly(gas)}, tmp_path, options, hours.context())
    verdict = judged(path, tmp_path / "report.json")
    found = sorted(complaints(verdict))
    assert [message.partition("'s ")[0] for message in found] == sorted(ALLOWED[flavour])
    assert all(ORDER in message for message in found)
    assert verdict["high_count"] == 0
    assert verdict["possible_points"] - verdict["scored_points"] == len(ALLOWED[flavour])


@pytest.mark.realdata
def test_the_judge_finds_what_is_wrong_with_published_files(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "atmosphere/icos_cp/co2_htm_tower-insitu_424_allvalid-150magl_small.nc"
    verdict = judged(path, tmp_path / "report.json")
    assert verdict["scored_points"] < verdict["possible_points"]
    assert any("mole_fraction_of_co2_in_dry_air" in message for message in complaints(verdict))
