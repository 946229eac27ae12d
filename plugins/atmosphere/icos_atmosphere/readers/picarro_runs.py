"""Columns of a Picarro log that seldom change, such as valves and status words: each text is read once for the run of rows that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.readers.picarro_fields import FIELD_WIDTH, field_texts, words
from icos_core.raw_text.delimited_text import number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from icos_atmosphere.readers.picarro_fields import Block

__all__ = ["MISSING_CODE", "code", "read_runs", "runs", "spread"]

MISSING_CODE = -1
"""Stands for a code that is not stated, or cannot be read."""

_NONE = np.empty(0, dtype=np.intp)
_PART = 8


def runs(block: Block, position: int) -> tuple[list[int], list[str]]:
    """Return the first row of each run of rows with the same text in a field, and these texts.

    Only as many bytes are compared as tell that the texts which are found are over: at first eight.

    Parameters
    ----------
    block
        (n, width) bytes of rows, contiguous; n is not 0.
    position
        Number of the column in the file.
    """
    parts: list[NDArray[np.uint64]] = []
    starts, texts = [0], field_texts(block, position, [0])
    for shift in range(0, FIELD_WIDTH - _PART, _PART):
        if shift and max(map(len, texts)) < shift:
            break
        parts.append(words(block, position, shift, "<u8")[0])
        if len(starts) > 1 or (parts[-1] != parts[-1][0]).any():
            differ = np.logical_or.reduce([part[1:] != part[:-1] for part in parts])
            starts = [0, *(np.flatnonzero(differ) + 1).tolist()]
            texts = field_texts(block, position, starts)
    return starts, texts


def spread(values: Sequence[float], starts: Sequence[int], size: int) -> Any:
    """Return the value of the run that each of `size` rows belongs to; one number where there is one run."""
    if len(values) == 1:
        return values[0]
    return np.repeat(np.array(values), np.diff([*starts, size]))


def read_runs(block: Block, position: int, convert: Callable[[str], float], values: NDArray[Any]) -> NDArray[np.intp]:
    """Read a column.

    Parameters
    ----------
    block
        (n, width) bytes of rows, contiguous; n is not 0.
    position
        Number of the column in the file.
    convert
        Makes a value of a text: NaN, or for whole numbers -1, where it is none.
    values
        (n,) array to fill.

    Returns
    -------
    ndarray
        Rows whose text is none.
    """
    starts, texts = runs(block, position)
    known = {text: convert(text) for text in dict.fromkeys(texts)}
    found = [known[text] for text in texts]
    values[:] = spread(found, starts, values.size)
    if not any(_is_missing(value) for value in known.values()):
        return _NONE
    return np.flatnonzero(np.broadcast_to(spread([_is_missing(value) for value in found], starts, values.size), values.shape))


def _is_missing(value: float) -> bool:
    return value == MISSING_CODE if isinstance(value, int) else bool(np.isnan(value))


def code(text: str, largest: int) -> int:
    """Return the whole number that a text is, -1 where it is none or beyond the largest."""
    value = number(text)
    return int(value) if value is not None and value.is_integer() and 0 <= value <= largest else MISSING_CODE
