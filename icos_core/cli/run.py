"""``icos run``: process a station description."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from icos_core.api import run
from icos_core.progress import choose_progress

__all__ = ["command"]

_MOST_NAMED = 20


@click.command("run")
@click.argument("station", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the outputs; default: beside the description.")
@click.option("--level", type=click.Choice(["nrt", "final"]), help="Overrides [run] level.")
@click.option("--jobs", type=click.IntRange(min=1), help="Local processes; 1 works in this process; default: one per core.")
@click.option("--cluster", metavar="ADDRESS", help="An existing Dask cluster, such as tcp://host:8786, with a shared file system.")
@click.option("--verify", is_flag=True, help="Hash every file again instead of trusting sizes and times.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    station: Path,
    out: Path | None,
    level: Literal["nrt", "final"] | None,
    jobs: int | None,
    cluster: str | None,
    *,
    verify: bool,
    quiet: bool,
) -> int:
    """Process the station description STATION.

    Exit status: 0 all inputs used; 3 finished, but inputs were set aside; 2 the description or the command is wrong, nothing written;
    1 the run failed.
    """
    with choose_progress(quiet=quiet) as progress:
        result = run(station, out, level=level, jobs=jobs, cluster=cluster, verify=verify, progress=progress)
    if not quiet:
        finished = result.finished
        if result.unchanged:
            click.echo("Nothing has changed since the last run; its outputs stand.")
        for path in result.paths:
            click.echo(f"  {path}")
        if finished.problems:
            click.echo(f"{finished.problems} problems are listed in {finished.out / 'manifest.json'} and in the report.")
        click.echo(f"{finished.seconds['total']:.1f} s")
    if result.set_aside:
        click.echo(f"{len(result.set_aside)} input files were set aside:", err=True)
        for name, reason in list(result.set_aside.items())[:_MOST_NAMED]:
            click.echo(f"  {name}: {reason}", err=True)
        if len(result.set_aside) > _MOST_NAMED:
            click.echo(f"  and {len(result.set_aside) - _MOST_NAMED} more, see manifest.json", err=True)
    return result.status
