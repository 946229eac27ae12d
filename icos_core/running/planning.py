"""Periods of a calibrator that condenses: which exist, which files contribute to each, and what each depends on.

Periods are aligned to 1970-01-01T00:00Z and cut by time, so the files' own borders never show.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.running.grouping import Grouping
from icos_core.running.inputs import offsets
from icos_core.running.keys import content_key
from icos_core.running.measured_units import MeasuredUnits
from icos_core.versioned import moments, valid_within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Calibrator, Context, Variable
    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.running.ledger import Segments
    from icos_core.station import Description, Station

__all__ = ["Period", "PeriodKeys", "Windows", "nanoseconds", "plan_periods", "shifted", "station_of_key"]


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Length of a period and how far around it rows are needed, in nanoseconds."""

    length: int
    look_back: int
    reach: int

    @classmethod
    def of(cls, description: Description, plugins: Plugins, position: int) -> Windows:
        """Ask the condensing calibrator, the tests of the measured stage and the joins.

        A row may be tested, joined within the limit, and tested again where it arrives, and so on along a chain of joins.
        """
        spec = description.calibrate[position]
        calibrator: Calibrator = plugins.component("calibrator", spec.calibrator)
        assert calibrator.period is not None
        reaches = [plugins.component("quality-test", test.test).reach(test.options) for test in description.qc if test.stage == "measured"]
        limits = [entry.join.limit for entry in description.inputs if entry.join is not None]
        reach = max(reaches, default=timedelta(0)) * (1 + len(limits)) + sum(limits, timedelta(0))
        reach += Grouping.of(description, plugins).reach
        return cls(
            length=nanoseconds(calibrator.period(spec.options)),
            look_back=nanoseconds(calibrator.look_back(spec.options)),
            reach=nanoseconds(reach),
        )


def nanoseconds(length: timedelta) -> int:
    """Return a length of time in nanoseconds."""
    return int(np.timedelta64(length, "ns").astype("i8"))


@dataclass(frozen=True, kw_only=True)
class Period:
    """One period (corrected time, nanoseconds since 1970, half-open) and the positions of the files it needs."""

    start: int
    end: int
    files: tuple[int, ...]


def shifted(segments: Segments, shift: int) -> Segments:
    """Bring stretches of instrument time to corrected time."""
    return tuple((start + shift, end + shift) for start, end in segments)


def plan_periods(covered: Sequence[Segments], windows: Windows) -> list[Period]:
    """Return the periods that rows may fall into, in order of time.

    Parameters
    ----------
    covered
        Per file the stretches of corrected time that it covers; empty for a file without rows.
    windows
        Length of a period and what is needed around it.
    """
    length = windows.length
    files: dict[int, list[int]] = {
        number: [] for segments in covered for start, end in segments for number in range(start // length, end // length + 1)
    }
    for position, segments in enumerate(covered):
        touched: set[int] = set()
        for start, end in segments:
            first, last = (start - windows.reach) // length, (end + windows.reach + windows.look_back) // length
            touched.update(number for number in range(first, last + 1) if number in files)
        for number in touched:
            files[number].append(position)
    return [Period(start=number * length, end=(number + 1) * length, files=tuple(files[number])) for number in sorted(files)]


def station_of_key(station: Station) -> dict[str, Any]:
    """Return what results can depend on: who answers for a station, and its name, change no number."""
    return station.model_dump(mode="json", exclude={"contact", "name"})


class PeriodKeys:
    """Keys of condensed periods: files, options valid in the period, people's flags that touch it, code.

    A station may have many thousands of periods, so what does not change from one to the next is worked out once.
    """

    def __init__(
        self,
        description: Description,
        plugins: Plugins,
        position: int,
        windows: Windows,
        context: Context,
        code: Mapping[str, str],
    ) -> None:
        self._windows = windows
        calibrator: Calibrator = plugins.component("calibrator", description.calibrate[position].calibrator)
        last = description.calibrate[position]
        self._calibrate = (*description.calibrate[:position], replace(last, options=calibrator.condensing(last.options)))
        self._tests = [spec for spec in description.qc if spec.stage == "measured"]
        options = [*(spec.options for spec in self._calibrate), *(spec.options for spec in self._tests)]
        self._moments = np.array(sorted({moment for each in options for moment in moments(each)}), dtype="M8[ns]")
        self._options: dict[tuple[int, int], str] = {}
        self._fixed = content_key(
            asdict(windows),
            [(spec.offset.total_seconds(), spec.join.model_dump(mode="json") if spec.join else None) for spec in description.inputs],
            station_of_key(description.station),
            [deployment.model_dump(mode="json") for deployment in context.deployments],
            dict(code),
            asdict(Grouping.of(description, plugins)),
            asdict(MeasuredUnits.of(description, plugins, position)),
        )
        self.flags = _flags_that_act(description, plugins, position, context.people_flags)
        self._widest = max((abs(nanoseconds(offset)) for offset in offsets(description, plugins).values()), default=0)
        self._flag_starts = np.array([flag.start for flag in self.flags], dtype="M8[ns]").astype("i8")
        self._flag_ends = np.array([flag.end for flag in self.flags], dtype="M8[ns]").astype("i8")

    def key(self, period: Period, read_keys: Sequence[str]) -> str:
        """Return the key of a period; `read_keys` are those of all files, by position."""
        first = period.start - self._windows.look_back - self._windows.reach
        last = period.end + self._windows.reach
        touching = np.flatnonzero((self._flag_starts < last + self._widest) & (self._flag_ends > first - self._widest))
        return content_key(
            "period",
            self._fixed,
            (period.start, period.end),
            sorted(read_keys[file] for file in period.files),
            self._options_within(first, last),
            [_of_key(self.flags[number]) for number in touching],
        )

    def _options_within(self, first: int, last: int) -> str:
        start, end = np.datetime64(first, "ns"), np.datetime64(last, "ns")
        stretch = (int(np.searchsorted(self._moments, start, side="right")), int(np.searchsorted(self._moments, end, side="left")))
        if stretch not in self._options:
            self._options[stretch] = content_key(
                [(spec.calibrator, valid_within(spec.options, start, end)) for spec in self._calibrate],
                [
                    (
                        spec.test,
                        spec.label,
                        spec.variables,
                        spec.stream,
                        dict(spec.where),
                        dict(spec.units),
                        valid_within(spec.options, start, end),
                    )
                    for spec in self._tests
                ],
            )
        return self._options[stretch]


def _of_key(flag: PersonFlag) -> tuple[str, str, str, int, int, int | None]:
    return flag.id, flag.stream, flag.variable, int(flag.start.astype("i8")), int(flag.end.astype("i8")), flag.flag


def _flags_that_act(description: Description, plugins: Plugins, position: int, flags: Sequence[PersonFlag]) -> tuple[PersonFlag, ...]:
    """Return people's flags of variables that are there before condensing; others act later."""
    names: set[str] = set()
    for spec in description.inputs:
        provided = plugins.component("reader", spec.reader).provides(spec.options)
        names |= {spec.rename.get(name, name) for name in _names(provided)}
    for before in description.calibrate[:position]:
        names |= _names(plugins.component("calibrator", before.calibrator).provides(before.options))
    return tuple(flag for flag in flags if flag.variable in names)


def _names(provided: Mapping[str, Sequence[Variable]]) -> set[str]:
    return {variable.name for variables in provided.values() for variable in variables}
