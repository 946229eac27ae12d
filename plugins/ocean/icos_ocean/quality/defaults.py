"""The usual tests of an underway system, as ``[[qc]]`` tables: what a station need not list.

A station's own table for the same test and variable replaces one of them. Tests of variables that a station does not have are passed over.
They are meant to be wide: whatever they flag deserves a look on every ship, and a good cruise passes without a flag.

========================= ==============================================================================================
test                      limits and where they come from
========================= ==============================================================================================
``range``                 temperatures, salinity, pressures and CO2 as the dashboard of the Surface Ocean CO2 Atlas checks
                          them (questionable: its warnings, bad: its errors). A pressure cut short by the logger (80 or 8.06
                          for 1008.06 hPa) is bad. Conductivity up to 80 mS cm⁻¹: salinity 42 has 75 at 35 °C. Air between
                          330 and 600 µmol mol⁻¹, as exhaust and laboratory air lie above. Flows: an equilibrator without
                          water, an analyser without gas (whatever gas it is to read).
``spike``                 single values that go away and come back: 1 and 3 °C, salinity 1 and 3, pressures 10 and
                          30 hPa, CO2 in water 15 and 50 µmol mol⁻¹ between neighbours at most half an hour away; conductivity
                          2 and 6 mS cm⁻¹, half of it from 1 and 3 °C, half from salinity 1 and 3
``rate-of-change``        3 °C, salinity 3, conductivity 6 mS cm⁻¹, 50 hPa, CO2 20 µmol mol⁻¹ per minute: questionable, for a
                          steep front is no error. Steps below a minute count as a minute, so that noise between quick readings
                          is no rate.
``flat-line``             not a single change of temperature, salinity, conductivity or CO2: two hours questionable, six bad.
                          Pressures are left out: weather and coarse resolution keep them constant longer than that.
``rolling-outlier``       beyond 8 robust standard deviations of two hours around: questionable. The floors keep differences
                          below 2 °C, salinity 2 and 40 µmol mol⁻¹ from ever being outliers. It takes the place of a limit in standard
                          deviations of the whole data set, which depends on where the ship went.
``position``, ``speed``   see there
``delta-temperature``     see there
========================= ==============================================================================================

The spike, rate and outlier tests pass over values that the range test calls bad, so that they do not blame good neighbours. Where only
conductivity is measured, salinity is tested when it has been computed. Limits are in the units that the calibrators require.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["sensor_tests"]

Table = dict[str, Any]

_READING = "co2"
_NEIGHBOURS = 1800.0
_HOUR = 3600.0
_PRESSURES = ("ambient_pressure", "equilibrator_pressure", "atmospheric_pressure", "analyser_pressure")
_BAD_RANGE: Mapping[str, list[float]] = {
    "sst": [-10.0, 50.0],
    "equilibrator_temperature": [-10.0, 50.0],
    "salinity": [-0.1, 50.0],
    "conductivity": [-1.0, 100.0],
    "conductivity_cell_temperature": [-10.0, 50.0],
    "co2": [0.0, 50000.0],
    **{name: [750.0, 1250.0] for name in _PRESSURES},
}
_QUESTIONABLE_RANGE: Mapping[str, list[float]] = {
    "sst": [-5.0, 40.0],
    "equilibrator_temperature": [-5.0, 40.0],
    "salinity": [0.0, 42.0],
    "conductivity": [0.0, 80.0],
    "conductivity_cell_temperature": [-5.0, 40.0],
    "co2": [80.0, 1200.0],
    **{name: [900.0, 1100.0] for name in _PRESSURES},
}
_SPIKE: Mapping[str, tuple[float, float]] = {
    "sst": (1.0, 3.0),
    "equilibrator_temperature": (1.0, 3.0),
    "salinity": (1.0, 3.0),
    "conductivity": (2.0, 6.0),
    "conductivity_cell_temperature": (1.0, 3.0),
    "co2": (15.0, 50.0),
    **dict.fromkeys(_PRESSURES, (10.0, 30.0)),
}
_RATE_PER_MINUTE: Mapping[str, float] = {
    "sst": 3.0,
    "equilibrator_temperature": 3.0,
    "salinity": 3.0,
    "conductivity": 6.0,
    "conductivity_cell_temperature": 3.0,
    "co2": 20.0,
    **dict.fromkeys(_PRESSURES, 50.0),
}
_CHANGING = ("sst", "equilibrator_temperature", "salinity", "conductivity", "conductivity_cell_temperature", "co2")
_OUTLIER_FLOOR: Mapping[str, float] = {"sst": 0.25, "equilibrator_temperature": 0.25, "salinity": 0.25, "co2": 5.0}


def sensor_tests(water: Sequence[str] = ("EQU",), air: Sequence[str] = ("ATM",), reading: str = "co2") -> tuple[Table, ...]:
    """Return the usual tests as ``[[qc]]`` tables.

    Parameters
    ----------
    water, air
        Words of `run_type` for samples of water and of air: what the analyser reads is tested by what it was measuring.
    reading
        Variable that holds what the analyser reads, µmol mol⁻¹.
    """
    tests = _tests({"where": {"run_type": list(water)}}, {"where": {"run_type": list(air)}})
    return tuple({**test, "variable": reading} if test.get("variable") == _READING else test for test in tests)


def _tests(in_water: Table, in_air: Table) -> Iterator[Table]:
    yield from _ranges(in_water, in_air)
    for name in _SPIKE:
        yield {"test": "spike", "variable": name, **_between_neighbours(name, in_water), **_spike(name)}
    for name, rate in _RATE_PER_MINUTE.items():
        neighbours = _between_neighbours(name, in_water)
        yield {"test": "rate-of-change", "variable": name, **neighbours, "questionable": rate, "min_interval": 60.0}
    for name in _CHANGING:
        yield {
            "test": "flat-line",
            "variable": name,
            **_where(name, in_water),
            "plausible": _BAD_RANGE[name],
            "questionable_after": 2 * _HOUR,
            "bad_after": 6 * _HOUR,
        }
    for name, floor in _OUTLIER_FLOOR.items():
        yield {
            "test": "rolling-outlier",
            "variable": name,
            **_where(name, in_water),
            "plausible": _BAD_RANGE[name],
            "window": 2 * _HOUR,
            "questionable": 8.0,
            "floor": floor,
        }
    yield {"test": "position"}
    yield {"test": "speed"}
    yield {"test": "delta-temperature", **in_water}


def _ranges(in_water: Table, in_air: Table) -> Iterator[Table]:
    for name, bad in _BAD_RANGE.items():
        yield {
            "test": "range",
            "variable": name,
            **_where(name, in_water),
            "questionable_outside": _QUESTIONABLE_RANGE[name],
            "bad_outside": bad,
        }
    yield {
        "test": "range",
        "variable": "co2",
        "label": "range_air",
        **in_air,
        "questionable_outside": [330.0, 600.0],
        "bad_outside": _BAD_RANGE["co2"],
    }
    yield {"test": "range", "variable": "h2o", "bad_outside": [-10.0, 100.0]}
    yield {
        "test": "range",
        "variable": "equilibrator_differential_pressure",
        **in_water,
        "questionable_outside": [-10.0, 10.0],
        "bad_outside": [-50.0, 50.0],
    }
    yield {"test": "range", "variable": "water_flow", **in_water, "questionable_outside": [0.5, 20.0]}
    yield {"test": "range", "variable": "analyser_flow", "questionable_outside": [20.0, 500.0]}


def _where(name: str, in_water: Table) -> Table:
    """Test the analyser only where it measured water; sensors always."""
    return in_water if name == _READING else {}


def _between_neighbours(name: str, in_water: Table) -> Table:
    return {**_where(name, in_water), "plausible": _BAD_RANGE[name], "max_gap": _NEIGHBOURS}


def _spike(name: str) -> Table:
    questionable, bad = _SPIKE[name]
    return {"questionable": questionable, "bad": bad}
