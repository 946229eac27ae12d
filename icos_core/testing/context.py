"""A context and streams for tests that need no description of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Context, Variable
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.station import Contact, Deployment, Station

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from pydantic import BaseModel

__all__ = ["example_context", "example_stream", "flagged", "options_of"]

_START = np.datetime64("2024-03-01T00:00:00", "ns")


def example_context(**changes: Any) -> Context:
    """Return the context of a run on a made-up ship; `changes` replace its fields.

    The one deployment covers the year 2024 and the newest datum is of its last second.
    """
    station = Station(
        id="XX00",
        name="Example Ship",
        domain="ocean",
        platform="ship",
        contact=Contact(institution="Example Institute", email="data@example.org"),
    )
    deployment = Deployment.model_validate(
        {"expocode": "XX0020240101", "start": "2024-01-01T00:00:00Z", "end": "2025-01-01T00:00:00Z", "vessel": "Example Ship"}
    )
    context = Context(
        station=station,
        deployments=(deployment,),
        newest=np.datetime64("2024-12-31T23:59:59", "ns"),
        software={"icos-core": "0.1.0"},
        sources=("example.txt",),
    )
    return replace(context, **changes)


def example_stream(variables: Sequence[Variable | str], rows: int = 400, seed: int = 0) -> xr.Dataset:
    """Return a stream of random walks with irregular time steps, gaps, repeated values and a few spikes.

    Parameters
    ----------
    variables
        Words of a vocabulary; a name alone becomes a quantity of unit 1. Categories are filled with their codes in turn.
    rows
        Number of rows, 60 to 180 s apart.
    seed
        Of the random numbers.
    """
    words = [Variable(name=each, units="1") if isinstance(each, str) else each for each in variables]
    random = np.random.default_rng(seed)
    steps = random.integers(60, 180, rows).cumsum().astype("timedelta64[s]")
    values: dict[str, Any] = {}
    for word in words:
        if word.flag_values:
            values[word.name] = np.resize(word.flag_values, rows)
            continue
        walk = 15.0 + random.normal(0.0, 0.05, rows).cumsum()
        if rows:
            walk[random.integers(0, rows, rows // 50)] += 8.0
            walk[rows // 2 : rows // 2 + rows // 10] = walk[rows // 2]
            walk[random.random(rows) < 0.05] = np.nan
        values[word.name] = walk
    return make_stream(_START + steps, values, words)


def flagged(stream: xr.Dataset) -> xr.Dataset:
    """Return a copy that carries the companions (``x_flag`` …) a component finds on the streams it is handed."""
    copy = stream.copy(deep=True)
    apply_flags(copy, ())
    return copy


def options_of(model: type[BaseModel], options: BaseModel | Mapping[str, Any] | None) -> BaseModel:
    """Return validated options: an instance as it is, a table validated, None as the defaults."""
    if options is None:
        return model()
    return model.model_validate(options) if isinstance(options, Mapping) else options
