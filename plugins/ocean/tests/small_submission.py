"""Small files as they are submitted to SOCAT."""

from collections.abc import Sequence
from pathlib import Path

HEADER = ("Expocode: 58G220240301", "Platform Name: Example Ship", "Platform Type: Ship", "Group: Example", "PI QC: A", "")


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table with date, position and further columns, a row per minute."""
    lines = ["\t".join(["date time", "longitude [deg E]", "latitude [deg N]", *titles])]
    for minute, cells in enumerate(rows):
        lines.append("\t".join([f"2024-03-01 00:{minute:02d}:00", "20.5", "50.25", *cells]))
    return lines


def submission(folder: Path, lines: Sequence[str], header: Sequence[str] = HEADER) -> Path:
    """Write a file and return its path."""
    path = folder / "cruise.tsv"
    path.write_text("".join(f"{line}\n" for line in [*header, *lines]), encoding="utf-8")
    return path
