"""Rows of a simulated cruise → a log of an LDEO underway system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.simulators.ship_sensors_text import stamped
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icos_ocean.readers.logger_time import LoggerTime
    from icos_ocean.simulators.underway_cruise import Cruise

__all__ = ["NITROGEN", "cylinder", "log_lines"]

NITROGEN = "STD1"
"""Run type of the cruise that is nitrogen."""

_RTD_BELOW = 0.12  # °C that the second probe reads less
_VALVES = {"EQU": 0.0, "ATM": 1.0}


def cylinder(run_type: str) -> str:
    """Return the name of the cylinder that is measured under a run type."""
    return f"CY{int(run_type[3:]):05d}"


def log_lines(cruise: Cruise, form: LoggerTime, ahead: np.timedelta64, tag_behind: np.timedelta64) -> Iterator[str]:
    """Yield the lines of a log.

    Parameters
    ----------
    cruise
        The cruise.
    form
        How the logger writes its time.
    ahead
        The logger's time minus UTC.
    tag_behind
        The logger's time minus the system's time tag.
    """
    words = {code: word for word, code in RUN_TYPES.items()}
    measured = cruise.measured
    pressure = measured["ambient_pressure"] + measured["equilibrator_differential_pressure"]
    probe = measured["equilibrator_temperature"]
    reported = measured["co2"] * (pressure - 25.0) / 1013.25
    logged = cruise.time.astype("datetime64[ms]") + ahead
    tagged = logged - tag_behind
    columns = (measured["co2"] * 7.0 + 218.0, pressure, measured["analyser_flow"], measured["co2"], reported, probe)
    for row, (code, *values) in enumerate(zip(cruise.run_type.tolist(), *(each.tolist() for each in columns), strict=True)):
        voltage, absolute, flow, vco2, pco2, temperature = values
        word = words[code]
        source = {"EQU": "Equil", "ATM": "Atmos", NITROGEN: "Nitrogen"}.get(word) or cylinder(word)
        valve = _VALVES.get(word, 2.0 * int(word[3:]) if word.startswith("STD") else 0.0)
        numbers = (voltage, 40.5, absolute, flow, vco2, pco2, temperature - _RTD_BELOW, temperature, valve)
        line = "\t".join([_time_tag(tagged[row]), *(f"{number:8.2f}" for number in numbers), f"  {source}"])
        yield stamped(logged[row], form, line)


def _time_tag(time: np.datetime64) -> str:
    """Return year, day of the year and fraction of the day, ``2014213.00116``."""
    year = time.astype("datetime64[Y]")
    passed = (time - year.astype("datetime64[ms]")).astype(np.int64)
    hundred_thousandths = (passed * 100_000 + 43_200_000) // 86_400_000
    days, fraction = divmod(int(hundred_thousandths), 100_000)
    return f"{year.astype(int) + 1970}{days + 1:03d}.{fraction:05d}"
