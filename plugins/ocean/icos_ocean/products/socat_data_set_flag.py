"""Product ``socat-data-set-flag``: which data-set flag (A to E) of the Surface Ocean CO2 Atlas a deployment asks for, and why.

It makes tables for the report, one per deployment, of the criteria with what was found, and no stream. What measurements show is taken from
them; what only people know (that the standards are traceable, how well the probes are calibrated) is stated in the options, and counts
as not stated where it is not. The flag is a proposal: SOCAT's quality controllers decide.

References
----------
Pfeil, B. et al. (2013), Earth Syst. Sci. Data 5, 125-143, doi:10.5194/essd-5-125-2013.
Wanninkhof, R. et al. (2013), CDIAC, doi:10.3334/CDIAC/OTG.SOCAT_ADQCF.
SOCAT quality control cookbook (2025), doi:10.25607/OBP-1665.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from icos_core.components import Product, ProductResult, Requirement, Table
from icos_core.exporters.deployments import split
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.exporters.water_samples import underway
from icos_ocean.products.data_set_criteria import Criterion, at_most, lacking_metadata, number
from icos_ocean.products.data_set_evidence import evidence_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from icos_core.components import Context, Streams, Variable
    from icos_core.exporters.deployments import Part
    from icos_ocean.products.data_set_evidence import Evidence

__all__ = ["PRODUCT", "SocatDataSetFlagOptions", "derive", "proposed_flag"]

_CROSSOVERS = "crossovers"
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SocatDataSetFlagOptions(Options):
    """What a person states, and the limits that criteria ask for."""

    stream: StreamName | None = Field(default=None, description="calibrated stream; default: the one with fCO2")
    traceable: bool | None = Field(default=None, description="whether the standards are traceable to the WMO scale")
    continuous: bool | None = Field(
        default=None,
        description=(
            "whether CO2 is measured continuously, by equilibration with IR, GC or CRDS; "
            "default: not stated, and no where there is no mole fraction beside the temperature of an equilibrator"
        ),
    )
    alternative_sensor: bool | None = Field(
        default=None,
        description=(
            "whether it is a sensor other than such a system: its best flag is E; "
            "default: where continuous is not true, and there is neither a mole fraction in equilibrated air nor a standard gas"
        ),
    )
    sst_accuracy: NotNegative | None = Field(default=None, description="accuracy of the sea-surface temperature, °C")
    equilibrator_temperature_accuracy: NotNegative | None = Field(default=None, description="accuracy of the equilibrator temperature, °C")
    pressure_accuracy: NotNegative | None = Field(default=None, description="accuracy of the equilibrator pressure, hPa")
    fco2_accuracy: NotNegative | None = Field(
        default=None, description="accuracy of fCO2, µatm; default: root mean square of its standard uncertainty"
    )
    crossover: bool | None = Field(
        default=None, description="whether there is a crossover of high quality; default: what the product crossovers finds"
    )
    temperature_limit: NotNegative = Field(default=0.05, description="accuracy asked of both temperatures for A and B, °C")
    pressure_limit: NotNegative = Field(default=2.0, description="accuracy asked of the equilibrator pressure for A and B, hPa")
    warming_limit: NotNegative = Field(default=1.0, description="warming up to the equilibrator for A and B, °C")
    warming_share: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.0, description="share of the rows that may be warmed more than that; an assumption"
    )
    standards_interval: NotNegative = Field(
        default=6.0, description='hours between runs of standards for A and B; the guide says "every few hours", unverified'
    )
    standards_exceeded: NotNegative = Field(
        default=0.2, description="how far values may lie outside the range of the standards for C, relative to its width"
    )


def proposed_flag(
    best: list[Criterion], accuracy: float, *, metadata: bool, crossover: bool | None, exceeded: bool, alternative: bool
) -> str:
    """Return the best flag that the criteria allow, empty where they allow none.

    Parameters
    ----------
    best
        Criteria for A and B beside accuracy, metadata and crossover; one that is not stated counts as missed.
    accuracy
        Of fCO2, µatm.
    metadata, crossover
        Whether metadata are complete, whether there is a crossover of high quality.
    exceeded
        Whether values lie too far outside the range of the standards even for C.
    alternative
        Whether it is an alternative sensor.
    """
    if np.isnan(accuracy) or accuracy > 10.0:
        return ""
    if not alternative and accuracy <= 5.0:
        if accuracy <= 2.0 and metadata and all(each.met for each in best):
            return "A" if crossover else "B"
        if not exceeded:
            return "C" if metadata else "D"
    return "E" if metadata else ""


def derive(streams: Streams, options: SocatDataSetFlagOptions, context: Context) -> ProductResult:
    """Judge every deployment."""
    _, stream = underway(streams, options.stream or "", PRODUCT.name)
    crossovers = streams.get(_CROSSOVERS)
    parts = split(stream, context.station, context.deployments)
    return ProductResult(streams={}, tables=tuple(_judged(part, crossovers, options, context) for part in parts))


def _judged(part: Part, crossovers: xr.Dataset | None, options: SocatDataSetFlagOptions, context: Context) -> Table:
    found = evidence_of(part.data, options.warming_limit)
    accuracy = found.uncertainty if options.fco2_accuracy is None else options.fco2_accuracy
    lacking = lacking_metadata(context, part.deployment)
    crossover = options.crossover if options.crossover is not None else _has_crossover(crossovers, part)
    seems_alternative = not found.equilibrated and not found.standards and options.continuous is not True
    alternative = seems_alternative if options.alternative_sensor is None else options.alternative_sensor
    best = _best(found, options, alternative=alternative)
    exceeded = found.beyond > options.standards_exceeded
    flag = proposed_flag(best, accuracy, metadata=not lacking, crossover=crossover, exceeded=exceeded, alternative=alternative)
    known = {True: "found", False: "none", None: "not looked for: product crossovers"}
    rest = [
        at_most("accuracy of fCO2 for A and B", accuracy, 2.0, "µatm"),
        at_most("accuracy of fCO2 for C and D", accuracy, 5.0, "µatm"),
        at_most("accuracy of fCO2 for E", accuracy, 10.0, "µatm"),
        at_most("outside the range of the standards, for C", found.beyond, options.standards_exceeded, "of its width"),
        Criterion("metadata, for A, B, C and E", "complete", f"lacking: {', '.join(lacking)}" if lacking else "complete", not lacking),
        Criterion("crossover, for A", "one of high quality", known[crossover], crossover),
    ]
    name = part.deployment.expocode if part.deployment is not None else context.station.id
    return Table(
        title=f"Proposed SOCAT data-set flag of {name}: {flag or 'none'}",
        columns=("criterion", "asked", "found", "verdict"),
        rows=tuple((each.name, each.asked, each.found, each.verdict) for each in (*best, *rest)),
        note=(
            f"{found.rows} rows of water are good or not evaluated, {number(100.0 * found.flagged, 1)} % of all questionable or bad. "
            "A criterion that is not stated counts as missed. A proposal: the quality controllers of SOCAT decide."
        ),
    )


def _best(found: Evidence, options: SocatDataSetFlagOptions, *, alternative: bool) -> list[Criterion]:
    """Return the criteria of A and B beside accuracy and metadata."""
    count = len(found.standards)
    yes = {True: "yes", False: "no", None: "–"}
    stated = options.continuous if options.continuous is not None or found.equilibrated else False
    return [
        Criterion(
            "xCO2 measured in equilibrated air, continuously, by IR, GC or CRDS",
            "yes",
            yes[options.continuous] if stated is options.continuous else "no mole fraction beside the temperature of an equilibrator",
            stated and not alternative if stated is not None else None,
        ),
        Criterion("standard gases other than zero", "≥ 2", ", ".join(f"{each:g}" for each in found.standards) or "none", count >= 2),
        Criterion("standards traceable to the WMO scale", "yes", yes[options.traceable], options.traceable),
        at_most("longest time between runs of standards", found.interval, options.standards_interval, "h"),
        at_most("outside the range of the standards, rows", found.outside, 0.0, "of all"),
        at_most("accuracy of sea-surface temperature", options.sst_accuracy, options.temperature_limit, "°C"),
        at_most("accuracy of equilibrator temperature", options.equilibrator_temperature_accuracy, options.temperature_limit, "°C"),
        at_most("accuracy of equilibrator pressure", options.pressure_accuracy, options.pressure_limit, "hPa"),
        at_most(f"rows warmed or cooled by {options.warming_limit:g} °C and more", found.warming, options.warming_share, "of all"),
    ]


def _has_crossover(crossovers: xr.Dataset | None, part: Part) -> bool | None:
    """Whether a measurement of this deployment is in a pair of high quality; None where nobody has looked."""
    if crossovers is None:
        return None
    own = crossovers["time_own"].values[crossovers["high_quality"].values == 1]
    return bool(np.isin(own, part.data["time"].values).any())


def _requires(options: SocatDataSetFlagOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return {
        options.stream or "*": (
            Requirement(name="fco2", units="uatm"),
            Requirement(name="fco2_uncertainty", units="uatm", optional=True),
            Requirement(name="xco2", units="umol mol-1", optional=True),
            Requirement(name="standard_xco2", units="umol mol-1", optional=True),
        )
    }


def _provides(options: SocatDataSetFlagOptions) -> Mapping[str, tuple[Variable, ...]]:  # noqa: ARG001  # the signature is the contract's
    return {}


PRODUCT = Product(
    name="socat-data-set-flag",
    summary="data-set flag to propose to the Surface Ocean CO2 Atlas, with the criteria met and missed",
    options=SocatDataSetFlagOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
