"""Tests on real data: skipped with the reason without the folder, failed in continuous integration."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

@pytest.mark.realdata
def test_of_real_files(real_data):
    assert real_data.is_dir()

def test_of_nothing_special():
    pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("ICOS_REAL_DATA", raising=False)
    pytester.makeconftest("from icos_core.testing.real_data import pytest_runtest_setup, real_data")
    pytester.makeini("[pytest]\nmarkers = realdata: needs real files")
    pytester.makepyfile(SUITE)
    return pytester


def test_runs_with_the_folder(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ICOS_REAL_DATA", str(tmp_path))
    suite.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_skipped_with_the_reason_without_it(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ICOS_REAL_DATA", str(tmp_path / "nowhere"))
    result = suite.runpytest_inprocess("-p", "no:cacheprovider", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*no real data: *nowhere is no folder; set ICOS_REAL_DATA*"])


def test_failed_without_it_in_continuous_integration(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = suite.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*no real data: *"])
