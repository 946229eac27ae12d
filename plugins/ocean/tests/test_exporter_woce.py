"""Primary flags as WOCE flags."""

import numpy as np
import pytest
from icos_ocean.exporters.woce import woce_flags, woce_of

from icos_core.testing import example_stream, flagged


def test_every_primary_flag() -> None:
    assert woce_of(np.array([1, 2, 3, 4, 9], dtype=np.int8)).tolist() == [2, 2, 3, 4, 9]


@pytest.mark.parametrize("flag", [0, 5, 8, 127, -1])
def test_flags_that_do_not_exist(flag: int) -> None:
    with pytest.raises(ValueError, match=str(flag)):
        woce_of(np.array([1, flag], dtype=np.int8))


def test_missing_values_are_9_whatever_the_flag() -> None:
    stream = flagged(example_stream(("fco2",), 50))
    assert (woce_flags(stream, "fco2") == np.where(np.isnan(stream["fco2"].values), 9, 2)).all()
    assert (woce_flags(stream.drop_vars("fco2_flag"), "fco2") == np.where(np.isnan(stream["fco2"].values), 9, 2)).all()
    assert (woce_flags(stream, "no_such_quantity") == 9).all()
