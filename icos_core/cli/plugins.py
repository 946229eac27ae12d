"""``icos plugins``: what is installed, and what is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from icos_core.exceptions import PluginError
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    from icos_core.plugins import PluginReport, Plugins

__all__ = ["command"]


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--load", is_flag=True, help="Import every component and report those that fail.")
@click.option("--strict", is_flag=True, help="Exit with status 1 where there are problems.")
def command(*, as_json: bool, load: bool, strict: bool) -> int:
    """List the installed plugins with their components and problems."""
    plugins = installed_plugins()
    listed = [(report, [*report.problems, *(_failures(report, plugins) if load else [])]) for report in plugins.reports]
    if as_json:
        click.echo(json.dumps([_plain(report, problems) for report, problems in listed], indent=2, ensure_ascii=False))
    else:
        _show(listed)
    return 1 if strict and any(problems for _, problems in listed) else 0


def _failures(report: PluginReport, plugins: Plugins) -> list[str]:
    failures = []
    for registered in report.components:
        if registered.problem is None:
            try:
                plugins.component(registered.entry.kind, registered.entry.name)
            except PluginError as error:
                failures.append(str(error))
    return failures


def _plain(report: PluginReport, problems: list[str]) -> dict[str, Any]:
    return {
        "name": report.name,
        "distribution": report.distribution,
        "version": report.version,
        "components": [
            {
                "kind": registered.entry.kind,
                "name": registered.entry.name,
                "summary": registered.entry.summary,
                "load": registered.entry.load,
                "enabled": registered.problem is None,
            }
            for registered in report.components
        ],
        "problems": problems,
    }


def _show(listed: list[tuple[PluginReport, list[str]]]) -> None:
    from icos_core.cli.printing import print_table  # noqa: PLC0415  # rich is not needed for --json

    print_table(
        ("plugin", "distribution", "version", "components", "problems"),
        [
            (report.name, report.distribution, report.version, len(report.components), len(problems) or "none")
            for report, problems in listed
        ],
    )
    print_table(
        ("kind", "name", "distribution", "summary"),
        sorted(
            (registered.entry.kind, registered.entry.name, registered.distribution, _summary(registered.entry.summary, registered.problem))
            for report, _ in listed
            for registered in report.components
        ),
    )
    for report, problems in listed:
        for problem in problems:
            click.echo(f"{report.distribution} {report.version} (plugin {report.name!r}): {problem}")


def _summary(summary: str, problem: str | None) -> str:
    return summary if problem is None else f"{summary} (disabled)"
