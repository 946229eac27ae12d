"""Descriptions of the small simulators run as they are: analysers come to the scale, finished means and weather come through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from icos_atmosphere.vocabulary import GASES

import icos_core
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    from pathlib import Path

# Three cylinders, each read with noise, place the line; the noise of a minute comes on top: 5 of its standard deviations.
LARGEST = {"co2": 0.05, "ch4": 0.8, "co": 1.6, "n2o": 0.12}
LARGEST_BIAS = {"co2": 0.01, "ch4": 0.15, "co": 0.3, "n2o": 0.02}
ANALYSERS: dict[str, tuple[str, dict[str, Any]]] = {
    "UGGA": ("lgr-icos", {"model": "UGGA", "utc_offset": 1.0}),
    "N2OM1": ("lgr-icos", {"model": "N2OM1", "date_order": "mm/dd/yyyy", "signature": True}),
    "LI-7810": ("licor-78xx", {"model": "LI-7810"}),
    "LI-7815": ("licor-78xx", {"model": "LI-7815"}),
    "LI-7820": ("licor-78xx", {"model": "LI-7820"}),
    "Aeris CH4": ("aeris", {}),
    "Aeris N2O/CO": ("aeris", {"laser": "nitrous-oxide-carbon-monoxide", "utc_offset": -3.0}),
}


def run(name: str, options: dict[str, Any], folder: Path) -> tuple[dict[str, xr.Dataset], dict[str, Path]]:
    """Return the truth, and the files of the run."""
    simulator = installed_plugins().component("simulator", name)
    simulated = simulator.simulate(folder, simulator.options.model_validate(options), 1)
    result = icos_core.run(simulated.description, folder / "output", jobs=1)
    assert result.finished.status == 0
    return dict(simulated.truth), {path.name: path for path in result.finished.paths}


@pytest.mark.parametrize("analyser", ANALYSERS)
def test_analysers_come_to_the_scale(analyser: str, tmp_path: Path) -> None:
    name, options = ANALYSERS[analyser]
    truth, files = run(name, options, tmp_path)
    ((stream, known),) = ((stream, known) for stream, known in truth.items() if stream.endswith("/30m"))
    with xr.open_dataset(files[f"SIM_{stream.replace('/', '-')}.nc"]) as found:
        times = np.intersect1d(found["time"].to_numpy(), known["time"].to_numpy())
        assert times.size == 355  # six hours but for the five minutes after the last switch
        for gas in known.data_vars:
            difference = found[gas].sel(time=times).to_numpy() - known[gas].sel(time=times).to_numpy()
            assert np.abs(difference).max() < LARGEST[str(gas)]
            assert abs(difference.mean()) < LARGEST_BIAS[str(gas)]
            assert found[gas].attrs["calibration_scale"].startswith(f"WMO {GASES[str(gas)].formula} X")


@pytest.mark.parametrize("interval", ["minute", "hour"])
def test_exports_of_gcwerks_come_through(interval: str, tmp_path: Path) -> None:
    truth, files = run("gcwerks-export", {"averaging_interval": interval, "standards": True, "duration": "2 d"}, tmp_path)
    known = truth["gcwerks"]
    with xr.open_dataset(files["SIM_gcwerks.nc"]) as found:
        assert found.attrs["averaging_interval"] == interval
        np.testing.assert_array_equal(found["time"].to_numpy(), known["time"].to_numpy())
        for gas in known.data_vars:
            np.testing.assert_allclose(found[gas].to_numpy(), known[gas].to_numpy(), rtol=0, atol=0.0051)
            assert found[gas].attrs["calibration_scale"].startswith("WMO ")


def test_weather_comes_through(tmp_path: Path) -> None:
    truth, files = run("meteo-table", {"style": "toa5"}, tmp_path)
    with xr.open_dataset(files["SIM_meteo.nc"]) as found:
        np.testing.assert_allclose(found["air_temperature"].to_numpy(), truth["meteo"]["air_temperature"].to_numpy(), rtol=0, atol=0.0051)
        assert found["air_pressure"].attrs["units"] == "kPa"
