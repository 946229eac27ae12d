"""Tasks on an existing Dask cluster (the extra `distributed`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from icos_core.discovery import CORE, brief
from icos_core.exceptions import RunError
from icos_core.running.fingerprints import fingerprint
from icos_core.running.finished import KILLED, Finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["DaskExecutor"]

_PATIENCE = 300


class DaskExecutor:
    """A cluster that sees the same files under the same paths and has the same packages: `code` tells distribution → fingerprint."""

    def __init__(self, address: str, code: Mapping[str, str]) -> None:
        self.address = address
        self.code = code

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
            for future in as_completed(list(positions), loop=client.loop):
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
        """Results are kept under the code of this process, so that is what workers must have.

        A first task is waited for: it makes a cluster grow that shrinks to nothing without work, and workers may just be starting again.
        """
        names = list(self.code)
        try:
            client.submit(_code, names, pure=False).result(timeout=_PATIENCE)
            found: dict[str, dict[str, str]] = client.run(_code, names)
        except TimeoutError as error:
            raise RunError(f"--cluster {self.address}: no worker took a task within {_PATIENCE} s") from error
        except Exception as error:
            raise RunError(f"--cluster {self.address}: {CORE} cannot be used on its workers ({brief(error)})") from error
        for worker, theirs in sorted(found.items()):
            for name, own in self.code.items():
                if theirs[name] != own:
                    raise RunError(f"--cluster {self.address}: worker {worker} has {name} {theirs[name]}, expected {own}")


def _code(names: Sequence[str]) -> dict[str, str]:
    return {name: fingerprint(name) for name in names}
