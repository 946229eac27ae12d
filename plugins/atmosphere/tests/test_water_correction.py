"""Water corrections: hand calculations, inverses, and the dry columns of a real analyser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.water_correction import (
    FACTORY,
    Correction,
    dry_mole_fraction,
    factory_correction,
    mean_of_last_two,
    water_vapour_from_reported,
    wet_mole_fraction,
)
from raw_days import raw_days

if TYPE_CHECKING:
    from pathlib import Path

REUM = Correction(form="reum-2019", a=-0.0120, b=-2.67e-4, d=0.0002, h_p=0.2)
CARBON_MONOXIDE = Correction(form="co-2013", a=-0.0124, b=-0.0006, c1=2.306, c2=4.405, c3=-2.093, c4=0.315)
CUBIC = Correction(form="cubic", a=-1.2, b=0.5, c=-2.0)


@pytest.mark.parametrize(
    ("correction", "wet", "humidity", "dry"),
    [
        (FACTORY["co2"], 400.0, 2.0, 400.0 / (1 - 0.024 - 4 * 2.67e-4)),
        (FACTORY["ch4"], 1900.0, 1.0, 1900.0 / (1 - 0.00982 - 2.39e-4)),
        (REUM, 400.0, 0.2, 400.0 / (1 - 0.0024 - 0.04 * 2.67e-4 + 0.0002 * (np.exp(-1.0) - 1.0))),
        (CARBON_MONOXIDE, 100.0, 1.0, (100.0 - 4.933) / 0.987),
        (CUBIC, 330.0, 2.0, 330.0 / (1 - 0.024 + 0.0002 - 0.000016)),
        (Correction(form="none"), 400.0, 2.0, 400.0),
    ],
    ids=lambda each: each.form if isinstance(each, Correction) else "",
)
def test_by_hand(correction: Correction, wet: float, humidity: float, dry: float) -> None:
    assert dry_mole_fraction(wet, humidity, correction) == pytest.approx(dry, rel=1e-14)


@pytest.mark.parametrize("correction", [*FACTORY.values(), REUM, CARBON_MONOXIDE, CUBIC, Correction(form="none")])
def test_dry_air_is_left_alone(correction: Correction) -> None:
    assert dry_mole_fraction([400.0, 410.5], [0.0, 0.0], correction).tolist() == [400.0, 410.5]


@given(
    st.sampled_from([*FACTORY.values(), REUM, CARBON_MONOXIDE, CUBIC, Correction(form="none")]), st.floats(-0.01, 5.0), st.floats(50, 5000)
)
def test_the_inverse_returns(correction: Correction, humidity: float, dry: float) -> None:
    assert dry_mole_fraction(wet_mole_fraction(dry, humidity, correction), humidity, correction) == pytest.approx(dry, rel=1e-13)


def test_reum_is_quadratic_far_from_dry() -> None:
    """Beyond a few h_p the deviation is the constant -d."""
    humidity = np.array([3.0, 4.0])
    plain = Correction(a=REUM.a, b=REUM.b)
    assert wet_mole_fraction(400.0, humidity, plain) - wet_mole_fraction(400.0, humidity, REUM) == pytest.approx(400.0 * 0.0002, rel=1e-5)


def test_humidity_is_broadcast_and_nothing_is_changed() -> None:
    wet = np.array([[400.0, 401.0], [402.0, 403.0]])
    humidity = np.array([1.0, 2.0])
    dry = dry_mole_fraction(wet, humidity, FACTORY["co2"])
    assert dry.shape == (2, 2)
    assert dry[1, 1] == dry_mole_fraction(403.0, 2.0, FACTORY["co2"])
    same = dry_mole_fraction(wet, humidity, Correction(form="none"))
    same[:] = 0.0
    assert wet.tolist() == [[400.0, 401.0], [402.0, 403.0]]


@pytest.mark.parametrize("correction", [*FACTORY.values(), REUM, CARBON_MONOXIDE, CUBIC])
def test_what_cannot_be_is_missing(correction: Correction) -> None:
    """Missing readings, and humidities that only a damaged file has, give no number."""
    found = dry_mole_fraction([400.0, np.nan, 400.0], [np.nan, 1.0, 1e6], correction)
    assert np.isnan(found).all()
    assert np.isfinite(dry_mole_fraction(400.0, -0.01, correction))


def test_without_a_correction_the_humidity_does_not_matter() -> None:
    assert dry_mole_fraction([400.0], [np.nan], Correction(form="none")).tolist() == [400.0]


def test_mean_of_last_two() -> None:
    found = mean_of_last_two([1.0, 2.0, np.nan, 4.0, 5.0])
    np.testing.assert_array_equal(found, [1.0, 1.5, np.nan, 4.0, 4.5])
    assert mean_of_last_two([]).size == 0


@pytest.mark.parametrize(
    ("arguments", "words"), [({"form": "cubical"}, "'cubical', expected one of quadratic"), ({"h_p": 0.0}, "h_p must be positive, not 0")]
)
def test_mistakes_are_named(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Correction(**arguments)


def test_gases_without_factory_coefficients_are_refused() -> None:
    assert factory_correction("ch4") is FACTORY["ch4"]
    with pytest.raises(ValueError, match=r"'co' are known \(known: co2, ch4\)"):
        factory_correction("co")


@pytest.mark.realdata
@pytest.mark.parametrize(("gas", "column", "largest"), [("co2", "CO2", 1.05e-8), ("ch4", "CH4", 7.9e-9)])
def test_dry_columns_of_a_real_analyser_are_repeated(real_data: Path, gas: str, column: str, largest: float) -> None:
    rows = raw_days(real_data)
    fresh = rows[rows["species"] == 3]
    humidity = fresh["h2o_reported"].to_numpy()
    wet, dry = fresh[column].to_numpy(), fresh[f"{column}_dry"].to_numpy()

    def difference(h: np.ndarray) -> float:
        # The reading before the first row stands in no file.
        return float(np.max(np.abs(dry_mole_fraction(wet, h, FACTORY[gas])[1:] / dry[1:] - 1.0)))

    assert fresh.shape[0] == 60_866
    assert difference(mean_of_last_two(humidity)) < largest
    assert 2e-5 < difference(humidity) < 3.2e-5


@pytest.mark.realdata
def test_water_vapour_column_of_a_real_analyser(real_data: Path) -> None:
    rows = raw_days(real_data)
    assert np.max(np.abs(water_vapour_from_reported(rows["h2o_reported"]) - rows["H2O"])) < 1e-11


@pytest.mark.realdata
def test_level_1_of_the_thematic_centre_is_reproduced(real_data: Path) -> None:
    """Gartow, 24 hours: co2Raw with H2O, factory form, and one line give co2 to the digits that the file has; without water they do not."""
    lines = (real_data / "atmosphere" / "icos_cp" / "realatc.CO2").read_text(encoding="utf-8").splitlines()
    names = next(line for line in reversed(lines) if line.startswith("#")).lstrip("#").split(";")
    rows = [line.split(";") for line in lines if line and not line.startswith("#")]
    co2, raw, water = (np.array([float(row[names.index(name)]) for row in rows]) for name in ("co2", "co2Raw", "H2O"))

    def residual(dry: np.ndarray) -> np.ndarray:
        return np.polynomial.Polynomial.fit(dry, co2, 1)(dry) - co2

    found = residual(dry_mole_fraction(raw, water, FACTORY["co2"]))
    assert found.size == 24
    assert np.sqrt(np.mean(found**2)) <= 0.002
    assert np.max(np.abs(found)) <= 0.004
    assert np.sqrt(np.mean(residual(raw) ** 2)) > 0.4
