"""What calibrators of partial-pressure instruments declare: requirements, words of the result, cascades and usual tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.components import Cascade, Requirement
from icos_ocean.calibration.partial_pressure_options import AirOptions
from icos_ocean.quality.defaults import sensor_tests
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.flux import FLUX_INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Variable
    from icos_ocean.calibration.partial_pressure_options import PartialPressureOptions

__all__ = [
    "partial_pressure_carried",
    "partial_pressure_cascades",
    "partial_pressure_requirements",
    "partial_pressure_tests",
    "partial_pressure_words",
]

_OF_SHIP = ("latitude", "longitude", "salinity", "atmospheric_pressure", "air_temperature", "wind_direction", "water_flow", *FLUX_INPUTS)
_OF_AIR = ("pco2_air", "fco2_air")


def partial_pressure_carried(options: PartialPressureOptions, of_instrument: Sequence[str]) -> tuple[str, ...]:
    """Return the measured variables that go on to the calibrated stream with their flags; `of_instrument` are the instrument's own."""
    names = (*_OF_SHIP, options.sst, options.water_temperature, *of_instrument)
    names = (*names, *((options.barometer,) if isinstance(options, AirOptions) else ()))
    return tuple(name for name in dict.fromkeys(names) if name in VOCABULARY)


def partial_pressure_requirements(options: PartialPressureOptions, of_instrument: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Return what the stream must and may have: the instrument's own, temperatures, salinity where a result depends on it, the rest.

    Parameters
    ----------
    options
        Options of the calibrator.
    of_instrument
        What the instrument itself needs; it may name variables of the shared part, and then comes first.
    """
    needed = [*of_instrument, Requirement(name="run_type", optional=True)]
    needed += [Requirement(name=name, units="degree_C") for name in dict.fromkeys((options.water_temperature, options.sst))]
    salinity = Requirement(
        name="salinity", alternatives=(Requirement(name="conductivity", units="mS cm-1"),), optional=not options.needs_salinity
    )
    needed.append(salinity)
    needed.append(Requirement(name="conductivity_cell_temperature", units="degree_C", optional=True))
    if isinstance(options, AirOptions):
        needed.append(Requirement(name=options.barometer, units="hPa", optional=True))
    listed = {requirement.name for requirement in needed}
    carried = partial_pressure_carried(options, ())
    needed += [Requirement(name=name, units=VOCABULARY[name].units, optional=True) for name in carried if name not in listed]
    seen: dict[str, Requirement] = {}
    for requirement in needed:
        seen.setdefault(requirement.name, requirement)
    return tuple(seen.values())


def partial_pressure_words(options: PartialPressureOptions, terms: Sequence[str], of_instrument: Sequence[str]) -> tuple[Variable, ...]:
    """Return the words of the result.

    Parameters
    ----------
    options
        Options of the calibrator.
    terms
        Terms of the uncertainty that the instrument hands in.
    of_instrument
        Variables that only this instrument's stream has, measured and computed.
    """
    own = ["temperature", "pressure", "filling"]
    own += ["salinity"] if options.needs_salinity else []
    own += ["method"] if options.corrects else []
    own += options.listed_methods
    names = [
        *(f"fco2_spread_{choice}" for choice in options.listed_methods),
        *("run_type", "sst", "equilibrator_temperature", "equilibrator_pressure", "pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2"),
        *("fco2_uncertainty", *(f"fco2_uncertainty_{term}" for term in (*terms, *own))),
        *(("delta_temperature",) if options.corrects else ()),
        *partial_pressure_carried(options, of_instrument),
    ]
    names += [f"{name}_source" for name in ("sst", "salinity", "equilibrator_temperature")]
    if isinstance(options, AirOptions):
        names += [
            *("sea_level_pressure", "xco2_air", "xco2_air_source", "xco2_air_uncertainty", *_OF_AIR, "fco2_air_uncertainty"),
            *("delta_fco2", "delta_fco2_uncertainty"),
        ]
    return tuple(VOCABULARY[name] for name in dict.fromkeys(names) if name in VOCABULARY)


def partial_pressure_cascades(
    options: PartialPressureOptions, sources: Sequence[str], *, targets: Sequence[str] = ("pco2_equilibrator",)
) -> tuple[Cascade, ...]:
    """Say which flags follow from which: questionable makes questionable and bad makes bad; a position acts only when it is bad.

    Parameters
    ----------
    options
        Options of the calibrator.
    sources
        Measured variables from which pCO2 at the temperature of the instrument is computed.
    targets
        What is computed from them before fCO2.
    """
    of_water = (*targets, "fco2_equilibrator", "pco2", "fco2")
    found = [Cascade(source=source, target=target) for source in sources for target in of_water]
    found += [Cascade(source="pco2_equilibrator", target=target) for target in ("fco2_equilibrator", "pco2", "fco2")]
    temperatures = [(options.water_temperature, ("fco2_equilibrator", "pco2", "fco2")), (options.sst, ("pco2", "fco2"))]
    for (source, reached), copied in zip(temperatures, ("equilibrator_temperature", "sst"), strict=True):
        reached_too = (*reached, "delta_temperature") if options.corrects else reached
        found += [Cascade(source=each, target=target) for each in dict.fromkeys((source, copied)) for target in reached_too]
        if source != copied:
            found.append(Cascade(source=source, target=copied))
    if options.corrects:
        found += [Cascade(source="delta_temperature", target=target) for target in ("pco2", "fco2")]
    if options.needs_salinity:
        found += [Cascade(source="salinity", target=target, questionable=2, bad=3) for target in ("pco2", "fco2")]
    found += [Cascade(source="fco2", target=f"fco2_spread_{choice}") for choice in options.listed_methods]
    everything = of_water
    if isinstance(options, AirOptions):
        found += [Cascade(source=source, target=target) for source in ("xco2_air", "sea_level_pressure", options.sst) for target in _OF_AIR]
        found += [Cascade(source=source, target="delta_fco2") for source in ("fco2", "fco2_air")]
        everything = (*of_water, "xco2_air", *_OF_AIR, "delta_fco2")
    for source in ("latitude", "longitude"):
        found += [Cascade(source=source, target=target, questionable=2, bad=4) for target in everything]
    return tuple(dict.fromkeys(found))


def partial_pressure_tests(options: PartialPressureOptions, of_instrument: Sequence[Mapping[str, Any]] = ()) -> list[Mapping[str, Any]]:
    """List the usual tests: those of ship sensors, of the two temperatures, of pCO2, and the instrument's own.

    pCO2 at the temperature of the instrument is tested as the readings of an underway system are, with the same numbers in µatm. A test
    of the instrument's own takes the place of the usual one of the same variable.
    """
    passed_over = {"co2", "h2o", "equilibrator_differential_pressure", "analyser_flow", "analyser_pressure", "ambient_pressure"}
    usual = sensor_tests(options.water_run_types)
    tests: list[Mapping[str, Any]] = [test for test in usual if test.get("variable") not in passed_over]
    shared = {test.get("variable") for test in tests}
    of_temperature = [test for test in tests if test.get("variable") == "equilibrator_temperature"]
    others = [name for name in dict.fromkeys((options.water_temperature, options.sst)) if name not in shared]
    tests += [{**test, "variable": name} for name in others for test in of_temperature]
    of_readings = (test for test in usual if test.get("variable") == "co2" and "label" not in test)
    tests += [{**{key: value for key, value in test.items() if key != "where"}, "variable": "pco2_equilibrator"} for test in of_readings]
    if not options.corrects:
        tests = [test for test in tests if test["test"] != "delta-temperature"]
    own = {(test["test"], test.get("variable")) for test in of_instrument}
    tests = [test for test in tests if (test["test"], test.get("variable")) not in own]
    tests += of_instrument
    return tests if options.stream is None else [{**test, "stream": options.stream} for test in tests]
