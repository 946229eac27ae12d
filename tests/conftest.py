"""Figures without a display, tests on real instrument files, and properties with the same examples on every machine of CI."""

import os

from hypothesis import settings
from minutes import minutes

from icos_core.testing.real_data import pytest_runtest_setup, real_data

os.environ.setdefault("MPLBACKEND", "Agg")
settings.register_profile("suite", deadline=None, derandomize=os.environ.get("CI", "").lower() == "true")
settings.load_profile("suite")

__all__ = ["minutes", "pytest_runtest_setup", "real_data"]
