"""Whether a file is a meteorological one of the Ecosystem Thematic Centre, and how to describe it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from icos_core.components import Guess
from icos_core.raw_text.packed import plain_head
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.icos_bm_options import LEVELS, SEPARATORS, WORDS, sensor_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["guess"]

_NAME = re.compile(r"[A-Z]{2}-[A-Za-z0-9]{3}_(BM|ST)_\d{8}")
_STAMP = re.compile(r"\d{12}(?:\d{2})?")


def guess(path: Path) -> Guess | None:
    """Say whether a file has TIMESTAMP as YYYYMMDDhhmmss and columns VAR_H_V_R."""
    lines = plain_head(path).decode("utf-8", errors="replace").splitlines()[:3]
    if len(lines) < 2:
        return None
    for name, separator in SEPARATORS.items():
        headers, row = (split_header(line.encode(), separator) for line in (lines[0], lines[-1]))
        upper = [header.upper() for header in headers]
        if "TIMESTAMP" not in upper or len(row) != len(headers) or not _STAMP.fullmatch(row[upper.index("TIMESTAMP")]):
            continue
        sensors = [(header, sensor) for header in headers if (sensor := sensor_of(header)) is not None]
        meteo = {sensor.variable for _, sensor in sensors if sensor.variable in WORDS}
        gases = [header for header, sensor in sensors if sensor.variable in LEVELS and sensor.variable not in WORDS]
        if meteo or gases:
            return _proposal(path, {} if name == "comma" else {"separator": name}, meteo, gases)
    return None


def _proposal(path: Path, options: dict[str, Any], meteo: set[str], gases: list[str]) -> Guess:
    named = _NAME.match(path.name) is not None
    found = [f"columns named as the thematic centre asks for: {', '.join(sorted(meteo)) or ', '.join(gases)}"]
    found += ["the name is that of a meteorological or storage file of a station"] if named else []
    unsure = [
        "row_time: whether a time is the start or the end of its interval a file does not say; taken to be the end",
        "utc_offset: a file does not say how far its clock is from UTC; the station's standard time is usual",
    ]
    if gases:
        unsure.append(f"heights: {', '.join(gases)} are levels of a profile; state the height of each, e.g. {{{gases[0]} = 1.0}}")
    return Guess(confidence=0.95 if named else 0.8, options=options, found=tuple(found), unsure=tuple(unsure))
