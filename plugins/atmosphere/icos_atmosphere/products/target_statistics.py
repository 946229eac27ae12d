"""Product ``target-statistics``: what each target said in each calendar month, against its assigned value and the goals of the network.

It makes ``target-statistics/<analyser>/<cylinder>``, one row per month (UTC), and a table per analyser and gas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import AfterValidator, Field

from icos_atmosphere.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_atmosphere.compatibility_goals import Goals, compatibility_goals
from icos_atmosphere.interval_means import means
from icos_atmosphere.products.series_streams import with_bounds
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Problem, Product, ProductResult, Requirement, Table, Variable
from icos_core.dataset import category_words, is_good, make_stream, usable
from icos_core.option_types import expected
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.vocabulary import Gas
    from icos_core.components import Context, Streams

__all__ = ["PRODUCT", "TargetStatisticsOptions", "derive"]

_PREFIX = "target-statistics/"
_SUFFIX = "/targets"


def _in_order(value: tuple[float, float]) -> tuple[float, float]:
    if not 0 < value[0] <= value[1]:
        raise expected("goal and extended goal, both above 0, the extended one not smaller, such as [0.1, 0.2]")
    return value


GoalPair = Annotated[tuple[float, float], AfterValidator(_in_order)]
"""Goal and extended goal."""


class TargetStatisticsOptions(Options):
    """Options of ``target-statistics``."""

    goals: dict[GasName, GoalPair] = Field(
        default_factory=dict, description="gas → goal and extended goal that are not those of WMO/GAW, in the unit of the gas"
    )

    def goals_of(self, gas: str, latitude: float | None) -> Goals:
        """Return the goals of a gas."""
        own = {str(name): pair for name, pair in self.goals.items()}.get(gas)
        return Goals(*own) if own is not None else compatibility_goals(gas, latitude)


def derive(streams: Streams, options: TargetStatisticsOptions, context: Context) -> ProductResult:
    """Sum up the targets of every analyser, month by month."""
    made: dict[str, xr.Dataset] = {}
    tables: list[Table] = []
    analysers = {name.removesuffix(_SUFFIX): stream for name, stream in sorted(streams.items()) if name.endswith(_SUFFIX)}
    for analyser, targets in analysers.items():
        goals = {gas: options.goals_of(gas, context.station.latitude) for gas in GASES if gas in targets and f"{gas}_bias" in targets}
        of_analyser = dict(_cylinders(targets, goals))
        made |= {f"{_PREFIX}{analyser}/{cylinder}": stream for cylinder, stream in of_analyser.items()}
        tables += [table for gas in goals if (table := _table(analyser, gas, goals[gas], of_analyser)).rows]
    problems = () if made else (Problem(message="target-statistics: no target was measured"),)
    return ProductResult(streams=made, tables=tuple(tables), problems=problems)


def _cylinders(targets: xr.Dataset, goals: Mapping[str, Goals]) -> Iterator[tuple[str, xr.Dataset]]:
    codes = targets["cylinder"].values
    roles = {code: word for word, code in category_words(targets, "role").items()}
    for name, code in category_words(targets, "cylinder").items():
        rows = np.flatnonzero(codes == code)
        if rows.size:
            part = targets.isel(time=rows)
            role = roles.get(int(part["role"].values[-1]), "") if "role" in part else ""
            yield name, _months(part, goals, {"cylinder": name, "role": role, **_kept(targets)})


def _kept(targets: xr.Dataset) -> dict[str, Any]:
    names = ("analyser", "instrument", "instrument_ids", "instrument_methods")
    return {name: targets.attrs[name] for name in names if name in targets.attrs}


def _months(part: xr.Dataset, goals: Mapping[str, Goals], attrs: dict[str, Any]) -> xr.Dataset:
    """Return the statistics of the injections of one cylinder."""
    month = part["time"].values.astype("datetime64[M]")
    months, group = np.unique(month, return_inverse=True)
    values: dict[str, NDArray[Any]] = {}
    for gas, goal in goals.items():
        counts = is_good(part, gas)
        bias = np.where(counts & is_good(part, f"{gas}_bias"), part[f"{gas}_bias"].values, np.nan)
        assigned = np.isfinite(part[f"{gas}_bias"].values).any()
        if assigned:
            counts &= np.isfinite(bias)
        if not counts.any():
            continue
        value = means(np.where(counts, part[gas].values, np.nan), group, months.size)
        values |= {gas: value.mean, f"{gas}_stdev": value.stdev, f"{gas}_n": value.n}
        values[f"{gas}_left_out"] = np.bincount(group[~counts], minlength=months.size)
        for suffix in (suffix for suffix in ("_cmr", "_ltr") if f"{gas}{suffix}" in part):
            values[f"{gas}{suffix}"] = means(np.where(counts, usable(part, f"{gas}{suffix}"), np.nan), group, months.size).mean
        if assigned:
            of_bias = means(bias, group, months.size)
            values |= {f"{gas}_bias": of_bias.mean, f"{gas}_bias_stdev": of_bias.stdev}
            for word, limit in (("goal", goal.goal), ("extended_goal", goal.extended)):
                within = np.where(counts, np.abs(bias) <= limit, np.nan)
                values[f"{gas}_within_{word}"] = means(within, group, months.size).mean
    start: NDArray[np.datetime64] = months.astype("datetime64[ns]")
    end: NDArray[np.datetime64] = (months + 1).astype("datetime64[ns]")
    return with_bounds(make_stream(start, values, _words(), attrs), start, end)


def _table(analyser: str, gas: str, goals: Goals, cylinders: Mapping[str, xr.Dataset]) -> Table:
    units = GASES[gas].prefixed_units
    rows: list[tuple[Any, ...]] = []
    for cylinder, stream in cylinders.items():
        if gas not in stream:
            continue
        for row, month in enumerate(stream["time"].values.astype("datetime64[M]")):
            told = {suffix: _figure(stream, f"{gas}{suffix}", row) for suffix in ("", "_stdev", "_bias", "_cmr", "_ltr")}
            within = [_share(stream, f"{gas}{suffix}", row) for suffix in ("_within_goal", "_within_extended_goal")]
            counts = [int(stream[f"{gas}{suffix}"].values[row]) for suffix in ("_n", "_left_out")]
            rows.append((cylinder, str(month), *counts, *told.values(), *within))
    return Table(
        title=f"Targets of {analyser}: {GASES[gas].formula}",
        columns=(
            "target",
            "month",
            "injections",
            "left out",
            f"mean ({units})",
            f"standard deviation ({units})",
            f"mean bias ({units})",
            f"CMR ({units})",
            f"LTR ({units})",
            f"within ±{goals.goal:g} (%)",
            f"within ±{goals.extended:g} (%)",
        ),
        rows=tuple(rows),
        note="Goal and extended goal of the network, share of the injections. LTR is the mean of those up to each injection.",
    )


def _figure(stream: xr.Dataset, name: str, row: int) -> float | str:
    value = float(stream[name].values[row]) if name in stream else np.nan
    return round(value, 4) if np.isfinite(value) else ""


def _share(stream: xr.Dataset, name: str, row: int) -> float | str:
    value = float(stream[name].values[row]) if name in stream else np.nan
    return round(100.0 * value, 1) if np.isfinite(value) else ""


def _words() -> tuple[Variable, ...]:
    return tuple(word for gas in GASES.values() for word in _of_gas(gas))


def _of_gas(gas: Gas) -> tuple[Variable, ...]:
    name = gas.name
    value, bias = (
        f"mole fraction of {gas.long_name} of the target",
        f"measured minus assigned mole fraction of {gas.long_name} of the target",
    )

    def described(suffix: str, long_name: str, of: str = name, units: str = gas.units) -> Variable:
        return Variable(name=f"{name}_{suffix}", units=units, long_name=long_name, attributes={"describes": of})

    def count(suffix: str, long_name: str) -> Variable:
        return Variable(name=f"{name}_{suffix}", units="1", dtype="int32", long_name=long_name)

    return (
        Variable(name=name, units=gas.units, long_name=f"mean {value}", standard_name=gas.standard_name),
        described("stdev", f"standard deviation of {value}"),
        count("n", f"number of values in {value}"),
        count("left_out", f"number of injections that are not in {value}"),
        described("cmr", f"continuous measurement repeatability of {value}"),
        described("ltr", f"mean long-term repeatability of {value}"),
        Variable(name=f"{name}_bias", units=gas.units, long_name=f"mean of {bias}"),
        described("bias_stdev", f"standard deviation of {bias}", f"{name}_bias"),
        described("within_goal", f"share of {bias} within the goal", f"{name}_bias", "1"),
        described("within_extended_goal", f"share of {bias} within the extended goal", f"{name}_bias", "1"),
    )


def _requires(_options: TargetStatisticsOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return {"*": tuple(Requirement(name=f"{gas.name}_bias", units=gas.units, optional=True) for gas in GASES.values())}


def _provides(_options: TargetStatisticsOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {f"{_PREFIX}*": _words()}


PRODUCT = Product(
    name="target-statistics",
    summary="targets month by month: bias, repeatability, long-term repeatability, share within the goals of the network",
    options=TargetStatisticsOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
"""Statistics of targets."""
