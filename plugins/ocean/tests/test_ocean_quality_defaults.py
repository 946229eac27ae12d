"""The usual tests of an underway system: they fit the components, catch what is known to be wrong, and leave good data alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ocean.quality.defaults import sensor_tests
from icos_ocean.readers.general_oceanics import READER
from icos_ocean.vocabulary import CALIBRATED, MEASURED, RUN_TYPES, STREAM

from icos_core.dataset import BAD, QUESTIONABLE, category_mask, make_stream
from icos_core.flags import apply_flags, decode_bits, test_counts
from icos_core.plugins import GENERIC_KEYS, installed_plugins
from icos_core.running.quality_stage import run_tests
from icos_core.station import QualitySpec
from icos_core.testing import example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import QualityTest

WORKSHOP = "ocean/icos_otc_workshop"


def specs() -> list[QualitySpec]:
    made = []
    for table in sensor_tests():
        test: QualityTest = installed_plugins().component("quality-test", table["test"])
        options = test.options.model_validate({key: value for key, value in table.items() if key not in GENERIC_KEYS["quality-test"]})
        made.append(
            QualitySpec(
                test=table["test"],
                label=table.get("label", table["test"].replace("-", "_")),
                variables=tuple(test.fixed_variables(options)) or (table["variable"],),
                stage=test.stages[0],
                options=options,
                where={key: tuple(words) for key, words in table.get("where", {}).items()},
                is_default=True,
            )
        )
    return made


def flagged(stream: xr.Dataset) -> xr.Dataset:
    """Return the stream with the flags of all usual tests, those of the calibrated stage too."""
    apply_flags(stream, [outcome for stage in ("measured", "calibrated") for outcome in _outcomes(stream, stage)])
    return stream


def _outcomes(stream: xr.Dataset, stage: Any) -> list[Any]:
    return run_tests(STREAM, stream, specs(), stage, installed_plugins(), example_context())


def cruise(real_data: Path, name: str) -> xr.Dataset:
    options = READER.options.model_validate({"date_format": "dd.mm.yyyy"})
    return flagged(READER.read(real_data / WORKSHOP / name, options, example_context()).streams[STREAM])


def made_up(**values: Any) -> xr.Dataset:
    """Two days of a plain cruise with water every two minutes and air four times an hour."""
    random = np.random.default_rng(7)
    rows = 1440
    time = np.datetime64("2024-06-01", "s") + np.arange(rows) * 120
    hours = np.arange(rows) / 30
    air = np.arange(rows) % 8 == 0
    plain = {
        "run_type": np.where(air, RUN_TYPES["ATM"], RUN_TYPES["EQU"]),
        "latitude": 40 + 0.2 * hours,
        "longitude": -20 + 0.1 * hours,
        "sst": 18 + np.sin(hours) + random.normal(0, 0.01, rows),
        "equilibrator_temperature": 18.3 + np.sin(hours) + random.normal(0, 0.01, rows),
        "salinity": 35 + 0.3 * np.sin(hours / 2) + random.normal(0, 0.005, rows),
        "co2": np.where(air, 420, 360 + 20 * np.sin(hours)) + random.normal(0, 0.2, rows),
        "h2o": 5 + random.normal(0, 0.05, rows),
        "ambient_pressure": 1012 + random.normal(0, 0.2, rows),
        "equilibrator_differential_pressure": random.normal(0, 0.3, rows),
        "atmospheric_pressure": 1013 + np.round(np.sin(hours / 10)),
        "analyser_pressure": np.full(rows, 1010.0),
        "water_flow": np.full(rows, 2.5),
        "analyser_flow": np.where(air, 110.0, 85.0),
    }
    return flagged(make_stream(time, plain | values, MEASURED))


def worst(stream: xr.Dataset) -> dict[str, int]:
    """Variables that have questionable or bad rows → number of them."""
    flags = {str(name): stream[name].values for name in stream.data_vars if str(name).endswith("_flag")}
    return {name: int(np.isin(flag, (QUESTIONABLE, BAD)).sum()) for name, flag in flags.items() if np.isin(flag, (QUESTIONABLE, BAD)).any()}


def test_every_table_fits_its_test_and_the_vocabulary() -> None:
    words = {variable.name: variable for variable in (*MEASURED, *CALIBRATED)}
    seen = set()
    for spec in specs():
        for name in spec.variables:
            assert words[name].dtype == "float64"
            assert (spec.label, name) not in seen
            seen.add((spec.label, name))
        for category, wanted in spec.where.items():
            assert set(wanted) <= set(words[category].flag_meanings)


def test_words_of_other_systems() -> None:
    tables = sensor_tests(water=("UNK1",), air=("UNK2",))
    wanted = {word for table in tables for word in table.get("where", {}).get("run_type", ())}
    assert wanted == {"UNK1", "UNK2"}


def test_a_plain_cruise_passes() -> None:
    assert worst(made_up()) == {}


def test_a_barometer_that_rounds_to_whole_hectopascals_passes() -> None:
    assert worst(made_up(atmospheric_pressure=np.full(1440, 1013.0), ambient_pressure=np.full(1440, 1012.0))) == {}


def test_a_steep_front_is_at_most_questionable() -> None:
    rows = np.arange(1440)
    step = np.where(rows < 700, 12.0, 18.0) + np.random.default_rng(1).normal(0, 0.02, 1440)
    stream = made_up(sst=step, equilibrator_temperature=step + 0.3)
    assert BAD not in stream["sst_flag"].values
    assert int((stream["sst_flag"].values == QUESTIONABLE).sum()) <= 3


def test_a_stuck_probe_a_spike_and_a_dry_equilibrator() -> None:
    plain = made_up()
    sst, teq, flow = (plain[name].values.copy() for name in ("sst", "equilibrator_temperature", "water_flow"))
    sst[100] += 5
    teq[600:800] = teq[600]
    flow[50:55] = 0.0
    stream = made_up(sst=sst, equilibrator_temperature=teq, water_flow=flow)
    assert decode_bits(stream, "sst_tests")["spike_bad"].nonzero()[0].tolist() == [100]
    assert stream["sst_flag"].values[[99, 100, 101]].tolist() == [1, BAD, 1]
    assert decode_bits(stream, "equilibrator_temperature_tests")["flat_line_bad"].nonzero()[0].tolist() == list(range(600, 800))
    water = category_mask(stream, "run_type", ["EQU"])
    assert (np.isin(stream["water_flow_flag"].values, (QUESTIONABLE, BAD)) == (water & (flow == 0))).all()


def test_a_thermosalinograph_that_gives_conductivity() -> None:
    hours = np.arange(1440) / 30
    temperature = 18.2 + np.sin(hours) + np.random.default_rng(2).normal(0, 0.01, 1440)
    # mS cm-1, as the calibrator requires it.
    conductivity = 46.0 + np.sin(hours) + np.random.default_rng(3).normal(0, 0.01, 1440)
    plain = made_up(conductivity=conductivity, conductivity_cell_temperature=temperature)
    assert worst(plain) == {}
    conductivity[100], conductivity[200] = 90.0, 40.0
    stream = made_up(conductivity=conductivity, conductivity_cell_temperature=temperature)
    assert decode_bits(stream, "conductivity_tests")["range_questionable"].nonzero()[0].tolist() == [100]
    assert stream["conductivity_flag"].values[[99, 100, 101, 200]].tolist() == [1, BAD, 1, BAD]


def test_no_gas_may_stand_still() -> None:
    plain = made_up()
    flow = plain["analyser_flow"].values.copy()
    flow[40:56] = 5.0
    stream = made_up(analyser_flow=flow)
    assert (stream["analyser_flow_flag"].values == QUESTIONABLE).nonzero()[0].tolist() == list(range(40, 56))
    assert {1, 2} == set(stream["run_type"].values[40:56].tolist())


@pytest.mark.realdata
def test_the_workshop_cruise(real_data: Path) -> None:
    """The reference names what is wrong with it: damaged pressures, the episode of 6 July, one row with salinity and SST exchanged."""
    stream = cruise(real_data, "part4_input_raw_cruise_dat.txt")
    water = category_mask(stream, "run_type", ["EQU"])
    pressure = stream["ambient_pressure"].values
    damaged = water & (pressure < 900)
    assert int(damaged.sum()) == 166
    assert (stream["ambient_pressure_flag"].values[damaged] == BAD).all()
    assert (stream["ambient_pressure_flag"].values[water & ~damaged] == 1).all()
    complete = water & ~damaged & ~np.isnan(stream["sst"].values) & ~np.isnan(stream["salinity"].values)
    difference = stream["equilibrator_temperature"].values - stream["sst"].values
    assert int(complete.sum()) == 2218
    cold = complete & (difference < -1)
    assert int(cold.sum()) == 64
    for name in ("sst", "equilibrator_temperature"):
        assert np.isin(stream[f"{name}_flag"].values[cold], (QUESTIONABLE, BAD)).all()
    exchanged = water & (stream["salinity"].values < 2) & (stream["sst"].values > 34)
    assert int(exchanged.sum()) == 1
    for name in ("sst", "salinity"):
        assert stream[f"{name}_flag"].values[exchanged].tolist() == [BAD]
    # Of 2218 complete rows, those of the episode and that one row: nothing else is flagged.
    others = complete & (np.abs(difference) <= 1)
    hit = {
        name: int(np.isin(stream[f"{name}_flag"].values[others], (QUESTIONABLE, BAD)).sum())
        for name in (
            "sst",
            "salinity",
            "equilibrator_temperature",
            "co2",
            "atmospheric_pressure",
            "analyser_pressure",
            "latitude",
            "longitude",
        )
    }
    assert hit.pop("sst") <= 1
    assert not any(hit.values())
    counts = {(name, outcome): rows for name, outcome, rows, _ in test_counts(stream)}
    assert counts["latitude", "position_bad"] == counts["latitude", "speed_questionable"] == 0


@pytest.mark.realdata
def test_shifted_rows_are_flagged(real_data: Path) -> None:
    stream = cruise(real_data, "part2_input_raw_small.tsv")
    shifted = stream["salinity"].values > 1000
    assert int(shifted.sum()) == 2
    assert (stream["salinity_flag"].values[shifted] == BAD).all()
