"""A small cruise of an underway system with a known truth: a forward model written on its own, from the sea to the analyser.

The forward model shares nothing with the code under test: its constants are typed from Weiss (1974), Weiss and Price (1980) and Takahashi
et al. (1993).
"""

import numpy as np
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.vocabulary import MEASURED, RUN_TYPES, STREAM

from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.people import PersonFlag
from icos_core.testing import example_context
from icos_core.units import require_units

STANDARDS = {"STD2": 230.0, "STD3": 410.0, "STD4": 510.0}
START = np.datetime64("2024-05-01T00:00:00", "ns")


def described_standards(**changes):
    """Tables of the gases; `changes` replace keys of single gases: STD3={"xco2": 400}."""
    return [{"run_type": word, "xco2": value, **changes.get(word, {})} for word, value in STANDARDS.items()]


def pressure_of_vapour(celsius, salinity):
    """atm."""
    kelvin = celsius + 273.15
    return np.exp(24.4543 - 67.4509 * 100 / kelvin - 4.8489 * np.log(kelvin / 100) - 0.000544 * salinity)


def fugacity_over_pressure(mole_fraction, hectopascal, celsius):
    kelvin = celsius + 273.15
    b = -1636.75 + 12.0408 * kelvin - 3.27957e-2 * kelvin**2 + 3.16528e-5 * kelvin**3
    d = 57.7 - 0.118 * kelvin
    return np.exp((b + 2 * (1 - 1e-6 * mole_fraction) ** 2 * d) * hectopascal / 1013.25 / (82.0575 * kelvin))


def mole_fraction_of(fco2, sst, equilibrator, hectopascal, salinity, coefficient=0.0423):
    """Dry mole fraction that the equilibrator holds over water of a given fCO2 at the sea surface."""
    fugacity = fco2 * np.exp(coefficient * (equilibrator - sst))
    dry = hectopascal / 1013.25 - pressure_of_vapour(equilibrator, salinity)
    x = fugacity / dry
    for _ in range(20):
        x = fugacity / fugacity_over_pressure(x, hectopascal, equilibrator) / dry
    return x


def schedule(cycles, water):
    """Type words and seconds: each cycle is STD2, STD3, STD4, ATM, ATM and `water` times EQU, each standard after 300 s."""
    words, seconds, now = [], [], 0.0
    for _ in range(cycles):
        for word in (*STANDARDS, "ATM", "ATM", *["EQU"] * water):
            now += 300.0 if word in STANDARDS else 120.0
            words.append(word)
            seconds.append(now)
    for word in STANDARDS:
        now += 300.0
        words.append(word)
        seconds.append(now)
    return np.array(words), np.array(seconds)


def cruise(cycles=4, water=12, *, slope=1.003, slope_per_hour=2e-4, offset=0.8, offset_per_hour=0.05, words=None, seconds=None):
    """Measured stream without noise, and the truth of its rows.

    The response of the analyser drifts linearly in time, so that linear interpolation between runs of standards is exact.
    """
    if words is None:
        words, seconds = schedule(cycles, water)
    hours = seconds / 3600
    truth = {
        "fco2": 350 + 30 * np.sin(hours),
        "sst": 12 + 0.5 * np.cos(hours / 2),
        "salinity": 34.5 + 0.2 * np.sin(hours / 3),
        "pressure": 1012 + 2 * np.sin(hours / 5),
        "air": 415 + 0.3 * hours,
    }
    truth["equilibrator_temperature"] = truth["sst"] + 0.3 + 0.05 * np.sin(hours)
    water_rows, air_rows = words == "EQU", words == "ATM"
    x = mole_fraction_of(truth["fco2"], truth["sst"], truth["equilibrator_temperature"], truth["pressure"], truth["salinity"])
    x = np.where(water_rows, x, truth["air"])
    for word, value in STANDARDS.items():
        x = np.where(words == word, value, x)
    reading = (slope + slope_per_hour * hours) * x + offset + offset_per_hour * hours
    truth["xco2"] = x
    stream = make_stream(
        START + np.round(seconds * 1e9).astype("timedelta64[ns]"),
        {
            "run_type": np.array([RUN_TYPES[word] for word in words]),
            "co2": reading,
            "standard_value": np.array([STANDARDS.get(word, np.nan) for word in words]),
            "latitude": 60 + 0.01 * hours,
            "longitude": -20 + 0.02 * hours,
            "sst": truth["sst"],
            "salinity": truth["salinity"],
            "equilibrator_temperature": truth["equilibrator_temperature"],
            "equilibrator_pressure": truth["pressure"],
            "atmospheric_pressure": np.full(hours.shape, 1008.0),
        },
        MEASURED,
    )
    apply_flags(stream, ())
    truth["water"], truth["on_air"], truth["hours"] = water_rows, air_rows, hours
    return stream, truth


def calibrated(stream, *, standards=None, outcomes=(), people=(), **options):
    """Calibrate as a run does: flags before, units of `requires`, flags after. Returns the stream and the result."""
    stream = stream.copy()
    apply_flags(stream, outcomes, people)
    validated = CALIBRATOR.options.model_validate({"standards": described_standards() if standards is None else standards, **options})
    for each in (choice for requirement in CALIBRATOR.requires(validated)["*"] for choice in requirement.choices):
        if each.units and each.name in stream:
            stream = require_units(stream, each.name, each.units)
    result = CALIBRATOR.calibrate({STREAM: stream}, validated, example_context())
    found = result.streams[STREAM]
    apply_flags(found, result.outcomes, people, CALIBRATOR.cascades(validated)["*"])
    return found, result


def person(variable, start, end, flag, identifier="p1"):
    """A person's flag on rows `start` … `end` (datetime64, end excluded)."""
    return PersonFlag(
        id=identifier, stream=STREAM, variable=variable, start=start, end=end, flag=flag, who="someone", when="2024-06-01", why="test"
    )


def with_values(stream, **values):
    """Return a copy of the stream with other values of some variables; None drops a variable."""
    dropped = [name for name, value in values.items() if value is None]
    changed = make_stream(
        stream["time"].values,
        {
            name: values[name] if name in values else stream[name].values
            for name in dict.fromkeys([*(word.name for word in MEASURED if word.name in stream), *values])
            if name not in dropped
        },
        MEASURED,
    )
    apply_flags(changed, ())
    return changed
