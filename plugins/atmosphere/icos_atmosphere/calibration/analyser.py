"""One analyser calibrated: its injections, sequences and working standard, and any of its readings on the scale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.calibration.assignments import assign_ports, boundaries
from icos_atmosphere.calibration.coefficients import Calibrated, apply_sequences
from icos_atmosphere.calibration.injections import find_injections
from icos_atmosphere.calibration.per_sample import Response, apply_responses, scatter
from icos_atmosphere.calibration.sequences import fit_sequences, order_of
from icos_atmosphere.calibration.working_standard import drift_at
from icos_atmosphere.scales import NONE, convert_scale
from icos_core.dataset import QUESTIONABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.assignments import Assignment
    from icos_atmosphere.calibration.injections import Injections
    from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
    from icos_atmosphere.calibration.sequences import GasSequences, Order
    from icos_core.people import PersonFlag

    FloatArray = NDArray[np.float64]
    Moments = NDArray[np.datetime64]
    Mask = NDArray[np.bool_]

__all__ = ["Analyser", "GasCalibration", "analyser_of", "assigned_values"]


@dataclass(frozen=True, kw_only=True)
class GasCalibration:
    """How one gas of an analyser comes to the scale.

    Attributes
    ----------
    scale
        The scale, or ``none``.
    assigned, uncertainty
        (c,) assigned value of every table of cylinders on that scale and its standard uncertainty; NaN without.
    drifting, refused, kept
        (k,) injections that still drift, that a person spoke against, and that may be used.
    sequences
        The lines; None where the gas is not calibrated.
    """

    scale: str
    assigned: FloatArray
    uncertainty: FloatArray
    drifting: Mask
    refused: Mask
    kept: Mask
    sequences: GasSequences | None


@dataclass(frozen=True, kw_only=True)
class Analyser:
    """One analyser: its cells, where they lead, its injections in order, and a calibration for each gas."""

    stream: str
    cells: xr.Dataset
    where: Assignment
    injections: Injections
    order: Order
    options: MoleFractionOptions
    boundaries: Moments
    gases: dict[str, GasCalibration] = field(default_factory=dict)

    def role(self, role: str) -> Mask:
        """Return which injections are of cylinders of a role."""
        roles = np.array([cylinder.role == role for cylinder in self.options.cylinders], dtype=bool)
        found: Mask = roles[self.injections.cylinder] if roles.size else np.zeros(self.injections.time.shape, dtype=bool)
        return found

    def drift(self, gas: str, time: Moments) -> FloatArray:
        """Return how far the working standard says that the analyser has drifted."""
        return _working_drift(self, gas, self.gases[gas].kept, time)

    def calibrated(
        self, gas: str, time: Moments, reading: FloatArray, state: Callable[[Moments], FloatArray] | None = None
    ) -> Calibrated | None:
        """Bring dry readings to the scale; None where the gas is not calibrated.

        `state` tells the long-term repeatability at some moments, for the uncertainty; without it it does not count.
        """
        mine, options = self.gases[gas], self.options
        if mine.sequences is None:
            return None
        corrected = reading - self.drift(gas, time)
        longest = np.timedelta64(options.maximum_gap, "ns") if options.maximum_gap is not None else None
        shared = options.limits_of(gas).scale_uncertainty
        if options.scheme == "sequence":
            columns = [number for number, cylinder in enumerate(options.cylinders) if cylinder.role == "calibration"]
            times = mine.sequences.time
            states = np.zeros(times.shape) if state is None else state(times)
            return apply_sequences(time, corrected, mine.sequences, mine.uncertainty[columns], shared, self.boundaries, longest, states)
        responses = self.responses(gas, state)
        return apply_responses(time, corrected, responses, shared, self.boundaries, longest, options.fit, options.minimum_cylinders)

    def responses(self, gas: str, state: Callable[[Moments], FloatArray] | None = None) -> list[Response]:
        """Return the readings of each cylinder of a calibrated gas that the scheme per sample goes by."""
        mine, found = self.gases[gas], self.injections
        assert mine.sequences is not None
        readings = found.gases[gas].mean - self.drift(gas, found.middle)
        used = mine.kept & (self.order.sequence >= 0) & ~self.order.conditioning & np.isfinite(readings)
        columns = [number for number, cylinder in enumerate(self.options.cylinders) if cylinder.role == "calibration"]
        of_gas, responses = found.gases[gas], []
        for number in columns:
            rows = np.flatnonzero(used & (found.cylinder == number))
            if rows.size and np.isfinite(mine.assigned[number]):
                time = found.middle[rows]
                within = np.square(np.nan_to_num(of_gas.minute_stdev[rows])) / np.maximum(of_gas.n[rows], 1)
                states = np.zeros(time.shape) if state is None else state(time)
                responses.append(
                    Response(
                        time=time,
                        reading=readings[rows],
                        error=np.hypot(scatter(time, readings[rows], within, self.boundaries), states),
                        h2o=np.nan_to_num(found.h2o[rows]),
                        assigned=float(mine.assigned[number]),
                        uncertainty=float(mine.uncertainty[number]),
                    )
                )
        return responses


def assigned_values(options: MoleFractionOptions, gas: str) -> tuple[FloatArray, FloatArray]:
    """Return (c,) value and standard uncertainty of every table of cylinders on the scale of the result; NaN and 0 without a value."""
    scale = options.scale_of(gas)
    values, uncertainty = np.full(len(options.cylinders), np.nan), np.zeros(len(options.cylinders))
    for number, cylinder in enumerate(options.cylinders):
        assigned = cylinder.assigned(gas)
        if assigned is not None:
            value = np.array([assigned.value])
            values[number] = (convert_scale(value, gas, assigned.scale, scale) if scale != NONE else value)[0]
            uncertainty[number] = assigned.uncertainty
    return values, uncertainty


def analyser_of(stream: str, cells: xr.Dataset, options: MoleFractionOptions, flags: Sequence[PersonFlag]) -> Analyser:
    """Find injections and sequences of an analyser, and fit their lines.

    Parameters
    ----------
    stream
        Name of its stream.
    cells
        Its condensed rows.
    options
        The station.
    flags
        People's flags on its injections (stream ``<stream>/injections``, variable ``<gas>_measured``).
    """
    time = cells.variables["time"].values
    where = assign_ports(time, cells.variables["port"].values, options, stream)
    injections = find_injections(cells, where, options.gases, np.timedelta64(options.target_average, "ns"))
    moments = boundaries(options, stream)
    analyser = Analyser(
        stream=stream,
        cells=cells,
        where=where,
        injections=injections,
        order=order_of(injections, options, moments),
        options=options,
        boundaries=moments,
    )
    for gas in options.gases:
        own = [flag for flag in flags if flag.stream == f"{stream}/injections" and flag.variable == f"{gas}_measured"]
        analyser.gases[gas] = _gas_calibration(analyser, gas, own)
    return analyser


def _gas_calibration(analyser: Analyser, gas: str, flags: Sequence[PersonFlag]) -> GasCalibration:
    options, injections = analyser.options, analyser.injections
    found = injections.gases[gas]
    drifting = found.is_drifting(options.limits_of(gas).drift)
    refused, praised = np.zeros(drifting.shape, dtype=bool), np.zeros(drifting.shape, dtype=bool)
    for flag in flags:
        rows = flag.rows(injections.time)
        if flag.flag is not None:
            refused[rows], praised[rows] = flag.flag >= QUESTIONABLE, flag.flag < QUESTIONABLE
    kept = np.isfinite(found.mean) & ~refused & (~drifting | praised)
    assigned, uncertainty = assigned_values(options, gas)
    scale = options.scale_of(gas)
    sequences = None
    if scale != NONE:
        readings = found.mean - _working_drift(analyser, gas, kept, injections.middle)
        sequences = fit_sequences(injections, gas, readings, kept, assigned, analyser.order, options)
    return GasCalibration(
        scale=scale, assigned=assigned, uncertainty=uncertainty, drifting=drifting, refused=refused, kept=kept, sequences=sequences
    )


def _working_drift(analyser: Analyser, gas: str, kept: Mask, time: Moments) -> FloatArray:
    found, rows = analyser.injections, kept & analyser.role("working-standard")
    return drift_at(time, found.middle[rows], found.gases[gas].mean[rows], found.cylinder[rows], analyser.boundaries)
