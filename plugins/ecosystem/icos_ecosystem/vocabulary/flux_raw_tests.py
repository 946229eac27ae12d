"""Words of the tests on raw data: spikes, what was rejected and why, flags of Vickers and Mahrt, lags, stationarity."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_templates import FLUXES, GASES, SERIES, number, quantity

__all__ = ["QUALITY_WORDS", "RAW_TEST_WORDS"]

_VM97 = (
    "nine digits: 8, then spikes, amplitude resolution, drop-outs, absolute limits, skewness and kurtosis (hard, soft), "
    "discontinuities (hard, soft): 0 passed, 1 failed, 9 not tested"
)
_DIGITS = "a leading 8, then one digit per gas (CO2, H2O, CH4, N2O) or one alone: 0 passed, 1 failed, 9 not tested"
_MADE_OF = (("TAU", "momentum flux"), ("H", "sensible heat flux"), *((gas.flux, f"{gas.long_name} flux") for gas in GASES))
_ITC = (("U", "streamwise wind"), ("W", "vertical wind"), ("T_SONIC", "sonic temperature"))

RAW_TEST_WORDS = (
    *(number(f"{each.name}_NUM_SPIKES", f"spikes of {each.long_name}") for each in SERIES),
    number("CUSTOM_FILTER_NREX", "records rejected by custom flags"),
    number("WD_FILTER_NREX", "records rejected by the filter on wind direction"),
    number("SONIC_DIAG_NREX", "records rejected by the sonic anemometer's diagnostics"),
    *(number(f"{gas.name}_DIAG_NREX", f"records of {gas.long_name} rejected by the analyser's diagnostics") for gas in GASES),
    *(number(f"{each.name}_SPIKE_NREX", f"records of {each.long_name} rejected as spikes") for each in SERIES),
    *(number(f"{each.name}_ABSLIM_NREX", f"records of {each.long_name} rejected by absolute limits") for each in SERIES),
    *(number(f"{each.name}_VM97_TEST", f"flags of the raw tests of {each.long_name}", _VM97) for each in SERIES),
    number("VM97_TLAG_HF", "hard flags of the test of time lags", _DIGITS),
    number("VM97_TLAG_SF", "soft flags of the test of time lags", _DIGITS),
    number("VM97_AOA_HF", "hard flag of the test of angles of attack", _DIGITS),
    number("VM97_NSHW_HF", "hard flag of the test of non-steady horizontal wind", _DIGITS),
    *(quantity(f"{each.name}_LGD", "s", f"longest gap of {each.long_name}") for each in SERIES),
    *(number(f"{each.name}_KID", f"kurtosis of differences of {each.long_name}") for each in SERIES),
    *(number(f"{each.name}_ZCD", f"differences of {each.long_name} that are zero") for each in SERIES),
    *(
        number(f"{name}_CORRDIFF", f"difference of the correlations behind the {text} with and without repeated values")
        for name, _, text in FLUXES
    ),
    *(number(f"{name}_NSR", f"non-stationarity ratio of the {text} after Mahrt") for name, text in _MADE_OF),
)

_MAUDER_FOKEN = "0 best, 1 good for general use, 2 to be discarded; other schemes: 1 best to 9 (Foken) or 5 (Goeckede)"
_CLASSES = "1 best to 9 worst"

QUALITY_WORDS = (
    *(quantity(f"{name}_SS", "percent", f"deviation of the {text} from stationarity") for name, text in _MADE_OF),
    *(
        quantity(f"{name}_ITC", "percent", f"deviation of {text} from the integral turbulence characteristic's model")
        for name, text in _ITC
    ),
    *(number(f"{name}_SS_TEST", f"class of stationarity of the {text}", _CLASSES) for name, text in _MADE_OF),
    *(number(f"{name}_ITC_TEST", f"class of the integral turbulence characteristic of {text}", _CLASSES) for name, text in _ITC),
    *(
        number(f"{name}_SSITC_TEST", f"flag of the {text} from stationarity and integral turbulence", _MAUDER_FOKEN)
        for name, _, text in FLUXES
    ),
)
