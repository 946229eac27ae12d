"""The simulated flux tower: files that the readers read back, faults, air, description and truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.calibration.eddy_covariance import CALIBRATOR
from icos_ecosystem.calibration.options import EddyCovarianceOptions
from icos_ecosystem.readers import icos_ec_csv, licor_ghg, toa5, tob1
from icos_ecosystem.readers.ghg_instruments import instrument_tables
from icos_ecosystem.simulators.eddy_covariance import SIMULATOR, half_hour, simulate, tower_air
from icos_ecosystem.simulators.tower_instruments import analysers_of, sonic_of
from pydantic import ValidationError

from icos_core import run
from icos_core.testing import ReaderContract, example_context
from icos_core.testing.simulated import described_options, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

READERS = {"toa5": toa5.READER, "tob1": tob1.READER, "licor-ghg": licor_ghg.READER, "icos-ec-csv": icos_ec_csv.READER}
PATHS = {
    "closed": {},
    "closed-fraction": {"measure": "mole_fraction"},
    "closed-density": {"measure": "molar_density", "laser": True},
    "open": {"path": "open", "open_methane": True},
}


def simulation(**changes: Any) -> Any:
    return SIMULATOR.options.model_validate({"half_hours": 2, "frequency": 5.0} | changes)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("options", "digits"),
    [
        ({"format": "toa5"}, 5e-9),
        ({"format": "tob1"}, 6e-8),
        ({"format": "tob1", "number_type": "IEEE8"}, 1e-15),
        ({"format": "licor-ghg"}, 5e-9),
        ({"format": "icos-ec-csv"}, 5e-9),
    ],
    ids=["toa5", "tob1", "tob1-ieee8", "licor-ghg", "icos-ec-csv"],
)
def test_readers_read_back_what_was_written(tmp_path, path, options, digits):
    made_for = simulation(**options, **PATHS[path], missing=0.02)
    made = simulate(tmp_path, made_for, 4)
    reader = READERS[made_for.format]
    stream = read_files(reader, made.files[:-1], described_options(made.description, "reader", reader), example_context())["eddy"]
    air = tower_air(made_for)
    after = np.rint(np.arange(made_for.rows) * (1e9 / made_for.frequency)).astype("timedelta64[ns]")
    for place, start in enumerate(air.time):
        rows = half_hour(made_for, air, place, 4)
        part = stream.sel(time=slice(start, start + after[-1]))
        if made_for.format == "icos-ec-csv":
            np.testing.assert_array_equal(part["time"].values, start + after)
            assert np.array_equal(np.isfinite(part["w"].values), rows.written)
            part = part.isel(time=rows.written)
        np.testing.assert_array_equal(part["time"].values, (start + after)[rows.written])
        assert set(part.data_vars) >= set(rows.columns)
        for name, values in rows.columns.items():
            # A temperature in degrees Celsius has its digits there; others round to their own size.
            size = np.abs(values[rows.written]) + (300.0 if name == "cell_temperature" else 0.0)
            assert (np.abs(part[name].values - values[rows.written]) <= digits * size + 1e-300).all(), name


class TestTob1(ReaderContract):
    """The kit that plugin authors use, on the simulator's files."""

    reader = tob1.READER
    is_text = False

    def make_file(self, folder: Path) -> Path:
        return simulate(folder, simulation(half_hours=1, frequency=1.0), 1).files[0]

    def reader_options(self, folder: Path) -> Any:
        return described_options(folder / "station.toml", "reader", self.reader)

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        lines = content.split(b"\n", 5)
        header, body = content[: len(content) - len(lines[5])], lines[5]
        size = 12 + 4 * (lines[4].count(b"IEEE4"))
        return header, [body[first : first + size] for first in range(0, len(body), size)]


def weather_of(folder: Path, **changes: Any) -> ReadResult:
    made = simulate(folder, simulation(half_hours=48, frequency=1.0, **changes), 1)
    return toa5.READER.read(made.files[-1], toa5.READER.options(stream_kind="meteo", interval="10 min"), example_context())


def test_the_energy_balance_closes_to_the_stated_share(tmp_path):
    weather = weather_of(tmp_path, energy_balance=0.8).streams["meteo"]
    assert weather.sizes["time"] == 144
    air = tower_air(simulation(half_hours=48, frequency=1.0))
    assert weather["time"].values[0] == air.time[0]
    every = weather.isel(time=slice(1, None, 3))
    np.testing.assert_allclose((air.fluxes["H"] + air.fluxes["LE"]) / (every["NETRAD"].values - every["G"].values), 0.8, rtol=1e-7)
    np.testing.assert_allclose(every["TA"].values, air.state.temperature, rtol=1e-9)
    np.testing.assert_allclose(every["PA"].values, 97_500.0)


def test_prescribed_fluxes_follow_the_sun():
    air = tower_air(simulation(half_hours=48))
    assert air.fluxes["H"][0] == -25.0
    assert air.fluxes["H"].max() == pytest.approx(250.0, rel=0.003)
    assert int(np.argmax(air.fluxes["LE"])) in {23, 24}
    assert air.fluxes["FC"].min() == pytest.approx(-20.0, rel=0.005)
    assert (air.stability[air.fluxes["H"] > 0] < 0).all()
    assert (air.stability[air.fluxes["H"] < 0] > 0).all()


def test_a_mole_of_dry_air_and_the_heat_of_the_air_make_covariances_of_fluxes():
    """From the gas law and textbook constants: 415 ppm of air at 22 °C, 97.5 kPa and 55 % humidity."""
    air = tower_air(simulation(course="constant"))
    vapour = 0.55 * 611.2 * np.exp(17.62 * 22.0 / (243.12 + 22.0))
    dry = (97_500.0 - vapour) / (8.314 * 295.15)
    assert air.covariances["co2"][0] == pytest.approx(-20.0 / dry, rel=2e-4)
    assert air.covariances["h2o"][0] == pytest.approx(200.0 / 2.45e6 / 0.018015 * 1e3 / dry, rel=3e-3)
    density = dry * 0.028965 + vapour / (461.5 * 295.15)
    assert air.covariances["temperature"][0] == pytest.approx(250.0 / (density * 1014.0), rel=5e-3)
    assert air.fluxes["TAU"][0] == pytest.approx(-density * 0.25, rel=5e-4)
    assert air.mixing_ratio["h2o"][0] == pytest.approx(1e3 * vapour / (97_500.0 - vapour), rel=3e-3)


def test_the_wind_lies_in_the_stated_plane_and_comes_from_the_stated_direction():
    made_for = simulation(course="constant", spikes=0, record=1, tilt=(0.1, 0.05, -0.02), wind_direction=300.0)
    columns = half_hour(made_for, tower_air(made_for), 0, 1).columns
    u, v, w = (columns[name].mean() for name in ("u", "v", "w"))
    assert w == pytest.approx(0.1 + 0.05 * u - 0.02 * v, abs=1e-12)
    assert 180.0 - np.degrees(np.arctan2(v, u)) == pytest.approx(300.0, abs=0.2)


def test_faults_are_as_many_as_asked_for():
    clean, faulty = simulation(spikes=0), simulation(spikes=3, stuck=20.0, missing=0.05)
    air = tower_air(clean)
    right, wrong = half_hour(clean, air, 0, 1), half_hour(faulty, air, 0, 1)
    changed = np.flatnonzero(right.columns["w"] != wrong.columns["w"])
    assert 3 <= changed.size <= 9
    steps = np.abs(wrong.columns["w"] - right.columns["w"])[changed] / right.columns["w"].std()
    np.testing.assert_allclose(steps / 8.0, np.round(steps / 8.0), atol=1e-9)
    held = np.diff(wrong.columns["co2_mixing_ratio"]) == 0.0
    assert held.sum() >= 99 - 6
    assert not (np.diff(wrong.columns["sonic_temperature"]) == 0.0).any()
    assert (~wrong.written).sum() == round(0.05 * 9000)
    assert np.diff(np.flatnonzero(~wrong.written)).max() == 1
    assert right.covariances == wrong.covariances


def test_a_half_hour_is_the_same_whichever_others_are_made(tmp_path):
    few, many = simulation(half_hours=1), simulation(half_hours=3)
    first, second, again = (simulate(tmp_path / str(k), each, 7) for k, each in enumerate((few, many, many)))
    assert first.files[0].read_bytes() == second.files[0].read_bytes()
    assert [path.read_bytes() for path in second.files] == [path.read_bytes() for path in again.files]
    other = simulate(tmp_path / "other", many, 8)
    assert other.files[0].read_bytes() != second.files[0].read_bytes()


def test_truth_has_the_words_of_the_fluxes(tmp_path):
    truth = simulate(tmp_path, simulation(laser=True), 1).truth["fluxes"]
    assert {"H", "LE", "FH2O", "FC", "FCH4", "FN2O", "TAU", "USTAR", "W_CO2_MEAS_COV", "W_T_SONIC_COV", "CO2_TLAG_USED"} <= set(
        truth.data_vars
    )
    assert truth["FN2O"].attrs["units"] == "nmol m-2 s-1"
    assert truth["H2O_TLAG_USED"].values.tolist() == [0.6, 0.6]  # half a second at 5 Hz: halves away from nil
    assert truth["time"].values[0] == np.datetime64("2024-06-15T00:00:00")


def test_the_description_is_that_of_the_instruments(tmp_path):
    made_for = simulation(laser=True)
    made = simulate(tmp_path, made_for, 1)
    options = described_options(made.description, "calibrator", CALIBRATOR)
    assert isinstance(options, EddyCovarianceOptions)
    assert options.sonic == (sonic_of(made_for),)
    assert options.gas_analyser == analysers_of(made_for)
    assert options.wanted_gases == ("co2", "h2o", "ch4", "n2o")
    assert options.rotation.method == "double"


def test_the_description_is_ready_to_run(tmp_path):
    made = simulate(tmp_path, simulation(half_hours=3, frequency=10.0, course="constant", tilt=(0.0, 0.04, -0.03)), 1)
    result = run(made.description, tmp_path / "output", jobs=1)
    assert result.status == 0
    fluxes, truth = result.tree["/calibrated/fluxes"].to_dataset(), made.truth["fluxes"]
    np.testing.assert_array_equal(fluxes["time"].values, truth["time"].values)
    for name in ("H", "LE", "FC"):
        assert (np.abs(fluxes[name].values - truth[name].values) < 4 * fluxes[f"{name}_uncertainty"].values).all()
    np.testing.assert_allclose(fluxes["CO2_TLAG_USED"].values, 0.3, atol=0.11)
    np.testing.assert_allclose(fluxes["NETRAD"].values - fluxes["G"].values, 450.0 / 0.85, rtol=1e-6)
    written = {path.name for path in result.paths}
    assert {"ES-Sim_fluxes.nc", "ES-Sim_fluxes.csv", "eddypro_ES-Sim_fluxnet.csv", "ICOSETC_ES-Sim_FLUXES_NRT.csv"} <= written


@pytest.mark.parametrize("path", ["closed", "open"])
def test_an_archive_describes_the_instruments_of_the_station(tmp_path, path):
    made_for = simulation(format="licor-ghg", path=path)
    tables = instrument_tables(simulate(tmp_path, made_for, 1).files[0])
    assert tables["sonic"][0]["model"] == "gill-hs-50"
    assert tables["sonic"][0]["height"] == 10.0
    analyser = tables["gas_analyser"][0]
    (expected,) = analysers_of(made_for)
    for name in ("model", "northward_separation", "eastward_separation", "vertical_separation"):
        assert analyser[name] == getattr(expected, name)
    assert analyser.get("tube_diameter", 0.0) == expected.tube_diameter


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"path": "open", "measure": "mixing_ratio"}, "an open path measures molar densities"),
        ({"height": 2.0, "canopy_height": 5.0}, "2 m is within the canopy of 5 m"),
        ({"lags": {"ch4": 1.0}}, "ch4 is not measured; expected one of co2, h2o"),
        ({"frequency": 12.3456}, "22222.08 rows in a half hour; an even number is needed"),
    ],
)
def test_mistakes_are_named(wrong, message):
    with pytest.raises(ValidationError, match=message):
        simulation(**({"frequency": 10.0} | wrong))
