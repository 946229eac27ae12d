"""A plugin's table of contents: entries, and which hook returns which kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HOOK_OF_KIND", "Entry", "entries_of"]

HOOK_OF_KIND: dict[str, str] = {
    "reader": "icos_readers",
    "calibrator": "icos_calibrators",
    "quality-test": "icos_quality_tests",
    "product": "icos_products",
    "exporter": "icos_exporters",
    "figure": "icos_figures",
    "simulator": "icos_simulators",
    "command": "icos_commands",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a plugin's table of contents.

    Attributes
    ----------
    kind
        One of the keys of `HOOK_OF_KIND`; must fit the hook that returns the entry.
    name
        Kebab-case, unique per kind over all installed plugins.
    summary
        One line for ``icos plugins``.
    load
        ``"package.module:ATTRIBUTE"`` of the component; imported on first use.
    """

    kind: str
    name: str
    summary: str
    load: str


def entries_of(kind: str, package: str, attribute: str, table: Mapping[str, tuple[str, str]]) -> tuple[Entry, ...]:
    """Return the entries of one kind, each loaded from a module of its own.

    Parameters
    ----------
    kind
        One of the keys of `HOOK_OF_KIND`.
    package, attribute
        Package of the modules, and the name that each has its component under: ``icos_ocean.readers``, ``READER``.
    table
        Name → (module, summary).
    """
    return tuple(
        Entry(kind=kind, name=name, summary=summary, load=f"{package}.{module}:{attribute}") for name, (module, summary) in table.items()
    )
