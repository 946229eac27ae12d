"""Heights of boundary layers: Nieuwstadt's equation, its neutral limit, and what is not estimated."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.footprint.boundary_layer import boundary_layer_height


def test_boundary_layers() -> None:
    f = 2 * 7.292115e-5 * np.sin(np.radians(50.0))
    heights = boundary_layer_height([1e4, 4999.0, 50.0, -50.0, np.nan], 0.3, 50.0, convective=1200.0)
    assert heights[0] == pytest.approx(0.3 * 0.3 / f)
    # Nieuwstadt's height solves h / L = 0.3 (u* / f L) / (1 + 1.9 h / L).
    for length, h in ((4999.0, heights[1]), (50.0, heights[2])):
        assert h == pytest.approx(0.3 * 0.3 / f / (1.0 + 1.9 * h / length), rel=1e-9)
    assert heights[3] == 1200.0
    assert np.isnan(heights[4])
    assert np.isnan(boundary_layer_height(-50.0, 0.3, 50.0))
    assert np.isnan(boundary_layer_height(50.0, 0.3, 0.0))
    assert boundary_layer_height(50.0, 0.3, -50.0) == heights[2]
