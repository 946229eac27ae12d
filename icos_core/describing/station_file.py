"""Station descriptions as simulators write them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["table"]


def table(title: str, entries: Mapping[str, object], *lines: str) -> str:
    """Return a table of TOML: its title, its entries, and lines that are TOML already."""
    return "\n".join([title, *(f"{key} = {_toml(value)}" for key, value in entries.items()), *lines, ""])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)
