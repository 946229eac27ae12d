"""The description inside a .ghg archive: what its columns, instruments and clock are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_ecosystem.readers.raw_columns import Column
from icos_ecosystem.readers.raw_units import UnitError, conversion, usual_unit
from icos_ecosystem.vocabulary.measured import GASES, MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DescribedColumn", "GhgMetadata", "Instrument", "parse_keys", "parse_metadata", "plain_number"]

_COLUMN = re.compile(r"col_([1-9][0-9]{0,3})_variable")
_INSTRUMENT = re.compile(r"instr_([1-9][0-9]{0,2})_model")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_PERCENT = "%"
_WORDS: Mapping[str, str] = {
    "u": "u",
    "v": "v",
    "w": "w",
    "ts": "sonic_temperature",
    "sos": "speed_of_sound",
    "rho": "sonic_wind_speed",
    "theta": "sonic_wind_direction",
    "fast_t": "fast_temperature",
    "cell_t": "cell_temperature",
    "int_t_1": "cell_temperature_in",
    "int_t_2": "cell_temperature_out",
    "int_p": "cell_pressure",
    "air_t": "ambient_temperature",
    "air_p": "ambient_pressure",
    "diag_72": "li7200_diagnostic",
    "diag_75": "li7500_diagnostic",
    "diag_77": "li7700_diagnostic",
    "diag_anem": "sonic_diagnostic",
    "anemometer_diagnostic": "sonic_diagnostic",
    "co2_signal_strength_7200": "co2_signal_strength",
    "co2_signal_strength_7500": "co2_signal_strength",
    "rssi_77": "ch4_signal_strength",
}
"""Word of the description → variable. Gases follow from their measure type."""
_NAMES = ("model", "manufacturer", "sn", "sw_version")
_CENTIMETRE, _MILLIMETRE = 0.01, 0.001
_LENGTHS = {
    "height": 1.0,
    "northward_separation": _CENTIMETRE,
    "eastward_separation": _CENTIMETRE,
    "vertical_separation": _CENTIMETRE,
    "tube_length": _CENTIMETRE,
    "tube_diameter": _MILLIMETRE,
    "tube_flowrate": 1.0,
    "north_offset": 1.0,
}


class DescribedColumn(NamedTuple):
    """A column as the description has it.

    Attributes
    ----------
    number
        From 1, the label ``DATA`` not counted.
    word, measure_type
        Its variable and measure type, lower case.
    unit
        That the numbers are in after `scale` and `offset`, empty where none is stated.
    scale, offset
        Of an analog input.
    """

    number: int
    word: str
    measure_type: str
    unit: str
    scale: float
    offset: float

    @property
    def variable(self) -> str | None:
        """The variable of the vocabulary, None where there is none."""
        if self.word in GASES:
            return f"{self.word}_{self.measure_type}" if self.measure_type in MEASURES else None
        return _WORDS.get(self.word)

    @property
    def column(self) -> Column | None:
        """The column as options have it, None where it is no variable or in a unit that is none of it."""
        variable = self.variable
        if variable is None:
            return None
        unit = _PERCENT if variable.endswith("signal_strength") else self.unit
        if not usual_unit(variable):
            return Column(variable=variable)
        try:
            conversion(variable, unit)
        except UnitError:
            return None
        return Column(variable=variable, unit=unit, scale=self.scale, offset=self.offset)


class Instrument(NamedTuple):
    """An instrument of the description.

    Attributes
    ----------
    model, manufacturer, serial_number, software_version
        As stated.
    numbers
        Key without its number → value in m, L min-1 and degrees: heights, separations and tubes.
    """

    model: str
    manufacturer: str
    serial_number: str
    software_version: str
    numbers: dict[str, float]


class GhgMetadata(NamedTuple):
    """A description.

    Attributes
    ----------
    keys
        Lower-case key → text, of all sections: no key is in two of them.
    columns
        The columns, in their order.
    instruments
        The instruments, in their order.
    frequency
        Rows per second [Hz], None where it is not stated.
    label
        What a line of data begins with.
    """

    keys: dict[str, str]
    columns: tuple[DescribedColumn, ...]
    instruments: tuple[Instrument, ...]
    frequency: float | None
    label: str


def parse_keys(data: bytes) -> dict[str, str]:
    """Return lower-case key → text of a description; the first of a key that comes again holds."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    keys: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith((";", "#", "[")):
            keys.setdefault(key.strip().casefold(), value.strip())
    return keys


def parse_metadata(data: bytes) -> GhgMetadata:
    """Return a description; what it does not state is left out."""
    keys = parse_keys(data)
    numbers = sorted(int(found[1]) for found in map(_COLUMN.fullmatch, keys) if found is not None)
    frequency = plain_number(keys.get("acquisition_frequency", ""))
    return GhgMetadata(
        keys=keys,
        columns=tuple(_column(keys, number) for number in numbers),
        instruments=tuple(
            _instrument(keys, number) for number in sorted(int(found[1]) for found in map(_INSTRUMENT.fullmatch, keys) if found)
        ),
        frequency=frequency if frequency is not None and frequency > 0 else None,
        label=keys.get("data_label", "") or "DATA",
    )


def _column(keys: Mapping[str, str], number: int) -> DescribedColumn:
    def text(key: str) -> str:
        return keys.get(f"col_{number}_{key}", "")

    def value(key: str) -> float:
        return plain_number(text(key)) or 0.0

    kind = text("conversion").casefold().replace("-", "_")
    scale, offset, unit = 1.0, 0.0, text("unit_in")
    if kind == "gain_offset" and value("a_value") != 0:
        scale, offset, unit = value("a_value"), value("b_value"), text("unit_out")
    elif kind == "zero_fullscale" and value("max_value") != value("min_value") and value("b_value") != value("a_value"):
        scale = (value("b_value") - value("a_value")) / (value("max_value") - value("min_value"))
        offset, unit = value("a_value") - scale * value("min_value"), text("unit_out")
    return DescribedColumn(number, text("variable").casefold(), text("measure_type").casefold(), unit, scale, offset)


def _instrument(keys: Mapping[str, str], number: int) -> Instrument:
    stated = {key: plain_number(keys.get(f"instr_{number}_{key}", "")) for key in _LENGTHS}
    model, manufacturer, serial_number, software_version = (keys.get(f"instr_{number}_{key}", "") for key in _NAMES)
    numbers = {key: value * _LENGTHS[key] for key, value in stated.items() if value is not None}
    return Instrument(model, manufacturer, serial_number, software_version, numbers)


def plain_number(text: str) -> float | None:
    """Return the number that a text is, None where it is none."""
    return float(text) if _NUMBER.fullmatch(text) is not None else None
