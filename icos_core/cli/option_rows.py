"""The options of a component as a table for people: key, type, default, meaning."""

from __future__ import annotations

import json
import types
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from icos_core.describing.mistakes import models_in
from icos_core.duration import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["REQUIRED", "OptionRow", "option_rows"]

REQUIRED = "required"
_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    datetime: "time",
    AwareDatetime: "time",
    date: "date",
    timedelta: "length of time",
    Path: "path",
}
_BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
_LISTS = (list, tuple, set, frozenset)


class OptionRow(NamedTuple):
    """One option: its key (``standards[].xco2`` within a list of tables), what it takes, its default, and what it means with its unit."""

    key: str
    type: str
    default: str
    meaning: str


def option_rows(model: type[BaseModel], prefix: str = "") -> Iterator[OptionRow]:
    """Yield the options of a model, those of tables within it behind their table."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        tables = list(dict.fromkeys(models_in(field.annotation)))
        yield OptionRow(key, _type(field.annotation, field.metadata), _default(field, of_tables=bool(tables)), field.description or "")
        for table in tables:
            yield from option_rows(table, f"{key}[]." if _is_list(field.annotation) else f"{key}.")


def _default(field: FieldInfo, *, of_tables: bool) -> str:
    if field.is_required():
        return REQUIRED
    value = field.get_default(call_default_factory=True)
    if value is None or (of_tables and isinstance(value, BaseModel)):
        return ""
    if isinstance(value, timedelta):
        return format_duration(value)
    return json.dumps(to_jsonable_python(value), ensure_ascii=False)


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType, Annotated}:
        return any(_is_list(argument) for argument in get_args(annotation))
    return origin in _LISTS


def _type(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0], [*arguments[1:], *metadata])
    if origin in {Union, types.UnionType}:
        return " or ".join(_type(argument, metadata) for argument in arguments if argument is not types.NoneType)
    if origin in _LISTS:
        return _list_type(arguments, fixed=origin is tuple and Ellipsis not in arguments)
    if origin is dict:
        return f"table of {_type(arguments[1])}"
    return _plain_type(annotation) + _bounds(metadata)


def _list_type(arguments: tuple[Any, ...], *, fixed: bool) -> str:
    if fixed:
        return f"[{', '.join(_type(argument) for argument in arguments)}]"
    return f"list of {_type(arguments[0])}"


def _plain_type(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return " | ".join(json.dumps(argument, ensure_ascii=False) for argument in get_args(annotation))
    if annotation in _WORDS:
        return _WORDS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " | ".join(json.dumps(member.value, ensure_ascii=False) for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return "any value" if annotation is Any else getattr(annotation, "__name__", str(annotation))


def _bounds(metadata: Iterable[Any]) -> str:
    found = []
    for each in metadata:
        for item in each.metadata if isinstance(each, FieldInfo) else [each]:
            for attribute, sign in _BOUNDS.items():
                bound = getattr(item, attribute, None)
                if bound is not None:
                    found.append(f"{sign} {format_duration(bound) if isinstance(bound, timedelta) else bound}")
    return f" {', '.join(found)}" if found else ""
