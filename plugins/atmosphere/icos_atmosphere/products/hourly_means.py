"""Product ``hourly-means``: hourly means per sampling line from minutes, with spikes and without, with uncertainty term by term.

It makes a stream ``hourly/<line>`` of every line, one row for every hour from the first to the last of the line. The minutes of an hour
are those that begin in it and are neither questionable nor bad. Spikes are marks: the value is with them, and beside it stands one without.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from icos_atmosphere.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_atmosphere.interval_means import combined, mean_uncertainty, means
from icos_atmosphere.products.hourly_minutes import HOUR, minutes_of_gas
from icos_atmosphere.products.hourly_representativeness import representativeness
from icos_atmosphere.products.hourly_scales import on_one_scale
from icos_atmosphere.products.hourly_targets import short_term_targets, target_columns
from icos_atmosphere.products.series_streams import ANY_GAS, add_water_vapour, finished, lines_of, with_bounds
from icos_atmosphere.vocabulary import GASES, UNCERTAINTY_TERMS, series_words
from icos_core.components import Outcome, Problem, Product, ProductResult, Requirement, Variable
from icos_core.dataset import NOT_EVALUATED, make_stream
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.products.hourly_minutes import GasMinutes
    from icos_atmosphere.products.series_streams import Series
    from icos_core.components import Context, Streams

__all__ = ["PRODUCT", "HourlyMeansOptions", "derive"]

_PREFIX = "hourly/"
_COMMON = ("fit", "long_term_repeatability", "assignment")


class HourlyMeansOptions(Options):
    """Options of ``hourly-means``."""

    minimum: int = Field(default=1, ge=1, le=60, description="fewest minutes of an hour that has a value")
    convert: dict[GasName, Text] = Field(
        default_factory=dict, description="gas → scale to which instruments on other scales are converted; default: those are left out"
    )
    bias_hold: Annotated[Duration, Field(ge=timedelta(0))] | None = Field(
        default=timedelta(days=1),
        description="how long the short-term target's bias is held before the first and after the last injection; an assumption",
    )


def derive(streams: Streams, options: HourlyMeansOptions, context: Context) -> ProductResult:
    """Make the hourly means of every line that has minutes."""
    del context
    made: dict[str, xr.Dataset] = {}
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    lines = lines_of(streams, "minute")
    if not lines and not any(lines_of(streams, interval) for interval in ("hour", "day", "month")):
        problems.append(Problem(message="hourly-means: there is no series of minutes"))
    for line, series in lines.items():
        filled = [each for each in series if each.data.sizes["time"]]
        if filled:
            targets = [short_term_targets(streams, each.data) for each in filled]
            name = f"{_PREFIX}{line}"
            made[name], of_line, told = _line(name, filled, targets, options)
            outcomes += of_line
            problems += told
    return ProductResult(streams=made, outcomes=tuple(outcomes), problems=tuple(problems))


def _line(
    name: str, series: Sequence[Series], targets: Sequence[xr.Dataset | None], options: HourlyMeansOptions
) -> tuple[xr.Dataset, list[Outcome], list[Problem]]:
    first = min(each.data["time"].values[0] for each in series).astype("datetime64[h]").astype("datetime64[ns]")
    last = max(each.data["time"].values[-1] for each in series)
    hours: NDArray[np.datetime64] = np.arange(first, last + np.timedelta64(1, "ns"), HOUR)
    wanted = {str(gas): scale for gas, scale in options.convert.items()}
    hold = np.timedelta64(options.bias_hold, "ns") if options.bias_hold is not None else None
    values: dict[str, NDArray[Any]] = {}
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    attrs: dict[str, dict[str, str]] = {}
    served: dict[int, np.datetime64] = {}
    for gas in (gas for gas in GASES if any(gas in each.data for each in series)):
        sources, scale, converted, told = on_one_scale(series, gas, wanted)
        problems += told
        if not sources:
            continue
        minutes = minutes_of_gas(sources, gas, first, hours.size)
        columns, has_value = _means(minutes, first, hours.size, options.minimum)
        serving = np.where(has_value, minutes.serving, -1)
        columns |= target_columns(targets, gas, hours, serving, hold)
        columns["_instrument"] = _instrument(minutes, has_value)
        values |= {f"{gas}{suffix}": column for suffix, column in columns.items()}
        if np.isfinite(minutes.water).any():
            add_water_vapour(values, means(minutes.water, minutes.hour, hours.size), has_value)
        attrs[gas] = {"calibration_scale": scale} | (
            {"calibration_scale_conversion": "; ".join(dict.fromkeys(converted))} if converted else {}
        )
        outcomes += _outcomes(name, gas, minutes, has_value)
        for number in np.unique(serving[serving >= 0]):
            moment = hours[np.argmax(serving == number)]
            served[int(number)] = min(moment, served.get(int(number), moment))
    stream = make_stream(hours, values, series_words(), _attributes(series, sorted(served, key=lambda number: (served[number], number))))
    return finished(with_bounds(stream, hours, hours + HOUR), attrs), outcomes, problems


def _means(minutes: GasMinutes, first: np.datetime64, hours: int, minimum: int) -> tuple[dict[str, NDArray[Any]], NDArray[np.bool_]]:
    """Return suffix → value per hour, and the hours that have one."""
    columns = dict(minutes.columns)
    value = columns.pop("")
    with_spikes = means(value, minutes.hour, hours)
    without = means(np.where(minutes.spike, np.nan, value), minutes.hour, hours) if minutes.spike.any() else with_spikes
    has_value = with_spikes.n >= minimum
    made: dict[str, NDArray[Any]] = {}
    for suffix, each in (("", with_spikes), ("_without_spikes", without)):
        enough = each.n >= minimum
        made[suffix] = np.where(enough, each.mean, np.nan)
        made[f"{suffix}_stdev"] = np.where(enough, each.stdev, np.nan)
        made[f"{suffix}_n"] = np.where(enough, each.n, 0)
    for suffix in (suffix for suffix in ("_raw", "_raw_dry") if suffix in columns):
        of_raw = means(columns[suffix], minutes.hour, hours)
        made |= {suffix: of_raw.mean, f"{suffix}_stdev": of_raw.stdev}
    made |= _uncertainty(minutes, first, with_spikes.mean - without.mean)
    floats = (suffix for suffix, each in made.items() if each.dtype.kind == "f")
    return {**made, **{suffix: np.where(has_value, made[suffix], np.nan) for suffix in floats}}, has_value


def _uncertainty(minutes: GasMinutes, first: np.datetime64, excess: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the terms and, where the minutes have an uncertainty, their quadrature sum; `excess` is what spikes make of the means."""
    hours = excess.size
    terms: dict[str, NDArray[np.float64]] = {}
    for term in (term for term in UNCERTAINTY_TERMS if f"_uncertainty_{term}" in minutes.columns):
        terms[term] = mean_uncertainty(
            minutes.columns[f"_uncertainty_{term}"], minutes.hour, hours, "common" if term in _COMMON else "independent"
        )
    divided = bool(terms)
    of_parts = [terms["representativeness"]] if "representativeness" in terms else []
    terms["representativeness"] = combined([representativeness(minutes, first, excess), *of_parts])
    made = {f"_uncertainty_{term}": values for term, values in terms.items()}
    if "_uncertainty" in minutes.columns:
        # Of a total nobody knows what is independent: that it is common is the upper limit.
        undivided = [] if divided else [mean_uncertainty(minutes.columns["_uncertainty"], minutes.hour, hours, "common")]
        made["_uncertainty"] = combined([*terms.values(), *undivided])
    return made


def _outcomes(name: str, gas: str, minutes: GasMinutes, has_value: NDArray[np.bool_]) -> list[Outcome]:
    """Hours are good where their minutes are; what marks a minute marks its hour."""
    hours = has_value.size
    worst = np.where(np.bincount(minutes.hour, weights=minutes.level == NOT_EVALUATED, minlength=hours) > 0, 2, 1)
    level = np.where(has_value, worst, NOT_EVALUATED).astype(np.int8)
    made = [Outcome(stream=name, variable=gas, name="minutes", level=level)]
    for mark, hit in minutes.marks.items():
        marked = has_value & (np.bincount(minutes.hour, weights=hit, minlength=hours) > 0)
        made.append(Outcome(stream=name, variable=gas, name=mark, level=level, mark=marked))
    return made


def _instrument(minutes: GasMinutes, has_value: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return who measured each hour, the last one where an instrument was replaced within the hour."""
    identifier = np.full(has_value.size, -1, dtype=np.int32)
    identifier[minutes.hour] = minutes.instrument
    return np.where(has_value, identifier, -1).astype(np.int32)


def _attributes(series: Sequence[Series], served: Sequence[int]) -> dict[str, Any]:
    first = series[0].data.attrs
    instruments = [series[number].data.attrs for number in served]
    identifiers = dict.fromkeys(int(each) for attrs in instruments for each in attrs.get("instrument_ids", ()))
    return {
        "line": first["line"],
        **({"intake_height": first["intake_height"]} if "intake_height" in first else {}),
        "averaging_interval": "hour",
        "instrument": "; ".join(dict.fromkeys(str(attrs["instrument"]) for attrs in instruments if attrs.get("instrument"))),
        "instrument_ids": np.array(list(identifiers), dtype=np.int32),
        "instrument_methods": [method for attrs in instruments for method in attrs.get("instrument_methods", ())],
    }


def _provides(_options: HourlyMeansOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {f"{_PREFIX}*": series_words()}


def _requires(_options: HourlyMeansOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return ANY_GAS


PRODUCT = Product(
    name="hourly-means",
    summary="hourly means per sampling line, with spikes and without, with uncertainty",
    options=HourlyMeansOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
"""Hourly means."""
