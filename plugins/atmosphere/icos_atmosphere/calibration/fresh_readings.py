"""Which rows hold a new reading of a gas, and what it is in dry air.

A Picarro analyser repeats every reading until it has a new one: means over all rows count each value several times, and their spread is
too small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.analyser_models import model_of
from icos_atmosphere.calibration.instrument_facts import gases_of
from icos_atmosphere.water_correction import Correction, dry_mole_fraction, factory_correction, mean_of_last_two
from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
    from icos_atmosphere.calibration.station_tables import Instrument, Water

    FloatArray = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["Needed", "Reading", "fresh_rows", "gas_readings", "humidity_name", "needed_readings"]

_HUMIDITY = ("h2o_reported", "h2o")
_COEFFICIENTS = ("a", "b", "c", "d", "h_p", "c1", "c2", "c3", "c4")
_LONGEST_UPDATE = 30_000_000_000
"""Updates of water vapour further apart (ns) are not averaged, and count no longer for rows after them; no reading is repeated so long."""
_NOT_MEASURED = "or with the key gases of [[calibrate.instruments]] what the analyser measures"


class Reading(NamedTuple):
    """Values of all rows, and which of them are new."""

    values: FloatArray
    fresh: Mask


class Needed(NamedTuple):
    """Which readings of a gas the water corrections of a station start from: dry ones, moist ones, and water vapour."""

    dry: bool
    wet: bool
    humidity: bool


def needed_readings(options: MoleFractionOptions, gas: str, stream: str) -> Needed:
    """Return what must be there of a gas, whatever the time; the rest is taken where it is there."""
    tables = _tables(options, gas, stream)
    forms = {table.form for table in tables}
    return Needed(
        dry="analyser" in forms or not _always(tables),
        wet=bool(forms - {"analyser"}),
        humidity=bool(forms - {"analyser", "none"}),
    )


def _tables(options: MoleFractionOptions, gas: str, stream: str) -> list[Water]:
    return [table for table in options.water if table.gas == gas and table.stream in {None, stream}]


def _always(tables: Sequence[Water]) -> bool:
    """Whether at every time one of the tables is valid, of which no two are at the same."""
    starts, ends = {table.valid_from for table in tables}, {table.valid_to for table in tables}
    return None in starts and starts == ends


def humidity_name(stream: xr.Dataset) -> str | None:
    """Return the variable that water corrections go by, or None."""
    return next((name for name in _HUMIDITY if name in stream.data_vars), None)


def fresh_rows(stream: xr.Dataset, name: str, instrument: Instrument) -> Mask:
    """Return the rows that hold a new value of a measured variable, by the code of the spectrum where the model tells, else by change."""
    values = stream.variables[name].values
    model = model_of(instrument.model)
    codes = model.renewed_by(name)
    if model.every_row:
        fresh = np.ones(values.shape, dtype=bool)
    elif codes is not None and "species" in stream.data_vars:
        fresh = np.isin(stream.variables["species"].values, codes)
    else:
        # A reading that comes again after a row without is not new, one after a long time is: what was before a gap periods need not see.
        there = np.flatnonzero(np.isfinite(values))
        told = values[there]
        fresh = np.zeros(values.shape, dtype=bool)
        late = np.diff(stream.variables["time"].values[there].astype("i8")) > _LONGEST_UPDATE
        fresh[there[:1]], fresh[there[1:]] = True, (told[1:] != told[:-1]) | late
    present: Mask = fresh & np.isfinite(values)
    return present


def gas_readings(stream: xr.Dataset, gas: str, instrument: Instrument, options: MoleFractionOptions) -> tuple[Reading, Reading | None]:
    """Return the readings of a gas in dry air, and those in moist air where there are any; none of a gas that it does not measure.

    Parameters
    ----------
    stream
        Rows in order of time, in the units of the vocabulary.
    gas, instrument, options
        The gas, the instrument, and the water corrections of the station.

    Raises
    ------
    DataError
        Where the stream has neither a dry reading nor what a correction needs.
    """
    dry_name, wet_name = f"{gas}_dry", f"{gas}_wet"
    wet = Reading(stream.variables[wet_name].values, fresh_rows(stream, wet_name, instrument)) if wet_name in stream.data_vars else None
    time = stream.variables["time"].values
    if not gases_of(instrument, (gas,)):
        return Reading(np.full(time.shape, np.nan), np.zeros(time.shape, dtype=bool)), None
    tables = _tables(options, gas, instrument.stream)
    values = np.full(time.shape, np.nan)
    fresh = np.zeros(time.shape, dtype=bool)
    left = np.ones(time.shape, dtype=bool)
    for table in tables:
        rows = table.covers(time)
        if rows.any():
            reading = _corrected(stream, gas, instrument, wet, table)
            values[rows], fresh[rows] = reading.values[rows], reading.fresh[rows]
        left &= ~rows
    if left.any():
        if dry_name not in stream.data_vars:
            raise DataError(
                f"stream {instrument.stream!r} has no {dry_name}: say with [[calibrate.water]] how {wet_name} is corrected, {_NOT_MEASURED}"
            )
        reading = Reading(stream.variables[dry_name].values, fresh_rows(stream, dry_name, instrument))
        values[left], fresh[left] = reading.values[left], reading.fresh[left]
    return Reading(values, fresh), wet


def _corrected(stream: xr.Dataset, gas: str, instrument: Instrument, wet: Reading | None, table: Water) -> Reading:
    dry_name = f"{gas}_dry"
    if table.form == "analyser":
        if dry_name not in stream.data_vars:
            raise DataError(f"stream {instrument.stream!r} has no {dry_name}, which the water correction 'analyser' takes")
        return Reading(stream.variables[dry_name].values, fresh_rows(stream, dry_name, instrument))
    if wet is None:
        raise DataError(f"stream {instrument.stream!r} has no {gas}_wet, which the water correction {table.form!r} needs, {_NOT_MEASURED}")
    if table.form == "none":
        return wet
    name = humidity_name(stream)
    if name is None:
        raise DataError(f"stream {instrument.stream!r} has no water vapour, which the water correction {table.form!r} of {gas} needs")
    fresh = fresh_rows(stream, dry_name, instrument) if dry_name in stream.data_vars else wet.fresh
    renewed = fresh_rows(stream, name, instrument)
    humidity = _humidity(stream, name, renewed, wet.fresh)
    values = np.full(wet.values.shape, np.nan)
    values[fresh] = dry_mole_fraction(wet.values[fresh], humidity[fresh], _correction(gas, table))
    return Reading(values, fresh & np.isfinite(values))


def _correction(gas: str, table: Water) -> Correction:
    if table.form == "factory":
        return factory_correction(gas)
    assert table.form != "analyser"
    stated = {name: getattr(table, name) for name in _COEFFICIENTS if getattr(table, name) is not None}
    return Correction(form=table.form, **stated)


def _humidity(stream: xr.Dataset, name: str, renewed: Mask, with_gas: Mask) -> FloatArray:
    """Return the water vapour that goes with a reading of a gas.

    Where an analyser measures gas and water vapour one after the other, that is the mean of the renewals before and after the gas; where
    one row has both, that of the row. A row whose latest renewal is long ago has what stands in it: a dry sample may read the same for
    hours, and a sensor may fail.
    """
    values = stream.variables[name].values
    updates = np.flatnonzero(renewed)
    if not updates.size:
        return np.full(values.shape, np.nan)
    moments = stream.variables["time"].values.astype("i8")
    time = moments[updates]
    told = values[updates].astype(np.float64)
    mean = mean_of_last_two(told)
    alone = with_gas[updates]
    alone[1:] |= np.diff(time) > _LONGEST_UPDATE
    told = np.where(alone, told, mean)
    latest = np.maximum(np.cumsum(renewed) - 1, 0)
    # Before the first renewal, of which it is negative, too: whether an earlier one can be seen is a matter of periods.
    age = moments - time[latest]
    found: FloatArray = np.where((age >= 0) & (age <= _LONGEST_UPDATE), told[latest], values)
    return found
