"""Text of a Picarro log: plain, gzip or zip, and its rows in blocks where all of them have the same length.

Which of these a file is shows in its first bytes, not in its name. A compressed file that an analyser was still writing, or that was cut
off on its way, is read as far as it goes.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import TextError, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from icos_atmosphere.readers.picarro_fields import Block

__all__ = ["LogText", "opened"]

_HEAD = 1 << 16
_GZIP, _ZIP, _HDF5 = b"\x1f\x8b", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
_SIBLING = re.compile(r"_(sync|minimal)(?=[_.-]|$)", re.IGNORECASE)
_SIBLINGS = {
    "sync": "a _Sync file: its rows are interpolated to even steps; expected the DataLog_User file beside it, whose rows are as measured",
    "minimal": "a _Minimal file: an excerpt; expected the DataLog_User file beside it, which has all columns",
}


@dataclass(frozen=True)
class LogText:
    """The text of a file, in memory or on disk.

    Attributes
    ----------
    header
        First line without its end.
    line_end
        What ends it.
    start, size
        Bytes before the first row, and in all.
    is_cut
        Whether a compressed file ended before its text did.
    """

    header: str
    line_end: bytes
    start: int
    size: int
    is_cut: bool
    _path: Path
    _data: bytes | None

    def content(self) -> bytes:
        """Return the whole text."""
        return self._path.read_bytes() if self._data is None else self._data

    def head(self, size: int) -> bytes:
        """Return the beginning of the text, up to its last line end within `size` bytes."""
        if self._data is not None:
            head = self._data[:size]
        else:
            with self._path.open("rb") as file:
                head = file.read(size)
        return head if len(head) < size else head[: head.rfind(b"\n") + 1]

    def blocks(self, row_length: int, rows: int) -> Iterator[Block]:
        """Yield (n, row_length) bytes of up to `rows` rows after the header, in memory that is used for the next ones too."""
        left = (self.size - self.start) // row_length
        block = np.empty((min(left, rows), row_length), dtype=np.uint8)
        with self._path.open("rb", buffering=0) if self._data is None else io.BytesIO(self._data) as file:
            file.seek(self.start)
            while left:
                part = block[: min(left, rows)]
                _fill(file, part.data.cast("B"))
                yield part
                left -= part.shape[0]


def _fill(file: io.FileIO | io.BytesIO, view: memoryview) -> None:
    while len(view):
        got = file.readinto(view)
        if not got:
            raise TextError("the file became shorter while it was read")
        view = view[got:]


def opened(path: Path) -> LogText:
    """Open a file and look at its first line.

    Raises
    ------
    TextError
        For a sibling of a DataLog_User file that holds other data, an HDF5 file, an archive that cannot be unpacked, and a text that is
        empty or in a wide encoding.
    OSError
        For a file that cannot be opened.
    """
    sibling = _SIBLING.search(path.name)
    if sibling is not None:
        raise TextError(_SIBLINGS[sibling[1].lower()])
    with path.open("rb", buffering=0) as file:
        head = file.read(_HEAD)
        size = file.seek(0, io.SEEK_END)
    data, is_cut = None, False
    if head.startswith(_HDF5):
        raise TextError("an HDF5 file, the analyser's private log; expected the text file DataLog_User")
    if head.startswith(_GZIP):
        data, is_cut = _gunzipped(path.read_bytes())
    elif head.startswith(_ZIP):
        data = _unzipped(path)
    if data is not None:
        head, size = data[:_HEAD], len(data)
    lines = split_lines(head)
    if not size:
        raise TextError("the file is empty; expected the header of a DataLog_User file")
    start = head.find(b"\n") + 1 or len(head)
    line_end = b"\r\n" if head[:start].endswith(b"\r\n") else b"\n"
    return LogText(lines.raw(0).decode("latin-1"), line_end, start, size, is_cut, path, data)


def _gunzipped(packed: bytes) -> tuple[bytes, bool]:
    """Return the text of a gzip file of one or more members, and whether it ends before its end."""
    parts = []
    try:
        while packed.startswith(_GZIP):
            member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            parts.append(member.decompress(packed))
            if not member.eof:
                return b"".join(parts), True
            packed = member.unused_data
    except zlib.error as error:
        raise TextError(f"a damaged gzip file: {error}") from error
    return b"".join(parts), False


def _unzipped(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
            if len(names) != 1:
                raise TextError(f"an archive of {len(names)} files; expected one")
            return archive.read(names[0])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, TextError):
            raise
        raise TextError(f"a damaged zip archive, or one that is packed in an unusual way: {error}") from error
