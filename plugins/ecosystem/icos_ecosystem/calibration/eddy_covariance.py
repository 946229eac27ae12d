"""Calibrator `eddy-covariance`: half-hourly fluxes from raw rows of sonic anemometers and gas analysers.

Rows of a half hour are condensed once to statistics (`condense`); fluxes of all half hours follow from these by algebra, for every
combination of rotation and detrending that is asked for (`scheme`).

References
----------
Sabbatini, S. et al. (2018), Int. Agrophys. 32, 495-515, doi:10.1515/intag-2017-0043.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import CalibrationResult, Calibrator, Requirement
from icos_ecosystem.calibration.condense import condense
from icos_ecosystem.calibration.flux_streams import flux_stream, spectra_stream
from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT
from icos_ecosystem.calibration.half_hours import HalfHours
from icos_ecosystem.calibration.lag_search import lag_search
from icos_ecosystem.calibration.options import EddyCovarianceOptions, condensing_options
from icos_ecosystem.calibration.reporting import problems_of, tables_of
from icos_ecosystem.calibration.scheme import scheme_fluxes
from icos_ecosystem.calibration.station_files import station_files
from icos_ecosystem.solar_radiation import potential_radiation
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, FLUX_WORDS, SPECTRA_STREAM, SPECTRA_WORDS
from icos_ecosystem.vocabulary.measured import CELL, DIAGNOSTICS, GASES, METEOROLOGY, WIND, gas_words
from icos_ecosystem.vocabulary.rflux import RFLUX_FLUXES, RFLUX_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.calibration.scheme import SchemeFluxes

__all__ = ["CALIBRATOR", "calibrate"]


def calibrate(streams: Streams, options: EddyCovarianceOptions, context: Context) -> CalibrationResult:
    """Return the fluxes of all condensed half hours.

    Parameters
    ----------
    streams
        What condensing gave, and streams of others, which are handed on.
    options
        The station.
    context
        The run.

    Returns
    -------
    CalibrationResult
        Streams ``fluxes`` and, where they are asked for, ``spectra``.
    """
    results: dict[str, xr.Dataset] = {name: stream for name, stream in streams.items() if name != options.stream}
    if options.stream not in streams or not streams[options.stream].sizes["time"]:
        return CalibrationResult(streams=results)
    halves = HalfHours(streams[options.stream], options, context)
    radiation = _radiation(halves, context)
    search = lag_search(halves, radiation)
    own = scheme_fluxes(halves, options.rotation.method, options.detrending.method, search.find, radiation)
    members: dict[str, SchemeFluxes] = {}
    for member in options.ensemble.combinations:
        rotation, detrending = member.rotation or options.rotation.method, member.detrending or options.detrending.method
        same = (rotation, detrending) == (options.rotation.method, options.detrending.method)
        members[member.name] = own if same else scheme_fluxes(halves, rotation, detrending, search.find, radiation)
    results[FLUX_STREAM] = flux_stream(own, members, radiation)
    if options.spectra.binned:
        results[SPECTRA_STREAM] = spectra_stream(own)
    return CalibrationResult(streams=results, problems=problems_of(own), tables=tables_of(own, members, search))


def _radiation(halves: HalfHours, context: Context) -> NDArray[np.float64]:
    station = context.station
    if station.latitude is None or station.longitude is None:
        return np.full(len(halves), np.nan)
    quirk = halves.options.eddypro_compatible
    time = halves.time if quirk else halves.time + np.timedelta64(halves.options.averaging_period, "ns") // 2
    return potential_radiation(time, station.latitude, station.longitude, station.utc_offset or 0.0, clock_noon=quirk)


def _requires(options: EddyCovarianceOptions) -> Mapping[str, tuple[Requirement, ...]]:
    axes = {
        "uvw": ("u", "v", "w"),
        "polar": ("sonic_wind_speed", "sonic_wind_direction", "w"),
        "axis": ("sonic_axis_1", "sonic_axis_2", "sonic_axis_3"),
    }
    formats = {each.wind_format for each in options.sonic}
    needed = {name for each in formats for name in axes[each]}
    units = {word.name: word.units for word in (*WIND, *CELL)}
    fast = [Requirement(name=name, units=units[name], optional=len(formats) > 1) for name in sorted(needed)]
    fast.append(Requirement(name="sonic_temperature", units="K", alternatives=(Requirement(name="speed_of_sound", units="m s-1"),)))
    for gas in GASES:
        if gas in options.measured_gases:
            ratio, fraction, density = gas_words(gas)
            others = (fraction.name, Requirement(name=density.name, units=density.units))
            fast.append(Requirement(name=ratio.name, units=ratio.units, alternatives=others, optional=gas not in options.wanted_gases))
    fast += [Requirement(name=word.name, units=word.units, optional=True) for word in CELL]
    fast += [Requirement(name=word.name, optional=True) for word in DIAGNOSTICS]
    meteorology = tuple(Requirement(name=word.name, units=word.units, optional=True) for word in METEOROLOGY)
    return {options.stream: tuple(fast), options.meteorology: meteorology}


def _provides(options: EddyCovarianceOptions) -> Mapping[str, tuple[Variable, ...]]:
    words = (*FLUX_WORDS, *RFLUX_WORDS) if options.quality.rflux else FLUX_WORDS
    return {FLUX_STREAM: words, **({SPECTRA_STREAM: SPECTRA_WORDS} if options.spectra.binned else {})}


def _period(options: EddyCovarianceOptions) -> timedelta:
    return options.averaging_period


def _default_tests(options: EddyCovarianceOptions) -> Sequence[Mapping[str, Any]]:
    tests: list[Mapping[str, Any]] = []
    if options.quality.scheme != "none":
        tests.append({"test": "ssitc", "stream": FLUX_STREAM, "variable": _fluxes(options)})
    if options.quality.rflux:
        tests.append({"test": "rflux", "stream": FLUX_STREAM, "variable": [name for name in _fluxes(options) if name in RFLUX_FLUXES]})
    return tests


def _fluxes(options: EddyCovarianceOptions) -> list[str]:
    of_gases = [GAS_OUTPUT[gas][1] for gas in options.wanted_gases]
    return ["TAU", "H", *(("LE", "ET") if "h2o" in options.wanted_gases else ()), *of_gases]


CALIBRATOR = Calibrator(
    name="eddy-covariance",
    summary="half-hourly fluxes from raw eddy-covariance data, corrected, with uncertainty and quality",
    options=EddyCovarianceOptions,
    requires=_requires,
    provides=_provides,
    calibrate=calibrate,
    condense=condense,
    condensing=condensing_options,
    period=_period,
    default_tests=_default_tests,
    files=station_files,
)
