"""What is computed from condensed half hours is what a straightforward computation on the rows gives, whatever is chosen."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from icos_ecosystem.calibration.eddy_covariance import CALIBRATOR, calibrate
from icos_ecosystem.calibration.layout import layout_of
from icos_ecosystem.calibration.options import EddyCovarianceOptions, condensing_options
from icos_ecosystem.calibration.raw_period import raw_period
from icos_ecosystem.flux_quality import deviation_class, foken, friction_velocity_stationarity, goeckede, mauder_foken, stationarity
from icos_ecosystem.footprint.models import fetch_of_models
from icos_ecosystem.integral_turbulence import turbulence_deviations
from icos_ecosystem.readers.generic_ec_table import READER
from icos_ecosystem.spectral.factors import analytic_factors
from icos_ecosystem.spectral.filters import Analyser, Anemometer, HighPass, Tube
from icos_ecosystem.spectral.massman import massman_factors
from straight_fluxes import Straight, ahead, covariance, double, planar, straight, straight_fluxes, triple

import icos_core
from icos_core.station import Station
from icos_core.testing import example_context
from icos_core.testing.real_data import VARIABLE, folder_of_real_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from straight_fluxes import Fluxes

    from icos_core.components import Context

    FloatArray = NDArray[np.float64]

EXAMPLE = Path(__file__).parents[3] / "examples" / "finse" / "station.toml"
PLACES = sorted({*range(2, 127, 5), 3, 4})
"""Every fifth of the 127 half hours, one with rows missing among them, and three in a row."""
HALF_HOUR = np.timedelta64(30, "m")
ALTITUDE, LATITUDE, HEIGHT, DISPLACEMENT = 1210.0, 60.593, 4.4, 0.134
CLOSED = {
    "model": "licor-li7200",
    "gases": ["co2", "h2o"],
    "northward_separation": 0.1,
    "eastward_separation": 0.1,
    "tube_length": 0.711,
    "tube_diameter": 0.0053,
    "flow_rate": 15.0,
}
OPEN = {"model": "licor-li7500", "gases": ["co2", "h2o"], "northward_separation": 0.1, "eastward_separation": 0.1}
_TUBE_AND_CELL = np.pi / 4 * (0.0053**2 * 0.711 + 0.0127**2 * 0.127) * 60_000.0 / 15.0
CLOSED_WINDOWS = {
    gas: (round(_TUBE_AND_CELL * 10), 0, round((_TUBE_AND_CELL * (1 + m) + 0.3) * 10)) for gas, m in (("co2", 2), ("h2o", 10))
}
OPEN_WINDOWS = dict.fromkeys(("co2", "h2o"), (0, -6, 6))
READ = {
    "time_column": "#1",
    "frequency": 10.0,
    "row_time": "start",
    "columns": {
        "u_m/s": {"variable": "u", "unit": "m/s"},
        "v_m/s": {"variable": "v", "unit": "m/s"},
        "w_m/s": {"variable": "w", "unit": "m/s"},
        "T_degC": {"variable": "sonic_temperature", "unit": "degC"},
        "CO2_ppm": {"variable": "co2_mixing_ratio", "unit": "ppm"},
        "H2O_ppt": {"variable": "h2o_mixing_ratio", "unit": "ppt"},
    },
}

pytestmark = pytest.mark.realdata


def options_of(analyser: Mapping[str, Any], **more: Any) -> EddyCovarianceOptions:
    fixed: dict[str, Any] = {
        "preset": "advanced",
        "sonic": [{"model": "csi-csat3", "height": HEIGHT, "frequency": 10.0}],
        "gas_analyser": [analyser],
        "site": [{"canopy_height": 0.2}],
        "spectra": {"binned": False},
        "random_uncertainty": {"method": "none"},
        "spectral": {"high_frequency": "none", "low_frequency": False},
        "footprint": {"model": "none"},
    }
    return EddyCovarianceOptions.model_validate(fixed | more)


class Tower:
    """Half hours as they are condensed, and their rows."""

    def __init__(self, streams: list[xr.Dataset], context: Context, analyser: Mapping[str, Any], **raw: Any) -> None:
        self.context, self.analyser, self.raw = context, analyser, raw
        options = options_of(analyser, **raw)
        self.rows: list[dict[str, FloatArray]] = []
        made = []
        for stream in streams:
            start = stream["time"].to_numpy()[0].astype("M8[m]").astype("M8[ns]")
            limits = (start, start + HALF_HOUR)
            found = raw_period(stream, options, layout_of(options), *limits)
            assert found is not None
            self.rows.append(found.series)
            made.append(CALIBRATOR.condense({"eddy": stream}, condensing_options(options), context, period=limits)["eddy"])
        self.condensed = xr.concat(made, "time")

    def calibrated(self, **choice: Any) -> xr.Dataset:
        """Return the fluxes that a choice of methods gives from what is condensed."""
        options = options_of(self.analyser, **{**self.raw, **choice})
        assert layout_of(condensing_options(options)) == layout_of(condensing_options(options_of(self.analyser, **self.raw)))
        return calibrate({"eddy": self.condensed}, options, self.context).streams["fluxes"]


@pytest.fixture(scope="module")
def streams(pytestconfig: pytest.Config) -> list[xr.Dataset]:
    files = sorted((folder_of_real_data(pytestconfig) / "ecosystem_raw/ec_analyze/raw").glob("*.csv.gz"))
    read = READER.options.model_validate(READ)
    return [READER.read(files[place], read, example_context()).streams["eddy"] for place in PLACES]


@pytest.fixture(scope="module")
def context() -> Context:
    station = {
        "id": "finse",
        "name": "Finse",
        "domain": "ecosystem",
        "platform": "fixed",
        "latitude": LATITUDE,
        "longitude": 7.527,
        "altitude": ALTITUDE,
        "utc_offset": 0.0,
        "contact": {"institution": "Example Institute", "email": "data@example.org"},
    }
    return replace(example_context(), station=Station.model_validate(station))


@pytest.fixture(scope="module")
def tower(streams: list[xr.Dataset], context: Context) -> Tower:
    return Tower(streams, context, CLOSED)


@pytest.fixture(scope="module")
def linear(streams: list[xr.Dataset], context: Context) -> Tower:
    return Tower(streams[::3], context, CLOSED, detrending={"method": "linear"})


@pytest.fixture(scope="module", params=[True, False], ids=["wpl", "no-wpl"])
def dense(request: pytest.FixtureRequest, streams: list[xr.Dataset], context: Context) -> Tower:
    """Half hours of an open path: what was measured is taken for molar densities, in air of one volume."""
    names = {"co2_mixing_ratio": ("co2_molar_density", 0.04), "h2o_mixing_ratio": ("h2o_molar_density", 40.0)}
    made = []
    for stream in streams[::4]:
        renamed = stream.rename({old: new for old, (new, _) in names.items()})
        made.append(renamed.assign({new: renamed[new] * factor for new, factor in names.values()}))
    return Tower(made, context, OPEN, density={"wpl": request.param})


def all_of(tower: Tower, rotate: Any, windows: Any, **how: Any) -> list[Straight]:
    turns = rotate if isinstance(rotate, list) else [rotate] * len(tower.rows)
    return [straight(rows, turn, windows, **how) for rows, turn in zip(tower.rows, turns, strict=True)]


def as_measured(series: Mapping[str, FloatArray]) -> FloatArray:
    return np.stack([series[name] for name in "uvw"])


def no_factors(speed: FloatArray, *_: Any) -> dict[str, FloatArray]:
    return dict.fromkeys(("momentum", "heat", "co2", "h2o"), np.ones_like(speed))


def assert_covariances(ours: xr.Dataset, expected: list[Straight]) -> None:
    """Lags are the same; covariances to 1e-9 of the product of standard deviations, variances and means to 1e-9."""
    wind = np.stack([each.wind for each in expected])
    sigma = np.sqrt(wind[:, range(3), range(3)])
    for place, name in enumerate("UVW"):
        np.testing.assert_allclose(ours[f"{name}_SIGMA"], sigma[:, place], rtol=1e-9)
    assert (np.abs(ours["W_U_COV"].to_numpy() - wind[:, 0, 2]) <= 1e-9 * sigma[:, 0] * sigma[:, 2]).all()
    mean = np.stack([each.mean_wind for each in expected])
    np.testing.assert_allclose(np.stack([ours[name] for name in "UVW"], axis=1), mean, atol=1e-9 * np.abs(mean).max())
    for scalar, output in (("ts", "T_SONIC"), ("co2", "CO2_MEAS"), ("h2o", "H2O_MEAS")):
        spread = np.sqrt([each.variance[scalar] for each in expected])
        np.testing.assert_allclose(ours[f"{output}_SIGMA"], spread, rtol=1e-9)
        flux = np.array([each.flux[scalar] for each in expected])
        assert (np.abs(ours[f"W_{output}_COV"].to_numpy() - flux) <= 1e-9 * sigma[:, 2] * spread).all()
        if scalar != "ts":
            rows = np.array([each.lags[scalar] for each in expected])
            np.testing.assert_array_equal(np.rint(ours[f"{scalar.upper()}_TLAG_USED"] * 10.0), rows)


def assert_fluxes(ours: xr.Dataset, expected: Fluxes, halves: list[Straight]) -> None:
    """Fluxes to 1e-9 of what perfectly correlated turbulence would carry."""
    corrected, state = expected.corrected, expected.state
    sigma_w = np.sqrt([each.wind[2, 2] for each in halves])
    of = {name: sigma_w * np.sqrt([each.variance[name] for each in halves]) for name in ("ts", "co2", "h2o")}
    moles = {gas: np.abs(of[gas] / expected.gases[gas].covariance * expected.gases[gas].flux) for gas in ("co2", "h2o")}
    heat = state.heat_capacity * of["ts"] + state.latent_heat * 0.01802e-3 * moles["h2o"]
    carried = {
        "TAU": (corrected.momentum, state.density * np.array([np.trace(each.wind) for each in halves])),
        "H": (corrected.heat, heat),
        "LE": (corrected.latent_heat, heat),
        "FC": (corrected.gases["co2"], moles["co2"] + heat),
        "FH2O": (corrected.gases["h2o"], moles["h2o"] + heat),
    }
    for name, (flux, scale) in carried.items():
        assert (np.abs(ours[name].to_numpy() - flux) <= 1e-9 * scale).all(), name
    np.testing.assert_allclose(ours["USTAR"], corrected.scales.friction_velocity, rtol=1e-8)
    np.testing.assert_allclose(ours["ZL"], corrected.scales.stability, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("method", "rotate"), [("none", as_measured), ("double", double), ("triple", triple)], ids=["none", "double", "triple"]
)
@pytest.mark.parametrize("lag", ["none", "constant", "maximum", "maximum-with-default"])
def test_rotations_and_lags(tower: Tower, method: str, rotate: Any, lag: str) -> None:
    expected = all_of(tower, rotate, CLOSED_WINDOWS, lag=lag)
    ours = tower.calibrated(rotation={"method": method}, time_lag={"method": lag})
    assert_covariances(ours, expected)
    fluxes = straight_fluxes(expected, altitude=ALTITUDE, height=HEIGHT - DISPLACEMENT, factors=no_factors, density=False, wpl=True)
    assert_fluxes(ours, fluxes, expected)


@pytest.mark.parametrize("bias", [True, False], ids=["planar-fit", "planar-fit-no-bias"])
@pytest.mark.parametrize("begin", [None, "2018-07-21T20:00:00Z"], ids=["one-period", "two-periods"])
def test_planes_of_sectors_and_periods(tower: Tower, *, bias: bool, begin: str | None) -> None:
    """Planes by least squares on mean winds; a sector with fewer than three half hours takes double rotation."""
    sectors, fewest = 3, 3
    mean = np.array([[np.nanmean(rows[name]) for name in "uvw"] for rows in tower.rows])
    angle = np.array(
        [np.degrees(np.arctan2(*(np.nanmean(rows[name] / np.hypot(rows["u"], rows["v"])) for name in "vu"))) for rows in tower.rows]
    )
    # A CSAT3 stands 180 degrees off the direction that its wind comes from.
    sector = (np.mod(-angle, 360.0) // (360.0 / sectors)).astype(int)
    time = tower.condensed["time"].to_numpy()
    later = np.zeros(len(time), dtype=bool) if begin is None else time >= np.datetime64(begin.rstrip("Z"))
    strong = np.hypot(mean[:, 0], mean[:, 1]) >= 0.5
    turns: list[Any] = []
    for each in range(len(time)):
        fit = strong & (sector == sector[each]) & (later == later[each])
        if fit.sum() < fewest:
            turns.append(double)
            continue
        columns = [mean[fit, 0], mean[fit, 1], *([np.ones(fit.sum())] if bias else [])]
        b1, b2, *_ = np.linalg.lstsq(np.stack(columns, axis=1), mean[fit, 2], rcond=None)[0]
        turns.append(lambda series, b1=b1, b2=b2: planar(series, b1, b2))
    assert 2 <= len(turns) - turns.count(double) < len(turns) or begin is None
    rotation = {
        "method": "planar-fit" if bias else "planar-fit-no-bias",
        "sectors": sectors,
        "minimum_number": fewest,
        "missing_sector": "double",
        "periods": [] if begin is None else [begin],
    }
    expected = all_of(tower, turns, CLOSED_WINDOWS)
    assert_covariances(tower.calibrated(rotation=rotation), expected)


@pytest.mark.parametrize(("method", "rotate"), [("double", double), ("triple", triple)], ids=["double", "triple"])
def test_linear_detrending(linear: Tower, method: str, rotate: Any) -> None:
    expected = all_of(linear, rotate, CLOSED_WINDOWS, detrending="linear")
    assert_covariances(linear.calibrated(rotation={"method": method}), expected)


def running(values: FloatArray, rows: int) -> FloatArray:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    last = np.arange(1, values.size + 1)
    first = np.maximum(last - rows, 0)
    return values - (sums[last] - sums[first]) / (last - first)


def exponential(values: FloatArray, rows: int) -> FloatArray:
    kept = np.exp(-1.0 / rows)
    mean = list(np.cumsum(values[:rows]) / np.arange(1, rows + 1))
    for each in values[rows:]:
        mean.append(kept * mean[-1] + (1.0 - kept) * each)
    return values - np.array(mean)


@pytest.mark.parametrize(("method", "filtered"), [("running-mean", running), ("exponential", exponential)])
def test_filters(streams: list[xr.Dataset], context: Context, method: str, filtered: Any) -> None:
    """Both filters run over a series as it was measured; its lag comes after."""
    tower = Tower(streams[:3], context, CLOSED, detrending={"method": method, "time_constant": "100 s"})
    ours = tower.calibrated()
    for place, rows in enumerate(tower.rows):
        wind = double(rows)
        u, w = filtered(wind[0], 1000), filtered(wind[2], 1000)
        assert abs(float(ours["W_U_COV"][place]) - covariance(w, u)) <= 1e-9 * np.std(w) * np.std(u)
        for scalar, output in (("ts", "T_SONIC"), ("co2", "CO2_MEAS"), ("h2o", "H2O_MEAS")):
            lag = 0 if scalar == "ts" else round(float(ours[f"{scalar.upper()}_TLAG_USED"][place]) * 10.0)
            anomaly = ahead(filtered(rows[scalar], 1000), lag)
            assert abs(float(ours[f"W_{output}_COV"][place]) - covariance(w, anomaly)) <= 1e-9 * np.std(w) * np.nanstd(anomaly)


@pytest.mark.parametrize(("method", "rotate"), [("double", double), ("none", as_measured)], ids=["double", "none"])
def test_density_corrections_of_an_open_path(dense: Tower, method: str, rotate: Any) -> None:
    expected = all_of(dense, rotate, OPEN_WINDOWS)
    ours = dense.calibrated(rotation={"method": method})
    assert_covariances(ours, expected)
    wpl = dense.raw["density"]["wpl"]
    fluxes = straight_fluxes(expected, altitude=ALTITUDE, height=HEIGHT - DISPLACEMENT, factors=no_factors, density=True, wpl=wpl)
    assert_fluxes(ours, fluxes, expected)


@pytest.mark.parametrize("low", [True, False])
@pytest.mark.parametrize(("method", "formula"), [("moncrieff-1997", analytic_factors), ("massman-2000", massman_factors)])
def test_spectral_corrections(tower: Tower, method: str, formula: Any, *, low: bool) -> None:
    anemometer = Anemometer(vertical_path=0.115, horizontal_path=0.058, response_time=1 / 60)
    expected = all_of(tower, double, CLOSED_WINDOWS)

    def factors(speed: FloatArray, state: Any, uncorrected: Any) -> Any:
        analysers = {
            gas: Analyser(
                vertical_path=0.127,
                horizontal_path=0.0127,
                response_time=0.1,
                horizontal_separation=np.hypot(0.1, 0.1),
                tube=Tube(length=0.711, diameter=0.0053, flow_rate=15.0, diffusivity=diffusivity),
            )
            for gas, diffusivity in (("co2", 1.381e-5), ("h2o", 2.178e-5))
        }
        return formula(
            height=HEIGHT - DISPLACEMENT,
            wind_speed=speed,
            stability=uncorrected.scales.stability,
            temperature=state.temperature,
            anemometer=anemometer,
            analysers=analysers,
            high_pass=HighPass(averaging_period=1800.0 if low else 1e12),
        )

    ours = tower.calibrated(spectral={"high_frequency": method, "low_frequency": low})
    fluxes = straight_fluxes(expected, altitude=ALTITUDE, height=HEIGHT - DISPLACEMENT, factors=factors, density=False, wpl=True)
    assert_fluxes(ours, fluxes, expected)
    assert (ours["LE_SCF"] > 1.0).all()


@pytest.mark.parametrize(("scheme", "judge"), [("mauder-foken", mauder_foken), ("foken", foken), ("goeckede", goeckede)])
def test_quality_classes(tower: Tower, scheme: str, judge: Any) -> None:
    expected = all_of(tower, double, CLOSED_WINDOWS)
    fluxes = straight_fluxes(expected, altitude=ALTITUDE, height=HEIGHT - DISPLACEMENT, factors=no_factors, density=False, wpl=True)
    parts = {name: np.stack([each.parts[name] for each in expected]) for name in ("u", "v", "ts", "co2", "h2o")}
    steady = {name: stationarity(parts[name][:, 0], parts[name][:, 1:]) for name in ("ts", "co2", "h2o")}
    steady["u"] = friction_velocity_stationarity(parts["u"][:, 0], parts["v"][:, 0], parts["u"][:, 1:], parts["v"][:, 1:])
    scales = fluxes.corrected.scales
    developed = turbulence_deviations(
        sigma_u=np.sqrt([each.wind[0, 0] for each in expected]),
        sigma_w=np.sqrt([each.wind[2, 2] for each in expected]),
        sigma_t=np.sqrt([each.variance["ts"] for each in expected]),
        friction_velocity=scales.friction_velocity,
        temperature_scale=scales.temperature_scale,
        stability=scales.stability,
        latitude=LATITUDE,
    )
    along, vertical, _ = (deviation_class(each) for each in developed)
    ours = tower.calibrated(quality={"scheme": scheme})
    for name, flux in (("u", "TAU"), ("ts", "H"), ("co2", "FC"), ("h2o", "LE")):
        turbulent = np.maximum(along, vertical) if name == "u" else vertical
        np.testing.assert_array_equal(ours[f"{flux}_SSITC_TEST"], judge(deviation_class(steady[name]), turbulent))


@pytest.mark.parametrize("model", ["kljun-2004", "kormann-meixner", "hsieh"])
def test_footprints(tower: Tower, model: Any) -> None:
    expected = all_of(tower, double, CLOSED_WINDOWS)
    fluxes = straight_fluxes(expected, altitude=ALTITUDE, height=HEIGHT - DISPLACEMENT, factors=no_factors, density=False, wpl=True)
    found = fetch_of_models(
        model,
        height=np.full(len(expected), HEIGHT - DISPLACEMENT),
        roughness=np.full(len(expected), 0.03),
        friction_velocity=fluxes.corrected.scales.friction_velocity,
        sigma_w=np.sqrt([each.wind[2, 2] for each in expected]),
        wind_speed=np.array([np.sqrt(each.mean_wind @ each.mean_wind) for each in expected]),
        stability=fluxes.corrected.scales.stability,
        fallback="kormann-meixner",
    )
    ours = tower.calibrated(footprint={"model": model})
    np.testing.assert_allclose(ours["FETCH_MAX"], found.fetch.peak, rtol=1e-7)
    np.testing.assert_allclose(ours["FETCH_90"], found.fetch.x90, rtol=1e-7)


def test_storage_between_half_hours_that_follow_each_other(tower: Tower) -> None:
    expected = all_of(tower, double, CLOSED_WINDOWS)
    fluxes = straight_fluxes(expected, altitude=ALTITUDE, height=HEIGHT - DISPLACEMENT, factors=no_factors, density=False, wpl=True)
    ours = tower.calibrated()
    assert np.isfinite(ours["SC_SINGLE"]).to_numpy().tolist() == [place - 1 in PLACES for place in PLACES]
    change = np.diff(fluxes.gases["co2"].fraction[:3]) / fluxes.state.molar_volume[1:3] * HEIGHT / 1800.0
    np.testing.assert_allclose(ours["SC_SINGLE"][1:3], change, rtol=1e-8)
    warming = np.diff(fluxes.state.temperature[:3]) * fluxes.state.heat_capacity[1:3] * HEIGHT / 1800.0
    np.testing.assert_allclose(ours["SH_SINGLE"][1:3], warming, rtol=1e-8)
    assert "SC_SINGLE" not in tower.calibrated(storage={"one_point": False})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Start of every half hour that is condensed, in this process."""
    from icos_core.running import condensing

    starts: list[str] = []
    original = condensing._condense

    def noted(period: Any, *more: Any) -> Any:
        starts.append(str(np.datetime64(period.start, "ns").astype("datetime64[m]")))
        return original(period, *more)

    monkeypatch.setattr(condensing, "_condense", noted)
    return starts


CONDENSED = ["2018-07-20T10:00", "2018-07-20T10:30"]
_SONIC = '[[calibrate.sonic]]\nmodel = "csi-csat3"\nheight = 4.4\nfrequency = 10.0\n'
_EXPORT = "[[export]]"
_CHANGE = "2018-07-20T10:30:00Z"
ALGEBRA = """
[calibrate.rotation]
method = "triple"
[calibrate.time_lag]
method = "constant"
[calibrate.spectral]
high_frequency = "massman-2000"
low_frequency = false
[calibrate.quality]
scheme = "foken"
[calibrate.footprint]
model = "hsieh"
[calibrate.storage]
one_point = false
"""


@pytest.fixture(scope="module")
def condensed_run(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Description of two half hours with two equal tables of the anemometer, and the folder in which it was run."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("*.csv.gz", "2018-07-20T10*.csv.gz")
    text = f'{text[: text.index(_EXPORT)]}{_EXPORT}\nexporter = "eddypro-fluxnet"\n'
    assert _SONIC in text
    text = text.replace(_SONIC, f"{_SONIC}valid_to = {_CHANGE}\n\n{_SONIC}valid_from = {_CHANGE}\n")
    folder = tmp_path_factory.mktemp("condensed")
    (folder / "station.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(folder_of_real_data(pytestconfig)))
        assert icos_core.run(folder / "station.toml", jobs=1).status == 0
    return text, folder


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        (_EXPORT, f"{ALGEBRA}\n{_EXPORT}", []),
        ("canopy_height = 0.2", "canopy_height = 0.3", []),
        ("height = 4.4", "height = 5.0", []),
        (_EXPORT, f'[calibrate.raw]\ndespiking = "mauder"\n\n{_EXPORT}', CONDENSED),
        (f"{_SONIC}valid_from", f"{_SONIC.replace('csi-csat3', 'gill-hs-50')}valid_from", CONDENSED[1:]),
    ],
    ids=["algebra", "canopy", "height", "despiking", "anemometer-from-10:30"],
)
@pytest.mark.usefixtures("real_data")
def test_only_what_reads_rows_condenses_again(
    condensed_run: tuple[str, Path], tmp_path: Path, made: list[str], old: str, new: str, again: list[str]
) -> None:
    text, folder = condensed_run
    assert old in text
    # A run keeps what it condensed itself: each change starts from the first run.
    shutil.copytree(folder, tmp_path / "again")
    station = tmp_path / "again" / "station.toml"
    station.write_text(text.replace(old, new), encoding="utf-8")
    assert icos_core.run(station, jobs=1).status == 0
    assert sorted(made) == again
