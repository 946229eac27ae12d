"""Type words of General Oceanics 8050 files, and why a line is not kept."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from icos_ocean.readers.general_oceanics_columns import normalised
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from icos_ocean.readers.general_oceanics_options import GeneralOceanicsOptions

__all__ = ["HOUSEKEEPING", "REASONS", "Rejection", "TypeWord", "TypeWords", "without_draining"]

HOUSEKEEPING = ("FILTER", "WAKE UP", "GO TO SLEEP", "SHUT DOWN", "EMERGENCY STOP", "IGN")
"""Type words of lines that hold no measurement."""

_DRAIN = re.compile(r"\s*-\s*drain", re.IGNORECASE)


class Rejection(IntEnum):
    """Why a line is not kept: the first reason that applies."""

    KEPT = 0
    BLANK = 1
    NUL = 2
    HEADER = 3
    UNUSABLE_HEADER = 4
    HOUSEKEEPING = 5
    NO_TYPE = 6
    UNKNOWN_TYPE = 7
    TOO_FEW = 8
    TOO_MANY = 9
    ERROR = 10
    TIME = 11


REASONS: dict[Rejection, str] = {
    Rejection.BLANK: "blank line",
    Rejection.NUL: "NUL bytes in the line",
    Rejection.HEADER: "header line again",
    Rejection.UNUSABLE_HEADER: "under a header that cannot be used",
    Rejection.HOUSEKEEPING: "housekeeping line",
    Rejection.NO_TYPE: "no type word",
    Rejection.UNKNOWN_TYPE: "unknown type word",
    Rejection.TOO_FEW: "too few fields",
    Rejection.TOO_MANY: "too many fields",
    Rejection.ERROR: "error column is not 0",
    Rejection.TIME: "no valid date and time",
}
"""The reasons in words."""


def without_draining(word: str) -> str:
    """Return a type word without the ``-DRAIN`` that says that water was drained meanwhile."""
    return _DRAIN.sub("", word)


class TypeWord(NamedTuple):
    """What a type word means: whether its lines are kept, the code of the run type, and whether water is drained."""

    fate: Rejection
    run_type: int = 0
    draining: int = 0


class TypeWords:
    """The type words that a station's instrument writes."""

    def __init__(self, options: GeneralOceanicsOptions) -> None:
        self.known = (*RUN_TYPES, *HOUSEKEEPING, *options.run_types, *options.housekeeping)
        self._meanings = {normalised(word): TypeWord(Rejection.HOUSEKEEPING) for word in HOUSEKEEPING}
        self._meanings["type"] = TypeWord(Rejection.HEADER)
        for word, code in RUN_TYPES.items():
            self._meanings[normalised(word)] = TypeWord(Rejection.KEPT, code)
        for word, run_type in options.run_types.items():
            self._meanings[normalised(word)] = TypeWord(Rejection.KEPT, RUN_TYPES[run_type])
        for word in options.housekeeping:
            self._meanings[normalised(word)] = TypeWord(Rejection.HOUSEKEEPING)

    def meaning(self, word: str) -> TypeWord:
        """Return what a word means; with ``-DRAIN`` it is the same run type while water is drained."""
        name = normalised(word)
        if name in self._meanings:
            return self._meanings[name]
        gas = self._meanings.get(without_draining(name))
        if gas is not None and gas.fate == Rejection.KEPT:
            return gas._replace(draining=1)
        return TypeWord(Rejection.UNKNOWN_TYPE)
