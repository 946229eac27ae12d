"""Which columns of a .ghg archive's fast data are which variables: by its description, the headers, and what the station states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.exceptions import InputError
from icos_ecosystem.readers.ghg_table import unit_of_header
from icos_ecosystem.readers.licor_ghg_options import FAST_WORDS
from icos_ecosystem.readers.raw_columns import Resolved, find_column, resolve_columns
from icos_ecosystem.readers.raw_units import UnitError, same_unit, usual_unit
from icos_ecosystem.vocabulary.measured import GASES, MEASURES

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.raw_text.line_account import LineAccount
    from icos_ecosystem.readers.ghg_metadata import DescribedColumn, GhgMetadata
    from icos_ecosystem.readers.ghg_table import Table
    from icos_ecosystem.readers.licor_ghg_options import LicorGhgOptions

__all__ = ["fast_columns"]


def fast_columns(path: Path, table: Table, metadata: GhgMetadata, options: LicorGhgOptions, account: LineAccount) -> tuple[Resolved, ...]:
    """Return the columns that are read; a person is told where a header has another unit than the description.

    Raises
    ------
    InputError
        For a description of another number of columns than there are, one that differs from what the station states, a choice of a gas
        that the file does not have, and all that :func:`~icos_ecosystem.readers.raw_columns.resolve_columns` finds.
    """
    if len(metadata.columns) != len(table.headers):
        raise InputError(
            path.name, f"its description has {len(metadata.columns)} columns, its data {len(table.headers)}: they do not belong together"
        )
    _check_stated(path, table, metadata, options)
    usual = {f"#{each.number}": column for each in _chosen(path, metadata, options) if (column := each.column) is not None}
    units = [None if each.scale != 1 or each.offset != 0 else each.unit for each in metadata.columns]
    found = resolve_columns(path, table.headers, units, options, FAST_WORDS, usual)
    if not found:
        raise InputError(path.name, "none of its columns is known: the description calls no column u, v, w, sos, ts, co2, h2o or alike")
    for each in found:
        _compare_units(each, table, units[each.place], account)
    return found


def _check_stated(path: Path, table: Table, metadata: GhgMetadata, options: LicorGhgOptions) -> None:
    """Raise where the station takes a column for another variable than the file's description does."""
    if options.units_from != "both":
        return
    for header, stated in options.columns.items():
        place = find_column(table.headers, header)
        described = metadata.columns[place].variable if place is not None else None
        if described not in {None, stated.variable}:
            raise InputError(
                path.name,
                f"column {header!r}: its description says {described}, the station {stated.variable}; units_from says which of them holds",
            )


def _chosen(path: Path, metadata: GhgMetadata, options: LicorGhgOptions) -> list[DescribedColumn]:
    """Return one column of each variable, and of each gas one."""
    chosen: dict[str, DescribedColumn] = {}
    for each in metadata.columns:
        if each.column is not None and each.word not in GASES:
            chosen.setdefault(each.column.variable, each)
    stated = {column.variable for column in options.columns.values()}
    for gas in GASES:
        there = {each.measure_type: each for each in reversed(metadata.columns) if each.word == gas and each.column is not None}
        measure = options.measure(gas)
        if any(f"{gas}_{kind}" in stated for kind in MEASURES):
            continue
        if measure is not None and measure not in there:
            raise InputError(path.name, f"{gas} = {measure!r}: the file has {', '.join(sorted(there)) or f'no column of {gas}'}")
        first = next((kind for kind in MEASURES if kind in there), None) if measure is None else measure
        if first is not None:
            chosen[gas] = there[first]
    return list(chosen.values())


def _compare_units(column: Resolved, table: Table, described: str | None, account: LineAccount) -> None:
    in_header = unit_of_header(table.headers[column.place])
    if not described or not in_header or not usual_unit(column.variable):
        return
    try:
        same = same_unit(column.variable, in_header, described)
    except UnitError:
        return
    if not same:
        message = (
            f"column {table.headers[column.place]!r}: its description says {described!r}, which is taken unless columns says otherwise"
        )
        account.tell("units", message, table.header + 1)
