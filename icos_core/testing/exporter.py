"""The contract of an exporter, as functions to call and as a class to subclass.

>>> class TestSocat(ExporterContract):
...     exporter = EXPORTER
...     def streams(self): ...
...     def reread(self, paths, streams): ...
"""

from __future__ import annotations

import resource
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from icos_core.testing.comparison import assert_same_streams
from icos_core.testing.context import example_context, example_stream, flagged, options_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pytest
    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import Context, Exporter, Streams

__all__ = ["ExporterContract", "assert_complete_or_absent", "export", "limited_file_size"]


@contextmanager
def limited_file_size(most: int) -> Iterator[None]:
    """Let no file grow beyond `most` bytes, as on a full disk: writing more fails, in C libraries too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def export(exporter: Exporter, streams: Streams, folder: Path, options: Any, context: Context) -> dict[str, bytes]:
    """Export into a new folder and return name → content, having asserted that the files there are those returned."""
    folder.mkdir(parents=True)
    paths = exporter.export(streams, folder, options, context)
    found = {path for path in folder.rglob("*") if path.is_file()}
    assert len(set(paths)) == len(paths), f"returned twice: {sorted(path.name for path in paths)}"
    assert set(paths) == found, f"returned {sorted(path.name for path in paths)}, wrote {sorted(path.name for path in found)}"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def assert_complete_or_absent(exporter: Exporter, streams: Streams, folder: Path, options: Any, context: Context) -> None:
    """Assert that an exporter raises where it cannot write everything: a full disk at several sizes, and no folder to write into."""
    whole = export(exporter, streams, folder / "whole", options, context)
    largest = max((len(content) for content in whole.values()), default=0)
    for most in sorted({0, largest // 3, largest - 1}) if largest else ():
        cramped = folder / f"full-at-{most}"
        cramped.mkdir()
        with limited_file_size(most):
            error = _error_of(exporter, streams, cramped, options, context)
        assert error is not None, f"a disk that was full after {most} of {largest} bytes went unnoticed"
    blocked = folder / "a-file-not-a-folder"
    blocked.write_bytes(b"")
    if whole:
        assert _error_of(exporter, streams, blocked, options, context) is not None, "nothing could be written, which went unnoticed"


def _error_of(exporter: Exporter, streams: Streams, folder: Path, options: Any, context: Context) -> Exception | None:
    try:
        exporter.export(streams, folder, options, context)
    except Exception as error:  # noqa: BLE001  # libraries differ in what they raise; that they do is the point
        return error
    return None


class ExporterContract:
    """What every exporter has to do; a subclass names the exporter, and gives streams and a function that reads the files again.

    Attributes
    ----------
    exporter
        The exporter under test.
    options
        Its options.
    """

    exporter: ClassVar[Exporter]
    options: ClassVar[BaseModel | Mapping[str, Any] | None] = None

    def context(self) -> Context:
        """Return the context that the exporter is called with."""
        return example_context()

    def streams(self) -> dict[str, xr.Dataset]:
        """Return calibrated streams with their flags; the default has position and a quantity."""
        return {"example": flagged(example_stream(("latitude", "longitude", "quantity")))}

    def reread(self, paths: Sequence[Path], streams: Streams) -> None:
        """Read the files again and assert that they hold what was exported."""
        raise NotImplementedError("override reread(paths, streams): read the files again and compare")

    def _options(self) -> BaseModel:
        return options_of(self.exporter.options, self.options)

    def test_files_hold_what_was_exported(self, tmp_path: Path) -> None:
        """The files that are returned are there, and reading them gives what was exported."""
        streams = self.streams()
        written = export(self.exporter, streams, tmp_path / "out", self._options(), self.context())
        assert written, "no file was written"
        assert all(written.values()), f"empty: {[name for name, content in written.items() if not content]}"
        self.reread([tmp_path / "out" / name for name in written], streams)

    def test_streams_are_left_alone(self, tmp_path: Path) -> None:
        """Exporting changes no value and no attribute."""
        streams = self.streams()
        before = {name: stream.copy(deep=True) for name, stream in streams.items()}
        export(self.exporter, streams, tmp_path / "out", self._options(), self.context())
        assert_same_streams(streams, before, "exporting")

    def test_same_bytes_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two runs, in other folders and another time zone, write the same bytes, and today's date is nowhere in them."""
        first = export(self.exporter, self.streams(), tmp_path / "first", self._options(), self.context())
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        monkeypatch.chdir(tmp_path)
        second = export(self.exporter, self.streams(), tmp_path / "second" / "deeper", self._options(), self.context())
        assert sorted(first) == sorted(second)
        different = [name for name in first if first[name] != second[name]]
        assert not different, f"other bytes in a second run: {different}"
        today = datetime.now(tz=UTC).date()
        for name, content in first.items():
            assert today.isoformat().encode() not in content, f"{name} holds the date of the run"
            assert today.strftime("%Y%m%d").encode() not in content, f"{name} holds the date of the run"
            assert str(tmp_path).encode() not in content, f"{name} holds the path of a folder"

    def test_complete_or_absent(self, tmp_path: Path) -> None:
        """Where not everything can be written the exporter raises."""
        assert_complete_or_absent(self.exporter, self.streams(), tmp_path, self._options(), self.context())

    def test_streams_without_rows(self, tmp_path: Path) -> None:
        """Streams without a row raise nothing."""
        empty = {name: stream.isel({next(iter(stream.sizes)): slice(0, 0)}) for name, stream in self.streams().items()}
        export(self.exporter, empty, tmp_path / "out", self._options(), self.context())

    def test_no_streams(self, tmp_path: Path) -> None:
        """No streams, no files, no error."""
        assert export(self.exporter, {}, tmp_path / "out", self._options(), self.context()) == {}
