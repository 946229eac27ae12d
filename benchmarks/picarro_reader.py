"""The reader `picarro` on one million rows of a 26-column log, beside ``pandas.read_csv`` with the same columns and a plain read.

The rows are those of the real G2301 under ``FOLDER/atmosphere/pycrds_g2301_raw``, again and again with times that run on: 678 MB in a
temporary folder. Every value and time is compared with what pandas finds. Then the 48 hourly files themselves, as text and as gzip: at
2.6 MB what a file costs by itself counts, and a station-year has 8760 of them.

Run by hand from the root of the repository: ``python benchmarks/picarro_reader.py FOLDER [--rows N]``.
"""

from __future__ import annotations

import argparse
import gzip
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from icos_atmosphere.picarro_format import clock_columns, log_bytes
from icos_atmosphere.readers.picarro import READER
from icos_atmosphere.readers.picarro_columns import COLUMNS

from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OPTIONS, CONTEXT = READER.options(), example_context()
READ = ["DATE", "TIME", "EPOCH_TIME", *COLUMNS]
LEFT_OUT_BEFORE = 156  # bytes of the six columns of time


def tiled(real: Path, rows: int) -> bytes:
    """Return a log of many rows: real ones, their clock running on."""
    contents = [gzip.decompress(path.read_bytes()) for path in sorted(real.rglob("*.dat.gz"))]
    header = contents[0][: contents[0].index(b"\n") + 1]
    body = np.concatenate([np.frombuffer(content[len(header) :], dtype=np.uint8) for content in contents]).reshape(-1, len(header))
    many = np.resize(body, (rows, len(header)))
    clock = log_bytes(clock_columns(np.datetime64("2021-01-01T00:52:25.727") + np.arange(rows) * np.timedelta64(947, "ms")), line_end="\n")
    many[:, :LEFT_OUT_BEFORE] = np.frombuffer(clock, dtype=np.uint8).reshape(rows + 1, -1)[1:, :LEFT_OUT_BEFORE]
    return header + many.tobytes()


def read(path: Path) -> object:
    """Read a file into a stream."""
    return READER.read(path, OPTIONS, CONTEXT)


def span(path: Path) -> object:
    """Tell what time a file covers."""
    return READER.span(path, OPTIONS, CONTEXT)


def with_pandas(path: Path) -> pd.DataFrame:
    """Parse the columns that the reader reads."""
    return pd.read_csv(path, sep=r"\s+", usecols=lambda name: name in READ)


def bytes_only(path: Path) -> bytes:
    """Read a file and do nothing with it."""
    return path.read_bytes()


def seconds(function: Callable[[Path], object], paths: Iterable[Path], repeats: int) -> float:
    """Return the shortest of several times, in seconds of one processor per file: what else the machine does counts little."""
    paths, times = list(paths), []
    for _ in range(repeats):
        began = time.process_time()
        for path in paths:
            function(path)
        times.append((time.process_time() - began) / len(paths))
    return min(times)


def memory(what: str) -> float:
    """Return a figure of this process's memory in MB: ``VmRSS`` now, ``VmHWM`` at its peak."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024


def peak(function: Callable[[Path], object], path: Path) -> float:
    """Return how many MB a process needs at most beside what it has after its imports."""
    before = memory("VmRSS")
    result = function(path)
    after = memory("VmHWM")
    del result
    return after - before


def peak_of_its_own(function: Callable[[Path], object], path: Path) -> float:
    """Return the peak of a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(peak, function, path).result()


def assert_identical(path: Path) -> int:
    """Assert that reader and pandas find the same, bit by bit; return how many numbers were compared."""
    stream, table = READER.read(path, OPTIONS, CONTEXT).streams["picarro"], with_pandas(path)
    milliseconds = np.rint(table["EPOCH_TIME"].to_numpy() * 1000).astype(np.int64)
    assert np.array_equal(stream["time"].to_numpy().astype(np.int64), milliseconds * 1_000_000)
    columns = [name for name in table.columns if name in COLUMNS]
    for name in columns:
        assert np.array_equal(stream[COLUMNS[name]].to_numpy(), table[name].to_numpy()), name
    return stream.sizes["time"] * (len(columns) + 1)


def large_file(real: Path, folder: Path, rows: int) -> None:
    """Measure one large file."""
    path = folder / "large.dat"
    path.write_bytes(tiled(real, rows))
    size = path.stat().st_size
    print(f"{rows} rows, {size / 1e6:.0f} MB")
    print(f"  numbers identical with those of pandas: {assert_identical(path)}")
    # In turn, so that what else the machine does befalls all.
    functions = (read, with_pandas, bytes_only, span)
    found = {each: min(seconds(each, [path], 2) for _ in range(4)) for each in functions}
    for each, took in found.items():
        print(f"  {each.__name__:12} {took:6.3f} s  {size / took / 1e6:6.0f} MB/s  peak {peak_of_its_own(each, path):5.0f} MB")
    print(f"  read is {found[with_pandas] / found[read]:.1f} times as fast as pandas {pd.__version__}")
    print(f"  and takes {found[read] / found[bytes_only]:.2f} times as long as a plain read")
    damaged = bytearray(path.read_bytes())
    damaged[size // 2] = ord("x")
    path.write_bytes(damaged[: size - 300])
    print(f"  line by line, where a byte is damaged and the last line cut off: {seconds(read, [path], 2):.2f} s")
    print(f"  peak {peak_of_its_own(read, path):.0f} MB")


def hourly_files(real: Path, folder: Path) -> None:
    """Measure many small files."""
    packed = sorted(real.rglob("*.dat.gz"))
    plain = [folder / path.stem for path in packed]
    for path, source in zip(plain, packed, strict=True):
        path.write_bytes(gzip.decompress(source.read_bytes()))
    print(f"{len(plain)} hourly files of {plain[0].stat().st_size / 1e6:.1f} MB, ms per file")
    for name, paths in (("text", plain), ("gzip", packed)):
        figures = ", ".join(f"{each.__name__} {1e3 * seconds(each, paths, 4):.2f}" for each in (read, span, with_pandas, bytes_only))
        print(f"  {name}: {figures}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="folder of the real data")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    real = arguments.folder / "atmosphere" / "pycrds_g2301_raw"
    with TemporaryDirectory() as name:
        hourly_files(real, Path(name))
        large_file(real, Path(name), arguments.rows)


if __name__ == "__main__":
    main()
