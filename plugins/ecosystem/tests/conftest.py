"""Figures without a display, tests on real instrument files, and in CI the same examples of properties every time."""

import os

from hypothesis import settings

from icos_core.testing.real_data import pytest_runtest_setup, real_data

os.environ.setdefault("MPLBACKEND", "Agg")
settings.register_profile("suite", deadline=None, derandomize=os.environ.get("CI", "").lower() == "true")
settings.load_profile("suite")

__all__ = ["pytest_runtest_setup", "real_data"]
