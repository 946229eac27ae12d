"""Mistakes of a station description in plain words: what pydantic found, with key, line and the nearest valid name."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from icos_core.describing.toml_lines import key_text, line_of
from icos_core.duration import format_duration
from icos_core.exceptions import Mistake, PluginError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["Findings", "StatedMistake", "explain", "models_in", "path_in"]

Path = tuple[str | int, ...]

_A_TIME = "a time with its offset, such as 2024-01-01T00:00:00Z"
_A_DATE = "a date, such as 2024-01-01"
_EXPECTED = {
    "missing": "a value, this key is required",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "list_type": "a list, written [ ... ]",
    "tuple_type": "a list, written [ ... ]",
    "set_type": "a list, written [ ... ]",
    "frozen_set_type": "a list, written [ ... ]",
    "dict_type": "a table of keys and values",
    "mapping_type": "a table of keys and values",
    "model_type": "a table of keys and values",
    "model_attributes_type": "a table of keys and values",
    "path_type": "a path in quotes",
    "date_type": _A_DATE,
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "timezone_aware": _A_TIME,
    "datetime_type": _A_TIME,
    "datetime_parsing": _A_TIME,
    "datetime_from_date_parsing": _A_TIME,
    "datetime_object_invalid": _A_TIME,
}
_BOUNDS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE)
_STATED = frozenset({"value_error", "assertion_error"})
_LEAD_IN = re.compile(
    r"^(?:Value error, |Assertion failed, )?(?:Input|Value|String|List|Tuple|Set|Dictionary|Number) should (?:be |have )?"
)
_MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class StatedMistake(Mistake):
    """A mistake whose `expected` is a sentence about what is wrong, in the words of the component that found it."""

    def __str__(self) -> str:
        """Format as one line for people."""
        where = f"line {self.line}: {self.key}" if self.line is not None else self.key
        return f"{where}: {self.value!r} – {self.expected}" if self.value is not None else f"{where}: {self.expected}"


class Findings:
    """What was found wrong so far: mistakes of the author of a description, and failures of plugins that it needs."""

    def __init__(self, lines: Mapping[str, int]) -> None:
        self.lines = lines
        self.mistakes: list[Mistake] = []
        self.failures: list[PluginError] = []

    def add(self, path: Path, expected: str, *, value: object = None, near: str | None = None) -> None:
        """Note a mistake at a key."""
        self.extend([Mistake(key=key_text(path), value=value, expected=expected, nearest=near)])

    def extend(self, mistakes: Iterable[Mistake]) -> None:
        """Note mistakes, each with the line of its key or of the table around it."""
        self.mistakes.extend(replace(mistake, line=mistake.line or line_of(self.lines, mistake.key)) for mistake in mistakes)

    def fail(self, failure: PluginError) -> None:
        """Note that a plugin which the description needs cannot be used; each failure once."""
        if str(failure) not in {str(each) for each in self.failures}:
            self.failures.append(failure)


def explain(
    error: ValidationError,
    model: type[BaseModel],
    data: Any,
    prefix: Path,
    further_keys: Iterable[str] = (),
    *,
    only_unknown_keys: bool = False,
) -> list[Mistake]:
    """Translate what pydantic found wrong.

    Parameters
    ----------
    error
        What :meth:`pydantic.BaseModel.model_validate` raised.
    model, data
        The model, and the table that was validated against it.
    prefix
        Where the table stands in the description.
    further_keys
        Keys that are valid beside the model's own, for the list of valid names.
    only_unknown_keys
        Leave out everything but keys that do not exist, for a table that is switched off.
    """
    found: dict[Path, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        if details["type"] == "extra_forbidden" or not only_unknown_keys:
            found.setdefault(path_in(details, data), []).append(details)
    mistakes = []
    for path, several in found.items():
        # Of the branches of a union, the one that went deepest into the value is the one that was meant; and a list of which an item
        # is wrong counts as too short.
        deeper = any(len(other) > len(path) and other[: len(path)] == path for other in found)
        if not (deeper and all(details["type"].endswith(("_type", "too_short")) for details in several)):
            mistakes.append(_explain_one(several, model, path, prefix, further_keys))
    return mistakes


def path_in(details: ErrorDetails, data: Any) -> Path:
    """Return where in the data an error is: pydantic's path without what it adds for the branches of unions."""
    path: Path = ()
    here = data
    for position, part in enumerate(details["loc"]):
        inside = (isinstance(here, dict) and part in here) or (isinstance(here, list) and isinstance(part, int) and part < len(here))
        if inside:
            here = here[part]
            path = (*path, part)
        elif position == len(details["loc"]) - 1 and details["type"] == "missing":
            path = (*path, part)
    return path


def _explain_one(several: Sequence[ErrorDetails], model: type[BaseModel], path: Path, prefix: Path, further_keys: Iterable[str]) -> Mistake:
    first = several[0]
    key = key_text((*prefix, *path))
    if first["type"] == "extra_forbidden":
        valid = [name for candidate in _models_at(model, path[:-1]) for name in candidate.model_fields]
        if len(path) == 1:
            valid += further_keys
        expected = f"one of the keys {', '.join(sorted(valid))}" if valid else "no such key"
        return Mistake(key=key, expected=expected, nearest=nearest(str(path[-1]), valid))
    if all(details["type"] in _STATED for details in several):
        return _explain_stated(first, model, path, prefix)
    expected = " or ".join(dict.fromkeys(_expectation(details) for details in several))
    choices = [choice for details in several for choice in _choices(details)]
    value = first["input"] if first["type"] != "missing" else None
    if first["type"] == "missing":
        meaning = _meaning(model, path)
        expected += f": {meaning}" if meaning else ""
    near = nearest(value, choices) if isinstance(value, str) else None
    return Mistake(key=key, value=_shown(value), expected=expected, nearest=near)


def _expectation(details: ErrorDetails) -> str:
    if details["type"] in _EXPECTED:
        return _EXPECTED[details["type"]] + (", without quotes" if _is_number_in_quotes(details) else "")
    for bound, words in _BOUNDS.items():
        limit = details.get("ctx", {}).get(bound)
        if limit is not None and isinstance(details["input"], timedelta):
            return f"{words} {format_duration(limit) if isinstance(limit, timedelta) else limit}"
    if details["type"] in _STATED:
        return f"what fits: {_statement(details)}"
    # pydantic goes on with words about when it counted.
    message = details["msg"].partition(" after validation")[0]
    return _LEAD_IN.sub("", message).partition(", unable to")[0]


def _is_number_in_quotes(details: ErrorDetails) -> bool:
    return details["type"] in {"float_type", "int_type"} and isinstance(details["input"], str) and bool(_NUMBER.fullmatch(details["input"]))


def _explain_stated(details: ErrorDetails, model: type[BaseModel], path: Path, prefix: Path) -> Mistake:
    """Explain what a validator of a model refused in words of its own; ``"standards: …"`` is about the key ``standards``."""
    statement = _statement(details)
    name, colon, rest = statement.partition(": ")
    value = _shown(details["input"])
    if colon and any(name in candidate.model_fields for candidate in _models_at(model, path)):
        path, statement, value = (*path, name), rest, None
    return StatedMistake(key=key_text((*prefix, *path)), value=value, expected=statement)


def _statement(details: ErrorDetails) -> str:
    return str(details.get("ctx", {}).get("error", details["msg"]))


def _choices(details: ErrorDetails) -> list[str]:
    if details["type"] in {"literal_error", "enum"}:
        return re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
    return []


def _shown(value: object) -> object:
    if isinstance(value, timedelta):
        return _PlainText(format_duration(value))
    if isinstance(value, dict) or len(repr(value)) > _MOST_SHOWN:
        return None
    return _PlainText(value.isoformat()) if hasattr(value, "isoformat") else value


class _PlainText(str):
    """Text that is shown without quotes, as times and lengths of time stand in TOML."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation mentions, be they in lists, tables or unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from models_in(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, types.UnionType, list, tuple, set, frozenset, dict}:
        for argument in get_args(annotation):
            yield from models_in(argument)


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    models = [model]
    for part in path:
        fields = [candidate.model_fields[part] for candidate in models if isinstance(part, str) and part in candidate.model_fields]
        # A part that is no field is the position in a list or the key of a free table: what it leads to is known already.
        if fields:
            models = [inner for field in fields for inner in models_in(field.annotation)]
    return models


def _meaning(model: type[BaseModel], path: Path) -> str:
    for candidate in _models_at(model, path[:-1]):
        field = candidate.model_fields.get(str(path[-1]))
        if field is not None and field.description:
            return field.description
    return ""
