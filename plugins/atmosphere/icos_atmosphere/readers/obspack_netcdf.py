"""A netCDF file as readers of finished products see it: attributes as text, variables as plain arrays, every fault an `InputError`.

Files of netCDF-3 are read by scipy, whose parser is Python: a damaged header, which may end a process within the C library, is an exception
there.
"""

from __future__ import annotations

import math
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
from scipy.io import netcdf_file

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["NetcdfFile", "is_netcdf", "opened"]

_CLASSIC = (b"CDF\x01", b"CDF\x02")
_MAGIC = (*_CLASSIC, b"CDF\x05", b"\x89HDF\r\n\x1a\n")
_MOST_BYTES = 1 << 31
"""More than this no variable of a time series has: a file that says so is damaged."""


def is_netcdf(head: bytes) -> bool:
    """Whether the first bytes of a file are those of netCDF, classic or HDF5."""
    return head.startswith(_MAGIC)


@dataclass(frozen=True)
class _Variable:
    dimensions: tuple[str, ...]
    attributes: Mapping[str, Any]
    load: Callable[[], NDArray[Any]]


@contextmanager
def _faults(name: str, what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, AttributeError, LookupError, TypeError, ValueError, MemoryError, OverflowError) as error:
        raise InputError(name, f"{what} cannot be read: {error or type(error).__name__}") from error


@contextmanager
def opened(path: Path) -> Iterator[NetcdfFile]:
    """Open a netCDF file for as long as the block runs.

    Raises
    ------
    InputError
        For a file that cannot be opened.
    """
    with ExitStack() as stack:
        with _faults(path.name, "the file"):
            with path.open("rb") as file:
                is_classic = file.read(len(_CLASSIC[0])) in _CLASSIC
            if is_classic:
                found = _of_classic(stack.enter_context(netcdf_file(path, "r", mmap=False)))
            else:
                found = _of_library(stack.enter_context(netCDF4.Dataset(path)))
        yield NetcdfFile(path.name, *found)


def _of_classic(file: Any) -> tuple[dict[str, Any], dict[str, _Variable]]:
    def of(variable: Any) -> _Variable:
        def load() -> NDArray[Any]:
            data = np.asarray(variable.data)
            return data.astype(data.dtype.newbyteorder("="))

        return _Variable(tuple(variable.dimensions), dict(variable._attributes), load)  # noqa: SLF001  # scipy has no other way to list them

    return dict(file._attributes), {str(name): of(variable) for name, variable in file.variables.items()}  # noqa: SLF001  # as above


def _of_library(file: netCDF4.Dataset) -> tuple[dict[str, Any], dict[str, _Variable]]:
    file.set_auto_maskandscale(False)

    def of(variable: Any) -> _Variable:
        def load() -> NDArray[Any]:
            width = variable.dtype.itemsize if isinstance(variable.dtype, np.dtype) else 16
            size = math.prod(variable.shape) * width
            if size > _MOST_BYTES:
                raise OverflowError(f"it is said to have {size} bytes")
            return np.asarray(variable[...])

        return _Variable(tuple(variable.dimensions), {str(key): variable.getncattr(key) for key in variable.ncattrs()}, load)

    attributes = {str(key): file.getncattr(key) for key in file.ncattrs()}
    return attributes, {str(name): of(variable) for name, variable in file.variables.items()}


class NetcdfFile:
    """Attributes and variables of an open file.

    Attributes
    ----------
    name
        Name of the file, for messages.
    dimensions
        Variable → its dimensions.
    """

    def __init__(self, name: str, attributes: Mapping[str, Any], variables: Mapping[str, _Variable]) -> None:
        self.name = name
        self.dimensions = {key: variable.dimensions for key, variable in variables.items()}
        self._attributes = attributes
        self._variables = variables

    def text(self, *names: str) -> str:
        """Return the first of some global attributes that is there and not empty, as text."""
        return _first(self._attributes, names)

    def text_of(self, variable: str, *names: str) -> str:
        """Return the first of some attributes of a variable that is there and not empty, as text."""
        return _first(self._variables[variable].attributes, names)

    def values(self, name: str) -> NDArray[Any]:
        """Return the values of a variable as they are in the file."""
        with _faults(self.name, f"variable {name!r}"):
            return self._variables[name].load()

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return the values of a variable as numbers, NaN where they are the variable's own fill or missing value, packing undone."""
        values, attributes = self.values(name), self._variables[name].attributes
        with _faults(self.name, f"variable {name!r}"):
            found = values.astype(np.float64)
            for key in ("_FillValue", "missing_value"):
                if key in attributes:
                    found[values == np.asarray(attributes[key]).astype(values.dtype).ravel()[0]] = np.nan
            found[np.isinf(found)] = np.nan
            if "scale_factor" in attributes or "add_offset" in attributes:
                found = found * float(attributes.get("scale_factor", 1.0)) + float(attributes.get("add_offset", 0.0))
        return found

    def words(self, name: str) -> NDArray[np.str_]:
        """Return the texts of a variable, (n,): characters along a last dimension of their own, single ones, or strings."""
        values = self.values(name)
        with _faults(self.name, f"variable {name!r}"):
            if values.dtype.kind == "S" and values.ndim == 2:
                values = np.ascontiguousarray(values).view(f"S{values.shape[1] * values.dtype.itemsize}")[:, 0]
            if values.dtype.kind == "S":
                return np.char.decode(values, "latin-1")
            return np.array([str(word) for word in values.ravel()], dtype=np.str_)


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if name in attributes:
            text = _plain(attributes[name])
            if text:
                return text
    return ""


def _plain(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return " ".join(str(value).split())
