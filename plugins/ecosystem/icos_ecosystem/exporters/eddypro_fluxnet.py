"""Exporter ``eddypro-fluxnet``: the table ``fluxnet`` that EddyPro 7 writes, one header row and one row per averaging interval.

Columns, order, units and numbers are EddyPro's: six significant digits in Fortran's general format, counts and codes without a point,
``-9999.0`` where missing. N2O stands in the columns of the fourth gas, NONE. Meteorology of the stream, where there is some, follows
behind ``NUM_BIOMET_VARS`` as ``TA_1_1_1`` and so on; that it stands so in files of EddyPro is unverified.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Exporter
from icos_core.exporters import text
from icos_ecosystem.exporters.eddypro_instruments import TEXT_COLUMNS, word_of_eddypro
from icos_ecosystem.exporters.eddypro_numbers import MISSING, general_column, whole_column
from icos_ecosystem.exporters.eddypro_options import EddyProOptions, day_of_year_column, file_name_column, local
from icos_ecosystem.exporters.eddypro_table import write_table
from icos_ecosystem.exporters.flux_table import chunks
from icos_ecosystem.vocabulary.flux_own import METEO_WORDS
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from icos_core.components import Context, Streams, Variable
    from icos_core.exporters.text import Column
    from icos_ecosystem.exporters.flux_table import FluxTable

__all__ = ["EXPORTER", "column_name", "export"]

_WHOLE = re.compile(
    r".*(_NR|_NREX|_NUM_SPIKES|_ZCD|_SS|_ITC|_TEST)|(VM97|INST|NUM|LOGGER)_.*|NIGHT|FILE_TIME_DURATION"
    r"|BADM_INST_(SAMPLING|AVERAGING)_INT|DENTRENDING_TIME_CONSTANT"
)
_FOURTH_GAS = re.compile(r"N2O(?![A-Z])")
_CUSTOM = re.compile(r"CUSTOM_.*_MEAN")


def column_name(name: str) -> str:
    """Return the title of a variable's column: that of N2O is NONE."""
    return _FOURTH_GAS.sub("NONE", name)


def export(streams: Streams, folder: Path, options: EddyProOptions, context: Context) -> Sequence[Path]:
    """Write one table, ``eddypro_<station>_fluxnet.csv``.

    Raises
    ------
    ExportRefused
        If there is no such stream.
    DataError
        If the stream does not say where its intervals end.
    """
    return write_table("fluxnet", _write, streams, folder, options, context)


def _write(path: Path, *, table: FluxTable, options: EddyProOptions, context: Context) -> None:
    custom = tuple(str(name) for name in table.data.data_vars if _CUSTOM.fullmatch(str(name)))
    meteorology = tuple(word.name for word in METEO_WORDS if table.has(word.name))
    with path.open("wb") as file:
        for position, part in enumerate(chunks(table)):
            titled = list(_columns(part, custom, meteorology, options, context))
            if position == 0:
                file.write((",".join(title for title, _ in titled) + "\n").encode())
            file.write(text.lines(column for _, column in titled))


def _columns(
    table: FluxTable, custom: Sequence[str], meteorology: Sequence[str], options: EddyProOptions, context: Context
) -> Iterator[tuple[str, Column]]:
    start, end = local(table.start, options, context), local(table.end, options, context)
    for title, time in (("TIMESTAMP_START", start), ("TIMESTAMP_END", end)):
        yield title, text.word_column(np.arange(table.size), [moment.strftime("%Y%m%d%H%M") for moment in time.astype(object)])
    yield "DOY_START", day_of_year_column(start)
    yield "DOY_END", day_of_year_column(end)
    yield "FILENAME_HF", file_name_column(table, end, options, context)
    for word in EDDYPRO_WORDS:
        if word.name == "NUM_CUSTOM_VARS":
            yield word.name, text.constant_column(str(len(custom)), table.size)
            yield from ((name, general_column(table.values(name))) for name in custom)
        elif word.name == "NUM_BIOMET_VARS":
            yield word.name, text.constant_column(str(len(meteorology)), table.size)
            yield from ((f"{name}_1_1_1", general_column(table.values(name))) for name in meteorology)
        else:
            yield column_name(word.name), _column(table, word)


def _column(table: FluxTable, word: Variable) -> Column:
    if word.name not in table.data:
        return text.constant_column(MISSING, table.size)
    if word.name in TEXT_COLUMNS:
        positions, words = table.words(word.name)
        return text.word_column(positions, [word_of_eddypro(word.name, each) or MISSING for each in words])
    if word.flag_values:
        return whole_column(table.codes(word.name))
    return (whole_column if _WHOLE.fullmatch(word.name) else general_column)(table.values(word.name))


EXPORTER = Exporter(name="eddypro-fluxnet", summary="the table fluxnet of EddyPro", options=EddyProOptions, export=export)
