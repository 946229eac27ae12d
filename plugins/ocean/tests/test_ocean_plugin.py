"""The ocean's table of contents."""

from icos_core.testing import assert_entries_load


def test_every_entry_loads_and_listing_them_is_cheap():
    names = {(entry.kind, entry.name) for entry in assert_entries_load("icos-ocean")}
    assert names >= {
        ("reader", "general-oceanics-8050"),
        ("simulator", "general-oceanics-8050"),
        ("calibrator", "fco2"),
        ("quality-test", "delta-temperature"),
        ("quality-test", "position"),
        ("quality-test", "speed"),
        ("exporter", "socat"),
        ("exporter", "icos-otc"),
        ("figure", "ocean-fco2-series"),
    }
