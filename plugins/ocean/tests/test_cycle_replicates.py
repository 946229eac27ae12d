"""Uncertainty over replicates of simulated buoys, vehicles and OceanPacks, through their raw files.

Every deployment has errors of its own, and a twin whose shared errors have the other sign: what is left of their mean error is bias. All
deployments of a kind stand in one file, days apart, so that one reading and one calibration do for all.
"""

import numpy as np
import pytest
from icos_ocean.calibration.dry_xco2 import CALIBRATOR as DRY_XCO2
from icos_ocean.calibration.mapco2 import CALIBRATOR as MAPCO2
from icos_ocean.readers import pmel_asvco2 as asvco2_reader
from icos_ocean.readers import pmel_mapco2 as mapco2_reader
from icos_ocean.readers import saildrone as saildrone_reader
from icos_ocean.readers import subctech_oceanpack as oceanpack_reader
from icos_ocean.simulators import pmel_asvco2, pmel_mapco2, saildrone, subctech_oceanpack
from icos_ocean.simulators.pmel_mapco2_signals import simulate_cycles, together
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS

from icos_core.dataset import set_variable
from icos_core.testing import example_context
from icos_core.units import require_units

PAIRS = 400
APART = np.timedelta64(2, "D")
CONTEXT = example_context()
WATER, AIR = CYCLE_POINTS["equilibrator_pump_off"], CYCLE_POINTS["air_pump_off"]
ERRORS = {
    "sst": 0.1,
    "salinity": 0.2,
    "analyser_pressure": 1.2,
    "sea_level_pressure": 1.2,
    "reading": 0.4,
    "instrument": 0.8,
}


def judge(error, uncertainty, bias=0.06):
    """Pooled coverage of the 95 % interval, bias of pairs of twins [µatm], and size of errors and of what is stated of them."""
    assert np.isfinite(error).all()
    assert error.size >= 2 * PAIRS
    covered = np.abs(error) <= 1.959964 * uncertainty
    assert 0.93 <= covered.mean() <= 0.97
    of_pairs = error.reshape(PAIRS, 2, -1).mean(axis=(1, 2))
    # What a mean over so many pairs may be off by chance is less than a third of what is asked for.
    assert of_pairs.std(ddof=1) / np.sqrt(PAIRS) < bias / 3
    assert abs(of_pairs.mean()) < bias
    assert np.sqrt(np.mean(error**2)) == pytest.approx(np.sqrt(np.mean(uncertainty**2)), rel=0.06)


def converted(stream, calibrator, options):
    """Return a stream in the units that the calibrator requires."""
    for requirement in calibrator.requires(options)["*"]:
        for choice in requirement.choices:
            if choice.units and choice.name in stream and stream[choice.name].dtype.kind == "f":
                stream = require_units(stream, choice.name, choice.units)
    return stream


# --- MAPCO2 and ASVCO2 ---


@pytest.fixture(scope="module", params=["mapco2", "asvco2"])
def deployments(request, tmp_path_factory):
    """Stream of many deployments, their truth and the options of the simulator."""
    simulator, reader = {"mapco2": (pmel_mapco2, mapco2_reader), "asvco2": (pmel_asvco2, asvco2_reader)}[request.param]
    errors = ERRORS | {"humidity": 1.5, "span_setting": 0.002}
    if request.param == "asvco2":
        errors["humidity_rounding"] = 0.0003
    described = {"mooring": {"duration": "6 h"}, "interval": "3 h", "files": "one", "errors": errors, "span_gas_uncertainty": 0.5}
    twins = [simulator.SIMULATOR.options.model_validate(described | {"mirrored": mirrored}) for mirrored in (False, True)]
    cycles = together([simulate_cycles(each, seed) for seed in range(PAIRS) for each in twins], APART)
    (path,) = simulator.write_files(cycles, tmp_path_factory.mktemp("raw"), twins[0])
    stream = reader.READER.read(path, reader.READER.options(), CONTEXT).streams[request.param]
    for name in ("sst", "salinity"):
        set_variable(stream, VOCABULARY[name], np.repeat(cycles.measured[name], len(CYCLE_POINTS)))
    return stream, cycles.truth, twins[0]


@pytest.mark.parametrize("source", ["raw", "firmware"])
def test_cycles(deployments, source):
    stream, truth, simulated = deployments
    options = MAPCO2.options(
        source=source,
        barometer_height=1.0,
        uncertainty=simulated.errors.model_dump(exclude={"variability"}),
        span_gases=[{"xco2": simulated.span_gas, "uncertainty": simulated.span_gas_uncertainty}],
    )
    (result,) = MAPCO2.calibrate({"stream": stream}, options, CONTEXT).streams.values()
    rows = {name: result[name].values.reshape(-1, len(CYCLE_POINTS)) for name in result.data_vars}
    judge(rows["fco2"][:, WATER] - truth["fco2"], rows["fco2_uncertainty"][:, WATER])
    judge(rows["xco2_air"][:, AIR] - truth["xco2_air"], rows["xco2_air_uncertainty"][:, AIR])
    # The first water of a deployment has no air before it.
    second = slice(1, None, 2)
    judge((rows["delta_fco2"][:, WATER] - truth["delta_fco2"])[second], rows["delta_fco2_uncertainty"][second, WATER], bias=0.1)


# --- Saildrone and OceanPack ---


def joined(simulator, deployments):
    """One deployment of many."""
    parts = {
        part: {name: np.concatenate([getattr(each, part)[name] for each in deployments]) for name in getattr(deployments[0], part)}
        for part in ("measured", "truth")
    }
    time = np.concatenate([each.time + number * APART for number, each in enumerate(deployments)])
    other = "state" if simulator is subctech_oceanpack else "cycle"
    return simulator.Deployment(time=time, **{other: np.concatenate([getattr(each, other) for each in deployments])}, **parts)


@pytest.mark.parametrize(
    ("simulator", "reader", "described", "calibration"),
    [
        (
            saildrone,
            saildrone_reader,
            {"interval": "1 h", "cycle": "1 h"},
            {"pressure_sources": ["analyser"], "barometer": "analyser_pressure", "barometer_height": 1.0},
        ),
        (
            subctech_oceanpack,
            oceanpack_reader,
            {"interval": "10 min", "cycle": "3 h", "rows_of_zero": 1, "rows_of_span": 1, "rows_of_change": 1},
            {"mole_fraction": "co2", "drying": "h2o", "pressure_sources": ["analyser-differential"], "differential_sign": "subtract"},
        ),
    ],
    ids=["saildrone", "oceanpack"],
)
def test_reported_mole_fractions(tmp_path, simulator, reader, described, calibration):
    errors = ERRORS | {"h2o": 0.4}
    described = described | {"mooring": {"duration": "3 h"}, "errors": errors}
    twins = [simulator.SIMULATOR.options.model_validate(described | {"mirrored": mirrored}) for mirrored in (False, True)]
    deployment = joined(simulator, [simulator.simulate_deployment(each, seed) for seed in range(PAIRS) for each in twins])
    path = saildrone.write_file(deployment, tmp_path) if simulator is saildrone else simulator.write_file(deployment, tmp_path, twins[0])
    ((name, stream),) = reader.READER.read(path, reader.READER.options(), CONTEXT).streams.items()
    stated = twins[0].errors.model_dump(exclude={"variability", "temperature_coefficient"})
    options = DRY_XCO2.options(**calibration, uncertainty=stated)
    result = DRY_XCO2.calibrate({name: converted(stream, DRY_XCO2, options)}, options, CONTEXT).streams[name]
    water = result["run_type"].values == RUN_TYPES["EQU"]
    truth = deployment.truth["fco2"][deployment.cycle if simulator is saildrone else deployment.state == 5]
    judge(result["fco2"].values[water] - truth, result["fco2_uncertainty"].values[water])
