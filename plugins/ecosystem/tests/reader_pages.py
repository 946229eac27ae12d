"""Tables of the manual's pages of readers, and what they say of options: what tests of these pages have in common."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from typing import TYPE_CHECKING

from icos_core.duration import parse_duration

if TYPE_CHECKING:
    from icos_core.components import Reader

__all__ = ["assert_options_documented", "rows_below"]


def rows_below(page: str, title: str) -> list[list[str]]:
    """Return the rows of the table whose first column has a title."""
    lines = page.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {title} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def assert_options_documented(page: str, reader: Reader) -> None:
    """Assert that a page names every option of a reader, required ones as such, and defaults as they are."""
    fields = reader.options.model_fields
    rows = rows_below(page, f"option of `{reader.name}`")
    documented = {option: row[1] for row in rows for option in re.findall(r"`([^`]+)`", row[0])}
    assert set(documented) == set(fields)
    for option, default in documented.items():
        stated = re.fullmatch(r"`(.+)`", default)
        assert fields[option].is_required() == (default == "required"), option
        if stated is not None:
            value = tomllib.loads(f"x = {stated[1]}")["x"]
            real = fields[option].default
            if isinstance(real, timedelta):
                value = parse_duration(value)
            assert (tuple(value) if isinstance(value, list) else value) == real, option
