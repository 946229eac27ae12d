"""Headers of text files of the World Data Centre for Greenhouse Gases, and of NOAA, which look much alike.

Lines that begin with ``#`` hold ``key : value``; ``header_lines`` says how many they are, and the names of the columns stand at their end,
behind ``#`` (WDCGG) or without it (NOAA). The layout of GAW report 188 has ``C05 HEADER LINES: 32`` instead. A file as it is submitted has
the names of the columns alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["Header", "header_of"]

_STATED = ("header_lines", "number_of_header_lines", "HEADER LINES")
_ORDER = "VARIABLE ORDER"
_CARD = re.compile(r"C\d\d(?:\s+|$)")
_FIRST_NAMES = ("site_wdcgg_id", "site_gaw_id", "site_code")
_TIME_NAMES = ("year", "month", "day", "hour", "minute", "second")
_MOST_LINES = 5000


@dataclass(frozen=True, kw_only=True)
class Header:
    """What stands before the rows.

    Attributes
    ----------
    kind
        ``"#"``, ``"C01"`` (GAW report 188), or ``"names"`` where the columns are named and nothing else.
    entries
        Key → value; of a key that occurs several times the first.
    columns
        Names of the columns; with two moments in a row those of the first begin with ``st_``, those of the second with ``end_``.
    lines
        How many lines there are.
    stated_lines, stated_total
        How many the header, and the file, says it has; None where it does not.
    """

    kind: str
    entries: Mapping[str, str]
    columns: tuple[str, ...]
    lines: int
    stated_lines: int | None = None
    stated_total: int | None = None

    def first(self, *keys: str) -> str:
        """Return the first of some entries that is there and not empty."""
        return next((self.entries[key] for key in keys if self.entries.get(key)), "")


def header_of(lines: Lines) -> Header | None:
    """Return the header of a file, or None where it has none of these.

    Its lines are counted; what the header says of their number is kept beside.
    """
    count = min(len(lines), _MOST_LINES)
    texts = [lines.raw(index).decode("utf-8", errors="replace") for index in range(count)]
    if texts and _CARD.match(texts[0]):
        return _cards(texts)
    if texts and texts[0].startswith("#"):
        return _marked(texts)
    names = texts[0].split() if texts else []
    if names and names[0] in _FIRST_NAMES:
        return Header(kind="names", entries={}, columns=_told_apart(names), lines=1)
    return None


def _marked(texts: Sequence[str]) -> Header | None:
    entries: dict[str, str] = {}
    columns: list[str] = []
    ordered = False
    count = next((index for index, text in enumerate(texts) if not text.startswith("#")), len(texts))
    for text in texts[:count]:
        plain = text.lstrip("#").strip()
        if ordered and plain:
            columns, ordered = plain.split(), False
            continue
        if plain.upper() == _ORDER:
            ordered = True
            continue
        key, value = _entry(plain)
        if key:
            entries.setdefault(key, value)
    if not columns and "data_fields" in entries:
        columns = entries["data_fields"].split()
    if not columns and count < len(texts):
        # NOAA counts the line with the names among those of the header.
        columns, count = texts[count].split(), count + 1
    if not columns:
        return None
    stated = next((entries[key] for key in _STATED if key in entries), "")
    return Header(kind="#", entries=entries, columns=_told_apart(columns), lines=count, stated_lines=_whole(stated))


def _cards(texts: Sequence[str]) -> Header | None:
    count = next((index for index, text in enumerate(texts) if not _CARD.match(text)), len(texts))
    entries: dict[str, str] = {}
    cards = [_CARD.sub("", text, count=1).strip() for text in texts[:count]]
    for card in cards[:-1]:
        key, value = _entry(card)
        if key.isupper():
            entries.setdefault(key, value)
    columns = cards[-1].split()
    if "DATE" not in columns:
        return None
    return Header(
        kind="C01",
        entries=entries,
        columns=tuple(columns),
        lines=count,
        stated_lines=_whole(entries.get("HEADER LINES", "")),
        stated_total=_whole(entries.get("TOTAL LINES", "")),
    )


def _entry(plain: str) -> tuple[str, str]:
    """Split ``key : value``; a key may hold a colon itself (``value:units``)."""
    for mark in (" :", ": "):
        key, found, value = f"{plain} ".partition(mark)
        if found:
            return key.strip(), value.strip()
    return (plain[:-1].strip(), "") if plain.endswith(":") else ("", "")


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    twice = {name for name in _TIME_NAMES if list(names).count(name) > 1}
    found = []
    for name in names:
        prefix = ("end_" if name in seen else "st_") if name in twice else ""
        seen.add(name)
        found.append(prefix + name)
    return tuple(found)
