"""Calibrator `mapco2`: from the cycles of a MAPCO2 buoy or an ASVCO2 surface vehicle to fCO2 of sea water and air, with uncertainty.

In order: readings of water and air with the pump off are dried by pressure and humidity relative to dry span gas; mole fractions are
brought to the scale of the span gas by its reading after the analyser has set itself; air may be brought to the marine boundary layer;
fCO2 follows at the pressure in the cell with the pump off and at sea-surface temperature, at which the water is equilibrated.

References
----------
Sutton, A. J. et al. (2014), A high-frequency atmospheric and seawater pCO2 data set from 14 open-ocean sites using a moored autonomous
system, Earth Syst. Sci. Data 6, 353-366, doi:10.5194/essd-6-353-2014.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import CalibrationResult, Calibrator, Problem, Requirement
from icos_core.dataset import set_variable
from icos_ocean.calibration import underway
from icos_ocean.calibration.mapco2_options import MapCO2CalibrationOptions
from icos_ocean.calibration.mapco2_samples import sample_cycles
from icos_ocean.calibration.reduction import reduce_samples
from icos_ocean.calibration.underway import chosen_stream, shared_cascades, shared_requirements, shared_variables
from icos_ocean.vocabulary import VOCABULARY, mapco2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Context, Streams, Variable

__all__ = ["CALIBRATOR", "calibrate", "default_tests", "provides", "requires"]


_ASSUMED = replace(VOCABULARY["sst_source"], flag_values=(0, 1, 2), flag_meanings=("measured", "interpolated", "assumed"))
_OF_THE_CELL = ("analyser_pressure", "equilibrator_pressure")


def requires(options: MapCO2CalibrationOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with cycles must have."""
    raw = options.source == "raw"
    own = (
        Requirement(name="cycle_point"),
        Requirement(name="xco2_wet", units="umol mol-1"),
        Requirement(name="xco2_dry", units="umol mol-1", optional=raw),
        Requirement(name="analyser_pressure", units="hPa"),
        Requirement(name="relative_humidity", units="percent"),
        Requirement(name="humidity_temperature", units="degree_C"),
    )
    needed = shared_requirements(options, own, in_situ=True)
    if options.sst is None:
        return needed
    return {
        stream: tuple(replace(each, optional=True) if each.name == "sst" else each for each in requirements)
        for stream, requirements in needed.items()
    }


def provides(options: MapCO2CalibrationOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    terms = ("instrument", "sample", "drying", *(("standards", "interpolation") if options.span_gases else ()))
    shared = shared_variables(options, terms)
    own = tuple(word for word in mapco2.CALIBRATED if word.name != "span_factor" or options.span_gases)
    if options.sst is not None:
        shared = {stream: tuple(_ASSUMED if word.name == _ASSUMED.name else word for word in words) for stream, words in shared.items()}
    return {stream: (*words, *own) for stream, words in shared.items()}


def calibrate(streams: Streams, options: MapCO2CalibrationOptions, context: Context) -> CalibrationResult:  # noqa: ARG001  # no part of the run matters
    """Compute fCO2 for the stream that the options name, or else for the one that has run types and readings.

    Parameters
    ----------
    streams
        Measured streams with their flags.
    options
        Options of the calibrator.
    context
        Not used: the same rows give the same result in every run.

    Raises
    ------
    DataError
        If no stream or, where none is named, more than one has ``run_type`` and a mole fraction, or salinity cannot be had.
    """
    name, stream = chosen_stream(streams, options, CALIBRATOR.name)
    problems: tuple[Problem, ...] = ()
    assumes = options.sst is not None and "sst" not in stream
    if assumes:
        stream = stream.copy()
        set_variable(stream, VOCABULARY["sst"], np.full(stream.sizes["time"], options.sst))
        problems = (Problem(message=f"sea-surface temperature is not measured: taken for {options.sst:g} °C throughout"),)
    result = reduce_samples(stream, name, options, partial(sample_cycles, options=options))
    if assumes:
        set_variable(result.streams[name], _ASSUMED, np.full(stream.sizes["time"], _ASSUMED.flag_meanings.index("assumed")))
    return replace(result, problems=(*problems, *result.problems))


def default_tests(options: MapCO2CalibrationOptions) -> Sequence[Mapping[str, Any]]:
    """List the usual tests; the pressure in the cell is tested where it is that of a sample: the pump changes it by tens of hPa."""
    samples = {"where": {"run_type": [*options.water_run_types, *options.air_run_types]}}
    tests = underway.default_tests(options)
    return [{**test, **samples} if test.get("variable") in _OF_THE_CELL else test for test in tests]


CALIBRATOR = Calibrator(
    name="mapco2",
    summary="fCO2 of sea water and air from the cycles of a MAPCO2 buoy or an ASVCO2",
    options=MapCO2CalibrationOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=shared_cascades,
    default_tests=default_tests,
)
