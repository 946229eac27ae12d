"""From mole fractions that an instrument reports to dry mole fractions, and what their errors come from.

Readings are corrected linearly where a station states a correction, then dried::

    x = (factor · reading + offset) / (1 - h/1000)        h: mole fraction of water vapour, mmol mol⁻¹
    x = (factor · reading + offset) / (1 - p_h/P)         p_h: partial pressure of water vapour, P: pressure in the same cell

The error of the instrument, of a correction and of the humidity is the same in all samples, water and air alike; noise is each reading's
own. The error of P is left out: with p_h/P = 0.01, 1 hPa in P changes x by 0.004 µmol mol⁻¹.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Problem, Table
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE, is_good
from icos_core.exceptions import hint
from icos_ocean.calibration.record import Sampled, Samples
from icos_ocean.calibration.sample_errors import OF_INSTRUMENT, OF_READING, SampleErrors
from icos_ocean.calibration.standards import NO_GAS, assign_gases
from icos_ocean.shared_errors import ErrorSources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ocean.calibration.dry_xco2_options import DryXCO2Options
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Record, Result

    FloatArray = NDArray[np.float64]

__all__ = ["drying_factor", "instrument_errors", "sample_as_reported"]


def sample_as_reported(record: Record, inputs: Inputs, result: Result, options: DryXCO2Options) -> Sampled:  # noqa: ARG001  # as every sampling function
    """Correct and dry what the instrument reports of water and air; outcomes of check gases go into `result`."""
    reading = record.stream[options.mole_fraction].values
    factor, offset, which = _correction(record.moment, options)
    drying, response = drying_factor(record, options)
    xco2 = (factor * reading + offset) * drying
    table, problems = _checks(record, xco2, result, options)
    rows = record.sample_rows(reading)
    stated, coefficients, kinds = instrument_errors(xco2[rows], drying[rows], which[rows], options)
    if response is not None:
        stated = np.append(stated, _humidity_uncertainty(options))
        coefficients = np.vstack([coefficients, (xco2 * response)[rows]])
        kinds = [*kinds, "drying"]
    gain = (factor * drying)[rows]
    terms = {OF_READING: gain * options.uncertainty.reading}
    for kind in dict.fromkeys(kinds):
        own = [number for number, each in enumerate(kinds) if each == kind]
        terms[kind] = np.sqrt(np.sum(np.square(coefficients[own] * stated[own, np.newaxis]), axis=0))
    time = record.time[rows]

    def trace(some: NDArray[np.intp]) -> ErrorSources:
        return ErrorSources.without_runs(time[some], gain[some], coefficients[:, some])

    errors = SampleErrors(trace=trace, stated=stated, kinds=tuple(kinds), noise=options.uncertainty.reading)
    samples = Samples(
        rows=rows,
        water=record.water[rows],
        xco2=xco2[rows],
        terms=terms,
        errors=errors,
        questionable=np.zeros(rows.size, dtype=np.bool_),
        basis=which[rows],
    )
    return Sampled(samples=samples, problems=problems, tables=table)


def drying_factor(record: Record, options: DryXCO2Options) -> tuple[FloatArray, FloatArray | None]:
    """Return what a wet mole fraction is multiplied by, and the relative response of the dry one to the humidity reading.

    Returns
    -------
    factor : (n,) ndarray
        1 where nothing is dried; NaN where the humidity is missing, or not below the pressure in the cell.
    response : (n,) ndarray or None
        Per mmol mol⁻¹ or per hPa; None where nothing is dried.
    """
    if options.drying == "none":
        return np.ones(record.size), None
    humidity = record.stream[options.drying].values
    total = np.full(record.size, 1000.0) if options.drying == "h2o" else record.stream[options.cell_pressure].values
    possible = (humidity < total) & (total > 0.0)
    factor = np.divide(total, total - humidity, out=np.full(record.size, np.nan), where=possible)
    return factor, np.divide(factor, total, out=np.full(record.size, np.nan), where=possible)


def instrument_errors(
    xco2: FloatArray, drying: FloatArray, which: NDArray[np.integer], options: DryXCO2Options
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Say which errors of the instrument m samples have in common.

    Parameters
    ----------
    xco2, drying : (m,) ndarray
        Dry mole fractions, µmol mol⁻¹, and what drying multiplied them by.
    which : (m,) ndarray of int
        Number of the correction in force, counted from 1; 0 for none.
    options : DryXCO2Options
        Options of the calibrator.

    Returns
    -------
    stated : (k,) ndarray
        Standard uncertainties of the sources: the constant part of the instrument's accuracy, the part in proportion, and each correction
        with an uncertainty of its own, which takes the place of both.
    coefficients : (k, m) ndarray
        How the samples respond to them.
    kinds : list of str
        The term of the uncertainty that each source belongs to.
    """
    uncertain = options.uncertainty
    own = [(number, each.uncertainty) for number, each in enumerate(options.corrections, 1) if each.uncertainty is not None]
    of_instrument = ~np.isin(which, [number for number, _ in own])
    coefficients = [np.where(of_instrument, drying, 0.0), np.where(of_instrument, xco2, 0.0)]
    coefficients += [np.where(which == number, drying, 0.0) for number, _ in own]
    stated = [uncertain.instrument, uncertain.instrument_relative, *(value for _, value in own)]
    return np.array(stated), np.array(coefficients), [OF_INSTRUMENT] * len(stated)


def _humidity_uncertainty(options: DryXCO2Options) -> float:
    return options.uncertainty.h2o if options.drying == "h2o" else options.uncertainty.humidity_pressure


def _correction(moment: NDArray[np.datetime64], options: DryXCO2Options) -> tuple[FloatArray, FloatArray, NDArray[np.int16]]:
    """Return factor, offset and number of the correction in force in each row; 1, 0 and 0 where none is."""
    factor, offset, which = np.ones(moment.size), np.zeros(moment.size), np.zeros(moment.size, dtype=np.int16)
    for number, each in enumerate(options.corrections, 1):
        valid = each.covers(moment)
        factor[valid], offset[valid], which[valid] = each.factor, each.offset, number
    return factor, offset, which


def _checks(record: Record, xco2: FloatArray, result: Result, options: DryXCO2Options) -> tuple[Sequence[Table], list[Problem]]:
    """Compare gases with their values."""
    gases = options.checks
    assigned = assign_gases(record.moment, record.run_type, record.words, gases)
    good = is_good(record.stream, options.mole_fraction) & ~record.flushed & np.isfinite(xco2)
    level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
    problems, rows = [], []
    stated = np.full(record.size, np.nan)
    for number, gas in enumerate(gases):
        mine = assigned == number
        stated[mine] = gas.xco2
        off = xco2[mine & good] - gas.xco2
        level[mine & good] = np.where(np.abs(off) > gas.limit, QUESTIONABLE, GOOD)
        far = int(np.count_nonzero(np.abs(off) > gas.limit))
        if not mine.any():
            problems.append(Problem(message=f"checks: {gas.label} has no row in the data{hint(gas.run_type, record.words)}"))
        if far:
            message = f"checks: {far} of {off.size} readings of {gas.label} are more than {gas.limit:g} µmol mol⁻¹ off"
            problems.append(Problem(message=message))
        rows.append((gas.run_type, gas.cylinder, gas.xco2, int(np.count_nonzero(mine)), off.size, *_statistics(off), far))
    if not gases:
        return (), problems
    result.scatter("standard_xco2", np.flatnonzero(assigned != NO_GAS), stated[assigned != NO_GAS])
    result.outcome(options.mole_fraction, "check_gas", level)
    columns = (
        "run type",
        "cylinder",
        "value (µmol mol⁻¹)",
        "readings",
        "compared",
        "mean offset",
        "standard deviation",
        "beyond the limit",
    )
    return (Table(title="Check gases", columns=columns, rows=tuple(rows), note="Offset: dried reading minus value."),), problems


def _statistics(off: FloatArray) -> tuple[Any, Any]:
    return round(float(off.mean()), 3) if off.size else None, round(float(off.std(ddof=1)), 3) if off.size > 1 else None
