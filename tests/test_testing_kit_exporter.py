"""The exporter's contract accepts a good exporter and finds each defect that it is there for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from icos_core import Exporter
from icos_core.testing import ExporterContract
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class NoOptions(Options):
    """Nothing to choose."""


def export(streams: Any, folder: Path, _options: Any, _context: Any, defect: str = "") -> list[Path]:  # noqa: C901  # one branch per defect
    """Write one text file per stream; `defect` breaks the contract in one way."""
    paths = []
    for name, stream in streams.items():
        lines = [f"{time},{value!r}" for time, value in zip(stream["time"].values, stream["quantity"].values.tolist(), strict=True)]
        if defect == "reads the clock":
            lines.append(datetime.now(tz=UTC).isoformat())
        if defect == "today":
            lines.append(datetime.now(tz=UTC).date().isoformat())
        if defect == "tells its folder":
            lines.append(str(folder.parent.name) if "second" not in str(folder) else "elsewhere")
        if defect == "changes its input" and lines:
            stream["quantity"].values[0] = 0.0
        if defect == "needs rows":
            lines[0].upper()
        path = folder / f"{name}.txt"
        if defect != "writes nothing":
            try:
                path.write_text("\n".join(lines))
            except OSError:
                if defect != "hides errors":
                    raise
            paths.append(path)
        if defect == "leaves a file behind":
            (folder / "scratch").write_text("")
    return paths


def make_exporter(defect: str = "") -> Exporter:
    return Exporter(
        name="toy",
        summary="Lines of text",
        options=NoOptions,
        export=lambda streams, folder, options, context: export(streams, folder, options, context, defect),
    )


class Toy(ExporterContract):
    def reread(self, paths: Sequence[Path], streams: Any) -> None:
        (path,) = paths
        values = [float(line.split(",")[1]) for line in path.read_text().splitlines()]
        np.testing.assert_array_equal(values, streams["example"]["quantity"].values)


class TestGoodExporter(Toy):
    exporter = make_exporter()


@pytest.mark.parametrize(
    ("defect", "test", "message"),
    [
        ("writes nothing", "test_files_hold_what_was_exported", "no file was written"),
        ("leaves a file behind", "test_files_hold_what_was_exported", "scratch"),
        ("changes its input", "test_streams_are_left_alone", "quantity differs"),
        ("reads the clock", "test_same_bytes_again", "other bytes in a second run"),
        ("today", "test_same_bytes_again", "holds the date of the run"),
        ("tells its folder", "test_same_bytes_again", "other bytes in a second run"),
        ("hides errors", "test_complete_or_absent", "went unnoticed"),
    ],
)
def test_defects_are_found(defect: str, test: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Contract(Toy):
        exporter = make_exporter(defect)

    arguments = (tmp_path, monkeypatch) if test == "test_same_bytes_again" else (tmp_path,)
    with pytest.raises(AssertionError, match=message):
        getattr(Contract(), test)(*arguments)


def test_errors_come_through(tmp_path: Path) -> None:
    class Contract(Toy):
        exporter = make_exporter("needs rows")

    with pytest.raises(IndexError):
        Contract().test_streams_without_rows(tmp_path)
