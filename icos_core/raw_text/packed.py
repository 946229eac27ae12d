"""The content of a raw file, unpacked where it is packed with gzip or zip, and never beyond what a raw file may be."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from icos_core.raw_text.delimited_text import TextError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

__all__ = ["LARGEST", "UNPACKING", "plain_bytes", "plain_head"]

LARGEST = 1 << 31
"""Bytes that an unpacked file may have: a day of twenty columns at 100 Hz as text."""
UNPACKING = (OSError, EOFError, ValueError, RuntimeError, KeyError, IndexError, struct.error, zlib.error, zipfile.BadZipFile)
"""What the libraries raise for packed files that are damaged."""

_GZIP, _ZIP, _TAR, _TAR_PLACE = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06"), b"ustar", 257
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_HEAD_BYTES = 1 << 16
_MOST_MEMBERS, _MOST_SHOWN = 10_000, 6
_SMALL, _MOST_RATIO = 1 << 26, 250  # numbers as text become five times smaller; what becomes thousand times smaller is a bomb


def plain_bytes(path: Path, member: str = "") -> bytes:
    """Return the content of a file, that of the one file in it where it is packed with gzip or zip.

    What it is packed with is seen from its first bytes, not from its name.

    Parameters
    ----------
    path
        The file.
    member
        Regular expression that the name of the wanted file has to match, without its folder, where a zip archive holds several.

    Raises
    ------
    OSError
        For a file that cannot be opened.
    TextError
        For a packed file that is damaged, encrypted, unpacks to more than a raw file may have, or holds not exactly one (such) file.
    """
    data = path.read_bytes()
    if data.startswith(_GZIP):
        data = _of_gzip(data)
    elif data.startswith(_ZIP):
        data = _of_zip(data, member)
    if _is_tar(data):
        raise TextError("an archive (tar), which may hold several files: unpack it, and read the files")
    return data


def plain_head(path: Path, size: int = _HEAD_BYTES, member: str = "") -> bytes:
    """Return the first bytes of what :func:`plain_bytes` returns, unpacking no more; nothing where that cannot be had."""
    try:
        with path.open("rb") as file:
            head = _head(file, size, member)
    except (*UNPACKING, TextError):
        return b""
    return b"" if _is_tar(head) else head


def _head(file: BinaryIO, size: int, member: str) -> bytes:
    head = file.read(size)
    if head.startswith(_GZIP):
        file.seek(0)
        with gzip.open(file) as unpacked:
            return unpacked.read(size)
    if head.startswith(_ZIP):
        with zipfile.ZipFile(file) as archive, archive.open(_only_member(archive, member)) as unpacked:
            return unpacked.read(size)
    return head


def _of_gzip(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as unpacked:
            return _limited(unpacked, len(data))
    except TextError:  # is a ValueError itself
        raise
    except UNPACKING as error:
        raise TextError(f"packed with gzip, and damaged: {error}") from error


def _of_zip(data: bytes, member: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_only_member(archive, member)) as unpacked:
            return _limited(unpacked, len(data))
    except TextError:
        raise
    except UNPACKING as error:
        raise TextError(f"packed with zip, and damaged: {error}") from error


def _limited(unpacked: IO[bytes] | gzip.GzipFile, packed_size: int) -> bytes:
    limit = _limit(packed_size)
    data = unpacked.read(limit + 1)
    if len(data) > limit:
        raise TextError(_too_large(limit))
    return data


def _limit(packed_size: int) -> int:
    return min(LARGEST, max(_SMALL, _MOST_RATIO * packed_size))


def _too_large(limit: int) -> str:
    return f"packed, and unpacks to more than {limit / (1 << 20):.4g} MiB, which no raw file of its size does"


def _is_tar(data: bytes) -> bool:
    return data[_TAR_PLACE : _TAR_PLACE + len(_TAR)] == _TAR


def _only_member(archive: zipfile.ZipFile, wanted: str) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > 1 and wanted:
        members = _matching(members, wanted)
    if len(members) != 1:
        raise TextError(f"a zip archive of {len(members)} files, expected one: unpack it, and read the files")
    member = members[0]
    if member.compress_type not in _PLAIN_METHODS:
        raise TextError(f"zip method {member.compress_type} is not read, expected 0 (stored) or 8 (deflated): unpack it")
    limit = _limit(member.compress_size)
    if member.file_size > limit:
        raise TextError(_too_large(limit))
    return member


def _matching(members: list[zipfile.ZipInfo], wanted: str) -> list[zipfile.ZipInfo]:
    if len(members) > _MOST_MEMBERS:
        raise TextError(f"a zip archive of {len(members)} files, more than the {_MOST_MEMBERS} that are looked through")
    found = [member for member in members if re.fullmatch(wanted, PurePosixPath(member.filename).name)]
    if len(found) != 1:
        named = [PurePosixPath(member.filename).name for member in (found or members)]
        shown = ", ".join(repr(name[:80]) for name in named[:_MOST_SHOWN]) + (" …" if len(named) > _MOST_SHOWN else "")
        raise TextError(f"a zip archive in which {len(found) or 'none'} of the files match {wanted}, expected one: {shown}")
    return found
