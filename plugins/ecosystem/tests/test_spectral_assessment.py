"""Cut-offs of analysers from ensembles of spectra: EddyPro's of Finse, and filters that are known."""

from __future__ import annotations

import numpy as np
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.spectral.assessment import (
    LIMITS,
    AssessmentOptions,
    assess_gas,
    assess_water_vapour,
    humidity_class,
    usable_periods,
)
from icos_ecosystem.spectral.assessment_file import read_spectral_assessment
from icos_ecosystem.spectral.cut_off_fit import HUMIDITY_CLASSES, fit_cut_off, fit_humidity, remove_noise, water_vapour_cut_off
from spectral_samples import binned_spectra, ensemble_spectra

FINSE = "ecosystem_raw/eddypro_reference/finse/icos_pf_fratini"
OPTIONS = AssessmentOptions(least_periods=3, highest_frequency=5.0)


@pytest.fixture(scope="module")
def finse(pytestconfig):
    """Return table, spectra and assessment of the 127 half hours."""
    from icos_core.testing.real_data import folder_of_real_data

    root = folder_of_real_data(pytestconfig)
    table = fluxnet(root, "finse/icos_pf_fratini")
    spectra = binned_spectra(root / FINSE / "eddypro_binned_cospectra")
    analysis = root / FINSE / "eddypro_spectral_analysis"
    return table, spectra, read_spectral_assessment(analysis / "eddypro_finse_spectral_assessment.txt"), analysis


def inputs(finse, gas, flux):
    table, spectra = finse[0], finse[1]
    spectrum = spectra[f"f_nat*spec({gas})/var({gas})"]
    usable = usable_periods(
        friction_velocity=table["USTAR_UNCORR"].to_numpy(),
        heat_flux=table["H_UNCORR"].to_numpy(),
        flux=table[flux].to_numpy(),
        spectrum=spectrum,
        limits=LIMITS[gas],
    )
    return {
        "frequency": spectra["natural_frequency"][0],
        "lines": spectra["#_freq"][0],
        "temperature": spectra["f_nat*spec(ts)/var(ts)"],
        "gas": spectrum,
        "usable": usable,
        "options": OPTIONS,
    }


@pytest.mark.realdata
def test_water_vapour_of_finse(finse):
    table, _, theirs, analysis = finse
    ours = assess_water_vapour(**inputs(finse, "h2o", "LE_UNCORR"), relative_humidity=table["RH_EP"].to_numpy())
    np.testing.assert_array_equal(ours.periods, theirs.water_vapour.periods)
    # EddyPro's minimiser works in 32 bits and stops early.
    np.testing.assert_allclose(ours.factor, theirs.water_vapour.factor, rtol=6e-4)
    np.testing.assert_allclose(ours.cut_off, theirs.water_vapour.cut_off, rtol=1.1e-3)
    frequency, columns = ensemble_spectra(analysis / "eddypro_finse_h2o_ensemble_spectra.csv")
    for i, ensemble in enumerate(ours.ensembles):
        temperature, gas, quiet, _ = columns[:, 4 * i : 4 * i + 4].T
        if ensemble is None:
            assert np.isnan(gas).all()
            continue
        n = len(frequency)
        np.testing.assert_allclose(ensemble.temperature[:n], temperature, rtol=5.1e-6)
        np.testing.assert_allclose(ensemble.gas[:n], gas, rtol=5.1e-6)
        np.testing.assert_allclose(ensemble.without_noise[:n], quiet, rtol=2e-4, atol=2e-6)


@pytest.mark.realdata
def test_carbon_dioxide_of_finse(finse):
    _, _, theirs, analysis = finse
    ours = assess_gas(**inputs(finse, "co2", "FC_UNCORR"), month=np.full(127, 7))
    assert ours.periods.tolist() == [75] * 12
    np.testing.assert_allclose(ours.factor, theirs.gases["co2"].factor, rtol=6e-4)
    np.testing.assert_allclose(ours.cut_off, theirs.gases["co2"].cut_off, rtol=1.6e-3)
    frequency, columns = ensemble_spectra(analysis / "eddypro_finse_passive_gases_ensemble_spectra.csv")
    [ensemble] = ours.ensembles
    np.testing.assert_allclose(ensemble.temperature[: len(frequency)], columns[:, 0], rtol=5.1e-6)
    np.testing.assert_allclose(ensemble.gas[: len(frequency)], columns[:, 1], rtol=5.1e-6)
    np.testing.assert_allclose(ensemble.without_noise[: len(frequency)], columns[:, 2], rtol=2e-4, atol=2e-5)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "least", "rtol"),
    [
        ("eddypro_reference/finse/icos_pf_fratini/eddypro_spectral_analysis/eddypro_finse_spectral_assessment.txt", 3, 5e-6),
        ("rflux_DE-HoH/spectral_assessment.txt", 10, 6e-4),
    ],
)
def test_exponents_of_humidity_from_the_printed_cut_offs(real_data, name, least, rtol):
    theirs = read_spectral_assessment(real_data / "ecosystem_raw" / name)
    ours = fit_humidity(theirs.water_vapour.cut_off, theirs.water_vapour.periods, least_periods=least)
    np.testing.assert_allclose(ours, theirs.exponents, rtol=rtol)


BINS = np.geomspace(0.001, 5.0, 45)
LINES = np.maximum(1.0, np.round(BINS * 300))
SOURCE = 0.3 * (BINS / 0.05) / (1.0 + BINS / 0.05) ** (5 / 3)


@pytest.mark.parametrize("fc", [0.05, 0.4, 1.5])
@pytest.mark.parametrize("factor", [0.8, 1.3])
def test_a_known_filter_is_found(fc, factor):
    gas = factor / (1.0 + (BINS / fc) ** 2) * SOURCE
    found = fit_cut_off(frequency=BINS, lines=LINES, temperature=SOURCE, gas=gas, lowest_frequency=0.005, highest_frequency=2.0)
    np.testing.assert_allclose(found, (factor, fc), rtol=1e-7)


def test_too_few_bins_have_no_filter():
    found = fit_cut_off(frequency=BINS, lines=LINES, temperature=SOURCE, gas=SOURCE, lowest_frequency=4.0, highest_frequency=5.0)
    assert np.isnan(found).all()


def test_noise_that_is_a_line_is_removed_whole():
    quiet = np.where(BINS > 0.8, 0.0, SOURCE)
    noisy = quiet + BINS * (0.05 - 0.004 * BINS)
    found = remove_noise(frequency=BINS, lines=LINES, spectrum=noisy, above=1.0)
    np.testing.assert_allclose(found, quiet, atol=1e-14)
    np.testing.assert_array_equal(remove_noise(frequency=BINS, lines=LINES, spectrum=noisy, above=4.9), noisy)


def test_weak_half_hours_and_spectra_above_their_variance_stay_out():
    spectrum = np.full((7, 3), 0.2)
    spectrum[4, 1] = 1.01
    spectrum[5] = np.nan
    usable = usable_periods(
        friction_velocity=np.array([0.3, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3]),
        heat_flux=np.array([-50.0, 50.0, 20.0, 50.0, 50.0, 50.0, np.nan]),
        flux=np.array([-5.0, 5.0, 5.0, 2.0, 5.0, 5.0, 5.0]),
        spectrum=spectrum,
        limits=LIMITS["co2"],
    )
    assert usable.tolist() == [True, False, False, False, False, False, False]


def test_classes_of_humidity():
    humidity = np.array([4.9, 5.0, 14.9, 15.0, 94.9, 95.0, np.nan])
    assert humidity_class(humidity).tolist() == [-1, 0, 0, 1, 8, -1, -1]


def synthetic(n=40):
    """Return half hours of which each has the filter of its humidity."""
    humidity = np.linspace(31.0, 89.0, n)
    middles = HUMIDITY_CLASSES[humidity_class(humidity)]
    cut_off = water_vapour_cut_off(np.array([-4.0, 2.0, -0.5]), middles)
    gas = SOURCE / (1.0 + (BINS / cut_off[:, None]) ** 2)
    return humidity, np.broadcast_to(SOURCE, gas.shape), gas


def test_a_class_without_half_hours_takes_the_next_one_above_else_below():
    humidity, temperature, gas = synthetic()
    usable = ~((humidity > 45.0) & (humidity < 65.0))
    common = {"frequency": BINS, "lines": LINES, "temperature": temperature, "gas": gas, "relative_humidity": humidity}
    options = AssessmentOptions(least_periods=1, noise_above=None)
    found = assess_water_vapour(**common, usable=usable, options=options)
    truth = water_vapour_cut_off(np.array([-4.0, 2.0, -0.5]), HUMIDITY_CLASSES.astype(float))
    np.testing.assert_allclose(found.cut_off, truth[[2, 2, 2, 3, 6, 6, 6, 7, 8]], rtol=1e-6)
    lower = assess_water_vapour(**common, usable=usable & (humidity < 75.0), options=options)
    np.testing.assert_allclose(lower.cut_off[6:], truth[6], rtol=1e-6)
    nothing = assess_water_vapour(**common, usable=np.zeros_like(usable), options=options)
    assert np.isnan(nothing.cut_off).all()


def test_the_course_with_humidity_is_found_and_few_classes_give_their_mean():
    exponents = np.array([-4.0, 2.0, -0.5])
    cut_off = water_vapour_cut_off(exponents, HUMIDITY_CLASSES.astype(float))
    np.testing.assert_allclose(fit_humidity(cut_off, np.full(9, 10)), exponents, rtol=1e-6)
    three = np.where(np.arange(9) < 3, 10, 0)
    np.testing.assert_allclose(water_vapour_cut_off(fit_humidity(cut_off, three), np.array([20.0, 80.0])), cut_off[:3].mean())
    assert np.isnan(fit_humidity(cut_off, np.zeros(9, dtype=int))).any()


def test_months_share_the_spectra_of_their_group():
    _, temperature, gas = synthetic(24)
    month = np.repeat(np.arange(1, 13), 2)
    given = {"frequency": BINS, "lines": LINES, "temperature": temperature, "gas": gas, "usable": np.ones(24, dtype=bool)}
    found = assess_gas(
        **given, month=month, options=AssessmentOptions(least_periods=4, noise_above=None), groups=((11, 12, 1, 2), (3, 4), (5,))
    )
    assert found.periods.tolist() == [8, 8, 4, 4, 2, 0, 0, 0, 0, 0, 8, 8]
    assert found.cut_off[0] == found.cut_off[10]
    assert found.cut_off[2] > found.cut_off[0]
    assert np.isnan(found.cut_off[4:10]).all()
