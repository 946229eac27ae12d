"""pCO2 and fCO2 of sea water, at equilibrator and at sea-surface temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, NOT_EVALUATED
from icos_ocean.calibration.method_spread import method_spread, spread_uncertainty
from icos_ocean.calibration.uncertainty import filling_uncertainty, pressure_uncertainty, total
from icos_ocean.fco2_uncertainty import fco2_uncertainty
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fco2_chain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.equilibrator_pressure import ChosenPressure
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Result, Samples
    from icos_ocean.calibration.underway_options import UnderwayOptions

__all__ = ["OF_CORRECTION", "OF_FORM", "reduce_water"]

OF_CORRECTION, OF_FORM = "temperature_correction", "regression_form"
"""Terms of the uncertainty that a choice among corrections of temperature, and among forms of the regression, belong to."""


def reduce_water(inputs: Inputs, samples: Samples, pressure: ChosenPressure, result: Result, options: UnderwayOptions) -> NDArray[np.bool_]:
    """Compute pCO2 and fCO2 of the water samples with their uncertainty, into `result`.

    A bad temperature or salinity that could not be filled enters all the same, and its flag follows by cascade: whoever overrules the
    flag finds the value there.

    Returns
    -------
    (n,) ndarray of bool
        Rows that have fCO2.
    """
    record = result.record
    rows = samples.rows[samples.water]
    x = samples.xco2[samples.water]
    P = pressure.pressure[rows]
    equilibrator, salinity, sst = inputs.equilibrator_temperature, inputs.take("salinity"), inputs.take("sst")
    t, S, s = (each.values[rows] for each in (equilibrator, salinity, sst))
    chain = fco2_chain(x, P, t, S, s, method=options.correction, coefficient=options.temperature_coefficient)
    result.scatter("water_vapour_pressure", rows, chain.water_vapour_pressure * STANDARD_ATMOSPHERE)
    if not inputs.in_situ:
        result.scatter("pco2_equilibrator", rows, chain.pco2_equilibrator)
        result.scatter("fco2_equilibrator", rows, chain.fco2_equilibrator)
        result.scatter("delta_temperature", rows, t - s)
    result.scatter("pco2", rows, chain.pco2_sst)
    fco2 = result.scatter("fco2", rows, chain.fco2_sst)
    stated = options.uncertainty
    uncertain = fco2_uncertainty(
        x,
        P,
        t,
        S,
        s,
        xco2_terms={name: term[samples.water] for name, term in samples.terms.items() if name != OF_FORM},
        pressure_uncertainty=pressure_uncertainty(pressure.source[rows], stated),
        equilibrator_temperature_uncertainty=stated.equilibrator_temperature,
        sst_uncertainty=stated.sst,
        salinity_uncertainty=inputs.salinity_uncertainty(rows, stated.salinity, stated.assumed_salinity),
        temperature_correlation=stated.temperature_correlation,
        coefficient_uncertainty=stated.temperature_coefficient,
        filling=filling_uncertainty(inputs, pressure, rows),
        in_situ=inputs.in_situ,
        method=options.correction,
        coefficient=options.temperature_coefficient,
    )
    spreads = {}
    if len(options.temperature_correction) > 1:
        others = [fco2_chain(x, P, t, S, s, method=each).fco2_sst for each in options.temperature_correction[1:]]
        spreads[OF_CORRECTION] = method_spread([chain.fco2_sst, *others])
    if samples.alternatives:
        method, coefficient = options.correction, options.temperature_coefficient
        forms = (fco2_chain(other[samples.water], P, t, S, s, method=method, coefficient=coefficient) for other in samples.alternatives)
        spreads[OF_FORM] = method_spread([chain.fco2_sst, *(each.fco2_sst for each in forms)])
    for name, spread in spreads.items():
        result.spreads[name] = result.scatter(f"fco2_spread_{name}", rows, spread)
    terms = {**uncertain.terms, **{name: spread_uncertainty(spread) for name, spread in spreads.items()}}
    result.scatter("fco2_uncertainty", rows, total(terms) if spreads else uncertain.total)
    for name, term in terms.items():
        result.scatter(f"fco2_uncertainty_{name}", rows, term)
    result.mark("fco2", "flushing", record.flushed & record.water)
    temperatures = np.logical_and.reduce([each.flag != NOT_EVALUATED for each in (equilibrator, sst)])
    if not inputs.in_situ:
        result.judged_by_inputs(("delta_temperature",), temperatures)
    evaluated = temperatures & (salinity.flag != NOT_EVALUATED) & (pressure.level != NOT_EVALUATED)
    evaluated &= record.flag(options.reading_variable) != NOT_EVALUATED
    computed = ("pco2", "fco2") if inputs.in_situ else ("pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2")
    result.judged_by_inputs(("water_vapour_pressure", *computed, *(f"fco2_spread_{name}" for name in spreads)), evaluated)
    if inputs.in_situ:
        # The cascades of the vapour pressure begin at the temperature of an equilibrator, which is not there.
        level = np.where(np.isfinite(result.column("water_vapour_pressure")) & (sst.flag <= BAD), sst.flag, np.int8(NOT_EVALUATED))
        result.outcome("water_vapour_pressure", "sea_surface_temperature", level)
    return np.isfinite(fco2)
