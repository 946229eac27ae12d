"""Errors of the suite.

The tree::

    IcosError
    ├── DescriptionError (ValueError)   the station description, the command or people's flags are wrong: exit status 2
    ├── PluginError (RuntimeError)      a component that the run needs cannot be had: exit status 2
    ├── InputError (ValueError)         a file cannot be read: it is set aside, the rest of the run goes on
    ├── DataError (ValueError)          data sets break the contract between stages: exit status 1
    ├── ExportRefused (ValueError)      data that a format must not hold: told as a problem, the rest of the run goes on
    ├── RunError (RuntimeError)         the run failed: exit status 1
    └── LockedError (RuntimeError)      another run works in the same output folder: exit status 1
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "DataError",
    "DescriptionError",
    "ExportRefused",
    "IcosError",
    "InputError",
    "LockedError",
    "Mistake",
    "PluginError",
    "RunError",
    "hint",
    "nearest",
]


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that looks most like `name`, or None where none comes near."""
    lowered = {candidate.lower(): candidate for candidate in valid}
    found = get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    return lowered[found[0]] if found else None


def hint(name: str, valid: Iterable[str]) -> str:
    """Return the end of a message that tells the nearest valid name; empty where none comes near."""
    near = nearest(name, valid)
    return f"; nearest: {near!r}" if near else ""


class IcosError(Exception):
    """Base of every error that the suite raises on purpose."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake in a description: where, what stood there, what was expected, and the nearest valid name."""

    key: str
    value: object = None
    expected: str = ""
    nearest: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """Format as one line for people."""
        where = f"line {self.line}: {self.key}" if self.line is not None else self.key
        text = f"{where}: {self.value!r}" if self.value is not None else where
        if self.expected:
            text += f" – expected {self.expected}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        return text


class DescriptionError(IcosError, ValueError):
    """A description (or command, or flags file) with one or more mistakes, all of them listed."""

    def __init__(self, source: str, mistakes: Sequence[Mistake]) -> None:
        self.source = source
        self.mistakes = tuple(mistakes)
        count = f"{len(self.mistakes)} mistake{'s' if len(self.mistakes) != 1 else ''}"
        super().__init__("\n".join([f"{source}: {count}", *(f"  {mistake}" for mistake in self.mistakes)]))

    def __reduce__(self) -> tuple[type[DescriptionError], tuple[str, tuple[Mistake, ...]]]:
        """Pickle by the arguments, so that the error crosses processes."""
        return (type(self), (self.source, self.mistakes))


class PluginError(IcosError, RuntimeError):
    """A component that is asked for is unknown, disabled by a name clash, or cannot be loaded."""


class InputError(IcosError, ValueError):
    """A file that cannot be read: named with line, what was expected and the nearest valid name where there is one."""

    def __init__(self, file: str, message: str, line: int | None = None) -> None:
        self.file = file
        self.message = message
        self.line = line
        super().__init__(f"{file}, line {line}: {message}" if line is not None else f"{file}: {message}")

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, int | None]]:
        """Pickle by the arguments, so that the error crosses processes."""
        return (type(self), (self.file, self.message, self.line))


class DataError(IcosError, ValueError):
    """Data sets that break the contract between stages (missing variable, wrong unit, unordered time)."""


class ExportRefused(IcosError, ValueError):  # noqa: N818  # a refusal is no error of anybody
    """What an exporter does not write for a reason that is no mistake, such as values that are on no scale.

    The exporter raises it after it has written what it can; the reasons become problems of the run.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))

    def __reduce__(self) -> tuple[type[ExportRefused], tuple[tuple[str, ...]]]:
        """Pickle by the arguments, so that the error crosses processes."""
        return (type(self), (self.reasons,))


class RunError(IcosError, RuntimeError):
    """The run failed as a whole."""


class LockedError(IcosError, RuntimeError):
    """Another run works in the same output folder."""
