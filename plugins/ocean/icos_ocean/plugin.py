"""The ocean's table of contents: instruments, calibration, quality tests, products, formats and figures of surface-ocean CO2."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from icos_core.components import entries_of
from icos_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_core.components import Entry

__all__ = [
    "PLUGIN",
    "icos_calibrators",
    "icos_exporters",
    "icos_figures",
    "icos_products",
    "icos_quality_tests",
    "icos_readers",
    "icos_simulators",
]

# Name → (module, summary).
_READERS = {
    "contros-hydroc": ("contros_hydroc", "CONTROS HydroC CO2: native and FerryBox logs"),
    "general-oceanics-8050": ("general_oceanics", "General Oceanics 8050 underway pCO2 system, *dat.txt"),
    "underway-table": ("underway_table", "any delimited file, described by its columns"),
    "pro-oceanus-co2-pro": ("pro_oceanus_co2_pro", "Pro-Oceanus CO2-Pro and CO2-Pro ATM, logs of water and air"),
    "sunburst-sami-co2": ("sunburst_sami_co2", "Sunburst SAMI-CO2, downloads and records kept by a data logger"),
    "pmel-asvco2": ("pmel_asvco2", "PMEL ASVCO2 of autonomous surface vehicles, text files of statistics"),
    "pmel-mapco2": ("pmel_mapco2", "PMEL MAPCO2 buoys, Iridium messages of firmware 6"),
    "saildrone": ("saildrone", "Saildrone surface vehicles with an ASVCO2 system, near-real-time CSV"),
    "subctech-oceanpack": ("subctech_oceanpack", "SubCtech OceanPack pCO2 systems, logs with @NAME, @UNIT, @A0 to @A2 and @DATA"),
    "ldeo-underway": ("ldeo_underway", "LDEO underway pCO2 system, with or without a logger's time in front"),
    "sea-bird-sbe45": ("sea_bird_sbe45", "Sea-Bird SBE 45 thermosalinograph behind a ship's logger"),
    "nmea": ("nmea", "NMEA 0183 logs: position, course, speed, heading, wind"),
    "vaisala-wxt": ("vaisala_wxt", "Vaisala WXT weather transmitters and logs of a ship's weather mast"),
    "socat-cruise": ("socat_cruise", "one cruise of the Surface Ocean CO2 Atlas, as submitted or as published"),
    "socat-synthesis": ("socat_synthesis", "all cruises of the Surface Ocean CO2 Atlas in one file"),
}
_CALIBRATORS = {
    "hydroc": ("hydroc", "fCO2 of sea water from the signals of a CONTROS HydroC with zeroings"),
    "fco2": ("fco2", "fCO2 of sea water and air from an underway system with standard gases"),
    "mapco2": ("mapco2", "fCO2 of sea water and air from the cycles of a MAPCO2 buoy or an ASVCO2"),
    "fco2-isotopologues": (
        "isotopologues",
        "fCO2 of sea water and air from an analyser that reads 12CO2 and 13CO2 one by one, with standard gases",
    ),
    "dry-xco2": ("dry_xco2", "fCO2 of sea water and air from mole fractions as an instrument reports them, without standard gases"),
    "co2-pro": ("co2_pro", "fCO2 of sea water and air from a Pro-Oceanus CO2-Pro"),
    "sami": ("sami", "fCO2 of sea water from the colour of the dye in a Sunburst SAMI-CO2"),
}
_QUALITY_TESTS = {
    "delta-temperature": ("delta_temperature", "equilibrator temperature too far from sea-surface temperature"),
    "pressure-comparison": ("pressure_comparison", "two pressure sensors that do not differ as they should"),
    "position": ("position", "positions that are missing or not on the globe"),
    "reported-woce": ("reported_woce", "WOCE flags that the file has"),
    "speed": ("speed", "positions that the platform cannot have reached in time"),
}
_PRODUCTS = {
    "icos-label": ("icos_label", "checks of the ICOS marine label as a table"),
    "socat-data-set-flag": ("socat_data_set_flag", "data-set flag to propose to SOCAT, with the criteria met and missed"),
    "air-sea-flux": ("air_sea_flux", "flux of CO2 from the sea to the air, from ΔfCO2 and wind, with its uncertainty"),
    "socat-fco2rec": (
        "socat_fco2rec",
        "fCO2 recomputed as the Surface Ocean CO2 Atlas does, from the first of fourteen sources that is complete",
    ),
    "crossovers": ("crossovers", "where this cruise crosses others, and how far their fCO2 are apart"),
    "gridded-monthly": (
        "gridded_monthly",
        "monthly means on a 1° grid with counts and spread, unweighted and with each cruise counting once",
    ),
}
_EXPORTERS = {
    "socat": ("socat", "submission files for the Surface Ocean CO2 Atlas, one per deployment"),
    "icos-otc": ("icos_otc", "tables that the Carbon Portal takes from the Ocean Thematic Centre"),
    "cmems-instac": ("cmems_instac", "daily netCDF files for the in-situ centre of the Copernicus Marine Service"),
    "oceansites": ("oceansites", "netCDF after the OceanSITES data format, one file per deployment"),
}
_SIMULATORS = {
    "contros-hydroc": ("contros_hydroc", "a CONTROS HydroC in a FerryBox whose fCO2 is known"),
    "general-oceanics-8050": ("general_oceanics", "a cruise with a General Oceanics 8050 system whose fCO2 is known"),
    "underway-table": ("underway_table", "a cruise whose logger writes a table in any of many styles"),
    "pro-oceanus-co2-pro": ("pro_oceanus_co2_pro", "a mooring with a Pro-Oceanus CO2-Pro whose fCO2 is known"),
    "sunburst-sami-co2": ("sunburst_sami_co2", "a mooring with a Sunburst SAMI-CO2 whose fCO2 is known"),
    "ship-sensors": ("ship_sensors", "a ship's CO2 system, thermosalinograph, satellite receiver and weather station with known fCO2"),
    "pmel-mapco2": ("pmel_mapco2", "a buoy with a MAPCO2 whose fCO2 is known"),
    "pmel-asvco2": ("pmel_asvco2", "a surface vehicle with an ASVCO2 whose fCO2 is known"),
    "saildrone": ("saildrone", "a Saildrone with an ASVCO2 system whose fCO2 is known"),
    "subctech-oceanpack": ("subctech_oceanpack", "a station with a SubCtech OceanPack whose fCO2 is known"),
    "socat-cruise": ("socat_cruise", "files of SOCAT whose fCO2 is known, with all fourteen sources of its recalculation"),
}
_FIGURES = {
    "ocean-cruise-track": ("cruise_track", "track of the ship, coloured by fCO2"),
    "ocean-fco2-series": ("fco2_series", "fCO2 of sea water and air against time"),
    "ocean-standards": ("standards", "readings of the standard gases"),
    "ocean-temperatures": ("temperatures", "temperatures of sea surface and equilibrator"),
    "ocean-pressure": ("pressure", "pressure in the equilibrator and at sea level"),
    "ocean-salinity": ("salinity", "salinity"),
    "ocean-air-sea-flux": ("air_sea_flux", "flux of CO2 between sea and air, and what drives it"),
    "ocean-uncertainty": ("uncertainty", "what the uncertainty of fCO2 is made of"),
    "ocean-crossovers": ("crossovers", "difference of fCO2 to other cruises"),
    "ocean-monthly-grid": ("monthly_grid", "map of the monthly grid"),
}


@hookimpl
def icos_readers() -> Sequence[Entry]:
    """List the instruments."""
    return entries_of("reader", "icos_ocean.readers", "READER", _READERS)


@hookimpl
def icos_calibrators() -> Sequence[Entry]:
    """List the calibrators."""
    return entries_of("calibrator", "icos_ocean.calibration", "CALIBRATOR", _CALIBRATORS)


@hookimpl
def icos_quality_tests() -> Sequence[Entry]:
    """List the quality tests beside those of the core."""
    return entries_of("quality-test", "icos_ocean.quality", "TEST", _QUALITY_TESTS)


@hookimpl
def icos_products() -> Sequence[Entry]:
    """List the products."""
    return entries_of("product", "icos_ocean.products", "PRODUCT", _PRODUCTS)


@hookimpl
def icos_exporters() -> Sequence[Entry]:
    """List the formats of the ocean's communities."""
    return entries_of("exporter", "icos_ocean.exporters", "EXPORTER", _EXPORTERS)


@hookimpl
def icos_simulators() -> Sequence[Entry]:
    """List the simulators."""
    return entries_of("simulator", "icos_ocean.simulators", "SIMULATOR", _SIMULATORS)


@hookimpl
def icos_figures() -> Sequence[Entry]:
    """List the figures of the report."""
    return entries_of("figure", "icos_ocean.figures", "FIGURE", _FIGURES)


PLUGIN = sys.modules[__name__]
