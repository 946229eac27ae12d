"""What is in the files of each model: columns, order of the spectra, and which reading each renews.

Columns of a G2301 and the timing of its rows are those of files of two instruments, one of them without housekeeping; the columns of a
G2401 are those that public programs name. How a G2401 orders and times its spectra, and the whole file of a G5310, are unverified.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from icos_atmosphere.water_correction import FACTORY, Correction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_atmosphere.calibration.station_tables import GasName
    from icos_atmosphere.simulators.picarro_analyser_options import AnalyserSimulation

__all__ = ["Layout", "layout_of"]

# The example set of an analyser in the field (form of Chen et al. 2013, doi:10.5194/amt-6-1031-2013).
_CO_OF_G2401 = Correction(form="co-2013", a=-0.0124, b=-0.0006, c1=2.306, c2=4.405, c3=-2.093, c4=0.315)
# Made up: of this model only the form is known.
_OF_G5310 = Correction(form="cubic", a=-1.1, b=-2.3, c=0.0)

_STATUS = ("ALARM_STATUS", "INST_STATUS")
_CAVITY = ("CavityPressure", "CavityTemp", "DasTemp", "EtalonTemp", "WarmBoxTemp")
_VALVES = ("species", "MPVPosition", "OutletValve", "solenoid_valves")
_LASERS = ("wlm1_offset", "wlm2_offset", "wlm4_offset")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Form of a model's files.

    Attributes
    ----------
    columns
        Names after those of time, in order.
    gases
        Those that it measures.
    spectra
        Codes of `species` in the order of the rows.
    steps
        Seconds from the row before to the row of each spectrum.
    of_gas
        Gas → code of the spectrum that renews it.
    of_water
        Code of the spectrum that renews water vapour and the dry readings.
    dry
        Gases that have a dry reading.
    water
        Gas → water correction of the analyser, by which it makes its dry readings.
    host
        Start of the host id.
    """

    columns: tuple[str, ...]
    gases: tuple[GasName, ...]
    spectra: tuple[int, ...]
    steps: tuple[float, ...]
    of_gas: Mapping[str, int]
    of_water: int
    dry: tuple[GasName, ...]
    water: Mapping[GasName, Correction]
    host: str


_LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "G2301": Layout(
            columns=(*_STATUS, *_CAVITY, *_VALVES, "CH4", "CH4_dry", "CO2", "CO2_dry", "H2O", "h2o_reported", *_LASERS),
            gases=("co2", "ch4"),
            spectra=(2, 1, 3),
            steps=(1.4242, 0.91, 0.51),
            of_gas=MappingProxyType({"co2": 1, "ch4": 2}),
            of_water=3,
            dry=("co2", "ch4"),
            water=MappingProxyType({"co2": FACTORY["co2"], "ch4": FACTORY["ch4"]}),
            host="CFADS2999",
        ),
        "G2401": Layout(
            columns=(
                *_STATUS,
                *_CAVITY,
                *_VALVES,
                *("CO", "CO2", "CO2_dry", "CH4", "CH4_dry", "H2O", "h2o_reported", "b_h2o_pct", "peak_14", "peak84_raw"),
            ),
            gases=("co2", "ch4", "co"),
            spectra=(2, 1, 3, 4),
            steps=(1.4242, 0.91, 0.51, 0.92),
            of_gas=MappingProxyType({"co2": 1, "ch4": 2, "co": 4}),
            of_water=3,
            dry=("co2", "ch4"),
            water=MappingProxyType({"co2": FACTORY["co2"], "ch4": FACTORY["ch4"], "co": _CO_OF_G2401}),
            host="CFKADS2999",
        ),
        "G5310": Layout(
            columns=(*_STATUS, *_CAVITY, *_VALVES, "N2O", "N2O_dry", "CO", "CO_dry", "H2O", "h2o_reported"),
            gases=("co", "n2o"),
            spectra=(1, 2, 3),
            steps=(1.4242, 0.91, 0.51),
            of_gas=MappingProxyType({"co": 2, "n2o": 1}),
            of_water=3,
            dry=("co", "n2o"),
            water=MappingProxyType({"co": _OF_G5310, "n2o": _OF_G5310}),
            host="JKADS5999",
        ),
    }
)

_HOUSEKEEPING = {*_CAVITY, *_LASERS, "OutletValve", "b_h2o_pct", "peak_14", "peak84_raw"}


def layout_of(analyser: AnalyserSimulation) -> Layout:
    """Return the form of the files of a simulated analyser."""
    layout = _LAYOUTS[analyser.model]
    if analyser.columns == "full":
        return layout
    return replace(layout, columns=tuple(name for name in layout.columns if name not in _HOUSEKEEPING))
