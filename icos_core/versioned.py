"""Values that change with time: tables with ``valid_from`` and ``valid_to``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Self

    from numpy.typing import NDArray
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Options", "Versioned", "moments", "overlaps", "utc64", "valid_within"]

_STRICT = frozenset({"bool", "int", "float"})
_ENDS = frozenset({"valid_from", "valid_to"})
_NOT_SCHEMAS = frozenset({"metadata", "serialization", "default", "expected", "config"})
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1678, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC)


def _strict(schema: Any) -> Any:
    """Return a schema in which numbers and truth values are not made of anything else; whole numbers still do for numbers."""
    if isinstance(schema, dict):
        strict = {key: value if key in _NOT_SCHEMAS else _strict(value) for key, value in schema.items()}
        return {**strict, "strict": True} if schema.get("type") in _STRICT else strict
    return type(schema)(map(_strict, schema)) if isinstance(schema, list | tuple) else schema


class Options(BaseModel):
    """Base of every options model: a mistyped key is an error, values do not change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take numbers as numbers and truth as truth: ``"228.4"`` is text, and ``true`` is no number."""
        schema: CoreSchema = _strict(handler(source))
        return schema


class Versioned(Options):
    """A table that holds from `valid_from` (included) to `valid_to` (excluded); absent ends are open."""

    valid_from: Moment | None = Field(default=None, description="start of validity (UTC), included")
    valid_to: Moment | None = Field(default=None, description="end of validity (UTC), excluded")

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_from >= self.valid_to:
            raise ValueError("valid_from must be before valid_to")
        return self

    def covers(self, time: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Rows of `time` (UTC, ``datetime64``) at which the table is valid."""
        covered = np.ones(time.shape, dtype=bool)
        if self.valid_from is not None:
            covered &= time >= utc64(self.valid_from)
        if self.valid_to is not None:
            covered &= time < utc64(self.valid_to)
        return covered


def utc64(moment: datetime) -> np.datetime64:
    """Return a moment with its offset as UTC in nanoseconds."""
    # 9999-12-31, which many write for "until further notice", is beyond what nanoseconds in 64 bits can hold: numpy would wrap it around.
    moment = min(max(moment, _EARLIEST), _LATEST)
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ns")


T = TypeVar("T", bound="Versioned")


def overlaps(tables: Sequence[T], key: Callable[[T], object]) -> Iterable[tuple[T, T]]:
    """Yield pairs of tables with the same `key` whose validity overlaps."""
    for position, left in enumerate(tables):
        for right in tables[position + 1 :]:
            if key(left) != key(right):
                continue
            start = max(left.valid_from or _FIRST, right.valid_from or _FIRST)
            end = min(left.valid_to or _LAST, right.valid_to or _LAST)
            if start < end:
                yield left, right


def valid_within(options: BaseModel, start: np.datetime64, end: np.datetime64) -> dict[str, Any]:
    """Return the options as plain values, without the tables that are not valid at any moment from `start` to `end`.

    The result changes only when something changes that matters in that time, so it serves as part of a key. Between two neighbouring
    :func:`moments` it is the same for every interval: an end of validity that lies outside is left out, so that closing a table when an
    instrument is replaced changes nothing of the time before.
    """
    return {
        name: _inner_end(value, start, end) if isinstance(options, Versioned) and name in _ENDS else _valid_value(value, start, end)
        for name, value in options
    }


def _inner_end(moment: datetime | None, start: np.datetime64, end: np.datetime64) -> datetime | None:
    return moment if moment is not None and start < utc64(moment) < end else None


def moments(options: BaseModel) -> set[np.datetime64]:
    """Return every moment at which a table in the options begins or ceases to be valid."""
    found: set[np.datetime64] = set()
    for table in _tables(options):
        found |= {utc64(moment) for moment in (table.valid_from, table.valid_to) if moment is not None}
    return found


def _tables(value: Any) -> Iterator[Versioned]:
    if isinstance(value, Versioned):
        yield value
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for each in value:
        yield from _tables(each)


def _valid_value(value: Any, start: np.datetime64, end: np.datetime64) -> Any:
    if isinstance(value, BaseModel):
        return valid_within(value, start, end)
    if isinstance(value, list | tuple):
        return [_valid_value(each, start, end) for each in value if _touches(each, start, end)]
    if isinstance(value, dict):
        return {key: _valid_value(each, start, end) for key, each in value.items() if _touches(each, start, end)}
    return value


def _touches(value: Any, start: np.datetime64, end: np.datetime64) -> bool:
    if not isinstance(value, Versioned):
        return True
    begins, ceases = value.valid_from, value.valid_to
    return bool((begins is None or utc64(begins) < end) and (ceases is None or utc64(ceases) > start))
