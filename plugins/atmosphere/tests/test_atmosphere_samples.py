"""Every real file of the atmosphere that a reader is named for is read as its owner would describe it, and every row is accounted for.

Rows are counted here in plain Python, from what the formats say of themselves, without the suite's readers. What is no sample of a reader
stands in `NOT_READ` with the reason; a file that this test does not know fails it.
"""

from __future__ import annotations

import gzip
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
import pytest
from icos_atmosphere.plugin import icos_readers

from icos_core.testing import assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[3] / "docs" / "atmosphere-agreement.md"
CRDS, NOAA, GHG, MODELS = "openghg/proc_test_data/CRDS", "openghg/proc_test_data/NOAA", "openghg/proc_test_data/OPENGHG", "goflux"

Counted = tuple[int, Counter[str]]


@dataclass(frozen=True)
class Sample:
    """Files, the reader that they belong to, how their rows are counted, and how they are described."""

    files: str
    reader: str
    count: Callable[[Path], Counted]
    options: dict[str, Any] = field(default_factory=dict)


def text_of(path: Path) -> list[str]:
    """Return the lines of a plain or packed file."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            octets = archive.read(archive.namelist()[0])
    else:
        octets = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return octets.decode("latin-1").splitlines()


def below(above: int) -> Callable[[Path], Counted]:
    """Every line below the titles is a row."""
    return lambda path: (len(text_of(path)) - above, Counter())


def los_gatos(path: Path) -> Counted:
    """Rows begin with a date; what follows is blank, or the signature."""
    lines = text_of(path)[2:]
    signed = next((number for number, line in enumerate(lines) if line.startswith("-----BEGIN")), len(lines))
    blank = sum(not line.strip() for line in lines[:signed])
    reasons = Counter({"blank line": blank, "signature": len(lines) - signed})
    return signed - blank, +reasons


def licor(path: Path) -> Counted:
    """Rows have the tag DATA."""
    return sum(line.startswith("DATA\t") for line in text_of(path)), Counter()


def gcwerks(path: Path) -> Counted:
    """Rows stand below three lines; one that was written twice is one."""
    lines = text_of(path)[3:]
    again = len(lines) - len(set(lines))
    return len(lines) - again, +Counter({"the same row again": again})


def without_hashes(path: Path) -> Counted:
    """What does not begin with # is a row."""
    return sum(not line.startswith("#") for line in text_of(path)), Counter()


def monthly(path: Path) -> Counted:
    """What does not begin with C and a number is a row."""
    return sum(not (line[:1] == "C" and line[1:3].isdigit()) for line in text_of(path)), Counter()


def events(path: Path) -> Counted:
    """Flasks stand below the header; a pair that was filled together has one time, and the first is kept."""
    lines = text_of(path)
    rows = [line.split() for line in lines[int(lines[0].rpartition(":")[2]) :]]
    times = Counter(tuple(cells[1:7]) for cells in rows)
    return len(times), +Counter({"same time, other values": len(rows) - len(times)})


def daily(path: Path) -> Counted:
    """Below the header and a line of titles."""
    return sum(not line.startswith("#") for line in text_of(path)) - 1, Counter()


def along(dimension: str, **chosen: float) -> Callable[[Path], Counted]:
    """Rows of a netCDF file, those of one height where one is chosen."""

    def count(path: Path) -> Counted:
        with netCDF4.Dataset(path) as file:
            rows = np.ones(len(file.dimensions[dimension]), dtype=bool)
            for name, value in chosen.items():
                rows &= np.isclose(file[name][:].filled(np.nan), value)
        return int(rows.sum()), +Counter({"other intake height": int((~rows).sum())})

    return count


SAMPLES: tuple[Sample, ...] = (
    Sample("pycrds_g2301_raw/2021/*/*/*.dat.gz", "picarro", below(1)),
    Sample("r_data_picarro_16port/*.dat*", "picarro", below(1)),
    Sample("picarro_data_pnnl/sampledata/*DataLog_User.dat*", "picarro", below(1)),
    Sample("picarro_data_pnnl/sampledata/subdir/*.dat", "picarro", below(1)),
    Sample(f"{MODELS}/G*/**/*.dat", "picarro", below(1)),
    Sample(f"{MODELS}/UGGA/UGGA.txt", "lgr-icos", los_gatos),
    Sample(f"{MODELS}/N2O*/*.txt", "lgr-icos", los_gatos, {"date_order": "dd/mm/yyyy"}),
    Sample(f"{MODELS}/LI78*/*.data", "licor-78xx", licor),
    Sample(f"{CRDS}/*.dat", "gcwerks-export", gcwerks),
    Sample("icos_cp/realatc.CO2", "icos-atc-release", without_hashes),
    Sample("icos_cp/ICOS_ATC_NRT_GAT_2018-04-12CO2.csv", "icos-atc-release", without_hashes),
    Sample("openghg/proc_test_data/ICOS/ICOS_ATC_L2_L2-2024.1_RGL_90.0_CTS.CH4", "icos-atc-release", without_hashes),
    Sample("openghg/proc_test_data/ICOS/tta.co2.1minute.222m.min.dat", "icos-atc-release", below(1)),
    Sample("icos_cp/co2_*.nc", "obspack", along("time")),
    Sample("openghg/proc_test_data/ICOS/test_toh_co2_147m.nc", "obspack", along("time")),
    Sample("agage_archive/AGAGE-Picarro_THD_ch4.nc", "obspack", along("time")),
    Sample("agage_archive/AGAGE-Picarro_TAC_ch4.nc", "obspack", along("time", inlet_height=185.0), {"intake_height": 185.0}),
    Sample(f"{NOAA}/ch4_bao_tower-insitu_1_ccgg_all.nc", "obspack", along("obs", intake_height=300.0), {"intake_height": 300.0}),
    Sample(f"{NOAA}/ch4_esp_surface-flask_2_representative.nc", "obspack", along("obs")),
    Sample(f"{GHG}/DECC-*.nc", "obspack", along("time")),
    Sample(f"{GHG}/tac_co2_openghg*.nc", "obspack", along("time")),
    Sample(f"{GHG}/tac_co2_no_attr_openghg.nc", "obspack", along("time"), {"intake_height": 100.0}),
    Sample("icos_cp/ams137s00.lsce.as.cn.co2.nl.mo.dat", "wdcgg", monthly, {"intake_height": 20.0}),
    Sample(f"{NOAA}/*_event.txt", "obspack", events),
    Sample("noaa_ccgg/co2_brw_surface-insitu_1_ccgg_DailyData.txt.gz", "obspack", daily, {"intake_height": "all"}),
)

NOT_READ = {
    "MANIFEST.md": "what the folder holds",
    "golden_g2301.json": "check values, read by test_g2301_example.py",
    "*/LICENSE": "licence",
    "pycrds_g2301_raw/LogBook-IAG_2days.csv": "an operator's log",
    "r_data_picarro_16port/valvedata.csv": "what is behind each port, for the station description",
    "noaa_ccgg/*.conf": "rules of NOAA's chain, for the station description",
    "openghg/proc_test_data/CRDS/test.tar.gz": "an archive, refused: unpack it first",
    "openghg/proc_test_data/GC/*.C": "gas chromatographs, refused with that reason",
    "openghg/proc_test_data/GC_NC/*.nc": "halocarbons of gas chromatographs, refused with the name of the gas",
    "openghg/proc_test_data/ICOS/toh_metadata.json": "metadata beside a netCDF file",
    "openghg/proc_test_data/ICOS_CORSO/*": "14C and O2/N2, refused with the name of the quantity",
    "openghg/proc_test_data/OPENGHG/wao_rn_icos_standardised_2021-12-04.nc": "radon, refused with the name of the gas",
    "openghg/proc_test_data/NOAA/ch4_spf_surface-flask_1_ccgg_Event.nc": "air of firn at hundreds of depths, refused with their list",
    "openghg/proc_test_data/LGHG/*.csv": "tables of an eddy covariance and of a city's stations; no reader is named for them",
    "openghg/proc_test_data/CRANFIELD_CRDS/*.csv": "a table of hourly means; no reader is named for it",
    "openghg/proc_test_data/THAMESBARRIER/*.csv": "a table of means; no reader is named for it",
    "openghg/mobile/*": "enhancements along a road; no reader is named for them",
    "openghg/retrieve/ICOS/*": "answers of a portal, and SF6 of flasks, refused with the name of the gas",
    "pywdcgg/*.txt": "a halocarbon, refused with its name; its layout is read in test_wdcgg_reader.py",
}


def reader_of(name: str) -> Any:
    (load,) = (entry.load for entry in icos_readers() if entry.name == name)
    module, _, attribute = load.partition(":")
    return getattr(import_module(module), attribute)


def files_of(folder: Path, sample: Sample) -> list[Path]:
    return sorted(folder.glob(sample.files))


@pytest.mark.realdata
def test_no_file_is_left_out(real_data: Path) -> None:
    folder = real_data / "atmosphere"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    read = {path.relative_to(folder).as_posix() for sample in SAMPLES for path in files_of(folder, sample)}
    left = {file for file in files if any(fnmatch(file, pattern) for pattern in NOT_READ)}
    assert not read & left
    assert files == read | left
    assert not [pattern for pattern in NOT_READ if not any(fnmatch(file, pattern) for file in files)]


def test_readers_without_a_sample() -> None:
    """Nobody publishes a raw file of an Aeris; meteorology is any table."""
    assert {entry.name for entry in icos_readers()} - {sample.reader for sample in SAMPLES} == {"aeris", "meteo-table"}


@pytest.mark.realdata
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.reader}, {sample.files}")
def test_every_row_is_accounted_for(real_data: Path, sample: Sample) -> None:
    reader, context, folder = reader_of(sample.reader), example_context(), real_data / "atmosphere"
    options = reader.options.model_validate(sample.options)
    files = files_of(folder, sample)
    assert files
    rows, kept, rejected = 0, 0, Counter[str]()
    for path in files:
        result = reader.read(path, options, context)
        expected, reasons = sample.count(path)
        assert (result.tally.kept, dict(result.tally.rejected)) == (expected, dict(reasons)), path.name
        assert sum(stream.sizes["time"] for stream in result.streams.values()) == expected
        assert_result_fits(reader, result, options)
        assert_span_covers(reader, path, result, options, context)
        rows, kept, rejected = rows + result.tally.seen, kept + expected, rejected + reasons
    assert (len(files), rows, kept, dict(rejected)) == documented(sample)


def documented(sample: Sample) -> tuple[int, int, int, dict[str, int]]:
    """Return what the manual says of the files of a sample: how many, rows in, rows out, and what was left out."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 6 and cells[0] == f"`{sample.files}`":
            left = dict(part.strip().rsplit(" ", 1) for part in cells[5].split(";") if part.strip() not in {"", "–"})
            return int(cells[2]), int(cells[3]), int(cells[4]), {reason: int(count) for reason, count in left.items()}
    raise AssertionError(f"the manual does not name {sample.files}")


def test_the_manual_names_tests_that_there_are() -> None:
    named = set(re.findall(r"`(test_\w+\.py)`", PAGE.read_text(encoding="utf-8")))
    assert len(named) > 15
    assert not [file for file in named if not (Path(__file__).parent / file).is_file()]
