"""Types of options that say in plain words what they expect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Email", "GroupExpression", "Moment", "SnakeCase", "StreamName", "Text", "Texts", "VariableName", "expected"]

_EXPECTED = "expected"
"""Type of pydantic's errors whose message is what was expected, not a sentence about what is wrong."""

_EMAIL = r"^[^@\s]+@[^@\s]+$"
_SNAKE_CASE = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
_VARIABLE = r"^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$"
_STREAM = r"^[A-Za-z0-9][A-Za-z0-9_./-]*$"


def expected(what: str) -> PydanticCustomError:
    """Return the error, a :class:`ValueError`, for a value that is not `what`."""
    return PydanticCustomError(_EXPECTED, what)


def _written_as(pattern: str, meaning: str) -> Callable[[str], str]:
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise expected(meaning)
        return value

    return check


def _no_bare_number(value: Any) -> Any:
    # pydantic would take a number as seconds since 1970, so that `start = 2024` meant half an hour past midnight of that year.
    if isinstance(value, int | float):
        raise expected("a time with its offset, such as 2024-01-01T00:00:00Z")
    return value


def _one_group(value: str) -> str:
    try:
        groups = re.compile(value).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise expected(f"a regular expression ({error})") from error
    if groups != 1:
        raise expected(
            f"a regular expression with one group in parentheses, such as '_([0-9]{{8}})\\.txt'; this one has {groups or 'none'}"
        )
    return value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that is not empty."""

Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}]}
    ),
]
"""A text, or a list of them."""

Email = Annotated[str, AfterValidator(_written_as(_EMAIL, "an e-mail address")), WithJsonSchema({"type": "string", "pattern": _EMAIL})]

SnakeCase = Annotated[
    str,
    AfterValidator(_written_as(_SNAKE_CASE, "lower-case words joined by underscores, such as inlet_temperature")),
    WithJsonSchema({"type": "string", "pattern": _SNAKE_CASE}),
]

VariableName = Annotated[
    str,
    AfterValidator(_written_as(_VARIABLE, "words joined by underscores, such as inlet_temperature or TA_EP")),
    WithJsonSchema({"type": "string", "pattern": _VARIABLE}),
]

StreamName = Annotated[
    str,
    AfterValidator(_written_as(_STREAM, "a name of letters, digits and . / _ -")),
    WithJsonSchema({"type": "string", "pattern": _STREAM}),
]

GroupExpression = Annotated[str, AfterValidator(_one_group)]
"""A regular expression with one group."""

Moment = Annotated[AwareDatetime, BeforeValidator(_no_bare_number)]
"""A time with its offset from UTC."""
