"""The fewest digits of a float64."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from icos_core.exporters.shortest import LARGEST, SMALLEST, shortest_decimals


def decimals_of(values: np.ndarray) -> list[Decimal]:
    whole, places = shortest_decimals(values)
    return [Decimal(digits).scaleb(-count) for digits, count in zip(whole.tolist(), places.tolist(), strict=True)]


@given(st.lists(st.floats(SMALLEST, LARGEST, exclude_max=True), min_size=1, max_size=50))
def test_digits_read_back_as_the_same_number(numbers: list[float]) -> None:
    assert [float(found) for found in decimals_of(np.array(numbers))] == numbers


def test_as_many_digits_as_repr_has() -> None:
    random = np.random.default_rng(0)
    values = 10.0 ** random.uniform(-5, 15, 20_000)
    found = decimals_of(values)
    assert [float(each) for each in found] == values.tolist()
    digits = [len(each.normalize().as_tuple().digits) for each in found]
    assert digits == [len(Decimal(repr(value)).normalize().as_tuple().digits) for value in values.tolist()]


def test_neighbours_of_powers_of_ten() -> None:
    powers = 10.0 ** np.arange(-4, 15)
    for values in (powers, np.nextafter(powers, 0), np.nextafter(powers, np.inf)):
        assert [float(each) for each in decimals_of(values)] == values.tolist()


def test_powers_of_two_whose_neighbours_are_unequally_far() -> None:
    values = 2.0 ** np.arange(-16, 50)
    assert [float(each) for each in decimals_of(values)] == values.tolist()
