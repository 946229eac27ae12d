"""Files that were logged together, channel by channel: how far apart in time their values may be, and what a group lacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Problem
from icos_core.dataset import attributes
from icos_core.describing.vocabulary import own_streams, required_of, vocabulary
from icos_core.exceptions import DescriptionError, Mistake
from icos_core.running.aligning import merge_channels, reach_of, with_missing
from icos_core.running.inputs import stream_names
from icos_core.running.merging import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from icos_core.components import Variable
    from icos_core.plugins import Plugins
    from icos_core.running.inputs import InputFile
    from icos_core.running.merging import Merged
    from icos_core.running.reading import ReadReceipt
    from icos_core.station import Description

__all__ = ["Grouping", "tolerances"]


def tolerances(description: Description, plugins: Plugins) -> dict[str, timedelta]:
    """Return stream → how far apart in time values of one row may be, for streams whose channels stand in files of their own.

    Raises
    ------
    DescriptionError
        Where two grouped inputs feed one stream and declare different tolerances.
    """
    found: dict[str, timedelta] = {}
    mistakes: list[Mistake] = []
    for position, spec in enumerate(description.inputs):
        if spec.group_by is None:
            continue
        for name in stream_names(spec, plugins).values():
            if found.setdefault(name, spec.group_tolerance) != spec.group_tolerance:
                key = f"input[{position}].group_tolerance"
                expected = f"the tolerance of the other inputs of stream {name!r}: {found[name].total_seconds():g} s"
                value = f"{spec.group_tolerance.total_seconds():g} s"
                mistakes.append(Mistake(key=key, value=value, expected=expected, line=description.line_of(key)))
    if mistakes:
        raise DescriptionError(description.path.name, mistakes)
    return found


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """The streams whose channels stand in files of their own.

    Attributes
    ----------
    tolerances
        Stream → how far apart in time values of one row may be.
    required
        Stream → for each requirement of a calibrator that nothing else satisfies, the variables of the files that would.
    most_variables
        How many channels there can be at most.
    """

    tolerances: Mapping[str, timedelta]
    required: Mapping[str, tuple[tuple[Variable, ...], ...]]
    most_variables: int

    @classmethod
    def of(cls, description: Description, plugins: Plugins) -> Grouping:
        """Ask readers and calibrators of a description."""
        grouped: dict[str, dict[str, Variable]] = {}
        for spec in description.inputs:
            if spec.group_by is not None:
                for name, own in own_streams(spec, plugins).items():
                    grouped.setdefault(name, {}).update(own)
        required: dict[str, dict[tuple[str, ...], tuple[Variable, ...]]] = {}
        words = vocabulary(description.inputs, description.calibrate, description.derive, plugins)
        for each in required_of(words, description.calibrate, plugins) if grouped else ():
            for name in each.streams.keys() & grouped.keys():
                elsewhere = (words.joined.get(name, {}).keys() - grouped[name].keys()) | each.made.get(name, frozenset())
                for requirement in each.streams[name]:
                    names = tuple(choice.name for choice in requirement.choices)
                    own_choices = tuple(grouped[name][choice] for choice in names if choice in grouped[name])
                    if own_choices and not requirement.optional and not elsewhere & set(names):
                        required.setdefault(name, {})[names] = own_choices
        return cls(
            tolerances=tolerances(description, plugins),
            required={name: tuple(choices.values()) for name, choices in required.items()},
            most_variables=max((len(own) for own in grouped.values()), default=0),
        )

    @property
    def reach(self) -> timedelta:
        """How far from a row other rows can decide which values it gets."""
        return max((reach_of(tolerance, self.most_variables) for tolerance in self.tolerances.values()), default=timedelta(0))

    def merge(
        self,
        parts: Sequence[tuple[str, xr.Dataset]],
        name: str,
        begins: Mapping[str, np.datetime64] | None,
        window: tuple[np.datetime64, np.datetime64] | None,
    ) -> Merged:
        """Merge the files of a stream; what a calibrator requires and no file of this stretch gives is missing, but not unknown."""
        merged = merge_channels(parts, name, self.tolerances[name], begins=begins, window=window)
        stream = merged.stream
        absent = [choices[0] for choices in self.required.get(name, ()) if not any(word.name in stream.data_vars for word in choices)]
        return replace(merged, stream=stream.assign({word.name: _missing(word, stream.sizes["time"]) for word in absent}))

    def lacking(
        self, description: Description, plugins: Plugins, files: Sequence[InputFile], receipts: Mapping[str, ReadReceipt]
    ) -> list[Problem]:
        """Tell which variables a group of files lacks that other groups have, or that a calibrator requires.

        Parameters
        ----------
        files
            The input files with their groups.
        receipts
            File name → what came of reading it.
        """
        given: dict[tuple[int, str, str], set[str]] = {}
        for file in files:
            if file.group is None:
                continue
            receipt = receipts.get(file.name)
            for name in stream_names(description.inputs[file.input], plugins).values():
                in_file = receipt.variables.get(name, ()) if receipt is not None else ()
                given.setdefault((file.input, name, file.group), set()).update(in_file)
        whole: dict[tuple[int, str], set[str]] = {}
        for (number, name, _), there in given.items():
            whole.setdefault((number, name), set()).update(there)
        everywhere = {name: set().union(*(there for (_, stream), there in whole.items() if stream == name)) for name in self.tolerances}
        problems = []
        for (number, name, group), there in sorted(given.items()):
            absent = sorted(whole[number, name] - there)
            for choices in self.required.get(name, ()):
                names = [word.name for word in choices]
                if not everywhere[name] & set(names):
                    absent.append(" or ".join(names))
            if absent:
                problems.append(Problem(message=f"group {group}: no file gives {', '.join(absent)}"))
        return problems


def _missing(word: Variable, rows: int) -> tuple[str, np.ndarray, dict[str, Any]]:
    kind = np.dtype(word.dtype)
    return "time", np.full(rows, ABSENT[kind.kind], dtype=kind), with_missing(attributes(word), kind)
