"""Simulated towers on disk: rows in files that are cut as a test wants them, descriptions, runs, and what runs have written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_atmosphere.picarro_format import clock_columns, log_bytes
from icos_atmosphere.simulators.picarro_rows import Rows, simulate_rows
from icos_atmosphere.simulators.picarro_station import station_description

import icos_core

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import pytest
    from icos_atmosphere.simulators.picarro_options import PicarroSimulation
    from numpy.typing import NDArray

    from icos_core.api import RunResult

__all__ = ["RUN_FILES", "description", "exported", "log_of", "run", "some_rows", "tower_rows", "without_figures", "write_station"]

RUN_FILES = frozenset({"report.html", "manifest.json", "ledger.sqlite", ".lock"})
"""What a run writes beside its exports."""


def tower_rows(options: PicarroSimulation, seed: int = 1, start: np.datetime64 | None = None, end: np.datetime64 | None = None) -> Rows:
    """Return the rows of a station from one time to another."""
    return simulate_rows(options, seed, start, end)


def some_rows(rows: Rows, chosen: slice | NDArray[Any]) -> Rows:
    """Return some rows."""
    return Rows(rows.time[chosen], {name: values[chosen] for name, values in rows.columns.items()})


def log_of(rows: Rows) -> bytes:
    """Return rows as a file of the analyser."""
    return log_bytes({**clock_columns(rows.time), **rows.columns})


def description(options: PicarroSimulation, *changes: tuple[str, str]) -> str:
    """Return the description of a station, with (old text, new text) changes, each made at the first place that it meets."""
    text = station_description(options)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def write_station(folder: Path, options: PicarroSimulation, *changes: tuple[str, str]) -> Path:
    """Write the description into a folder with a folder ``raw``."""
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    path = folder / "station.toml"
    path.write_text(description(options, *changes), encoding="utf-8")
    return path


def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write reports without figures, which take longer than everything else of a small run."""
    monkeypatch.setattr("icos_core.report.page.draw_figures", lambda *_: ())


def run(station: Path, out: Path | None = None, jobs: int = 1) -> RunResult:
    """Run a station in this process, and assert that nothing was set aside."""
    result = icos_core.run(station, out, jobs=jobs)
    assert result.status == 0, result.set_aside
    return result


def exported(out: Path, without: Sequence[str] = ()) -> dict[str, bytes]:
    """Return name → content of the exports of a run."""
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.iterdir()) if path.is_file()}
    return {name: content for name, content in found.items() if name not in {*RUN_FILES, *without}}
