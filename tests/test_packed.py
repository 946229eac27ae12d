"""Packed files: what is in them, and refusal of what cannot be a raw file."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile
from typing import TYPE_CHECKING

import pytest

from icos_core.exceptions import InputError
from icos_core.raw_text import packed
from icos_core.raw_text.delimited_text import TextError
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes, plain_head

if TYPE_CHECKING:
    from pathlib import Path


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_packed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"time,a,b\n" + b"t,1,2\n" * 1000
    path = tmp_path / "raw.csv"
    for data in (content, gzip.compress(content), zipped(("raw.csv", content))):
        path.write_bytes(data)
        assert plain_bytes(path) == content
        assert plain_head(path, 100) == content[:100]
    for data, message in (
        (gzip.compress(content)[:-9], "packed with gzip, and damaged"),
        (zipped(("raw.csv", content))[:-9], "packed with zip, and damaged"),
        (zipped(("a", b""), ("b", b"")), "archive of 2 files"),
        (zipped(), "archive of 0 files"),
    ):
        path.write_bytes(data)
        with pytest.raises(TextError, match=message):
            plain_bytes(path)
        assert plain_head(path) in {b"", content}
    monkeypatch.setattr(packed, "LARGEST", 1000)
    for data in (gzip.compress(content), zipped(("raw.csv", content))):
        path.write_bytes(data)
        with pytest.raises(TextError, match="which no raw file"):
            plain_bytes(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    data = zipped(("raw.csv", b"x"))
    # The size that the directory claims, not that of the content.
    place = data.rindex(b"PK\x01\x02") + 24
    path.write_bytes(data[:place] + (1 << 30).to_bytes(4, "little") + data[place + 4 :])
    with pytest.raises(TextError, match="unpacks to more than 64 MiB, which no raw file of its size does"):
        plain_bytes(path)
    path.write_bytes(gzip.compress(bytes(1 << 27)))
    with pytest.raises(TextError, match="unpacks to more than"):
        plain_bytes(path)


def test_tar_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "raw.tar"
    path.write_bytes(b"\0" * 257 + b"ustar" + b"\0" * 250)
    with pytest.raises(TextError, match=r"an archive \(tar\)"):
        plain_bytes(path)
    assert plain_head(path) == b""


def test_errors_reach_another_process(tmp_path: Path) -> None:
    """An error that is its own cause would send pickle round in circles."""
    path = tmp_path / "raw.zip"
    for content in (zipped(("a", b""), ("b", b"")), zipped(("a", b"x" * 1000))[:-9], gzip.compress(b"x" * 1000)[:-9]):
        path.write_bytes(content)
        with pytest.raises(InputError) as found, faults_named(path):
            plain_bytes(path)
        assert str(pickle.loads(pickle.dumps(found.value))) == str(found.value)


def test_one_of_several_files_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(zipped(("folder/A_HH.csv", b"half hours"), ("A_DD.csv", b"days"), ("readme.txt", b"")))
    assert plain_bytes(path, r"A_H[HR]\.csv") == b"half hours"
    assert plain_head(path, 4, r"A_H[HR]\.csv") == b"half"
    with pytest.raises(TextError, match=r"none of the files match B\\.csv, expected one: 'A_HH.csv', 'A_DD.csv', 'readme.txt'"):
        plain_bytes(path, r"B\.csv")
    with pytest.raises(TextError, match=r"2 of the files match A_\.\*, expected one: 'A_HH.csv', 'A_DD.csv'"):
        plain_bytes(path, r"A_.*")
    # The only file is taken, whatever its name.
    path.write_bytes(zipped(("x.csv", b"x")))
    assert plain_bytes(path, r"A_.*") == b"x"
