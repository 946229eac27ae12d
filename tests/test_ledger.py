"""The ledger remembers, survives damage, and never drops what is merely locked."""

import os
import sqlite3
from contextlib import closing

import pytest

from icos_core.exceptions import RunError
from icos_core.running.ledger import Ledger, SeenFile


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path):
    opened = Ledger(path)
    yield opened
    opened.close()


def ask(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def row(path, sha256="a", **more):
    return {"path": path, "sha256": sha256, "bytes": 1, "rows_kept": 2, "lines_seen": 3, "set_aside": None} | more


def output(path, sha256="o"):
    return {"path": path, "sha256": sha256, "bytes": 1}


def a_run(ledger, inputs, outputs=(), key="k"):
    run = ledger.begin("2024-01-01T00:00:00Z", key)
    ledger.finish(run, finished="2024-01-01T00:00:01Z", status=0, summary="s", inputs=inputs, outputs=outputs)
    return run


def test_hashes_are_remembered_by_size_and_time(ledger, tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    file.write_text("one")
    first = ledger.look_at([file])[file]
    # printf one | sha256sum
    assert first.sha256 == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert (first.size, first.modified_ns) == (3, file.stat().st_mtime_ns)
    monkeypatch.setattr("icos_core.running.ledger.sha256_of_file", lambda path: pytest.fail("hashed again"))
    assert ledger.look_at([file]) == {file: first}


def test_a_changed_file_is_hashed_again(ledger, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("one")
    first = ledger.look_at([file])[file]
    file.write_text("two")
    os.utime(file, ns=(0, first.modified_ns + 1))
    assert ledger.look_at([file])[file].sha256 != first.sha256


def test_verify_trusts_nothing(ledger, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("one")
    first = ledger.look_at([file])[file]
    file.write_text("two")
    os.utime(file, ns=(0, first.modified_ns))
    assert ledger.look_at([file])[file].sha256 == first.sha256
    assert ledger.look_at([file], verify=True)[file].sha256 != first.sha256
    assert ledger.look_at([file])[file].sha256 != first.sha256


def test_files_that_cannot_be_opened_are_left_out(ledger, tmp_path):
    (tmp_path / "b.txt").write_text("b")
    (tmp_path / "loop").symlink_to("loop")
    looked = []
    paths = [tmp_path / "gone.txt", tmp_path / "loop", tmp_path, tmp_path / "b.txt"]
    assert set(ledger.look_at(paths, advance=lambda: looked.append(1))) == {tmp_path / "b.txt"}
    assert len(looked) == 4


def test_names_that_are_no_text(ledger, tmp_path):
    name = os.fsdecode(b"\xff\xfe.txt")
    try:
        (tmp_path / name).write_text("x")
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    found = ledger.look_at([tmp_path / name])
    assert ledger.look_at([tmp_path / name]) == found
    assert isinstance(found[tmp_path / name], SeenFile)


def test_spans(ledger):
    ledger.remember_spans({"a": ((0, 5), (9, 12)), "b": ((-3, 3),)})
    assert ledger.spans() == {"a": ((0, 5), (9, 12)), "b": ((-3, 3),)}
    ledger.remember_spans({"a": ((1, 2),)})
    assert ledger.spans() == {"a": ((1, 2),), "b": ((-3, 3),)}
    ledger.forget_spans(["b", "c"])
    assert ledger.spans() == {"b": ((-3, 3),)}


def test_runs(ledger, path):
    run = ledger.begin("2024-01-01T00:00:00Z", "key")
    assert ledger.unfinished("key") == run
    ledger.finish(run, finished="2024-01-01T00:00:01Z", status=3, summary="one input", inputs=[row("a.txt")], outputs=[output("x.nc")])
    assert ledger.unfinished("key") is None
    failed = ledger.begin("2024-01-02T00:00:00Z", "other")
    ledger.fail(failed, finished="2024-01-02T00:00:01Z", status=1, reason="DataError: no")
    assert ask(path, "SELECT status, run_key, summary FROM runs ORDER BY id") == [(3, "key", "one input"), (1, "other", "DataError: no")]
    assert ask(path, "SELECT path, rows_kept, lines_seen FROM inputs") == [("a.txt", 2, 3)]
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]


def test_what_holds_over_many_runs_is_one_row(ledger, path):
    for number in range(1, 6):
        inputs = [row("a.txt"), row("b.txt", sha256="b" if number < 3 else "changed")]
        a_run(ledger, inputs, [output("x.nc"), output("report.html", f"r{number}")])
    assert ask(path, "SELECT path, first_run, last_run FROM inputs ORDER BY path, first_run") == [
        ("a.txt", 1, 5),
        ("b.txt", 1, 2),
        ("b.txt", 3, 5),
    ]
    assert ask(path, "SELECT count(*) FROM outputs") == [(6,)]
    # Every run can be looked up.
    for number in range(1, 6):
        query = f"SELECT path, sha256 FROM inputs WHERE {number} BETWEEN first_run AND last_run ORDER BY path"
        assert ask(path, query) == [("a.txt", "a"), ("b.txt", "b" if number < 3 else "changed")]


def test_what_went_and_came_back(ledger, path):
    for inputs in ([row("a.txt")], [row("b.txt")], [row("a.txt")]):
        a_run(ledger, inputs)
    rows = ask(path, "SELECT path, first_run, last_run FROM inputs ORDER BY first_run")
    assert rows == [("a.txt", 1, 1), ("b.txt", 2, 2), ("a.txt", 3, 3)]


def test_failed_runs_between_do_not_break_the_row(ledger, path):
    a_run(ledger, [row("a.txt")])
    ledger.fail(ledger.begin("2024-01-01T00:00:00Z", "k"), finished="2024-01-01T00:00:00Z", status=1, reason="no")
    a_run(ledger, [row("a.txt")])
    assert ask(path, "SELECT path, first_run, last_run FROM inputs") == [("a.txt", 1, 3)]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000, b"x"])
def test_a_damaged_file_is_made_again(path, content):
    path.write_bytes(content)
    ledger = Ledger(path)
    ledger.remember_spans({"a": ((0, 1),)})
    assert ledger.spans() == {"a": ((0, 1),)}
    ledger.close()


def test_damage_within_is_found(path):
    ledger = Ledger(path)
    ledger.remember_spans({f"{number:064d}": ((number, number),) for number in range(2000)})
    ledger.close()
    octets = bytearray(path.read_bytes())
    octets[8192:40960] = b"\xa5" * (40960 - 8192)
    path.write_bytes(octets)
    ledger = Ledger(path)
    assert ledger.spans() == {}
    ledger.close()


def test_another_version_is_made_again(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY)")
        connection.commit()
    Ledger(path).close()
    assert ("first_run",) in ask(path, "SELECT name FROM pragma_table_info('inputs')")


def test_a_locked_file_is_no_damaged_one(path, monkeypatch):
    ledger = Ledger(path)
    ledger.remember_spans({"a": ((0, 1),)})
    ledger.close()
    original = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name: original(name, timeout=0.01))
    with closing(original(path)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RunError, match=r"ledger\.sqlite: database is locked"):
            Ledger(path)
    ledger = Ledger(path)
    assert ledger.spans() == {"a": ((0, 1),)}
    ledger.close()


def test_a_place_that_cannot_be_written_to(tmp_path):
    with pytest.raises(RunError, match="unable to open database file"):
        Ledger(tmp_path / "no folder" / "ledger.sqlite")


def test_a_full_disk_is_told(path):
    ledger = Ledger(path)
    ledger._connection.execute("PRAGMA max_page_count = 20")
    with pytest.raises(RunError, match=r"ledger\.sqlite: database or disk is full"):
        ledger.remember_spans({f"{number:064d}": ((number, number),) for number in range(5000)})
    ledger.close()
