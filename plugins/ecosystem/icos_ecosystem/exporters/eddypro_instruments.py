"""Makes and models of instruments in EddyPro's words: ``gill-hs-50`` is called ``hs_50_1`` there."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_instruments import INSTRUMENT_WORDS

__all__ = ["TEXT_COLUMNS", "word_of_eddypro"]

TEXT_COLUMNS = frozenset(word.name for word in INSTRUMENT_WORDS if word.flag_values)
"""Columns that hold words."""

_SHORTENED = {"gill-windmaster": "wm_1", "gill-windmaster-pro": "wmpro_1", "metek-usonic3-class-a": "usonic3_classa_1"}
_OTHER = "other"


def word_of_eddypro(column: str, word: str) -> str:
    """Return EddyPro's word for that of a category; models end in the number of the instrument, which is always the first."""
    if not column.startswith("BADM_INST_MODEL"):
        return word
    if word == _OTHER:
        return f"{word}_1"
    _, _, model = word.partition("-")
    return _SHORTENED.get(word, f"{model.replace('-', '_')}_1")
