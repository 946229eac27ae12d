"""SOCAT's recalculation against formulas written out by hand, one row and one source at a time."""

import math

import numpy as np
import pytest
from icos_ocean.socat_recalculation import RANGES, SOURCES, Reported, range_level, recalculate

NAMES = tuple(Reported.__dataclass_fields__)


def vapour(t, s):
    """Return the pressure of water vapour in hPa after Weiss and Price (1980)."""
    k = t + 273.15
    return 1013.25 * math.exp(24.4543 - 67.4509 * (100 / k) - 4.8489 * math.log(k / 100) - 0.000544 * s)


def virial(x, p, t):
    k = t + 273.15
    b = -1636.75 + 12.0408 * k - 0.0327957 * k**2 + 0.0000316528 * k**3
    return math.exp((p / 1013.25) * (b + 2 * (1 - x / 1e6) ** 2 * (57.7 - 0.118 * k)) / (82.057 * k))


def judge(row):  # noqa: C901, PLR0911, PLR0912  # written out on purpose, as the fourteen cases that they are
    """Return fCO2 and its source for one row: a dictionary without what is missing."""
    has = row.__contains__
    x, xs, p, ps, f, fs = (row.get(name) for name in ("xco2", "xco2_sst", "pco2_equilibrator", "pco2", "fco2_equilibrator", "fco2"))
    te, t, s, woa = (row.get(name) for name in ("equilibrator_temperature", "sst", "salinity", "salinity_climatology"))
    pressure = row["equilibrator_pressure"] if has("equilibrator_pressure") else row.get("atmospheric_pressure")
    if pressure is not None and not has("equilibrator_pressure"):
        pressure = pressure + 3
    ncep = row["sea_level_pressure_reanalysis"] + 3 if has("sea_level_pressure_reanalysis") else None

    def there(*values):
        return all(value is not None for value in values)

    warm = math.exp(0.0423 * (t - te)) if there(t, te) else None
    if there(x, pressure, s, te, t):
        return x * (pressure - vapour(te, s)) / 1013.25 * virial(x, pressure, te) * warm, 1
    if there(xs, pressure, s, t):
        return xs * (pressure - vapour(t, s)) / 1013.25 * virial(xs, pressure, t), 2
    if there(p, pressure, te, t):
        return p * virial(p, pressure, te) * warm, 3
    if there(ps, pressure, t):
        return ps * virial(ps, pressure, t), 4
    if there(f, te, t):
        return f * warm, 5
    if there(fs):
        return fs, 6
    if there(p, ncep, te, t):
        return p * virial(p, ncep, te) * warm, 7
    if there(ps, ncep, t):
        return ps * virial(ps, ncep, t), 8
    if there(x, pressure, woa, te, t):
        return x * (pressure - vapour(te, woa)) / 1013.25 * virial(x, pressure, te) * warm, 9
    if there(xs, pressure, woa, t):
        return xs * (pressure - vapour(t, woa)) / 1013.25 * virial(xs, pressure, t), 10
    if there(x, ncep, s, te, t):
        return x * (ncep - vapour(te, s)) / 1013.25 * virial(x, ncep, te) * warm, 11
    if there(xs, ncep, s, t):
        return xs * (ncep - vapour(t, s)) / 1013.25 * virial(xs, ncep, t), 12
    if there(x, ncep, woa, te, t):
        return x * (ncep - vapour(te, woa)) / 1013.25 * virial(x, ncep, te) * warm, 13
    if there(xs, ncep, woa, t):
        return xs * (ncep - vapour(t, woa)) / 1013.25 * virial(xs, ncep, t), 14
    return math.nan, 0


def random_rows(size, seed):
    random = np.random.default_rng(seed)
    arrays = {}
    for name in NAMES:
        low, high = (100, 900) if "co2" in name else (-1.8, 34) if "temp" in name or name == "sst" else (0, 42)
        if "pressure" in name:
            low, high = 940, 1060
        arrays[name] = random.uniform(low, high, size)
        arrays[name][random.random(size) < random.choice([0.3, 0.6, 0.85], size)] = np.nan
    return arrays


def test_all_fourteen_sources_against_the_judge():
    arrays = random_rows(6000, 3)
    found, source = recalculate(Reported(**arrays))
    rows = [{name: float(array[row]) for name, array in arrays.items() if np.isfinite(array[row])} for row in range(6000)]
    expected, numbers = zip(*map(judge, rows), strict=True)
    assert set(numbers) == set(range(15)), "the random rows do not try every source"
    np.testing.assert_array_equal(source, numbers)
    np.testing.assert_allclose(found, expected, rtol=2e-12, atol=0, equal_nan=True)


def test_blocks_leave_no_seam():
    arrays = random_rows(500, 4)
    many = {name: np.resize(array, 140_000) for name, array in arrays.items()}
    found, source = recalculate(Reported(**many))
    few, few_sources = recalculate(Reported(**arrays))
    np.testing.assert_array_equal(found, np.resize(few, 140_000))
    np.testing.assert_array_equal(source, np.resize(few_sources, 140_000))


def test_a_zero_counts_as_missing_where_nothing_can_be_zero():
    one = {"xco2": 400.0, "equilibrator_temperature": 0.0, "sst": 0.0, "salinity": 0.0, "equilibrator_pressure": 0.0, "fco2": 390.0}
    found, source = recalculate(Reported(**{name: np.array([value]) for name, value in one.items()}))
    assert (found[0], source[0]) == (390.0, 6)
    found, source = recalculate(Reported(**{name: np.array([value]) for name, value in {**one, "equilibrator_pressure": 1000.0}.items()}))
    assert source[0] == 1
    assert found[0] == pytest.approx(400.0 * (1000.0 - vapour(0.0, 0.0)) / 1013.25 * virial(400.0, 1000.0, 0.0))


def test_nothing_gives_nothing():
    found, source = recalculate(Reported())
    assert (found.size, source.size) == (0, 0)
    found, source = recalculate(Reported(sst=np.array([10.0])))
    assert np.isnan(found[0])
    assert source[0] == 0


def test_arrays_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="one length"):
        Reported(sst=np.zeros(2), salinity=np.zeros(3))


def test_the_order_of_sources():
    assert [source.number for source in SOURCES] == list(range(1, 15))


@pytest.mark.parametrize(
    ("name", "values", "levels"),
    [
        ("salinity", [-0.2, -0.05, 0.0, 42.0, 42.1, 50.0, 50.1, np.nan], [4, 3, 1, 1, 3, 3, 4, 2]),
        ("sst", [-10.1, -6.0, -5.0, 40.0, 45.0, 51.0], [4, 3, 1, 1, 3, 4]),
        ("equilibrator_pressure", [749.0, 800.0, 900.0, 1100.0, 1200.0, 1251.0], [4, 3, 1, 1, 3, 4]),
        ("xco2", [-1.0, 79.0, 80.0, 1200.0, 1201.0, 50001.0], [4, 3, 1, 1, 3, 4]),
        ("speed", [0.0, 80.0, 81.0, 401.0], [1, 1, 3, 4]),
    ],
)
def test_limits_of_the_dashboard(name, values, levels):
    np.testing.assert_array_equal(range_level(name, values), levels)


def test_every_reported_quantity_has_limits():
    assert set(NAMES) <= set(RANGES)
