"""The table of contents loads, whole."""

from icos_atmosphere.plugin import PLUGIN

from icos_core.testing import assert_entries_load


def test_entries_load() -> None:
    assert_entries_load(PLUGIN)
