"""Words of the result streams: one row per averaging interval as in EddyPro's table ``fluxnet``, and (co)spectra.

Names and units are those of that table, which follows FLUXNET; the gas that EddyPro calls NONE is N2O. Counts, flags and
ratios are numbers with NaN where missing; makes, models and methods are codes with -1 where not stated. Nanomoles for methane
and nitrous oxide follow FLUXNET; no file of EddyPro with these gases was at hand to confirm it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.exceptions import DataError, hint
from icos_ecosystem.vocabulary.flux_air import AIR_WORDS, CONCENTRATION_WORDS, LAG_WORDS
from icos_ecosystem.vocabulary.flux_instruments import DIAGNOSTIC_WORDS, INSTRUMENT_WORDS, SITE_WORDS
from icos_ecosystem.vocabulary.flux_methods import CUSTOM_COUNT_WORDS, METHOD_WORDS
from icos_ecosystem.vocabulary.flux_own import METEO_WORDS, SPECTRA_WORDS, STORAGE_WORDS, UNCERTAINTY_WORDS
from icos_ecosystem.vocabulary.flux_raw_tests import QUALITY_WORDS, RAW_TEST_WORDS
from icos_ecosystem.vocabulary.flux_stages import STAGE_WORDS
from icos_ecosystem.vocabulary.flux_statistics import STATISTICS_WORDS
from icos_ecosystem.vocabulary.flux_turbulence import FLUX_WORDS_PROPER, FOOTPRINT_WORDS, TURBULENCE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Variable

__all__ = ["EDDYPRO_WORDS", "FLUX_STREAM", "FLUX_WORDS", "SPECTRA_STREAM", "SPECTRA_WORDS", "word"]

FLUX_STREAM = "fluxes"
SPECTRA_STREAM = "spectra"

EDDYPRO_WORDS: tuple[Variable, ...] = (
    *FLUX_WORDS_PROPER,
    *TURBULENCE_WORDS,
    *AIR_WORDS,
    *CONCENTRATION_WORDS,
    *LAG_WORDS,
    *STATISTICS_WORDS,
    *FOOTPRINT_WORDS,
    *STAGE_WORDS,
    *RAW_TEST_WORDS,
    *QUALITY_WORDS,
    *DIAGNOSTIC_WORDS,
    *METHOD_WORDS,
    *SITE_WORDS,
    *INSTRUMENT_WORDS,
    *CUSTOM_COUNT_WORDS,
)
"""The columns of EddyPro's table ``fluxnet`` after time stamps and file name, in its order."""

FLUX_WORDS: tuple[Variable, ...] = (*EDDYPRO_WORDS, *UNCERTAINTY_WORDS, *STORAGE_WORDS, *METEO_WORDS)
"""All words of the stream ``fluxes``."""

_BY_NAME: Mapping[str, Variable] = {each.name: each for each in (*FLUX_WORDS, *SPECTRA_WORDS)}


def word(name: str) -> Variable:
    """Return the word of a variable of ``fluxes`` or ``spectra``.

    Raises
    ------
    icos_core.DataError
        If there is no such word; with the nearest one.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        message = f"{name!r} is no word of the flux table{hint(name, _BY_NAME)}"
        raise DataError(message) from None
