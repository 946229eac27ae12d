"""Practical salinity against a thermosalinograph's own."""

import numpy as np
import pytest
from icos_ocean.practical_salinity import salinity_from_conductivity


def test_standard_sea_water():
    """At 15 °C (IPTS-68) and no pressure, 42.9140 mS/cm is the conductivity of sea water of salinity 35 (PSS-78)."""
    half_a_digit = 5e-5
    assert salinity_from_conductivity(42.9140, 15.0 / 1.00024) == pytest.approx(35.0, abs=half_a_digit)


@pytest.mark.realdata
@pytest.mark.parametrize("logger", ["tsg1", "tsg2"])
def test_salinity_of_a_thermosalinograph_is_repeated(real_data, logger):
    lines = (real_data / "ocean" / "openrvdas_NBP1406" / f"NBP1406_{logger}-2014-08-01").read_text(encoding="ascii").splitlines()
    temperature, conductivity, salinity = np.array([[float(v) for v in line.split(maxsplit=1)[1].split(",")[:3]] for line in lines]).T
    assert temperature.size == 5000
    difference = salinity_from_conductivity(10.0 * conductivity, temperature) - salinity
    assert np.max(np.abs(difference)) < 1.35e-4
    assert abs(np.mean(difference)) < 5e-5
