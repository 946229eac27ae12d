"""Real .slt and .ghg files against what other programs made of them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_ecosystem.readers.slt import READER as SLT
from icos_ecosystem.readers.slt_configuration import configuration_beside

from icos_core.testing import assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT = example_context()
SLT_RECORDS = {"W20163281404.slt": 15375, "W20163281430.slt": 18001, "W20163281500.slt": 18000}
ENDS = {"W20163281404.slt": "14:30", "W20163281430.slt": "15:00", "W20163281500.slt": "15:30"}


def _online(path: Path, end: str) -> dict[str, float]:
    with path.open(encoding="utf-8-sig") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    header = next(row for row in rows if "Date & Time" in row)
    (found,) = (row for row in rows if row and row[0].endswith(end))
    return {name: float(cell) for name, cell in zip(header[1:], found[1:], strict=True)}


@pytest.mark.realdata
@pytest.mark.parametrize("name", SLT_RECORDS)
def test_slt_has_the_statistics_of_eddymeas(real_data: Path, name: str) -> None:
    """Means and variances of the program that recorded the files, to its printed digits.

    The program takes 273.16 K for 0 degC; the means of gases in its .flx are off by up to 1.6e-6, as sums in single precision are.
    """
    folder = real_data / "ecosystem_raw/ClimateDataIO"
    guess = SLT.guess(folder / name)
    assert guess is not None
    options = SLT.options.model_validate({key: value for key, value in guess.options.items() if key != "file_duration"})
    result = SLT.read(folder / name, options, CONTEXT)
    assert_result_fits(SLT, result, options)
    assert_span_covers(SLT, folder / name, result, options, CONTEXT)
    assert (result.tally.seen, result.tally.kept) == (SLT_RECORDS[name],) * 2
    stream = {str(key): value.values for key, value in result.streams["eddy"].data_vars.items()}
    quick, final = (_online(folder / f"W20163281404.{kind}", ENDS[name]) for kind in ("flx", "csv"))
    temperature = stream["speed_of_sound"] ** 2 / 403 - 273.16

    assert quick["recs"] == final["recs"] == SLT_RECORDS[name]
    for variable, mean in (("u", quick["u"]), ("v", quick["v"]), ("w", quick["w"]), ("w", final["avg w"])):
        assert stream[variable].mean() == pytest.approx(mean, abs=0.51e-5)
    assert stream["co2_molar_density"].mean() == pytest.approx(quick["CO2"], rel=2e-6)
    assert stream["h2o_molar_density"].mean() == pytest.approx(quick["H2O"], rel=2e-6)
    assert temperature.mean() == pytest.approx(final["avg t"], abs=3e-5)
    for variable, variance in (("u", "var u"), ("v", "var v"), ("w", "var w")):
        assert stream[variable].var(ddof=1) == pytest.approx(final[variance], abs=0.51e-5)
    assert temperature.var(ddof=1) == pytest.approx(final["var t"], abs=1.1e-5)
    assert np.hypot(stream["u"].mean(), stream["v"].mean()) == pytest.approx(final["wv_hor"], abs=1.1e-5)


@pytest.mark.realdata
def test_slt_configuration(real_data: Path) -> None:
    beside = configuration_beside(real_data / "ecosystem_raw/ClimateDataIO/W20163281500.slt")
    assert beside is not None
    name, found = beside
    assert name == "W20163281404.cfg"
    assert [each.name for each in found.inputs] == ["CO2", "H2O", "CLD", "NH3", "Tranc_Flow", "CO_Flow"]
    assert found.inputs[0].unit == "mmol/m³"
    assert found.number("station height") == 807
