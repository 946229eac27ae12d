"""Options of the readers `obspack` and `wdcgg`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from icos_core.versioned import Options

__all__ = ["Interval", "ObspackOptions", "SeriesOptions"]

Interval = Literal["minute", "hour", "day", "month"]


class SeriesOptions(Options):
    """What a file of a finished series may leave open, or hold more than one of."""

    gas: Literal["co2", "ch4", "co", "n2o"] | None = Field(
        default=None, description="what the files hold; default: what they say themselves; a file of another gas is refused"
    )
    intake_height: float | Literal["all"] | None = Field(
        default=None,
        description="which of several intake heights is read, in metres above ground, or the height where a file states none; all: of an "
        "intake that was moved, rows of every height as one line, called after the last",
    )
    averaging_interval: Interval | None = Field(
        default=None, description="what a row averages over; default: what the file says, else the usual step"
    )
    calibration_scale: str = Field(default="", description="calibration scale of the values, where a file states none")


class ObspackOptions(SeriesOptions):
    """Options of ``obspack``."""

    time_stamp: Literal["file", "start", "middle", "end"] = Field(
        default="file", description="which moment of its interval a time is; default: what the file says of its times, else the start"
    )
