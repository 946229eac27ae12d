"""Reading one file: the reader's promises are checked, what it tells is kept to a size, whose fault a failure is is told apart."""

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from icos_core.components import Context, Problem, Reader, ReadResult, Span, Tally
from icos_core.exceptions import InputError
from icos_core.plugins import installed_plugins
from icos_core.running.reading import ReadTask, read_batch, read_or_set_aside, receipt_of_meta, span_batch
from icos_core.running.store import Store
from icos_core.station import Contact, Station
from icos_core.versioned import Options

STATION = Station(id="T", name="T", domain="test", platform="ship", contact=Contact(institution="I", email="a@example.org"))
DAY = np.timedelta64(1, "D")


class NoOptions(Options):
    """None."""


def stream(*days, **variables):
    time = np.datetime64("2024-01-01", "ns") + np.array(days or [0], dtype="i8") * DAY
    return xr.Dataset(variables or {"sst": ("time", np.zeros(time.size))}, coords={"time": ("time", time)})


def result(given=None, seen=1, rejected=None, problems=(), **more):
    given = stream() if given is None else given
    kept = seen - sum((rejected or {}).values())
    return ReadResult(streams={"s": given}, tally=Tally(seen=seen, kept=kept, rejected=rejected or {}, **more), problems=tuple(problems))


@pytest.fixture
def task(tmp_path):
    """A function that returns the task to read a file with a reader that does as it is told."""
    plugins = installed_plugins()
    (tmp_path / "a.txt").write_text("x")

    def make(read, span=None, name="a.txt"):
        path = tmp_path / name
        reader = Reader(
            name="told",
            summary="does as it is told",
            options=NoOptions,
            read=lambda path, options, context: read(path),
            span=lambda path, options, context: span(path) if span else Span(np.datetime64("NaT"), np.datetime64("NaT")),
            provides=lambda options: {"s": ()},
        )
        plugins._loaded["reader", "told"] = reader
        status = path.stat() if path.exists() else None
        return ReadTask(
            path=path,
            name=name,
            reader="told",
            options=NoOptions(),
            streams={"s": "underway"},
            rename={"sst": "sea_surface_temperature"},
            context=Context(station=STATION),
            store=tmp_path / "cache",
            key="ab" + 62 * "0",
            stamp=(status.st_size, status.st_mtime_ns) if status else None,
        )

    yield make
    plugins._loaded.pop(("reader", "told"), None)


def raising(error):
    def read(path):
        raise error

    return read


def test_streams_and_variables_are_renamed(task):
    streams, receipt = read_or_set_aside(task(lambda path: result()))
    assert list(streams) == ["underway"]
    assert list(streams["underway"].data_vars) == ["sea_surface_temperature"]
    assert receipt.set_aside == ""
    assert receipt.tally == Tally(seen=1, kept=1)


def test_what_is_read_is_kept_with_its_account(task, tmp_path):
    given = task(lambda path: result(rejected={"damaged": 1}, seen=2, problems=[Problem(message="no", line=3, text="x")]))
    (receipt,) = read_batch([given])
    stored = Store(tmp_path / "cache").load(given.key)
    assert receipt_of_meta(stored.meta, "a.txt") == receipt
    renamed = receipt_of_meta(stored.meta, "b.txt")
    assert (renamed.name, renamed.problems[0].file) == ("b.txt", "b.txt")


def test_files_that_are_set_aside_are_not_kept(task, tmp_path):
    (receipt,) = read_batch([task(raising(InputError("a.txt", "no header", 7)))])
    assert (receipt.set_aside, receipt.passing) == ("line 7: no header", False)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (stream(sst=("time", np.array(["a"], dtype=object))), "sst is of type object along ('time',), expected numbers along time"),
        (stream(ok=("time", [True])), "ok is of type bool"),
        (stream(word=("time", ["a"])), "word is of type <U1"),
        (stream(height=("level", [1.0])), "height is of type float64 along ('level',), expected numbers along time"),
        (xr.Dataset({"sst": ("x", [1.0])}), "no coordinate 'time'"),
        (stream(0, 0), "time does not increase strictly"),
    ],
)
def test_broken_promises_set_the_file_aside(task, given, reason):
    _, receipt = read_or_set_aside(task(lambda path: result(given)))
    assert receipt.set_aside.startswith("reader 'told' failed: DataError: s: ")
    assert reason in receipt.set_aside
    assert not receipt.passing


def test_an_account_that_does_not_balance(task):
    _, receipt = read_or_set_aside(task(lambda path: replace(result(), tally=Tally(seen=3, kept=1))))
    assert "the account of lines does not balance" in receipt.set_aside


@pytest.mark.parametrize(
    ("error", "reason", "passing"),
    [
        (FileNotFoundError(2, "No such file or directory"), "cannot be opened: No such file or directory", True),
        (PermissionError(13, "Permission denied"), "cannot be opened: Permission denied", True),
        (OSError(5, "Input/output error"), "cannot be opened: Input/output error", True),
        (MemoryError(), "cannot be opened: not enough memory", True),
        (gzip.BadGzipFile("Not a gzipped file"), "reader 'told' failed: BadGzipFile: Not a gzipped file", False),
        (KeyError("sst"), "reader 'told' failed: KeyError: 'sst'", False),
        (InputError("a.txt", "no"), "no", False),
    ],
)
def test_whose_fault_it_is(task, error, reason, passing):
    _, receipt = read_or_set_aside(task(raising(error)))
    assert (receipt.set_aside, receipt.passing) == (reason, passing)


def test_a_reader_that_tells_of_the_machine_in_its_own_words(task):
    def read(path):
        try:
            raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise InputError(path.name, "must not be read") from error

    _, receipt = read_or_set_aside(task(read))
    assert (receipt.set_aside, receipt.passing) == ("must not be read", True)


def test_reasons_name_no_folder_and_can_be_printed(task):
    def read(path):
        raise ValueError(f"{path}: \x1b[31mred\x00\udc80 {'long ' * 1000}")

    _, receipt = read_or_set_aside(task(read))
    assert receipt.set_aside.startswith("reader 'told' failed: ValueError: a.txt: \\x1b[31mred\\x00\\udc80 long")
    assert len(receipt.set_aside) < 400


def test_problems_are_cut_and_can_be_printed(task):
    text = "\udc80" + "y" * 10_000
    many = [Problem(message=f"m{number}\x07", file=str(Path("elsewhere/b.txt")), line=number, text=text) for number in range(5000)]
    _, receipt = read_or_set_aside(task(lambda path: result(problems=many)))
    assert receipt.problem_count == 5000
    assert len(receipt.problems) == 201
    assert str(receipt.problems[-1]) == "a.txt: and 4800 more problems"
    assert receipt.problems[0].message == "m0\\x07"
    assert {problem.file for problem in receipt.problems} == {"a.txt"}
    assert all(len(problem.text) < 400 for problem in receipt.problems)
    "".join(map(str, receipt.problems)).encode()


def test_accounts_are_cut_and_still_balance(task):
    kinds = {f"kind {number}": number + 1 for number in range(500)}
    total = sum(kinds.values())
    given = result(seen=total + 5, rejected=kinds, by_type={"\x01": 2, "\\x01": 3, **kinds}, damaged=kinds)
    _, receipt = read_or_set_aside(task(lambda path: given))
    assert receipt.tally.balanced
    assert len(receipt.tally.rejected) == 101
    assert receipt.tally.rejected["kind 499"] == 500
    assert receipt.tally.rejected["all others"] == sum(range(1, 401))
    assert sum(receipt.tally.by_type.values()) == total + 5


def test_words_that_are_printed_alike_are_counted_together(task):
    _, receipt = read_or_set_aside(task(lambda path: result(seen=5, by_type={"\x01": 2, "\\x01": 3})))
    assert receipt.tally.by_type == {"\\x01": 5}


def test_stretches_with_rows(task):
    def nanoseconds(day):
        return int((np.datetime64("2024-01-01", "ns") + day * DAY).astype("i8"))

    _, receipt = read_or_set_aside(task(lambda path: result(stream(0, 1, 2, 5, 9, 10))))
    assert receipt.segments == tuple((nanoseconds(start), nanoseconds(end)) for start, end in [(0, 2), (5, 5), (9, 10)])
    _, receipt = read_or_set_aside(task(lambda path: result(stream(0).isel(time=slice(0, 0)), seen=0)))
    assert receipt.segments == ()


def test_a_file_that_changed_meanwhile(task, tmp_path):
    def read(path):
        path.write_text("longer")
        return result()

    _, receipt = read_or_set_aside(task(read))
    assert [problem.message for problem in receipt.problems] == [
        "the file changed while it was read; the manifest names it by its content before, the next run reads it again"
    ]
    assert receipt.problem_count == 1
    _, receipt = read_or_set_aside(task(lambda path: path.unlink() or result()))
    assert "the file changed" in receipt.problems[0].message


def span(start, end):
    return lambda path: Span(np.datetime64(start, "ns"), np.datetime64(end, "ns"))


def test_spans_are_believed_where_they_can_be(task):
    (receipt,) = span_batch([task(raising(AssertionError("read")), span("2024-01-01", "2024-02-01"))])
    assert receipt.segments == ((1704067200 * 10**9, 1706745600 * 10**9),)


NO_SPANS = [span("NaT", "2024-01-01"), span("2024-01-02", "2024-01-01"), span("1970-01-01", "2024-01-01"), raising(InputError("a", "b"))]


@pytest.mark.parametrize("told", NO_SPANS)
def test_where_they_cannot_the_file_is_read(task, told):
    (receipt,) = span_batch([task(lambda path: result(stream(0, 300)), told)])
    assert len(receipt.segments) == 2
    assert receipt.tally.kept == 1


def test_a_file_that_cannot_be_read_has_the_reason_of_reading_it(task):
    (receipt,) = span_batch([task(raising(InputError("a.txt", "no header")), raising(ValueError("something else")))])
    assert (receipt.set_aside, receipt.segments) == ("no header", ())


def test_a_day_is_what_parts_stretches():
    from icos_core.running import reading

    assert timedelta(microseconds=reading._APART / 1000) == timedelta(days=1)
