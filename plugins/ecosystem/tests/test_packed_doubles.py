"""Doubles in six bytes: how much is lost, and what has to stay itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from icos_ecosystem.packed_doubles import PACKED_BYTES, pack, unpack


@given(arrays(np.float64, st.tuples(st.integers(0, 3), st.integers(0, 4)), elements=st.floats(-1e300, 1e300, allow_subnormal=False)))
def test_values_come_back_within_half_of_the_last_bit_kept(values: np.ndarray) -> None:
    octets = pack(values)
    assert octets.shape == (*values.shape, PACKED_BYTES)
    assert octets.dtype == np.uint8
    # 36 bits of the mantissa are stored; half of the last is 2**-37.
    assert (np.abs(unpack(octets) - values) <= 2.0**-37 * np.abs(values)).all()


@given(st.floats(-1e300, 1e300, allow_subnormal=False))
def test_what_was_packed_once_stays_as_it_is(value: float) -> None:
    once = unpack(pack(np.array([value])))
    np.testing.assert_array_equal(unpack(pack(once)), once)


@pytest.mark.parametrize("value", [0.0, -0.0, 1.0, -2.5, np.inf, -np.inf, 36000.0, np.nan])
def test_small_numbers_and_odd_ones_are_exact(value: float) -> None:
    found = unpack(pack(np.array([value])))
    np.testing.assert_array_equal(found, [value])
    assert np.isnan(value) or np.signbit(found[0]) == np.signbit(value)


def test_a_not_a_number_with_a_payload_in_the_dropped_bits_is_none() -> None:
    odd = np.array([0x7FF0000000000001, 0xFFFFFFFFFFFFFFFF], dtype=np.uint64).view(np.float64)
    assert np.isnan(odd).all()
    assert np.isnan(unpack(pack(odd))).all()


def test_rows_that_are_not_contiguous_are_packed_in_their_order() -> None:
    values = np.arange(12.0).reshape(3, 4).T
    np.testing.assert_array_equal(unpack(pack(values)), values)
    np.testing.assert_array_equal(unpack(pack(values)[1:, ::2]), values[1:, ::2])


def test_numbers_and_bytes_may_stand_alone() -> None:
    assert unpack(pack(np.array(3.5))) == 3.5
