"""The flow of one run in memory: measured → (condensed) → calibrated → products, with tests and people's flags between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Problem, Table
from icos_core.dataset import check_stream
from icos_core.exceptions import DataError, nearest
from icos_core.flags import apply_flags
from icos_core.inputs import stream_names
from icos_core.joins import join
from icos_core.merging import merge
from icos_core.quality_stage import run_tests
from icos_core.units import require_units

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import CalibrationResult, Calibrator, Cascade, Context, Outcome, Product, ProductResult, Requirement
    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.station import CalibrateSpec, Description

__all__ = ["Flow", "MeasuredParts", "calibrated_stage", "condensing", "measured_stage", "product_stage"]

MeasuredParts = Mapping[str, Sequence[tuple[str, "xr.Dataset"]]]


@dataclass(kw_only=True)
class Flow:
    """What a run has made so far."""

    measured: dict[str, xr.Dataset] = field(default_factory=dict)
    calibrated: dict[str, xr.Dataset] = field(default_factory=dict)
    products: dict[str, xr.Dataset] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    duplicates: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)

    def note_met(self, met: Mapping[str, int]) -> None:
        """Remember how many rows people's flags met: the most at any stage."""
        for identifier, rows in met.items():
            self.met[identifier] = max(self.met.get(identifier, 0), rows)


def _people_of(people: Sequence[PersonFlag], stream_name: str, offset: timedelta = timedelta(0)) -> list[PersonFlag]:
    """Return people's flags of a stream; those are in instrument time, `offset` brings them to corrected time."""
    shift = np.timedelta64(round(offset.total_seconds() * 1e9), "ns")
    return [replace(flag, start=flag.start + shift, end=flag.end + shift) for flag in people if flag.stream == stream_name]


def condensing(description: Description, plugins: Plugins) -> int | None:
    """Position of the calibrator that condenses, or None.

    Raises
    ------
    DataError
        For two that condense, or one listed before it that is not row-wise.
    """
    components: list[Calibrator] = [plugins.component("calibrator", spec.calibrator) for spec in description.calibrate]
    positions = [position for position, component in enumerate(components) if component.condense is not None]
    if len(positions) > 1:
        names = " and ".join(components[position].name for position in positions)
        raise DataError(f"[[calibrate]]: {names} both condense; a run has one condensing calibrator")
    if not positions:
        return None
    for component in components[: positions[0]]:
        if not component.row_wise:
            raise DataError(
                f"[[calibrate]]: {component.name} is listed before {components[positions[0]].name} but does not work row by row"
            )
    return positions[0]


def measured_stage(
    parts: MeasuredParts,
    offsets: Mapping[str, timedelta],
    description: Description,
    plugins: Plugins,
    context: Context,
    flow: Flow,
) -> dict[str, xr.Dataset]:
    """Merge the rows of all files, test and flag them, and join the inputs.

    Parameters
    ----------
    parts
        Stream → (file, rows) pairs, in instrument time.
    offsets
        Stream → what is added to instrument time.

    Returns
    -------
    dict
        Streams for the next stage, in corrected time. `flow.measured` receives all of them, those that were joined onto another too.
    """
    streams: dict[str, xr.Dataset] = {}
    for name, files in parts.items():
        merged = merge(files, name)
        flow.duplicates[name] = merged.duplicates
        flow.conflicts[name] = merged.conflicts
        flow.problems += merged.problems
        outcomes = run_tests(name, merged.stream, description.qc, "measured", plugins, context)
        flow.note_met(apply_flags(merged.stream, outcomes, _people_of(context.people_flags, name)))
        streams[name] = _shifted(merged.stream, offsets.get(name, timedelta(0)))
    joined = _join_inputs(streams, offsets, description, plugins, context, flow)
    flow.measured.update(streams)
    return {name: stream for name, stream in streams.items() if name not in joined}


def _shifted(stream: xr.Dataset, offset: timedelta) -> xr.Dataset:
    if not offset:
        return stream
    time = stream["time"].values + np.timedelta64(round(offset.total_seconds() * 1e9), "ns")
    return stream.assign_coords(time=("time", time, dict(stream["time"].attrs)))


def _join_inputs(
    streams: dict[str, xr.Dataset],
    offsets: Mapping[str, timedelta],
    description: Description,
    plugins: Plugins,
    context: Context,
    flow: Flow,
) -> set[str]:
    """Join in the order of the description; tests that concern a joined variable run on the stream that received it."""
    joined: set[str] = set()
    brought: dict[str, list[str]] = {}
    for spec in description.inputs:
        if spec.join is None:
            continue
        onto = spec.join.onto
        for name in stream_names(spec, plugins).values():
            if name in joined or name not in streams:
                continue
            if onto not in streams:
                flow.problems.append(Problem(message=f"stream {name!r} could not be joined: there is no stream {onto!r} in this run"))
                continue
            streams[onto], brought_names = join(streams[onto], streams[name], spec.join.method, spec.join.limit)
            brought.setdefault(onto, []).extend(brought_names)
            joined.add(name)
    for onto, names in brought.items():
        outcomes = run_tests(onto, streams[onto], description.qc, "measured", plugins, context, only=names)
        flow.note_met(apply_flags(streams[onto], outcomes, _people_of(context.people_flags, onto, offsets.get(onto, timedelta(0)))))
    return joined


def calibrated_stage(
    streams: Mapping[str, xr.Dataset],
    specs: Sequence[CalibrateSpec],
    offsets: Mapping[str, timedelta],
    description: Description,
    plugins: Plugins,
    context: Context,
    flow: Flow,
    *,
    last: bool = True,
) -> dict[str, xr.Dataset]:
    """Run calibrators in order; tests of the calibrated stage run after the last."""
    current = dict(streams)
    cascades: dict[str, list[Cascade]] = {}
    for position, spec in enumerate(specs):
        component: Calibrator = plugins.component("calibrator", spec.calibrator)
        prepared = _prepare(current, component.requires(spec.options), f"calibrator {component.name!r}")
        result = component.calibrate(prepared, spec.options, context)
        for name, more in component.cascades(spec.options).items():
            for each in result.streams if name == "*" else [name]:
                cascades.setdefault(each, []).extend(more)
        current.update(result.streams)
        _flag_results(
            result, current, cascades, offsets, context, flow, description if last and position == len(specs) - 1 else None, plugins
        )
    if last and not specs:
        for name, stream in current.items():
            outcomes = run_tests(name, stream, description.qc, "calibrated", plugins, context)
            flow.note_met(apply_flags(stream, outcomes, _people_of(context.people_flags, name, offsets.get(name, timedelta(0)))))
    if last:
        flow.calibrated.update(current)
    return current


def _flag_results(
    result: CalibrationResult,
    streams: Mapping[str, xr.Dataset],
    cascades: Mapping[str, Sequence[Cascade]],
    offsets: Mapping[str, timedelta],
    context: Context,
    flow: Flow,
    description: Description | None,
    plugins: Plugins,
) -> None:
    flow.problems += result.problems
    flow.tables += result.tables
    outcomes = _by_stream(result.outcomes, result.streams)
    for name in streams if description is not None else result.streams:
        stream = streams[name]
        check_stream(stream, name)
        found = outcomes.get(name, [])
        if description is not None:
            found = [*found, *run_tests(name, stream, description.qc, "calibrated", plugins, context)]
        people = _people_of(context.people_flags, name, offsets.get(name, timedelta(0)))
        flow.note_met(apply_flags(stream, found, people, cascades.get(name, ())))


def _by_stream(outcomes: Sequence[Outcome], streams: Mapping[str, xr.Dataset]) -> dict[str, list[Outcome]]:
    sorted_out: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        name = outcome.stream or (next(iter(streams)) if len(streams) == 1 else "")
        if name not in streams:
            raise DataError(
                f"outcome {outcome.name!r} of {outcome.variable!r} names the stream {outcome.stream!r}, which is not in the result"
            )
        sorted_out.setdefault(name, []).append(outcome)
    return sorted_out


def _prepare(streams: Mapping[str, xr.Dataset], requires: Mapping[str, Sequence[Requirement]], who: str) -> dict[str, xr.Dataset]:
    """Check that what a component requires is there, in its units."""
    prepared = dict(streams)
    for wanted, requirements in requires.items():
        candidates = list(streams) if wanted == "*" else [wanted]
        served = []
        for name in candidates:
            if name not in streams:
                raise DataError(f"{who} requires the stream {name!r}; there are: {', '.join(sorted(streams)) or 'none'}")
            if _absent(streams[name], requirements) is None:
                served.append(name)
        if not served:
            name = candidates[0] if candidates else wanted
            absent = _absent(streams[name], requirements) if name in streams else wanted
            near = nearest(absent or "", [str(each) for each in streams[name].data_vars]) if name in streams else None
            hint = f"; nearest: {near!r}, [input.rename] bridges names" if near else ""
            raise DataError(f"{who} requires {absent!r}, which no stream has{hint}")
        for name in served:
            for requirement in requirements:
                for variable in (requirement.name, *requirement.alternatives):
                    if requirement.units and variable in prepared[name] and prepared[name][variable].dtype.kind == "f":
                        prepared[name] = require_units(prepared[name], variable, requirement.units)
    return prepared


def _absent(stream: xr.Dataset, requirements: Sequence[Requirement]) -> str | None:
    for requirement in requirements:
        if not requirement.optional and not any(name in stream for name in (requirement.name, *requirement.alternatives)):
            return requirement.name
    return None


def product_stage(description: Description, plugins: Plugins, context: Context, flow: Flow) -> None:
    """Derive the products that are asked for, and those they need, each once."""
    asked = {spec.product: spec.options for spec in description.derive}
    components: dict[str, Product] = {}
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name not in components:
            components[name] = plugins.component("product", name)
            waiting += components[name].needs
    order = TopologicalSorter({name: component.needs for name, component in components.items()}).static_order()
    for name in order:
        component = components[name]
        options = asked[name] if name in asked else component.options()
        prepared = _prepare({**flow.calibrated, **flow.products}, component.requires(options), f"product {name!r}")
        result: ProductResult = component.derive(prepared, options, context)
        flow.problems += result.problems
        flow.tables += result.tables
        outcomes = _by_stream(result.outcomes, result.streams)
        cascades = component.cascades(options)
        for stream_name, stream in result.streams.items():
            if "time" in stream.dims:
                found = [*outcomes.get(stream_name, []), *run_tests(stream_name, stream, description.qc, "product", plugins, context)]
                flow.note_met(apply_flags(stream, found, _people_of(context.people_flags, stream_name), cascades.get(stream_name, ())))
            flow.products[stream_name] = stream
