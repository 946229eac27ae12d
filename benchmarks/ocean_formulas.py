"""Time from mole fraction to fCO2 for a million rows: this suite, the bare formulas in numpy, and PyCO2SYS.

Run by hand: ``python benchmarks/ocean_formulas.py [rows]``. Each figure is the best of several calls after one to warm up;
PyCO2SYS, which solves for all it can of the carbonate system, is called once and on fewer rows if memory is short (second argument).
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from icos_ocean.fco2_uncertainty import fco2_uncertainty
from icos_ocean.gas_standards import calibrate
from icos_ocean.seawater_co2 import fco2_at_sst, fco2_chain
from icos_ocean.standard_line import Standard
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def bare(x: FloatArray, P: FloatArray, t: FloatArray, S: FloatArray, sst: FloatArray) -> FloatArray:
    """Evaluate the formulas as one would type them."""
    T = t + 273.15
    vapour = np.exp(24.4543 - 67.4509 * (100 / T) - 4.8489 * np.log(T / 100) - 0.000544 * S)
    pco2 = x * (P / 1013.25 - vapour)
    B = -1636.75 + 12.0408 * T - 0.0327957 * T**2 + 3.16528e-5 * T**3
    delta = 57.7 - 0.118 * T
    fco2 = pco2 * np.exp((B + 2 * (1 - x * 1e-6) ** 2 * delta) * (P / 1013.25) / (82.0575 * T))
    result: FloatArray = fco2 * np.exp(0.0423 * (sst - t))
    return result


def seconds(call: Callable[[], object], repeats: int) -> float:
    """Return the shortest duration of `repeats` calls."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    judged_rows = int(sys.argv[2]) if len(sys.argv) > 2 else rows
    rng = np.random.default_rng(0)
    t = rng.uniform(-1, 30, rows)
    arguments = (rng.uniform(250, 500, rows), rng.uniform(970, 1035, rows), t, rng.uniform(30, 37, rows), t - rng.uniform(0, 0.6, rows))
    x, _, t, S, sst = arguments
    difference = float(np.max(np.abs(fco2_at_sst(*arguments) - bare(*arguments))))

    runs = np.arange(0.0, 365 * 86400.0, 4 * 3600.0)
    standards = [
        Standard(
            time=runs + 300 * i,
            reading=c + rng.normal(0, 0.1, runs.size),
            reading_uncertainty=np.full(runs.size, 0.1),
            xco2=c,
            xco2_uncertainty=0.1,
        )
        for i, c in enumerate((228.4, 412.5, 507.77))
    ]
    when = np.linspace(0, runs[-1], rows)
    terms: dict[str, ArrayLike] = {
        "standards": np.full(rows, 0.1),
        "regression": np.full(rows, 0.05),
        "interpolation": np.full(rows, 0.1),
        "sample": 0.1,
    }
    reference = seconds(lambda: bare(*arguments), 7)
    print(f"{rows} rows, one thread; largest difference from the bare formulas {difference:.1e} µatm")
    print(f"{'':44}{'seconds':>9}{'/ bare':>9}")
    print(f"{'bare numpy formulas, xCO2 to fCO2':44}{reference:9.4f}{1:9.2f}")

    def report(label: str, duration: float) -> None:
        print(f"{label:44}{duration:9.4f}{duration / reference:9.2f}")

    report("fco2_at_sst", seconds(lambda: fco2_at_sst(*arguments), 7))
    report("fco2_at_sst, humphreys-2024-parametrised", seconds(lambda: fco2_at_sst(*arguments, method="humphreys-2024-parametrised"), 3))
    report("fco2_chain (all steps)", seconds(lambda: fco2_chain(*arguments), 3))
    report("calibrate, 3 standards, with uncertainty", seconds(lambda: calibrate(when, x, standards, drift_rate=0.1), 3))
    report(
        "fco2_uncertainty, 8 terms",
        seconds(
            lambda: fco2_uncertainty(
                *arguments,
                xco2_terms=terms,
                pressure_uncertainty=0.5,
                equilibrator_temperature_uncertainty=0.02,
                sst_uncertainty=0.02,
                salinity_uncertainty=0.1,
            ),
            3,
        ),
    )
    try:
        import PyCO2SYS as pyco2sys  # type: ignore[import-untyped]  # noqa: PLC0415, N813  # a judge that need not be installed
    except ImportError:
        print("PyCO2SYS is not installed")
        return
    few = slice(0, judged_rows)
    duration = seconds(lambda: pyco2sys.sys(par1=x[few], par1_type=9, temperature=t[few], salinity=S[few], temperature_out=sst[few]), 1)
    report(f"PyCO2SYS, {judged_rows} rows scaled to {rows}", duration * rows / judged_rows)


if __name__ == "__main__":
    main()
