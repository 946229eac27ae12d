"""What a logger's table may be: usual names of columns propose a description, a person decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icos_core.components import Guess
from icos_core.raw_text.byte_fields import Pieces, split_fields
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_core.raw_text.packed import plain_head
from icos_ecosystem.readers.campbell_header import header_lines, is_campbell, read_header
from icos_ecosystem.readers.campbell_options import measures
from icos_ecosystem.readers.campbell_tables import decode_tob1, decode_tob3
from icos_ecosystem.readers.raw_clock import SECOND, common_step
from icos_ecosystem.readers.raw_stamps import parse_stamps
from icos_ecosystem.vocabulary.measured import FAST, GASES, METEO_STREAM, METEOROLOGY, STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_ecosystem.readers.campbell_header import CampbellHeader

__all__ = ["guess_of"]

_FAST: Mapping[str, tuple[str, ...]] = {
    "u": ("ux", "u"),
    "v": ("uy", "v"),
    "w": ("uz", "w"),
    "sonic_temperature": ("ts", "tsonic", "sonictemp", "sonictemperature"),
    "ambient_pressure": ("press", "irgapress", "ambpress"),
    "sonic_diagnostic": ("diagcsat", "diagnosticcsat", "csatdiag", "diagsonic", "sonicdiag"),
    "li7500_diagnostic": ("li7500diag", "diagli7500", "irgadiag", "diagirga", "diag7500"),
    "li7200_diagnostic": ("li7200diag", "diagli7200", "diag7200"),
    "li7700_diagnostic": ("li7700diag", "diagnostic7700", "diag7700", "diagli7700"),
}
_METEO: Mapping[str, tuple[str, ...]] = {
    "TA": ("ta", "airtc", "airt", "tair", "airtemp"),
    "RH": ("rh",),
    "PA": ("pa", "bp", "press", "pressure", "baro"),
    "SW_IN": ("swin", "swtop", "incomingsw", "rg"),
    "SW_OUT": ("swout", "swbottom"),
    "LW_IN": ("lwin", "lwtop"),
    "LW_OUT": ("lwout", "lwbottom"),
    "NETRAD": ("netrad", "rn", "rnet"),
    "PPFD_IN": ("ppfdin", "par", "parin", "ppfd"),
    "G": ("g", "shf"),
    "TS": ("ts", "tsoil", "soiltemp"),
    "SWC": ("swc", "vwc"),
    "P": ("p", "rain", "precip", "rainmm"),
    "WS": ("ws", "windspeed", "wsms"),
    "WD": ("wd", "winddir"),
}
_PROCESSED = re.compile(r"(?:_(?:avg|tot|smp|wvt|max|min))?(?:\((?:1|1,1)\))?$", re.IGNORECASE)
_DRY = re.compile(r"dry|mix|_mr", re.IGNORECASE)
_LEAST = {STREAM: 3, METEO_STREAM: 2}


class _Found(NamedTuple):
    """Columns that were understood."""

    stream: str
    columns: dict[str, str]
    units: dict[str, str]


def guess_of(path: Path, kind: str) -> Guess | None:
    """Propose how to describe a file of a logger.

    Parameters
    ----------
    path
        The file.
    kind
        ``TOA5``, ``TOB1`` or ``TOB3``.

    Returns
    -------
    Guess or None
        None where the file is of another format.
    """
    head = plain_head(path)
    if not is_campbell(head, kind):
        return None
    try:
        header = read_header(head, kind)
        step = _step(head, kind)
    except TextError:
        return None
    found = max((_columns(header, STREAM), _columns(header, METEO_STREAM)), key=lambda each: len(each.columns) / _LEAST[each.stream])
    return _proposal(header, found, step, kind)


def _step(head: bytes, kind: str) -> int:
    """Return the interval between rows [ns], 0 where it cannot be seen."""
    if kind == "TOB3":
        return decode_tob3(head).interval or 0
    if kind == "TOB1":
        time = decode_tob1(head).time
        return 0 if time is None else common_step(time)
    lines = split_lines(head)
    rows = slice(header_lines(kind), len(lines))
    view = np.frombuffer(lines.data, dtype=np.uint8)
    stamps = parse_stamps(
        split_fields(Pieces(view, lines.starts[rows], lines.ends[rows]), ",").field(0), DateFormat.from_text("yyyy-mm-dd")
    )
    return common_step(stamps[stamps != INVALID])


def _columns(header: CampbellHeader, stream: str) -> _Found:
    usual = {each: variable for variable, names in (_FAST if stream == STREAM else _METEO).items() for each in names}
    known = {word.name for word in (FAST if stream == STREAM else METEOROLOGY)}
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    for name, unit in zip(header.names, header.units, strict=True):
        bare = _PROCESSED.sub("", name)
        plain = re.sub(r"[^a-z0-9]", "", bare.casefold())
        variable = bare if bare in known else usual.get(plain) or (_gas(plain, bare, unit) if stream == STREAM else None)
        if variable is None or variable in columns.values() or header.names.count(name) > 1 or not measures(variable, unit):
            continue
        columns[name] = variable
        units[name] = unit
    return _Found(stream, columns, units)


def _gas(plain: str, name: str, unit: str) -> str | None:
    gas = next((gas for gas in GASES if plain.startswith(gas)), None)
    if gas is None:
        return None
    density = f"{gas}_molar_density"
    if measures(density, unit):
        return density
    return f"{gas}_mixing_ratio" if _DRY.search(name) else f"{gas}_mole_fraction"


def _proposal(header: CampbellHeader, found: _Found, step: int, kind: str) -> Guess:
    options: dict[str, Any] = {} if found.stream == STREAM else {"stream_kind": found.stream}
    if step and kind != "TOB3":
        fast = step < SECOND
        options |= {"frequency": round(SECOND / step, 6)} if fast else _interval(step)
    options["columns"] = found.columns
    unsure = ["utc_offset: a file does not say how far its clock is from UTC", "row_time: taken to be the end, as these loggers stamp rows"]
    unsure += [
        f"columns: {name!r} is taken to be {variable}; the file does not say whether of dry or of moist air"
        for name, variable in found.columns.items()
        if variable.endswith(("_mole_fraction", "_mixing_ratio"))
    ]
    if not found.columns:
        unsure.append(f"columns: no usual names among {', '.join(map(repr, header.names[:12]))}")
    named = ", ".join(f"{name!r} [{found.units[name]}] as {variable}" for name, variable in found.columns.items())
    return Guess(
        confidence=0.95,
        options=options if found.columns else {},
        found=(f"{kind} header of a {header.instrument or 'logger'}", *([f"usual names of columns: {named}"] if named else [])),
        unsure=tuple(unsure),
    )


def _interval(step: int) -> dict[str, str]:
    seconds, rest = divmod(step, SECOND)
    if rest:
        return {}
    return {"interval": f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"}
