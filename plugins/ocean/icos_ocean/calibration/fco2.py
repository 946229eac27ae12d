"""Calibrator `fco2`: from the readings of an underway system to the fugacity of CO2 in sea water and air, with uncertainty.

In order: rows near a change of run type are set aside; readings of standard gases are judged and averaged to runs; each standard is
interpolated in time and a line through the standards turns a sample's reading into a mole fraction; gaps of slow sensors are filled; the
pressure in the equilibrator is chosen; fCO2 follows at equilibrator and sea-surface temperature; air is brought to sea level and to
the times of the water samples. Every row of the input is a row of the output; values that do not apply to a row are missing there.

References
----------
Pierrot, D. et al. (2009), Recommendations for autonomous underway pCO2 measuring systems and data-reduction routines,
Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from icos_core.components import CalibrationResult, Calibrator, Requirement
from icos_ocean.calibration.fco2_options import FCO2Options
from icos_ocean.calibration.reduction import reduce_samples
from icos_ocean.calibration.standard_reduction import sample_with_standards
from icos_ocean.calibration.underway import chosen_stream, default_tests, shared_cascades, shared_requirements, shared_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Context, Streams, Variable

__all__ = ["CALIBRATOR", "TERMS", "calibrate", "provides", "requires"]

TERMS = ("standards", "regression", "interpolation", "sample", "drying")
"""Terms of the uncertainty that arise from the mole fraction; the last only where something is dried."""


def requires(options: FCO2Options) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with run types and readings must have."""
    own = (
        Requirement(name="co2", units="umol mol-1"),
        Requirement(name="standard_value", units="umol mol-1", optional=True),
        Requirement(name="h2o", units="mmol mol-1", optional=not options.dries),
    )
    return shared_requirements(options, own)


def provides(options: FCO2Options) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    return shared_variables(options, TERMS if options.dries else TERMS[:-1])


def calibrate(streams: Streams, options: FCO2Options, context: Context) -> CalibrationResult:  # noqa: ARG001  # no part of the run matters
    """Compute fCO2 for the stream that the options name, or else for the one that has run types and readings.

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
        If no stream or, where none is named, more than one has ``run_type`` and ``co2``, or salinity cannot be had.
    """
    name, stream = chosen_stream(streams, options, CALIBRATOR.name)
    return reduce_samples(stream, name, options, partial(sample_with_standards, options=options))


CALIBRATOR = Calibrator(
    name="fco2",
    summary="fCO2 of sea water and air from an underway system with standard gases",
    options=FCO2Options,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=shared_cascades,
    default_tests=default_tests,
)
