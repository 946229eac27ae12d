"""Condensing: a day of rows becomes cells of a minute and a valve segment, from which every later choice follows.

A cell holds means and spreads of the new readings of each gas that are valid, in dry air and as read, of water vapour and of housekeeping,
and counts of what was left out. Rows in which the valve switched belong to none. Rows before a sample had settled have cells of their own.
Stabilisation counts from the first row after the switch, and a segment that began in another file or on the day before is found by looking
back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.calibration.assignments import NOWHERE, assign_ports, instruments_of, ports_of, stabilisation_of, streams_of
from icos_atmosphere.calibration.cells import MINUTE, Grouping
from icos_atmosphere.calibration.condensed_words import condensed_words
from icos_atmosphere.calibration.fresh_readings import fresh_rows, gas_readings, humidity_name
from icos_atmosphere.calibration.instrument_facts import nominal_status, valve_of
from icos_atmosphere.calibration.valve_segments import TRANSITION, open_ports, segments
from icos_atmosphere.vocabulary.measured import DIAGNOSTICS
from icos_core.dataset import MISSING, QUESTIONABLE, make_stream
from icos_core.exceptions import DataError, hint
from icos_core.running.merging import cut

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
    from icos_atmosphere.calibration.station_tables import Instrument
    from icos_core.components import Context, Streams

__all__ = ["condense", "look_back"]


def look_back(options: MoleFractionOptions) -> timedelta:
    """Return how far back a switch must be seen: the longest stabilisation, and a gap that would end a segment; and two readings of water.

    A row whose segment seems to begin within that gap at the edge of what is seen has settled in any case.
    """
    stated = [port.stabilisation for port in options.ports if port.stabilisation is not None]
    longest = max([options.stabilisation.ambient, options.stabilisation.cylinder, *stated])
    return longest + options.segment_gap + timedelta(seconds=61)


def condense(
    streams: Streams,
    options: MoleFractionOptions,
    context: Context,  # noqa: ARG001  # the signature is the contract's
    *,
    period: tuple[np.datetime64, np.datetime64],
) -> dict[str, xr.Dataset]:
    """Condense the rows of a period.

    Parameters
    ----------
    streams
        Flagged rows of the period and of the time before it that :func:`look_back` asks for.
    options
        The station.
    context
        Not used.
    period
        Start and end, half-open.

    Returns
    -------
    dict
        Stream of each instrument → its cells; time is that of the first row of each. Other streams as they are.

    Raises
    ------
    DataError
        Where a stream has no column of the valve, or nothing to make a dry mole fraction from.
    """
    names = streams_of(options)
    condensed = {name: cut(stream, *period) for name, stream in streams.items() if name not in names}
    for name in names:
        if name not in streams or not streams[name].sizes["time"]:
            continue
        stream, own = streams[name], options.of_stream(name)
        time = stream.variables["time"].values
        pieces = []
        for instrument in instruments_of(options, name):
            rows = np.flatnonzero(instrument.covers(time))
            if rows.size:
                whole = rows.size == time.size
                pieces.append(_cells(stream if whole else stream.isel(time=rows), instrument, own, period))
        made = [piece for piece in pieces if piece[0].size]
        if not made:
            continue
        made.sort(key=lambda piece: piece[0][0])
        moments = np.concatenate([piece[0] for piece in made])
        columns = {word: np.concatenate([piece[1][word] for piece in made]) for word in made[0][1]}
        condensed[name] = make_stream(moments, columns, condensed_words(own.gases))
    return condensed


def _cells(
    stream: xr.Dataset, instrument: Instrument, options: MoleFractionOptions, period: tuple[np.datetime64, np.datetime64]
) -> tuple[NDArray[np.datetime64], dict[str, NDArray[Any]]]:
    """Return times and columns of the cells of one instrument."""
    time = stream.variables["time"].values
    nanoseconds = time.astype("i8")
    port = open_ports(_valve(stream, instrument), instrument.valve_reading)
    behind = _behind(time, port, options, instrument.stream)
    cut = segments(nanoseconds, port, int(np.timedelta64(options.segment_gap, "ns").astype("i8")), behind)
    needed = _stabilisation(time, port, options, instrument.stream)
    settled = cut.elapsed >= needed
    inside = (time >= period[0]) & (time < period[1])
    rows = np.flatnonzero(inside & (port != TRANSITION))
    grouping = Grouping.of(rows, cut.number, nanoseconds // MINUTE, settled)
    first, last = grouping.first, grouping.last
    in_order = _in_order(stream, instrument)
    undisturbed = in_order & _undisturbed(stream)
    columns: dict[str, NDArray[Any]] = {
        "port": port[first],
        "begins": cut.begins[first].astype(np.int8),
        "settled": settled[first].astype(np.int8),
        "elapsed": np.minimum(cut.elapsed[first], needed[first]) / 1e9,
        "duration": (nanoseconds[last] - nanoseconds[first]) / 1e9,
        "rows": grouping.sizes.astype(np.int32),
        "rows_status": grouping.count(~in_order),
        "rows_diagnostics": grouping.count(in_order & ~undisturbed),
    }
    for gas in options.gases:
        columns |= _of_gas(stream, gas, instrument, options, grouping, undisturbed)
    humidity = humidity_name(stream)
    chosen = np.zeros(time.shape, dtype=bool) if humidity is None else undisturbed & fresh_rows(stream, humidity, instrument)
    vapour = grouping.means(np.full(time.shape, np.nan) if humidity is None else stream.variables[humidity].values, chosen)
    columns |= {"h2o": vapour.mean, "h2o_stdev": vapour.stdev}
    for word in DIAGNOSTICS:
        present = word.name in stream.data_vars
        values = stream.variables[word.name].values if present else np.full(time.shape, np.nan)
        columns[word.name] = grouping.means(values, in_order & np.isfinite(values)).mean
    return time[first], columns


def _of_gas(
    stream: xr.Dataset,
    gas: str,
    instrument: Instrument,
    options: MoleFractionOptions,
    grouping: Grouping,
    undisturbed: NDArray[np.bool_],
) -> dict[str, NDArray[Any]]:
    dry, wet = gas_readings(stream, gas, instrument, options)
    acceptable = undisturbed & _unflagged(stream, f"{gas}_dry") & _unflagged(stream, f"{gas}_wet")
    found = grouping.means(dry.values, dry.fresh & acceptable)
    columns: dict[str, NDArray[Any]] = {
        f"{gas}_dry": found.mean,
        f"{gas}_stdev": found.stdev,
        f"{gas}_n": found.n,
        f"{gas}_fresh": grouping.count(dry.fresh),
    }
    if wet is None:
        columns[f"{gas}_wet"] = np.full(found.mean.shape, np.nan)
    else:
        columns[f"{gas}_wet"] = grouping.means(wet.values, wet.fresh & acceptable).mean
    return columns


def _valve(stream: xr.Dataset, instrument: Instrument) -> NDArray[np.float64]:
    name = valve_of(instrument)
    if name is None:
        return np.zeros(stream.sizes["time"])
    if name not in stream.data_vars:
        valves = [each for each in ("mpv_position", "solenoid_valves", "inlet_number") if each in stream.data_vars]
        raise DataError(
            f"stream {instrument.stream!r} has no {name}, which says what port is open; it has {', '.join(valves) or 'no valve at all'}"
            f"{hint(name, valves)}: see the key valve of [[calibrate.instruments]]"
        )
    values: NDArray[np.float64] = stream.variables[name].values
    return values


def _behind(time: NDArray[np.datetime64], port: NDArray[np.int16], options: MoleFractionOptions, stream: str) -> NDArray[np.int16]:
    """Return (n,) a number for what is behind the port; another table of the same line is the same line, one of a cylinder another one."""
    where, names = assign_ports(time, port, options, stream), [line.name for line in options.lines]
    line = np.array([*(names.index(name) for name in names), NOWHERE], dtype=np.int16)[where.line]
    return np.where(where.cylinder != NOWHERE, where.cylinder + np.int16(len(names)), line).astype(np.int16)


def _stabilisation(time: NDArray[np.datetime64], port: NDArray[np.int16], options: MoleFractionOptions, stream: str) -> NDArray[np.int64]:
    """Return (n,) how long (ns) each row's sample takes to settle; a port without a table is one of a line."""
    needed = np.full(time.shape, np.timedelta64(options.stabilisation.ambient, "ns").astype("i8"), dtype=np.int64)
    for table in ports_of(options, stream):
        mine = port == table.port
        if mine.any():
            needed[mine & table.covers(time)] = stabilisation_of(table, options).astype("i8")
    return needed


def _in_order(stream: xr.Dataset, instrument: Instrument) -> NDArray[np.bool_]:
    """Return the rows in which the instrument says that it is in order, or nothing."""
    fine = np.ones(stream.sizes["time"], dtype=bool)
    if "alarm_status" in stream.data_vars:
        fine &= stream.variables["alarm_status"].values <= 0
    nominal = nominal_status(instrument)
    if nominal is not None and "instrument_status" in stream.data_vars:
        status = stream.variables["instrument_status"].values
        fine &= (status == nominal) | (status == -1)
    return fine


def _undisturbed(stream: xr.Dataset) -> NDArray[np.bool_]:
    """Return the rows of which no housekeeping is questionable or bad, by tests or by people."""
    fine = np.ones(stream.sizes["time"], dtype=bool)
    for word in DIAGNOSTICS:
        fine &= _unflagged(stream, word.name)
    return fine


def _unflagged(stream: xr.Dataset, name: str) -> NDArray[np.bool_]:
    flag = f"{name}_flag"
    if flag not in stream.data_vars:
        return np.ones(stream.sizes["time"], dtype=bool)
    values = stream.variables[flag].values
    # A missing value says nothing against the others.
    fine: NDArray[np.bool_] = (values < QUESTIONABLE) | (values == MISSING)
    return fine
