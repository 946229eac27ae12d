"""EddyPro's reference results as tables, for tests of what is computed after the raw data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ALL", "TWO_PROGRAMS", "fluxnet", "reference_table"]

DE_HOH = (
    "adv_fratini12_pf",
    "adv_ibrom07",
    "adv_km01_cw_foken9",
    "adv_m97_ba_dr_vm97_alltests",
    "adv_m97_ld_dr_m13",
    "adv_nospec",
    "express",
)
GEBESEE = ("express", "mixing_ratio", "molar_density_nowpl", "molar_density_wpl", "molar_density_wpl_noTP", "mole_fraction_wpl")
TWO_PROGRAMS = ("DE-HoH/adv_fratini12_pf", "DE-HoH/adv_ibrom07", "finse/icos_pf_fratini")
"""Runs of two programs, of which the second one knows only uncorrected u* and stability where it makes footprints and flags."""

ALL = (*(f"DE-HoH/{name}" for name in DE_HOH), *(f"gebesee_ghg/{name}" for name in GEBESEE), "finse/express", "finse/icos_pf_fratini")


def fluxnet(real_data: Path, run: str) -> pd.DataFrame:
    """Return the table ``fluxnet`` of a run, NaN where EddyPro writes -9999."""
    [path] = (real_data / "ecosystem_raw" / "eddypro_reference" / run).glob("*fluxnet.csv*")
    return pd.read_csv(path, na_values=["-9999", "-9999.0"])


def reference_table(real_data: Path, run: str, name: str) -> pd.DataFrame:
    """Return another table of a run, with the second of its three header rows as names; repeated names get ``.1``."""
    [path] = (real_data / "ecosystem_raw" / "eddypro_reference" / run).glob(f"*{name}.csv*")
    return pd.read_csv(path, header=1, index_col=False, na_values=["-9999", "-9999.0"]).iloc[1:].reset_index(drop=True)
