"""Runs of standard gas that a person flagged, and the samples whose calibration they were meant for.

A sample is calibrated with each standard interpolated in time between the runs around it, so a flag on one run touches the samples
between the good runs of the same gas before and after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import NOT_EVALUATED, category_words, quantities
from icos_core.flags import FLAG_MEANINGS, FLAG_VALUES, PERSON
from icos_ocean.exporters.comments import of_people

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.people import PersonFlag

__all__ = ["FlaggedRun", "flagged_runs"]

_WORD = dict(zip(FLAG_VALUES, FLAG_MEANINGS, strict=True))


@dataclass(frozen=True, kw_only=True)
class FlaggedRun:
    """One run of standard gas with a person's flag.

    Attributes
    ----------
    run_type
        Word of the run type: ``"STD2"``.
    start, end
        First and last flagged row.
    flag
        Worst primary flag that a person gave.
    comment
        Which variable, and why.
    after, before
        Samples strictly between these two times are touched; NaT where there is no good run on that side.
    """

    run_type: str
    start: np.datetime64
    end: np.datetime64
    flag: int
    comment: str
    after: np.datetime64
    before: np.datetime64

    def touches(self, time: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Rows whose calibration the run was meant for."""
        touched = np.ones(time.shape, dtype=bool)
        if not np.isnat(self.after):
            touched &= time > self.after
        if not np.isnat(self.before):
            touched &= time < self.before
        return touched

    def __str__(self) -> str:
        """Format as one line for people."""
        start, end = (f"{np.datetime_as_string(moment, 's')}Z" for moment in (self.start, self.end))
        return f"{self.run_type} {start}/{end} {_WORD[self.flag]}: {self.comment}"


def flagged_runs(stream: xr.Dataset, stream_name: str, people: Sequence[PersonFlag]) -> tuple[FlaggedRun, ...]:
    """Return the runs of standard gas with a person's flag, in order of time.

    Parameters
    ----------
    stream
        Calibrated stream with ``run_type`` and the flags of the readings.
    stream_name
        Its name in people's flags.
    people
        People's flags.
    """
    if "run_type" not in stream or stream.sizes["time"] == 0:
        return ()
    time, codes = stream["time"].values, stream["run_type"].values
    number = np.concatenate([[0], np.cumsum(codes[1:] != codes[:-1])])
    words = {code: word for word, code in category_words(stream, "run_type").items() if word.startswith("STD")}
    found: list[FlaggedRun] = []
    for name in quantities(stream):
        origin, flags = f"{name}_flag_origin", f"{name}_flag"
        if origin not in stream:
            continue
        rows = np.isin(codes, list(words)) & (stream[origin].values == PERSON)
        for run in np.unique(number[rows]).tolist():
            of_run = np.flatnonzero(rows & (number == run))
            code = int(codes[of_run[0]])
            comments = of_people(stream.isel(time=of_run), stream_name, name, people, title=name)
            after, before = _good_neighbours(time, number, (codes == code) & (stream[flags].values <= NOT_EVALUATED), run)
            found.append(
                FlaggedRun(
                    run_type=words[code],
                    start=time[of_run[0]],
                    end=time[of_run[-1]],
                    flag=int(stream[flags].values[of_run].max()),
                    comment=" / ".join(comments.words[place] for place in dict.fromkeys(comments.codes.tolist())),
                    after=after,
                    before=before,
                )
            )
    return tuple(sorted(found, key=lambda run: (run.start, run.run_type, run.comment)))


def _good_neighbours(
    time: NDArray[np.datetime64], number: NDArray[np.integer], good: NDArray[np.bool_], run: int
) -> tuple[np.datetime64, np.datetime64]:
    """Return the last good row of the gas before a run and the first after it, NaT where there is none."""
    earlier, later = time[good & (number < run)], time[good & (number > run)]
    nothing = np.datetime64("NaT", "ns")
    return (earlier[-1] if earlier.size else nothing, later[0] if later.size else nothing)
