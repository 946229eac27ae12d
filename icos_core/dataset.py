"""Conventions of the data sets that stages hand over.

A stream is an :class:`xarray.Dataset`, numpy-backed. In measured and calibrated streams `time` leads every variable: UTC,
``datetime64[ns]``, increasing, unique. Beside a quantity ``x`` stand its companions:

========================= ======= =============================================================================
``x_uncertainty``         float64 standard uncertainty (k = 1), same unit
``x_uncertainty_<term>``  float64 one term of it, with attribute ``error_correlation``
``x_tests``               int32   bits of outcomes, ``flag_masks`` / ``flag_meanings``
``x_evaluated``           int32   bits of the tests that could be applied
``x_flag``                int8    primary flag 1 good, 2 not evaluated, 3 questionable, 4 bad, 9 missing
``x_flag_origin``         int8    0 automatic, 1 person, 2 propagated
``x_source``              int8    0 measured, 1 interpolated (a reader, join or calibrator that fills says so), or own codes
``x_sensor``              int8    which of several sensors of one kind the value is of, where they were chosen among
========================= ======= =============================================================================

A float variable with the attribute `describes` says something of the quantity that it names, such as its spread within the interval; it
has no flags of its own and is among the ancillary variables of that quantity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from icos_core.exceptions import DataError, hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from icos_core.components import Variable

__all__ = [
    "BAD",
    "GOOD",
    "MISSING",
    "NOT_EVALUATED",
    "QUESTIONABLE",
    "attributes",
    "category_mask",
    "category_words",
    "check_stream",
    "is_good",
    "make_stream",
    "quantities",
    "set_variable",
    "usable",
]

GOOD, NOT_EVALUATED, QUESTIONABLE, BAD, MISSING = 1, 2, 3, 4, 9

TIME_ATTRIBUTES: dict[str, Any] = {
    "standard_name": "time",
    "long_name": "time in UTC",
    "axis": "T",
    "units_metadata": "leap_seconds: none",
}
_FLAG_SUFFIXES = ("_flag", "_flag_origin", "_tests", "_evaluated", "_source", "_sensor")


def attributes(variable: Variable) -> dict[str, Any]:
    """Return the CF attributes of a word of a vocabulary."""
    attrs: dict[str, Any] = {"long_name": variable.long_name or variable.name.replace("_", " ")}
    if variable.standard_name:
        attrs["standard_name"] = variable.standard_name
    if variable.units:
        attrs["units"] = variable.units
    if variable.flag_values:
        attrs["flag_values"] = np.array(variable.flag_values, dtype=variable.dtype)
        attrs["flag_meanings"] = " ".join(variable.flag_meanings)
    if variable.comment:
        attrs["comment"] = variable.comment
    attrs.update(variable.attributes)
    return attrs


def make_stream(
    time: ArrayLike,
    values: Mapping[str, ArrayLike],
    vocabulary: Iterable[Variable],
    attrs: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Build a stream from arrays and the vocabulary that describes them.

    Parameters
    ----------
    time
        (n,) UTC times, increasing and unique.
    values
        Name → (n,) array; every name must be in `vocabulary`.
    vocabulary
        The words that may occur.
    attrs
        Attributes of the stream.

    Raises
    ------
    DataError
        For a name that is not in the vocabulary, an array of another length than `time`, codes that do not fit, or time out of order.
    """
    words = {variable.name: variable for variable in vocabulary}
    moments = np.asarray(time, dtype="datetime64[ns]")
    variables = {}
    for name, array in values.items():
        if name not in words:
            raise DataError(f"variable {name!r} is not in the vocabulary{hint(name, words)}")
        variables[name] = _column(words[name], array, moments.shape)
    # One call for all: xarray aligns at every assignment.
    stream = xr.Dataset(variables, coords={"time": ("time", moments, dict(TIME_ATTRIBUTES))}, attrs=dict(attrs or {}))
    check_stream(stream)
    return stream


def set_variable(stream: xr.Dataset, variable: Variable, values: ArrayLike) -> None:
    """Set a variable along time in place, with dtype and attributes of the vocabulary.

    Raises
    ------
    DataError
        For an array of another length than `time`, or codes that the dtype of a category cannot hold (NaN among them).
    """
    stream[variable.name] = _column(variable, values, stream["time"].shape)


def _column(variable: Variable, values: ArrayLike, shape: tuple[int, ...]) -> tuple[str, NDArray[Any], dict[str, Any]]:
    given = np.asarray(values)
    if given.shape != shape:
        raise DataError(f"variable {variable.name!r} has shape {given.shape}, expected {shape}")
    with np.errstate(invalid="ignore"):
        array = given.astype(variable.dtype, copy=False)
    if array.dtype.kind in "iu" and array.dtype != given.dtype and not np.array_equal(array, given):
        raise DataError(f"variable {variable.name!r} has values that do not fit {variable.dtype}: {given[array != given][:3].tolist()}")
    return "time", array, attributes(variable)


def check_stream(stream: xr.Dataset, name: str = "stream") -> None:
    """Raise :class:`DataError` unless `time` is there, ``datetime64[ns]``, increasing and unique."""
    if "time" not in stream.coords:
        raise DataError(f"{name}: no coordinate 'time'")
    time = stream.variables["time"].values
    if time.dtype != np.dtype("datetime64[ns]"):
        raise DataError(f"{name}: time is {time.dtype}, expected datetime64[ns]")
    if np.isnat(time).any():
        raise DataError(f"{name}: time has missing values")
    if time.size > 1 and not (np.diff(time) > np.timedelta64(0, "ns")).all():
        raise DataError(f"{name}: time does not increase strictly")


def quantities(stream: xr.Dataset) -> list[str]:
    """Names of the float variables along time that carry flags: no companions, no uncertainties, no categories, no descriptions."""
    return [
        str(name)
        for name, variable in stream.variables.items()
        if variable.dtype.kind == "f"
        and variable.dims[:1] == ("time",)
        and name not in stream.coords
        and "_uncertainty" not in str(name)
        and not str(name).endswith(_FLAG_SUFFIXES)
        and "describes" not in variable.attrs
    ]


def is_good(stream: xr.Dataset, name: str, worst: int = NOT_EVALUATED) -> NDArray[np.bool_]:
    """Rows whose `name` is present and flagged no worse than `worst` (default: good or not evaluated)."""
    values = stream.variables[name].values
    good: NDArray[np.bool_] = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(values.shape, dtype=bool)
    flag = f"{name}_flag"
    if flag in stream:
        rows = stream.variables[flag].values <= worst
        good &= rows.reshape(rows.shape + (1,) * (good.ndim - rows.ndim))
    return good


def usable(stream: xr.Dataset, name: str, worst: int = NOT_EVALUATED) -> NDArray[np.float64]:
    """Values of `name`, NaN where they are missing or flagged worse than `worst`."""
    return np.where(is_good(stream, name, worst), stream.variables[name].values, np.nan)


def category_words(stream: xr.Dataset, name: str) -> dict[str, int]:
    """Words of a category → their codes."""
    attrs = stream.variables[name].attrs
    words = str(attrs.get("flag_meanings", "")).split()
    return dict(zip(words, (int(code) for code in np.atleast_1d(attrs.get("flag_values", []))), strict=True))


def category_mask(stream: xr.Dataset, name: str, words: Sequence[str]) -> NDArray[np.bool_]:
    """Rows whose category `name` is one of `words`.

    Raises
    ------
    DataError
        For a word that the category does not have, with the nearest one that it has.
    """
    codes = category_words(stream, name)
    unknown = [word for word in words if word not in codes]
    if unknown:
        raise DataError(f"{name} has no word {unknown[0]!r}{hint(unknown[0], codes)}")
    wanted: NDArray[np.bool_] = np.isin(stream.variables[name].values, [codes[word] for word in words])
    return wanted
