"""The reader keeps the contract of the suite."""

from icos_acme_pco2.aquaflux import READER
from icos_acme_pco2.simulator import SIMULATOR

from icos_core.testing import ReaderContract, assert_entries_load


class TestAquaFlux(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    truth_tolerance = {"sst": 0.005, "salinity": 0.005, "equilibrator_temperature": 0.005}
    header_lines = 2


def test_every_entry_loads() -> None:
    assert_entries_load("icos-acme-pco2")
