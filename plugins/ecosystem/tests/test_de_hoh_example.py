"""A half hour of DE-HoH from its descriptions in ``examples/`` to EddyPro's own tables: all seven reference configurations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from agreement_tables import COMMON, Allowed, compare, table_by_period, unexplained
from eddypro_flux_streams import fluxnet_path
from eddypro_input import despiked, hohes_holz
from icos_ecosystem.series.time_lags import shifted

if TYPE_CHECKING:
    from collections.abc import Callable

    from icos_core.api import RunResult

    Run = Callable[[str], RunResult]

EXAMPLES = Path(__file__).parents[3] / "examples" / "de-hoh"
CONFIGURATIONS = sorted(path.stem for path in EXAMPLES.glob("*.toml"))
PLANAR = {
    **dict.fromkeys(
        (f"{axis}_{part}" for axis in "UVW" for part in ("MEDIAN", "P25", "P75")),
        Allowed(reason="quartiles of the wind do not follow from condensed half hours in another rotation than double", ours_missing=True),
    ),
    "WS_MAX": Allowed(reason="largest wind before the plane's bias is taken off", relative=1.3e-4),
}

pytestmark = pytest.mark.realdata


@pytest.fixture
def run(run_example: Callable[[Path], RunResult]) -> Run:
    """Run a configuration by its name."""
    return lambda name: run_example(EXAMPLES / f"{name}.toml")


def test_every_configuration_of_the_reference_has_its_example(folder: Path) -> None:
    reference = folder / "ecosystem_raw" / "eddypro_reference" / "DE-HoH"
    assert sorted(path.name for path in reference.iterdir()) == CONFIGURATIONS


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_column_is_eddypros(run: Run, folder: Path, name: str) -> None:
    result = run(name)
    assert result.status == 0
    count, found = compare(result, folder, f"DE-HoH/{name}", 1e-4)
    assert count > 460
    [table] = [path for path in result.paths if path.name.endswith("_fluxnet.csv")]
    [row] = table_by_period(table).values()
    assert row["FILENAME_HF"] == "DE-HoH_EC_201907301200_v01.csv"
    assert unexplained(found, COMMON | (PLANAR if name.endswith("_pf") else {})) == []


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_fluxes_are_eddypros_to_the_printed_digits(run: Run, folder: Path, name: str) -> None:
    """What is published of this half hour, to a unit of the sixth digit."""
    _, found = compare(run(name), folder, f"DE-HoH/{name}", 1e-5)
    fluxes = {
        "TAU",
        "H",
        "LE",
        "ET",
        "FC",
        "FH2O",
        "USTAR",
        "MO_LENGTH",
        "ZL",
        "TAU_SCF",
        "H_SCF",
        "LE_SCF",
        "FC_SCF",
        "FETCH_MAX",
        "FETCH_90",
    }
    exact = {"H_SSITC_TEST", "LE_SSITC_TEST", "FC_SSITC_TEST", "TAU_SSITC_TEST", "CO2_TLAG_USED", "H2O_TLAG_USED"}
    spikes = {f"{each}_NUM_SPIKES" for each in ("U", "V", "W", "T_SONIC", "CO2", "H2O")}
    assert [each for each in found if each.column in fluxes | exact | spikes] == []


@pytest.mark.parametrize("name", [each for each in CONFIGURATIONS if each != "express"])
def test_binned_cospectra_are_eddypros(run: Run, folder: Path, name: str) -> None:
    """EddyPro divides each by one (co)variance, of the rows that are transformed: the shapes are compared; the scale see below."""
    result = run(name)
    [path] = [path for path in result.paths if path.name.endswith("_spectra.nc")]
    [file] = (folder / "ecosystem_raw/eddypro_reference/DE-HoH" / name / "eddypro_binned_cospectra").glob("*.csv")
    reference = pd.read_csv(file, skiprows=11, na_values=["-9999.0"])
    reference.columns = reference.columns.str.strip()
    bins = np.flatnonzero(reference["natural_frequency"].notna())
    with xr.open_dataset(path) as ours:
        np.testing.assert_allclose(ours["frequency"][bins], reference["natural_frequency"][bins], rtol=5e-6)
        np.testing.assert_array_equal(ours["spectral_counts"][0, bins], reference["#_freq"][bins])
        assert np.isnan(ours["S_w"][0].to_numpy()[np.setdiff1d(np.arange(50), bins)]).all()
        for series in ("u", "v", "w", "ts", "co2", "h2o"):
            theirs = reference[f"f_nat*spec({series})/var({series})"].to_numpy()[bins]
            scaled = ours[f"S_{series}"][0].to_numpy()[bins] / theirs
            # EddyPro transforms in single precision, which shows where a bin is made of few modes.
            bound = np.where(reference["#_freq"].to_numpy()[bins] >= 10, 3e-4, 1e-3)
            assert (np.abs(scaled / np.median(scaled) - 1.0) <= bound).all()
        for series in ("u", "ts", "co2", "h2o"):
            theirs = reference[f"f_nat*cospec(w_{series})/cov(w_{series})"].to_numpy()[bins]
            mine = ours[f"C_w_{series}"][0].to_numpy()[bins]
            large = np.abs(theirs) > 0.1 * np.abs(theirs).max()
            assert np.abs(mine / np.median(mine[large] / theirs[large]) - theirs).max() <= 5e-4 * np.abs(theirs).max()


def test_spectra_are_those_of_the_rows_that_are_transformed(run: Run, folder: Path) -> None:
    """The scale: EddyPro divides by the variance of the first 2 ** 15 rows, of series that are despiked and aligned."""
    name = "adv_nospec"
    [path] = [path for path in run(name).paths if path.name.endswith("_spectra.nc")]
    [file] = (folder / "ecosystem_raw/eddypro_reference/DE-HoH" / name / "eddypro_binned_cospectra").glob("*.csv")
    reference = pd.read_csv(file, skiprows=11, na_values=["-9999.0"])
    reference.columns = reference.columns.str.strip()
    [row] = table_by_period(fluxnet_path(folder, f"DE-HoH/{name}")).values()
    lags = {"ts": 0.0, "co2": float(row["CO2_TLAG_USED"]), "h2o": float(row["H2O_TLAG_USED"])}
    clean = despiked(hohes_holz(folder))
    with xr.open_dataset(path) as ours:
        for series, lag in lags.items():
            values = shifted(clean[series].values, round(lag * 20))[: 2**15]
            scaled = ours[f"S_{series}"][0].to_numpy()[:50] / reference[f"f_nat*spec({series})/var({series})"].to_numpy()
            assert np.nanmedian(scaled) == pytest.approx(np.var(values), rel=1e-3)
