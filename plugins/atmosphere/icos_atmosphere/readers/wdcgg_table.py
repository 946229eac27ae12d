"""Rows of a text whose fields stand between blanks, column by column, every line accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.byte_fields import Pieces, split_at_blanks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["BLANK", "TOO_FEW", "TOO_MANY", "BlankTable", "blank_table"]

BLANK = "blank line"
TOO_FEW = "too few fields"
TOO_MANY = "too many fields"
_ENCODING = "utf-8"


class BlankTable:
    """The rows of the right shape.

    Attributes
    ----------
    line
        (n,) number of the line of each row, counted from 1.
    columns
        Names of the columns.
    """

    def __init__(self, lines: Lines, rows: NDArray[np.int64], columns: Sequence[str], account: LineAccount) -> None:
        self.line = rows + 1
        self.columns = tuple(columns)
        self._lines = lines
        self._account = account
        view = np.frombuffer(lines.data, dtype=np.uint8)
        self._tokens = split_at_blanks(Pieces(view, lines.starts[rows], lines.ends[rows]))

    def __contains__(self, name: str) -> bool:
        """Whether there is a column of this name."""
        return name in self.columns

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers, NaN where a field is none; those are counted and the first of them told."""
        values, damaged = self._tokens.token(self.columns.index(name)).numbers()
        self._account.damage(name, damaged.size)
        for told, row in enumerate(damaged.tolist(), start=1):
            at = int(self.line[row])
            text = self._lines.raw(at - 1).decode(_ENCODING, errors="replace")
            if not self._account.tell("number", f"{name} is no number", at, text):
                self._account.tell_more("number", damaged.size - told)
                break
        return values

    def words(self, name: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
        """Return a column of texts: the position of each in the distinct ones, and those."""
        return self._tokens.token(self.columns.index(name)).words()


def blank_table(lines: Lines, first: int, columns: Sequence[str], account: LineAccount, *, remarks: bool = False) -> BlankTable:
    """Return the rows of a text; lines of the wrong shape are accounted for.

    Parameters
    ----------
    lines
        The file.
    first
        Index of the line behind the header.
    columns
        Names of the columns.
    account
        Takes the account of the lines behind the header.
    remarks
        Whether the last field is a remark, which may be of several words.
    """
    index = np.arange(min(first, len(lines)), len(lines), dtype=np.int64)
    account.seen = index.size
    if not index.size:
        return BlankTable(lines, index, columns, account)
    view = np.frombuffer(lines.data, dtype=np.uint8)
    count = split_at_blanks(Pieces(view, lines.starts[index], lines.ends[index])).count
    wrong = {BLANK: count == 0, TOO_FEW: (count > 0) & (count < len(columns))}
    wrong[TOO_MANY] = (count > len(columns)) & (not remarks)
    for reason, rows in wrong.items():
        account.reject(reason, int(rows.sum()))
        for told, row in enumerate([] if reason == BLANK else np.flatnonzero(rows).tolist(), start=1):
            text = lines.raw(int(index[row])).decode(_ENCODING, errors="replace")
            message = f"{reason}: expected {len(columns)}, found {int(count[row])}"
            if not account.tell(reason, message, int(index[row]) + 1, text):
                account.tell_more(reason, int(rows.sum()) - told)
                break
    good = ~np.any(list(wrong.values()), axis=0)
    return BlankTable(lines, index[good], columns, account)
