"""Options of the reader `wdcgg`."""

from __future__ import annotations

from pydantic import Field

from icos_atmosphere.readers.obspack_options import SeriesOptions

__all__ = ["WdcggOptions"]


class WdcggOptions(SeriesOptions):
    """Options of ``wdcgg``."""

    utc_offset: float | None = Field(
        default=None, ge=-14, le=14, description="hours that times of the file are ahead of UTC, where its time zone is not understood"
    )
