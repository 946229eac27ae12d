"""Spectra as netCDF: what went in comes out, with covariances beside it, and metadata after the conventions."""

from __future__ import annotations

import cf_units
import numpy as np
import pytest
import xarray as xr
from eddypro_flux_streams import STATION
from flux_days import flux_day, spectra_day
from icos_ecosystem.exporters.spectra_netcdf import EXPORTER

from icos_core.exceptions import DataError, ExportRefused
from icos_core.testing import ExporterContract, example_context


def context():
    return example_context(station=STATION, deployments=())


def written(folder, streams, **options):
    [path] = EXPORTER.export(streams, folder, EXPORTER.options(**options), context())
    return path, xr.load_dataset(path, engine="netcdf4")


def test_spectra_counts_and_covariances(tmp_path):
    spectra, fluxes = spectra_day(), flux_day()
    path, data = written(tmp_path, {"spectra": spectra, "fluxes": fluxes})
    assert path.name == "XX-Abc_spectra.nc"
    for name in ("C_w_ts", "C_w_co2", "S_w", "spectral_counts", "frequency"):
        np.testing.assert_array_equal(data[name].values, spectra[name].values)
    np.testing.assert_array_equal(data["W_CO2_MEAS_COV"].values, fluxes["W_CO2_MEAS_COV"].values)
    assert data["C_w_co2"].dims == ("time", "frequency")
    assert data.attrs["Conventions"].startswith("CF-1.11")
    assert data["frequency"].attrs["units"] == "Hz"
    assert not any(cf_units.Unit(variable.attrs["units"]).is_unknown() for variable in data.values() if "units" in variable.attrs)


def test_normalised_cospectra(tmp_path):
    spectra, fluxes = spectra_day(), flux_day()
    _, data = written(tmp_path, {"spectra": spectra, "fluxes": fluxes}, normalised=True)
    expected = spectra["C_w_h2o"].values / fluxes["W_H2O_MEAS_COV"].values[:, np.newaxis]
    np.testing.assert_allclose(data["C_w_h2o_normalised"].values, expected, rtol=1e-12)
    assert data["C_w_h2o_normalised"].attrs["units"] == "1"


def test_covariances_belong_to_their_half_hours(tmp_path):
    spectra, fluxes = spectra_day().isel(time=slice(4, 40)), flux_day().isel(time=slice(0, 20))
    _, data = written(tmp_path, {"spectra": spectra, "fluxes": fluxes})
    np.testing.assert_array_equal(data["W_T_SONIC_COV"].values[:16], fluxes["W_T_SONIC_COV"].values[4:])
    assert np.isnan(data["W_T_SONIC_COV"].values[16:]).all()


def test_without_fluxes_or_spectra(tmp_path):
    _, data = written(tmp_path, {"spectra": spectra_day()})
    assert "W_CO2_MEAS_COV" not in data
    with pytest.raises(ExportRefused, match="no stream 'spectra' to export; there are fluxes"):
        EXPORTER.export({"fluxes": flux_day()}, tmp_path, EXPORTER.options(), context())
    with pytest.raises(DataError, match="stream 'fluxes' has no dimension 'frequency'"):
        EXPORTER.export({"fluxes": flux_day()}, tmp_path, EXPORTER.options(streams=("fluxes",)), context())


class TestContract(ExporterContract):
    exporter = EXPORTER

    def context(self):
        return context()

    def streams(self):
        return {"spectra": spectra_day(), "fluxes": flux_day()}

    def reread(self, paths, streams):
        with xr.open_dataset(paths[0], engine="netcdf4") as data:
            np.testing.assert_array_equal(data["C_w_co2"].values, streams["spectra"]["C_w_co2"].values)
