"""Time of rows: exact to the nanosecond from EPOCH_TIME, and the clock of DATE and TIME beside it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.picarro_format import log_bytes
from icos_atmosphere.readers.picarro_clock import compare, dates_and_times, epochs, regular_ahead, regular_epochs
from picarro_logs import columns

from icos_core.raw_text.instrument_clock import INVALID

FIRST, LAST = 946_684_800_000, 4_102_444_800_000  # 2000 and 2100 in milliseconds
MOMENTS = st.lists(st.integers(1_000_000_000_000, LAST - 1), min_size=1, max_size=50)


def block_of(milliseconds):
    moments = np.array(milliseconds).astype("datetime64[ms]")
    content = log_bytes({"DATE": moments, "TIME": moments, "EPOCH_TIME": moments}, line_end="\n")
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, 79)[1:].copy()


@given(MOMENTS)
def test_milliseconds_become_nanoseconds_exactly(milliseconds):
    block = block_of(milliseconds)
    assert epochs(block, 2).tolist() == [each * 1_000_000 for each in milliseconds]
    behind = epochs(block, 2) - dates_and_times(block, 0, 1)
    assert set((behind // 1_000_000).tolist()) <= {0, 1}  # TIME is cut off


@given(MOMENTS)
def test_in_a_regular_block_both_ways_agree(milliseconds):
    ordered = sorted(set(milliseconds))
    block = block_of(ordered)
    found = regular_epochs(block, 2)
    assert found is not None
    assert (found * 1_000_000).tolist() == epochs(block, 2).tolist()
    assert regular_ahead(block, 0, 1, found) == compare(epochs(block, 2), dates_and_times(block, 0, 1)).ahead == 0
    if len(ordered) > 1:
        assert regular_epochs(block_of(ordered[::-1]), 2) is None


def _with_epoch(text):
    block = block_of([1_609_462_345_727])
    block[0, 52:78] = np.frombuffer(text.encode().ljust(26), dtype=np.uint8)
    return int(epochs(block, 2)[0])


def test_other_forms_of_epoch_time_are_exact_too():
    assert _with_epoch("1609462345.7") == 1_609_462_345_700_000_000
    assert _with_epoch("1609462345") == 1_609_462_345_000_000_000
    assert _with_epoch("1609462345.123456789") == 1_609_462_345_123_456_789
    assert _with_epoch("1.609462345727E+09") == 1_609_462_345_727_000_000
    for text in (
        "",
        "x",
        "nan",
        "-1609462345.727",
        "0.000",
        "1609462345.72x",
        "9609462345.727",
        "1E+400",
        "1609462345,727",
        "946684799.999",
    ):
        assert _with_epoch(text) == INVALID


def test_times_of_day_have_limits():
    block = block_of([1_609_462_345_727])
    for text, is_time in (("23:59:59.999", True), ("24:00:00.000", False), ("23:60:00.000", False), ("59:30.2", False), ("00:52:25", True)):
        block[0, 26:52] = np.frombuffer(text.encode().ljust(26), dtype=np.uint8)
        assert (dates_and_times(block, 0, 1)[0] != INVALID) == is_time, text


def test_time_zones_are_whole_quarters_of_an_hour():
    epoch = columns(10)["EPOCH_TIME"].astype("datetime64[ns]").astype(np.int64)
    quarter = 900_000_000_000
    for zone in (-20, -1, 0, 23, 56):
        comparison = compare(epoch, epoch + zone * quarter - 1_000_000)
        assert comparison.ahead == zone * quarter
        assert not comparison.apart.size
    far = compare(epoch, epoch + 57 * quarter)
    assert far.ahead is None
    assert far.apart.size == 10
    assert compare(epoch, np.full(10, INVALID)).ahead is None
