"""The flow of one run in memory: measured → (condensed) → calibrated → products, with tests and people's flags between."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Problem, Table
from icos_core.dataset import MISSING, check_stream
from icos_core.exceptions import DataError, PluginError
from icos_core.flags import apply_flags
from icos_core.running.faults import blame
from icos_core.running.inputs import stream_names
from icos_core.running.joins import join
from icos_core.running.merging import MOST_CONFLICTS_TOLD, merge
from icos_core.running.quality_stage import run_tests
from icos_core.running.requirements import empty_stream, in_units, prepare

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import CalibrationResult, Calibrator, Cascade, Context, Outcome, Product, ProductResult
    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.running.grouping import Grouping
    from icos_core.running.measured_units import MeasuredUnits
    from icos_core.station import CalibrateSpec, Description, InputSpec

__all__ = ["Flow", "MeasuredParts", "calibrated_stage", "condensing", "measured_stage", "product_stage"]

MeasuredParts = Mapping[str, Sequence[tuple[str, "xr.Dataset"]]]


@dataclass(kw_only=True)
class Flow:
    """What a run has made so far.

    `period` limits the counts (duplicates, conflicts, people's flags) to rows in a time (corrected, half-open): rows around a period are
    there to be looked at, and are counted in their own.
    """

    measured: dict[str, xr.Dataset] = field(default_factory=dict)
    calibrated: dict[str, xr.Dataset] = field(default_factory=dict)
    products: dict[str, xr.Dataset] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    duplicates: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)
    conflicts_told: dict[str, list[Problem]] = field(default_factory=dict)
    period: tuple[np.datetime64, np.datetime64] | None = None

    def flag(
        self,
        stream: xr.Dataset,
        outcomes: Sequence[Outcome],
        people: Sequence[PersonFlag],
        cascades: Sequence[Cascade] = (),
        offset: timedelta = timedelta(0),
        followed: Sequence[PersonFlag] = (),
    ) -> None:
        """Flag a stream whose time lies `offset` before corrected time; remember the most rows that a person's flag met at any stage."""
        met = apply_flags(stream, outcomes, people, cascades, followed)
        if self.period is not None:
            shift = np.timedelta64(offset, "ns")
            met = {person.id: _rows_met(stream, person, self.period[0] - shift, self.period[1] - shift) for person in people}
        for identifier, rows in met.items():
            self.met[identifier] = max(self.met.get(identifier, 0), rows)

    def count_repeated(self, name: str, duplicates: int, conflicts: int, told: Sequence[Problem]) -> None:
        """Count rows that stood in more than one file."""
        self.duplicates[name] = self.duplicates.get(name, 0) + duplicates
        self.conflicts[name] = self.conflicts.get(name, 0) + conflicts
        self.conflicts_told[name] = [*self.conflicts_told.get(name, ()), *told][:MOST_CONFLICTS_TOLD]

    def tell_conflicts(self) -> None:
        """Make problems of the conflicts, the first of each stream in full."""
        for name, told in self.conflicts_told.items():
            self.problems += told
            if self.conflicts[name] > len(told):
                self.problems.append(Problem(message=f"{name}: {self.conflicts[name] - len(told)} more rows in conflict"))


def _rows_met(stream: xr.Dataset, person: PersonFlag, start: np.datetime64, end: np.datetime64) -> int:
    flag = f"{person.variable}_flag"
    if flag not in stream:
        return 0
    time = stream["time"].values
    return int((person.rows(time) & (stream[flag].values != MISSING) & (time >= start) & (time < end)).sum())


def _people_of(people: Sequence[PersonFlag], stream_name: str, offset: timedelta = timedelta(0)) -> list[PersonFlag]:
    """Return people's flags of a stream; those are in instrument time, `offset` brings them to corrected time."""
    return [flag.shifted(offset) for flag in people if flag.stream == stream_name]


def condensing(description: Description, plugins: Plugins) -> int | None:
    """Position of the calibrator that condenses, or None; a description has at most one, and only row-wise ones before it."""
    for position, spec in enumerate(description.calibrate):
        calibrator: Calibrator = plugins.component("calibrator", spec.calibrator)
        if calibrator.condense is not None:
            return position
    return None


def measured_stage(
    parts: MeasuredParts,
    offsets: Mapping[str, timedelta],
    description: Description,
    plugins: Plugins,
    context: Context,
    flow: Flow,
    units: MeasuredUnits,
    grouping: Grouping,
    begins: Mapping[str, Mapping[str, np.datetime64]] | None = None,
) -> dict[str, xr.Dataset]:
    """Merge the rows of all files, test and flag them, and join the inputs.

    Parameters
    ----------
    parts
        Stream → (file, rows) pairs, in instrument time.
    offsets
        Stream → what is added to instrument time.
    units
        The units that variables are brought to before they are tested.
    grouping
        The streams whose channels stand in files of their own.
    begins
        Stream → file → its first time, where `parts` hold only some of the rows of each file.

    Returns
    -------
    dict
        Streams for the next stage, in corrected time. `flow.measured` receives all of them, those that were joined onto another too.
    """
    streams: dict[str, xr.Dataset] = {}
    for name, files in parts.items():
        offset = offsets.get(name, timedelta(0))
        shift = np.timedelta64(offset, "ns")
        window = (flow.period[0] - shift, flow.period[1] - shift) if flow.period is not None else None
        first_times = begins.get(name) if begins is not None else None
        if name in grouping.tolerances:
            merged = grouping.merge(files, name, first_times, window)
        else:
            merged = merge(files, name, begins=first_times, window=window)
        flow.count_repeated(name, merged.duplicates, merged.conflicts, merged.problems)
        stream = units.converted(name, merged.stream)
        outcomes = run_tests(name, stream, description.qc, "measured", plugins, context)
        flow.flag(stream, outcomes, _people_of(context.people_flags, name), offset=offset)
        streams[name] = _shifted(stream, offset)
    joined = _Joining(streams, offsets, description, plugins, context, flow, units).join_all()
    flow.measured.update(streams)
    return {name: stream for name, stream in streams.items() if name not in joined}


def _shifted(stream: xr.Dataset, offset: timedelta) -> xr.Dataset:
    if not offset:
        return stream
    time = stream["time"].values + np.timedelta64(offset, "ns")
    return stream.assign_coords(time=("time", time, dict(stream["time"].attrs)))


class _Joining:
    """Joins inputs in the order of the description; tests that concern a joined variable run on the stream that received it."""

    def __init__(
        self,
        streams: dict[str, xr.Dataset],
        offsets: Mapping[str, timedelta],
        description: Description,
        plugins: Plugins,
        context: Context,
        flow: Flow,
        units: MeasuredUnits,
    ) -> None:
        self.streams, self.offsets, self.description = streams, offsets, description
        self.plugins, self.context, self.flow, self.units = plugins, context, flow, units
        self.brought: dict[str, list[str]] = {}

    def join_all(self) -> set[str]:
        """Join every input that asks for it; return the streams that were joined."""
        joined: set[str] = set()
        for spec in self.description.inputs:
            if spec.join is None:
                continue
            onto = spec.join.onto
            for name in stream_names(spec, self.plugins).values():
                if name in joined:
                    continue
                if onto not in self.streams:
                    if name in self.streams:
                        message = f"stream {name!r} could not be joined: there is no stream {onto!r}"
                        self.flow.problems.append(Problem(message=message))
                    continue
                # Without a row of it, what calibrators require of it is missing, but not unknown.
                source = self.streams[name] if name in self.streams else self.units.converted(name, self._empty(spec))
                self._test_brought(name)
                self.streams[onto], names = join(self.streams[onto], source, spec.join.method, spec.join.limit)
                self.brought.setdefault(onto, []).extend(names)
                joined.add(name)
        for onto in list(self.brought):
            self._test_brought(onto)
        return joined

    def _empty(self, spec: InputSpec) -> xr.Dataset:
        return empty_stream(spec, self.description, self.plugins)

    def _test_brought(self, name: str) -> None:
        """Test and flag the variables that a stream has received."""
        names = self.brought.pop(name, None)
        if names is None:
            return
        stream = self.streams[name]
        outcomes = run_tests(name, stream, self.description.qc, "measured", self.plugins, self.context, only=names)
        self.flow.flag(stream, outcomes, _people_of(self.context.people_flags, name, self.offsets.get(name, timedelta(0))))


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
    # Flags are set in place: the streams of the stage before must keep theirs.
    current = {name: stream.copy(deep=False) for name, stream in streams.items()}
    # Condensed rows are others than those that were tested.
    measured = {name: frozenset(map(str, stream.data_vars)) for name, stream in streams.items()}
    before = measured if condensing(description, plugins) is None else {}
    cascades: dict[str, list[Cascade]] = {}
    made_of: dict[str, Mapping[str, timedelta]] = {}
    for position, spec in enumerate(specs):
        component: Calibrator = plugins.component("calibrator", spec.calibrator)
        who = f"calibrator {component.name!r}"
        requires = component.requires(spec.options)
        # What a condensing calibrator requires went into condensing; the condensed rows are its own matter.
        prepared = prepare(current, requires, who) if component.condense is None else in_units(current, requires)
        with blame(who):
            result = component.calibrate(prepared, spec.options, context)
        result = replace(result, streams={name: stream.copy(deep=False) for name, stream in result.streams.items()})
        for name, more in component.cascades(spec.options).items():
            for each in result.streams if name == "*" else [name]:
                cascades.setdefault(each, []).extend(more)
        made_of.update(component.made_of(spec.options))
        # Condensed rows are the calibrator's own matter: what it does not hand on is no result.
        current = {**current, **result.streams} if component.condense is None else dict(result.streams)
        final = last and position == len(specs) - 1
        _flag_results(result, current, cascades, made_of, offsets, context, flow, description if final else None, plugins, before)
    if last and not specs:
        for name, stream in current.items():
            outcomes = run_tests(name, stream, description.qc, "calibrated", plugins, context)
            flow.flag(stream, outcomes, _people_of(context.people_flags, name, offsets.get(name, timedelta(0))))
    if last:
        flow.calibrated.update(current)
    return current


def _flag_results(
    result: CalibrationResult,
    streams: Mapping[str, xr.Dataset],
    cascades: Mapping[str, Sequence[Cascade]],
    made_of: Mapping[str, Mapping[str, timedelta]],
    offsets: Mapping[str, timedelta],
    context: Context,
    flow: Flow,
    description: Description | None,
    plugins: Plugins,
    before: Mapping[str, Collection[str]],
) -> None:
    flow.problems += result.problems
    flow.tables += result.tables
    outcomes = _by_stream(result.outcomes, result.streams)
    for name in streams if description is not None else result.streams:
        stream = streams[name]
        check_stream(stream, name)
        found = outcomes.get(name, [])
        if description is not None:
            found = [*found, *run_tests(name, stream, description.qc, "calibrated", plugins, context, before=before.get(name))]
        people = _people_of(context.people_flags, name, offsets.get(name, timedelta(0)))
        followed = [
            flag.of_whole(interval) for later, interval in made_of.get(name, {}).items() for flag in _people_of(context.people_flags, later)
        ]
        flow.flag(stream, found, people, cascades.get(name, ()), followed=followed)


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


def _in_order(products: Mapping[str, Product]) -> tuple[str, ...]:
    try:
        before = {name: (*product.needs, *(each for each in product.after if each in products)) for name, product in products.items()}
        return tuple(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise PluginError(f"products wait for each other in a circle: {' → '.join(error.args[1])}") from error


def product_stage(description: Description, plugins: Plugins, context: Context, flow: Flow) -> None:
    """Derive the products that are asked for, and those they need, each once."""
    options = {spec.product: spec.options for spec in description.derive}
    components: dict[str, Product] = {name: plugins.component("product", name) for name in options}
    for name in _in_order(components):
        component = components[name]
        who = f"product {name!r}"
        prepared = prepare({**flow.calibrated, **flow.products}, component.requires(options[name]), who)
        with blame(who):
            result: ProductResult = component.derive(prepared, options[name], context)
        flow.problems += result.problems
        flow.tables += result.tables
        outcomes = _by_stream(result.outcomes, result.streams)
        cascades = component.cascades(options[name])
        for stream_name, given in result.streams.items():
            if stream_name in flow.calibrated or stream_name in flow.products:
                raise DataError(f"{who} makes a stream {stream_name!r}, and there is one of that name already")
            stream = given.copy(deep=False)
            if "time" in stream.dims:
                found = [*outcomes.get(stream_name, []), *run_tests(stream_name, stream, description.qc, "product", plugins, context)]
                flow.flag(stream, found, _people_of(context.people_flags, stream_name), cascades.get(stream_name, ()))
            flow.products[stream_name] = stream
    flow.problems += _untested(description, flow.products)


def _untested(description: Description, products: Mapping[str, xr.Dataset]) -> list[Problem]:
    """Return tests of products whose stream was not made: some names are only known with the data."""
    absent = [spec for spec in description.qc if spec.stage == "product" and spec.stream is not None and spec.stream not in products]
    return [
        Problem(message=f"[[qc]] {spec.test}: there is no stream {spec.stream!r}; there are {', '.join(sorted(products)) or 'none'}")
        for spec in absent
    ]
