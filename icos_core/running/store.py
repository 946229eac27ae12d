"""Content-addressed store of what has been read or condensed.

One object is one file: a line with the format, a checksum and JSON (variables, dtypes, shapes, attributes, a free `meta`), then the arrays,
uncompressed and aligned, so that loading maps large ones into memory. An object is written elsewhere and renamed, so it is whole or
absent; one that was damaged from outside fails its checksums and counts as absent.
"""

from __future__ import annotations

import json
import shutil
import uuid
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from icos_core.exceptions import DataError, RunError
from icos_core.running.commit import PARTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Store", "Stored"]

_FORMAT = "icos-store-2"
_ALIGNMENT = 64
# The number of maps of a process is limited, so only what is worth it is mapped.
_MAPPED_FROM_BYTES = 4_000_000
_PLAIN_KINDS = frozenset("biufcmMSU")
_LOOKED_AT = 65_536


class Stored(NamedTuple):
    """An object of the store: the streams and what was noted beside them."""

    streams: dict[str, xr.Dataset]
    meta: dict[str, Any]


class Store:
    """Objects below one folder, addressed by key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Return where the object of `key` stands or would stand."""
        return self.folder / key[:2] / f"{key}.icos"

    def save(self, key: str, streams: Mapping[str, xr.Dataset], meta: Mapping[str, Any]) -> None:
        """Write an object; what stands there already is replaced.

        Raises
        ------
        DataError
            For a variable or attribute of a type that cannot be stored.
        RunError
            Where the file cannot be written.
        """
        arrays: list[NDArray[Any]] = []
        described = {name: _describe(stream, name, arrays) for name, stream in streams.items()}
        checksum = 0
        for array in arrays:
            checksum = zlib.crc32(_octets(array), checksum)
        try:
            content = json.dumps({"crc32": checksum, "streams": described, "meta": meta}, default=_number).encode()
        except (TypeError, ValueError) as error:
            raise DataError(f"an attribute or note is neither text nor number nor an array of them: {error}") from error
        header = f"{_FORMAT} {zlib.crc32(content):08x} ".encode() + content + b"\n"
        target = self.path(key)
        part = self._parts / uuid.uuid4().hex
        try:
            self._parts.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(exist_ok=True)
            try:
                with part.open("wb") as file:
                    file.write(header)
                    for array in arrays:
                        file.write(b"\0" * (-file.tell() % _ALIGNMENT))
                        file.write(_octets(array))
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise RunError(f"cannot write to {self.folder}: {error.strerror or error}") from error

    def meta(self, key: str) -> dict[str, Any] | None:
        """Return what was noted beside an object, or None where the object is absent or its header is damaged."""
        try:
            with self.path(key).open("rb") as file:
                content = _content(file.readline())
        except OSError:
            return None
        return content["meta"] if content is not None else None

    def load(self, key: str) -> Stored | None:
        """Return an object (its arrays are read-only), or None where it is absent or damaged."""
        try:
            octets = _file_octets(self.path(key))
        except OSError:
            return None
        end = _end_of_line(octets)
        content = _content(octets[:end].tobytes())
        if content is None:
            return None
        try:
            reader = _ArrayReader(octets, end)
            streams = {name: _restore(described, reader) for name, described in content["streams"].items()}
        except ValueError:
            return None
        if reader.checksum != content["crc32"]:
            return None
        return Stored(streams, content["meta"])

    def remove(self, key: str) -> None:
        """Remove an object; one that is absent stays so."""
        self.path(key).unlink(missing_ok=True)

    def clear_parts(self) -> None:
        """Remove what killed runs left half written; no other run may be at work."""
        shutil.rmtree(self._parts, ignore_errors=True)

    def discard(self, keep: Collection[str]) -> int:
        """Remove every object whose key is not in `keep`; return how many went."""
        kept = frozenset(keep)
        removed = 0
        for path in self.folder.glob("??/*"):
            if path.suffix != ".icos" or path.stem not in kept:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    @property
    def _parts(self) -> Path:
        return self.folder / PARTS


def _content(line: bytes) -> dict[str, Any] | None:
    """Return what the first line of an object says, or None where it is damaged."""
    name, _, rest = line.partition(b" ")
    checksum, _, content = rest.partition(b" ")
    # The checksum of nothing is zero, so an empty content must be refused by itself.
    if name != _FORMAT.encode() or not content.endswith(b"}\n") or checksum != b"%08x" % zlib.crc32(content[:-1]):
        return None
    described: dict[str, Any] = json.loads(content)
    return described


def _end_of_line(octets: NDArray[np.uint8]) -> int:
    """Return where the first line ends, its end included; a large object is mapped, and only as much of it looked at as that takes."""
    start = 0
    while start < octets.size:
        found = octets[start : start + _LOOKED_AT].tobytes().find(b"\n")
        if found >= 0:
            return start + found + 1
        start += _LOOKED_AT
    return int(octets.size)


def _file_octets(path: Path) -> NDArray[np.uint8]:
    if path.stat().st_size < _MAPPED_FROM_BYTES:
        return np.frombuffer(path.read_bytes(), dtype=np.uint8)
    return np.memmap(path, dtype=np.uint8, mode="r")


def _octets(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _describe(stream: xr.Dataset, stream_name: str, arrays: list[NDArray[Any]]) -> dict[str, Any]:
    variables = []
    for name, variable in stream.variables.items():
        values = np.asarray(variable.values)
        if values.dtype.kind not in _PLAIN_KINDS:
            raise DataError(f"{stream_name}: {name} is of type {values.dtype}, expected numbers (categories are integer codes)")
        arrays.append(values)
        variables.append([str(name), list(variable.dims), values.dtype.str, list(values.shape), _plain(variable.attrs)])
    return {"variables": variables, "coords": [str(name) for name in stream.coords], "attrs": _plain(stream.attrs)}


def _number(value: Any) -> Any:
    """Return a number of numpy's as one of Python's, for what was noted."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} {value!r}")


def _plain(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): _plain_value(value) for key, value in attrs.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in _PLAIN_KINDS:
        numbers = value.view("i8") if value.dtype.kind in "mM" else value
        return {"numpy": numbers.tolist(), "dtype": value.dtype.str}
    if isinstance(value, list | tuple):
        return [_plain_value(each) for each in value]
    return value


def _attributes(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _attribute(value) for key, value in plain.items()}


def _attribute(value: Any) -> Any:
    if isinstance(value, dict) and "numpy" in value:
        # Indexing with () makes a number of an array without dimensions, and leaves others as they are.
        return np.array(value["numpy"], dtype=value["dtype"])[()]
    return [_attribute(each) for each in value] if isinstance(value, list) else value


class _ArrayReader:
    def __init__(self, octets: NDArray[np.uint8], position: int) -> None:
        self.octets = octets
        self.position = position
        self.checksum = 0

    def next(self, dtype: str, shape: list[int]) -> NDArray[Any]:
        kind = np.dtype(dtype)
        count = int(np.prod(shape, dtype=np.int64))
        start = self.position + (-self.position % _ALIGNMENT)
        end = start + count * kind.itemsize
        if end > self.octets.size and count:
            raise ValueError("truncated")
        part = self.octets[start:end]
        self.checksum = zlib.crc32(part.data, self.checksum)
        self.position = end
        return np.asarray(part).view(kind).reshape(shape) if count else np.zeros(shape, dtype=kind)


def _restore(described: Mapping[str, Any], reader: _ArrayReader) -> xr.Dataset:
    coords: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for name, dims, dtype, shape, attrs in described["variables"]:
        target = coords if name in described["coords"] else variables
        target[name] = (tuple(dims), reader.next(dtype, shape), _attributes(attrs))
    return xr.Dataset(variables, coords=coords, attrs=_attributes(described["attrs"]))
