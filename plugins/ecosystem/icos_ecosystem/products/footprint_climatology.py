"""Product ``footprint-climatology``: where the fluxes of many half hours came from, on a map around the tower.

It makes the stream `footprint` along y (north) and x (east).

References
----------
Kljun et al. (2015), Geosci. Model Dev. 8, 3695, doi:10.5194/gmd-8-3695-2015
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import xarray as xr
from pydantic import Field, model_validator

from icos_core.components import Problem, Product, ProductResult, Requirement, Table, Variable
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE, attributes, is_good
from icos_core.exceptions import DataError
from icos_core.quality.limits import Positive  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ecosystem.footprint.boundary_layer import boundary_layer_height
from icos_ecosystem.footprint.climatology import climatology, cumulated_share, source_areas
from icos_ecosystem.footprint.kljun_2015 import REASONS, footprint_shape, refused
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Self

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "STREAM", "FootprintClimatologyOptions", "derive"]

STREAM = "footprint"
_WORST = {"good": GOOD, "not_evaluated": NOT_EVALUATED, "questionable": QUESTIONABLE}
_MOST_CELLS = 1000
_WORDS = (
    Variable(name="footprint", units="1", long_name="share of the flux that comes from the cell"),
    Variable(
        name="cumulated_footprint",
        units="1",
        long_name="share of the flux that comes from the cell and all that contribute more",
        comment="its contour at 0.8 encloses the smallest area from which 80 % of the flux come",
    ),
)
_Month = Annotated[int, Field(ge=1, le=12)]
_Hour = Annotated[float, Field(ge=0, le=24)]
_Share = Annotated[float, Field(gt=0, lt=1)]


class FootprintClimatologyOptions(Options):
    """Options of ``footprint-climatology``."""

    flux: Literal["TAU", "H", "LE", "FC", "FH2O", "FCH4", "FN2O"] = Field(
        default="FC", description="half hours count where this flux is there"
    )
    worst_flag: Literal["good", "not_evaluated", "questionable"] = Field(
        default="not_evaluated", description="the worst primary flag that the flux may have"
    )
    months: tuple[_Month, ...] = Field(default=(), description="months that count, local standard time; all if none is named")
    hours: tuple[_Hour, _Hour] | None = Field(
        default=None, description="[from, to) hours of the day that count, local standard time; over midnight where from is later"
    )
    time_of_day: Literal["all", "day", "night"] = Field(default="all", description="whether day or night count, after the word NIGHT")
    extent: Positive = Field(default=1000.0, description="half the width and height of the map (m)")
    resolution: Positive = Field(default=5.0, description="width and height of a cell (m); less than half the distance of the peak")
    shares: tuple[_Share, ...] = Field(default=(0.5, 0.8, 0.9), description="shares of the flux whose source areas are told")
    wind_profile: Literal["roughness", "measured"] = Field(
        default="roughness", description="wind from the roughness length and stability, or as it was measured (over forests)"
    )
    boundary_layer_height: Positive | None = Field(
        default=None, description="height of the boundary layer (m) at all times; else PBLH of the stream, else estimated"
    )
    convective_boundary_layer_height: Positive = Field(
        default=1500.0, description="height (m) where the air is unstable and nothing else is known"
    )
    least_friction_velocity: float = Field(default=0.1, ge=0, description="u* must be above it (m s-1)")
    roughness_heights: float = Field(default=20.0, ge=1, description="height over roughness length must be above it")
    least_stability: float = Field(default=-15.5, lt=0, description="(z - d) / L must not be below it")

    @model_validator(mode="after")
    def _not_too_many_cells(self) -> Self:
        if not 1 <= self.extent / self.resolution <= _MOST_CELLS:
            raise ValueError(f"extent / resolution is {self.extent / self.resolution:g}, expected 1 to {_MOST_CELLS}")
        return self


def derive(streams: Streams, options: FootprintClimatologyOptions, context: Context) -> ProductResult:
    """Add up the footprints of the half hours that count."""
    chosen = streams[FLUX_STREAM].isel(time=np.flatnonzero(_counts(streams[FLUX_STREAM], options, context)))
    latitude = context.station.latitude
    if latitude is None:
        raise DataError("footprint-climatology: the station has no latitude, expected one of a fixed station")
    inputs, profile = _inputs(chosen, options, latitude)
    reason = refused(
        *inputs,
        **profile,
        least_friction_velocity=options.least_friction_velocity,
        roughness_heights=options.roughness_heights,
        least_stability=options.least_stability,
    )
    direction = _values(chosen, "WD")
    reason[(reason == 0) & np.isnan(direction)] = REASONS.index("something is missing")
    account = _account(reason)
    if not (reason == 0).any():
        refusals = ", ".join(f"{what}: {number}" for what, number in account) or "no half hour is selected"
        return ProductResult(streams={}, problems=(Problem(message=f"footprint-climatology: no half hour is left ({refusals})"),))
    cells = int(options.extent / options.resolution)
    centres: FloatArray = np.arange(-cells, cells + 1, dtype=np.float64) * options.resolution
    shape = footprint_shape(*inputs, **profile)
    map_ = climatology(centres, centres, shape, np.where(reason == 0, direction, np.nan))
    areas = source_areas(map_, centres, centres, options.shares)
    table = Table(
        title="Footprint climatology",
        columns=("what", "value"),
        rows=(
            *account,
            ("share of the flux that the map covers (%)", round(100.0 * float(map_.sum()), 1)),
            *((f"area of {100 * each.share:g} % of the flux (ha)", _told(each.area / 1e4)) for each in areas),
            *((f"farthest cell of {100 * each.share:g} % (m)", _told(each.farthest)) for each in areas),
        ),
    )
    return ProductResult(streams={STREAM: _dataset(centres, map_, chosen, reason, options)}, tables=(table,))


def _values(stream: xr.Dataset, name: str) -> FloatArray:
    values: FloatArray = stream[name].values.astype(np.float64)
    return values


def _counts(stream: xr.Dataset, options: FootprintClimatologyOptions, context: Context) -> NDArray[np.bool_]:
    counts = is_good(stream, options.flux, _WORST[options.worst_flag])
    local = stream["time"].values + np.timedelta64(round((context.station.utc_offset or 0.0) * 3.6e12), "ns")
    if options.months:
        counts &= np.isin(local.astype("datetime64[M]").astype(int) % 12 + 1, options.months)
    if options.hours is not None:
        first, last = options.hours
        hour = (local - local.astype("datetime64[D]")) / np.timedelta64(1, "h")
        after, before = hour >= first, hour < last
        counts &= (after & before) if first <= last else (after | before)
    if options.time_of_day != "all":
        counts &= _values(stream, "NIGHT") == (options.time_of_day == "night")
    return counts


def _inputs(stream: xr.Dataset, options: FootprintClimatologyOptions, latitude: float) -> tuple[tuple[FloatArray, ...], dict[str, Any]]:
    height = _values(stream, "BADM_INST_HEIGHT_SA") - _values(stream, "DISPLACEMENT_HEIGHT")
    length, ustar = _values(stream, "MO_LENGTH"), _values(stream, "USTAR")
    if options.boundary_layer_height is not None:
        layer = np.full(length.shape, options.boundary_layer_height)
    else:
        layer = boundary_layer_height(length, ustar, latitude, convective=options.convective_boundary_layer_height)
        if "PBLH" in stream:
            modelled = _values(stream, "PBLH")
            layer = np.where(np.isnan(modelled), layer, modelled)
    profile = (
        {"wind_speed": _values(stream, "WS")} if options.wind_profile == "measured" else {"roughness": _values(stream, "ROUGHNESS_LENGTH")}
    )
    return (height, layer, length, ustar, _values(stream, "V_SIGMA")), profile


def _account(reason: NDArray[np.int8]) -> list[tuple[str, int]]:
    counts = np.bincount(reason, minlength=len(REASONS))
    named = ((f"half hours {what}" if not code else f"half hours refused: {what}") for code, what in enumerate(REASONS))
    return [(what, int(count)) for what, count in zip(named, counts, strict=True) if count]


def _told(value: float) -> float | str:
    return round(value, 1) if np.isfinite(value) else "beyond the map"


def _dataset(
    centres: FloatArray, map_: FloatArray, chosen: xr.Dataset, reason: NDArray[np.int8], options: FootprintClimatologyOptions
) -> xr.Dataset:
    used = chosen["time"].values[reason == 0]
    axes = {
        name: (name, centres, {"long_name": f"distance {where} of the tower", "units": "m", "axis": name.upper()})
        for name, where in (("y", "north"), ("x", "east"))
    }
    values = {"footprint": map_, "cumulated_footprint": cumulated_share(map_)}
    return xr.Dataset(
        {word.name: (("y", "x"), values[word.name], attributes(word)) for word in _WORDS},
        coords=axes,
        attrs={
            "half_hours": int(used.size),
            "time_coverage_start": f"{used[0].astype('datetime64[s]')}Z",
            "time_coverage_end": f"{(used[-1] + np.timedelta64(30, 'm')).astype('datetime64[s]')}Z",
            "covered_share": float(map_.sum()),
            "flux": options.flux,
            "source": "footprint model of Kljun et al. (2015)",
            "references": "https://doi.org/10.5194/gmd-8-3695-2015",
        },
    )


def _requires(options: FootprintClimatologyOptions) -> Mapping[str, tuple[Requirement, ...]]:
    units = {
        "USTAR": "m s-1",
        "MO_LENGTH": "m",
        "V_SIGMA": "m s-1",
        "WD": "degree",
        "BADM_INST_HEIGHT_SA": "m",
        "DISPLACEMENT_HEIGHT": "m",
        **({"WS": "m s-1"} if options.wind_profile == "measured" else {"ROUGHNESS_LENGTH": "m"}),
        **({} if options.time_of_day == "all" else {"NIGHT": "1"}),
    }
    needed = (Requirement(name=options.flux), *(Requirement(name=name, units=unit) for name, unit in units.items()))
    return {FLUX_STREAM: (*needed, Requirement(name="PBLH", units="m", optional=True))}


def _provides(_options: FootprintClimatologyOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {STREAM: _WORDS}


PRODUCT = Product(
    name="footprint-climatology",
    summary="where the fluxes of many half hours came from: a map around the tower after Kljun et al. 2015, with source areas",
    options=FootprintClimatologyOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
