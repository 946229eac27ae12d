"""Fields of a text without their quotes."""

from __future__ import annotations

import re

__all__ = ["without_quotes"]

_QUOTED = re.compile(rb'"([^"\n]*)"')


def without_quotes(data: bytes, separator: str) -> bytes:
    """Return a text without the quotes around its fields; a separator within quotes becomes a blank.

    A quote that does not close ends with its line, and stays.
    """
    if b'"' not in data:
        return data
    mark = separator.encode()
    return _QUOTED.sub(lambda found: found[1].replace(mark, b" "), data)
