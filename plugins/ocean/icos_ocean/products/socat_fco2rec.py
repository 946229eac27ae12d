"""Product ``socat-fco2rec``: fCO2 recomputed as the Surface Ocean CO2 Atlas does, from the first of its fourteen sources that is complete.

It works on files of SOCAT that were read and on the suite's own calibrated streams alike, and makes the stream ``socat_fco2rec`` with the
number of the source in `fco2rec_source`. Where the input has an fCO2 already, the difference to it stands in `fco2rec_difference`.

References
----------
Pfeil, B. et al. (2013), Earth Syst. Sci. Data 5, 125-143, doi:10.5194/essd-5-125-2013.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.components import Product, ProductResult, Table, Variable
from icos_core.dataset import make_stream
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.expocodes import NO_EXPOCODE
from icos_ocean.products.socat_fco2rec_flags import input_outcome, range_outcome, speed_outcome, woce_outcome
from icos_ocean.products.socat_fco2rec_input import REQUIRED, chosen_stream, cruise_of_rows, position_of_rows, reported
from icos_ocean.socat_recalculation import recalculate
from icos_ocean.vocabulary.socat import EXPOCODE, FCO2REC, FCO2REC_SOURCE, SOURCES, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Requirement, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "STREAM", "SocatFco2recOptions", "derive"]

STREAM = "socat_fco2rec"
_CARRIED = ("sst", "salinity")

VOCABULARY: tuple[Variable, ...] = (
    WORDS["latitude"],
    WORDS["longitude"],
    EXPOCODE,
    WORDS["sst"],
    WORDS["salinity"],
    WORDS["dataset_quality"],
    FCO2REC,
    FCO2REC_SOURCE,
    Variable(
        name="fco2rec_uncertainty",
        units="uatm",
        long_name="standard uncertainty of the recomputed fugacity of CO2 in sea water",
        comment="that of fCO2 as it was calibrated: both come from the same measurements",
    ),
    Variable(
        name="fco2rec_difference",
        units="uatm",
        long_name="recomputed minus reported fugacity of CO2 in sea water",
        comment="reported: fCO2 as SOCAT recomputed it, where the input has it, else the input's own fCO2 at sea-surface temperature",
    ),
)


class SocatFco2recOptions(Options):
    """Options of ``socat-fco2rec``."""

    stream: StreamName | None = Field(default=None, description="stream to start from; default: the only one that has CO2 in sea water")
    salinity_when_absent: float | None = Field(
        default=None,
        ge=0,
        le=42,
        description="salinity where neither a measured nor a climatological one is there; early versions of SOCAT took 35 (unverified)",
    )
    range_checks: bool = Field(default=True, description="flag what the SOCAT Dashboard warns of: ranges, and speed from row to row")


def derive(streams: Streams, options: SocatFco2recOptions, context: Context) -> ProductResult:
    """Recompute fCO2 of every row.

    Raises
    ------
    DataError
        Where the stream is not there, or none is named and several would do.
    """
    stream = chosen_stream(streams, options.stream or "", PRODUCT.name)
    inputs = reported(stream, options.salinity_when_absent)
    fco2rec, source = recalculate(inputs)
    time = stream["time"].values
    cruise, position = cruise_of_rows(stream, context), position_of_rows(stream, context)
    values: dict[str, NDArray[np.generic]] = {}
    if position is not None:
        values |= {"latitude": position[0], "longitude": position[1]}
    if (cruise != NO_EXPOCODE).any():
        values["expocode"] = cruise
    values |= {name: stream[name].values for name in (*_CARRIED, "dataset_quality") if name in stream}
    values |= {"fco2rec": fco2rec, "fco2rec_source": source}
    if "fco2_uncertainty" in stream:
        values["fco2rec_uncertainty"] = np.where(source > 0, stream["fco2_uncertainty"].values, np.nan)
    difference = _difference(stream, fco2rec)
    if difference is not None:
        values["fco2rec_difference"] = difference
    outcomes, tables = [input_outcome(stream, source)], [_sources(source, difference)]
    woce = woce_outcome(stream)
    if woce is not None:
        outcomes.append(woce)
    if options.range_checks:
        checked, outside = range_outcome(inputs, fco2rec)
        outcomes.append(checked)
        if position is not None and context.station.platform != "fixed":
            checked, warnings, errors = speed_outcome(time, *position, cruise)
            outcomes.append(checked)
            outside += [("speed to the next row", warnings, errors)] if warnings or errors else []
        tables.append(_checks(outside))
    made = make_stream(time, values, VOCABULARY)
    return ProductResult(streams={STREAM: made}, outcomes=tuple(outcomes), tables=tuple(tables))


def _difference(stream: xr.Dataset, fco2rec: FloatArray) -> FloatArray | None:
    found = [stream[name].values for name in ("fco2rec", "fco2") if name in stream]
    if not found:
        return None
    known = found[0] if len(found) == 1 else np.where(np.isnan(found[0]), found[1], found[0])
    difference: FloatArray = fco2rec - known
    return difference


def _sources(source: NDArray[np.int8], difference: FloatArray | None) -> Table:
    rows = []
    for word, number in SOURCES.items():
        hit = source == number
        if not hit.any():
            continue
        found = difference[hit] if difference is not None else np.empty(0)
        found = found[np.isfinite(found)]
        spread = (round(float(found.mean()), 4), round(float(np.abs(found).max()), 4)) if found.size else ("", "")
        rows.append((number, word.replace("_", " "), int(hit.sum()), *spread))
    return Table(
        title="fCO2 recomputed as SOCAT does: sources",
        columns=("source", "recomputed from", "rows", "mean difference to what was reported (µatm)", "largest (µatm)"),
        rows=tuple(rows),
    )


def _checks(outside: Sequence[tuple[str, int, int]]) -> Table:
    return Table(
        title="Checks of the SOCAT Dashboard",
        columns=("quantity", "warnings", "errors"),
        rows=tuple(outside),
        note="" if outside else "Nothing is outside of the Dashboard's limits.",
    )


def _requires(options: SocatFco2recOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return {options.stream or "*": REQUIRED}


def _provides(options: SocatFco2recOptions) -> Mapping[str, tuple[Variable, ...]]:  # noqa: ARG001  # the signature is the contract's
    return {STREAM: VOCABULARY}


PRODUCT = Product(
    name="socat-fco2rec",
    summary="fCO2 recomputed as the Surface Ocean CO2 Atlas does, from the first of fourteen sources that is complete",
    options=SocatFco2recOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
