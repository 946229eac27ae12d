"""Product ``storage-profile``: storage of heat and gases below the instruments, and the net ecosystem exchange with it.

It makes the stream `storage`, one row per half hour of `fluxes`.

References
----------
Montagnani et al. (2018), Int. Agrophys. 32, 551, doi:10.1515/intag-2017-0037
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Outcome, Problem, Product, ProductResult, Requirement, Variable
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, make_stream, usable
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ecosystem.ambient_state import molar_volume
from icos_ecosystem.constants import MOLAR_MASS
from icos_ecosystem.profile_storage import column_storage, filled_levels, interval_means
from icos_ecosystem.vocabulary.flux_own import STORAGE_WORDS
from icos_ecosystem.vocabulary.flux_templates import GASES
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM
from icos_ecosystem.vocabulary.measured import PROFILE_STREAM
from icos_ecosystem.vocabulary.profile import HEIGHT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]
    _Interval = tuple[NDArray[np.datetime64], NDArray[np.datetime64]]

__all__ = ["PRODUCT", "STREAM", "StorageProfileOptions", "derive"]

STREAM = "storage"
_NEE = Variable(
    name="NEE",
    units="umol m-2 s-1",
    standard_name="surface_upward_mole_flux_of_carbon_dioxide",
    long_name="net ecosystem exchange of carbon dioxide",
    comment="FC + SC; its flag is that of FC",
)
_WORDS = (*STORAGE_WORDS, _NEE)
_AIR = {"TA_EP": "K", "PA_EP": "Pa", "AIR_RHO_CP": "J m-3 K-1", "BADM_INST_HEIGHT_SA": "m"}


class StorageProfileOptions(Options):
    """Options of ``storage-profile``."""

    source: Literal["profile", "one-point"] = Field(
        default="profile", description="profile: the stream profile; one-point: what the calibrator found at the height of the instruments"
    )
    change: Literal["borders", "means"] = Field(
        default="borders",
        description="borders: between the values around the half hour's start and end; means: from the mean of the one before to its own",
    )
    border: Duration = Field(
        default=timedelta(minutes=5),
        gt=timedelta(0),
        le=timedelta(minutes=30),
        description="rows so long before and after a border make the value there; a whole number of the rows' intervals",
    )
    amounts: Literal["moist", "dry"] = Field(
        default="moist", description="whether the profile's mole fractions are of moist air, as FLUXNET names them, or of dry air"
    )
    missing_levels: int = Field(default=1, ge=0, description="how many levels may lack a value; those beside them stand in for them")


def derive(streams: Streams, options: StorageProfileOptions, context: Context) -> ProductResult:
    """Return storage of every half hour, and net ecosystem exchange where the flux of carbon dioxide is there."""
    del context
    fluxes = streams[FLUX_STREAM]
    names = [word.name for word in STORAGE_WORDS]
    if options.source == "one-point":
        found = {name: fluxes[name].values.astype(np.float64) for name in names if name in fluxes}
    else:
        found = _from_profile(streams[PROFILE_STREAM], fluxes, options)
    if not any(np.isfinite(values).any() for values in found.values()):
        where = "at the height of the instruments" if options.source == "one-point" else "from the profile"
        return ProductResult(streams={}, problems=(Problem(message=f"storage-profile: no half hour has storage {where}"),))
    outcomes: tuple[Outcome, ...] = ()
    if "SC" in found and "FC" in fluxes:
        found["NEE"] = fluxes["FC"].values.astype(np.float64) + found["SC"]
        level = np.clip(fluxes["FC_flag"].values, GOOD, BAD) if "FC_flag" in fluxes else np.full(fluxes.sizes["time"], NOT_EVALUATED)
        outcomes = (Outcome(stream=STREAM, variable="NEE", name="flux", level=level.astype(np.int8)),)
    stream = make_stream(fluxes["time"].values, found, _WORDS, {"source": options.source})
    if "time_bnds" in fluxes:
        stream["time"].attrs["bounds"] = "time_bnds"
        stream = stream.assign(time_bnds=fluxes["time_bnds"].variable)
    return ProductResult(streams={STREAM: stream}, outcomes=outcomes)


def _from_profile(profile: xr.Dataset, fluxes: xr.Dataset, options: StorageProfileOptions) -> dict[str, FloatArray]:
    time: NDArray[np.datetime64] = fluxes["time"].values
    length = _length(fluxes)
    half = np.timedelta64(options.border, "ns")
    intervals: tuple[_Interval, _Interval]
    if options.change == "borders":
        intervals = ((time - half, time + half), (time + length - half, time + length + half))
    else:
        intervals = ((time - length, time), (time, time + length))
    order = np.argsort(profile[HEIGHT].values)
    heights = profile[HEIGHT].values.astype(np.float64)[order]
    rows = profile["time"].values
    values = {word.name: usable(profile, word.name)[:, order] for word in PROFILE if word.name in profile}
    measured = {name: each for name, each in values.items() if np.isfinite(each).any()}
    ends = {name: tuple(interval_means(rows, each, *interval) for interval in intervals) for name, each in measured.items()}
    elapsed = {name: _elapsed(rows, each, intervals, length) for name, each in measured.items()}
    air = {name: fluxes[name].values.astype(np.float64)[:, np.newaxis] for name in _AIR}
    temperature = _of_column(ends.get("TA"), air["TA_EP"], heights)
    vapour = _of_column(ends.get("H2O"), np.array([[0.0]]), heights)
    moist = options.amounts == "moist"
    # Of moist air the share that is dry; of an amount per dry air, h / (1 + h) of the moist air is vapour.
    dry_share = 1.0 - (vapour if moist else vapour / (1.0 + vapour * 1e-3)) * 1e-3
    dry_air = dry_share / molar_volume(temperature, air["PA_EP"])
    top = air["BADM_INST_HEIGHT_SA"][:, 0]
    column: dict[str, Any] = {"heights": heights, "top": top, "missing_levels": options.missing_levels}
    made: dict[str, FloatArray] = {}
    if "TA" in ends:
        first, last = ends["TA"]
        # At constant pressure, rho cp is inversely proportional to temperature.
        made["SH"] = column_storage((last - first) / elapsed["TA"], air["AIR_RHO_CP"] * air["TA_EP"] / temperature, **column)
    for gas in GASES:
        if gas.name not in ends:
            continue
        first, last = (_to_dry(gas.name, end, ends, heights) for end in (0, 1)) if moist else ends[gas.name]
        stored = column_storage((last - first) / elapsed[gas.name], dry_air, **column)
        made[gas.storage] = stored * (1000.0 if gas.fraction_units.startswith("nmol") else 1.0)
        if gas.name == "H2O":
            made["SLE"] = stored * MOLAR_MASS["h2o"] * 1e-3 * (3147.5 - 2.37 * air["TA_EP"][:, 0]) * 1e3
    return made


def _length(fluxes: xr.Dataset) -> np.timedelta64:
    """Return how long an averaging interval is."""
    bounds = fluxes["time_bnds"].values if "time_bnds" in fluxes else np.empty((0, 2), dtype="datetime64[ns]")
    return bounds[0, 1] - bounds[0, 0] if len(bounds) else np.timedelta64(30, "m")


def _elapsed(
    rows: NDArray[np.datetime64], values: FloatArray, intervals: tuple[_Interval, _Interval], length: np.timedelta64
) -> FloatArray:
    """Return (n, m) seconds between the rows that the two means of a level are made of; NaN where less than half the interval lies between.

    At the ends of a run, beside gaps, and where levels are drawn from in turn, rows do not lie evenly around a border.
    """
    seconds = (rows - rows[0]) / np.timedelta64(1, "s")
    times = np.where(np.isfinite(values), seconds[:, np.newaxis], np.nan)
    first, last = (interval_means(rows, times, *each) for each in intervals)
    return np.where(last - first >= 0.5 * (length / np.timedelta64(1, "s")), last - first, np.nan)


def _of_column(ends: tuple[FloatArray, ...] | None, otherwise: FloatArray, heights: FloatArray) -> FloatArray:
    """Return (n, m) means of both ends at all levels, where the profile has some, else something that holds for all levels."""
    if ends is None:
        return np.broadcast_to(otherwise, (otherwise.shape[0], heights.size))
    filled = filled_levels(np.mean(ends, axis=0), heights)
    return np.where(np.isfinite(filled), filled, otherwise)


def _to_dry(name: str, end: int, ends: Mapping[str, tuple[FloatArray, ...]], heights: FloatArray) -> FloatArray:
    """Return mole fractions of moist air as those of dry air, where the profile has water vapour at all; NaN where just now it has not."""
    if "H2O" not in ends:
        return ends[name][end]
    return ends[name][end] / (1.0 - filled_levels(ends["H2O"][end], heights) * 1e-3)


def _requires(options: StorageProfileOptions) -> Mapping[str, tuple[Requirement, ...]]:
    flux = Requirement(name="FC", units="umol m-2 s-1", optional=True)
    if options.source == "one-point":
        return {FLUX_STREAM: (flux, *(Requirement(name=word.name, units=word.units, optional=True) for word in STORAGE_WORDS))}
    air = tuple(Requirement(name=name, units=unit) for name, unit in _AIR.items())
    # Any of them will do: the first stands for all.
    words = [Requirement(name=word.name, units=word.units) for word in PROFILE if word.name != "RH"]
    some = Requirement(name=words[0].name, units=words[0].units, alternatives=tuple(words[1:]))
    return {FLUX_STREAM: (*air, flux), PROFILE_STREAM: (some,)}


def _provides(_options: StorageProfileOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {STREAM: _WORDS}


PRODUCT = Product(
    name="storage-profile",
    summary="storage of heat and gases below the instruments, from a profile or one height, and net ecosystem exchange",
    options=StorageProfileOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
