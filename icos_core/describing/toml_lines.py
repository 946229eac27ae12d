"""Where keys stand in a TOML file: :mod:`tomllib` keeps no positions, and a mistake should name its line.

The scanner is meant for text that :mod:`tomllib` has accepted; it looks for keys only and leaves values alone.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["key_lines", "key_text", "line_of"]

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_text(path: Sequence[str | int]) -> str:
    """Write a path for people: ``calibrate[0].standards[1].xco2``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def key_lines(text: str) -> dict[str, int]:
    """Return key → line (from 1) of every table, key and array item of a valid TOML text.

    Keys are written as :func:`key_text` writes them, items of arrays counted from 0.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: Mapping[str, int], key: str) -> int | None:
    """Return the line of a key, or of the nearest table around it that is there."""
    while key:
        if key in lines:
            return lines[key]
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.lines: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._seen = 0
        self._line = 1

    def document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self.position < len(self.text):
            if self.text.startswith("[[", self.position):
                table = self._header(2)
            elif self.text[self.position] == "[":
                table = self._header(1)
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self, brackets: int) -> Path:
        line = self._here()
        self.position += brackets
        parts = self._key()
        self.position += brackets
        path: Path = ()
        for part in parts[:-1]:
            path = self._latest((*path, part))
        path = (*path, parts[-1])
        if brackets == 1:
            path = self._latest(path)
        else:
            key = key_text(path)
            self.lines.setdefault(key, line)
            self._counts[key] = self._counts.get(key, 0) + 1
            path = (*path, self._counts[key] - 1)
        self.lines.setdefault(key_text(path), line)
        return path

    def _latest(self, path: Path) -> Path:
        # [a.b] after [[a]] is about the a that was written last.
        count = self._counts.get(key_text(path))
        return path if count is None else (*path, count - 1)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            quoted = self._match_string()
            if quoted is not None:
                parts.append(str(tomllib.loads(f"key = {quoted}")["key"]))
            else:
                bare = _BARE_KEY.match(self.text, self.position)
                if bare is None:
                    raise ValueError(f"line {self._here()}: no key")
                parts.append(bare[0])
                self.position = bare.end()
            self._skip(_SPACE)
            if not self.text.startswith(".", self.position):
                return parts
            self.position += 1

    def _pair(self, table: Path) -> None:
        line = self._here()
        path = table
        for part in self._key():
            path = (*path, part)
            self.lines.setdefault(key_text(path), line)
        self.position += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.text[self.position]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif self._match_string() is None:
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self.position += 1
        self._skip(_BLANK)
        count = 0
        while self.text[self.position] != "]":
            item = (*path, count)
            self.lines.setdefault(key_text(item), self._here())
            self._value(item)
            count += 1
            self._separator()
        self.position += 1

    def _inline_table(self, path: Path) -> None:
        self.position += 1
        self._skip(_BLANK)
        while self.text[self.position] != "}":
            self._pair(path)
            self._separator()
        self.position += 1

    def _separator(self) -> None:
        self._skip(_BLANK)
        if self.text[self.position] == ",":
            self.position += 1
            self._skip(_BLANK)

    def _match_string(self) -> str | None:
        for pattern in _STRINGS:
            found = pattern.match(self.text, self.position)
            if found:
                self.position = found.end()
                return found[0]
        return None

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()

    def _here(self) -> int:
        self._line += self.text.count("\n", self._seen, self.position)
        self._seen = self.position
        return self._line
