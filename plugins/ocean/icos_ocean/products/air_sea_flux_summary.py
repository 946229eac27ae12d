"""Mean flux of each deployment, with what is common to its rows and what averages out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Table
from icos_core.exporters.deployments import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from icos_core.components import Context
    from icos_ocean.products.air_sea_flux_options import AirSeaFluxOptions

__all__ = ["mean_uncertainty", "summary"]

_WITH_THE_FLUX = frozenset({"gas_transfer", "transfer_velocity", "wind", "solubility"})


def mean_uncertainty(part: xr.Dataset, terms: Sequence[str]) -> dict[str, float]:
    """Return the standard uncertainty of the mean of the rows, term by term.

    A term whose errors are independent averages out, ``sqrt(sum u²) / n``; one whose errors are common to all rows, or to those of a
    period, does not: its mean stands, for errors of a period an upper limit. A transfer velocity that is too high makes a flux into the sea
    larger as it does one out of it: terms that follow the flux keep its sign until they are averaged.

    Parameters
    ----------
    part
        Rows that have a flux.
    terms
        Names after ``co2_flux_uncertainty_``.
    """
    found = {}
    for name in terms:
        term = part[f"co2_flux_uncertainty_{name}"]
        known = np.isfinite(term.values)
        if not known.any():
            continue
        values = term.values[known] * (np.sign(part["co2_flux"].values[known]) if name in _WITH_THE_FLUX else 1.0)
        independent = term.attrs.get("error_correlation") == "independent"
        found[name] = float(np.sqrt(np.sum(values**2)) / values.size if independent else abs(np.mean(values)))
    return found


def summary(made: xr.Dataset, terms: Sequence[str], context: Context, options: AirSeaFluxOptions) -> Table:
    """Table of mean fluxes."""
    rows = []
    for each in split(made, context.station, context.deployments):
        part = each.data
        part = part.isel(time=np.flatnonzero(np.isfinite(part["co2_flux"].values)))
        count = part.sizes["time"]
        if not count:
            continue
        flux = part["co2_flux"].values
        of_mean = mean_uncertainty(part, terms)
        total = float(np.sqrt(sum(value**2 for value in of_mean.values()))) if of_mean else float("nan")
        largest = max(of_mean, key=lambda name: of_mean[name]).replace("_", " ") if of_mean else ""
        name = each.deployment.expocode if each.deployment is not None else context.station.id
        shown = round(total, 3) if np.isfinite(total) else ""
        rows.append((name, count, round(float(flux.mean()), 3), shown, largest, round(float(flux.min()), 2), round(float(flux.max()), 2)))
    methods = ", ".join(options.gas_transfer)
    return Table(
        title="Flux of CO2 from the sea to the air",
        columns=("deployment", "rows", "mean (mmol m⁻² d⁻¹)", "its standard uncertainty", "largest term", "smallest", "largest"),
        rows=tuple(rows),
        note=f"Unweighted mean of the rows; gas transfer by {methods}.",
    )
