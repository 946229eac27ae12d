"""SOCAT at its size: recalculation of one million rows, reading of a synthesis, crossovers of 10⁵ with 10⁶ measurements, a monthly grid.

Peers, on the same numbers in the same run: a bare numpy evaluation of the formulas of source 1, a plain read of the file, and
``pandas.read_csv`` of all its columns.

Run by hand from the root of the repository: ``python benchmarks/socat_recalculation.py [--rows N]``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from icos_ocean.cruise_crossovers import Track, near_pairs
from icos_ocean.products import gridded_monthly, socat_fco2rec
from icos_ocean.readers.socat_synthesis import READER
from icos_ocean.simulators.socat_cruise import SIMULATOR
from icos_ocean.socat_recalculation import Reported, recalculate

from icos_core.flags import apply_flags
from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_DAY = 86_400_000_000_000


def best(function: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest of several times, in seconds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


def bare(xco2: Array, temperature: Array, sst: Array, salinity: Array, pressure: Array) -> Array:
    """Evaluate source 1 in plain numpy."""
    kelvin = temperature + 273.15
    vapour = np.exp(24.4543 - 67.4509 * (100 / kelvin) - 4.8489 * np.log(kelvin / 100) - 0.000544 * salinity)
    partial = xco2 * (pressure / 1013.25 - vapour)
    virial = -1636.75 + 12.0408 * kelvin - 0.0327957 * kelvin**2 + 3.16528e-5 * kelvin**3
    exponent = (virial + 2 * (1 - xco2 * 1e-6) ** 2 * (57.7 - 0.118 * kelvin)) * pressure / 1013.25 / (82.057 * kelvin)
    return partial * np.exp(exponent + 0.0423 * (sst - temperature))


def synthesis(folder: Path, rows: int) -> Path:
    """Write a synthesis of about so many rows: simulated cruises under many expocodes."""
    (path,) = SIMULATOR.simulate(folder, SIMULATOR.options(form="synthesis", cruises=5, duration="4 d", others=0), 1).files
    lines = path.read_bytes().splitlines(keepends=True)
    titles = next(index for index, line in enumerate(lines) if line.startswith(b"Expocode\tversion\tSource_DOI"))
    block = b"".join(lines[titles + 1 :])
    large = folder / "large.tsv"
    with large.open("wb") as file:
        file.writelines(lines[: titles + 1])
        for number in range(-(-rows // block.count(b"\n"))):
            file.write(block.replace(b"20190501\t", b"%08d\t" % (19_000_101 + number)))
    return large


def kernel(rows: int) -> None:
    """Measure the formulas alone, with one source and with all fourteen."""
    random = np.random.default_rng(1)
    one: dict[str, Array] = {
        "xco2": random.uniform(300, 500, rows),
        "equilibrator_temperature": random.uniform(5, 28, rows),
        "salinity": random.uniform(30, 37, rows),
        "equilibrator_pressure": random.uniform(980, 1040, rows),
    }
    one["sst"] = one["equilibrator_temperature"] - 0.3
    peer = best(lambda: bare(one["xco2"], one["equilibrator_temperature"], one["sst"], one["salinity"], one["equilibrator_pressure"]))
    plain = Reported(**one)
    mine = best(lambda: recalculate(plain))
    names = ("xco2_sst", "pco2_equilibrator", "pco2", "fco2_equilibrator", "fco2")
    many = {**one, **{name: random.uniform(300, 500, rows) for name in names}}
    many |= {"salinity_climatology": one["salinity"], "sea_level_pressure_reanalysis": one["equilibrator_pressure"] - 3.0}
    mixed = Reported(**{name: np.where(random.random(rows) < 0.6, np.nan, array) for name, array in many.items()})
    all_sources = best(lambda: recalculate(mixed))
    print(f"recalculation of {rows:,} rows")
    print(f"  source 1        {mine:6.3f} s   bare numpy {peer:6.3f} s   ratio {mine / peer:.2f}")
    print(f"  all sources     {all_sources:6.3f} s")


def reading(path: Path) -> xr.Dataset:
    """Measure the reader; return what it read."""
    size, context = path.stat().st_size / 1e6, example_context()
    whole = best(lambda: READER.read(path, READER.options(), context), 2)
    few = best(lambda: READER.read(path, READER.options(variables=("fco2rec", "sst")), context), 2)
    plain = best(path.read_bytes, 2)
    peer = best(lambda: pd.read_csv(path, sep="\t", skiprows=8), 1)
    print(f"reading a synthesis of {size:.0f} MB")
    print(f"  all variables   {size / whole:6.0f} MB/s   few variables {size / few:.0f} MB/s")
    print(f"  pandas.read_csv {size / peer:6.0f} MB/s   plain read {size / plain:.0f} MB/s")
    return READER.read(path, READER.options(), context).streams["socat"]


def products(stream: xr.Dataset) -> None:
    """Measure the products on a stream that was read."""
    context, options = example_context(deployments=()), socat_fco2rec.PRODUCT.options()
    apply_flags(stream, ())
    seconds = best(lambda: socat_fco2rec.PRODUCT.derive({"socat": stream}, options, context), 2)
    print(f"product socat-fco2rec, {stream.sizes['time']:,} rows, with flags and tables: {seconds:.2f} s")
    made = socat_fco2rec.PRODUCT.derive({"socat": stream}, options, context).streams["socat_fco2rec"]
    apply_flags(made, ())
    options = gridded_monthly.PRODUCT.options()
    seconds = best(lambda: gridded_monthly.PRODUCT.derive({"socat_fco2rec": made}, options, context), 2)
    print(f"product gridded-monthly, {made.sizes['time']:,} rows, three variables: {seconds:.2f} s")


def crossings(few: int, many: int) -> None:
    """Measure the search for near pairs."""
    random = np.random.default_rng(1)

    def ship(size: int, days: float, spread: float) -> Track:
        moments = np.sort(random.integers(0, int(days * _DAY), size)) + random.integers(0, int(335 * _DAY))
        steps = random.normal(0.0, 0.02, (2, size)).cumsum(axis=1)
        latitude, longitude = 40.0 + random.uniform(-spread, spread), -20.0 + random.uniform(-spread, spread)
        return Track(moments, np.clip(latitude + steps[0], -85, 85), longitude + steps[1])

    for name, spread in (("an ocean", 40.0), ("one sea", 4.0)):
        own, ships = ship(few, 365.0, spread), [ship(many // 100, 30.0, spread) for _ in range(100)]
        others = Track(*(np.concatenate([getattr(each, part) for each in ships]) for part in Track._fields))
        began = time.perf_counter()
        found = sum(pairs.left.size for pairs in near_pairs(own, others))
        print(f"crossovers of {few:,} with {many:,} measurements over {name}: {time.perf_counter() - began:.2f} s, {found:,} pairs")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    kernel(arguments.rows)
    with TemporaryDirectory() as folder:
        stream = reading(synthesis(Path(folder), arguments.rows))
    products(stream)
    crossings(arguments.rows // 10, arguments.rows)


if __name__ == "__main__":
    main()
