"""Merging: how files were cut, and in which order they come, never shows."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from icos_core.exceptions import DataError
from icos_core.running.merging import cut, merge

EPOCH = np.datetime64("2024-01-01", "ns")


def stream(seconds, values=None, **more):
    time = EPOCH + np.asarray(seconds, dtype="i8") * np.timedelta64(1, "s")
    variables = {"sst": ("time", np.asarray(seconds if values is None else values, dtype="f8"), {"units": "degree_C"})}
    return xr.Dataset(variables | more, coords={"time": ("time", time)})


rows = st.lists(st.integers(0, 60), unique=True, min_size=1, max_size=30).map(sorted)


@settings(deadline=None)
@given(rows=rows, data=st.data())
def test_splitting_overlap_and_order_make_no_difference(rows, data):
    whole = stream(rows, [np.nan if row % 7 == 0 else row for row in rows], run_type=("time", np.array([row % 2 for row in rows], "i1")))
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows))).map(sorted), max_size=6))
    covered = np.zeros(len(rows), dtype=bool)
    for start, end in spans:
        covered[start:end] = True
    # What the drawn pieces leave out comes in pieces of its own.
    pieces = [whole.isel(time=slice(start, end)) for start, end in spans] + [whole.isel(time=[row]) for row in np.flatnonzero(~covered)]
    pieces = data.draw(st.permutations(pieces))
    merged = merge([(f"{number}.txt", piece) for number, piece in enumerate(pieces)])
    xr.testing.assert_identical(merged.stream, whole)
    assert merged.conflicts == 0
    assert merged.problems == ()
    assert merged.duplicates == sum(piece.sizes["time"] for piece in pieces) - len(rows)


@settings(deadline=None)
@given(data=st.data())
def test_every_row_is_accounted_for(data):
    """Files that disagree: rows handed in are kept, duplicates or conflicts, and the file that begins first wins."""
    pieces = []
    for _ in range(data.draw(st.integers(1, 5))):
        seconds = data.draw(rows)
        pieces.append(
            stream(seconds, data.draw(st.lists(st.sampled_from([1.0, 2.0, np.nan]), min_size=len(seconds), max_size=len(seconds))))
        )
    names = [f"{number}.txt" for number in range(len(pieces))]
    merged = merge(list(zip(names, pieces, strict=True)))
    assert merged.stream.sizes["time"] + merged.duplicates + merged.conflicts == sum(piece.sizes["time"] for piece in pieces)
    ordered = sorted(zip(names, pieces, strict=True), key=lambda part: (part[1]["time"].values[0], part[0]))
    kept, duplicates, conflicts = {}, 0, 0
    for _, piece in ordered:
        for time, value in zip(piece["time"].values, piece["sst"].values, strict=True):
            if time not in kept:
                kept[time] = value
            elif np.array_equal(kept[time], value, equal_nan=True):
                duplicates += 1
            else:
                conflicts += 1
    assert (merged.duplicates, merged.conflicts) == (duplicates, conflicts)
    np.testing.assert_array_equal(merged.stream["time"], sorted(kept))
    np.testing.assert_array_equal(merged.stream["sst"], [kept[time] for time in sorted(kept)])
    reordered = merge(list(zip(names, pieces, strict=True))[::-1])
    xr.testing.assert_identical(reordered.stream, merged.stream)


@settings(deadline=None)
@given(data=st.data())
def test_a_window_sees_what_the_whole_does(data):
    """Rows cut to a window, with the files' true beginnings, give the rows and counts that the whole has there."""
    pieces = []
    for number in range(data.draw(st.integers(1, 4))):
        seconds = data.draw(rows)
        values = data.draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=len(seconds), max_size=len(seconds)))
        pieces.append((f"{number}.txt", stream(seconds, values)))
    whole = merge(pieces).stream
    borders = sorted({0, 100, *data.draw(st.lists(st.integers(0, 60), max_size=4))})
    total = {"rows": 0, "repeated": 0}
    for low, high in pairwise(borders):
        start, end = (EPOCH + np.timedelta64(border, "s") for border in (low, high))
        around = [(name, cut(piece, start - np.timedelta64(5, "s"), end + np.timedelta64(5, "s"))) for name, piece in pieces]
        around = [(name, piece) for name, piece in around if piece.sizes["time"]]
        if not around:
            continue
        part = merge(around, begins={name: piece["time"].values[0] for name, piece in pieces}, window=(start, end))
        xr.testing.assert_identical(cut(part.stream, start, end), cut(whole, start, end))
        total["rows"] += cut(part.stream, start, end).sizes["time"]
        total["repeated"] += part.duplicates + part.conflicts
    assert sum(total.values()) == sum(piece.sizes["time"] for _, piece in pieces)


def test_conflicts_name_the_file_whose_row_was_left_out():
    merged = merge([("b.txt", stream([1, 2], [5, 6])), ("a.txt", stream([0, 1]))], "underway")
    assert [str(problem) for problem in merged.problems] == [
        "b.txt: underway: another row of 2024-01-01T00:00:01Z with other values was kept"
    ]
    assert merged.stream["sst"].values.tolist() == [0, 1, 6]


def test_of_files_that_begin_together_the_first_name_wins():
    merged = merge([("b.txt", stream([0], [2])), ("a.txt", stream([0], [1]))])
    assert merged.stream["sst"].item() == 1.0
    assert merged.problems[0].file == "b.txt"


def test_only_the_first_conflicts_are_told():
    merged = merge([("a.txt", stream(range(500))), ("b.txt", stream(range(1, 500), np.zeros(499)))])
    assert merged.conflicts == 499
    assert len(merged.problems) == 20


def test_units_are_those_of_the_file_that_begins_first():
    kelvin = stream([1], [274.15]).assign(sst=("time", [274.15], {"units": "K"}))
    for parts in ([("a.txt", stream([0], [1.0])), ("b.txt", kelvin)], [("b.txt", kelvin), ("a.txt", stream([0], [1.0]))]):
        merged = merge(parts).stream
        assert merged["sst"].attrs["units"] == "degree_C"
        np.testing.assert_allclose(merged["sst"], [1.0, 1.0], rtol=0, atol=1e-12)


def test_units_that_cannot_be_converted():
    metres = stream([1]).assign(sst=("time", [1.0], {"units": "m"}))
    with pytest.raises(DataError, match=r"b\.txt: sst: cannot convert 'm' to 'degree_C'"):
        merge([("a.txt", stream([0])), ("b.txt", metres)])


def test_a_variable_that_a_file_lacks():
    more = {"salinity": ("time", [35.0]), "run_type": ("time", np.array([1], "i1")), "clock": ("time", np.array(["2024"], "M8[ns]"))}
    merged = merge([("a.txt", stream([0])), ("b.txt", stream([1], **more))]).stream
    np.testing.assert_array_equal(merged["salinity"], [np.nan, 35.0])
    assert merged["run_type"].values.tolist() == [-1, 1]
    assert merged["run_type"].dtype == "i1"
    assert np.isnat(merged["clock"].values[0])


def test_a_variable_that_cannot_be_missing():
    with pytest.raises(DataError, match=r"underway: a\.txt has no ok; a variable of type bool cannot be missing"):
        merge([("a.txt", stream([0])), ("b.txt", stream([1], ok=("time", [True])))], "underway")


def category(seconds, codes, values=(0, 1), words="water air"):
    attrs = {"flag_values": np.array(values, "i1"), "flag_meanings": words}
    return stream(seconds, run_type=("time", np.array(codes, "i1"), attrs))


@pytest.mark.parametrize("other", [{"words": "air water"}, {"values": (1, 2)}, {"values": (0, 1, 2), "words": "water air std"}])
def test_categories_must_agree(other):
    merge([("a.txt", category([0], [0])), ("b.txt", category([1], [1]))])
    with pytest.raises(DataError, match=r"b\.txt has other codes or words for run_type"):
        merge([("a.txt", category([0], [0])), ("b.txt", category([1], [1], **other))])


def test_a_quantity_is_no_category():
    with pytest.raises(DataError, match=r"sst is of type float64 in one file and of type int64 in another \(b\.txt\)"):
        merge([("a.txt", stream([0])), ("b.txt", stream([1]).assign(sst=("time", [1])))])


def spectra(seconds, frequency=(0.1, 0.2), scale=1.0):
    values = scale * np.add.outer(np.asarray(seconds, "f8"), np.asarray(frequency))
    return stream(seconds, power=(("time", "frequency"), values)).assign_coords(frequency=("frequency", list(frequency)))


def test_further_dimensions():
    merged = merge([("b.txt", spectra([2, 3])), ("a.txt", spectra([0, 1, 2])), ("c.txt", stream([4]))])
    assert merged.duplicates == 1
    np.testing.assert_allclose(merged.stream["power"][:4], spectra([0, 1, 2, 3])["power"])
    assert np.isnan(merged.stream["power"][4]).all()
    np.testing.assert_array_equal(merged.stream["frequency"], [0.1, 0.2])


def test_further_dimensions_that_differ():
    with pytest.raises(DataError, match=r"b\.txt has other values of the coordinate frequency"):
        merge([("a.txt", spectra([0])), ("b.txt", spectra([1], (0.1, 0.3)))])
    with pytest.raises(DataError, match=r"power of b\.txt has other dimensions"):
        merge([("a.txt", spectra([0]).drop_vars("frequency")), ("b.txt", spectra([1], (0.1, 0.2, 0.3)).drop_vars("frequency"))])
    with pytest.raises(DataError, match=r"height of a\.txt has dimensions \('level',\), time must lead them"):
        merge([("a.txt", stream([0]).assign(height=("level", [1.0])))])
    with pytest.raises(DataError, match=r"clock of a\.txt is a coordinate along time"):
        merge([("a.txt", stream([0]).assign_coords(clock=("time", [1.0])))])


def test_one_row_of_a_spectrum_that_differs_is_a_conflict():
    merged = merge([("a.txt", spectra([0, 1])), ("b.txt", spectra([1, 2], scale=2.0))])
    assert (merged.duplicates, merged.conflicts) == (0, 1)


def test_streams_without_rows():
    empty = stream([]).assign(sst=("time", np.zeros(0), {"units": "K"}))
    merged = merge([("a.txt", empty), ("b.txt", stream([1]))])
    assert merged.stream["sst"].attrs["units"] == "degree_C"
    assert merge([("a.txt", empty), ("b.txt", empty)]).stream.sizes["time"] == 0
    with pytest.raises(DataError, match="underway: nothing to merge"):
        merge([], "underway")


def test_merging_leaves_its_input_alone():
    first, second = stream([0, 1]), stream([1, 2])
    merged = merge([("a.txt", first), ("b.txt", second)]).stream
    merged["sst"].values[:] = -1
    merged["sst"].attrs["units"] = "other"
    xr.testing.assert_identical(first, stream([0, 1]))


def test_cut_is_half_open():
    start, end = EPOCH + np.timedelta64(1, "s"), EPOCH + np.timedelta64(3, "s")
    assert cut(stream([0, 1, 2, 3]), start, end)["sst"].values.tolist() == [1, 2]
    assert cut(stream([]), start, end).sizes["time"] == 0
