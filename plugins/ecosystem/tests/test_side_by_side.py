"""Computations beside each other."""

from __future__ import annotations

import threading

import pytest
from icos_ecosystem import side_by_side as module
from icos_ecosystem.side_by_side import side_by_side


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)


def test_two_at_a_time_in_order() -> None:
    meeting = threading.Barrier(2, timeout=20.0)

    def make(item: int) -> int:
        meeting.wait()
        return item * item

    assert side_by_side(make, range(6)) == [0, 1, 4, 9, 16, 25]


def test_not_within_each_other() -> None:
    def names(_: int) -> set[str]:
        return set(side_by_side(lambda _: threading.current_thread().name, range(3)))

    inner = side_by_side(names, range(4))
    assert all(len(each) == 1 for each in inner)
    assert threading.main_thread().name not in set.union(*inner)


@pytest.mark.parametrize("items", [range(1), range(0)])
def test_nothing_beside_it(items: range) -> None:
    assert side_by_side(lambda _: threading.current_thread() is threading.main_thread(), items) == [True] * len(items)


def test_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert side_by_side(lambda _: threading.current_thread() is threading.main_thread(), range(3)) == [True] * 3


def test_what_fails_is_told() -> None:
    def make(item: int) -> float:
        return 1.0 / item

    with pytest.raises(ZeroDivisionError):
        side_by_side(make, (2, 0, 1))
