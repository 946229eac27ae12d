"""The page of a run: one self-contained ``report.html`` (extra ``report``: matplotlib and jinja2)."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["missing_requirements"]


def missing_requirements() -> tuple[str, ...]:
    """Return the packages of the extra ``report`` that are not installed; importing this module needs none of them."""
    return tuple(name for name in ("jinja2", "matplotlib") if find_spec(name) is None)
