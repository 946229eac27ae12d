"""Truth of the simulated tower: what is in the air and in the cylinders, and what an analyser makes of it."""

import numpy as np
import pytest
from icos_atmosphere.simulators.picarro import simulate, simulate_rows, small_station, station_year, truth
from icos_atmosphere.simulators.picarro_air import STEP, air_at, air_between, means_of_air
from icos_atmosphere.simulators.picarro_random import DAY, Purpose, events_of_day, uniform, wander_of_day
from icos_atmosphere.simulators.picarro_response import response_at, true_cylinders
from icos_atmosphere.simulators.picarro_schedule import injections, segments
from icos_atmosphere.simulators.picarro_truth import sampled_minutes, true_hours, true_minutes
from icos_atmosphere.water_correction import Correction, dry_mole_fraction, mean_of_last_two
from picarro_stations import QUIET, QUIET_GAS, fresh, moment, seconds, station
from scipy.integrate import trapezoid

ONE_LINE = {"lines": [{"name": "10m", "height": 10, "port": 1}], "cylinders": []}
FORMS = {"co2": ("CO2", 1.0), "ch4": ("CH4", 1e3), "co": ("CO", 1e3)}


def at_rows(options, rows, gas, kind="whole"):
    """True mole fractions of the line that is open, at the fresh rows of a gas that is measured in moist air, and those rows."""
    row = fresh(rows, FORMS[gas][0])
    time = options.start.timestamp() + seconds(rows, options)[row]
    air = air_between(options, 1, time[0] - DAY, time[-1], kind=kind)
    planned = segments(options)
    segment = np.searchsorted(planned.start, time - options.start.timestamp(), side="right") - 1
    line = planned.line[segment]
    position = ("co2", "ch4", "co").index(gas)
    delay = np.array([each.transport_delay.total_seconds() for each in options.lines])[line]
    return air_at(air, time - delay, line, position), row, segment


class TestMeans:
    def test_are_those_of_the_line_between_values(self):
        """Against the trapezoidal rule on times of which all nodes are part."""
        options = station()
        begin = options.start.timestamp()
        air = air_between(options, 4, begin, begin + DAY)
        for start, length in ((begin + 13.7, 60.0), (begin + 40_000.2, 3600.0), (begin + 70_000.0, 4.0)):
            nodes = np.arange(np.ceil(start / STEP), np.floor((start + length) / STEP) + 1) * STEP
            times = np.unique(np.concatenate([[start], nodes, [start + length]]))
            for line in range(3):
                values = np.stack([air_at(air, times, np.full(times.size, line), each) for each in range(4)])
                expected = trapezoid(values, times, axis=1) / length
                np.testing.assert_allclose(means_of_air(air, np.array([start]), length, line)[0], expected, rtol=1e-10)

    def test_hours_are_means_of_their_minutes(self):
        options = station(duration="30 h")
        begin = options.start.timestamp()
        for line, hours in enumerate(true_hours(options, 1).values()):
            assert hours.sizes["time"] == 30
            start = hours["time"].values.astype("datetime64[s]").astype(float)
            air = air_between(options, 1, begin, begin + 30 * 3600)
            minutes = means_of_air(air, (start[:, None] + 60.0 * np.arange(60)).reshape(-1), 60.0, line)
            for position, gas in enumerate(("co2", "ch4", "co")):
                np.testing.assert_allclose(hours[gas].values, minutes[:, position].reshape(30, 60).mean(axis=1), rtol=1e-12)

    def test_a_part_of_the_time_is_as_in_the_whole(self):
        options = station(duration="3 d", start="2024-02-28T10:17:00Z")
        whole, cut = truth(options, 1), moment("2024-02-29T18:00:00")
        first, second = truth(options, 1, None, cut), truth(options, 1, cut)
        assert set(whole) == {f"{kind}/{line}" for kind in ("picarro", "hourly") for line in ("10m", "50m", "150m")}
        for name, stream in whole.items():
            assert first[name].sizes["time"] + second[name].sizes["time"] == stream.sizes["time"]
            for variable in ("time", *stream.data_vars):
                joined = np.concatenate([part[variable].values for part in (first[name], second[name])])
                np.testing.assert_array_equal(joined, stream[variable].values)
        hours = whole["hourly/10m"]["time"].values
        assert hours[0] == moment("2024-02-28T10:00:00")
        assert hours[-1] == moment("2024-03-02T10:00:00")


class TestAir:
    def test_days_join(self):
        """The series that begin anew before each day have the same values where days meet."""
        options = station(duration="5 d", air={"pollution_per_day": 30.0})
        begin = options.start.timestamp()
        air = air_between(options, 2, begin, begin + 5 * DAY)
        steps = np.abs(np.diff(air.values, axis=0))
        midnights = np.arange(1, 6) * DAY // STEP - 1
        for line in range(3):
            assert (steps[midnights, line] < np.percentile(steps[:, line], 99.9, axis=0)).all()

    def test_changes_over_minutes_have_their_spread_and_correlation_time(self):
        days = np.concatenate(
            [wander_of_day(1, Purpose.TURBULENCE, day, step=10, correlation_time=1200.0, series=4) for day in range(100, 160)]
        )
        assert days.var() == pytest.approx(1.0, abs=0.03)
        lag = 1200 // 10
        assert np.mean(days[lag:] * days[:-lag]) == pytest.approx(np.exp(-1.0), abs=0.03)
        assert abs(np.corrcoef(days.T)[0, 1]) < 0.05

    def test_a_day_continues_the_day_before(self):
        """Beginning 25 correlation times earlier or later makes a difference of e⁻²⁵ of their spread."""
        left, right = (wander_of_day(1, Purpose.WANDER, day, step=600, correlation_time=20_000.0, series=1) for day in (500, 501))
        keep = np.exp(-600 / 20_000.0)
        shock = (right[0] - keep * left[-1]) / np.sqrt(1 - keep**2)
        drawn = np.random.default_rng([1, int(Purpose.WANDER), 501]).standard_normal((144, 1))[0]
        np.testing.assert_allclose(shock, drawn, atol=1e-8)

    def test_gradients_by_night_not_by_day(self):
        options = station(duration="20 d", utc_offset=1.0)
        hours = true_hours(options, 1)
        clock = (hours["10m"]["time"].values.astype("datetime64[h]").astype(int) + 1) % 24
        for gas, gathered in (("co2", 3.0), ("ch4", 15.0), ("co", 10.0)):
            gradient = (hours["10m"][gas] - hours["150m"][gas]).values
            assert np.median(gradient[(clock >= 2) & (clock <= 5)]) > gathered
            assert abs(np.median(gradient[(clock >= 13) & (clock <= 17)])) < gathered / 5

    def test_pollution_is_only_what_is_above_the_clean_air(self):
        options = station(duration="30 d", air={"pollution_per_day": 8.0})
        begin = options.start.timestamp()
        whole, clean = (air_between(options, 1, begin, begin + 30 * DAY - 1, kind=kind).values for kind in ("whole", "clean"))
        excess = (whole - clean)[:, :, :3]
        assert excess.min() >= 0
        np.testing.assert_array_equal(whole[:, :, 3], clean[:, :, 3])
        spikes = [np.sum(np.diff((excess[:, line, 0] > 0).astype(int)) == 1) for line in range(3)]
        for line, height in enumerate((10, 50, 150)):
            expected = 8.0 * 30 * np.exp(-height / 60)
            assert spikes[line] == pytest.approx(expected, abs=3.5 * np.sqrt(expected))
        assert true_hours(options, 1)["10m"]["co2_without_spikes"].values.sum() < true_hours(options, 1)["10m"]["co2"].values.sum()

    def test_buffers_give_an_exponential_mean(self):
        """Against the integral of the impulse response over the truth, for V/Q = 6 min."""
        line = {"name": "10m", "height": 10, "port": 1, "buffer_volume": 12.0, "buffer_flow": 2.0}
        options = station(lines=[line], cylinders=[], duration="1 d")
        begin = options.start.timestamp()
        true = air_between(options, 1, begin - DAY, begin + DAY)
        mixed = air_between(options, 1, begin, begin + DAY, kind="buffered")
        age = np.arange(0.0, 20 * 360.0, 0.5)
        weight = np.exp(-age / 360.0)
        weight /= weight.sum()
        for at in (begin + 600.0, begin + 43_210.0, begin + 80_000.0):
            expected = np.sum(weight * air_at(true, at - age - 0.25, np.zeros(age.size, dtype=int), 0))
            assert air_at(mixed, np.array([at]), np.array([0]), 0)[0] == pytest.approx(expected, abs=1e-3)

    def test_no_buffer_is_the_air_itself(self):
        options = station(**ONE_LINE)
        begin = options.start.timestamp()
        np.testing.assert_array_equal(*(air_between(options, 1, begin, begin + 10, kind=kind).values for kind in ("whole", "buffered")))


class TestReadings:
    @pytest.mark.parametrize("gas", FORMS)
    @pytest.mark.parametrize(("humidity", "tolerance"), [(0.0, 1e-8), (1.2, 3e-5)])
    def test_a_perfect_analyser_reads_the_air_at_the_inlet(self, gas, humidity, tolerance):
        """In dry air exactly; in moist air but for changes of water vapour from its reading before to that after."""
        air = {"humidity": humidity, "humidity_range": 0.0}
        options = small_station(analyser=QUIET | {"flush_time": "1 s", "water_flush_time": "1 s"}, duration="6 h", air=air)
        rows = simulate_rows(options, 1)
        expected, row, segment = at_rows(options, rows, gas)
        planned = segments(options)
        time = seconds(rows, options)[row]
        settled = (planned.line[segment] >= 0) & (time - planned.start[segment] > 60.0) & (planned.end[segment] - time > 5.0)
        assert settled.sum() > 1000
        column, unit = FORMS[gas]
        of_water = rows.columns["species"] == 3
        vapour = np.interp(time, seconds(rows, options)[of_water], rows.columns["h2o_reported"][of_water])
        forms = {
            "co2": Correction(a=-0.0120, b=-2.67e-4),
            "ch4": Correction(a=-0.00982, b=-2.39e-4),
            "co": Correction(form="co-2013", a=-0.0124, b=-0.0006, c1=2.306, c2=4.405, c3=-2.093, c4=0.315),
        }
        dry = dry_mole_fraction(unit * rows.columns[column][row], vapour, forms[gas])
        np.testing.assert_allclose(dry[settled], expected[settled], rtol=tolerance)

    def test_minutes_of_a_perfect_analyser_are_the_truth(self):
        """Sixteen readings a minute of air that changes within it: they differ as sampling makes them, without bias."""
        options = small_station(analyser=QUIET, duration="6 h", air={"pollution_per_day": 0.0})
        rows = simulate_rows(options, 1)
        row = fresh(rows, "CO2_dry")
        minute = rows.time[row].astype("datetime64[m]")
        number = segments(options)
        line = number.line[np.searchsorted(number.start, seconds(rows, options)[row], side="right") - 1]
        for position, (name, stream) in enumerate(true_minutes(options, 1).items()):
            delay = np.timedelta64(options.lines[position].transport_delay)
            inside = stream["time"].values[1:-1] + delay
            differences = []
            for start, value in zip(inside, stream["co2"].values[1:-1], strict=True):
                mine = (minute == start.astype("datetime64[m]")) & (line == position)
                if mine.sum() >= 15:
                    differences.append(rows.columns["CO2_dry"][row][mine].mean() - value)
            assert len(differences) > 50, name
            assert np.std(differences) < 0.01
            assert abs(np.mean(differences)) < 0.002

    def test_response_is_what_turns_readings_into_truth(self):
        """A cylinder measured without noise: slope · reading + intercept is what is in it, whatever the drift."""
        drifting = QUIET_GAS | {
            "pivot": 415.0,
            "slope": 1.004,
            "intercept": 0.3,
            "slope_drift": 1e-4,
            "offset_drift": 0.2,
            "slope_walk": 1e-3,
            "offset_walk": 0.5,
            "offset_wander": 0.3,
            "assigned_uncertainty": 0.5,
        }
        options = small_station(analyser=QUIET | {"co2": drifting, "cylinder_humidity": 0.0})
        rows = simulate_rows(options, 1)
        row = fresh(rows, "CO2_dry")
        # The dry reading is renewed in the row after that of the gas.
        time = seconds(rows, options)[row - 1]
        cylinders = true_cylinders(options, 1)["co2"]
        checked = 0
        for each in injections(options):
            mine = (time > each.start + 180) & (time < each.end - 2)
            slope, intercept = response_at(options, 1, "co2", time[mine])
            np.testing.assert_allclose(
                slope * rows.columns["CO2_dry"][row][mine] + intercept, np.full(mine.sum(), cylinders[each.cylinder]), rtol=1e-8
            )
            checked += mine.sum()
        assert checked > 400
        assert np.ptp(response_at(options, 1, "co2", np.array([0.0, 43_000.0])).slope) > 1e-5

    def test_response_at_the_start_is_the_one_stated(self):
        gas = QUIET_GAS | {"slope": 1.02, "intercept": -3.0, "offset_walk": 1.0, "slope_walk": 1.0}
        slope, intercept = response_at(station(analyser={"co2": gas}), 1, "co2", np.zeros(1))
        assert slope[0] == 1.02
        assert intercept[0] == pytest.approx(-3.0, abs=1e-10)

    def test_noise_is_that_of_fresh_readings(self):
        quiet, noisy = (
            simulate_rows(station(**ONE_LINE, duration="12 h", analyser=QUIET | {"co2": QUIET_GAS | {"noise": noise}}), 1)
            for noise in (0.0, 0.05)
        )
        difference = (noisy.columns["CO2"] - quiet.columns["CO2"])[fresh(noisy, "CO2")]
        assert difference.std() == pytest.approx(0.05, rel=0.03)
        assert abs(np.corrcoef(difference[1:], difference[:-1])[0, 1]) < 0.03

    def test_a_sample_settles(self):
        """The rest of what was there falls to 1/e in the time constant; a cylinder then comes from its regulator's error."""
        options = small_station(
            analyser=QUIET | {"co2": QUIET_GAS | {"regulator": 1.0}, "flush_time": "3 s", "regulator_time": "60 s", "conditioning": 3.0}
        )
        rows = simulate_rows(options, 1)
        row = fresh(rows, "CO2_dry")
        time, dry = seconds(rows, options)[row - 1], rows.columns["CO2_dry"][row]
        cylinders = true_cylinders(options, 1)["co2"]
        sizes = {0: [], 1: []}
        for each in injections(options):
            if each.sequence < 0:
                continue
            at = each.start + np.array([120.0, 180.0])
            off = np.interp(at, time, dry) - cylinders[each.cylinder]
            assert off[1] / off[0] == pytest.approx(np.exp(-1.0), rel=0.01)
            sizes[each.cycle].append(abs(off[0]) * np.exp(2.0))
        assert max(sizes[0]) <= 3.05
        assert max(sizes[1]) <= 1.05
        assert np.mean(sizes[0]) > np.mean(sizes[1])

    def test_a_deviation_of_the_water_correction_shows_in_moist_air_only(self):
        stated, own = (
            simulate_rows(small_station(duration="2 h", analyser=QUIET | {"cylinder_humidity": 0.0, "co2": QUIET_GAS | more}), 1)
            for more in ({}, {"a_deviation": 2e-4})
        )
        options = small_station(duration="2 h")
        row = fresh(stated, "CO2_dry")
        time = seconds(stated, options)[row]
        planned = segments(options)
        segment = np.searchsorted(planned.start, time, side="right") - 1
        settled = time - planned.start[segment] > 150
        ratio = own.columns["CO2_dry"][row] / stated.columns["CO2_dry"][row] - 1.0
        vapour = mean_of_last_two(stated.columns["h2o_reported"][row])
        is_cylinder = planned.line[segment] < 0
        np.testing.assert_allclose(ratio[settled & is_cylinder], 0.0, atol=1e-8)
        np.testing.assert_allclose(ratio[settled & ~is_cylinder], (2e-4 * vapour)[settled & ~is_cylinder], rtol=0.02)


class TestErrors:
    def test_cylinders_are_off_as_their_uncertainty_says(self):
        options = station(analyser={"co2": {"pivot": 400, "assigned_uncertainty": 0.2, "scale_uncertainty": 0.1}})
        assigned = np.array([cylinder.co2 for cylinder in options.cylinders])
        errors = np.array([true_cylinders(options, seed)["co2"] - assigned for seed in range(2000)])
        assert errors.std() == pytest.approx(np.hypot(0.2, 0.1), rel=0.03)
        assert np.mean(errors[:, 0] * errors[:, 1]) == pytest.approx(0.1**2, abs=0.003)
        assert abs(errors.mean()) < 0.01

    def test_twins_have_opposite_errors_in_the_same_air(self):
        options = small_station(duration="2 d")
        twin = small_station(duration="2 d", mirrored=True)
        assigned = np.array([cylinder.ch4 for cylinder in options.cylinders])
        left, right = (true_cylinders(each, 3)["ch4"] for each in (options, twin))
        np.testing.assert_allclose(left + right, 2 * assigned)
        assert not np.allclose(left, right)
        time = np.array([0.0, 50_000.0, 170_000.0])
        steady = small_station(duration="2 d", analyser={"ch4": options.analyser.ch4.model_dump() | {"offset_walk": 0, "slope_walk": 0}})
        steady = steady.model_copy(
            update={"analyser": steady.analyser.model_copy(update={"ch4": steady.analyser.ch4.model_copy(update={"offset_wander": 0.0})})}
        )
        values = [
            slope * 2000.0 + intercept for slope, intercept in (response_at(each, 3, "ch4", time) for each in (options, twin, steady))
        ]
        np.testing.assert_allclose(values[0] + values[1], 2 * values[2], rtol=1e-12)
        for name, stream in truth(options, 3).items():
            np.testing.assert_array_equal(stream["co2"].values, truth(twin, 3)[name]["co2"].values)
        row = fresh(simulate_rows(options, 3), "CO2")[:100]
        noise = [simulate_rows(each, 3).columns["CO2"][row] for each in (options, twin)]
        assert not np.array_equal(*noise)

    def test_the_walk_gathers_what_it_says_in_a_day(self):
        walks = [
            response_at(station(duration="2 d", analyser={"co2": QUIET_GAS | {"offset_walk": 0.3}}), seed, "co2", np.array([0.0, DAY]))
            for seed in range(1500)
        ]
        gathered = np.array([intercept[1] - intercept[0] for _, intercept in walks])
        assert gathered.std() == pytest.approx(0.3, rel=0.06)

    def test_the_wander_has_its_spread(self):
        options = station(duration="200 d", analyser={"co2": QUIET_GAS | {"offset_wander": 0.05}})
        intercept = response_at(options, 1, "co2", np.arange(0.0, 200 * DAY, 1800.0)).intercept
        assert intercept.std() == pytest.approx(0.05, rel=0.1)


class TestSchedule:
    def test_a_year_has_26_sequences_and_both_targets(self):
        year = station_year()
        due = injections(year)
        sequences = {each.sequence for each in due if each.sequence >= 0}
        assert sequences == set(range(26))
        assert sum(each.sequence >= 0 for each in due) == 26 * 4 * 3
        short, long = (sum(each.cylinder == cylinder for each in due) for cylinder in (4, 5))
        assert short == 876
        assert long == 26
        assert len(year.lines) == 3

    def test_nothing_overlaps_and_what_is_moved_comes_after(self):
        due = injections(station_year())
        starts, ends = (np.array([getattr(each, name) for each in due]) for name in ("start", "end"))
        assert (starts[1:] >= ends[:-1]).all()
        late = [(each.start - 3600.0) % 36_000.0 for each in due if each.cylinder == 4]
        assert max(late) <= 6.5 * 3600
        assert np.mean(np.array(late) == 0) > 0.95

    def test_cylinders_follow_each_other_cycle_by_cycle(self):
        due = [each for each in injections(station()) if each.sequence == 0]
        assert [each.cylinder for each in due] == [0, 1, 2, 3] * 2
        assert [each.cycle for each in due] == [0] * 4 + [1] * 4
        assert [each.start for each in due] == [7200.0 + 1200.0 * number for number in range(8)]

    def test_segments_fill_the_time(self):
        options = station_year()
        planned = segments(options)
        assert planned.start[0] == 0.0
        assert planned.end[-1] == 365 * DAY
        np.testing.assert_array_equal(planned.start[1:], planned.end[:-1])
        assert ((planned.line >= 0) ^ (planned.cylinder >= 0)).all()
        same = (planned.port[1:] == planned.port[:-1]).mean()
        assert same == 0.0

    def test_every_line_is_sampled_every_hour_that_has_no_cylinder(self):
        options = station_year(duration="20 d")
        hours = {hour for each in injections(options) for hour in range(int(each.start // 3600), int(np.ceil(each.end / 3600)))}
        for line in range(3):
            minutes = sampled_minutes(options, line)
            visited, count = np.unique(minutes // 3600, return_counts=True)
            free = ~np.isin(visited, list(hours))
            assert set(range(480)) - hours <= set(visited.astype(int).tolist())
            assert set(count[free].tolist()) == {15}

    def test_one_line_is_one_long_segment(self):
        planned = segments(station(**ONE_LINE, duration="9 d"))
        assert planned.start.tolist() == [0.0]
        rows = simulate_rows(station(**ONE_LINE, duration="9 d"), 1, moment("2024-03-09T00:00:00"), moment("2024-03-09T00:10:00"))
        assert set(rows.columns["MPVPosition"].tolist()) == {1.0}
        assert np.isfinite(rows.columns["CO2"]).all()


class TestRandom:
    def test_uniform_numbers_of_keys(self):
        keys = np.arange(100_000)
        drawn = uniform(1, Purpose.SWITCHES, keys)
        assert drawn.min() >= 0
        assert drawn.max() < 1
        assert np.histogram(drawn, 10, (0, 1))[0] == pytest.approx(10_000, abs=400)
        assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.01
        np.testing.assert_array_equal(uniform(1, Purpose.SWITCHES, keys[5:9]), drawn[5:9])
        for other in (uniform(2, Purpose.SWITCHES, keys), uniform(1, Purpose.CUTS, keys)):
            assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.01

    def test_events_lie_within_their_day(self):
        found = [events_of_day(1, Purpose.STATUS, day, 3.0) for day in range(400)]
        for day, events in enumerate(found):
            assert ((events.start >= day * DAY) & (events.start < (day + 1) * DAY)).all()
        assert np.mean([events.start.size for events in found]) == pytest.approx(3.0, abs=0.3)


def test_the_result_has_the_truth_of_its_files(tmp_path):
    options = small_station(duration="3 h")
    simulated = simulate(tmp_path, options, 1)
    assert simulated.files == tuple(sorted((tmp_path / "raw").rglob("*.dat")))
    for name, stream in truth(options, 1).items():
        assert simulated.truth[name].identical(stream)
    assert simulated.truth["picarro/150m"]["ch4"].attrs["units"] == "nmol mol-1"
    assert simulated.truth["hourly/150m"]["co2"].attrs["units"] == "umol mol-1"
