"""Figures without a display, and tests on real instrument files."""

import os

from minutes import minutes

from icos_core.testing.real_data import pytest_runtest_setup, real_data

os.environ.setdefault("MPLBACKEND", "Agg")

__all__ = ["minutes", "pytest_runtest_setup", "real_data"]
