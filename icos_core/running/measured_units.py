"""The units of measured data: those that calibrators require, so that limits of tests and what calibrators work in are the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_core.describing.vocabulary import required_of, vocabulary
from icos_core.exceptions import DataError
from icos_core.units import can_become, require_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from icos_core.plugins import Plugins
    from icos_core.station import Description

__all__ = ["MeasuredUnits", "WantedUnit"]


@dataclass(frozen=True, kw_only=True)
class WantedUnit:
    """The unit that a variable is wanted in, and the calibrator that requires it.

    `made` tells that a calibrator before that one makes a variable of this name: what is required is not what was measured, which keeps
    its unit where it cannot be converted.
    """

    units: str
    calibrator: str
    made: bool = False


@dataclass(frozen=True, kw_only=True)
class MeasuredUnits:
    """Stream → variable → the unit it is wanted in.

    What is joined onto a stream is wanted in the unit that it is required in there. Where several calibrators require one variable, the
    first that states a unit decides; the others get it converted.
    """

    wanted: Mapping[str, Mapping[str, WantedUnit]]
    inputs: Mapping[str, str]

    @classmethod
    def of(cls, description: Description, plugins: Plugins, position: int | None = None) -> MeasuredUnits:
        """Ask the calibrators of a description, up to that which condenses (`position`): those behind it see other rows."""
        words = vocabulary(description.inputs, description.calibrate, description.derive, plugins)
        calibrate = description.calibrate if position is None else description.calibrate[: position + 1]
        wanted: dict[str, dict[str, WantedUnit]] = {}
        for required in required_of(words, calibrate, plugins):
            for stream, requirements in required.streams.items():
                made = required.made.get(stream, frozenset())
                for choice in (choice for requirement in requirements for choice in requirement.choices):
                    if choice.units:
                        unit = WantedUnit(units=choice.units, calibrator=required.calibrator, made=choice.name in made)
                        wanted.setdefault(stream, {}).setdefault(choice.name, unit)
        # A stream may be joined onto one that is joined onto another, so those that receive come first.
        for spec in reversed(description.inputs):
            if spec.join is not None and spec.stream is not None:
                wanted[spec.stream] = {**wanted.get(spec.join.onto, {}), **wanted.get(spec.stream, {})}
        inputs = {
            stream: f"input[{number}] ({spec.reader})"
            for number, spec in reversed(list(enumerate(description.inputs)))
            for stream in ([spec.stream] if spec.stream is not None else plugins.component("reader", spec.reader).provides(spec.options))
        }
        return cls(wanted=wanted, inputs=inputs)

    def converted(self, name: str, stream: xr.Dataset) -> xr.Dataset:
        """Return a stream with its quantities in the units that calibrators require; the stream itself where they are already.

        Raises
        ------
        DataError
            Where a unit cannot be converted, naming input, variable and both units.
        """
        for variable, unit in self.wanted.get(name, {}).items():
            if variable not in stream.data_vars or stream.variables[variable].dtype.kind != "f":
                continue
            source = str(stream.variables[variable].attrs.get("units", ""))
            if source == unit.units:
                continue
            if not can_become(source, unit.units):
                if unit.made:
                    continue
                raise DataError(
                    f"{self.inputs.get(name, name)}: {variable} of stream {name!r} is in {source or 'no unit'!r}, which cannot be "
                    f"converted to {unit.units!r} as calibrator {unit.calibrator!r} requires"
                )
            stream = require_units(stream, variable, unit.units)
        return stream
