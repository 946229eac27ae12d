"""One thread per process for numerical libraries: many small tasks are quicker without others that wait for work."""

from __future__ import annotations

import os

__all__ = ["one_thread_each"]

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")


def one_thread_each(*, stated: bool = False) -> None:
    """Give libraries that are loaded from now on one thread each.

    Parameters
    ----------
    stated
        Whether what the environment states already stays.
    """
    for variable in _VARIABLES:
        if not stated or variable not in os.environ:
            os.environ[variable] = "1"
