"""Which columns of a meteorological file are read: one sensor of each variable, and the levels of the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from icos_core.dataset import TIME_ATTRIBUTES, attributes
from icos_core.raw_text.delimited_text import HeaderError
from icos_ecosystem.constants import MOLAR_MASS
from icos_ecosystem.readers.icos_bm_options import LEVELS, WORDS, sensor_of, unit_of
from icos_ecosystem.readers.raw_columns import Resolved
from icos_ecosystem.readers.raw_units import conversion_to
from icos_ecosystem.vocabulary.profile import HEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.readers.icos_bm_options import IcosBmOptions

__all__ = ["BmColumns", "chosen_columns", "profile_stream"]

_FIRST_POSITION = "1_1_1"
_HEIGHT_ATTRIBUTES = {"standard_name": "height", "long_name": "height above ground", "units": "m", "positive": "up", "axis": "Z"}


class BmColumns(NamedTuple):
    """Columns of the stream ``meteo``, and (height, column) of the stream ``profile``."""

    meteo: tuple[Resolved, ...]
    profile: tuple[tuple[float, Resolved], ...]

    @property
    def all(self) -> tuple[Resolved, ...]:
        """Every column once, whichever stream it belongs to."""
        return tuple({column.header: column for column in (*self.meteo, *(column for _, column in self.profile))}.values())


def chosen_columns(headers: Sequence[str], clock: int, options: IcosBmOptions) -> BmColumns:
    """Return the columns that are read.

    Parameters
    ----------
    headers
        Names of the columns.
    clock
        Column of the time.
    options
        They name the sensors that are not the usual ones, units and heights.

    Raises
    ------
    HeaderError
        For a stated sensor that the file does not have while it has others of that variable, two columns for one level, and a file
        that has nothing to read.
    """
    sensors: dict[str, dict[str, int]] = {}
    levels: dict[tuple[str, float], tuple[float, Resolved]] = {}
    for place, header in enumerate(headers):
        sensor = sensor_of(header)
        if sensor is None or place == clock:
            continue
        if sensor.variable in WORDS:
            sensors.setdefault(sensor.variable, {}).setdefault(sensor.position, place)
        height = options.height_of(sensor)
        if height is not None:
            level = (sensor.variable, height)
            if level in levels:
                raise HeaderError(f"heights: {levels[level][1].header!r} and {header!r} are the same level, {height:g} m")
            levels[level] = (height, _column(headers, place, sensor.variable, options))
    meteo = tuple(_column(headers, _sensor(variable, found, options), variable, options) for variable, found in sensors.items())
    if not meteo and not levels:
        shown = ", ".join(map(repr, headers[:12]))
        raise HeaderError(f"no column of meteorology such as 'TA_1_1_1', and none that heights names; the columns are: {shown}")
    return BmColumns(meteo, tuple(levels.values()))


def profile_stream(
    time: NDArray[np.datetime64], levels: Iterable[tuple[str, float, NDArray[np.generic]]], heights: Sequence[float]
) -> xr.Dataset:
    """Return the stream of a profile.

    Parameters
    ----------
    time
        (n,) increasing times.
    levels
        Variable, height and (n,) values of each column.
    heights
        (m,) every height that is described, increasing: files of one station must share them, whichever of them a file has.

    Returns
    -------
    xarray.Dataset
        Variables of shape (n, m), NaN at heights where a variable is not measured.
    """
    places = {height: place for place, height in enumerate(heights)}
    arrays: dict[str, NDArray[np.float64]] = {}
    for variable, height, values in levels:
        arrays.setdefault(variable, np.full((time.size, len(heights)), np.nan))[:, places[height]] = values
    return xr.Dataset(
        {name: (("time", HEIGHT), array, attributes(LEVELS[name])) for name, array in arrays.items()},
        coords={"time": ("time", time, dict(TIME_ATTRIBUTES)), HEIGHT: (HEIGHT, np.array(heights), dict(_HEIGHT_ATTRIBUTES))},
    )


def _sensor(variable: str, found: Mapping[str, int], options: IcosBmOptions) -> int:
    """Return the column of the sensor that is read."""
    stated = options.sensors.get(variable)
    if stated is None:
        return found.get(_FIRST_POSITION, next(iter(found.values())))
    position = "_".join(str(int(part)) for part in stated.split("_"))
    if position not in found:
        raise HeaderError(f"sensors: no column {variable}_{position}; those of {variable} stand at {', '.join(found)}")
    return found[position]


def _column(headers: Sequence[str], place: int, variable: str, options: IcosBmOptions) -> Resolved:
    word = WORDS.get(variable) or LEVELS[variable]
    factor, offset = conversion_to(word.units, unit_of(variable, options.units), MOLAR_MASS.get(variable.lower()))
    return Resolved(place, variable, factor, offset, headers[place])
