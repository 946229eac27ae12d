"""Which figures the report of a run draws."""

from types import SimpleNamespace

import pytest

from icos_core.components import Entry, Figure
from icos_core.plugins import Registered

reporting = pytest.importorskip("icos_core.running.reporting", reason="the extra `report` is not installed", exc_type=ImportError)


def registered(kind, name, distribution):
    entry = Entry(kind=kind, name=name, summary="", load="nowhere:NOTHING")
    return Registered(entry=entry, distribution=distribution, version="1")


def test_figures_are_those_of_plugins_that_take_part_and_of_packages_of_figures():
    every = [
        registered("figure", "of-the-run", "icos-here"),
        registered("reader", "here", "icos-here"),
        registered("figure", "of-another-domain", "icos-elsewhere"),
        registered("reader", "elsewhere", "icos-elsewhere"),
        registered("figure", "of-a-third-party", "icos-figures-only"),
    ]
    plugins = SimpleNamespace(
        entries=lambda kind=None: [each for each in every if kind in (None, each.entry.kind)],
        component=lambda _kind, name: Figure(name=name, summary="", draw=lambda _streams, _context: None),
    )
    found, failures = reporting._figures(plugins, {"icos-core": "1", "icos-here": "1"})
    assert [figure.name for figure in found] == ["of-a-third-party", "of-the-run"]
    assert failures == []
