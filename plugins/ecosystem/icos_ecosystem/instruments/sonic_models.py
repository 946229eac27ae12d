"""Models of sonic anemometers: path lengths, response, axes and what their makers left to correct.

The numbers are those that EddyPro takes for granted. They are not verified against the makers' drawings, and an open issue of EddyPro says
that some may be wrong: the station's description overrides each of them. What is None has to be stated there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_core.exceptions import hint
from icos_ecosystem.instruments.angle_of_attack import boost_vertical_wind, nakai_2006, nakai_2012
from icos_ecosystem.instruments.names import model_named, model_of_eddypro

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Wind = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

__all__ = ["SONIC_MODELS", "SonicModel", "of_eddypro", "of_model"]

_ATTACK_ANGLE = {"nakai-2006": nakai_2006, "nakai-2012": nakai_2012}
_BOOSTED_FIRMWARE = re.compile(r"2329[.\-](\d+)\b")
_FIRST_GOOD_BUILD = 700


@dataclass(frozen=True, kw_only=True)
class SonicModel:
    """What is known of a model.

    Attributes
    ----------
    name
        Maker and model.
    vertical_path, horizontal_path
        Lengths of a transducer path in the vertical and in the horizontal, m.
    time_constant
        Response time, s.
    north_offset
        What is added to wind directions beside the station's offset, degrees.
    left_handed
        Whether the second axis points the other way than that of a right-handed system.
    path_elevation
        Angle between a transducer path and the horizontal, degrees; None where the geometry is not published.
    single_path
        Whether the sonic temperature is that of the first path alone, not the mean of three.
    corrects_cross_wind
        Whether the firmware corrects the sonic temperature for cross wind.
    needs_cross_wind
        Whether the sonic temperature is of no use before that correction.
    diagnostic
        Name of its diagnostic word in :mod:`icos_ecosystem.instruments.licor_diagnostics`.
    attack_angle_methods
        Corrections of the angle of attack that were made for it.
    """

    name: str
    vertical_path: float | None = None
    horizontal_path: float | None = None
    time_constant: float | None = None
    north_offset: float = 0.0
    left_handed: bool = False
    path_elevation: float | None = None
    single_path: bool = False
    corrects_cross_wind: bool = False
    needs_cross_wind: bool = False
    diagnostic: str | None = None
    attack_angle_methods: tuple[str, ...] = ()

    def boosted(self, firmware: str) -> bool:
        """Return whether units with this firmware measure too weak a vertical wind: WindMasters with 2329.x, x below 700."""
        found = _BOOSTED_FIRMWARE.search(firmware)
        return self.name.startswith("gill-windmaster") and found is not None and int(found[1]) < _FIRST_GOOD_BUILD

    def boost(self, w: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vertical wind [m s-1] that such a unit should have measured."""
        return boost_vertical_wind(w)

    def attack_angle(self, method: str, u: NDArray[np.float64], v: NDArray[np.float64], w: NDArray[np.float64]) -> Wind:
        """Return the wind [m s-1], corrected for the angle of attack by one of `attack_angle_methods`.

        Raises
        ------
        ValueError
            For a method that was not made for the model.
        """
        methods = self.attack_angle_methods
        if method not in methods:
            expected = f"expected one of {', '.join(methods)}{hint(method, methods)}" if methods else "expected none"
            raise ValueError(f"angle of attack: {method!r} was not made for {self.name}, {expected}")
        return _ATTACK_ANGLE[method](u, v, w)


def _campbell(name: str, diagnostic: str | None = None) -> SonicModel:
    return SonicModel(
        name=name,
        vertical_path=0.115,
        horizontal_path=0.058,
        time_constant=1.0 / 60.0,
        north_offset=-180.0,
        path_elevation=60.0,
        corrects_cross_wind=True,
        diagnostic=diagnostic,
    )


def _gill(name: str, rate: float, diagnostic: str, *methods: str, elevation: float = 45.0, old: bool = False) -> SonicModel:
    windmaster = name.startswith("gill-windmaster")
    return SonicModel(
        name=name,
        vertical_path=None if windmaster else 0.125,
        horizontal_path=None if windmaster else 0.110,
        time_constant=1.0 / rate,
        left_handed=old,
        path_elevation=elevation,
        single_path=old,
        needs_cross_wind=old,
        diagnostic=diagnostic,
        attack_angle_methods=methods,
    )


def _usonic3(name: str) -> SonicModel:
    return SonicModel(
        name=name, vertical_path=0.131, horizontal_path=0.099, time_constant=1.0 / 30.0, north_offset=90.0, path_elevation=45.0
    )


SONIC_MODELS: Mapping[str, SonicModel] = {
    model.name: model
    for model in (
        _campbell("csi-csat3", "csat3"),
        _campbell("csi-csat3b", "csat3b"),
        _campbell("csi-irgason"),
        _gill("gill-hs-50", 50.0, "gill_hs", elevation=48.75),
        _gill("gill-hs-100", 100.0, "gill_hs", elevation=48.75),
        _gill("gill-r2", 50.0, "gill_r2", "nakai-2006", old=True),
        _gill("gill-r3-50", 50.0, "gill_r3", "nakai-2006"),
        _gill("gill-r3-100", 100.0, "gill_r3", "nakai-2006"),
        _gill("gill-windmaster", 32.0, "gill_wm", "nakai-2012"),
        _gill("gill-windmaster-pro", 40.0, "gill_wmpro", "nakai-2012"),
        SonicModel(name="metek-usa1-standard", time_constant=1.0 / 25.0, left_handed=True, path_elevation=45.0),
        SonicModel(name="metek-usa1-fast", time_constant=1.0 / 50.0, left_handed=True, path_elevation=45.0),
        _usonic3("metek-usonic3-cage-mp"),
        _usonic3("metek-usonic3-class-a"),
        SonicModel(name="young-81000", vertical_path=0.150, time_constant=1.0 / 40.0, north_offset=-90.0, diagnostic="young_81000"),
        SonicModel(name="other"),
    )
}
"""Name → model."""

_OF_EDDYPRO = {
    **{name.partition("-")[2].replace("-", "_"): name for name in SONIC_MODELS if name not in {"other", "csi-irgason"}},
    "wm": "gill-windmaster",
    "wmpro": "gill-windmaster-pro",
    "usonic3_classa": "metek-usonic3-class-a",
    "usonic3_cage": "metek-usonic3-cage-mp",
    "generic_anemometer": "other",
}


def of_model(name: str) -> SonicModel:
    """Return what is known of a model.

    Raises
    ------
    ValueError
        For a name that is not one of :data:`SONIC_MODELS`; ``other`` is one of which nothing is known.
    """
    return model_named(name, SONIC_MODELS, "sonic anemometer")


def of_eddypro(word: str) -> SonicModel:
    """Return the model that EddyPro's metadata call, say, ``hs_50_1``.

    Raises
    ------
    ValueError
        For a word that is not known.
    """
    return model_of_eddypro(word, _OF_EDDYPRO, SONIC_MODELS, "sonic anemometer")
