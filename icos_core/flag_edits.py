"""Editing people's flags: ``flags.csv`` is replaced as a whole, and no row is ever removed."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from icos_core.exceptions import DescriptionError, Mistake, nearest
from icos_core.people import format_flags, format_time, parse_flags, read_flags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from icos_core.people import PersonFlag

__all__ = ["Imported", "add_flag", "import_flags", "withdraw_flags"]

_IDENTIFIER = re.compile(r"F(\d+)")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did; `naive` counts rows with a time without offset, taken as UTC."""

    added: tuple[PersonFlag, ...]
    duplicates: int
    naive: int


def add_flag(path: Path, flag: PersonFlag) -> PersonFlag:
    """Add a flag; its identifier and, where empty, its time of entry are set.

    Parameters
    ----------
    path
        The ``flags.csv``; made where it is not there.
    flag
        The flag to add.

    Returns
    -------
    PersonFlag
        The flag as written.

    Raises
    ------
    DescriptionError
        Where the flag ends before it begins, the same flag is there and not withdrawn, or the file has mistakes.
    """
    if flag.end <= flag.start:
        mistake = Mistake(
            key="to", value=format_time(flag.end), expected=f"a time after {format_time(flag.start)}; it is not included itself"
        )
        raise DescriptionError(path.name, [mistake])
    with _edited(path) as flags:
        for other in flags:
            if other.content == flag.content and not other.withdrawn:
                raise DescriptionError(path.name, [Mistake(key="flag", expected=f"a flag that is not there yet; {other.id} is the same")])
        added = replace(flag, id=next(_identifiers(flags)), when=flag.when or _now())
        flags.append(added)
    return added


def withdraw_flags(path: Path, identifiers: Sequence[str], who: str, why: str) -> tuple[PersonFlag, ...]:
    """Withdraw flags: they stay in the file, with when, by whom and why they were withdrawn.

    Raises
    ------
    DescriptionError
        For identifiers that are not there or withdrawn already; nothing is written then.
    """
    withdrawn = []
    with _edited(path) as flags:
        position = {flag.id: index for index, flag in enumerate(flags)}
        mistakes = []
        for identifier in dict.fromkeys(identifiers):
            if identifier not in position:
                expected = "the identifier of a flag, see `icos flag list`"
                mistakes.append(Mistake(key="id", value=identifier, expected=expected, nearest=nearest(identifier, position)))
            elif flags[position[identifier]].withdrawn:
                expected = f"a flag that is not withdrawn yet ({flags[position[identifier]].withdrawn})"
                mistakes.append(Mistake(key="id", value=identifier, expected=expected))
            else:
                changed = replace(flags[position[identifier]], withdrawn=f"{_now()} {who}: {why}")
                flags[position[identifier]] = changed
                withdrawn.append(changed)
        if mistakes:
            raise DescriptionError(path.name, mistakes)
    return tuple(withdrawn)


def import_flags(path: Path, source: Path, check: Callable[[PersonFlag], Iterable[Mistake]] = lambda _flag: ()) -> Imported:
    """Add the flags of another file; those that are there already are skipped and counted.

    Parameters
    ----------
    path
        The ``flags.csv``.
    source
        Another ``flags.csv``, or a table with at least stream, variable, from, to, flag, who and why.
    check
        Returns mistakes in the names of a flag.

    Raises
    ------
    DescriptionError
        With every mistake in either file; nothing is written then.
    """
    try:
        octets = source.read_bytes()
    except OSError as error:
        mistake = Mistake(key="file", value=str(source), expected=f"a file that can be read ({error.strerror})")
        raise DescriptionError(source.name, [mistake]) from error
    rows = parse_flags(octets, source.name, own=False)
    mistakes = [replace(mistake, line=row.line) for row in rows for mistake in check(row.flag)]
    if mistakes:
        raise DescriptionError(source.name, mistakes)
    added: list[PersonFlag] = []
    with _edited(path) as flags:
        known = {flag.content for flag in flags}
        identifiers = _identifiers(flags)
        for row in rows:
            if row.flag.content not in known:
                known.add(row.flag.content)
                added.append(replace(row.flag, id=next(identifiers), when=row.flag.when or _now()))
        flags.extend(added)
    return Imported(added=tuple(added), duplicates=len(rows) - len(added), naive=sum(row.naive for row in rows))


def _identifiers(flags: Iterable[PersonFlag]) -> Iterator[str]:
    numbers = [int(found[1]) for flag in flags if (found := _IDENTIFIER.fullmatch(flag.id))]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield f"F{number:04d}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _edited(path: Path) -> Iterator[list[PersonFlag]]:
    """Yield the flags for editing and write what has become of them; two edits at a time wait for each other."""
    path = path.resolve()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        before = read_flags(path)
        flags = list(before)
        yield flags
        if flags != list(before):
            _replace(path, format_flags(flags))
            os.fsync(folder)
    finally:
        os.close(folder)


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
