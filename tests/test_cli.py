"""The command ``icos`` itself: fast, lazy, and without tracebacks."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import json
import os
import re
import subprocess
import sys
from importlib import import_module

import click
import pytest
from station_parts import icos, installed_parts

from icos_core import DataError, DescriptionError, LockedError, Mistake, PluginError, RunError
from icos_core.cli import main
from icos_core.cli.errors import exit_status
from icos_core.discovery import core_version
from icos_core.plugin import COMMANDS

COMMAND = """
import click
from icos_core import Command, DataError

@click.command("greet")
@click.option("--status", type=int)
def greet(status):
    if status == 9:
        raise DataError("out of order")
    click.echo("hello")
    return status

COMMAND = Command(name="greet", summary="Say hello.", command=greet)
"""
PLUGIN = """
from icos_core import Entry, hookimpl

@hookimpl
def icos_commands():
    return [Entry(kind="command", name="greet", summary="Say hello.", load="acme_greet_parts:COMMAND")]
"""


@pytest.fixture
def greet(installed_parts):
    (installed_parts / "acme_greet.py").write_text(PLUGIN, encoding="utf-8")
    (installed_parts / "acme_greet_parts.py").write_text(COMMAND, encoding="utf-8")
    info = installed_parts / "acme_greet-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-greet\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[icos.plugins]\ngreet = acme_greet\n", encoding="utf-8")
    yield
    for name in ("acme_greet", "acme_greet_parts"):
        sys.modules.pop(name, None)


def imported_by(*arguments):
    code = f"import sys; from icos_core.cli import main; main({list(arguments)!r}, standalone_mode=False); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_version(icos):
    result = icos("--version")
    assert result.exit_code == 0
    assert result.output == f"icos, version {core_version()}\n"


@pytest.mark.parametrize("arguments", [["--version"], ["run", "--help"]])
def test_help_and_version_end_well(icos, arguments):
    assert icos(*arguments).exit_code == 0


def test_version_imports_nothing_heavy():
    code = "import sys; from icos_core.cli import main\ntry: main(['--version'])\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"pydantic", "numpy", "pandas", "xarray", "rich", "packaging", "icos_core.discovery"} & set(done.stdout.split())


def test_listing_plugins_imports_no_component():
    assert not {"pandas", "xarray", "netCDF4", "matplotlib"} & imported_by("plugins")


def test_help_lists_the_core_and_plugins(icos, greet):
    output = icos("--help").output
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", output, re.MULTILINE)
    assert re.search(r"Commands of plugins:\n  greet +Say hello\.", output)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_subcommand_of_the_core_is_there(name):
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help


def test_mistyped_subcommand(icos, greet):
    result = icos("chekc")
    assert result.exit_code == 2
    assert "No such command 'chekc'. Did you mean 'check'?" in result.output
    assert "Did you mean 'greet'?" in icos("gret").output


def test_subcommand_of_a_plugin(icos, greet):
    assert icos("greet").output == "hello\n"
    assert icos("greet").exit_code == 0
    assert icos("greet", "--status", 3).exit_code == 3
    failed = icos("greet", "--status", 9)
    assert (failed.exit_code, failed.output) == (1, "out of order\n")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DescriptionError("x", [Mistake(key="k")]), 2),
        (PluginError("x"), 2),
        (RunError("x"), 1),
        (LockedError("x"), 1),
        (DataError("x"), 1),
        (PermissionError(13, "Permission denied", "x"), 1),
    ],
)
def test_exit_status(error, status):
    assert exit_status(error) == status


def test_an_error_of_the_system_is_a_message(icos, installed_parts, tmp_path, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied", "flags.csv")

    (tmp_path / "station.toml").touch()
    monkeypatch.setattr("icos_core.cli.flag.withdraw_flags", refuse)
    result = icos("flag", "withdraw", tmp_path / "station.toml", "F0001", "--who", "a", "--why", "b")
    assert (result.exit_code, result.output) == (1, "flags.csv: Permission denied\n")


def test_a_reader_that_has_seen_enough_is_no_error():
    """As in `icos describe | head`: a pipe that nobody reads any more."""
    code = "from icos_core.cli import main; main()"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", code, "describe"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.stderr == ""


def test_the_command_is_installed():
    done = subprocess.run(
        [sys.executable, "-c", "from icos_core.cli import main; main()", "plugins", "--json"], check=True, capture_output=True
    )
    assert json.loads(done.stdout)[0]["distribution"] == "icos-core"
    assert main.name == "icos"
