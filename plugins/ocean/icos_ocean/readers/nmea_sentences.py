"""NMEA 0183 sentences in a log: where they are, whether their checksums hold, and what kind each is.

A sentence is ``$TTFFF,field,…*hh``: two letters of the talker, three of the formatter, fields, and the exclusive or of all bytes between
``$`` and ``*`` in hexadecimal. Older devices leave the checksum out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import InputError
from icos_core.raw_text.byte_fields import Pieces, split_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.byte_fields import Fields
    from icos_ocean.readers.logged_file import LoggedFile

__all__ = ["Sentences", "find_sentences", "packed"]

_DOLLAR, _STAR, _COMMA = (ord(letter) for letter in "$*,")
_LONGEST_ADDRESS = 7
_TOLD_WORDS = 40
_NOT_A_HEX_DIGIT = 255
_HEX = np.full(256, _NOT_A_HEX_DIGIT, dtype=np.uint8)
for _digit, _letters in enumerate(("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "Aa", "Bb", "Cc", "Dd", "Ee", "Ff")):
    for _letter in _letters:
        _HEX[ord(_letter)] = _digit


@dataclass(frozen=True)
class Sentences:
    """Sentences of a log, one per line.

    Attributes
    ----------
    log
        The log; lines without a sentence that is wanted are rejected in it.
    formatter
        (n,) three letters as a number, see :func:`packed`.
    """

    log: LoggedFile
    formatter: NDArray[np.int64]
    _pieces: Pieces
    _commas: NDArray[np.int64]

    def rows(self, formatter: str) -> NDArray[np.intp]:
        """Return the lines that are kept of one kind."""
        return np.flatnonzero(self.log.kept & (self.formatter == packed(formatter)))

    def fields(self, rows: NDArray[np.intp]) -> Fields:
        """Return the fields of lines; field 0 is the address."""
        return split_fields(self._pieces[rows], ",", self._commas)


def packed(letters: str) -> int:
    """Return letters as a number."""
    return int.from_bytes(letters.encode("ascii"), "big")


def find_sentences(
    log: LoggedFile,
    name: str,
    used: Sequence[str],
    could_be_used: Sequence[str],
    talkers: Sequence[str],
    *,
    checksum_required: bool,
) -> Sentences:
    """Find the sentences of a log; every line without one that is wanted is rejected with the reason.

    Parameters
    ----------
    log
        The log.
    name
        Of the file, for the error.
    used
        Formatters that are wanted.
    could_be_used
        Formatters that the reader knows: those that it finds and that are not wanted are told.
    talkers
        Talkers that are wanted; none for all.
    checksum_required
        Whether a sentence without checksum is rejected; a wrong one always is.

    Raises
    ------
    InputError
        Where no line has a sentence.
    """
    body, view = log.body, log.body.view
    dollars = np.append(np.flatnonzero(view == _DOLLAR), view.size)
    dollar = dollars[np.searchsorted(dollars, body.starts)]
    has_sentence = dollar < body.ends
    starts = np.where(has_sentence, dollar + 1, body.ends)
    star = _last_star(Pieces(view, starts, body.ends))
    pieces = Pieces(view, starts, np.where(star >= 0, star, body.ends))
    commas = np.flatnonzero(view == _COMMA)
    address, length = _addresses(pieces, commas)
    is_address = has_sentence & (address > 0)
    if not (is_address & log.kept).any():
        raise InputError(name, "no line has an NMEA 0183 sentence such as $GPGGA,…", line=int(np.argmax(log.kept)) + 1)
    _count_addresses(log, address, is_address)
    formatter = np.where(length == 5, address & 0xFFFFFF, 0)
    log.reject(~is_address, "no sentence", "expected an NMEA 0183 sentence such as $GPGGA,…")
    log.reject(_is_wrong(pieces, star, body.ends), "wrong checksum", "the checksum is not that of the sentence")
    if checksum_required:
        log.reject(star < 0, "no checksum", "expected * and the checksum at the end of the sentence")
    is_used = np.isin(formatter, [packed(each) for each in used])
    for each in could_be_used:
        unread = np.flatnonzero(log.kept & ~is_used & (formatter == packed(each)))
        if unread.size:
            log.account.tell(f"{each} is not read", f"{each} is not read in {unread.size} lines; name it in the option sentences")
    log.reject(~is_used, "sentence that is not used")
    if talkers:
        log.reject(~np.isin(address >> 24, [packed(each) for each in talkers]), "sentence of another talker")
    return Sentences(log, formatter, pieces, commas)


def _last_star(pieces: Pieces) -> NDArray[np.int64]:
    """Return where the last ``*`` of each piece is, -1 where there is none."""
    stars = np.flatnonzero(pieces.view == _STAR)
    before_end = np.searchsorted(stars, pieces.ends)
    found = np.append(stars, -1)[before_end - 1]
    return np.where((before_end > 0) & (found >= pieces.starts), found, -1)


def _addresses(pieces: Pieces, commas: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the address of each sentence as a number, 0 where it is none, and its length."""
    comma = np.append(commas, pieces.view.size)[np.searchsorted(commas, pieces.starts)]
    length = np.minimum(comma, pieces.ends) - pieces.starts
    fine = (length >= 3) & (length <= _LONGEST_ADDRESS) & (comma < pieces.ends)
    address = np.zeros(len(pieces), dtype=np.int64)
    for place in range(_LONGEST_ADDRESS):
        letter = pieces.view.take(pieces.starts + place, mode="clip").astype(np.int64)
        inside = place < length
        is_letter = ((letter >= ord("A")) & (letter <= ord("Z"))) | ((letter >= ord("0")) & (letter <= ord("9")))
        fine &= ~inside | is_letter
        address = np.where(inside, address * 256 + letter, address)
    return np.where(fine, address, 0), length


def _is_wrong(pieces: Pieces, star: NDArray[np.int64], line_ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return where there is a checksum and it does not hold."""
    exclusive_or = np.append(np.bitwise_xor.accumulate(pieces.view), np.uint8(0)) if pieces.view.size else np.zeros(1, dtype=np.uint8)
    computed = exclusive_or[pieces.ends - 1] ^ exclusive_or[pieces.starts - 1]
    high, low = (_HEX[pieces.view.take(star + place, mode="clip")] for place in (1, 2))
    written = (high.astype(np.int64) << 4) | low
    rest = Pieces(pieces.view, np.minimum(star + 3, line_ends), line_ends).stripped()
    fits = (high != _NOT_A_HEX_DIGIT) & (low != _NOT_A_HEX_DIGIT) & (star + 3 <= line_ends) & (rest.starts >= rest.ends)
    return np.asarray((star >= 0) & ~(fits & (written == computed)))


def _count_addresses(log: LoggedFile, address: NDArray[np.int64], is_address: NDArray[np.bool_]) -> None:
    counted = log.kept & is_address
    words, counts = np.unique(address[counted], return_counts=True)
    for told, (word, count) in enumerate(zip(words.tolist(), counts.tolist(), strict=True)):
        text = word.to_bytes(8, "big").lstrip(b"\0").decode("ascii") if told < _TOLD_WORDS else "(further sentences)"
        log.account.count_type(text, count)
    log.account.count_type("(no sentence)", int(counted.size - counted.sum()))
