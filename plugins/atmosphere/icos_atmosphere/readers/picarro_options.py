"""Options of the reader `picarro`."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from icos_atmosphere.readers.picarro_columns import COLUMNS, WORDS, variable_name
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.exceptions import DataError, hint
from icos_core.option_types import Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.units import convertible
from icos_core.versioned import Options

if TYPE_CHECKING:
    from typing import Self

__all__ = ["PicarroOptions"]


class PicarroOptions(Options):
    """What is to be read of the files of a Picarro analyser beside its usual columns, and how its clock was set."""

    extra_columns: tuple[Text, ...] = Field(
        default=(),
        description='Further columns of the file to keep, by their name in its header, e.g. ["wlm1_offset", "ChemDetect"]; '
        "they become variables in small letters: wlm1_offset, chem_detect.",
    )
    units: dict[str, str] = Field(
        default_factory=dict,
        description="Units in the file where they are not the usual ones (gases in ppm, further columns 1), by variable, "
        'e.g. { n2o_dry = "nmol mol-1" }.',
    )
    clock_ahead: Duration = Field(
        default=timedelta(0),
        description='How far DATE and TIME are ahead of UTC, e.g. "1 h", "-5 h": read where EPOCH_TIME is missing; a file whose clock '
        "was set otherwise is reported.",
    )

    @model_validator(mode="after")
    def _names_can_be_used(self) -> Self:
        read = [name for name in self.extra_columns if name in COLUMNS]
        if read:
            raise ValueError(f"extra_columns: {read[0]!r} is read as {COLUMNS[read[0]]} in any case")
        names = Counter(variable_name(name) for name in self.extra_columns)
        taken = [name for name, count in names.items() if count > 1 or name in WORDS]
        if taken:
            raise ValueError(f"extra_columns: more than one column would become the variable {taken[0]!r}")
        usual = {**{name: word.units for name, word in WORDS.items()}, **dict.fromkeys(names, "1")}
        for name, unit in self.units.items():
            if name not in usual:
                raise ValueError(f"units: no variable {name!r}{hint(name, usual)}")
            try:
                # What a further column holds only its user knows.
                fits = convertible(unit, unit if name in names else usual[name])
            except DataError as error:
                raise ValueError(f"units: {name}: {error}") from error
            if not fits:
                raise ValueError(f"units: {name}: {unit!r} cannot be converted to {usual[name]!r}")
        return self
