"""Titles of columns of the Atmosphere Thematic Centre → words of series.

A column belongs to the gas before it: ``co2;Stdev;NbPoints;Flag``. The Carbon Portal puts the gas in front of a title that stands in a file
more than once (``co2-Stdev``), which is understood as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from icos_atmosphere.vocabulary.gases import GASES
from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_atmosphere.readers.icos_atc_release_header import Header

__all__ = ["CLOCK", "Layout", "assign_columns"]

CLOCK = ("year", "month", "day", "hour", "minute", "second")
_COLUMNS: Mapping[str, str] = {
    "stdev": "stdev",
    "nbpoints": "n",
    "flag": "atc_flag",
    "instrumentid": "instrument",
    "qualityid": "quality_id",
    "ltr": "ltr",
    "cmr": "cmr",
    "sttb": "sttb",
    "qcbias": "qc_bias",
    "qcbiasuncertainty": "qc_bias_uncertainty",
    "withoutspikes": "without_spikes",
    "stdev-withoutspikes": "without_spikes_stdev",
    "nbpoints-withoutspikes": "without_spikes_n",
    "internalflag": "internal_flag",
    "autodescriptiveflag": "auto_descriptive_flag",
    "manualdescriptiveflag": "manual_descriptive_flag",
    "raw": "raw",
    "raw-stdev": "raw_stdev",
    "raw-withh2ocorrection": "raw_dry",
    "raw-withh2ocorrection-stdev": "raw_dry_stdev",
    "combunc": "uncertainty",
    "measunc": "measurement_precision",
    "estrep": "estimated_reproducibility",
    "scallink": "scale_link",
}
"""Title in small letters, without the gas → end of the name of the word."""

_OF_ROWS: Mapping[str, str] = {
    "h2o": "h2o",
    "h2o-stdev": "h2o_stdev",
    "flaskid": "flask_id",
    "samplerid": "sampler_id",
    "flasksamplingid": "flask_sampling_id",
}
_PLACES: Mapping[str, str] = {
    "site": "site",
    "samplingheight": "height",
    "decimaldate": "decimal_date",
    "date": "decimal_date",
    "samplingstart": "start",
    "samplingend": "end",
    **{title: title for title in CLOCK},
}
_PASSED_OVER = frozenset(f"lastmodified{part}" for part in ("year", "month", "day", "hour", "minute"))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which column is what, counted from 0.

    Attributes
    ----------
    gases
        The gases that have a value.
    values
        Name of a variable → column.
    places
        What is no variable → column: site, height, decimal_date, year …, start and end of sampling.
    unused
        Titles that nobody knows.
    """

    gases: tuple[str, ...]
    values: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    @property
    def is_flask(self) -> bool:
        """Whether rows are samples with a start and an end of their own."""
        return "start" in self.places


def assign_columns(header: Header, file: str) -> Layout:
    """Say which column is what.

    Raises
    ------
    InputError
        Where none of the gases has a column, naming the parameter that the file is about.
    """
    values: dict[str, int] = {}
    places: dict[str, int] = {}
    unused: list[str] = []
    # A file of another quantity may have a column for a gas: what it is about is its parameter.
    parameter = header.items.get("PARAMETER", "")
    about = {word.lower() for word in re.findall(r"\w+", parameter)} & GASES.keys() if parameter else GASES.keys()
    gas = ""
    for column, title in enumerate(header.titles):
        lowered = title.lower()
        if lowered in about and lowered not in values:
            gas = lowered
            values[gas] = column
            continue
        name = _word(lowered, gas)
        if lowered in _PLACES:
            places.setdefault(_PLACES[lowered], column)
        elif name is not None and name not in values:
            values[name] = column
        elif lowered and lowered not in _PASSED_OVER:
            unused.append(title)
    gases = tuple(name for name in GASES if name in values)
    if not gases:
        read = f"the gases that are read: {', '.join(each.formula for each in GASES.values())}"
        message = f"none of its columns is one of {read}" if about else f"it is of {parameter}, which is none of {read}"
        raise InputError(file, message, line=header.titles_at + 1)
    return Layout(gases=gases, values=values, places=places, unused=tuple(unused))


def _word(title: str, gas: str) -> str | None:
    if title in _OF_ROWS:
        return _OF_ROWS[title]
    # The gas in front is taken away last: "combunc" begins with "co".
    suffix = _COLUMNS.get(title) or _COLUMNS.get(title.removeprefix(gas).removeprefix("-"))
    return f"{gas}_{suffix}" if gas and suffix is not None else None
