"""Lines of a ship's weather mast: ``MET,12.1,22,19.07,63.9,…`` of its logger, ``SUS,A,325,009.31,M,…`` of its sonic anemometers.

The anemometers' lines are between the bytes STX and ETX, with the exclusive or of what is between them behind ETX in hexadecimal:
node, direction, speed, unit, speed of sound, sonic temperature, status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import InputError
from icos_core.raw_text.byte_fields import Pieces, split_fields
from icos_ocean.readers.vaisala_wxt_options import SKIPPED
from icos_ocean.readers.weather_lines import WeatherLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ocean.readers.logged_file import LoggedFile
    from icos_ocean.readers.vaisala_wxt_options import VaisalaOptions

__all__ = ["read_mast"]

_MET = "MET"
_START_OF_TEXT, _END_OF_TEXT = 2, 3
_WIND_FIELDS = 7
_SPEEDS = {"M": 1.0, "K": 1 / 3.6, "N": 1852.0 / 3600.0, "P": 0.44704, "F": 0.00508}


def read_mast(log: LoggedFile, name: str, options: VaisalaOptions) -> WeatherLines:
    """Read the lines of a mast; lines of another word or shape are rejected.

    Raises
    ------
    InputError
        Where no line begins with one of the words.
    """
    words = (_MET, *options.mast_winds)
    kind = np.full(len(log.lines), -1, dtype=np.int64)
    for code, word in enumerate(words):
        kind[_begins_with(log.body, word)] = code
    if not (log.kept & (kind >= 0)).any():
        raise InputError(name, f"no line begins with {', '.join(words)} and a comma", line=int(np.argmax(log.kept)) + 1)
    for code, word in enumerate(words):
        log.account.count_type(word, int((log.kept & (kind == code)).sum()))
    log.account.count_type("(no message)", len(log.lines) - int((log.kept & (kind >= 0)).sum()))
    log.reject(kind < 0, "no message", f"expected a line that begins with {', '.join(words)}")
    lines = WeatherLines(kind=kind)
    _read_met(log, lines, options.mast_columns)
    for number, word in enumerate(options.mast_winds, start=1):
        _read_wind(log, lines, number, word, options.mast_good_status)
    return lines


def _begins_with(body: Pieces, word: str) -> NDArray[np.bool_]:
    same = body.ends - body.starts > len(word)
    for place, letter in enumerate(f"{word},"):
        same &= body.view.take(body.starts + place, mode="clip") == ord(letter)
    return same


def _read_met(log: LoggedFile, lines: WeatherLines, columns: Sequence[str]) -> None:
    rows = np.flatnonzero(log.kept & (lines.kind == 0))
    fields = split_fields(log.body[rows], ",")
    short = np.zeros(len(log.lines), dtype=bool)
    short[rows[fields.count <= len(columns)]] = True
    log.reject(short, "too few fields", f"expected {len(columns)} fields behind {_MET}")
    whole = log.kept[rows]
    for place, name in enumerate(columns, start=1):
        if name != SKIPPED:
            lines.found.append((name, rows[whole], log.numbers(name, fields.field(place)[whole], rows[whole])))


def _read_wind(log: LoggedFile, lines: WeatherLines, number: int, word: str, good_status: Sequence[str]) -> None:
    rows = np.flatnonzero(log.kept & (lines.kind == number))
    inside, closes = _telegram(log.body[rows])
    fields = split_fields(inside, ",")
    bad = np.zeros(len(log.lines), dtype=bool)
    bad[rows[~closes]] = True
    log.reject(bad, "wrong checksum", "expected the fields between STX and ETX, and their checksum behind it")
    bad[rows[fields.count <= _WIND_FIELDS - 1]] = True
    log.reject(bad, "too few fields", f"expected {_WIND_FIELDS} fields")
    whole = log.kept[rows]
    rows, inside = rows[whole], inside[whole]
    fields = split_fields(inside, ",")
    ending = "" if number == 1 else f"_{number}"
    factor = np.full(256, np.nan)
    for letter, each in _SPEEDS.items():
        factor[ord(letter)] = each
    codes, texts = fields.field(_WIND_FIELDS - 1).words()
    is_good = np.array([text in good_status for text in texts], dtype=bool)[codes] if rows.size else np.empty(0, dtype=bool)
    log.tell(f"{word}: status", f"the status of {word} is none of {', '.join(good_status)}: its wind is missing", rows[~is_good])
    direction = log.numbers(f"{word} direction", fields.field(1), rows)
    speed = log.numbers(f"{word} speed", fields.field(2), rows) * factor[fields.field(3).letters()]
    lines.found.append((f"relative_wind_direction{ending}", rows, np.where(is_good, direction, np.nan)))
    lines.found.append((f"relative_wind_speed{ending}", rows, np.where(is_good, speed, np.nan)))


def _telegram(body: Pieces) -> tuple[Pieces, NDArray[np.bool_]]:
    """Return what is between STX and ETX of each line, and whether the checksum behind ETX holds."""
    starts, ends = body.starts.copy(), body.starts.copy()
    holds = np.zeros(len(body), dtype=bool)
    for row in range(len(body)):
        text = body.view[body.starts[row] : body.ends[row]].tobytes()
        first, last = text.find(_START_OF_TEXT), text.rfind(_END_OF_TEXT)
        if 0 <= first < last:
            starts[row], ends[row] = body.starts[row] + first + 1, body.starts[row] + last
            holds[row] = text[last + 1 :].strip() == b"%02X" % _exclusive_or(text[first + 1 : last])
    return Pieces(body.view, starts, ends), holds


def _exclusive_or(text: bytes) -> int:
    return int(np.bitwise_xor.reduce(np.frombuffer(text, dtype=np.uint8))) if text else 0
