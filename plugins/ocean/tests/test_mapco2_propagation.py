"""First-order propagation of the calibrator `mapco2` against draws, one error at a time and all together.

Every cycle is a draw: errors that a deployment shares are drawn for each cycle anew. The span factor is that of the own cycle, so that
cycles do not mix.
"""

import numpy as np
import pytest
from icos_ocean.calibration.mapco2_drying import saturation_vapour_pressure
from test_mapco2_calibrator import AIR, CHECK, SPAN_DRY, WATER, calibrated, cycles

DRAWS = 10_000
SPAN = 500.0
NOTHING = {
    "sst": 0.0,
    "salinity": 0.0,
    "analyser_pressure": 0.0,
    "sea_level_pressure": 0.0,
    "instrument": 0.0,
    "span_setting": 0.0,
    "humidity": 0.0,
    "humidity_rounding": 0.0,
    "reading": 0.0,
    "temperature_coefficient": 0.0,
    "variability": {"air": 0.0},
}
ERRORS = {
    "reading": ({"reading": 0.8}, ("sample", "interpolation")),
    "instrument": ({"instrument": 1.5}, ("instrument",)),
    "humidity": ({"humidity": 3.0}, ("drying",)),
    "humidity_rounding": ({"humidity_rounding": 1.0}, ("sample",)),
    "span_gas": ({"span_gas": 1.0}, ("standards",)),
    "analyser_pressure": ({"analyser_pressure": 3.0}, ("pressure",)),
    "sst": ({"sst": 0.8}, ("temperature",)),
    "all": (
        {
            "reading": 0.4,
            "instrument": 0.8,
            "humidity": 1.5,
            "humidity_rounding": 0.3,
            "span_gas": 0.4,
            "analyser_pressure": 1.0,
            "sst": 0.3,
        },
        (),
    ),
}


def drawn(errors):
    """Cycles of an instrument with such errors, without noise in what is true of them, and the options that state them."""
    random = np.random.default_rng(11)
    stated = NOTHING | {name: value for name, value in errors.items() if name != "span_gas"}

    def error(name, shape=(DRAWS, 1)):
        return errors.get(name, 0.0) * random.standard_normal(shape)

    humidity = np.full(10, 30.0)
    humidity[[WATER, AIR]] = 66.0, 64.0
    moist = 1 - saturation_vapour_pressure(25.0) * (humidity - 30.0) / 100 / 1013.25
    gas = np.array([0, 0, 0, SPAN, SPAN, SPAN, 400, 400, 410, 410.0]) * np.ones((DRAWS, 1))
    gas[:, 6:] += error("instrument")
    # The analyser was set to read the stated value of a gas that has another one.
    wet = gas * moist * SPAN / (SPAN + error("span_gas"))
    wet[:, 3:6] = SPAN
    wet += error("reading", (DRAWS, 10))
    humidities = humidity + error("humidity_rounding", (DRAWS, 10))
    humidities[:, 6:] += error("humidity")
    stream = cycles(
        DRAWS,
        xco2_wet=wet,
        relative_humidity=humidities,
        humidity_temperature=25.0,
        analyser_pressure=1013.25 + error("analyser_pressure"),
        sst=15.0 + error("sst"),
    )
    options = {
        "uncertainty": stated,
        "span_gases": [{"xco2": SPAN, "uncertainty": errors.get("span_gas", 0.0)}],
        "span_interpolation": "cycle",
    }
    return stream, options


@pytest.mark.parametrize("name", list(ERRORS))
def test_what_is_stated_is_what_is_drawn(name):
    errors, terms = ERRORS[name]
    stream, options = drawn(errors)
    _, found = calibrated(stream, **options)
    for variable, point in (("fco2", WATER), ("xco2", WATER), ("xco2_air", AIR)):
        stated = found[f"{variable}_uncertainty"][:, point]
        spread = found[variable][:, point].std()
        # The standard deviation of so many draws is known to 0.7 %. What the pressure does to drying is left out: 0.005 µmol mol⁻¹ per hPa.
        left_out = 0.005 * errors.get("analyser_pressure", 0.0)
        assert spread == pytest.approx(np.sqrt(np.mean(stated**2)), rel=0.03, abs=left_out + 1e-6), variable
    if terms:
        total = found["fco2_uncertainty"][:, WATER]
        parts = np.sqrt(sum(found[f"fco2_uncertainty_{term}"][:, WATER] ** 2 for term in terms))
        np.testing.assert_allclose(parts, total, rtol=1e-9)


def test_the_right_points_of_a_cycle_matter():
    """A change in a reading that is no sample, neither span gas nor its humidity changes nothing."""
    stream, options = drawn({})
    few = stream.isel(time=slice(0, 30))
    _, found = calibrated(few, **options)
    for point in set(range(10)) - {SPAN_DRY, CHECK, WATER, AIR}:
        changed = few.copy(deep=True)
        for name in ("xco2_wet", "relative_humidity", "analyser_pressure", "humidity_temperature"):
            changed[name].values[point::10] += 5.0
        _, other = calibrated(changed, **options)
        np.testing.assert_array_equal(other["fco2"], found["fco2"])
        np.testing.assert_array_equal(other["xco2_air"], found["xco2_air"])
