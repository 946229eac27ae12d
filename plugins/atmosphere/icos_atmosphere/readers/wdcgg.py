"""Reader ``wdcgg``: text files of the World Data Centre for Greenhouse Gases, three generations.

The layout of today (37 columns, three uncertainties), that of 2018 to 2021 (27 columns), and that of GAW report 188 (``C01 TITLE:``). Which
columns there are is taken from the file. The number of lines of the header is counted, and compared with what it says. A file as it is
submitted, with the names of its columns alone, is read as well.

References
----------
World Meteorological Organization (2009), Technical Report of Global Analysis Method for Major Greenhouse Gases, and Revision of the World
Data Centre for Greenhouse Gases Data Submission and Dissemination Guide, GAW report 188, WMO/TD-No. 1507.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.readers.obspack_layout import checked_gas
from icos_atmosphere.readers.obspack_series import at_one_height, series_result
from icos_atmosphere.readers.obspack_words import finished_words
from icos_atmosphere.readers.wdcgg_header import header_of
from icos_atmosphere.readers.wdcgg_options import WdcggOptions
from icos_atmosphere.readers.wdcgg_rows import read_rows
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes, plain_head
from icos_core.raw_text.row_stream import span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_atmosphere.readers.obspack_series import Series
    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "STREAM", "guess", "provides", "read", "span"]

STREAM = "wdcgg"
_LAYOUTS = {"#": "a header of lines '# key : value'", "C01": "a header after GAW report 188", "names": "columns of the World Data Centre"}


def read(path: Path, options: WdcggOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Returns
    -------
    ReadResult
        Stream ``wdcgg`` in order of time; the account of every line behind the header.

    Raises
    ------
    InputError
        For a file that cannot be read, is of another species, has several heights of which none is chosen, or leaves open what a series
        must say.
    """
    account = LineAccount(path.name)
    series, lines = _series(path, options, account)
    return series_result(STREAM, series, lines, account, options)


def span(path: Path, options: WdcggOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
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


def provides(options: WdcggOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    return {STREAM: finished_words([options.gas] if options.gas else GASES)}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its header."""
    try:
        header = header_of(split_lines(plain_head(path)))
        if header is None or not {"st_year", "DATE"} & set(header.columns) or "year" in header.columns:
            return None
        named = path.name.partition("_")[0] if header.kind == "names" else ""
        gas = checked_gas(path.name, header.first("dataset_parameter", "PARAMETER") or named, WdcggOptions())
    except (TextError, InputError):
        return None
    unsure = [] if "intake_height" in header.columns else ["intake_height: the file may not say it, and then it must be stated"]
    return Guess(confidence=0.95, found=(_LAYOUTS[header.kind], f"holds {GASES[gas].formula}"), unsure=tuple(unsure))


def _series(path: Path, options: WdcggOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Series, Lines]:
    with faults_named(path):
        lines = split_lines(plain_bytes(path))
    return read_rows(path.name, lines, options, account, clock_only=clock_only), lines


READER = Reader(
    name="wdcgg",
    summary="text files of the World Data Centre for Greenhouse Gases, three generations",
    options=WdcggOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
