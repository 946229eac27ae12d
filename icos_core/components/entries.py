"""A plugin's table of contents: entries, and which hook returns which kind."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HOOK_OF_KIND", "Entry"]

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
