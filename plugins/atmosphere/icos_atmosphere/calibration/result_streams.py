"""Streams of injections, calibration sequences and targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.calibration.result_words import calibration_words, cylinder_codes, injection_words, target_words
from icos_atmosphere.calibration.station_tables import ROLES
from icos_atmosphere.calibration.targets import target_rows
from icos_atmosphere.calibration.uncertainty import combined, repeatability, terms_of_calibration
from icos_core.components import Outcome
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE, make_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.analyser import Analyser
    from icos_atmosphere.calibration.targets import GasTargets

__all__ = ["calibration_stream", "injection_stream", "target_stream"]

Made = tuple["xr.Dataset", tuple[Outcome, ...]]


def _cylinders(analyser: Analyser, rows: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    tables = analyser.options.cylinders
    codes = cylinder_codes(tables)
    code = np.array([codes[table.name] for table in tables], dtype=np.int16)
    role = np.array([ROLES.index(table.role) for table in tables], dtype=np.int8)
    cylinder = analyser.injections.cylinder[rows]
    return {"cylinder": code[cylinder], "role": role[cylinder]}


def injection_stream(analyser: Analyser, attrs: Mapping[str, Any]) -> Made:
    """Return all injections, with outcomes for those that are not used."""
    options, found, order = analyser.options, analyser.injections, analyser.order
    every = np.arange(found.time.size)
    values: dict[str, NDArray[Any]] = {
        **_cylinders(analyser, every),
        "sequence": order.sequence,
        "cycle": order.cycle,
        "duration": found.duration,
        "h2o": found.h2o,
    }
    outcomes = []
    for gas in options.gases:
        own, mine = found.gases[gas], analyser.gases[gas]
        values |= {
            f"{gas}_measured": own.mean,
            f"{gas}_measured_stdev": own.stdev,
            f"{gas}_measured_n": own.n,
            f"{gas}_minute_stdev": own.minute_stdev,
            f"{gas}_drift": own.drift,
            f"{gas}_assigned": mine.assigned[found.cylinder],
        }
        judged = np.isfinite(own.drift)
        level = np.where(mine.drifting, QUESTIONABLE, np.where(judged, GOOD, NOT_EVALUATED)).astype(np.int8)
        outcomes.append(Outcome(variable=f"{gas}_measured", name="still_drifting", level=level, stream=f"{analyser.stream}/injections"))
        present = np.where(np.isfinite(own.mean), GOOD, NOT_EVALUATED).astype(np.int8)
        outcomes.append(
            Outcome(
                variable=f"{gas}_measured",
                name="conditioning",
                level=present,
                mark=order.conditioning,
                stream=f"{analyser.stream}/injections",
            )
        )
    stream = make_stream(found.time, values, injection_words(options.gases, options.cylinders), attrs)
    return stream, tuple(outcomes)


def calibration_stream(analyser: Analyser, attrs: Mapping[str, Any]) -> Made | None:
    """Return the calibration sequences of which at least one gas has a line; None without any."""
    options = analyser.options
    calibrated = {gas: mine.sequences for gas, mine in analyser.gases.items() if mine.sequences is not None}
    if not calibrated or not analyser.order.count:
        return None
    times = np.stack([sequences.time for sequences in calibrated.values()])
    known = ~np.isnat(times)
    rows = np.flatnonzero(known.any(axis=0))
    time = np.array([times[known[:, row], row].min() for row in rows], dtype="M8[ns]")
    values: dict[str, NDArray[Any]] = {"sequence": rows.astype(np.int32)}
    outcomes = []
    for gas, sequences in calibrated.items():
        fit = sequences.fit.take(rows)
        # One reading for good, or a later sequence would change what earlier ones show.
        there = np.isfinite(sequences.assigned)
        first = np.flatnonzero(there.any(axis=1))[:1]
        reference = float(np.rint(sequences.assigned[first][there[first]].mean())) if first.size else np.nan
        sensitivity = {at: fit.reading_sensitivities(np.full(rows.size, at)) for at in (0.0, 1.0, reference)}
        error = np.square(np.nan_to_num(sequences.error[rows]))
        values |= {
            f"{gas}_slope": fit.slope,
            f"{gas}_slope_uncertainty": np.sqrt(np.sum(np.square(sensitivity[1] - sensitivity[0]) * error, axis=1)),
            f"{gas}_intercept": fit.intercept,
            f"{gas}_intercept_uncertainty": np.sqrt(np.sum(np.square(sensitivity[0]) * error, axis=1)),
            f"{gas}_residual": _largest(fit.residual),
            f"{gas}_residual_sd": fit.residual_sd,
            f"{gas}_reference": fit.at(np.full(rows.size, reference)),
            f"{gas}_reference_uncertainty": np.sqrt(np.sum(np.square(sensitivity[reference]) * error, axis=1)),
            f"{gas}_cylinders": fit.cylinders.astype(np.int16),
            f"{gas}_accepted": sequences.accepted[rows].astype(np.int8),
        }
        level = np.where(sequences.accepted[rows], GOOD, QUESTIONABLE).astype(np.int8)
        outcomes.append(Outcome(variable=f"{gas}_slope", name="acceptance", level=level, stream=f"{analyser.stream}/calibration"))
    order = np.argsort(time, kind="stable")
    stream = make_stream(time[order], {name: column[order] for name, column in values.items()}, calibration_words(calibrated), attrs)
    for gas in calibrated:
        for name in (gas_word for gas_word in (f"{gas}_intercept", f"{gas}_reference", f"{gas}_residual") if gas_word in stream):
            stream[name].attrs["calibration_scale"] = options.scale_of(gas)
        stream[f"{gas}_slope"].attrs["reasons"] = [calibrated[gas].reasons[row] for row in rows[order]]
    return stream, tuple(outcomes)


def _largest(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(residual)
    largest: NDArray[np.float64] = np.where(known.any(axis=1), np.where(known, np.abs(residual), 0.0).max(axis=1, initial=0.0), np.nan)
    return largest


def target_stream(analyser: Analyser, targets: Mapping[str, GasTargets], attrs: Mapping[str, Any]) -> Made | None:
    """Return the injections of targets on the scale; None without any."""
    options, rows = analyser.options, target_rows(analyser)
    if not rows.size:
        return None
    found = analyser.injections
    values: dict[str, NDArray[Any]] = _cylinders(analyser, rows)
    outcomes = []
    for gas in options.gases:
        own, target, mine = found.gases[gas], targets[gas], analyser.gases[gas]
        limits = options.limits_of(gas)
        slope = target.calibrated.slope if target.calibrated is not None else 1.0
        continuous = target.cmr_at(target.time, limits.repeatability)
        terms = terms_of_calibration(target.calibrated) | {
            "repeatability": repeatability(continuous, own.n[rows]),
            "long_term_repeatability": target.ltr_at(target.time, limits.long_term_repeatability),
        }
        known = np.isfinite(target.value)
        terms = {name: np.where(known, term, np.nan) for name, term in terms.items()}
        values |= {
            gas: target.value,
            f"{gas}_uncertainty": combined(terms),
            **{f"{gas}_uncertainty_{name}": term for name, term in terms.items()},
            f"{gas}_stdev": slope * own.stdev[rows],
            f"{gas}_n": own.n[rows],
            f"{gas}_assigned": mine.assigned[found.cylinder[rows]],
            f"{gas}_bias": target.value - mine.assigned[found.cylinder[rows]],
            f"{gas}_cmr": target.cmr,
            f"{gas}_ltr": target.ltr,
        }
        level = np.where(target.kept, GOOD, np.where(np.isfinite(own.mean[rows]), QUESTIONABLE, NOT_EVALUATED)).astype(np.int8)
        outcomes += [
            Outcome(variable=name, name="injection", level=level, stream=f"{analyser.stream}/targets") for name in (gas, f"{gas}_bias")
        ]
    stream = make_stream(found.time[rows], values, target_words(options.gases, options.cylinders), attrs)
    for gas in options.gases:
        for name in (gas, f"{gas}_assigned", f"{gas}_bias"):
            stream[name].attrs["calibration_scale"] = options.scale_of(gas)
    return stream, tuple(outcomes)
