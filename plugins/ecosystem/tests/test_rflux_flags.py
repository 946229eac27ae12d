"""Every threshold of the table, written out once more, at its edge and at the next numbers beside it."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.rflux.flags import FLUXES, MODERATE, NO_ERROR, SEVERE, Bound, Limit, evaluate

ALL = ("FC", "H", "LE", "TAU")
# Test, name of the value, fluxes concerned, limit at 20 Hz, level below, at, and above it.
EDGES = [
    ("range", "FC", ("FC",), 70.0, (0, 0, 2)),
    ("range", "FC", ("FC",), -100.0, (2, 0, 0)),
    ("range", "LE", ("LE",), 1000.0, (0, 0, 2)),
    ("range", "LE", ("LE",), -300.0, (2, 0, 0)),
    ("range", "H", ("H",), 1000.0, (0, 0, 2)),
    ("range", "H", ("H",), -300.0, (2, 0, 0)),
    ("range", "TAU", ("TAU",), 0.1, (0, 0, 2)),
    ("range", "TAU", ("TAU",), -7.0, (2, 0, 0)),
    ("FMR", "FMR_Fc", ("FC",), 5.0, (0, 0, 1)),
    ("FMR", "FMR_Fc", ("FC",), 15.0, (1, 1, 2)),
    ("LGD", "LGD_LE", ("LE",), 90.0, (0, 0, 1)),
    ("LGD", "LGD_LE", ("LE",), 180.0, (1, 1, 2)),
    ("SADiag", "SADiag", ALL, 0.0, (0, 0, 2)),
    ("GADiag", "GADiag", ("FC", "LE"), 0.0, (2, 0, 2)),
    ("wind_sector", "wind_sector", ALL, 0.0, (2, 0, 2)),
    ("AL1", "AL1_w", ALL, 0.5, (2, 2, 1)),
    ("AL1", "AL1_w", ALL, 0.75, (1, 1, 0)),
    ("DDI", "DDI_ts", ("H",), 3000.0, (0, 1, 1)),
    ("DDI", "DDI_ts", ("H",), 6000.0, (1, 2, 2)),
    ("LSR", "LSR_TAU", ("TAU",), 0.99, (2, 1, 1)),
    ("LSR", "LSR_TAU", ("TAU",), 0.995, (1, 1, 0)),
    ("KID", "KID_co2", ("FC",), 30.0, (0, 0, 1)),
    ("KID", "KID_co2", ("FC",), 50.0, (1, 1, 2)),
    ("HF5", "HF5_u", ("TAU",), 720.0, (0, 0, 1)),
    ("HF5", "HF5_u", ("TAU",), 1440.0, (1, 1, 2)),
    ("HD5", "HD5_v", ("TAU",), 720.0, (0, 0, 1)),
    ("HD5", "HD5_v", ("TAU",), 1440.0, (1, 1, 2)),
    ("HF10", "HF10_h2o", ("LE",), 180.0, (0, 0, 1)),
    ("HF10", "HF10_h2o", ("LE",), 360.0, (1, 1, 2)),
    ("HD10", "HD10_w", ALL, 180.0, (0, 0, 1)),
    ("HD10", "HD10_w", ALL, 360.0, (1, 1, 2)),
    ("DIP", "DIP_ts", ("H",), 0.0, (2, 1, 1)),
    ("DIP", "DIP_ts", ("H",), 0.1, (1, 1, 0)),
    ("M98", "M98_H", ("H",), 2.0, (0, 0, 1)),
    ("M98", "M98_H", ("H",), 3.0, (1, 1, 2)),
    ("ITC_w", "ITC_w", ALL, 30.0, (0, 0, 1)),
    ("ITC_w", "ITC_w", ALL, 100.0, (1, 1, 2)),
]


@pytest.mark.parametrize(("test", "name", "fluxes", "limit", "levels"), EDGES)
def test_edges(test: str, name: str, fluxes: tuple[str, ...], limit: float, levels: tuple[int, int, int]) -> None:
    found = evaluate({name: [np.nextafter(limit, -np.inf), limit, np.nextafter(limit, np.inf), np.nan]}, 20.0)
    for flux in FLUXES:
        expected = [*levels, 0] if flux in fluxes else [0, 0, 0, 0]
        assert found[flux].tests.get(test, np.zeros(4)).tolist() == expected, flux
        assert found[flux].severe.tolist() == [level == SEVERE for level in expected]
        assert found[flux].moderate.tolist() == [level == MODERATE for level in expected]


@pytest.mark.parametrize(("frequency", "level"), [(20.0, NO_ERROR), (10.0, MODERATE), (5.0, SEVERE)])
def test_counts_are_of_the_sampling_frequency(frequency: float, level: int) -> None:
    assert evaluate({"HF5_w": [400.0]}, frequency)["H"].tests["HF5"].tolist() == [level]


def test_the_worst_series_counts() -> None:
    found = evaluate({"KID_w": [40.0, 60.0], "KID_ts": [60.0, 10.0], "KID_co2": [1.0, 1.0]}, 20.0)
    assert found["H"].tests["KID"].tolist() == [SEVERE, SEVERE]
    assert found["FC"].tests["KID"].tolist() == [MODERATE, SEVERE]
    assert found["H"].moderate.tolist() == [False, False]


def test_one_half_hour_may_have_both() -> None:
    found = evaluate({"M98_H": [2.5], "KID_w": [60.0]}, 20.0)["H"]
    assert (found.severe.tolist(), found.moderate.tolist()) == ([True], [True])


def test_limits_of_ones_own() -> None:
    own = (Limit(test="DIP", of="series", severe=(Bound("<", 0.01),), moderate=(Bound("<=", 0.1),)),)
    assert evaluate({"DIP_w": [0.005, 0.05]}, 20.0, own)["H"].tests["DIP"].tolist() == [SEVERE, MODERATE]


def test_nothing_known() -> None:
    assert evaluate({}, 20.0)["FC"].severe.size == 0
