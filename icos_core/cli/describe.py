"""``icos describe``: options and vocabulary of a component."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from icos_core.cli.guess import show_guess
from icos_core.cli.option_rows import option_rows
from icos_core.cli.printing import print_table
from icos_core.components import HOOK_OF_KIND, Calibrator, Product, Reader
from icos_core.exceptions import DescriptionError, Mistake, nearest
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic import BaseModel

    from icos_core.components import Component, Requirement, Variable
    from icos_core.plugins import Plugins

__all__ = ["command", "describe"]

_SHOWN = frozenset({"test", "variable"})
_DEPENDS = "depends on options that have no default"


@click.command("describe")
@click.argument("what", nargs=-1, metavar="[KIND] NAME")
@click.option("--guess", "file", type=click.Path(path_type=Path), metavar="FILE", help="Ask readers how they would describe FILE.")
@click.option("--reader", metavar="NAME", help="With --guess, ask only this reader.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(what: tuple[str, ...], file: Path | None, reader: str | None, *, as_json: bool) -> None:
    """Show options and vocabulary of the component NAME; without a name, list what there is.

    With --guess, print an [[input]] for a raw file, ready to be pasted into a station description: what readers found in it, and what is
    unsure.

    KIND is one of reader, calibrator, quality-test, product, exporter, figure, simulator, command; it is needed only to choose between
    components of one name.
    """
    if len(what) > 2:
        raise click.UsageError("expected [KIND] NAME")
    plugins = installed_plugins()
    if file is not None:
        if what:
            raise click.UsageError("--guess needs no [KIND] NAME; --reader names the reader to ask")
        show_guess(file, reader, plugins, as_json=as_json)
        return
    if reader is not None:
        raise click.UsageError("--reader goes with --guess FILE")
    if not what or (len(what) == 1 and what[0] in HOOK_OF_KIND):
        _list(plugins, what[0] if what else None, as_json=as_json)
        return
    described = [describe(plugins, kind, name) for kind, name in _find(plugins, what)]
    if as_json:
        click.echo(json.dumps(described, indent=2, ensure_ascii=False, default=str))
    else:
        for each in described:
            _show(each)


def _list(plugins: Plugins, kind: str | None, *, as_json: bool) -> None:
    entries = [registered.entry for registered in plugins.entries(kind) if registered.problem is None]
    if as_json:
        rows = [{"kind": entry.kind, "name": entry.name, "summary": entry.summary} for entry in entries]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        print_table(("kind", "name", "summary"), [(entry.kind, entry.name, entry.summary) for entry in entries])


def _find(plugins: Plugins, what: Sequence[str]) -> list[tuple[str, str]]:
    kinds = list(HOOK_OF_KIND)
    if len(what) == 2:
        if what[0] not in kinds:
            mistake = Mistake(key="KIND", value=what[0], expected=f"one of {', '.join(kinds)}", nearest=nearest(what[0], kinds))
            raise DescriptionError("icos describe", [mistake])
        kinds = [what[0]]
    name = what[-1]
    found = [(kind, name) for kind in kinds if plugins.known(kind, name)]
    if not found:
        valid = sorted({each for kind in kinds for each in plugins.names(kind)})
        expected = f"an installed component: {', '.join(valid)}"
        raise DescriptionError("icos describe", [Mistake(key="NAME", value=name, expected=expected, nearest=nearest(name, valid))])
    return found


def describe(plugins: Plugins, kind: str, name: str) -> dict[str, Any]:
    """Return what is known of a component, fit for JSON.

    Raises
    ------
    PluginError
        Where the component cannot be had.
    """
    component: Component = plugins.component(kind, name)
    distribution, version = plugins.distribution(kind, name)
    described: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "summary": component.summary,
        "distribution": distribution,
        "version": version,
    }
    model: type[BaseModel] | None = getattr(component, "options", None)
    if model is not None:
        described["options"] = [row._asdict() for row in option_rows(model)]
    if hasattr(component, "stages"):
        described["stages"] = list(component.stages)
    if model is not None:
        if isinstance(component, Calibrator | Product):
            described["requires"] = _ask(_streams(component.requires, _requirement), model)
        if isinstance(component, Reader | Calibrator | Product):
            described["provides"] = _ask(_streams(component.provides, _variable), model)
        if isinstance(component, Calibrator):
            described["usual_tests"] = _ask(lambda options: [dict(table) for table in component.default_tests(options)], model)
    return described


def _streams(function: Callable[[Any], Mapping[str, Sequence[Any]]], plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Turn what a function declares of each stream into plain values."""
    return lambda options: {stream: [plain(each) for each in declared] for stream, declared in function(options).items()}


def _ask(question: Callable[[Any], Any], model: type[BaseModel]) -> Any:
    """Ask a component what it declares with its default options; where some have no default, with those left out."""
    try:
        options = model()
    except ValidationError:
        options = model.model_construct()
    try:
        return question(options)
    except Exception:  # noqa: BLE001  # a plugin's function that was given fewer options than it may count on
        return _DEPENDS


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "name": requirement.name,
        "units": requirement.units,
        "alternatives": [{"name": each.name, "units": each.units} for each in requirement.choices[1:]],
        "optional": requirement.optional,
    }


def _variable(variable: Variable) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": variable.name,
        "units": variable.units,
        "dtype": variable.dtype,
        "standard_name": variable.standard_name,
        "long_name": variable.long_name,
        "comment": variable.comment,
    }
    if variable.flag_values:
        described["words"] = dict(zip(variable.flag_meanings, variable.flag_values, strict=True))
    return described


def _show(described: Mapping[str, Any]) -> None:
    click.echo(f"{described['kind']} {described['name']}: {described['summary']}")
    click.echo(f"from {described['distribution']} {described['version']}")
    if "stages" in described:
        click.echo(f"stages: {', '.join(described['stages'])}")
    if described.get("options"):
        print_table(("option", "type", "default", "meaning"), [tuple(row.values()) for row in described["options"]])
    elif "options" in described:
        click.echo("no options")
    _show_words("requires", described.get("requires"))
    _show_words("provides", described.get("provides"))
    _show_tests(described.get("usual_tests"))


def _show_tests(tests: Any) -> None:
    if isinstance(tests, str):
        click.echo(f"usual tests: {tests}")
    elif tests:
        rows = [
            (
                table.get("test"),
                _listed(table.get("variable", "")),
                _settings({key: each for key, each in table.items() if key not in _SHOWN}),
            )
            for table in tests
        ]
        print_table(("test", "variable", "settings"), rows, "usual tests")


def _listed(names: Any) -> str:
    return names if isinstance(names, str) else ", ".join(names)


def _settings(table: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False, default=str)}" for key, value in table.items())


def _show_words(title: str, streams: Any) -> None:
    if isinstance(streams, str):
        click.echo(f"{title}: {streams}")
        return
    for stream, words in (streams or {}).items():
        where = "the stream that has it" if stream == "*" else f"stream {stream}"
        if title == "requires":
            columns = ("name", "units", "or instead", "")
            rows = [(word["name"], word["units"], _instead(word), "optional" if word["optional"] else "") for word in words]
        else:
            columns = ("name", "units", "standard name", "meaning")
            rows = [(word["name"], word["units"], word["standard_name"] or "", _meaning(word)) for word in words]
        print_table(columns, rows, f"{title}, {where}")


def _instead(word: Mapping[str, Any]) -> str:
    """Name the alternatives, with their units where these differ."""
    others = word["alternatives"]
    return ", ".join(other["name"] if other["units"] == word["units"] else f"{other['name']} ({other['units']})" for other in others)


def _meaning(word: Mapping[str, Any]) -> str:
    meaning = str(word["long_name"])
    if "words" in word:
        meaning += f" ({', '.join(word['words'])})"
    return meaning
