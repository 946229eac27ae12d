"""The header of a table: where its rows begin, and which column is what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_core.exceptions import nearest
from icos_core.raw_text.delimited_text import TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from icos_core.raw_text.delimited_text import Lines
    from icos_ocean.readers.underway_table_options import UnderwayTableOptions

__all__ = ["Header", "Layout", "assign", "find_header", "plain"]

_BY_NUMBER = re.compile(r"#([1-9][0-9]*)")
_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Header:
    """The lines above the first row.

    Attributes
    ----------
    size
        How many there are.
    text
        The lines, each ended by a line end.
    names
        Names of the columns.
    line
        Index of the line that holds them; None where the description does.
    """

    size: int
    text: str
    names: tuple[str, ...]
    line: int | None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which column is what.

    Attributes
    ----------
    labels
        Name of each column, ``column 3`` where it has none.
    words, numbers
        What `Clock.words` and `Clock.numbers` name → column.
    run_type
        Column of the run type, None where there is none.
    quantities, hemispheres
        Variable → column.
    flags
        Variable → column of its flags.
    absent
        Names in the description that the file does not have.
    """

    labels: tuple[str, ...]
    words: Mapping[str, int]
    numbers: Mapping[str, int]
    run_type: int | None
    quantities: Mapping[str, int]
    hemispheres: Mapping[str, int]
    flags: Mapping[str, int]
    absent: tuple[str, ...]


def plain(name: str) -> str:
    """Return a name as it is compared: without case, quotes and the number of blanks."""
    return " ".join(name.strip().strip('"').casefold().split())


def find_header(lines: Lines, options: UnderwayTableOptions) -> Header:
    """Find the header of a file.

    Raises
    ------
    TextError
        Where the file ends before its header does, or the line that ends it is not there.
    """
    size = options.header_lines
    if options.header_end is not None:
        mark = options.header_end.encode(options.encoding, errors="replace")
        size = next((index + 1 for index in range(len(lines)) if lines.raw(index).startswith(mark)), 0)
        if not size:
            raise TextError(f"no line begins with header_end = {options.header_end!r}")
    if len(lines) < size:
        raise TextError(f"the file has {len(lines)} lines, and its header alone should have {size}")
    texts = [lines.raw(index).decode(options.encoding, errors="replace") for index in range(size)]
    names, line = options.names, None
    if not names:
        line = options.names_line - 1 if options.names_line > 0 else size + options.names_line
        if not 0 <= line < size:
            raise TextError(f"names_line = {options.names_line}: the header has {size} lines")
        names = tuple(texts[line].split(options.separator_character))
    return Header(size=size, text="".join(f"{text}\n" for text in texts), names=names, line=line)


def assign(names: Sequence[str], options: UnderwayTableOptions) -> Layout:
    """Find the columns that the description names.

    Raises
    ------
    TextError
        Where a column of date and time or of the run type is not there, or none of the quantities.
    """
    labels = tuple(name.strip().strip('"') or f"column {position}" for position, name in enumerate(names, start=1))
    positions: dict[str, int] = {}
    # As written goes before what differs in case or blanks only.
    for index, name in [
        *((index, name.strip().strip('"').strip()) for index, name in enumerate(names)),
        *((index, plain(name)) for index, name in enumerate(names)),
    ]:
        if name:
            positions.setdefault(name, index)

    def column(name: str) -> int | None:
        match = _BY_NUMBER.fullmatch(name)
        if match is not None:
            return int(match[1]) - 1 if int(match[1]) <= len(labels) else None
        return positions.get(name.strip(), positions.get(plain(name)))

    def needed(key: str, name: str) -> int:
        found = column(name)
        if found is None:
            raise TextError(f"no column {name!r} for {key}{_near(name, labels)}; the columns are: {_listed(labels)}")
        return found

    quantities = {name: found for header, name in options.columns.items() if (found := column(header)) is not None}
    absent = [header for header in options.columns if column(header) is None]
    if not quantities:
        raise TextError(f"none of the columns {_listed(absent)} is there{_near(absent[0], labels)}; the columns are: {_listed(labels)}")
    absent += [header for header in options.flag_columns if column(header) is None]
    layout = Layout(
        labels=labels,
        words={key: needed(f"clock.{key}", header) for key, header in options.clock.words.items()},
        numbers={key: needed(f"clock.{key}", header) for key, header in options.clock.numbers.items()},
        run_type=needed("run_type_column", options.run_type_column) if options.run_type_column is not None else None,
        quantities=quantities,
        hemispheres={name: needed(f"hemispheres.{name}", header) for name, header in options.hemispheres.items()},
        flags={name: found for header, name in options.flag_columns.items() if (found := column(header)) is not None},
        absent=tuple(f"{header!r}{_near(header, labels)}" for header in absent),
    )
    _each_column_once(layout)
    return layout


def _each_column_once(layout: Layout) -> None:
    """Raise :class:`TextError` where a column is two quantities, or a quantity and words."""
    uses: dict[int, str] = {}
    for key, columns in (("columns", layout.quantities), ("clock", layout.numbers), ("clock", layout.words)):
        for name, index in columns.items():
            use = f"{key}: {name}"
            if index in uses and not (key == "clock" and uses[index].startswith("clock")):
                raise TextError(f"column {layout.labels[index]!r} is taken twice, for {uses[index]} and for {use}")
            uses[index] = use
    words = {f"hemispheres: {name}": index for name, index in layout.hemispheres.items()}
    words |= {f"flag_columns: {name}": index for name, index in layout.flags.items()}
    words |= {"run_type_column": layout.run_type} if layout.run_type is not None else {}
    for use, index in words.items():
        if index in uses:
            raise TextError(f"column {layout.labels[index]!r} is taken twice, for {uses[index]} and for {use}")


def _near(name: str, labels: Sequence[str]) -> str:
    close = nearest(name, labels)
    return f", nearest {close!r}" if close else ""


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(repr(name[:40]) for name in every[:_SHOWN]) + more
