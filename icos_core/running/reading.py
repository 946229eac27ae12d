"""Tasks that read: one file → its streams in the store, and a receipt.

Everything here is called by name in worker processes; arguments and results are small.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Problem, Tally
from icos_core.dataset import check_stream
from icos_core.exceptions import DataError, InputError
from icos_core.plugins import installed_plugins
from icos_core.running.inputs import printable, shortened
from icos_core.running.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import Context, Reader, ReadResult
    from icos_core.running.ledger import Segments

__all__ = ["ReadReceipt", "ReadTask", "read_batch", "read_file", "read_or_set_aside", "receipt_of_meta", "span_batch"]

CHANGED = "the file changed while it was read; the manifest names it by its content before, the next run reads it again"
_MOST_PROBLEMS = 200
_MOST_TEXT = 300
_MOST_KINDS = 100
_OTHER_KINDS = "all others"
_APART = 86_400_000_000_000
_LONG = 100 * _APART
_KINDS = frozenset("fiuMm")


@dataclass(frozen=True, kw_only=True)
class ReadTask:
    """What a worker needs to read one file; `stamp` is its size and modification time when it was hashed."""

    path: Path
    name: str
    reader: str
    options: BaseModel
    streams: dict[str, str]
    rename: dict[str, str]
    context: Context
    store: Path
    key: str
    stamp: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class ReadReceipt:
    """What came of reading one file.

    Attributes
    ----------
    name, key
        The file, and the key of what was read.
    tally
        The account of its lines.
    problems, problem_count
        The first problems, and how many there were.
    set_aside
        The reason where the file could not be read.
    passing
        Whether the reason lies outside of the file, so that another try may go better.
    segments
        Stretches of time with rows.
    variables
        Stream → names of the variables that there are rows of.
    """

    name: str
    key: str
    tally: Tally = field(default_factory=Tally)
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    set_aside: str = ""
    passing: bool = False
    segments: Segments = ()
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def meta(self) -> dict[str, Any]:
        """Return the receipt as plain values for the store."""
        return asdict(self)


def receipt_of_meta(meta: Mapping[str, Any], name: str) -> ReadReceipt:
    """Restore a receipt from the store; the file may have another name by now."""
    problems = tuple(Problem(**{**problem, "file": name}) for problem in meta["problems"])
    segments = tuple((start, end) for start, end in meta["segments"])
    variables = {stream: tuple(names) for stream, names in meta["variables"].items()}
    restored = {"name": name, "tally": Tally(**meta["tally"]), "problems": problems, "segments": segments, "variables": variables}
    return ReadReceipt(**{**meta, **restored})


def read_batch(tasks: Sequence[ReadTask]) -> list[ReadReceipt]:
    """Read several files into the store."""
    return [_read_into_store(task) for task in tasks]


def _read_into_store(task: ReadTask) -> ReadReceipt:
    streams, receipt = read_or_set_aside(task)
    if not receipt.set_aside:
        Store(task.store).save(task.key, streams, receipt.meta())
    return receipt


def read_or_set_aside(task: ReadTask) -> tuple[dict[str, xr.Dataset], ReadReceipt]:
    """Read one file; where it cannot be read there is no stream, and the receipt says why."""
    try:
        return read_file(task)
    except InputError as error:
        return {}, _set_aside(task, error)


def read_file(task: ReadTask) -> tuple[dict[str, xr.Dataset], ReadReceipt]:
    """Read one file, rename its streams and variables, and check the reader's promises.

    Raises
    ------
    InputError
        Where the file cannot be read, or the reader breaks its contract on it.
    """
    reader: Reader = installed_plugins().component("reader", task.reader)
    try:
        result = reader.read(task.path, task.options, task.context)
        streams = _renamed(result, task)
    except InputError:
        raise
    except Exception as error:
        raise _unexpected(task, error) from error
    problems = [_brief(problem, task.name) for problem in result.problems[:_MOST_PROBLEMS]]
    count = len(result.problems)
    if count > _MOST_PROBLEMS:
        problems.append(Problem(message=f"and {count - _MOST_PROBLEMS} more problems", file=task.name))
    if _changed(task):
        problems.append(Problem(message=CHANGED, file=task.name))
        count += 1
    receipt = ReadReceipt(
        name=task.name,
        key=task.key,
        tally=_brief_tally(result.tally),
        problems=tuple(problems),
        problem_count=count,
        segments=_segments(streams),
        variables={name: tuple(map(str, stream.data_vars)) for name, stream in streams.items() if stream.sizes["time"]},
    )
    return streams, receipt


def _unexpected(task: ReadTask, error: Exception) -> InputError:
    if _is_passing(error):
        return InputError(task.name, f"cannot be opened: {getattr(error, 'strerror', None) or 'not enough memory'}")
    return InputError(task.name, f"reader {task.reader!r} failed: {type(error).__name__}: {error}")


def _is_passing(error: BaseException | None) -> bool:
    """Whether an error is one of the machine, not of the file: what cannot be unpacked raises an OSError too, without a number."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None)


def _renamed(result: ReadResult, task: ReadTask) -> dict[str, xr.Dataset]:
    if not result.tally.balanced:
        raise DataError(f"the account of lines does not balance: {result.tally}")
    streams: dict[str, xr.Dataset] = {}
    for own, stream in result.streams.items():
        check_stream(stream, own)
        for name, variable in stream.data_vars.items():
            if variable.dtype.kind not in _KINDS or variable.dims[:1] != ("time",):
                raise DataError(f"{own}: {name} is of type {variable.dtype} along {variable.dims}, expected numbers along time")
        names = {old: new for old, new in task.rename.items() if old in stream}
        streams[task.streams.get(own, own)] = _with_names(stream, names) if names else stream
    return streams


def _with_names(stream: xr.Dataset, names: Mapping[str, str]) -> xr.Dataset:
    """Return a stream with other names of variables; what says something of one of them names it by its new name."""
    renamed = stream.rename_vars(names)
    for variable in renamed.data_vars.values():
        described = str(variable.attrs.get("describes", ""))
        if described in names:
            variable.attrs["describes"] = names[described]
    return renamed


def _changed(task: ReadTask) -> bool:
    try:
        status = task.path.stat()
    except OSError:
        return True
    return task.stamp is not None and task.stamp != (status.st_size, status.st_mtime_ns)


def _segments(streams: Mapping[str, xr.Dataset]) -> Segments:
    """Return the stretches of time in which rows are less than a day apart."""
    times = [stream["time"].values.astype("i8") for stream in streams.values() if stream.sizes["time"]]
    if not times:
        return ()
    time = np.unique(np.concatenate(times)) if len(times) > 1 else times[0]
    gaps = np.flatnonzero(np.diff(time) > _APART)
    starts, ends = time[np.append(0, gaps + 1)], time[np.append(gaps, time.size - 1)]
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


def _brief(problem: Problem, name: str) -> Problem:
    return replace(problem, message=printable(shortened(problem.message, _MOST_TEXT)), text=printable(problem.text[:_MOST_TEXT]), file=name)


def _brief_tally(tally: Tally) -> Tally:
    """Return an account of a bounded size: a damaged file may have as many type words as lines."""
    return replace(tally, rejected=_largest(tally.rejected), by_type=_largest(tally.by_type), damaged=_largest(tally.damaged))


def _largest(counts: Mapping[str, int]) -> dict[str, int]:
    kinds = list(counts) if len(counts) <= _MOST_KINDS else sorted(counts, key=lambda kind: (-counts[kind], kind))[:_MOST_KINDS]
    kept: Counter[str] = Counter()
    for kind in kinds:
        kept[printable(kind[:_MOST_TEXT])] += counts[kind]
    if len(counts) > len(kinds):
        kept[_OTHER_KINDS] += sum(counts.values()) - sum(counts[kind] for kind in kinds)
    return dict(kept)


def _set_aside(task: ReadTask, error: InputError) -> ReadReceipt:
    reason = f"line {error.line}: {error.message}" if error.line is not None else error.message
    reason = printable(shortened(reason.replace(str(task.path), task.name), _MOST_TEXT))
    return ReadReceipt(name=task.name, key=task.key, set_aside=reason, passing=_is_passing(error.__cause__))


def span_batch(tasks: Sequence[ReadTask]) -> list[ReadReceipt]:
    """Tell the spans of several files, by each reader's cheap way."""
    return [_span(task) for task in tasks]


def _span(task: ReadTask) -> ReadReceipt:
    """Tell the span of a file; it is read where the cheap way fails, or gives so long a time that most of it may be empty."""
    reader: Reader = installed_plugins().component("reader", task.reader)
    try:
        span = np.array(reader.span(task.path, task.options, task.context), dtype="M8[ns]")
    except Exception:  # noqa: BLE001  # reading will tell the reason
        return read_or_set_aside(task)[1]
    start, end = span.astype("i8").tolist()
    if np.isnat(span).any() or not 0 <= end - start < _LONG:
        return read_or_set_aside(task)[1]
    return ReadReceipt(name=task.name, key=task.key, segments=((start, end),))
