"""Tasks that read: one file → its streams in the store, and a receipt.

Everything here is called by name in worker processes; arguments and results are small.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Problem, Tally
from icos_core.dataset import check_stream
from icos_core.exceptions import DataError, InputError
from icos_core.plugins import installed_plugins
from icos_core.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import Context, Reader, ReadResult

__all__ = ["ReadReceipt", "ReadTask", "read_batch", "read_file", "receipt_of_meta", "span_batch"]


@dataclass(frozen=True, kw_only=True)
class ReadTask:
    """What a worker needs to read one file."""

    path: Path
    name: str
    reader: str
    options: BaseModel
    streams: dict[str, str]
    rename: dict[str, str]
    context: Context
    store: Path
    key: str


@dataclass(frozen=True, kw_only=True)
class ReadReceipt:
    """What came of reading one file; `set_aside` is the reason where it could not be read."""

    name: str
    key: str
    tally: Tally = field(default_factory=Tally)
    problems: tuple[Problem, ...] = ()
    set_aside: str = ""
    start: int | None = None
    end: int | None = None

    def meta(self) -> dict[str, Any]:
        """Return the receipt as plain values for the store."""
        return asdict(self)


def receipt_of_meta(meta: dict[str, Any], name: str) -> ReadReceipt:
    """Restore a receipt from the store; the file may have another name by now."""
    problems = tuple(Problem(**{**problem, "file": name}) for problem in meta["problems"])
    return ReadReceipt(**{**meta, "name": name, "tally": Tally(**meta["tally"]), "problems": problems, "set_aside": str(meta["set_aside"])})


def read_batch(tasks: Sequence[ReadTask]) -> list[ReadReceipt]:
    """Read several files into the store."""
    return [_read_into_store(task) for task in tasks]


def _read_into_store(task: ReadTask) -> ReadReceipt:
    store = Store(task.store)
    try:
        streams, receipt = read_file(task)
    except InputError as error:
        return ReadReceipt(name=task.name, key=task.key, set_aside=_reason(error))
    store.save(task.key, streams, receipt.meta())
    return receipt


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
    except OSError as error:
        raise InputError(task.name, f"cannot be opened: {error.strerror or error}") from error
    except Exception as error:
        raise InputError(task.name, f"reader {task.reader!r} failed: {type(error).__name__}: {error}") from error
    problems = tuple(Problem(message=each.message, file=task.name, line=each.line, text=each.text) for each in result.problems)
    times = [stream["time"].values for stream in streams.values() if stream.sizes["time"]]
    receipt = ReadReceipt(
        name=task.name,
        key=task.key,
        tally=result.tally,
        problems=problems,
        start=min((int(time[0].astype("i8")) for time in times), default=None),
        end=max((int(time[-1].astype("i8")) for time in times), default=None),
    )
    return streams, receipt


def _renamed(result: ReadResult, task: ReadTask) -> dict[str, xr.Dataset]:
    if not result.tally.balanced:
        raise DataError(f"the account of lines does not balance: {result.tally}")
    streams: dict[str, xr.Dataset] = {}
    for own, stream in result.streams.items():
        names = {old: new for old, new in task.rename.items() if old in stream}
        renamed = stream.rename_vars(names) if names else stream
        streams[task.streams.get(own, own)] = renamed
        check_stream(renamed, own)
    return streams


def _reason(error: InputError) -> str:
    return f"line {error.line}: {error.message}" if error.line is not None else error.message


def span_batch(tasks: Sequence[ReadTask]) -> list[ReadReceipt]:
    """Tell the spans of several files, by each reader's cheap way."""
    return [_span(task) for task in tasks]


def _span(task: ReadTask) -> ReadReceipt:
    reader: Reader = installed_plugins().component("reader", task.reader)
    try:
        span = reader.span(task.path, task.options, task.context)
    except InputError as error:
        return ReadReceipt(name=task.name, key=task.key, set_aside=_reason(error))
    except Exception as error:  # noqa: BLE001  # any fault of a plugin sets its file aside
        return ReadReceipt(name=task.name, key=task.key, set_aside=f"reader {task.reader!r} failed: {type(error).__name__}: {error}")
    if np.isnat(span.start) or np.isnat(span.end):
        return ReadReceipt(name=task.name, key=task.key)
    start, end = (int(moment.astype("datetime64[ns]").astype("i8")) for moment in span)
    return ReadReceipt(name=task.name, key=task.key, start=start, end=end)
