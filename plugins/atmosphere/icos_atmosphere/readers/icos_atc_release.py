"""Reader ``icos-atc-release``: time series of the Atmosphere Thematic Centre of ICOS, as released, in near real time, and older.

The layouts differ in their columns; a file is read by its titles. One file is one series: one station, one height, one gas (older files of
several gases are read as well). Values, flags and scales stay as the file has them; the calibrator ``released-mole-fraction`` takes them
further.

References
----------
Hazan, L. et al. (2016), Automatic processing of atmospheric CO2 and CH4 mole fractions at the ICOS Atmosphere Thematic Centre, Atmos.
Meas. Tech. 9, 4719-4736, doi:10.5194/amt-9-4719-2016. Format asciiAtcProductTimeSer of the ICOS Carbon Portal, https://meta.icos-cp.eu/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.readers.icos_atc_release_columns import assign_columns
from icos_atmosphere.readers.icos_atc_release_header import ENCODING, find_header, instruments_of, scales_of, tell_counts
from icos_atmosphere.readers.icos_atc_release_instruments import best_of_each_time
from icos_atmosphere.readers.icos_atc_release_options import IcosAtcReleaseOptions
from icos_atmosphere.readers.icos_atc_release_rows import Table, parse_rows
from icos_atmosphere.readers.icos_atc_release_words import DESCRIPTIVE, OTHER, release_words, scale_texts
from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.vocabulary.series import series_words
from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes, plain_head
from icos_core.raw_text.row_stream import row_stream, span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.icos_atc_release_columns import Layout
    from icos_atmosphere.readers.icos_atc_release_header import Header, Scales
    from icos_atmosphere.readers.icos_atc_release_rows import Rows
    from icos_core.components import Context
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "STREAM", "guess", "provides", "read", "span"]

STREAM = "icos_atc"
SAMPLE = "sample"
"""Averaging interval of flasks: each row is a sample with a duration of its own."""

_HEAD_BYTES = 1 << 17
_INTERVALS = (("minut", "minute"), ("hour", "hour"), ("dail", "day"), ("day", "day"), ("month", "month"))
_UNIT = re.compile(r"([uµμnp]?)mol[^a-z]*mol|pp([mbt])", re.IGNORECASE)
_UNITS = {"u": "umol mol-1", "µ": "umol mol-1", "μ": "umol mol-1", "n": "nmol mol-1", "p": "pmol mol-1", "": "mol mol-1"}
_PARTS = {"m": "umol mol-1", "b": "nmol mol-1", "t": "pmol mol-1"}
_HEIGHT_IN_NAME = re.compile(r"_([0-9]{1,3}\.[0-9])_|[._-]([0-9]{1,3})m(?:agl)?[._-]", re.IGNORECASE)


def read(path: Path, options: IcosAtcReleaseOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file.
    options
        What the file does not say.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``icos_atc`` in order of time, its attributes those of a series; the account of every line below the titles; problems.

    Raises
    ------
    InputError
        For a file that cannot be opened, has no titles of such a file, is of a gas that is not known, or says neither height, interval
        nor unit where it must.
    """
    account = LineAccount(path.name)
    lines = _lines(path)
    table, interval = _table(lines, path, options)
    tell_counts(table.header, lines, account)
    if table.layout.unused:
        account.tell("columns", f"columns not used: {', '.join(table.layout.unused)[:200]}", table.header.titles_at + 1)
    with faults_named(path):
        rows = parse_rows(table, account)
    if np.isnan(rows.height):
        raise InputError(path.name, "the file does not say the height of its inlet; the option intake_height does")
    rows = best_of_each_time(rows, table.layout.gases[0], options.instrument_priority, account)
    words = provides(options)[STREAM]
    scales = {gas: scales_of(table.header, gas, options.calibration_scale, path.name) for gas in table.layout.gases}
    values = rows.values | {f"{gas}_scale": _scale_codes(rows, gas, scales[gas], options) for gas in scales}
    ordered = {word.name: values[word.name] for word in words if word.name in values}
    result = row_stream(STREAM, rows.time, rows.line, ordered, words, lines, account, ENCODING)
    stream = result.streams[STREAM]
    stream.attrs.update(_attributes(table.header, rows.height, interval, options))
    for gas, found in scales.items():
        stream[gas].attrs["calibration_scale"] = found.common
        if found.text:
            stream[gas].attrs["calibration_scale_of_instruments"] = found.text
        # Streams of several gases are put together of files: what the instruments of each are stands with the gas.
        if "MEASUREMENT METHOD" in table.header.items:
            stream[gas].attrs["instruments"] = table.header.items["MEASUREMENT METHOD"]
    return result


def _scale_codes(rows: Rows, gas: str, scales: Scales, options: IcosAtcReleaseOptions) -> NDArray[np.int16]:
    """Return the code of the scale of each row."""
    code_of = {text: code for code, text in enumerate(scale_texts(gas, options.scales), start=1)}
    codes = np.full(rows.time.shape, code_of.get(scales.common, OTHER), dtype=np.int16)
    if f"{gas}_instrument" in rows.values:
        for number, scale in scales.by_instrument.items():
            codes[rows.values[f"{gas}_instrument"] == number] = code_of.get(scale, OTHER)
    return codes


def span(path: Path, options: IcosAtcReleaseOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    lines = _lines(path)
    table, _ = _table(lines, path, options)
    with faults_named(path):
        return span_of(parse_rows(table, LineAccount(path.name), clock_only=True).time)


def provides(options: IcosAtcReleaseOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    return {STREAM: (*series_words(), *release_words(options.texts, options.scales))}


def guess(path: Path) -> Guess | None:
    """Look at the head of a file and say whether it is such a time series."""
    try:
        with faults_named(path):
            lines = split_lines(plain_head(path, _HEAD_BYTES))
        header = find_header(lines, path.name)
        layout = assign_columns(header, path.name)
    except InputError:
        return None
    stated = "STATION CODE" in header.items
    formulas = ", ".join(GASES[gas].formula for gas in layout.gases)
    found = [f"{'a header with STATION CODE and ' if stated else ''}titles of columns for {formulas}"]
    options: dict[str, Any] = {}
    unsure: list[str] = []
    for kind in DESCRIPTIVE:
        texts = _texts_at_head(lines, header, layout, kind)
        if texts:
            options[f"{kind}s"] = texts
    heights = header.heights()
    if len(heights) > 1:
        options["intake_height"] = heights[0]
        unsure.append(f"intake_height: the file has several, {', '.join(f'{each:g} m' for each in heights)}")
    if not heights and "height" not in layout.places:
        unsure.append("intake_height: the file itself does not say it")
    if not layout.is_flask and not _interval_in(header.items.get("TIME INTERVAL", "")):
        unsure.append("averaging_interval: the header does not say it")
    return Guess(confidence=0.95 if stated else 0.7, options=options, found=tuple(found), unsure=tuple(unsure))


def _lines(path: Path) -> Lines:
    """Return the lines of a file, unpacked: the Carbon Portal hands out archives of one file."""
    with faults_named(path):
        return split_lines(plain_bytes(path))


def _texts_at_head(lines: Lines, header: Header, layout: Layout, kind: str) -> list[str]:
    """Return the texts of a descriptive flag that stand at the head of a file and have no code."""
    columns = [column for name, column in layout.values.items() if name.endswith(f"_{kind}")]
    rows = [
        lines.raw(index).decode(ENCODING, errors="replace").split(header.separator) for index in range(header.titles_at + 1, len(lines))
    ]
    found = {row[column].strip() for column in columns for row in rows if len(row) == len(header.titles)}
    return sorted(text for text in found - set(IcosAtcReleaseOptions().texts[kind]) if text and text.isprintable())


def _table(lines: Lines, path: Path, options: IcosAtcReleaseOptions) -> tuple[Table, str]:
    """Return the file, understood, and the interval that its rows stand for."""
    header = find_header(lines, path.name)
    layout = assign_columns(header, path.name)
    height = options.intake_height if options.intake_height is not None else _height(header, layout, path)
    units = _units(header, layout, path.name)
    table = Table(lines=lines, header=header, layout=layout, height=height, units=units, texts=options.texts)
    return table, SAMPLE if layout.is_flask else options.averaging_interval or _interval(header, path)


def _height(header: Header, layout: Layout, path: Path) -> float | None:
    heights = header.heights()
    if len(heights) > 1:
        named = ", ".join(f"{each:g} m" for each in heights)
        raise InputError(path.name, f"the file has several sampling heights: {named}; the option intake_height chooses one")
    if heights:
        return heights[0]
    in_name = _HEIGHT_IN_NAME.search(path.name)
    return None if "height" in layout.places or in_name is None else float(in_name[1] or in_name[2])


def _interval(header: Header, path: Path) -> str:
    found = _interval_in(header.items.get("TIME INTERVAL", "")) or _interval_in(path.stem)
    if not found:
        raise InputError(path.name, "the file does not say which interval a row stands for; the option averaging_interval does")
    return found


def _interval_in(text: str) -> str:
    return next((interval for word, interval in _INTERVALS if word in text.lower()), "")


def _units(header: Header, layout: Layout, file: str) -> dict[str, str]:
    stated = header.items.get("MEASUREMENT UNIT", "")
    if not stated:
        return {gas: GASES[gas].units for gas in layout.gases}
    match = _UNIT.search(stated)
    if match is None:
        raise InputError(file, f"unit {stated[:40]!r} is no mole fraction; expected umol.mol-¹, nmol.mol-¹, ppm or ppb")
    unit = _PARTS[match[2].lower()] if match[2] else _UNITS[match[1].lower()]
    return dict.fromkeys(layout.gases, unit)


def _attributes(header: Header, height: float, interval: str, options: IcosAtcReleaseOptions) -> dict[str, Any]:
    method = header.items.get("MEASUREMENT METHOD", "")
    instruments = instruments_of(method)
    return {
        "line": options.line or f"{height:g}m",
        "intake_height": height,
        "averaging_interval": interval,
        "instrument": method or "not stated",
        "instrument_ids": list(instruments),
        "instrument_methods": list(instruments.values()),
        **header.attributes(),
    }


READER = Reader(
    name="icos-atc-release",
    summary="time series of the Atmosphere Thematic Centre of ICOS: release, near real time and older layouts",
    options=IcosAtcReleaseOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
