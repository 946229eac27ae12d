"""Reader of the table ``fluxnet`` of EddyPro 7: one header row, a row for every averaging interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Reader
from icos_ecosystem.exporters.eddypro_fluxnet import column_name
from icos_ecosystem.exporters.eddypro_instruments import TEXT_COLUMNS, word_of_eddypro
from icos_ecosystem.readers.fluxnet_table import FluxnetFormat
from icos_ecosystem.readers.half_hourly_guess import guess_eddypro_fluxnet
from icos_ecosystem.readers.half_hourly_options import NamedColumnsOptions
from icos_ecosystem.vocabulary.flux_own import METEO_WORDS
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS
from icos_ecosystem.vocabulary.half_hourly import HALF_HOURLY_WORDS

if TYPE_CHECKING:
    from icos_core.components import Variable

__all__ = ["READER"]


def _codes(word: Variable) -> dict[str, int]:
    """Return EddyPro's word for a maker or model → code; of two models that it calls the same, the first."""
    codes: dict[str, int] = {}
    for meaning, code in zip(word.flag_meanings, word.flag_values, strict=True):
        name = word_of_eddypro(word.name, meaning)
        if code >= 0 and name:
            codes.setdefault(name, code)
    if "other" in word.flag_meanings:
        # What EddyPro calls generic may be any of several.
        codes |= {name: word.flag_values[word.flag_meanings.index("other")] for name in codes if name.startswith("generic_")}
    return codes


_OF_EDDYPRO = {column_name(word.name): word for word in EDDYPRO_WORDS}
_FORMAT = FluxnetFormat(
    words={**_OF_EDDYPRO, **{word.name: word for word in (*METEO_WORDS, *HALF_HOURLY_WORDS)}},
    passed_over=frozenset({"DOY_START", "DOY_END", "FILENAME_HF"}),
    codes={title: _codes(word) for title, word in _OF_EDDYPRO.items() if word.name in TEXT_COLUMNS},
    zeros_are_empty=True,
)


READER = Reader(
    name="eddypro-fluxnet",
    summary="the table fluxnet of EddyPro",
    options=NamedColumnsOptions,
    read=_FORMAT.read,
    span=_FORMAT.span,
    provides=_FORMAT.provides,
    guess=guess_eddypro_fluxnet,
)
