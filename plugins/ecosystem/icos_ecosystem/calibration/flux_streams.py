"""The streams that a run hands on: `fluxes`, one row per half hour, and `spectra`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_core.dataset import TIME_ATTRIBUTES, attributes, make_stream
from icos_ecosystem.calibration.degraded import degraded_variables
from icos_ecosystem.calibration.flux_variables import (
    GAS_OUTPUT,
    air_variables,
    count_variables,
    flux_variables,
    statistics_variables,
    wind_variables,
)
from icos_ecosystem.calibration.footprints import footprint_variables
from icos_ecosystem.calibration.quality_classes import raw_test_variables, turbulence_quality
from icos_ecosystem.calibration.setup_variables import diagnostic_variables, method_variables, setup_variables
from icos_ecosystem.calibration.storage import storage_variables
from icos_ecosystem.calibration.turbulence import wind_direction
from icos_ecosystem.calibration.uncertainties import uncertainty_variables
from icos_ecosystem.constants import ZERO_CELSIUS
from icos_ecosystem.series.symmetric_products import WIND_PAIRS, rotated_product
from icos_ecosystem.solar_radiation import NIGHT_BELOW
from icos_ecosystem.spectral.turbulence_spectra import bin_edges
from icos_ecosystem.vocabulary.flux_flagged import carries_flags, described_by
from icos_ecosystem.vocabulary.fluxes import FLUX_WORDS, SPECTRA_WORDS
from icos_ecosystem.vocabulary.measured import METEOROLOGY
from icos_ecosystem.vocabulary.rflux import RFLUX_STATISTICS, RFLUX_WORDS, rflux_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.scheme import SchemeFluxes

    FloatArray = NDArray[np.float64]
    Columns = dict[str, NDArray[np.generic]]

__all__ = ["flux_stream", "spectra_stream"]

_ALWAYS = ("EXPECT_NR", "FILE_NR", "SW_IN_POT", "NIGHT")


def flux_stream(own: SchemeFluxes, members: Mapping[str, SchemeFluxes], radiation: FloatArray) -> xr.Dataset:
    """Return the stream `fluxes`.

    Parameters
    ----------
    own
        Fluxes of the run's own methods.
    members
        Fluxes of every combination of the ensemble by name; where there are any, the median over them is the flux.
    radiation
        (n,) potential short-wave radiation [W m-2].
    """
    halves = own.halves
    direction = wind_direction(halves)
    columns: Columns = {
        "SW_IN_POT": radiation,
        "NIGHT": np.where(np.isfinite(radiation), (radiation < NIGHT_BELOW).astype(np.float64), np.nan),
        **count_variables(halves),
        **flux_variables(own),
        **air_variables(own),
        **wind_variables(own.turbulence, halves, direction),
        **statistics_variables(own.turbulence, halves),
        **turbulence_quality(own),
        **raw_test_variables(own),
        **footprint_variables(own),
        **storage_variables(own),
        **diagnostic_variables(halves),
        **setup_variables(halves),
        **method_variables(halves, own.turbulence.detrending),
        **_meteorology(halves),
        **degraded_variables(own),
    }
    if own.surface_heat is not None:
        columns |= {"H_BU_BOT": own.surface_heat.bottom, "H_BU_TOP": own.surface_heat.top, "H_BU_SPAR": own.surface_heat.spar}
    shape = own.gases["ch4"].line_shape if "ch4" in own.gases else None
    if shape is not None:
        columns |= {f"SPEC_CORR_LI7700_{end}": each for end, each in zip("ABC", shape, strict=True)}
    columns |= uncertainty_variables(own, members, columns)
    words = FLUX_WORDS
    if halves.options.quality.rflux:
        columns |= {rflux_name(name): halves.values["rflux"][:, place] for place, name in enumerate(RFLUX_STATISTICS)}
        words = (*FLUX_WORDS, *RFLUX_WORDS)
    _leave_out_incomplete(columns, halves)
    stream = make_stream(halves.time, columns, words)
    length = np.timedelta64(halves.options.averaging_period, "ns")
    stream["time"].attrs["bounds"] = "time_bnds"
    stream["time_bnds"] = (("time", "bounds"), np.stack([halves.time, halves.time + length], axis=1))
    for name in map(str, stream.data_vars):
        if stream.variables[name].dtype.kind == "f" and not carries_flags(name):
            stream.variables[name].attrs["describes"] = described_by(name)
    stream.attrs["averaging_period"] = halves.options.averaging_period.total_seconds()
    return stream


def _leave_out_incomplete(columns: Columns, halves: HalfHours) -> None:
    """Take numbers of half hours that lack too many rows as missing; counts stay."""
    incomplete = ~halves.usable
    if not incomplete.any():
        return
    for name, values in columns.items():
        if values.dtype.kind == "f" and name not in _ALWAYS and not name.endswith(("_NR", "_NREX", "_SPIKES")):
            columns[name] = np.where(incomplete, np.nan, values)


def _meteorology(halves: HalfHours) -> Columns:
    made: Columns = {}
    for word in METEOROLOGY:
        if word.name in {"WS", "WD"}:
            continue
        values = halves.meteorology(word.name)
        if not np.isfinite(values).any():
            continue
        shift, scale = {"K": (ZERO_CELSIUS, 1.0), "Pa": (0.0, 1e-3)}.get(word.units, (0.0, 1.0))
        made[word.name] = (values - shift) * scale
    return made


def spectra_stream(own: SchemeFluxes) -> xr.Dataset:
    """Return the stream `spectra`: frequency times spectral density in bins of natural frequency."""
    halves = own.halves
    matrices = own.turbulence.rotation.matrices
    values, names = halves.values["spectrum"], halves.layout.spectral_series
    wind = values[:, : len(WIND_PAIRS)]
    columns: dict[str, FloatArray] = {}
    for place, name in enumerate(("u", "v", "w")):
        columns[f"S_{name}"] = rotated_product(matrices[:, place], matrices[:, place], wind)
        if name != "w":
            columns[f"C_w_{name}"] = rotated_product(matrices[:, 2], matrices[:, place], wind)
    autos = len(WIND_PAIRS)
    crosses = autos + len(names) - 3
    for place, name in enumerate(names[3:]):
        scale = GAS_OUTPUT[name][2] if name != "ts" else 1.0
        columns[f"S_{name}"] = values[:, autos + place] * scale**2
        of_wind = values[:, crosses + 3 * place : crosses + 3 * place + 3]
        columns[f"C_w_{name}"] = np.einsum("nj,njb->nb", matrices[:, 2], of_wind) * scale
    words = {word.name: word for word in SPECTRA_WORDS}
    frequency = _middle_frequency(halves)
    columns["spectral_counts"] = halves.values["spectrum_lines"]
    # Spectra are looked at, not flagged one by one: what is wrong with a half hour its fluxes tell.
    variables = {
        name: (("time", "frequency"), each, {**attributes(words[name]), "describes": "frequency"}) for name, each in columns.items()
    }
    for gas, cut_off in own.losses.cut_off.items():
        variables[f"C_w_{gas}"][2]["cut_off_frequency"] = float(np.nanmedian(cut_off))
    return xr.Dataset(
        variables,
        coords={
            "time": ("time", halves.time, dict(TIME_ATTRIBUTES)),
            "frequency": ("frequency", frequency, attributes(words["frequency"])),
        },
    )


def _middle_frequency(halves: HalfHours) -> FloatArray:
    """Return the mean frequency of every bin; of one that is empty in all half hours, the middle of its edges."""
    values = halves.values["spectrum_frequency"]
    found = np.isfinite(values)
    count = found.sum(axis=0)
    mean = np.where(found, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    edges = bin_edges(values.shape[1], halves.options.averaging_period.total_seconds(), halves.layout.frequency)
    return np.where(count > 0, mean, np.sqrt(edges[:-1] * edges[1:]))
