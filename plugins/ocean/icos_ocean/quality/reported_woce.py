"""Quality test ``reported-woce``: the WOCE flag that a file has for a value becomes its primary flag.

Files that others have flagged (of SOCAT, say) bring flags along as a category, ``fco2_woce`` beside ``fco2``. They say nothing of the value
in exports until this test passes them on: 2 is good, 3 questionable, 4 bad; whatever else there is leaves the value not evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE, category_words
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "ReportedWoceOptions"]

_LEVELS = {"good": GOOD, "questionable": QUESTIONABLE, "bad": BAD}


class ReportedWoceOptions(Options):
    """The test has no options beside the variables."""


def _test(dataset: xr.Dataset, variables: Sequence[str], _options: ReportedWoceOptions, _context: Context) -> list[Outcome]:
    return [Outcome(variable=name, name="reported_woce", level=_level(dataset, name)) for name in variables]


def _level(dataset: xr.Dataset, name: str) -> NDArray[np.int8]:
    level = np.full(dataset.sizes["time"], NOT_EVALUATED, dtype=np.int8)
    category = f"{name}_woce"
    if category in dataset:
        for word, code in category_words(dataset, category).items():
            level[dataset[category].values == code] = _LEVELS.get(word, NOT_EVALUATED)
    level[np.isnan(dataset[name].values)] = NOT_EVALUATED
    return level


TEST = QualityTest(
    name="reported-woce",
    summary="WOCE flags that the file has",
    options=ReportedWoceOptions,
    test=_test,
    stages=("measured", "calibrated"),
)
