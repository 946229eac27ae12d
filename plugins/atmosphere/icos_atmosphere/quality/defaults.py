"""The usual tests of a tower, as ``[[qc]]`` tables: what a station need not list.

A station's own table for the same test and variable replaces one of them. Tests of variables that a station does not have are passed over.

============ ===========================================================================================================
test         limits and where they come from
============ ===========================================================================================================
``range``    pressure and temperature of the cavity, by model: of Picarro's analysers what the cavity is regulated to ± the
             usual width (G2301 and G2401: 140 ± 0.1 torr, 45 ± 0.02 °C, unverified values of the Thematic Centre); pressure
             of a Los Gatos/ABB analyser of N2O and CO 80-90 torr (NOAA); temperature of a portable one (UGGA) 5-45 °C. The
             pressure of the latter is not tested: other stations' 135-145 torr would condemn an instrument in order whose
             file shows 503. Nothing is assumed of models that are not known, of LI-COR and Aeris analysers.
``range``    readings of the gases, moist and dry: CO2 300-1000 µmol mol⁻¹, CH4 1.6-10, CO up to 5, N2O 0.25-1 µmol mol⁻¹;
             0, which some analysers write where they have no reading, is outside (limits of this suite)
``spike-sd`` minutes of the gases: marks, never flags
============ ===========================================================================================================

Limits are in the units that the calibrator `mole-fraction` requires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from icos_atmosphere.analyser_models import model_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["PLAUSIBLE", "CavityRanges", "cavity_ranges", "usual_tests"]

Table = dict[str, Any]
Range = tuple[float, float]

PLAUSIBLE: Mapping[str, Range] = {"co2": (300.0, 1000.0), "ch4": (1600.0, 10_000.0), "co": (0.001, 5000.0), "n2o": (250.0, 1000.0)}
"""Gas → readings that are possible at a station, µmol mol⁻¹ for CO2 and nmol mol⁻¹ for the others."""


class CavityRanges(NamedTuple):
    """Usual ranges of the cavity: pressure in torr, temperature in °C; None where none is known."""

    pressure: Range | None
    temperature: Range | None


_LOS_GATOS: Mapping[str, CavityRanges] = {
    "ugga": CavityRanges(None, (5.0, 45.0)),
    "n2oco": CavityRanges((80.0, 90.0), None),
}
"""Letters in the name of a model → ranges."""


def cavity_ranges(model: str) -> CavityRanges:
    """Return the usual ranges of the cavity of a model, spelt freely (``UGGA``, ``Los Gatos N2O/CO``, ``Picarro G2401``)."""
    letters = "".join(letter for letter in model.lower() if letter.isalnum())
    for part, ranges in _LOS_GATOS.items():
        if part in letters:
            return ranges
    known = model_of(model)
    return CavityRanges(known.cavity_pressure_range, known.cavity_temperature_range)


def usual_tests(models: Mapping[str, str], gases: Iterable[str]) -> tuple[Table, ...]:
    """Return the usual tests as ``[[qc]]`` tables.

    Parameters
    ----------
    models
        Stream of an analyser → its model.
    gases
        The gases that are calibrated.
    """
    return tuple(_tests(models, tuple(gases)))


def _tests(models: Mapping[str, str], gases: tuple[str, ...]) -> Iterator[Table]:
    for stream, model in models.items():
        ranges = cavity_ranges(model)
        for name, usual in (("cavity_pressure", ranges.pressure), ("cavity_temperature", ranges.temperature)):
            if usual is not None:
                yield {"test": "range", "variable": name, "stream": stream, "bad_outside": list(usual)}
    for gas in gases:
        yield {"test": "range", "variable": [f"{gas}_wet", f"{gas}_dry"], "bad_outside": list(PLAUSIBLE[gas])}
    yield {"test": "spike-sd", "variable": list(gases)}
