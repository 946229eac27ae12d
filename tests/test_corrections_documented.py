"""Every key of the inner tables of corrections is documented."""

from pathlib import Path

import pytest
from test_docs import first_column

from icos_core.corrections.lagged_correlation import LEAST_BLOCKS, RESAMPLES, SIGNIFICANT, STEPS_PER_ROW, WIDEST_SPREAD
from icos_core.corrections.sensor_choice_options import Choice
from icos_core.corrections.sensor_correction_options import Correction
from icos_core.corrections.shift_proposals import FINEST, HIGH, LOW
from icos_core.corrections.time_shift_options import Proposal, Shift

PAGE = "sensor-corrections.md"


@pytest.mark.parametrize(("table", "model"), [("correct", Correction), ("choose", Choice), ("shift", Shift), ("propose", Proposal)])
def test_keys(table, model):
    assert first_column(PAGE, f"key of `{table}`") == set(model.model_fields)


def test_numbers():
    text = (Path(__file__).parents[1] / "docs" / PAGE).read_text(encoding="utf-8")
    assert f"less than {2 * LEAST_BLOCKS} windows" in text
    assert f"over {RESAMPLES} resamples" in text
    assert f"less than {SIGNIFICANT:g} times its own standard error" in text
    assert f"correlation of at least {HIGH:g}" in text
    assert f"correlation below {LOW:g}" in text
    assert (FINEST, STEPS_PER_ROW, WIDEST_SPREAD) == (60, 10, 0.1)
