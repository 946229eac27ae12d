"""Damage as it happens to tables of analysers: bytes, fields and whole lines; and what is asked of a reader that is handed it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from icos_core.testing import assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage_kinds import cut_off, cut_out, flip_bytes, variant
from icos_core.testing.reader import read_or_refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from pydantic import BaseModel

    from icos_core.components import Reader

__all__ = ["VARIANTS", "assert_survives_damage", "damaged"]

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
_WORDS = (b"", b" ", b"-", b"NaN", b"inf", b"1e400", b"10.0.3", b"#", b"0x1F", b"\xb5", b"\x00", b"99999999999", b"30/02/2014", b'"')


def damaged(content: bytes, seed: int) -> bytes:
    """Return one damaged variant; the kinds of damage follow from the seed, one to three of them on top of each other."""
    return variant(content, _DAMAGES, seed)


def assert_survives_damage(reader: Reader, options: BaseModel, path: Path, content: bytes, variants: int = VARIANTS) -> None:
    """Read damaged variants of a good file: refused with an error that names the file, or read with every line accounted for."""
    context = example_context()
    read = 0
    for seed in range(variants):
        path.write_bytes(damaged(content, seed))
        result = read_or_refuse(reader, path, options, context, f"variant {seed}")
        if result is not None:
            assert_result_fits(reader, result, options)
            assert_span_covers(reader, path, result, options, context)
            assert all("\n" not in str(problem) for problem in result.problems)
            read += 1
        assert reader.guess is not None
        reader.guess(path)
    assert read > variants // 5


def _insert_words(content: bytes, random: np.random.Generator) -> bytes:
    for _ in range(int(random.integers(1, 10))):
        place = int(random.integers(0, len(content) + 1))
        content = content[:place] + _WORDS[int(random.integers(len(_WORDS)))] + content[place:]
    return content


def _of_lines(change: Callable[[list[bytes], np.random.Generator], None]) -> Callable[[bytes, np.random.Generator], bytes]:
    def changed(content: bytes, random: np.random.Generator) -> bytes:
        lines = content.splitlines(keepends=True)
        if lines:
            change(lines, random)
        return b"".join(lines)

    return changed


def _repeat_lines(lines: list[bytes], random: np.random.Generator) -> None:
    for _ in range(int(random.integers(1, 6))):
        lines.insert(int(random.integers(len(lines))), lines[int(random.integers(len(lines)))])


def _shuffle_lines(lines: list[bytes], random: np.random.Generator) -> None:
    random.shuffle(lines)  # type: ignore[arg-type]  # a list is a sequence that shuffles in place


def _join_lines(lines: list[bytes], random: np.random.Generator) -> None:
    for _ in range(int(random.integers(1, 6))):
        place = int(random.integers(len(lines)))
        lines[place] = lines[place].rstrip(b"\r\n")


def _change_fields(lines: list[bytes], random: np.random.Generator) -> None:
    for _ in range(int(random.integers(1, 10))):
        place = int(random.integers(len(lines)))
        mark: Any = next((each for each in (b",", b"\t") if each in lines[place]), b" ")
        fields = lines[place].split(mark)
        fields[int(random.integers(len(fields)))] = _WORDS[int(random.integers(len(_WORDS)))]
        lines[place] = mark.join(fields)


_DAMAGES = (
    cut_off,
    cut_out,
    flip_bytes,
    _insert_words,
    *map(_of_lines, (_repeat_lines, _shuffle_lines, _join_lines, _change_fields)),
)
