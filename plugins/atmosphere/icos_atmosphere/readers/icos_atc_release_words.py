"""Words that time series of the Atmosphere Thematic Centre have beside those of every series.

Descriptive flags and the scale of each row are texts in the files. They become codes that must not depend on what happens to stand in a
file: the texts known here are those of published files, a station names further ones, and what nobody names is `other`. (The Centre's list
of descriptive flags is not public.)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from icos_atmosphere.scales import NONE, UNKNOWN, normalised_scale
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_atmosphere.vocabulary.gases import Gas

__all__ = ["DESCRIPTIVE", "KNOWN_SCALES", "KNOWN_TEXTS", "NOT_STATED", "OTHER", "coded_word", "release_words", "scale_texts"]

NOT_STATED, OTHER = -1, 0
"""Codes of a cell that is empty, and of a text that nobody has named."""

DESCRIPTIVE: Mapping[str, str] = {
    "internal_flag": "internal flag",
    "auto_descriptive_flag": "descriptive flag of automatic quality control",
    "manual_descriptive_flag": "descriptive flag of manual quality control",
}
"""End of the name of a descriptive flag → what it is."""

KNOWN_TEXTS: Mapping[str, tuple[str, ...]] = {
    "internal_flag": ("Stabilization", "Unitary data", "Stabilization,Unitary data"),
    "auto_descriptive_flag": ("F-1",),
    "manual_descriptive_flag": (),
}
"""End of the name of a descriptive flag → texts that published files have."""

KNOWN_SCALES: Mapping[str, tuple[str, ...]] = {
    "co2": ("WMO CO2 X2019", "WMO CO2 X2007"),
    "ch4": ("WMO CH4 X2004A", "WMO CH4 X2004", "TU-87", "CSIRO-94"),
    "co": ("WMO CO X2014A", "WMO CO X2014", "WMO CO X2004", "CSIRO-94"),
    "n2o": ("WMO N2O X2006A", "WMO N2O X2006", "SIO-16"),
}
"""Gas → scales that have a code, beside ``unknown`` and ``none``."""

_NO_LETTER = re.compile(r"[^A-Za-z0-9_.+@-]+")


def scale_texts(gas: str, further: Sequence[str] = ()) -> tuple[str, ...]:
    """Return every scale of a gas that has a code, in the order of the codes from 1 on; `further` ones in any spelling."""
    return tuple(dict.fromkeys((UNKNOWN, NONE, *KNOWN_SCALES[gas], *(normalised_scale(each, gas) for each in further))))


def coded_word(name: str, long_name: str, texts: Sequence[str]) -> Variable:
    """Return the word of a text that is kept as a code.

    Parameters
    ----------
    name, long_name
        Name of the variable, and what it is.
    texts
        Every text that has a code, in the order of the codes from 1 on. The attribute ``flag_texts`` holds them between semicolons, those
        of the codes -1 and 0, which are empty, first.
    """
    meanings = ["not_stated", "other"]
    for code, text in enumerate(texts, start=1):
        # CF asks for one word per meaning: "Stabilization,Unitary data" is Stabilization+Unitary_data.
        meaning = _NO_LETTER.sub("_", text.replace(",", "+")).strip("_")
        meanings.append(meaning if meaning and meaning not in meanings else f"{meaning}_{code}")
    return Variable(
        name=name,
        dtype="int16",
        long_name=long_name,
        flag_values=(NOT_STATED, OTHER, *range(1, len(texts) + 1)),
        flag_meanings=tuple(meanings),
        attributes={"flag_texts": ";".join(["", "", *texts])},
    )


def _flask_words(gas: Gas) -> tuple[Variable, ...]:
    """Return what a file of flasks says of a gas beside value, standard deviation and combined uncertainty."""
    value = f"mole fraction of {gas.long_name} in dry air"
    return tuple(
        Variable(name=f"{gas.name}_{suffix}", units=gas.units, long_name=long_name, comment=f"{title} of the file")
        for suffix, title, long_name in (
            ("measurement_precision", "MeasUnc", f"precision of {value}"),
            ("estimated_reproducibility", "EstRep", f"long-term reproducibility of {value}"),
            ("scale_link", "ScalLink", f"propagation of the scale to {value}"),
        )
    )


def release_words(texts: Mapping[str, Sequence[str]], scales: Sequence[str] = ()) -> tuple[Variable, ...]:
    """Return all words beside those of every series.

    Parameters
    ----------
    texts
        End of the name of a descriptive flag → every text that has a code.
    scales
        Scales beside those known.
    """
    of_gases = (
        word
        for gas in GASES.values()
        for word in (
            *(
                coded_word(f"{gas.name}_{kind}", f"{meaning} of mole fraction of {gas.long_name} in dry air", texts[kind])
                for kind, meaning in DESCRIPTIVE.items()
            ),
            coded_word(
                f"{gas.name}_scale", f"calibration scale of mole fraction of {gas.long_name} in dry air", scale_texts(gas.name, scales)
            ),
            *_flask_words(gas),
        )
    )
    return (
        *of_gases,
        Variable(name="sampling_duration", units="s", long_name="duration of sampling"),
        Variable(name="flask_id", units="1", dtype="int32", long_name="number of the flask", comment="1805 of F01805; -1: not stated"),
        Variable(name="sampler_id", units="1", dtype="int32", long_name="identifier of the flask sampler", comment="-1: not stated"),
        Variable(
            name="flask_sampling_id", units="1", dtype="int32", long_name="identifier of the filling of a flask", comment="-1: not stated"
        ),
    )
