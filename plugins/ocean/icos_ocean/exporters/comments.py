"""Why a value has its flag, in words: outcomes of tests, and the reasons that people gave.

Rows share few comments, so a column of comments is an index into a short list of texts. Who set a flag is not written, only why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, QUESTIONABLE
from icos_core.flags import FLAG_MEANINGS, FLAG_VALUES, PERSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.people import PersonFlag

__all__ = ["MOST", "Comments", "joined", "of_people", "of_tests", "plain", "reasons"]

MOST = 300
"""Longest comment in characters: the Carbon Portal takes lines of at most 16,384 bytes."""
_SEPARATOR = "; "
_WORD = dict(zip(FLAG_VALUES, FLAG_MEANINGS, strict=True))


@dataclass(frozen=True)
class Comments:
    """A column of comments: position of each row's text in `words`, whose first is empty."""

    codes: NDArray[np.intp]
    words: tuple[str, ...]

    def taken(self, rows: NDArray[np.intp]) -> Comments:
        """Return the comments of some rows."""
        return Comments(self.codes[rows], self.words)


def of_tests(stream: xr.Dataset, name: str) -> Comments:
    """Name the outcomes of tests where a quantity is questionable or bad."""
    size = stream.sizes["time"]
    bits, flag = f"{name}_tests", f"{name}_flag"
    if bits not in stream or flag not in stream:
        return Comments(np.zeros(size, dtype=np.intp), ("",))
    shown = np.isin(stream[flag].values, (QUESTIONABLE, BAD))
    found, codes = np.unique(np.where(shown, stream[bits].values, 0), return_inverse=True)
    meanings = str(stream[bits].attrs["flag_meanings"]).split()
    masks = np.atleast_1d(stream[bits].attrs["flag_masks"]).tolist()
    words = [" ".join(meaning for mask, meaning in zip(masks, meanings, strict=True) if value & mask) for value in found.tolist()]
    return _compact(codes.reshape(-1), words)


def of_people(stream: xr.Dataset, stream_name: str, name: str, people: Sequence[PersonFlag], *, title: str = "") -> Comments:
    """Say why a person flagged a quantity, where a person's flag decides; `title` is put before it.

    Where several people's flags cover a row the last one counts, as it does for the flag. A row flagged by a person whose reason is not
    at hand (the flag came with other data) is commented without it.
    """
    size = stream.sizes["time"]
    origin = f"{name}_flag_origin"
    if origin not in stream:
        return Comments(np.zeros(size, dtype=np.intp), ("",))
    decided = stream[origin].values == PERSON
    if not decided.any():
        return Comments(np.zeros(size, dtype=np.intp), ("",))
    concerned = [person for person in people if person.stream == stream_name and person.variable == name]
    reason = np.zeros(size, dtype=np.int64)
    for number, person in enumerate(concerned, start=1):
        reason[person.rows(stream["time"].values)] = number
    key = np.where(decided, 1 + reason * 16 + stream[f"{name}_flag"].values, 0)
    found, codes = np.unique(key, return_inverse=True)
    words = [_person_text(int(value) - 1, concerned, title) if value else "" for value in found.tolist()]
    return _compact(codes.reshape(-1), words)


def _person_text(key: int, concerned: Sequence[PersonFlag], title: str) -> str:
    number, flag = divmod(key, 16)
    person = concerned[number - 1] if number else None
    verb = "accepted as" if person is not None and person.flag is None else "flagged"
    text = f"{verb} {_WORD[flag]} by a person"
    if person is not None and person.why:
        text += f": {plain(person.why)}"
    return f"{title} {text}" if title else text


def reasons(stream: xr.Dataset, stream_name: str, name: str, people: Sequence[PersonFlag]) -> Comments:
    """Say everything about the flag of a quantity: outcomes of tests, then people's reasons."""
    return joined([of_tests(stream, name), of_people(stream, stream_name, name, people)])


def joined(columns: Sequence[Comments]) -> Comments:
    """Put comments of the same rows one behind the other."""
    result = columns[0]
    for other in columns[1:]:
        key = result.codes * len(other.words) + other.codes
        found, codes = np.unique(key, return_inverse=True)
        pairs = [divmod(int(value), len(other.words)) for value in found.tolist()]
        words = [_SEPARATOR.join(part for part in (result.words[left], other.words[right]) if part) for left, right in pairs]
        result = _compact(codes.reshape(-1), words)
    return result


def _compact(codes: NDArray[np.intp], words: Sequence[str]) -> Comments:
    """Return the same comments with the empty one first and each text once."""
    texts = tuple(dict.fromkeys(["", *(word if len(word) <= MOST else f"{word[: MOST - 1]}…" for word in words)]))
    position = {text: place for place, text in enumerate(texts)}
    shortened = [word if len(word) <= MOST else f"{word[: MOST - 1]}…" for word in words]
    return Comments(np.array([position[word] for word in shortened], dtype=np.intp)[codes], texts)


def plain(text: str) -> str:
    """Return text fit for a cell of any table: one line, single blanks, no tabs, no double quotes, no zero bytes."""
    return " ".join(text.replace('"', "'").replace("\0", " ").split())
