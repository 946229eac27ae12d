"""Product ``calibration-history``: every calibration sequence of every analyser, how it changed, and what was accepted.

It makes a table per analyser and gas, and says where a line moved further than an analyser in order does.

References
----------
Hazan, L. et al. (2016), Atmos. Meas. Tech. 9, 4719-4736, doi:10.5194/amt-9-4719-2016: mean change between calibrations 15 days apart.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, PositiveFloat

from icos_atmosphere.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Problem, Product, ProductResult, Requirement, Table, Variable
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["PRODUCT", "USUAL_DRIFT", "CalibrationHistoryOptions", "derive", "drift_since_last"]

USUAL_DRIFT: Mapping[str, float] = {"co2": 0.05, "ch4": 0.7}
"""Gas → change within 15 days, in its unit; unverified."""
_SUFFIX = "/calibration"
_MOST_NAMED = 5


class CalibrationHistoryOptions(Options):
    """Options of ``calibration-history``."""

    drift: dict[GasName, PositiveFloat] = Field(
        default_factory=dict, description="gas → change within drift_time from which a person is told, in the unit of the gas"
    )
    drift_time: Duration = Field(
        default=timedelta(days=15), gt=timedelta(0), description="time of that change; longer intervals may change more, in proportion"
    )

    def drift_of(self, gas: str) -> float | None:
        """Return the change from which a person is told; None where no figure is known."""
        own = {str(name): limit for name, limit in self.drift.items()}
        return own.get(gas, USUAL_DRIFT.get(gas))


def derive(streams: Streams, options: CalibrationHistoryOptions, context: Context) -> ProductResult:
    """List the calibration sequences."""
    del context
    tables: list[Table] = []
    problems: list[Problem] = []
    for name, stream in sorted(streams.items()):
        if not name.endswith(_SUFFIX):
            continue
        for gas in (gas for gas in GASES if f"{gas}_slope" in stream):
            change, excess = _changes(stream, gas, options)
            tables.append(_table(name.removesuffix(_SUFFIX), gas, stream, change, excess))
            problems += _told(name.removesuffix(_SUFFIX), gas, stream, change, excess, options)
    if not tables:
        problems.append(Problem(message="calibration-history: there is no calibration sequence"))
    return ProductResult(streams={}, tables=tuple(tables), problems=tuple(problems))


def drift_since_last(reference: NDArray[np.float64], accepted: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return how much a line has changed since the last one that was accepted.

    Parameters
    ----------
    reference
        (n,) value of a fixed reading on each line, in order of time.
    accepted
        (n,) lines that are used.

    Returns
    -------
    ndarray
        (n,) change, NaN of the first.
    ndarray
        (n,) row that it is since, -1 where there is none.
    """
    row = np.arange(reference.size)
    latest = np.maximum.accumulate(np.where(accepted & np.isfinite(reference), row, -1))
    before = np.append(-1, latest[:-1])[: reference.size]
    return np.where(before >= 0, reference - reference[before], np.nan), before


def _changes(stream: xr.Dataset, gas: str, options: CalibrationHistoryOptions) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the change of each sequence since the last, and whether it is more than usual."""
    accepted = stream[f"{gas}_accepted"].values == 1
    change, before = drift_since_last(stream[f"{gas}_reference"].values, accepted)
    limit = options.drift_of(gas)
    if limit is None:
        return change, np.zeros(change.shape, dtype=bool)
    time = stream["time"].values
    elapsed = np.where(before >= 0, (time - time[before]) / np.timedelta64(options.drift_time, "ns"), 0.0)
    with np.errstate(invalid="ignore"):
        return change, accepted & (np.abs(change) > limit * np.maximum(elapsed, 1.0))


def _table(analyser: str, gas: str, stream: xr.Dataset, change: NDArray[np.float64], excess: NDArray[np.bool_]) -> Table:
    units = GASES[gas].prefixed_units
    rows = tuple(_rows(gas, stream, change, excess))
    return Table(
        title=f"Calibrations of {analyser}: {GASES[gas].formula}",
        columns=(
            "time (UTC)",
            "slope",
            f"intercept ({units})",
            f"value ({units})",
            f"correction ({units})",
            f"change since last ({units})",
            f"largest residual ({units})",
            "cylinders",
            "accepted",
        ),
        rows=rows,
        note="Value of a fixed reading near the mean of the cylinders, and how far it is from that reading.",
    )


def _rows(gas: str, stream: xr.Dataset, change: NDArray[np.float64], excess: NDArray[np.bool_]) -> Iterator[tuple[Any, ...]]:
    column = {word: stream[f"{gas}_{word}"].values for word in ("slope", "intercept", "reference", "residual", "cylinders", "accepted")}
    with np.errstate(invalid="ignore", divide="ignore"):
        correction = column["reference"] - (column["reference"] - column["intercept"]) / column["slope"]
    reasons = stream[f"{gas}_slope"].attrs.get("reasons", ())
    for row, time in enumerate(stream["time"].values.astype("datetime64[s]")):
        accepted = "yes" if column["accepted"][row] == 1 else "no"
        if accepted == "no" and row < len(reasons) and reasons[row]:
            accepted = f"no: {reasons[row]}"
        elif excess[row]:
            accepted = "yes, but it changed more than usual"
        yield (
            f"{time}Z",
            _rounded(column["slope"][row], 6),
            _rounded(column["intercept"][row], 3),
            _rounded(column["reference"][row], 4),
            _rounded(correction[row], 3),
            _rounded(change[row], 4),
            _rounded(column["residual"][row], 4),
            int(column["cylinders"][row]),
            accepted,
        )


def _rounded(value: float, digits: int) -> float | str:
    return round(float(value), digits) if np.isfinite(value) else ""


def _told(
    analyser: str,
    gas: str,
    stream: xr.Dataset,
    change: NDArray[np.float64],
    excess: NDArray[np.bool_],
    options: CalibrationHistoryOptions,
) -> list[Problem]:
    rows = np.flatnonzero(excess)
    if not rows.size:
        return []
    units, days = GASES[gas].prefixed_units, options.drift_time / timedelta(days=1)
    when = [f"{stream['time'].values[row].astype('datetime64[s]')}Z ({change[row]:+.3f})" for row in rows[:_MOST_NAMED]]
    more = f" and {rows.size - _MOST_NAMED} more" if rows.size > _MOST_NAMED else ""
    message = f"{analyser}: calibrations of {GASES[gas].formula} changed by more than {options.drift_of(gas):g} {units} in {days:g} days: "
    return [Problem(message=f"calibration-history: {message}{', '.join(when)}{more}")]


def _requires(_options: CalibrationHistoryOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return {"*": tuple(Requirement(name=f"{gas.name}_reference", units=gas.units, optional=True) for gas in GASES.values())}


def _provides(_options: CalibrationHistoryOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {}


PRODUCT = Product(
    name="calibration-history",
    summary="table of every calibration sequence: line, residuals, change since the last one, what was accepted",
    options=CalibrationHistoryOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
"""History of calibrations."""
