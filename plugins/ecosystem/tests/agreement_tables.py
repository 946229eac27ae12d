"""Tables of EddyPro beside ours, column by column, with what is allowed to differ and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pytest
from eddypro_flux_streams import fluxnet_path, rows_of

import icos_core
from icos_core.testing.real_data import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from icos_core.api import RunResult

__all__ = [
    "COMMON",
    "Allowed",
    "Difference",
    "compare",
    "differences",
    "opposite",
    "run_description",
    "same_digits",
    "table_by_period",
    "unexplained",
]

ABSENT = {"-9999", "-9999.0", "-9999.00", ""}
TEXTS = {"FILENAME_HF"}
"""What a description states freely."""


class Difference(NamedTuple):
    """A cell that is not as EddyPro's: `relative` is infinite where one of the two is missing or no number."""

    period: str
    column: str
    ours: str
    theirs: str
    relative: float

    @property
    def absolute(self) -> float:
        """How far the two numbers are apart, infinite where one is missing."""
        return abs(float(self.ours) - float(self.theirs)) if math.isfinite(self.relative) else math.inf


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What may differ in a column: by how much, or that one of the two tables has no number there.

    Attributes
    ----------
    reason
        Why.
    relative, absolute
        Bounds, of which one has to hold.
    ours_missing, theirs_missing
        Whether ours, or EddyPro's, may be missing.
    accept
        Further rule for the two cells.
    """

    reason: str
    relative: float = 0.0
    absolute: float = 0.0
    ours_missing: bool = False
    theirs_missing: bool = False
    accept: Callable[[str, str], bool] | None = None

    def covers(self, difference: Difference) -> bool:
        """Whether a difference is no larger than allowed."""
        if self.accept is not None and self.accept(difference.ours, difference.theirs):
            return True
        if difference.ours in ABSENT:
            return self.ours_missing
        if difference.theirs in ABSENT:
            return self.theirs_missing
        return difference.relative <= self.relative or difference.absolute <= self.absolute


def same_digits(columns: int) -> Callable[[str, str], bool]:
    """Return a rule for words of flags: the first `columns` digits after the leading 8 are the same where EddyPro's is no 9."""

    def same(ours: str, theirs: str) -> bool:
        return len(ours) == len(theirs) and all(b in ("9", a) for a, b in zip(ours[1 : 1 + columns], theirs[1 : 1 + columns], strict=True))

    return same


def opposite(relative: float) -> Callable[[str, str], bool]:
    """Return a rule for numbers of opposite sign."""
    return lambda ours, theirs: abs(float(ours) + float(theirs)) <= relative * abs(float(theirs))


_NOT_MADE = Allowed(reason="not made: its definition is not known", ours_missing=True)
_NOISE = "rounding noise about 0 of a wind that is rotated until it is 0"
_ABSENT_GAS = Allowed(reason="EddyPro prints 0 for a gas that nothing measures", ours_missing=True)
_UNTESTED = "all tests are made in every configuration: EddyPro has a 9 where one is switched off"
_CELL = Allowed(
    reason="density terms in the cell, kept only where they are part of the flux", ours_missing=True, theirs_missing=True, relative=3e-3
)
_WORD = Allowed(
    reason="EddyPro's words for a strength that no instrument tells", ours_missing=True, accept=lambda _, theirs: theirs == "-100"
)
_SIX_TESTS = ("U", "V", "W", "T_SONIC", "CO2", "H2O")

COMMON: dict[str, Allowed] = {
    **dict.fromkeys((f"{flux}_CORRDIFF" for flux in ("TAU", "H", "LE", "ET", "FC", "FH2O")), _NOT_MADE),
    "SET_SINGLE": Allowed(reason="EddyPro prints 0 storage of a first half hour, which nothing precedes", ours_missing=True),
    "V": Allowed(reason=_NOISE, absolute=1e-12),
    "W": Allowed(reason=_NOISE, absolute=1e-12),
    "FC_VADV": Allowed(reason=_NOISE, absolute=2e-9),
    "FH2O_VADV": Allowed(reason=_NOISE, absolute=2e-9),
    **dict.fromkeys(("H_CELL_CO2", "H_CELL_H2O", "FH2O_CELL_CO2"), _CELL),
    **dict.fromkeys(("INST_LI7200_AGC_OR_RSSI", "INST_LI7500_AGC_OR_RSSI"), _WORD),
    **dict.fromkeys(
        (
            *(f"{gas}_ABSLIM_NREX" for gas in ("CH4", "NONE")),
            *(f"{gas}_MEAS_SIGMA" for gas in ("CH4", "NONE")),
            *(
                f"{one}_MEAS_COV"
                for one in ("W_CH4", "W_NONE", "CO2_MEAS_CH4", "CO2_MEAS_NONE", "H2O_MEAS_CH4", "H2O_MEAS_NONE", "CH4_MEAS_NONE")
            ),
        ),
        _ABSENT_GAS,
    ),
    **dict.fromkeys((f"{name}_VM97_TEST" for name in _SIX_TESTS), Allowed(reason=_UNTESTED, accept=same_digits(8))),
    **dict.fromkeys(("VM97_AOA_HF", "VM97_NSHW_HF"), Allowed(reason=_UNTESTED, accept=same_digits(1))),
    **dict.fromkeys(
        ("VM97_TLAG_HF", "VM97_TLAG_SF"),
        Allowed(reason=f"{_UNTESTED}; of gases that nothing measures (the last two digits) it prints 0, we 9", accept=same_digits(2)),
    ),
    "TSTAR": Allowed(reason="EddyPro changes its sign where two programs run", accept=opposite(1e-4)),
    **dict.fromkeys(
        (f"{flux}_RANDUNC_HF" for flux in ("LE", "ET", "FH2O")),
        Allowed(reason="rows that alignment drops stay in our covariance functions", relative=1.5e-4),
    ),
    "H2O_KID": Allowed(reason="EddyPro's differences leave out rows that alignment drops", relative=3e-4),
}
"""What differs in every configuration."""


def table_by_period(path: Path) -> dict[str, dict[str, str]]:
    """Return end of the period → column → cell; of columns of one name the first."""
    header, *rows = rows_of(path)
    tables = [dict(zip(reversed(header), reversed(row), strict=True)) for row in rows]
    return {table["TIMESTAMP_END"]: table for table in tables}


def differences(ours: Path, theirs: Path, relative: float) -> tuple[int, list[Difference]]:
    """Return how many cells of EddyPro's table are compared, and those of which ours is off by more than `relative`.

    Columns that follow the user's own series (``CUSTOM_…``) are no part of the comparison, nor is the name of the raw file.
    """
    mine, reference = table_by_period(ours), table_by_period(theirs)
    found, count = [], 0
    for period, row in reference.items():
        for column, cell in row.items():
            if column in TEXTS or column.startswith("CUSTOM_"):
                continue
            count += 1
            own = mine.get(period, {}).get(column, "")
            off = _relative(own, cell)
            if off > relative:
                found.append(Difference(period, column, own, cell, off))
    return count, found


def _relative(ours: str, theirs: str) -> float:
    if ours == theirs or (ours in ABSENT and theirs in ABSENT):
        return 0.0
    if ours in ABSENT or theirs in ABSENT:
        return math.inf
    try:
        one, other = float(ours), float(theirs)
    except ValueError:
        return math.inf
    return 0.0 if one == other else abs(one - other) / max(abs(other), 1e-300)


def unexplained(found: Iterable[Difference], allowed: Mapping[str, Allowed]) -> list[Difference]:
    """Return the differences that are not allowed."""
    return [each for each in found if each.column not in allowed or not allowed[each.column].covers(each)]


def run_description(station: Path, real_data: Path, out: Path) -> RunResult:
    """Run a description, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(real_data))
        return icos_core.run(station, out, jobs=1)


def compare(result: RunResult, real_data: Path, run: str, relative: float) -> tuple[int, list[Difference]]:
    """Compare the table that a run exported with that of a run of EddyPro."""
    [table] = [path for path in result.paths if path.name.endswith("_fluxnet.csv")]
    return differences(table, fluxnet_path(real_data, run), relative)
