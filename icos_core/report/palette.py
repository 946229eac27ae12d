"""The colours of the whole suite: one palette that people with colour-vision deficiency can read.

Good, not evaluated, questionable, bad and missing wear the same colours in every figure and on the page, and each has a mark of its
own, so that nothing hangs on colour alone. Series take colours from the two sources below that nobody can take for a flag; values
along a scale take `SCALE`, which is even in lightness, and values of both signs `DIVERGING`.

References
----------
Okabe, M., Ito, K. (2008): Color universal design. https://jfly.uni-koeln.de/color/
Tol, P. (2021): Colour schemes. SRON/EPS/TN/09-002, issue 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE

__all__ = ["DIVERGING", "FLAGS", "GRID", "INK", "MUTED_INK", "SCALE", "SERIES", "FlagStyle"]


@dataclass(frozen=True, kw_only=True)
class FlagStyle:
    """How one primary flag looks: its word, its colour and its matplotlib marker."""

    word: str
    colour: str
    marker: str


FLAGS: dict[int, FlagStyle] = {
    GOOD: FlagStyle(word="good", colour="#0072B2", marker="."),
    NOT_EVALUATED: FlagStyle(word="not evaluated", colour="#56B4E9", marker="."),
    QUESTIONABLE: FlagStyle(word="questionable", colour="#CC7A00", marker="^"),
    BAD: FlagStyle(word="bad", colour="#A50026", marker="x"),
    MISSING: FlagStyle(word="missing", colour="#8C8C8C", marker="|"),
}
"""Primary flag → how it looks."""

SERIES: tuple[str, ...] = ("#009E73", "#332288", "#AA3377", "#000000", "#77AADD", "#99DDFF", "#EECC66", "#CAACCB")
"""Colours of series beside the main one of a panel, which wears the colour of good data; take them in this order: lines before areas."""

SCALE = "viridis"
"""Matplotlib's name of the colour map for values along a scale."""

DIVERGING = "PRGn_r"
"""Matplotlib's name of the colour map for values of both signs: green below zero, white at zero, purple above."""

INK, MUTED_INK, GRID = "#1A1A1A", "#595959", "#D9D9D9"
"""Text, secondary text and lines of the grid."""
