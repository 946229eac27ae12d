"""Columns of the FLUXNET product in their order, at every resolution.

A ``#`` stands for the number of a soil sensor. The order of half hours is that of a released file, the order of days to years that of the
definitions which come with ONEFlux, where the percentiles of one quantity follow each other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["PERCENTILES", "RESOLUTIONS", "fluxnet_columns", "in_fluxnet_order", "subset_columns"]

PERCENTILES = ("05", "16", "25", "50", "75", "84", "95")
RESOLUTIONS = ("hh", "dd", "ww", "mm", "yy")
_POOLS = ("CUT", "VUT")
_SINGLE = ("TA", "SW_IN", "LW_IN", "LW_IN_JSB", "VPD", "PA", "P", "WS")
_NUMBER = re.compile(r"(?<=_)(\d+)(?=_QC$|$)")
_SOIL = ("TS_F_MDS_", "SWC_F_MDS_")


def _with_quality(name: str) -> tuple[str, str]:
    return name, f"{name}_QC"


def _soil() -> Iterator[str]:
    for name in _SOIL:
        yield f"{name}#"
        yield f"{name}#_QC"


def _weather(*, half_hourly: bool, yearly: bool) -> Iterator[str]:
    for name in _SINGLE:
        if name == "SW_IN" and not yearly:
            yield "SW_IN_POT"
        parts = name == "TA" and not half_hourly
        yield from _measured(name, half_hourly=half_hourly)
        yield from _parts("TA_F_MDS") if parts else ()
        yield f"{name}_ERA"
        yield from ("TA_ERA_NIGHT", "TA_ERA_NIGHT_SD", "TA_ERA_DAY", "TA_ERA_DAY_SD") if parts else ()
        yield from _with_quality(f"{name}_F")
        yield from _parts("TA_F") if parts else ()
    if half_hourly:
        yield from ("WD", "USTAR", "RH", "NETRAD", "PPFD_IN", "PPFD_DIF", "PPFD_OUT", "SW_DIF", "SW_OUT", "LW_OUT")
    else:
        for name in ("USTAR", "NETRAD", "PPFD_IN", "PPFD_DIF", "PPFD_OUT", "SW_DIF", "SW_OUT", "LW_OUT"):
            yield from _with_quality(name)
    yield from _with_quality("CO2_F_MDS")
    yield from _soil()
    yield from _with_quality("G_F_MDS")


def _measured(name: str, *, half_hourly: bool) -> tuple[str, ...]:
    """Return what of a variable stands before its reanalysis: filled from itself, computed, or, of half hours, as measured."""
    if name in ("TA", "SW_IN", "LW_IN", "VPD"):
        return _with_quality(f"{name}_F_MDS")
    if name == "LW_IN_JSB":
        return _with_quality(name)
    return (name,) if half_hourly else ()


def _parts(name: str) -> Iterator[str]:
    for part in ("NIGHT", "DAY"):
        yield from (f"{name}_{part}", f"{name}_{part}_SD", f"{name}_{part}_QC")


def _energy(resolution: str) -> Iterator[str]:
    for name in ("LE", "H"):
        yield from _with_quality(f"{name}_F_MDS")
        yield f"{name}_CORR"
        if resolution in ("hh", "dd"):
            yield from (f"{name}_CORR_25", f"{name}_CORR_75")
        yield f"{name}_RANDUNC"
        if resolution == "hh":
            yield from (f"{name}_RANDUNC_METHOD", f"{name}_RANDUNC_N")
        if resolution in ("hh", "dd"):
            yield f"{name}_CORR_JOINTUNC"
    yield from ("EBC_CF_N", "EBC_CF_METHOD")


def _exchange_of_half_hours() -> Iterator[str]:
    yield "NIGHT"
    for version in ("REF", "USTAR50"):
        for ending in ("", "_QC", "_RANDUNC", "_RANDUNC_METHOD", "_RANDUNC_N", "_JOINTUNC"):
            yield from (f"NEE_{pool}_{version}{ending}" for pool in _POOLS)
    for version in ("MEAN", "MEAN_QC", "SE"):
        yield from (f"NEE_{pool}_{version}" for pool in _POOLS)
    for ending in ("", "_QC"):
        yield from (f"NEE_{pool}_{percentile}{ending}" for pool in _POOLS for percentile in PERCENTILES)


def _exchange_of_periods(resolution: str) -> Iterator[str]:
    if resolution != "yy":
        yield from ("NIGHT_D", "DAY_D")
    yield from ("NIGHT_RANDUNC_N", "DAY_RANDUNC_N")
    for pool in _POOLS:
        for version in ("REF", "USTAR50"):
            yield from (f"NEE_{pool}_{version}{ending}" for ending in ("", "_QC", "_RANDUNC", "_JOINTUNC"))
        yield from (f"NEE_{pool}_{version}" for version in ("MEAN", "MEAN_QC", "SE"))
        yield from (f"NEE_{pool}_{percentile}{ending}" for ending in ("", "_QC") for percentile in PERCENTILES)
    for part in ("NIGHT", "DAY"):
        for pool in reversed(_POOLS):
            for version in ("REF", "USTAR50"):
                yield from (f"NEE_{pool}_{version}_{part}{ending}" for ending in ("", "_SD", "_QC", "_RANDUNC", "_JOINTUNC"))
            yield from (f"NEE_{pool}_{percentile}_{part}{ending}" for ending in ("", "_QC") for percentile in PERCENTILES)


def _partitioned() -> Iterator[str]:
    for method in ("NT", "DT"):
        for flux in ("RECO", "GPP"):
            for pool in reversed(_POOLS):
                yield from (f"{flux}_{method}_{pool}_{version}" for version in ("REF", "USTAR50", "MEAN", "SE", *PERCENTILES))
    yield from ("RECO_SR", "RECO_SR_N")


@cache
def fluxnet_columns(resolution: str) -> tuple[str, ...]:
    """Return the columns of FULLSET after the time stamps.

    Parameters
    ----------
    resolution
        One of `RESOLUTIONS`.
    """
    half_hourly = resolution == "hh"
    return (
        *_weather(half_hourly=half_hourly, yearly=resolution == "yy"),
        *_energy(resolution),
        *(_exchange_of_half_hours() if half_hourly else _exchange_of_periods(resolution)),
        *_partitioned(),
    )


@cache
def subset_columns(resolution: str) -> tuple[str, ...]:
    """Return the columns of SUBSET: those most used, with the least of quality and uncertainty. The choice is *unverified*."""
    weather = {f"{name}_F" for name in _SINGLE if name != "LW_IN_JSB"}
    plain = {"SW_IN_POT", "WD", "USTAR", "RH", "NETRAD", "PPFD_IN", "PPFD_DIF", "PPFD_OUT", "SW_DIF", "SW_OUT", "LW_OUT", "NIGHT"}
    filled = {"CO2_F_MDS", *(f"{name}#" for name in _SOIL), "G_F_MDS", "LE_F_MDS", "H_F_MDS"}
    energy = {f"{name}_{what}" for name in ("LE", "H") for what in ("CORR", "CORR_25", "CORR_75", "RANDUNC")}
    exchange = {f"NEE_VUT_{version}" for version in ("REF", "25", "50", "75")}
    split = {
        f"{flux}_{method}_VUT_{version}" for flux in ("RECO", "GPP") for method in ("NT", "DT") for version in ("REF", "25", "50", "75")
    }
    periods = {f"NEE_VUT_REF_{part}{ending}" for part in ("NIGHT", "DAY") for ending in ("", "_SD", "_QC")}
    values = weather | plain | filled | energy | exchange | split
    kept = values | {f"{name}_QC" for name in values} | {"NEE_VUT_REF_RANDUNC", "RECO_SR", "RECO_SR_N"} | periods
    return tuple(name for name in fluxnet_columns(resolution) if name in kept)


def in_fluxnet_order(names: Collection[str], columns: Collection[str]) -> list[str]:
    """Return those of `names` that are among `columns`, in the order of these, soil sensors by number."""
    by_pattern: dict[str, list[str]] = {}
    for name in names:
        pattern = _NUMBER.sub("#", name) if name.startswith(_SOIL) else name
        by_pattern.setdefault(pattern, []).append(name)
    return [name for column in columns for name in sorted(by_pattern.get(column, ()), key=_sensor)]


def _sensor(name: str) -> int:
    found = _NUMBER.search(name)
    return int(found.group()) if found else 0
