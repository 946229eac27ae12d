"""``icos demo``: raw files of a known truth, processed and compared with it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from icos_core.api import RunResult, run
from icos_core.dataset import is_good
from icos_core.exceptions import DescriptionError, Mistake, nearest
from icos_core.plugins import installed_plugins
from icos_core.running.fingerprints import sha256_of_file
from icos_core.running.progress import choose_progress

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import SimulationResult, Simulator

__all__ = ["command"]

_MARK = ".icos-demo"


@click.command("demo")
@click.argument("simulator", required=False)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("icos-demo"),
    show_default=True,
    help="Where raw files, description and outputs go; what an earlier demo left there is replaced.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the random numbers.")
def command(simulator: str | None, folder: Path, seed: int) -> int:
    """Simulate an instrument's raw files, process them, and compare the result with the truth.

    SIMULATOR names one of the installed simulators; without it every one that offers itself for the demo is run.
    """
    status = 0
    for chosen in _choose(simulator):
        target = folder / chosen.name
        _make_room(target)
        click.echo(f"{chosen.name}: {chosen.summary}")
        simulated = chosen.simulate(target, chosen.options(), seed)
        (target / _MARK).write_text(sha256_of_file(simulated.description) + "\n", encoding="utf-8")
        click.echo(f"  {len(simulated.files)} raw files in {simulated.files[0].parent}")
        with choose_progress(quiet=False) as progress:
            result = run(simulated.description, target / "output", progress=progress)
        _compare(simulated, result)
        for path in result.paths:
            click.echo(f"  {path}")
        status = max(status, result.status)
    return status


def _make_room(target: Path) -> None:
    """Remove what an earlier demo left, unless a person has worked with it."""
    if target.exists() and any(target.iterdir()):
        mark, description = target / _MARK, target / "station.toml"
        untouched = mark.is_file() and description.is_file() and mark.read_text(encoding="utf-8").strip() == sha256_of_file(description)
        if not untouched or (target / "flags.csv").exists():
            expected = "an empty folder, or one that an earlier demo has made and nobody has changed; move it, or choose another --folder"
            raise DescriptionError("command line", [Mistake(key="--folder", value=str(target), expected=expected)])
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)


def _choose(name: str | None) -> list[Simulator]:
    plugins = installed_plugins()
    names = [registered.entry.name for registered in plugins.entries("simulator")]
    if name is not None and name not in names:
        mistake = Mistake(
            key="SIMULATOR", value=name, expected=f"one of {', '.join(names) or 'none installed'}", nearest=nearest(name, names)
        )
        raise DescriptionError("command line", [mistake])
    simulators: list[Simulator] = [plugins.component("simulator", each) for each in ([name] if name is not None else names)]
    chosen = [simulator for simulator in simulators if name is not None or simulator.demo]
    if not chosen:
        raise DescriptionError(
            "command line", [Mistake(key="icos demo", expected="an installed plugin with a simulator, such as icos-ocean")]
        )
    return chosen


def _compare(simulated: SimulationResult, result: RunResult) -> None:
    """Print, per variable of the truth, how far the good results are from it."""
    click.echo(f"  {'variable':<28}{'good rows':>10}{'mean difference':>17}{'sd':>10}{'mean uncertainty':>18}  unit")
    for name, truth in simulated.truth.items():
        made = next((group for group in (f"/calibrated/{name}", f"/product/{name}") if group in result.tree.groups), None)
        if made is None:
            click.echo(f"  {name}: the run made no stream of this name")
            continue
        if len(simulated.truth) > 1:
            click.echo(f"  {name}")
        stream = result.tree[made].to_dataset()
        _, ours, theirs = np.intersect1d(stream["time"].values, truth["time"].values, assume_unique=True, return_indices=True)
        for variable in truth.data_vars:
            if variable in stream and truth[variable].dtype.kind == "f":
                _compare_variable(str(variable), stream.isel(time=ours), truth[variable].values[theirs])


def _compare_variable(variable: str, stream: xr.Dataset, truth: Any) -> None:
    good = is_good(stream, variable) & np.isfinite(truth)
    if not good.any():
        return
    difference = (stream[variable].values - truth)[good]
    uncertainty = stream[f"{variable}_uncertainty"].values[good] if f"{variable}_uncertainty" in stream else np.empty(0)
    known = uncertainty[np.isfinite(uncertainty)]
    stated = f"{known.mean():.3f}" if known.size else "–"
    unit = stream[variable].attrs.get("units", "")
    click.echo(f"  {variable:<28}{good.sum():>10}{difference.mean():>17.4f}{difference.std():>10.4f}{stated:>18}  {unit}")
