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
COMPANIONS = ("_flag", "_flag_origin", "_tests", "_evaluated", "_source")
MOST_BITS = 31
_LEVEL_OF_SUFFIX = {"_questionable": QUESTIONABLE, "_bad": BAD}
_NAME = re.compile(r"(?!propagated_)[a-z][a-z0-9_]*(?<!_questionable)(?<!_bad)")


def decode_bits(stream: xr.Dataset, name: str) -> dict[str, NDArray[np.bool_]]:
    """Return meaning → rows whose bit is set, for a mask variable such as ``sst_tests``; empty where it is absent."""
    if name not in stream:
        return {}
    bits = stream[name].values
    meanings = str(stream[name].attrs["flag_meanings"]).split()
    masks = np.atleast_1d(stream[name].attrs["flag_masks"])
    return {meaning: (bits & mask) != 0 for meaning, mask in zip(meanings, masks, strict=True)}


def apply_flags(
    stream: xr.Dataset,
    outcomes: Iterable[Outcome],
    people: Sequence[PersonFlag] = (),
    cascades: Sequence[Cascade] = (),
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
    found: dict[str, dict[str, NDArray[np.bool_]]] = {}
    applied: dict[str, dict[str, NDArray[np.bool_]]] = {}
    names = quantities(stream)
    for name in names:
        found[name] = {
            meaning: rows for meaning, rows in decode_bits(stream, f"{name}_tests").items() if not meaning.startswith("propagated_")
        }
        applied[name] = decode_bits(stream, f"{name}_evaluated")
    for outcome in outcomes:
        _add_outcome(stream, outcome, found, applied)
    met = {person.id: 0 for person in people}
    time = stream["time"].values
    for name in _in_order(names, cascades):
        flag, origin = _primary(stream, name, found[name], applied[name])
        _cascade(stream, [c for c in cascades if c.target == name and c.source in names], found, flag, origin)
        for person in (p for p in people if p.variable == name):
            rows = person.rows(time) & (flag != MISSING)
            met[person.id] += int(rows.sum())
            if person.flag is not None:
                flag[rows] = person.flag
            origin[rows] = PERSON
        _store_flag(stream, name, flag, origin)
        _store_bits(stream, f"{name}_tests", found[name], f"outcomes of quality tests of {_long_name(stream, name)}")
        _store_bits(stream, f"{name}_evaluated", applied[name], f"quality tests that could be applied to {_long_name(stream, name)}")
        _link(stream, name)
    return met


def _add_outcome(
    stream: xr.Dataset,
    outcome: Outcome,
    found: Mapping[str, dict[str, NDArray[np.bool_]]],
    applied: Mapping[str, dict[str, NDArray[np.bool_]]],
) -> None:
    if outcome.variable not in found:
        raise DataError(f"test {outcome.name!r} speaks of {outcome.variable!r}, which is no quantity of the stream")
    what = f"test {outcome.name!r} of {outcome.variable!r}"
    if not _NAME.fullmatch(outcome.name):
        raise DataError(f"{what}: its name must be in snake_case, not begin with propagated_ and not end with _questionable or _bad")
    level = np.asarray(outcome.level)
    mark = None if outcome.mark is None else np.asarray(outcome.mark, dtype=bool)
    for rows in (level, mark):
        if rows is not None and rows.shape != stream["time"].shape:
            raise DataError(f"{what} returned {rows.shape} rows, expected {stream['time'].shape}")
    if not np.isin(level, _LEVELS).all():
        raise DataError(f"{what} returned levels {np.unique(level).tolist()}, expected {_LEVELS}")
    bits, evaluated = found[outcome.variable], applied[outcome.variable]
    if outcome.name in evaluated:
        raise DataError(f"two tests of {outcome.variable!r} have the name {outcome.name!r}; give one of them another label")
    evaluated[outcome.name] = level != NOT_EVALUATED
    bits[f"{outcome.name}_questionable"] = level == QUESTIONABLE
    bits[f"{outcome.name}_bad"] = level == BAD
    if mark is not None:
        bits[outcome.name] = mark


def _primary(
    stream: xr.Dataset, name: str, bits: Mapping[str, NDArray[np.bool_]], evaluated: Mapping[str, NDArray[np.bool_]]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    values = stream[name].values
    flag = np.full(values.shape[0], NOT_EVALUATED, dtype=np.int8)
    for rows in evaluated.values():
        flag[rows] = GOOD
    _raise_to_outcomes(flag, bits)
    flag[np.isnan(values).all(axis=tuple(range(1, values.ndim)))] = MISSING
    return flag, np.full(flag.shape, AUTOMATIC, dtype=np.int8)


def _raise_to_outcomes(flag: NDArray[np.int8], bits: Mapping[str, NDArray[np.bool_]]) -> None:
    """Raise a flag to the worst outcome whose bit is set."""
    for suffix, level in _LEVEL_OF_SUFFIX.items():
        for meaning, rows in bits.items():
            if meaning.endswith(suffix):
                flag[rows] = level


def _source_flag(stream: xr.Dataset, name: str, bits: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.int8]:
    """Return the primary flag that cascades follow: where the value is missing, the worst outcome of its tests."""
    flag: NDArray[np.int8] = stream[f"{name}_flag"].values
    missing = flag == MISSING
    if not missing.any():
        return flag
    worst = flag.copy()
    _raise_to_outcomes(worst, bits)
    return np.where(missing, worst, flag)


def _cascade(
    stream: xr.Dataset,
    cascades: Sequence[Cascade],
    found: Mapping[str, dict[str, NDArray[np.bool_]]],
    flag: NDArray[np.int8],
    origin: NDArray[np.int8],
) -> None:
    for cascade in cascades:
        bits = found[cascade.target]
        source = _source_flag(stream, cascade.source, found[cascade.source])
        present = flag != MISSING
        for source_level, level in ((QUESTIONABLE, cascade.questionable), (BAD, cascade.bad)):
            if level <= NOT_EVALUATED:
                continue
            rows = present & (source == source_level)
            meaning = f"propagated_{cascade.source}_{'questionable' if level == QUESTIONABLE else 'bad'}"
            bits[meaning] = bits[meaning] | rows if meaning in bits else rows
            worse = rows & (flag < level)
            flag[worse] = level
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
    return str(stream[name].attrs.get("long_name", name))


def _store_flag(stream: xr.Dataset, name: str, flag: NDArray[np.int8], origin: NDArray[np.int8]) -> None:
    long_name = _long_name(stream, name)
    stream[f"{name}_flag"] = (
        "time",
        flag,
        {
            "long_name": f"primary flag of {long_name}",
            "standard_name": "quality_flag",
            "flag_values": np.array(FLAG_VALUES, dtype=np.int8),
            "flag_meanings": " ".join(FLAG_MEANINGS),
        },
    )
    stream[f"{name}_flag_origin"] = (
        "time",
        origin,
        {
            "long_name": f"origin of the primary flag of {long_name}",
            "flag_values": np.array((AUTOMATIC, PERSON, PROPAGATED), dtype=np.int8),
            "flag_meanings": " ".join(ORIGIN_MEANINGS),
        },
    )


def _link(stream: xr.Dataset, name: str) -> None:
    companions = [f"{name}_uncertainty", *(f"{name}{suffix}" for suffix in COMPANIONS)]
    companions += [str(other) for other in stream.data_vars if str(other).startswith(f"{name}_uncertainty_")]
    stream[name].attrs["ancillary_variables"] = " ".join(other for other in companions if other in stream)


def _store_bits(stream: xr.Dataset, name: str, bits: Mapping[str, NDArray[np.bool_]], long_name: str) -> None:
    if not bits:
        if name in stream:
            del stream[name]
        return
    meanings = sorted(bits)
    if len(meanings) > MOST_BITS:
        raise DataError(f"{name} would need {len(meanings)} bits, at most {MOST_BITS} fit; first: {', '.join(meanings[:5])}")
    packed = np.zeros(stream["time"].shape, dtype=np.int32)
    for bit, meaning in enumerate(meanings):
        packed |= bits[meaning].astype(np.int32) << np.int32(bit)
    stream[name] = (
        "time",
        packed,
        {
            "long_name": long_name,
            "flag_masks": np.array([1 << bit for bit in range(len(meanings))], dtype=np.int32),
            "flag_meanings": " ".join(meanings),
        },
    )


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
    return stream[list(dict.fromkeys(wanted))].copy()


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
