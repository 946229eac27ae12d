"""Reader of TOB3 tables: what a Campbell Scientific logger writes to its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Reader
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_ecosystem.readers.campbell_guess import guess_of
from icos_ecosystem.readers.campbell_options import CampbellOptions, provides
from icos_ecosystem.readers.campbell_rows import table_rows, table_span
from icos_ecosystem.readers.campbell_tables import decode_tob3

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Context, Guess, ReadResult, Span
    from icos_ecosystem.readers.campbell_tables import CampbellTable

__all__ = ["READER", "guess", "read", "span"]


def read(path: Path, options: CampbellOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        What its columns are.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``eddy`` or ``meteo`` in order of time, and the account of every slot for a record.

    Raises
    ------
    InputError
        For a file that cannot be read, or is not the one described.
    """
    return table_rows(path, _table(path), options)


def span(path: Path, options: CampbellOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    return table_span(path, _table(path), options)


def guess(path: Path) -> Guess | None:
    """Propose how to describe a file; None where it is no TOB3 file."""
    return guess_of(path, "TOB3")


def _table(path: Path) -> CampbellTable:
    with faults_named(path):
        return decode_tob3(plain_bytes(path))


READER = Reader(
    name="tob3",
    summary="Campbell Scientific TOB3 binary tables as they stand on a logger's card",
    options=CampbellOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
