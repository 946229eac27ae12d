"""Words of what the calibrator gives beside the minutes of lines: injections, calibration sequences, targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.calibration.station_tables import ROLES
from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.vocabulary.series import UNCERTAINTY_TERMS
from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from icos_atmosphere.calibration.station_tables import Cylinder
    from icos_atmosphere.vocabulary.gases import Gas

__all__ = ["MARKS", "calibration_words", "cylinder_codes", "injection_words", "target_words"]

MARKS: tuple[str, ...] = ("outside_cylinders", "provisional_calibration", "water_difference")
"""Bits of minutes that change no flag."""


def cylinder_codes(cylinders: Sequence[Cylinder]) -> dict[str, int]:
    """Return name → code of the cylinders, in order of mention."""
    return {name: code for code, name in enumerate(dict.fromkeys(cylinder.name for cylinder in cylinders))}


def _cylinder(cylinders: Sequence[Cylinder]) -> tuple[Variable, ...]:
    codes = cylinder_codes(cylinders)
    return (
        Variable(
            name="cylinder",
            dtype="int16",
            long_name="cylinder",
            flag_values=tuple(codes.values()),
            flag_meanings=tuple("_".join(name.split()) for name in codes),
        ),
        Variable(
            name="role",
            dtype="int8",
            long_name="what the cylinder serves for",
            flag_values=tuple(range(len(ROLES))),
            flag_meanings=tuple(role.replace("-", "_") for role in ROLES),
        ),
    )


def injection_words(gases: Iterable[str], cylinders: Sequence[Cylinder]) -> tuple[Variable, ...]:
    """Return the words of injections."""
    return (
        *_cylinder(cylinders),
        Variable(name="sequence", units="1", dtype="int32", long_name="number of the calibration sequence", comment="-1: none"),
        Variable(name="cycle", units="1", dtype="int16", long_name="cycle of the cylinder in its sequence", comment="0: none"),
        Variable(name="duration", units="s", long_name="length of the kept part of the injection"),
        Variable(name="h2o", units="percent", long_name="water vapour as the analyser reports it"),
        *(word for name in gases for word in _of_injection(GASES[name])),
    )


def _of_injection(gas: Gas) -> tuple[Variable, ...]:
    of = {"describes": f"{gas.name}_measured"}
    reading = f"reading of {gas.long_name} in dry air, before calibration"
    return (
        Variable(name=f"{gas.name}_measured", units=gas.units, long_name=f"mean {reading}"),
        Variable(name=f"{gas.name}_measured_stdev", units=gas.units, long_name=f"standard deviation of the {reading}", attributes=of),
        Variable(name=f"{gas.name}_measured_n", units="1", dtype="int32", long_name=f"number of the {reading}"),
        Variable(
            name=f"{gas.name}_minute_stdev",
            units=gas.units,
            long_name=f"mean standard deviation within a minute of the {reading}",
            attributes=of,
        ),
        Variable(
            name=f"{gas.name}_drift",
            units=gas.units,
            long_name=f"change over the kept part of the injection of the {reading}",
            attributes=of,
        ),
        Variable(
            name=f"{gas.name}_assigned",
            units=gas.units,
            long_name=f"mole fraction of {gas.long_name} assigned to the cylinder",
            attributes=of,
        ),
    )


def calibration_words(gases: Iterable[str]) -> tuple[Variable, ...]:
    """Return the words of calibration sequences."""
    return (
        Variable(name="sequence", units="1", dtype="int32", long_name="number of the calibration sequence"),
        *(word for name in gases for word in _of_calibration(GASES[name])),
    )


def _of_calibration(gas: Gas) -> tuple[Variable, ...]:
    line = f"of assigned on measured {gas.long_name}"
    of = {"describes": f"{gas.name}_slope"}
    return (
        Variable(name=f"{gas.name}_slope", units="1", long_name=f"slope of the line {line}"),
        Variable(name=f"{gas.name}_slope_uncertainty", units="1", long_name=f"standard uncertainty of the slope {line}"),
        Variable(name=f"{gas.name}_intercept", units=gas.units, long_name=f"intercept of the line {line}", attributes=of),
        Variable(name=f"{gas.name}_intercept_uncertainty", units=gas.units, long_name=f"standard uncertainty of the intercept {line}"),
        Variable(name=f"{gas.name}_residual", units=gas.units, long_name=f"largest residual of the line {line}", attributes=of),
        Variable(
            name=f"{gas.name}_residual_sd",
            units=gas.units,
            long_name=f"standard deviation of the residuals of the line {line}",
            attributes=of,
        ),
        Variable(name=f"{gas.name}_reference", units=gas.units, long_name=f"value of a fixed reading on the line {line}", attributes=of),
        Variable(
            name=f"{gas.name}_reference_uncertainty",
            units=gas.units,
            long_name=f"standard uncertainty of the value of a fixed reading on the line {line}",
        ),
        Variable(name=f"{gas.name}_cylinders", units="1", dtype="int16", long_name=f"number of cylinders in the line {line}"),
        Variable(
            name=f"{gas.name}_accepted",
            dtype="int8",
            long_name=f"whether the line {line} is used",
            flag_values=(0, 1),
            flag_meanings=("not_accepted", "accepted"),
        ),
    )


def target_words(gases: Iterable[str], cylinders: Sequence[Cylinder]) -> tuple[Variable, ...]:
    """Return the words of injections of targets."""
    return (*_cylinder(cylinders), *(word for name in gases for word in _of_target(GASES[name])))


def _of_target(gas: Gas) -> tuple[Variable, ...]:
    value = f"mole fraction of {gas.long_name} of the target"
    of = {"describes": gas.name}
    return (
        Variable(name=gas.name, units=gas.units, long_name=value, standard_name=gas.standard_name),
        Variable(name=f"{gas.name}_uncertainty", units=gas.units, long_name=f"standard uncertainty of the {value}"),
        *(
            Variable(
                name=f"{gas.name}_uncertainty_{term}",
                units=gas.units,
                long_name=f"standard uncertainty of the {value}: {meaning}",
                attributes={"error_correlation": correlation},
            )
            for term, (meaning, correlation) in UNCERTAINTY_TERMS.items()
        ),
        Variable(name=f"{gas.name}_stdev", units=gas.units, long_name=f"standard deviation of the {value}", attributes=of),
        Variable(name=f"{gas.name}_n", units="1", dtype="int32", long_name=f"number of readings of the {value}"),
        Variable(name=f"{gas.name}_assigned", units=gas.units, long_name=f"assigned {value}", attributes=of),
        Variable(name=f"{gas.name}_bias", units=gas.units, long_name=f"measured minus assigned {value}"),
        Variable(name=f"{gas.name}_cmr", units=gas.units, long_name=f"continuous measurement repeatability of the {value}", attributes=of),
        Variable(name=f"{gas.name}_ltr", units=gas.units, long_name=f"long-term repeatability of the {value}", attributes=of),
    )
