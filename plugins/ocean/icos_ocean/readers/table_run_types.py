"""Words of a column → run types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from icos_core.exceptions import nearest
from icos_ocean.readers.general_oceanics_types import without_draining
from icos_ocean.readers.underway_table_layout import plain
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["KNOWN_WORDS", "Meaning", "RunTypes"]


class Meaning(NamedTuple):
    """What becomes of a line with a word, and the codes of its run type."""

    fate: Literal["kept", "housekeeping", "unknown"]
    code: int = 0
    draining: int = 0


class RunTypes:
    """What the words of a station's logger mean: its own, and those of the vocabulary; ``-DRAIN`` is understood."""

    def __init__(self, run_types: Mapping[str, str], housekeeping: Sequence[str]) -> None:
        self._meanings = {plain(word): Meaning("kept", code) for word, code in RUN_TYPES.items()}
        self._meanings |= {plain(word): Meaning("kept", RUN_TYPES[run_type]) for word, run_type in run_types.items()}
        self._meanings |= {plain(word): Meaning("housekeeping") for word in housekeeping}
        self._known = (*RUN_TYPES, *run_types, *housekeeping)

    def knows(self, word: str) -> bool:
        """Whether a word means anything."""
        return self.meaning(word).fate != "unknown"

    def meaning(self, word: str) -> Meaning:
        """Return what a word means."""
        name = plain(word)
        if name in self._meanings:
            return self._meanings[name]
        gas = self._meanings.get(without_draining(name))
        return gas._replace(draining=1) if gas is not None and gas.fate == "kept" else Meaning("unknown")

    def complaint(self, word: str) -> str:
        """Say that a word is not known."""
        close = nearest(word, self._known)
        near = f"; nearest {close!r}" if close else ""
        return f"{word[:30]!r} is no run type{near}; run_types or housekeeping says what it is"


KNOWN_WORDS = RunTypes({}, ())
"""What needs no description."""
