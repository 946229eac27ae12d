"""A second sensor of one kind: the name of the vocabulary with a number, ``sst_2``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from icos_core.components import Variable

__all__ = ["numbered"]

_NUMBERED = re.compile(r"(.+)_([2-9])")


def numbered(name: str) -> Variable | None:
    """Return the word of a quantity, of a second to ninth sensor of it (``sst_2``), or None where the vocabulary knows neither."""
    match = _NUMBERED.fullmatch(name)
    word = VOCABULARY.get(name) or (VOCABULARY.get(match[1]) if match is not None else None)
    if word is None or word.flag_values:
        return None
    if word.name == name or match is None:
        return word
    return replace(word, name=name, long_name=f"{word.long_name}, sensor {match[2]}")
