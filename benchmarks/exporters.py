"""Seconds, size and memory of every exporter for one underway stream of a million rows with all its flags.

``python benchmarks/exporters.py [ROWS]``; each exporter runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np
from icos_ocean.exporters import icos_otc, socat
from icos_ocean.vocabulary import CALIBRATED, VOCABULARY

from icos_core.components import Outcome
from icos_core.exporters import cf_netcdf, csv_table
from icos_core.flags import apply_flags
from icos_core.testing import example_context, example_stream

if TYPE_CHECKING:
    import xarray as xr

CASES: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("cf-netcdf", cf_netcdf.EXPORTER, {}),
    ("cf-netcdf, uncompressed", cf_netcdf.EXPORTER, {"compression": 0}),
    ("csv, all digits", csv_table.EXPORTER, {}),
    ("csv, 3 decimals", csv_table.EXPORTER, {"decimals": 3}),
    ("socat", socat.EXPORTER, {}),
    ("icos-otc", icos_otc.EXPORTER, {}),
)


def underway(rows: int) -> xr.Dataset:
    """Return a stream with every calibrated variable, run types and two tests on six quantities that find something in 3 % of the rows."""
    words = {word.name: word for word in (*CALIBRATED, *(VOCABULARY[name] for name in ("co2", "run_type", "draining")))}
    stream = example_stream(tuple(words.values()), rows)
    stream["run_type"].values[:] = np.where(np.arange(rows) % 50 < 6, 12, 1)
    random = np.random.default_rng(1)
    level = np.where(random.random(rows) < 0.02, np.int8(3), np.where(random.random(rows) < 0.01, np.int8(4), np.int8(1)))
    names = ("sst", "salinity", "equilibrator_temperature", "co2", "xco2", "fco2")
    apply_flags(stream, [Outcome(variable=name, name=test, level=level) for name in names for test in ("range", "spike")])
    return stream


def measure(case: int, rows: int) -> None:
    """Print what one exporter took, as JSON."""
    _, exporter, options = CASES[case]
    stream = underway(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with TemporaryDirectory() as folder:
        wall, processor = perf_counter(), process_time()
        paths = exporter.export({"underway": stream}, Path(folder), exporter.options(**options), replace(example_context(), deployments=()))
        found = {"wall": perf_counter() - wall, "processor": process_time() - processor, "size": sum(path.stat().st_size for path in paths)}
    print(json.dumps(found | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}))


def main(rows: int) -> None:
    """Print one line per exporter."""
    print(f"{rows} rows\n{'':26}{'s':>8}{'s of CPU':>10}{'MB file':>9}{'MB more memory':>16}")
    for case, (title, _, _) in enumerate(CASES):
        done = subprocess.run([sys.executable, __file__, str(rows), str(case)], check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        print(f"{title:26}{found['wall']:8.1f}{found['processor']:10.1f}{found['size'] / 1e6:9.0f}{found['memory'] / 1e3:16.0f}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(int(sys.argv[2]), int(sys.argv[1]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
