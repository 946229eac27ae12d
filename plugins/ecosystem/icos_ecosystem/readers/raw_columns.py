"""What the columns of a raw file are: headers → variables, with the factor and offset that their units ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field, field_validator, model_validator

from icos_core.exceptions import InputError, hint
from icos_core.versioned import Options
from icos_ecosystem.readers.raw_units import MEASURED_WORDS, UnitError, conversion, same_unit, usual_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

    from icos_core.components import Variable

__all__ = ["NO_CODE", "Column", "ColumnOptions", "Resolved", "find_column", "plain_header", "resolve_columns"]

NO_CODE = -1
_BY_NUMBER = re.compile(r"#([1-9][0-9]{0,4})")
_SHOWN = 12


class Column(Options):
    """A column that is a variable; in a description a mere text is the variable.

    `scale` and `offset` make of the number in the file what `unit` is the unit of, such as the voltage of an analog output a
    concentration: the unit in the file's header is that of the raw number then, and says nothing.
    """

    words: ClassVar[Mapping[str, Variable]] = MEASURED_WORDS

    variable: str = Field(description="variable of the vocabulary")
    unit: str | None = Field(default=None, description="unit in the file, or after scale and offset")
    scale: float = Field(default=1.0, description="number in the file times scale plus offset is in unit")
    offset: float = Field(default=0.0, description="see scale")

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, value: Any) -> Any:
        return {"variable": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Tell editors of descriptions that a text will do."""
        return {"anyOf": [{"type": "string"}, handler(core_schema)]}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        usual_unit(self.variable, self.words)
        if self.unit is not None:
            conversion(self.variable, self.unit, self.words)
        if self.scale == 0:
            raise ValueError("scale = 0 would make every value the same")
        return self

    @property
    def is_scaled(self) -> bool:
        """Whether scale and offset change the number in the file."""
        return self.scale != 1 or self.offset != 0


class ColumnOptions(Options):
    """Which columns are read, as what."""

    columns: dict[str, Column] = Field(
        default_factory=dict,
        description='headers and the variables they are, e.g. {Ux = "u", co2 = {variable = "co2_molar_density", unit = "mg/m^3"}}; '
        '"#3" is the third column',
    )
    missing_values: tuple[str, ...] = Field(default=("-9999",), description="texts for a missing value beside an empty cell and NaN")
    units_from: Literal["both", "file", "description"] = Field(
        default="both", description="where units are taken from; both: where file and description disagree, the file is not read"
    )

    @field_validator("columns")
    @classmethod
    def _known_variables(cls, value: dict[str, Column]) -> dict[str, Column]:
        names: dict[str, str] = {}
        for header, column in value.items():
            name = column.variable
            if name in names:
                raise ValueError(f"{header!r}: {name} is given twice, by {names[name]!r} too; a second sensor is an input of its own")
            names[name] = header
        return value


class Resolved(NamedTuple):
    """A column of a file that is a variable.

    Attributes
    ----------
    place
        Number of the column, from 0.
    variable
        Word of the vocabulary.
    factor, offset
        The vocabulary's value is ``factor * number + offset``.
    header
        As the file has it, ``#3`` where it has none.
    """

    place: int
    variable: str
    factor: float = 1.0
    offset: float = 0.0
    header: str = ""

    def values(self, numbers: NDArray[Any], word: Variable) -> NDArray[np.generic]:
        """Return numbers of the file as values of the vocabulary.

        Parameters
        ----------
        numbers
            (n,) numbers, NaN where missing.
        word
            The variable: of whole numbers (diagnostic words) what is none becomes -1.
        """
        if np.dtype(word.dtype).kind == "f":
            values = np.asarray(numbers, dtype=np.float64)
            values = values if self.factor == 1 else values * self.factor
            return values if self.offset == 0 else values + self.offset
        numbers = np.asarray(numbers)
        if numbers.dtype.kind in "iub":
            wide = numbers.astype(np.float64)
        else:
            wide = np.where(np.isfinite(numbers), numbers, NO_CODE).astype(np.float64)
        limits = np.iinfo(word.dtype)
        is_code = (wide == np.floor(wide)) & (wide >= limits.min) & (wide <= limits.max)
        return np.where(is_code, wide, NO_CODE).astype(word.dtype)


def plain_header(header: str) -> str:
    """Return a header as it is compared: without quotes, blanks and case."""
    return "".join(header.replace('"', "").split()).casefold()


def find_column(headers: Sequence[str], name: str) -> int | None:
    """Return the place, from 0, of a column by its header or by its number (``#3``), None where there is none.

    An exact header goes before one that differs by case and blanks.
    """
    if name in headers:
        return headers.index(name)
    by_number = _BY_NUMBER.fullmatch(name)
    if by_number is not None:
        place = int(by_number[1]) - 1
        return place if place < len(headers) else None
    wanted = plain_header(name)
    return next((place for place, header in enumerate(headers) if plain_header(header) == wanted), None)


def resolve_columns(
    path: Path,
    headers: Sequence[str],
    header_units: Sequence[str | None] | None,
    options: ColumnOptions,
    known: Mapping[str, Variable],
    usual: Mapping[str, Column] | None = None,
) -> tuple[Resolved, ...]:
    """Return the columns of a file that are variables.

    Parameters
    ----------
    path
        The file, for errors.
    headers
        Names of its columns; empty texts where it has none.
    header_units
        Unit of each column as the file states it; None for a file without units, None or an empty text for a column without.
    options
        The description's columns.
    known
        Variable → word, of the stream that the file is read as.
    usual
        Header → column, of headers that the format fixes: they hold where the description does not name the column or the variable. Their
        units are the format's, and count as the description's.

    Raises
    ------
    InputError
        For a column of the description that the file does not have, one taken twice, two columns for one variable, a variable that is none
        of this stream, a unit that is neither in the file nor in the description, or differs between them, or measures something else.
    """
    taken: dict[int, str] = {}
    found: dict[str, Resolved] = {}
    for header, column in options.columns.items():
        place = _place(path, headers, header)
        if column.variable not in known:
            raise InputError(
                path.name, f"columns: {header!r}: no variable {column.variable!r} in this stream{hint(column.variable, known)}"
            )
        if place in taken:
            raise InputError(path.name, f"columns: {header!r} and {taken[place]!r} are the same column, {headers[place]!r}")
        taken[place] = header
        found[column.variable] = _resolved(path, place, headers, header_units, column, options, f"columns.{header}")
    for header, column in (usual or {}).items():
        place_or_none = find_column(headers, header)
        if place_or_none is None or place_or_none in taken or column.variable in found or column.variable not in known:
            continue
        taken[place_or_none] = header
        found[column.variable] = _resolved(path, place_or_none, headers, header_units, column, options, f"columns.{header}")
    return tuple(found.values())


def _place(path: Path, headers: Sequence[str], header: str) -> int:
    place = find_column(headers, header)
    if place is None:
        shown = ", ".join(map(repr, headers[:_SHOWN])) + (" …" if len(headers) > _SHOWN else "")
        raise InputError(path.name, f"columns: no column {header!r}{hint(header, headers)}; the columns are: {shown}")
    same = [at for at, each in enumerate(headers) if each == headers[place]]
    if len(same) > 1 and _BY_NUMBER.fullmatch(header) is None:
        numbers = ", ".join(f"#{at + 1}" for at in same)
        raise InputError(path.name, f"columns: {header!r} is the header of {len(same)} columns; name one by its number: {numbers}")
    return place


def _resolved(
    path: Path,
    place: int,
    headers: Sequence[str],
    header_units: Sequence[str | None] | None,
    column: Column,
    options: ColumnOptions,
    key: str,
) -> Resolved:
    label = headers[place] or f"#{place + 1}"
    if not usual_unit(column.variable, column.words):
        return Resolved(place, column.variable, 1.0, 0.0, label)
    in_file = (header_units[place] or "").strip() if header_units is not None and place < len(header_units) else ""
    try:
        unit = _unit(in_file, column, options, key)
        factor, offset = conversion(column.variable, unit, column.words)
    except UnitError as error:
        raise InputError(path.name, f"column {label!r} ({column.variable}): {error}") from error
    return Resolved(place, column.variable, factor * column.scale, factor * column.offset + offset, label)


def _unit(in_file: str, column: Column, options: ColumnOptions, key: str) -> str:
    """Return the unit that holds: the one that is stated, once or twice alike."""
    if column.is_scaled:
        if column.unit is None:
            raise UnitError(f"{key}: with scale or offset the unit of the result is needed: {key}.unit")
        return column.unit
    if options.units_from == "file" and in_file:
        return in_file
    if column.unit is not None:
        if options.units_from == "both" and in_file and not same_unit(column.variable, in_file, column.unit, column.words):
            raise UnitError(f"the file says {in_file!r}, the description {column.unit!r} ({key}.unit); units_from says which of them holds")
        return column.unit
    if in_file and options.units_from != "description":
        return in_file
    raise UnitError(f"no unit in the file{f' but {in_file!r}, which units_from excludes' if in_file else ''}; {key}.unit has to state it")
