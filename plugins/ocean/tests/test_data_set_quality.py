"""Evidence of a data set, the flag that is proposed to SOCAT, and the checks of the ICOS label."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from icos_ocean.products.data_set_criteria import Criterion, at_most
from icos_ocean.products.data_set_evidence import evidence_of
from icos_ocean.products.icos_label import IcosLabelOptions
from icos_ocean.products.icos_label import derive as check_label
from icos_ocean.products.socat_data_set_flag import SocatDataSetFlagOptions, derive, proposed_flag
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

from icos_core.dataset import make_stream
from icos_core.station import Deployment
from icos_core.testing import example_context

if TYPE_CHECKING:
    from icos_core.components import Context, Table

GASES = {"STD2": 250.0, "STD3": 400.0, "STD4": 500.0}


def cruise(hours: float = 12.0, round_every: float = 3.0, **changes: Any) -> xr.Dataset:
    """Return rows every ten minutes, with a round of standards every few hours."""
    count = int(hours * 6)
    minutes = 10 * np.arange(count)
    within = (minutes % int(round_every * 60)) // 10
    run_type, assigned = np.full(count, RUN_TYPES["EQU"], dtype=np.int8), np.full(count, np.nan)
    for position, (word, value) in enumerate(GASES.items()):
        run_type[within == position] = RUN_TYPES[word]
        assigned[within == position] = value
    water = run_type == RUN_TYPES["EQU"]
    values: dict[str, Any] = {
        "run_type": run_type,
        "standard_xco2": assigned,
        "latitude": np.linspace(40.0, 41.0, count),
        "longitude": np.full(count, -20.0),
        "sst": np.full(count, 12.0),
        "salinity": np.full(count, 35.0),
        "equilibrator_temperature": np.full(count, 12.2),
        "delta_temperature": np.where(water, 0.2, np.nan),
        "xco2": np.where(water, 390.0, np.nan),
        "fco2": np.where(water, 380.0, np.nan),
        "fco2_uncertainty": np.where(water, 1.5, np.nan),
    }
    values |= {name: np.where(water, value, np.nan) if name != "run_type" else value for name, value in changes.items()}
    time = np.datetime64("2024-03-01T00:00:00", "ns") + minutes * np.timedelta64(60_000_000_000, "ns")
    return make_stream(time, values, VOCABULARY.values())


def context(**changes: Any) -> Context:
    known = {"expocode": "XXXX20240301", "name": "C1", "investigators": "Institute", "vessel": "Ship", "depth": 5.0}
    deployment = Deployment(start=datetime(2024, 3, 1, tzinfo=UTC), end=datetime(2024, 3, 9, tzinfo=UTC), **(known | changes))
    return replace(example_context(), deployments=(deployment,))


STATED = {"traceable": True, "continuous": True, "sst_accuracy": 0.05, "equilibrator_temperature_accuracy": 0.05, "pressure_accuracy": 2.0}


def flag(data: xr.Dataset, where: Context | None = None, streams: dict[str, xr.Dataset] | None = None, **options: Any) -> tuple[str, Table]:
    given = SocatDataSetFlagOptions.model_validate({**STATED, **options})
    (table,) = derive({"underway": data, **(streams or {})}, given, where or context()).tables
    return table.title.rpartition(" ")[2], table


def verdicts(table: Table) -> dict[str, str]:
    return {row[0]: row[3] for row in table.rows}


def test_evidence_of_a_cruise() -> None:
    found = evidence_of(cruise())
    assert found.standards == (250.0, 400.0, 500.0)
    assert found.rows == 72 - 4 * 3
    assert found.equilibrated
    assert (found.outside, found.beyond, found.warming, found.flagged) == (0.0, 0.0, 0.0, 0.0)
    assert found.uncertainty == pytest.approx(1.5)
    # From the last standard of one round to the first of the next.
    assert found.interval == pytest.approx(3.0 - 20.0 / 60.0)


def test_evidence_after_the_last_run_of_standards() -> None:
    data = cruise(hours=12.0, round_every=8.0)
    assert evidence_of(data.isel(time=slice(0, 48))).interval == pytest.approx((47 - 2) * 10.0 / 60.0)


def test_evidence_of_values_outside_the_standards() -> None:
    found = evidence_of(cruise(xco2=525.0))
    assert (found.outside, found.beyond) == (1.0, pytest.approx(25.0 / 250.0))


def test_questionable_rows_do_not_count() -> None:
    data = cruise(delta_temperature=2.0)
    flags = np.where(np.isfinite(data["fco2"].values), 1, 9).astype(np.int8)
    flags[10:20] = np.where(flags[10:20] == 1, 4, flags[10:20])
    data["fco2_flag"] = ("time", flags)
    found = evidence_of(data)
    assert found.rows == int((flags == 1).sum())
    assert found.flagged == pytest.approx((flags == 4).sum() / 60.0)
    assert found.warming == 1.0


def test_standards_that_set_the_analyser_do_not_count() -> None:
    data = cruise()
    data["run_type"].values[data["run_type"].values == RUN_TYPES["STD4"]] = RUN_TYPES["STD4s"]
    assert evidence_of(data).standards == (250.0, 400.0)


def test_flag_b_and_with_a_crossover_a() -> None:
    assert flag(cruise())[0] == "B"
    assert flag(cruise(), crossover=True)[0] == "A"
    time = cruise()["time"].values[[5, 20]]
    pairs = xr.Dataset({"high_quality": ("pair", np.array([0, 1], dtype=np.int8)), "time_own": ("pair", time)})
    assert flag(cruise(), streams={"crossovers": pairs})[0] == "A"
    assert flag(cruise(), streams={"crossovers": pairs.isel(pair=[0])})[0] == "B"


def test_a_crossover_counts_for_its_own_deployment_only() -> None:
    data = cruise(hours=24.0)
    where = context()
    first = where.deployments[0].model_copy(update={"end": datetime(2024, 3, 1, 12, tzinfo=UTC)})
    second = where.deployments[0].model_copy(update={"start": datetime(2024, 3, 1, 12, tzinfo=UTC), "expocode": "XXXX20240302"})
    pairs = xr.Dataset({"high_quality": ("pair", np.array([1], dtype=np.int8)), "time_own": ("pair", data["time"].values[[5]])})
    both = replace(where, deployments=(first, second))
    found = derive({"underway": data, "crossovers": pairs}, SocatDataSetFlagOptions.model_validate(STATED), both)
    assert [table.title.rpartition(" ")[2] for table in found.tables] == ["A", "B"]


@pytest.mark.parametrize(
    ("changes", "options", "missed"),
    [
        ({"delta_temperature": 1.4}, {}, "rows warmed or cooled by 1 °C and more"),
        ({"xco2": 520.0}, {}, "outside the range of the standards, rows"),
        ({}, {"sst_accuracy": 0.1}, "accuracy of sea-surface temperature"),
        ({}, {"equilibrator_temperature_accuracy": 0.1}, "accuracy of equilibrator temperature"),
        ({}, {"pressure_accuracy": 3.0}, "accuracy of equilibrator pressure"),
        ({}, {"traceable": False}, "standards traceable to the WMO scale"),
        ({}, {"traceable": None}, "standards traceable to the WMO scale"),
        ({}, {"continuous": False}, "xCO2 measured in equilibrated air, continuously, by IR, GC or CRDS"),
        ({}, {"standards_interval": 2.0}, "longest time between runs of standards"),
    ],
)
def test_one_criterion_missed_makes_a_c(changes: dict[str, float], options: dict[str, Any], missed: str) -> None:
    found, table = flag(cruise(**changes), crossover=True, **options)
    assert found == "C"
    assert [name for name, verdict in verdicts(table).items() if verdict != "met" and "accuracy of fCO2" not in name] == [missed]


def test_flags_c_to_e_and_none() -> None:
    assert flag(cruise(fco2_uncertainty=4.0))[0] == "C"
    assert flag(cruise(fco2_uncertainty=4.0), context(vessel=""))[0] == "D"
    assert flag(cruise(), context(investigators=""))[0] == "D"
    assert flag(cruise(fco2_uncertainty=8.0))[0] == "E"
    assert flag(cruise(fco2_uncertainty=8.0), context(vessel=""))[0] == "none"
    assert flag(cruise(fco2_uncertainty=12.0))[0] == "none"
    assert flag(cruise(), alternative_sensor=True)[0] == "E"
    assert flag(cruise(xco2=560.0))[0] == "E"
    assert flag(cruise(), fco2_accuracy=4.5)[0] == "C"


def test_a_sensor_without_an_equilibrator_is_no_a() -> None:
    data = cruise().drop_vars(["xco2", "equilibrator_temperature", "delta_temperature"])
    assert flag(data, continuous=None)[0] == "C"
    sensor = data.drop_vars("standard_xco2")
    assert flag(sensor, continuous=None)[0] == "E"
    assert flag(sensor, continuous=None, alternative_sensor=False)[0] == "C"


def test_an_equilibrator_that_floats_in_the_sea_is_stated() -> None:
    data = cruise().drop_vars(["equilibrator_temperature", "delta_temperature"])
    name = "xCO2 measured in equilibrated air, continuously, by IR, GC or CRDS"
    row = {row[0]: row for row in flag(data, continuous=None)[1].rows}[name]
    assert row[2:] == ("no mole fraction beside the temperature of an equilibrator", "missed")
    row = {row[0]: row for row in flag(data, continuous=True)[1].rows}[name]
    assert row[2:] == ("yes", "met")
    assert flag(data.drop_vars("standard_xco2"), continuous=True)[0] == "C"


def test_rows_without_a_mole_fraction_or_a_temperature_say_nothing() -> None:
    found = evidence_of(cruise(xco2=np.nan, delta_temperature=np.nan))
    assert np.isnan([found.outside, found.beyond, found.warming]).all()
    half = cruise(delta_temperature=1.4)
    half["delta_temperature"].values[::2] = np.nan
    assert evidence_of(half).warming == 1.0


def test_the_table_names_what_is_lacking() -> None:
    _, table = flag(cruise(), context(vessel="", depth=None))
    row = next(row for row in table.rows if row[0].startswith("metadata"))
    assert row[2:] == ("lacking: deployment.vessel, deployment.depth", "missed")
    assert table.title.startswith("Proposed SOCAT data-set flag of XXXX20240301")


def test_flag_without_any_accuracy() -> None:
    assert proposed_flag([], float("nan"), metadata=True, crossover=True, exceeded=False, alternative=False) == ""


def test_criteria() -> None:
    assert at_most("a", 0.05, 0.05, "°C").verdict == "met"
    assert at_most("a", 0.0501, 0.05, "°C").verdict == "missed"
    assert at_most("a", None, 0.05, "°C") == Criterion("a", "≤ 0.05 °C", "–", None)
    assert at_most("a", float("nan"), 1.0, "").verdict == "not stated"


def label(data: xr.Dataset, **options: Any) -> Table:
    (table,) = check_label({"underway": data}, IcosLabelOptions.model_validate(options), context()).tables
    return table


def test_the_label() -> None:
    data = cruise()
    for name in ("fco2", "sst", "salinity", "latitude", "longitude"):
        data[f"{name}_flag"] = ("time", np.where(np.isfinite(data[name].values), 1, 9).astype(np.int8))
        data[f"{name}_flag_origin"] = ("time", np.zeros(data.sizes["time"], dtype=np.int8))
    stated = {"sst_accuracy": 0.05, "equilibrator_temperature_accuracy": 0.05, "salinity_accuracy": 0.1, "pressure_accuracy": 2.0}
    assert label(data, **stated).title.endswith("0 missed, 0 not stated")
    assert label(data).title.endswith("0 missed, 4 not stated")
    data["sst_flag"].values[5:9] = 3
    table = label(data, **stated)
    assert table.title.endswith("1 missed, 0 not stated")
    assert verdicts(table)["flags of sst"] == "missed"
    data["sst_flag_origin"].values[5:9] = 1
    assert label(data, **stated).title.endswith("0 missed, 0 not stated")
    assert verdicts(label(data, **stated, fco2_limit=1.0))["uncertainty of fCO2, root mean square"] == "missed"
    assert verdicts(label(data, **stated, standards=4))["standard gases other than zero"] == "missed"


def test_the_label_asks_for_no_flags_of_the_coordinates_of_the_station() -> None:
    data = cruise().drop_vars(["latitude", "longitude"])
    where = context()
    moored = replace(where, station=where.station.model_copy(update={"latitude": 51.0, "longitude": 3.0}))
    (table,) = check_label({"underway": data}, IcosLabelOptions(), moored).tables
    assert not [name for name in verdicts(table) if "itude" in name]
