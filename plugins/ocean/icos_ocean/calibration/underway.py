"""What the calibrators of underway systems declare: what they need and give, which flags follow from which, the usual tests.

A calibrator adds what it makes of the readings of its instrument; `icos_ocean.calibration.reduction` computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Cascade, Requirement
from icos_core.exceptions import DataError
from icos_ocean.calibration.diagnostics import diagnostic_cascades
from icos_ocean.calibration.reduction import carried_variables
from icos_ocean.fco2_uncertainty import OWN_TERMS
from icos_ocean.quality.defaults import sensor_tests
from icos_ocean.vocabulary import CALIBRATED, UNCERTAINTY_TERMS, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    import xarray as xr

    from icos_core.components import Streams, Variable
    from icos_ocean.calibration.underway_options import UnderwayOptions

__all__ = ["chosen_stream", "default_tests", "shared_cascades", "shared_requirements", "shared_variables"]

_FROM_XCO2 = ("water_vapour_pressure", "pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2")
_OF_AIR = ("pco2_air", "fco2_air")
_UNITS = {
    "conductivity_cell_temperature": "degree_C",
    "latitude": "degrees_north",
    "longitude": "degrees_east",
    "air_temperature": "degree_C",
    "equilibrator_pressure": "hPa",
    "ambient_pressure": "hPa",
    "equilibrator_differential_pressure": "hPa",
    "analyser_pressure": "hPa",
    "atmospheric_pressure": "hPa",
}


def shared_requirements(
    options: UnderwayOptions, own: Sequence[Requirement], *, in_situ: bool = False
) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with run types and readings must have.

    Parameters
    ----------
    options : UnderwayOptions
        Options of the calibrator.
    own : sequence of Requirement
        What the calibrator makes mole fractions of; variables that are named here are not required otherwise.
    in_situ : bool
        Whether the system may do without a temperature of the equilibrator: sea-surface temperature stands in.
    """
    needed = [
        Requirement(name="run_type"),
        *own,
        Requirement(name="equilibrator_temperature", units="degree_C", optional=in_situ),
        Requirement(name="sst", units="degree_C"),
        # Practical salinity has no unit: converting 35 "1e-3" or "PSU" to "1" would be wrong or refused.
        Requirement(
            name="salinity", alternatives=(Requirement(name="conductivity", units="mS cm-1"),), optional=options.salinity is not None
        ),
    ]
    listed = {requirement.name for requirement in needed}
    needed += [Requirement(name=name, units=unit, optional=True) for name, unit in _UNITS.items() if name not in listed]
    listed = {requirement.name for requirement in needed}
    carried = (VOCABULARY[name] for name in carried_variables(options) if name not in listed)
    needed += [Requirement(name=word.name, units=word.units, optional=True) for word in carried]
    return {options.stream or "*": tuple(needed)}


def shared_variables(options: UnderwayOptions, terms: Collection[str]) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result; `terms` are those of the uncertainty that arise from the mole fraction."""
    made = {variable.name for variable in CALIBRATED}
    carried = tuple(VOCABULARY[name] for name in carried_variables(options) if name not in made)
    absent = [term for term in UNCERTAINTY_TERMS if term not in (*terms, *OWN_TERMS, *options.listed_methods)]
    without = {f"{name}_{term}" for name in ("fco2_uncertainty", "delta_fco2_uncertainty", "fco2_spread") for term in absent}
    return {options.stream or "*": (*(variable for variable in CALIBRATED if variable.name not in without), *carried)}


def shared_cascades(options: UnderwayOptions) -> Mapping[str, tuple[Cascade, ...]]:
    """Say which flags follow from which.

    Questionable makes questionable and bad makes bad, except that salinity, to which fCO2 hardly responds, has no effect when it is
    questionable, makes questionable when it is bad, and never affects air; a position acts only when it is bad.
    """
    found = diagnostic_cascades(options)
    found += [Cascade(source=source, target="xco2") for source in (options.reading_variable, *options.humidity_variables)]
    for source in ("xco2", "equilibrator_pressure"):
        found += [Cascade(source=source, target=target) for target in _FROM_XCO2[1:]]
    found += [Cascade(source="equilibrator_temperature", target=target) for target in (*_FROM_XCO2, "delta_temperature")]
    found += [Cascade(source="salinity", target=target, questionable=2, bad=3) for target in _FROM_XCO2]
    found += [Cascade(source="sst", target=target) for target in ("pco2", "fco2", "delta_temperature", *_OF_AIR)]
    found += [Cascade(source="delta_temperature", target=target) for target in ("pco2", "fco2")]
    for source in ("xco2_air", "sea_level_pressure"):
        found += [Cascade(source=source, target=target) for target in _OF_AIR]
    found += [Cascade(source=source, target="delta_fco2") for source in ("fco2", "fco2_air")]
    found += [Cascade(source="fco2", target=f"fco2_spread_{choice}") for choice in options.listed_methods]
    for source in ("latitude", "longitude"):
        targets = ("xco2", "xco2_air", *_FROM_XCO2[1:], *_OF_AIR, "delta_fco2")
        found += [Cascade(source=source, target=target, questionable=2, bad=4) for target in targets]
    return {options.stream or "*": tuple(found)}


def default_tests(options: UnderwayOptions) -> Sequence[Mapping[str, Any]]:
    """List the usual tests of an underway system."""
    tests = sensor_tests(options.water_run_types, options.air_run_types, options.reading_variable)
    return tests if options.stream is None else [{**test, "stream": options.stream} for test in tests]


def chosen_stream(streams: Streams, options: UnderwayOptions, calibrator: str) -> tuple[str, xr.Dataset]:
    """Return name and rows of the stream that the options name, or else of the one that has run types and readings.

    Raises
    ------
    DataError
        If no stream or, where none is named, more than one has both, or salinity cannot be had.
    """
    reading = options.reading_variable
    found = [name for name, stream in streams.items() if "run_type" in stream and reading in stream and options.stream in {None, name}]
    if len(found) != 1:
        which = ", ".join(found) or "none"
        hint = "; name one with stream" if found else ""
        raise DataError(f"calibrator {calibrator!r} needs exactly one stream with run_type and {reading}, found: {which}{hint}")
    name = found[0]
    stream = streams[name]
    if options.salinity is None and "salinity" not in stream and "conductivity_cell_temperature" not in stream:
        raise DataError(f"stream {name!r}: salinity from conductivity needs conductivity_cell_temperature")
    return name, stream
