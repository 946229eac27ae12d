"""Condensing: valve segments, settling, fresh readings, and that borders of periods never show."""

from __future__ import annotations

import numpy as np
import pytest
from icos_atmosphere.calibration.condense import condense, look_back
from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
from icos_atmosphere.calibration.valve_segments import SEVERAL, TRANSITION, open_ports, segments
from icos_atmosphere.vocabulary import VOCABULARY
from icos_atmosphere.water_correction import Correction, dry_mole_fraction, wet_mole_fraction

from icos_core.components import Outcome
from icos_core.dataset import make_stream
from icos_core.exceptions import DataError
from icos_core.flags import apply_flags
from icos_core.running.merging import cut
from icos_core.testing import example_context

START = np.datetime64("2024-01-01T22:00", "ns")
DAY = np.timedelta64(1, "D")
SECOND = np.timedelta64(1, "s").astype("m8[ns]")


def options(**more):
    return MoleFractionOptions.model_validate(
        {
            "scales": {"co2": "none"},
            "instruments": [{"stream": "picarro", "model": "G2301", "valve": "solenoid_valves"}],
            "lines": [{"name": "100m", "height": 100.0}],
            "ports": [{"port": 1, "line": "100m"}, {"port": 4, "cylinder": "T"}],
            "cylinders": [{"name": "T", "role": "short-term-target"}],
        }
        | more
    )


def rows(seconds=14_400, seed=0, switches=((0, 1.0), (5_000, 4.0), (7_500, 1.0))):
    """Rows of a G2301: one reading of CO2 in three rows, stale in the two others; ports by second of switch."""
    random = np.random.default_rng(seed)
    step = random.uniform(0.5, 1.5, seconds)
    offset = np.cumsum(step)
    offset = offset[offset < seconds]
    count = offset.size
    species = np.arange(count) % 3 + 1
    dry = 410 + random.normal(0, 0.1, count)
    fresh = species == 3
    latest = np.maximum.accumulate(np.where(fresh, np.arange(count), 0))
    valve = np.empty(count)
    for second, port in switches:
        valve[offset >= second] = port
    values = {
        "co2_dry": dry[latest],
        "co2_wet": 0.98 * dry[latest],
        "solenoid_valves": valve,
        "h2o_reported": np.full(count, 1.5)[latest],
        "species": species.astype(np.int16),
        "alarm_status": np.zeros(count, dtype=np.int32),
        "instrument_status": np.full(count, 963, dtype=np.int32),
        "cavity_pressure": 140 + random.normal(0, 0.01, count),
    }
    return make_stream(START + np.round(offset * 1e9).astype("m8[ns]"), values, VOCABULARY.values())


def condensed(stream, chosen=None, more=None, period=DAY):
    chosen = chosen or options()
    back = np.timedelta64(look_back(chosen), "ns") + (0 * SECOND if more is None else more)
    time = stream["time"].values
    length = period.astype("m8[ns]").astype("i8")
    parts = []
    for number in np.unique(time.astype("i8") // length):
        begin = np.datetime64(int(number * length), "ns")
        seen = cut(stream, begin - back, begin + period)
        made = condense({"picarro": seen}, chosen, example_context(), period=(begin, begin + period))
        parts.append(made["picarro"])
    return {
        "time": np.concatenate([part["time"].values for part in parts]),
        **{str(name): np.concatenate([part[name].values for part in parts]) for name in parts[0].data_vars},
    }


def test_ports_as_numbers_and_as_masks():
    valve = np.array([0.0, 1.0, 4.0, 3.0, 2.18, np.nan, 8.0])
    assert open_ports(valve, "number").tolist() == [0, 1, 4, 3, TRANSITION, TRANSITION, 8]
    assert open_ports(valve, "mask").tolist() == [SEVERAL, 1, 3, SEVERAL, TRANSITION, TRANSITION, 4]


def test_segments_end_at_switches_at_gaps_and_at_rows_in_between():
    time = np.array([0, 1, 2, 3, 4, 100, 101]) * 1_000_000_000
    port = np.array([1, 1, 4, TRANSITION, 4, 4, 4], dtype=np.int16)
    found = segments(time, port, 10_000_000_000)
    assert found.begins.tolist() == [True, False, True, False, True, True, False]
    assert (found.elapsed / 1e9)[[0, 1, 2, 4, 5, 6]].tolist() == [0, 1, 0, 0, 0, 1]


def test_only_new_readings_count():
    """Against plain arithmetic on the rows of one minute."""
    stream = rows()
    cells = condensed(stream)
    minute = np.datetime64("2024-01-01T22:30", "ns")
    found = np.flatnonzero(cells["time"].astype("M8[m]") == minute)
    time = stream["time"].values
    mine = (time >= minute) & (time < minute + 60 * SECOND) & (stream["species"].values == 3)
    values = stream["co2_dry"].values[mine]
    assert found.size == 1
    assert cells["co2_n"][found[0]] == values.size
    assert cells["co2_dry"][found[0]] == pytest.approx(values.mean(), abs=1e-12)
    assert cells["co2_stdev"][found[0]] == pytest.approx(values.std(ddof=1), abs=1e-12)


def test_every_row_is_in_one_cell():
    stream = rows(switches=((0, 1.0), (5_000, 4.0), (7_500, 1.0)))
    stream["solenoid_valves"].values[4_000] = 2.18
    assert condensed(stream)["rows"].sum() == stream.sizes["time"] - 1


def test_settling_counts_from_the_first_row_after_the_switch():
    stream = rows()
    cells = condensed(stream)
    time, port = stream["time"].values, stream["solenoid_valves"].values
    first = time[np.flatnonzero(port == 4.0)[0]]
    cylinder = cells["port"] == 4
    settled = cells["time"][cylinder & (cells["settled"] == 1)][0]
    assert settled == time[(time >= first + 600 * SECOND)][0]
    assert cells["begins"][cylinder].tolist() == [1] + [0] * (cylinder.sum() - 1)


@pytest.mark.parametrize("seed", range(4))
def test_borders_of_periods_never_show(seed):
    """Whether rows are condensed a day at a time, an hour at a time or with more behind them."""
    random = np.random.default_rng(seed)
    times = np.sort(random.integers(0, 14_000, 25))
    switches = [(0, 1.0), *((int(second), float(random.choice([1.0, 4.0, 7.0]))) for second in times)]
    stream = rows(seed=seed, switches=switches)
    keep = np.ones(stream.sizes["time"], dtype=bool)
    for begin in random.integers(0, keep.size - 900, 3):
        keep[begin : begin + int(random.integers(200, 900))] = False  # gaps, some longer than segments may have
    stream = stream.isel(time=keep)
    whole = condensed(stream)
    for other in (
        condensed(stream, more=DAY),
        condensed(stream, period=np.timedelta64(1, "h")),
        condensed(stream, period=np.timedelta64(7, "m")),
    ):
        for name, values in whole.items():
            np.testing.assert_array_equal(other[name], values, err_msg=name)


def test_what_is_flagged_or_out_of_order_is_left_out_and_counted():
    stream = rows()
    count = stream.sizes["time"]
    stream["instrument_status"].values[100:130] = 771
    stream["alarm_status"].values[200:210] = 1
    pressure = np.ones(count, dtype=np.int8)
    pressure[300:330] = 4
    co2 = np.ones(count, dtype=np.int8)
    co2[400:403] = 4
    apply_flags(
        stream,
        [Outcome(variable="cavity_pressure", name="range", level=pressure), Outcome(variable="co2_dry", name="spike", level=co2)],
    )
    cells = condensed(stream)
    assert cells["rows_status"].sum() == 40
    assert cells["rows_diagnostics"].sum() == 30
    disturbed = np.zeros(count, dtype=bool)
    for part in (slice(100, 130), slice(200, 210), slice(300, 330), slice(400, 403)):
        disturbed[part] = True
    lost = (stream["species"].values == 3) & disturbed
    assert (cells["co2_fresh"] - cells["co2_n"]).sum() == lost.sum() == 25


def test_water_corrections_give_the_dry_mole_fraction_and_are_applied_once():
    correction = Correction(a=-0.0124404, b=-3.03e-5)
    stream = rows()
    fresh = stream["species"].values == 3
    stream["co2_wet"].values[:] = wet_mole_fraction(stream["co2_dry"].values, 1.5, correction)
    stream["co2_dry"].values[:] += 7.0  # what the analyser itself would report with other coefficients
    own = options(water=[{"gas": "co2", "form": "quadratic", "a": correction.a, "b": correction.b}])
    cells = condensed(stream, own)
    expected = dry_mole_fraction(stream["co2_wet"].values[fresh], 1.5, correction).mean()
    assert np.average(cells["co2_dry"], weights=cells["co2_n"]) == pytest.approx(expected, abs=1e-9)
    plain = condensed(stream)
    assert np.average(plain["co2_dry"], weights=plain["co2_n"]) == pytest.approx(expected + 7.0, abs=1e-9)


def test_a_valve_that_is_not_there_is_named():
    stream = rows().rename_vars({"solenoid_valves": "mpv_position"})
    with pytest.raises(DataError, match="has no solenoid_valves, which says what port is open; it has mpv_position"):
        condensed(stream)


def test_other_streams_pass():
    stream = rows()
    begin = np.datetime64("2024-01-01", "ns")
    made = condense({"picarro": stream, "meteo": stream}, options(), example_context(), period=(begin, begin + DAY))
    assert (made["meteo"]["time"].values < begin + DAY).all()
    assert set(made["meteo"].data_vars) == set(stream.data_vars)
