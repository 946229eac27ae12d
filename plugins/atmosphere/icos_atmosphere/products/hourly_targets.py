"""What the short-term target says of hourly means: CMR, LTR and STTB of the analyser that served the hour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.target_repeatability import at_latest, cmr_at, sttb_at
from icos_core.dataset import category_words, usable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams

    FloatArray = NDArray[np.float64]

__all__ = ["SHORT_TERM", "short_term_targets", "target_columns"]

SHORT_TERM = "short_term_target"


def short_term_targets(streams: Streams, series: xr.Dataset) -> xr.Dataset | None:
    """Return the injections of the short-term target of the analyser of a series, or None."""
    targets = streams.get(f"{series.attrs.get('analyser', '')}/targets")
    if targets is None or "role" not in targets:
        return None
    code = category_words(targets, "role").get(SHORT_TERM)
    return targets.isel(time=np.flatnonzero(targets["role"].values == code))


def target_columns(
    targets: Sequence[xr.Dataset | None], gas: str, hours: NDArray[np.datetime64], serving: NDArray[np.intp], hold: np.timedelta64 | None
) -> dict[str, FloatArray]:
    """Return suffix → value per hour of ``_cmr``, ``_ltr`` and ``_sttb``, as far as any target tells them.

    Parameters
    ----------
    targets
        Injections of the short-term target for each series of the line, None where there are none.
    gas
        Name of the gas.
    hours
        (n,) starts of the hours.
    serving
        (n,) number of the series that serves the hour, -1 where none does.
    hold
        How long the bias is held before the first and after the last injection; None: without limit.
    """
    found: dict[str, FloatArray] = {}
    for number, stream in enumerate(targets):
        rows = np.flatnonzero(serving == number)
        if stream is None or not rows.size:
            continue
        time, moments = stream["time"].values, hours[rows]
        for suffix, value_at in (("_cmr", cmr_at), ("_ltr", at_latest), ("_bias", partial(sttb_at, hold=hold))):
            if f"{gas}{suffix}" in stream:
                column = found.setdefault("_sttb" if suffix == "_bias" else suffix, np.full(hours.size, np.nan))
                column[rows] = value_at(moments, time, usable(stream, f"{gas}{suffix}"))
    return found
