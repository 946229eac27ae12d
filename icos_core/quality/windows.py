"""Windows of rows for rolling statistics over irregular time steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pandas.api.indexers import BaseIndexer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Windows"]


class Windows(BaseIndexer):
    """One window per row, from `first` (included) to `last` (excluded); both must not decrease.

    pandas offers windows by time for an index of times only; bounds that were found once serve several statistics.
    """

    def __init__(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> None:
        super().__init__()
        self.first = first
        self.last = last

    def get_window_bounds(
        self,
        num_values: int = 0,  # noqa: ARG002 - signature of pandas
        min_periods: int | None = None,  # noqa: ARG002
        center: bool | None = None,  # noqa: ARG002
        closed: str | None = None,  # noqa: ARG002
        step: int | None = None,  # noqa: ARG002
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the bounds of all windows."""
        return self.first, self.last
