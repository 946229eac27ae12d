"""Storage across the border of two runs: the first half hour of the second has the last of the first before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from flux_towers import PLAIN, calibrator_options, measured_half_hours, tower
from icos_ecosystem.calibration.eddy_covariance import CALIBRATOR
from icos_ecosystem.simulators.eddy_covariance import SIMULATOR

from icos_core.exceptions import InputError
from icos_core.exporters.cf_netcdf import EXPORTER
from icos_core.flags import apply_flags

if TYPE_CHECKING:
    from pathlib import Path

STORAGES = ("SH", "SC", "SH2O", "SLE", "SCH4", "SN2O", "SC_SINGLE", "SET_SINGLE")
CHANGES: dict[str, Any] = {**PLAIN, "random_uncertainty": {"method": "none"}, "footprint": {"model": "none"}}


@pytest.fixture(scope="module")
def simulation() -> Any:
    options = {"start": "2024-06-15T05:00:00Z", "half_hours": 5, "frequency": 1.0, "laser": True, "spikes": 0}
    return SIMULATOR.options.model_validate(options)


@pytest.fixture(scope="module")
def condensed(simulation: Any) -> list[xr.Dataset]:
    options = CALIBRATOR.condensing(calibrator_options(simulation, **CHANGES))
    made = []
    for streams, _ in measured_half_hours(simulation, 3):
        start = streams["meteo"]["time"].values[0]
        assert CALIBRATOR.condense is not None
        made.append(CALIBRATOR.condense(streams, options, tower(), period=(start, start + np.timedelta64(30, "m")))["eddy"])
    return made


def run(simulation: Any, halves: list[xr.Dataset], folder: Path, previous: str | None = None) -> xr.Dataset:
    options = calibrator_options(simulation, **CHANGES, storage={} if previous is None else {"previous": previous})
    context = replace(tower(), folder=folder)
    return CALIBRATOR.calibrate({"eddy": xr.concat(halves, "time")}, options, context).streams["fluxes"]


def written(fluxes: xr.Dataset, folder: Path) -> str:
    """Write the netCDF of a run into a folder; return the file's name."""
    flagged = fluxes.copy()
    apply_flags(flagged, ())
    [path] = EXPORTER.export({"fluxes": flagged}, folder, EXPORTER.options(), tower())
    return path.name


def test_the_second_run_goes_on(simulation: Any, condensed: list[xr.Dataset], tmp_path: Path) -> None:
    """Two runs have the storage that one has over both."""
    whole = run(simulation, condensed, tmp_path)
    name = written(run(simulation, condensed[:3], tmp_path), tmp_path)
    second = run(simulation, condensed[3:], tmp_path, name)
    alone = run(simulation, condensed[3:], tmp_path)
    for storage in STORAGES:
        assert np.isnan(whole[storage].values[0]), storage
        assert np.isfinite(whole[storage].values[1:]).all(), storage
        assert np.isnan(alone[storage].values[0]), storage
        # Temperature went through degrees Celsius, amounts of CH4 and N2O through nanomoles.
        np.testing.assert_allclose(second[storage].values, whole[storage].values[3:], rtol=1e-7, atol=1e-9, err_msg=storage)


def test_only_the_half_hour_before_counts(simulation: Any, condensed: list[xr.Dataset], tmp_path: Path) -> None:
    name = written(run(simulation, condensed[:2], tmp_path), tmp_path)
    later = run(simulation, condensed[3:], tmp_path, name)
    assert np.isnan(later["SC"].values[0])
    assert np.isfinite(later["SC"].values[1])


def test_a_half_hour_without_fluxes_has_no_say(simulation: Any, condensed: list[xr.Dataset], tmp_path: Path) -> None:
    first = run(simulation, condensed[:3], tmp_path)
    for each in ("TA_EP", "CO2"):
        first[each][-1] = np.nan
    second = run(simulation, condensed[3:], tmp_path, written(first, tmp_path))
    assert np.isnan(second["SC"].values[0])
    assert np.isnan(second["SH"].values[0])
    assert np.isfinite(second["SH2O"].values[0])


def test_a_gap_has_no_storage(simulation: Any, condensed: list[xr.Dataset], tmp_path: Path) -> None:
    found = run(simulation, [condensed[0], *condensed[2:]], tmp_path)
    assert np.isfinite(found["SC"].values).tolist() == [False, False, True, True]


def test_files_that_will_not_do(simulation: Any, condensed: list[xr.Dataset], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^last-year\.nc: there is no such file, which storage\.previous names$"):
        run(simulation, condensed[3:], tmp_path, "last-year.nc")
    (tmp_path / "text.nc").write_text("no netCDF", encoding="utf-8")
    with pytest.raises(InputError, match=r"^text\.nc: cannot be read"):
        run(simulation, condensed[3:], tmp_path, "text.nc")
    xr.Dataset({"H": ("time", [1.0])}).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(InputError, match=r"^other\.nc: holds no TA_EP; storage\.previous expects"):
        run(simulation, condensed[3:], tmp_path, "other.nc")


def test_files_that_are_named_count_as_inputs(simulation: Any, tmp_path: Path) -> None:
    """Planes, an assessment and the earlier run: a change of what they hold is a change of the run."""
    context = replace(tower(), folder=tmp_path)
    named = {
        "rotation": {"method": "planar-fit", "file": "planes.txt"},
        "spectral": {"assessment": {"file": "assessment.txt"}},
        "storage": {"previous": "last-year.nc"},
    }
    options = calibrator_options(simulation, **(CHANGES | named))
    for name in ("planes.txt", "assessment.txt"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=r"^last-year\.nc: there is no such file, which storage\.previous names$"):
        CALIBRATOR.files(options, context)
    (tmp_path / "last-year.nc").touch()
    assert [path.name for path in CALIBRATOR.files(options, context)] == ["planes.txt", "assessment.txt", "last-year.nc"]
    assert not CALIBRATOR.files(calibrator_options(simulation, **CHANGES), context)
