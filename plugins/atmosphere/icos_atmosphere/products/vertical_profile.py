"""Product ``vertical-profile``: hourly means over the heights of a tower, and the gradient between its top and its bottom.

It makes the stream ``profile`` along time and height. What heights have in common (the line through the cylinders, their assigned values,
the analyser from day to day) cancels in a gradient; what each of them has for itself does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_atmosphere.interval_means import combined
from icos_atmosphere.products.series_streams import ANY_GAS, height_of, one_of_each_line, scale_of, with_bounds
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Outcome, Problem, Product, ProductResult, Requirement, Variable
from icos_core.dataset import GOOD, NOT_EVALUATED, TIME_ATTRIBUTES, attributes, is_good
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from icos_atmosphere.products.series_streams import Series
    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "STREAM", "VerticalProfileOptions", "derive"]

STREAM = "profile"
_HOUR = np.timedelta64(1, "h")
_OF_EACH_HEIGHT = ("repeatability", "representativeness")
_OF_EACH_ANALYSER = ("fit", "long_term_repeatability")
_HEIGHT = {"standard_name": "height", "long_name": "height of the inlet above ground", "units": "m", "axis": "Z", "positive": "up"}


class VerticalProfileOptions(Options):
    """Options of ``vertical-profile``: it has none."""


@dataclass(frozen=True, kw_only=True)
class _Tower:
    """Hourly series of one gas, one per height, lowest first, and their place in the profile."""

    series: Sequence[xr.Dataset]
    rows: Sequence[NDArray[np.intp]]
    places: Sequence[int]
    heights: FloatArray
    hours: int

    def column(self, gas: str, suffix: str = "") -> FloatArray:
        """Return (time, height) values of a word where the mole fraction is good; NaN elsewhere."""
        found = np.full((self.hours, self.heights.size), np.nan)
        for stream, rows, place in zip(self.series, self.rows, self.places, strict=True):
            if f"{gas}{suffix}" in stream:
                found[rows, place] = np.where(is_good(stream, gas), stream[f"{gas}{suffix}"].values, np.nan)
        return found

    def has(self, gas: str, suffix: str) -> bool:
        """Whether every height has a word."""
        return all(f"{gas}{suffix}" in stream for stream in self.series)


def derive(streams: Streams, options: VerticalProfileOptions, context: Context) -> ProductResult:
    """Put the hourly means of all lines side by side."""
    del options, context
    found, problems = one_of_each_line(streams, "hour", "hourly/", "vertical-profile")
    series = _one_of_each_height(found, problems)
    if len(series) < 2:
        problems.append(Problem(message="vertical-profile: hourly means of two heights are needed"))
        return ProductResult(streams={}, problems=tuple(problems))
    heights = np.array([height_of(each.data) for each in series])
    # Series of others need not begin on the hour.
    first = min(each.data["time"].values[0] for each in series).astype("datetime64[h]").astype("datetime64[ns]")
    last = max(each.data["time"].values[-1] for each in series)
    hours: NDArray[np.datetime64] = np.arange(first, last + np.timedelta64(1, "ns"), _HOUR)
    variables: dict[str, Any] = {}
    outcomes: list[Outcome] = []
    for gas in GASES:
        places = [number for number, each in enumerate(series) if gas in each.data]
        scales = sorted({scale_of(series[number].data, gas) for number in places})
        if len(scales) > 1:
            problems.append(Problem(message=f"vertical-profile: {GASES[gas].formula} left out: its lines are on {', '.join(scales)}"))
        if len(places) < 2 or len(scales) > 1:
            continue
        data = [series[number].data for number in places]
        rows = [((each["time"].values - first) // _HOUR).astype(np.intp) for each in data]
        tower = _Tower(series=data, rows=rows, places=places, heights=heights, hours=hours.size)
        variables |= _of_gas(gas, tower, scales[0])
        level = _level(gas, tower)
        outcomes += [Outcome(stream=STREAM, variable=name, name="hours", level=level) for name in (gas, f"{gas}_gradient")]
    profile = xr.Dataset(
        variables,
        coords={"time": ("time", hours.astype("datetime64[ns]"), dict(TIME_ATTRIBUTES)), "height": ("height", heights, dict(_HEIGHT))},
        attrs={"lines": [str(each.data.attrs["line"]) for each in series]},
    )
    made = {STREAM: with_bounds(profile, hours, hours + _HOUR)} if variables else {}
    return ProductResult(streams=made, outcomes=tuple(outcomes), problems=tuple(problems))


def _one_of_each_height(series: Sequence[Series], problems: list[Problem]) -> list[Series]:
    """Return one line with rows per height, lowest first; what is left out becomes a problem."""
    chosen: dict[float, Series] = {}
    for each in (each for each in series if each.data.sizes["time"]):
        height = height_of(each.data)
        if not np.isfinite(height):
            problems.append(Problem(message=f"vertical-profile: {each.name} has no intake height: left out"))
        elif height in chosen:
            problems.append(Problem(message=f"vertical-profile: {each.name} is as high as {chosen[height].name}: left out"))
        else:
            chosen[height] = each
    return list(chosen.values())


def _of_gas(gas: str, tower: _Tower, scale: str) -> dict[str, Any]:
    value = tower.column(gas)
    bottom, top = tower.places[0], tower.places[-1]
    distance = float(tower.heights[top] - tower.heights[bottom])
    found = {gas: value, f"{gas}_gradient": (value[:, top] - value[:, bottom]) / distance}
    if tower.has(gas, "_uncertainty"):
        found[f"{gas}_uncertainty"] = tower.column(gas, "_uncertainty")
    if any(tower.has(gas, f"_uncertainty_{term}") for term in _OF_EACH_HEIGHT):
        found[f"{gas}_gradient_uncertainty"] = _of_difference(gas, tower) / distance
    words = {word.name: word for word in _words(gas)}
    told = {name: attributes(words[name]) for name in found}
    told[gas]["calibration_scale"] = scale
    told[f"{gas}_gradient"]["comment"] = f"between {tower.heights[bottom]:g} m and {tower.heights[top]:g} m"
    return {name: (("time", "height")[: array.ndim], array, told[name]) for name, array in found.items()}


def _of_difference(gas: str, tower: _Tower) -> FloatArray:
    """Return the standard uncertainty of the difference between top and bottom."""
    ends = [tower.places[0], tower.places[-1]]
    terms = [tower.column(gas, f"_uncertainty_{term}")[:, end] for term in _OF_EACH_HEIGHT for end in ends]
    instrument = tower.column(gas, "_instrument")[:, ends]
    with np.errstate(invalid="ignore"):
        other = np.abs(instrument[:, 0] - instrument[:, 1]) > 0
    terms += [np.where(other, tower.column(gas, f"_uncertainty_{term}")[:, end], 0.0) for term in _OF_EACH_ANALYSER for end in ends]
    both = np.isfinite(tower.column(gas)[:, ends]).all(axis=1)
    return np.where(both, combined(terms), np.nan)


def _level(gas: str, tower: _Tower) -> NDArray[np.int8]:
    """Return how good each hour is: as good as its heights."""
    flag = tower.column(gas, "_flag")
    some = np.isfinite(flag).any(axis=1)
    worst = np.where(np.isfinite(flag), flag, GOOD).max(axis=1)
    return np.where(some & (worst == GOOD), GOOD, NOT_EVALUATED).astype(np.int8)


def _words(name: str) -> tuple[Variable, ...]:
    gas = GASES[name]
    value = f"mole fraction of {gas.long_name} in dry air"
    return (
        Variable(name=name, units=gas.units, long_name=value, standard_name=gas.standard_name),
        Variable(name=f"{name}_uncertainty", units=gas.units, long_name=f"standard uncertainty of {value}"),
        Variable(name=f"{name}_gradient", units=f"{gas.units} m-1", long_name=f"increase of the {value} with height"),
        Variable(
            name=f"{name}_gradient_uncertainty",
            units=f"{gas.units} m-1",
            long_name=f"standard uncertainty of the increase of the {value} with height",
        ),
    )


def _requires(_options: VerticalProfileOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return ANY_GAS


def _provides(_options: VerticalProfileOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {STREAM: tuple(word for gas in GASES for word in _words(gas))}


PRODUCT = Product(
    name="vertical-profile",
    summary="hourly means over the heights of a tower, with the gradient between top and bottom",
    options=VerticalProfileOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("hourly-means",),
)
"""Vertical profiles."""
