"""What a component may know of the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from icos_core.people import PersonFlag
    from icos_core.station import Deployment, Station

__all__ = ["Context"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a component may know of the run beside its data and its options.

    Attributes
    ----------
    station
        The validated ``[station]`` table.
    deployments
        The ``[[deployment]]`` tables, in order of time.
    level
        ``"nrt"`` or ``"final"``.
    people_flags
        People's flags that are not withdrawn.
    newest
        Time of the newest datum (or ``SOURCE_DATE_EPOCH``): the only date an export may carry as its creation date.
    software
        Distribution → version of everything that took part, for provenance attributes.
    sources
        Names of the input files (no folders), sorted.
    folder
        Folder of the station description.
    """

    station: Station
    deployments: tuple[Deployment, ...] = ()
    level: str = "nrt"
    people_flags: tuple[PersonFlag, ...] = ()
    newest: np.datetime64 | None = None
    software: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    folder: Path = Path()
