"""The core's own table of contents: corrections, quality tests and exporters that every domain shares, and the subcommands of ``icos``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from icos_core.components import Entry
from icos_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COMMANDS", "PLUGIN", "icos_calibrators", "icos_exporters", "icos_quality_tests"]

COMMANDS: Mapping[str, tuple[str, str]] = {
    "check": ("icos_core.cli.check:command", "Check a station description before a byte of data is read."),
    "demo": ("icos_core.cli.demo:command", "Simulate raw files, process them and compare the result with the truth."),
    "derive": ("icos_core.cli.derive:command", "Make one product of plain files, writing a station description on the way."),
    "describe": ("icos_core.cli.describe:command", "Show the options and the vocabulary of a component."),
    "flag": ("icos_core.cli.flag:command", "Add, list, withdraw and import people's flags."),
    "plugins": ("icos_core.cli.plugins:command", "List the installed plugins, their components and their problems."),
    "run": ("icos_core.cli.run:command", "Process a station description."),
    "schema": ("icos_core.cli.schema:command", "Print the JSON Schema of the station description, for editors."),
}
"""Name of a subcommand → where to load it from, and one line of help: ``icos --help`` lists them without importing them."""


@hookimpl
def icos_calibrators() -> Sequence[Entry]:
    """List the corrections of sensors that every domain shares."""
    return (
        Entry(
            kind="calibrator",
            name="sensor-correction",
            summary="Polynomials and offsets of sensors, with validity times",
            load="icos_core.corrections.sensor_correction:CALIBRATOR",
        ),
        Entry(
            kind="calibrator",
            name="sensor-choice",
            summary="One of several sensors of a kind, by their flags, with a fall-back",
            load="icos_core.corrections.sensor_choice:CALIBRATOR",
        ),
        Entry(
            kind="calibrator",
            name="time-shift",
            summary="Variables moved in time, and proposals for it by lagged correlation",
            load="icos_core.corrections.time_shift:CALIBRATOR",
        ),
    )


@hookimpl
def icos_quality_tests() -> Sequence[Entry]:
    """List the quality tests that every domain shares."""
    return (
        Entry(
            kind="quality-test",
            name="range",
            summary="Values outside plausible limits",
            load="icos_core.quality.gross_range:TEST",
        ),
        Entry(
            kind="quality-test",
            name="spike",
            summary="Single values that stand out from both neighbours",
            load="icos_core.quality.spike:TEST",
        ),
        Entry(
            kind="quality-test",
            name="rate-of-change",
            summary="Steps that are too steep",
            load="icos_core.quality.rate_of_change:TEST",
        ),
        Entry(
            kind="quality-test",
            name="flat-line",
            summary="Values that do not change for too long",
            load="icos_core.quality.flat_line:TEST",
        ),
        Entry(
            kind="quality-test",
            name="rolling-outlier",
            summary="Values far from the rolling median, in units of a rolling robust scale",
            load="icos_core.quality.rolling_outlier:TEST",
        ),
        Entry(
            kind="quality-test",
            name="missing",
            summary="Missing values, and gaps that are too long",
            load="icos_core.quality.missing:TEST",
        ),
    )


@hookimpl
def icos_exporters() -> Sequence[Entry]:
    """List the formats that every domain shares."""
    return (
        Entry(
            kind="exporter",
            name="cf-netcdf",
            summary="netCDF with CF-1.11 and ACDD-1.3 metadata",
            load="icos_core.exporters.cf_netcdf:EXPORTER",
        ),
        Entry(
            kind="exporter",
            name="csv",
            summary="one table of comma-separated values per stream",
            load="icos_core.exporters.csv_table:EXPORTER",
        ),
    )


PLUGIN = sys.modules[__name__]
