"""Raw files as the field delivers them: cut anywhere, cut off, with bytes flipped, or of another kind altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["FOREIGN_FILES", "cuts", "flipped_bytes", "in_lines", "truncated"]

FOREIGN_FILES: dict[str, bytes] = {
    "empty file": b"",
    "blank lines": b"\r\n\r\n\n",
    "zero bytes": bytes(4096),
    "all bytes": bytes(range(256)) * 16,
    "PNG picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)),
    "ZIP archive": b"PK\x03\x04\x14\x00\x08\x08" + bytes(reversed(range(256))),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(range(256)),
    "HTML page": b"<!DOCTYPE html>\n<html><head><title>404</title></head>\n<body>Not found</body></html>\n",
    "JSON": b'{"time": ["2024-01-01T00:00:00Z"], "value": [1.0]}\n',
    "table of something else": b"item,price,stock\napples,1.20,30\npears,2.10,12\n",
    "tab table of something else": b"item\tprice\tstock\napples\t1.20\t30\npears\t2.10\t12\n",
    "semicolon table of something else": b"item;price;stock\napples;1,20;30\npears;2,10;12\n",
    "UTF-16 text": "no instrument wrote this\nat all\n".encode("utf-16"),
    "one long line": b"x" * 20_000,
}
"""Name → content of files that no instrument writes."""


def in_lines(content: bytes, header_lines: int) -> tuple[bytes, list[bytes]]:
    """Split a text file into its header and its data lines, line ends kept; blank lines stay with the line before."""
    lines = content.split(b"\n")
    lines = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    records: list[bytes] = []
    for line in lines[header_lines:]:
        if line.strip() or not records:
            records.append(line)
        else:
            records[-1] += line
    return b"".join(lines[:header_lines]), [record for record in records if record.strip()]


def cuts(records: Sequence[bytes], count: int, seed: int = 0) -> list[int]:
    """Return at most `count` places to cut between records: the first, the last and others drawn at random."""
    places = len(records) - 1
    if places <= count:
        return list(range(1, len(records)))
    drawn = np.random.default_rng(seed).choice(np.arange(2, places), size=count - 2, replace=False)
    return [1, *sorted(int(place) for place in drawn), places]


def truncated(content: bytes, count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield (what was done, content) with the end cut off at random bytes, the very first and last ones among them."""
    drawn = np.random.default_rng(seed).integers(1, len(content), size=max(count - 4, 0))
    for size in sorted({1, 2, len(content) - 2, len(content) - 1, *(int(each) for each in drawn)}):
        yield f"only the first {size} of {len(content)} bytes", content[:size]


def flipped_bytes(content: bytes, count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield (what was done, content) with one to sixteen bytes replaced at random places; line ends are neither made nor unmade."""
    random = np.random.default_rng(seed)
    original = np.frombuffer(content, dtype=np.uint8)
    line_ends = np.isin(original, (10, 13))
    places = np.flatnonzero(~line_ends)
    values = np.setdiff1d(np.arange(256), (10, 13)).astype(np.uint8)
    for variant in range(count):
        hit = random.choice(places, size=min(int(random.integers(1, 17)), places.size), replace=False)
        damaged = original.copy()
        damaged[hit] = random.choice(values, size=hit.size)
        yield f"variant {variant} with bytes replaced at {sorted(hit.tolist())}", damaged.tobytes()
