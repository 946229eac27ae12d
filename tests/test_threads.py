"""One thread per process: what the environment states is kept where that is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from icos_core.threads import one_thread_each

if TYPE_CHECKING:
    import pytest


def test_what_is_stated_stays_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    one_thread_each(stated=True)
    assert (os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]) == ("4", "1")
    one_thread_each()
    assert os.environ["OMP_NUM_THREADS"] == "1"
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
