"""Rows of a simulated cruise → files as the General Oceanics 8050 writes them.

Tab-separated, Windows-1252, lines ended by CR and LF; headers with the leading blanks, the second latitude and the nameless column
that real files have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_ocean.simulators.general_oceanics_options import GeneralOceanicsSimulation
    from icos_ocean.simulators.underway_cruise import Cruise

__all__ = ["write_files"]

_ROWS_AT_ONCE = 100_000
_BEFORE_A_ROW = 40  # s: a housekeeping line comes before the row that it announces
_EPOCH = date(1970, 1, 1)


class _Column(NamedTuple):
    """Header, source (variable, ``=text`` or ``@word``), format, and whether the short form has it."""

    header: str
    source: str
    form: str = "%s"
    is_short: bool = True


_COLUMNS = (
    _Column("Type", "@type"),
    _Column("error", "=0"),
    _Column("PC Date", "@pc_date"),
    _Column("PC Time", "@pc_time"),
    _Column("GPS date", "@gps_date"),
    _Column("gps time", "@gps_time"),
    _Column("latitude", "latitude", "%.4f"),
    _Column("longitude", "longitude", "%.4f"),
    _Column("latitude", "latitude", "%.4f"),
    _Column("equ temp", "equilibrator_temperature", "%.2f"),
    _Column("std val", "@standard_value"),
    _Column("CO2 mv", "@millivolts"),
    _Column("CO2 um/m", "co2", "%.2f"),
    _Column("H2O mv", "=4.83"),
    _Column("H2O mm/m", "h2o", "%.2f"),
    _Column("licor temp", "=35.12"),
    _Column("licor press", "analyser_pressure", "%.1f"),
    _Column(" atm press", "atmospheric_pressure", "%.6f"),
    _Column("", "=0.75", "%s", is_short=False),
    _Column("equ press", "equilibrator_differential_pressure", "%.2f"),
    _Column("H2O flow", "water_flow", "%.2f"),
    _Column("licor flow", "analyser_flow", "%.2f"),
    _Column("equ pump", "=75"),
    _Column("vent flow", "vent_flow", "%.2f"),
    _Column("atm cond", "=9.94", "%s", is_short=False),
    _Column("equ cond", "=9.93", "%s", is_short=False),
    _Column("drip 1", "=9.94", "%s", is_short=False),
    _Column("drip 2", "=0.543", "%s", is_short=False),
    _Column("cond temp", "=4.87"),
    _Column("dry box temp", "=20.25", "%s", is_short=False),
    _Column("deck box temp", "=21.5", "%s", is_short=False),
    _Column("Oxygen", "@oxygen", "%s", is_short=False),
    _Column("Saturation", "=105.899", "%s", is_short=False),
    _Column("Temperature", "=8.733", "%s", is_short=False),
    _Column("WBPressure", "@ambient_pressure"),
    _Column("Intake Temp", "@sst"),
    _Column("Salinity", "@salinity"),
    _Column("Fluoresc", "=0.08", "%s", is_short=False),
)


def write_files(cruise: Cruise, folder: Path, options: GeneralOceanicsSimulation, seed: int) -> tuple[Path, ...]:
    """Write the raw files of a cruise.

    Parameters
    ----------
    cruise
        What the instruments read.
    folder
        Where the files go; it must exist.
    options
        Form of the files, and how much of the ship's feed is lost or damaged.
    seed
        Of the gaps and the damage.

    Returns
    -------
    tuple of Path
        In order of time.
    """
    random = np.random.default_rng([seed, 1])
    count = cruise.time.size
    setting = np.isin(cruise.run_type, [code for word, code in RUN_TYPES.items() if word[-1] in "zs"])
    text = _Text(
        cruise=cruise,
        options=options,
        columns=tuple(column for column in _COLUMNS if column.is_short or options.columns == "long"),
        gaps=random.random(count) < options.gaps,
        damage=np.where(random.random(count) < options.damaged_pressures, random.integers(1, 6, count), 0),
        announced=frozenset((np.flatnonzero(setting[1:] & ~setting[:-1]) + 1).tolist()),
    )
    paths = []
    for first, last in _files(cruise, options):
        path = folder / f"{(cruise.time[first] + text.ahead).item():%Y-%j-%H%M}dat.txt"
        with path.open("w", encoding="windows-1252", newline="") as file:
            file.write(text.header)
            for start in range(first, last, _ROWS_AT_ONCE):
                file.writelines(text.lines(slice(start, min(start + _ROWS_AT_ONCE, last))))
        paths.append(path)
    return tuple(paths)


def _files(cruise: Cruise, options: GeneralOceanicsSimulation) -> Iterator[tuple[int, int]]:
    if options.files == "one":
        return iter([(0, cruise.time.size)])
    days = (cruise.time + np.timedelta64(options.pc_clock_ahead, "s")).astype("datetime64[D]")
    return pairwise([0, *(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist(), cruise.time.size])


@dataclass(frozen=True, kw_only=True)
class _Text:
    """How the rows of one cruise are written.

    Attributes
    ----------
    gaps
        Rows without the ship's feed.
    damage
        How WBPressure of each row is damaged, 0 where it is not.
    announced
        Rows that a FILTER line comes before.
    """

    cruise: Cruise
    options: GeneralOceanicsSimulation
    columns: tuple[_Column, ...]
    gaps: NDArray[np.bool_]
    damage: NDArray[np.int64]
    announced: frozenset[int]

    @property
    def ahead(self) -> np.timedelta64:
        return np.timedelta64(self.options.pc_clock_ahead, "s")

    @property
    def header(self) -> str:
        tidy = self.options.columns == "short"
        return "\t".join(column.header.strip() if tidy else column.header for column in self.columns) + "\r\n"

    def lines(self, rows: slice) -> Iterator[str]:
        """Return the lines of some rows, with the housekeeping lines before and after them."""
        for row, line in enumerate(self._data_lines(rows), start=rows.start):
            if self.options.housekeeping:
                yield from self._lines_before(row)
            yield line
        if self.options.housekeeping and rows.stop == self.cruise.time.size:
            yield self._housekeeping("GO TO SLEEP", rows.stop - 1)
            yield "SHUT DOWN\t0\r\n"

    def _lines_before(self, row: int) -> Iterator[str]:
        if row == 0:
            yield self._housekeeping("WAKE UP", row)
        if row == 0 or row in self.announced:
            yield self._housekeeping("FILTER", row)

    def _housekeeping(self, word: str, row: int) -> str:
        clock = self._clock(self.cruise.time[row : row + 1] - np.timedelta64(_BEFORE_A_ROW, "s"))
        times = [clock[name][0] for name in ("pc_date", "pc_time", "gps_date", "gps_time")]
        position = [f"{self.cruise.measured[name][row]:.4f}" for name in ("latitude", "longitude", "latitude")]
        known = [word, "0", *times, *position]
        return "\t".join([*known, *[""] * (len(self.columns) - len(known))]) + "\r\n"

    def _data_lines(self, rows: slice) -> list[str]:
        measured = {name: values[rows] for name, values in self.cruise.measured.items()}
        words = self._words(rows, measured)
        forms: list[str] = []
        values: list[list[str] | list[float]] = []
        for column in self.columns:
            if column.source.startswith("="):
                forms.append(column.source[1:])
                continue
            forms.append(column.form)
            values.append(words[column.source[1:]] if column.source.startswith("@") else measured[column.source].tolist())
        form = "\t".join(forms) + "\r\n"
        return [form % row for row in zip(*values, strict=True)]

    def _words(self, rows: slice, measured: Mapping[str, NDArray[np.float64]]) -> dict[str, list[str]]:
        """Return the columns that are no plain numbers."""
        run_type = self.cruise.run_type[rows]
        gaps, damage = self.gaps[rows], self.damage[rows]
        is_gas = ~np.isin(run_type, [RUN_TYPES["EQU"], RUN_TYPES["ATM"]])
        standard_value = np.where(is_gas, measured["standard_value"], np.nan)
        millivolts = 50.7 + 5.23 * measured["co2"] - 5e-4 * measured["co2"] ** 2
        return {
            **self._clock(self.cruise.time[rows]),
            "type": _types(run_type, self.cruise.draining[rows]),
            "standard_value": [f"{value:g}".replace("nan", "NaN") for value in standard_value.tolist()],
            "millivolts": [f"{value:.1f}" for value in millivolts.tolist()],
            "oxygen": np.where(damage == 1, "C1RPh[Deg]", "306.23").tolist(),
            "ambient_pressure": _damaged([f"{value:.2f}" for value in measured["ambient_pressure"].tolist()], damage),
            "sst": _blanked([f"{value:.5f}" for value in measured["sst"].tolist()], gaps),
            "salinity": _blanked([f"{value:.5f}" for value in measured["salinity"].tolist()], gaps),
        }

    def _clock(self, time: NDArray[np.datetime64]) -> dict[str, list[str]]:
        gps_date, gps_time = _dates_and_times(time, self.options.date_format)
        pc_date, pc_time = _dates_and_times(time + self.ahead, self.options.date_format)
        return {"gps_date": gps_date, "gps_time": gps_time, "pc_date": pc_date, "pc_time": pc_time}


def _dates_and_times(time: NDArray[np.datetime64], date_format: str) -> tuple[list[str], list[str]]:
    seconds = time.astype(np.int64)
    pattern = date_format.lower().replace("yyyy", "%Y").replace("yy", "%y").replace("mm", "%m").replace("dd", "%d")
    days, day_of = np.unique(seconds // 86400, return_inverse=True)
    dates = np.array([(_EPOCH + timedelta(days=day)).strftime(pattern) for day in days.tolist()])
    moments, moment_of = np.unique(seconds % 86400, return_inverse=True)
    times = np.array([f"{moment // 3600:02d}:{moment // 60 % 60:02d}:{moment % 60:02d}" for moment in moments.tolist()])
    return dates[day_of].tolist(), times[moment_of].tolist()


def _types(run_type: NDArray[np.int8], draining: NDArray[np.bool_]) -> list[str]:
    words = np.full(128, "", dtype="U12")
    words[list(RUN_TYPES.values())] = list(RUN_TYPES)
    types = words[run_type]
    types[draining] = np.char.add(types[draining], "-DRAIN")
    return [str(word) for word in types.tolist()]


def _blanked(texts: list[str], blank: NDArray[np.bool_]) -> list[str]:
    for row in np.flatnonzero(blank).tolist():
        texts[row] = ""
    return texts


def _damaged(texts: list[str], damage: NDArray[np.int64]) -> list[str]:
    """Damage numbers as real files show it: leading digits lost, zero, two points, a letter, nothing."""
    for row in np.flatnonzero(damage).tolist():
        texts[row] = (texts[row][2:], "0", f"{texts[row][:2]}.{texts[row][2:]}", "H", "")[damage[row] - 1]
    return texts
