"""Files that a station description names beside its inputs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["station_file"]

_FROM_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def station_file(folder: Path, written: str, key: str) -> Path:
    """Return the path of a file, relative to the description, ``${NAME}`` taken from the environment.

    Raises
    ------
    InputError
        Where there is no such file.
    """
    path = folder / _FROM_ENVIRONMENT.sub(lambda found: os.environ.get(found[1], ""), written)
    if not path.is_file():
        raise InputError(written, f"there is no such file, which {key} names")
    return path
