"""Calibrator ``released-mole-fraction``: finished series of mole fractions, taken as they are.

What was calibrated elsewhere is not calibrated again. The flags of the file become outcomes of the test `reported_flag`, so that what it
calls incorrect is bad here; its letters stay beside them. A scale is converted where the description asks for it, row by row from the scale
that the row is on, and the conversion is recorded. Rows are neither added, moved nor lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.atc_flags import NO_LETTER, is_correct
from icos_atmosphere.calibration.released_mole_fraction_options import ReleasedOptions
from icos_atmosphere.calibration.released_mole_fraction_scales import DIFFERENCES, VALUES, conversion_text, converted, row_scales
from icos_atmosphere.readers.icos_atc_release_words import KNOWN_TEXTS, release_words
from icos_atmosphere.readers.obspack_words import NOT_BACKGROUND, PROVIDER_FLAG, REJECTED, provider_flag
from icos_atmosphere.scales import UNKNOWN, conversion
from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.vocabulary.series import series_words
from icos_core.components import CalibrationResult, Calibrator, Cascade, Outcome, Problem, Requirement, Table, Variable
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED
from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.released_mole_fraction_scales import RowScales
    from icos_core.components import Context, Streams

__all__ = ["CALIBRATOR", "calibrate", "cascades", "provides", "requires"]

WHO = "calibrator 'released-mole-fraction'"
REPORTED, BACKGROUND = "reported_flag", "not_background"
TITLE = "Finished series"
NOTE = "Values that the file calls correct or incorrect by its own flags; others have no flag. Scales are those of the rows with a value."
_COLUMNS = ("stream", "gas", "line", "interval", "rows", "with a value", "correct", "incorrect", "scale", "converted from")
_CODES = ("_instrument", "_atc_flag", f"_{PROVIDER_FLAG}", "_scale", "_n", "_without_spikes_n")


def _words() -> tuple[Variable, ...]:
    return (*series_words(), *release_words(KNOWN_TEXTS), *map(provider_flag, GASES))


def requires(options: ReleasedOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say that a stream needs the mole fraction of any gas; what else it says of it is used where it is there."""
    first, *others = (Requirement(name=gas.name, units=gas.units) for gas in GASES.values())
    suffixes = [suffix for suffix in (*VALUES, *DIFFERENCES, *_CODES) if suffix]
    units = {word.name: word.units for word in _words()}
    names = (f"{gas}{suffix}" for gas in GASES for suffix in suffixes)
    needed = (
        Requirement(name=first.name, units=first.units, alternatives=tuple(others)),
        *(Requirement(name=name, units=units[name], optional=True) for name in names),
    )
    return dict.fromkeys(options.streams or ("*",), needed)


def provides(options: ReleasedOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List the words of series, and those of finished products beside them."""
    return dict.fromkeys(options.streams or ("*",), _words())


def cascades(options: ReleasedOptions) -> Mapping[str, tuple[Cascade, ...]]:
    """Say that what is wrong with a value is wrong with the value without spikes."""
    found = tuple(Cascade(source=gas, target=f"{gas}_without_spikes") for gas in GASES)
    return dict.fromkeys(options.streams or ("*",), found)


def calibrate(streams: Streams, options: ReleasedOptions, context: Context) -> CalibrationResult:
    """Take finished series over.

    Parameters
    ----------
    streams
        Streams with their flags; those without a mole fraction, and those that a calibrator of this run made, are passed over.
    options
        Options of the calibrator.
    context
        The station, which the files are to be of.

    Raises
    ------
    DataError
        For values from whose scale no conversion to the one that is wanted is known, unless they may become missing.
    """
    named = options.streams or [name for name, stream in streams.items() if "analyser" not in stream.attrs]
    work = _Work(options)
    for name in named:
        work.problems += _other_station(name, streams[name], context.station.id)
        for gas in (gas for gas in GASES if gas in streams[name]):
            work.take(name, work.streams.get(name, streams[name]), gas)
    table = Table(title=TITLE, columns=_COLUMNS, rows=tuple(work.rows), note=NOTE)
    return CalibrationResult(
        streams=work.streams, outcomes=tuple(work.outcomes), problems=tuple(work.problems), tables=(table,) if work.rows else ()
    )


@dataclass
class _Work:
    """What has been taken over so far."""

    options: ReleasedOptions
    streams: dict[str, xr.Dataset] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def take(self, name: str, stream: xr.Dataset, gas: str) -> None:
        """Take one gas of a stream over."""
        if f"{gas}_qc_bias" not in stream:
            # An uncertainty stands beside what it is of, or says nothing.
            stream = stream.drop_vars(f"{gas}_qc_bias_uncertainty", errors="ignore")
        level = _reported(stream, gas)
        self.outcomes.append(Outcome(stream=name, variable=gas, name=REPORTED, level=level))
        if f"{gas}_{PROVIDER_FLAG}" in stream:
            flag = stream[f"{gas}_{PROVIDER_FLAG}"].values
            mark = (flag >= 0) & ((flag & NOT_BACKGROUND) != 0)
            self.outcomes.append(
                Outcome(stream=name, variable=gas, name=BACKGROUND, level=np.full(flag.shape, NOT_EVALUATED, dtype=np.int8), mark=mark)
            )
        scales = row_scales(stream, gas)
        used = scales.used(_present(stream, gas))
        wanted = self.options.wanted(gas)
        result = self._on_its_scale(name, stream, gas, used) if wanted is None else self._on_another(name, stream, gas, scales, wanted)
        self.streams[name] = result
        present = _present(result, gas)
        counts = (present.sum(), (present & (level == GOOD)).sum(), (present & (level == BAD)).sum())
        before = ", ".join(scale for scale in used if wanted not in {None, scale})
        described = (str(stream.attrs.get("line", "")), str(stream.attrs.get("averaging_interval", "")), stream.sizes["time"])
        self.rows.append((name, GASES[gas].formula, *described, *map(int, counts), result[gas].attrs["calibration_scale"], before))

    def _on_its_scale(self, name: str, stream: xr.Dataset, gas: str, used: tuple[str, ...]) -> xr.Dataset:
        """Say which scale a series is on; where there are several, that they are."""
        attrs = dict(stream[gas].attrs)
        if used:
            attrs["calibration_scale"] = used[0] if len(used) == 1 else UNKNOWN
        if len(used) > 1:
            listed = ", ".join(used)
            message = f"{name}: values of {GASES[gas].formula} are on different scales, {listed}; the option scale brings them to one"
            self.problems.append(Problem(message=message))
        return _with(stream, {gas: stream[gas].values}, attrs)

    def _on_another(self, name: str, stream: xr.Dataset, gas: str, scales: RowScales, wanted: str) -> xr.Dataset:
        """Return the stream with a gas on the scale that is wanted."""
        present = _present(stream, gas)
        told: list[str] = []
        lost = np.zeros(present.shape, dtype=bool)
        result = stream
        for scale in scales.used(np.ones(present.shape, dtype=bool)):
            rows = scales.rows(scale)
            try:
                formula = conversion(gas, scale, wanted)
            except ValueError as error:
                if (rows & present).any():
                    self._refuse(name, gas, stream, rows & present, str(error))
                lost |= rows
                continue
            if scale != wanted:
                result = _with(result, converted(result, gas, rows, formula))
                told += [conversion_text(gas, scale, wanted)] if (rows & present).any() else []
        if (lost & present).any():
            result = _without(result, gas, lost & present)
        attrs = {key: value for key, value in stream[gas].attrs.items() if key != "calibration_scale_of_instruments"}
        attrs["calibration_scale"] = wanted
        if told:
            attrs["calibration_scale_conversion"] = "; ".join(told)
        return _with(result.drop_vars(f"{gas}_scale", errors="ignore"), {gas: result[gas].values}, attrs)

    def _refuse(self, name: str, gas: str, stream: xr.Dataset, rows: NDArray[np.bool_], why: str) -> None:
        of = ""
        if f"{gas}_instrument" in stream:
            numbers = np.unique(stream[f"{gas}_instrument"].values[rows])
            of = f" of instrument {', '.join(str(number) for number in numbers if number >= 0)}" if (numbers >= 0).any() else ""
        what = f"{name}: {int(rows.sum())} values of {GASES[gas].formula}{of}: {why}"
        if self.options.unconvertible == "refuse":
            ways = "the reader's option calibration_scale states what a file does not, unconvertible = 'missing' leaves such values out"
            raise DataError(f"{WHO}: {what}; {ways}")
        self.problems.append(Problem(message=f"{what}; they are made missing"))


def _other_station(name: str, stream: xr.Dataset, station: str) -> list[Problem]:
    """Tell where a file says that it is of another station than the description."""
    code = str(stream.attrs.get("atc_station_code", station))
    if code.upper() == station.upper():
        return []
    said = f"the file is of station {code}, the description of {station}: name and position in exports are those of the description"
    return [Problem(message=f"{name}: {said}")]


def _present(stream: xr.Dataset, gas: str) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(stream[gas].values))


def _reported(stream: xr.Dataset, gas: str) -> NDArray[np.int8]:
    """Return what the file's own flags say of a gas: good, bad, or not evaluated."""
    level = np.full(stream.sizes["time"], NOT_EVALUATED, dtype=np.int8)
    if f"{gas}_{PROVIDER_FLAG}" in stream:
        flag = stream[f"{gas}_{PROVIDER_FLAG}"].values
        level[flag >= 0] = GOOD
        level[(flag >= 0) & ((flag & REJECTED) != 0)] = BAD
    if f"{gas}_atc_flag" in stream:
        letters = stream[f"{gas}_atc_flag"].values
        level = np.where(letters == NO_LETTER, level, np.maximum(np.where(is_correct(letters), GOOD, BAD), level * (level == BAD)))
    return level.astype(np.int8)


def _with(stream: xr.Dataset, values: Mapping[str, NDArray[np.float64]], attrs: Mapping[str, Any] | None = None) -> xr.Dataset:
    return stream.assign({name: (stream[name].dims, each, stream[name].attrs if attrs is None else attrs) for name, each in values.items()})


def _without(stream: xr.Dataset, gas: str, rows: NDArray[np.bool_]) -> xr.Dataset:
    """Return the stream without values of a gas in some rows, and without what the file says of them."""
    changed: dict[str, Any] = {}
    for suffix in (*VALUES, *DIFFERENCES):
        name = f"{gas}{suffix}"
        if name in stream:
            changed[name] = (stream[name].dims, np.where(rows, np.nan, stream[name].values), stream[name].attrs)
    for suffix, nothing in (("_n", 0), ("_without_spikes_n", 0), ("_atc_flag", NO_LETTER)):
        name = f"{gas}{suffix}"
        if name in stream:
            word = stream[name]
            changed[name] = (word.dims, np.where(rows, nothing, word.values).astype(word.dtype), word.attrs)
    return stream.assign(changed)


CALIBRATOR = Calibrator(
    name="released-mole-fraction",
    summary="finished products as they are: flags of the file, scales, explicit conversion",
    options=ReleasedOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=cascades,
)
