"""Which stream the tables of a correction are about, and whether all its rows are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Requirement
from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import xarray as xr

    from icos_core.components import Context, Streams

__all__ = ["check_quantity", "concerned_streams", "required", "sees_whole_run"]

ANY = "*"


def required(wanted: Iterable[tuple[str | None, Iterable[str]]]) -> dict[str, tuple[Requirement, ...]]:
    """Return what tables require, from pairs of a stream (None: not named) and the names needed of it."""
    names: dict[str, dict[str, None]] = {}
    for stream, needed in wanted:
        names.setdefault(stream or ANY, {}).update(dict.fromkeys(needed))
    return {stream: tuple(Requirement(name=name) for name in each) for stream, each in names.items()}


def concerned_streams(who: str, requires: Mapping[str, tuple[Requirement, ...]], streams: Streams) -> dict[str | None, str]:
    """Return, for each stream that tables name and for None, the stream that is meant.

    Raises
    ------
    DataError
        Where tables do not name a stream and not exactly one has all that they require.
    """
    meant: dict[str | None, str] = {name: name for name in requires if name != ANY}
    if ANY in requires:
        names = [requirement.name for requirement in requires[ANY]]
        found = [stream for stream, dataset in streams.items() if all(name in dataset for name in names)]
        if len(found) != 1:
            hint = "; name one with stream" if found else ""
            raise DataError(f"{who} needs exactly one stream with {', '.join(names)}, found: {', '.join(found) or 'none'}{hint}")
        meant[None] = found[0]
    return meant


def check_quantity(who: str, stream: xr.Dataset, name: str, *, alone: bool = False) -> None:
    """Raise :class:`DataError` unless a variable is a quantity, a float along time; with `alone` along nothing else."""
    if stream[name].dtype.kind != "f" or stream[name].dims[:1] != ("time",):
        raise DataError(f"{who}: {name!r} is no quantity along time: {stream[name].dtype} along {stream[name].dims}")
    if alone and stream[name].ndim > 1:
        raise DataError(f"{who}: {name!r} has the dimensions {stream[name].dims}, expected time alone")


def sees_whole_run(context: Context) -> bool:
    """Whether the rows handed over are all of the run, and not those of one period: of a period no newest datum is known."""
    return context.newest is not None
