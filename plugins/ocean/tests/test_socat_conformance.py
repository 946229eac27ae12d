"""The readers of SOCAT files, tested with the kit that plugin authors use."""

import numpy as np
from icos_ocean.readers import socat_cruise, socat_synthesis
from icos_ocean.simulators.socat_cruise import SIMULATOR

from icos_core.testing import ReaderContract
from icos_core.testing.comparison import assert_same_stream

SHORT = {"duration": "4 h", "others": 0}
EXACT = dict.fromkeys(
    (
        *("latitude", "longitude", "sst", "salinity", "equilibrator_temperature", "equilibrator_pressure"),
        *("xco2", "xco2_sst", "pco2", "pco2_equilibrator", "fco2", "fco2_equilibrator"),
    ),
    1e-09,
)
"""Numbers are written with as many digits as the simulator gives them."""


class TestPublishedCruise(ReaderContract):
    reader = socat_cruise.READER
    simulator = SIMULATOR
    simulator_options = SHORT
    truth_tolerance = EXACT
    header_lines = 5


class TestSubmission(ReaderContract):
    reader = socat_cruise.READER
    simulator = SIMULATOR
    simulator_options = SHORT | {"form": "submission"}
    truth_tolerance = EXACT
    header_lines = 8


class TestSynthesis(ReaderContract):
    reader = socat_synthesis.READER
    simulator = SIMULATOR
    simulator_options = SHORT | {"form": "synthesis", "cruises": 3}
    truth_tolerance = EXACT
    header_lines = 7

    def test_complete_rows_of_a_truncated_file(self, raw, good):
        """Cruises stand one after the other: what was cut off lies between the rows that are left."""
        whole = self.reader.read(raw, good[1], self.context()).streams["socat"]
        header, records = self.split(good[0])
        place = 2 * len(records) // 3
        raw.write_bytes(header + b"".join(records[:place]) + records[place][: len(records[place]) // 2])
        left = self.reader.read(raw, good[1], self.context())
        stream = left.streams["socat"]
        assert left.tally.kept >= place
        # The row that was cut through may have lost its last cells, and is then not the same.
        same = np.isin(stream["time"].values, whole["time"].values)
        assert (~same).sum() <= 1
        rows = np.isin(whole["time"].values, stream["time"].values[same])
        assert_same_stream(stream.isel(time=same), whole.isel(time=rows), "a file that was cut off")
