"""Tasks on an existing Dask cluster (the extra `distributed`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from icos_core.discovery import CORE, brief, plugin_distributions
from icos_core.exceptions import RunError
from icos_core.executors import KILLED, Finished
from icos_core.fingerprints import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DaskExecutor"]


class DaskExecutor:
    """A cluster that sees the same files under the same paths and has the same packages."""

    def __init__(self, address: str) -> None:
        self.address = address

    def run(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Finished]:
        """Submit every task; one whose workers keep dying is given up by the cluster.

        Raises
        ------
        RunError
            Where no cluster answers, it has no worker, or a worker has other code than this process.
        """
        with self._client() as client:
            self._check(client)
            positions = {client.submit(function, task, pure=False): position for position, task in enumerate(tasks)}
            for future in as_completed(list(positions)):
                try:
                    yield Finished(position=positions[future], receipt=future.result())
                except KilledWorker:
                    yield Finished(position=positions[future], failure=KILLED)

    def _client(self) -> Client:
        try:
            return Client(self.address, set_as_default=False)
        except (OSError, ValueError) as error:
            raise RunError(f"--cluster {self.address}: no cluster answers there ({error})") from error

    def _check(self, client: Client) -> None:
        """Results are kept under the code of this process, so that is what workers must have."""
        names = (CORE, *plugin_distributions())
        try:
            found: dict[str, dict[str, str]] = client.run(_code, names)
        except Exception as error:
            raise RunError(f"--cluster {self.address}: {CORE} cannot be used on its workers ({brief(error)})") from error
        if not found:
            raise RunError(f"--cluster {self.address}: the cluster has no worker")
        own = _code(names)
        for worker, theirs in sorted(found.items()):
            for name in names:
                if theirs[name] != own[name]:
                    raise RunError(f"--cluster {self.address}: worker {worker} has {name} {theirs[name]}, expected {own[name]}")


def _code(names: Sequence[str]) -> dict[str, str]:
    return {name: fingerprint(name) for name in names}
