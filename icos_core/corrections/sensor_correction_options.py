"""Options of the calibrator `sensor-correction`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from icos_core.option_types import Moment, StreamName, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, Versioned, overlaps, utc64

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

__all__ = ["Correction", "SensorCorrectionOptions", "series_of", "written"]

_POWERS = ("", "x", "x²", "x³", "x⁴", "x⁵")
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Correction(Versioned):
    """One ``[[calibrate.correct]]``: what turns the reading x of a sensor into factor · (c0 + c1 x + c2 x² + …) + offset."""

    variable: Text = Field(description="variable to correct")
    stream: StreamName | None = Field(default=None, description="its stream; where absent, the one that has all such variables")
    coefficients: Annotated[tuple[Finite, ...], Field(min_length=1, max_length=6)] = Field(
        default=(0.0, 1.0), description="c0, c1, c2 … of a polynomial of the reading, up to the fifth order; the reading itself by default"
    )
    factor: Finite = Field(default=1.0, description="times the polynomial")
    offset: Finite = Field(default=0.0, description="added last")
    units: Text | None = Field(
        default=None, description="unit that all numbers here are in; where absent, the one the variable has when the calibrator gets it"
    )
    date: Moment | None = Field(default=None, description="when the sensor was calibrated (UTC); required with between = linear")
    between: Literal["step", "linear"] = Field(
        default="step",
        description="step: holds as it is while valid; linear: interpolated between the dates of calibrations of one and the same validity",
    )
    uncertainty: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        default=None, description="standard uncertainty of the corrected value"
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set & {"coefficients", "factor", "offset", "uncertainty"}:
            raise ValueError("coefficients, factor, offset or uncertainty, without which nothing is corrected")
        if self.between == "linear" and self.date is None:
            raise ValueError("date: when the sensor was calibrated, required with between = 'linear'")
        return self

    @property
    def formula(self) -> str:
        """The correction for people, x being the reading."""
        text = _sum([(value, _POWERS[order]) for order, value in enumerate(self.coefficients)])
        if self.factor != 1.0:
            text = f"{self.factor:.12g} · ({text})"
        return _sum([(1.0, text), (self.offset, "")])

    @property
    def label(self) -> str:
        """Name for people in messages."""
        return f"{self.formula} from {written(self.valid_from) or 'the beginning'} to {written(self.valid_to) or 'the end'}"


class SensorCorrectionOptions(Options):
    """Options of the calibrator."""

    correct: Annotated[tuple[Correction, ...], Field(min_length=1)] = Field(description="the corrections")
    outside: Literal["keep", "missing"] = Field(
        default="keep", description="values outside of every validity of their corrections: keep the reading, or make it missing"
    )

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        for left, right in overlaps(self.correct, key=lambda table: table.variable):
            same_stream = left.stream == right.stream or None in {left.stream, right.stream}
            series = left.between == right.between == "linear" and left.stream == right.stream and _validity(left) == _validity(right)
            if same_stream and not series:
                raise ValueError(f"correct: corrections of {left.variable!r} that do not overlap; {left.label} and {right.label} do")
        for series_tables in series_of(self.correct):
            _check_series(series_tables)
        return self


def series_of(tables: Sequence[Correction]) -> list[tuple[Correction, ...]]:
    """Return the tables by what holds at one time: each alone, and the calibrations between which is interpolated, by date."""
    found: dict[object, list[Correction]] = {}
    for position, table in enumerate(tables):
        key = (table.stream, table.variable, *_validity(table)) if table.between == "linear" else position
        found.setdefault(key, []).append(table)
    return [tuple(sorted(each, key=lambda table: (table.date is not None, table.date))) for each in found.values()]


def _check_series(tables: Sequence[Correction]) -> None:
    first = tables[0]
    if first.between == "step":
        return
    if len({table.date for table in tables}) != len(tables) or len(tables) == 1:
        raise ValueError(f"correct: two or more calibrations of {first.variable!r} at different dates, to interpolate between them")
    if len({table.uncertainty is None for table in tables}) > 1:
        raise ValueError(f"correct: uncertainty with all calibrations of {first.variable!r} that are interpolated, or with none")


def _validity(table: Correction) -> tuple[object, object]:
    return table.valid_from, table.valid_to


def _sum(terms: Sequence[tuple[float, str]]) -> str:
    """Return a sum as people write it, from numbers and what they are multiplied with."""
    text = ""
    for number, symbol in terms:
        if number:
            size = symbol if symbol and abs(number) == 1.0 else f"{abs(number):.12g} {symbol}".rstrip()
            sign = ("− " if text else "−") if number < 0 else ("+ " if text else "")
            text += f"{' ' if text else ''}{sign}{size}"
    return text or "0"


def written(moment: Moment | None) -> str:
    """Return a moment as text in UTC; empty for none."""
    return "" if moment is None else f"{np.datetime_as_string(utc64(moment), unit='s')}Z"
