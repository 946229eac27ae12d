"""Exchange of CO2 between sea and air: Schmidt number, solubility, and transfer velocity from wind.

Temperature is in °C, wind speed in m s⁻¹ at 10 m, transfer velocity in cm h⁻¹, solubility in mol L⁻¹ atm⁻¹.

References
----------
Wanninkhof, R. (2014), Relationship between wind speed and gas exchange over the ocean revisited, Limnol. Oceanogr. Methods 12,
351-362, doi:10.4319/lom.2014.12.351.
Weiss, R. F. (1974), Carbon dioxide in water and seawater: the solubility of a non-ideal gas, Mar. Chem. 2, 203-215,
doi:10.1016/0304-4203(74)90015-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from icos_ocean.seawater_co2 import ZERO_CELSIUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "MMOL_PER_DAY",
    "Transfer",
    "TransferMethod",
    "TransferVelocity",
    "Wind",
    "schmidt_number",
    "solubility",
    "solubility_per_mass",
    "transfer_velocity",
]

TransferMethod = Literal["wanninkhof-2014", "nightingale-2000", "ho-2006", "sweeney-2007", "wanninkhof-2009", "mcgillis-2001"]

DEFAULT_METHOD: TransferMethod = "wanninkhof-2014"

MMOL_PER_DAY = 0.24
"""Turns cm h⁻¹ × mol L⁻¹ atm⁻¹ × µatm into mmol m⁻² d⁻¹."""


def schmidt_number(temperature: ArrayLike) -> FloatArray:
    """Schmidt number of CO2 in sea water of salinity 35, -2 to 40 °C.

    Parameters
    ----------
    temperature : array_like
        °C.

    References
    ----------
    Wanninkhof (2014), table 1.
    """
    t = np.asarray(temperature, dtype=np.float64)
    return 2116.8 + t * (-136.25 + t * (4.7353 + t * (-0.092307 + t * 0.0007555)))


def solubility(temperature: ArrayLike, salinity: ArrayLike) -> FloatArray:
    """Solubility K0 of CO2 in sea water per volume, mol L⁻¹ atm⁻¹.

    Parameters
    ----------
    temperature : array_like
        °C.
    salinity : array_like
        Practical salinity.

    References
    ----------
    Weiss (1974), table I; Wanninkhof (2014), table 2.
    """
    return _solubility(temperature, salinity, (-58.0931, 90.5069, 22.2940), (0.027766, -0.025888, 0.0050578))


def solubility_per_mass(temperature: ArrayLike, salinity: ArrayLike) -> FloatArray:
    """Solubility K0 of CO2 in sea water per mass, mol kg⁻¹ atm⁻¹.

    Parameters
    ----------
    temperature : array_like
        °C.
    salinity : array_like
        Practical salinity.

    References
    ----------
    Weiss (1974), table I.
    """
    return _solubility(temperature, salinity, (-60.2409, 93.4517, 23.3585), (0.023517, -0.023656, 0.0047036))


def _solubility(temperature: ArrayLike, salinity: ArrayLike, a: tuple[float, ...], b: tuple[float, ...]) -> FloatArray:
    hundredth = (np.asarray(temperature, dtype=np.float64) + ZERO_CELSIUS) / 100.0
    S = np.asarray(salinity, dtype=np.float64)
    found: FloatArray = np.exp(a[0] + a[1] / hundredth + a[2] * np.log(hundredth) + S * (b[0] + hundredth * (b[1] + hundredth * b[2])))
    return found


@dataclass(frozen=True, kw_only=True)
class TransferVelocity:
    """A parameterisation ``k = (c0 + c1 U + c2 U² + c3 U³) (Sc / Sc_ref)^-½``.

    Attributes
    ----------
    coefficients
        c0 to c3, cm h⁻¹ per power of m s⁻¹.
    schmidt
        Schmidt number that the coefficients are for.
    relative_uncertainty
        Standard uncertainty of k relative to k; 20 % for Wanninkhof (2014), who states it. For the others it is taken over, an assumption.
    source
        Paper and DOI.
    """

    coefficients: tuple[float, float, float, float]
    schmidt: float
    source: str
    relative_uncertainty: float = 0.20


METHODS: Mapping[TransferMethod, TransferVelocity] = {
    "wanninkhof-2014": TransferVelocity(
        coefficients=(0.0, 0.0, 0.251, 0.0), schmidt=660.0, source="Wanninkhof (2014), doi:10.4319/lom.2014.12.351"
    ),
    "nightingale-2000": TransferVelocity(
        coefficients=(0.0, 0.333, 0.222, 0.0), schmidt=600.0, source="Nightingale et al. (2000), doi:10.1029/1999GB900091"
    ),
    "ho-2006": TransferVelocity(coefficients=(0.0, 0.0, 0.266, 0.0), schmidt=600.0, source="Ho et al. (2006), doi:10.1029/2006GL026817"),
    "sweeney-2007": TransferVelocity(
        coefficients=(0.0, 0.0, 0.27, 0.0), schmidt=660.0, source="Sweeney et al. (2007), doi:10.1029/2006GB002784"
    ),
    "wanninkhof-2009": TransferVelocity(
        coefficients=(3.0, 0.1, 0.064, 0.011), schmidt=660.0, source="Wanninkhof et al. (2009), doi:10.1146/annurev.marine.010908.163742"
    ),
    "mcgillis-2001": TransferVelocity(
        coefficients=(3.3, 0.0, 0.0, 0.026), schmidt=660.0, source="McGillis et al. (2001), doi:10.1029/2000JC000506"
    ),
}
"""Parameterisations by name."""


class Wind(NamedTuple):
    """Wind at 10 m: its mean speed [m s⁻¹] and, where the wind varies within what the mean is of, the means of U² and U³.

    Without the moments the powers of the mean stand in, which is right for a wind that does not vary.
    """

    speed: FloatArray
    second_moment: FloatArray | None = None
    third_moment: FloatArray | None = None

    @property
    def powers(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Means of U, U² and U³."""
        square = self.speed**2 if self.second_moment is None else self.second_moment
        cube = self.speed**3 if self.third_moment is None else self.third_moment
        return self.speed, square, cube


class Transfer(NamedTuple):
    """Transfer velocity [cm h⁻¹], and how it responds to a wind that is read too high by 1 m s⁻¹ [cm h⁻¹ / (m s⁻¹)]."""

    velocity: FloatArray
    by_wind: FloatArray


def transfer_velocity(wind: Wind, schmidt: ArrayLike, method: TransferMethod = DEFAULT_METHOD) -> Transfer:
    """Transfer velocity of CO2.

    Parameters
    ----------
    wind : Wind
        At 10 m.
    schmidt : array_like
        Schmidt number.
    method : str
        A name of `METHODS`.

    Returns
    -------
    Transfer
        Of the broadcast shape of the inputs. The response to an error e of the wind speed takes the moments to change with it as those of
        a wind that is too high by e at every moment: U² by 2 e U, U³ by 3 e U².

    Raises
    ------
    ValueError
        For an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"no parameterisation {method!r}; there are {', '.join(METHODS)}")
    chosen = METHODS[method]
    c0, c1, c2, c3 = chosen.coefficients
    first, second, third = wind.powers
    ratio = (np.asarray(schmidt, dtype=np.float64) / chosen.schmidt) ** -0.5
    return Transfer(
        velocity=(c0 + c1 * first + c2 * second + c3 * third) * ratio,
        by_wind=(c1 + 2.0 * c2 * first + 3.0 * c3 * second) * ratio,
    )
