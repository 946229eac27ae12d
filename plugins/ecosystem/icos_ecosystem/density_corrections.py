"""Corrections for density fluctuations: open path, closed path, surface heating of a LI-7500, and the line shape of a LI-7700."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ecosystem.constants import MOLAR_MASS, VAPOUR_MASS_RATIO, ZERO_CELSIUS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState

    FloatArray = NDArray[np.float64]

__all__ = [
    "BURBA_MULTIPLE",
    "CellTerms",
    "SurfaceHeat",
    "burba_surface_heat",
    "closed_path_gas",
    "closed_path_vapour",
    "open_path_gas",
    "open_path_vapour",
    "water_flux",
]

BURBA_MULTIPLE = {
    "day": {"bottom": (2.8, -0.0681, 0.0021, -0.334), "top": (-0.1, -0.0044, 0.0011, -0.022), "spar": (0.3, -0.0007, 0.0006, -0.044)},
    "night": {"bottom": (0.5, -0.1160, 0.0087, -0.206), "top": (-1.7, -0.0160, 0.0051, -0.029), "spar": (-2.1, -0.0200, 0.0070, 0.026)},
}
"""Coefficients of Burba et al. (2008): offset, air temperature [°C], short-wave (day) or long-wave (night) radiation, wind [m s-1]."""

_SIMPLE = {
    "day": {"bottom": (0.944, 2.57), "top": (1.005, 0.24), "spar": (1.01, 0.36)},
    "night": {"bottom": (0.883, 2.17), "top": (1.008, -0.41), "spar": (1.01, -0.17)},
}
_TOP_RADIUS, _SPAR_RADIUS, _SPAR_SHARE = 0.0225, 0.0025, 0.15


class CellTerms(NamedTuple):
    """What density corrections of a closed path need of the analyser's cell, arrays of shape (n,); NaN where not measured.

    Attributes
    ----------
    molar_volume
        Of air in the cell [m3 mol-1].
    temperature, pressure
        Means in the cell [K, Pa].
    temperature_flux
        ``rho cp`` times the covariance of vertical wind and cell temperature at the gas's lag [W m-2].
    pressure_covariance
        Covariance of vertical wind and cell pressure at the gas's lag [Pa m s-1].
    vapour_flux
        Evaporation at the gas's lag [kg m-2 s-1].
    """

    molar_volume: FloatArray
    temperature: FloatArray
    pressure: FloatArray
    temperature_flux: FloatArray
    pressure_covariance: FloatArray
    vapour_flux: FloatArray


class SurfaceHeat(NamedTuple):
    """Sensible heat [W m-2] from the surfaces of a LI-7500, arrays of shape (n,)."""

    bottom: FloatArray
    top: FloatArray
    spar: FloatArray

    @property
    def total(self) -> FloatArray:
        """Return what the three surfaces give together."""
        return self.bottom + self.top + self.spar


def burba_surface_heat(
    air_temperature: FloatArray,
    wind_speed: FloatArray,
    daytime: NDArray[np.bool_],
    *,
    shortwave: FloatArray | None = None,
    longwave: FloatArray | None = None,
) -> SurfaceHeat:
    """Return the sensible heat that the surfaces of a LI-7500 give to the air in its path.

    Parameters
    ----------
    air_temperature
        (n,) [K].
    wind_speed
        (n,) [m s-1].
    daytime
        (n,) whether it is day.
    shortwave, longwave
        (n,) incoming radiation [W m-2]; both given, the multiple regression serves, else the simple one.

    References
    ----------
    Burba, G. G. et al. (2008), Glob. Change Biol. 14, 1854-1876, doi:10.1111/j.1365-2486.2008.01606.x.
    """
    celsius = air_temperature - ZERO_CELSIUS
    conductivity = 0.000067 * celsius + 0.024343
    with np.errstate(invalid="ignore", divide="ignore"):
        thickness = {
            "bottom": 0.004 * np.sqrt(0.065 / wind_speed) + 0.004,
            "top": 0.0028 * np.sqrt(0.045 / wind_speed) + 0.00025 / wind_speed + 0.0045,
            "spar": 0.0058 * np.sqrt(0.005 / wind_speed),
        }
        difference = {}
        for surface in thickness:
            if shortwave is None or longwave is None:
                slopes = [
                    np.where(daytime, day, night) for day, night in zip(_SIMPLE["day"][surface], _SIMPLE["night"][surface], strict=True)
                ]
                difference[surface] = slopes[0] * celsius + slopes[1] - celsius
            else:
                day, night = BURBA_MULTIPLE["day"][surface], BURBA_MULTIPLE["night"][surface]
                difference[surface] = np.where(
                    daytime,
                    day[0] + day[1] * celsius + day[2] * shortwave + day[3] * wind_speed,
                    night[0] + night[1] * celsius + night[2] * longwave + night[3] * wind_speed,
                )
        top, spar = thickness["top"], thickness["spar"]
        return SurfaceHeat(
            bottom=conductivity * difference["bottom"] / thickness["bottom"],
            top=conductivity * difference["top"] * (_TOP_RADIUS + top) / (_TOP_RADIUS * top),
            spar=_SPAR_SHARE * conductivity * difference["spar"] / (_SPAR_RADIUS * np.log((_SPAR_RADIUS + spar) / _SPAR_RADIUS)),
        )


def open_path_vapour(evaporation: FloatArray, heat: FloatArray, state: AmbientState) -> FloatArray:
    """Return evaporation [kg m-2 s-1] corrected for the density fluctuations of heat and vapour.

    Parameters
    ----------
    evaporation
        (n,) uncorrected [kg m-2 s-1].
    heat
        (n,) sensible heat that the air in the path receives [W m-2].
    state
        The air.

    References
    ----------
    Webb, E. K., Pearman, G. I. and Leuning, R. (1980), Q. J. R. Meteorol. Soc. 106, 85-100, doi:10.1002/qj.49710644707.
    """
    expansion = 1.0 + VAPOUR_MASS_RATIO * state.vapour_ratio
    return expansion * (evaporation + heat * state.vapour_density / (state.heat_capacity * state.temperature))


def open_path_gas(
    flux: FloatArray,
    density: FloatArray,
    evaporation: FloatArray,
    heat: FloatArray,
    state: AmbientState,
    line_shape: tuple[float | FloatArray, float | FloatArray, float | FloatArray] | None = None,
) -> FloatArray:
    """Return the flux of a gas [µmol m-2 s-1] of an open path corrected for density fluctuations.

    Parameters
    ----------
    flux
        (n,) uncorrected [µmol m-2 s-1].
    density
        (n,) mean molar density of the gas [mmol m-3].
    evaporation
        (n,) corrected [kg m-2 s-1].
    heat
        (n,) sensible heat that the air in the path receives [W m-2].
    state
        The air.
    line_shape
        Multipliers A, B and C of a LI-7700, see :func:`icos_ecosystem.instruments.li7700_line_shape.li7700_line_shape`; None for
        other analysers.

    References
    ----------
    Webb, E. K., Pearman, G. I. and Leuning, R. (1980), Q. J. R. Meteorol. Soc. 106, 85-100, doi:10.1002/qj.49710644707.
    McDermitt, D. et al. (2011), Appl. Phys. B 102, 391-405, doi:10.1007/s00340-010-4307-0.
    """
    whole, of_vapour, of_heat = (1.0, 1.0, 1.0) if line_shape is None else line_shape
    excess = VAPOUR_MASS_RATIO * np.nan_to_num(state.vapour_ratio)
    warming = heat / (state.heat_capacity * state.temperature)
    # Of evaporation, heat has its share in the density of vapour: the rest is what the path's vapour fluctuations carry.
    moistening = VAPOUR_MASS_RATIO * np.nan_to_num(evaporation) / ((1.0 + excess) * state.dry_density) - excess * warming
    terms = of_vapour * moistening + of_heat * (1.0 + excess) * warming
    return whole * (flux + terms * density * 1e3)


def closed_path_vapour(evaporation: FloatArray, cell: CellTerms, state: AmbientState, *, density: bool) -> FloatArray:
    """Return evaporation [kg m-2 s-1] of a closed path corrected for what fluctuates in the cell.

    Parameters
    ----------
    evaporation
        (n,) uncorrected [kg m-2 s-1].
    cell
        The analyser's cell; a term that is not measured is left out.
    state
        The air.
    density
        Whether molar density was measured, otherwise mole fraction.

    References
    ----------
    Ibrom, A. et al. (2007), Tellus B 59, 937-946, doi:10.1111/j.1600-0889.2007.00298.x.
    """
    expansion = 1.0 + VAPOUR_MASS_RATIO * state.vapour_ratio
    if not density:
        return expansion * evaporation
    corrected = expansion * evaporation * (cell.molar_volume / state.molar_volume) + np.nan_to_num(
        expansion * cell.temperature_flux * state.vapour_density / (state.heat_capacity * cell.temperature)
    )
    return corrected - np.nan_to_num(expansion * cell.pressure_covariance * state.vapour_density / cell.pressure)


def closed_path_gas(flux: FloatArray, fraction: FloatArray, cell: CellTerms, state: AmbientState, *, density: bool) -> FloatArray:
    """Return the flux of a gas [µmol m-2 s-1] of a closed path corrected for what fluctuates in the cell.

    Parameters
    ----------
    flux
        (n,) uncorrected [µmol m-2 s-1].
    fraction
        (n,) mean mole fraction of the gas [µmol mol-1].
    cell
        The analyser's cell; a term that is not measured is left out.
    state
        The air.
    density
        Whether molar density was measured, otherwise mole fraction.

    References
    ----------
    Ibrom, A. et al. (2007), Tellus B 59, 937-946, doi:10.1111/j.1600-0889.2007.00298.x.
    """
    expansion = 1.0 + VAPOUR_MASS_RATIO * state.vapour_ratio
    amount = fraction / state.molar_volume
    of_vapour = cell.vapour_flux * VAPOUR_MASS_RATIO * state.vapour_ratio / state.vapour_density * amount
    corrected = (flux * cell.molar_volume / state.molar_volume if density else flux) + np.nan_to_num(of_vapour)
    if not density:
        return corrected
    corrected = corrected + np.nan_to_num(expansion * cell.temperature_flux / (state.heat_capacity * cell.temperature) * amount)
    return corrected - np.nan_to_num(expansion * cell.pressure_covariance / cell.pressure * amount)


def water_flux(evaporation: FloatArray) -> FloatArray:
    """Return the flux of water vapour [mmol m-2 s-1] that an evaporation [kg m-2 s-1] is."""
    return evaporation / (MOLAR_MASS["h2o"] * 1e-3)
