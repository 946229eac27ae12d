"""pCO2 and fCO2 of sea water, at equilibrator and at sea-surface temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import NOT_EVALUATED
from icos_ocean.calibration.uncertainty import filling_uncertainty, pressure_uncertainty
from icos_ocean.fco2_uncertainty import fco2_uncertainty
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fco2_chain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.equilibrator_pressure import ChosenPressure
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Result, Samples
    from icos_ocean.calibration.underway_options import UnderwayOptions

__all__ = ["reduce_water"]


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
    taken = {name: inputs.take(name) for name in ("equilibrator_temperature", "salinity", "sst")}
    t, S, s = (each.values[rows] for each in taken.values())
    chain = fco2_chain(x, P, t, S, s, method=options.temperature_correction, coefficient=options.temperature_coefficient)
    result.scatter("water_vapour_pressure", rows, chain.water_vapour_pressure * STANDARD_ATMOSPHERE)
    result.scatter("pco2_equilibrator", rows, chain.pco2_equilibrator)
    result.scatter("fco2_equilibrator", rows, chain.fco2_equilibrator)
    result.scatter("pco2", rows, chain.pco2_sst)
    fco2 = result.scatter("fco2", rows, chain.fco2_sst)
    result.scatter("delta_temperature", rows, t - s)
    uncertain = fco2_uncertainty(
        x,
        P,
        t,
        S,
        s,
        xco2_terms={name: term[samples.water] for name, term in samples.terms.items()},
        pressure_uncertainty=pressure_uncertainty(pressure.source[rows], options.uncertainty),
        equilibrator_temperature_uncertainty=options.uncertainty.equilibrator_temperature,
        sst_uncertainty=options.uncertainty.sst,
        salinity_uncertainty=options.uncertainty.salinity,
        temperature_correlation=options.uncertainty.temperature_correlation,
        coefficient_uncertainty=options.uncertainty.temperature_coefficient,
        filling=filling_uncertainty(inputs, pressure, rows),
        method=options.temperature_correction,
        coefficient=options.temperature_coefficient,
    )
    result.scatter("fco2_uncertainty", rows, uncertain.total)
    for name, term in uncertain.terms.items():
        result.scatter(f"fco2_uncertainty_{name}", rows, term)
    result.mark("fco2", "flushing", record.flushed & record.water)
    temperatures = [taken[name].flag != NOT_EVALUATED for name in ("equilibrator_temperature", "sst")]
    result.judged_by_inputs(("delta_temperature",), np.logical_and.reduce(temperatures))
    evaluated = [*(each.flag != NOT_EVALUATED for each in taken.values()), pressure.level != NOT_EVALUATED]
    evaluated.append(record.flag(options.reading_variable) != NOT_EVALUATED)
    computed = ("pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2")
    result.judged_by_inputs(("water_vapour_pressure", *computed), np.logical_and.reduce(evaluated))
    return np.isfinite(fco2)
