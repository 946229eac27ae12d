"""Words of the FLUXNET product at every resolution, made of the half-hourly ones, and of its table of thresholds.

Of days, weeks, months and years fluxes of carbon are in grams of carbon, a day's or a year's; of night and day alone they stay in
micromoles. Qualities become shares of records.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_templates import number, quantity
from icos_ecosystem.vocabulary.fluxnet_columns import RESOLUTIONS, fluxnet_columns
from icos_ecosystem.vocabulary.fluxnet_half_hourly import FLUXNET_OWNERS, FLUXNET_WORDS
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

if TYPE_CHECKING:
    from icos_core.components import Variable

__all__ = [
    "FLUXNET_RESOLUTIONS",
    "MEMBERS_STREAM",
    "THRESHOLD_TABLE",
    "THRESHOLD_TABLE_WORDS",
    "fluxnet_stream",
    "fluxnet_words",
    "member_words",
]

FLUXNET_RESOLUTIONS = RESOLUTIONS
THRESHOLD_TABLE = "fluxnet/ustar"
MEMBERS_STREAM = "fluxnet/members"
_LAYERS = ("1",)
_OVER = {"dd": "daily", "ww": "weekly", "mm": "monthly", "yy": "yearly"}
_CARBON = ("NEE_", "GPP_", "RECO_")
_WORDS = {**TABLE_WORDS, **{word.name: word for word in (*GRID_WORDS, *FLUXNET_WORDS)}}
_UNFILLED = frozenset(word.name for word in GRID_WORDS)
_ENDS = {
    "_QC": "quality of",
    "_SD": "standard deviation of",
    "_RANDUNC": "random uncertainty of",
    "_JOINTUNC": "joint uncertainty of",
}

THRESHOLD_TABLE_WORDS: tuple[Variable, ...] = (
    number("YEAR", "year in which the threshold holds"),
    number("PERCENTILE", "percentile of the thresholds that the version is made with", "missing for the median threshold, as in ONEFlux"),
    quantity("THRESHOLD", "m s-1", "friction-velocity threshold"),
)
"""Numbers of the table; beside them stand ``VARIABLE`` and ``RESOLUTION`` in words."""


def fluxnet_stream(resolution: str) -> str:
    """Return the name of the stream of a resolution."""
    return f"fluxnet/{resolution}"


@cache
def fluxnet_words(resolution: str) -> tuple[Variable, ...]:
    """Return the words of a resolution in the order of FLUXNET's columns.

    Parameters
    ----------
    resolution
        ``hh`` (hours too), ``dd``, ``ww``, ``mm`` or ``yy``.
    """
    names = [name.replace("#", layer) for name in fluxnet_columns(resolution) for layer in (_LAYERS if "#" in name else ("",))]
    made = {name: _half_hourly(name) if resolution == "hh" else _coarse(name, resolution) for name in names}
    return tuple(_owned(word) for word in made.values() if word is not None) + (_cumulated() if resolution == "dd" else ())


def _cumulated() -> tuple[Variable, ...]:
    """Return the words of what versions have cumulated, which no column of FLUXNET holds."""
    text = "percentile over the thresholds of net ecosystem exchange cumulated from the beginning of the year"
    return tuple(
        replace(quantity(f"NEE_{pool}_CUMULATED_{share}", "g m-2", f"{share}th {text}"), attributes={"describes": f"NEE_{pool}_REF"})
        for pool in ("CUT", "VUT")
        for share in ("16", "84")
    )


@cache
def member_words() -> tuple[Variable, ...]:
    """Return the words of all versions of the fluxes of carbon, half-hourly."""
    versions = [word for word in FLUXNET_WORDS if word.name.startswith(_CARBON) and word.name.endswith("_USTAR50")]
    found = []
    for word in versions:
        name, text = word.name.removesuffix("_USTAR50"), word.long_name.replace("median threshold", "every threshold")
        found.append(replace(word, name=name, long_name=text))
        if name.startswith("NEE"):
            found.append(number(f"{name}_QC", f"quality of the {text}", "0 measured, 1 good, 2 medium, 3 poor"))
    return tuple(found)


def _owned(word: Variable) -> Variable:
    """Return a word with the quantity that it says something of, where it is none itself."""
    owner = _owner(word.name)
    return word if owner is None else replace(word, attributes={**word.attributes, "describes": owner})


def _owner(name: str) -> str | None:
    if name in _COUNTED:
        return _COUNTED[name]
    if name in FLUXNET_OWNERS:
        return FLUXNET_OWNERS[name]
    stem, end = _split(name)
    stem, part = next(((stem.removesuffix(each), each) for each in _PARTS if stem.endswith(each)), (stem, ""))
    owner = FLUXNET_OWNERS.get(stem, stem)
    # What is itself a spread or an uncertainty of something has no night and day.
    return f"{owner}{part}" if end or owner != stem else None


def _half_hourly(name: str) -> Variable | None:
    return _WORDS.get(name)


def _coarse(name: str, resolution: str) -> Variable | None:
    """Return the word of a day, week, month or year; None for what has no half-hourly word."""
    over = _OVER[resolution]
    fixed = _counts(over).get(name)
    if fixed is not None:
        return fixed
    stem, end = _split(name)
    stem, part = next(((stem.removesuffix(each), words) for each, words in _PARTS.items() if stem.endswith(each)), (stem, ""))
    word = _WORDS.get(stem)
    if word is None:
        return None
    of = f"{word.long_name.replace(' in the interval', '')}{part}, {over}"
    if end == "_QC":
        share = "that are measured" if stem in _UNFILLED else "measured or filled with confidence"
        return number(name, f"quality of {of}", f"share of the records {share}")
    units = _units(word, resolution, alone=bool(part))
    if not end:
        return replace(word, name=name, units=units, long_name=of, comment="of carbon" if units.startswith("g ") else "")
    return quantity(name, "K" if units == "degree_C" else units, f"{_ENDS[end]} {of}")


_COUNTED = {
    "NIGHT": "SW_IN_POT",
    **{f"{part}_{what}": "NEE_VUT_USTAR50" for part in ("NIGHT", "DAY") for what in ("D", "RANDUNC_N")},
}
_PARTS = {"_NIGHT": ", by night", "_DAY": ", by day"}


def _split(name: str) -> tuple[str, str]:
    """Return what a name is about, and what of it."""
    if name in _WORDS and not name.endswith("_QC"):
        return name, ""
    end = next((each for each in _ENDS if name.endswith(each)), "")
    return name.removesuffix(end), end


def _units(word: Variable, resolution: str, *, alone: bool) -> str:
    if word.name.startswith(_CARBON) and word.units == "umol m-2 s-1" and not alone:
        return "g m-2 year-1" if resolution == "yy" else "g m-2 d-1"
    if word.units == "mm":
        return "mm year-1" if resolution == "yy" else "mm d-1"
    return word.units


@cache
def _counts(over: str) -> dict[str, Variable]:
    """Return the words of what is counted."""
    made = [
        *(number(f"{part}_D", f"records by {part.lower()}, {over} mean") for part in ("NIGHT", "DAY")),
        *(number(f"{part}_RANDUNC_N", f"records by {part.lower()} with a random uncertainty, {over} mean") for part in ("NIGHT", "DAY")),
        replace(_WORDS["EBC_CF_N"], comment="of weeks, months and years with method 1 the share of half hours"),
        _WORDS["EBC_CF_METHOD"],
    ]
    return {word.name: word for word in made}
