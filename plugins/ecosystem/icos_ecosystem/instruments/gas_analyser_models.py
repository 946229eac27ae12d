"""Models of gas analysers: path lengths, response, and what has to be known of them to correct their fluxes.

LI-COR's numbers are those that EddyPro takes for granted, Campbell's those of the makers' specifications; none is verified, and the
station's description overrides each of them. What is None has to be stated there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_ecosystem.instruments.names import model_named, model_of_eddypro

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GAS_ANALYSER_MODELS", "GasAnalyserModel", "of_eddypro", "of_model"]


@dataclass(frozen=True, kw_only=True)
class GasAnalyserModel:
    """What is known of a model.

    Attributes
    ----------
    name
        Maker and model.
    closed_path
        Whether air is drawn into a cell through a tube; None: to be stated.
    vertical_path
        Length of the optical path or of the cell, m.
    horizontal_path
        Diameter of the optical path or of the cell, m.
    time_constant
        Response time, s.
    diagnostic
        Name of its diagnostic word in :mod:`icos_ecosystem.instruments.licor_diagnostics`.
    warms_itself
        Whether its surfaces warm the air in the path, as the LI-7500's do.
    krypton
        Whether it is a krypton hygrometer, which oxygen disturbs.
    """

    name: str
    closed_path: bool | None
    vertical_path: float | None = None
    horizontal_path: float | None = None
    time_constant: float | None = None
    diagnostic: str | None = None
    warms_itself: bool = False
    krypton: bool = False


def _licor(model: str, *, closed: bool, length: float, diameter: float, diagnostic: str | None = None) -> GasAnalyserModel:
    return GasAnalyserModel(
        name=f"licor-{model}",
        closed_path=closed,
        vertical_path=length,
        horizontal_path=diameter,
        time_constant=0.1,
        diagnostic=diagnostic,
        warms_itself=diagnostic == "li7500",
    )


GAS_ANALYSER_MODELS: Mapping[str, GasAnalyserModel] = {
    model.name: model
    for model in (
        GasAnalyserModel(name="csi-ec150", closed_path=False, vertical_path=0.1538),
        GasAnalyserModel(name="csi-ec155", closed_path=True, vertical_path=0.12, horizontal_path=0.00794),
        GasAnalyserModel(name="csi-irgason", closed_path=False, vertical_path=0.1537),
        GasAnalyserModel(name="csi-kh20", closed_path=False, krypton=True),
        _licor("li6262", closed=True, length=0.152, diameter=0.013),
        _licor("li7000", closed=True, length=0.152, diameter=0.0095),
        *(_licor(model, closed=True, length=0.127, diameter=0.0127, diagnostic="li7200") for model in ("li7200", "li7200rs")),
        *(
            _licor(model, closed=False, length=0.127, diameter=0.0095, diagnostic="li7500")
            for model in ("li7500", "li7500a", "li7500rs", "li7500ds")
        ),
        _licor("li7700", closed=False, length=0.50, diameter=0.0635, diagnostic="li7700"),
        GasAnalyserModel(name="other", closed_path=None),
    )
}
"""Name → model."""

_OF_EDDYPRO = {
    **{name.partition("-")[2]: name for name in GAS_ANALYSER_MODELS if name.startswith("licor-")},
    "open_path_krypton": "csi-kh20",
    **dict.fromkeys(("generic_open_path", "generic_closed_path", "closed_path_krypton", "open_path_lyman", "closed_path_lyman"), "other"),
}


def of_model(name: str) -> GasAnalyserModel:
    """Return what is known of a model.

    Raises
    ------
    ValueError
        For a name that is not one of :data:`GAS_ANALYSER_MODELS`; ``other`` is one of which nothing is known.
    """
    return model_named(name, GAS_ANALYSER_MODELS, "gas analyser")


def of_eddypro(word: str) -> GasAnalyserModel:
    """Return the model that EddyPro's metadata call, say, ``li7200_1``.

    Raises
    ------
    ValueError
        For a word that is not known.
    """
    return model_of_eddypro(word, _OF_EDDYPRO, GAS_ANALYSER_MODELS, "gas analyser")
