"""Schmidt number, solubility, transfer velocity, wind profile and skin: the values of the reference, and other programs as judges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from icos_ocean.gas_transfer import METHODS, MMOL_PER_DAY, Wind, schmidt_number, solubility, solubility_per_mass, transfer_velocity
from icos_ocean.seawater_co2 import water_vapour_pressure
from icos_ocean.skin_temperature import cool_skin
from icos_ocean.wind_profile import wind_factor


def constant(speed: float) -> Wind:
    return Wind(np.array([speed]))


def test_schmidt_number_at_20_degrees() -> None:
    assert schmidt_number(20.0) == pytest.approx(668.34, abs=0.005)


def test_solubility_at_20_degrees_and_salinity_35() -> None:
    assert solubility(20.0, 35.0) == pytest.approx(0.033215, abs=5e-7)
    assert solubility_per_mass(20.0, 35.0) == pytest.approx(0.032407, abs=5e-7)


def test_the_example_of_the_reference() -> None:
    velocity = transfer_velocity(constant(7.0), schmidt_number(15.0)).velocity[0]
    assert velocity == pytest.approx(10.742, abs=5e-4)
    assert MMOL_PER_DAY * velocity * solubility(15.0, 35.0) * -30.0 == pytest.approx(-2.973, abs=5e-4)


SPEEDS, TEMPERATURES = np.linspace(0.0, 25.0, 26)[:, None], np.linspace(-1.5, 35.0, 20)[None, :]


@pytest.mark.parametrize(
    ("method", "name", "squared"),
    [
        ("wanninkhof-2014", "k_Wa14", True),
        ("nightingale-2000", "k_Ni00", False),
        ("ho-2006", "k_Ho06", True),
        ("sweeney-2007", "k_Sw07", True),
        ("wanninkhof-2009", "k_Wa09", False),
        ("mcgillis-2001", "k_Mc01", False),
    ],
)
def test_transfer_velocities_against_pyseaflux(method: str, name: str, squared: bool) -> None:  # a parameter of the table
    judge = getattr(pytest.importorskip("pyseaflux").gas_transfer_velocity, name)
    wind, temperature = np.broadcast_arrays(SPEEDS, TEMPERATURES)
    theirs = judge(wind**2 if squared else wind, temperature)
    ours = transfer_velocity(Wind(wind), schmidt_number(temperature), method).velocity
    if method == "mcgillis-2001":
        # pyseaflux leaves the constant, which is of Sc 660 as the rest is, at that Schmidt number.
        theirs = theirs - 3.3 + 3.3 * (schmidt_number(temperature) / 660.0) ** -0.5
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_every_method_is_judged_and_has_its_paper() -> None:
    assert all("doi:10." in method.source for method in METHODS.values())
    assert len(METHODS) == 6


def test_flux_against_pyseaflux() -> None:
    judge = pytest.importorskip("pyseaflux")
    random = np.random.default_rng(1)
    t, S = random.uniform(-1.0, 30.0, 500), random.uniform(5.0, 38.0, 500)
    water, air, U = random.uniform(200.0, 600.0, 500), random.uniform(380.0, 430.0, 500), random.uniform(0.0, 20.0, 500)
    velocity = transfer_velocity(Wind(U), schmidt_number(t)).velocity
    # pyseaflux divides K0 by (P - pH2O); at this pressure that is 1.
    pressure = (1.0 + water_vapour_pressure(t, S)) * 1013.25
    theirs = judge.flux_bulk(t, S, water, air, pressure, velocity) / 12.0108 * 1000.0
    ours = MMOL_PER_DAY * velocity * solubility(t, S) * (water - air)
    np.testing.assert_allclose(ours, theirs, rtol=2e-4)


@pytest.mark.parametrize("method", METHODS)
def test_response_to_wind_is_the_derivative(method: str) -> None:
    speed, step = np.linspace(0.5, 20.0, 40), 1e-4
    schmidt = schmidt_number(12.0)
    high, low = (transfer_velocity(Wind(speed + sign * step), schmidt, method).velocity for sign in (1, -1))
    found = transfer_velocity(Wind(speed), schmidt, method).by_wind
    np.testing.assert_allclose(found, (high - low) / (2 * step), rtol=1e-6, atol=1e-9)


def test_moments_of_a_wind_that_varies() -> None:
    gusts = np.random.default_rng(2).rayleigh(6.0, 200_000)
    wind = Wind(np.array([gusts.mean()]), np.array([np.mean(gusts**2)]), np.array([np.mean(gusts**3)]))
    for method in METHODS:
        each = transfer_velocity(Wind(gusts), 660.0, method).velocity.mean()
        assert transfer_velocity(wind, 660.0, method).velocity[0] == pytest.approx(each, rel=1e-12)


def test_unknown_parameterisation() -> None:
    with pytest.raises(ValueError, match="no parameterisation 'wanninkhof'"):
        transfer_velocity(constant(5.0), 660.0, "wanninkhof")


def test_wind_profiles() -> None:
    assert wind_factor(10.0) == wind_factor(10.0, "power") == 1.0
    assert wind_factor(20.0) == pytest.approx(math.log(10.0 / 1.52e-4) / math.log(20.0 / 1.52e-4))
    assert wind_factor(20.0, "power", 1.0 / 7.0) == pytest.approx(0.5 ** (1.0 / 7.0))
    assert wind_factor(4.0) > 1.0 > wind_factor(40.0)
    with pytest.raises(ValueError, match="must be above"):
        wind_factor(1e-5)
    with pytest.raises(ValueError, match="no wind profile"):
        wind_factor(20.0, "flat")


def test_cool_skin_of_donlon() -> None:
    assert cool_skin(0.0) == pytest.approx(-0.44)
    assert cool_skin(3.7) == pytest.approx(-0.14 - 0.30 / math.e)
    assert cool_skin(50.0) == pytest.approx(-0.14, abs=1e-6)
