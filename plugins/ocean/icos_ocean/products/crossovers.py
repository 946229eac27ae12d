"""Product ``crossovers``: where this cruise crosses others, and how far their fCO2 are apart.

Pairs are near where ``√(dx² + (30 km d⁻¹ · dt)²)`` is at most 80 km. fCO2 is that of the product ``socat-fco2rec``, of the other files
the one that SOCAT recomputed or one that is recomputed alike. The stream ``crossovers`` holds pairs, the report a table with one line for
each two cruises.

References
----------
Wanninkhof, R. et al. (2013), CDIAC, doi:10.3334/CDIAC/OTG.SOCAT_ADQCF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import xarray as xr
from pydantic import Field, create_model

from icos_core.components import Problem, Product, ProductResult, Requirement, Table, Variable
from icos_core.dataset import attributes
from icos_core.exceptions import DataError, InputError
from icos_core.option_types import Texts
from icos_core.running.files_beside import files_beside
from icos_core.versioned import Options
from icos_ocean.cruise_crossovers import DRIFT, LARGEST_DISTANCE, near_pairs
from icos_ocean.expocodes import NO_EXPOCODE, expocode_text, platform_of
from icos_ocean.products import socat_fco2rec
from icos_ocean.products.crossovers_files import read_measurements
from icos_ocean.products.crossovers_measurements import Measurements, good_measurements, together
from icos_ocean.products.crossovers_statistics import Gathered, HighQuality
from icos_ocean.products.crossovers_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_ocean.products.crossovers_statistics import Crossing

__all__ = ["PRODUCT", "STREAM", "CrossoversOptions", "derive", "files"]

STREAM = "crossovers"
_NANOSECOND_DAYS = 86_400_000_000_000


class _Limits(Options):
    """Options of ``crossovers``."""

    largest_distance: float = Field(default=LARGEST_DISTANCE, gt=0, le=2000, description="largest distance of a pair in km, time counted")
    drift: float = Field(default=DRIFT, gt=0, description="distance that one day counts for, km")
    fco2_difference: float = Field(default=5.0, ge=0, description="largest difference of fCO2 for a pair of high quality, µatm")
    sst_difference: float | Literal["any"] = Field(
        default=0.3, description='largest difference of sea-surface temperature for a pair of high quality, °C; "any" does not ask for it'
    )
    same_platform: bool = Field(default=False, description="let pairs of two cruises of one platform count; SOCAT does not")
    pairs: Literal["nearest", "all"] = Field(
        default="nearest",
        description="pairs that are kept: of each own measurement the nearest of each other cruise, or all; the table counts all",
    )

    @property
    def others(self) -> tuple[str, ...]:
        """The patterns of the files of other cruises."""
        return cast("tuple[str, ...]", getattr(self, "with"))  # a keyword of Python cannot follow a point


# `with` is what a description says, and no name that a class statement can give to a field.
CrossoversOptions = create_model(
    "CrossoversOptions",
    __base__=_Limits,
    __module__=__name__,
    __doc__="Options of ``crossovers``.",
    **cast(
        "Any",
        {"with": (Texts, Field(description="files of other cruises, relative to the description; ${NAME} is taken from the environment"))},
    ),
)


def files(options: Any, context: Context) -> Sequence[Path]:
    """Name the files of other cruises.

    Raises
    ------
    InputError
        For a pattern that matches nothing.
    """
    return files_beside(options.others, context.folder, "file of another cruise")


def derive(streams: Streams, options: Any, context: Context) -> ProductResult:
    """Find the crossings of this cruise with those in other files.

    Raises
    ------
    DataError
        Where the recomputed fCO2 has no position.
    InputError
        For a pattern that matches nothing.
    """
    stream = streams[socat_fco2rec.STREAM]
    try:
        own = good_measurements(stream.drop_vars("fco2rec_uncertainty", errors="ignore"), context.station.id)
    except DataError:
        own = Measurements.none(context.station.id)
    others, problems = [], []
    for path in files(options, context):
        try:
            others.append(_near_in_time(read_measurements(path, context), own, options))
        except InputError as error:
            problems.append(Problem(message=error.message, file=path.name, line=error.line))
    other, names = together(others)
    names[NO_EXPOCODE] = context.station.id
    asked = None if options.sst_difference == "any" else options.sst_difference
    gathered = Gathered(
        own=own,
        other=other,
        high_quality=HighQuality(fco2=options.fco2_difference, sst=asked),
        keep_all=options.pairs == "all",
        platforms=None if options.same_platform else (platform_of(own.cruise), platform_of(other.cruise)),
    )
    for pairs in near_pairs(own.track, other.track, options.largest_distance, options.drift):
        gathered.add(pairs)
    return ProductResult(
        streams={STREAM: _stream(gathered)}, problems=tuple(problems), tables=(_table(gathered.crossings, names, options, len(others)),)
    )


def _near_in_time(found: Measurements, own: Measurements, options: Any) -> Measurements:
    """Return the measurements that can be near for their time, so that a collection of all cruises leaves little in memory."""
    if not own.fco2.size:
        return found
    reach = int(options.largest_distance / options.drift * _NANOSECOND_DAYS) + 1
    time = found.track.time
    rows = np.flatnonzero((time >= own.track.time.min() - reach) & (time <= own.track.time.max() + reach))
    return found.rows(rows)


def _stream(gathered: Gathered) -> xr.Dataset:
    left, right, kilometres, days, equivalent, difference, warmer, good = gathered.columns()
    own, other = gathered.own, gathered.other
    values: dict[str, NDArray[np.generic]] = {
        "time_own": own.track.time[left].astype("datetime64[ns]"),
        "time_other": other.track.time[right].astype("datetime64[ns]"),
        "latitude": own.track.latitude[left],
        "longitude": own.track.longitude[left],
        "latitude_other": other.track.latitude[right],
        "longitude_other": other.track.longitude[right],
        "expocode": own.cruise[left],
        "expocode_other": other.cruise[right],
        "distance": kilometres,
        "time_difference": days,
        "equivalent_distance": equivalent,
        "fco2rec": own.fco2[left],
        "fco2rec_other": other.fco2[right],
        "fco2rec_difference": difference,
        "sst_difference": warmer,
        "high_quality": good.astype(np.int8),
    }
    words = {word.name: word for word in WORDS}
    return xr.Dataset(
        {name: ("pair", array.astype(words[name].dtype, copy=False), attributes(words[name])) for name, array in values.items()},
        attrs={"comment": "Differences are this cruise minus the other one, but for time, which is the other's minus this cruise's."},
    )


def _table(crossings: Mapping[tuple[int, int], Crossing], names: Mapping[int, str], options: Any, files_read: int) -> Table:
    def name(number: int) -> str:
        return names[number] if number < 0 else expocode_text(number)

    rows = tuple(
        (
            name(own),
            name(other),
            each.pairs,
            round(each.mean, 2),
            round(each.sd, 2) if each.pairs > 1 else "",
            round(each.nearest_kilometres, 1),
            round(24.0 * each.nearest_days, 1),
            round(each.nearest_difference, 2),
            each.high_quality,
            "yes" if each.high_quality else "no",
        )
        for (own, other), each in sorted(crossings.items())
    )
    temperature = "" if options.sst_difference == "any" else f" and {options.sst_difference:g} °C in sea-surface temperature"
    note = (
        f"Pairs within {options.largest_distance:g} km, one day counting {options.drift:g} km; of high quality where they differ by at "
        f"most {options.fco2_difference:g} µatm{temperature}."
    )
    if not rows:
        note = f"No pair of measurements is near in any of {files_read} files. {note}"
    return Table(
        title="Crossovers with other cruises",
        columns=(
            *("cruise", "other cruise", "pairs", "mean ΔfCO2 (µatm)", "standard deviation (µatm)"),
            *("nearest pair: distance (km)", "time (h)", "ΔfCO2 (µatm)", "pairs of high quality", "crossover of high quality"),
        ),
        rows=rows,
        note=note,
    )


def _requires(_options: Any) -> Mapping[str, tuple[Requirement, ...]]:
    return {socat_fco2rec.STREAM: tuple(Requirement(name=name) for name in ("fco2rec", "latitude", "longitude"))}


def _provides(_options: Any) -> Mapping[str, tuple[Variable, ...]]:
    return {STREAM: WORDS}


PRODUCT = Product(
    name="crossovers",
    summary="where this cruise crosses others within 80 km, a day counting 30 km, and how far their fCO2 are apart",
    options=CrossoversOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("socat-fco2rec",),
    files=files,
)
