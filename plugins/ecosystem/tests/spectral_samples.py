"""EddyPro's files of binned, ensemble and full spectra as arrays, for tests of spectral corrections."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FullCospectrum", "binned_spectra", "ensemble_spectra", "full_cospectrum"]

MISSING = -9999.0


class FullCospectrum(NamedTuple):
    """Frequencies [Hz], what each line holds of the covariance, and the covariance."""

    frequency: np.ndarray
    lines: np.ndarray
    covariance: float


def _numbers(rows: list[list[str]]) -> np.ndarray:
    table = np.array([[float(cell) for cell in row] for row in rows])
    return np.where(table == MISSING, np.nan, table)


def binned_spectra(folder: Path) -> dict[str, np.ndarray]:
    """Return the columns of all files of binned (co)spectra, each of shape (n_periods, n_bins); bins without lines are left out."""
    columns: dict[str, list[np.ndarray]] = {}
    for path in sorted(folder.glob("*_binned_cospectra*.csv")):
        rows = list(csv.reader(path.read_text(encoding="utf-8", errors="replace").splitlines()))
        [head] = [i for i, row in enumerate(rows) if "natural_frequency" in row]
        table = _numbers(rows[head + 1 :])
        table = table[table[:, 0] > 0]
        for name, column in zip(rows[head], table.T, strict=True):
            columns.setdefault(name.strip(), []).append(column)
    return {name: np.array(values) for name, values in columns.items()}


def ensemble_spectra(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies [Hz] and the columns temperature, gas, gas without noise, fit of each class in turn."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    [head] = [i for i, row in enumerate(rows) if row and row[0] == "nat_freq"]
    table = _numbers([row for row in rows[head + 1 :] if row and row[0]])
    return table[:, 0], table[:, 1:]


def full_cospectrum(path: Path) -> FullCospectrum:
    """Return the cospectrum of w and sonic temperature; its frequencies are printed in six digits and made anew from their step."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    [head] = [i for i, row in enumerate(rows) if row and row[0] == "natural_frequency"]
    covariance = float(rows[head - 1][2])
    table = _numbers(rows[head + 1 :])
    sampling, n_lines = 2.0 * round(table[-1, 0]), len(table)
    frequency = np.arange(1, n_lines + 1) * sampling / (2 * n_lines)
    # n Co(n) / cov at n = k df holds cov * column / k.
    return FullCospectrum(frequency, covariance * table[:, 2] / np.arange(1, n_lines + 1), covariance)
