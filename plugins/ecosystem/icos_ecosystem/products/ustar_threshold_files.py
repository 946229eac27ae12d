"""Files of friction-velocity thresholds that other programs have found: bootstraps of ONEFlux, its percentiles, plain tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import InputError
from icos_ecosystem.ustar.pools import PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["ThresholdFiles", "read_files"]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LIST_OF_MOVING_POINT = "forward mode 2"
_EXPECTED = (
    "expected ONEFlux's <SITE>_usmp_<YEAR>.txt, <SITE>_uscp_<YEAR>.txt, <SITE>_USTAR_percentiles_y.csv or …_c.csv, "
    "or a comma-separated table with the columns YEAR and THRESHOLD"
)


@dataclass
class ThresholdFiles:
    """What the files hold.

    Attributes
    ----------
    bootstraps
        Year → thresholds [m s-1] of all its files, NaN where there is none.
    percentiles
        Year → thresholds at the 41 percentiles, shape (41,).
    of_all_years
        Thresholds at the 41 percentiles that hold for all years; None where no file has them.
    """

    bootstraps: dict[int, list[float]] = field(default_factory=dict)
    percentiles: dict[int, FloatArray] = field(default_factory=dict)
    of_all_years: FloatArray | None = None


def read_files(paths: Sequence[Path]) -> ThresholdFiles:
    """Read files of thresholds.

    Raises
    ------
    InputError
        For a file that is none.
    """
    result = ThresholdFiles()
    for path in paths:
        try:
            lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
            _read(path.name, [line for line in lines if line], result)
        except (OSError, ValueError, IndexError) as error:
            raise InputError(path.name, f"no thresholds: {error}; {_EXPECTED}") from error
    return result


def _read(name: str, lines: list[str], result: ThresholdFiles) -> None:
    header = [word.strip() for word in lines[0].split(",")]
    if "_usmp_" in name.lower():
        first = lines.index(_LIST_OF_MOVING_POINT) + 1
        _add(result, _year(name), [float(line) for line in lines[first : first + _listed(lines[first:])]])
    elif "_uscp_" in name.lower():
        _add(result, _year(name), [float(line.split()[0]) for line in lines[: _listed(lines)]])
    elif {"YEAR", "THRESHOLD"} <= set(header):
        year, threshold = header.index("YEAR"), header.index("THRESHOLD")
        for line in lines[1:]:
            words = line.split(",")
            _add(result, int(words[year]), [float(words[threshold])])
    else:
        by_year = header[0].startswith("TIMESTAMP")
        wanted = [float(word) for word in header[by_year:]]
        if wanted != list(PERCENTILES):
            raise ValueError(f"its percentiles are not 1.25, 3.75 … 98.75, 50: {header}")
        rows = [[float(word) for word in line.split(",")] for line in lines[1:]]
        if any(len(row) != len(header) for row in rows):
            raise ValueError("a line has not as many values as the header")
        if by_year:
            result.percentiles.update({int(row[0]): _valid(row[1:]) for row in rows})
        else:
            result.of_all_years = _valid(rows[0])


def _listed(lines: Sequence[str]) -> int:
    """Return how many lines, from the first on, begin with a number."""
    for number, line in enumerate(lines):
        try:
            float(line.split()[0])
        except ValueError:
            return number
    return len(lines)


def _year(name: str) -> int:
    years = _YEAR.findall(name.replace("_", " "))
    if not years:
        raise ValueError("its name has no year")
    return int(years[-1])


def _add(result: ThresholdFiles, year: int, values: Sequence[float]) -> None:
    result.bootstraps.setdefault(year, []).extend(_valid(values))


def _valid(values: Sequence[float]) -> FloatArray:
    """Return thresholds of which those that no friction velocity can be are NaN: -9999, and 10 where none was found."""
    array = np.array(values, np.float64)
    return np.where((array >= 0.0) & (array < 10.0), array, np.nan)
