"""The product ``crossovers``: files of every kind, what counts as a pair, and what the report says."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from icos_ocean.expocodes import expocode_number, expocode_text
from icos_ocean.products import socat_fco2rec
from icos_ocean.products.crossovers import PRODUCT
from icos_ocean.readers.socat_cruise import READER
from icos_ocean.simulators.socat_cruise import SIMULATOR

from icos_core.exceptions import InputError
from icos_core.exporters import cf_netcdf, csv_table
from icos_core.flags import apply_flags
from icos_core.running.files_beside import files_beside
from icos_core.testing import example_context


def recomputed(path: Path, context) -> xr.Dataset:
    stream = READER.read(path, READER.options(), context).streams["socat"]
    result = socat_fco2rec.PRODUCT.derive({"socat": stream}, socat_fco2rec.PRODUCT.options(), context)
    made = result.streams["socat_fco2rec"]
    apply_flags(made, result.outcomes)
    return made


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return a folder with a cruise and one that follows it, and the stream of the former."""
    folder = tmp_path_factory.mktemp("world")
    options = SIMULATOR.options(duration="6 h", questionable=0.0, bad=0.0, other_offset=2.0)
    result = SIMULATOR.simulate(folder, options, 3)
    context = example_context(folder=folder, deployments=())
    return context, recomputed(result.files[0], context), next((folder / "others").iterdir())


def derive(world, patterns, **options):
    context, stream, _ = world
    return PRODUCT.derive({"socat_fco2rec": stream}, PRODUCT.options(**{"with": patterns}, **options), context)


def test_a_cruise_that_follows(world):
    _, stream, other = world
    result = derive(world, "others/*.tsv")
    ((own, name, pairs, mean, _, _, hours, _, _, verdict),) = result.tables[0].rows
    assert (own, name, verdict) == ("SIMU20190501", "OTH120190501", "yes")
    made = result.streams["crossovers"]
    assert made.sizes["pair"] == stream.sizes["time"] < pairs
    assert hours > 0
    # The other cruise measures 2 µatm more; the sea differs over the distance.
    assert mean == pytest.approx(-2.0, abs=2.0)
    every = derive(world, "others/*.tsv", pairs="all").streams["crossovers"]
    same = every["longitude"].values == every["longitude_other"].values
    assert same.any()
    # Where the other one measured the same water, both differ by what was made up, but for the rounding of CO2.
    np.testing.assert_allclose(every["fco2rec_difference"].values[same], -2.0, rtol=0, atol=0.0011)
    assert {expocode_text(number) for number in made["expocode_other"].values} == {other.stem}
    np.testing.assert_array_equal(made["fco2rec_difference"].values, made["fco2rec"].values - made["fco2rec_other"].values)
    np.testing.assert_allclose(
        made["equivalent_distance"].values, np.hypot(made["distance"].values, 30.0 * made["time_difference"].values), rtol=1e-12
    )
    days = (made["time_other"].values - made["time_own"].values) / np.timedelta64(1, "D")
    np.testing.assert_allclose(made["time_difference"].values, days, rtol=0, atol=1e-9)


def test_the_table_counts_all_pairs(world):
    near, every = derive(world, "others/*.tsv"), derive(world, "others/*.tsv", pairs="all")
    assert near.tables == every.tables
    made = every.streams["crossovers"]
    ((_, _, pairs, mean, spread, *_),) = every.tables[0].rows
    difference = made["fco2rec_difference"].values
    assert made.sizes["pair"] == pairs
    assert (round(difference.mean(), 2), round(difference.std(ddof=1), 2)) == (mean, spread)
    _, first = np.unique(made["time_own"].values, return_index=True)
    least = np.minimum.reduceat(made["equivalent_distance"].values, first)
    np.testing.assert_array_equal(least, near.streams["crossovers"]["equivalent_distance"].values)


def test_limits_are_options(world):
    few = derive(world, "others/*.tsv", largest_distance=20.0, pairs="all").streams["crossovers"]
    assert few.sizes["pair"] > 0
    assert few["equivalent_distance"].values.max() <= 20.0
    still = derive(world, "others/*.tsv", drift=1.0).streams["crossovers"]
    np.testing.assert_allclose(still["equivalent_distance"].values, np.hypot(still["distance"].values, still["time_difference"].values))


def test_what_is_of_high_quality(world):
    strict = derive(world, "others/*.tsv", fco2_difference=0.0001)
    assert strict.tables[0].rows[0][-1] == "no"
    assert not strict.streams["crossovers"]["high_quality"].values.any()
    made = derive(world, "others/*.tsv", pairs="all").streams["crossovers"]
    expected = (np.abs(made["fco2rec_difference"].values) <= 5.0) & (np.abs(made["sst_difference"].values) <= 0.3)
    np.testing.assert_array_equal(made["high_quality"].values.astype(bool), expected)
    assert expected.any()
    assert not expected.all()
    made = derive(world, "others/*.tsv", pairs="all", sst_difference="any").streams["crossovers"]
    np.testing.assert_array_equal(made["high_quality"].values.astype(bool), np.abs(made["fco2rec_difference"].values) <= 5.0)


def test_a_cruise_does_not_cross_itself_nor_its_own_platform(world):
    result = derive(world, "raw/*.tsv")
    assert result.tables[0].rows == ()
    assert "No pair of measurements is near in any of 1 files" in result.tables[0].note
    assert result.streams["crossovers"].sizes["pair"] == 0
    context, stream, _ = world
    path = context.folder / "sister.tsv"
    path.write_text(next((context.folder / "raw").iterdir()).read_text("utf-8").replace("SIMU20190501", "SIMU20190502"), "utf-8")
    assert derive(world, "sister.tsv").tables[0].rows == ()
    ((_, name, _, mean, *_),) = derive(world, "sister.tsv", same_platform=True, largest_distance=0.001).tables[0].rows
    assert (name, mean) == ("SIMU20190502", 0.0)
    assert stream.sizes["time"] == 180


def test_files_of_every_kind_give_the_same(world, tmp_path):
    context, _, other = world
    made = recomputed(other, context)
    expected = derive(world, "others/*.tsv")
    for exporter in (cf_netcdf.EXPORTER, csv_table.EXPORTER):
        (path,) = exporter.export({"socat_fco2rec": made}, tmp_path, exporter.options(), context)
        found = derive(world, str(path))
        assert found.problems == ()
        assert found.tables[0].rows == expected.tables[0].rows
        for name in ("fco2rec_difference", "distance", "expocode_other"):
            np.testing.assert_allclose(found.streams["crossovers"][name].values, expected.streams["crossovers"][name].values, atol=1e-6)


def test_a_table_of_the_carbon_portal(world, tmp_path):
    context, _, other = world
    made = recomputed(other, context)
    path = tmp_path / "OTHR.csv"
    lines = ["Date/Time,Longitude,Latitude,Temp [degC],fCO2 [uatm],fCO2 [uatm] QC Flag"]
    for row in range(made.sizes["time"]):
        each = made.isel(time=row)
        cells = [f"{float(each[name]):.6f}" for name in ("longitude", "latitude", "sst", "fco2rec")]
        lines.append(",".join([f"{str(each['time'].values)[:19]}Z", *cells, "4" if row == 0 else "2"]))
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    result = derive(world, str(path), pairs="all")
    assert result.problems == ()
    ((_, name, pairs, *_),) = result.tables[0].rows
    assert name == "OTHR"
    assert result.streams["crossovers"]["expocode_other"].values.max() == -2
    # The first row is bad and takes its pairs with it.
    everything = derive(world, "others/*.tsv", pairs="all").streams["crossovers"]
    assert pairs == int((everything["time_other"].values != made["time"].values[0]).sum())


def test_questionable_measurements_do_not_count(world):
    context, stream, _ = world
    flagged = stream.copy()
    flagged["fco2rec_flag"] = stream["fco2rec_flag"].copy(data=np.where(np.arange(stream.sizes["time"]) < 100, 3, 1).astype(np.int8))
    result = PRODUCT.derive({"socat_fco2rec": flagged}, PRODUCT.options(**{"with": ["others/*.tsv"]}), context)
    assert result.streams["crossovers"].sizes["pair"] == 80


def test_a_file_that_cannot_be_read_is_told_and_the_others_count(world):
    context, *_ = world
    (context.folder / "mixed").mkdir()
    (context.folder / "mixed" / "broken.nc").write_bytes(b"not netCDF")
    (context.folder / "mixed" / "words.txt").write_text("hello\n", "utf-8")
    result = derive(world, ["mixed/*", "others/*.tsv"])
    assert sorted(problem.file for problem in result.problems) == ["broken.nc", "words.txt"]
    assert len(result.tables[0].rows) == 1


def test_files_are_named_beforehand(world, monkeypatch):
    context, _, other = world
    assert list(PRODUCT.files(PRODUCT.options(**{"with": "others/*.tsv"}), context)) == [other]
    with pytest.raises(InputError, match="no file of another cruise"):
        PRODUCT.files(PRODUCT.options(**{"with": "nowhere/*.tsv"}), context)
    monkeypatch.delenv("OTHER_CRUISES", raising=False)
    with pytest.raises(InputError, match="OTHER_CRUISES is not set"):
        files_beside(["${OTHER_CRUISES}/*.tsv"], context.folder, "file of another cruise")
    monkeypatch.setenv("OTHER_CRUISES", str(context.folder / "others"))
    assert files_beside(["${OTHER_CRUISES}/*.tsv"], Path("/"), "file of another cruise") == [other]
    with pytest.raises(InputError, match="no pattern of files"):
        files_beside(["a**b/*"], context.folder, "file of another cruise")


def test_the_option_with_has_its_name():
    options = PRODUCT.options(**{"with": ["a.tsv", "b/*.nc"]})
    assert options.others == ("a.tsv", "b/*.nc")
    assert options.model_dump()["with"] == ("a.tsv", "b/*.nc")
    with pytest.raises(ValueError, match="with"):
        PRODUCT.options()


def test_a_cruise_without_expocode_is_called_by_the_station(world):
    context, stream, _ = world
    result = PRODUCT.derive({"socat_fco2rec": stream.drop_vars("expocode")}, PRODUCT.options(**{"with": "others/*.tsv"}), context)
    assert result.tables[0].rows[0][0] == "XX00"
    assert expocode_number("XX00") == -1


def test_the_file_complies_with_cf(world, tmp_path):
    checker = Path(sys.executable).with_name("compliance-checker")
    if not checker.exists():
        pytest.skip("compliance-checker is not installed")
    context, *_ = world
    made = derive(world, "others/*.tsv").streams["crossovers"]
    (path,) = cf_netcdf.EXPORTER.export({"crossovers": made}, tmp_path, cf_netcdf.EXPORTER.options(), context)
    report = tmp_path / "report.json"
    command = [str(checker), "--test=cf:1.11", "--criteria=strict", "--format=json_new", f"--output={report}", str(path)]
    subprocess.run(command, capture_output=True, check=False)
    result = json.loads(report.read_text())[str(path)]["cf:1.11"]
    assert result["scored_points"] == result["possible_points"]
    with xr.open_dataset(path, decode_timedelta=False) as file:
        np.testing.assert_array_equal(file["time_other"].values, made["time_other"].values)
        np.testing.assert_array_equal(file["expocode_other"].values, made["expocode_other"].values)
