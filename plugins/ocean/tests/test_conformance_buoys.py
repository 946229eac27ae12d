"""Readers and calibrators of buoys, surface vehicles and the OceanPack, tested with the kit that plugin authors use."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import icos_ocean.readers.pmel_asvco2 as asvco2_reader
import icos_ocean.readers.pmel_mapco2 as mapco2_reader
import icos_ocean.readers.saildrone as saildrone_reader
import icos_ocean.readers.subctech_oceanpack as oceanpack_reader
import icos_ocean.simulators.pmel_asvco2 as asvco2_simulator
import icos_ocean.simulators.pmel_mapco2 as mapco2_simulator
import icos_ocean.simulators.saildrone as saildrone_simulator
import icos_ocean.simulators.subctech_oceanpack as oceanpack_simulator
import numpy as np
from icos_ocean.calibration import dry_xco2, mapco2
from icos_ocean.simulators.mooring import MooringSimulation
from icos_ocean.simulators.pmel_mapco2_signals import simulate_cycles
from icos_ocean.vocabulary import VOCABULARY

from icos_core.dataset import set_variable
from icos_core.testing import CalibratorContract, ReaderContract, assert_result_fits, flagged
from icos_core.testing.damage import in_lines

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

HALF_A_DAY = MooringSimulation(duration=timedelta(hours=12))
A_DAY = MooringSimulation(duration=timedelta(days=1))


class TestOceanPackLog(ReaderContract):
    reader = oceanpack_reader.READER
    simulator = oceanpack_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "interval": "2 min"}
    header_lines = oceanpack_simulator.HEADER_LINES
    truth_tolerance = {"latitude": 1e-6, "longitude": 1e-6, "sst": 0.2, "water_flow": 1e-5}


class TestOceanPackByGps(TestOceanPackLog):
    options = {"clock": "gps"}
    variants = 20
    simulator_options = TestOceanPackLog.simulator_options | {"gps_ahead": "0 s"}


class CyclesInFiles(ReaderContract):
    """Files whose records are whole cycles: a message is never cut."""

    def test_every_record_is_accounted_for(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """As many lines seen as the file has."""
        result = self.reader.read(raw, good[1], self.context())
        assert_result_fits(self.reader, result, good[1])
        assert result.tally.kept == 10 * len(self.split(good[0])[1])
        assert result.tally.seen == len(good[0].splitlines())


def at(pattern: bytes, content: bytes) -> tuple[bytes, list[bytes]]:
    """Cut a file ahead of each match, whatever the line ends."""
    starts = [match.start() for match in re.finditer(pattern, content, re.MULTILINE)]
    ends = [*starts[1:], len(content)]
    return content[: starts[0]] if starts else content, [content[start:end] for start, end in zip(starts, ends, strict=True)]


class TestMapCO2Messages(CyclesInFiles):
    reader = mapco2_reader.READER
    simulator = mapco2_simulator.SIMULATOR
    simulator_options = {"mooring": A_DAY, "files": "one"}
    truth_tolerance = {"latitude": 1e-6, "longitude": 1e-6}

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        return at(rb"^NORM ", content)


class TestMapCO2MessagesWithSeaSensors(TestMapCO2Messages):
    simulator_options = TestMapCO2Messages.simulator_options | {"sea": "message", "other_blocks": False}
    variants = 20
    truth_tolerance = TestMapCO2Messages.truth_tolerance | {"sst": 0.2, "salinity": 0.5}


class TestASVCO2Text(CyclesInFiles):
    reader = asvco2_reader.READER
    simulator = asvco2_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "interval": "2 h", "files": "one"}

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        return at(rb"^(?:STATS: )?State,", content)


class TestASVCO2StatisticsAlone(TestASVCO2Text):
    simulator_options = TestASVCO2Text.simulator_options | {"sections": False}
    variants = 20


class TestSaildroneFile(ReaderContract):
    reader = saildrone_reader.READER
    simulator = saildrone_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "interval": "5 min"}
    truth_tolerance = {"latitude": 1e-5, "longitude": 1e-5, "sst": 0.2, "salinity": 0.5}

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        return in_lines(content, 1)

    def test_every_record_is_accounted_for(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """A line with water and air counts twice."""
        result = self.reader.read(raw, good[1], self.context())
        assert_result_fits(self.reader, result, good[1])
        records = self.split(good[0])[1]
        cycles = sum(record.split(b",")[-1].strip() != b"" for record in records)
        assert cycles == 12
        assert result.tally.seen == result.tally.kept == len(records) + cycles


class InCycles(CalibratorContract):
    """Cycles with temperature and salinity of the sea where a run joins them."""

    def prepared(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        streams, options = super().prepared(folder)
        assert self.simulator is not None
        cycles = simulate_cycles(self.simulator.options.model_validate(self.simulator_options), self.seed)
        for stream in streams.values():
            for name in ("sst", "salinity"):
                set_variable(stream, VOCABULARY[name], np.repeat(cycles.measured[name], 10))
        return {name: flagged(stream) for name, stream in streams.items()}, options


class TestMapCO2(InCycles):
    calibrator = mapco2.CALIBRATOR
    reader = mapco2_reader.READER
    simulator = mapco2_simulator.SIMULATOR
    simulator_options = {"mooring": A_DAY}


class TestMapCO2OfVehicle(InCycles):
    calibrator = mapco2.CALIBRATOR
    reader = asvco2_reader.READER
    simulator = asvco2_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "interval": "2 h"}
    options = {"source": "firmware"}


class TestDryXco2OfOceanPack(CalibratorContract):
    calibrator = dry_xco2.CALIBRATOR
    reader = oceanpack_reader.READER
    simulator = oceanpack_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "interval": "5 min"}
    options = {
        "mole_fraction": "co2",
        "drying": "h2o",
        "pressure_sources": ["analyser-differential"],
        "differential_sign": "subtract",
        "salinity": 34.5,
    }


class TestDryXco2OfSaildrone(CalibratorContract):
    calibrator = dry_xco2.CALIBRATOR
    reader = saildrone_reader.READER
    simulator = saildrone_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "interval": "5 min"}
