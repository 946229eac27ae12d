"""Words of the product ``crossovers``: what is told of each pair of measurements."""

from __future__ import annotations

from dataclasses import replace

from icos_core.components import Variable
from icos_ocean.vocabulary.socat import EXPOCODE, FCO2REC
from icos_ocean.vocabulary.underway import POSITION

__all__ = ["WORDS"]


def _time(name: str, long_name: str) -> Variable:
    return Variable(
        name=name,
        dtype="datetime64[ns]",
        long_name=long_name,
        standard_name="time",
        attributes={"units_metadata": "leap_seconds: none"},
    )


WORDS: tuple[Variable, ...] = (
    _time("time_own", "time of the measurement of this cruise in UTC"),
    _time("time_other", "time of the measurement of the other cruise in UTC"),
    *POSITION,
    *(replace(word, name=f"{word.name}_other", long_name=f"{word.long_name} of the other cruise") for word in POSITION),
    EXPOCODE,
    replace(
        EXPOCODE,
        name="expocode_other",
        long_name="expocode of the other cruise, as a number",
        comment=f"{EXPOCODE.comment}; below -1: a file without expocode, by its place among the files",
    ),
    Variable(name="distance", units="km", long_name="distance of the two measurements along the great circle"),
    Variable(name="time_difference", units="day", long_name="time of the measurement of the other cruise minus that of this cruise"),
    Variable(name="equivalent_distance", units="km", long_name="distance of the two measurements, with time counted as distance"),
    FCO2REC,
    replace(FCO2REC, name="fco2rec_other", long_name=f"{FCO2REC.long_name}, of the other cruise"),
    Variable(name="fco2rec_difference", units="uatm", long_name="fugacity of CO2 in sea water of this cruise minus that of the other"),
    Variable(
        name="sst_difference",
        units="degree_C",
        long_name="sea-surface temperature of this cruise minus that of the other",
        attributes={"units_metadata": "temperature: difference"},
    ),
    Variable(
        name="high_quality",
        dtype="int8",
        long_name="whether the pair agrees as well as a crossover of high quality",
        flag_values=(0, 1),
        flag_meanings=("no", "yes"),
    ),
)
"""The columns of the stream ``crossovers``."""
