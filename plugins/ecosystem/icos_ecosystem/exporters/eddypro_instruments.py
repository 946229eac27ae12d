"""Makes and models of instruments in EddyPro's words: ``gill-hs-50`` is called ``hs_50_1`` there."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_instruments import INSTRUMENT_WORDS

__all__ = ["TEXT_COLUMNS", "word_of_eddypro"]

TEXT_COLUMNS = frozenset(word.name for word in INSTRUMENT_WORDS if word.flag_values)
"""Columns that hold words."""

_SONICS = {
    "csi-irgason": "generic_anemometer_1",
    "gill-windmaster": "wm_1",
    "gill-windmaster-pro": "wmpro_1",
    "metek-usonic3-cage-mp": "usonic3_cage_1",
    "metek-usonic3-class-a": "usonic3_classa_1",
    "other": "generic_anemometer_1",
}
_ANALYSERS = {
    "csi-ec150": "generic_open_path_1",
    "csi-ec155": "generic_closed_path_1",
    "csi-irgason": "generic_open_path_1",
    "csi-kh20": "open_path_krypton_1",
    "other": "",
}


def word_of_eddypro(column: str, word: str) -> str:
    """Return EddyPro's word for that of a category, empty where it has none.

    Models end in the number of the instrument, which is always the first. Models that EddyPro does not know are its generic ones.
    """
    if not word or not column.startswith("BADM_INST_MODEL"):
        return word
    special = _SONICS if column.endswith("_SA") else _ANALYSERS
    return special.get(word, f"{word.partition('-')[2].replace('-', '_')}_1")
