"""Uncertainty of fCO2 against the published sensitivities, central differences and Monte Carlo."""

import numpy as np
import pytest
from icos_ocean.fco2_uncertainty import OWN_TERMS, FillingUncertainty, fco2_sensitivities, fco2_uncertainty
from icos_ocean.seawater_co2 import fco2_at_sst
from icos_ocean.temperature_correction import METHODS

POINT = {"xco2": 380.0, "pressure": 1013.25, "equilibrator_temperature": 10.3, "salinity": 35.0, "sst": 10.0}
DRAWS = 40_000


@pytest.mark.parametrize(
    ("name", "change", "effect", "rounding"),
    [
        ("xco2", 1.0, 0.972, 5e-4),
        ("equilibrator_temperature", 0.05, -0.794, 5e-4),
        ("sst", 0.05, 0.782, 5e-4),
        ("pressure", 2.0, 0.735, 5e-4),
        ("salinity", 1.0, 0.0025, 5e-5),
    ],
)
def test_published_sensitivities(name, change, effect, rounding):
    changed = fco2_at_sst(**{**POINT, name: POINT[name] + change}) - fco2_at_sst(**POINT)
    assert changed == pytest.approx(effect, abs=rounding)
    by = fco2_sensitivities(**POINT)
    assert by.fco2 == pytest.approx(369.2393, abs=5e-5)
    # The printed changes are one-sided: 0.05 °C of an exponential of 0.0423 per °C carries 0.0423 × 0.05 / 2 of curvature.
    assert getattr(by, name) * change == pytest.approx(effect, abs=rounding + 0.0423 * 0.05 / 2 * abs(effect))


def test_published_budget():
    # u² = (0.972 u_x)² + (15.7 u_dT)² + (0.37 u_P)² + (u_coefficient dT f)²; an error of SST alone is an error of dT.
    result = fco2_uncertainty(
        **POINT,
        xco2_terms={"xco2": 0.5},
        pressure_uncertainty=2.0,
        equilibrator_temperature_uncertainty=0.0,
        sst_uncertainty=0.03,
        salinity_uncertainty=0.0,
        coefficient_uncertainty=0.001,
    )
    expected = {
        "xco2": 0.972 * 0.5,
        "temperature": 15.7 * 0.03,
        "pressure": 0.37 * 2.0,
        "salinity": 0.0,
        "method": 0.001 * 0.3 * 369.2393,
        "filling": 0.0,
    }
    assert list(result.terms) == list(expected)
    for name, value in expected.items():
        assert result.terms[name] == pytest.approx(value, rel=0.01)
    assert result.total == pytest.approx(np.sqrt(sum(v**2 for v in expected.values())), rel=0.01)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("gas_constant", [82.0575, 82.057])
def test_sensitivities_agree_with_central_differences(method, gas_constant):
    rng = np.random.default_rng(50)
    t = rng.uniform(-1, 30, 300)
    point = {
        "xco2": rng.uniform(150, 900, 300),
        "pressure": rng.uniform(950, 1045, 300),
        "equilibrator_temperature": t,
        "salinity": rng.uniform(5, 38, 300),
        "sst": t - rng.uniform(-2, 2, 300),
    }
    options = {"method": method, "gas_constant": gas_constant}
    by = fco2_sensitivities(**point, **options)
    np.testing.assert_allclose(by.fco2, fco2_at_sst(**point, **options), rtol=1e-13)
    for name, value in point.items():
        step = 0.02
        # Fourth order: a second-order difference wide enough to be free of rounding would be off by more than 1e-6.
        near = fco2_at_sst(**{**point, name: value + step}, **options) - fco2_at_sst(**{**point, name: value - step}, **options)
        far = fco2_at_sst(**{**point, name: value + 2 * step}, **options) - fco2_at_sst(**{**point, name: value - 2 * step}, **options)
        np.testing.assert_allclose(getattr(by, name), (8 * near - far) / (12 * step), rtol=1e-6, atol=1e-9)
    given = METHODS[method].coefficient
    if given is not None:
        above, below = (fco2_at_sst(**point, **options, coefficient=given * (1 + sign * 1e-4)) for sign in (1, -1))
        np.testing.assert_allclose(by.coefficient, (above - below) / (2e-4 * given), rtol=1e-6, atol=1e-12)


def test_no_co2_has_no_fugacity_but_a_sensitivity():
    by = fco2_sensitivities(**{**POINT, "xco2": 0.0})
    assert by.fco2 == 0.0
    assert by.xco2 == pytest.approx(0.972, abs=5e-4)


@pytest.mark.parametrize("correlation", [-1.0, -0.3, 0.0, 0.8, 1.0])
def test_correlated_temperature_errors(correlation):
    by = fco2_sensitivities(**POINT)
    result = fco2_uncertainty(
        **POINT,
        xco2_terms={},
        pressure_uncertainty=0.0,
        equilibrator_temperature_uncertainty=0.04,
        sst_uncertainty=0.05,
        salinity_uncertainty=0.0,
        temperature_correlation=correlation,
    )
    a, b = by.equilibrator_temperature * 0.04, by.sst * 0.05
    assert result.terms["temperature"] == pytest.approx(np.sqrt(a**2 + b**2 + 2 * correlation * a * b), rel=1e-12)


def test_errors_of_a_common_reference_cancel():
    common = {"equilibrator_temperature_uncertainty": 0.05, "sst_uncertainty": 0.05}
    others = {"xco2_terms": {}, "pressure_uncertainty": 0.0, "salinity_uncertainty": 0.0}
    cancelled = fco2_uncertainty(**POINT, **common, **others, temperature_correlation=1.0)
    warmer, colder = (fco2_at_sst(**{**POINT, "equilibrator_temperature": 10.3 + s, "sst": 10.0 + s}) for s in (0.05, -0.05))
    assert cancelled.terms["temperature"] == pytest.approx(abs(warmer - colder) / 2, rel=1e-5)
    # What is left is the vapour pressure, far below the 0.8 µatm of either probe alone.
    assert cancelled.terms["temperature"] < 0.02


@pytest.mark.parametrize("method", METHODS)
def test_first_order_agrees_with_monte_carlo(method):
    rng = np.random.default_rng(51)
    point = {**POINT, "sst": 9.6}
    uncertainty = {
        "standards": 0.15,
        "sample": 0.3,
        "equilibrator_temperature": 0.05,
        "sst": 0.06,
        "pressure": 1.5,
        "salinity": 0.4,
        "coefficient": METHODS[method].coefficient_uncertainty,
    }
    correlation = 0.6
    first_order = fco2_uncertainty(
        **point,
        xco2_terms={name: uncertainty[name] for name in ("standards", "sample")},
        pressure_uncertainty=uncertainty["pressure"],
        equilibrator_temperature_uncertainty=uncertainty["equilibrator_temperature"],
        sst_uncertainty=uncertainty["sst"],
        salinity_uncertainty=uncertainty["salinity"],
        temperature_correlation=correlation,
        method=method,
    )
    common, own = rng.normal(size=(2, DRAWS))
    draws = {
        "standards": {"xco2": rng.normal(0, uncertainty["standards"], DRAWS)},
        "sample": {"xco2": rng.normal(0, uncertainty["sample"], DRAWS)},
        "temperature": {
            "equilibrator_temperature": uncertainty["equilibrator_temperature"] * common,
            "sst": uncertainty["sst"] * (correlation * common + np.sqrt(1 - correlation**2) * own),
        },
        "pressure": {"pressure": rng.normal(0, uncertainty["pressure"], DRAWS)},
        "salinity": {"salinity": rng.normal(0, uncertainty["salinity"], DRAWS)},
    }
    together = dict.fromkeys(point, 0.0)
    for name, errors in draws.items():
        spread = fco2_at_sst(**{**point, **{key: point[key] + error for key, error in errors.items()}}, method=method).std()
        assert first_order.terms[name] == pytest.approx(spread, rel=0.03)
        for key, error in errors.items():
            together[key] = together[key] + error
    drawn = fco2_at_sst(**{key: point[key] + error for key, error in together.items()}, method=method)
    given = METHODS[method].coefficient
    if given is not None:
        of_method = [
            fco2_at_sst(**point, method=method, coefficient=given + error) for error in rng.normal(0, uncertainty["coefficient"], 10_000)
        ]
        assert first_order.terms["method"] == pytest.approx(np.std(of_method), rel=0.03)
    without_method = np.sqrt(first_order.total**2 - first_order.terms["method"] ** 2)
    assert without_method == pytest.approx(drawn.std(), rel=0.03)


def test_what_filling_adds_is_a_term_of_its_own():
    stated = {
        "xco2_terms": {},
        "pressure_uncertainty": 1.0,
        "equilibrator_temperature_uncertainty": 0.02,
        "sst_uncertainty": 0.03,
        "salinity_uncertainty": 0.1,
    }
    by = fco2_sensitivities(**POINT)
    measured = fco2_uncertainty(**POINT, **stated)
    assert measured.terms["filling"] == 0.0
    parts = {"sst": 0.04, "equilibrator_temperature": 0.07, "salinity": 0.5, "pressure": 0.8}
    for chosen in [*([name] for name in parts), list(parts)]:
        filled = fco2_uncertainty(**POINT, **stated, filling=FillingUncertainty(**{name: parts[name] for name in chosen}))
        expected = np.sqrt(sum((getattr(by, name) * parts[name]) ** 2 for name in chosen))
        assert filled.terms["filling"] == pytest.approx(expected, rel=1e-12)
        for name in ("temperature", "pressure", "salinity", "method"):
            assert filled.terms[name] == measured.terms[name]
        assert filled.total == pytest.approx(np.hypot(measured.total, expected), rel=1e-12)


def test_total_is_the_root_of_the_squares_and_series_equal_single_rows():
    rng = np.random.default_rng(52)
    n = 20_000
    t = rng.uniform(0, 30, n)
    rows = {"xco2": rng.uniform(200, 600, n), "pressure": rng.uniform(960, 1040, n), "equilibrator_temperature": t, "sst": t - 0.3}
    drifting = rng.uniform(0, 0.5, n)
    rows["xco2"][77] = np.nan

    def evaluate(cut):
        return fco2_uncertainty(
            **{name: value[cut] for name, value in rows.items()},
            salinity=35.0,
            xco2_terms={"standards": 0.2, "interpolation": drifting[cut]},
            pressure_uncertainty=1.0,
            equilibrator_temperature_uncertainty=0.02,
            sst_uncertainty=0.03,
            salinity_uncertainty=0.1,
        )

    whole = evaluate(slice(None))
    assert tuple(whole.terms) == ("standards", "interpolation", *OWN_TERMS)
    np.testing.assert_allclose(whole.total, np.sqrt(sum(term**2 for term in whole.terms.values())), rtol=1e-14)
    assert np.flatnonzero(np.isnan(whole.total)).tolist() == [77]
    assert all((term[np.arange(n) != 77] >= 0.0).all() for term in whole.terms.values())
    for i in (0, 8191, 8192, n - 1):
        alone = evaluate(slice(i, i + 1))
        assert whole.total[i] == pytest.approx(alone.total[0], rel=1e-13)


def test_mistakes_are_named():
    uncertainties = {
        "pressure_uncertainty": 1.0,
        "equilibrator_temperature_uncertainty": 0.02,
        "sst_uncertainty": 0.03,
        "salinity_uncertainty": 0.1,
    }
    with pytest.raises(ValueError, match=r"temperature_correlation must lie between -1 and 1, got 1\.5"):
        fco2_uncertainty(**POINT, **uncertainties, xco2_terms={}, temperature_correlation=1.5)
    with pytest.raises(ValueError, match="must not be among temperature, pressure, salinity, method, filling, got pressure"):
        fco2_uncertainty(**POINT, **uncertainties, xco2_terms={"pressure": 0.1})
    with pytest.raises(ValueError, match="unknown temperature correction 'takahashi'"):
        fco2_uncertainty(**POINT, **uncertainties, xco2_terms={}, method="takahashi")
