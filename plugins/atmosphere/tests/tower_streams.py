"""Streams of a tower as figures of the report meet them: hours, minutes, calibrations, targets, curves, with flags and uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from icos_atmosphere.calibration.result_words import calibration_words, target_words
from icos_atmosphere.calibration.station_tables import Cylinder
from icos_atmosphere.products.growth_rate_words import trend_words, year_words
from icos_atmosphere.vocabulary import GASES, UNCERTAINTY_TERMS, series_words

from icos_core.components import Context, Outcome
from icos_core.dataset import GOOD, QUESTIONABLE, make_stream
from icos_core.flags import apply_flags
from icos_core.station import Contact, Station

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

START = np.datetime64("2024-01-01T00:00", "ns")
HOUR, DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")
LEVELS = {"co2": 420.0, "ch4": 1980.0, "co": 150.0, "n2o": 337.0}
SCALES = {"co2": "WMO CO2 X2019", "ch4": "WMO CH4 X2004A", "co": "WMO CO X2014A", "n2o": "WMO N2O X2006A"}
GAS_NAMES = ("co2", "ch4", "co")
GAP = slice(30, 40)
CYLINDERS = tuple(
    Cylinder.model_validate({"name": name, "role": role, "co2": {"value": 410.0, "scale": SCALES["co2"]}})
    for name, role in (("CAL1", "calibration"), ("STT A", "short-term-target"), ("LTT", "long-term-target"))
)


def context(latitude: float = 50.0, utc_offset: float = 1.0) -> Context:
    """Return the context of a fixed station."""
    place = {"latitude": latitude, "longitude": 8.5, "altitude": 100.0, "utc_offset": utc_offset}
    contact = Contact(institution="Example Institute", email="data@example.org")
    return Context(station=Station(id="TST", name="Example Tower", domain="atmosphere", platform="fixed", contact=contact, **place))


def good(stream: xr.Dataset, names: Sequence[str], questionable: dict[str, Sequence[int]] | None = None) -> None:
    """Flag values good, some rows questionable."""
    outcomes = []
    for name in names:
        level = np.full(stream.sizes["time"], GOOD, dtype=np.int8)
        level[list((questionable or {}).get(name, ()))] = QUESTIONABLE
        outcomes.append(Outcome(variable=name, name="rule", level=level))
    apply_flags(stream, outcomes)


def hourly(
    line: str = "150m", height: float | None = 150.0, hours: int = 240, gases: Sequence[str] = GAS_NAMES, **changes: Any
) -> xr.Dataset:
    """Return hourly means: a cycle of the day that is larger below, none in the hours `GAP`, hour 50 of CO2 questionable.

    `changes` replace variables before the flags are set; None takes one out.
    """
    random = np.random.default_rng(7)
    hour = np.arange(hours)
    swing = 8.0 * np.exp(-(150.0 if height is None else height) / 60.0)
    values: dict[str, Any] = {}
    for gas in gases:
        level = LEVELS[gas]
        value = level * (1.0 + 1e-3 * swing * (1.0 + np.cos(2 * np.pi * (hour - 3) / 24)) + 2e-4 * random.normal(size=hours))
        value[GAP] = np.nan
        terms = {
            f"{gas}_uncertainty_{term}": np.where(np.isnan(value), np.nan, 1e-5 * level * (number + 1))
            for number, term in enumerate(UNCERTAINTY_TERMS)
        }
        values |= {gas: value, **terms, f"{gas}_uncertainty": np.sqrt(sum(np.square(each) for each in terms.values()))}
    values = {name: array for name, array in (values | changes).items() if array is not None}
    attrs = {"line": line, "averaging_interval": "hour"} | ({} if height is None else {"intake_height": height})
    stream = make_stream(START + hour * HOUR, values, series_words(), attrs)
    for gas in (gas for gas in gases if gas in stream):
        stream[gas].attrs["calibration_scale"] = SCALES[gas]
    good(stream, [gas for gas in gases if gas in stream], {"co2": [50] if hours > 50 else []})
    return stream


def hours_of_tower(hours: int = 240, gases: Sequence[str] = GAS_NAMES) -> dict[str, xr.Dataset]:
    """Return the hourly means of three heights."""
    return {f"product/hourly/{height}m": hourly(f"{height}m", float(height), hours, gases) for height in (10, 50, 150)}


def minutes(
    line: str = "10m",
    height: float = 10.0,
    spikes: Sequence[int] = (),
    days: int = 6,
    tests: Sequence[str] = ("spike_sd",),
    gases: Sequence[str] = ("co2", "ch4"),
) -> xr.Dataset:
    """Return minutes of a line that is sampled twenty minutes of every hour; `spikes` are rows of the first gas that each test finds."""
    minute = np.arange(days * 1440)
    minute = minute[minute % 60 < 20]
    values = {gas: np.full(minute.size, LEVELS[gas]) + 0.01 * (minute % 7) for gas in gases}
    values[gases[0]][list(spikes)] += 5.0
    attrs = {"line": line, "intake_height": height, "averaging_interval": "minute", "analyser": "picarro"}
    stream = make_stream(START + minute * np.timedelta64(1, "m"), values, series_words(), attrs)
    level = np.full(minute.size, GOOD, dtype=np.int8)
    outcomes = []
    for gas in gases:
        mark = np.zeros(minute.size, dtype=bool)
        if gas == gases[0]:
            mark[list(spikes)] = True
        outcomes += [Outcome(variable=gas, name=test, level=level, mark=mark) for test in tests]
    apply_flags(stream, outcomes)
    return stream


def calibrations(
    change: Sequence[float] = (0.0, 0.02, 0.5, -0.01), accepted: Sequence[int] = (1, 1, 0, 1), gases: Sequence[str] = ("co2",)
) -> xr.Dataset:
    """Return calibration sequences fifteen days apart."""
    n = len(change)
    values: dict[str, Any] = {"sequence": np.arange(n)}
    for gas in gases:
        reference = LEVELS[gas] + np.array(change)
        values |= {
            f"{gas}_slope": np.full(n, 1.005),
            f"{gas}_intercept": reference - 1.005 * LEVELS[gas],
            f"{gas}_residual": np.where(np.array(accepted) == 1, 0.01, 0.3),
            f"{gas}_reference": reference,
            f"{gas}_reference_uncertainty": np.full(n, 0.015),
            f"{gas}_accepted": np.array(accepted),
        }
    stream = make_stream(START + np.arange(n) * 15 * DAY, values, calibration_words(gases), {"analyser": "picarro"})
    refused = [row for row in range(n) if accepted[row] != 1]
    good(stream, [f"{gas}_slope" for gas in gases], {f"{gas}_slope": refused for gas in gases})
    return stream


def targets(days: int = 30, gases: Sequence[str] = ("co2",), questionable: Sequence[int] = (), **changes: Any) -> xr.Dataset:
    """Return injections of a short-term target twice a day, and of a long-term one every tenth day; biases are fractions of the goals."""
    time = [START + each * 12 * HOUR for each in range(2 * days)]
    role = [1] * len(time)
    for each in range(0, days, 10):
        time.append(START + each * DAY + HOUR)
        role.append(2)
    order = np.argsort(np.array(time))
    roles = np.array(role)[order]
    n = roles.size
    values: dict[str, Any] = {"cylinder": roles, "role": roles}
    for gas in gases:
        bias = LEVELS[gas] * 1e-4 * np.where(roles == 1, np.sin(np.arange(n) / 5.0), 1.2)
        values |= {
            gas: LEVELS[gas] + bias,
            f"{gas}_uncertainty": np.full(n, LEVELS[gas] * 5e-5),
            f"{gas}_bias": bias,
            f"{gas}_ltr": np.where(np.arange(n) < 3, np.nan, 0.01),
            f"{gas}_cmr": np.full(n, 0.03),
        }
    values = {name: array for name, array in (values | changes).items() if array is not None}
    stream = make_stream(np.array(time)[order], values, target_words(gases, CYLINDERS), {"analyser": "picarro"})
    good(stream, [f"{gas}_bias" for gas in gases if f"{gas}_bias" in stream], {f"{gas}_bias": questionable for gas in gases})
    return stream


def curves(line: str = "150m", height: float = 150.0, years: int = 3, gases: Sequence[str] = ("co2",)) -> dict[str, xr.Dataset]:
    """Return trend, cycle and growth of some whole years: 2.5 µmol mol⁻¹ a year, a cycle of ±5."""
    day = np.arange(365 * years)
    attrs = {"line": line, "intake_height": height}
    values: dict[str, Any] = {}
    of_years: dict[str, Any] = {}
    for gas in gases:
        trend, cycle = LEVELS[gas] + 2.5 * day / 365.25, 5.0 * np.cos(2 * np.pi * day / 365.25)
        values |= {
            gas: trend + cycle + 0.5 * np.sin(day),
            f"{gas}_smooth": trend + cycle,
            f"{gas}_trend": trend,
            f"{gas}_cycle": cycle,
            f"{gas}_growth": np.full(day.size, 2.5),
        }
        of_years |= {
            f"{gas}_increase": np.full(years - 1, 2.5),
            f"{gas}_increase_uncertainty": np.full(years - 1, 0.2),
        }
    trend_stream = make_stream(START + day * DAY, values, trend_words(), attrs)
    starts = np.arange("2024", years - 1, dtype="M8[Y]") if years > 1 else np.array([], dtype="M8[Y]")
    year_stream = make_stream(starts.astype("M8[ns]"), of_years, year_words(), attrs)
    year_stream["time_bnds"] = (("time", "nv"), np.stack([starts, starts + 1], axis=1).astype("M8[ns]"))
    made = {f"product/trend/{line}": trend_stream}
    return made | ({f"product/growth/{line}": year_stream} if years > 1 else {})


def everything(hours: int = 240) -> dict[str, xr.Dataset]:
    """Return all streams of a station."""
    gases = tuple(gas for gas in GASES if gas in GAS_NAMES)
    return {
        **hours_of_tower(hours),
        "calibrated/picarro/10m": minutes("10m", 10.0, spikes=range(400, 440)),
        "calibrated/picarro/150m": minutes("150m", 150.0, spikes=[5]),
        "calibrated/picarro/calibration": calibrations(gases=gases),
        "calibrated/picarro/targets": targets(gases=gases),
        **curves(gases=gases),
    }
