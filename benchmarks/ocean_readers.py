"""Every reader of the ocean in MB/s, beside a plain read of the same file and beside ``pandas.read_csv`` where that applies.

Files come from the readers' simulators, long enough for some 20 MB with times that run on. The peer parses the columns that the reader
parses, dates included, with the default settings of pandas; it neither accounts for lines nor checks, converts, sorts or names anything.
Where lines are no table (messages, hexadecimal records, blocks) there is no such peer.

Run by hand from the root of the repository: ``python benchmarks/ocean_readers.py [--megabytes N] [--only READER …]``, or
``python benchmarks/ocean_readers.py --real FOLDER`` for the real samples, which are small, under ``FOLDER/ocean``.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
from icos_ocean.plugin import icos_readers

from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from icos_core.components import Reader, Simulator

# Keys of [[input]] that are the core's.
CORE_KEYS = {"reader", "files", "stream", "offset", "join", "rename", "group_by", "group_tolerance"}
CONTEXT = example_context()


def best(function: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest of several times, in seconds of one processor: what else the machine does counts little."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        function()
        times.append(time.process_time() - began)
    return min(times)


def lines_above(path: Path, start: str) -> int:
    """Return the number of lines before the first that begins with `start`."""
    with path.open(encoding="latin-1") as file:
        return next(number for number, line in enumerate(file) if line.startswith(start))


# --- what a person would write with pandas ---


def hydroc_native(path: Path) -> pd.DataFrame:
    """Parse semicolons and decimal commas; each line ends with a separator."""
    table = pd.read_csv(path, sep=";", decimal=",", skiprows=lines_above(path, "Date;"), index_col=False)
    table["time"] = pd.to_datetime(table.pop("Date") + " " + table.pop("Time"), format="%Y.%m.%d %H:%M:%S")
    return table


def hydroc_channel(path: Path) -> pd.DataFrame:
    """Parse one day of one channel."""
    table = pd.read_csv(path, sep="\t", encoding="latin-1", skiprows=lines_above(path, "$DATASETS") + 3, header=None)
    table[0] = pd.to_datetime(table[0], format="%Y.%m.%d %H:%M:%S")
    return table


def general_oceanics(path: Path) -> pd.DataFrame:
    """Parse numbers, among which words stand for what is missing."""
    table = pd.read_csv(path, sep="\t", encoding="cp1252", low_memory=False)
    table["time"] = pd.to_datetime(table.pop("GPS date") + " " + table.pop("gps time"), format="%d/%m/%y %H:%M:%S")
    for name in table.columns.difference(["time", "Type", "PC Date", "PC Time"]):
        if table[name].dtype.kind not in "fi":
            table[name] = pd.to_numeric(table[name], errors="coerce")
    return table


def underway_table(path: Path) -> pd.DataFrame:
    """Parse a table with one column of date and time."""
    table = pd.read_csv(path, na_values=["-999"])
    table["Time"] = pd.to_datetime(table["Time"], format="%H:%M:%S %d/%m/%Y")
    return table


def co2_pro(path: Path) -> pd.DataFrame:
    """Parse records that begin with kind, year, month, day, hour, minute, second."""
    table = pd.read_csv(path, header=None)
    names = ("year", "month", "day", "hour", "minute", "second")
    table["time"] = pd.to_datetime(pd.DataFrame({name: table[column] for column, name in enumerate(names, start=1)}))
    return table


def ldeo(path: Path) -> pd.DataFrame:
    """Parse columns between blanks."""
    table = pd.read_csv(path, sep=r"\s+", header=None)
    table[0] = pd.to_datetime(table[0], format="ISO8601")
    return table


def sbe45(path: Path) -> pd.DataFrame:
    """Parse columns between commas, with the logger's time before the first."""
    table = pd.read_csv(path, header=None, skipinitialspace=True)
    table["time"] = pd.to_datetime(table[0].str[:24], format="ISO8601")
    table[0] = pd.to_numeric(table[0].str[25:])
    return table


def saildrone(path: Path) -> pd.DataFrame:
    """Parse a table with one title line."""
    table = pd.read_csv(path)
    table["time_interval_biogeFile"] = pd.to_datetime(table["time_interval_biogeFile"], format="ISO8601")
    return table


def oceanpack(path: Path) -> pd.DataFrame:
    """Parse lines of data; the coefficients of the header are left alone."""
    table = pd.read_csv(path, skiprows=lines_above(path, "@DATA"), header=None, encoding="latin-1")
    table[1] = pd.to_datetime(table[1] + " " + table[2], format="%Y-%m-%d %H:%M:%S")
    return table


def socat(path: Path) -> pd.DataFrame:
    """Parse what follows the title line."""
    table = pd.read_csv(path, sep="\t", skiprows=lines_above(path, "Expocode\tversion\tSource_DOI"))
    parts = {"year": "yr", "month": "mon", "day": "day", "hour": "hh", "minute": "mm", "second": "ss"}
    table["time"] = pd.to_datetime(pd.DataFrame({name: table[column] for name, column in parts.items()}))
    return table


# --- what is measured ---


@dataclass(frozen=True)
class Case:
    """A reader on files of a simulator: where its duration stands among the options, and the peer, if there is one."""

    reader: str
    simulator: str
    peer: Callable[[Path], pd.DataFrame] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    within: str = "mooring"
    files: str = "*"
    remark: str = ""


def ship(system: str, peer: Callable[[Path], pd.DataFrame] | None = None, **options: Any) -> Case:
    """Return the case of one of the systems that the simulator of a whole ship writes."""
    return Case(system, "ship_sensors", peer, {"systems": [system], **options}, within="cruise", remark=options.get("weather", ""))


CASES = (
    Case("contros-hydroc", "contros_hydroc", hydroc_native, files="hydroc.txt", remark="native"),
    Case("contros-hydroc", "contros_hydroc", hydroc_channel, {"layout": "ferrybox"}, files="CO2FT_A_P_In_*", remark="daily files"),
    Case("general-oceanics-8050", "general_oceanics", general_oceanics, {"files": "one"}, within=""),
    Case("underway-table", "underway_table", underway_table, within="cruise"),
    Case("pro-oceanus-co2-pro", "pro_oceanus_co2_pro", co2_pro, {"logger": False}, files="co2pro.log"),
    Case("pro-oceanus-co2-pro", "pro_oceanus_co2_pro", files="co2pro.log", remark="behind a logger"),
    Case("sunburst-sami-co2", "sunburst_sami_co2", options={"interval": "15 min"}, remark="download"),
    Case("sunburst-sami-co2", "sunburst_sami_co2", options={"interval": "15 min", "form": "logger"}, remark="hexadecimal"),
    Case("pmel-mapco2", "pmel_mapco2", options={"files": "one"}, files="mapco2*"),
    Case("pmel-asvco2", "pmel_asvco2", options={"files": "one"}, files="asvco2*"),
    Case("saildrone", "saildrone", saildrone),
    Case("subctech-oceanpack", "subctech_oceanpack", oceanpack),
    ship("ldeo-underway", ldeo),
    ship("sea-bird-sbe45", sbe45),
    ship("nmea"),
    ship("vaisala-wxt", weather="wxt"),
    ship("vaisala-wxt", weather="mast"),
    Case("socat-cruise", "socat_cruise", socat, {"others": 0}, within=""),
    Case("socat-synthesis", "socat_cruise", socat, {"form": "synthesis", "others": 0}, within=""),
)


def reader_named(name: str) -> Reader:
    """Load a reader of the plugin."""
    (load,) = (entry.load for entry in icos_readers() if entry.name == name)
    module, _, attribute = load.partition(":")
    reader: Reader = getattr(import_module(module), attribute)
    return reader


def simulated(case: Case, folder: Path, megabytes: float) -> tuple[tuple[Path, ...], Mapping[str, Any]]:
    """Return files of about so many MB together, and the options of the reader as the simulated description has them."""
    simulator: Simulator = import_module(f"icos_ocean.simulators.{case.simulator}").SIMULATOR
    defaults = simulator.options().model_dump()
    days, wanted = 4.0, megabytes * 1e6
    for attempt in ("short", "long"):
        duration = {"duration": timedelta(days=round(days))}
        inside = {case.within: defaults[case.within] | duration} if case.within else duration
        result = simulator.simulate(folder / attempt, simulator.options.model_validate({**case.options, **inside}), 1)
        files = tuple(path for path in result.files if path.match(case.files))
        days *= wanted / sum(path.stat().st_size for path in files)
    described = tomllib.loads(result.description.read_text(encoding="utf-8"))["input"]
    (own,) = (table for table in described if table["reader"] == case.reader)
    return files, {key: value for key, value in own.items() if key not in CORE_KEYS}


def measure(
    label: str, reader: Reader, files: Sequence[Path], given: Mapping[str, Any], peer: Callable[[Path], pd.DataFrame] | None
) -> None:
    """Print one line."""
    options = reader.options.model_validate(given)
    size = sum(path.stat().st_size for path in files) / 1e6
    tallies = [reader.read(path, options, CONTEXT).tally for path in files]
    if not all(tally.balanced and tally.kept for tally in tallies):
        raise SystemExit(f"{label}: lines are lost: {tallies}")
    mine = best(lambda: [reader.read(path, options, CONTEXT) for path in files])
    plain = best(lambda: [path.read_bytes() for path in files])
    columns = [f"{label:36}", f"{size:7.2f}", f"{sum(tally.seen for tally in tallies):9d}", f"{mine:8.3f}", f"{size / mine:8.1f}"]
    columns += [f"{size / plain:8.0f}", f"{mine / plain:8.0f}"]
    if peer is not None:
        theirs = best(lambda: [peer(path) for path in files])
        columns += [f"{size / theirs:8.1f}", f"{mine / theirs:8.2f}"]
    print(" ".join(columns), flush=True)


HYDROC = "hydroc_smhi/CO2FT_A"
SHIP = "openrvdas_NBP1406/NBP1406"
SAMPLES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("contros-hydroc", f"{HYDROC}_P_In_20211205.txt", {}),
    ("contros-hydroc", f"{HYDROC} ZeroCycle 20211205 040010.txt", {}),
    ("general-oceanics-8050", "icos_otc_workshop/part4_input_raw_cruise_dat.txt", {"date_format": "dd/mm/yyyy"}),
    (
        "underway-table",
        f"{SHIP}_rtmp-2014-08-01",
        {
            "separator": "blanks",
            "header_lines": 0,
            "names": ["time", "temperature"],
            "clock": {"date_time": "time"},
            "columns": {"temperature": "sst"},
        },
    ),
    ("pro-oceanus-co2-pro", "ooi_mi-instrument/20140217.pco2a.log", {}),
    ("sunburst-sami-co2", "ooi_mi-instrument/SAMI_C0069_300614.txt", {}),
    ("pmel-mapco2", "mapco2_pymapco2/C0006_2016_08_15.txt", {}),
    ("subctech-oceanpack", "oceanpack/example_op.log", {}),
    ("ldeo-underway", f"{SHIP}_pco2-2014-08-01", {}),
    ("sea-bird-sbe45", f"{SHIP}_tsg1-2014-08-01", {}),
    ("nmea", f"{SHIP}_seap-2014-08-01", {}),
    ("vaisala-wxt", f"{SHIP}_mwx1-2014-08-01", {"messages": "mast"}),
    ("socat-cruise", "socat/AGSK20031205_16rows.tsv", {}),
)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=21.0, help="size of the simulated files")
    parser.add_argument("--only", nargs="*", default=[], metavar="READER", help="measure these readers")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="measure on the real samples in this folder instead")
    arguments = parser.parse_args()
    print(f"{'':36} {'':7} {'':9} {'read':>8} {'read':>8} {'bytes':>8} {'read /':>8} {'pandas':>8} {'read /':>8}")
    print(f"{'reader':36} {'MB':>7} {'lines':>9} {'s':>8} {'MB/s':>8} {'MB/s':>8} {'bytes':>8} {'MB/s':>8} {'pandas':>8}")
    if arguments.real:
        for name, file, options in SAMPLES:
            if not arguments.only or name in arguments.only:
                measure(
                    f"{name}, {Path(file).suffix or Path(file).name[8:12]}",
                    reader_named(name),
                    [arguments.real / "ocean" / file],
                    options,
                    None,
                )
        return
    for case in CASES:
        if arguments.only and case.reader not in arguments.only:
            continue
        with TemporaryDirectory() as folder:
            files, options = simulated(case, Path(folder), arguments.megabytes)
            label = ", ".join(part for part in (case.reader, case.remark) if part)
            measure(label, reader_named(case.reader), files, options, case.peer)


if __name__ == "__main__":
    main()
