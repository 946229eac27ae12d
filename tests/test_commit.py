"""Outputs appear together or not at all: killed before any step, the next start ends with the whole old set or the whole new one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from icos_core.exceptions import LockedError, RunError
from icos_core.running.commit import MANIFEST, STAGING, commit, exclusive, recover, staging_dropped_on_error, start_staging


class KilledError(BaseException):
    """Stands for a kill: nothing may handle it."""


def nothing(keep):
    return None


def stage(out, files):
    staged = start_staging(out)
    for name, text in {**files, MANIFEST: json.dumps(sorted(files))}.items():
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).write_text(text)


def visible(out):
    return {
        path.relative_to(out).as_posix(): path.read_text()
        for path in sorted(out.rglob("*"))
        if path.is_file() and STAGING not in path.parts
    }


def whole(files):
    return {**files, MANIFEST: json.dumps(sorted(files))}


OLD = {"a.txt": "old a", "gone.txt": "old", "deep/er/b.txt": "old b", "deep/gone.txt": "old", "swap": "file", "pawn/x.txt": "folder"}
NEW = {"a.txt": "new a", "deep/er/b.txt": "new b", "fresh/c.txt": "new c", "swap/y.txt": "now a folder", "pawn": "now a file"}
MINE = {"notes.md": "mine", "deep/notes.md": "mine too"}
STEPS = ("replace", "rename", "fsync", "unlink", "rmdir", "mkdir")


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    stage(folder, OLD)
    commit(folder, [], [], nothing)
    for name, text in MINE.items():
        (folder / name).write_text(text)
    return folder


def kill_at(monkeypatch, step):
    """Raise before the given step of the operating system; return a list that has the names of the steps done."""
    done = []

    def guarded(name, original):
        def call(*args, **more):
            if len(done) == step:
                raise KilledError(name)
            done.append(name)
            return original(*args, **more)

        return call

    for name in STEPS:
        monkeypatch.setattr(os, name, guarded(name, getattr(os, name)))
    return done


def test_a_commit_replaces_adds_and_removes(out):
    assert visible(out) == {**whole(OLD), **MINE}
    stage(out, NEW)
    tidied = []
    commit(out, list(OLD), ["k2", "k1"], tidied.append)
    assert visible(out) == {**whole(NEW), **MINE}
    assert tidied == [["k1", "k2"]]
    assert not (out / STAGING).exists()


def test_killed_before_any_step(out, tmp_path, monkeypatch):
    """Every step of the commit, and for each of them every step of the recovery after it."""
    saved = tmp_path / "saved"
    shutil.copytree(out, saved)

    def begin():
        shutil.rmtree(out)
        shutil.copytree(saved, out)
        stage(out, NEW)

    outcomes = set()
    step, killed = 0, True
    while killed:
        begin()
        tidied = []
        with monkeypatch.context() as patch:
            kill_at(patch, step)
            try:
                commit(out, list(OLD), ["key"], tidied.append)
                killed = False
            except KilledError:
                killed = True
        if killed:
            again, unfinished = 0, True
            while unfinished:
                with monkeypatch.context() as patch:
                    kill_at(patch, again)
                    try:
                        completed = recover(out, tidied.append)
                        unfinished = False
                    except KilledError:
                        unfinished = True
                # Where a recovery is killed the next one begins where it stopped, so a few steps more each time reach the end.
                again += 1
        expected = {**whole(NEW), **MINE} if visible(out)[MANIFEST] == whole(NEW)[MANIFEST] else {**whole(OLD), **MINE}
        assert visible(out) == expected, step
        assert not (out / STAGING).exists()
        assert bool(tidied) == (expected[MANIFEST] == whole(NEW)[MANIFEST]), step
        outcomes.add((expected[MANIFEST] == whole(NEW)[MANIFEST], killed and completed))
        step += 1
    # Some kills left the old set, some the new one.
    assert {new for new, _ in outcomes} == {True, False}
    assert step > 20


def test_the_manifest_comes_last(out, monkeypatch):
    renamed = []
    original = Path.replace

    def noted(path, target):
        renamed.append(Path(target).relative_to(out).as_posix())
        return original(path, target)

    monkeypatch.setattr(Path, "replace", noted)
    stage(out, NEW)
    commit(out, list(OLD), [], nothing)
    assert renamed[-1] == MANIFEST
    assert set(renamed[1:]) == set(whole(NEW))


def test_everything_is_flushed_before_the_journal(out, monkeypatch):
    stage(out, NEW)
    flushed = []
    original = os.fsync

    def noted(handle):
        flushed.append(Path(f"/proc/self/fd/{handle}").readlink())
        return original(handle)

    if not Path("/proc/self/fd").exists():
        pytest.skip("there is no /proc")
    monkeypatch.setattr(os, "fsync", noted)
    commit(out, list(OLD), [], nothing)
    files = out / STAGING / "files"
    before, after = (set(part) for part in split(flushed, out / STAGING / "journal.json.part"))
    assert {files / name for name in whole(NEW)} <= before
    assert {files / "deep" / "er", files / "deep", files / "fresh", files} <= before
    assert {out / STAGING, out / "deep" / "er", out / "deep", out / "fresh", out} <= after


def split(paths, at):
    place = paths.index(at)
    return paths[:place], paths[place:]


def test_recovery_without_a_journal_clears(out):
    stage(out, NEW)
    assert recover(out, nothing) is False
    assert visible(out) == {**whole(OLD), **MINE}
    assert not (out / STAGING).exists()
    assert recover(out, nothing) is False


def test_a_damaged_journal_is_told(out):
    stage(out, NEW)
    (out / STAGING / "journal.json").write_text("{")
    with pytest.raises(RunError, match=r"journal\.json is damaged"):
        recover(out, nothing)


@pytest.mark.parametrize(
    ("mine", "new", "message"),
    [
        ("plots", "plots/a.png", r"plots stands in the way of the output plots/a\.png"),
        ("x/y", "x/y/z/a.png", r"x/y stands in the way"),
        ("table.csv/notes.md", "table.csv", r"the folder .*table\.csv stands in the way of the output table\.csv"),
        ("swap/notes.md", "swap", r"the folder .*swap stands in the way"),
    ],
)
def test_what_nobody_made_is_not_overwritten(out, mine, new, message):
    if mine.startswith("swap"):
        (out / "swap").unlink()
    (out / mine).parent.mkdir(parents=True, exist_ok=True)
    (out / mine).write_text("mine")
    before = visible(out)
    stage(out, {new: "new"})
    with pytest.raises(RunError, match=message):
        commit(out, list(OLD), [], nothing)
    assert visible(out) == before
    # The next start is not stuck on it.
    assert recover(out, nothing) is False


def test_an_empty_folder_in_the_way_is_not_ours(out):
    (out / "table.csv").mkdir()
    stage(out, {"table.csv": "new"})
    with pytest.raises(RunError, match="stands in the way"):
        commit(out, list(OLD), [], nothing)


def test_a_manifest_cannot_make_us_remove_what_lies_outside(out, tmp_path):
    (tmp_path / "precious.txt").write_text("precious")
    stage(out, NEW)
    commit(out, ["../precious.txt", str(tmp_path / "precious.txt"), "deep/../../precious.txt", "", *OLD], [], nothing)
    assert (tmp_path / "precious.txt").read_text() == "precious"
    assert visible(out) == {**whole(NEW), **MINE}


def test_folders_of_other_people_stay(out):
    stage(out, {})
    commit(out, list(OLD), [], nothing)
    assert visible(out) == {**whole({}), **MINE}
    assert (out / "deep").is_dir()
    assert not (out / "deep" / "er").exists()
    assert not (out / "pawn").exists()


def test_staging_is_dropped_where_making_outputs_fails(out):
    def fail():
        with staging_dropped_on_error(out):
            stage(out, NEW)
            raise KilledError

    with pytest.raises(KilledError):
        fail()
    assert not (out / STAGING).exists()
    assert visible(out) == {**whole(OLD), **MINE}


def test_the_lock(tmp_path):
    out = tmp_path / "deep" / "out"
    with exclusive(out):
        with pytest.raises(LockedError, match="another run works in this folder"), exclusive(out):
            pass
        with exclusive(tmp_path / "other"):
            pass
    with exclusive(out):
        pass


def test_the_lock_ends_with_its_process(tmp_path):
    imports = "import os, pathlib, sys; from icos_core.running.commit import exclusive"
    code = f"{imports}\nwith exclusive(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    with exclusive(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with (
        pytest.raises(RunError, match=r"file: the folder of the outputs cannot be written to \(File exists\)"),
        exclusive(tmp_path / "file"),
    ):
        pass

    def refuse(path, *more, **others):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RunError, match=r"cannot be written to \(Permission denied\)"), exclusive(tmp_path):
        pass


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def refuse(file, flags):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(RunError, match="has no locks"), exclusive(tmp_path):
        pass
