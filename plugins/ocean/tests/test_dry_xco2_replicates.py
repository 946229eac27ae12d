"""Uncertainty of dry-xco2 over replicates: deployments drawn independently, each with its own errors of instrument and probes.

Deployments are put one after the other, a day apart, into one record; air of one does not reach into another.
"""

import numpy as np
import pytest
from reported_mole_fractions import calibrated, cycle, fugacity_of_air, stream_of
from small_cruise import mole_fraction_of

DEPLOYMENTS = 2000
DAY = 86400.0
STATED = {
    "equilibrator_temperature": 0.05,
    "sst": 0.08,
    "temperature_correlation": 0.5,
    "pressure": 1.0,
    "sea_level_pressure": 0.8,
    "salinity": 0.2,
    "assumed_salinity": 5.0,
    "reading": 0.4,
    "h2o": 0.6,
    "humidity_pressure": 0.7,
    "instrument": 1.2,
    "instrument_relative": 0.003,
    "temperature_coefficient": 0.001,
    "variability": {"sst": 0.4, "air": 0.9},
}


def drawn(seed, *, in_situ, drying="none", states_salinity=False, gaps=(), corrected=None):
    """Return a record of deployments, the truth of its results in rows of water, and which rows are water."""
    random = np.random.default_rng(seed)
    words, seconds = cycle(("ATM", "EQU", "EQU", "EQU"), cycles=3)
    words, seconds = np.append(words, "ATM"), np.append(seconds, seconds[-1] + 600)
    hours = seconds / 3600
    shared, everywhere = (DEPLOYMENTS, 1), (DEPLOYMENTS, seconds.size)

    def wander(rate):
        return np.cumsum(random.normal(0, rate, everywhere) * np.sqrt(np.diff(hours, prepend=hours[0])), axis=1)

    def error(name, shape=shared):
        return random.normal(0, STATED[name], shape)

    sst = random.uniform(2, 28, shared) + wander(STATED["variability"]["sst"])
    warming = 0.0 if in_situ else random.uniform(-0.5, 1.0, shared)
    salinity = 35 + error("assumed_salinity") if states_salinity else random.uniform(30, 37, shared) + 0 * hours
    pressure, at_sea_level = random.uniform(990, 1030, shared) + 0 * hours, random.uniform(990, 1030, shared) + 0 * hours
    fco2 = random.uniform(280, 450, shared) + 10 * np.sin(2 * hours)
    air = 415 + wander(STATED["variability"]["air"])
    fco2_air = fugacity_of_air(air, sst, at_sea_level, salinity)
    coefficient = 0.0423 + error("temperature_coefficient")
    x = mole_fraction_of(fco2, sst, sst + warming, pressure, salinity, coefficient=coefficient)
    x = np.where(words == "ATM", air, x)
    moisture, cell = random.uniform(5, 20, shared) + 0 * hours, random.uniform(980, 1020, shared) + 0 * hours
    humidity = {"none": {}, "h2o": {"h2o": moisture + error("h2o")}}.get(
        drying, {"humidity_pressure": moisture / 1000 * cell + error("humidity_pressure"), "analyser_pressure": cell}
    )
    wet = x if drying == "none" else x * (1 - moisture / 1000)
    of_instrument = random.normal(0, corrected, shared) if corrected else error("instrument") + error("instrument_relative") * x
    first, second = random.normal(size=shared), random.normal(size=shared)
    r = STATED["temperature_correlation"]
    values = {
        "xco2_dry" if drying == "none" else "xco2_wet": wet + of_instrument + error("reading", everywhere),
        "sst": sst + STATED["sst"] * first,
        "salinity": None if states_salinity else salinity + error("salinity"),
        "equilibrator_pressure": pressure + error("pressure"),
        "atmospheric_pressure": at_sea_level + error("sea_level_pressure"),
        **humidity,
    }
    if not in_situ:
        of_probe = STATED["equilibrator_temperature"] * (r * first + np.sqrt(1 - r**2) * second)
        values["equilibrator_temperature"] = sst + warming + of_probe
    water = words == "EQU"
    for gap in gaps:
        values["sst"][:, np.flatnonzero(water)[gap]] = np.nan
    time = (np.arange(DEPLOYMENTS)[:, None] * DAY + seconds).ravel()
    columns = {name: None if each is None else each.ravel() for name, each in values.items()}
    truth = {"fco2": fco2 + 0 * hours, "fco2_air": fco2_air, "delta_fco2": fco2 - fco2_air}
    return stream_of(time, np.tile(words, DEPLOYMENTS), **columns), {name: each[:, water] for name, each in truth.items()}, water


def assert_covered(error, uncertainty):
    covered = np.abs(error) <= 1.959964 * uncertainty
    assert 0.93 <= covered.mean() <= 0.97
    # Errors of about 2 µatm are common to the rows of a deployment: the mean of 2,000 is itself uncertain by 0.05 µatm.
    assert abs(error.mean()) < 0.15
    assert np.sqrt(np.mean(error**2)) == pytest.approx(np.sqrt(np.mean(uncertainty**2)), rel=0.05)


@pytest.mark.parametrize(
    ("case", "options"),
    [
        ({"in_situ": True}, {}),
        ({"in_situ": False}, {}),
        ({"in_situ": True, "drying": "humidity_pressure", "states_salinity": True}, {"salinity": 35.0}),
        ({"in_situ": False, "drying": "h2o"}, {}),
        ({"in_situ": True, "gaps": (1, 4)}, {}),
        ({"in_situ": True, "corrected": 0.5}, {"corrections": [{"uncertainty": 0.5}]}),
    ],
    ids=["in situ", "equilibrator", "vapour pressure, salinity stated", "water vapour", "gaps", "corrected"],
)
def test_coverage_and_bias_over_replicates(case, options):
    stream, truth, water = drawn(20240601, **case)
    drying = case.get("drying", "none")
    mole_fraction = "xco2_dry" if drying == "none" else "xco2_wet"
    found, _ = calibrated(
        stream,
        uncertainty=STATED,
        drying=drying,
        mole_fraction=mole_fraction,
        air_interpolation_limit="1 h",
        fill={"sst": "30 min"},
        **options,
    )
    for name, expected in truth.items():
        values, uncertain = (found[each].values.reshape(DEPLOYMENTS, -1)[:, water] for each in (name, f"{name}_uncertainty"))
        assert np.isfinite(values).all(), name
        assert_covered(values - expected, uncertain)
        if "gaps" in case:
            filled = found["sst_source"].values.reshape(DEPLOYMENTS, -1)[:, water] == 1
            assert filled.sum() == 2 * DEPLOYMENTS
            assert_covered((values - expected)[filled], uncertain[filled])
