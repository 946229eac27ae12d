"""Uncertainty of fCO2 in air and of the difference between water and air, against Monte Carlo."""

import numpy as np
import pytest
from icos_ocean.air_sea_uncertainty import InputUncertainty, MoleFractionVariance, air_fco2_uncertainty, delta_fco2_uncertainty
from icos_ocean.fco2_uncertainty import FillingUncertainty, fco2_sensitivities
from icos_ocean.seawater_co2 import fco2_at_sst, fugacity, pco2_from_xco2
from icos_ocean.temperature_correction import METHODS

DRAWS = 40_000
WATER, AIR, P, P_AIR, T, SST, S = 380.0, 415.0, 1012.0, 1009.0, 10.6, 10.0, 34.5
STATED = {
    "equilibrator_temperature": 0.05,
    "sst": 0.04,
    "temperature_correlation": 0.5,
    "salinity": 0.3,
    "pressure": 2.0,
    "sea_level_pressure": 1.5,
    "coefficient": 0.001,
}
FILLED = {
    "filling": FillingUncertainty(equilibrator_temperature=0.06, sst=0.08, salinity=0.4, pressure=0.9),
    "sea_level_pressure_filling": 0.7,
}
MOLE_FRACTIONS = MoleFractionVariance(water=0.9**2, air=0.8**2, covariance=0.8 * 0.9 * 0.8)


def of_air(x, pressure, sst, salinity):
    return fugacity(pco2_from_xco2(x, pressure, sst, salinity), x, pressure, sst)


def drawn(*, same_barometer):
    """Draws of fCO2 in water and in air, with what both have in common drawn once."""
    rng = np.random.default_rng(12)

    def normal(deviation):
        return rng.normal(0.0, deviation, DRAWS)

    together = [[MOLE_FRACTIONS.water, MOLE_FRACTIONS.covariance], [MOLE_FRACTIONS.covariance, MOLE_FRACTIONS.air]]
    x_water, x_air = rng.multivariate_normal([WATER, AIR], together, DRAWS).T
    r, filling = STATED["temperature_correlation"], FILLED["filling"]
    first, second = normal(1.0), normal(1.0)
    t = T + STATED["equilibrator_temperature"] * (r * first + np.sqrt(1 - r * r) * second) + normal(filling.equilibrator_temperature)
    s = SST + STATED["sst"] * first + normal(filling.sst)
    salinity = S + normal(STATED["salinity"]) + normal(filling.salinity)
    barometer = normal(STATED["sea_level_pressure"]) + normal(FILLED["sea_level_pressure_filling"])
    if same_barometer:
        rest = np.hypot(STATED["pressure"], filling.pressure) ** 2
        rest -= np.hypot(STATED["sea_level_pressure"], FILLED["sea_level_pressure_filling"]) ** 2
        own = barometer + normal(np.sqrt(rest))
    else:
        own = normal(STATED["pressure"]) + normal(filling.pressure)
    water = fco2_at_sst(x_water, P + own, t, salinity, s) * np.exp(normal(STATED["coefficient"]) * (s - t))
    return water, of_air(x_air, P_AIR + barometer, s, salinity)


def sensitivities():
    return fco2_sensitivities(WATER, P, T, S, SST), fco2_sensitivities(AIR, P_AIR, SST, S, SST)


@pytest.mark.parametrize("same_barometer", [False, True])
def test_first_order_agrees_with_monte_carlo(same_barometer):
    by_water, by_air = sensitivities()
    stated = InputUncertainty(**STATED, **FILLED, same_barometer=same_barometer)
    water, air = drawn(same_barometer=same_barometer)
    assert air_fco2_uncertainty(by_air, MOLE_FRACTIONS.air, stated) == pytest.approx(air.std(), rel=0.03)
    difference = delta_fco2_uncertainty(by_water, by_air, {"standards": MOLE_FRACTIONS}, stated).total
    assert difference == pytest.approx((water - air).std(), rel=0.03)
    # Leaving out what both have in common would be seen.
    assert difference < 0.9 * np.hypot(water.std(), air.std())


def test_what_is_common_to_both_cancels_as_far_as_both_respond_alike():
    by_water, by_air = sensitivities()
    nothing = dict.fromkeys(STATED, 0.0)
    of_standards = MoleFractionVariance(water=1.0, air=1.0, covariance=1.0)
    alone = delta_fco2_uncertainty(by_water, by_air, {"standards": of_standards}, InputUncertainty(**nothing)).total
    assert alone == pytest.approx(abs(by_water.xco2 - by_air.xco2), rel=1e-9)
    barometer = {**nothing, "pressure": 1.5, "sea_level_pressure": 1.5}
    shared = delta_fco2_uncertainty(by_water, by_air, {}, InputUncertainty(**barometer, same_barometer=True)).total
    assert shared == pytest.approx(1.5 * abs(by_water.pressure - by_air.pressure), rel=1e-6)
    separate = delta_fco2_uncertainty(by_water, by_air, {}, InputUncertainty(**barometer)).total
    assert separate == pytest.approx(1.5 * np.hypot(by_water.pressure, by_air.pressure), rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_air_has_no_correction_of_temperature(method):
    """Whatever the method, fCO2 of air responds to sea-surface temperature by the vapour pressure and the fugacity alone."""
    by_air = fco2_sensitivities(AIR, P_AIR, SST, S, SST, method=method)
    step = 0.01
    slope = (of_air(AIR, P_AIR, SST + step, S) - of_air(AIR, P_AIR, SST - step, S)) / (2 * step)
    only_sst = InputUncertainty(**{**dict.fromkeys(STATED, 0.0), "sst": 0.1, "coefficient": 0.01})
    assert air_fco2_uncertainty(by_air, 0.0, only_sst) == pytest.approx(0.1 * abs(slope), rel=1e-6)
