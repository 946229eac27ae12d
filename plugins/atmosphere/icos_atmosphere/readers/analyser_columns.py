"""What the columns of an analyser's file are: known headers, further ones that a station names, and the words of both."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from icos_atmosphere.vocabulary import VOCABULARY
from icos_core.components import Variable
from icos_core.exceptions import DataError, hint
from icos_core.option_types import Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.units import convertible
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from icos_core.raw_text.line_account import LineAccount

__all__ = ["Column", "ColumnOptions", "check_columns", "places_of", "plain", "tell_absent", "variable_name", "words_of"]


class Column(NamedTuple):
    """A column that a reader knows: its variable, and the unit that it usually has in the file."""

    name: str
    units: str


class ColumnOptions(Options):
    """What is to be read of an analyser's files beside the usual columns."""

    extra_columns: tuple[Text, ...] = Field(
        default=(), description='further columns to keep, by their header; they become variables in small letters: "Fit_Flag" is fit_flag'
    )
    units: dict[str, str] = Field(
        default_factory=dict,
        description='units in the file where they are not the usual ones ("1" of further columns), e.g. {n2o_dry = "nmol mol-1"}',
    )


def variable_name(header: str) -> str:
    """Return the name that a further column has as a variable: ``Fit_Flag`` is ``fit_flag``, ``[CO2]d_ppm_sd`` is ``co2_d_ppm_sd``."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header)
    name = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return name if name[:1].isalpha() else f"x{name}"


def plain(header: str) -> str:
    """Return a header as it is compared: without quotes, blanks and case."""
    return "".join(header.replace('"', "").split()).casefold()


def words_of(columns: Mapping[str, Column], options: ColumnOptions, own: Iterable[Variable] = ()) -> dict[str, Variable]:
    """Return header → word, with the units of the file.

    Parameters
    ----------
    columns
        Headers that the reader knows; of several for one variable the first that a file has is read.
    options
        Further columns, and units that are not the usual ones.
    own
        Words of the reader beside the vocabulary's.
    """
    known = {**VOCABULARY, **{word.name: word for word in own}}
    words = {header: replace(known[column.name], units=column.units) for header, column in columns.items()}
    for header in options.extra_columns:
        words[header] = Variable(name=variable_name(header), units="1", long_name=f"{header} as the analyser writes it")
    return {header: replace(word, units=options.units.get(word.name, word.units)) for header, word in words.items()}


def check_columns(columns: Mapping[str, Column], options: ColumnOptions) -> None:
    """Refuse further columns and units that cannot be.

    Raises
    ------
    ValueError
        For a column that is read in any case, two that would become one variable, a variable that there is not, and a unit that does not
        measure what the variable does.
    """
    headers = {plain(header): column.name for header, column in columns.items()}
    for header in options.extra_columns:
        if plain(header) in headers:
            raise ValueError(f"extra_columns: {header!r} is read as {headers[plain(header)]} in any case")
    further = Counter(map(variable_name, options.extra_columns))
    usual = {column.name: column.units for column in columns.values()}
    for name, count in further.items():
        if count > 1 or name in usual:
            raise ValueError(f"extra_columns: more than one column would become the variable {name!r}")
    for name, unit in options.units.items():
        if name not in usual and name not in further:
            raise ValueError(f"units: no variable {name!r}{hint(name, (*usual, *further))}")
        try:
            # What a further column holds only its user knows.
            fits = convertible(unit, usual.get(name, unit))
        except DataError as error:
            raise ValueError(f"units: {name}: {error}") from error
        if not fits:
            raise ValueError(f"units: {name}: {unit!r} cannot be converted to {usual[name]!r}")


def places_of(headers: Sequence[str], words: Mapping[str, Variable]) -> dict[str, int]:
    """Return variable → column, counted from 0, of the variables that a file has.

    Parameters
    ----------
    headers
        Of the file; of two columns with the same one the first is read.
    words
        Header → word.
    """
    there = {plain(header): place for place, header in reversed(list(enumerate(headers)))}
    found: dict[str, int] = {}
    for header, word in words.items():
        if plain(header) in there:
            found.setdefault(word.name, there[plain(header)])
    return found


def tell_absent(options: ColumnOptions, headers: Sequence[str], account: LineAccount, line: int) -> None:
    """Tell a person which of the columns that the station names a file does not have."""
    there = set(map(plain, headers))
    for header in options.extra_columns:
        if plain(header) not in there:
            account.tell("columns", f"extra_columns: the file has no column {header!r}{hint(header, headers)}", line)
