"""The ledger: an SQLite file (WAL) of runs, their inputs and outputs, and the hashes of files seen.

It remembers; nothing in it is needed to make the outputs again. A file that went through many runs in the same way is one row, from the
first of these runs to the last, so that a station that is processed every hour does not drown in its own ledger.
"""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from icos_core.exceptions import RunError
from icos_core.running.executors import cores
from icos_core.running.fingerprints import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Ledger", "SeenFile"]

_VERSION = 2
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, status INTEGER, run_key TEXT, summary TEXT);
CREATE TABLE IF NOT EXISTS inputs (
    first_run INTEGER NOT NULL REFERENCES runs(id), last_run INTEGER NOT NULL REFERENCES runs(id),
    path TEXT NOT NULL, sha256 TEXT, bytes INTEGER, rows_kept INTEGER, lines_seen INTEGER, set_aside TEXT);
CREATE TABLE IF NOT EXISTS outputs (
    first_run INTEGER NOT NULL REFERENCES runs(id), last_run INTEGER NOT NULL REFERENCES runs(id),
    path TEXT NOT NULL, sha256 TEXT, bytes INTEGER);
CREATE INDEX IF NOT EXISTS inputs_by_last_run ON inputs (last_run);
CREATE INDEX IF NOT EXISTS outputs_by_last_run ON outputs (last_run);
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spans (key TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS spans_by_key ON spans (key);
PRAGMA user_version = {_VERSION};
"""
_INPUT = ("path", "sha256", "bytes", "rows_kept", "lines_seen", "set_aside")
_OUTPUT = ("path", "sha256", "bytes")

Segments = tuple[tuple[int, int], ...]
"""Stretches of time, first and last row in nanoseconds since 1970."""


@dataclass(frozen=True, kw_only=True)
class SeenFile:
    """A file as it was when it was hashed."""

    sha256: str
    size: int
    modified_ns: int


class Ledger:
    """The ledger of one output folder.

    Every method raises :class:`icos_core.RunError` where the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            try:
                self._connection = self._open()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                # A ledger damaged from outside must not stop a run: everything in it can be made again.
                for damaged in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                    damaged.unlink(missing_ok=True)
                self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        try:
            _check(connection)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            hint = "; it can be removed, the next run makes it again" if _is_damage(error) else ""
            raise RunError(f"{self.path}: {error}{hint}") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def look_at(self, paths: Sequence[Path], *, verify: bool = False, advance: Callable[[], None] = lambda: None) -> dict[Path, SeenFile]:
        """Return path → SHA-256, remembered by path, size and modification time; `verify` hashes every file again.

        Files that cannot be opened are left out. `advance` is called after each file.
        """
        with self._told(), closing(self._connection.execute("SELECT path, bytes, modified_ns, sha256 FROM files")) as rows:
            known = {path: (size, modified, digest) for path, size, modified, digest in rows}
        found: dict[Path, SeenFile] = {}
        fresh: list[tuple[str, int, int, str]] = []

        def look(path: Path) -> SeenFile | None:
            try:
                status = path.stat()
                remembered = known.get(_text(path))
                if not verify and remembered is not None and remembered[:2] == (status.st_size, status.st_mtime_ns):
                    return SeenFile(sha256=remembered[2], size=status.st_size, modified_ns=status.st_mtime_ns)
                return SeenFile(sha256=sha256_of_file(path), size=status.st_size, modified_ns=status.st_mtime_ns)
            except OSError:
                return None

        # Hashing lets other threads work: a year of an analyser is tens of gigabytes.
        with ThreadPoolExecutor(cores()) as threads:
            for path, seen in zip(paths, threads.map(look, paths), strict=True):
                advance()
                if seen is None:
                    continue
                found[path] = seen
                name = _text(path)
                if verify or known.get(name) != (seen.size, seen.modified_ns, seen.sha256):
                    fresh.append((name, seen.size, seen.modified_ns, seen.sha256))
        with self._told(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", fresh)
        return found

    def spans(self) -> dict[str, Segments]:
        """Return the remembered stretches of time that files cover, by key."""
        found: dict[str, list[tuple[int, int]]] = {}
        with self._told(), closing(self._connection.execute("SELECT key, start_ns, end_ns FROM spans ORDER BY key, start_ns")) as rows:
            for key, start, end in rows:
                found.setdefault(key, []).append((start, end))
        return {key: tuple(segments) for key, segments in found.items()}

    def remember_spans(self, spans: Mapping[str, Segments]) -> None:
        """Remember what files cover, in place of what was known of them."""
        with self._told(), self._connection:
            self._connection.executemany("DELETE FROM spans WHERE key = ?", [(key,) for key in spans])
            rows = [(key, start, end) for key, segments in spans.items() for start, end in segments]
            self._connection.executemany("INSERT INTO spans VALUES (?, ?, ?)", rows)

    def forget_spans(self, keep: Collection[str]) -> None:
        """Forget what files cover, but for the keys in `keep`."""
        kept = frozenset(keep)
        with self._told(), self._connection:
            with closing(self._connection.execute("SELECT DISTINCT key FROM spans")) as rows:
                gone = [(key,) for (key,) in rows if key not in kept]
            self._connection.executemany("DELETE FROM spans WHERE key = ?", gone)

    def begin(self, started: str, run_key: str) -> int:
        """Note that a run has begun; return its number."""
        with self._told(), self._connection:
            cursor = self._connection.execute("INSERT INTO runs (started, run_key) VALUES (?, ?)", (started, run_key))
        return int(cursor.lastrowid or 0)

    def unfinished(self, run_key: str) -> int | None:
        """Return the latest run of this key that was killed before its end was noted."""
        query = "SELECT max(id) FROM runs WHERE run_key = ? AND finished IS NULL"
        with self._told(), closing(self._connection.execute(query, (run_key,))) as rows:
            found = rows.fetchone()[0]
        return int(found) if found is not None else None

    def fail(self, run: int, *, finished: str, status: int, reason: str) -> None:
        """Note that a run has failed."""
        with self._told(), self._connection:
            self._connection.execute("UPDATE runs SET finished = ?, status = ?, summary = ? WHERE id = ?", (finished, status, reason, run))

    def finish(
        self,
        run: int,
        *,
        finished: str,
        status: int,
        summary: str,
        inputs: Iterable[Mapping[str, Any]],
        outputs: Iterable[Mapping[str, Any]],
    ) -> None:
        """Note how a run ended, what went in and what came out."""
        with self._told(), self._connection:
            with closing(self._connection.execute("SELECT max(last_run) FROM inputs WHERE last_run < ?", (run,))) as rows:
                before = rows.fetchone()[0]
            self._connection.execute("UPDATE runs SET finished = ?, status = ?, summary = ? WHERE id = ?", (finished, status, summary, run))
            self._extend("inputs", _INPUT, run, before, inputs)
            self._extend("outputs", _OUTPUT, run, before, outputs)

    def _extend(self, table: str, columns: Sequence[str], run: int, before: int | None, rows: Iterable[Mapping[str, Any]]) -> None:
        """Stretch the rows of the run before that hold unchanged, and add the others."""
        query = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE last_run = ?"  # noqa: S608  # names of this module
        with closing(self._connection.execute(query, (before,))) as found:
            known = {tuple(values): rowid for rowid, *values in found}
        stretched, added = [], []
        for row in rows:
            values = tuple(row[column] for column in columns)
            rowid = known.pop(values, None)
            if rowid is not None:
                stretched.append((run, rowid))
            else:
                added.append((run, run, *values))
        self._connection.executemany(f"UPDATE {table} SET last_run = ? WHERE rowid = ?", stretched)  # noqa: S608  # as above
        places = ", ".join("?" * (2 + len(columns)))
        self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", added)  # noqa: S608  # as above


class _UnusableError(sqlite3.DatabaseError):
    """The file is a database that this version cannot use, or a damaged one."""


def _check(connection: sqlite3.Connection) -> None:
    def ask(question: str) -> Any:
        with closing(connection.execute(question)) as rows:
            return rows.fetchone()[0]

    if ask("SELECT count(*) FROM sqlite_master") and ask("PRAGMA user_version") != _VERSION:
        raise _UnusableError(f"expected version {_VERSION}")
    if ask("PRAGMA quick_check(1)") != "ok":
        raise _UnusableError("damaged")


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault; a full disk, missing permission or another program's lock is not."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, _UnusableError) or code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _text(path: Path) -> str:
    """Return a path as text that SQLite takes; bytes that are no UTF-8 are escaped."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
