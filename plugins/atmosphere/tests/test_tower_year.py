"""A year of a tower whose truth is known: repeatability and bias of its targets, and its hours, by their definitions written out."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest
from cells import START, cells_of, cylinder, sequence, station
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR
from icos_atmosphere.products.hourly_means import PRODUCT as HOURLY
from sampled_air import tower

from icos_core.flags import apply_flags

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

HOURS = 366 * 24
DAY = 24.0
SECOND, HOUR = np.timedelta64(1, "s"), np.timedelta64(1, "h")
HEIGHTS = {"30m": (1, "0 s"), "100m": (11, "40 s"), "200m": (12, "90 s")}
"""Line → port and how long its air travels."""
STANDARDS = (379.84, 399.97, 419.93, 449.72)
SEQUENCES = 26
FIRST, EVERY = 3.0 * DAY, 14.0 * DAY  # hours since the start
REFUSED = 10
"""A sequence of which one cylinder was not itself."""
REPLACED = "2024-07-11T03:00:00Z"
"""When another short-term target takes the place of the first, on the same port."""
ASSIGNED = {"STT A": 415.0, "STT B": 421.0, "LTT": 402.0}
TRUE = {"STT A": 415.045, "STT B": 420.97, "LTT": 402.02}
DRIFTING = (100, 500)
"""Injections of the short-term target that drift by 0.3 µmol mol⁻¹: none of them counts."""


def at(hours: FloatArray) -> NDArray[np.datetime64]:
    moments: NDArray[np.datetime64] = START + np.round(np.asarray(hours) * 3600e9).astype("m8[ns]")
    return moments


def options():  # type: ignore[no-untyped-def]
    """Return the station: three heights, four calibration cylinders, two short-term targets one after the other, a long-term one."""
    calibrating = [cylinder(f"CAL{number}", value) for number, value in enumerate(STANDARDS)]
    targets = [cylinder(name, value, "long-term-target" if name == "LTT" else "short-term-target") for name, value in ASSIGNED.items()]
    ports = [{"port": port, "line": name} for name, (port, _) in HEIGHTS.items()]
    ports += [{"port": 2 + number, "cylinder": f"CAL{number}"} for number in range(4)]
    ports += [
        {"port": 6, "cylinder": "STT A", "valid_to": REPLACED},
        {"port": 6, "cylinder": "STT B", "valid_from": REPLACED},
        {"port": 7, "cylinder": "LTT"},
    ]
    lines = [{"name": name, "height": float(name.removesuffix("m")), "transport_delay": delay} for name, (_, delay) in HEIGHTS.items()]
    return station([*calibrating, *targets], ports=ports, lines=lines)


def visits() -> list[tuple[float, float, int]]:
    """Return what the valve does: heights in turn by the clock, 15 settled minutes each, unless a cylinder is measured."""
    begins = [FIRST + number * EVERY for number in range(SEQUENCES)]
    busy = [(begin, begin + 6.0) for begin in begins]
    found = [visit for begin in begins for visit in sequence(begin, (2, 3, 4, 5))]
    found += [(begin + 7.0, 0.5, 7) for begin in begins]
    busy += [(begin + 7.0, begin + 7.5) for begin in begins]
    due = [hour for hour in np.arange(1.0, HOURS, 10.0) if not any(first - 0.5 < hour < last for first, last in busy)]
    found += [(hour, 0.5, 6) for hour in due]
    busy = sorted([*busy, *((hour, hour + 0.5) for hour in due)])
    starts, ends = np.array(busy).T
    for hour in range(HOURS):
        for turn, (port, _) in enumerate(HEIGHTS.values()):
            begin = hour + turn / 3.0
            after = np.searchsorted(starts, begin + 1.0 / 3.0)
            if not after or ends[after - 1] <= begin:
                found.append((begin + 5.0 / 60.0, 0.25, port))
    return sorted(found)


class Truth(NamedTuple):
    """The response of the analyser at each accepted sequence, and what is true of every cell (dry CO2; spread within the minute)."""

    knots: FloatArray
    slope: FloatArray
    intercept: FloatArray
    value: FloatArray
    stdev: FloatArray


@cache
def year() -> tuple[xr.Dataset, Truth]:
    """Return the cells of a year, and the truth.

    True value = slope · reading + intercept; both are linear in time from one accepted sequence to the next, and what a sequence sees
    is the response at the mean time of the injections that count.
    """
    random = np.random.default_rng(26)
    cells = cells_of(visits(), lambda _port, hours: np.zeros(hours.shape))
    port, time = cells["port"].to_numpy(), cells["time"].to_numpy()
    hours = (time - START) / HOUR
    accepted = np.array([number for number in range(SEQUENCES) if number != REFUSED])
    # Two of three cycles of four cylinders count; the half second is that between the last row of a minute and its end.
    knots = FIRST + EVERY * accepted + 4.0 - 0.5 / 3600.0
    slope = 1.00527 + 2e-6 * random.normal(size=knots.size).cumsum()
    intercept = 0.304 + 0.03 * random.normal(size=knots.size).cumsum()
    value, stdev = np.empty(hours.size), 0.03 * (1.0 + 0.2 * random.normal(size=hours.size).clip(-3, 3))
    begins = cells["begins"].to_numpy().cumsum()
    moment = hours + np.where(np.isin(port, (1, 11, 12)), 30.0, 29.5) / 3600.0
    line = np.isin(port, (1, 11, 12))
    value[line] = (
        412.0 + 8.0 * np.sin(hours[line] / 24.0 * 2 * np.pi) + 3.0 * np.sin(hours[line] / 97.0) + random.normal(0, 0.3, line.sum())
    )
    own = names_of(cells)
    for name, true in TRUE.items():
        rows = own == name
        of_injection = dict(zip(np.unique(begins[rows]), random.normal(0.0, 0.02, np.unique(begins[rows]).size), strict=True))
        value[rows] = true + np.array([of_injection[each] for each in begins[rows]]) + random.normal(0.0, 0.01, rows.sum())
    short = np.unique(begins[port == 6])
    for number in DRIFTING:
        rows = begins == short[number]
        value[rows] += np.linspace(0.0, 0.3, rows.sum())
    at_moment = [np.interp(moment, knots, each) for each in (slope, intercept)]
    standard = (port >= 2) & (port <= 5)
    nearest = np.abs(moment[standard][:, None] - knots[None, :]).argmin(axis=1)
    at_moment[0][standard], at_moment[1][standard] = slope[nearest], intercept[nearest]
    value[standard] = np.array(STANDARDS)[port[standard] - 2]
    # In the first cycle regulators have stood idle, and in one sequence the second cylinder gives something else.
    number, into = np.divmod(hours - FIRST, EVERY)
    value[standard & (into < 2.0)] += 0.2
    value[standard & (number == REFUSED) & (port == 3)] += 0.4
    cells["co2_dry"].data[:] = (value - at_moment[1]) / at_moment[0]
    cells["co2_stdev"].data[:] = stdev / at_moment[0]
    return cells, Truth(knots, slope, intercept, value, stdev)


def names_of(cells: xr.Dataset) -> NDArray[np.str_]:
    """Return the target that each cell is of."""
    port, time = cells["port"].to_numpy(), cells["time"].to_numpy()
    late = time >= np.datetime64(REPLACED.removesuffix("Z"))
    names: NDArray[np.str_] = np.where(port == 7, "LTT", np.where(port != 6, "", np.where(late, "STT B", "STT A")))
    return names


@cache
def result() -> dict[str, xr.Dataset]:
    """Return calibrated streams with their flags, and the hours."""
    cells, _ = year()
    calibrated = CALIBRATOR.calibrate({"picarro": cells}, options(), tower())
    for name, stream in calibrated.streams.items():
        apply_flags(stream, [outcome for outcome in calibrated.outcomes if outcome.stream == name])
    refused = [str(problem) for problem in calibrated.problems]
    assert len(refused) == 1
    assert f"calibration {REFUSED} " in refused[0]
    return {**calibrated.streams, **HOURLY.derive(calibrated.streams, HOURLY.options(), tower()).streams}


@cache
def injections() -> pd.DataFrame:
    """Return the injections of targets from the truth, one row each, with CMR and LTR by their definitions.

    CMR is the average of the standard deviations of raw data over one minute, of all injections of a target in a calendar month; LTR the
    standard deviation of the averages of the last ten minutes of its injections within three days; of injections that count.
    """
    cells, truth = year()
    minutes = pd.DataFrame(
        {
            "time": cells["time"].to_numpy(),
            "target": names_of(cells),
            "injection": cells["begins"].to_numpy().cumsum(),
            "value": truth.value,
            "stdev": truth.stdev,
        }
    )
    minutes = minutes[minutes["target"] != ""]
    drifting = minutes[minutes["target"].str.startswith("STT")]["injection"].unique()[list(DRIFTING)]
    rows = [
        {
            "time": own["time"].iloc[0],
            "target": own["target"].iloc[0],
            "value": own["value"].mean(),
            "end": own["value"].iloc[-10:].mean(),
            "counts": injection not in drifting,
        }
        for injection, own in minutes.groupby("injection")
    ]
    found = pd.DataFrame(rows)
    found["bias"] = found["value"] - found["target"].map(ASSIGNED)
    cmr, ltr = [], []
    for each in found.itertuples():
        same = found[(found["target"] == each.target) & found["counts"]]
        month = same[same["time"].dt.to_period("M") == each.time.to_period("M")]
        of_month = minutes[minutes["injection"].isin(minutes[minutes["time"].isin(month["time"])]["injection"])]
        cmr.append(of_month["stdev"].mean())
        window = same[(same["time"] > each.time - pd.Timedelta("3D")) & (same["time"] <= each.time)]
        ltr.append(window["end"].std(ddof=1) if each.counts and len(window) >= 3 else np.nan)
    return found.assign(cmr=cmr, ltr=ltr)


def test_the_year_is_one() -> None:
    cells, truth = year()
    found = injections()
    assert truth.knots.size == SEQUENCES - 1
    assert cells.sizes["time"] > 380_000
    assert found["target"].value_counts().to_dict()["LTT"] == SEQUENCES
    assert 840 < (found["target"] != "LTT").sum() < 880
    assert found["ltr"].notna().sum() > 820
    # The averages of the last ten minutes are not those of whole injections, and months differ.
    assert (found["end"] - found["value"]).abs().max() > 0.005
    assert found[found["counts"]].groupby("target")["cmr"].nunique().to_dict() == {"LTT": 12, "STT A": 7, "STT B": 6}


def test_targets_are_as_defined() -> None:
    stream, wanted = result()["picarro/targets"], injections()
    np.testing.assert_array_equal(stream["time"].to_numpy(), wanted["time"].to_numpy())
    words = dict(zip(stream["cylinder"].attrs["flag_values"], stream["cylinder"].attrs["flag_meanings"].split(), strict=True))
    assert [words[code] for code in stream["cylinder"].to_numpy()] == wanted["target"].str.replace(" ", "_").tolist()
    assert ((stream["co2_flag"].to_numpy() == 1) == wanted["counts"]).all()
    for name in ("value", "bias", "cmr", "ltr"):
        column = stream["co2" if name == "value" else f"co2_{name}"].to_numpy()
        np.testing.assert_allclose(column, wanted[name], rtol=0, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("line", HEIGHTS)
def test_hours_tell_of_the_short_term_target(line: str) -> None:
    """CMR of the month; LTR of the latest injection; bias between injections by the rule of three, held for a day at the ends."""
    stream = result()[f"hourly/{line}"]
    short = injections()
    short = short[short["counts"] & (short["target"] != "LTT")]
    times, biases = short["time"].to_list(), short["bias"].to_list()
    months = {month: list(zip(own["time"], own["cmr"], strict=True)) for month, own in short.groupby(short["time"].dt.to_period("M"))}
    known = [(time, ltr) for time, ltr in zip(times, short["ltr"], strict=True) if np.isfinite(ltr)]
    for hour, value, *told in zip(
        pd.to_datetime(stream["time"].to_numpy()),
        stream["co2"].to_numpy(),
        *(stream[f"co2_{name}"].to_numpy() for name in ("cmr", "ltr", "sttb")),
        strict=True,
    ):
        if np.isnan(value):
            assert np.isnan(told).all()
            continue
        wanted = [latest(months[hour.to_period("M")], hour), latest(known, hour)]
        number = bisect_right(times, hour)
        if number in {0, len(times)}:
            wanted.append(biases[0 if number == 0 else -1])
        else:
            (left, right), (low, high) = times[number - 1 : number + 1], biases[number - 1 : number + 1]
            wanted.append(low + (high - low) * ((hour - left) / (right - left)))
        assert all(abs(each - other) <= 1e-9 for each, other in zip(told, wanted, strict=True)), hour


def latest(told: list[tuple[pd.Timestamp, float]], hour: pd.Timestamp) -> float:
    """Return what the latest injection tells that is not after an hour's begin, else the first."""
    number = bisect_right([time for time, _ in told], hour)
    return told[max(number - 1, 0)][1]


@pytest.mark.parametrize(("line", "port", "delay"), [(name, port, delay) for name, (port, delay) in HEIGHTS.items()])
def test_hours_are_plain_means(line: str, port: int, delay: str) -> None:
    """By pandas, of the truth: as the response is calibrated away, nothing else is left."""
    cells, truth = year()
    rows = cells["port"].to_numpy() == port
    series = pd.Series(truth.value[rows], index=pd.to_datetime(cells["time"].to_numpy()[rows]) - pd.Timedelta(delay))
    wanted = series.resample("1h").agg(["mean", "std", "count"])
    stream = result()[f"hourly/{line}"]
    np.testing.assert_array_equal(stream["time"].to_numpy(), wanted.index.to_numpy())
    np.testing.assert_allclose(stream["co2"].to_numpy(), wanted["mean"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(stream["co2_stdev"].to_numpy(), wanted["std"], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(stream["co2_n"].to_numpy(), wanted["count"])
    assert wanted["count"].max() == 15
    minutes = result()[f"picarro/{line}"]
    resampled = pd.Series(minutes["co2"].to_numpy(), index=pd.to_datetime(minutes["time"].to_numpy())).resample("1h").mean()
    np.testing.assert_allclose(stream["co2"].to_numpy(), resampled, rtol=0, atol=1e-10)
