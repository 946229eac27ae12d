"""What a simulator's station description says to the components that are tested with it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from icos_core.plugins import GENERIC_KEYS
from icos_core.running.merging import merge
from icos_core.testing.context import options_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import Calibrator, Context, Exporter, Reader

__all__ = ["described_options", "read_files"]

_TABLE_OF_KIND = {"reader": "input", "calibrator": "calibrate", "quality-test": "qc", "product": "derive", "exporter": "export"}
_KEY_OF_KIND = {"reader": "reader", "calibrator": "calibrator", "quality-test": "test", "product": "product", "exporter": "exporter"}


def described_options(description: Path, kind: str, component: Reader | Calibrator | Exporter) -> BaseModel:
    """Return the options that a description gives the component: those of its first table, or the defaults.

    The description is not validated as a whole, so other components that it names need not be installed.
    """
    tables = tomllib.loads(description.read_text(encoding="utf-8")).get(_TABLE_OF_KIND[kind], [])
    for table in tables:
        if table.get(_KEY_OF_KIND[kind]) == component.name:
            return options_of(component.options, {key: value for key, value in table.items() if key not in GENERIC_KEYS[kind]})
    return component.options()


def read_files(reader: Reader, files: Sequence[Path], options: Any, context: Context) -> dict[str, xr.Dataset]:
    """Read files and merge their rows per stream, as a run does."""
    parts: dict[str, list[tuple[str, xr.Dataset]]] = {}
    for path in files:
        for name, stream in reader.read(path, options, context).streams.items():
            parts.setdefault(name, []).append((path.name, stream))
    return {name: merge(streams, name).stream for name, streams in parts.items()}
