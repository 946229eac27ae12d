"""A criterion that a data set is judged by: what is asked, what was found, and whether that is enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from icos_core.components import Context
    from icos_core.station import Deployment

__all__ = ["Criterion", "at_most", "lacking_metadata", "number"]

_METADATA = ("expocode", "name", "investigators", "vessel", "depth")


class Criterion(NamedTuple):
    """One criterion; `met` is None where nothing says whether it is."""

    name: str
    asked: str
    found: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """Say in a word whether it is met."""
        return {True: "met", False: "missed", None: "not stated"}[self.met]


def number(value: float, digits: int = 2) -> str:
    """Write a figure, a dash for none."""
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def at_most(name: str, value: float | None, limit: float, unit: str) -> Criterion:
    """Ask for a figure that is at most the limit; None or NaN is not stated."""
    asked = f"≤ {limit:g} {unit}"
    if value is None or math.isnan(value):
        return Criterion(name, asked, "–", None)
    # What is stated to two or three digits is compared as it is stated.
    return Criterion(name, asked, f"{value:.3g} {unit}", value <= limit * (1.0 + 1e-9))


def lacking_metadata(context: Context, deployment: Deployment | None) -> tuple[str, ...]:
    """Return the keys that a complete description of a deployment has and this one lacks."""
    if deployment is None:
        return ("deployment",)
    lacking = [f"deployment.{name}" for name in _METADATA if getattr(deployment, name) in {"", None}]
    if not context.station.contact.url and not context.station.contact.email:
        lacking.append("station.contact")
    return tuple(lacking)
