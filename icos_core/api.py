"""The Python interface: the same run as the command ``icos run``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import xarray as xr

from icos_core.describing.description import load_description
from icos_core.exceptions import DescriptionError, Mistake, nearest
from icos_core.plugins import installed_plugins
from icos_core.runner import Finished, Settings, execute
from icos_core.running.progress import QuietProgress
from icos_core.running.standing import default_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from icos_core.running.flow import Flow
    from icos_core.running.progress import Progress

__all__ = ["RunResult", "run", "tree_of"]


@dataclass(frozen=True)
class RunResult:
    """What a run gave; unpacks as ``tree, paths = icos_core.run(…)``.

    Attributes
    ----------
    finished
        How the run ended.
    """

    finished: Finished = field(repr=False)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files that the run made: exports and report."""
        return self.finished.paths

    @property
    def status(self) -> int:
        """Exit status of the command: 0 all inputs used, 3 some were set aside."""
        return self.finished.status

    @property
    def set_aside(self) -> dict[str, str]:
        """Input file → reason why it was set aside."""
        return dict(self.finished.set_aside)

    @property
    def unchanged(self) -> bool:
        """Whether everything was there already."""
        return self.finished.unchanged

    @cached_property
    def tree(self) -> xr.DataTree:
        """Data sets under ``/measured``, ``/calibrated`` and ``/product``; computed from the store where the run had nothing to do."""
        return tree_of(self.finished.flow if self.finished.flow is not None else self.finished.again())

    def __iter__(self) -> Iterator[Any]:
        """Unpack as tree and paths."""
        yield self.tree
        yield self.paths

    def _repr_html_(self) -> str:
        """Show the tree in a notebook."""
        return str(self.tree._repr_html_())  # type: ignore[no-untyped-call]


def tree_of(flow: Flow) -> xr.DataTree:
    """Return the streams of every stage as one tree.

    A tree hands the coordinates of a node down to those below it, so a stream whose name begins with another's and a slash stands beside
    that one, its slashes written as underscores.
    """
    stages = {"measured": flow.measured, "calibrated": flow.calibrated, "product": flow.products}
    return xr.DataTree.from_dict(
        {f"/{stage}/{_node(name, streams)}": stream for stage, streams in stages.items() for name, stream in streams.items()}
    )


def _node(name: str, names: Iterable[str]) -> str:
    return name.replace("/", "_") if any(name.startswith(f"{other}/") for other in names) else name


def _text(path: Path) -> str:
    """Return what stands in a description; where it cannot be read, loading it will say why."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def run(
    station: str | Path,
    out: str | Path | None = None,
    *,
    level: Literal["nrt", "final"] | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    verify: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Process a station description, as ``icos run`` does.

    Parameters
    ----------
    station
        Path of the TOML file.
    out
        Folder of the outputs; by default beside the description.
    level
        Overrides ``[run] level``.
    jobs
        Number of local processes; 1 works in this process; by default one per core where the inputs are large enough to gain by it.
    cluster
        Address of an existing Dask cluster.
    verify
        Hash every input and output again instead of trusting sizes and times.
    progress
        Told what goes on; silent by default.

    Returns
    -------
    RunResult
        The data as :class:`xarray.DataTree`, the paths of exports and report, and the exit status.

    Raises
    ------
    DescriptionError, PluginError
        Where description, flags or options are wrong; nothing is written.
    RunError, DataError, LockedError
        Where the run failed or another one holds the folder; earlier outputs stay as they are.
    """
    if level not in {None, "nrt", "final"}:
        raise DescriptionError(
            "run", [Mistake(key="level", value=level, expected="'nrt' or 'final'", nearest=nearest(str(level), ["nrt", "final"]))]
        )
    if jobs is not None and jobs < 1:
        raise DescriptionError("run", [Mistake(key="jobs", value=jobs, expected="1 or more")])
    plugins = installed_plugins()
    # Workers and later calls may stand in another folder.
    path = Path(station).absolute()
    text = _text(path)
    description = replace(load_description(Path(station), plugins), path=path)
    if level is not None:
        description = replace(description, level=level)
    target = Path(out).absolute() if out is not None else default_out(path)
    settings = Settings(out=target, text=text, level=level, jobs=jobs, cluster=cluster, verify=verify)
    return RunResult(execute(description, plugins, settings, progress if progress is not None else QuietProgress()))
