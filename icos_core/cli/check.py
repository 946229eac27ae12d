"""``icos check``: validate a station description before a byte of data is read."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from icos_core.cli.errors import WRONG, show_error
from icos_core.cli.printing import print_table
from icos_core.describing.description import load_description
from icos_core.describing.flag_names import FlagNames
from icos_core.exceptions import DescriptionError, hint, nearest
from icos_core.people import read_flags
from icos_core.plugins import installed_plugins
from icos_core.running.preflight import look_before_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.running.inputs import InputFile
    from icos_core.station import Description

__all__ = ["command"]

Found = TypeVar("Found")


@click.command("check")
@click.argument("station", type=click.Path(path_type=Path))
def command(station: Path) -> int:
    """Check the station description STATION and list every mistake; exit status 2 where there is one."""
    plugins = installed_plugins()
    description = load_description(station, plugins)
    wrong: list[DescriptionError] = []
    flags = _unless_wrong(lambda: read_flags(description.flags_path), wrong)
    ready = _unless_wrong(lambda: look_before_reading(description, plugins, flags or ()), wrong)
    if ready is None or flags is None or wrong:
        return WRONG
    _show(description, ready.files, flags)
    for doubt in _doubts(description, flags, plugins):
        click.echo(f"warning: {doubt}", err=True)
    return 0


def _doubts(description: Description, flags: Sequence[PersonFlag], plugins: Plugins) -> Iterator[str]:
    """Yield what may be meant otherwise, though a run can be made of it."""
    domain, domains = description.station.domain, [report.name for report in plugins.reports]
    if domain not in domains and nearest(domain, domains):
        line = description.line_of("station.domain")
        yield f"line {line}: station.domain: {domain!r} is no domain of an installed plugin{hint(domain, domains)}"
    names = FlagNames.of(description, plugins)
    for flag in flags:
        for mistake in names.mistakes(flag) if not flag.withdrawn else ():
            yield f"{description.flags_path.name}: {flag.id}: {mistake}"


def _unless_wrong(look: Callable[[], Found], wrong: list[DescriptionError]) -> Found | None:
    try:
        return look()
    except DescriptionError as error:
        show_error(error)
        wrong.append(error)
        return None


def _show(description: Description, files: Sequence[InputFile], flags: Sequence[PersonFlag]) -> None:
    click.echo(f"{description.path.name}: {description.station.name} ({description.station.id}), level {description.level}, no mistakes")
    counts = Counter(file.input for file in files)
    inputs = [
        (spec.reader, spec.stream or "as read", " ".join(spec.files_written), counts[position])
        for position, spec in enumerate(description.inputs)
    ]
    print_table(("reader", "stream", "patterns", "files"), inputs)
    steps = [("deployment", each.expocode, f"{_utc(each.start)} to {_utc(each.end)}") for each in description.deployments]
    steps += [("calibrate", each.calibrator, "") for each in description.calibrate]
    steps += [("derive", each.product, "comes along" if each.is_default else "") for each in description.derive]
    steps += [("export", each.exporter, "") for each in description.export]
    if steps:
        print_table(("table", "name", ""), steps)
    if description.qc:
        tests = [
            (each.stage, each.test, each.label, ", ".join(each.variables), _where(each.where), "usual" if each.is_default else "station")
            for each in description.qc
        ]
        print_table(("stage", "test", "label", "variables", "where", "from"), tests)
    active = sum(not flag.withdrawn for flag in flags)
    if flags:
        click.echo(f"{active} people's flags, {len(flags) - active} withdrawn")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _where(where: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(f"{category} = {' or '.join(words)}" for category, words in where.items())
