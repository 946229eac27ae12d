"""The exporter ``csv``, re-read by Python's own CSV reader."""

import csv
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from icos_core.components import Outcome, Streams, Variable
from icos_core.exceptions import DataError, ExportRefused
from icos_core.exporters.csv_table import EXPORTER, CsvOptions
from icos_core.flags import apply_flags, decode_bits
from icos_core.people import PersonFlag
from icos_core.testing import ExporterContract, example_context, example_stream

RUN_TYPE = Variable(name="run_type", dtype="int8", flag_values=(1, 2, 12), flag_meanings=("EQU", "ATM", "STD2"))
TEMPERATURE = Variable(name="sst", units="degree_C", standard_name="sea_surface_temperature")
WORDS = ("latitude", "longitude", TEMPERATURE, Variable(name="sst_uncertainty", units="degree_C"), RUN_TYPE)


def flagged_cruise(rows: int = 300) -> xr.Dataset:
    stream = example_stream(WORDS, rows)
    level = np.resize(np.array([1, 1, 3, 4], dtype=np.int8), rows)
    person = PersonFlag(
        id="1",
        stream="underway",
        variable="sst",
        start=stream["time"].values[0],
        end=stream["time"].values[min(10, rows - 1)],
        flag=4,
        who="someone",
        when="2024-04-01",
        why="probe out of water",
    )
    apply_flags(stream, [Outcome(variable="sst", name=name, level=level) for name in ("range", "spike")], [person])
    return stream


def read(path: Path, separator: str = ",") -> tuple[list[str], list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, delimiter=separator, strict=True)
    return header, rows


def export(stream: xr.Dataset, folder: Path, **options) -> dict[str, list[str]]:
    context = replace(example_context(), deployments=())
    (path,) = EXPORTER.export({"underway": stream}, folder, CsvOptions(**options), context)
    header, rows = read(path, options.get("separator", ","))
    assert all(len(row) == len(header) for row in rows)
    return {title: [row[column] for row in rows] for column, title in enumerate(header)}


class TestCsv(ExporterContract):
    exporter = EXPORTER

    def streams(self) -> dict[str, xr.Dataset]:
        return {"underway": flagged_cruise()}

    def reread(self, paths: list[Path], streams: Streams) -> None:
        (path,) = paths
        assert path.name == "XX0020240101_underway.csv"
        stream = streams["underway"]
        header, rows = read(path)
        columns = dict(zip(header, zip(*rows, strict=True), strict=True))
        assert header[0] == "time"
        assert np.array_equal([np.datetime64(cell.removesuffix("Z"), "ns") for cell in columns["time"]], stream["time"].values)
        for name in ("latitude", "longitude", "sst", "sst_uncertainty"):
            units = stream[name].attrs["units"]
            values = [float(cell) if cell else np.nan for cell in columns[f"{name} [{units}]"]]
            np.testing.assert_array_equal(values, stream[name].values)
        for name in ("sst_flag", "sst_flag_origin"):
            assert np.array_equal([int(cell) for cell in columns[name]], stream[name].values)
        bits = decode_bits(stream, "sst_tests")
        for row, cell in enumerate(columns["sst_tests"]):
            assert set(cell.split()) == {meaning for meaning, hit in bits.items() if hit[row]}
        assert set(columns["run_type"]) == {"EQU", "ATM", "STD2"}


def test_lines_end_as_rfc_4180_wants_it(tmp_path: Path) -> None:
    (path,) = EXPORTER.export({"underway": flagged_cruise(5)}, tmp_path, CsvOptions(), example_context())
    content = path.read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") == 6
    assert content.endswith(b"\r\n")
    assert not content.startswith(b"\xef\xbb\xbf")


def test_variables_companions_and_rows_are_chosen(tmp_path: Path) -> None:
    stream = flagged_cruise()
    table = export(stream, tmp_path, variables=("sst", "latitude"), companions=("flag",), where={"run_type": ("EQU", "STD2")})
    assert list(table) == ["time", "sst [degree_C]", "sst_flag", "latitude [1]", "latitude_flag"]
    assert len(table["time"]) == int(np.isin(stream["run_type"].values, (1, 12)).sum())


def test_decimals_missing_text_and_separator(tmp_path: Path) -> None:
    table = export(flagged_cruise(), tmp_path, decimals={"sst": 2}, missing="NaN", separator=";")
    assert {len(cell.partition(".")[2]) for cell in table["sst [degree_C]"] if cell != "NaN"} == {2}
    assert "NaN" in table["sst [degree_C]"]
    assert max(len(cell.partition(".")[2]) for cell in table["latitude [1]"]) > 2


def test_numbers_instead_of_words(tmp_path: Path) -> None:
    stream = flagged_cruise()
    table = export(stream, tmp_path, words=False)
    assert [int(cell) for cell in table["run_type"]] == stream["run_type"].values.tolist()
    assert [int(cell) for cell in table["sst_tests"]] == stream["sst_tests"].values.tolist()


def test_a_separator_within_a_cell_is_quoted(tmp_path: Path) -> None:
    stream = flagged_cruise(4).rename(sst="sst, intake")
    assert "sst, intake [degree_C]" in export(stream, tmp_path)


def test_a_stream_without_rows_is_a_header(tmp_path: Path) -> None:
    table = export(flagged_cruise(300).isel(time=slice(0, 0)), tmp_path)
    assert table["time"] == []
    assert "sst [degree_C]" in table


def test_deployments_are_files_of_their_own(tmp_path: Path) -> None:
    stream = flagged_cruise(300)
    early = replace(example_context(), deployments=(example_context().deployments[0].model_copy(update={"end": _moment(stream, 100)}),))
    paths = EXPORTER.export({"underway": stream}, tmp_path, CsvOptions(), early)
    assert [path.name for path in paths] == ["XX0020240101_underway.csv", "XX00_outside-deployments_underway.csv"]
    assert [len(read(path)[1]) for path in paths] == [100, 200]


def _moment(stream: xr.Dataset, row: int):
    return stream["time"].values[row].astype("datetime64[us]").item().replace(tzinfo=UTC)


def test_interval_data_have_their_end(tmp_path: Path) -> None:
    stream = example_stream(("flux",), 4)
    time = stream["time"].values
    bounds = np.stack([time, time + np.timedelta64(1800, "s")], axis=1)
    stream = stream.assign(time_bnds=(("time", "bounds"), bounds))
    stream["time"].attrs["bounds"] = "time_bnds"
    table = export(stream, tmp_path)
    assert list(table)[:2] == ["time", "time_end"]
    assert [np.datetime64(cell[:-1]) for cell in table["time_end"]] == list(bounds[:, 1])


def test_further_dimensions_are_columns(tmp_path: Path) -> None:
    stream = example_stream(("flux",), 4).assign_coords(height=("height", [50.0, 150.0]))
    stream["co2"] = (("time", "height"), np.arange(8.0).reshape(4, 2), {"units": "umol mol-1"})
    table = export(stream, tmp_path)
    assert [float(cell) for cell in table["co2(height=150.0) [umol mol-1]"]] == [1, 3, 5, 7]


def test_a_table_that_does_not_run_along_time(tmp_path: Path) -> None:
    product = xr.Dataset(
        {"nee": (("year", "u_star"), [[1.0, 2.0], [3.0, 4.0]]), "site": "TRS", "quality": ("year", ["low", "high, mostly"])},
        coords={"year": [2023, 2024], "u_star": [0.1, 0.2]},
    )
    table = export(product, tmp_path)
    assert table["site"] == ["TRS"] * 4
    assert table["quality"] == ["low", "low", "high, mostly", "high, mostly"]
    assert table["nee"] == ["1", "2", "3", "4"]
    assert table["year"] == ["2023", "2023", "2024", "2024"]
    assert table["u_star"] == ["0.1", "0.2", "0.1", "0.2"]


def test_a_table_whose_dimension_is_called_row(tmp_path: Path) -> None:
    product = xr.Dataset({"version": ("row", ["REF", "USTAR50"]), "threshold": ("row", [0.3, 0.4], {"units": "m s-1"})})
    assert export(product, tmp_path) == {"row": ["0", "1"], "version": ["REF", "USTAR50"], "threshold [m s-1]": ["0.3", "0.4"]}


def test_what_does_not_run_along_time_is_repeated(tmp_path: Path) -> None:
    stream = example_stream(("flux",), 3).assign_coords(height=50.0).assign(roughness=0.1, lag=np.timedelta64(1_500_000_000, "ns"))
    stream["profile"] = (("level", "time"), np.arange(6.0).reshape(2, 3))
    table = export(stream, tmp_path)
    assert table["height"] == ["50"] * 3
    assert table["roughness"] == ["0.1"] * 3
    assert table["lag [s]"] == ["1.5"] * 3
    assert table["profile(level=1)"] == ["3", "4", "5"]


def test_fractions_of_a_second_are_kept(tmp_path: Path) -> None:
    stream = flagged_cruise(4)
    stream = stream.assign_coords(time=("time", stream["time"].values + np.timedelta64(50, "ms"), stream["time"].attrs))
    assert export(stream, tmp_path)["time"][0].endswith(".050Z")


@pytest.mark.parametrize("options", [{"variables": ("stt",)}, {"decimals": {"stt": 2}}, {"where": {"run_typ": ("EQU",)}}])
def test_unknown_names_are_told_with_the_nearest(tmp_path: Path, options: dict) -> None:
    with pytest.raises(DataError, match=r"nearest: '(sst|run_type)'"):
        export(flagged_cruise(4), tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_word_of_a_category(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nearest: 'EQU'"):
        export(flagged_cruise(4), tmp_path, where={"run_type": ("EQ",)})
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_stream(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="nearest: 'underway'"):
        export(flagged_cruise(4), tmp_path, streams=("under", "underway"))
    assert len(list(tmp_path.iterdir())) == 1  # the one that is there


@pytest.mark.parametrize(
    "options",
    [{"seperator": ";"}, {"separator": ";;"}, {"separator": '"'}, {"decimals": -1}, {"decimals": {"sst": 18}}, {"companions": ["flags"]}],
)
def test_mistyped_options_are_refused(options: dict) -> None:
    with pytest.raises(ValidationError):
        CsvOptions.model_validate(options)
