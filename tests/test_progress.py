"""Progress: plain lines, a bar on a terminal, nothing when quiet."""

import io

from rich.console import Console

from icos_core.running import progress_bar
from icos_core.running.progress import PlainProgress, QuietProgress, choose_progress


def walk(progress):
    progress.stage("read", 100)
    for _ in range(25):
        progress.advance(4)
    progress.stage("condense", 0)
    progress.stage("calibrate", 1)
    progress.advance()
    progress.stage("export", 3)
    progress.advance(3)


def test_plain_lines(capsys):
    walk(PlainProgress())
    told = capsys.readouterr()
    assert told.out == ""
    tenths = [f"read {number}/100" for number in (12, 20, 32, 40, 52, 60, 72, 80, 92, 100)]
    assert told.err.splitlines() == ["read (100)", *tenths, "calibrate", "export (3)"]


def test_more_steps_than_announced(capsys):
    progress = PlainProgress()
    progress.stage("read", 60)
    progress.advance(70)
    progress.advance(10)
    assert capsys.readouterr().err.splitlines() == ["read (60)", "read 70/60", "read 80/60"]


def test_quiet(capsys):
    walk(QuietProgress())
    with choose_progress(quiet=True) as progress:
        walk(progress)
    assert capsys.readouterr() == ("", "")


def test_which_is_chosen(monkeypatch, capsys):
    with choose_progress(quiet=False) as progress:
        assert isinstance(progress, PlainProgress)


def test_a_bar(monkeypatch):
    terminal = io.StringIO()
    monkeypatch.setattr(progress_bar, "Console", lambda stderr: Console(file=terminal, force_terminal=True, width=100))
    with progress_bar.progress_bar() as bar:
        walk(bar)
        bar.stage("nothing", 0)
        bar.advance()
    shown = terminal.getvalue()
    for stage in ("read", "calibrate", "export"):
        assert stage in shown
    assert "100/100" in shown
    assert "nothing" not in shown
    assert "condense" not in shown
