"""The order in which pressures stand in for that of the equilibrator."""

import numpy as np
from icos_ocean.calibration.equilibrator_pressure import CODES, PressureCandidate, choose_pressure
from icos_ocean.vocabulary import VOCABULARY

from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE

NAN = np.nan


def candidate(source, pressure, level=GOOD, *, filled=False):
    size = len(pressure)
    return PressureCandidate(
        source, np.array(pressure), np.full(size, level, dtype=np.int8), np.full(size, filled), np.full(size, 0.5 * filled)
    )


def test_each_row_takes_the_first_that_it_has():
    chosen = choose_pressure(
        [
            candidate("equilibrator", [1010.0, NAN, NAN, NAN]),
            candidate("analyser", [1000.0, 1001.0, NAN, NAN], QUESTIONABLE),
            candidate("atmospheric", [990.0, 991.0, 992.0, NAN], filled=True),
        ],
        4,
    )
    np.testing.assert_array_equal(chosen.pressure, [1010.0, 1001.0, 992.0, NAN])
    assert chosen.source.tolist() == [CODES["equilibrator"], CODES["analyser"], CODES["atmospheric"], CODES["none"]]
    assert chosen.level.tolist() == [GOOD, QUESTIONABLE, GOOD, NOT_EVALUATED]
    assert chosen.filled.tolist() == [False, False, True, False]
    assert chosen.filling.tolist() == [0, 0, 0.5, 0]


def test_without_any_source():
    chosen = choose_pressure([], 2)
    assert np.isnan(chosen.pressure).all()
    assert chosen.source.tolist() == [0, 0]


def test_codes_are_those_of_the_vocabulary():
    word = VOCABULARY["equilibrator_pressure_source"]
    assert tuple(CODES.values()) == word.flag_values
    assert len(word.flag_meanings) == len(CODES)
