"""Lengths of time in descriptions: a number of seconds, or text such as ``"60 s"``, ``"5 min"``, ``"1.5 h"``, ``"1 d"``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from icos_core.option_types import expected

__all__ = ["Duration", "format_duration", "parse_duration"]

_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_TEXT = re.compile(rf"([+-]?\d+(?:\.\d+)?)\s*({'|'.join(_SECONDS)})")


def parse_duration(value: Any) -> timedelta:
    """Read a length of time.

    Parameters
    ----------
    value
        Seconds as a number, text of a number and a unit (``ms``, ``s``, ``min``, ``h``, ``d``), or a timedelta.

    Raises
    ------
    ValueError
        For anything else.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        found = _TEXT.fullmatch(value.strip())
        if found:
            return _seconds(float(found[1]) * _SECONDS[found[2]])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return _seconds(float(value))
    raise expected('a length of time such as "60 s", "5 min" or "1.5 h", or a number of seconds')


def format_duration(length: timedelta) -> str:
    """Write a length of time as it may stand in a description, in the largest unit that goes into it."""
    seconds = length.total_seconds()
    for unit in ("d", "h", "min"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds / _SECONDS[unit]:g} {unit}"
    return f"{seconds:g} s"


def _seconds(seconds: float) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except (OverflowError, ValueError) as error:
        raise expected("a length of time of less than a billion days") from error


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(lambda value: value.total_seconds(), return_type=float, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^\s*{_TEXT.pattern}\s*$"}]}),
]
"""Type of an option that is a length of time; a :class:`datetime.timedelta` after validation, seconds when written out."""
