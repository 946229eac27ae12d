"""Two half hours of Gebesee from SmartFlux archives to EddyPro's tables: mixing ratios, mole fractions and molar densities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from agreement_tables import COMMON, Allowed, compare, unexplained

if TYPE_CHECKING:
    from collections.abc import Callable

    from icos_core.api import RunResult

    Run = Callable[[str], RunResult]

EXAMPLES = Path(__file__).parents[3] / "examples" / "gebesee"
CONFIGURATIONS = sorted(path.stem for path in EXAMPLES.glob("*.toml"))
_RANDOM = "our sum ends at the longest lag (20 s), EddyPro's at the integral time scale (27 s); rows that alignment drops stay in ours"
HERE = {
    **dict.fromkeys(
        (f"LOGGER_SWVER_{part}" for part in ("MAJOR", "MINOR", "REVISION")), Allowed(reason="not described", ours_missing=True)
    ),
    "NUM_CUSTOM_VARS": Allowed(reason="EddyPro's averages of further columns are not made", absolute=20),
    "V_P25": Allowed(reason="EddyPro takes the middle of the two neighbours, we their weighted mean", absolute=4e-5),
    "T_SONIC_SKW": Allowed(reason="about 0, from single precision", absolute=1e-5),
    "TDEW": Allowed(reason="about 0 °C, from single precision", absolute=1e-6),
    **dict.fromkeys(
        (f"{name}_ZCD" for name in ("U", "V", "W", "CO2", "H2O")),
        Allowed(reason="EddyPro counts steps below 1e-6, we those that are nil", absolute=16),
    ),
    **dict.fromkeys((f"{flux}_RANDUNC_HF" for flux in ("LE", "ET", "FH2O")), Allowed(reason=_RANDOM, relative=3e-2)),
    "FC_RANDUNC_HF": Allowed(reason=_RANDOM, relative=4e-4),
}
_NO_CELL = "of a cell that is not measured EddyPro prints air temperature and pressure"
WITHOUT_CELL = dict.fromkeys(("T_CELL", "PA_CELL"), Allowed(reason=_NO_CELL, ours_missing=True))
ALLOWED = {"molar_density_wpl_noTP": WITHOUT_CELL}

pytestmark = pytest.mark.realdata


@pytest.fixture
def run(run_example: Callable[[Path], RunResult]) -> Run:
    """Run a configuration by its name."""
    return lambda name: run_example(EXAMPLES / f"{name}.toml")


def test_every_configuration_of_the_reference_has_its_example(folder: Path) -> None:
    reference = folder / "ecosystem_raw" / "eddypro_reference" / "gebesee_ghg"
    assert sorted(path.name for path in reference.iterdir() if path.is_dir()) == CONFIGURATIONS


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_column_is_eddypros(run: Run, folder: Path, name: str) -> None:
    result = run(name)
    assert result.status == 0
    count, found = compare(result, folder, f"gebesee_ghg/{name}", 1e-4)
    assert count > 2 * 455
    assert unexplained(found, COMMON | HERE | ALLOWED.get(name, {})) == []


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_lags_spikes_and_classes_are_the_same(run: Run, folder: Path, name: str) -> None:
    """The lag of water vapour is that of a covariance hardly above noise, and another one (0.35 s) for molar densities."""
    _, found = compare(run(name), folder, f"gebesee_ghg/{name}", 0.0)
    gases = ("CO2", "H2O")
    same = {f"{gas}_TLAG_{part}" for gas in gases for part in ("USED", "ACTUAL", "NOMINAL", "MIN", "MAX")}
    same |= {f"{each}_NUM_SPIKES" for each in ("U", "V", "W", "T_SONIC", *gases)}
    same |= {f"{flux}_SSITC_TEST" for flux in ("TAU", "H", "LE", "FC")}
    assert [each for each in found if each.column in same and each.relative > 1e-5] == []


def test_times_are_the_archives_seconds(run: Run) -> None:
    """Seconds are UTC; the names of the archives and EddyPro's tables are an hour ahead."""
    fluxes = run("express").tree["/calibrated/fluxes"]
    np.testing.assert_array_equal(fluxes["time"], np.array(["2016-12-11T19:00", "2016-12-11T19:30"], dtype="M8[ns]"))
