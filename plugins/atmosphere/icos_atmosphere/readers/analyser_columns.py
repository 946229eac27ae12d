"""What the columns of an analyser's file are: known headers, further ones that a station names, and the words of both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field, model_validator

from icos_atmosphere.vocabulary import VOCABULARY
from icos_core.components import Variable
from icos_core.exceptions import DataError
from icos_core.option_types import SnakeCase  # noqa: TC001  # pydantic evaluates annotations
from icos_core.units import convertible
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Self

    from icos_core.raw_text.line_account import LineAccount

__all__ = ["Column", "ExtraColumn", "places_of", "plain", "tell_absent", "words_of"]


class Column(NamedTuple):
    """A column that a reader knows: its variable, and the unit that it has in the file."""

    name: str
    units: str


class ExtraColumn(Options):
    """One of ``[input.extra_columns]``: a column that the reader does not read by itself."""

    name: SnakeCase = Field(description="name in data sets: one of the vocabulary, or one of your own")
    units: str = Field(default="", description='unit in the file (UDUNITS), "1" for numbers without; default: that of the vocabulary')
    long_name: str = Field(default="", description="what it is, for people; default: that of the vocabulary")

    @model_validator(mode="after")
    def _has_a_unit_that_fits(self) -> Self:
        word = VOCABULARY.get(self.name)
        usual = self.units if word is None else word.units
        if word is None and not self.units:
            raise ValueError(f'{self.name!r} is not in the vocabulary: state its units, "1" for numbers without')
        if word is not None and word.flag_values:
            raise ValueError(f"{self.name!r} is a category, which a column of numbers is not")
        try:
            fits = not self.units or not usual or convertible(self.units, usual)
        except DataError as error:
            raise ValueError(str(error)) from error
        if not fits:
            raise ValueError(f"{self.name}: {self.units!r} cannot be converted to {usual!r}")
        return self

    @property
    def variable(self) -> Variable:
        """The word, with the unit of the file."""
        word = VOCABULARY.get(self.name, Variable(name=self.name))
        return replace(word, units=self.units or word.units, long_name=self.long_name or word.long_name)


def plain(header: str) -> str:
    """Return a header as it is compared: without quotes, blanks and case."""
    return "".join(header.replace('"', "").split()).casefold()


def words_of(columns: Mapping[str, Column], extra: Mapping[str, ExtraColumn], own: Iterable[Variable] = ()) -> dict[str, Variable]:
    """Return header → word, those that a station names first, with the units of the file.

    Parameters
    ----------
    columns
        Headers that the reader knows; of several for one variable the first that a file has is read.
    extra
        Headers that the station names. One of them for a variable that the reader knows, too, is read in place of the reader's.
    own
        Words of the reader beside the vocabulary's.
    """
    known = {**VOCABULARY, **{word.name: word for word in own}}
    named = {header: column.variable for header, column in extra.items()}
    taken = {word.name for word in named.values()}
    return {
        **named,
        **{
            header: replace(known[column.name], units=column.units)
            for header, column in columns.items()
            if column.name not in taken and header not in named
        },
    }


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


def tell_absent(extra: Mapping[str, ExtraColumn], found: Collection[str], account: LineAccount, line: int) -> None:
    """Tell a person which of the columns that the station names a file does not have."""
    absent = [header for header, column in extra.items() if column.name not in found]
    if absent:
        account.tell("columns", f"extra_columns that the file does not have: {', '.join(map(repr, absent))}", line)
