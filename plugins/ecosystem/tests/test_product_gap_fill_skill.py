"""The product ``gap-fill-skill``: which fluxes are hidden how long, who fills them, and what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from gap_filling_references import invented_weather
from icos_ecosystem.gap_filling.artificial_gaps import GAP_HOURS, artificial_gaps, score
from icos_ecosystem.gap_filling.learned import LearnedOptions
from icos_ecosystem.gap_filling.marginal_distribution import fill
from icos_ecosystem.gap_filling.schedules import ONEFLUX
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.products import gap_fill_skill
from icos_ecosystem.products.gap_fill_skill import PRODUCT, GapFillSkillOptions
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.gap_fill_skill import FILLERS, SKILL_STREAM, SKILL_WORDS
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.ustar import FILTERED_STREAM
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from icos_core.components import ProductResult

FLUX, DRIVERS = invented_weather(365, 24)
SHARE = 0.15


def stream(**values: np.ndarray) -> xr.Dataset:
    length = np.timedelta64(60, "m")
    time = np.datetime64("2023-01-01T00:00", "ns") + np.arange(FLUX.size) * length
    return bounded(make_stream(time, values, GRID_WORDS), length)


def made_streams() -> dict[str, xr.Dataset]:
    weather = dict(zip(("SW_IN", "TA", "VPD"), (each.values for each in DRIVERS), strict=True))
    return {
        GRID_STREAM: stream(**weather),
        DESPIKED_STREAM: stream(NEE=FLUX + 1.0, LE=10.0 * FLUX),
        FILTERED_STREAM: stream(NEE=FLUX),
    }


def derived(streams: dict[str, xr.Dataset], **options: Any) -> ProductResult:
    return PRODUCT.derive(streams, GapFillSkillOptions.model_validate(options), example_context())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trees be few: what they are worth is tested elsewhere."""
    plain: Callable[..., Any] = gap_fill_skill.fill_learned
    options = LearnedOptions(iterations=3, folds=2)
    monkeypatch.setattr(gap_fill_skill, "fill_learned", lambda *given, **named: plain(*given, **named, options=options))


@pytest.mark.usefixtures("quick")
def test_every_filler_at_every_length() -> None:
    result = derived(made_streams(), fluxes=["NEE", "LE"], share=SHARE, seed=4)
    found = result.streams[SKILL_STREAM]
    assert found.sizes["score"] == 2 * len(GAP_HOURS) * len(FILLERS)
    assert list(found.data_vars) == [word.name for word in SKILL_WORDS]
    assert (found["GAP_N"] > 0).all()
    assert np.unique(found["GAP_LENGTH"]).tolist() == [1.0, 8.0, 36.0, 288.0]
    hidden = artificial_gaps(np.isfinite(FLUX), per_day=24, hours=36.0, share=SHARE, seed=4)
    estimate = fill(np.where(hidden, np.nan, FLUX), DRIVERS, per_day=24, scheme=ONEFLUX).estimate[hidden]
    expected = score(estimate, FLUX[hidden], DRIVERS[0].values[hidden] > 10.0)
    [row] = np.flatnonzero((found["FLUX"] == 0) & (found["FILLER"] == 0) & (found["GAP_LENGTH"] == 36.0))
    told = found.isel(score=row)
    assert (told["GAP_N"], told["GAP_MISSING"]) == (expected.count, expected.missing)
    for name in ("rmse", "bias", "r2", "bias_day", "bias_night"):
        assert float(told[f"GAP_{name.upper()}"]) == getattr(expected, name)
    [table] = result.tables
    assert [row[:2] for row in table.rows[:4]] == [("NEE", "one record"), ("NEE", "8 h"), ("NEE", "1.5 days"), ("NEE", "12 days")]
    assert table.rows[2][2:4] == (expected.count, round(expected.rmse, 3))
    assert len(table.rows[0]) == len(table.columns)


@pytest.mark.usefixtures("quick")
def test_fluxes_that_are_absent_are_named() -> None:
    streams = made_streams()
    result = derived(streams, fluxes=["LE", "H"])
    assert (result.streams[SKILL_STREAM]["FLUX"] == 1).all()
    assert result.problems[0].message == "gap-fill-skill: H has 0 measured records, expected at least 400"
    nothing = derived({GRID_STREAM: streams[GRID_STREAM]})
    assert nothing.streams == {}
    assert nothing.problems[0].message.startswith("gap-fill-skill: NEE has 0 measured records")
    assert "no stream half-hourly" in derived({}).problems[0].message


@pytest.mark.usefixtures("quick")
def test_without_a_filter_and_without_radiation() -> None:
    streams = made_streams()
    del streams[FILTERED_STREAM]
    streams[GRID_STREAM] = streams[GRID_STREAM].drop_vars("SW_IN")
    found = derived(streams).streams[SKILL_STREAM]
    assert (found["FLUX"] == 0).all()
    assert np.isfinite(found["GAP_RMSE"]).all()
    # Nothing tells day from night.
    assert np.isnan(found["GAP_BIAS_DAY"]).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fluxes": []}, "at least 1 item"),
        ({"fluxes": ["FCH4"]}, "'NEE', 'LE' or 'H'"),
        ({"share": 0.0}, "greater than 0"),
        ({"share": 0.6}, "less than or equal to 0.5"),
        ({"features": ["SW_INN"]}, "features: 'SW_INN' is no variable of half-hourly; nearest: 'SW_IN'"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        GapFillSkillOptions.model_validate(options)


def test_what_it_asks_for() -> None:
    asked = PRODUCT.requires(GapFillSkillOptions(features=("TS",)))
    assert [each.name for each in asked[GRID_STREAM]] == ["SW_IN", "SW_IN_POT", "TA", "VPD", "TS"]
    assert PRODUCT.needs == ("ustar-filter",)
    assert PRODUCT.provides(GapFillSkillOptions()) == {SKILL_STREAM: SKILL_WORDS}
