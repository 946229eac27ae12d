"""The product ``energy-balance-correction``: streams in, streams out, and what is told where the balance is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_ecosystem.energy_balance.closure_correction import correct, joint_uncertainty
from icos_ecosystem.energy_balance.closure_factors import EnergyFluxes
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.products.energy_balance_correction import PRODUCT, EnergyBalanceCorrectionOptions
from icos_ecosystem.vocabulary.energy_balance import ENERGY_BALANCE_STREAM, ENERGY_BALANCE_WORDS
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM, UNCERTAINTY_STREAM, UNCERTAINTY_WORDS, words_of_filled
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS

from icos_core.dataset import make_stream
from icos_core.testing import example_context

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import ProductResult

CALENDAR = whole_years(2021, 2021, 24)
WORDS = (*GRID_WORDS, *words_of_filled("LE"), *words_of_filled("H"), *UNCERTAINTY_WORDS)


def stream(**values: np.ndarray) -> xr.Dataset:
    length = np.timedelta64(60, "m")
    return bounded(make_stream(CALENDAR.start.astype("datetime64[ns]"), values, WORDS), length)


def made_streams() -> dict[str, xr.Dataset]:
    random = np.random.default_rng(7)
    n = CALENDAR.size
    latent, sensible = 60.0 + 30.0 * random.standard_normal(n), 40.0 + 20.0 * random.standard_normal(n)
    net = (latent + sensible) / random.normal(0.8, 0.05, n) + 8.0
    net[2000:5000] = np.nan
    quality = random.integers(0, 4, (2, n)).astype(np.int8)
    return {
        GRID_STREAM: stream(NETRAD=net, G=np.full(n, 8.0)),
        FILLED_STREAM: stream(LE_F=latent, H_F=sensible, LE_F_QC=quality[0], H_F_QC=quality[1]),
        UNCERTAINTY_STREAM: stream(LE_RANDUNC=np.full(n, 12.0)),
    }


def derived(streams: dict[str, xr.Dataset]) -> ProductResult:
    return PRODUCT.derive(streams, EnergyBalanceCorrectionOptions(), example_context())


def test_every_half_hour_is_corrected() -> None:
    streams = made_streams()
    result = derived(streams)
    found = result.streams[ENERGY_BALANCE_STREAM]
    grid, filled = streams[GRID_STREAM], streams[FILLED_STREAM]
    fluxes = EnergyFluxes(
        net_radiation=grid["NETRAD"].to_numpy(),
        ground_heat=grid["G"].to_numpy(),
        latent_heat=filled["LE_F"].to_numpy(),
        sensible_heat=filled["H_F"].to_numpy(),
        latent_heat_quality=filled["LE_F_QC"].to_numpy().astype(float),
        sensible_heat_quality=filled["H_F_QC"].to_numpy().astype(float),
    )
    expected = correct(fluxes, CALENDAR)
    for name, flux in (("LE", expected.latent_heat), ("H", expected.sensible_heat)):
        np.testing.assert_array_equal(found[f"{name}_CORR"], flux.corrected)
        np.testing.assert_array_equal(found[f"{name}_CORR_25"], flux.lower)
        np.testing.assert_array_equal(found[f"{name}_CORR_75"], flux.upper)
    np.testing.assert_array_equal(found["LE_CORR_JOINTUNC"], joint_uncertainty(np.full(CALENDAR.size, 12.0), expected.latent_heat))
    assert "H_CORR_JOINTUNC" not in found
    np.testing.assert_array_equal(found["EBC_CF_N"], expected.count)
    np.testing.assert_array_equal(np.nan_to_num(found["EBC_CF_METHOD"].to_numpy()), expected.method)
    assert {0, 1, 2} == set(expected.method.tolist())
    assert set(found.data_vars) - {"time_bnds"} <= {word.name for word in ENERGY_BALANCE_WORDS}
    assert found["LE_CORR"].attrs["units"] == "W m-2"
    [table] = result.tables
    [(year, complete, closure, *shares)] = table.rows
    assert (year, complete) == (2021, int(fluxes.complete.sum()))
    assert closure == pytest.approx(0.8, abs=0.01)
    assert sum(shares) == pytest.approx(100.0, abs=0.2)


@pytest.mark.parametrize(
    ("stream_name", "variable", "words"),
    [
        (GRID_STREAM, "NETRAD", "without NETRAD the closure"),
        (GRID_STREAM, "G", "without G the closure"),
        (FILLED_STREAM, "LE_F", "without LE_F the closure"),
        (FILLED_STREAM, "H_F", "without H_F the closure"),
    ],
)
def test_what_is_absent_is_named(stream_name: str, variable: str, words: str) -> None:
    for gone in (True, False):
        streams = made_streams()
        streams[stream_name] = (
            streams[stream_name].drop_vars(variable)
            if gone
            else streams[stream_name].assign({variable: np.nan * streams[stream_name][variable]})
        )
        result = derived(streams)
        assert result.streams == {}
        assert words in result.problems[0].message
    assert "without LE_F and H_F" in derived({GRID_STREAM: made_streams()[GRID_STREAM]}).problems[0].message
    assert "without NETRAD and G and LE_F and H_F" in derived({}).problems[0].message


def test_too_few_at_once() -> None:
    streams = made_streams()
    streams[GRID_STREAM]["G"][:] = np.where(np.arange(CALENDAR.size) < 3, 8.0, np.nan)
    result = derived(streams)
    assert result.streams == {}
    assert "too few half hours have NETRAD, G, LE and H at once" in result.problems[0].message


def test_it_waits_for_the_random_uncertainty_and_needs_the_filling() -> None:
    assert (PRODUCT.needs, PRODUCT.after) == (("gap-fill",), ("random-uncertainty",))
    assert all(each.optional for requirements in PRODUCT.requires(EnergyBalanceCorrectionOptions()).values() for each in requirements)
    del (streams := made_streams())[UNCERTAINTY_STREAM]
    assert not [name for name in derived(streams).streams[ENERGY_BALANCE_STREAM] if str(name).endswith("JOINTUNC")]
