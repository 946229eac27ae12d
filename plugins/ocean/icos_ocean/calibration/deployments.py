"""Deployments of one instrument after another, told apart by when their calibrations become valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.versioned import utc64

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_core.versioned import Versioned

__all__ = ["deployments"]


def deployments(moment: NDArray[np.datetime64], calibrations: Sequence[Versioned]) -> NDArray[np.int64]:
    """Return the number of the deployment of each time: one begins where a calibration becomes valid.

    Neither the zero signal nor the blank of one instrument, or of one before it was at its maker's, says anything about the next.

    Parameters
    ----------
    moment : (n,) ndarray of datetime64
        Times, UTC.
    calibrations
        Tables of the calibrations, each for its deployment. Whatever was measured before the first of them goes with it.
    """
    begins = sorted(utc64(each.valid_from) for each in calibrations if each.valid_from is not None)
    if len(begins) == len(calibrations):
        begins = begins[1:]
    return np.searchsorted(np.array(begins, dtype="M8[ns]"), moment, side="right").astype(np.int64)
