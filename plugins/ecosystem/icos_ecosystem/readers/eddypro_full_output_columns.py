"""What the columns of EddyPro's table ``full_output`` are: the exporter's list of them, read the other way round."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import make_stream
from icos_ecosystem.exporters.eddypro_items import GASES, Item, after_flags, before_flags
from icos_ecosystem.exporters.eddypro_statistical_flags import FLAG_TITLES, OTHER_FLAGS, flags_per_variable
from icos_ecosystem.exporters.flux_table import FluxTable
from icos_ecosystem.readers.raw_columns import Resolved
from icos_ecosystem.readers.raw_units import UnitError, conversion
from icos_ecosystem.vocabulary.flux_templates import SERIES
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.components import Variable
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.half_hourly_table import Finish, Values

__all__ = ["FullOutputColumns", "full_output_columns", "items"]

_PASSED_OVER = frozenset({"", "filename", "date", "time", "DOY"})
_COUNTS = {"file_records": "FILE_NR", "used_records": "WD_FILTER_NR"}
_RSSI, _AGC = "mean_value_RSSI_", "mean_value_AGC_"
_MICRO = "[µ"
_NO_UNIT = frozenset({"[#]", "--"})


class FullOutputColumns(NamedTuple):
    """Columns that are a variable each, those of flags, what is made of their values afterwards, and names of those that are not read."""

    read: tuple[Resolved, ...]
    flags: tuple[int, ...]
    finish: Finish
    other_units: tuple[str, ...]
    unknown: tuple[str, ...]


@cache
def items() -> Mapping[str, Item]:
    """Return title → what the number is made of, for every column that shows one variable."""
    time = np.zeros(1, dtype="datetime64[ns]")
    words = [word for word in EDDYPRO_WORDS if word.dtype == "float64" or word.flag_values]
    everything = FluxTable(make_stream(time, {word.name: np.zeros(1) for word in words}, words), time, time)
    found = {item.title: item for item in (*before_flags(everything, GASES), *after_flags(everything, GASES))}
    found |= {title: Item("file_info", title, "[#]", variable, whole=True) for title, variable in _COUNTS.items()}
    # A gain control is told from a signal strength by its sign in the flux table.
    signal = {title: item for title, item in found.items() if title.startswith(_RSSI) and item.variable.endswith("_AGC_OR_RSSI")}
    found |= {
        title.replace(_RSSI, _AGC): Item(item.group, title, item.units, item.variable, scale=-1.0, whole=True)
        for title, item in signal.items()
    }
    found |= {title: Item("statistical_flags", title, units, variable, whole=True) for title, units, variable in OTHER_FLAGS}
    found["daytime"] = Item("file_info", "daytime", "[1=daytime]", "NIGHT", scale=-1.0, offset=1.0, whole=True)
    return found


def full_output_columns(names: Sequence[str], units: Sequence[str], words: Mapping[str, Variable]) -> FullOutputColumns:
    """Return what is read of a table.

    Parameters
    ----------
    names, units
        Second and third header row.
    words
        Variables that are read.
    """
    read: dict[str, Resolved] = {}
    roots: list[str] = []
    flags: dict[str, int] = {}
    other_units, unknown = [], []
    for place, name in enumerate(names):
        item = items().get(name)
        if item is None:
            if name in FLAG_TITLES:
                flags.setdefault(name, place)
            elif name not in _PASSED_OVER:
                unknown.append(name)
            continue
        if item.variable not in words or item.variable in read:
            continue
        unit = units[place] if place < len(units) else ""
        found = _conversion(unit, item, words)
        if found is None:
            other_units.append(f"{name} {unit}")
            continue
        read[item.variable] = Resolved(place, item.variable, *found, name)
        roots += [item.variable] if item.power == 2 else []
    if not any(f"{series.name}_VM97_TEST" in words for series in SERIES):
        flags = {}
    finish = _Finish(tuple(roots), flags, frozenset(words))
    return FullOutputColumns(tuple(read.values()), tuple(flags.values()), finish, tuple(other_units), tuple(unknown))


class _Finish(NamedTuple):
    """Makes standard deviations of variances, and flags per variable of flags per test."""

    roots: tuple[str, ...]
    flags: Mapping[str, int]
    words: frozenset[str]

    def __call__(self, values: Values, table: TextTable, kept: NDArray[np.bool_]) -> None:
        for name in self.roots:
            variance = np.asarray(values[name], dtype=np.float64)
            values[name] = np.sqrt(np.where(variance >= 0, variance, np.nan))
        found = flags_per_variable({title: table.numbers[place][kept] for title, place in self.flags.items()})
        values |= {name: each for name, each in found.items() if name in self.words and np.isfinite(each).any()}


def _conversion(written: str, item: Item, words: Mapping[str, Variable]) -> tuple[float, float] | None:
    """Return factor and offset from numbers in the file to the vocabulary, None for a unit that does not stand for the variable's."""
    if item.whole or item.power != 1 or item.units in _NO_UNIT:
        return 1.0 / item.scale, -item.offset / item.scale
    if item.units.startswith(_MICRO) and written.endswith(item.units.removeprefix(_MICRO)):
        # Encodings garble the letter for micro.
        written = item.units
    try:
        return conversion(item.variable, written, words)
    except UnitError:
        return None
