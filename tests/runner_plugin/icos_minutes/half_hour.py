"""Half-hour means of the good values; the look-back shows as the mean of the rows just before the period."""

from datetime import timedelta

import numpy as np
import xarray as xr

from icos_core import CalibrationResult, Calibrator, Requirement, Variable
from icos_core.dataset import TIME_ATTRIBUTES, attributes, usable
from icos_core.versioned import Options

MEAN = Variable(name="mean_signal", units="V", long_name="half-hour mean of the signal")
BEFORE = Variable(name="signal_before", units="V", long_name="mean of the signal in the look-back")
COUNT = Variable(name="count", units="1", long_name="number of values")
MINUTES = 30


class HalfHourOptions(Options):
    """Options."""

    look_back: int = 10


def condense(streams, options, context, *, period):
    start, end = period
    stream = streams.get("log")
    if stream is None:
        return {}
    values, time = usable(stream, "signal"), stream["time"].values
    inside = (time >= start) & (time < end)
    if not inside.any():
        return {}
    present = values[inside][~np.isnan(values[inside])]
    before = values[~inside][~np.isnan(values[~inside])]
    data = {
        "mean_signal": (MEAN, present.mean() if present.size else np.nan),
        "signal_before": (BEFORE, before.mean() if before.size else np.nan),
        "count": (COUNT, float(present.size)),
    }
    row = xr.Dataset(
        {name: ("time", [value], attributes(word)) for name, (word, value) in data.items()},
        coords={"time": ("time", np.array([start]), TIME_ATTRIBUTES)},
    )
    return {"log": row}


CALIBRATOR = Calibrator(
    name="half-hour",
    summary="condenses",
    options=HalfHourOptions,
    requires=lambda options: {"log": (Requirement(name="signal", alternatives=("mean_signal",)),)},
    provides=lambda options: {"log": (MEAN, BEFORE, COUNT)},
    condense=condense,
    period=lambda options: timedelta(minutes=MINUTES),
    look_back=lambda options: timedelta(minutes=options.look_back),
    calibrate=lambda streams, options, context: CalibrationResult(streams={"log": streams["log"]}),
)
