"""Standard uncertainty of xCO2 and fCO2 of air, measured and interpolated, and of ΔfCO2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.air_sea_uncertainty import InputUncertainty, MoleFractionVariance, air_fco2_uncertainty, delta_fco2_uncertainty
from icos_ocean.calibration.air import USUAL_SALINITY
from icos_ocean.calibration.air_errors import OF_AIR, AirErrors
from icos_ocean.calibration.equilibrator_pressure import CODES, SENSORS
from icos_ocean.calibration.method_spread import spread_uncertainty
from icos_ocean.calibration.sea_water import OF_CORRECTION
from icos_ocean.calibration.uncertainty import filling_uncertainty, pressure_uncertainty, total
from icos_ocean.fco2_uncertainty import OWN_TERMS, fco2_sensitivities
from icos_ocean.temperature_correction import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from icos_ocean.calibration.air import InterpolatedAir
    from icos_ocean.calibration.equilibrator_pressure import ChosenPressure
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Result, Samples
    from icos_ocean.calibration.sea_level import SeaLevelPressure
    from icos_ocean.calibration.underway_options import UnderwayOptions
    from icos_ocean.fco2_uncertainty import FCO2Sensitivities

    FloatArray = NDArray[np.float64]
    Rows = NDArray[np.intp]

__all__ = ["reduce_air_uncertainty"]

_BLOCK = 8192


class _Uncertain:
    """What the uncertainties of some rows are computed from."""

    def __init__(
        self, inputs: Inputs, at_sea_level: SeaLevelPressure, pressure: ChosenPressure, result: Result, options: UnderwayOptions
    ) -> None:
        self.inputs, self.at_sea_level, self.pressure, self.result, self.options = inputs, at_sea_level, pressure, result, options

    def air(self, rows: Rows) -> FCO2Sensitivities:
        sst = self.inputs.take("sst").values[rows]
        salinity = np.nan_to_num(self.inputs.take("salinity").usable_in(rows), nan=USUAL_SALINITY)
        return fco2_sensitivities(self.result.column("xco2_air")[rows], self.at_sea_level.pressure[rows], sst, salinity, sst)

    def water(self, rows: Rows) -> FCO2Sensitivities:
        inputs = self.inputs
        t, S, s = (each.values[rows] for each in (inputs.equilibrator_temperature, inputs.take("salinity"), inputs.take("sst")))
        method, coefficient = self.options.correction, self.options.temperature_coefficient
        x, P = self.result.column("xco2")[rows], self.pressure.pressure[rows]
        by = fco2_sensitivities(x, P, t, S, s, method=method, coefficient=coefficient)
        return by.in_situ() if inputs.in_situ else by

    def stated(self, rows: Rows) -> InputUncertainty:
        stated, options = self.options.uncertainty, self.options
        of_method = METHODS[options.correction].coefficient_uncertainty
        return InputUncertainty(
            equilibrator_temperature=stated.equilibrator_temperature,
            sst=stated.sst,
            temperature_correlation=stated.temperature_correlation,
            salinity=self.inputs.salinity_uncertainty(rows, stated.salinity, stated.assumed_salinity),
            pressure=pressure_uncertainty(self.pressure.source[rows], stated),
            sea_level_pressure=stated.sea_level_pressure,
            same_barometer=np.isin(self.pressure.source[rows], _sources_of(options.barometer)),
            coefficient=of_method if stated.temperature_coefficient is None else stated.temperature_coefficient,
            filling=filling_uncertainty(self.inputs, self.pressure, rows),
            sea_level_pressure_filling=self.at_sea_level.filling[rows],
        )


def reduce_air_uncertainty(
    inputs: Inputs,
    samples: Samples,
    at_sea_level: SeaLevelPressure,
    pressure: ChosenPressure,
    air: InterpolatedAir,
    serving: Rows,
    result: Result,
    options: UnderwayOptions,
) -> None:
    """Compute the standard uncertainties of air and of ΔfCO2 into `result`.

    Exact to first order where sensors and air behave as the options state, but for one thing: sea-surface temperature, which stands for the
    column of air below the barometer, is taken for exact there (0.05 °C change the pressure at sea level by 0.0005 hPa).

    Parameters
    ----------
    air : InterpolatedAir
        Air at the times of the water samples.
    serving : ndarray of int
        Which samples its readings count.
    """
    record = result.record
    water = np.flatnonzero(samples.water)[air.rows]
    rows = samples.rows[water]
    errors = AirErrors.of(samples.errors, serving[air.readings], air.first)
    variances = _variances_of_air(samples, rows, errors.interpolated(air, options.uncertainty.variability.air), record.size)
    variance = np.sum(list(variances.values()), axis=0)
    result.values["xco2_air_uncertainty"] = np.sqrt(variance)

    uncertain = _Uncertain(inputs, at_sea_level, pressure, result, options)
    of_air = np.full(record.size, np.nan)
    for some in _blocks(np.flatnonzero(np.isfinite(result.column("fco2_air")))):
        of_air[some] = air_fco2_uncertainty(uncertain.air(some), variance[some], uncertain.stated(some))
    result.values["fco2_air_uncertainty"] = of_air

    terms = {name: np.full(record.size, np.nan) for name in (*samples.terms, OF_AIR, *OWN_TERMS)}
    for each in _blocks(np.flatnonzero(np.isfinite(result.column("delta_fco2")[rows]))):
        common = errors.with_water(samples.errors.trace(water[each]), air.before[each], air.weight_after[each], samples.errors)
        xco2 = {
            name: MoleFractionVariance(
                water=np.square(samples.terms[name][water[each]]) if name in samples.terms else 0.0,
                air=variances[name][rows[each]] if name in variances else 0.0,
                covariance=common.get(name, 0.0),
            )
            for name in dict.fromkeys((*samples.terms, *variances))
        }
        some = rows[each]
        found = delta_fco2_uncertainty(uncertain.water(some), uncertain.air(some), xco2, uncertain.stated(some))
        for name, term in terms.items():
            term[some] = found.terms[name]
    if OF_CORRECTION in result.spreads:
        # Air is not corrected.
        known = np.isfinite(terms[OF_AIR])
        terms[OF_CORRECTION] = np.where(known, spread_uncertainty(result.spreads[OF_CORRECTION]), np.nan)
    result.values["delta_fco2_uncertainty"] = total(terms)
    for name, term in terms.items():
        result.values[f"delta_fco2_uncertainty_{name}"] = term


def _variances_of_air(samples: Samples, rows: Rows, interpolated: Mapping[str, FloatArray], size: int) -> dict[str, FloatArray]:
    """Return the terms of the variance of the mole fraction of air in all rows: as measured, and interpolated to the rows of water."""
    variances = {name: np.full(size, np.nan) for name in dict.fromkeys((*samples.terms, *interpolated))}
    measured = samples.rows[~samples.water]
    for name, variance in variances.items():
        variance[measured] = np.square(samples.terms[name][~samples.water]) if name in samples.terms else 0.0
        variance[rows] = interpolated.get(name, 0.0)
    return variances


def _blocks(rows: Rows) -> Iterator[Rows]:
    for start in range(0, rows.size, _BLOCK):
        yield rows[start : start + _BLOCK]


def _sources_of(barometer: str) -> list[int]:
    """Return the codes of the equilibrator pressures that rest on the sensor which gives the air pressure."""
    return [CODES["atmospheric"], *(CODES[source] for source, names in SENSORS.items() if barometer in names)]
