"""Which variables of a stream belong together: a quantity, then its flags, bits, source and uncertainties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.flags import COMPANIONS

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["companions", "in_groups", "kind_of", "owner"]

UNCERTAINTY = "_uncertainty"


def owner(stream: xr.Dataset, name: str) -> str | None:
    """Return the variable that `name` is a companion of, or None where it stands for itself."""
    suffixes = sorted(COMPANIONS, key=len, reverse=True)
    bases = [name.removesuffix(suffix) for suffix in suffixes if name.endswith(suffix)]
    if UNCERTAINTY in name:
        bases.append(name[: name.rindex(UNCERTAINTY)])
    return next((base for base in bases if base in stream.data_vars), None)


def kind_of(stream: xr.Dataset, name: str) -> str:
    """Return what kind of companion it is, ``"flag"`` say, or ``"uncertainty"`` for each of its terms; nothing for no companion."""
    base = owner(stream, name)
    if base is None:
        return ""
    kind = name.removeprefix(f"{base}_")
    return "uncertainty" if kind.startswith("uncertainty") else kind


def companions(stream: xr.Dataset, name: str) -> list[str]:
    """Return the companions that `name` has, in a fixed order: uncertainty and its terms, flag, origin, bits, source, sensor."""
    candidates = sorted(str(other) for other in stream.data_vars if str(other).startswith(f"{name}{UNCERTAINTY}"))
    uncertainties = [other for other in candidates if owner(stream, other) == name and kind_of(stream, other) == "uncertainty"]
    return uncertainties + [f"{name}{suffix}" for suffix in COMPANIONS if f"{name}{suffix}" in stream.data_vars]


def in_groups(stream: xr.Dataset) -> list[str]:
    """Return all data variables in the order of the stream, each followed by its companions."""
    names: list[str] = []
    for name in stream.data_vars:
        if owner(stream, str(name)) is None:
            names += _with_companions(stream, str(name))
    return names


def _with_companions(stream: xr.Dataset, name: str) -> list[str]:
    names = [name]
    for companion in companions(stream, name):
        # An uncertainty may carry flags of its own.
        names += _with_companions(stream, companion)
    return names
