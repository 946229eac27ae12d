"""``assert_entries_load`` accepts a good distribution and finds each defect that it is there for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from icos_core.testing import assert_entries_load

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = """
{imports}
import sys
from icos_core import Entry, hookimpl

@hookimpl
def icos_readers():
    return [Entry(kind="reader", name="{name}", summary="{summary}", load="{load}")]

PLUGIN = sys.modules[__name__]
"""
COMPONENT = """
from datetime import timedelta
from icos_core import Reader
from icos_core.versioned import Options

READER = Reader(name="kit-toy", summary="A toy", options=Options, read=None, span=None, provides=None)
OTHER = 1
"""


def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, **changes: str) -> None:
    """Lay a fake distribution ``icos-kit-toy`` on the path."""
    filled = {"imports": "", "name": "kit-toy", "summary": "A toy", "load": f"{module}_reader:READER"} | changes
    (tmp_path / f"{module}.py").write_text(PLUGIN.format(**filled))
    (tmp_path / f"{module}_reader.py").write_text(COMPONENT)
    information = tmp_path / "icos_kit_toy-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: icos-kit-toy\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[icos.plugins]\nkit-toy = {module}:PLUGIN\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_a_good_distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(tmp_path, monkeypatch, "kit_toy_good")
    (entry,) = assert_entries_load("icos-kit-toy")
    assert (entry.kind, entry.name) == ("reader", "kit-toy")
    assert "kit_toy_good_reader" in sys.modules


@pytest.mark.parametrize(
    ("module", "changes", "message"),
    [
        ("kit_toy_case", {"name": "Kit_Toy"}, "Kit_Toy"),
        ("kit_toy_summary", {"summary": ""}, "summary"),
        ("kit_toy_lines", {"summary": r"two\nlines"}, "more than one line"),
        ("kit_toy_nothing", {"load": "kit_toy_nowhere:READER"}, "kit_toy_nowhere"),
        ("kit_toy_kind", {"load": "kit_toy_kind_reader:OTHER"}, "expected icos_core.Reader"),
        ("kit_toy_name", {"name": "other"}, "is named 'kit-toy'"),
        ("kit_toy_heavy", {"imports": "import xarray"}, "listing the entries imports.* xarray"),
    ],
)
def test_defects_are_found(module: str, changes: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(tmp_path, monkeypatch, module, **changes)
    with pytest.raises((AssertionError, RuntimeError), match=message):
        assert_entries_load("icos-kit-toy")


def test_a_distribution_without_entry_points() -> None:
    with pytest.raises(AssertionError, match="announces nothing"):
        assert_entries_load("numpy")
