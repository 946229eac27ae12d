"""Words that finished products have beside those of series: what the provider's own flag says of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.vocabulary.series import words_of_gas
from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["COMMENTED", "NOT_BACKGROUND", "NOT_STATED", "PROVIDER_FLAG", "REJECTED", "bits", "finished_words", "provider_flag"]

REJECTED, NOT_BACKGROUND, COMMENTED = 1, 2, 4
"""Bits of ``<gas>_provider_flag``: not to be used; valid, but under local influence; the provider has more to say."""

NOT_STATED = -1
PROVIDER_FLAG = "provider_flag"
_BITS = {REJECTED: "rejected", NOT_BACKGROUND: "not_background", COMMENTED: "commented"}
_SUFFIXES = (
    "",
    "_uncertainty",
    "_uncertainty_repeatability",
    "_stdev",
    "_n",
    "_ltr",
    "_cmr",
    "_sttb",
    "_instrument",
    "_quality_id",
    "_atc_flag",
)


def _meaning(code: int) -> str:
    if code == NOT_STATED:
        return "not_stated"
    return "_and_".join(word for bit, word in _BITS.items() if code & bit) or "nothing_noted"


def provider_flag(gas: str) -> Variable:
    """Return the word for the provider's own flag of a gas: a category whose codes are sums of bits."""
    codes = (NOT_STATED, *range(8))
    return Variable(
        name=f"{gas}_{PROVIDER_FLAG}",
        dtype="int8",
        long_name=f"what the provider's own flag says of the mole fraction of {GASES[gas].long_name}",
        comment="sum of 1 rejected, 2 valid but not background air, 4 commented",
        flag_values=codes,
        flag_meanings=tuple(_meaning(code) for code in codes),
    )


def finished_words(gases: Iterable[str] = GASES) -> tuple[Variable, ...]:
    """Return every word that a finished product may have of some gases."""
    found: list[Variable] = []
    for gas in gases:
        wanted = {f"{gas}{suffix}" for suffix in _SUFFIXES}
        found += [word for word in words_of_gas(GASES[gas]) if word.name in wanted]
        found.append(provider_flag(gas))
    return tuple(found)


def bits(
    rejected: NDArray[np.bool_] | bool = False,
    not_background: NDArray[np.bool_] | bool = False,
    commented: NDArray[np.bool_] | bool = False,
) -> NDArray[np.int8]:
    """Return codes of the provider's flag, (n,), from what it says of each row."""
    parts = ((rejected, REJECTED), (not_background, NOT_BACKGROUND), (commented, COMMENTED))
    return np.asarray(sum(np.where(rows, bit, 0) for rows, bit in parts), dtype=np.int8)
