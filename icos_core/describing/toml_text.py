"""Writing TOML: one table of a station description, as a person would write it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from icos_core.duration import format_duration

__all__ = ["array_of_tables", "comment", "toml_value"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: object) -> str:
    """Write a value: text, numbers, times, lengths of time, lists, and tables within lists.

    Raises
    ------
    TypeError
        For something that TOML has no form for.
    """
    if isinstance(value, Enum):
        return toml_value(value.value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {toml_value(each)}' for key, each in value.items())} }}" if value else "{}"
    for kinds, write in _FORMS:
        if isinstance(value, kinds):
            return write(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(toml_value, value))}]"
    raise TypeError(f"{value!r} has no form in TOML")


def _text(value: str | Path) -> str:
    text = str(value)
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"  # as it is: a regular expression is read more easily without doubled backslashes
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_FORMS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, lambda value: str(value).lower()),
    (str | Path, _text),
    (int, lambda value: str(int(value))),
    (float, lambda value: repr(float(value)) if math.isfinite(value) else str(float(value))),
    (timedelta, lambda value: f'"{format_duration(value)}"'),
    (date | time, lambda value: value.isoformat()),
)


def array_of_tables(name: str, table: Mapping[str, Any], remarks: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the lines of one ``[[name]]``: plain keys first, tables within it behind them.

    Parameters
    ----------
    name
        Of the table.
    table
        Keys and values; a key whose value is None is left out.
    remarks
        Key → sentences, written as comments above it.
    """
    return _table(f"[[{name}]]", name, {key: value for key, value in table.items() if value is not None}, remarks)


def _table(header: str, name: str, table: Mapping[str, Any], remarks: Mapping[str, Sequence[str]]) -> list[str]:
    lines = [header]
    tables = {key: value for key, value in table.items() if isinstance(value, Mapping) or _is_list_of_tables(value)}
    for key, value in table.items():
        if key not in tables:
            lines += [*(comment(remark) for remark in remarks.get(key, ())), f"{_key(key)} = {toml_value(value)}"]
    for key, value in tables.items():
        below = f"{name}.{_key(key)}"
        lines += ["", *(comment(remark) for remark in remarks.get(key, ()))]
        if isinstance(value, Mapping):
            lines += _table(f"[{below}]", below, value, {})
        else:
            lines += [line for number, each in enumerate(value) for line in ([""] * bool(number) + _table(f"[[{below}]]", below, each, {}))]
    return lines


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else toml_value(key)


def comment(text: str) -> str:
    """Write a comment on one line."""
    shown = "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))
    return f"# {shown}"
