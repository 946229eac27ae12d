"""From outcomes of tests, people's flags and cascades to the primary flag.

Bits are set by tests in any order: they are allotted over the sorted names of all outcomes of a variable, so the order in which tests
ran never shows. Precedence of the primary flag: missing (9), then a person's flag, then the worst of tests and cascades.

A cascade follows the primary flag of its source. Where the source is missing it follows the worst outcome of the source's tests instead: a
position that is missing and therefore bad makes bad what depends on it, though its own flag says missing.
"""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE, quantities
from icos_core.exceptions import DataError
from icos_core.flag_bits import Bits, Companion, decode_bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Cascade, Outcome
    from icos_core.people import PersonFlag

__all__ = ["AUTOMATIC", "FLAG_MEANINGS", "PERSON", "PROPAGATED", "apply_flags", "carry", "decode_bits", "test_counts"]

AUTOMATIC, PERSON, PROPAGATED = 0, 1, 2
_LEVELS = (GOOD, NOT_EVALUATED, QUESTIONABLE, BAD)
FLAG_VALUES = (GOOD, NOT_EVALUATED, QUESTIONABLE, BAD, MISSING)
FLAG_MEANINGS = ("good", "not_evaluated", "questionable", "bad", "missing")
ORIGIN_MEANINGS = ("automatic", "person", "propagated")
COMPANIONS = ("_flag", "_flag_origin", "_tests", "_evaluated", "_source", "_sensor")
_PROPAGATED = "propagated_"
_LEVEL_OF_SUFFIX = {"_questionable": QUESTIONABLE, "_bad": BAD}
_NAME = re.compile(r"(?!propagated_)[a-z][a-z0-9_]*(?<!_questionable)(?<!_bad)")


def apply_flags(
    stream: xr.Dataset,
    outcomes: Iterable[Outcome],
    people: Sequence[PersonFlag] = (),
    cascades: Sequence[Cascade] = (),
    followed: Sequence[PersonFlag] = (),
) -> dict[str, int]:
    """Set the companions of every quantity of a stream, in place.

    Outcomes that the stream already carries (from the stage before) are kept and merged with the new ones.

    Parameters
    ----------
    stream
        The stream; flags of all its quantities are made new.
    outcomes
        Outcomes of tests of this stage, for variables of this stream.
    people
        People's flags that concern this stream (any variable, any time).
    cascades
        Flags that follow from another variable's flag.
    followed
        People's flags of a stream that is made of this one, such as on hourly means of these minutes: they hold for rows that nothing else
        speaks against, and are marked as propagated.

    Returns
    -------
    dict
        Identifier of each person's flag → number of rows it met, 0 for one that met none.

    Raises
    ------
    DataError
        For outcomes of a variable that is not there, with a name, level or number of rows that cannot be, two tests of one name on
        one variable, or cascades in a circle.
    """
    names = quantities(stream)
    of_variable: dict[str, list[Outcome]] = {name: [] for name in names}
    for outcome in outcomes:
        _check_outcome(stream, outcome, of_variable)
        of_variable[outcome.variable].append(outcome)
    met = {person.id: 0 for person in people}
    time = stream.variables["time"].values
    found: dict[str, Bits] = {}
    flags: dict[str, NDArray[np.int8]] = {}
    companions: dict[str, Companion] = {}
    for name in _in_order(names, cascades):
        effects = _effects([cascade for cascade in cascades if cascade.target == name and cascade.source in names])
        found[name], applied = _bits(stream, name, of_variable[name], effects)
        flag, origin = _primary(stream, name, found[name], applied)
        _cascade(flags, effects, found, name, flag, origin)
        for person in (person for person in followed if person.variable == name):
            rows = person.rows(time) & (flag <= NOT_EVALUATED)
            if person.flag is not None:
                flag[rows] = person.flag
            origin[rows] = PROPAGATED
        for person in (person for person in people if person.variable == name):
            rows = person.rows(time) & (flag != MISSING)
            met[person.id] += int(rows.sum())
            if person.flag is not None:
                flag[rows] = person.flag
            origin[rows] = PERSON
        flags[name] = flag
        companions |= _flag_variables(stream, name, flag, origin)
        companions |= found[name].variable(stream, f"{name}_tests", f"outcomes of quality tests of {_long_name(stream, name)}")
        companions |= applied.variable(stream, f"{name}_evaluated", f"quality tests that could be applied to {_long_name(stream, name)}")
    # One call for all: xarray aligns at every assignment.
    stream.update(companions)
    for name in names:
        _link(stream, name)
    return met


def _check_outcome(stream: xr.Dataset, outcome: Outcome, of_variable: Mapping[str, Sequence[Outcome]]) -> None:
    if outcome.variable not in of_variable:
        raise DataError(f"test {outcome.name!r} speaks of {outcome.variable!r}, which is no quantity of the stream")
    what = f"test {outcome.name!r} of {outcome.variable!r}"
    if not _NAME.fullmatch(outcome.name):
        raise DataError(f"{what}: its name must be in snake_case, not begin with propagated_ and not end with _questionable or _bad")
    level = np.asarray(outcome.level)
    for rows in (level, outcome.mark):
        if rows is not None and np.shape(rows) != stream["time"].shape:
            raise DataError(f"{what} returned {np.shape(rows)} rows, expected {stream['time'].shape}")
    if level.size and (level.dtype.kind not in "iu" or level.min() < GOOD or level.max() > BAD):
        raise DataError(f"{what} returned levels {np.unique(level).tolist()}, expected {_LEVELS}")
    evaluated = f"{outcome.variable}_evaluated"
    applied = str(stream.variables[evaluated].attrs["flag_meanings"]) if evaluated in stream else ""
    if outcome.name in {*applied.split(), *(other.name for other in of_variable[outcome.variable])}:
        raise DataError(f"two tests of {outcome.variable!r} have the name {outcome.name!r}; give one of them another label")


def _effects(cascades: Sequence[Cascade]) -> list[tuple[str, int, int, str]]:
    """Return (source, flag of the source, flag it causes, meaning of its bit) for everything that cascades may do."""
    effects = []
    for cascade in cascades:
        for cause, effect in ((QUESTIONABLE, cascade.questionable), (BAD, cascade.bad)):
            if effect > NOT_EVALUATED:
                word = "questionable" if effect == QUESTIONABLE else "bad"
                effects.append((cascade.source, cause, effect, f"{_PROPAGATED}{cascade.source}_{word}"))
    return effects


def _bits(stream: xr.Dataset, name: str, outcomes: Sequence[Outcome], effects: Sequence[tuple[str, int, int, str]]) -> tuple[Bits, Bits]:
    """Return the outcomes of a variable and the tests that could be applied to it: those it has already, and the new ones."""
    meanings = [meaning for *_, meaning in effects]
    for outcome in outcomes:
        meanings += [outcome.name + suffix for suffix in _LEVEL_OF_SUFFIX]
        meanings += [outcome.name] if outcome.mark is not None else []
    tests = Bits.of(stream, f"{name}_tests", meanings, drop=_PROPAGATED)
    applied = Bits.of(stream, f"{name}_evaluated", [outcome.name for outcome in outcomes])
    for outcome in outcomes:
        level = np.asarray(outcome.level)
        for suffix, value in _LEVEL_OF_SUFFIX.items():
            tests.set(outcome.name + suffix, level == value)
        if outcome.mark is not None:
            tests.set(outcome.name, np.asarray(outcome.mark, dtype=bool))
        applied.set_except(outcome.name, level == NOT_EVALUATED)
    return tests, applied


def _primary(stream: xr.Dataset, name: str, tests: Bits, applied: Bits) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    values = stream.variables[name].values
    flag = np.where(applied.packed != 0, np.int8(GOOD), np.int8(NOT_EVALUATED))
    _raise_to_outcomes(flag, tests)
    flag[np.isnan(values) if values.ndim == 1 else np.isnan(values).all(axis=tuple(range(1, values.ndim)))] = MISSING
    return flag, np.full(flag.shape, AUTOMATIC, dtype=np.int8)


def _raise_to_outcomes(flag: NDArray[np.int8], tests: Bits) -> None:
    """Raise a flag to the worst outcome whose bit is set."""
    for suffix, level in _LEVEL_OF_SUFFIX.items():
        rows = tests.rows(suffix)
        flag[rows] = np.maximum(flag[rows], level)


def _source_flag(flag: NDArray[np.int8], tests: Bits) -> NDArray[np.int8]:
    """Return the primary flag that cascades follow: where the value is missing, the worst outcome of its tests."""
    missing = flag == MISSING
    if not missing.any():
        return flag
    worst = np.full(flag.shape, NOT_EVALUATED, dtype=np.int8)
    _raise_to_outcomes(worst, tests)
    return np.where(missing & (worst > NOT_EVALUATED), worst, flag)


def _cascade(
    flags: Mapping[str, NDArray[np.int8]],
    effects: Sequence[tuple[str, int, int, str]],
    found: Mapping[str, Bits],
    target: str,
    flag: NDArray[np.int8],
    origin: NDArray[np.int8],
) -> None:
    present = flag != MISSING
    for source, cause, effect, meaning in effects:
        rows = present & (_source_flag(flags[source], found[source]) == cause)
        found[target].set(meaning, rows)
        worse = np.flatnonzero(rows & (flag < effect))
        flag[worse] = effect
        origin[worse] = PROPAGATED


def _in_order(names: Sequence[str], cascades: Sequence[Cascade]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(names, ()))
    for cascade in cascades:
        if cascade.source in names and cascade.target in names:
            sorter.add(cascade.target, cascade.source)
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise DataError(f"cascades of flags run in a circle: {' → '.join(error.args[1])}") from error


def _long_name(stream: xr.Dataset, name: str) -> str:
    return str(stream.variables[name].attrs.get("long_name", name))


def _flag_variables(stream: xr.Dataset, name: str, flag: NDArray[np.int8], origin: NDArray[np.int8]) -> dict[str, Companion]:
    long_name = _long_name(stream, name)
    of_flag = {
        "long_name": f"primary flag of {long_name}",
        "standard_name": "quality_flag",
        "flag_values": np.array(FLAG_VALUES, dtype=np.int8),
        "flag_meanings": " ".join(FLAG_MEANINGS),
    }
    of_origin = {
        "long_name": f"origin of the primary flag of {long_name}",
        "flag_values": np.array((AUTOMATIC, PERSON, PROPAGATED), dtype=np.int8),
        "flag_meanings": " ".join(ORIGIN_MEANINGS),
    }
    return {f"{name}_flag": ("time", flag, of_flag), f"{name}_flag_origin": ("time", origin, of_origin)}


def _link(stream: xr.Dataset, name: str) -> None:
    companions = [f"{name}_uncertainty", *(f"{name}{suffix}" for suffix in COMPANIONS)]
    companions += [str(other) for other in stream.data_vars if str(other).startswith(f"{name}_uncertainty_")]
    companions += [str(other) for other in stream.data_vars if stream.variables[other].attrs.get("describes") == name]
    stream.variables[name].attrs["ancillary_variables"] = " ".join(other for other in companions if other in stream.variables)


def carry(stream: xr.Dataset, names: Iterable[str]) -> xr.Dataset:
    """Return a data set of the named quantities together with their companions (flags, bits, sources, uncertainties).

    Names that the stream does not have are passed over.
    """
    wanted: list[str] = []
    for name in names:
        if name in stream:
            wanted.append(name)
            wanted += [f"{name}{suffix}" for suffix in COMPANIONS if f"{name}{suffix}" in stream]
            wanted += [str(other) for other in stream.data_vars if str(other).startswith(f"{name}_uncertainty")]
    return stream[list(dict.fromkeys(wanted))].copy(deep=False)


def test_counts(stream: xr.Dataset) -> list[tuple[str, str, int, int]]:
    """Count per variable and outcome: (variable, outcome, rows with the bit set, rows the test was applied to)."""
    rows: list[tuple[str, str, int, int]] = []
    for name in quantities(stream):
        evaluated = decode_bits(stream, f"{name}_evaluated")
        for meaning, hit in decode_bits(stream, f"{name}_tests").items():
            test = meaning.removesuffix("_questionable").removesuffix("_bad")
            applied = int(evaluated[test].sum()) if test in evaluated else int(stream.sizes["time"])
            rows.append((name, meaning, int(hit.sum()), applied))
    return rows


test_counts.__test__ = False  # type: ignore[attr-defined]  # pytest must not collect it where it is imported
