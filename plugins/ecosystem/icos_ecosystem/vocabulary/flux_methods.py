"""Words of the methods that were applied, as codes, and of the rotation angles."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_templates import category, number, quantity

__all__ = ["CUSTOM_COUNT_WORDS", "METHOD_WORDS"]

_NO_YES = {0: "no", 1: "yes"}

METHOD_WORDS = (
    category("WBOOST_APPLIED", "correction of the vertical wind of Gill WindMasters", _NO_YES),
    category("AOA_METHOD", "correction of the angle of attack", {0: "none", 1: "nakai_2006", 2: "nakai_shimoyama_2012"}),
    category(
        "AXES_ROTATION_METHOD",
        "tilt correction",
        {0: "none", 1: "double_rotation", 2: "triple_rotation", 3: "planar_fit", 4: "planar_fit_without_bias"},
    ),
    quantity("ROT_YAW", "degree", "first rotation angle"),
    quantity("ROT_PITCH", "degree", "second rotation angle"),
    quantity("ROT_ROLL", "degree", "third rotation angle"),
    category(
        "DETRENDING_METHOD",
        "definition of fluctuations",
        {0: "block_average", 1: "linear_detrending", 2: "running_mean", 3: "exponential_running_mean"},
    ),
    quantity("DENTRENDING_TIME_CONSTANT", "s", "time constant of the detrending", comment="spelt as in EddyPro's table"),
    category(
        "TIMELAG_DETECTION_METHOD",
        "detection of time lags",
        {
            0: "none",
            1: "constant",
            2: "covariance_maximum_with_default",
            3: "covariance_maximum",
            4: "optimised_window",
            5: "prewhitened_bootstrap",
        },
        comment="code 5 is not one of EddyPro",
    ),
    category("WPL_APPLIED", "correction of densities after Webb et al. 1980", _NO_YES),
    category("BURBA_METHOD", "correction of the open-path analyser's own heat", {0: "none", 1: "linear", 2: "multiple"}),
    category(
        "SPECTRAL_CORRECTION_METHOD",
        "correction of high-frequency losses",
        {0: "none", 1: "moncrieff_1997", 2: "horst_1997", 3: "ibrom_2007", 4: "fratini_2012", 5: "massman_2000"},
    ),
    category(
        "FOOTPRINT_MODEL",
        "footprint model",
        {0: "kljun_2004", 1: "kormann_meixner_2001", 2: "hsieh_2000", 3: "none", 4: "kljun_2015"},
        comment="codes 3 and 4 are not of EddyPro",
    ),
)
CUSTOM_COUNT_WORDS = (
    number("NUM_CUSTOM_VARS", "custom variables beside the table"),
    number("NUM_BIOMET_VARS", "meteorological variables beside the table"),
)
