"""Reader of the table ``fluxnet`` of EddyPro 7: one header row, a row for every averaging interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Reader
from icos_ecosystem.exporters.eddypro_fluxnet import column_name
from icos_ecosystem.exporters.eddypro_instruments import TEXT_COLUMNS
from icos_ecosystem.instruments.gas_analyser_models import of_eddypro as analyser_of_eddypro
from icos_ecosystem.instruments.sonic_models import of_eddypro as sonic_of_eddypro
from icos_ecosystem.readers.fluxnet_table import FluxnetFormat
from icos_ecosystem.readers.half_hourly_guess import guess_eddypro_fluxnet
from icos_ecosystem.readers.half_hourly_options import NamedColumnsOptions
from icos_ecosystem.readers.raw_columns import NO_CODE
from icos_ecosystem.vocabulary.flux_own import METEO_WORDS
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS
from icos_ecosystem.vocabulary.half_hourly import HALF_HOURLY_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from icos_core.components import Variable

__all__ = ["READER"]


def _code(word: Variable) -> Callable[[str], int]:
    """Return what makes codes of EddyPro's words for a maker, a model or a setting."""
    codes = dict(zip(word.flag_meanings, word.flag_values, strict=True))
    if "MODEL" not in word.name:
        return lambda text: codes.get(text, NO_CODE)
    model_of = sonic_of_eddypro if word.name.endswith("_SA") else analyser_of_eddypro

    def code(text: str) -> int:
        try:
            return codes.get(model_of(text).name, NO_CODE)
        except ValueError:
            return NO_CODE

    return code


_OF_EDDYPRO = {column_name(word.name): word for word in EDDYPRO_WORDS}
_FORMAT = FluxnetFormat(
    words={**_OF_EDDYPRO, **{word.name: word for word in (*METEO_WORDS, *HALF_HOURLY_WORDS)}},
    passed_over=frozenset({"DOY_START", "DOY_END", "FILENAME_HF"}),
    codes={title: _code(word) for title, word in _OF_EDDYPRO.items() if word.name in TEXT_COLUMNS},
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
