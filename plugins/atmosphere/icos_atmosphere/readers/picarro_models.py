"""What the models of Picarro's analysers have in common and what not: which rows renew a reading, status word, usual cavity.

An analyser writes a row per spectrum and repeats in it every reading that this spectrum did not renew. `species` is the code of the
spectrum; what it renews was counted in files of the instruments, and is stated here only where a row of that code renews the reading
without exception. Of other readings the fresh rows are those in which the value changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MODELS", "Model", "model_of"]


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model of analyser.

    Attributes
    ----------
    name
        As its maker calls it: ``G2401``.
    method
        What it is, as metadata of data sets word it.
    nominal_status
        Status word (column ``INST_STATUS``) of an instrument in order; None where it is not known.
    valve
        Measured variable that says which port is open, unless a station says otherwise; None for a model without valves.
    fresh
        Measured variable → codes of `species` whose rows renew it, or None: the rows in which its value changed.
    every_row
        Whether every row renews every reading, so that equal values are two measurements.
    cavity_pressure, cavity_temperature
        What the cavity is regulated to, torr and °C; None where it is not known or not regulated.
    cavity_pressure_half_width, cavity_temperature_half_width
        How far from it readings of an instrument in order are, at most; None where no usual range is known.
    """

    name: str
    method: str
    nominal_status: int | None = None
    valve: str | None = None
    fresh: Mapping[str, tuple[int, ...] | None] = field(default_factory=lambda: MappingProxyType({}))
    every_row: bool = False
    cavity_pressure: float | None = None
    cavity_pressure_half_width: float | None = None
    cavity_temperature: float | None = None
    cavity_temperature_half_width: float | None = None

    def renewed_by(self, variable: str) -> tuple[int, ...] | None:
        """Return the codes of `species` whose rows renew a measured variable, or None: the rows in which its value changed."""
        return self.fresh.get(variable)

    @property
    def cavity_pressure_range(self) -> tuple[float, float] | None:
        """Usual range of the pressure in the cavity, torr."""
        return _around(self.cavity_pressure, self.cavity_pressure_half_width)

    @property
    def cavity_temperature_range(self) -> tuple[float, float] | None:
        """Usual range of the temperature of the cavity, °C."""
        return _around(self.cavity_temperature, self.cavity_temperature_half_width)


def _around(middle: float | None, half_width: float | None) -> tuple[float, float] | None:
    return None if middle is None or half_width is None else (middle - half_width, middle + half_width)


def _picarro(name: str, **known: object) -> Model:
    usual: dict[str, object] = {
        "method": f"Cavity ring-down spectrometer, Picarro {name}",
        "nominal_status": 963,
        "valve": "mpv_position",
        "cavity_pressure": 140.0,
        "cavity_pressure_half_width": 0.1,
        "cavity_temperature": 45.0,
        "cavity_temperature_half_width": 0.02,
    }
    return Model(name=name, **{**usual, **known})  # type: ignore[arg-type]


_BY_CHANGE: Mapping[str, tuple[int, ...] | None] = MappingProxyType(
    dict.fromkeys(("co2_wet", "co2_dry", "ch4_wet", "ch4_dry", "co_wet", "co_dry", "n2o_wet", "n2o_dry", "h2o", "h2o_reported"))
)

# Counted: G2301 in 188,925 rows of two analysers, G2508 in 308, G2201-i in 966, G4301 in 712. The usual widths are those of the
# Thematic Centre for G2301 and G2401 (unverified); what the other models' files show lies within them.
MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.name: model
        for model in (
            _picarro(
                "G2301",
                fresh={
                    "co2_wet": (1,),
                    "ch4_wet": (2,),
                    "co2_dry": (3,),
                    "ch4_dry": (3,),
                    "h2o": (3,),
                    "h2o_reported": (3,),
                },
            ),
            # No complete file of a G2401 or G5310 was seen: that their codes mean the same as a G2301's is not certain, that a value
            # which changed is a new one is.
            _picarro("G2401", fresh=_BY_CHANGE),
            _picarro(
                "G5310",
                fresh=_BY_CHANGE,
                cavity_pressure=None,
                cavity_pressure_half_width=None,
                cavity_temperature=None,
                cavity_temperature_half_width=None,
            ),
            # Averages and dry values are computed anew in every row, whatever its code.
            _picarro("G2508", fresh=_BY_CHANGE),
            _picarro("G2201-i", fresh={**_BY_CHANGE, "ch4_wet": (150,), "ch4_dry": (150,), "h2o": (150,)}, cavity_pressure=148.0),
            # 747 in the one file that was seen; whether it is regulated to that is not known, its temperature is not.
            _picarro(
                "G4301",
                fresh=_BY_CHANGE,
                nominal_status=899,
                valve=None,
                cavity_pressure=747.0,
                cavity_pressure_half_width=None,
                cavity_temperature=None,
                cavity_temperature_half_width=None,
            ),
        )
    }
)
"""Name → model."""


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("picarro", ""))


_BY_LETTERS = {_letters(name): model for name, model in MODELS.items()}


def model_of(name: str) -> Model:
    """Return what is known of a model.

    Spelling is free: ``Picarro G2401``, ``g2401`` and the variant ``G2401-m`` are the G2401, ``G2201i`` is the G2201-i. Of a model that
    is not known nothing is assumed: the fresh rows of a reading are those in which its value changed, there is no nominal status word
    and no usual range, and the valve is the rotary one.

    Parameters
    ----------
    name
        Name of the model.
    """
    letters = _letters(name)
    # Letters after the number name variants (-m, -mc): same spectra, other housing.
    without_variant = re.sub(r"[a-z]+$", "", letters)
    known = _BY_LETTERS.get(letters) or _BY_LETTERS.get(without_variant)
    return known or Model(name=name, method=name, valve="mpv_position")
