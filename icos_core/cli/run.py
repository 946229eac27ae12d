"""``icos run``: process a station description."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from icos_core.running.commit import MANIFEST
from icos_core.running.progress import choose_progress
from icos_core.running.standing import default_out, standing_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["command", "tell"]

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
    target = out if out is not None else default_out(station)
    standing = None if verify else standing_manifest(target.absolute(), station.absolute(), level)
    if standing is not None:
        paths = tuple(target / each["name"] for each in standing["outputs"])
        tell(target, paths, len(standing["problems"]), standing["set_aside"], quiet=quiet, unchanged=True)
        return int(standing["status"])
    from icos_core.api import run  # noqa: PLC0415  # heavy, and not needed where nothing has changed

    with choose_progress(quiet=quiet) as progress:
        result = run(station, target, level=level, jobs=jobs, cluster=cluster, verify=verify, progress=progress)
    paths = tuple(target / path.relative_to(target.absolute()) for path in result.paths)
    tell(target, paths, result.finished.problems, result.set_aside, quiet=quiet, unchanged=result.unchanged)
    return result.status


def tell(out: Path, paths: Iterable[Path], problems: int, set_aside: Mapping[str, str], *, quiet: bool, unchanged: bool) -> None:
    """Print what a run made, and what it could not use."""
    if not quiet:
        if unchanged:
            click.echo("Nothing has changed since the last run; its outputs stand.")
        for path in paths:
            click.echo(f"  {click.format_filename(path)}")
        if problems:
            number = "1 problem is" if problems == 1 else f"{problems} problems are"
            click.echo(f"{number} listed in {click.format_filename(out / MANIFEST)} and in the report.")
    if set_aside:
        number = "1 input was" if len(set_aside) == 1 else f"{len(set_aside)} inputs were"
        click.echo(f"{number} set aside:", err=True)
        for name, reason in list(set_aside.items())[:_MOST_NAMED]:
            click.echo(f"  {name}: {reason}", err=True)
        if len(set_aside) > _MOST_NAMED:
            click.echo(f"  and {len(set_aside) - _MOST_NAMED} more, see {MANIFEST}", err=True)
