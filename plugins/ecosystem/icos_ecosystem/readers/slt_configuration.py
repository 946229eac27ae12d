"""The set-up of EddyMeas in the .cfg beside its files: what its analog inputs measure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_ecosystem.readers.raw_units import UnitError, conversion
from icos_ecosystem.vocabulary.measured import GASES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ConfiguredInput", "SltConfiguration", "configuration_beside", "parse_configuration"]

_INPUT = re.compile(r"([^,:\[\]]+),([^,]+),([^,]+),([^,]+),([^,]+),([^,]+)")
_SETTING = re.compile(r"([^:,\[\]]+):\s*(.*)")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_MOST_BYTES = 1 << 16


class ConfiguredInput(NamedTuple):
    """An analog input.

    Attributes
    ----------
    name, unit
        As the file has them.
    minimum, maximum
        Values at the ends of the analog range [unit].
    delay
        As the file has it [rows].
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    delay: float

    @property
    def variable(self) -> str | None:
        """The variable, None where name and unit do not tell: a fraction may be of dry or of moist air."""
        gas = self.name.casefold()
        density = f"{gas}_molar_density"
        if gas not in GASES:
            return None
        try:
            conversion(density, self.unit)
        except UnitError:
            return None
        return density


class SltConfiguration(NamedTuple):
    """A set-up.

    Attributes
    ----------
    settings
        Lower-case name → text: ``sonic``, ``analyzer``, ``sample frequency``, ``average time``, ``measurement height`` …
    inputs
        The analog inputs, in the order of the file.
    """

    settings: dict[str, str]
    inputs: tuple[ConfiguredInput, ...]

    def number(self, name: str) -> float | None:
        """Return the number that a setting begins with (``10 hz``), None where there is none."""
        found = _NUMBER.match(self.settings.get(name, ""))
        return float(found[0]) if found is not None else None


def parse_configuration(data: bytes) -> SltConfiguration:
    """Return the set-up that a .cfg file holds; lines of any other form are passed over."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    settings: dict[str, str] = {}
    inputs: list[ConfiguredInput] = []
    for line in map(str.strip, text.splitlines()):
        fields = _INPUT.fullmatch(line)
        setting = _SETTING.fullmatch(line)
        if fields is not None:
            name, low, high, unit, delay = (fields[place].strip() for place in range(1, 6))
            if all(_NUMBER.fullmatch(number) for number in (low, high, delay)):
                inputs.append(ConfiguredInput(name, unit, float(low), float(high), float(delay)))
        elif setting is not None:
            settings.setdefault(setting[1].strip().casefold(), setting[2].strip())
    return SltConfiguration(settings, tuple(inputs))


def configuration_beside(path: Path) -> tuple[str, SltConfiguration] | None:
    """Return the set-up in force for a file, with its name: of those in its folder the last whose name does not come after its own.

    None where there is none; nothing is raised.
    """
    try:
        earlier = sorted(
            each
            for each in path.parent.iterdir()
            if each.suffix.casefold() == ".cfg" and each.stem[:1] == path.stem[:1] and each.stem <= path.stem
        )
        if not earlier:
            return None
        with earlier[-1].open("rb") as file:
            return earlier[-1].name, parse_configuration(file.read(_MOST_BYTES))
    except OSError:
        return None
