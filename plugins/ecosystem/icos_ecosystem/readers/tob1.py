"""Reader of TOB1 tables: what LoggerNet and the loggers of Campbell Scientific write as binary files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from icos_core.components import Reader
from icos_core.exceptions import hint
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_ecosystem.campbell_types import BIG_ENDIAN_IN_TOB1, TYPES
from icos_ecosystem.readers.campbell_guess import guess_of
from icos_ecosystem.readers.campbell_options import CampbellOptions, provides
from icos_ecosystem.readers.campbell_rows import table_rows, table_span
from icos_ecosystem.readers.campbell_tables import decode_tob1

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Context, Guess, ReadResult, Span
    from icos_ecosystem.readers.campbell_tables import CampbellTable

__all__ = ["READER", "Tob1Options", "guess", "read", "span"]


class Tob1Options(CampbellOptions):
    """What a table holds, and in which order the bytes of its types stand."""

    big_endian: tuple[str, ...] = Field(
        default=BIG_ENDIAN_IN_TOB1,
        description="types that stand big-endian, the others being little-endian; the default is that of a CR1000X",
    )

    @field_validator("big_endian")
    @classmethod
    def _known_types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for kind in value:
            if kind not in TYPES:
                raise ValueError(f"no type {kind!r}{hint(kind, TYPES)}")
        return value


def read(path: Path, options: Tob1Options, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``eddy`` or ``meteo`` in order of time, and the account of every record. Records without time stamps follow one another at
        the declared frequency from the time in the file's name on.

    Raises
    ------
    InputError
        For a file that cannot be read, or is not the one described.
    """
    return table_rows(path, _table(path, options), options)


def span(path: Path, options: Tob1Options, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    return table_span(path, _table(path, options), options)


def guess(path: Path) -> Guess | None:
    """Propose how to describe a file; None where it is no TOB1 file."""
    return guess_of(path, "TOB1")


def _table(path: Path, options: Tob1Options) -> CampbellTable:
    with faults_named(path):
        return decode_tob1(plain_bytes(path), options.big_endian)


READER = Reader(
    name="tob1",
    summary="Campbell Scientific TOB1 binary tables",
    options=Tob1Options,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
