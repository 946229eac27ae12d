"""Words and options of the product ``growth-rate``."""

from __future__ import annotations

from pydantic import Field

from icos_atmosphere.vocabulary import GASES
from icos_core.components import Variable
from icos_core.versioned import Options

__all__ = ["GrowthRateOptions", "trend_words", "year_words"]

_CURVES = {
    "function": "polynomial and harmonics of the year fitted to",
    "smooth": "smooth curve of",
    "trend": "trend without the seasonal cycle of",
    "cycle": "seasonal cycle of",
}


class GrowthRateOptions(Options):
    """Options of ``growth-rate``."""

    minimum_years: float = Field(
        default=2.0, ge=2.0, description="shortest series, in years, of which a trend is told from the seasonal cycle"
    )
    without_spikes: bool = Field(default=False, description="fit the daily means without spikes")
    short_cutoff: float = Field(default=80.0, gt=0, description="cut-off of the smooth curve in days")
    long_cutoff: float = Field(default=667.0, gt=0, description="cut-off of the trend in days")
    polynomial: int = Field(default=3, ge=1, le=6, description="terms of the polynomial; 3 is a parabola")
    harmonics: int = Field(default=4, ge=0, le=12, description="harmonics of the year")
    power: float = Field(default=4.0, gt=0, description="exponent of the filter: 4 as published, 6 as in NOAA's present program")


def trend_words() -> tuple[Variable, ...]:
    """Return the words of days: values and curves."""
    words = []
    for gas in GASES.values():
        value = f"mole fraction of {gas.long_name} in dry air"
        words.append(Variable(name=gas.name, units=gas.units, long_name=f"daily mean {value}", standard_name=gas.standard_name))
        words += [
            Variable(name=f"{gas.name}_{curve}", units=gas.units, long_name=f"{meaning} {value}", attributes={"describes": gas.name})
            for curve, meaning in _CURVES.items()
        ]
        growth = f"growth rate of {value}"
        words.append(Variable(name=f"{gas.name}_growth", units=f"{gas.units} year-1", long_name=growth, attributes={"describes": gas.name}))
    return tuple(words)


def year_words() -> tuple[Variable, ...]:
    """Return the words of calendar years."""
    words = []
    for gas in GASES.values():
        value = f"mole fraction of {gas.long_name} in dry air"
        words += [
            Variable(name=gas.name, units=gas.units, long_name=f"annual mean {value}", comment="mean of the smooth curve"),
            Variable(name=f"{gas.name}_n", units="1", dtype="int32", long_name=f"number of days with {value}"),
            Variable(
                name=f"{gas.name}_increase",
                units=gas.units,
                long_name=f"increase of the {value} over the year",
                comment="of the trend, from 1 January to 1 January",
            ),
            Variable(
                name=f"{gas.name}_increase_uncertainty",
                units=gas.units,
                long_name=f"standard uncertainty of the increase of the {value} over the year",
            ),
        ]
    return tuple(words)
