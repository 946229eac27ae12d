"""Flux streams for tests of exporters: read from EddyPro's own table ``fluxnet``."""

from __future__ import annotations

import csv
import gzip
import io
import re
from typing import TYPE_CHECKING

import numpy as np
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS

from icos_core.dataset import make_stream
from icos_core.station import Station

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

WORDS = {word.name: word for word in EDDYPRO_WORDS}
STATION = Station.model_validate(
    {
        "id": "XX-Abc",
        "name": "Example Forest",
        "domain": "ecosystem",
        "platform": "fixed",
        "latitude": 51.0,
        "longitude": 11.0,
        "altitude": 200.0,
        "utc_offset": 1,
        "contact": {"institution": "Example Institute", "email": "data@example.org"},
    }
)
MODELS = {"hs_50_1": "gill-hs-50", "csat3_1": "csi-csat3", "li7200_1": "licor-li7200"}
ABSENT = ("-9999.0", "-9999", "")


def rows_of(path: Path) -> list[list[str]]:
    """Return the cells of a table, packed or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [[cell.strip("\0") for cell in row] for row in csv.reader(io.StringIO(content.decode()))]


def fluxnet_path(real_data: Path, run: str) -> Path:
    """Return the path of a run's table."""
    [path] = (real_data / "ecosystem_raw" / "eddypro_reference" / run).glob("*fluxnet.csv*")
    return path


def stream_of_fluxnet(path: Path) -> tuple[xr.Dataset, list[str], list[list[str]]]:
    """Return the flux stream of a table, with local time taken as UTC, and the table's header and rows; custom columns are left out."""
    header, *rows = rows_of(path)
    cells = {title: [row[position] for row in rows] for position, title in enumerate(header)}
    start, end = (np.array([_moment(text) for text in cells[f"TIMESTAMP_{which}"]]) for which in ("START", "END"))
    values = {}
    for title, column in cells.items():
        word = WORDS.get(re.sub(r"NONE(?![A-Z])", "N2O", title))
        if word is None or title.startswith("NUM_"):
            continue
        if word.flag_values:
            codes = dict(zip((MODELS.get(text, text) for text in word.flag_meanings), word.flag_values, strict=True))
            values[word.name] = [-1 if text in ABSENT else codes.get(MODELS.get(text, text), _code(text)) for text in column]
        else:
            values[word.name] = [np.nan if text in ABSENT else float(text) for text in column]
    stream = make_stream(start, values, EDDYPRO_WORDS)
    stream["time"].attrs["bounds"] = "time_bnds"
    return stream.assign(time_bnds=(("time", "nv"), np.stack([start, end], axis=1))), header, rows


def _moment(text: str) -> np.datetime64:
    return np.datetime64(f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:]}", "ns")


def _code(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else -1


def same_cell(ours: str, theirs: str, relative: float = 0.0) -> bool:
    """Whether two cells are the same text, or numbers that differ no more than by `relative`."""
    if ours == theirs:
        return True
    try:
        one, other = float(ours), float(theirs)
    except ValueError:
        return False
    return abs(one - other) <= relative * max(abs(one), abs(other))


__all__ = ["STATION", "fluxnet_path", "rows_of", "same_cell", "stream_of_fluxnet"]
