"""Equality of streams to the bit, told in the words of the data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import xarray as xr

__all__ = ["assert_same_stream", "assert_same_streams"]


def assert_same_streams(left: Mapping[str, xr.Dataset], right: Mapping[str, xr.Dataset], why: str) -> None:
    """Assert that two mappings of streams are equal to the bit; `why` says what must not have made a difference."""
    assert sorted(left) == sorted(right), f"{why}: streams {sorted(left)} and {sorted(right)}"
    for name in sorted(left):
        assert_same_stream(left[name], right[name], f"{why}: stream {name!r}")


def assert_same_stream(left: xr.Dataset, right: xr.Dataset, why: str, without: Collection[str] = ()) -> None:
    """Assert that two streams have the same variables with the same values, types and attributes, whatever their order.

    Parameters
    ----------
    left, right
        The streams.
    why
        What must not have made a difference.
    without
        Variables to leave out.
    """
    names = _names(left) - set(without)
    assert names == _names(right) - set(without), f"{why}: variables differ: {sorted(names ^ (_names(right) - set(without)))}"
    assert dict(left.sizes) == dict(right.sizes), f"{why}: {dict(left.sizes)} rows and {dict(right.sizes)}"
    for name in sorted(names):
        one, two = left[name], right[name]
        assert one.dtype == two.dtype, f"{why}: {name} is {one.dtype} and {two.dtype}"
        assert one.dims == two.dims, f"{why}: {name} has {one.dims} and {two.dims}"
        different = np.flatnonzero(~_equal(one.values, two.values))
        if different.size:
            row = int(different[0])
            pair = f"{one.values.reshape(-1)[row]} and {two.values.reshape(-1)[row]}"
            raise AssertionError(f"{why}: {name} differs in {different.size} of {one.size} values, first in row {row}: {pair}")
        assert _plain(one.attrs) == _plain(two.attrs), f"{why}: attributes of {name} differ"
    assert _plain(left.attrs) == _plain(right.attrs), f"{why}: attributes differ"


def _names(stream: xr.Dataset) -> set[str]:
    return {str(name) for name in stream.variables}


def _equal(left: Any, right: Any) -> Any:
    equal = left == right
    if left.dtype.kind in "fM":
        missing = np.isnan if left.dtype.kind == "f" else np.isnat
        equal = equal | (missing(left) & missing(right))
    return equal.reshape(-1)


def _plain(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value.tolist() if isinstance(value, np.ndarray | np.generic) else value for key, value in attrs.items()}
