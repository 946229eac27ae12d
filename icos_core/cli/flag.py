"""``icos flag``: people's flags in ``flags.csv`` beside the station description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icos_core.cli.printing import print_table
from icos_core.describing.description import load_description
from icos_core.describing.flag_names import FlagNames
from icos_core.exceptions import DescriptionError, IcosError, Mistake, nearest
from icos_core.flag_edits import add_flag, import_flags, withdraw_flags
from icos_core.people import FLAG_WORDS, PersonFlag, format_time, parse_time, read_flags
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

__all__ = ["command"]


def _time(_ctx: click.Context, _param: click.Parameter, value: str) -> np.datetime64:
    """Read a time; one without offset is taken as UTC, and that is said."""
    try:
        time, naive = parse_time(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} – expected {error}") from error
    if naive:
        click.echo(f"{value} is taken as UTC: {format_time(time)}", err=True)
    return time


def _text(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Take text that is not empty."""
    if value is not None and not value.strip():
        raise click.BadParameter("expected something; it is empty")
    return value.strip() if value is not None else None


_STATION = click.argument("station", type=click.Path(path_type=Path))
_WHO = click.option("--who", callback=_text, envvar="ICOS_WHO", required=True, help="Who says so; may be set as ICOS_WHO.")
_WHY = click.option("--why", callback=_text, required=True, help="The reason.")


@click.group("flag")
def command() -> None:
    """Add, list, withdraw and import people's flags.

    They live in flags.csv beside the description STATION, win over automatic flags and survive every run.
    """


@command.command("add")
@_STATION
@click.option("--stream", callback=_text, help="Stream; may be left out where only one has the variable.")
@click.option("--variable", callback=_text, required=True, help="Variable to flag.")
@click.option("--from", "start", callback=_time, required=True, help="First moment, ISO 8601 UTC, in instrument time.")
@click.option("--to", "end", callback=_time, required=True, help="End, not included.")
@click.option(
    "--flag", "word", type=click.Choice(list(FLAG_WORDS)), required=True, help="accept keeps the automatic flag and says it was seen."
)
@_WHO
@_WHY
def add(station: Path, stream: str | None, variable: str, start: np.datetime64, end: np.datetime64, word: str, who: str, why: str) -> None:
    """Flag a variable from one time to another."""
    known = _Known(station)
    stream = stream or known.stream_of(variable)
    flag = PersonFlag(id="", stream=stream, variable=variable, start=start, end=end, flag=FLAG_WORDS[word], who=who, when="", why=why)
    mistakes = known.names.mistakes(flag)
    if mistakes:
        raise DescriptionError("icos flag add", mistakes)
    added = add_flag(known.path, flag)
    click.echo(f"{added.id}: {added.stream} {added.variable} {added.word} from {format_time(start)} to {format_time(end)}")


@command.command("list")
@_STATION
@click.option("--all", "withdrawn", is_flag=True, help="Withdrawn flags too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_flags(station: Path, *, withdrawn: bool, as_json: bool) -> None:
    """List the flags that are not withdrawn."""
    flags = [_plain(flag) for flag in read_flags(_flags_path(station)) if withdrawn or not flag.withdrawn]
    if as_json:
        click.echo(json.dumps(flags, indent=2, ensure_ascii=False))
    elif flags:
        columns = [name for name in flags[0] if withdrawn or name != "withdrawn"]
        print_table(columns, [[flag[name] for name in columns] for flag in flags])
    else:
        click.echo("no flags")


@command.command("withdraw")
@_STATION
@click.argument("identifiers", nargs=-1, required=True)
@_WHO
@_WHY
def withdraw(station: Path, identifiers: tuple[str, ...], who: str, why: str) -> None:
    """Withdraw the flags IDENTIFIERS; they stay in the file with the reason."""
    for flag in withdraw_flags(_flags_path(station), identifiers, who, why):
        click.echo(f"{flag.id}: withdrawn")


@command.command("import")
@_STATION
@click.argument("file", type=click.Path(path_type=Path))
def import_(station: Path, file: Path) -> None:
    """Add the flags of FILE: a flags.csv, or a table with stream, variable, from, to, flag, who and why."""
    known = _Known(station)
    imported = import_flags(known.path, file, known.names.mistakes)
    if imported.naive:
        click.echo(f"{imported.naive} rows have a time without offset, taken as UTC", err=True)
    click.echo(f"{len(imported.added)} flags added, {imported.duplicates} were there already")


def _flags_path(station: Path) -> Path:
    if not station.is_file():
        others = [each.name for each in station.parent.glob("*.toml")]
        mistake = Mistake(key="STATION", value=str(station), expected="a station description", nearest=nearest(station.name, others))
        raise DescriptionError("icos flag", [mistake])
    return station.parent / "flags.csv"


def _plain(flag: PersonFlag) -> Mapping[str, str]:
    return {
        "id": flag.id,
        "stream": flag.stream,
        "variable": flag.variable,
        "from": format_time(flag.start),
        "to": format_time(flag.end),
        "flag": flag.word,
        "who": flag.who,
        "when": flag.when,
        "why": flag.why,
        "withdrawn": flag.withdrawn,
    }


class _Known:
    """Streams and variables that a station has; nothing is known where its description cannot be used, and that is said."""

    def __init__(self, station: Path) -> None:
        self.path = _flags_path(station)
        self.names = FlagNames(words={})
        plugins = installed_plugins()
        try:
            self.names = FlagNames.of(load_description(station, plugins), plugins)
        except IcosError as error:
            click.echo(f"names of streams and variables were not checked: {error}", err=True)

    def stream_of(self, variable: str) -> str:
        """Return the one stream that has a variable."""
        words = self.names.words
        streams = sorted(stream for stream, names in words.items() if variable in names)
        if len(streams) == 1:
            return streams[0]
        if not words:
            raise DescriptionError("icos flag add", [Mistake(key="--stream", expected="the name of a stream")])
        if streams:
            raise DescriptionError("icos flag add", [Mistake(key="--stream", expected=f"one of {', '.join(streams)}")])
        names = {name for each in words.values() for name in each}
        mistake = Mistake(key="variable", value=variable, expected="a variable of this station", nearest=nearest(variable, names))
        raise DescriptionError("icos flag add", [mistake])
