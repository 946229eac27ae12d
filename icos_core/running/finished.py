"""How a task that was handed to an executor ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["KILLED", "Finished"]

KILLED = "killed its worker process twice"


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A task that came back: its position in the list handed in, and its receipt or the reason why there is none."""

    position: int
    receipt: Any = None
    failure: str = ""
