"""Calibrator `hydroc`: from the signals of a CONTROS HydroC to the fugacity of CO2 in sea water, with uncertainty.

In order: readings of zero are averaged and brought to the time of every row; the signal is scaled and put into the polynomial of the
calibrations before and after the deployment; density of the gas and pressure behind the membrane give pCO2 at the temperature of the
water at the sensor; where that is asked for the response time is corrected for; fCO2 follows at both temperatures.

References
----------
Fietzek, P., Fiedler, B., Steinhoff, T. and Körtzinger, A. (2014), In situ quality assessment of a novel underwater pCO2 sensor based
on membrane equilibration and NDIR spectrometry, J. Atmos. Oceanic Technol. 31, 181-196, doi:10.1175/JTECH-D-13-00083.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.components import CalibrationResult, Calibrator, Cascade, Requirement
from icos_ocean.calibration.hydroc_options import HydroCCalibratorOptions
from icos_ocean.calibration.hydroc_reduction import CARRIED, INPUTS, TERMS, reduce_hydroc
from icos_ocean.calibration.partial_pressure import choose_stream
from icos_ocean.calibration.partial_pressure_contract import (
    partial_pressure_cascades,
    partial_pressure_requirements,
    partial_pressure_tests,
    partial_pressure_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Context, Streams, Variable

__all__ = ["CALIBRATOR", "calibrate", "cascades", "default_tests", "provides", "requires"]

_UNITS = {
    "signal_raw": "1",
    "signal_reference": "1",
    "analyser_pressure": "hPa",
    "membrane_pressure": "hPa",
    "gas_temperature": "degree_C",
}
_OPTIONAL = {
    "runtime": "s",
    "signal_reported": "1",
    "pco2_reported": "uatm",
    "sensor_temperature": "degree_C",
    "relative_humidity": "percent",
    "zero_state": "",
    "flush_state": "",
}
_SIGNALS = ("signal_raw", "signal_reference")


def requires(options: HydroCCalibratorOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the stream must have: both signals, two pressures, the temperature of the gas and that of the water."""
    needed = [Requirement(name=name, units=unit) for name, unit in _UNITS.items()]
    needed += [Requirement(name=name, units=unit, optional=True) for name, unit in _OPTIONAL.items()]
    found = {options.stream or "*": partial_pressure_requirements(options, needed)}
    if options.zero_stream is not None:
        states = (Requirement(name=name, optional=True) for name in ("run_type", "zero_state", "flush_state"))
        found[options.zero_stream] = (*(Requirement(name=name, units="1") for name in _SIGNALS), *states)
    return found


def provides(options: HydroCCalibratorOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    computed = ("signal_ratio", "zero_signal_ratio", "signal_processed")
    terms = tuple(term for term in TERMS if term != "response" or options.response_correction)
    return {options.stream or "*": partial_pressure_words(options, terms, (*CARRIED, *computed))}


def cascades(options: HydroCCalibratorOptions) -> Mapping[str, tuple[Cascade, ...]]:
    """Say which flags follow from which."""
    # The signals act through what is computed from them: each cause that is told apart takes two of the 31 bits of a variable.
    of_instrument = partial_pressure_cascades(options, ("signal_processed", *INPUTS[2:]))
    signals = [Cascade(source=source, target="signal_ratio") for source in _SIGNALS]
    signals += [Cascade(source=source, target="signal_processed") for source in ("signal_ratio", "zero_signal_ratio")]
    return {options.stream or "*": (*signals, *of_instrument)}


def default_tests(options: HydroCCalibratorOptions) -> Sequence[Mapping[str, Any]]:
    """List the usual tests: ranges that no working HydroC leaves, and those of the ship's sensors.

    The pressures are those of gas in a closed loop near that of the atmosphere, or of the water column for a sensor that is lowered.
    """
    own: list[Mapping[str, Any]] = [
        {"test": "range", "variable": "gas_temperature", "questionable_outside": [-2.0, 60.0], "bad_outside": [-10.0, 80.0]},
        {"test": "range", "variable": "analyser_pressure", "questionable_outside": [850.0, 1250.0], "bad_outside": [500.0, 2000.0]},
        {"test": "range", "variable": "membrane_pressure", "questionable_outside": [850.0, 1250.0], "bad_outside": [500.0, 2000.0]},
        *({"test": "range", "variable": name, "bad_outside": [1.0, 1e6]} for name in _SIGNALS),
        {"test": "range", "variable": "relative_humidity", "questionable_outside": [0.0, 90.0]},
    ]
    tests = partial_pressure_tests(options, own)
    if options.stream is not None and options.zero_stream is not None:
        # Readings of zero are told good from bad by the same ranges, in their own stream.
        tests += [{**test, "stream": options.zero_stream} for test in own if test["variable"] in _SIGNALS]
    return tests


def calibrate(streams: Streams, options: HydroCCalibratorOptions, context: Context) -> CalibrationResult:  # noqa: ARG001  # no part of the run matters
    """Compute fCO2 for the stream that the options name, or else for the one that has everything that is needed.

    Raises
    ------
    DataError
        If no stream or, where none is named, more than one has the variables of a HydroC.
    """
    candidates = {name: stream for name, stream in streams.items() if name != options.zero_stream}
    name = choose_stream(candidates, (*_UNITS, *dict.fromkeys((options.water_temperature, options.sst))), "hydroc", options)
    return reduce_hydroc(streams, name, options)


CALIBRATOR = Calibrator(
    name="hydroc",
    summary="fCO2 of sea water from the signals of a CONTROS HydroC with zeroings",
    options=HydroCCalibratorOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=cascades,
    default_tests=default_tests,
)
