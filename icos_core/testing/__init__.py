"""The conformance kit: contracts that a plugin author subclasses, or functions to call, in tests run by pytest.

``pip install icos-core[testing]``. Every contract is a plain class whose methods are tests; a subclass in a test module
names the component and, where there is one, the simulator that writes its raw files::

    class TestAquaFlux(ReaderContract):
        reader = READER
        simulator = SIMULATOR
        truth_tolerance = {"sst": 0.01}
"""

import pytest

for _module in ("calibrator", "comparison", "entries", "exporter", "quality", "reader"):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")

from icos_core.testing.calibrator import CalibratorContract, assert_calibration_fits, assert_condensing_is_chunk_invariant  # noqa: E402
from icos_core.testing.comparison import assert_same_stream, assert_same_streams  # noqa: E402
from icos_core.testing.context import example_context, example_stream, flagged  # noqa: E402
from icos_core.testing.entries import assert_entries_load  # noqa: E402
from icos_core.testing.exporter import ExporterContract, assert_complete_or_absent  # noqa: E402
from icos_core.testing.quality import QualityTestContract, run_test  # noqa: E402
from icos_core.testing.reader import (  # noqa: E402
    ReaderContract,
    assert_chunk_invariant,
    assert_foreign_files_refused,
    assert_result_fits,
    assert_span_covers,
    assert_survives,
)

__all__ = [
    "CalibratorContract",
    "ExporterContract",
    "QualityTestContract",
    "ReaderContract",
    "assert_calibration_fits",
    "assert_chunk_invariant",
    "assert_complete_or_absent",
    "assert_condensing_is_chunk_invariant",
    "assert_entries_load",
    "assert_foreign_files_refused",
    "assert_result_fits",
    "assert_same_stream",
    "assert_same_streams",
    "assert_span_covers",
    "assert_survives",
    "example_context",
    "example_stream",
    "flagged",
    "run_test",
]
