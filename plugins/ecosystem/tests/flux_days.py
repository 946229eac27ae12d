"""A made-up summer's day over a forest as flux and spectra streams: half hours with flags, uncertainty, meteorology and instruments."""

from __future__ import annotations

import numpy as np
import xarray as xr
from icos_ecosystem.vocabulary.fluxes import FLUX_WORDS, word

from icos_core.dataset import attributes, make_stream
from icos_core.testing import flagged

__all__ = ["flux_day", "footprint_map", "spectra_day"]

START = np.datetime64("2024-07-01T00:00", "ns")
HALF_HOUR = np.timedelta64(30, "m")


def flux_day(days: float = 1.0, seed: int = 4) -> xr.Dataset:
    """Return half-hourly fluxes of some days; every eleventh half hour is of bad quality, every fifth of the middle one."""
    count = round(48 * days)
    random = np.random.default_rng(seed)
    time = START + np.arange(count) * HALF_HOUR
    hour = (np.arange(count) / 2) % 24
    sun = np.clip(np.sin((hour - 5) / 15 * np.pi), 0, None) * (hour > 5) * (hour < 20)
    noise = 1 + 0.08 * random.standard_normal((6, count))
    direction = (230 + 60 * np.sin(np.arange(count) / 17) + 15 * random.standard_normal(count)) % 360
    speed = (2.2 + 2 * sun) * noise[0]
    quality = np.where(np.arange(count) % 11 == 10, 2, np.where(np.arange(count) % 5 == 4, 1, 0)).astype(float)
    fluxes = {
        "TAU": -0.1 - 0.3 * sun * noise[1],
        "H": -25 + 240 * sun * noise[2],
        "LE": 4 + 280 * sun * noise[3],
        "ET": (4 + 280 * sun * noise[3]) / 680,
        "FC": 4.5 - 22 * sun * noise[4],
        "FH2O": (4 + 280 * sun * noise[3]) / 44,
    }
    values = dict(fluxes)
    for name, flux in fluxes.items():
        random_error = 0.08 * np.abs(flux) + 0.02 * np.abs(flux).max()
        values[f"{name}_RANDUNC_HF"] = random_error
        values[f"{name}_uncertainty_random"] = random_error
        values[f"{name}_uncertainty_method"] = 0.03 * np.abs(flux)
        values[f"{name}_uncertainty"] = np.hypot(random_error, 0.03 * np.abs(flux))
        values[f"{name}_SSITC_TEST"] = quality
        values[f"{name}_UNCORR"] = 0.92 * flux
        values[f"{name}_SCF"] = np.full(count, 1.087)
    tilt = np.deg2rad(2.5) * np.cos(np.deg2rad(direction - 70))
    values |= {
        "USTAR": np.sqrt(-fluxes["TAU"] / 1.15),
        "MO_LENGTH": np.where(sun > 0, -80.0, 60.0),
        "ZL": np.where(sun > 0, -0.25, 0.3),
        "WS": speed,
        "WD": direction,
        "U_UNROT": -speed * np.cos(np.deg2rad(direction)),
        "V_UNROT": speed * np.sin(np.deg2rad(direction)),
        "W_UNROT": speed * np.tan(tilt) + 0.01 * random.standard_normal(count),
        "U": speed,
        "V": np.zeros(count),
        "W": 0.01 * random.standard_normal(count),
        "BADM_INST_HEIGHT_SA": np.full(count, 45.0),
        "DISPLACEMENT_HEIGHT": np.full(count, 22.3),
        "FILE_NR": np.full(count, 36000.0),
        "WD_FILTER_NR": np.full(count, 36000.0),
        "NIGHT": (sun == 0).astype(float),
        "T_SONIC": 16 + 9 * sun,
        "TA_EP": 15 + 9 * sun,
        "CO2": np.full(count, 415.0),
        "CO2_MOLAR_DENSITY": np.full(count, 16.9),
        "H2O_MOLAR_DENSITY": np.full(count, 520.0),
        "SC": -0.4 * np.gradient(sun),
        "SH": 8 * np.gradient(sun),
        "SLE": 6 * np.gradient(sun),
        "NETRAD": -45 + 640 * sun * noise[5],
        "G": -6 + 30 * sun,
        "SW_IN": 850 * sun,
        "TA": 15 + 9 * sun,
        "RH": 85 - 40 * sun,
        "PA": np.full(count, 99.1),
    }
    for gas, nominal, most in (("CO2", 0.13, 0.7), ("H2O", 0.16, 1.7)):
        found = np.clip(nominal + 0.06 * np.abs(random.standard_normal(count)), 0, most)
        found[::13] = most
        values |= {
            f"{gas}_TLAG_ACTUAL": found,
            f"{gas}_TLAG_USED": np.where(found == most, nominal, found),
            f"{gas}_TLAG_NOMINAL": np.full(count, nominal),
            f"{gas}_TLAG_MIN": np.zeros(count),
            f"{gas}_TLAG_MAX": np.full(count, most),
        }
    values |= {"W_T_SONIC_COV": fluxes["H"] / 1200, "W_CO2_MEAS_COV": fluxes["FC"] / 41, "W_H2O_MEAS_COV": fluxes["FH2O"] / 41}
    for series in ("U", "V", "W", "T_SONIC", "CO2", "H2O"):
        failed = random.random((8, count)) < 0.06
        values[f"{series}_VM97_TEST"] = 8e8 + (10.0 ** np.arange(7, -1, -1) @ failed)
        values[f"{series}_NUM_SPIKES"] = random.integers(0, 9, count).astype(float)
    values |= {"VM97_TLAG_HF": np.full(count, 80099.0), "VM97_TLAG_SF": np.full(count, 80099.0)}
    values |= {"VM97_AOA_HF": np.full(count, 80.0), "VM97_NSHW_HF": np.full(count, 80.0)}
    for name, meaning in (
        ("BADM_INST_MODEL_SA", "gill-hs-50"),
        ("BADM_INST_MODEL_GA_CO2", "licor-li7200"),
        ("AXES_ROTATION_METHOD", "planar_fit"),
    ):
        category = word(name)
        values[name] = np.full(count, category.flag_values[category.flag_meanings.index(meaning)], dtype=np.int8)
    stream = make_stream(time, values, FLUX_WORDS)
    stream["time"].attrs["bounds"] = "time_bnds"
    stream = stream.assign(time_bnds=(("time", "nv"), np.stack([time, time + HALF_HOUR], axis=1)))
    return flagged(stream)


def spectra_day(days: float = 1.0, bins: int = 40, seed: int = 5) -> xr.Dataset:
    """Return cospectra of some days after Kaimal's shape with scatter, those of the gases attenuated above half a hertz."""
    fluxes = flux_day(days)
    random = np.random.default_rng(seed)
    frequency = np.geomspace(6e-4, 10, bins)
    stability = fluxes["ZL"].values
    reduced = frequency * 22.7 / fluxes["WS"].values[:, np.newaxis]
    shape = 11 * reduced / (1 + 13.3 * reduced) ** 1.75 * np.where(stability > 0, 0.9, 1.0)[:, np.newaxis]
    noise = 1 + 0.25 * random.standard_normal((3, *shape.shape))
    attenuated = 1 / (1 + (frequency / 0.8) ** 2)
    covariance = {name: fluxes[f"W_{name}_COV"].values[:, np.newaxis] for name in ("T_SONIC", "CO2_MEAS", "H2O_MEAS")}
    fields = {
        "C_w_ts": covariance["T_SONIC"] * shape * noise[0],
        "C_w_co2": covariance["CO2_MEAS"] * shape * attenuated * noise[1],
        "C_w_h2o": covariance["H2O_MEAS"] * shape * attenuated * noise[2],
    }
    fields["S_w"] = 0.9 * shape
    counts = np.broadcast_to(np.maximum(1, np.round(frequency / frequency[0])), shape.shape)
    variables = {name: (("time", "frequency"), field, attributes(word(name))) for name, field in fields.items()}
    variables["C_w_co2"][2]["cut_off_frequency"] = 0.8
    variables["spectral_counts"] = (("time", "frequency"), counts.copy(), attributes(word("spectral_counts")))
    variables["time_bnds"] = fluxes["time_bnds"]
    return xr.Dataset(variables, coords={"time": fluxes["time"], "frequency": ("frequency", frequency, attributes(word("frequency")))})


def footprint_map(extent: float = 500.0, cell: float = 10.0) -> xr.Dataset:
    """Return a footprint climatology as the product makes it: two lobes to the south-west, nine tenths of the flux on the map."""
    centres = np.arange(-extent, extent + cell, cell)
    east, north = np.meshgrid(centres, centres)
    lobes = [(-130.0, -60.0, 90.0, 1.0), (-40.0, -150.0, 70.0, 0.6)]
    shares = sum(weight * np.exp(-((east - x) ** 2 + (north - y) ** 2) / (2 * width**2)) for x, y, width, weight in lobes)
    shares = 0.93 * shares / shares.sum()
    order = np.argsort(-shares, axis=None)
    cumulated = np.empty(shares.size)
    cumulated[order] = np.cumsum(shares.ravel()[order])
    fields = {"footprint": (("y", "x"), shares), "cumulated_footprint": (("y", "x"), cumulated.reshape(shares.shape))}
    return xr.Dataset(fields, coords={"x": ("x", centres, {"units": "m"}), "y": ("y", centres, {"units": "m"})})
