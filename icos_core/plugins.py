"""Installed plugins and their components: what there is, what is wrong with it, and loading on first use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, overload

from icos_core import components
from icos_core.discovery import CORE, brief, find_plugins
from icos_core.exceptions import PluginError, nearest
from icos_core.plugin import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from icos_core.components import (
        Calibrator,
        Command,
        Component,
        Entry,
        Exporter,
        Figure,
        Product,
        QualityTest,
        Reader,
        Simulator,
    )
    from icos_core.discovery import FoundPlugin

__all__ = ["GENERIC_KEYS", "PluginReport", "Plugins", "Registered", "installed_plugins"]

GENERIC_KEYS: dict[str, frozenset[str]] = {
    "reader": frozenset({"reader", "files", "stream", "offset", "join", "rename", "group_by", "group_tolerance"}),
    "calibrator": frozenset({"calibrator"}),
    "quality-test": frozenset({"test", "variable", "stream", "stage", "label", "where", "enabled"}),
    "product": frozenset({"product"}),
    "exporter": frozenset({"exporter"}),
}
"""Keys of a table of the station description that belong to the core; no option of a component may have such a name."""

_CLASS_OF_KIND: dict[str, type[Any]] = {
    "reader": components.Reader,
    "calibrator": components.Calibrator,
    "quality-test": components.QualityTest,
    "product": components.Product,
    "exporter": components.Exporter,
    "figure": components.Figure,
    "simulator": components.Simulator,
    "command": components.Command,
}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One entry with the distribution it comes from; `problem` says why its name is disabled."""

    entry: Entry
    distribution: str
    version: str
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class PluginReport:
    """One plugin for people: name of its entry point, distribution, version, components and problems."""

    name: str
    distribution: str
    version: str
    components: tuple[Registered, ...]
    problems: tuple[str, ...]


class Plugins:
    """Every component that is installed, by kind and name.

    Parameters
    ----------
    found
        Plugins as :func:`icos_core.discovery.find_plugins` found them.
    """

    def __init__(self, found: Iterable[FoundPlugin]) -> None:
        found = tuple(found)
        owners: dict[tuple[str, str], list[FoundPlugin]] = defaultdict(list)
        for plugin in found:
            for entry in plugin.entries:
                owners[entry.kind, entry.name].append(plugin)
        self._registered: dict[tuple[str, str], list[Registered]] = defaultdict(list)
        self._loaded: dict[tuple[str, str], Component] = {}
        reports = []
        for plugin in found:
            mine = [self._register(entry, plugin, owners[entry.kind, entry.name]) for entry in plugin.entries]
            clashes = dict.fromkeys(f"{each.entry.kind} {each.entry.name!r}: {each.problem}" for each in mine if each.problem)
            reports.append(
                PluginReport(
                    name=plugin.name,
                    distribution=plugin.distribution,
                    version=plugin.version,
                    components=tuple(mine),
                    problems=(*plugin.problems, *clashes),
                )
            )
        self.reports: tuple[PluginReport, ...] = tuple(reports)

    def _register(self, entry: Entry, plugin: FoundPlugin, owners: Sequence[FoundPlugin]) -> Registered:
        problem = None
        if len(owners) > 1:
            names = sorted(f"{owner.distribution} {owner.version}" for owner in owners)
            problem = f"disabled, its name is taken by {' and by '.join(names)}"
        elif entry.kind == "command" and entry.name in COMMANDS:
            problem = f"disabled, its name is taken by a subcommand of {CORE}"
        registered = Registered(entry=entry, distribution=plugin.distribution, version=plugin.version, problem=problem)
        self._registered[entry.kind, entry.name].append(registered)
        return registered

    def entries(self, kind: str | None = None) -> list[Registered]:
        """Return every entry (of one kind), sorted by kind and name; disabled ones carry their problem."""
        return [registered for key in sorted(self._registered) if kind is None or key[0] == kind for registered in self._registered[key]]

    def names(self, kind: str) -> list[str]:
        """Return the sorted names of a kind, disabled ones left out."""
        return [registered.entry.name for registered in self.entries(kind) if registered.problem is None]

    def known(self, kind: str, name: str) -> bool:
        """Whether a plugin lists such a component, be it disabled or not."""
        return (kind, name) in self._registered

    def distribution(self, kind: str, name: str) -> tuple[str, str]:
        """Return distribution and version that a component comes from.

        Raises
        ------
        PluginError
            Where no plugin has it, or two have.
        """
        registered = self._usable(kind, name)
        return registered.distribution, registered.version

    @overload
    def component(self, kind: Literal["reader"], name: str) -> Reader: ...
    @overload
    def component(self, kind: Literal["calibrator"], name: str) -> Calibrator: ...
    @overload
    def component(self, kind: Literal["quality-test"], name: str) -> QualityTest: ...
    @overload
    def component(self, kind: Literal["product"], name: str) -> Product: ...
    @overload
    def component(self, kind: Literal["exporter"], name: str) -> Exporter: ...
    @overload
    def component(self, kind: Literal["figure"], name: str) -> Figure: ...
    @overload
    def component(self, kind: Literal["simulator"], name: str) -> Simulator: ...
    @overload
    def component(self, kind: Literal["command"], name: str) -> Command: ...
    @overload
    def component(self, kind: str, name: str) -> Component: ...
    def component(self, kind: str, name: str) -> Component:
        """Return a component, imported on first use.

        Raises
        ------
        PluginError
            Where no plugin has it (naming the nearest that there is), a name clash disables it, or it cannot be loaded.
        """
        if (kind, name) not in self._loaded:
            self._loaded[kind, name] = _load(self._usable(kind, name))
        return self._loaded[kind, name]

    def _usable(self, kind: str, name: str) -> Registered:
        registered = self._registered.get((kind, name))
        if not registered:
            raise PluginError(self._unknown(kind, name))
        if registered[0].problem:
            raise PluginError(f"{kind} {name!r}: {registered[0].problem}")
        return registered[0]

    def _unknown(self, kind: str, name: str) -> str:
        if kind not in _CLASS_OF_KIND:
            near = nearest(kind, _CLASS_OF_KIND)
            return f"there is no kind of component {kind!r}" + (f"; did you mean {near!r}?" if near else "")
        near = nearest(name, self.names(kind))
        text = f"no {kind} named {name!r} is installed"
        if near:
            text += f"; did you mean {near!r}?"
        troubled = [f"{report.distribution} {report.version}" for report in self.reports if report.problems]
        if troubled:
            text += f" (plugins with problems, see `icos plugins`: {', '.join(troubled)})"
        return text


def _load(registered: Registered) -> Component:
    entry = registered.entry
    who = f"{entry.kind} {entry.name!r} of {registered.distribution} {registered.version}"
    module, _, attribute = entry.load.partition(":")
    try:
        component: Any = import_module(module)
        for part in attribute.split("."):
            component = getattr(component, part)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(f"{who} cannot be loaded from {entry.load!r}: {brief(error)}") from error
    problem = _component_problem(component, entry)
    if problem:
        raise PluginError(f"{who} cannot be used: {problem}")
    loaded: Component = component
    return loaded


def _component_problem(component: Any, entry: Entry) -> str | None:
    expected = _CLASS_OF_KIND[entry.kind]
    if not isinstance(component, expected):
        return f"{entry.load!r} is {type(component).__name__}, expected icos_core.{expected.__name__}"
    if component.name != entry.name:
        return f"{entry.load!r} is named {component.name!r}, its entry {entry.name!r}"
    options = getattr(component, "options", None)
    if options is None:
        return None
    if getattr(options, "model_config", {}).get("extra") != "forbid":
        return "its options would ignore a mistyped key; derive them from icos_core.versioned.Options"
    reserved = GENERIC_KEYS.get(entry.kind, frozenset()) & set(options.model_fields)
    if reserved:
        return f"its option {min(reserved)!r} has the name of a key of the core"
    return None


@cache
def installed_plugins() -> Plugins:
    """Return the plugins that are installed; they are looked for once per process."""
    return Plugins(find_plugins())
