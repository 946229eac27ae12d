"""What a component requires of the stage before it: whether it is there, and in which units it is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from icos_core.components.vocabulary import may_be_absent
from icos_core.dataset import TIME_ATTRIBUTES, attributes
from icos_core.exceptions import DataError, nearest
from icos_core.units import require_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Reader, Requirement
    from icos_core.plugins import Plugins
    from icos_core.station import Description, InputSpec

__all__ = ["empty_stream", "in_units", "prepare"]


def prepare(streams: Mapping[str, xr.Dataset], requires: Mapping[str, Sequence[Requirement]], who: str) -> dict[str, xr.Dataset]:
    """Return the streams with everything that is required, in its units.

    Raises
    ------
    DataError
        Where something is not there, with the nearest name that is, or its units cannot be converted.
    """
    for wanted, requirements in requires.items():
        if wanted not in {*streams, "*"} and may_be_absent(requirements):
            continue
        candidates = list(streams) if wanted == "*" else [wanted]
        if wanted != "*" and wanted not in streams:
            raise DataError(f"{who} requires the stream {wanted!r}; there are: {', '.join(sorted(streams)) or 'none'}")
        if all(_absent(streams[name], requirements) is not None for name in candidates):
            absent = (candidates and _absent(streams[candidates[0]], requirements)) or wanted
            present = [str(each) for name in candidates for each in streams[name].data_vars]
            near = nearest(absent, present)
            hint = f"; nearest: {near!r}, [input.rename] bridges names" if near else ""
            raise DataError(f"{who} requires {absent!r}, which no stream has{hint}")
    return in_units(streams, requires)


def in_units(streams: Mapping[str, xr.Dataset], requires: Mapping[str, Sequence[Requirement]]) -> dict[str, xr.Dataset]:
    """Return the streams with what is required in its units, as far as it is there."""
    prepared = dict(streams)
    for wanted, requirements in requires.items():
        for name in prepared if wanted == "*" else prepared.keys() & {wanted}:
            if wanted == "*" and _absent(prepared[name], requirements) is not None:
                continue
            for each in (choice for requirement in requirements for choice in requirement.choices):
                if each.units and each.name in prepared[name] and prepared[name][each.name].dtype.kind == "f":
                    prepared[name] = require_units(prepared[name], each.name, each.units)
    return prepared


def _absent(stream: xr.Dataset, requirements: Sequence[Requirement]) -> str | None:
    for requirement in requirements:
        if not requirement.optional and not any(choice.name in stream for choice in requirement.choices):
            return requirement.name
    return None


def empty_stream(spec: InputSpec, description: Description, plugins: Plugins) -> xr.Dataset:
    """Return what an input would give if its files had rows: without a row, and of its variables those that a calibrator requires."""
    wanted = {
        name
        for each in description.calibrate
        for requirements in plugins.component("calibrator", each.calibrator).requires(each.options).values()
        for requirement in requirements
        for name in (choice.name for choice in requirement.choices)
    }
    reader: Reader = plugins.component("reader", spec.reader)
    variables: dict[str, Any] = {}
    for words in reader.provides(spec.options).values():
        for word in words:
            name = spec.rename.get(word.name, word.name)
            if name in wanted:
                variables[name] = ("time", np.zeros(0, dtype=word.dtype), attributes(word))
    return xr.Dataset(variables, coords={"time": ("time", np.zeros(0, dtype="M8[ns]"), dict(TIME_ATTRIBUTES))})
