"""Logs of a simulated ship, small enough for tests of readers."""

from __future__ import annotations

from typing import Any

ON_TIME = {"co2_clock_ahead": "0 s", "thermosalinograph_clock_ahead": "0 s", "weather_clock_ahead": "0 s"}
"""All clocks are right, so that rows as read have the times of the truth."""

GASES = [
    {"run_type": "STD1", "role": "zero", "xco2": 0.0},
    {"run_type": "STD2", "xco2": 241.31},
    {"run_type": "STD3", "xco2": 384.75},
    {"run_type": "STD4", "xco2": 505.85},
]
CRUISE: dict[str, Any] = {
    "duration": "4 h",
    "interval": "164 s",
    "standards": GASES,
    "readings_per_standard": 1,
    "readings_of_air": 2,
    "standards_every": "1 h",
}


def simulation(system: str, **changes: Any) -> dict[str, Any]:
    """Options of the simulator for the log of one system."""
    return {"systems": [system], "interval": "2 min", "cruise": CRUISE, **ON_TIME, **changes}
