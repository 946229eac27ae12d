"""Tables on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["print_table"]

# Where no terminal says how wide it is, nothing is to be wrapped: the text goes to a file or another program.
_WIDTH_OF_FILES = 400


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print a table on standard output; nothing in it is taken for markup."""
    width = None if sys.stdout.isatty() else _WIDTH_OF_FILES
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    table = Table(box=SIMPLE, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console.print(table)
