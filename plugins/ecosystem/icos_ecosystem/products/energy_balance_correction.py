"""Product ``energy-balance-correction``: latent and sensible heat corrected so that they close the energy balance.

It makes the stream `energy-balance` on the grid of `half-hourly`.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.versioned import Options
from icos_ecosystem.energy_balance.closure_correction import correct, joint_uncertainty
from icos_ecosystem.energy_balance.closure_factors import EnergyFluxes
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, on_grid
from icos_ecosystem.vocabulary.energy_balance import CORRECTED_FLUXES, ENERGY_BALANCE_STREAM, ENERGY_BALANCE_WORDS
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM, UNCERTAINTY_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.energy_balance.closure_correction import ClosureCorrection
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "EnergyBalanceCorrectionOptions", "derive"]

_MEASURED = ("NETRAD", "G")


class EnergyBalanceCorrectionOptions(Options):
    """Options of ``energy-balance-correction``: there are none."""


def derive(streams: Streams, _options: EnergyBalanceCorrectionOptions, context: Context) -> ProductResult:
    """Return corrected fluxes of every half hour, with joint uncertainty where random uncertainty is there."""
    fluxes = _energy_fluxes(streams)
    if isinstance(fluxes, tuple):
        what = f"energy-balance-correction: without {' and '.join(fluxes)} the closure of the energy balance is not known"
        return ProductResult(streams={}, problems=(Problem(message=what),))
    grid = streams[GRID_STREAM]
    calendar = calendar_of(grid, context)
    correction = correct(fluxes, calendar)
    if not correction.method.any():
        what = "energy-balance-correction: too few half hours have NETRAD, G, LE and H at once, LE and H measured or well filled"
        return ProductResult(streams={}, problems=(Problem(message=what),))
    values: dict[str, NDArray[np.float64]] = {
        "EBC_CF_N": correction.count,
        "EBC_CF_METHOD": np.where(correction.method > 0, correction.method, np.nan),
    }
    uncertainty = streams.get(UNCERTAINTY_STREAM)
    for name, flux in zip(CORRECTED_FLUXES, (correction.latent_heat, correction.sensible_heat), strict=True):
        values |= {f"{name}_CORR": flux.corrected, f"{name}_CORR_25": flux.lower, f"{name}_CORR_75": flux.upper}
        if uncertainty is not None and has(uncertainty, f"{name}_RANDUNC"):
            values[f"{name}_CORR_JOINTUNC"] = joint_uncertainty(column(uncertainty, f"{name}_RANDUNC"), flux)
    stream = on_grid(grid, values, ENERGY_BALANCE_WORDS)
    return ProductResult(streams={ENERGY_BALANCE_STREAM: stream}, tables=(_account(fluxes, correction, calendar),))


def _energy_fluxes(streams: Streams) -> EnergyFluxes | tuple[str, ...]:
    """Return the components of the energy balance, or the names of those that are wholly missing."""
    grid, filled = streams.get(GRID_STREAM), streams.get(FILLED_STREAM)
    lacking = tuple(name for name in _MEASURED if grid is None or not has(grid, name))
    lacking += tuple(f"{name}_F" for name in CORRECTED_FLUXES if filled is None or not has(filled, f"{name}_F"))
    if lacking or grid is None or filled is None:
        return lacking
    return EnergyFluxes(
        net_radiation=column(grid, "NETRAD"),
        ground_heat=column(grid, "G"),
        latent_heat=column(filled, "LE_F"),
        sensible_heat=column(filled, "H_F"),
        latent_heat_quality=filled["LE_F_QC"].values.astype(np.float64),
        sensible_heat_quality=filled["H_F_QC"].values.astype(np.float64),
    )


def _account(fluxes: EnergyFluxes, correction: ClosureCorrection, calendar: SiteCalendar) -> Table:
    rows = []
    complete = fluxes.complete
    for year in calendar.years:
        part = calendar.rows_of(year)
        here = complete[part]
        available = (fluxes.net_radiation - fluxes.ground_heat)[part][here].sum()
        turbulent = (fluxes.latent_heat + fluxes.sensible_heat)[part][here].sum()
        closure: float | str = round(float(turbulent / available), 3) if here.any() and available != 0.0 else ""
        share = [round(100.0 * float((correction.method[part] == method).mean()), 1) for method in (1, 2, 3, 0)]
        rows.append((year, int(here.sum()), closure, *share))
    return Table(
        title="Energy balance",
        columns=("year", "complete half hours", "(H + LE) / (NETRAD − G)", "method 1 (%)", "method 2 (%)", "method 3 (%)", "none (%)"),
        rows=tuple(rows),
        note="sums over half hours with all four components, H and LE measured or well filled",
    )


def _requires(_options: EnergyBalanceCorrectionOptions) -> Mapping[str, tuple[Requirement, ...]]:
    filled = [Requirement(name=f"{name}_F", units="W m-2", optional=True) for name in CORRECTED_FLUXES]
    quality = [Requirement(name=f"{name}_F_QC", optional=True) for name in CORRECTED_FLUXES]
    return {
        GRID_STREAM: tuple(Requirement(name=name, units="W m-2", optional=True) for name in _MEASURED),
        FILLED_STREAM: (*filled, *quality),
        UNCERTAINTY_STREAM: tuple(Requirement(name=f"{name}_RANDUNC", units="W m-2", optional=True) for name in CORRECTED_FLUXES),
    }


def _provides(_options: EnergyBalanceCorrectionOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {ENERGY_BALANCE_STREAM: ENERGY_BALANCE_WORDS}


PRODUCT = Product(
    name="energy-balance-correction",
    summary="latent and sensible heat corrected for the closure of the energy balance, with quartiles and joint uncertainty",
    options=EnergyBalanceCorrectionOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("gap-fill",),
    after=("random-uncertainty",),
)
