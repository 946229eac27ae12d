"""Options that the exporters of EddyPro's tables share, and the columns that both begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.exporters import text
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.exporters.text import Column
    from icos_ecosystem.exporters.flux_table import FluxTable

__all__ = ["NOT_ENOUGH_DATA", "EddyProOptions", "day_of_year_column", "file_name_column", "local"]

NOT_ENOUGH_DATA = "not_enough_data"
"""What stands in place of a file's name where an interval has no fluxes."""


class EddyProOptions(Options):
    """Options of ``eddypro-full-output`` and ``eddypro-fluxnet``."""

    stream: StreamName = Field(default="fluxes", description="stream of fluxes to write")
    file_name: str = Field(
        default="{station}_EC_%Y%m%d%H%M",
        description="what stands as name of the raw file: {station} and strftime codes of the interval's end in local standard time",
    )
    local_time: bool = Field(default=True, description="write local standard time, as EddyPro does where the raw files have it; false: UTC")


def local(time: NDArray[np.datetime64], options: EddyProOptions, context: Context) -> NDArray[np.datetime64]:
    """Return times as the table shows them, (n,) in minutes."""
    hours = (context.station.utc_offset or 0.0) if options.local_time else 0.0
    return (time + np.timedelta64(round(hours * 60), "m")).astype("datetime64[m]")


def file_name_column(table: FluxTable, end: NDArray[np.datetime64], options: EddyProOptions, context: Context) -> Column:
    """Return the column of file names; rows without a flux of momentum, heat or a gas say that there was not enough data."""
    fluxes = np.array([table.values(name) for name in ("TAU", "H", "LE", "FC", "FCH4", "FN2O")])
    pattern = options.file_name.replace("{station}", context.station.id)
    words = [NOT_ENOUGH_DATA, *(moment.strftime(pattern) for moment in end.astype(object))]
    there = np.isfinite(fluxes).any(axis=0)
    return text.word_column(np.where(there, np.arange(table.size) + 1, 0), words)


def day_of_year_column(time: NDArray[np.datetime64]) -> Column:
    """Return the day of the year with its fraction, 1.000 at the beginning of January 1st; half a digit is dropped, as in EddyPro."""
    minutes = (time - time.astype("datetime64[Y]")).astype("timedelta64[m]").astype(np.int64)
    thousandths = 1000 - (-(minutes * 2000 - 1440) // 2880)
    found, codes = np.unique(thousandths, return_inverse=True)
    return text.word_column(codes.reshape(-1), [f"{day // 1000}.{day % 1000:03d}" for day in found.tolist()])
