"""The files and streams of the ``[[input]]`` tables."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from icos_core.exceptions import DescriptionError, Mistake, hint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from icos_core.components import Reader
    from icos_core.plugins import Plugins
    from icos_core.station import Description, InputSpec

__all__ = ["InputFile", "find_files", "matching_files", "offsets", "printable", "shortened", "stream_names"]

_WILDCARDS = frozenset("*?[")
_MOST_NAMED = 3
_BARE_VARIABLE = re.compile(r"\$(\w+)")


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """One file of one input; `name` is what it is called in messages, manifest and exports: no folder of this machine.

    `group` is what `group_by` found in its name, where the input has one.
    """

    path: Path
    name: str
    input: int
    group: str | None = None


def matching_files(pattern: str, folder: Path, out: Path | None = None) -> list[tuple[Path, str]]:
    """Return (path, name relative to the fixed part of the pattern) of every file that matches, sorted by name.

    A link that leads nowhere, a file that must not be looked at and a folder that must not be listed are among them, so that they are set
    aside with their reason; folders, pipes and devices are not, nor is anything in the folder `out`.

    Raises
    ------
    ValueError
        For a pattern that cannot be one.
    """
    parts = Path(pattern).parts
    for part in parts:
        if "**" in part and part != "**":
            raise ValueError(f"** stands alone between two slashes, not in {part!r}")  # some versions of Python take it, others do not
    fixed = 0
    while fixed < len(parts) - 1 and not _WILDCARDS & set(parts[fixed]):
        fixed += 1
    base = folder.joinpath(*parts[:fixed])
    found = [path for path in base.glob("/".join(parts[fixed:])) if _is_input(path)]
    if len(parts) > fixed + 1:
        found += [path for path in base.glob("/".join(parts[fixed:-1])) if path.is_dir() and not os.access(path, os.R_OK | os.X_OK)]
    root, own = base.resolve(), out.resolve() if out is not None else None
    if own is not None and own.is_relative_to(root):
        found = [path for path in found if not (root / path.relative_to(base)).is_relative_to(own)]
    return sorted(((path, printable(path.relative_to(base).as_posix())) for path in set(found)), key=lambda each: (each[1], str(each[0])))


def _is_input(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return path.is_symlink()
    except OSError:
        return True


def printable(text: str) -> str:
    """Return text in which whatever cannot be shown (control characters, bytes that are no UTF-8) is written as an escape."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def shortened(text: str, most: int) -> str:
    """Return text of at most so many characters; what is longer ends behind a word, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return f"{cut[: cut.rindex(' ')] if ' ' in cut[most // 2 :] else cut.rstrip()}…"


def find_files(description: Description, out: Path | None = None) -> list[InputFile]:
    """Return the files of every input; what stands in the folder of the outputs, people's flags and the description are none.

    Raises
    ------
    DescriptionError
        For every pattern that matches nothing, a file that two inputs name, and a file in whose name `group_by` finds nothing.
    """
    files: list[InputFile] = []
    owner: dict[Path, int] = {}
    mistakes: list[Mistake] = []
    if not description.inputs:
        mistakes.append(Mistake(key="input", expected="at least one [[input]]", line=description.line_of("input")))
    for position, spec in enumerate(description.inputs):
        key = f"input[{position}].files"
        for pattern, written in zip(spec.files, spec.files_written or spec.files, strict=True):
            try:
                found = matching_files(pattern, description.folder, out)
            except ValueError as error:
                mistakes.append(
                    Mistake(key=key, value=written, expected=f"a pattern such as raw/*.txt ({error})", line=description.line_of(key))
                )
                continue
            found = [each for each in found if each[0] not in {description.path, description.flags_path}]
            if not found:
                expected = f"a pattern that matches files{_why_none(pattern, written, description.folder)}"
                mistakes.append(Mistake(key=key, value=written, expected=expected, line=description.line_of(key)))
            for path, name in found:
                if path not in owner:
                    owner[path] = position
                    files.append(InputFile(path=path, name=name, input=position, group=_group(spec, path)))
                elif owner[path] != position:
                    expected = f"files of its own; {name} is a file of input[{owner[path]}] already"
                    mistakes.append(Mistake(key=key, value=written, expected=expected, line=description.line_of(key)))
    mistakes += _not_grouped(files, description)
    if mistakes:
        raise DescriptionError(str(description.path.name), mistakes)
    return _with_unique_names(files)


def _why_none(pattern: str, written: str, folder: Path) -> str:
    """Say what may be meant by a pattern that matches no file."""
    if written.startswith("~"):
        return "; ~ is not filled in, write ${HOME}" + written[1:]
    bare = _BARE_VARIABLE.search(written)
    if bare is not None:
        return f"; {bare[0]} is not filled in, write ${{{bare[1]}}}"
    path = folder / pattern
    if path.is_dir():
        return f"; this is a folder, write {written.rstrip('/')}/* for the files in it"
    if not _WILDCARDS & set(pattern) and path.parent.is_dir():
        return hint(path.name, [each.name for each in path.parent.iterdir() if each.is_file()])
    return ""


def _group(spec: InputSpec, path: Path) -> str | None:
    found = re.search(spec.group_by, printable(path.name)) if spec.group_by is not None else None
    return found[1] if found is not None else None


def _not_grouped(files: Sequence[InputFile], description: Description) -> list[Mistake]:
    """Return a mistake for every input whose `group_by` is not found in the name of each of its files."""
    mistakes = []
    for position, spec in enumerate(description.inputs):
        lost = [file.name for file in files if file.input == position and file.group is None]
        if spec.group_by is not None and lost:
            key = f"input[{position}].group_by"
            named = ", ".join(lost[:_MOST_NAMED]) + (f" and {len(lost) - _MOST_NAMED} more" if len(lost) > _MOST_NAMED else "")
            expected = f"an expression that is found in the name of every file; it is not in {named}"
            mistakes.append(Mistake(key=key, value=spec.group_by, expected=expected, line=description.line_of(key)))
    return mistakes


def _with_unique_names(files: list[InputFile]) -> list[InputFile]:
    within: Counter[tuple[int, str]] = Counter()
    count = Counter(file.name for file in files)
    unique = []
    for file in files:
        within[file.input, file.name] += 1
        name = file.name
        if count[name] > 1:
            name = f"input[{file.input}]/{name}"
        if within[file.input, file.name] > 1:
            name = f"{name}#{within[file.input, file.name]}"
        unique.append(replace(file, name=name))
    return unique


def stream_names(spec: InputSpec, plugins: Plugins) -> dict[str, str]:
    """Return the reader's name of each stream of an input → its name in the run."""
    reader: Reader = plugins.component("reader", spec.reader)
    own = list(reader.provides(spec.options))
    if spec.stream is not None and len(own) == 1:
        return {own[0]: spec.stream}
    return {name: name for name in own}


def offsets(description: Description, plugins: Plugins) -> dict[str, timedelta]:
    """Return stream → what is added to its instrument's time.

    Raises
    ------
    DescriptionError
        Where two inputs feed one stream and declare different offsets.
    """
    found: dict[str, timedelta] = {}
    mistakes: list[Mistake] = []
    for position, spec in enumerate(description.inputs):
        for name in stream_names(spec, plugins).values():
            if found.setdefault(name, spec.offset) != spec.offset:
                key = f"input[{position}].offset"
                expected = f"the offset of the other inputs of stream {name!r}: {found[name].total_seconds():g} s"
                mistakes.append(
                    Mistake(key=key, value=f"{spec.offset.total_seconds():g} s", expected=expected, line=description.line_of(key))
                )
    if mistakes:
        raise DescriptionError(str(description.path.name), mistakes)
    return found
