"""Files that a station description names beside its inputs: planes, a spectral assessment, the result of an earlier run."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Context
    from icos_ecosystem.calibration.options import EddyCovarianceOptions

__all__ = ["station_file", "station_files"]

_FROM_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def station_files(options: EddyCovarianceOptions, context: Context) -> list[Path]:
    """Return the paths of all files that are named.

    Raises
    ------
    InputError
        Where one is not there.
    """
    named = {
        "rotation.file": options.rotation.file,
        "spectral.assessment.file": options.spectral.assessment.file,
        "storage.previous": options.storage.previous,
    }
    return [station_file(context.folder, written, key) for key, written in named.items() if written is not None]


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
