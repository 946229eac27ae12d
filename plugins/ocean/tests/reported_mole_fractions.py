"""Deployments of an instrument that reports dry or wet mole fractions of water and air, from a known truth.

The forward model is that of `small_cruise`, which shares nothing with the code under test.
"""

import numpy as np
from icos_ocean.calibration.dry_xco2 import CALIBRATOR
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from small_cruise import START, fugacity_over_pressure, mole_fraction_of, pressure_of_vapour

from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.testing import example_context
from icos_core.units import require_units

STREAM = "buoy"


def cycle(words=("EQU", "ATM"), cycles=8, step=600.0):
    """Type words and seconds of a buoy that measures water and air in turn."""
    types = np.array(list(words) * cycles)
    return types, np.arange(types.size) * step


def stream_of(seconds, words, **values):
    """Return a measured stream with flags."""
    time = START + np.round(np.asarray(seconds) * 1e9).astype("timedelta64[ns]")
    values = {"run_type": np.array([RUN_TYPES[word] for word in words]), **values}
    stream = make_stream(time, {name: each for name, each in values.items() if each is not None}, VOCABULARY.values())
    apply_flags(stream, ())
    return stream


def fugacity_of_air(xco2, sst, pressure, salinity):
    """µatm."""
    return xco2 * (pressure / 1013.25 - pressure_of_vapour(sst, salinity)) * fugacity_over_pressure(xco2, pressure, sst)


def deployment(*, in_situ=True, words=("EQU", "ATM"), cycles=8, **changes):
    """Measured stream without errors, and the truth of its rows; `changes` replace variables, None drops one."""
    types, seconds = cycle(words, cycles)
    hours = seconds / 3600.0
    truth = {
        "fco2": 360 + 20 * np.sin(hours),
        "sst": 15 + np.cos(hours / 2),
        "salinity": 35.0 + 0.1 * np.sin(hours),
        "pressure": 1012 + np.sin(hours / 3),
        "sea_level_pressure": 1010 + np.cos(hours / 3),
        "xco2_air": 418 + 0.2 * hours,
    }
    truth["equilibrator_temperature"] = truth["sst"] + (0.0 if in_situ else 0.4)
    x = mole_fraction_of(truth["fco2"], truth["sst"], truth["equilibrator_temperature"], truth["pressure"], truth["salinity"])
    truth["fco2_air"] = fugacity_of_air(truth["xco2_air"], truth["sst"], truth["sea_level_pressure"], truth["salinity"])
    truth["water"], truth["air"] = types == "EQU", types == "ATM"
    truth["xco2"] = np.where(truth["air"], truth["xco2_air"], x)
    values = {
        "xco2_dry": truth["xco2"],
        "sst": truth["sst"],
        "salinity": truth["salinity"],
        "equilibrator_temperature": None if in_situ else truth["equilibrator_temperature"],
        "equilibrator_pressure": truth["pressure"],
        "atmospheric_pressure": truth["sea_level_pressure"],
    }
    return stream_of(seconds, types, **(values | changes)), truth


def calibrated(stream, *, outcomes=(), people=(), calibrator=CALIBRATOR, **options):
    """Calibrate as a run does: flags before, units of `requires`, flags after. Returns the stream and the result."""
    stream = stream.copy()
    apply_flags(stream, outcomes, people)
    validated = calibrator.options.model_validate({"barometer_height": 0.0, **options})
    for each in (choice for requirement in calibrator.requires(validated)["*"] for choice in requirement.choices):
        if each.units and each.name in stream:
            stream = require_units(stream, each.name, each.units)
    result = calibrator.calibrate({STREAM: stream}, validated, example_context())
    found = result.streams[STREAM]
    apply_flags(found, result.outcomes, people, calibrator.cascades(validated)["*"])
    return found, result
