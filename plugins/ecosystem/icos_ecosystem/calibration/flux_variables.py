"""Variables of the stream `fluxes` from what one combination of methods gave: names and units of FLUXNET."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.constants import EVAPOTRANSPIRATION, MOLAR_MASS, ZERO_CELSIUS
from icos_ecosystem.series.wind_moments import FOURTH, THIRD, moments_along
from icos_ecosystem.vocabulary.flux_templates import GASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.scheme import SchemeFluxes
    from icos_ecosystem.calibration.turbulence import Turbulence

    FloatArray = NDArray[np.float64]
    Columns = dict[str, NDArray[np.generic]]

__all__ = ["GAS_OUTPUT", "air_variables", "count_variables", "flux_variables", "statistics_variables", "wind_variables"]

GAS_OUTPUT = {gas.name.lower(): (gas.name, gas.flux, 1000.0 if gas.fraction_units.startswith("nmol") else 1.0) for gas in GASES}
"""Gas → name, name of its flux, and what amounts are multiplied by for the units of the table."""
_AXES = ("U", "V", "W")


def flux_variables(scheme: SchemeFluxes) -> Columns:
    """Return fluxes and their stages."""
    corrected, uncorrected, state = scheme.corrected, scheme.uncorrected, scheme.state
    scales, before = corrected.scales, uncorrected.scales
    factors = scheme.factors
    made: Columns = {
        "TAU": corrected.momentum,
        "H": corrected.heat,
        "USTAR": scales.friction_velocity,
        "MO_LENGTH": scales.obukhov_length,
        "ZL": scales.stability,
        "TSTAR": scales.temperature_scale,
        "TAU_UNCORR": uncorrected.momentum,
        "H_UNCORR": uncorrected.heat,
        "USTAR_UNCORR": before.friction_velocity,
        "MO_LENGTH_UNCORR": before.obukhov_length,
        "ZL_UNCORR": before.stability,
        "TAU_STAGE1": corrected.momentum,
        "H_STAGE1": uncorrected.heat,
        "TAU_STAGE2": corrected.momentum,
        "H_STAGE2": corrected.heat_without_humidity,
        "TAU_SCF": factors["momentum"],
        "H_SCF": factors["heat"],
    }
    for gas, flux in scheme.gases.items():
        _, name, scale = GAS_OUTPUT[gas]
        made |= {
            name: corrected.gases[gas] * scale,
            f"{name}_UNCORR": flux.flux * scale,
            f"{name}_STAGE1": corrected.first[gas] * scale,
            f"{name}_STAGE2": corrected.second[gas] * scale,
            f"{name}_SCF": factors[gas],
            f"{name}_VADV": scheme.turbulence.rotation.mean[:, 2] * flux.density * (1.0 if gas == "h2o" else 1e3) * scale,
        }
    if "h2o" in scheme.gases:
        water = MOLAR_MASS["h2o"] * 1e-3
        made |= {"LE": corrected.latent_heat, "ET": corrected.evapotranspiration, "BOWEN": corrected.bowen_ratio}
        stages = {"UNCORR": scheme.gases["h2o"].flux, "STAGE1": corrected.first["h2o"], "STAGE2": corrected.second["h2o"]}
        for stage, value in stages.items():
            made |= {f"LE_{stage}": state.latent_heat * value * water, f"ET_{stage}": value * EVAPOTRANSPIRATION}
        made |= {"LE_SCF": factors["h2o"], "ET_SCF": factors["h2o"]}
    return made


def air_variables(scheme: SchemeFluxes) -> Columns:
    """Return the state of the air and the concentrations."""
    state, halves = scheme.state, scheme.halves
    made: Columns = {
        "T_SONIC": scheme.turbulence.mean["ts"] - ZERO_CELSIUS,
        "TA_EP": state.temperature - ZERO_CELSIUS,
        "PA_EP": state.pressure * 1e-3,
        "RH_EP": state.relative_humidity,
        "AIR_MV": state.molar_volume,
        "AIR_DENSITY": state.density,
        "AIR_RHO_CP": state.heat_capacity,
        "AIR_CP": state.heat_capacity / state.density,
        "VAPOR_DENSITY": state.vapour_density,
        "VAPOR_PARTIAL_PRESSURE": state.vapour_pressure * 1e-2,
        "VAPOR_PARTIAL_PRESSURE_SAT": state.saturation_vapour_pressure * 1e-2,
        "SPECIFIC_HUMIDITY": state.specific_humidity,
        "VPD_EP": state.vapour_pressure_deficit * 1e-2,
        "TDEW": state.dew_point - ZERO_CELSIUS,
        "DRYAIR_PARTIAL_PRESSURE": state.dry_pressure * 1e-3,
        "DRYAIR_DENSITY": state.dry_density,
        "DRYAIR_MV": state.dry_molar_volume,
        "SPECIFIC_HEAT_EVAP": state.latent_heat,
        "VAPOR_DRYAIR_RATIO": state.vapour_ratio,
        "T_CELL": scheme.cell_temperature - ZERO_CELSIUS,
        "PA_CELL": scheme.cell_pressure * 1e-3,
    }
    for gas, flux in scheme.gases.items():
        name, _, scale = GAS_OUTPUT[gas]
        setup = halves.gas_setup(gas)
        found = scheme.turbulence.lags[gas]
        frequency = halves.setup.frequency
        places = halves.values["measure"][:, halves.layout.gases.index(gas)]
        made |= {
            f"{name}_MEAS_TYPE": np.nan_to_num(places, nan=-1.0).astype(np.int8),
            f"{name}_MOLAR_DENSITY": flux.density,
            f"{name}_MIXING_RATIO": scheme.mixing_ratio[gas] * scale,
            name: flux.fraction * scale,
            f"{name}_TLAG_USED": found.rows / frequency,
            f"{name}_TLAG_ACTUAL": scheme.actual_lags[gas] / frequency,
            f"{name}_TLAG_NOMINAL": setup.nominal_lag,
            f"{name}_TLAG_MIN": setup.minimum_lag,
            f"{name}_TLAG_MAX": setup.maximum_lag,
            f"MV_AIR_CELL_{name}": flux.cell.molar_volume,
            f"H_CELL_{name}": flux.cell.temperature_flux,
        }
        if gas != "h2o":
            made[f"FH2O_CELL_{name}"] = flux.cell.vapour_flux
    return made


def wind_variables(turbulence: Turbulence, halves: HalfHours, direction: FloatArray) -> Columns:
    """Return wind, turbulence and the angles of its rotation."""
    mean, unrotated, wind = turbulence.rotation.mean, halves.values["mean"], turbulence.wind
    made: Columns = {f"{axis}_UNROT": unrotated[:, place] for place, axis in enumerate(_AXES)}
    made |= {axis: mean[:, place] for place, axis in enumerate(_AXES)}
    made |= {
        "WS": np.sqrt((mean**2).sum(axis=1)),
        "WS_MAX": halves.values["wind_maximum"],
        "WD": direction,
        "WD_SIGMA": halves.values["wind_angle"][:, 1],
        "TKE": 0.5 * np.trace(wind, axis1=1, axis2=2),
        "AXES_ROTATION_METHOD": turbulence.rotation.method,
        "ROT_YAW": np.mod(turbulence.rotation.yaw, 360.0),
        "ROT_PITCH": turbulence.rotation.pitch,
        "ROT_ROLL": turbulence.rotation.roll,
        "W_U_COV": wind[:, 0, 2],
        "W_T_SONIC_COV": turbulence.covariance["ts"][:, 2],
    }
    return made


def statistics_variables(turbulence: Turbulence, halves: HalfHours) -> Columns:
    """Return moments and quartiles of wind, sonic temperature and gases as they were measured.

    Quartiles of the wind are those after double rotation: no algebra turns them.
    """
    made: Columns = {}
    wind, matrices = turbulence.wind, turbulence.rotation.matrices
    steps = np.einsum("nij,njk,nik->ni", matrices, halves.values["step_covariance"], matrices)
    doubled = (turbulence.rotation.method == 1)[:, np.newaxis]
    for place, axis in enumerate(_AXES):
        row = matrices[:, place]
        with np.errstate(invalid="ignore", divide="ignore"):
            made |= {
                f"{axis}_SIGMA": np.sqrt(wind[:, place, place]),
                f"{axis}_SKW": moments_along(row, halves.values["wind_third"], THIRD) / wind[:, place, place] ** 1.5,
                f"{axis}_KUR": moments_along(row, halves.values["wind_fourth"], FOURTH) / wind[:, place, place] ** 2,
                f"{axis}_KID": moments_along(row, halves.values["step_fourth"], FOURTH) / steps[:, place] ** 2,
            }
        quartiles = np.where(doubled, halves.values["quartiles"][:, place], np.nan)
        made |= {f"{axis}_{name}": quartiles[:, k] for k, name in enumerate(("P25", "MEDIAN", "P75"))}
        made[f"{axis}_ZCD"] = halves.values["unchanged"][:, 0]
    for scalar in ("ts", *halves.layout.gases):
        name, measured, scale, shift = _name(scalar)
        moments = halves.of_scalar("scalar_moments", scalar)
        quartiles = halves.of_series("quartiles", scalar)
        density = halves.measured_as(scalar, "molar_density") if scalar != "ts" else np.zeros(len(halves), dtype=bool)
        factor = np.where(density, 1.0, scale)
        with np.errstate(invalid="ignore", divide="ignore"):
            made |= {
                f"{measured}_SIGMA": np.sqrt(turbulence.variance[scalar]) * factor,
                f"{measured}_SKW": moments[:, 1] / moments[:, 0] ** 1.5,
                f"{measured}_KUR": moments[:, 2] / moments[:, 0] ** 2,
                f"{name}_KID": moments[:, 4] / moments[:, 3] ** 2,
            }
        made |= {f"{measured}_{end}": (quartiles[:, k] - shift) * factor for k, end in enumerate(("P25", "MEDIAN", "P75"))}
        made[f"{name}_ZCD"] = halves.values["unchanged"][:, 1 + halves.layout.scalars.index(scalar)]
        if scalar != "ts":
            made[f"W_{measured}_COV"] = turbulence.covariance[scalar][:, 2] * factor
    for i, one in enumerate(halves.layout.gases):
        for j, other in enumerate(halves.layout.gases):
            if i < j:
                made[f"{GAS_OUTPUT[one][0]}_MEAS_{GAS_OUTPUT[other][0]}_MEAS_COV"] = (
                    halves.values["gas_covariance"][:, i, j] * GAS_OUTPUT[one][2] * GAS_OUTPUT[other][2]
                )
    return made


def _name(scalar: str) -> tuple[str, str, float, float]:
    """Return name of a series, name of it as measured, what it is multiplied by and what is taken off."""
    if scalar == "ts":
        return "T_SONIC", "T_SONIC", 1.0, ZERO_CELSIUS
    name, _, scale = GAS_OUTPUT[scalar]
    return name, f"{name}_MEAS", scale, 0.0


def count_variables(halves: HalfHours) -> Columns:
    """Return numbers of rows, spikes and gaps."""
    valid = halves.values["valid"]
    series = halves.layout.series
    wind = valid[:, :3].min(axis=1)
    made: Columns = {
        "EXPECT_NR": halves.number("expected"),
        "FILE_NR": halves.number("rows"),
        "CUSTOM_FILTER_NR": halves.number("rows"),
        "WD_FILTER_NR": halves.number("rows"),
        "CUSTOM_FILTER_NREX": np.zeros(len(halves)),
        "WD_FILTER_NREX": np.zeros(len(halves)),
        "SONIC_NR": wind,
        "TAU_NR": wind,
        "SONIC_DIAG_NREX": np.nan_to_num(halves.number("SONIC_DIAG_NREX")),
    }
    frequency = halves.setup.frequency
    for name in ("u", "v", "w", "ts", *halves.layout.gases):
        place = series.index(name)
        output = {"ts": "T_SONIC"}.get(name, name.upper())
        counts = halves.values["test_counts"][:, place]
        gap = halves.values["longest_gap"][:, place]
        made |= {
            f"{output}_NUM_SPIKES": counts[:, 0],
            f"{output}_SPIKE_NREX": counts[:, 1],
            f"{output}_ABSLIM_NREX": counts[:, 2],
            f"{output}_LGD": np.maximum(gap - 1.0, 0.0) / frequency,
        }
        if name in {"u", "v", "w"}:
            continue
        made[f"{output}_NR"] = valid[:, place]
        of_flux = {"ts": "H", "co2": "FC", "h2o": "LE", "ch4": "FCH4", "n2o": "FN2O"}[name]
        made[f"{of_flux}_NR"] = np.minimum(wind, valid[:, place])
        if name != "ts":
            made[f"{output}_DIAG_NREX"] = np.nan_to_num(halves.number(f"{output}_DIAG_NREX"))
    return made
