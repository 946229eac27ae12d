"""The atmosphere's table of contents: analysers, calibration, quality tests, products, formats and figures of greenhouse gases."""

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
    "picarro": ("picarro", "Picarro analysers (G2301, G2401, G5310, G2508, G2201-i, G4301), DataLog_User files"),
    "lgr-icos": ("lgr_icos", "Los Gatos/ABB off-axis ICOS analysers, text files"),
    "licor-78xx": ("licor_78xx", "LI-COR LI-7810, LI-7815 and LI-7820 trace-gas analysers, .data files"),
    "aeris": ("aeris", "Aeris analysers, CSV files"),
    "gcwerks-export": ("gcwerks_export", "minute and hourly means that GCWerks exports of cavity ring-down analysers"),
    "icos-atc-release": ("icos_atc_release", "time series of the Atmosphere Thematic Centre: release, near real time and older layouts"),
    "obspack": ("obspack", "ObsPack netCDF of ICOS and of NOAA, AGAGE and OpenGHG netCDF, text of NOAA"),
    "wdcgg": ("wdcgg", "text files of the World Data Centre for Greenhouse Gases, three generations"),
    "meteo-table": ("meteo_table", "meteorology beside the analyser, any delimited file"),
}
_CALIBRATORS = {
    "mole-fraction": ("mole_fraction", "dry mole fractions on a scale from analysers with cylinders, with uncertainty"),
    "released-mole-fraction": ("released_mole_fraction", "finished products as they are: flags of the file, scales, explicit conversion"),
}
_QUALITY_TESTS = {
    "spike-sd": ("spike_sd", "local pollution: rises above the last undisturbed minute"),
    "spike-rebs": ("spike_rebs", "local pollution: rises above a robust baseline"),
    "instrument-rules": ("instrument_rules", "ranges and variability of housekeeping, each rule with its time of validity"),
    "median-deviation": ("median_deviation", "values far from the running median, such as of the outlet valve"),
    "target-bias": ("target_bias", "hours whose short-term target is further from its assigned value than a goal"),
}
_PRODUCTS = {
    "hourly-means": ("hourly_means", "hourly means per sampling line, with spikes and without, with uncertainty"),
    "daily-means": ("daily_means", "daily means from hours, in local standard time"),
    "monthly-means": ("monthly_means", "monthly means from days, in local standard time"),
    "target-statistics": ("target_statistics", "targets against their assigned values: repeatability, long-term repeatability, bias"),
    "calibration-history": ("calibration_history", "every calibration sequence with its line, residuals and what was accepted"),
    "vertical-profile": ("vertical_profile", "hourly means over the heights of a tower, with gradients"),
    "growth-rate": ("growth_rate", "trend, seasonal cycle and annual growth rate by curve fit"),
}
_EXPORTERS = {
    "icos-atc": ("icos_atc", "time series as the Atmosphere Thematic Centre releases them, final and near real time"),
    "obspack": ("obspack", "ObsPack netCDF as ICOS and as NOAA lay it out"),
    "wdcgg": ("wdcgg", "text and metadata for the World Data Centre for Greenhouse Gases"),
}
_SIMULATORS = {
    "picarro": ("picarro", "a tall tower with a Picarro analyser, cylinders and targets whose mole fractions are known"),
    "lgr-icos": ("lgr_icos", "a Los Gatos/ABB analyser whose mole fractions are known"),
    "licor-78xx": ("licor_78xx", "a LI-COR trace-gas analyser whose mole fractions are known"),
    "aeris": ("aeris", "an Aeris analyser whose mole fractions are known"),
    "gcwerks-export": ("gcwerks_export", "means as GCWerks exports them, of known mole fractions"),
    "meteo-table": ("meteo_table", "a weather station whose readings are known"),
}
_FIGURES = {
    "atmosphere-months": ("months", "hourly mole fractions per height, month by month"),
    "atmosphere-calibrations": ("calibrations", "calibration history"),
    "atmosphere-targets": ("targets", "targets against the network compatibility goals"),
    "atmosphere-spikes": ("spikes", "minutes and the spikes among them"),
    "atmosphere-profile": ("profile", "vertical profile over the day"),
    "atmosphere-growth-rate": ("growth_rate", "trend, seasonal cycle and annual growth"),
    "atmosphere-uncertainty": ("uncertainty", "what the uncertainty of hourly means is made of"),
}


@hookimpl
def icos_readers() -> Sequence[Entry]:
    """List the instruments."""
    return entries_of("reader", "icos_atmosphere.readers", "READER", _READERS)


@hookimpl
def icos_calibrators() -> Sequence[Entry]:
    """List the calibrators."""
    return entries_of("calibrator", "icos_atmosphere.calibration", "CALIBRATOR", _CALIBRATORS)


@hookimpl
def icos_quality_tests() -> Sequence[Entry]:
    """List the quality tests beside those of the core."""
    return entries_of("quality-test", "icos_atmosphere.quality", "TEST", _QUALITY_TESTS)


@hookimpl
def icos_products() -> Sequence[Entry]:
    """List the products."""
    return entries_of("product", "icos_atmosphere.products", "PRODUCT", _PRODUCTS)


@hookimpl
def icos_exporters() -> Sequence[Entry]:
    """List the formats of the atmosphere's communities."""
    return entries_of("exporter", "icos_atmosphere.exporters", "EXPORTER", _EXPORTERS)


@hookimpl
def icos_simulators() -> Sequence[Entry]:
    """List the simulators."""
    return entries_of("simulator", "icos_atmosphere.simulators", "SIMULATOR", _SIMULATORS)


@hookimpl
def icos_figures() -> Sequence[Entry]:
    """List the figures of the report."""
    return entries_of("figure", "icos_atmosphere.figures", "FIGURE", _FIGURES)


PLUGIN = sys.modules[__name__]
