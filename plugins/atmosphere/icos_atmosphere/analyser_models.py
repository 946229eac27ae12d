"""Models of analysers of every maker: what the calibrator and the usual tests need to know of them.

What is known of Picarro's stands in `readers/picarro_models`. The analysers of other makers here write a row for each measurement, which
renews every reading, so that no row repeats another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_atmosphere.readers.picarro_models import MODELS, Model
from icos_atmosphere.readers.picarro_models import model_of as picarro_model_of
from icos_core.exceptions import hint

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Model", "model_of", "unknown_model"]


class _Maker(NamedTuple):
    """What models of a maker have in common; `pattern` is found at the beginning of the name's letters and digits."""

    pattern: re.Pattern[str]
    method: str
    valve: str | None
    nominal_status: int | None


_MAKERS: Sequence[_Maker] = (
    _Maker(
        re.compile(r"(losgatos|lgr|abb|ugga|mgga|fgga|gga|n2om|n2oi|n2oco)"),
        "Off-axis integrated cavity output spectrometer, Los Gatos/ABB {name}",
        None,
        None,
    ),
    # DIAG is 0 in every row of the two files that were seen.
    _Maker(re.compile(r"(licor)?li78\d\d"), "Optical feedback cavity-enhanced absorption spectrometer, LI-COR {name}", None, 0),
    _Maker(re.compile(r"(aeris|mira|pico)"), "Mid-infrared laser absorption spectrometer, Aeris {name}", "inlet_number", None),
)


def model_of(name: str) -> Model:
    """Return what is known of a model, spelt freely.

    Parameters
    ----------
    name
        ``Picarro G2401``, ``UGGA``, ``LI-7810``, ``MIRA Ultra``. Of one that is not known nothing is assumed, see
        :func:`icos_atmosphere.readers.picarro_models.model_of`.
    """
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    for maker in _MAKERS:
        if maker.pattern.match(letters):
            return Model(
                name=name,
                method=maker.method.format(name=name),
                valve=maker.valve,
                nominal_status=maker.nominal_status,
                every_row=True,
            )
    return picarro_model_of(name)


def unknown_model(name: str) -> str | None:
    """Return what to say of a model of which nothing is known, with the nearest name; None where something is."""
    if model_of(name).method != name:
        return None
    return f"nothing is known of the model {name!r}{hint(name, MODELS)}: new readings are told by their change, no status word is expected"
