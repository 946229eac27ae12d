"""The atmosphere's vocabulary: every variable that readers provide and calibrators require or provide.

Names, units and CF attributes stand here once. An analyser of a third party feeds the calibrator `mole-fraction` by providing the
measured words; products and exporters know the words of series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.vocabulary.gases import GASES, Gas
from icos_atmosphere.vocabulary.measured import MEASURED
from icos_atmosphere.vocabulary.series import ATC_FLAGS, INTERVALS, UNCERTAINTY_TERMS, series_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Variable

__all__ = ["ATC_FLAGS", "GASES", "INTERVALS", "MEASURED", "UNCERTAINTY_TERMS", "VOCABULARY", "Gas", "series_words"]

VOCABULARY: Mapping[str, Variable] = {word.name: word for words in (MEASURED, series_words()) for word in words}
"""All words by name."""
