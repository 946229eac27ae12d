"""What ONEFlux made of Tharandt 1998: its input, its columns by our names, and how sharply it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from icos_ecosystem.gap_filling.marginal_distribution import Driver

if TYPE_CHECKING:
    from pathlib import Path

    FloatArray = np.ndarray

PERCENTILES = (*(f"{1.25 + 2.5 * index:g}" for index in range(40)), "50")
_WORDS = {
    "REF": "ref",
    "USTAR50": "ust50",
    "MEAN": "mean",
    "_NIGHT": "_night",
    "_DAY": "_day",
    "_SD": "_std",
    "_QC": "_qc",
    "RANDUNC": "randUnc",
    "JOINTUNC": "joinUnc",
    "METHOD": "method",
    "randUnc_N": "randUnc_n",
}


def table(path: Path, **how: int) -> pd.DataFrame:
    return pd.read_csv(path, na_values=["-9999"], keep_default_na=False, **how)


def column(end: str) -> str:
    """Return ONEFlux's name of ``NEE_VUT_<end>``."""
    for ours, theirs in _WORDS.items():
        end = end.replace(ours, theirs)
    part = re.match(r"(\d\d)_(night|day)(.*)", end)
    return f"NEE_{part[2]}_{part[1]}{part[3]}_y" if part else f"NEE_{end}_y"


def beyond_print(found: FloatArray, printed: FloatArray, slack: float = 1.001) -> int:
    """Return how many values differ from what six printed digits can hide, or are missing in one only."""
    with np.errstate(divide="ignore"):
        half = 0.5 * 10.0 ** (np.floor(np.log10(np.abs(printed))) - 5.0)
    apart = np.abs(found - printed) > np.maximum(half * slack, 1e-12)
    return int(np.count_nonzero(apart | (np.isnan(found) != np.isnan(printed))))


@dataclass
class Tharandt:
    """Input and results."""

    folder: Path

    def __post_init__(self) -> None:
        made = self.folder / "ecosystem_post/reference/oneflux_qc_auto_DE-Tha/DE-Tha_qca_nee_1998.csv.gz"
        self.input = {name: values.to_numpy(np.float64) for name, values in table(made, skiprows=10).items()}
        of_drivers = {"SW_IN": (20.0, 50.0), "TA": (2.5, None), "VPD": (5.0, None)}
        self.drivers = [Driver(values=self.input[name], tolerance=near, tolerance_to=far) for name, (near, far) in of_drivers.items()]
        self.thresholds = self.read("USTAR_percentiles_y").to_numpy(np.float64)[:, 1:]

    def read(self, what: str) -> pd.DataFrame:
        folder = self.folder / "ecosystem_post/reference/oneflux_nee_proc_DE-Tha"
        [path] = folder.glob(f"DE-Tha_{what}.csv*")
        return table(path)

    def members(self, resolution: str) -> tuple[FloatArray, FloatArray]:
        """Return the members and their quality, (41, p) each."""
        made = self.read(f"NEE_percentiles_y_{resolution}")
        return tuple(made[[f"{name}{end}" for name in PERCENTILES]].to_numpy(np.float64).T for end in ("", "_qc"))

    def efficiency(self, resolution: str) -> FloatArray:
        folder = self.folder / "ecosystem_post/reference/oneflux_nee_proc_DE-Tha"
        return np.loadtxt(folder / f"DE-Tha_mef_matrix_{resolution}_y_1998.csv", delimiter=",")

    def reference(self, resolution: str) -> str:
        made = self.read(f"AUX_NEE_{resolution}").set_index("VARIABLE")["PERCENTILE"]
        return f"{made['NEE_VUT_REF']:g}"
