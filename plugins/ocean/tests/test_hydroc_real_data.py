"""The HydroC of RV Svea and the zeroings of the OTC workshop, against the instruments' own numbers."""

import json
from datetime import timedelta

import numpy as np
import pytest
from icos_ocean.calibration.hydroc import CALIBRATOR
from icos_ocean.hydroc_signal import Polynomial, hydroc_partial_pressure, processed_signal, signal_ratio
from icos_ocean.hydroc_zero import interpolate_zeros, regress_zeros, zero_means
from icos_ocean.readers.contros_hydroc import READER
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

from icos_core.dataset import set_variable
from icos_core.running.aligning import merge_channels
from icos_core.testing import example_context

pytestmark = pytest.mark.realdata
ZERO_CYCLE = "ocean/hydroc_smhi/CO2FT_A ZeroCycle 20211205 040010.txt"
SCALE, ZERO = 6147.0, 1.4517


def read(path):
    return READER.read(path, READER.options(), example_context())


@pytest.fixture
def zeroing(real_data):
    return read(real_data / ZERO_CYCLE)


@pytest.fixture
def day(real_data):
    """All channels of one day, joined as the core joins them."""
    folder = (real_data / ZERO_CYCLE).parent
    results = {path.name: read(path) for path in sorted(folder.glob("CO2FT_A_*.txt"))}
    assert len(results) == 10
    for result in results.values():
        assert result.tally.seen == result.tally.kept == 1440
        assert result.problems == ()
    merged = merge_channels([(name, result.streams["hydroc"]) for name, result in results.items()], "hydroc", timedelta(seconds=1))
    assert merged.problems == ()
    assert merged.stream.sizes["time"] == 1440
    return merged.stream


def in_water(stream):
    """Rows with the valve and the pump at rest, and with a value of pCO2 by the instrument."""
    return (stream["zero_state"].values == 0) & (stream["flush_state"].values == 0) & np.isfinite(stream["pco2_reported"].values)


def ratio_of(stream):
    return signal_ratio(stream["signal_raw"].values, stream["signal_reference"].values)


def fitted(columns, wanted):
    matrix = np.column_stack(columns)
    scale = np.abs(matrix).max(axis=0)
    return np.linalg.lstsq(matrix / scale, wanted, rcond=None)[0] / scale


def firmware(stream):
    """Polynomial of the firmware, by least squares from its own signal, density and mole fraction."""
    density = 1013.25 / stream["analyser_pressure"].values * (stream["gas_temperature"].values + 273.15) / 273.15
    u = stream["signal_reported"].values * density
    return Polynomial(*fitted([np.ones(u.size), u, u**2], stream["xco2_wet"].values), 0.0)


def test_every_line_of_the_zeroing_is_accounted_for(zeroing):
    tally = zeroing.tally
    assert (tally.seen, tally.kept) == (1018, 860)
    # Its clock has whole seconds, and the log at times two rows in one.
    assert tally.rejected == {"same time, other values": 158}
    assert tally.by_type == {"ZERO": 90, "FLUSH": 928}


@pytest.fixture
def sheets(real_data):
    """Coefficients as somebody copied them from calibration sheets, by the date from which they are to hold."""
    return json.loads((real_data / "ocean/hydroc_smhi/calibration_data.json").read_text(encoding="utf-8"))["CO2FT-0918-001"]


def test_processed_signal_of_the_zeroing(zeroing, sheets):
    """A tenth of the scale of the calibration sheet; its zero signal is that of some calibration, not of this zeroing."""
    stream = zeroing.streams["hydroc"]
    ratio, reported = ratio_of(stream), stream["signal_reported"].values
    intercept, slope = fitted([np.ones(ratio.size), ratio], reported)
    assert intercept == pytest.approx(SCALE, abs=0.05)
    assert -intercept / slope == pytest.approx(1.45168, abs=1e-5)
    residual = reported - intercept - slope * ratio
    assert residual.std() < 0.008
    assert {each["NDIR_specific_scalefactor_F"] for each in sheets.values()} == {10 * SCALE}
    assert np.abs(processed_signal(ratio, ZERO, SCALE) - reported).max() < 0.07
    now = stream["run_type"].values == RUN_TYPES["ZERO"]
    # What the instrument takes for zero gives -65 of 6147 in gas without CO2: 1.1 % of drift that it does not know of.
    assert reported[now].mean() == pytest.approx(-66.6, abs=1.0)


def test_processed_signal_of_the_day(day):
    """The rest depends on the temperature of the detector, by 3e-5 per °C of the zero signal."""
    rows, ratio = in_water(day), ratio_of(day)
    assert np.count_nonzero(rows) == 1332
    reported = day["signal_reported"].values
    assert np.abs(processed_signal(ratio, ZERO, SCALE) - reported)[rows].max() < 0.06
    zero = 1.4516844 + 3.3e-5 * (day["sensor_temperature"].values - 47.1)
    assert np.abs(processed_signal(ratio, zero, SCALE) - reported)[rows].max() < 0.005


def test_firmware_s_mole_fraction_of_the_zeroing(zeroing):
    """Linear, quadratic and constant term, with the density of the gas on the signal: exact to the hundredths that are logged."""
    stream = zeroing.streams["hydroc"]
    polynomial = firmware(stream)
    density = 1013.25 / stream["analyser_pressure"].values * (stream["gas_temperature"].values + 273.15) / 273.15
    u = stream["signal_reported"].values * density
    assert np.abs(polynomial(u) - stream["xco2_wet"].values).max() < 0.0062
    assert polynomial.k0 == pytest.approx(64.345, abs=0.01)
    cubic = fitted([np.ones(u.size), u, u**2, u**3], stream["xco2_wet"].values)
    assert abs(cubic[3]) * u.max() ** 3 < 0.01


def test_neither_sheet_is_in_the_firmware(day, sheets):
    """By the sheets the day's pCO2 would be off by tens of µatm: the firmware holds other coefficients than either."""
    rows = in_water(day)
    largest = {}
    for date, sheet in sheets.items():
        polynomial = Polynomial(0.0, sheet["k1"], sheet["k2"], sheet["k3"])
        found = hydroc_partial_pressure(
            ratio_of(day),
            ZERO,
            10 * SCALE,
            polynomial,
            *(day[name].values for name in ("analyser_pressure", "gas_temperature", "membrane_pressure")),
        )
        largest[date] = np.abs(found.pco2 - day["pco2_reported"].values)[rows].max()
    assert min(largest.values()) > 50.0
    # Nor does any polynomial of the published form fit: it leaves µatm where the firmware's own leaves hundredths.
    S = 10.0 * day["signal_reported"].values[rows]
    g = (1013.25 / day["analyser_pressure"].values * (day["gas_temperature"].values + 273.15) / 273.15)[rows]
    wanted = (day["pco2_reported"].values * 1013.25 / day["membrane_pressure"].values)[rows]
    columns = [g * S, g * S**2, g * S**3]
    left = np.column_stack(columns) @ fitted(columns, wanted) - wanted
    assert np.abs(left).max() > 3.0


def test_instrument_s_own_pco2_is_reproduced_from_raw_channels(day, zeroing):
    """Coefficients from the log of the zeroing, applied by the calibrator to the other files: 1332 rows within 0.035 µatm."""
    polynomial = firmware(zeroing.streams["hydroc"])
    before = {"k0": float(polynomial.k0), "k1": float(polynomial.k1), "k2": float(polynomial.k2)}
    stream = day.copy()
    set_variable(stream, VOCABULARY["sst"], np.full(1440, 5.0))
    options = CALIBRATOR.options.model_validate(
        {
            "calibrations": [{"scale_factor": SCALE, "zero_ratio": 1.4516844, "density": "signal", "before": before}],
            "zero": "stated",
            "water_temperature": "sst",
        }
    )
    result = CALIBRATOR.calibrate({"hydroc": stream}, options, example_context())
    found = result.streams["hydroc"]
    difference = (found["pco2_equilibrator"] - stream["pco2_reported"]).values[in_water(stream)]
    assert difference.size == 1332
    assert np.isfinite(difference).all()
    assert np.abs(difference).max() < 0.035
    kinds = next(table for table in result.tables if table.title == "Rows").rows
    assert dict(kinds)["run type ZERO"] == 6
    assert dict(kinds)["run type FLUSH"] == 102


def test_zeros_of_the_day_drift(day):
    """Six zeroings, four hours apart, each a little above the one before."""
    stream = day.copy()
    set_variable(stream, VOCABULARY["sst"], np.full(1440, 5.0))
    sheet = {"scale_factor": 61470.0, "before": {"k1": 0.05736126, "k2": 2.472803e-6, "k3": 3.173362e-10}}
    options = CALIBRATOR.options.model_validate({"calibrations": [sheet], "water_temperature": "sst", "reported_signal_scale": 0.1})
    result = CALIBRATOR.calibrate({"hydroc": stream}, options, example_context())
    zeros = next(table for table in result.tables if table.title == "Zeroings").rows
    assert [row[0][11:16] for row in zeros] == ["00:02", "04:02", "08:02", "12:02", "16:02", "20:02"]
    ratios = [row[3] for row in zeros]
    assert ratios == sorted(ratios)
    assert ratios[0] == pytest.approx(1.46748, abs=1e-5)
    assert (ratios[-1] - ratios[0]) / ratios[0] == pytest.approx(2.0e-4, rel=0.05)


@pytest.fixture
def workshop(real_data):
    lines = (real_data / "ocean/icos_otc_workshop/part3_zero.txt").read_text(encoding="utf-8").splitlines()[1:]
    table = np.array([[float(cell) for cell in (line.split("\t")[0], *line.split("\t")[3:6])] for line in lines])
    number, raw, reference, runtime = table.T
    return runtime, number.astype(np.int64), signal_ratio(raw, reference)


def test_zero_drift_of_the_workshop(workshop):
    """74 zeroings of nine readings over 25 days of runtime; left out in turn, they are where interpolation says within what it states."""
    runtime, number, ratio = workshop
    zeros = zero_means(runtime, runtime, ratio, number, np.ones(runtime.size, dtype=bool))
    assert zeros.ratio.size == 74
    assert (zeros.readings == 9).all()
    noise = np.sqrt(np.mean(np.square(zeros.spread / zeros.ratio)))
    assert noise == pytest.approx(3.3e-5, rel=0.02)
    errors, stated = [], []
    for left_out in range(1, 73):
        others = type(zeros)(*(np.delete(each, left_out) for each in zeros))
        at = zeros.coordinate[left_out : left_out + 1]
        found = interpolate_zeros(at, at, others, noise=noise, drift_rate=2e-5)
        errors.append((zeros.ratio[left_out] - found.ratio[0]) / zeros.ratio[left_out])
        stated.append(found.uncertainty[0] / found.ratio[0])
    quiet = np.array(errors)[15:]
    assert quiet.std() < np.mean(stated)
    # Twice the sensor was switched off and moved: there the drift is no walk, and a breakpoint is due.
    assert sorted(np.argsort(np.abs(errors))[-2:] + 1) == [13, 14]


def test_regression_with_breakpoints_of_the_workshop(workshop):
    runtime, number, ratio = workshop
    zeros = zero_means(runtime, runtime, ratio, number, np.ones(runtime.size, dtype=bool))
    whole = np.zeros(74, dtype=np.int64)
    segments = np.searchsorted([417_000.0, 542_000.0, 1_300_000.0], zeros.coordinate)
    left = [
        np.std(zeros.ratio - regress_zeros(zeros.coordinate, zeros.time, zeros, parts, parts, noise=3.3e-5).ratio)
        for parts in (whole, segments)
    ]
    assert left[0] > 4e-4
    assert left[1] < 1.7e-4
