"""Minutes of calibrated gases on one line, as the calibrator hands them over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from icos_atmosphere.vocabulary import series_words

from icos_core.dataset import make_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import ArrayLike

MONDAY = np.datetime64("2024-01-01T00:00", "ns")


def series(values: Mapping[str, ArrayLike], interval: str = "minute", start: np.datetime64 = MONDAY, step: int = 60) -> xr.Dataset:
    """Return a series of the named values, `step` seconds apart."""
    rows = len(np.asarray(next(iter(values.values()))))
    time = start + np.arange(rows) * np.timedelta64(step, "s")
    words = [word for word in series_words() if word.name in values]
    attributes = {"line": "150m", "intake_height": 150.0, "averaging_interval": interval}
    return make_stream(time, dict(values), words, attributes)


def polluted_minutes(rows: int = 1200, seed: int = 0) -> xr.Dataset:
    """Return minutes of CO2 and CH4 with plumes and gaps."""
    random = np.random.default_rng(seed)
    values = {}
    for gas, level, noise in (("co2", 410.0, 0.1), ("ch4", 1950.0, 1.0)):
        found = level + noise * random.normal(0.0, 1.0, rows) + 10.0 * noise * np.sin(np.arange(rows) / 300.0)
        for first in random.integers(0, rows, rows // 100):
            found[first : first + 5] += 30.0 * noise
        found[random.random(rows) < 0.03] = np.nan
        values[gas] = found
    return series(values)
