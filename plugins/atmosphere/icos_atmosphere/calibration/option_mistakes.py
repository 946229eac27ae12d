"""Mistakes in options that concern several tables, each told at the key where it stands, all of them at once.

A validator of a model that raises :class:`ValueError` is told at the table as a whole, and only where nothing else is wrong. What these
functions make is told like a wrong value of a single key: with its line, what was expected, and the nearest valid name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core import ErrorDetails

__all__ = ["Mistake", "Place", "all_at_once", "no_such_name", "stated"]

Place = tuple[str | int, ...]
"""Where something stands: keys, and positions in lists."""
Mistake = InitErrorDetails

_KNOWN = frozenset(get_args(ErrorType))


def no_such_name(place: Place, value: str, valid: Iterable[str], kind: str) -> Mistake:
    """Say that a name leads nowhere.

    Parameters
    ----------
    place
        Key at which the name stands.
    value
        The name.
    valid
        Names that there are.
    kind
        What bears such names, with its article, for the case that there are none.
    """
    names = [repr(name) for name in dict.fromkeys(valid)]
    if not names:
        return Mistake(type=PydanticCustomError("expected", f"the name of {kind}; there is none"), loc=place, input=value)
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return Mistake(type="literal_error", loc=place, input=value, ctx={"expected": listed})


def stated(place: Place, sentence: str, value: object = None) -> Mistake:
    """Say in a sentence what is wrong at a key; `value` is shown where it is given."""
    return Mistake(type=PydanticCustomError("value_error", "{sentence}", {"sentence": sentence}), loc=place, input=value)


def all_at_once(title: str, before: ValidationError | None, found: Sequence[Mistake]) -> ValidationError:
    """Return one error of what was wrong before, of single keys, and what was found beside it."""
    told = [] if before is None else [_again(details) for details in before.errors(include_url=False)]
    return ValidationError.from_exception_data(title, [*told, *found])


def _again(details: ErrorDetails) -> Mistake:
    known = details["type"] in _KNOWN
    kind = details["type"] if known else PydanticCustomError(details["type"], details["msg"])
    return Mistake(type=kind, loc=details["loc"], input=details["input"], ctx=details.get("ctx", {}) if known else {})
