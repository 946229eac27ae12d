"""Figures without a display, and tests on real instrument files."""

import os

from icos_core.testing.real_data import pytest_runtest_setup, real_data

os.environ.setdefault("MPLBACKEND", "Agg")

__all__ = ["pytest_runtest_setup", "real_data"]
