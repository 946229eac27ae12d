"""Condensed half hours of a run, by name, and the set-up that was in force in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_ecosystem.calibration.condense import PACKED, STATISTICS
from icos_ecosystem.calibration.condensed import METEO_WORDS, NUMBERS, fields_of, from_rows, packed_fields_of, unpacked
from icos_ecosystem.calibration.instruments import analyser_geometry, is_open_path, sonic_geometry, sonic_traits
from icos_ecosystem.calibration.layout import layout_of, window_of_gas
from icos_ecosystem.series.time_lags import lag_in_rows
from icos_ecosystem.vocabulary.measured import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.versioned import Versioned
    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions

    FloatArray = NDArray[np.float64]

__all__ = ["GasSetup", "HalfHours", "Setup"]


@dataclass(frozen=True, kw_only=True)
class GasSetup:
    """Where and how a gas is measured, arrays of shape (n,) in SI units; NaN where no analyser is described.

    Attributes
    ----------
    open_path
        Whether its path is open.
    nominal, first, last
        Nominal lag, first and last admissible lag in rows.
    nominal_lag, minimum_lag, maximum_lag
        The same in seconds.
    numbers
        Name of a number of ``[[calibrate.gas_analyser]]`` or of its geometry → its values.
    model
        (n,) place of the table among the options, -1 for none.
    """

    open_path: NDArray[np.bool_]
    nominal: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    nominal_lag: FloatArray
    minimum_lag: FloatArray
    maximum_lag: FloatArray
    numbers: dict[str, FloatArray]
    model: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Anemometer and surface, arrays of shape (n,) in SI units.

    Attributes
    ----------
    height, displacement_height, roughness_length, canopy_height
        Metres.
    north_offset
        Degrees that are added to the anemometer's direction, the model's own included.
    vertical_path, horizontal_path, time_constant
        Of the anemometer [m, m, s].
    frequency
        Rows per second.
    boundary_layer_height
        Metres, NaN where not stated.
    model
        (n,) place of the anemometer's table among the options, -1 for none.
    """

    height: FloatArray
    displacement_height: FloatArray
    roughness_length: FloatArray
    canopy_height: FloatArray
    north_offset: FloatArray
    stated_offset: FloatArray
    vertical_path: FloatArray
    horizontal_path: FloatArray
    time_constant: FloatArray
    frequency: FloatArray
    boundary_layer_height: FloatArray
    model: NDArray[np.int64]

    @property
    def effective_height(self) -> FloatArray:
        """Height above the zero-plane displacement."""
        return self.height - self.displacement_height


class HalfHours:
    """Condensed half hours: statistics by name with the half hour first, and set-ups.

    Parameters
    ----------
    stream
        What condensing gave, one row per half hour.
    options
        The station.
    context
        The run.
    """

    def __init__(self, stream: xr.Dataset, options: EddyCovarianceOptions, context: Context) -> None:
        self.options = options
        self.context = context
        self.layout: Layout = layout_of(options)
        self.time: NDArray[np.datetime64] = stream["time"].values
        fields = fields_of(self.layout, options)
        self.values: dict[str, FloatArray] = {
            name: np.asarray(each, dtype=np.float64) for name, each in from_rows(stream[STATISTICS].values, fields).items()
        }
        self._packed = stream[PACKED].values if PACKED in stream.data_vars else None
        self._packed_fields = packed_fields_of(self.layout)
        self._gas_setups: dict[str, GasSetup] = {}

    def __len__(self) -> int:
        return self.time.size

    def packed(self, name: str, rows: slice) -> FloatArray:
        """Return what is kept in packed doubles, of some half hours."""
        assert self._packed is not None
        return unpacked(self._packed[rows], self._packed_fields, name)

    def number(self, name: str) -> FloatArray:
        """Return (n,) one of the single numbers."""
        return self.values["numbers"][:, NUMBERS.index(name)]

    def meteorology(self, name: str) -> FloatArray:
        """Return (n,) half-hourly means of a meteorological quantity, NaN where there is none."""
        return self.values["meteorology"][:, METEO_WORDS.index(name)]

    def of_series(self, field: str, name: str) -> FloatArray:
        """Return the part of a field that belongs to a series; NaN where it is not measured."""
        values = self.values[field]
        if name not in self.layout.series:
            return np.full((len(self), *values.shape[2:]), np.nan)
        return values[:, self.layout.series.index(name)]

    def of_scalar(self, field: str, name: str) -> FloatArray:
        """Return the part of a field that belongs to a scalar."""
        return self.values[field][:, self.layout.scalars.index(name)]

    def measured_as(self, gas: str, measure: str) -> NDArray[np.bool_]:
        """Return (n,) whether a gas stands as a mixing ratio, a mole fraction or a molar density."""
        places = self.values["measure"][:, self.layout.gases.index(gas)]
        found: NDArray[np.bool_] = places == MEASURES.index(measure)
        return found

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Whether enough rows of wind and sonic temperature are there."""
        expected = self.number("expected")
        lowest = np.minimum(self.of_series("valid", "w"), self.of_series("valid", "ts"))
        return lowest >= (1.0 - self.options.raw.maximum_missing / 100.0) * expected

    @cached_property
    def plausible(self) -> NDArray[np.bool_]:
        """Whether half hours are fit for what is found from many of them: no wind outside absolute limits was left in."""
        outside = self.of_series("test_counts", "w")[:, 2] > 0
        plausible: NDArray[np.bool_] = self.usable if self.options.raw.limits else self.usable & ~outside
        return plausible

    def usable_gas(self, gas: str) -> NDArray[np.bool_]:
        """Whether enough rows of a gas are there."""
        lowest = np.minimum(self.of_series("valid", "w"), self.of_series("valid", gas))
        return lowest >= (1.0 - self.options.raw.maximum_missing / 100.0) * self.number("expected")

    @cached_property
    def setup(self) -> Setup:
        """Anemometer and surface in force."""
        sonics, sites = self.options.sonic, self.options.site
        sonic, site = self._tables(sonics), self._tables(sites)
        canopy = _values(sites, site, lambda each: each.canopy_height)
        displacement = _values(
            sites, site, lambda each: 0.67 * each.canopy_height if each.displacement_height is None else each.displacement_height
        )
        roughness = _values(
            sites, site, lambda each: max(0.15 * each.canopy_height, 0.001) if each.roughness_length is None else each.roughness_length
        )
        stated = _values(sonics, sonic, lambda each: each.north_offset)
        return Setup(
            height=_values(sonics, sonic, lambda each: each.height),
            displacement_height=displacement,
            roughness_length=roughness,
            canopy_height=canopy,
            north_offset=stated + _values(sonics, sonic, lambda each: sonic_traits(each).north_offset),
            stated_offset=stated,
            vertical_path=_values(sonics, sonic, lambda each: sonic_geometry(each).vertical_path),
            horizontal_path=_values(sonics, sonic, lambda each: sonic_geometry(each).horizontal_path),
            time_constant=_values(sonics, sonic, lambda each: sonic_geometry(each).time_constant),
            frequency=_values(sonics, sonic, lambda each: each.frequency),
            boundary_layer_height=_values(
                sites, site, lambda each: np.nan if each.boundary_layer_height is None else each.boundary_layer_height
            ),
            model=sonic,
        )

    def gas_setup(self, gas: str) -> GasSetup:
        """Return where and how a gas is measured; found once."""
        if gas not in self._gas_setups:
            self._gas_setups[gas] = self._found_gas_setup(gas)
        return self._gas_setups[gas]

    def _found_gas_setup(self, gas: str) -> GasSetup:
        tables = tuple(each for each in self.options.gas_analyser if gas in each.gases)
        place = self._tables(tables)
        windows = [window_of_gas(gas, each) for each in tables]
        frequency = self.setup.frequency
        lags = np.array([*([list(each) for each in windows] or []), [np.nan] * 3])[place]
        rows = np.zeros(lags.shape, dtype=np.int64)
        for each in np.unique(frequency[np.isfinite(frequency)]):
            for row, window in enumerate(windows):
                chosen = (frequency == each) & (place == row)
                rows[chosen] = [lag_in_rows(lag, float(each)) for lag in window]
        numbers = {
            name: _values(tables, place, partial(_number, name=name))
            for name in (
                "northward_separation",
                "eastward_separation",
                "vertical_separation",
                "tube_length",
                "tube_diameter",
                "flow_rate",
            )
        }
        for name in ("vertical_path", "horizontal_path", "time_constant"):
            numbers[name] = _values(tables, place, partial(_geometric, name=name))
        models = np.array([self.options.gas_analyser.index(each) for each in tables] + [-1])
        return GasSetup(
            open_path=np.array([*(is_open_path(each) for each in tables), False])[place],
            nominal=rows[:, 0],
            first=rows[:, 1],
            last=rows[:, 2],
            nominal_lag=lags[:, 0],
            minimum_lag=lags[:, 1],
            maximum_lag=lags[:, 2],
            numbers=numbers,
            model=models[place],
        )

    def _tables(self, tables: Sequence[Versioned]) -> NDArray[np.int64]:
        """Return (n,) which table is valid at the start of each half hour, -1 for none."""
        found = np.full(len(self), -1, dtype=np.int64)
        for place, table in enumerate(tables):
            found[table.covers(self.time) & (found < 0)] = place
        return found


def _values(tables: Sequence[Any], place: NDArray[np.int64], number: Callable[[Any], float]) -> FloatArray:
    return np.array([*(number(each) for each in tables), np.nan], dtype=np.float64)[place]


def _number(table: Any, name: str) -> float:
    return float(getattr(table, name))


def _geometric(table: Any, name: str) -> float:
    return float(getattr(analyser_geometry(table), name))
