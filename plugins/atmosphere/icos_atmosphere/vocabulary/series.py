"""Words of calibrated series: minutes, hours, days and months of one sampling line, whether made here or read from a finished product.

Every series is a stream along `time`, the start of the interval in UTC, with these attributes:

======================== ==================================================================================================
``line``                 name of the sampling line: ``150m``
``intake_height``        height of the inlet above ground in metres (float)
``averaging_interval``   ``minute``, ``hour``, ``day`` or ``month``; ``sample`` of flasks that were read
``instrument``           name of the instrument or instruments, for people
``instrument_ids``       list of the identifiers of the instruments (ATC), in order of first use; may be empty
``instrument_methods``   list of what each of them is, for people: ``Cavity ring-down spectrometer, Picarro G2401``
======================== ==================================================================================================

and on each gas variable ``calibration_scale`` (``WMO CO2 X2019``; ``none`` for uncalibrated values; ``unknown``) and, where instruments
differ, ``calibration_scale_of_instruments`` (``530: unknown; 115: WMO CH4 X2004A``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from icos_atmosphere.vocabulary.gases import Gas

__all__ = ["ATC_FLAGS", "INTERVALS", "UNCERTAINTY_TERMS", "series_words", "words_of_gas"]

INTERVALS: tuple[str, ...] = ("minute", "hour", "day", "month")

UNCERTAINTY_TERMS: Mapping[str, tuple[str, str]] = {
    "fit": ("line through the cylinders", "period"),
    "repeatability": ("repeatability of the analyser within minutes", "independent"),
    "long_term_repeatability": ("repeatability of the analyser from day to day", "period"),
    "assignment": ("values assigned to the cylinders", "common"),
    "representativeness": ("part of the interval in which the line was sampled", "independent"),
}
"""Term → (what it is, how its errors correlate along time)."""

ATC_FLAGS: Mapping[str, int] = {"U": 0, "N": 1, "O": 2, "K": 3, "R": 4, "H": 5}
"""Flags of the Atmosphere Thematic Centre → codes of ``<gas>_atc_flag``; -1 where there is none."""

_ATC_MEANINGS = (
    "correct_before_manual_control",
    "incorrect_before_manual_control",
    "correct_after_manual_control",
    "incorrect_after_manual_control",
    "correct_propagated_from_hourly_manual_control",
    "incorrect_propagated_from_hourly_manual_control",
)


def words_of_gas(gas: Gas) -> tuple[Variable, ...]:
    """Return every word that a series may have of one gas."""
    name, units = gas.name, gas.units
    value = f"mole fraction of {gas.long_name} in dry air"

    def quantity(suffix: str, long_name: str) -> Variable:
        return Variable(name=f"{name}_{suffix}", units=units, long_name=long_name)

    def described(suffix: str, long_name: str, comment: str = "", of: str = name) -> Variable:
        return Variable(name=f"{name}_{suffix}", units=units, long_name=long_name, comment=comment, attributes={"describes": of})

    def count(suffix: str, long_name: str, comment: str = "") -> Variable:
        return Variable(name=f"{name}_{suffix}", units="1", dtype="int32", long_name=long_name, comment=comment)

    return (
        Variable(name=name, units=units, long_name=value, standard_name=gas.standard_name),
        quantity("uncertainty", f"standard uncertainty of {value}"),
        *(
            Variable(
                name=f"{name}_uncertainty_{term}",
                units=units,
                long_name=f"standard uncertainty of {value}: {meaning}",
                attributes={"error_correlation": correlation},
            )
            for term, (meaning, correlation) in UNCERTAINTY_TERMS.items()
        ),
        described("stdev", f"standard deviation of {value} within the interval"),
        count("n", f"number of values in {value}", "fresh readings in minutes, minutes in hours, hours in days, days in months"),
        quantity("without_spikes", f"{value} without spikes"),
        described(
            "without_spikes_stdev", f"standard deviation of {value} within the interval, without spikes", of=f"{name}_without_spikes"
        ),
        count("without_spikes_n", f"number of values in {value} without spikes"),
        described("ltr", f"long-term repeatability of {value}"),
        described("cmr", f"continuous measurement repeatability of {value}"),
        described("sttb", f"short-term target bias of {value}", "measured minus assigned value of the short-term target, interpolated"),
        described("qc_bias", f"estimated bias of {value} found by quality control"),
        described("qc_bias_uncertainty", f"estimated uncertainty of {value} found by quality control"),
        described("raw", f"mole fraction of {gas.long_name} as the analyser reads it"),
        described("raw_stdev", f"standard deviation of the mole fraction of {gas.long_name} as the analyser reads it"),
        described("raw_dry", f"{value}, before calibration"),
        described("raw_dry_stdev", f"standard deviation of {value}, before calibration"),
        count("instrument", f"identifier of the instrument of {value}", "-1: not stated"),
        count("quality_id", f"identifier of the quality control of {value}", "-1: not stated"),
        Variable(
            name=f"{name}_atc_flag",
            dtype="int8",
            long_name=f"flag of {value} that the file has",
            flag_values=(*ATC_FLAGS.values(), -1),
            flag_meanings=(*_ATC_MEANINGS, "not_stated"),
        ),
    )


def series_words(gases: Iterable[str] = GASES) -> tuple[Variable, ...]:
    """Return the words of series of some gases, those of water vapour among them."""
    return (
        *(word for gas in gases for word in words_of_gas(GASES[gas])),
        Variable(
            name="h2o", units="percent", long_name="mole fraction of water vapour", standard_name="mole_fraction_of_water_vapor_in_air"
        ),
        Variable(
            name="h2o_stdev",
            units="percent",
            long_name="standard deviation of the mole fraction of water vapour",
            attributes={"describes": "h2o"},
        ),
    )
