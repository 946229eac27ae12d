"""Whole runs on files of SOCAT: from input to products without a calibrator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from icos_ocean.simulators.socat_cruise import SIMULATOR

import icos_core

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import SimulationResult


def manifest_of(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def written(folder: Path, product: str) -> xr.Dataset:
    """Return a product from its files, one per deployment."""
    parts = [xr.load_dataset(path) for path in sorted(folder.glob(f"*_{product}.nc"))]
    return xr.concat([part[["fco2rec", "fco2rec_source"]] for part in parts], "time").sortby("time")


def run(simulated: SimulationResult, out: Path) -> bool:
    """Run a description; return whether anything had to be done."""
    return not icos_core.run(simulated.description, out, jobs=1).unchanged


@pytest.mark.parametrize("form", ["published", "synthesis"])
def test_from_files_to_products(tmp_path, form):
    options = SIMULATOR.options(form=form, cruises=2, duration="3 h", others=1)
    simulated = SIMULATOR.simulate(tmp_path, options, 1)
    out = tmp_path / "out"
    assert run(simulated, out)
    manifest = manifest_of(out)
    assert not manifest["set_aside"]
    titles = [table["title"] for table in manifest["tables"]]
    assert {"fCO2 recomputed as SOCAT does: sources", "Monthly grid", "Crossovers with other cruises"} <= set(titles)
    truth, found = simulated.truth["socat"], written(out, "socat_fco2rec")
    np.testing.assert_array_equal(found["time"].values, truth["time"].values)
    np.testing.assert_allclose(found["fco2rec"].values, truth["fco2rec"].values, rtol=0, atol=0.00056)
    np.testing.assert_array_equal(found["fco2rec_source"].values, truth["fco2rec_source"].values)
    if form == "published":
        assert not run(simulated, out)
        # The other cruises are inputs of the run, too.
        (path,) = (tmp_path / "others").iterdir()
        path.write_text(path.read_text(encoding="utf-8").replace("OTH1", "OTH2"), encoding="utf-8")
        assert run(simulated, out)
        (table,) = [each for each in manifest_of(out)["tables"] if each["title"] == "Crossovers with other cruises"]
        assert table["rows"][0][1] == "OTH220190501"


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    contents = []
    for name in ("one", "two"):
        result = SIMULATOR.simulate(tmp_path / name, SIMULATOR.options(duration="3 h"), 7)
        others = sorted((tmp_path / name / "others").iterdir())
        contents.append([path.read_bytes() for path in (*result.files, *others, result.description)])
    assert contents[0] == contents[1]
