"""Reader ``socat-cruise``: one cruise in a file of the Surface Ocean CO2 Atlas, as submitted or as published.

A submission has a header of lines ``Key: value`` and a table with the titles that the SOCAT Dashboard understands; the exporter ``socat``
writes such files. A published file of one cruise has the columns of the synthesis behind a preamble. Both are recognised by their titles.

References
----------
Pfeil, B. et al. (2013), A uniform, quality controlled Surface Ocean CO2 Atlas (SOCAT), Earth Syst. Sci. Data 5, 125-143,
doi:10.5194/essd-5-125-2013.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, field_validator

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.row_stream import span_of
from icos_ocean.expocodes import NO_EXPOCODE, expocode_number, expocode_text
from icos_ocean.readers.socat_table import OTHER_CRUISE, Table, read_table
from icos_ocean.readers.socat_table_options import SocatTableOptions, checked_expocode
from icos_ocean.readers.socat_table_result import result_of
from icos_ocean.readers.socat_table_sniff import sniff
from icos_ocean.vocabulary.socat import STREAM, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_ocean.readers.socat_table import Wanted

__all__ = ["READER", "SocatCruiseOptions", "guess", "provides", "read", "span"]

_EXPOCODE_LINE = re.compile(r"\s*(?:cruise[ _]?)?expocode\s*[:=]\s*(\S+)\s*", re.IGNORECASE)


class SocatCruiseOptions(SocatTableOptions):
    """Options of ``socat-cruise``."""

    expocode: str = Field(
        default="",
        description="Expocode of the cruise; default: that of the file's header, else that of the first row. Rows of others are left out.",
    )

    @field_validator("expocode")
    @classmethod
    def _an_expocode(cls, value: str) -> str:
        return checked_expocode(value) if value else value


class _OneCruise:
    """Rows of one cruise: the one that is named, else the first."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, expocode: NDArray[np.int64], /) -> NDArray[np.bool_]:
        known = expocode != NO_EXPOCODE
        if not known.any():
            # Without a column, or without an expocode in it, all rows are of the cruise that the header names.
            return np.ones(expocode.shape, dtype=bool)
        if self.number == NO_EXPOCODE:
            self.number = int(expocode[int(np.argmax(known))])
        wanted: NDArray[np.bool_] = expocode == self.number
        return wanted


def read(path: Path, options: SocatCruiseOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
    table, number = _table(path, options, account)
    others = account.tally.rejected.get(OTHER_CRUISE, 0)
    if others:
        account.tell(
            OTHER_CRUISE, f"{others} rows of other cruises than {expocode_text(number)} are left out; socat-synthesis reads them all"
        )
    if number != NO_EXPOCODE:
        table.rows.expocode[:] = number
    return result_of(table, account)


def span(path: Path, options: SocatCruiseOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    table, _ = _table(path, options, LineAccount(path.name), clock_only=True)
    return span_of(table.rows.time)


def provides(options: SocatCruiseOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    wanted = {"latitude", "longitude", "expocode", *options.variables}
    return {STREAM: tuple(word for name, word in WORDS.items() if not options.variables or name in wanted)}


def guess(path: Path) -> Guess | None:
    """Look at the head of a file and say whether it is a SOCAT file of one cruise."""
    found = sniff(path)
    if found is None or found.cruises > 1:
        return None
    named = any(_EXPOCODE_LINE.fullmatch(line) for line in found.preamble)
    if not named and not found.cruises:
        return None
    return Guess(
        confidence=0.9,
        options=found.options,
        found=(*found.reasons, "the header names an expocode" if named else "all rows at the head of the file have one expocode"),
        unsure=found.unsure,
    )


def _table(path: Path, options: SocatCruiseOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Table, int]:
    chosen: list[_OneCruise] = []

    def wanted_of(preamble: Sequence[str]) -> Wanted:
        matches = filter(None, map(_EXPOCODE_LINE.fullmatch, preamble))
        stated = options.expocode or next((match[1] for match in matches), "")
        if stated and expocode_number(stated) == NO_EXPOCODE:
            account.tell("expocode", f"{stated[:40]!r} in the header is no expocode; the option expocode gives one")
        chosen.append(_OneCruise(expocode_number(stated)))
        return chosen[0]

    table = read_table(path, options, account, wanted_of, clock_only=clock_only)
    return table, chosen[0].number


READER = Reader(
    name="socat-cruise",
    summary="one cruise of the Surface Ocean CO2 Atlas, as submitted or as published",
    options=SocatCruiseOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
