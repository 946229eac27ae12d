"""Which periods there are, which files each needs, and what each depends on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minutes import GAIN, HALF_HOUR, LINES, LOG, write_station

from icos_core.components import Context
from icos_core.describing.description import load_description
from icos_core.people import PersonFlag
from icos_core.plugins import installed_plugins
from icos_core.running.planning import Period, PeriodKeys, Windows, nanoseconds, plan_periods, shifted

segments = st.lists(st.tuples(st.integers(-50, 120), st.integers(0, 40)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=3)


@settings(deadline=None)
@given(covered=st.lists(segments.map(tuple), max_size=4), length=st.integers(1, 30), look_back=st.integers(0, 40), reach=st.integers(0, 40))
def test_against_asking_for_every_period(covered, length, look_back, reach):
    windows = Windows(length=length, look_back=look_back, reach=reach)
    expected = []
    for number in range(-60 // length - 1, 170 // length + 2):
        start, end = number * length, (number + 1) * length
        if any(first < end and last >= start for spans in covered for first, last in spans):
            needed = [
                position
                for position, spans in enumerate(covered)
                if any(first < end + reach and last >= start - look_back - reach for first, last in spans)
            ]
            expected.append(Period(start=start, end=end, files=tuple(needed)))
    assert plan_periods(covered, windows) == expected


def test_nothing_to_plan():
    windows = Windows(length=10, look_back=0, reach=0)
    assert plan_periods([], windows) == []
    assert plan_periods([(), ()], windows) == []


def test_a_year_of_half_hours_is_planned_at_once():
    """Every half hour its own file."""
    half_hour = nanoseconds(timedelta(minutes=30))
    covered = [((number * half_hour, (number + 1) * half_hour - 1),) for number in range(17_520)]
    planned = plan_periods(covered, Windows(length=half_hour, look_back=half_hour // 3, reach=0))
    assert len(planned) == 17_520
    assert planned[100].files == (99, 100)


def test_a_clock_that_was_wrong_once_does_not_make_a_million_periods():
    half_hour = nanoseconds(timedelta(minutes=30))
    now = int(np.datetime64("2024-01-01", "ns").astype("i8"))
    planned = plan_periods([((0, 0), (now, now + half_hour - 1))], Windows(length=half_hour, look_back=half_hour, reach=0))
    assert [period.start for period in planned] == [0, now]


def test_shifted():
    assert shifted(((1, 2), (5, 9)), -3) == ((-2, -1), (2, 6))
    assert nanoseconds(timedelta(days=36_500, microseconds=1)) == 36_500 * 86_400 * 10**9 + 1000


GAINS = (
    "[[calibrate.gains]]\nvalue = {first}\nvalid_to = 2024-01-02T00:00:00Z\n"
    "[[calibrate.gains]]\nvalue = {second}\nvalid_from = 2024-01-02T00:00:00Z\n"
)


class Keys:
    """Keys of the half hours around a change of validity, for one description."""

    def __init__(self, folder, *tables, flags=(), **more):
        plugins = installed_plugins()
        description = load_description(write_station(folder, *tables), plugins)
        position = len(description.calibrate) - 1
        windows = Windows.of(description, plugins, position)
        context = Context(station=description.station, people_flags=flags, **more)
        self.keys = PeriodKeys(description, plugins, position, windows, context, {"icos-core": "1"})

    def of(self, start, read_keys=("a", "b"), files=(0, 1)):
        begin = int(np.datetime64(start, "ns").astype("i8"))
        return self.keys.key(Period(start=begin, end=begin + nanoseconds(timedelta(minutes=30)), files=files), read_keys)


BEFORE, FIRST, SECOND = "2024-01-01T12:00", "2024-01-01T23:30", "2024-01-02T00:00"
TABLES = (LOG, GAIN + GAINS.format(first=1, second=2), HALF_HOUR, LINES)


@pytest.fixture
def folder(minutes, tmp_path):
    return tmp_path


def test_options_that_are_valid_elsewhere(folder):
    keys = Keys(folder, *TABLES)
    changed = Keys(folder, LOG, GAIN + GAINS.format(first=1, second=3), HALF_HOUR, LINES)
    assert changed.of(BEFORE) == keys.of(BEFORE)
    assert changed.of(SECOND) != keys.of(SECOND)
    other = Keys(folder, LOG, GAIN + GAINS.format(first=9, second=2), HALF_HOUR, LINES)
    assert other.of(BEFORE) != keys.of(BEFORE)
    # The half hour after midnight looks back ten minutes.
    assert other.of(SECOND) != keys.of(SECOND)
    assert other.of("2024-01-02T00:30") == keys.of("2024-01-02T00:30")


def test_exports_products_and_names_do_not_count(folder):
    keys = Keys(folder, *TABLES)
    for tables in (TABLES[:-1], (*TABLES[:-1], LINES + 'suffix = "dat"\n'), (*TABLES, '[[export]]\nexporter = "csv"\n')):
        assert Keys(folder, *tables).of(FIRST) == keys.of(FIRST)
    path = write_station(folder, *TABLES)
    path.write_text(path.read_text().replace("data@example.org", "other@example.org").replace("Test station", "Renamed"))
    plugins = installed_plugins()
    description = load_description(path, plugins)
    context = Context(station=description.station)
    renamed = PeriodKeys(description, plugins, 1, Windows.of(description, plugins, 1), context, {"icos-core": "1"})
    keys.keys = renamed
    assert keys.of(FIRST) == Keys(folder, *TABLES).of(FIRST)


@pytest.mark.parametrize(
    "tables",
    [
        (LOG, GAIN + GAINS.format(first=1, second=2), HALF_HOUR + "look_back = 11\n"),
        (LOG + 'offset = "1 s"\n', *TABLES[1:]),
        (*TABLES, '[[qc]]\ntest = "range"\nvariable = "signal"\nbad_outside = [0, 50]\n'),
    ],
)
def test_what_counts(folder, tables):
    assert Keys(folder, *tables).of(BEFORE) != Keys(folder, *TABLES).of(BEFORE)


def test_files_count_by_content_and_not_by_order(folder):
    keys = Keys(folder, *TABLES)
    assert keys.of(FIRST, ("a", "b")) == keys.of(FIRST, ("b", "a"))
    assert keys.of(FIRST, ("a", "b")) != keys.of(FIRST, ("a", "c"))
    assert keys.of(FIRST, ("a", "b", "c")) == keys.of(FIRST, ("a", "b"))
    assert keys.of(FIRST, ("a", "b"), (0,)) != keys.of(FIRST, ("a", "b"))


def test_code_and_station_count(folder):
    plugins = installed_plugins()
    description = load_description(write_station(folder, *TABLES), plugins)
    windows = Windows.of(description, plugins, 1)
    context = Context(station=description.station)
    period = Period(start=0, end=1, files=(0,))
    moved = replace(description, station=description.station.model_copy(update={"utc_offset": 2.0}))
    made = [
        PeriodKeys(description, plugins, 1, windows, context, {"icos-core": "1"}),
        PeriodKeys(description, plugins, 1, windows, context, {"icos-core": "2"}),
        PeriodKeys(moved, plugins, 1, windows, context, {"icos-core": "1"}),
    ]
    assert len({keys.key(period, ["a"]) for keys in made}) == len(made)
    final = PeriodKeys(description, plugins, 1, windows, replace(context, level="final"), {"icos-core": "1"})
    assert final.key(period, ["a"]) == made[0].key(period, ["a"])


def flag(start, end, variable="signal", **more):
    times = {"start": np.datetime64(start, "ns"), "end": np.datetime64(end, "ns")}
    given = {"id": "F1", "stream": "log", "variable": variable, "flag": 4, "who": "me", "when": "2024", "why": "test"}
    return PersonFlag(**{**given, **times, **more})


def test_flags_that_touch_a_period(folder):
    without = Keys(folder, *TABLES)
    keys = Keys(folder, *TABLES, flags=(flag("2024-01-01T23:35", "2024-01-01T23:40"),))
    assert keys.of(FIRST) != without.of(FIRST)
    assert keys.of(BEFORE) == without.of(BEFORE)
    assert keys.of(SECOND) == without.of(SECOND)
    # The last five minutes before midnight are in the look-back of the next half hour.
    late = Keys(folder, *TABLES, flags=(flag("2024-01-01T23:55", "2024-01-02T00:00"),))
    assert late.of(SECOND) != without.of(SECOND)
    assert late.of("2024-01-02T00:30") == without.of("2024-01-02T00:30")


def test_flags_reach_by_the_offset_of_the_clock(folder):
    """Flags are in instrument time: a clock that is an hour late was corrected."""
    tables = (LOG + 'offset = "1 h"\n', *TABLES[1:])
    keys = Keys(folder, *tables, flags=(flag("2024-01-01T11:05", "2024-01-01T11:10"),))
    assert keys.of(BEFORE) != Keys(folder, *tables).of(BEFORE)


def test_flags_of_later_variables_do_not_count(folder):
    tables = (LOG, HALF_HOUR)
    flags = (flag("2024-01-01T12:05", "2024-01-01T12:10", variable="mean_signal"),)
    assert Keys(folder, *tables, flags=flags).of(BEFORE) == Keys(folder, *tables).of(BEFORE)
    # What a correction before condensing makes is there in time.
    flags = (flag("2024-01-01T12:05", "2024-01-01T12:10", variable="mole_fraction"),)
    assert Keys(folder, *TABLES, flags=flags).of(BEFORE) != Keys(folder, *TABLES).of(BEFORE)


def test_what_a_person_wrote_beside_a_flag_does_not_count(folder):
    period = ("2024-01-01T12:05", "2024-01-01T12:10")
    keys = Keys(folder, *TABLES, flags=(flag(*period),))
    assert Keys(folder, *TABLES, flags=(flag(*period, why="another reason", who="you"),)).of(BEFORE) == keys.of(BEFORE)
    assert Keys(folder, *TABLES, flags=(flag(*period, flag=3),)).of(BEFORE) != keys.of(BEFORE)


def test_windows_reach_as_far_as_tests_and_joins(folder):
    description = load_description(write_station(folder, LOG, HALF_HOUR), installed_plugins())
    assert Windows.of(description, installed_plugins(), 0) == Windows(
        length=nanoseconds(timedelta(minutes=30)), look_back=nanoseconds(timedelta(minutes=10)), reach=0
    )
    met = '[[input]]\nreader = "minute-logger"\nkind = "met"\nfiles = "raw/*.met"\n[input.join]\nonto = "log"\nlimit = "2 min"\n'
    outlier = '[[qc]]\ntest = "rolling-outlier"\nvariable = "air_temperature"\nwindow = "1 h"\nquestionable = 5\n'
    description = load_description(write_station(folder, LOG, met, HALF_HOUR, outlier), installed_plugins())
    test = description.qc[0]
    reach = installed_plugins().component("quality-test", test.test).reach(test.options)
    assert Windows.of(description, installed_plugins(), 0).reach == nanoseconds(2 * reach + timedelta(minutes=2))


def test_deployments_count(folder):
    from icos_core.station import Deployment

    start = datetime(2024, 1, 1, tzinfo=UTC)
    deployment = Deployment(expocode="X1", start=start, end=start + timedelta(days=1))
    assert Keys(folder, *TABLES, deployments=(deployment,)).of(FIRST) != Keys(folder, *TABLES).of(FIRST)
