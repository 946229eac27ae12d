"""Words of the statistics of raw half hours after Vitale et al. (2020): ``RF_`` and the name that RFlux gives them."""

from __future__ import annotations

from icos_core.components import Variable

__all__ = ["RFLUX_FLUXES", "RFLUX_STATISTICS", "RFLUX_WORDS", "rflux_name"]

RFLUX_FLUXES = {"TAU": "TAU", "H": "H", "FC": "Fc", "LE": "LE"}
"""Flux of the stream ``fluxes`` → what its statistics are called by."""

_SERIES = {
    "u": "wind along the first axis",
    "v": "wind along the second axis",
    "w": "vertical wind",
    "ts": "sonic temperature",
    "co2": "carbon dioxide",
    "h2o": "water vapour",
}
_OF_SERIES = {
    "Skew": "skewness of {}",
    "Kurt": "kurtosis of {}",
    "KID0": "kurtosis of the differences of {}",
    "KID": "kurtosis of the differences of {} without repeated values",
    "HF5": "number of values of {} beyond five robust standard deviations",
    "HF10": "number of values of {} beyond ten robust standard deviations",
    "HD5": "number of differences of {} beyond five robust standard deviations",
    "HD10": "number of differences of {} beyond ten robust standard deviations",
    "AL1": "autocorrelation of {} at one sample",
    "DDI": "largest count of the histogram of {}",
    "DIP": "probability of a dip as large as that of {} in data with one mode",
}
_OF_FLUX = {
    "N0": "number of repeated values, {}",
    "LSR": "coefficient of determination of the cross-correlation on that without repeated values, {}",
    "M98": "non-stationarity ratio after Mahrt (1998), {}",
}
_COVARIANCES = {"ts": "wts", "co2": "wco2", "h2o": "wh2o"}
_UNITS = {"ts": "K m s-1", "co2": "umol mol-1 m s-1", "h2o": "mmol mol-1 m s-1"}
_FLUX_OF = {"w": ("TAU", "momentum flux"), "ts": ("H", "sensible heat flux"), "co2": ("Fc", "CO2 flux"), "h2o": ("LE", "latent heat flux")}


def rflux_name(statistic: str) -> str:
    """Return the name of the variable of a statistic: ``HF5_w`` → ``RF_HF5_w``."""
    return f"RF_{statistic}"


def _words() -> dict[str, Variable]:
    words: dict[str, Variable] = {}

    def add(name: str, long_name: str, units: str = "1") -> None:
        words[name] = Variable(name=rflux_name(name), units=units, long_name=long_name)

    add("SADiag", "number of samples with a diagnostic of the sonic anemometer of 0")
    for flux, text in (_FLUX_OF[series] for series in ("ts", "co2", "h2o", "w")):
        add(f"FMR_{flux}", f"share of missing records, {text}", "percent")
        add(f"LGD_{flux}", f"longest gap, {text}", "s")
    for series, text in _SERIES.items():
        for statistic, meaning in _OF_SERIES.items():
            add(f"{statistic}_{series}", meaning.format(text))
        if series in _COVARIANCES:
            add(f"COV_{_COVARIANCES[series]}", f"covariance of vertical wind and {text}", _UNITS[series])
        if series in _FLUX_OF:
            flux, of = _FLUX_OF[series]
            for statistic, meaning in _OF_FLUX.items():
                add(f"{statistic}_{flux}", meaning.format(of))
    return words


_WORDS = _words()
RFLUX_STATISTICS: tuple[str, ...] = tuple(_WORDS)
"""Names of the statistics in the order of RFlux's table."""

RFLUX_WORDS: tuple[Variable, ...] = tuple(_WORDS.values())
"""Words of the statistics in the stream ``fluxes``, in the same order."""
