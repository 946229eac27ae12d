"""Exporter ``spectra-netcdf``: binned spectra and cospectra as netCDF after CF 1.11, with the variances and covariances they belong to.

One file per spectra stream and deployment, ``<station>_spectra.nc``: `time` is the start of the averaging interval, `frequency` the
natural frequency of the bins. Spectra stand as frequency times density, not normalised: divided by the covariance of the same file they
are what model cospectra are compared with. The core's exporter ``cf-netcdf`` writes the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.exceptions import DataError
from icos_core.exporters import cf_netcdf
from icos_core.exporters.cf_netcdf import CfNetcdfOptions
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, SPECTRA_STREAM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Context, Streams

__all__ = ["COVARIANCES", "EXPORTER", "SpectraNetcdfOptions", "export", "normalised_name"]

COVARIANCES = {
    "C_w_u": "W_U_COV",
    "C_w_ts": "W_T_SONIC_COV",
    "C_w_co2": "W_CO2_MEAS_COV",
    "C_w_h2o": "W_H2O_MEAS_COV",
    "C_w_ch4": "W_CH4_MEAS_COV",
    "C_w_n2o": "W_N2O_MEAS_COV",
}
"""Cospectrum → covariance of the flux stream."""


class SpectraNetcdfOptions(CfNetcdfOptions):
    """Options of ``spectra-netcdf``: those of ``cf-netcdf``, and what is added."""

    streams: tuple[str, ...] = Field(default=(SPECTRA_STREAM,), description="spectra streams to write")
    fluxes: StreamName = Field(default=FLUX_STREAM, description="stream whose covariances are added where it is there")
    normalised: bool = Field(default=False, description="add cospectra divided by their covariance")


def normalised_name(name: str) -> str:
    """Return the name of a cospectrum divided by its covariance."""
    return f"{name}_normalised"


def export(streams: Streams, folder: Path, options: SpectraNetcdfOptions, context: Context) -> Sequence[Path]:
    """Write one file per spectra stream and deployment.

    Raises
    ------
    ExportRefused
        If a stream that is asked for is not there.
    DataError
        If a stream has no dimension of frequency.
    """
    if not streams:
        return ()
    fluxes = streams.get(options.fluxes)
    chosen = {name: _complete(name, streams[name], fluxes, options) for name in options.streams if name in streams}
    return cf_netcdf.export(chosen or streams, folder, options, context)


def _complete(name: str, spectra: xr.Dataset, fluxes: xr.Dataset | None, options: SpectraNetcdfOptions) -> xr.Dataset:
    if "frequency" not in spectra.dims:
        raise DataError(f"stream {name!r} has no dimension 'frequency': it holds no spectra")
    pairs = {cospectrum: covariance for cospectrum, covariance in COVARIANCES.items() if cospectrum in spectra}
    if fluxes is None or not pairs:
        return spectra
    there = [covariance for covariance in pairs.values() if covariance in fluxes]
    beside = fluxes[there].reindex(time=spectra["time"])
    added = {covariance: beside[covariance] for covariance in there}
    if options.normalised:
        added |= {
            normalised_name(cospectrum): _normalised(spectra[cospectrum], beside[covariance])
            for cospectrum, covariance in pairs.items()
            if covariance in beside
        }
    return spectra.assign(added)


def _normalised(cospectrum: xr.DataArray, covariance: xr.DataArray) -> xr.DataArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = cospectrum / covariance
    return ratio.assign_attrs(units="1", long_name=f"{cospectrum.attrs.get('long_name', cospectrum.name)}, divided by the covariance")


EXPORTER = Exporter(
    name="spectra-netcdf",
    summary="spectra and cospectra as netCDF",
    options=SpectraNetcdfOptions,
    export=export,
)
