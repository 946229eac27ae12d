"""Flags of the raw tests per test, one digit per variable, from the stream's flags per variable, one digit per test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.vocabulary.flux_templates import SERIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.exporters.flux_table import FluxTable

__all__ = ["FLAG_TITLES", "OTHER_FLAGS", "flags_per_variable", "statistical_flags"]

FLAG_TITLES = (
    "spikes_hf",
    "amplitude_resolution_hf",
    "drop_out_hf",
    "absolute_limits_hf",
    "skewness_kurtosis_hf",
    "skewness_kurtosis_sf",
    "discontinuities_hf",
    "discontinuities_sf",
)
_UNITS = "8u/v/w/ts/co2/h2o/ch4/none"
OTHER_FLAGS = (
    ("timelag_hf", "8co2/h2o/ch4/none", "VM97_TLAG_HF"),
    ("timelag_sf", "8co2/h2o/ch4/none", "VM97_TLAG_SF"),
    ("attack_angle_hf", "8aa", "VM97_AOA_HF"),
    ("non_steady_wind_hf", "8U", "VM97_NSHW_HF"),
)
"""Flags that are one variable each: title, units, variable."""
_NOT_TESTED = 9
_LEADING = 8


def statistical_flags(table: FluxTable) -> Iterator[tuple[str, str, NDArray[np.float64]]]:
    """Yield title, units and numbers, (n,), of every test.

    Every number begins with an 8, then one digit per variable: 0 passed, 1 failed, 9 not tested.
    """
    per_variable = [_digits(table.values(f"{series.name}_VM97_TEST")) for series in SERIES]
    stated = np.array([np.isfinite(table.values(f"{series.name}_VM97_TEST")) for series in SERIES]).any(axis=0)
    for position, title in enumerate(FLAG_TITLES):
        number = np.full(table.size, _LEADING, dtype=np.int64)
        for digits in per_variable:
            number = number * 10 + digits[:, position]
        yield title, _UNITS, np.where(stated, number, np.nan)
    for title, units, variable in OTHER_FLAGS:
        yield title, units, table.values(variable)


def flags_per_variable(numbers: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return variable of the stream → its flags, (n,), from title → number of a test, (n,): :func:`statistical_flags` the other way round.

    A test whose column is absent counts as not applied; where no test has a number, there are no flags.
    """
    if not numbers.keys() & set(FLAG_TITLES):
        return {}
    count = next(iter(numbers.values())).size
    columns = [numbers.get(title, np.full(count, np.nan)) for title in FLAG_TITLES]
    per_test = np.stack([_digits(column) for column in columns], axis=1)
    stated = np.isfinite(columns).any(axis=0)
    found = {}
    for place, series in enumerate(SERIES):
        flags = np.full(count, _LEADING, dtype=np.int64)
        for test in range(len(FLAG_TITLES)):
            flags = flags * 10 + per_test[:, test, place]
        tested = stated & (per_test[:, :, place] != _NOT_TESTED).any(axis=1)
        found[f"{series.name}_VM97_TEST"] = np.where(tested, flags, np.nan)
    return found


def _digits(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the digits behind the leading one, (n, 8); 9 where there is no number."""
    whole = np.where(np.isfinite(numbers), numbers, 0).astype(np.int64)
    powers = 10 ** np.arange(len(FLAG_TITLES) - 1, -1, -1, dtype=np.int64)
    digits = (whole[:, np.newaxis] // powers) % 10
    return np.where(np.isfinite(numbers)[:, np.newaxis], digits, _NOT_TESTED)
