"""What calibrators of partial-pressure instruments share: from pCO2 at the temperature of the instrument to a calibrated stream.

Such a calibrator computes pCO2 in wet gas at the temperature of its instrument, states what is uncertain about it
(`MeasuredPartialPressure`), and hands it to `reduce_partial_pressure`, which gives pCO2 and fCO2 at both temperatures, the terms of the
uncertainty of fCO2, outcomes and tables. `icos_ocean.calibration.partial_pressure_air` does the same for air.

>>> record = partial_pressure_record(stream, name, options)
>>> inputs = partial_pressure_inputs(record, options)
>>> result = Result(record)
>>> measured = MeasuredPartialPressure(...)
>>> reduce_partial_pressure(inputs, measured, result, options)
>>> calibrated_stream(inputs, result, ("run_type", "latitude", "longitude", ...))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Problem
from icos_core.dataset import NOT_EVALUATED, category_words, set_variable
from icos_core.exceptions import DataError, hint
from icos_core.flags import carry
from icos_ocean.calibration.flushing import flushing, run_numbers
from icos_ocean.calibration.inputs import INTERPOLATED, Inputs, put_filled
from icos_ocean.calibration.method_spread import method_spread, spread_table, spread_uncertainty
from icos_ocean.calibration.partial_pressure_chain import PartialPressureChain, partial_pressure_chain
from icos_ocean.calibration.partial_pressure_options import OF_CORRECTION
from icos_ocean.calibration.record import Record
from icos_ocean.calibration.uncertainty import total
from icos_ocean.temperature_correction import DEFAULT_METHOD, METHODS
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams, Table
    from icos_ocean.calibration.inputs import Input
    from icos_ocean.calibration.partial_pressure_options import PartialPressureOptions
    from icos_ocean.calibration.record import Result

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = [
    "MeasuredPartialPressure",
    "ReducedWater",
    "calibrated_stream",
    "choose_stream",
    "partial_pressure_inputs",
    "partial_pressure_record",
    "reduce_partial_pressure",
    "run_type_problems",
    "spread_tables",
]


_OWN_TERMS = frozenset({"temperature", "pressure", "salinity", "method", "filling", OF_CORRECTION})


@dataclass(frozen=True, kw_only=True)
class MeasuredPartialPressure:
    """Partial pressure of CO2 in water at the temperature of an instrument; m rows of a stream of n.

    Attributes
    ----------
    rows : (m,) ndarray of int
        Where they stand in the stream.
    pco2 : (m,) ndarray
        In wet gas, µatm.
    pressure : (m,) ndarray
        Total pressure of the gas, **hPa**; it is converted here and nowhere else.
    evaluated : (m,) ndarray of bool
        Whether everything that pCO2 was computed from was tested.
    terms : mapping of str to (m,) ndarray
        Independent terms of the standard uncertainty of pCO2, µatm. A term needs a word ``fco2_uncertainty_<term>`` with attribute
        ``error_correlation`` in the vocabulary (`icos_ocean.vocabulary.partial_pressure.uncertainty_term`). The names temperature,
        pressure, salinity, method, filling and temperature_correction are taken.
    pressure_uncertainty : (m,) ndarray or float
        Standard uncertainty of `pressure`, hPa.
    pressure_stated : (m,) ndarray of bool or bool
        Whether a station states the pressure in place of a measured one: it serves, but nothing says that it was measured.
    by_pressure : (m,) ndarray or float
        What pCO2 gains per hPa of an error of `pressure`, where it was computed with it, µatm hPa⁻¹.
    by_temperature : (m,) ndarray or float
        What pCO2 gains per °C of an error of the water temperature at the instrument, where it was computed with it, µatm °C⁻¹.
    xco2, xco2_uncertainty : (m,) ndarray, optional
        Mole fraction in dry gas and its standard uncertainty, where the instrument knows it, µmol mol⁻¹.
    """

    rows: NDArray[np.intp]
    pco2: FloatArray
    pressure: FloatArray
    evaluated: BoolArray
    terms: Mapping[str, FloatArray]
    pressure_uncertainty: FloatArray | float = 0.0
    pressure_stated: BoolArray | bool = False
    by_pressure: FloatArray | float = 0.0
    by_temperature: FloatArray | float = 0.0
    xco2: FloatArray | None = None
    xco2_uncertainty: FloatArray | None = None

    def __post_init__(self) -> None:
        taken = sorted(_OWN_TERMS & set(self.terms))
        if taken:
            raise ValueError(f"terms of pCO2 must not be named {', '.join(taken)}")


class ReducedWater(NamedTuple):
    """What became of n rows.

    Attributes
    ----------
    complete : (n,) ndarray of bool
        Rows that have fCO2.
    by_temperature, by_sst : (n,) ndarray
        What fCO2 of water gains per °C of an error of the temperature at the instrument and of that in situ, µatm °C⁻¹; NaN elsewhere.
    """

    complete: BoolArray
    by_temperature: FloatArray
    by_sst: FloatArray


def choose_stream(streams: Streams, needed: Sequence[str], calibrator: str, options: PartialPressureOptions) -> str:
    """Return the name of the stream that the options name, or else of the one that has the variables needed.

    Raises
    ------
    DataError
        If there is none or, where none is named, more than one.
    """
    found = [name for name, stream in streams.items() if all(each in stream for each in needed) and options.stream in {None, name}]
    if len(found) != 1:
        which = ", ".join(found) or "none"
        hinted = "; name one with stream" if found else ""
        raise DataError(f"calibrator {calibrator!r} needs exactly one stream with {', '.join(needed)}, found: {which}{hinted}")
    return found[0]


def partial_pressure_record(
    stream: xr.Dataset,
    name: str,
    options: PartialPressureOptions,
    *,
    air_run_types: Sequence[str] = (),
    run_type: NDArray[np.integer] | None = None,
    flush_after: float | None = None,
) -> Record:
    """Sort the rows of a stream by kind; all are water where the stream has no run types and none are handed in.

    Parameters
    ----------
    stream, name
        The stream.
    options
        Options of the calibrator.
    air_run_types
        Type words of air samples.
    run_type : (n,) ndarray of int, optional
        Codes of `icos_ocean.vocabulary.RUN_TYPES`, in place of those of the stream.
    flush_after : float, optional
        In place of that of the options, s.
    """
    moment = stream["time"].values
    time = (moment - moment[0]) / np.timedelta64(1, "s") if moment.size else np.empty(0)
    words: Mapping[str, int] = RUN_TYPES
    if run_type is None and "run_type" in stream:
        run_type, words = stream["run_type"].values, category_words(stream, "run_type")
    elif run_type is None:
        run_type = np.full(time.shape, RUN_TYPES[options.water_run_types[0]], dtype=np.int8)
    return Record(
        stream=stream,
        name=name,
        moment=moment,
        time=time,
        run_type=run_type,
        words=words,
        run=run_numbers(time, run_type, options.run_gap.total_seconds()),
        flushed=flushing(time, run_type, 0.0, options.flush_after.total_seconds() if flush_after is None else flush_after),
        water=np.isin(run_type, [words[word] for word in options.water_run_types if word in words]),
        air=np.isin(run_type, [words[word] for word in air_run_types if word in words]),
    )


def run_type_problems(record: Record, key: str, wanted: Sequence[str]) -> list[Problem]:
    """Say which run types of an option the data do not know."""
    unknown = (word for word in wanted if word not in record.words)
    return [Problem(message=f"{key}: the data know no run type {word!r}{hint(word, record.words)}") for word in unknown]


def partial_pressure_inputs(record: Record, options: PartialPressureOptions) -> Inputs:
    """Return the variables of the stream as the calibrator takes them, filled within the limits of the options."""
    return Inputs(stream=record.stream, time=record.time, filling=options.fill, variability=options.uncertainty.variability)


def reduce_partial_pressure(
    inputs: Inputs, measured: MeasuredPartialPressure, result: Result, options: PartialPressureOptions
) -> ReducedWater:
    """Compute pCO2 and fCO2 of water at both temperatures with their uncertainty, into `result`.

    A bad temperature that could not be filled enters all the same, and its flag follows by cascade: whoever overrules the flag finds the
    value there.
    """
    record, rows = result.record, measured.rows
    at_instrument, in_situ = inputs.take(options.water_temperature), inputs.take(options.sst)
    t, s = at_instrument.values[rows], in_situ.values[rows]
    salinity = inputs.take("salinity").values[rows] if options.needs_salinity else None
    corrects = options.corrects

    def chain_by(method: str, coefficient: float | None) -> PartialPressureChain:
        p, P = measured.pco2, measured.pressure
        return partial_pressure_chain(p, P, t, s, xco2=measured.xco2, salinity=salinity, method=method, coefficient=coefficient)

    chain = chain_by(options.correction, options.temperature_coefficient) if corrects else chain_by(DEFAULT_METHOD, None)
    result.values["run_type"] = record.run_type
    if measured.xco2 is not None:
        result.scatter("xco2", rows, measured.xco2)
    if measured.xco2_uncertainty is not None:
        result.scatter("xco2_uncertainty", rows, measured.xco2_uncertainty)
    result.scatter("equilibrator_pressure", rows, np.where(measured.pressure_stated, np.nan, measured.pressure))
    result.scatter("pco2_equilibrator", rows, measured.pco2)
    result.scatter("fco2_equilibrator", rows, chain.fco2_instrument)
    result.scatter("pco2", rows, chain.pco2_sst)
    fco2 = result.scatter("fco2", rows, chain.fco2_sst)

    stated = options.uncertainty
    u_s = stated.sst if corrects else stated.water_temperature
    r = stated.temperature_correlation if corrects else 1.0
    by_temperature = chain.by_temperature + chain.by_pco2 * measured.by_temperature
    of_sst = chain.by_sst * u_s
    terms = {name: np.abs(chain.by_pco2) * term for name, term in measured.terms.items()}
    terms["temperature"] = np.hypot(by_temperature * stated.water_temperature + r * of_sst, np.sqrt(1.0 - r * r) * of_sst)
    by_pressure = chain.by_pressure + chain.by_pco2 * measured.by_pressure
    terms["pressure"] = np.abs(by_pressure) * measured.pressure_uncertainty
    filling = [by_temperature * at_instrument.filling[rows], chain.by_sst * in_situ.filling[rows]]
    if not corrects:
        filling = [(by_temperature + chain.by_sst) * in_situ.filling[rows]]
    if options.needs_salinity:
        terms["salinity"] = np.abs(chain.by_salinity) * stated.salinity
        filling.append(chain.by_salinity * inputs.take("salinity").filling[rows])
    if corrects:
        of_method = METHODS[options.correction].coefficient_uncertainty
        terms["method"] = np.abs(chain.by_coefficient) * (
            of_method if stated.temperature_coefficient is None else stated.temperature_coefficient
        )
    terms["filling"] = np.sqrt(np.sum(np.square(filling), axis=0))
    if options.listed_methods:
        others = (chain_by(method, None).fco2_sst for method in options.temperature_correction[1:])
        spread = method_spread([chain.fco2_sst, *others])
        result.spreads[OF_CORRECTION] = result.scatter(f"fco2_spread_{OF_CORRECTION}", rows, spread)
        terms[OF_CORRECTION] = spread_uncertainty(spread)
    result.scatter("fco2_uncertainty", rows, total(terms))
    for name, term in terms.items():
        result.scatter(f"fco2_uncertainty_{name}", rows, term)
    _temperatures(at_instrument, in_situ, rows, measured, result, options)
    everywhere = np.full((2, record.size), np.nan)
    everywhere[:, rows] = by_temperature, chain.by_sst
    return ReducedWater(np.isfinite(fco2), *everywhere)


def _temperatures(
    at_instrument: Input,
    in_situ: Input,
    rows: NDArray[np.intp],
    measured: MeasuredPartialPressure,
    result: Result,
    options: PartialPressureOptions,
) -> None:
    record = result.record
    for name, source, taken in (
        ("equilibrator_temperature", options.water_temperature, at_instrument),
        ("sst", options.sst, in_situ),
    ):
        if name != source:
            result.values[name] = taken.values
            result.values[f"{name}_source"] = _source(record.stream, source, taken)
            result.outcome(name, "inputs", np.where(np.isfinite(taken.values), taken.flag, np.int8(NOT_EVALUATED)))
    tested = at_instrument.flag[rows] != NOT_EVALUATED
    both = tested & (in_situ.flag[rows] != NOT_EVALUATED)
    if options.corrects:
        result.scatter("delta_temperature", rows, at_instrument.values[rows] - in_situ.values[rows])
        result.judged_by_inputs(("delta_temperature",), _everywhere(record.size, rows, both))
    result.judged_by_inputs(("pco2_equilibrator", "equilibrator_pressure"), _everywhere(record.size, rows, measured.evaluated))
    result.judged_by_inputs(("fco2_equilibrator",), _everywhere(record.size, rows, measured.evaluated & tested))
    spreads = tuple(f"fco2_spread_{choice}" for choice in options.listed_methods)
    result.judged_by_inputs(("pco2", "fco2", *spreads), _everywhere(record.size, rows, measured.evaluated & both))
    if measured.xco2 is not None:
        result.judged_by_inputs(("xco2",), _everywhere(record.size, rows, measured.evaluated))
    result.mark("fco2", "flushing", record.flushed & record.water)


def _source(stream: xr.Dataset, name: str, taken: Input) -> NDArray[np.int8]:
    """Return whether values were measured or interpolated: where they were joined, or here."""
    source = np.zeros(taken.values.shape, dtype=np.int8)
    if f"{name}_source" in stream:
        source |= stream[f"{name}_source"].values
    source[taken.filled] = INTERPOLATED
    return source


def _everywhere(size: int, rows: NDArray[np.intp], some: BoolArray) -> BoolArray:
    everywhere = np.zeros(size, dtype=np.bool_)
    everywhere[rows] = some
    return everywhere


def spread_tables(result: Result, options: PartialPressureOptions) -> tuple[Table, ...]:
    """Return the table of the spread over methods, where several are listed."""
    return (spread_table(result.spreads, options.listed_methods),) if result.spreads else ()


def calibrated_stream(inputs: Inputs, result: Result, carried: Sequence[str]) -> xr.Dataset:
    """Put together the calibrated stream: measured variables with their flags, those that are filled, filled, and what was computed."""
    record = result.record
    stream = carry(record.stream, [name for name in carried if name not in result.values])
    stream.attrs = dict(record.stream.attrs)
    for name, taken in inputs.taken.items():
        if name in result.values:
            continue
        if name in stream:
            put_filled(stream, name, taken)
        elif name == "salinity":
            set_variable(stream, VOCABULARY["salinity"], taken.values)
            put_filled(stream, name, taken)
            result.outcome("salinity", "inputs", np.where(np.isfinite(taken.values), taken.flag, np.int8(NOT_EVALUATED)))
    for name in VOCABULARY:
        if name in result.values:
            set_variable(stream, VOCABULARY[name], result.values[name])
    return stream
