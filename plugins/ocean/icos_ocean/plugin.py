"""The ocean's table of contents: instruments, calibration, quality tests, formats and figures of surface-ocean CO2."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from icos_core.components import Entry
from icos_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PLUGIN", "icos_calibrators", "icos_exporters", "icos_figures", "icos_quality_tests", "icos_readers", "icos_simulators"]

_FIGURES = {
    "ocean-cruise-track": ("cruise_track", "track of the ship, coloured by fCO2"),
    "ocean-fco2-series": ("fco2_series", "fCO2 of sea water and air against time"),
    "ocean-standards": ("standards", "readings of the standard gases"),
    "ocean-temperatures": ("temperatures", "temperatures of sea surface and equilibrator"),
    "ocean-pressure": ("pressure", "pressure in the equilibrator and at sea level"),
    "ocean-salinity": ("salinity", "salinity"),
    "ocean-uncertainty": ("uncertainty", "what the uncertainty of fCO2 is made of"),
}


@hookimpl
def icos_readers() -> Sequence[Entry]:
    """List the instruments."""
    return (
        Entry(
            kind="reader",
            name="general-oceanics-8050",
            summary="General Oceanics 8050 underway pCO2 system, *dat.txt",
            load="icos_ocean.readers.general_oceanics:READER",
        ),
    )


@hookimpl
def icos_calibrators() -> Sequence[Entry]:
    """List the calibrators."""
    return (
        Entry(
            kind="calibrator",
            name="fco2",
            summary="fCO2 of sea water and air from an underway system with standard gases",
            load="icos_ocean.calibration.fco2:CALIBRATOR",
        ),
    )


@hookimpl
def icos_quality_tests() -> Sequence[Entry]:
    """List the quality tests beside those of the core."""
    return (
        Entry(
            kind="quality-test",
            name="delta-temperature",
            summary="equilibrator temperature too far from sea-surface temperature",
            load="icos_ocean.quality.delta_temperature:TEST",
        ),
        Entry(
            kind="quality-test",
            name="position",
            summary="positions that are missing or not on the globe",
            load="icos_ocean.quality.position:TEST",
        ),
        Entry(
            kind="quality-test",
            name="speed",
            summary="positions that the platform cannot have reached in time",
            load="icos_ocean.quality.speed:TEST",
        ),
    )


@hookimpl
def icos_exporters() -> Sequence[Entry]:
    """List the formats of the ocean's communities."""
    return (
        Entry(
            kind="exporter",
            name="socat",
            summary="submission files for the Surface Ocean CO2 Atlas, one per deployment",
            load="icos_ocean.exporters.socat:EXPORTER",
        ),
        Entry(
            kind="exporter",
            name="icos-otc",
            summary="tables that the Carbon Portal takes from the Ocean Thematic Centre",
            load="icos_ocean.exporters.icos_otc:EXPORTER",
        ),
    )


@hookimpl
def icos_simulators() -> Sequence[Entry]:
    """List the simulators."""
    return (
        Entry(
            kind="simulator",
            name="general-oceanics-8050",
            summary="a cruise with a General Oceanics 8050 system whose fCO2 is known",
            load="icos_ocean.simulators.general_oceanics:SIMULATOR",
        ),
    )


@hookimpl
def icos_figures() -> Sequence[Entry]:
    """List the figures of the report."""
    return tuple(
        Entry(kind="figure", name=name, summary=summary, load=f"icos_ocean.figures.{module}:FIGURE")
        for name, (module, summary) in _FIGURES.items()
    )


PLUGIN = sys.modules[__name__]
