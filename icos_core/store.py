"""Content-addressed store of what has been read or condensed.

One object is one file: a line of JSON (variables, dtypes, shapes, attributes, a free `meta`), then the arrays, uncompressed and aligned, so
that loading maps them into memory. An object is written beside its place and renamed, so it is whole or absent; a damaged one
fails its checksum and counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Store", "Stored", "content_key"]

_FORMAT = "icos-store-1"
_ALIGNMENT = 64


class Stored(NamedTuple):
    """An object of the store: the streams and what was noted beside them."""

    streams: dict[str, xr.Dataset]
    meta: dict[str, Any]


def content_key(*parts: Any) -> str:
    """Return the SHA-256 over the canonical JSON of `parts`."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Store:
    """Objects below one folder, addressed by key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Return where the object of `key` stands or would stand."""
        return self.folder / key[:2] / f"{key}.icos"

    def save(self, key: str, streams: Mapping[str, xr.Dataset], meta: Mapping[str, Any]) -> None:
        """Write an object; what stands there already is replaced."""
        arrays: list[NDArray[Any]] = []
        described = {name: _describe(stream, arrays) for name, stream in streams.items()}
        checksum = 0
        for array in arrays:
            checksum = zlib.crc32(_octets(array), checksum)
        header = json.dumps({"format": _FORMAT, "crc32": checksum, "streams": described, "meta": meta}).encode()
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_suffix(f".{os.getpid()}.part")
        try:
            with beside.open("wb") as file:
                file.write(header + b"\n")
                for array in arrays:
                    file.write(b"\0" * (-file.tell() % _ALIGNMENT))
                    file.write(_octets(array))
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)

    def meta(self, key: str) -> dict[str, Any] | None:
        """Return what was noted beside an object, or None where the object is absent or has no readable header."""
        header = self._header(key)
        return header[0]["meta"] if header is not None else None

    def load(self, key: str) -> Stored | None:
        """Return an object (its arrays are read-only maps of the file), or None where it is absent or damaged."""
        header = self._header(key)
        if header is None:
            return None
        content, position = header
        path = self.path(key)
        mapped = np.zeros(0, dtype=np.uint8) if path.stat().st_size == position else np.memmap(path, dtype=np.uint8, mode="r")
        try:
            reader = _ArrayReader(mapped, position)
            streams = {name: _restore(described, reader) for name, described in content["streams"].items()}
        except (ValueError, KeyError, TypeError):
            return None
        if reader.checksum != content["crc32"]:
            return None
        return Stored(streams, content["meta"])

    def discard(self, keep: Collection[str]) -> int:
        """Remove every object whose key is not in `keep`, and what killed runs left; return how many went."""
        removed = 0
        for path in self.folder.glob("??/*"):
            if path.suffix != ".icos" or path.stem not in keep:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _header(self, key: str) -> tuple[dict[str, Any], int] | None:
        try:
            with self.path(key).open("rb") as file:
                line = file.readline()
                content = json.loads(line)
        except (FileNotFoundError, ValueError):
            return None
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            return None
        return content, len(line)


def _octets(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _describe(stream: xr.Dataset, arrays: list[NDArray[Any]]) -> dict[str, Any]:
    variables = []
    for name, variable in stream.variables.items():
        values = np.asarray(variable.values)
        arrays.append(values)
        variables.append([str(name), list(variable.dims), values.dtype.str, list(values.shape), _plain(variable.attrs)])
    return {"variables": variables, "coords": [str(name) for name in stream.coords], "attrs": _plain(stream.attrs)}


def _plain(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in attrs.items():
        if isinstance(value, np.ndarray | np.generic):
            plain[str(key)] = {"numpy": value.tolist(), "dtype": value.dtype.str}
        else:
            plain[str(key)] = value
    return plain


def _attributes(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: np.array(value["numpy"], dtype=value["dtype"]) if isinstance(value, dict) and "numpy" in value else value
        for key, value in plain.items()
    }


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
