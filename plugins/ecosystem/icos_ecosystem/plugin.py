"""The ecosystem's table of contents: raw formats, fluxes, their quality, formats and figures."""

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
    "toa5": ("toa5", "Campbell Scientific TOA5 text tables, fast or slow"),
    "tob1": ("tob1", "Campbell Scientific TOB1 binary tables"),
    "tob3": ("tob3", "Campbell Scientific TOB3 binary tables as they stand on a logger's card"),
    "licor-ghg": ("licor_ghg", "LI-COR SmartFlux archives (.ghg)"),
    "slt": ("slt", "binary files of EddyMeas, EddySoft and EdiSol (.slt)"),
    "icos-ec-csv": ("icos_ec_csv", "raw eddy-covariance files as the Ecosystem Thematic Centre asks for them"),
    "generic-ec-table": ("generic_ec_table", "raw eddy-covariance data in any delimited table"),
    "icos-bm": ("icos_bm", "meteorological files as the Ecosystem Thematic Centre asks for them"),
    "eddypro-full-output": ("eddypro_full_output", "half-hourly fluxes: the table full_output of EddyPro"),
    "eddypro-fluxnet": ("eddypro_fluxnet", "half-hourly fluxes: the table fluxnet of EddyPro"),
    "fluxnet-halfhourly": ("fluxnet_halfhourly", "half-hourly and hourly tables of FLUXNET"),
    "ameriflux-base": ("ameriflux_base", "half-hourly and hourly BASE tables of AmeriFlux"),
    "icos-etc": ("icos_etc", "half-hourly tables FLUXNET, FLUXES and METEO of the Ecosystem Thematic Centre"),
    "generic-halfhourly": ("generic_halfhourly", "half-hourly or hourly data in any delimited table or parquet file"),
}
_CALIBRATORS = {
    "eddy-covariance": ("eddy_covariance", "half-hourly fluxes from raw eddy-covariance data, corrected, with uncertainty and quality"),
}
_QUALITY_TESTS = {
    "ssitc": ("ssitc", "stationarity and integral turbulence: classes of Mauder and Foken, Foken or Göckede"),
    "rflux": ("rflux", "severe and moderate errors of raw half-hours after Vitale et al. 2020"),
    "wind-sectors": ("wind_sectors", "wind from sectors that the station declares invalid"),
}
_PRODUCTS = {
    "half-hourly": ("half_hourly", "fluxes and meteorology on a regular grid of whole years in local standard time"),
    "despike": ("despike", "half-hourly fluxes without spikes after Papale et al. 2006"),
    "rflux-decision": ("rflux_decision", "fluxes that severe errors, or outliers with moderate errors, exclude"),
    "ustar-threshold": ("ustar_threshold", "friction-velocity thresholds with bootstraps, by moving point or change point"),
    "ustar-filter": ("ustar_filter", "net ecosystem exchange without the records of low friction velocity"),
    "gap-fill": ("gap_fill", "fluxes and meteorology without gaps, with method, window and quality of every record"),
    "gap-fill-skill": ("gap_fill_skill", "skill of the gap fillers on artificial gaps"),
    "random-uncertainty": ("random_uncertainty", "random uncertainty of every half-hourly flux, measured or filled"),
    "energy-balance-correction": ("energy_balance_correction", "latent and sensible heat that close the energy balance"),
    "storage-profile": ("storage_profile", "storage below the instruments from a profile of concentrations"),
    "partition-nighttime": ("partition_nighttime", "ecosystem respiration and gross primary production from the fluxes of the night"),
    "partition-daytime": ("partition_daytime", "ecosystem respiration and gross primary production from the light response of the day"),
    "fluxnet-product": ("fluxnet_product", "the FLUXNET product from half hours to years, with 41 thresholds of friction velocity"),
    "footprint-climatology": ("footprint_climatology", "two-dimensional footprint of many half-hours after Kljun et al. 2015"),
    "method-spread": ("method_spread", "how much annual sums of carbon hang on the methods that were chosen"),
}
_EXPORTERS = {
    "eddypro-full-output": ("eddypro_full_output", "the table full_output of EddyPro"),
    "eddypro-fluxnet": ("eddypro_fluxnet", "the table fluxnet of EddyPro"),
    "icos-etc-fluxes": ("icos_etc_fluxes", "half-hourly FLUXES table of the Ecosystem Thematic Centre"),
    "fluxnet": ("fluxnet", "FULLSET and SUBSET of the FLUXNET product at every resolution"),
    "icos-etc-archive": ("icos_etc_archive", "archive of tables as the Ecosystem Thematic Centre releases it"),
    "ameriflux-fp-in": ("ameriflux_fp_in", "half-hourly data as AmeriFlux takes them"),
    "spectra-netcdf": ("spectra_netcdf", "spectra and cospectra as netCDF"),
}
_SIMULATORS = {
    "eddy-covariance": ("eddy_covariance", "raw files of a flux tower whose fluxes, lags, attenuation and tilt are known"),
    "half-hourly-years": ("half_hourly_years", "half-hourly tables of years at a site whose exchange of carbon is known"),
}
_FIGURES = {
    "ecosystem-fluxes": ("fluxes", "half-hourly fluxes with uncertainty and flags"),
    "ecosystem-energy-balance": ("energy_balance", "closure of the energy balance"),
    "ecosystem-lags": ("lags", "time lags of the gases"),
    "ecosystem-planar-fit": ("planar_fit", "planes of the planar fit"),
    "ecosystem-cospectra": ("cospectra", "cospectra against the model"),
    "ecosystem-quality": ("quality", "flags of every half hour"),
    "ecosystem-footprint": ("footprint", "footprint climatology on a map of distances"),
    "ecosystem-fingerprint": ("fingerprint", "every half hour of the fluxes, measured and filled"),
    "ecosystem-ustar": ("ustar", "thresholds of the friction velocity"),
    "ecosystem-gap-filling": ("gap_filling", "shares and skill of the gap filling"),
    "ecosystem-light-response": ("light_response", "net ecosystem exchange against light and temperature"),
    "ecosystem-cumulative-nee": ("cumulative_nee", "net ecosystem exchange cumulated through every year"),
    "ecosystem-annual-sums": ("annual_sums", "yearly sums of carbon with uncertainty"),
    "ecosystem-method-spread": ("method_spread", "annual net exchange by every method, and what each choice contributes"),
}


@hookimpl
def icos_readers() -> Sequence[Entry]:
    """List the formats of raw files."""
    return entries_of("reader", "icos_ecosystem.readers", "READER", _READERS)


@hookimpl
def icos_calibrators() -> Sequence[Entry]:
    """List the calibrators."""
    return entries_of("calibrator", "icos_ecosystem.calibration", "CALIBRATOR", _CALIBRATORS)


@hookimpl
def icos_quality_tests() -> Sequence[Entry]:
    """List the quality tests beside those of the core."""
    return entries_of("quality-test", "icos_ecosystem.quality", "TEST", _QUALITY_TESTS)


@hookimpl
def icos_products() -> Sequence[Entry]:
    """List the products."""
    return entries_of("product", "icos_ecosystem.products", "PRODUCT", _PRODUCTS)


@hookimpl
def icos_exporters() -> Sequence[Entry]:
    """List the formats of the ecosystem's communities."""
    return entries_of("exporter", "icos_ecosystem.exporters", "EXPORTER", _EXPORTERS)


@hookimpl
def icos_simulators() -> Sequence[Entry]:
    """List the simulators."""
    return entries_of("simulator", "icos_ecosystem.simulators", "SIMULATOR", _SIMULATORS)


@hookimpl
def icos_figures() -> Sequence[Entry]:
    """List the figures of the report."""
    return entries_of("figure", "icos_ecosystem.figures", "FIGURE", _FIGURES)


PLUGIN = sys.modules[__name__]
