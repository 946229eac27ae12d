"""The calibration scale of every row of a finished series, and its conversion to another one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.icos_atc_release_words import NOT_STATED, OTHER
from icos_atmosphere.scales import UNKNOWN, conversion, normalised_scale
from icos_atmosphere.vocabulary.gases import GASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.scales import Conversion

__all__ = ["DIFFERENCES", "VALUES", "RowScales", "conversion_text", "converted", "row_scales"]

VALUES: tuple[str, ...] = ("", "_without_spikes")
"""Ends of names of mole fractions on the scale."""

DIFFERENCES: tuple[str, ...] = (
    "_uncertainty",
    "_uncertainty_fit",
    "_uncertainty_repeatability",
    "_uncertainty_long_term_repeatability",
    "_uncertainty_assignment",
    "_uncertainty_representativeness",
    "_stdev",
    "_without_spikes_stdev",
    "_ltr",
    "_cmr",
    "_sttb",
    "_qc_bias",
    "_qc_bias_uncertainty",
    "_measurement_precision",
    "_estimated_reproducibility",
    "_scale_link",
)
"""Ends of names of differences and spreads of mole fractions on the scale. Readings before calibration are on none."""

_OF_INSTRUMENT = re.compile(r"\s*([0-9]+)\s*:\s*(.*?)\s*")


@dataclass(frozen=True)
class RowScales:
    """Scales of rows: `codes` are positions in `names`, (n,)."""

    codes: NDArray[np.intp]
    names: tuple[str, ...]

    def used(self, rows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the scales of some rows, in the order of their first use."""
        found, first = np.unique(self.codes[rows], return_index=True)
        return tuple(self.names[code] for code in found[np.argsort(first)].tolist())

    def rows(self, name: str) -> NDArray[np.bool_]:
        """Return the rows that are on a scale."""
        return np.asarray(self.codes == self.names.index(name))


def row_scales(stream: xr.Dataset, gas: str) -> RowScales:
    """Return the scale of every row of a gas.

    A reader may say it row by row (``<gas>_scale``) or by instrument (attribute ``calibration_scale_of_instruments``); otherwise the
    attribute ``calibration_scale`` holds for all rows.
    """
    attrs = stream[gas].attrs
    common = normalised_scale(str(attrs.get("calibration_scale", UNKNOWN)), gas)
    size = stream.sizes["time"]
    if f"{gas}_scale" in stream:
        word = stream[f"{gas}_scale"]
        texts = str(word.attrs.get("flag_texts", "")).split(";")
        texts[: OTHER - NOT_STATED + 1] = [UNKNOWN, common]
        return RowScales(*_distinct(np.asarray(word.values - NOT_STATED, dtype=np.intp), texts))
    codes, texts = np.zeros(size, dtype=np.intp), [common]
    if f"{gas}_instrument" in stream:
        for instrument, scale in _by_instrument(str(attrs.get("calibration_scale_of_instruments", "")), gas).items():
            texts.append(scale)
            codes[stream[f"{gas}_instrument"].values == instrument] = len(texts) - 1
    return RowScales(*_distinct(codes, texts))


def _distinct(codes: NDArray[np.intp], texts: list[str]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    names = tuple(dict.fromkeys(texts))
    return np.array([names.index(text) for text in texts], dtype=np.intp)[codes], names


def _by_instrument(text: str, gas: str) -> Mapping[int, str]:
    parts = (_OF_INSTRUMENT.fullmatch(part) for part in text.split(";"))
    return {int(part[1]): normalised_scale(part[2], gas) for part in parts if part is not None}


def converted(stream: xr.Dataset, gas: str, rows: NDArray[np.bool_], formula: Conversion) -> dict[str, NDArray[np.float64]]:
    """Return the words of a gas with some rows on another scale.

    Values are converted, ``factor x + offset``; differences and spreads are multiplied by the factor.
    """
    found = {}
    for suffixes, offset in ((VALUES, formula.offset), (DIFFERENCES, 0.0)):
        for name in (f"{gas}{suffix}" for suffix in suffixes):
            if name in stream:
                values = stream[name].values
                found[name] = np.where(rows, values * formula.factor + offset, values)
    return found


def conversion_text(gas: str, source: str, target: str) -> str:
    """Return how values came from one scale to another, for people.

    Raises
    ------
    ValueError
        Where no conversion is known.
    """
    formula = conversion(gas, source, target)
    sign = "+" if formula.offset >= 0 else "-"
    unit = GASES[gas].units
    return f"{source} to {target}: {formula.factor:.10g} x {sign} {abs(formula.offset):.10g} {unit} ({formula.reference})"
