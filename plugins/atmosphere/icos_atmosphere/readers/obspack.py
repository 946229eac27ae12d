"""Reader ``obspack``: finished series of mole fractions in netCDF, and in NOAA's text files.

Read are the ObsPacks of ICOS and of NOAA (netCDF-3 and netCDF-4, dimension ``time`` or ``obs``), files of AGAGE, files that OpenGHG
standardised, and text files of NOAA whose header says how many lines it has. Values are taken as the decimal numbers that the file's 32-bit
numbers stand for, in the units of the vocabulary. A stream is one gas at one height: of a file with several heights an option chooses one.

References
----------
Masarie, K. A. et al. (2014), ObsPack: a framework for the preparation, delivery, and attribution of atmospheric greenhouse gas
measurements, Earth Syst. Sci. Data 6, 375-384, doi:10.5194/essd-6-375-2014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.readers.obspack_netcdf import is_netcdf, opened
from icos_atmosphere.readers.obspack_options import ObspackOptions
from icos_atmosphere.readers.obspack_series import at_one_height, observations, series_result
from icos_atmosphere.readers.obspack_text import lines_of, read_text, sniff_text
from icos_atmosphere.readers.obspack_variables import read_variables, sniff_variables
from icos_atmosphere.readers.obspack_words import finished_words
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.row_stream import span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_atmosphere.readers.obspack_series import Series
    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "STREAM", "guess", "provides", "read", "span"]

STREAM = "obspack"
_HEAD_BYTES = 16


def read(path: Path, options: ObspackOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Returns
    -------
    ReadResult
        Stream ``obspack`` in order of time; the account of every observation, or of every line behind the header of a text. In problems an
        observation of a netCDF file goes as a line.

    Raises
    ------
    InputError
        For a file that cannot be read, holds none of the gases, has several heights of which none is chosen, or leaves open what a series
        must say.
    """
    account = LineAccount(path.name)
    series, lines = _series(path, options, account)
    return series_result(STREAM, series, lines, account, options)


def span(path: Path, options: ObspackOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    account = LineAccount(path.name)
    series, lines = _series(path, options, account, clock_only=True)
    kept, _ = at_one_height(series, lines, options, account)
    return span_of(kept.time)


def provides(options: ObspackOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    return {STREAM: finished_words([options.gas] if options.gas else GASES)}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its variables, or by its header."""
    try:
        if is_netcdf(_head_of(path)):
            with opened(path) as file:
                return sniff_variables(file)
        return sniff_text(path)
    except (OSError, InputError):
        return None


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _series(path: Path, options: ObspackOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Series, Lines]:
    with faults_named(path):
        head = _head_of(path)
    if is_netcdf(head):
        with opened(path) as file:
            series = read_variables(file, options, account, clock_only=clock_only)
        return series, observations(series.time.size)
    lines = lines_of(path)
    return read_text(path.name, lines, options, account, clock_only=clock_only), lines


READER = Reader(
    name="obspack",
    summary="ObsPack netCDF of ICOS and of NOAA",
    options=ObspackOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
