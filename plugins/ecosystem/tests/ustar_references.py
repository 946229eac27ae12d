"""What ONEFlux prints of friction-velocity thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PEERS", "MovingPointFile", "moving_point_file"]

PEERS = "ecosystem_post/reference"


@dataclass(frozen=True)
class MovingPointFile:
    """Output of ONEFlux's ``ustar_mp``; NaN where it prints -9999.

    `seasons` (s,), `counts` (s,), `annual`, `classes` (7, s) with 10 where no plateau was found, `by_season` and `boot_counts` (100, s),
    `bootstraps` sorted (100,).
    """

    seasons: np.ndarray
    counts: np.ndarray
    annual: float
    classes: np.ndarray
    by_season: np.ndarray
    boot_counts: np.ndarray
    bootstraps: np.ndarray


def moving_point_file(path: Path) -> MovingPointFile:
    """Read an output of ``ustar_mp``."""
    text = path.read_text(encoding="utf-8").split("-- bootstrapping")
    tables = [line.split() for line in text[0].splitlines() if line.split() and not line.startswith("--")]
    numbers = [_numbers(row) for row in tables]
    by_season, counts, pooled = [], [], []
    if len(text) > 1:
        body, _, rest = text[1].partition("\n forward mode 2\n")
        rows = [line for line in body.splitlines() if line.strip()]
        by_season = [_numbers(line.split("forward")[0].split()) for line in rows[0::2]]
        counts = [_numbers(line.split()) for line in rows[1::2]]
        pooled = [_numbers([line])[0] for line in rest.splitlines()[:100]]
    return MovingPointFile(
        numbers[0], numbers[1], numbers[2][0], np.array(numbers[3:10]), np.array(by_season), np.array(counts), np.array(pooled)
    )


def _numbers(words: list[str]) -> np.ndarray:
    values = np.array(words, dtype=np.float64)
    return np.where(values == -9999, np.nan, values)
