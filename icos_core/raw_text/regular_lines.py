"""Lines of a delimited file that have the right number of fields, and the account of those that have not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.raw_text.delimited_text import count_fields, gather, repaired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["RegularLines", "regular_lines", "reject", "reject_rows"]

BLANK = "blank line"
NUL = "zero bytes"
NO_DATA = "no line of data"
TOO_FEW = "too few fields"
TOO_MANY = "too many fields"


class RegularLines(NamedTuple):
    """Lines that can be parsed together.

    Attributes
    ----------
    rows : (n,) ndarray of int
        Their indices in the file, from 0.
    text : bytes
        The lines, one after the other.
    """

    rows: NDArray[np.int64]
    text: bytes


def reject(account: LineAccount, reason: str, count: int) -> None:
    """Count rejected lines that belong to no kind of row but their reason."""
    account.reject(reason, count)
    account.count_type(f"({reason})", count)


def regular_lines(
    lines: Lines,
    first: int,
    last: int,
    *,
    n_fields: int,
    least: int,
    account: LineAccount,
    separator: str = ",",
    mark: bytes = b"",
    encoding: str = "latin-1",
) -> RegularLines:
    """Sort out lines of the wrong shape, each counted, the first of each kind told.

    Parameters
    ----------
    lines
        The file.
    first, last
        Indices of the first line and of the one after the last.
    n_fields, least
        Fields that a line shall have, and those it must have before blank ones are added.
    account
        Takes the account of the lines that are left out.
    separator
        One character.
    mark
        What a line of data begins with.
    encoding
        Of the file, for messages.
    """
    if last <= first:
        return RegularLines(np.empty(0, dtype=np.int64), b"")
    fields = count_fields(lines, first, last, separator)
    wrong = _not_data(lines, first, last, separator, mark)
    good = np.ones(last - first, dtype=bool)
    for rows in wrong.values():
        good[rows] = False
    instead: dict[int, bytes] = {}
    for row in np.flatnonzero(good & (fields != n_fields)).tolist():
        fixed = repaired(lines.raw(first + row), n_fields, least, separator)
        if fixed is None:
            good[row] = False
            wrong.setdefault(TOO_FEW if fields[row] < n_fields else TOO_MANY, []).append(row)
        else:
            instead[row] = fixed
    for reason, rows in wrong.items():
        reject(account, reason, len(rows))
        for told, row in enumerate([] if reason == BLANK else rows, start=1):
            shown = lines.raw(first + row).decode(encoding, errors="replace")
            expected = f": expected {n_fields} fields, found {fields[row]}" if reason in {TOO_FEW, TOO_MANY} else ""
            if not account.tell(reason, f"{reason}{expected}", first + row + 1, shown):
                account.tell_more(reason, len(rows) - told)
                break
    regular = good.copy()
    regular[list(instead)] = False
    return RegularLines(np.flatnonzero(good) + first, gather(lines, first, regular, instead))


def _not_data(lines: Lines, first: int, last: int, separator: str, mark: bytes) -> dict[str, list[int]]:
    """Return the lines that are blank, hold zero bytes, or do not begin with the mark, by reason."""
    starts = lines.starts[first:last] - lines.starts[first]
    view = np.frombuffer(lines.data, dtype=np.uint8)[lines.starts[first] : lines.ends[last - 1] + 1]
    found: dict[str, list[int]] = {}
    blank_first = np.isin(view[starts], np.frombuffer(b"\n \t\v\f" + separator.encode(), dtype=np.uint8))
    found[BLANK] = [row for row in np.flatnonzero(blank_first).tolist() if not _content(lines.raw(first + row), separator)]
    left = np.ones(starts.size, dtype=bool)
    left[found[BLANK]] = False
    if (view == 0).any():
        found[NUL] = np.flatnonzero(left & (np.add.reduceat(view == 0, starts, dtype=np.int64) > 0)).tolist()
        left[found[NUL]] = False
    if mark:
        marked = np.ones(starts.size, dtype=bool)
        for place, letter in enumerate(mark):
            # Past the end of the block there is no letter: the last byte is a line end, which no mark holds.
            marked &= view[np.minimum(starts + place, view.size - 1)] == letter
        found[NO_DATA] = np.flatnonzero(left & ~marked).tolist()
    return {reason: rows for reason, rows in found.items() if rows}


def _content(raw: bytes, separator: str) -> bytes:
    return raw.replace(separator.encode(), b"").strip()


def reject_rows(account: LineAccount, reason: str, message: str, index: NDArray[np.int64], lines: Lines, encoding: str = "latin-1") -> None:
    """Count rejected rows, whose kind is counted elsewhere, and tell the first of them."""
    account.reject(reason, index.size)
    for told, at in enumerate(index.tolist(), start=1):
        if not account.tell(reason, message, at + 1, lines.raw(at).decode(encoding, errors="replace")):
            account.tell_more(reason, index.size - told)
            break
