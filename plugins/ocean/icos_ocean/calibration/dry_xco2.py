"""Calibrator `dry-xco2`: from mole fractions as an instrument reports them to the fugacity of CO2 in sea water and air.

For systems that calibrate themselves: buoys and surface vehicles, cavity ring-down analysers, membrane systems with a dry loop. Beside the
calibration with standard gases everything is as in `icos_ocean.calibration.fco2`. Water is equilibrated at ``equilibrator_temperature``
where the stream has it, else at sea-surface temperature: then nothing is corrected, and what belongs to an equilibrator
(``delta_temperature``, ``pco2_equilibrator``, ``fco2_equilibrator``) is not given.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from icos_core.components import CalibrationResult, Calibrator, Requirement
from icos_ocean.calibration.dry_xco2_options import DryXCO2Options
from icos_ocean.calibration.dry_xco2_reduction import sample_as_reported
from icos_ocean.calibration.reduction import reduce_samples
from icos_ocean.calibration.underway import chosen_stream, default_tests, shared_cascades, shared_requirements, shared_variables
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Context, Streams, Variable

__all__ = ["CALIBRATOR", "TERMS", "calibrate", "provides", "requires"]

TERMS = ("instrument", "sample", "drying")
"""Terms of the uncertainty that arise from the mole fraction; the last only where something is dried."""


def requires(options: DryXCO2Options) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with run types and mole fractions must have."""
    names = (options.reading_variable, *options.humidity_variables)
    return shared_requirements(options, [Requirement(name=name, units=VOCABULARY[name].units) for name in names], in_situ=True)


def provides(options: DryXCO2Options) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    return shared_variables(options, TERMS[:-1] if options.drying == "none" else TERMS)


def calibrate(streams: Streams, options: DryXCO2Options, context: Context) -> CalibrationResult:  # noqa: ARG001  # no part of the run matters
    """Compute fCO2 for the stream that the options name, or else for the one that has run types and mole fractions.

    Parameters
    ----------
    streams
        Measured streams with their flags.
    options
        Options of the calibrator.
    context
        Not used: the same rows give the same result in every run.

    Raises
    ------
    DataError
        If no stream or, where none is named, more than one has ``run_type`` and the mole fraction, or salinity cannot be had.
    """
    name, stream = chosen_stream(streams, options, CALIBRATOR.name)
    return reduce_samples(stream, name, options, partial(sample_as_reported, options=options))


CALIBRATOR = Calibrator(
    name="dry-xco2",
    summary="fCO2 of sea water and air from mole fractions as an instrument reports them, without standard gases",
    options=DryXCO2Options,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=shared_cascades,
    default_tests=default_tests,
)
