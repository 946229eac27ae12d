"""What the lines of a weather station say, each by itself, before those of one burst become a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["WeatherLines"]


@dataclass
class WeatherLines:
    """What lines say.

    Attributes
    ----------
    kind
        (n,) kind of each line, any number.
    found
        (variable, lines, values).
    """

    kind: NDArray[np.int64]
    found: list[tuple[str, NDArray[np.intp], NDArray[np.float64]]] = field(default_factory=list)
