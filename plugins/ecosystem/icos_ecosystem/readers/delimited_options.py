"""How any delimited text file is written: what separates columns, where its header stands."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from icos_core.versioned import Options

if TYPE_CHECKING:
    from typing import Self

__all__ = ["SEPARATORS", "DelimitedOptions"]

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "blanks": "\t"}


def _encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError as error:
        raise ValueError(f"{value!r} is no encoding; expected e.g. utf-8, latin-1, windows-1252") from error
    return value


class DelimitedOptions(Options):
    """How the files are written."""

    separator: Literal["comma", "semicolon", "tab", "blanks"] = Field(
        default="comma", description="what separates the columns; blanks: any number of blanks and tabs"
    )
    decimal_comma: bool = Field(default=False, description="whether numbers are written with a decimal comma")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(default="utf-8", description="encoding of the header")
    header_lines: Annotated[int, Field(ge=0, le=10_000)] = Field(default=1, description="lines before the first row")
    names_line: Annotated[int, Field(ge=1)] = Field(default=1, description="line of the header with the names of the columns, from 1")
    units_line: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="line of the header with their units, where it has one"
    )
    names: tuple[str, ...] = Field(default=(), description="names of the columns, where the file does not hold them")

    @model_validator(mode="after")
    def _header_is_whole(self) -> Self:
        if self.decimal_comma and self.separator == "comma":
            raise ValueError("decimal_comma = true and separator = 'comma' exclude each other")
        if not self.names and self.names_line > self.header_lines:
            raise ValueError(
                f"names_line = {self.names_line}: the header has {self.header_lines} lines; where it holds no names, names lists them"
            )
        if self.units_line is not None and self.units_line > self.header_lines:
            raise ValueError(f"units_line = {self.units_line}: the header has {self.header_lines} lines")
        return self
