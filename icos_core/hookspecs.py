"""The hook specifications: one per kind of component, each returning the plugin's entries of that kind.

A plugin is a module with functions of these names, decorated with :data:`hookimpl`, announced by an entry point in the group
``icos.plugins``. The functions must be cheap: they list, they do not import what they list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_core.components import Entry

__all__ = ["hookimpl", "hookspec"]

PROJECT = "icos"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def icos_readers() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.Reader`: one file → rows as measured, named, with units; every line accounted for."""


@hookspec
def icos_calibrators() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.Calibrator`: all condensed rows → physical quantities with standard uncertainty."""


@hookspec
def icos_quality_tests() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.QualityTest`: sets bits, never changes a value."""


@hookspec
def icos_products() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.Product`: flagged data → further data sets."""


@hookspec
def icos_exporters() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.Exporter`: data sets → files in a community's format."""


@hookspec
def icos_figures() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.Figure`: figures of the report."""


@hookspec
def icos_simulators() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.Simulator`: raw files of a known truth."""


@hookspec
def icos_commands() -> Sequence[Entry]:  # type: ignore[empty-body]
    """Entries of :class:`icos_core.Command`: subcommands of ``icos``."""
