"""A calibrated underway stream as figures meet it: standards, air and water in turn, with flags and uncertainty."""

import numpy as np
from icos_ocean.vocabulary import RUN_TYPES, UNCERTAINTY_TERMS, VOCABULARY

from icos_core.components import Cascade, Outcome
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE, make_stream
from icos_core.flags import apply_flags

START = np.datetime64("2024-07-01T00:00", "ns")
CYCLE = ("STD2", "STD2", "STD3", "STD3", "STD4s", "ATM", "ATM", *["EQU"] * 33)
ASSIGNED = {"STD2": 250.0, "STD3": 400.0, "STD4s": 500.0}
STEP_SECONDS = 120
WARM = slice(100, 106)


def calibrated_underway(cycles=10, **changes):
    """Return the stream; `changes` replace variables before the flags are set, None takes one out.

    Rows `WARM` are bad in ``delta_temperature`` and, following from it, in ``fco2``; the row after them is questionable.
    """
    words = np.array(CYCLE * cycles)
    n = words.size
    x = np.linspace(0.0, 1.0, n)
    water, air = words == "EQU", words == "ATM"
    assigned = np.array([ASSIGNED.get(word, np.nan) for word in words])
    sst = 10.0 + np.sin(6.0 * x)
    warming = np.full(n, 0.3)
    warming[WARM] = 4.0
    warming[WARM.stop : WARM.stop + 1] = 1.2
    fco2 = np.where(water, 350.0 + 20.0 * x, np.nan)
    fco2_air = np.where(water | air, 405.0, np.nan)
    terms = {
        f"fco2_uncertainty_{term}": np.where(water, 0.1 * (number + 1), np.nan) * (1.0 + x) for number, term in enumerate(UNCERTAINTY_TERMS)
    }
    values = {
        "latitude": 60.0 - 5.0 * x,
        "longitude": -10.0 - 8.0 * x,
        "run_type": np.array([RUN_TYPES[word] for word in words], dtype=np.int8),
        "co2": np.where(np.isnan(assigned), 380.0, assigned + 0.5),
        "standard_xco2": assigned,
        "sst": sst,
        "equilibrator_temperature": sst + warming,
        "salinity": 35.0 + 0.1 * x,
        "equilibrator_pressure": 1010.0 + x,
        "sea_level_pressure": 1012.0 + x,
        "fco2": fco2,
        **terms,
        "fco2_uncertainty": np.sqrt(sum(term**2 for term in terms.values())),
        "fco2_air": fco2_air,
        "delta_temperature": np.where(water, warming, np.nan),
        "delta_fco2": fco2 - fco2_air,
    } | changes
    values = {name: array for name, array in values.items() if array is not None}
    time = START + np.arange(n) * np.timedelta64(STEP_SECONDS, "s")
    stream = make_stream(time, values, VOCABULARY.values())
    outcomes, cascades = [], []
    if "delta_temperature" in values:
        delta = stream["delta_temperature"].values
        level = np.select([np.isnan(delta), delta > 3.0, delta > 1.0], [NOT_EVALUATED, BAD, QUESTIONABLE], GOOD).astype(np.int8)
        outcomes.append(Outcome(variable="delta_temperature", name="delta_temperature", level=level))
        cascades += [Cascade(source="delta_temperature", target=target) for target in ("fco2", "delta_fco2") if target in values]
    apply_flags(stream, outcomes, cascades=cascades)
    return stream


def missing():
    """Values of a variable that no row of the stream has."""
    return np.full(len(CYCLE) * 10, np.nan)
