"""The command ``icos``: one module per subcommand, imported when it is used."""

from __future__ import annotations

import errno
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from icos_core.cli.errors import exit_status, show_error
from icos_core.exceptions import IcosError, nearest
from icos_core.plugin import COMMANDS
from icos_core.threads import one_thread_each

if TYPE_CHECKING:
    from icos_core.plugins import Plugins

__all__ = ["main"]


class LazyGroup(click.Group):
    """Subcommands of the core by name, those of plugins behind them; nothing is imported before it is asked for.

    What a subcommand returns is the exit status; errors of the suite become a message and a status, without a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature is click's
        """Names of all subcommands."""
        return [*sorted(COMMANDS), *_installed().names("command")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the signature is click's
        """Import a subcommand."""
        if cmd_name in COMMANDS:
            module, _, attribute = COMMANDS[cmd_name][0].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        plugins = _installed()
        return plugins.component("command", cmd_name).command if plugins.known("command", cmd_name) else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; a mistyped one is told the nearest."""
        name = args[0]
        if not name.startswith("-") and name not in COMMANDS and not _installed().known("command", name):
            near = nearest(name, self.list_commands(ctx))
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {near!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # the signature is click's
        """List the subcommands by their tables of contents, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in sorted(COMMANDS.items())])
        further = [each.entry for each in _installed().entries("command") if each.problem is None]
        if further:
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(entry.name, entry.summary) for entry in further])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand and turn its result, or what went wrong, into an exit status."""
        try:
            status = super().invoke(ctx)
        except (IcosError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # whoever read has seen enough (`icos describe | head`); click ends without a word
            show_error(error)
            status = exit_status(error)
        if isinstance(status, int):
            ctx.exit(status)
        return status


def _installed() -> Plugins:
    from icos_core.plugins import installed_plugins  # noqa: PLC0415  # `icos --version` and core subcommands need no discovery

    return installed_plugins()


@click.group("icos", cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="icos-core", prog_name="icos")
def main() -> None:
    """Process observations of the Integrated Carbon Observation System."""
    one_thread_each(stated=True)
