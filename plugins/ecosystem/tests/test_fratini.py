"""Factors of gases from own cospectra: EddyPro's numbers, and when another method takes over."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import spectral_geometry as geometry
from eddypro_results import fluxnet
from icos_ecosystem.series.despiking import despike_vickers_mahrt
from icos_ecosystem.spectral.assessment_file import read_spectral_assessment
from icos_ecosystem.spectral.factors import ibrom_factor
from icos_ecosystem.spectral.filters import Anemometer
from icos_ecosystem.spectral.fratini import LIMITS, FratiniLimits, Origin, choose_factor, fratini_factor
from icos_ecosystem.spectral.nodes import condense, node_frequencies
from icos_ecosystem.spectral.separation_loss import along_and_across, separation_loss_factor
from spectral_samples import full_cospectrum

# Half a unit of the sixth printed digit of a factor just above one.
PRINTED = 5.01e-6


def apart(table, gas):
    away = geometry.distances(table, gas)
    vertical = away.pop("vertical")
    along, across = along_and_across(**away, wind_direction=table["WD"].to_numpy())
    conditions = geometry.conditions(table)
    return separation_loss_factor(
        along=along, across=across, vertical=vertical, height=conditions["height"], stability=conditions["stability"]
    )


@pytest.mark.realdata
@pytest.mark.parametrize("condensed", [False, True])
@pytest.mark.parametrize(("gas", "column"), [("co2", "FC_SCF"), ("h2o", "FH2O_SCF")])
def test_the_factor_of_the_icos_like_run(real_data, gas, column, condensed):
    run = real_data / "ecosystem_raw/eddypro_reference/DE-HoH/adv_fratini12_pf"
    table = fluxnet(real_data, "DE-HoH/adv_fratini12_pf")
    cospectrum = full_cospectrum(run / "eddypro_full_cospectra/20190730-1200_full_cospectra.csv.gz")
    assessment = read_spectral_assessment(real_data / "ecosystem_raw/rflux_DE-HoH/spectral_assessment.txt")
    lines = cospectrum.lines / geometry.high_pass(table).transfer(cospectrum.frequency)
    frequency = cospectrum.frequency
    if condensed:
        lines, frequency = condense(lines), node_frequencies(len(lines), frequency[0])
    wind = geometry.conditions(table)["wind_speed"]
    cut_off = assessment.cut_off(gas, month=np.array([7]), relative_humidity=table["RH_EP"].to_numpy())
    factor = fratini_factor(
        node_frequency=frequency, node_weight=lines[None], cut_off=cut_off, wind_speed=wind, anemometer=geometry.anemometer(table)
    )
    np.testing.assert_allclose(factor * apart(table, gas), table[column], rtol=PRINTED)


@pytest.mark.realdata
@pytest.mark.parametrize(("gas", "column", "flux"), [("co2", "FC", "FC_UNCORR"), ("h2o", "FH2O", "LE_UNCORR")])
def test_weak_half_hours_take_the_other_method_exactly_where_eddypro_does(real_data, gas, column, flux):
    table = fluxnet(real_data, "finse/icos_pf_fratini")
    folder = real_data / "ecosystem_raw/eddypro_reference/finse/icos_pf_fratini/eddypro_spectral_analysis"
    assessment = read_spectral_assessment(folder / "eddypro_finse_spectral_assessment.txt")
    conditions = geometry.conditions(table)
    cut_off = assessment.cut_off(gas, month=np.full(len(table), 7), relative_humidity=table["RH_EP"].to_numpy())
    other = apart(table, gas) * ibrom_factor(
        cut_off=cut_off, wind_speed=conditions["wind_speed"], stability=conditions["stability"], model=assessment.model
    )
    # The table does not hold the own cospectra, but what EddyPro made of them.
    chosen = choose_factor(
        own=np.full(len(table), 1.2),
        other=other,
        flux=table[flux].to_numpy(),
        heat_flux=table["H_UNCORR"].to_numpy(),
        limits=LIMITS[gas],
    )
    theirs = table[f"{column}_SCF"].to_numpy()
    weak = chosen.origin != Origin.OWN_COSPECTRUM
    assert weak.sum() == {"co2": 47, "h2o": 53}[gas]
    np.testing.assert_allclose(chosen.factor[weak], theirs[weak], rtol=PRINTED)
    assert (np.abs(other[~weak] / theirs[~weak] - 1.0) > 0.01).all()


def test_one_first_order_filter_on_a_cospectrum_of_one_line():
    found = fratini_factor(node_frequency=np.array([0.5]), node_weight=np.array([[2.0], [-3.0]]), cut_off=np.array([0.5, 0.25]))
    np.testing.assert_allclose(found, [2.0, 5.0])


def test_the_anemometers_own_filter_is_undone_first():
    frequency = np.geomspace(0.01, 5.0, 50)
    sonic = Anemometer(vertical_path=0.2, horizontal_path=0.1, response_time=0.05)
    wind = np.array([1.0, 4.0])
    true = np.exp(-frequency) * np.ones((2, 1))
    seen = true * sonic.transfer(frequency, wind[:, None]) ** 2
    found = fratini_factor(node_frequency=frequency, node_weight=seen, cut_off=0.3, wind_speed=wind, anemometer=sonic)
    np.testing.assert_allclose(found, fratini_factor(node_frequency=frequency, node_weight=true, cut_off=0.3), rtol=1e-12)
    with pytest.raises(ValueError, match="needs wind_speed"):
        fratini_factor(node_frequency=frequency, node_weight=seen, cut_off=0.3, anemometer=sonic)


def test_a_half_hour_without_cospectrum_or_covariance_has_no_factor():
    found = fratini_factor(node_frequency=np.array([0.1, 1.0]), node_weight=np.array([[np.nan, 1.0], [0.0, 0.0]]), cut_off=1.0)
    assert np.isnan(found).all()


def test_every_reason_has_its_code():
    own = np.array([1.1, np.nan, 1.1, 1.1, 1.1, 0.8, 5.0, 19.9])
    heat = np.array([20.0, 50.0, -19.9, np.nan, 50.0, 50.0, 50.0, 50.0])
    flux = np.array([-2.0, 5.0, 5.0, 5.0, 1.9, 5.0, 5.0, 5.0])
    chosen = choose_factor(own=own, other=np.full(8, 9.0), flux=flux, heat_flux=heat, limits=FratiniLimits(flux=2.0))
    assert [Origin(code).name for code in chosen.origin] == [
        "OWN_COSPECTRUM",
        "NO_COSPECTRUM",
        "WEAK_HEAT_FLUX",
        "WEAK_HEAT_FLUX",
        "WEAK_GAS_FLUX",
        "OUT_OF_RANGE",
        "OUT_OF_RANGE",
        "OUT_OF_RANGE",
    ]
    np.testing.assert_array_equal(chosen.factor, [1.1, *[9.0] * 7])
    wider = choose_factor(own=own[-1:], other=np.ones(1), flux=np.full(1, 30.0), heat_flux=heat[-1:], limits=LIMITS["h2o"])
    assert wider.factor[0] == 19.9


# Rows of the planes that turn w upright, by sector of 90 degrees, from the run's own planar-fit file.
UPRIGHT = {3: (0.023613, -0.020400, 0.999513), 4: (0.046927, -0.012878, 0.998815)}


@pytest.mark.realdata
@pytest.mark.parametrize("row", [12, 44, 56, 68, 96, 112])
def test_factors_from_the_raw_wind_of_finse(real_data, row):
    table = fluxnet(real_data, "finse/icos_pf_fratini").iloc[[row]]
    raw = sorted((real_data / "ecosystem_raw/ec_analyze/raw").glob("*.csv.gz"))[row]
    samples = pd.read_csv(raw, usecols=[1, 2, 3, 4], dtype=np.float32).to_numpy(dtype=np.float64).T
    u, v, w, temperature = (
        despike_vickers_mahrt(np.ascontiguousarray(each), limit, window=3000)[0]
        for each, limit in zip(samples, (3.5, 3.5, 5.0, 3.5), strict=True)
    )
    upright = np.array(UPRIGHT[int(table["WD"].iloc[0] // 90) + 1]) @ np.array([u, v, w])
    n = 16_384
    transforms = [np.fft.rfft(each[:n] - each.mean())[1:] for each in (upright, temperature)]
    lines = (transforms[0] * transforms[1].conj()).real
    frequency = np.arange(1, n // 2 + 1) * 10.0 / n
    weight = condense(lines / geometry.high_pass(table).transfer(frequency))
    folder = real_data / "ecosystem_raw/eddypro_reference/finse/icos_pf_fratini/eddypro_spectral_analysis"
    assessment = read_spectral_assessment(folder / "eddypro_finse_spectral_assessment.txt")
    for gas, column in (("co2", "FC_SCF"), ("h2o", "FH2O_SCF")):
        factor = fratini_factor(
            node_frequency=node_frequencies(n // 2, frequency[0]),
            node_weight=weight[None],
            cut_off=assessment.cut_off(gas, month=np.array([7]), relative_humidity=table["RH_EP"].to_numpy()),
            wind_speed=geometry.conditions(table)["wind_speed"],
            anemometer=geometry.anemometer(table),
        )
        # EddyPro transforms in 32 bits, and its planes are printed in six decimals.
        np.testing.assert_allclose(factor * apart(table, gas), table[column], rtol=5e-5)
