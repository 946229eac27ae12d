"""Every real file of the ocean is read as its owner would describe it, and every line of it is accounted for.

Lines are counted here in plain Python, from what the formats say of themselves, without the suite's readers. A file that is no sample of an
instrument stands in `NOT_READ` with the reason; one that this test does not know fails it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from icos_ocean.plugin import icos_readers

from icos_core.testing import assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PAGE = Path(__file__).parents[3] / "docs" / "ocean-agreement.md"
JOINED = "in the same row as the line before"


@dataclass(frozen=True)
class Count:
    """What a file holds: lines above the data, rows, and lines of data that make no row, by reason."""

    above: int
    kept: int
    rejected: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Sample:
    """A file, the reader that it belongs to, its description, and how its lines are counted."""

    file: str
    reader: str
    count: Callable[[Sequence[str]], Count]
    options: dict[str, Any] = field(default_factory=dict)


def judged(above: int, reasons: Iterable[str]) -> Count:
    """Count lines by their reason; an empty one is a row."""
    found = Counter(reasons)
    return Count(above, found.pop("", 0), found)


def rows_below(above: int) -> Callable[[Sequence[str]], Count]:
    """Every line below the titles is a row."""
    return lambda lines: Count(above, len(lines) - above)


def general_oceanics(lines: Sequence[str]) -> Count:
    """The first cell is the type of a row; a filter and a starting system measure nothing."""
    words = [line.split("\t")[0].strip() for line in lines[1:]]
    return judged(1, ("housekeeping line" if word in {"FILTER", "WAKE UP"} else "" for word in words))


def ferrybox(lines: Sequence[str]) -> Count:
    """Rows stand behind the line of units; the log of a zeroing has, at times, two with one time: the first is kept."""
    above = next(number for number, line in enumerate(lines) if line.startswith("$DATASETS")) + 3
    times = [line.split("\t")[0] for line in lines[above:]]
    return judged(above, ("same time, other values" if times.index(time) < row else "" for row, time in enumerate(times)))


def oceanpack(lines: Sequence[str]) -> Count:
    """Rows have the tag @DATA; the header goes before them."""
    above = next(number for number, line in enumerate(lines) if line.startswith("@DATA"))
    return judged(above, ("" if line.startswith("@DATA,") else "blank line" if not line.strip() else "?" for line in lines[above:]))


def mapco2(lines: Sequence[str]) -> Count:
    """Readings begin with the point of the cycle: 00 to 05, 16, 17, 18. Other sensors' blocks begin and end with words."""
    ends = {"Seafet Data": "End Seafet Data", "PH": "END PH", "SBE16 DATA": "END SBE16"}
    reasons, until = [], ""
    for line in lines:
        until = until or ends.get(line.strip(), "")
        if until:
            reasons.append("block of another sensor")
            until = "" if line.strip() == until else until
        elif not line.strip():
            reasons.append("blank line")
        else:
            reasons.append("" if re.match(r"(0[0-5]|1[678]) ", line) else "no reading")
    return judged(0, reasons)


def sami(lines: Sequence[str]) -> Count:
    """Records follow the line ``:Data``; their first number is the type: 4 a sample, 5 a blank, 128 and above status, the rest devices."""
    above = next(number for number, line in enumerate(lines) if line.startswith(":Data")) + 1
    kinds = [int(line.split("\t")[0]) for line in lines[above:]]
    return judged(above, ("" if kind in {4, 5} else "status record" if kind >= 128 else "record of an external device" for kind in kinds))


def co2_pro(lines: Sequence[str]) -> Count:
    """Rows are marked as measurements in water or air; the rest are messages of the logger about the sensor."""
    return judged(0, ("" if re.search(r" [WA] M,\d{4},", line) else "message of the logger" for line in lines))


def nmea(lines: Sequence[str]) -> Count:
    """One position a second makes a row, with all that a receiver sends beside it; PSXN is a sentence of one maker."""
    sentences = [line.split(" ")[1].split(",")[0] for line in lines]
    first = {"$GPGLL", "$GPGGA"}
    return judged(0, ("" if word in first else "sentence that is not used" if word == "$PSXN" else JOINED for word in sentences))


def mast(lines: Sequence[str]) -> Count:
    """Weather comes by itself; the two anemometers answer 57 ms apart, and share a row."""
    words = ["", *(line.split(" ")[1].split(",")[0] for line in lines)]
    return judged(0, (JOINED if pair == ("SUS", "PUS") else "" for pair in pairwise(words)))


WORKSHOP = "icos_otc_workshop"
SHIP = "openrvdas_NBP1406"
GPS = {"date": "GPS date", "time": "gps time", "date_format": "dd/mm/yyyy"}
CHANNELS = (
    "PCO2_Corr",
    "P_In",
    "P_NDIR",
    "Signal_Proc",
    "Signal_Raw",
    "Signal_Ref",
    "State_Flush",
    "State_Zero",
    "T_Gas",
    "T_Sensor",
)
CYLINDERS = {"CA07252": "STD1", "CC22986": "STD2", "CC77922": "STD3", "CA02231": "STD4", "CA06630": "STD5"}

SAMPLES = (
    Sample(
        f"{WORKSHOP}/part1_calibration.tsv",
        "underway-table",
        rows_below(1),
        {
            "separator": "tab",
            "clock": {"date_time": "Timestamp", "date_format": "dd/mm/yyyy"},
            "columns": {"CO2 um/m": "co2"},
            "run_type_column": "Type",
        },
    ),
    Sample(
        f"{WORKSHOP}/part3_zero.txt",
        "underway-table",
        rows_below(1),
        {
            "separator": "tab",
            "clock": {"date": "date", "time": "time", "date_format": "dd/mm/yyyy"},
            "columns": {"Signal_raw_Z": "raw", "Signal_ref_Z": "reference", "Runtime_Z": "running_time"},
            "quantities": [{"name": "raw", "units": "1"}, {"name": "reference", "units": "1"}, {"name": "running_time", "units": "s"}],
        },
    ),
    *(
        Sample(f"{WORKSHOP}/{name}", "general-oceanics-8050", general_oceanics, {"date_format": "dd/mm/yyyy", "clock": "gps"})
        for name in ("part2_input_raw_small.tsv", "part4_input_raw.tsv", "part4_input_raw_cruise_dat.txt")
    ),
    # The same cruise as any table of a logger.
    Sample(
        f"{WORKSHOP}/part4_input_raw_cruise_dat.txt",
        "underway-table",
        general_oceanics,
        {
            "separator": "tab",
            "clock": GPS,
            "columns": {"CO2 um/m": "co2", "Intake Temp": "sst", "Salinity": "salinity"},
            "run_type_column": "Type",
            "housekeeping": ["FILTER", "WAKE UP"],
        },
    ),
    Sample("socat/AGSK20031205_16rows.tsv", "socat-cruise", rows_below(1)),
    Sample("socat/AGSK20031205_16rows.tsv", "socat-synthesis", rows_below(1), {"expocodes": ["AGSK20031205"]}),
    *(Sample(f"hydroc_smhi/CO2FT_A_{channel}_20211205.txt", "contros-hydroc", ferrybox) for channel in CHANNELS),
    Sample("hydroc_smhi/CO2FT_A ZeroCycle 20211205 040010.txt", "contros-hydroc", ferrybox),
    Sample("oceanpack/example_op.log", "subctech-oceanpack", oceanpack),
    Sample("mapco2_pymapco2/C0006_2016_08_15.txt", "pmel-mapco2", mapco2),
    Sample("ooi_mi-instrument/SAMI_C0069_300614.txt", "sunburst-sami-co2", sami),
    Sample("ooi_mi-instrument/20140217.pco2a.log", "pro-oceanus-co2-pro", co2_pro),
    Sample(f"{SHIP}/NBP1406_tsg1-2014-08-01", "sea-bird-sbe45", rows_below(0)),
    Sample(f"{SHIP}/NBP1406_tsg2-2014-08-01", "sea-bird-sbe45", rows_below(0)),
    Sample(f"{SHIP}/NBP1406_gp02-2014-08-01", "nmea", nmea),
    Sample(f"{SHIP}/NBP1406_seap-2014-08-01", "nmea", nmea),
    Sample(f"{SHIP}/NBP1406_mwx1-2014-08-01", "vaisala-wxt", mast, {"messages": "mast"}),
    Sample(f"{SHIP}/NBP1406_pco2-2014-08-01", "ldeo-underway", rows_below(0), {"clock": "logger", "sources": CYLINDERS}),
    Sample(
        f"{SHIP}/NBP1406_rtmp-2014-08-01",
        "underway-table",
        rows_below(0),
        {
            "separator": "blanks",
            "header_lines": 0,
            "names": ["time", "temperature"],
            "clock": {"date_time": "time"},
            "columns": {"temperature": "sst"},
        },
    ),
    Sample(
        f"{SHIP}/NBP1406_hdas-2014-08-01",
        "underway-table",
        rows_below(0),
        {
            "separator": "blanks",
            "header_lines": 0,
            "names": ["time", *(f"channel {number}" for number in range(1, 10))],
            "clock": {"date_time": "time"},
            "columns": {"channel 1": "first", "channel 2": "second"},
            "quantities": [{"name": "first", "units": "1"}, {"name": "second", "units": "1"}],
        },
    ),
    Sample(
        "fluxengine/kitidis_consistent.tsv",
        "underway-table",
        rows_below(1),
        {
            "separator": "tab",
            "clock": {"date_time": "datetime"},
            "columns": {"lat": "latitude", "lon": "longitude", "temperature": "sst", "salinity": "salinity", "fCO2water": "fco2"},
        },
    ),
)

NOT_READ = {
    "MANIFEST.md": "what the folder holds",
    "hydroc_smhi/LICENSE": "licence",
    "hydroc_smhi/calibration_data.json": "coefficients of a sensor, for the station description",
    "icos_otc_workshop/xco2_corr.txt": "a list of numbers without times, which the manifest calls wrong",
    "ion_functions/sami_co2_test_vectors.json": "published vectors, read by test_sami_spectrophotometry.py",
    "ioos_qc/pco2_netcdf_example.nc": "netCDF of a data centre, no raw data; read by test_sami_spectrophotometry.py",
    "oceanpack/LICENSE": "licence",
    "oceanpack/oceanview_variables.csv": "names of variables",
    "oceanpack/system_states.csv": "codes of states",
    "openrvdas_NBP1406/LICENSE": "licence",
}


@pytest.mark.realdata
def test_no_file_is_left_out(real_data: Path) -> None:
    folder = real_data / "ocean"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    read = {sample.file for sample in SAMPLES}
    assert not read & set(NOT_READ)
    assert files == read | set(NOT_READ)


def test_only_readers_without_a_sample_are_without_one() -> None:
    """Nobody publishes a raw file of these two."""
    assert {entry.name for entry in icos_readers()} - {sample.reader for sample in SAMPLES} == {"pmel-asvco2", "saildrone"}


@pytest.mark.realdata
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.reader}, {sample.file.rpartition('/')[2]}")
def test_every_line_is_accounted_for(real_data: Path, sample: Sample) -> None:
    path = real_data / "ocean" / sample.file
    (load,) = (entry.load for entry in icos_readers() if entry.name == sample.reader)
    module, _, attribute = load.partition(":")
    reader = getattr(import_module(module), attribute)
    options, context = reader.options.model_validate(sample.options), example_context()
    result = reader.read(path, options, context)
    lines = path.read_bytes().decode("latin-1").split("\n")
    assert lines.pop() == ""
    counted = sample.count(lines)
    assert counted.above + counted.kept + counted.rejected.total() == len(lines)
    tally = result.tally
    assert (tally.kept, dict(tally.rejected)) == (counted.kept, dict(counted.rejected))
    assert tally.seen == len(lines) - counted.above
    assert tally.damaged == {}
    assert sum(stream.sizes["time"] for stream in result.streams.values()) == counted.kept
    assert_result_fits(reader, result, options)
    assert_span_covers(reader, path, result, options, context)
    assert (tally.seen, tally.kept, dict(tally.rejected)) in documented(path.name, sample.reader)


def documented(file: str, reader: str) -> list[tuple[int, int, dict[str, int]]]:
    """Return what the manual says of a file and a reader: lines of data, rows kept, lines rejected by reason."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) != 5 or not cells[2].isdigit() or f"`{reader}`" not in cells[1]:
            continue
        if any(fnmatch(file, pattern) for pattern in re.findall("`(.+?)`", cells[0])):
            reasons = {reason.strip(): int(count) for reason, count in re.findall(r"([^:|]+?) (\d+)(?:, |:|$)", cells[4])}
            found.append((int(cells[2]), int(cells[3]), reasons))
    return found


def test_the_manual_names_tests_that_there_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", page))
    assert len(named) > 30
    for file, test in named:
        text = (Path(__file__).parent / file).read_text(encoding="utf-8")
        assert f"def {test or 'test_'}" in text, f"{file} has no {test}"
