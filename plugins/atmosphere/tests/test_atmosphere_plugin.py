"""The atmosphere's table of contents."""

from icos_core.testing import assert_entries_load


def test_every_entry_loads_and_listing_them_is_cheap():
    names = {(entry.kind, entry.name) for entry in assert_entries_load("icos-atmosphere")}
    assert names >= {
        ("reader", "picarro"),
        ("simulator", "picarro"),
        ("calibrator", "mole-fraction"),
        ("quality-test", "spike-sd"),
        ("product", "hourly-means"),
        ("exporter", "icos-atc"),
        ("figure", "atmosphere-months"),
    }
