"""Readers and calibrators of the CO2-Pro and the SAMI-CO2, tested with the kit that plugin authors use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import icos_ocean.readers.pro_oceanus_co2_pro as co2_pro_reader
import icos_ocean.readers.sunburst_sami_co2 as sami_reader
import icos_ocean.simulators.pro_oceanus_co2_pro as co2_pro_simulator
import icos_ocean.simulators.sunburst_sami_co2 as sami_simulator
from icos_ocean.calibration import co2_pro, sami
from icos_ocean.simulators.mooring import MooringSimulation
from icos_ocean.simulators.pro_oceanus_co2_pro_signals import simulate_deployment
from icos_ocean.vocabulary import VOCABULARY

from icos_core.dataset import set_variable
from icos_core.testing import CalibratorContract, ReaderContract, flagged

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

HALF_A_DAY = MooringSimulation(duration=timedelta(hours=12))
TEN_DAYS = MooringSimulation(duration=timedelta(days=10))


class TestCo2ProLog(ReaderContract):
    reader = co2_pro_reader.READER
    simulator = co2_pro_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "zero_every": "4 h", "air_every": "2 h"}
    header_lines = 0


class TestCo2ProLogWithoutLogger(TestCo2ProLog):
    simulator_options = TestCo2ProLog.simulator_options | {"logger": False, "style": "hash"}


class TestSamiDownload(ReaderContract):
    reader = sami_reader.READER
    simulator = sami_simulator.SIMULATOR
    simulator_options = {"mooring": TEN_DAYS, "records_per_blank": 40}
    header_lines = sami_simulator.HEADER_LINES
    truth_tolerance = {"equilibrator_temperature": 0.5}


class TestSamiRecords(TestSamiDownload):
    simulator_options = TestSamiDownload.simulator_options | {"form": "records", "adc_bits": 14}
    header_lines = 0


class TestSamiRecordsOfALogger(TestSamiRecords):
    simulator_options = TestSamiDownload.simulator_options | {"form": "logger"}
    options = {"clock": "logger"}


class TestCo2Pro(CalibratorContract):
    calibrator = co2_pro.CALIBRATOR
    reader = co2_pro_reader.READER
    simulator = co2_pro_simulator.SIMULATOR
    simulator_options = {"mooring": HALF_A_DAY, "zero_every": "4 h", "air_every": "2 h"}

    def prepared(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        """Put temperature and pressure where a run joins them."""
        streams, options = super().prepared(folder)
        deployment = simulate_deployment(self.simulator.options.model_validate(self.simulator_options), self.seed)
        for name in ("sst", "atmospheric_pressure"):
            set_variable(streams["co2_pro"], VOCABULARY[name], deployment.measured[name])
        return {name: flagged(stream) for name, stream in streams.items()}, options


class TestSami(CalibratorContract):
    calibrator = sami.CALIBRATOR
    reader = sami_reader.READER
    simulator = sami_simulator.SIMULATOR
    simulator_options = {"mooring": TEN_DAYS, "records_per_blank": 40}
