"""People's flags: ``flags.csv`` beside the station description.

One row per flag: identifier, stream, variable, from, to (half-open, in instrument time), flag, who, when, why, withdrawn. A flag survives
every reprocessing and wins over tests, never over missing. ``accept`` keeps the automatic flag and says that a person looked at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FLAG_WORDS", "PersonFlag"]

FLAG_WORDS: dict[str, int | None] = {"good": 1, "questionable": 3, "bad": 4, "accept": None}


@dataclass(frozen=True, kw_only=True)
class PersonFlag:
    """One flag that a person set.

    `flag` is 1 good, 3 questionable, 4 bad, or None for "accept what the tests say".
    """

    id: str
    stream: str
    variable: str
    start: np.datetime64
    end: np.datetime64
    flag: int | None
    who: str
    when: str
    why: str
    withdrawn: str = ""

    def rows(self, time: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Rows of an increasing time axis that the flag covers."""
        covered = np.zeros(time.shape, dtype=bool)
        covered[np.searchsorted(time, self.start) : np.searchsorted(time, self.end)] = True
        return covered
