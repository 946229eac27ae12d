"""How a run shows its progress: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PlainProgress", "Progress", "QuietProgress", "choose_progress"]


class Progress(Protocol):
    """What the runner tells."""

    def stage(self, name: str, total: int) -> None:
        """Tell that a stage begins, with how many steps; without any there is nothing to do."""
        ...

    def advance(self, steps: int = 1) -> None:
        """Tell that steps are done."""
        ...


class QuietProgress:
    """Says nothing."""

    def stage(self, name: str, total: int) -> None:
        """Say nothing."""

    def advance(self, steps: int = 1) -> None:
        """Say nothing."""


class PlainProgress:
    """One line when a stage begins, and one at each tenth of a long stage."""

    _LONG = 50

    def __init__(self) -> None:
        self._name, self._total, self._done, self._told = "", 0, 0, 0

    def stage(self, name: str, total: int) -> None:
        """Print the name of the stage."""
        self._name, self._total, self._done, self._told = name, total, 0, 0
        if total:
            print(f"{name} ({total})" if total > 1 else name, file=sys.stderr, flush=True)  # noqa: T201  # this is the user interface

    def advance(self, steps: int = 1) -> None:
        """Print a line at each tenth."""
        self._done += steps
        tenth = 10 * self._done // self._total if self._total else 10
        if self._total > self._LONG and tenth > self._told:
            self._told = tenth
            print(f"{self._name} {self._done}/{self._total}", file=sys.stderr, flush=True)  # noqa: T201  # as above


@contextmanager
def choose_progress(*, quiet: bool) -> Iterator[Progress]:
    """Choose by `quiet` and by whether standard error is a terminal."""
    if quiet:
        yield QuietProgress()
    elif not sys.stderr.isatty():
        yield PlainProgress()
    else:
        from icos_core.running.progress_bar import progress_bar  # noqa: PLC0415  # rich is needed on a terminal only

        with progress_bar() as bar:
            yield bar
