"""Spectral correction of gases from measured spectra: Horst, Ibrom and Fratini, with the loss by sensor separation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.condensed import nodes_of
from icos_ecosystem.calibration.full_cospectrum import cospectrum_on_nodes, line_width, mean_product
from icos_ecosystem.calibration.station_files import station_file
from icos_ecosystem.calibration.turbulence import wind_direction
from icos_ecosystem.series.symmetric_products import WIND_PAIRS
from icos_ecosystem.spectral.assessed_filters import ClassFilters, SpectralAssessment
from icos_ecosystem.spectral.assessment import LIMITS, AssessmentOptions, assess_gas, assess_water_vapour, usable_periods
from icos_ecosystem.spectral.assessment_file import read_spectral_assessment
from icos_ecosystem.spectral.attenuation_model import degraded_covariances, fit_attenuation_model
from icos_ecosystem.spectral.cut_off_fit import fit_humidity
from icos_ecosystem.spectral.factors import high_pass_factor, horst_factor, ibrom_factor
from icos_ecosystem.spectral.fratini import FratiniLimits, choose_factor, fratini_factor
from icos_ecosystem.spectral.separation_loss import along_and_across, separation_loss_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState
    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.turbulence import Turbulence
    from icos_ecosystem.spectral.factors import IbromModel
    from icos_ecosystem.spectral.filters import Anemometer, HighPass
    from icos_ecosystem.uncorrected_fluxes import GasFlux, Uncorrected

    FloatArray = NDArray[np.float64]

__all__ = ["InSitu", "InSituLosses", "assessment_of", "in_situ_factors"]

_COMPONENTS = {"none": "none", "cross-vertical": "cross and vertical", "full": "full"}
_LARGEST = {"h2o": 20.0}


@dataclass(frozen=True, kw_only=True)
class InSituLosses:
    """What measured spectra gave: see :class:`icos_ecosystem.calibration.spectral_losses.SpectralLosses`."""

    factors: dict[str, FloatArray]
    origin: dict[str, NDArray[np.int8]]
    cut_off: dict[str, FloatArray]
    assessment: SpectralAssessment


class InSitu:
    """What in-situ factors of all gases share."""

    def __init__(
        self, halves: HalfHours, found: Turbulence, state: AmbientState, uncorrected: Uncorrected, gases: Mapping[str, GasFlux]
    ) -> None:
        self.halves, self.found, self.state, self.uncorrected, self.gases = halves, found, state, uncorrected, gases
        self.speed = np.sqrt((found.rotation.mean**2).sum(axis=1))
        self.stability = uncorrected.scales.stability
        self.height = halves.setup.effective_height
        self.month = halves.time.astype("datetime64[M]").astype(np.int64) % 12 + 1

    def size_of(self, gas: str) -> FloatArray:
        """Return the uncorrected flux of a gas, of water vapour the latent heat [W m-2]."""
        flux = self.gases[gas].flux
        return flux * 0.01802e-3 * self.state.latent_heat if gas == "h2o" else flux


def in_situ_factors(
    halves: HalfHours,
    found: Turbulence,
    state: AmbientState,
    uncorrected: Uncorrected,
    gases: Mapping[str, GasFlux],
    factors: dict[str, FloatArray],
    anemometer: Anemometer,
    high_pass: HighPass,
) -> InSituLosses:
    """Return factors of gases from measured spectra, in place of the analytic ones, and how they were found.

    Momentum and heat keep their analytic factors. A gas of which no cut-off is known keeps its own too.
    """
    options = halves.options.spectral
    data = InSitu(halves, found, state, uncorrected, gases)
    assessment = assessment_of(data)
    slow = high_pass_factor(height=data.height, wind_speed=data.speed, stability=data.stability, high_pass=high_pass)
    made, origins, cut_offs = dict(factors), {}, {}
    for gas in gases:
        cut_off = _cut_off(data, assessment, gas)
        if not np.isfinite(cut_off).any():
            continue
        cut_offs[gas] = cut_off
        apart = _separation(data, gas)
        if options.high_frequency == "horst-1997":
            own = horst_factor(cut_off=cut_off, height=data.height, wind_speed=data.speed, stability=data.stability) * slow
        else:
            by_model = (
                ibrom_factor(cut_off=cut_off, wind_speed=data.speed, stability=data.stability, model=assessment.model)
                if assessment.model is not None
                else np.full(len(halves), np.nan)
            )
            own = by_model * slow
            if options.high_frequency == "fratini-2012":
                own, origins[gas] = _fratini(data, gas, cut_off, by_model, anemometer)
                # EddyPro leaves what is lost at low frequencies out of this method.
                own = own if halves.options.eddypro_compatible else own * slow
        made[gas] = np.where(np.isfinite(own), own * apart, factors[gas])
    return InSituLosses(factors=made, origin=origins, cut_off=cut_offs, assessment=assessment)


def _fratini(data: InSitu, gas: str, cut_off: FloatArray, other: FloatArray, anemometer: Anemometer) -> tuple[FloatArray, NDArray[np.int8]]:
    halves, options = data.halves, data.halves.options.spectral
    weight = np.einsum("nj,njk->nk", data.found.rotation.matrices[:, 2], halves.values["cospectrum_nodes_full"])
    own = fratini_factor(
        node_frequency=nodes_of(halves.layout),
        node_weight=weight,
        cut_off=cut_off,
        wind_speed=data.speed,
        anemometer=anemometer if options.sonic_low_pass else None,
    )
    least = {"co2": options.minimum_co2_flux, "h2o": options.minimum_latent_heat}.get(gas, options.minimum_other_flux)
    limits = FratiniLimits(flux=least, heat_flux=options.minimum_sensible_heat, largest=_LARGEST.get(gas, 5.0))
    choice = choose_factor(own=own, other=other, flux=data.size_of(gas), heat_flux=data.uncorrected.heat, limits=limits)
    return choice.factor, choice.origin


def _separation(data: InSitu, gas: str) -> FloatArray:
    numbers = data.halves.gas_setup(gas).numbers
    along, across = along_and_across(
        northward=numbers["northward_separation"],
        eastward=numbers["eastward_separation"],
        wind_direction=wind_direction(data.halves),
    )
    return separation_loss_factor(
        along=along,
        across=across,
        vertical=numbers["vertical_separation"],
        height=data.height,
        stability=data.stability,
        components=_COMPONENTS[data.halves.options.spectral.separation],  # type: ignore[arg-type]
    )


def _cut_off(data: InSitu, assessment: SpectralAssessment, gas: str) -> FloatArray:
    """Return the cut-off frequency of a gas: stated, or of the assessment."""
    stated = data.halves.options.spectral.assessment.cut_off.get(gas)  # type: ignore[call-overload]
    if stated is not None:
        return np.full(len(data.halves), float(stated))
    if gas != "h2o" and gas not in assessment.gases:
        return np.full(len(data.halves), np.nan)
    return assessment.cut_off(gas, month=data.month, relative_humidity=data.state.relative_humidity)


def assessment_of(data: InSitu) -> SpectralAssessment:
    """Return the filters of the station: read from a file, or found from the spectra of this run."""
    options = data.halves.options.spectral.assessment
    if options.file is not None:
        return read_spectral_assessment(station_file(data.halves.context.folder, options.file, "spectral.assessment.file"))
    return _assessed(data)


def _assessed(data: InSitu) -> SpectralAssessment:
    halves, options = data.halves, data.halves.options.spectral.assessment
    chosen = AssessmentOptions(
        least_periods=options.minimum_number,
        lowest_frequency=options.lowest_frequency,
        highest_frequency=options.highest_frequency,
        noise_above=options.noise_frequency or None,
    )
    values, names = halves.values["spectrum"], halves.layout.spectral_series
    filled = np.isfinite(halves.values["spectrum_frequency"]).any(axis=0)
    frequency = np.nanmean(halves.values["spectrum_frequency"][:, filled], axis=0)
    lines = np.nanmax(halves.values["spectrum_lines"][:, filled], axis=0)
    autos = len(WIND_PAIRS)
    variance = halves.values["spectrum_variance"]
    spectra = {name: values[:, autos + place][:, filled] / variance[:, 3 + place, np.newaxis] for place, name in enumerate(names[3:])}
    usable = {
        gas: usable_periods(
            friction_velocity=data.uncorrected.scales.friction_velocity,
            heat_flux=data.uncorrected.heat,
            flux=data.size_of(gas),
            spectrum=spectra[gas],
            limits=LIMITS[gas],
        )
        & np.isfinite(spectra["ts"]).all(axis=1)
        & halves.usable
        for gas in data.gases
    }
    shared = {"frequency": frequency, "lines": lines, "temperature": spectra["ts"], "options": chosen}
    unknown = ClassFilters(factor=np.full(9, np.nan), cut_off=np.full(9, np.nan))
    vapour, exponents = unknown, np.full(3, np.nan)
    gases = {}
    for gas in data.gases:
        if gas == "h2o":
            found = assess_water_vapour(gas=spectra[gas], relative_humidity=data.state.relative_humidity, usable=usable[gas], **shared)
            vapour = ClassFilters(factor=found.factor, cut_off=found.cut_off, periods=found.periods)
            exponents = fit_humidity(found.cut_off, found.periods, least_periods=options.minimum_number)
        else:
            found = assess_gas(gas=spectra[gas], month=data.month, usable=usable[gas], **shared)
            gases[gas] = ClassFilters(factor=found.factor, cut_off=found.cut_off, periods=found.periods)
    return SpectralAssessment(water_vapour=vapour, exponents=exponents, gases=gases, model=_model(data))


def _model(data: InSitu) -> IbromModel | None:
    halves = data.halves
    quirks = halves.options.eddypro_compatible
    whole, degraded = degraded_covariances(
        node_frequency=nodes_of(halves.layout),
        node_weight=cospectrum_on_nodes(data.found),
        line_shift=line_width(halves) if quirks else 0.0,
        mean_product=mean_product(data.found) if quirks else 0.0,
    )
    strong = np.abs(data.uncorrected.heat) >= halves.options.spectral.minimum_sensible_heat
    kept = halves.plausible if quirks else halves.plausible & strong
    return fit_attenuation_model(
        covariance=whole[kept], degraded=degraded[kept], wind_speed=data.speed[kept], stability=data.stability[kept]
    ).model
