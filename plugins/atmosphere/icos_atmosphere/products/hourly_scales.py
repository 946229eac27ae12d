"""Which series of minutes make the hourly means of a gas on a line: those on one scale, or brought to it where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.calibration.released_mole_fraction_scales import conversion_text
from icos_atmosphere.products.hourly_minutes import Source
from icos_atmosphere.products.series_streams import scale_of
from icos_atmosphere.scales import conversion, normalised_scale
from icos_core.components import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_atmosphere.products.series_streams import Series

__all__ = ["on_one_scale"]


def on_one_scale(series: Sequence[Series], gas: str, wanted: Mapping[str, str]) -> tuple[list[Source], str, list[str], list[Problem]]:
    """Return the series that may be merged.

    Parameters
    ----------
    series
        Series of minutes of one line, first in priority first.
    gas
        Name of the gas.
    wanted
        Gas → scale that is asked for.

    Returns
    -------
    list of Source
        Those that may serve; empty where none has the gas.
    str
        Their scale.
    list of str
        Conversions that were made, for people.
    list of Problem
        Series that were left out, and why.
    """
    there = [(number, each) for number, each in enumerate(series) if gas in each.data]
    if not there:
        return [], "", [], []
    first = scale_of(there[0][1].data, gas)
    target = normalised_scale(wanted[gas], gas) if gas in wanted else first
    sources: list[Source] = []
    made: list[str] = []
    problems: list[Problem] = []
    for number, each in there:
        scale = scale_of(each.data, gas)
        if scale == target:
            sources.append(Source(number=number, data=each.data))
            continue
        if gas not in wanted:
            told = f"{gas} of {each.name} is on {scale}, of {there[0][1].name} on {first}"
            problems.append(Problem(message=f"hourly-means: {told}: it was left out; convert = {{ {gas} = '{first}' }} would convert it"))
            continue
        try:
            known = conversion(gas, scale, target)
        except ValueError as error:
            problems.append(Problem(message=f"hourly-means: {gas} of {each.name} was left out: {error}"))
            continue
        sources.append(Source(number=number, data=each.data, factor=known.factor, offset=known.offset))
        made.append(conversion_text(gas, scale, target))
    return sources, target, made, problems
