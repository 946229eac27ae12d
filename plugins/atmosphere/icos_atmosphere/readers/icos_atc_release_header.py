"""Headers of time series of the Atmosphere Thematic Centre: lines ``# KEY: value`` above the titles of the columns.

The header says how many lines it has, and the file; both are counted, and what disagrees is told: a file that was cut is read as far as
it goes. Older files have the titles alone, separated by blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from icos_atmosphere.scales import UNKNOWN, normalised_scale
from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["ENCODING", "Header", "Scales", "find_header", "instruments_of", "scales_of", "tell_counts"]

ENCODING = "utf-8"
_MOST_HEADER = 2000
_KEY = re.compile(r"#\s?([A-Z][A-Z /]*[A-Z]):\s*(.*)")
_REMARK = re.compile(r"#\s*(?:-+ )?\s*(.*)")
_INSTRUMENT = re.compile(r"\s*([^;]*?)\s*\(instrument Id ([0-9]{1,9})\)\s*(?:;|$)", re.IGNORECASE)
_OF_INSTRUMENT = re.compile(r"\s*([0-9]{1,9})\s*:\s*(.*?)\s*")
_NUMBER = re.compile(r"[+-]?[0-9]{1,6}(?:\.[0-9]+)?")
# Addresses of people, which contact points are, go into no result.
_OF_STATION = (
    "PROJECT DATA VERSION",
    "DATA VERSION",
    "DATA PRODUCT TYPE",
    "STATION CODE",
    "STATION NAME",
    "STATION CATEGORY",
    "OBSERVATION CATEGORY",
    "COUNTRY/TERRITORY",
    "CONTRIBUTOR",
    "LATITUDE",
    "LONGITUDE",
    "ALTITUDE",
    "MEASUREMENT LABORATORY",
    "SAMPLING TYPE",
    "TIME ZONE",
    "DATA POLICY",
)
_COUNT = re.compile(r"[0-9]{1,9}")
_COUNTS = ("TOTAL LINES", "HEADER LINES")


@dataclass(frozen=True, kw_only=True)
class Header:
    """What stands above the rows.

    Attributes
    ----------
    titles
        Titles of the columns.
    titles_at
        Index of their line.
    separator
        What separates cells: a semicolon, or a blank in old files.
    items
        Key → value.
    comments
        Lines of the comment.
    """

    titles: tuple[str, ...]
    titles_at: int
    separator: str
    items: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()

    def heights(self) -> tuple[float, ...]:
        """Return the heights above ground that the header names."""
        return tuple(float(each) for each in _NUMBER.findall(self.items.get("SAMPLING HEIGHTS", "")))

    def attributes(self) -> dict[str, str]:
        """Return what the header says of station and release as attributes, whatever the gas and the time that the file is about."""
        found = {f"atc_{key.lower().replace(' ', '_').replace('/', '_')}": self.items[key] for key in _OF_STATION if self.items.get(key)}
        return {**found, "atc_comment": "\n".join(self.comments)} if self.comments else found


@dataclass(frozen=True, kw_only=True)
class Scales:
    """Calibration scales of a file: that of all instruments (unknown where they differ), and that of each where they differ."""

    common: str
    by_instrument: Mapping[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Scales by instrument as text: ``530: unknown; 115: WMO CH4 X2004A``; empty where they are the same."""
        return "; ".join(f"{number}: {scale}" for number, scale in self.by_instrument.items())


def find_header(lines: Lines, file: str) -> Header:
    """Find the titles of the columns and what stands above them.

    Raises
    ------
    InputError
        Where no line among the first two thousand has the titles of such a file.
    """
    items: dict[str, str] = {}
    comments: list[str] = []
    for index in range(min(len(lines), _MOST_HEADER)):
        text = lines.raw(index).decode(ENCODING, errors="replace")
        separator = ";" if ";" in text else " "
        titles = tuple(title.strip() for title in text.rstrip().lstrip("#").lstrip().split(separator))
        if _are_titles(titles):
            return Header(titles=titles, titles_at=index, separator=separator, items=items, comments=tuple(comments))
        item = _KEY.fullmatch(text.rstrip())
        # Behind COMMENT a line may hold a colon as well; keys there are those in capitals that are no sentence.
        if item is not None and item[1] not in items:
            items[item[1]] = " ".join(item[2].split())
        elif "COMMENT" in items and (remark := _REMARK.fullmatch(text.rstrip())) is not None and remark[1]:
            comments.append(remark[1])
    raise InputError(
        file,
        "no time series of the Atmosphere Thematic Centre: no line has the titles of the columns, "
        "such as '#Site;SamplingHeight;Year;Month;Day;Hour;Minute;DecimalDate;co2;Stdev;NbPoints;Flag'",
    )


def _are_titles(titles: tuple[str, ...]) -> bool:
    lowered = {title.lower() for title in titles}
    return titles[0].lower() == "site" and ("samplingstart" in lowered or {"year", "month", "day"} <= lowered)


def tell_counts(header: Header, lines: Lines, account: LineAccount) -> None:
    """Tell where the numbers of lines that the header states are not those of the file."""
    for key, found in zip(_COUNTS, (len(lines), header.titles_at + 1), strict=True):
        stated = header.items.get(key)
        number = int(stated) if stated is not None and _COUNT.fullmatch(stated) else None
        if stated is None or number == found:
            continue
        short = (
            f": {number - found} are missing, the file was cut" if key == "TOTAL LINES" and number is not None and number > found else ""
        )
        account.tell("counts", f"the header says {key}: {stated[:20]}, the file has {found}{short}")


def instruments_of(text: str) -> dict[int, str]:
    """Return identifier → method of the instruments that a text such as ``Cavity RingDown Spectrometer (instrument Id 489)`` names."""
    return {int(number): method for method, number in _INSTRUMENT.findall(text)}


def scales_of(header: Header, gas: str, option: str, file: str) -> Scales:
    """Return the scales of a gas, each in its one spelling.

    Parameters
    ----------
    header
        What the file says.
    gas
        Name of the gas.
    option
        Scale where the file, or an instrument in it, states none.
    file
        Name of the file.

    Raises
    ------
    InputError
        Where the file states one scale, and the option another.
    """
    stated, otherwise = header.items.get("MEASUREMENT SCALE", ""), normalised_scale(option, gas)
    parts = [_OF_INSTRUMENT.fullmatch(part) for part in stated.split(";") if part.strip()]
    if not parts or any(part is None for part in parts):
        common = normalised_scale(stated, gas)
        if UNKNOWN not in {common, otherwise} and common != otherwise:
            raise InputError(file, f"the file says its scale is {common!r}, the option calibration_scale says {otherwise!r}")
        return Scales(common=otherwise if common == UNKNOWN else common)
    found = {int(part[1]): normalised_scale(part[2], gas) for part in parts if part is not None}
    found = {instrument: otherwise if scale == UNKNOWN else scale for instrument, scale in found.items()}
    if len(set(found.values())) == 1:
        return Scales(common=next(iter(found.values())))
    return Scales(common=UNKNOWN, by_instrument=found)
