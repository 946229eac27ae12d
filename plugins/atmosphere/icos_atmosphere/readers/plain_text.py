"""The text of a raw file, unpacked where it is packed, and fields without their quotes."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from icos_core.raw_text.delimited_text import TextError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["plain_bytes", "plain_head", "without_quotes"]

_GZIP, _ZIP, _TAR, _TAR_PLACE = b"\x1f\x8b", b"PK\x03\x04", b"ustar", 257
_UNPACKING = (OSError, EOFError, ValueError, RuntimeError, KeyError, IndexError, struct.error, zlib.error, zipfile.BadZipFile)
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_QUOTED = re.compile(rb'"([^"\n]*)"')
_HEAD_BYTES = 1 << 16


def plain_bytes(path: Path) -> bytes:
    """Return the content of a file, that of the one file in it where it is packed with gzip or zip.

    What it is packed with is seen from its first bytes, not from its name.

    Raises
    ------
    OSError
        For a file that cannot be opened.
    TextError
        For a packed file that is damaged, encrypted, or holds not exactly one file.
    """
    return _unpacked(path.read_bytes())


def plain_head(path: Path, size: int = _HEAD_BYTES) -> bytes:
    """Return the first bytes of what :func:`plain_bytes` returns, nothing where that raises."""
    try:
        with path.open("rb") as file:
            head = file.read(size)
        if head.startswith(_GZIP):
            with gzip.open(path) as file:
                head = file.read(size)
        elif head.startswith(_ZIP):
            head = plain_bytes(path)[:size]
        return b"" if _is_tar(head) else head
    except (*_UNPACKING, TextError):
        return b""


def _unpacked(data: bytes) -> bytes:
    if data.startswith(_GZIP):
        try:
            data = gzip.decompress(data)
        except _UNPACKING as error:
            raise TextError(f"packed with gzip, and damaged: {error}") from error
    elif data.startswith(_ZIP):
        data = _of_zip(data)
    if _is_tar(data):
        raise TextError("an archive (tar), which may hold several files: unpack it, and read the files")
    return data


def _is_tar(data: bytes) -> bool:
    return data[_TAR_PLACE : _TAR_PLACE + len(_TAR)] == _TAR


def _of_zip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(_only_member(archive))
    except TextError:
        raise
    except _UNPACKING as error:
        raise TextError(f"packed with zip, and damaged: {error}") from error


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise TextError(f"a zip archive of {len(members)} files, expected one: unpack it, and read the files")
    if members[0].compress_type not in _PLAIN_METHODS:
        raise TextError(f"zip method {members[0].compress_type} is not read, expected 0 (stored) or 8 (deflated): unpack it")
    return members[0]


def without_quotes(data: bytes, separator: str) -> bytes:
    """Return a text without the quotes around its fields; a separator within quotes becomes a blank.

    A quote that does not close ends with its line, and stays.
    """
    if b'"' not in data:
        return data
    mark = separator.encode()
    return _QUOTED.sub(lambda found: found[1].replace(mark, b" "), data)
