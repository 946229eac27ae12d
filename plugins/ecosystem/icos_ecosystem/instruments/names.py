"""Instruments by their names: those of this suite and those of EddyPro's metadata."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["model_named", "model_of_eddypro"]

Model = TypeVar("Model")


def model_named(name: str, models: Mapping[str, Model], kind: str) -> Model:
    """Return what is known of a model.

    Raises
    ------
    ValueError
        For a name that is not one of `models`.
    """
    if name not in models:
        raise ValueError(f"{kind} {name!r} is not known: expected one of {', '.join(models)}{hint(name, models)}")
    return models[name]


def model_of_eddypro(word: str, names: Mapping[str, str], models: Mapping[str, Model], kind: str) -> Model:
    """Return the model that EddyPro's metadata call, say, ``hs_50_1``: the last number counts instruments and is left out.

    Raises
    ------
    ValueError
        For a word that is none of `names`.
    """
    short = re.sub(r"_\d$", "", word.strip().lower())
    if short not in names:
        known = [f"{name}_1" for name in names]
        raise ValueError(f"EddyPro's {kind} {word!r} is not known: expected one of {', '.join(known)}{hint(word, known)}")
    return models[names[short]]
