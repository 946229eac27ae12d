"""Standard uncertainty of xCO2 and fCO2 of air, measured and interpolated, and of ΔfCO2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.air_sea_uncertainty import InputUncertainty, MoleFractionVariance, air_fco2_uncertainty, delta_fco2_uncertainty
from icos_ocean.calibration.air import USUAL_SALINITY
from icos_ocean.calibration.air_errors import AirErrors
from icos_ocean.calibration.equilibrator_pressure import CODES, SENSORS
from icos_ocean.calibration.uncertainty import filling_uncertainty, pressure_uncertainty, total
from icos_ocean.fco2_uncertainty import fco2_sensitivities
from icos_ocean.temperature_correction import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        method, coefficient = self.options.temperature_correction, self.options.temperature_coefficient
        x, P = self.result.column("xco2")[rows], self.pressure.pressure[rows]
        by = fco2_sensitivities(x, P, t, S, s, method=method, coefficient=coefficient)
        return by.in_situ() if inputs.in_situ else by

    def stated(self, rows: Rows) -> InputUncertainty:
        stated, options = self.options.uncertainty, self.options
        of_method = METHODS[options.temperature_correction].coefficient_uncertainty
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
    variance = np.full(record.size, np.nan)
    measured = samples.rows[~samples.water]
    variance[measured] = np.square(total({name: term[~samples.water] for name, term in samples.terms.items()}))
    variance[rows] = errors.interpolated(air, options.uncertainty.variability.air)
    np.maximum(variance, 0.0, out=variance)  # where nothing is uncertain, rounding may leave less than nothing
    result.values["xco2_air_uncertainty"] = np.sqrt(variance)

    uncertain = _Uncertain(inputs, at_sea_level, pressure, result, options)
    of_air, of_difference = np.full((2, record.size), np.nan)
    for some in _blocks(np.flatnonzero(np.isfinite(result.column("fco2_air")))):
        of_air[some] = air_fco2_uncertainty(uncertain.air(some), variance[some], uncertain.stated(some))
    for each in _blocks(np.flatnonzero(np.isfinite(result.column("delta_fco2")[rows]))):
        sources = samples.errors.trace(water[each])
        xco2 = MoleFractionVariance(
            water=np.square(result.column("xco2_uncertainty")[rows[each]]),
            air=variance[rows[each]],
            covariance=errors.with_water(sources, air.before[each], air.weight_after[each], samples.errors),
        )
        some = rows[each]
        of_difference[some] = delta_fco2_uncertainty(uncertain.water(some), uncertain.air(some), xco2, uncertain.stated(some))
    result.values["fco2_air_uncertainty"] = of_air
    result.values["delta_fco2_uncertainty"] = of_difference


def _blocks(rows: Rows) -> Iterator[Rows]:
    for start in range(0, rows.size, _BLOCK):
        yield rows[start : start + _BLOCK]


def _sources_of(barometer: str) -> list[int]:
    """Return the codes of the equilibrator pressures that rest on the sensor which gives the air pressure."""
    return [CODES["atmospheric"], *(CODES[source] for source, names in SENSORS.items() if barometer in names)]
