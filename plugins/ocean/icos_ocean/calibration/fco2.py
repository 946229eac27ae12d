"""Calibrator `fco2`: from the readings of an underway system to the fugacity of CO2 in sea water and air, with uncertainty.

In order: rows near a change of run type are set aside; readings of standard gases are judged and averaged to runs; each standard is
interpolated in time and a line through the standards turns a sample's reading into a mole fraction; gaps of slow sensors are filled; the
pressure in the equilibrator is chosen; fCO2 follows at equilibrator and sea-surface temperature; air is brought to sea level and to
the times of the water samples. Every row of the input is a row of the output; values that do not apply to a row are missing there.

References
----------
Pierrot, D. et al. (2009), Recommendations for autonomous underway pCO2 measuring systems and data-reduction routines,
Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import CalibrationResult, Calibrator, Cascade, Requirement
from icos_core.exceptions import DataError
from icos_ocean.calibration.diagnostics import diagnostic_cascades
from icos_ocean.calibration.fco2_options import FCO2Options
from icos_ocean.calibration.reduction import carried_variables, reduce_underway
from icos_ocean.quality.defaults import sensor_tests
from icos_ocean.vocabulary import CALIBRATED, MEASURED, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from icos_core.components import Context, Streams, Variable

__all__ = ["CALIBRATOR", "calibrate", "cascades", "default_tests", "provides", "requires"]

_FROM_XCO2 = ("water_vapour_pressure", "pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2")
_OF_AIR = ("pco2_air", "fco2_air")


def requires(options: FCO2Options) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with run types and readings must have."""
    needed = [
        Requirement(name="run_type"),
        Requirement(name="co2", units="umol mol-1"),
        Requirement(name="equilibrator_temperature", units="degree_C"),
        Requirement(name="sst", units="degree_C"),
        # Practical salinity has no unit: converting 35 "1e-3" or "PSU" to "1" would be wrong or refused.
        Requirement(name="salinity", alternatives=(Requirement(name="conductivity", units="mS cm-1"),)),
    ]
    units = {
        "conductivity_cell_temperature": "degree_C",
        "standard_value": "umol mol-1",
        "latitude": "degrees_north",
        "longitude": "degrees_east",
        "air_temperature": "degree_C",
        "equilibrator_pressure": "hPa",
        "ambient_pressure": "hPa",
        "equilibrator_differential_pressure": "hPa",
        "analyser_pressure": "hPa",
        "atmospheric_pressure": "hPa",
    }
    needed += [Requirement(name=name, units=unit, optional=True) for name, unit in units.items()]
    needed.append(Requirement(name="h2o", units="mmol mol-1", optional=not options.dries))
    listed = {requirement.name for requirement in needed}
    carried = (VOCABULARY[name] for name in carried_variables(options) if name not in listed)
    needed += [Requirement(name=word.name, units=word.units, optional=True) for word in carried]
    return {options.stream or "*": tuple(needed)}


def provides(options: FCO2Options) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    made = {variable.name for variable in CALIBRATED}
    names = carried_variables(options)
    carried = tuple(variable for variable in MEASURED if variable.name in names and variable.name not in made)
    without = () if options.dries else ("fco2_uncertainty_drying",)
    return {options.stream or "*": (*(variable for variable in CALIBRATED if variable.name not in without), *carried)}


def cascades(options: FCO2Options) -> Mapping[str, tuple[Cascade, ...]]:
    """Say which flags follow from which.

    Questionable makes questionable and bad makes bad, except that salinity, to which fCO2 hardly responds, has no effect when it is
    questionable, makes questionable when it is bad, and never affects air; a position acts only when it is bad.
    """
    found = [*diagnostic_cascades(options), Cascade(source="co2", target="xco2")]
    if options.dry_samples:
        found.append(Cascade(source="h2o", target="xco2"))
    for source in ("xco2", "equilibrator_pressure"):
        found += [Cascade(source=source, target=target) for target in _FROM_XCO2[1:]]
    found += [Cascade(source="equilibrator_temperature", target=target) for target in (*_FROM_XCO2, "delta_temperature")]
    found += [Cascade(source="salinity", target=target, questionable=2, bad=3) for target in _FROM_XCO2]
    found += [Cascade(source="sst", target=target) for target in ("pco2", "fco2", "delta_temperature", *_OF_AIR)]
    found += [Cascade(source="delta_temperature", target=target) for target in ("pco2", "fco2")]
    for source in ("xco2_air", "sea_level_pressure"):
        found += [Cascade(source=source, target=target) for target in _OF_AIR]
    found += [Cascade(source=source, target="delta_fco2") for source in ("fco2", "fco2_air")]
    for source in ("latitude", "longitude"):
        targets = ("xco2", "xco2_air", *_FROM_XCO2[1:], *_OF_AIR, "delta_fco2")
        found += [Cascade(source=source, target=target, questionable=2, bad=4) for target in targets]
    return {options.stream or "*": tuple(found)}


def default_tests(options: FCO2Options) -> Sequence[Mapping[str, Any]]:
    """List the usual tests of an underway system."""
    tests = sensor_tests(options.water_run_types, options.air_run_types)
    return tests if options.stream is None else [{**test, "stream": options.stream} for test in tests]


def calibrate(streams: Streams, options: FCO2Options, context: Context) -> CalibrationResult:  # noqa: ARG001  # no part of the run matters
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
        If no stream or, where none is named, more than one has ``run_type`` and ``co2``, or salinity cannot be had.
    """
    found = [name for name, stream in streams.items() if "run_type" in stream and "co2" in stream and options.stream in {None, name}]
    if len(found) != 1:
        which = ", ".join(found) or "none"
        hint = "; name one with stream" if found else ""
        raise DataError(f"calibrator 'fco2' needs exactly one stream with run_type and co2, found: {which}{hint}")
    name = found[0]
    stream = streams[name]
    if "salinity" not in stream and "conductivity_cell_temperature" not in stream:
        raise DataError(f"stream {name!r}: salinity from conductivity needs conductivity_cell_temperature")
    return reduce_underway(stream, name, options)


CALIBRATOR = Calibrator(
    name="fco2",
    summary="fCO2 of sea water and air from an underway system with standard gases",
    options=FCO2Options,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=cascades,
    default_tests=default_tests,
)
