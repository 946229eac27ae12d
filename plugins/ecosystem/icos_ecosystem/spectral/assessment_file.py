"""EddyPro's file of a spectral assessment, read and written as EddyPro does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import InputError
from icos_ecosystem.spectral.assessed_filters import ClassFilters, SpectralAssessment
from icos_ecosystem.spectral.factors import IbromModel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["read_spectral_assessment", "spectral_assessment_text"]

_MISSING = -9999.0
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# The file's name of a gas → ours; its fourth gas is whatever the station has, and "none" where nobody named it.
_GASES = {"CO2": "co2", "CH4": "ch4", "N2O": "n2o", "none": "n2o"}
_WRITTEN = {"co2": "CO2", "ch4": "CH4", "n2o": "none"}

_CLASS = re.compile(r"RH class\s*(\d+)\s*-\s*(\d+)\s*%")
_GAS_HEAD = re.compile(r"(\w+)\s+TFP\b")

_HEAD = """\
Transfer_function_parameters_(TFP)_for_IIR-shaped_filter_(see_Ibrom_et_al._2007_AFM).
fc:_IIR_cut-off_frequency
Fn:_normalization_parameter
Water_vapour_TFP_are_calculated_for_9_RH_classes.
Other_gases_TFP_are_calculated_on_a_monthly_base_(currently_all_months_together_).
----------------------------------------------------------------------------------
Water vapour TFP              Fn          fc    numerosity
"""
_EXPONENTS_HEAD = """
RH/fc_exponential_fit_parameters_for_water_vapour_spectral_corrections
-----------------------------------
         exp1         exp2         exp3
"""
_MODEL_HEAD = """

High-pass_correction_factor_model_parameters
Model: CF = [c1 * u / (c2 + f_co) + 1] after_Ibrom_et_al_(2007_AFM)
-------------------------------------------------------------------
                   c1          c2
"""


def read_spectral_assessment(path: Path) -> SpectralAssessment:
    """Return what a file of EddyPro says about the filters of a station.

    Parameters
    ----------
    path
        A file ``…_spectral_assessment.txt``.

    Raises
    ------
    InputError
        Where the file cannot be read, a value is no number, or classes of humidity, months or exponents are missing.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror or error}") from error
    humidity: dict[int, list[float]] = {}
    gases: dict[str, dict[int, list[float]]] = {}
    model: dict[str, list[float]] = {}
    exponents: list[float] | None = None
    months: dict[int, list[float]] | None = None
    for number, line in enumerate(lines, start=1):
        label, equals, text = line.partition("=")
        name = label.strip()
        previous = lines[number - 2].split() if number > 1 else []
        if (found := _CLASS.match(name)) and equals:
            humidity[int(found[1])] = _numbers(text, 3, path, number)
        elif (head := _GAS_HEAD.match(line)) and head[1] in _GASES:
            months = gases.setdefault(_GASES[head[1]], {})
        elif name in _MONTHS and equals:
            if months is None:
                raise InputError(str(path), f"{name} stands before the name of a gas (a line such as 'CO2  TFP  Fn  fc')", number)
            months[_MONTHS.index(name) + 1] = _numbers(text, 2, path, number)
        elif name in {"unstable", "stable"} and equals:
            model[name] = _numbers(text, 2, path, number)
        elif previous == ["exp1", "exp2", "exp3"]:
            exponents = _numbers(line, 3, path, number)
    if exponents is None:
        raise InputError(str(path), "no exponents of water vapour (a line after 'exp1 exp2 exp3'): no spectral assessment of EddyPro?")
    water = _table(humidity, range(5, 95, 10), "class of relative humidity that starts at", path)
    filters = {gas: _filters(_table(values, range(1, 13), f"month of {gas}, number", path)) for gas, values in gases.items()}
    return SpectralAssessment(
        water_vapour=ClassFilters(factor=water[:, 0], cut_off=water[:, 1], periods=np.nan_to_num(water[:, 2]).astype(np.int64)),
        exponents=np.where(np.array(exponents) == _MISSING, np.nan, exponents),
        gases={gas: each for gas, each in filters.items() if np.isfinite(each.cut_off).any()},
        model=_model(model),
    )


def spectral_assessment_text(assessment: SpectralAssessment) -> str:
    """Return an assessment as EddyPro writes it; what it does not know as -9999."""
    parts = [_HEAD]
    water = assessment.water_vapour
    numbers = np.zeros(len(water.factor), dtype=np.int64) if water.periods is None else water.periods
    parts += [
        f"RH class {start:3d} - {start + 10:2d}% ={_known(factor):12.5f}{_known(cut_off):12.5f}{periods:14d}\n"
        for start, factor, cut_off, periods in zip(range(5, 95, 10), water.factor, water.cut_off, numbers, strict=True)
    ]
    unknown = ClassFilters(factor=np.full(12, np.nan), cut_off=np.full(12, np.nan))
    for gas, written in _WRITTEN.items():
        filters = assessment.gases.get(gas, unknown)
        parts.append(f"\n{written:15}TFP            Fn          fc\n")
        parts += [
            f"{month:19}={_known(factor):12.5f}{_known(cut_off):12.5f}\n"
            for month, factor, cut_off in zip(_MONTHS, filters.factor, filters.cut_off, strict=True)
        ]
    parts += [_EXPONENTS_HEAD, "".join(f"{_known(each):13.6f}" for each in assessment.exponents), "\n", _MODEL_HEAD]
    for name in ("unstable", "stable"):
        pair = getattr(assessment.model, name) if assessment.model is not None else None
        parts.append(f"{name:9}=" + (f"{pair[0]:12.7f}{pair[1]:12.7f}" if pair else f"{_MISSING:12.4f}" * 2) + "\n")
    return "".join(parts)


def _numbers(text: str, count: int, path: Path, line: int) -> list[float]:
    fields = text.split()
    try:
        values = [float(each) for each in fields]
    except ValueError:
        values = []
    if len(values) != count:
        raise InputError(str(path), f"expected {count} numbers, found {text.strip()!r}", line)
    return values


def _table(found: Mapping[int, list[float]], keys: range, what: str, path: Path) -> FloatArray:
    """Return the rows of all classes, NaN where the file has -9999."""
    missing = [key for key in keys if key not in found]
    if missing:
        raise InputError(str(path), f"missing: {what} {', '.join(map(str, missing))}")
    table = np.array([found[key] for key in keys])
    return np.where(table == _MISSING, np.nan, table)


def _filters(table: FloatArray) -> ClassFilters:
    return ClassFilters(factor=table[:, 0], cut_off=table[:, 1])


def _model(found: Mapping[str, list[float]]) -> IbromModel | None:
    pairs = {name: (values[0], values[1]) for name, values in found.items() if _MISSING not in values}
    return IbromModel(**pairs) if pairs.keys() == {"unstable", "stable"} else None


def _known(value: float) -> float:
    return _MISSING if np.isnan(value) else float(value)
