"""Files of real loggers: every column equals what the vendor's CardConvert makes of it, every row is accounted for."""

from __future__ import annotations

import csv
import gzip
import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.campbell_types import is_text, is_time, nanoseconds
from icos_ecosystem.readers import toa5, tob1, tob3
from icos_ecosystem.readers.campbell_tables import decode_tob1, decode_tob3

from icos_core.testing import assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ecosystem.readers.campbell_tables import CampbellTable

    from icos_core.components import Reader, ReadResult

CONTEXT = example_context()
TOB1_ROWS = {9: 192, 11: 199, 13: 200, 15: 200, 16: 266, 17: 120, 20: 200, 22: 200, 24: 188, 26: 216}
TOB3_ROWS = {"long19": 199, "long21": 200, "long23": 200, "long27": 79, "partial3": 2024}
SAMPLES = [*(f"TOB1_full{number}" for number in TOB1_ROWS), *(f"TOB3_{name}" for name in TOB3_ROWS)]
ROWS = dict(zip(SAMPLES, (*TOB1_ROWS.values(), *TOB3_ROWS.values()), strict=True))
# CardConvert reads these two of TOB1 with their bytes in the wrong order.
WRONG_IN_TRUTH = {"temp_Avg(3)", "temp(3)"}
WIND = {"Ux": "u", "Uy": "v", "Uz": "w", "Ts": "sonic_temperature", "press": "ambient_pressure"}


def unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def decoded(folder: Path, name: str, big_endian: tuple[str, ...] | None = None) -> CampbellTable:
    data = (folder / "raw" / f"{name}.dat").read_bytes()
    if name.startswith("TOB3"):
        return decode_tob3(data)
    return decode_tob1(data) if big_endian is None else decode_tob1(data, big_endian)


def truth(folder: Path, name: str) -> tuple[list[str], list[list[str]]]:
    """Return names and rows of the vendor's conversion."""
    (path,) = (folder / "toa5").glob(f"TOA5_{name}_*")
    rows = list(csv.reader(io.StringIO(unpacked(path).decode("latin-1"))))
    return rows[1], rows[4:]


def moments(texts: list[str]) -> np.ndarray[Any, Any]:
    return np.array([np.datetime64(text, "ns") for text in texts]).astype(np.int64)


@pytest.mark.realdata
@pytest.mark.parametrize("name", SAMPLES)
def test_every_column_is_that_of_the_vendor(real_data: Path, name: str) -> None:
    folder = real_data / "ecosystem_raw" / "camp2ascii"
    table, (names, rows) = decoded(folder, name), truth(folder, name)
    assert table.records.size == len(rows) == ROWS[name]
    assert table.time is not None
    assert table.number is not None
    np.testing.assert_array_equal(table.time, moments([row[0] for row in rows]))
    np.testing.assert_array_equal(table.number, [int(row[1]) for row in rows])
    first = len(table.header.names) - (len(names) - 2)
    assert list(table.header.names[first:]) == names[2:]
    compared = 0
    for place, column in enumerate(names[2:], start=first):
        cells = [row[place - first + 2] for row in rows]
        kind = table.header.types[place]
        if name.startswith("TOB1") and column in WRONG_IN_TRUTH:
            continue
        assert_column(table, place, kind, cells)
        compared += 1
    assert compared == len(names) - 2 - (2 if name.startswith("TOB1") else 0)


def assert_column(table: CampbellTable, place: int, kind: str, cells: list[str]) -> None:
    if is_text(kind):
        assert table.texts(place) == cells
    elif is_time(kind):
        stored = table.records[str(place)]
        np.testing.assert_array_equal(nanoseconds(stored["seconds"], stored["nanoseconds"])[0], moments(cells))
    elif kind == "BOOL8":
        assert [f"{int(value):08b}" for value in table.numbers(place)] == cells
    else:
        # Printed to 7 digits where four bytes hold it, to 15 where eight do.
        digits = 15 if kind.startswith("IEEE8") else 7 if kind.startswith("IEEE4") else 10
        assert [printed(value, digits) for value in table.numbers(place)] == [printed(float(cell), digits) for cell in cells]


def printed(value: float, digits: int) -> str:
    return f"{value:.{digits}g}"


@pytest.mark.realdata
@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("TOB1")])
def test_the_two_columns_that_the_vendor_gets_wrong(real_data: Path, name: str) -> None:
    """Read as CardConvert does, they equal its numbers; read big-endian they are what the logger's program made of its other columns."""
    folder = real_data / "ecosystem_raw" / "camp2ascii"
    names, rows = truth(folder, name)
    ours, theirs = decoded(folder, name), decoded(folder, name, ("FP2", "UINT2", "UINT4"))
    for column in sorted(WRONG_IN_TRUTH):
        place = ours.header.names.index(column)
        cells = [row[names.index(column)] for row in rows]
        assert [printed(value, 13) for value in theirs.numbers(place)] == [printed(float(cell), 13) for cell in cells]
    value, tenth_more = (ours.numbers(ours.header.names.index(column)) for column in ("temp(2)", "temp(3)"))
    np.testing.assert_allclose(np.abs(tenth_more), 1.1 * np.abs(value), rtol=1e-6)


def read(reader: Reader, path: Path, options: dict[str, Any]) -> ReadResult:
    validated = reader.options.model_validate(options)
    result = reader.read(path, validated, CONTEXT)
    assert_result_fits(reader, result, validated)
    assert_span_covers(reader, path, result, validated, CONTEXT)
    assert reader.guess is not None
    assert reader.guess(path) is not None
    return result


def slow_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    rows = list(csv.reader(io.StringIO(unpacked(path).decode("latin-1"))))
    return rows[1], rows[4:]


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("file", "columns", "factors"),
    [
        (
            "fluxpart/TOA5_6843.ts_Above_2012_06_07_1245.dat.gz",
            {"co2": "co2_molar_density", "h2o": "h2o_molar_density"},
            {"co2": 1 / 44.01, "h2o": 1000 / 18.02},
        ),
        ("parseFiles/TOA5_BBS.FLUX_2023_08_01_1530.dat.gz", {"CO2": "co2_molar_density"}, {"CO2": 1 / 44.01}),
    ],
)
def test_toa5_equals_the_csv_module(real_data: Path, file: str, columns: dict[str, str], factors: dict[str, float]) -> None:
    path = real_data / "ecosystem_raw" / file
    result = read(toa5.READER, path, {"columns": WIND | columns})
    names, rows = slow_rows(path)
    eddy = result.streams["eddy"]
    assert (result.tally.seen, result.tally.kept, result.tally.rejected, result.problems) == (18_000, 18_000, {}, ())
    step = 900 * 10**9 // 18_000 * (2 if "BBS" in file else 1)
    np.testing.assert_array_equal(eddy["time"].values.astype(np.int64), moments([row[0] for row in rows]) - step)
    for header, variable in (WIND | columns).items():
        numbers = np.array([float(row[names.index(header)]) for row in rows])
        shift = 273.15 if variable == "sonic_temperature" else 0.0
        factor = factors.get(header, 1000.0 if header == "press" else 1.0)
        np.testing.assert_allclose(eddy[variable].values, numbers * factor + shift, rtol=1e-13)


@pytest.mark.realdata
def test_a_header_that_states_the_wrong_unit(real_data: Path) -> None:
    """H2O of this logger is labelled mg/m3 and holds g/m3: the description says so, and that it holds."""
    path = real_data / "ecosystem_raw" / "parseFiles" / "TOA5_BBS.FLUX_2023_08_01_1530.dat.gz"
    columns = {"H2O": {"variable": "h2o_molar_density", "unit": "g/m^3"}}
    with pytest.raises(ValueError, match="the file says 'mg/m3', the description 'g/m"):
        read(toa5.READER, path, {"columns": columns})
    eddy = read(toa5.READER, path, {"columns": columns, "units_from": "description"}).streams["eddy"]
    assert 500 < float(eddy["h2o_molar_density"].mean()) < 800, "a summer's afternoon in mmol per cubic metre"


@pytest.mark.realdata
def test_tob1_that_ends_within_a_record(real_data: Path) -> None:
    path = real_data / "ecosystem_raw" / "fluxpart" / "testing.tob"
    result = read(tob1.READER, path, {"columns": WIND | {"diag_csat": "sonic_diagnostic"}, "frequency": 10.0})
    assert (result.tally.seen, result.tally.kept, result.tally.rejected) == (145, 144, {"record cut off": 1})
    time = result.streams["eddy"]["time"].values
    assert (np.diff(time) == np.timedelta64(100, "ms")).all()
    assert str(time[0]) == "2017-08-03T00:00:00.000000000"


@pytest.mark.realdata
def test_tob3_of_a_flux_tower(real_data: Path) -> None:
    """3,303 frames of 12 slots, of which the logger filled 3,000: half an hour at 20 Hz."""
    path = real_data / "ecosystem_raw" / "parseFiles" / "Flux_Data640.dat"
    columns = WIND | {"CO2": "co2_molar_density", "H2O": "h2o_molar_density", "CH4_mole_fraction": "ch4_mole_fraction"}
    result = read(tob3.READER, path, {"columns": columns | {"Diagnostic_7700": "li7700_diagnostic"}})
    assert (result.tally.seen, result.tally.kept, result.tally.rejected) == (3303 * 12, 36_000, {"empty slot": 303 * 12})
    eddy = result.streams["eddy"]
    time = eddy["time"].values
    assert str(time[0]) == "2024-07-28T19:30:00.000000000"
    assert (np.diff(time) == np.timedelta64(50, "ms")).all()
    assert eddy.attrs["instrument"] == "CR1000X 57840"
    content = path.read_bytes()[1024:]
    frames = [content[first : first + 976] for first in range(0, 3000 * 976, 976)]
    slow = np.array([record for frame in frames for record in struct.iter_unpack(">10f2d6f", frame[12:-4])])
    for place, name in ((0, "u"), (1, "v"), (2, "w"), (5, "co2_molar_density"), (14, "ch4_mole_fraction")):
        np.testing.assert_array_equal(eddy[name].values, slow[:, place])
    np.testing.assert_array_equal(eddy["li7700_diagnostic"].values, np.nan_to_num(slow[:, 12], nan=-1))
    for name, low, high in (("sonic_temperature", 270, 300), ("ambient_pressure", 90e3, 102e3), ("ch4_mole_fraction", 1.7, 3)):
        assert low < float(eddy[name].min()) <= float(eddy[name].max()) < high, name


@pytest.mark.realdata
def test_tob3_whose_clock_was_set_back(real_data: Path) -> None:
    """Times that came twice: the first stay, the others are accounted for."""
    path = real_data / "ecosystem_raw" / "camp2ascii" / "raw" / "TOB3_partial3.dat"
    table = decode_tob3(path.read_bytes())
    assert table.time is not None
    result = read(tob3.READER, path, {"columns": {"text_val": {"variable": "co2_signal_strength", "unit": "%"}}})
    assert result.tally.kept == np.unique(table.time).size
    assert result.tally.rejected == {"empty slot": 24, "frame without this table's stamp": 176, "the same row again": 56}
