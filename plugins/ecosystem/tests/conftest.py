"""Figures without a display, tests on real instrument files, and in CI the same examples of properties every time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from agreement_tables import run_description
from hypothesis import settings

from icos_core.testing.real_data import folder_of_real_data, pytest_runtest_setup, real_data

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from icos_core.api import RunResult

os.environ.setdefault("MPLBACKEND", "Agg")
settings.register_profile("suite", deadline=None, derandomize=os.environ.get("CI", "").lower() == "true")
settings.load_profile("suite")

__all__ = ["folder", "pytest_runtest_setup", "real_data", "run_example"]


@pytest.fixture(scope="session")
def folder(pytestconfig: pytest.Config) -> Path:
    """Folder of the real files, for what is made of them once for many tests."""
    return folder_of_real_data(pytestconfig)


@pytest.fixture(scope="module")
def run_example(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], RunResult]:
    """Run a description on the real files, each once for a module."""
    done: dict[Path, RunResult] = {}

    def once(description: Path) -> RunResult:
        if description not in done:
            done[description] = run_description(description, folder, tmp_path_factory.mktemp(description.stem))
        return done[description]

    return once
