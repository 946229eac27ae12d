"""The members of a .ghg archive, taken out with care: what is packed may be anything."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, NamedTuple

from icos_core.exceptions import InputError
from icos_core.raw_text.packed import UNPACKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GhgArchive", "open_archive"]

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LARGEST = 1 << 30
_MOST_RATIO, _SMALL = 250, 1 << 24
_MOST_MEMBERS = 1000
_BIOMET = "-biomet"
_ENCRYPTED = 1


class GhgArchive(NamedTuple):
    """What a .ghg file holds.

    Attributes
    ----------
    data, metadata
        Fast data, and the description of their columns.
    biomet_data, biomet_metadata
        The same of the weather station, empty where there is none.
    """

    data: bytes
    metadata: bytes
    biomet_data: bytes
    biomet_metadata: bytes


def open_archive(path: Path) -> GhgArchive:
    """Return the members of an archive.

    Only members at its top are looked at, and only by the ending of their names: nothing is written to disk.

    Raises
    ------
    InputError
        For a file that is no such archive, lacks a member or has one twice, is encrypted or damaged, or would become far larger than such
        archives are.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = _members(archive, path.name)
            content = {ending: _content(archive, member, path.name) for ending, member in found.items()}
    except OSError as error:
        raise InputError(path.name, f"cannot be opened: {error.strerror or error}") from error
    except InputError:
        raise
    except UNPACKING as error:
        raise InputError(path.name, f"no .ghg archive, or a damaged one: {error}") from error
    return GhgArchive(*(content.get(ending, b"") for ending in (".data", ".metadata", f"{_BIOMET}.data", f"{_BIOMET}.metadata")))


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the members that matter by the ending of their names."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise InputError(name, f"an archive of {len(members)} members: no .ghg archive has so many")
    found: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        ending = _ending(member.filename)
        if ending is None:
            continue
        if ending in found:
            raise InputError(name, f"two members *{ending}: {found[ending].filename!r} and {member.filename!r}; expected one")
        found[ending] = member
    for ending in (".data", ".metadata"):
        if ending not in found:
            shown = ", ".join(repr(member.filename[:60]) for member in members[:8])
            raise InputError(name, f"no .ghg archive: it has no member *{ending}; its members are: {shown or 'none'}")
    if f"{_BIOMET}.data" not in found or f"{_BIOMET}.metadata" not in found:
        found = {ending: member for ending, member in found.items() if not ending.startswith(_BIOMET)}
    return found


def _ending(member: str) -> str | None:
    if "/" in member or "\\" in member:
        return None
    lowered = member.casefold()
    for kind in (".data", ".metadata"):
        if lowered.endswith(kind):
            return f"{_BIOMET}{kind}" if lowered.endswith(f"{_BIOMET}{kind}") else kind
    return None


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    shown = member.filename[:80]
    if member.flag_bits & _ENCRYPTED:
        raise InputError(name, f"its member {shown!r} is encrypted")
    if member.compress_type not in _METHODS:
        raise InputError(name, f"its member {shown!r} is packed by method {member.compress_type}, expected 0 (stored) or 8 (deflated)")
    if member.file_size > _LARGEST or (member.file_size > _SMALL and member.file_size > _MOST_RATIO * max(member.compress_size, 1)):
        raise InputError(name, f"its member {shown!r} claims to become {member.file_size >> 20} MiB: no half hour of data does")
    with archive.open(member) as file:
        # The size that is claimed bounds what is read, whatever else is packed.
        return file.read(member.file_size)
