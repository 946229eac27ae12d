"""Tests on real instrument files, which are no part of the repository.

A ``conftest.py`` imports the two names; tests carry ``@pytest.mark.realdata`` and take the fixture ``real_data``. Where the folder is
missing they are skipped with the reason, in continuous integration (``CI=true``) they fail: there the folder has to be.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["folder_of_real_data", "pytest_runtest_setup", "real_data"]

VARIABLE = "ICOS_REAL_DATA"


def folder_of_real_data(config: pytest.Config) -> Path:
    """Return ``$ICOS_REAL_DATA``, else ``../shared/data`` beside the root of the repository; whether it exists or not."""
    return Path(os.environ.get(VARIABLE) or config.rootpath.parent / "shared" / "data").resolve()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip (or, in continuous integration, fail) a test marked ``realdata`` where the folder is missing."""
    if item.get_closest_marker("realdata") is None:
        return
    folder = folder_of_real_data(item.config)
    if folder.is_dir():
        return
    reason = f"no real data: {folder} is no folder; set {VARIABLE}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def real_data(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the real files; station descriptions that say ``${ICOS_REAL_DATA}`` find it too."""
    folder = folder_of_real_data(request.config)
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder
