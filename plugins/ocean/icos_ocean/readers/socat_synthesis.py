"""Reader ``socat-synthesis``: all cruises of the Surface Ocean CO2 Atlas in one file, with tens of millions of rows.

Every row carries its cruise as the number `expocode`. Ships measure at the same second, and a stream has each time once: unless one
expocode is asked for, the time of a row is later than in the file by less than 0.6 ms, by an amount that follows from its expocode.
Two rows of one time whose expocodes give the same amount (about one pair in half a million) count as a conflict, and the second is told.

References
----------
Bakker, D. C. E. et al. (2016), A multi-decade record of high-quality fCO2 data in version 3 of the Surface Ocean CO2 Atlas (SOCAT), Earth
Syst. Sci. Data 8, 383-413, doi:10.5194/essd-8-383-2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, field_validator

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.exceptions import InputError
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.row_stream import span_of
from icos_ocean.expocodes import NO_EXPOCODE, expocode_numbers
from icos_ocean.readers.socat_table import Table, read_table
from icos_ocean.readers.socat_table_options import SocatTableOptions, checked_expocode
from icos_ocean.readers.socat_table_result import result_of
from icos_ocean.readers.socat_table_sniff import sniff
from icos_ocean.vocabulary.socat import STREAM, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context

__all__ = ["READER", "SocatSynthesisOptions", "guess", "moved", "provides", "read", "span"]

_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_BITS = np.uint64(45)


class SocatSynthesisOptions(SocatTableOptions):
    """Options of ``socat-synthesis``."""

    expocodes: tuple[str, ...] = Field(
        default=(), description="Cruises to read; none means all. With exactly one, times are those of the file to the nanosecond."
    )

    @field_validator("expocodes")
    @classmethod
    def _are_expocodes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(checked_expocode, value))


def moved(expocode: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how much later than in the file rows of each cruise are, in ns: 0 to 524,287, scattered over the expocodes."""
    with np.errstate(over="ignore"):
        scattered = expocode.astype(np.uint64) * _SCATTER
    return (scattered >> _BITS).astype(np.int64)


def read(path: Path, options: SocatSynthesisOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Returns
    -------
    ReadResult
        Stream ``socat`` in order of time; the account of every line behind the titles.

    Raises
    ------
    InputError
        For a file that cannot be opened, has no table of SOCAT, or whose titles cannot be used.
    """
    account = LineAccount(path.name)
    table = _table(path, options, account)
    return result_of(table, account)


def span(path: Path, options: SocatSynthesisOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    return span_of(_table(path, options, LineAccount(path.name), clock_only=True).rows.time)


def provides(options: SocatSynthesisOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    wanted = {"latitude", "longitude", "expocode", *options.variables}
    return {STREAM: tuple(word for name, word in WORDS.items() if not options.variables or name in wanted)}


def guess(path: Path) -> Guess | None:
    """Look at the head of a file and say whether it is a synthesis of SOCAT."""
    found = sniff(path)
    if found is None or not found.cruises or not found.recomputed:
        return None
    several = found.cruises > 1
    reason = f"the head of the file has rows of {found.cruises} cruises" if several else "every row has an expocode"
    unsure = () if several else ("reader: the head of the file has one cruise only; socat-cruise reads a file of one cruise",)
    return Guess(
        confidence=0.95 if several else 0.6, options=found.options, found=(*found.reasons, reason), unsure=(*found.unsure, *unsure)
    )


def _table(path: Path, options: SocatSynthesisOptions, account: LineAccount, *, clock_only: bool = False) -> Table:
    asked = expocode_numbers(options.expocodes)

    def wanted(expocode: NDArray[np.int64], /) -> NDArray[np.bool_]:
        known: NDArray[np.bool_] = np.isin(expocode, asked) if asked.size else expocode != NO_EXPOCODE
        return known

    table = read_table(path, options, account, lambda _preamble: wanted, clock_only=clock_only)
    if table.layout.expocode is None:
        raise InputError(path.name, "no column of expocodes; socat-cruise reads a file of one cruise", line=table.header + 1)
    if asked.size != 1:
        np.add(table.rows.time, moved(table.rows.expocode), out=table.rows.time)
    return table


READER = Reader(
    name="socat-synthesis",
    summary="all cruises of the Surface Ocean CO2 Atlas in one file",
    options=SocatSynthesisOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
