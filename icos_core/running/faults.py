"""Faults of components: whatever a plugin raises becomes an error that names it."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from icos_core.exceptions import IcosError, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["blame"]


@contextmanager
def blame(who: str) -> Iterator[None]:
    """Turn an unexpected error inside into a :class:`RunError` that says who failed, why and where; errors of the suite pass."""
    try:
        yield
    except IcosError:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        raise RunError(f"{who} failed: {type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})") from error
