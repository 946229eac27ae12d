"""Diagnostic words of gas analysers by LI-COR, and of sonic anemometers: which records to leave out, and why.

A word of -1 stands for a record that has none: it is neither counted nor left out.

References
----------
.. [1] LI-COR Biosciences: Interpreting diagnostic values (LI-7500A and LI-7200), technical tip 29.
.. [2] LI-COR Biosciences: LI-7700 open path CH4 analyzer, instruction manual: diagnostics.
.. [3] Campbell Scientific: CSAT3 instruction manual, appendix B, table B-7; CSAT3B product manual, table 8-5.
.. [4] Gill Instruments: R3-50, R3-100 and R3A-100 user manual, 14.2 Status fields; WindMaster user manual, 11.4 Status (error) codes.
.. [5] R. M. Young Company: model 81005A instructions, error code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "DIAGNOSTIC_BITS",
    "REJECTING_BITS",
    "SONIC_MODELS",
    "Analyser",
    "flagged_records",
    "rejected_records",
    "signal_strength",
    "sonic_rejects",
]

Analyser = Literal["li7200", "li7500", "li7700"]

_NO_WORD = -1

DIAGNOSTIC_BITS: Mapping[Analyser, Mapping[str, int]] = {
    "li7200": {
        "HEAD_DETECT": 12,
        "T_OUT": 11,
        "T_IN": 10,
        "AUX_IN": 9,
        "DELTA_P": 8,
        "CHOPPER": 7,
        "DETECTOR": 6,
        "PLL": 5,
        "SYNC": 4,
    },
    "li7500": {"CHOPPER": 7, "DETECTOR": 6, "PLL": 5, "SYNC": 4},
    "li7700": {
        "NOT_READY": 15,
        "NO_SIGNAL": 14,
        "RE_UNLOCKED": 13,
        "BAD_TEMP": 12,
        "LASER_T_UNREG": 11,
        "BLOCK_T_UNREG": 10,
        "MOTOR_SPINNING": 9,
        "PUMP_ON": 8,
        "TOP_HEATER_ON": 7,
        "BOTTOM_HEATER_ON": 6,
        "CALIBRATING": 5,
        "MOTOR_FAILURE": 4,
        "BAD_AUX_TC1": 3,
        "BAD_AUX_TC2": 2,
        "BAD_AUX_TC3": 1,
        "BOX_CONNECTED": 0,
    },
}
"""Analyser → name of the bit, as FLUXNET variables have it after ``INST_LI7200_`` and alike → its place in the word."""

REJECTING_BITS: Mapping[Analyser, tuple[str, ...]] = {
    "li7200": ("HEAD_DETECT", "DELTA_P", "CHOPPER", "DETECTOR", "PLL"),
    "li7500": ("CHOPPER", "DETECTOR", "PLL"),
    "li7700": ("NOT_READY", "NO_SIGNAL", "RE_UNLOCKED"),
}
"""Analyser → bits for which a record is left out. Those of the LI-7700 are a choice of this suite, not verified against a program."""

_GOOD_IS_SET: Mapping[Analyser, bool] = {"li7200": True, "li7500": True, "li7700": False}
_STRENGTH_BITS = 0b1111

_CSAT3_FLAGS = 0xF000
_CSAT3B_HUMIDITY = 0x0080
_GILL_ERRORS = 0
# 10 and 11 tell of a gain at its maximum and of repeated measurements: the wind is there.
_WINDMASTER_GOOD = (0, 10, 11)
SONIC_MODELS = ("csat3", "csat3b", "gill_hs", "gill_r2", "gill_r3", "gill_wm", "gill_wmpro", "young_81000")
"""Sonic anemometers whose diagnostic words are documented publicly."""


def flagged_records(words: ArrayLike, analyser: Analyser) -> dict[str, int]:
    """Count the records that each diagnostic bit of an analyser flags.

    Parameters
    ----------
    words
        (n,) diagnostic words, -1 where there is none.
    analyser
        Which analyser wrote them.

    Returns
    -------
    dict of str to int
        Name of the FLUXNET variable (``INST_LI7200_HEAD_DETECT`` …) → number of records.

    Raises
    ------
    ValueError
        For an analyser that is not known.
    """
    bits, codes = _bits_of(analyser), np.asarray(words)
    return {f"INST_{analyser.upper()}_{name}": int(np.count_nonzero(_flagged(codes, analyser, [place]))) for name, place in bits.items()}


def rejected_records(words: ArrayLike, analyser: Analyser, bits: Sequence[str] | None = None) -> NDArray[np.bool_]:
    """Tell which records of an analyser to leave out.

    Parameters
    ----------
    words
        (n,) diagnostic words, -1 where there is none.
    analyser
        Which analyser wrote them.
    bits
        Names of the bits that count; default: :data:`REJECTING_BITS`.

    Returns
    -------
    ndarray of bool
        (n,) whether at least one of the bits flags the record.

    Raises
    ------
    ValueError
        For an analyser or a bit that is not known.
    """
    known = _bits_of(analyser)
    chosen = REJECTING_BITS[analyser] if bits is None else bits
    for name in chosen:
        if name not in known:
            raise ValueError(f"no diagnostic bit {name!r} of {analyser}: expected one of {', '.join(known)}{hint(name, known)}")
    return _flagged(np.asarray(words), analyser, [known[name] for name in chosen])


def signal_strength(words: ArrayLike, analyser: Analyser, *, old_firmware: bool = False) -> NDArray[np.float64]:
    """Return the signal strength, or the automatic gain control of older firmware, that the lowest four bits hold.

    Parameters
    ----------
    words
        (n,) diagnostic words of an LI-7200 or LI-7500, -1 where there is none.
    analyser
        Which analyser wrote them.
    old_firmware
        Whether the firmware is 5.3.0 or older: the bits then hold the automatic gain control, high where the window is dirty.

    Returns
    -------
    ndarray of float
        (n,) per cent, NaN where there is no word.

    Raises
    ------
    ValueError
        For an analyser whose words hold none: the LI-7700 has a column of its own.

    Notes
    -----
    With the bits as a number `b` from 0 to 15 it is ``6.6667 b``, of firmware up to 5.3.0 ``6.25 b + 6.25``.
    """
    _bits_of(analyser)
    if analyser == "li7700":
        raise ValueError("diagnostic words of an li7700 hold no signal strength: expected those of an li7200 or li7500")
    codes = np.asarray(words)
    level = (codes & _STRENGTH_BITS).astype(np.float64)
    percent = 6.25 * level + 6.25 if old_firmware else level * (100 / _STRENGTH_BITS)
    return np.where(codes == _NO_WORD, np.nan, percent)


def sonic_rejects(words: ArrayLike, model: str) -> NDArray[np.bool_]:
    """Tell which records of a sonic anemometer its diagnostic word declares invalid.

    Parameters
    ----------
    words
        (n,) diagnostic words, -1 where there is none.
    model
        One of :data:`SONIC_MODELS`.

    Returns
    -------
    ndarray of bool
        (n,) whether the record is to be left out.

    Raises
    ------
    ValueError
        For a model whose word is not known.

    Notes
    -----
    CSAT3: one of the flags in bits 12–15 is set; the bits below hold a counter and ranges. CSAT3B: any bit but the humidity warning.
    Gill HS, R2 and R3: the word is the status address, which cycles unless there is an error, when it is 0. WindMaster: the status code
    is none of 00, 0A and 0B. Young 81000: the error code is not 0. That a humidity warning of the CSAT3B, and 0A and 0B of a WindMaster
    leave the wind valid is not verified against another program.
    """
    codes = np.asarray(words)
    if model == "csat3":
        invalid = (codes & _CSAT3_FLAGS) != 0
    elif model == "csat3b":
        invalid = (codes & ~_CSAT3B_HUMIDITY) != 0
    elif model in {"gill_hs", "gill_r2", "gill_r3"}:
        invalid = codes == _GILL_ERRORS
    elif model in {"gill_wm", "gill_wmpro"}:
        invalid = ~np.isin(codes, _WINDMASTER_GOOD)
    elif model == "young_81000":
        invalid = codes != 0
    else:
        raise ValueError(
            f"diagnostic words of {model!r} are not known: expected one of {', '.join(SONIC_MODELS)}{hint(model, SONIC_MODELS)}"
        )
    return np.asarray(invalid & (codes != _NO_WORD))


def _bits_of(analyser: Analyser) -> Mapping[str, int]:
    if analyser not in DIAGNOSTIC_BITS:
        raise ValueError(f"no analyser {analyser!r}: expected one of {', '.join(DIAGNOSTIC_BITS)}{hint(analyser, DIAGNOSTIC_BITS)}")
    return DIAGNOSTIC_BITS[analyser]


def _flagged(codes: NDArray[np.signedinteger], analyser: Analyser, places: Sequence[int]) -> NDArray[np.bool_]:
    mask = sum(1 << place for place in places)
    good = mask if _GOOD_IS_SET[analyser] else 0
    return np.asarray(((codes & mask) != good) & (codes != _NO_WORD))
