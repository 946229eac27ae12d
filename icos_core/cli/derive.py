"""``icos derive``: one product of plain files, with a station description that is written on the way."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from icos_core.api import run
from icos_core.cli.run import tell
from icos_core.describing.guessing import ask_readers
from icos_core.describing.toml_text import array_of_tables, comment, toml_value
from icos_core.exceptions import DescriptionError, Mistake, nearest
from icos_core.plugins import installed_plugins
from icos_core.running.progress import choose_progress
from icos_core.running.standing import default_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.plugins import Plugins

__all__ = ["command"]

_WHO = "icos derive"
_MADE_BY = comment("made by icos derive: a beginning for a description of your own")


@click.command("derive")
@click.argument("product")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of description and outputs.")
@click.option("--reader", help="Reader of the files; default: the one that is surest to know the first of them.")
@click.option("--set", "options", multiple=True, metavar="[PRODUCT.]KEY=VALUE", help="Option of the product, or of one that it needs.")
@click.option("--input", "input_options", multiple=True, metavar="KEY=VALUE", help="Option of the reader.")
@click.option("--export", "exporter", default="csv", show_default=True, help="Exporter of the result.")
@click.option("--id", "identifier", default="XX-Xxx", show_default=True, help="Identifier of the station.")
@click.option("--latitude", type=float, help="Degrees north, of fixed stations.")
@click.option("--longitude", type=float, help="Degrees east, of fixed stations.")
@click.option("--altitude", type=float, default=0.0, show_default=True, help="Metres above mean sea level, of fixed stations.")
@click.option("--utc-offset", type=float, help="Hours that local standard time is ahead of UTC, of fixed stations.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    product: str,
    files: Sequence[Path],
    out: Path,
    reader: str | None,
    options: Sequence[str],
    input_options: Sequence[str],
    exporter: str,
    identifier: str,
    *,
    latitude: float | None,
    longitude: float | None,
    altitude: float,
    utc_offset: float | None,
    quiet: bool,
) -> int:
    """Make PRODUCT, and what it needs, of FILES.

    The station description is written into the folder, and run as ``icos run`` would. VALUE is written as in TOML; what is not TOML is
    taken as text. Exit status as of ``icos run``.
    """
    plugins = installed_plugins()
    _expect("PRODUCT", product, "product", plugins)
    station: dict[str, Any] = {"id": identifier, "name": identifier, "domain": _domain(product, plugins), "platform": "vehicle"}
    place = {"latitude": latitude, "longitude": longitude, "utc_offset": utc_offset}
    given = [name for name, value in place.items() if value is not None]
    if given:
        station |= {"platform": "fixed", **{name: place[name] for name in given}, "altitude": altitude}
    station["contact"] = {"institution": identifier, "email": "nobody@example.org"}
    chosen, guessed = _reader(files[0], reader, plugins)
    source = {"reader": chosen, "files": [str(each.absolute()) for each in files], **guessed, **dict(map(_setting, input_options))}
    derived: dict[str, dict[str, Any]] = {product: {}}
    for text in options:
        key, value = _setting(text)
        owner, _, name = key.rpartition(".")
        derived.setdefault(owner or product, {})[name] = value
    for name in derived:
        _expect("--set", name, "product", plugins)
    lines = [_MADE_BY, "", "[station]", *(f"{key} = {toml_value(value)}" for key, value in station.items())]
    for kind, table in (("input", source), *(("derive", {"product": name, **each}) for name, each in derived.items())):
        lines += ["", *array_of_tables(kind, table, {})]
    lines += ["", *array_of_tables("export", {"exporter": exporter}, {}), ""]
    description = _write(out, "\n".join(lines))
    target = default_out(description)
    with choose_progress(quiet=quiet) as progress:
        result = run(description, target, progress=progress)
    tell(target, (description, *result.paths), result.finished.problems, result.set_aside, quiet=quiet, unchanged=result.unchanged)
    return result.status


def _wrong(key: str, value: str, expected: str, near: str | None = None) -> DescriptionError:
    return DescriptionError(_WHO, [Mistake(key=key, value=value, expected=expected, nearest=near)])


def _expect(key: str, name: str, kind: str, plugins: Plugins) -> None:
    names = plugins.names(kind)
    if name not in names:
        raise _wrong(key, name, f"an installed {kind}: {', '.join(names) or 'there is none'}", nearest(name, names))


def _domain(product: str, plugins: Plugins) -> str:
    """Return the name of the plugin that a product is of."""
    for report in plugins.reports:
        if any(each.entry.kind == "product" and each.entry.name == product for each in report.components):
            return report.name
    return "unknown"


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise _wrong("--set or --input", text, "KEY=VALUE")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _reader(path: Path, name: str | None, plugins: Plugins) -> tuple[str, Mapping[str, Any]]:
    """Return the reader, and the options that it would describe the file with."""
    if name is not None:
        _expect("--reader", name, "reader", plugins)
    answers = ask_readers(path, [name] if name is not None else plugins.names("reader"), plugins)
    if name is not None:
        return name, answers.known[0].guess.options if answers.known else {}
    if not answers.known:
        raise _wrong("FILES", str(path), "a file that a reader knows; or name one with --reader")
    return answers.known[0].reader, answers.known[0].guess.options


def _write(out: Path, text: str) -> Path:
    description = out / "station.toml"
    if description.exists() and not description.read_text(encoding="utf-8").startswith(_MADE_BY):
        raise _wrong("--out", str(out), "a folder without a station.toml of your own")
    out.mkdir(parents=True, exist_ok=True)
    description.write_text(text, encoding="utf-8")
    return description
