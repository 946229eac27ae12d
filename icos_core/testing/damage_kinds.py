"""Kinds of damage to the bytes of a raw file, and variants with a few of them on top of each other.

A kind is a function of the content and a random generator, and returns the damaged content. A reader's test adds the kinds that need to
know its format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["cut_off", "cut_out", "flip_bytes", "insert_bytes", "mix_line_ends", "re_encode", "repeat_lines", "shuffle_lines", "variant"]

_LINE_ENDS = (b"\n", b"\r\n", b"\r", b"\n\r", b"\n\n")
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp037")


def variant(content: bytes, kinds: Sequence[Callable[[bytes, np.random.Generator], bytes]], seed: int) -> bytes:
    """Return one damaged variant; the kinds of damage follow from the seed, one to three of them on top of each other."""
    random = np.random.default_rng(seed)
    for kind in random.choice(len(kinds), size=int(random.integers(1, 4)), replace=False):
        content = kinds[kind](content, random)
    return content


def cut_off(content: bytes, random: np.random.Generator) -> bytes:
    """Cut the end off at any byte."""
    return content[: int(random.integers(0, len(content) + 1))]


def cut_out(content: bytes, random: np.random.Generator) -> bytes:
    """Lose everything between two bytes."""
    first, last = sorted(random.integers(0, len(content) + 1, 2).tolist())
    return content[:first] + content[last:]


def flip_bytes(content: bytes, random: np.random.Generator) -> bytes:
    """Replace up to 39 bytes, line ends among them."""
    array = np.frombuffer(content, dtype=np.uint8).copy()
    if array.size:
        places = random.integers(0, array.size, int(random.integers(1, 40)))
        array[places] = random.integers(0, 256, places.size)
    return array.tobytes()


def insert_bytes(content: bytes, random: np.random.Generator) -> bytes:
    """Insert up to 199 bytes of any value at one place."""
    place = int(random.integers(0, len(content) + 1))
    return content[:place] + random.integers(0, 256, int(random.integers(1, 200)), dtype=np.uint8).tobytes() + content[place:]


def shuffle_lines(content: bytes, random: np.random.Generator) -> bytes:
    """Put the lines, the header's too, in any order."""
    lines = content.split(b"\n")
    random.shuffle(lines)
    return b"\n".join(lines)


def repeat_lines(content: bytes, random: np.random.Generator) -> bytes:
    """Draw twice as many lines as there are, in their order: some repeat, some are lost."""
    lines = content.split(b"\n")
    return b"\n".join(lines[int(index)] for index in np.sort(random.integers(0, len(lines), 2 * len(lines))))


def mix_line_ends(content: bytes, random: np.random.Generator) -> bytes:
    """End every line in a way of its own."""
    return b"".join(line.rstrip(b"\r") + _LINE_ENDS[int(random.integers(0, len(_LINE_ENDS)))] for line in content.split(b"\n"))


def re_encode(content: bytes, random: np.random.Generator) -> bytes:
    """Save the text in another encoding."""
    return content.decode("latin-1").encode(_ENCODINGS[int(random.integers(0, len(_ENCODINGS)))], errors="replace")
