"""Stations to simulate: a year of a tower, and a small one for tests."""

from __future__ import annotations

from typing import Any

from icos_atmosphere.simulators.picarro_options import PicarroSimulation

__all__ = ["small_station", "station_year"]


def station_year(**changes: Any) -> PicarroSimulation:
    """Return a year of a tall tower: three heights, 26 calibration sequences, both targets, 8,747 files, 23 GB.

    Parameters
    ----------
    **changes
        Options that differ.
    """
    year: dict[str, Any] = {
        "start": "2023-01-01T00:00:00Z",
        "duration": "365 d",
        "calibration": {"first": "5 d", "every": "14 d", "cycles": 3, "injection": "30 min"},
        "long_term_target": {"first": "126 h", "every": "14 d", "injection": "30 min"},
        "short_term_target": {"first": "1 h", "every": "10 h", "injection": "30 min"},
    }
    return PicarroSimulation.model_validate(year | changes)


def small_station(**changes: Any) -> PicarroSimulation:
    """Return twelve hours of a station that does everything faster: 32 MB of files.

    Two calibration sequences of two cycles, 10 h 30 min apart; targets; three heights of five minutes each. A sample settles in a minute in
    air and in two of a cylinder.

    Parameters
    ----------
    **changes
        Options that differ; `analyser` takes those of the analyser that differ.
    """
    analyser = {"flush_time": "5 s", "water_flush_time": "10 s", "regulator_time": "20 s", **changes.pop("analyser", {})}
    small: dict[str, Any] = {
        "duration": "12 h",
        "rotation": "5 min",
        "calibration": {"first": "15 min", "every": "10.5 h", "cycles": 2, "injection": "4 min"},
        "short_term_target": {"first": "1 h", "every": "2 h", "injection": "5 min"},
        "long_term_target": {"first": "50 min", "every": "15 d", "injection": "5 min"},
        "stabilisation_of_air": "1 min",
        "stabilisation_of_cylinders": "2 min",
        "analyser": analyser,
    }
    return PicarroSimulation.model_validate(small | changes)
