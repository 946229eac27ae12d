"""Units (UDUNITS) are checked and converted where stages meet."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import cf_units

from icos_core.exceptions import DataError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["can_become", "convert", "convertible", "require_units"]


@cache
def _unit(text: str) -> Any:
    try:
        return cf_units.Unit(text)
    except ValueError as error:
        raise DataError(f"{text!r} is no unit that UDUNITS knows") from error


def convertible(source: str, target: str) -> bool:
    """Whether values in `source` can be converted to `target`."""
    return bool(_unit(source).is_convertible(_unit(target)))


def can_become(source: str, target: str) -> bool:
    """Whether values in `source` can be converted to `target`; units that UDUNITS does not know cannot."""
    try:
        return convertible(source, target)
    except DataError:
        return False


def convert(values: Any, source: str, target: str) -> Any:
    """Convert values between units.

    Raises
    ------
    DataError
        Where a unit is unknown or the two do not measure the same kind of quantity.
    """
    if source == target:
        return values
    if not convertible(source, target):
        raise DataError(f"cannot convert {source or 'no unit'!r} to {target or 'no unit'!r}")
    return _unit(source).convert(values, _unit(target))


def require_units(stream: xr.Dataset, name: str, units: str) -> xr.Dataset:
    """Return the stream with variable `name` (and its uncertainties) in `units`; the stream itself where they are already."""
    names = [name, *(str(other) for other in stream.data_vars if str(other).startswith(f"{name}_uncertainty"))]
    changed = {}
    for each in names:
        source = str(stream.variables[each].attrs.get("units", ""))
        if source == units:
            continue
        try:
            if each == name:
                values = convert(stream.variables[each].values, source, units)
            else:
                values = stream.variables[each].values * (convert(1.0, source, units) - convert(0.0, source, units))
        except DataError as error:
            raise DataError(f"{each}: {error}") from error
        changed[each] = (stream.variables[each].dims, values, {**stream.variables[each].attrs, "units": units})
    return stream.assign(changed) if changed else stream
