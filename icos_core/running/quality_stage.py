"""Running the quality tests of a stage on its streams."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import NOT_EVALUATED, category_mask, quantities
from icos_core.exceptions import DataError
from icos_core.running.faults import blame
from icos_core.units import can_become, require_units

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Outcome, QualityTest, Stage
    from icos_core.plugins import Plugins
    from icos_core.station import QualitySpec

__all__ = ["run_tests", "testable"]


def testable(test: QualityTest, spec: QualitySpec, stream_name: str, stream: xr.Dataset) -> tuple[str, ...]:
    """Return the variables of a stream that a ``[[qc]]`` table tests; empty where it does not concern the stream."""
    if spec.stream is not None and spec.stream != stream_name:
        return ()
    present = quantities(stream)
    fixed = test.fixed_variables(spec.options)
    if fixed:
        return fixed if all(name in present for name in fixed) else ()
    return tuple(name for name in spec.variables if name in present)


testable.__test__ = False  # type: ignore[attr-defined]  # not a test of pytest's


def run_tests(
    stream_name: str,
    stream: xr.Dataset,
    specs: Iterable[QualitySpec],
    stage: Stage,
    plugins: Plugins,
    context: Context,
    only: Sequence[str] | None = None,
    before: Collection[str] | None = None,
) -> list[Outcome]:
    """Run the tests of one stage on one stream.

    Parameters
    ----------
    only
        Variables that are new in the stream: listed variables are tested only where they are among these, fixed ones where any is.
    before
        After calibration, the variables that the stream had as measured. Readers announce what files may have: a variable that these
        files lack, and a calibrator made, has its tests of measured data here. Without it there are none.
    """
    outcomes: list[Outcome] = []
    for spec in specs:
        # A usual test is of streams that have what it goes by; a station's own names its stream, or is wrong.
        if spec.is_default and any(category not in stream for category in spec.where):
            continue
        test: QualityTest = plugins.component("quality-test", spec.test)
        variables = testable(test, spec, stream_name, stream)
        fixed = bool(test.fixed_variables(spec.options))
        if spec.stage != stage:
            late = (spec.stage, stage) == ("measured", "calibrated") and stage in test.stages and not fixed
            variables = tuple(name for name in variables if name not in before) if late and before is not None else ()
        if only is not None:
            variables = (
                variables if fixed and set(variables) & set(only) else tuple(name for name in variables if not fixed and name in only)
            )
        if spec.units:
            variables = tuple(name for name in variables if _is_in_kind(stream, name, spec.units.get(name)))
        if variables:
            outcomes += _run(test, spec, stream, variables, context)
    return outcomes


def _run(test: QualityTest, spec: QualitySpec, stream: xr.Dataset, variables: Sequence[str], context: Context) -> list[Outcome]:
    rows = _concerned(spec, stream)
    part = _in_its_units(spec, stream if rows is None else stream.isel(time=rows))
    with blame(f"quality test {spec.test!r}"):
        outcomes = list(test.test(part, variables, spec.options, context))
        known = set(quantities(stream))
        for outcome in outcomes:
            if outcome.variable not in known:
                raise DataError(f"quality test {spec.test!r} speaks of {outcome.variable!r}, which is no quantity of the stream")
    single = len({outcome.name for outcome in outcomes}) <= 1
    named = [replace(outcome, name=spec.label if single else f"{spec.label}_{outcome.name}") for outcome in outcomes]
    return named if rows is None else [_scatter(outcome, rows, stream.sizes["time"]) for outcome in named]


def _is_in_kind(stream: xr.Dataset, name: str, units: str | None) -> bool:
    """Whether a variable measures what a usual test is about; another stream may have another quantity of that name."""
    source = str(stream.variables[name].attrs.get("units", ""))
    return units is None or source == units or can_become(source, units)


def _in_its_units(spec: QualitySpec, stream: xr.Dataset) -> xr.Dataset:
    """Return the stream with tested variables in the units of the limits, where a usual test has some."""
    for name, units in spec.units.items():
        if name in stream.data_vars:
            stream = require_units(stream, name, units)
    return stream


def _concerned(spec: QualitySpec, stream: xr.Dataset) -> NDArray[np.intp] | None:
    """Return the rows that ``where`` leaves, or None for all."""
    if not spec.where:
        return None
    rows = np.ones(stream.sizes["time"], dtype=bool)
    for category, words in spec.where.items():
        if category not in stream:
            raise DataError(f"[[qc]] {spec.test}: where names {category!r}, which the stream does not have")
        rows &= category_mask(stream, category, list(words))
    return np.flatnonzero(rows)


def _scatter(outcome: Outcome, rows: NDArray[np.intp], size: int) -> Outcome:
    level = np.full(size, NOT_EVALUATED, dtype=np.int8)
    level[rows] = outcome.level
    mark = None
    if outcome.mark is not None:
        mark = np.zeros(size, dtype=bool)
        mark[rows] = outcome.mark
    return replace(outcome, level=level, mark=mark)
