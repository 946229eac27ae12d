"""Files that a description names beside its inputs, by patterns: what products and calibrators read besides."""

from __future__ import annotations

import os
import re
from glob import escape
from typing import TYPE_CHECKING

from icos_core.exceptions import InputError
from icos_core.running.inputs import matching_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["files_beside"]

_FROM_ENVIRONMENT = re.compile(r"\$\{([^}]*)\}")


def files_beside(patterns: Sequence[str], folder: Path, what: str) -> list[Path]:
    """Return the files that patterns match, relative to a folder; ``${NAME}`` is taken from the environment.

    Parameters
    ----------
    patterns
        Patterns (``*``, ``?``, ``**``).
    folder
        The folder of the description.
    what
        What a file is, for messages: ``file of thresholds``.

    Raises
    ------
    InputError
        For a pattern that matches nothing or cannot be one, and for a variable of the environment that is not set.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        unset = [name for name in _FROM_ENVIRONMENT.findall(pattern) if not os.environ.get(name)]
        if unset:
            raise InputError(pattern, f"the environment variable {unset[0]} is not set")
        try:
            files = matching_files(_FROM_ENVIRONMENT.sub(lambda match: escape(os.environ[match[1]]), pattern), folder)
        except ValueError as error:
            raise InputError(pattern, f"no pattern of files: {error}") from error
        if not files:
            raise InputError(pattern, f"no {what}; expected a pattern that matches files, relative to the description")
        found.update(dict.fromkeys(path for path, _ in files))
    return list(found)
