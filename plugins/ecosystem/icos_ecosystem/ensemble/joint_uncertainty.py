"""Random uncertainty joined with that of the choice of a threshold of the friction velocity.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["joined_with_threshold"]


def joined_with_threshold(random: FloatArray, sixteenth: FloatArray, eighty_fourth: FloatArray) -> FloatArray:
    r"""Return the uncertainty of a flux from random errors and from the threshold.

    Parameters
    ----------
    random
        Random standard uncertainty.
    sixteenth, eighty_fourth
        Percentiles across the versions of the flux, same unit and shape.

    Returns
    -------
    ndarray
        NaN where any is missing.

    Notes
    -----
    .. math:: \sqrt{r^2 + ((x_{84} - x_{16}) / 2)^2}
    """
    joined: FloatArray = np.hypot(random, (eighty_fourth - sixteenth) / 2.0)
    return joined
