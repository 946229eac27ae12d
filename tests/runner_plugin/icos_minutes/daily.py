"""Daily means of good values, and the mean of those."""

import numpy as np
import xarray as xr

from icos_core import Product, ProductResult, Requirement, Variable
from icos_core.dataset import TIME_ATTRIBUTES, attributes, usable
from icos_core.versioned import Options

DAILY = Variable(name="daily_mean", units="umol mol-1", long_name="daily mean")


class NoOptions(Options):
    """None."""


def derive(streams, options, context):
    stream = streams["log"]
    days = stream["time"].values.astype("datetime64[D]")
    values = usable(stream, "mole_fraction")
    unique = np.unique(days)
    means = np.array([np.nanmean(values[days == day]) if (~np.isnan(values[days == day])).any() else np.nan for day in unique])
    daily = xr.Dataset(
        {"daily_mean": ("time", means, attributes(DAILY))}, coords={"time": ("time", unique.astype("datetime64[ns]"), TIME_ATTRIBUTES)}
    )
    return ProductResult(streams={"daily": daily})


def derive_whole(streams, options, context):
    mean = float(np.nanmean(usable(streams["daily"], "daily_mean")))
    beside = {"made_before": " ".join(sorted(streams))}
    return ProductResult(streams={"whole": xr.Dataset({"mean": ((), mean, attributes(DAILY))}, attrs=beside)})


PRODUCT = Product(
    name="daily",
    summary="daily means",
    options=NoOptions,
    requires=lambda options: {"log": (Requirement(name="mole_fraction"),)},
    provides=lambda options: {"daily": (DAILY,)},
    derive=derive,
)
WHOLE = Product(
    name="whole",
    summary="mean of the daily means",
    options=NoOptions,
    requires=lambda options: {"daily": (Requirement(name="daily_mean"),)},
    provides=lambda options: {"whole": (Variable(name="mean", units="umol mol-1"),)},
    derive=derive_whole,
    needs=("daily",),
    after=("above-level",),
)
