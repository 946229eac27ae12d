"""Degraded covariances and the model fitted to them: EddyPro's numbers, known parameters, nodes against lines."""

from __future__ import annotations

import numpy as np
import pytest
import spectral_geometry as geometry
from eddypro_results import fluxnet
from icos_ecosystem.spectral.assessment_file import read_spectral_assessment
from icos_ecosystem.spectral.attenuation_model import CUT_OFFS, degraded_covariances, fit_attenuation_model
from icos_ecosystem.spectral.factors import ibrom_factor
from icos_ecosystem.spectral.nodes import condense, node_frequencies
from spectral_samples import full_cospectrum

REFERENCE = "ecosystem_raw/eddypro_reference"
COLUMNS = [f"W_T_SONIC_COV_IBROM_N{round(1000 * cut_off):04d}" for cut_off in CUT_OFFS]
RUNS = [
    ("DE-HoH/adv_fratini12_pf", "20190730-1200", 0),
    ("DE-HoH/adv_km01_cw_foken9", "20190730-1200", 0),
    ("DE-HoH/adv_m97_ba_dr_vm97_alltests", "20190730-1200", 0),
    ("DE-HoH/adv_m97_ld_dr_m13", "20190730-1200", 0),
    ("gebesee_ghg/mixing_ratio", "20161211-2030", 0),
    ("gebesee_ghg/mixing_ratio", "20161211-2100", 1),
]


@pytest.mark.realdata
@pytest.mark.parametrize("condensed", [False, True])
@pytest.mark.parametrize(("run", "stamp", "row"), RUNS)
def test_eddypros_degraded_covariances(real_data, run, stamp, row, condensed):
    """EddyPro filters each line, and the constant, with the frequency of the next line."""
    table = fluxnet(real_data, run).iloc[[row]]
    cospectrum = full_cospectrum(real_data / REFERENCE / run / f"eddypro_full_cospectra/{stamp}_full_cospectra.csv.gz")
    step = cospectrum.frequency[0]
    frequency, lines = cospectrum.frequency, cospectrum.lines
    if condensed:
        frequency, lines = node_frequencies(len(lines), step), condense(lines)
    theirs = table["W_T_SONIC_COV_IBROM"].to_numpy()
    covariance, degraded = degraded_covariances(
        node_frequency=frequency, node_weight=lines[None], mean_product=theirs - cospectrum.covariance, line_shift=step
    )
    # The sixth digit of what is compared, of what the mean product was made of, and of every line of the cospectrum.
    printed = 10.0 ** (np.floor(np.log10(np.abs(theirs[0]))) - 5) + 5e-6 * np.abs(cospectrum.lines).sum()
    np.testing.assert_allclose(covariance, theirs, rtol=0, atol=printed)
    np.testing.assert_allclose(degraded, table[COLUMNS].to_numpy(), rtol=0, atol=printed)


@pytest.mark.realdata
def test_the_model_of_finse(real_data):
    table = fluxnet(real_data, "finse/icos_pf_fratini")
    folder = real_data / REFERENCE / "finse/icos_pf_fratini/eddypro_spectral_analysis"
    theirs = read_spectral_assessment(folder / "eddypro_finse_spectral_assessment.txt").model
    conditions = geometry.conditions(table)
    # Nine samples of one half hour are missing, which makes its cospectrum thrice its covariance: EddyPro leaves it out somehow.
    whole = (table["CO2_NR"] == 18_000).to_numpy()
    covariance = np.where(whole, table["W_T_SONIC_COV_IBROM"], np.nan)
    ours = fit_attenuation_model(
        covariance=covariance,
        degraded=table[COLUMNS].to_numpy(),
        wind_speed=conditions["wind_speed"],
        stability=conditions["stability"],
    )
    assert (ours.unstable, ours.stable) == (83, 37)
    np.testing.assert_allclose(ours.model.stable, theirs.stable, rtol=4e-4)
    np.testing.assert_allclose(ours.model.unstable, theirs.unstable, rtol=5e-3)
    # What matters is the factor, at the cut-offs of these gases.
    for cut_off in (0.1, 0.6):
        given = {"cut_off": cut_off, "wind_speed": conditions["wind_speed"], "stability": conditions["stability"]}
        np.testing.assert_allclose(ibrom_factor(**given, model=ours.model), ibrom_factor(**given, model=theirs), rtol=2.5e-3)


def test_known_parameters_are_found():
    rng = np.random.default_rng(5)
    n = 60
    wind, zeta = rng.uniform(1.0, 7.0, n), rng.normal(0.0, 0.3, n)
    c1 = np.where(zeta > 0, 0.02, 0.01)[:, None]
    c2 = np.where(zeta > 0, 0.011, 0.005)[:, None]
    covariance = rng.uniform(0.02, 0.3, n) * np.where(zeta > 0, -1.0, 1.0)
    degraded = covariance[:, None] / (c1 * wind[:, None] / (c2 + CUT_OFFS) + 1.0)
    degraded[0] = covariance[0]
    degraded[0, 4] *= 1.1  # falls with a lower cut-off: stays out
    covariance[1] = np.nan
    found = fit_attenuation_model(covariance=covariance, degraded=degraded, wind_speed=wind, stability=zeta)
    np.testing.assert_allclose(found.model.unstable, (0.01, 0.005), rtol=1e-6)
    np.testing.assert_allclose(found.model.stable, (0.02, 0.011), rtol=1e-6)
    assert found.unstable + found.stable == n - 2


def test_a_class_without_periods_takes_the_other_and_nothing_gives_nothing():
    wind, covariance = np.linspace(1.0, 5.0, 20), np.linspace(0.1, 0.2, 20)
    degraded = covariance[:, None] / (0.01 * wind[:, None] / (0.005 + CUT_OFFS) + 1.0)
    given = {"covariance": covariance, "degraded": degraded, "wind_speed": wind}
    found = fit_attenuation_model(**given, stability=np.full(20, -0.1))
    assert (found.unstable, found.stable) == (20, 0)
    assert found.model.stable == found.model.unstable
    assert fit_attenuation_model(**given, stability=np.full(20, -0.1), least_periods=21).model is None


def test_a_cospectrum_of_one_line_is_degraded_by_the_amplitude():
    covariance, degraded = degraded_covariances(node_frequency=np.array([0.614]), node_weight=np.array([[3.0]]))
    assert covariance.tolist() == [3.0]
    assert degraded.shape == (1, 9)
    assert degraded[0, 1] == pytest.approx(3.0 / np.sqrt(2.0))
