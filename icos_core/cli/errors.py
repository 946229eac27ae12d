"""What a user sees of an error: a message on standard error and an exit status, never a traceback."""

from __future__ import annotations

import click

from icos_core.exceptions import DescriptionError, PluginError

__all__ = ["WRONG", "exit_status", "show_error"]

FAILED, WRONG = 1, 2


def exit_status(error: BaseException) -> int:
    """Return 2 where the description, the command or a plugin that it needs is wrong, and 1 for everything else."""
    return WRONG if isinstance(error, DescriptionError | PluginError) else FAILED


def show_error(error: BaseException) -> None:
    """Print an error on standard error."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        message = f"{where}{error.strerror}"
    else:
        message = str(error)
    click.echo(message, err=True)
