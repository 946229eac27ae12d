"""Night-time partitioning: against REddyProc and ONEFlux, slow implementations and invented sites, and where little is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.partitioning import nighttime_oneflux, nighttime_reddyproc
from icos_ecosystem.partitioning.lloyd_taylor import lloyd_taylor, temperature_term
from icos_ecosystem.partitioning.lloyd_taylor_fit import fitted
from icos_ecosystem.partitioning.night_windows import OUTCOMES, Site
from icos_ecosystem.partitioning.nighttime import NightOptions, partition_nighttime, partition_nighttime_members
from icos_ecosystem.partitioning.nighttime_results import KINDS
from slow_nighttime import Exchange, invented_exchange, model, slow_oneflux, slow_reddyproc

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ecosystem.partitioning.nighttime_results import NighttimePartition

Convention = Literal["oneflux", "reddyproc"]
CONVENTIONS: tuple[Convention, ...] = ("oneflux", "reddyproc")
both = pytest.mark.parametrize("convention", CONVENTIONS)
RULES = {"oneflux": nighttime_oneflux.RULES, "reddyproc": nighttime_reddyproc.RULES}


def parted(record: Exchange, convention: Convention = "oneflux", **options: Any) -> NighttimePartition:
    return partition_nighttime(*record.handed, NightOptions(convention=convention, **options))


def night_of(record: Exchange, convention: Convention) -> np.ndarray:
    return RULES[convention].night(record.calendar, record.sw_in, record.site, "sun")


@pytest.fixture(scope="module")
def reddyproc(folder: Path) -> pd.DataFrame:
    file = folder / "ecosystem_post/reference/reddyproc_ustar_mds_partition.csv.gz"
    columns = ["NEE_uStar_f", "NEE_uStar_fqc", "Tair_f", "Tair_fqc", "Rg_orig", "E_0_uStar", "R_ref_uStar", "Reco_uStar", "GPP_uStar_f"]
    return pd.read_csv(file, usecols=columns)


@pytest.fixture(scope="module")
def tharandt(reddyproc: pd.DataFrame) -> Exchange:
    values = {name: np.ascontiguousarray(reddyproc[name].to_numpy(np.float64)) for name in reddyproc}
    site = Site(latitude=51.0, longitude=13.6, utc_offset=1.0)
    measured, nothing = values["NEE_uStar_fqc"] == 0, np.empty(0)
    return Exchange(
        values["NEE_uStar_f"], measured, values["Tair_f"], values["Rg_orig"], whole_years(1998, 1998, 48), site, nothing, nothing
    )


@pytest.fixture(scope="module")
def temperature_measured(reddyproc: pd.DataFrame) -> np.ndarray:
    return reddyproc["Tair_fqc"].to_numpy() == 0


@pytest.mark.realdata
def test_reddyproc_at_tharandt(tharandt: Exchange, reddyproc: pd.DataFrame, temperature_measured: np.ndarray) -> None:
    options = NightOptions(convention="reddyproc")
    found = partition_nighttime(*tharandt.handed, options, temperature_measured=temperature_measured)
    assert not found.problems
    for values, name in ((found.e0, "E_0_uStar"), (found.rref, "R_ref_uStar"), (found.reco, "Reco_uStar"), (found.gpp, "GPP_uStar_f")):
        np.testing.assert_allclose(values, reddyproc[name].to_numpy(), rtol=0, atol=1e-10, err_msg=name)


@pytest.mark.realdata
def test_oneflux_at_tharandt(tharandt: Exchange, folder: Path, temperature_measured: np.ndarray) -> None:
    reference = pd.read_csv(folder / "ecosystem_post/reference/oneflux_partition_nt.csv.gz", na_values=[-9999])
    night = night_of(tharandt, "oneflux") & tharandt.measured
    np.testing.assert_array_equal(np.where(night, tharandt.nee, np.nan), reference["neenight"].to_numpy())
    found = partition_nighttime(*tharandt.handed, temperature_measured=temperature_measured)
    assert not found.problems
    for values, name in ((found.e0, "e0"), (found.rref, "rref"), (found.reco, "RECO_NT"), (found.gpp, "GPP_NT")):
        np.testing.assert_allclose(values, reference[name].to_numpy(), rtol=0, atol=1e-4, err_msg=name)
    of_sensitivity = found.parameters.kind == KINDS.index("temperature_sensitivity")
    assert (found.parameters.outcome[of_sensitivity] == OUTCOMES.index("used")).sum() == 3


@pytest.mark.realdata
@both
def test_members_at_tharandt_equal_each_alone(tharandt: Exchange, convention: Convention) -> None:
    draw = np.random.default_rng(4).random(tharandt.nee.size)
    measured = np.stack([tharandt.measured & (draw > share) for share in (0.0, 0.3, 0.6)])
    nee = np.stack([tharandt.nee, tharandt.nee + 0.1, tharandt.nee])
    options = NightOptions(convention=convention)
    members = partition_nighttime_members(nee, measured, *tharandt.handed[2:], options)
    for member in range(3):
        alone = partition_nighttime(nee[member], measured[member], *tharandt.handed[2:], options)
        np.testing.assert_array_equal(members.reco[member], alone.reco)
        np.testing.assert_array_equal(members.gpp[member], alone.gpp)
        assert members.e0[member].tolist() == [alone.e0[0]]
        assert members.problems[member] == alone.problems


@pytest.mark.parametrize(("convention", "slow"), [("oneflux", slow_oneflux), ("reddyproc", slow_reddyproc)])
@pytest.mark.parametrize(("year", "per_day"), [(2023, 24), (2024, 24), (2023, 48)])
def test_slow_implementations_agree(convention: Convention, slow: Any, year: int, per_day: int) -> None:
    record = invented_exchange(year, year, per_day, noise=0.4)
    e0, reco = slow(record, night_of(record, convention))
    found = parted(record, convention)
    assert found.e0[0] == pytest.approx(e0, abs=1e-4)
    np.testing.assert_allclose(found.reco, reco, rtol=0, atol=1e-4)


@both
def test_known_parameters_are_found(convention: Convention) -> None:
    record = invented_exchange(2023, 2024, e0=(180.0,), swing=0.0)
    found = parted(record, convention)
    assert not found.problems
    np.testing.assert_allclose(found.e0, 180.0, rtol=1e-6)
    np.testing.assert_allclose(found.rref, 3.0, rtol=1e-6)
    np.testing.assert_allclose(found.reco, record.reco, rtol=1e-6)
    np.testing.assert_array_equal(found.gpp, found.reco - record.nee)


@both
def test_a_reference_respiration_that_drifts_is_followed(convention: Convention) -> None:
    record = invented_exchange(2023, 2024, e0=(180.0,), noise=1.0)
    found = parted(record, convention)
    assert found.reco.mean() == pytest.approx(record.reco.mean(), rel=0.02)
    assert np.corrcoef(found.rref, record.rref)[0, 1] > 0.98


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_a_fit_of_known_parameters(noise: float) -> None:
    draw = np.random.default_rng(2)
    temperature = draw.uniform(-5.0, 20.0, 400)
    flux = lloyd_taylor(temperature, 3.0, 250.0) + noise * draw.standard_normal(400)
    np.testing.assert_allclose(lloyd_taylor(temperature, 3.0, 250.0), model(temperature, 3.0, 250.0), rtol=1e-12)
    r_ref, e0, r_ref_se, e0_se = fitted(temperature_term(temperature), flux, 0.0)
    assert (r_ref, e0) == (pytest.approx(3.0, abs=1e-6 + 4 * r_ref_se), pytest.approx(250.0, abs=1e-3 + 4 * e0_se))
    flux[:20] = 60.0
    robust = fitted(temperature_term(temperature), flux, 0.1)
    assert robust[1] == pytest.approx(250.0, abs=1e-3 + 4 * e0_se)


def test_years_have_their_own_sensitivity_in_oneflux() -> None:
    record = invented_exchange(2023, 2024, 24, e0=(120.0, 260.0))
    found = parted(record)
    assert np.unique(found.e0).size == 2
    np.testing.assert_allclose(found.e0, np.where(record.calendar.year == 2023, 120.0, 260.0), rtol=0.1)
    for year in (2023, 2024):
        rows = record.calendar.year == year
        calendar = whole_years(year, year, 24)
        alone = parted(
            replace(record, **{n: getattr(record, n)[rows] for n in ("nee", "measured", "temperature", "sw_in")}, calendar=calendar)
        )
        np.testing.assert_array_equal(alone.reco, found.reco[rows])
    together = parted(record, "reddyproc")
    assert np.unique(together.e0).size == 1


def test_below_its_pole_respiration_is_nothing() -> None:
    cold = lloyd_taylor(np.array([-40.0, -46.02, -60.0, np.nan]), 3.0, 200.0)
    assert (cold[:3] < 1e-10).all()
    assert np.isnan(cold[3])


@both
def test_nothing_measured(convention: Convention) -> None:
    record = invented_exchange(2023, 2024, 24)
    found = parted(replace(record, measured=np.zeros(record.nee.size, dtype=bool)), convention)
    for values in (found.reco, found.gpp, found.e0, found.rref):
        assert np.isnan(values).all()
    where = ("2023", "2024") if convention == "oneflux" else ("the record",)
    assert found.problems == tuple(f"{each}: no night has a measured flux and temperature" for each in where)
    assert (found.parameters.outcome != OUTCOMES.index("used")).all()
    nowhere = parted(replace(record, temperature=np.full(record.nee.size, np.nan)), convention)
    assert np.isnan(nowhere.reco).all()
    fixed = parted(replace(record, measured=np.zeros(record.nee.size, dtype=bool)), convention, fixed_e0=150.0)
    assert np.isnan(fixed.reco).all()
    assert fixed.problems[0].endswith("no window of nights has a reference respiration")


def test_a_year_that_fails_leaves_the_others() -> None:
    record = invented_exchange(2022, 2024, 24)
    measured = record.measured & (record.calendar.year != 2023)
    found = parted(replace(record, measured=measured))
    missing = np.isnan(found.reco)
    np.testing.assert_array_equal(missing, record.calendar.year == 2023)
    assert found.problems == ("2023: no night has a measured flux and temperature",)
    np.testing.assert_array_equal(found.reco[~missing], parted(record).reco[~missing])
    # One record has one sensitivity in REddyProc, and the reference respiration is drawn through the year.
    through = parted(replace(record, measured=measured), "reddyproc")
    assert np.isfinite(through.reco).all()


def test_nights_of_the_tropics_hardly_differ() -> None:
    record = invented_exchange(2023, 2023, 24, site=Site(latitude=2.0, longitude=18.0, utc_offset=1.0))
    temperature = 25.0 + 0.1 * (record.temperature - record.temperature.mean())
    record = replace(record, temperature=temperature, nee=np.where(record.sw_in > 0, record.nee, model(temperature, 4.0, 150.0)))
    found = parted(record)
    [told] = found.problems
    assert told.startswith("2023: 0 of 74 windows have a valid temperature sensitivity, 2 are needed; that of all nights together, ")
    np.testing.assert_allclose(found.e0, 150.0, rtol=1e-4)
    too_small = OUTCOMES.index("too_small_range_of_temperature")
    assert (found.parameters.outcome == too_small).sum() >= 70
    strict = parted(record, "reddyproc")
    assert np.isnan(strict.reco).all()
    [told] = strict.problems
    assert told == (
        "the record: 0 of 72 windows have a valid temperature sensitivity, 3 are needed; a smaller temperature_range or a fixed_e0 helps"
    )
    for helped in (parted(record, "reddyproc", temperature_range=0.2), parted(record, "reddyproc", fixed_e0=150.0)):
        assert not helped.problems
        np.testing.assert_allclose(helped.rref, 4.0, rtol=1e-3)


@both
def test_summers_without_night(convention: Convention) -> None:
    record = invented_exchange(2023, 2023, 24, site=Site(latitude=72.0, longitude=126.0, utc_offset=8.0))
    found = parted(record, convention, fixed_e0=200.0)
    assert not found.problems
    assert np.isfinite(found.reco).all()
    summer = slice(150 * 24, 190 * 24)
    assert not night_of(record, convention)[summer].any()
    # Dark midnights of grey days count as night where the sun does not matter.
    grey = replace(record, sw_in=np.where(np.arange(record.nee.size) % 24 < 2, 5.0, record.sw_in))
    by_radiation = parted(grey, convention, night="radiation", fixed_e0=200.0)
    windows = by_radiation.parameters
    inside = (windows.first >= summer.start) & (windows.end <= summer.stop)
    assert (windows.count[inside] > 0).all()
    assert (found.parameters.count[inside] == 0).all()


def test_missing_radiation() -> None:
    """With the sun down ONEFlux takes missing radiation for night, REddyProc leaves such records out."""
    record = invented_exchange(2023, 2023, 24)
    dark = replace(record, sw_in=np.full(record.nee.size, np.nan))
    assert not parted(dark).problems
    assert parted(dark, "reddyproc").problems == ("the record: no night has a measured flux and temperature",)
    assert parted(dark, night="radiation").problems == ("2023: no night has a measured flux and temperature",)


@both
def test_nights_that_take_up_carbon(convention: Convention) -> None:
    """A month whose nights have a negative flux: ONEFlux sets its reference respiration to next to nothing, REddyProc drops it."""
    record = invented_exchange(2023, 2023, 24)
    month = (record.calendar.month == 10) & (record.sw_in == 0.0)
    found = parted(replace(record, nee=np.where(month, -1.0, record.nee)), convention)
    windows = found.parameters
    negative = windows.outcome == OUTCOMES.index("not_positive")
    assert negative.any()
    assert (windows.kind[negative] == KINDS.index("reference_respiration")).all()
    middle = found.rref[int(np.mean(np.flatnonzero(record.calendar.month == 10)))]
    assert middle == pytest.approx(1e-6) if convention == "oneflux" else middle > 1.0


@both
def test_filled_temperatures_do_not_enter_fits(convention: Convention) -> None:
    record = invented_exchange(2023, 2023, 24)
    off = np.random.default_rng(3).random(record.nee.size) < 0.2
    wrong = replace(record, temperature=np.where(off, 30.0, record.temperature))
    options = NightOptions(convention=convention)
    found = partition_nighttime(*wrong.handed, options, temperature_measured=~off)
    without = parted(replace(record, measured=record.measured & ~off), convention)
    np.testing.assert_array_equal(found.rref, without.rref)
    np.testing.assert_array_equal(found.reco[~off], without.reco[~off])


def test_limits_of_the_sensitivity() -> None:
    record = invented_exchange(2023, 2023, 24, e0=(400.0,))
    assert parted(record).problems
    for helped in (parted(record, temperature="TS"), parted(record, greatest_e0=500.0)):
        assert not helped.problems
        np.testing.assert_allclose(helped.e0, 400.0, rtol=0.05)
    assert parted(record, least_e0=500.0, greatest_e0=600.0).problems


def test_an_array_of_another_length() -> None:
    record = invented_exchange(2023, 2023, 24)
    with pytest.raises(ValueError, match=r"sw_in has 8759 records, expected 8760"):
        parted(replace(record, sw_in=record.sw_in[1:]))
