"""Whether a file is a half-hourly table of EddyPro, FLUXNET, AmeriFlux or ICOS, and how to describe it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from icos_core.components import Guess
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.packed import plain_head
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.fluxnet_table import COMMENT, END, MEMBERS, START, header_line
from icos_ecosystem.readers.named_columns import name_of
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["guess_ameriflux", "guess_eddypro_fluxnet", "guess_eddypro_full_output", "guess_fluxnet", "guess_icos_etc"]

_STAMP = re.compile(r"\d{12}")
_CLOCK = "time_zone: a file does not say whose clock its times are of; local standard time of the station is usual"
_OF_EDDYPRO = {"DOY_START", "FILENAME_HF", "EXPECT_NR"}
_OF_PRODUCT = re.compile(r"(?:NEE|GPP_[ND]T|RECO_[ND]T)_[CV]UT_\w+|[A-Z_]+_F_MDS(?:_\d+)?")
_ETC_ARCHIVE = re.compile(r"ICOSETC_.+_ARCHIVE.*\.zip", re.IGNORECASE)
_ETC_PRODUCTS = ("fluxnet", "fluxes", "meteo")
_LEAST = 2


class _Found(NamedTuple):
    """Header of a table with both ends of its intervals."""

    comments: tuple[str, ...]
    names: tuple[str, ...]
    known: tuple[str, ...]
    sensors: tuple[str, ...]


def guess_eddypro_fluxnet(path: Path) -> Guess | None:
    """Say whether a file has the columns of EddyPro's table ``fluxnet``."""
    found = _look(path)
    if found is None or not set(found.names) >= _OF_EDDYPRO:
        return None
    return Guess(confidence=0.98, found=(f"columns of EddyPro's table fluxnet: {', '.join(sorted(_OF_EDDYPRO))}",), unsure=(_CLOCK,))


def guess_ameriflux(path: Path) -> Guess | None:
    """Say whether a file begins with the comments of AmeriFlux."""
    found = _look(path, MEMBERS["ameriflux"])
    if found is None:
        return None
    named = re.fullmatch(MEMBERS["ameriflux"], path.name) is not None
    site = next((each for each in found.comments if each.startswith("# Site:")), None)
    if site is None and not named:
        return None
    rests = ("comments with the site, and columns with names of FLUXNET" if site else "the name is that of a BASE table",)
    return Guess(confidence=0.97 if site else 0.9, found=rests, unsure=(_CLOCK, *_choices(found)))


def guess_icos_etc(path: Path) -> Guess | None:
    """Say whether a file is named as the thematic centre names its tables."""
    product = next((each for each in _ETC_PRODUCTS if re.fullmatch(MEMBERS[f"icos-{each}"], path.name)), None)
    if product is None:
        if _ETC_ARCHIVE.fullmatch(path.name) and _look(path, MEMBERS["icos-fluxnet"]) is not None:
            which = "product: an archive holds fluxnet, fluxes and meteo; fluxnet is taken"
            return Guess(confidence=0.97, found=("the name is that of an archive of the thematic centre",), unsure=(which, _CLOCK))
        return None
    found = _look(path)
    if found is None:
        return None
    options: dict[str, Any] = {} if product == "fluxnet" else {"product": product}
    rests = ("the name is that of a table of the thematic centre",)
    return Guess(confidence=0.97, options=options, found=rests, unsure=(_CLOCK, *_choices(found)))


def guess_fluxnet(path: Path) -> Guess | None:
    """Say whether a file has the names and time stamps of FLUXNET."""
    found = _look(path, MEMBERS["fluxnet"])
    if found is None or set(found.names) >= _OF_EDDYPRO or len(found.known) < _LEAST:
        return None
    product = [name for name in found.names if _OF_PRODUCT.fullmatch(name)]
    named = re.fullmatch(MEMBERS["fluxnet"], path.name) is not None
    if product:
        rests = f"columns of the product FULLSET: {', '.join(product[:4])}"
    else:
        rests = f"time stamps and columns with names of FLUXNET: {', '.join(found.known[:6])}"
    return Guess(confidence=0.95 if product and named else 0.9 if product else 0.85, found=(rests,), unsure=(_CLOCK, *_choices(found)))


def guess_eddypro_full_output(path: Path) -> Guess | None:
    """Say whether a file has the three header rows of EddyPro's table ``full_output``."""
    lines = _lines(path)
    if lines is None or len(lines) < 3:
        return None
    groups, names, units = (split_header(lines.raw(index), ",", "latin-1") for index in range(3))
    if "file_info" not in groups or not {"date", "time", "u*"} <= set(names) or "[yyyy-mm-dd]" not in units:
        return None
    place = "time_stamps: EddyPro stamps an interval with its end unless its project says otherwise; taken to be the end"
    return Guess(confidence=0.98, found=("three header rows of EddyPro's table full_output",), unsure=(place, _CLOCK))


def _look(path: Path, member: str = "") -> _Found | None:
    """Return the header of a table with TIMESTAMP_START and TIMESTAMP_END as YYYYMMDDHHMM."""
    lines = _lines(path, member)
    if lines is None:
        return None
    try:
        header = header_line(lines)
    except TextError:
        return None
    names = tuple(name.upper() for name in split_header(lines.raw(header), ",", "latin-1"))
    if START not in names or END not in names or len(lines) < header + 2:
        return None
    row = split_header(lines.raw(header + 1), ",", "latin-1")
    places = (names.index(START), names.index(END))
    if len(row) <= max(places) or not all(_STAMP.fullmatch(row[place]) for place in places):
        return None
    meant = [(name, found.variable) for name in names if (found := name_of(name, TABLE_WORDS)) is not None]
    comments = tuple(lines.raw(index).decode("latin-1").strip('" ,') for index in range(header))
    variables = [variable for _, variable in meant]
    several = tuple(dict.fromkeys(variable for variable in variables if variables.count(variable) > 1))
    return _Found(tuple(each for each in comments if each.startswith(COMMENT.decode())), names, tuple(name for name, _ in meant), several)


def _lines(path: Path, member: str = "") -> Lines | None:
    try:
        return split_lines(plain_head(path, member=member))
    except TextError:
        return None


def _choices(found: _Found) -> tuple[str, ...]:
    if not found.sensors:
        return ()
    return (f"sensors: there are several columns of {', '.join(found.sensors[:8])}; of each the first is taken",)
