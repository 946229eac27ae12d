"""What a run tells of its half hours: tables of the report, and problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Problem, Table
from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT
from icos_ecosystem.calibration.turbulence import planes_of
from icos_ecosystem.spectral.fratini import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_ecosystem.calibration.lag_search import LagSearch
    from icos_ecosystem.calibration.scheme import SchemeFluxes

__all__ = ["problems_of", "tables_of"]


def problems_of(own: SchemeFluxes) -> tuple[Problem, ...]:
    """Return what a person should know: half hours without fluxes, lags outside of what is kept, sectors without a plane."""
    halves = own.halves
    problems = []
    lacking = int(np.count_nonzero(~halves.usable))
    if lacking:
        limit = halves.options.raw.maximum_missing
        problems.append(Problem(message=f"{lacking} of {len(halves)} half hours lack more than {limit:g} % of their rows: no fluxes"))
    unplaned = int(np.count_nonzero(np.isnan(own.turbulence.rotation.mean[:, 0]) & halves.usable))
    if unplaned:
        message = f"{unplaned} of {len(halves)} half hours lie in wind sectors for which no plane could be fitted: no fluxes"
        problems.append(Problem(message=f"{message}; see rotation.minimum_number and rotation.missing_sector"))
    if own.losses.assessment is not None:
        unknown = [GAS_OUTPUT[gas][0] for gas in own.gases if gas not in own.losses.cut_off]
        if unknown:
            message = f"no cut-off frequency was found for {', '.join(unknown)}: analytic spectral factors are used"
            problems.append(Problem(message=f"{message}; see spectral.assessment.minimum_number, or state file or cut_off"))
    return tuple(problems)


def tables_of(own: SchemeFluxes, members: Mapping[str, SchemeFluxes], search: LagSearch) -> tuple[Table, ...]:
    """Return time lags, planes and the ensemble of methods as tables."""
    found = (_lags(own), _planes(own), _filters(own), _origins(own), _ensemble(members), _from_rows(own), *search.tables)
    return tuple(table for table in found if table is not None)


def _from_rows(own: SchemeFluxes) -> Table | None:
    """Return the choices in force that no algebra gives: another one reads again the raw files of the half hours that it concerns."""
    options = own.halves.options
    raw = options.raw
    chosen = (
        ("time lags by pre-whitening", options.time_lag.method == "pre-whitened"),
        ("spikes found after rotation", raw.despike_after_rotation),
        (f"angle of attack after {raw.angle_of_attack}", raw.angle_of_attack != "none"),
        ("cross-wind correction", raw.cross_wind),
        (f"despiking: {raw.despiking}", raw.despiking != "none"),
        ("statistics of raw data after Vitale et al. 2020", options.quality.rflux),
        ("random uncertainty from covariance functions", options.random_uncertainty.method not in {"none", "mahrt"}),
        (f"detrending: {', '.join(options.detrendings)}", True),
    )
    windows = ", ".join(
        f"{GAS_OUTPUT[gas][0]} {low / own.halves.layout.frequency:g} to {high / own.halves.layout.frequency:g} s"
        for gas, (low, high) in own.halves.layout.windows.items()
        if gas in GAS_OUTPUT
    )
    rows = [(name,) for name, yes in chosen if yes] + ([(f"windows of time lags: {windows}",)] if windows else [])
    note = "Rotation, lags within these windows, corrections, quality and footprint follow from condensed half hours by algebra."
    return Table(title="Found from raw rows", columns=("choice",), rows=tuple(rows), note=note)


def _lags(own: SchemeFluxes) -> Table | None:
    halves = own.halves
    rows = []
    for gas in own.gases:
        found, setup = own.turbulence.lags[gas], halves.gas_setup(gas)
        lag = found.rows / halves.setup.frequency
        if not np.isfinite(lag).any():
            continue
        low, middle, high = np.nanpercentile(lag, (5, 50, 95))
        rows.append(
            (
                GAS_OUTPUT[gas][0],
                round(float(np.nanmedian(setup.nominal_lag)), 3),
                round(float(np.nanmedian(setup.minimum_lag)), 3),
                round(float(np.nanmedian(setup.maximum_lag)), 3),
                round(float(middle), 3),
                round(float(low), 3),
                round(float(high), 3),
                int(found.default.sum()),
                len(halves),
            )
        )
    if not rows:
        return None
    columns = ("gas", "nominal (s)", "first (s)", "last (s)", "median (s)", "5 %", "95 %", "by default", "half hours")
    return Table(title="Time lags", columns=columns, rows=tuple(rows))


def _planes(own: SchemeFluxes) -> Table | None:
    rotation = own.halves.options.rotation
    if not rotation.method.startswith("planar") or rotation.planes or rotation.file is not None:
        return None
    rows = []
    for number, (_, planes) in enumerate(planes_of(own.halves, bias=rotation.method == "planar-fit"), start=1):
        for place in range(len(planes.first)):
            taken = int(planes.taken_from[place])
            rows.append(
                (
                    number,
                    f"{planes.first[place]:g}–{planes.last[place]:g}",
                    int(planes.number[place]),
                    *(round(float(each), 6) if np.isfinite(each) else "–" for each in planes.coefficients[place]),
                    "own" if taken == place else "none" if taken < 0 else f"of sector {taken + 1}",
                )
            )
    columns = ("period", "sector (°)", "half hours", "b0 (m/s)", "b1", "b2", "plane")
    return Table(title="Planar fit", columns=columns, rows=tuple(rows))


def _filters(own: SchemeFluxes) -> Table | None:
    """Return the low-pass filters of the gases, and the model of factors."""
    assessment = own.losses.assessment
    if assessment is None:
        return None
    rows: list[tuple[str | float | int, ...]] = []
    vapour = assessment.water_vapour
    for place, (factor, cut_off) in enumerate(zip(vapour.factor, vapour.cut_off, strict=True)):
        if np.isfinite(cut_off):
            number = int(vapour.periods[place]) if vapour.periods is not None else "–"
            rows.append((f"H2O, humidity {5 + 10 * place}–{15 + 10 * place} %", round(float(factor), 4), round(float(cut_off), 4), number))
    for gas, filters in assessment.gases.items():
        months = np.flatnonzero(np.isfinite(filters.cut_off))
        if months.size and gas in own.gases:
            first = int(months[0])
            number = int(filters.periods[first]) if filters.periods is not None else "–"
            rows.append((GAS_OUTPUT[gas][0], round(float(filters.factor[first]), 4), round(float(filters.cut_off[first]), 4), number))
    if not rows:
        return None
    note = ""
    if assessment.model is not None:
        pairs = (("unstable", assessment.model.unstable), ("stable", assessment.model.stable))
        note = "Factors after Ibrom et al. 2007, CF = c1 U / (c2 + fc) + 1: " + "; ".join(
            f"{name} c1 {c1:.5g}, c2 {c2:.5g}" for name, (c1, c2) in pairs
        )
    return Table(title="Spectral assessment", columns=("gas", "Fn", "cut-off (Hz)", "half hours"), rows=tuple(rows), note=note)


def _origins(own: SchemeFluxes) -> Table | None:
    """Return how often Fratini's factor was that of the half hour's own cospectrum, and why not."""
    if not own.losses.origin:
        return None
    columns = ("gas", *(each.name.lower().replace("_", " ") for each in Origin))
    rows = tuple(
        (GAS_OUTPUT[gas][0], *(int(np.count_nonzero(origin == each)) for each in Origin)) for gas, origin in own.losses.origin.items()
    )
    return Table(title="Where spectral factors come from", columns=columns, rows=rows)


def _ensemble(members: Mapping[str, SchemeFluxes]) -> Table | None:
    if not members:
        return None
    rows = []
    for name, member in members.items():
        fluxes = [member.corrected.heat, *(member.corrected.gases[gas] for gas in member.gases)]
        rows.append((name, *(round(float(np.nanmedian(each)), 4) if np.isfinite(each).any() else "–" for each in fluxes)))
    gases = tuple(GAS_OUTPUT[gas][1] for gas in next(iter(members.values())).gases)
    return Table(title="Ensemble of methods: medians over all half hours", columns=("methods", "H", *gases), rows=tuple(rows))
