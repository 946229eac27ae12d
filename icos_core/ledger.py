"""The ledger: an SQLite file (WAL) of runs, their inputs and outputs, and the hashes of files seen.

It remembers; nothing in it is needed to make the outputs again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from icos_core.fingerprints import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Ledger"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, status INTEGER, run_key TEXT, summary TEXT);
CREATE TABLE IF NOT EXISTS inputs (
    run INTEGER NOT NULL REFERENCES runs(id), path TEXT NOT NULL, sha256 TEXT, bytes INTEGER, rows_kept INTEGER, lines_seen INTEGER,
    set_aside TEXT);
CREATE TABLE IF NOT EXISTS outputs (
    run INTEGER NOT NULL REFERENCES runs(id), path TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spans (key TEXT PRIMARY KEY, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL);
"""


class Ledger:
    """The ledger of one output folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError:
            # A ledger damaged from outside must not stop a run: everything in it can be made again.
            for damaged in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                damaged.unlink(missing_ok=True)
            self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def hashes(self, paths: Sequence[Path], *, verify: bool = False) -> dict[Path, str]:
        """Return path → SHA-256, remembered by path, size and modification time; `verify` hashes every file again.

        Files that cannot be opened are left out.
        """
        with closing(self._connection.execute("SELECT path, bytes, modified_ns, sha256 FROM files")) as rows:
            known = {path: (size, modified, digest) for path, size, modified, digest in rows}
        found: dict[Path, str] = {}
        fresh: list[tuple[str, int, int, str]] = []
        for path in paths:
            try:
                status = path.stat()
                remembered = known.get(str(path))
                if not verify and remembered is not None and remembered[:2] == (status.st_size, status.st_mtime_ns):
                    found[path] = remembered[2]
                    continue
                found[path] = sha256_of_file(path)
            except OSError:
                continue
            fresh.append((str(path), status.st_size, status.st_mtime_ns, found[path]))
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", fresh)
        return found

    def spans(self) -> dict[str, tuple[int, int]]:
        """Return the remembered spans of files: key → start, end in nanoseconds since 1970."""
        with closing(self._connection.execute("SELECT key, start_ns, end_ns FROM spans")) as rows:
            return {key: (start, end) for key, start, end in rows}

    def remember_spans(self, spans: Mapping[str, tuple[int, int]]) -> None:
        """Remember the spans of files."""
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO spans VALUES (?, ?, ?)", [(key, start, end) for key, (start, end) in spans.items()]
            )

    def begin(self, started: str) -> int:
        """Note that a run has begun; return its number."""
        with self._connection:
            cursor = self._connection.execute("INSERT INTO runs (started) VALUES (?)", (started,))
        return int(cursor.lastrowid or 0)

    def finish(
        self,
        run: int,
        *,
        finished: str,
        status: int,
        run_key: str,
        summary: str,
        inputs: Iterable[Mapping[str, Any]],
        outputs: Iterable[Mapping[str, Any]],
    ) -> None:
        """Note how a run ended, what went in and what came out."""
        with self._connection:
            self._connection.execute(
                "UPDATE runs SET finished = ?, status = ?, run_key = ?, summary = ? WHERE id = ?", (finished, status, run_key, summary, run)
            )
            self._connection.executemany(
                "INSERT INTO inputs VALUES (:run, :path, :sha256, :bytes, :rows_kept, :lines_seen, :set_aside)",
                [{"run": run, **each} for each in inputs],
            )
            self._connection.executemany(
                "INSERT INTO outputs VALUES (:run, :path, :sha256, :bytes)", [{"run": run, **each} for each in outputs]
            )
