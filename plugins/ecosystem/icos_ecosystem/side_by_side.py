"""Independent computations beside each other, in threads.

Threads, not processes: the versions of a flux are large arrays that would have to travel, and what takes the time is compiled code, and
numpy's, that lets other threads run. Only what spends most of its time in such code gains. More than two bring little, as the rest waits
for one another, and each needs memory.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["side_by_side"]

_MOST_THREADS = 2
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


def side_by_side(make: Callable[[_Item], _Made], items: Sequence[_Item]) -> list[_Made]:
    """Return what is made of each item, in their order.

    Parameters
    ----------
    make
        Changes nothing that another item's making sees.
    items
        Any number.

    Notes
    -----
    One after the other where there is one processor, in a worker process, which has others beside it, and in a thread that is itself one
    of several.
    """
    if min(_threads(), len(items)) < 2:
        return [make(item) for item in items]
    with ThreadPoolExecutor(_threads()) as pool:
        return list(pool.map(make, items))


def _threads() -> int:
    """Return how many threads may run beside each other from here."""
    alone = multiprocessing.parent_process() is None and threading.current_thread() is threading.main_thread()
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MOST_THREADS, processors) if alone else 1
