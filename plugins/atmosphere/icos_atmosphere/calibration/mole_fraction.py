"""Calibrator `mole-fraction`: dry mole fractions on a scale from analysers with cylinders.

Rows of a day are condensed to cells (`condense`); all cells of an analyser are calibrated together (`analyser`): injections, sequences,
lines, coefficients in time. It gives, per analyser, the minutes of each line, its injections, calibration sequences and targets.

References
----------
Hazan, L. et al. (2016), Atmos. Meas. Tech. 9, 4719-4736, doi:10.5194/amt-9-4719-2016.
Yver-Kwok, C. et al. (2021), Atmos. Meas. Tech. 14, 89-116, doi:10.5194/amt-14-89-2021.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.calibration.accounting import accounts, complaints
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.assignments import instruments_of, ports_of, streams_of
from icos_atmosphere.calibration.condense import condense, look_back
from icos_atmosphere.calibration.cylinder_tables import cylinder_tables
from icos_atmosphere.calibration.fresh_readings import needed_readings
from icos_atmosphere.calibration.instrument_facts import method_of, valve_of
from icos_atmosphere.calibration.minutes import minutes_of_line
from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions, condensing_options
from icos_atmosphere.calibration.result_streams import calibration_stream, injection_stream, target_stream
from icos_atmosphere.calibration.result_words import calibration_words, injection_words, target_words
from icos_atmosphere.calibration.targets import find_targets
from icos_atmosphere.quality.defaults import cavity_ranges, usual_tests
from icos_atmosphere.vocabulary import series_words
from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.vocabulary.measured import DIAGNOSTICS, STATUS
from icos_core.components import CalibrationResult, Calibrator, Requirement
from icos_core.dataset import make_stream
from icos_core.versioned import utc64

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from icos_atmosphere.calibration.analyser import Analyser
    from icos_atmosphere.calibration.station_tables import Instrument
    from icos_core.components import Context, Outcome, Problem, Streams, Table, Variable

__all__ = ["CALIBRATOR", "calibrate"]


def calibrate(streams: Streams, options: MoleFractionOptions, context: Context) -> CalibrationResult:
    """Calibrate the cells of every analyser.

    Parameters
    ----------
    streams
        Cells of the analysers, and streams of others, which are handed on.
    options
        The station.
    context
        People's flags on injections keep them out of calibrations.

    Returns
    -------
    CalibrationResult
        Per analyser ``<stream>/<line>``, ``<stream>/injections``, ``<stream>/calibration`` and ``<stream>/targets``.
    """
    names = streams_of(options)
    results: dict[str, xr.Dataset] = {name: stream for name, stream in streams.items() if name not in names}
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    tables: list[Table] = []
    for name in names:
        if name not in streams or not streams[name].sizes["time"]:
            continue
        analyser = analyser_of(name, streams[name], options.of_stream(name), context.people_flags)
        made, said = _of_analyser(analyser)
        results |= made
        outcomes += said
        problems += complaints(analyser)
        tables += [*accounts(analyser, context.people_flags), *cylinder_tables(analyser)]
    return CalibrationResult(streams=results, outcomes=tuple(outcomes), problems=tuple(problems), tables=tuple(tables))


def _of_analyser(analyser: Analyser) -> tuple[dict[str, xr.Dataset], list[Outcome]]:
    options, name = analyser.options, analyser.stream
    targets = {gas: find_targets(analyser, gas) for gas in options.gases}
    attrs = _attributes(options, name)
    streams: dict[str, xr.Dataset] = {}
    outcomes: list[Outcome] = []
    for line in _lines(options, name):
        minutes = minutes_of_line(analyser, line, targets, f"{name}/{line}")
        if minutes is None:
            continue
        height = {table.name: table.height for table in options.lines}[line]
        own = {"line": line, "intake_height": float(height), "averaging_interval": "minute", **attrs}
        stream = make_stream(minutes.time, minutes.values, (*series_words(options.gases), *DIAGNOSTICS), own)
        for gas in options.gases:
            stream[gas].attrs["calibration_scale"] = options.scale_of(gas)
        streams[f"{name}/{line}"] = stream
        outcomes += minutes.outcomes
    if analyser.injections.time.size:
        made = [injection_stream(analyser, attrs), calibration_stream(analyser, attrs), target_stream(analyser, targets, attrs)]
        for kind, each in zip(("injections", "calibration", "targets"), made, strict=True):
            if each is not None:
                streams[f"{name}/{kind}"] = each[0]
                outcomes += each[1]
    return streams, outcomes


def _attributes(options: MoleFractionOptions, name: str) -> dict[str, Any]:
    instruments = instruments_of(options, name)
    ids = [each.id for each in instruments if each.id is not None]
    methods = {each.id: method_of(each) for each in instruments if each.id is not None}
    first = list(dict.fromkeys(ids))
    return {
        "analyser": name,
        "instrument": "; ".join(dict.fromkeys(method_of(each) for each in instruments)),
        "instrument_ids": np.array(first, dtype=np.int32),
        "instrument_methods": [methods[number] for number in first],
        **_priorities(instruments),
    }


def _priorities(instruments: Sequence[Instrument]) -> dict[str, Any]:
    """Return the best priority and, where it changes, since when there is which."""
    best = {"priority": min(each.priority for each in instruments)}
    if len({each.priority for each in instruments}) == 1:
        return best
    since = {each.valid_from: each.priority for each in instruments if each.valid_from is not None}
    texts = {str(utc64(moment).astype("M8[s]")): since[moment] for moment in sorted(since)}
    first = next((each.priority for each in instruments if each.valid_from is None), next(iter(texts.values())))
    return {**best, "priorities": np.array([first, *texts.values()], dtype=np.int32), "priorities_since": list(texts)}


def _lines(options: MoleFractionOptions, name: str) -> tuple[str, ...]:
    """Return the lines that an analyser may sample, in order of mention."""
    reached = {port.line for port in ports_of(options, name)}
    return tuple(dict.fromkeys(line.name for line in options.lines if line.name in reached))


def _requires(options: MoleFractionOptions) -> Mapping[str, tuple[Requirement, ...]]:
    required: dict[str, tuple[Requirement, ...]] = {}
    for name in streams_of(options):
        words: list[Requirement] = []
        vapour = False
        for gas in options.of_stream(name).gases:
            needed, units = needed_readings(options, gas, name), GASES[gas].units
            words += [
                Requirement(name=f"{gas}_dry", units=units, optional=not needed.dry),
                Requirement(name=f"{gas}_wet", units=units, optional=not needed.wet),
            ]
            vapour |= needed.humidity
        words += [
            Requirement(name="h2o_reported", units="percent", alternatives=("h2o",), optional=not vapour),
            Requirement(name="h2o", units="percent", optional=True),
        ]
        valves = dict.fromkeys(valve_of(instrument) for instrument in instruments_of(options, name))
        words += [Requirement(name=valve, units="1") for valve in valves if valve is not None]
        words += [Requirement(name=word.name, optional=True) for word in STATUS]
        words += [Requirement(name=word.name, units=word.units, optional=True) for word in DIAGNOSTICS]
        required[name] = tuple(words)
    return required


def _provides(options: MoleFractionOptions) -> Mapping[str, tuple[Variable, ...]]:
    provided: dict[str, tuple[Variable, ...]] = {}
    for name in streams_of(options):
        gases = options.of_stream(name).gases
        for line in _lines(options, name):
            provided[f"{name}/{line}"] = (*series_words(gases), *DIAGNOSTICS)
        if options.cylinders:
            provided[f"{name}/injections"] = injection_words(gases, options.cylinders)
            provided[f"{name}/targets"] = target_words(gases, options.cylinders)
            provided[f"{name}/calibration"] = calibration_words(gases)
    return provided


def _default_tests(options: MoleFractionOptions) -> Sequence[Mapping[str, Any]]:
    models = {}
    for name in streams_of(options):
        ranges = {cavity_ranges(instrument.model): instrument.model for instrument in instruments_of(options, name)}
        # A test has one range for all times: it would condemn the other analyser where one of another kind follows.
        if len(ranges) == 1:
            models[name] = next(iter(ranges.values()))
    return usual_tests(models, options.gases)


def _made_of(options: MoleFractionOptions) -> Mapping[str, Mapping[str, timedelta]]:
    return {f"{name}/{line}": {f"hourly/{line}": timedelta(hours=1)} for name in streams_of(options) for line in _lines(options, name)}


CALIBRATOR = Calibrator(
    name="mole-fraction",
    summary="dry mole fractions on a scale from analysers with cylinders, with uncertainty",
    options=MoleFractionOptions,
    requires=_requires,
    provides=_provides,
    calibrate=calibrate,
    condense=condense,
    condensing=condensing_options,
    period=lambda _options: timedelta(days=1),
    look_back=look_back,
    default_tests=_default_tests,
    made_of=_made_of,
)
