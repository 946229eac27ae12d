"""Product ``icos-label``: the checks of the ICOS marine label as a table for the report, one per deployment.

The label of a ship of opportunity of class 1 asks for fCO2 to 2 µatm, after the guide for underway systems. The other limits are those of
that guide (Pierrot et al. 2009); the text of the label was not at hand, so that every limit is an option and unverified.

References
----------
ICOS Ocean Thematic Centre, Marine Station Labelling, step 2.
Pierrot, D. et al. (2009), Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from icos_core.components import Product, ProductResult, Requirement, Table
from icos_core.dataset import MISSING, QUESTIONABLE
from icos_core.exporters.deployments import split
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.exporters.water_samples import at_the_station, underway
from icos_ocean.products.data_set_criteria import Criterion, at_most, lacking_metadata
from icos_ocean.products.data_set_evidence import evidence_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from icos_core.components import Context, Streams, Variable
    from icos_core.exporters.deployments import Part

__all__ = ["PRODUCT", "IcosLabelOptions", "derive"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_POSITION = ("latitude", "longitude")
_CORE = ("fco2", "sst", "salinity", *_POSITION)


class IcosLabelOptions(Options):
    """What a person states, and the limits of the label; all limits but that of fCO2 are unverified."""

    stream: StreamName | None = Field(default=None, description="calibrated stream; default: the one with fCO2")
    fco2_limit: NotNegative = Field(default=2.0, description="uncertainty of fCO2, µatm: 2 for a ship of opportunity of class 1")
    sst_accuracy: NotNegative | None = Field(default=None, description="accuracy of the sea-surface temperature, °C")
    sst_limit: NotNegative = Field(default=0.05, description="°C; unverified")
    equilibrator_temperature_accuracy: NotNegative | None = Field(default=None, description="accuracy of the equilibrator temperature, °C")
    equilibrator_temperature_limit: NotNegative = Field(default=0.05, description="°C; unverified")
    salinity_accuracy: NotNegative | None = Field(default=None, description="accuracy of salinity")
    salinity_limit: NotNegative = Field(default=0.1, description="unverified")
    pressure_accuracy: NotNegative | None = Field(default=None, description="accuracy of the equilibrator pressure, hPa")
    pressure_limit: NotNegative = Field(default=2.0, description="hPa; unverified")
    standards: Annotated[int, Field(ge=0)] = Field(default=3, description="standard gases other than zero; unverified")
    standards_interval: NotNegative = Field(default=6.0, description="longest time between runs of standards, h; unverified")
    outside_share: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.1, description="share of the values that may be outside the range of the standards; unverified"
    )
    usable_share: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.8, description="share of the rows of water with fCO2 whose fCO2 is good or not evaluated; unverified"
    )


def derive(streams: Streams, options: IcosLabelOptions, context: Context) -> ProductResult:
    """Check every deployment."""
    _, stream = underway(streams, options.stream or "", PRODUCT.name)
    parts = split(stream, context.station, context.deployments)
    return ProductResult(streams={}, tables=tuple(_checked(part, options, context) for part in parts))


def _checked(part: Part, options: IcosLabelOptions, context: Context) -> Table:
    found = evidence_of(part.data)
    lacking = lacking_metadata(context, part.deployment)
    count = len(found.standards)
    criteria = [
        at_most("uncertainty of fCO2, root mean square", found.uncertainty, options.fco2_limit, "µatm"),
        at_most("accuracy of sea-surface temperature", options.sst_accuracy, options.sst_limit, "°C"),
        at_most(
            "accuracy of equilibrator temperature", options.equilibrator_temperature_accuracy, options.equilibrator_temperature_limit, "°C"
        ),
        at_most("accuracy of salinity", options.salinity_accuracy, options.salinity_limit, "(PSS-78)"),
        at_most("accuracy of equilibrator pressure", options.pressure_accuracy, options.pressure_limit, "hPa"),
        Criterion("standard gases other than zero", f"≥ {options.standards}", str(count), count >= options.standards),
        at_most("longest time between runs of standards", found.interval, options.standards_interval, "h"),
        at_most("values outside the range of the standards", found.outside, options.outside_share, "of all"),
        at_most("questionable or bad values of fCO2", found.flagged, 1.0 - options.usable_share, "of all"),
        Criterion("metadata", "complete", f"lacking: {', '.join(lacking)}" if lacking else "complete", not lacking),
        *(_flags(part.data, name) for name in _CORE if name not in _POSITION or not at_the_station(part.data, context.station)),
    ]
    name = part.deployment.expocode if part.deployment is not None else context.station.id
    missed = sum(each.met is False for each in criteria)
    unknown = sum(each.met is None for each in criteria)
    return Table(
        title=f"ICOS label of {name}: {missed} missed, {unknown} not stated",
        columns=("check", "asked", "found", "verdict"),
        rows=tuple((each.name, each.asked, each.found, each.verdict) for each in criteria),
        note="The limits are options; all but that of fCO2 are unverified.",
    )


def _flags(data: xr.Dataset, name: str) -> Criterion:
    """Ask that a quantity is there, and that a person has looked at what tests found."""
    flag, origin = f"{name}_flag", f"{name}_flag_origin"
    if name not in data or flag not in data:
        return Criterion(f"flags of {name}", "present", "none", False)
    doubtful = (data[flag].values >= QUESTIONABLE) & (data[flag].values != MISSING)
    automatic = int(np.count_nonzero(doubtful & (data[origin].values == 0))) if origin in data else int(doubtful.sum())
    found = f"{int(doubtful.sum())} questionable or bad, {automatic} of them by tests alone"
    return Criterion(f"flags of {name}", "reviewed by a person", found, automatic == 0)


def _requires(options: IcosLabelOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return {
        options.stream or "*": (
            Requirement(name="fco2", units="uatm"),
            Requirement(name="fco2_uncertainty", units="uatm", optional=True),
            Requirement(name="xco2", units="umol mol-1", optional=True),
            Requirement(name="standard_xco2", units="umol mol-1", optional=True),
        )
    }


def _provides(options: IcosLabelOptions) -> Mapping[str, tuple[Variable, ...]]:  # noqa: ARG001  # the signature is the contract's
    return {}


PRODUCT = Product(
    name="icos-label",
    summary="checks of the ICOS marine label as a table, one per deployment",
    options=IcosLabelOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
