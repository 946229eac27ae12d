"""Finding plugins: entry points of the group ``icos.plugins``, each looked at on its own.

A plugin that cannot be imported, asks for another version of the core, misspells a hook or raises in one is reported and
never stops the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pluggy
from packaging.requirements import InvalidRequirement, Requirement

from icos_core import hookspecs
from icos_core import plugin as core
from icos_core.components import HOOK_OF_KIND, Entry
from icos_core.exceptions import nearest
from icos_core.hookspecs import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CORE", "GROUP", "FoundPlugin", "brief", "core_version", "find_plugins", "plugin_distributions"]

CORE = "icos-core"
GROUP = "icos.plugins"
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LOAD_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, kw_only=True)
class FoundPlugin:
    """One plugin as found: where it comes from, the entries it lists, and what is wrong with it."""

    name: str
    distribution: str
    version: str
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()


def core_version() -> str:
    """Return the installed version of the core."""
    return metadata.version(CORE)


def find_plugins() -> tuple[FoundPlugin, ...]:
    """Return the core's own table of contents and every installed plugin, sorted by the name of the entry point."""
    found = [_list_entries("core", CORE, core_version(), core)]
    announced = sorted(_entry_points(), key=lambda pair: (pair[0].name, _name(pair[1])))
    found.extend(_look_at(entry_point, distribution) for entry_point, distribution in announced)
    return tuple(found)


def plugin_distributions() -> tuple[str, ...]:
    """Return the names of the distributions that announce a plugin, sorted; nothing of them is imported."""
    return tuple(sorted({_name(distribution) for _, distribution in _entry_points()}))


def _entry_points() -> Iterator[tuple[metadata.EntryPoint, metadata.Distribution]]:
    seen: set[str] = set()
    for distribution in metadata.distributions():
        # The first of a name on the path is the one that Python imports.
        try:
            entry_points = [each for each in distribution.entry_points if each.group == GROUP]
        except Exception:  # noqa: BLE001, S112  # unreadable metadata of a stranger; without entry points it is no plugin
            continue
        if not entry_points:
            continue
        name = _canonical(_name(distribution))
        if name in seen or name == CORE:
            continue
        seen.add(name)
        for entry_point in entry_points:
            yield entry_point, distribution


def _name(distribution: metadata.Distribution) -> str:
    return _field(distribution, "Name") or "(unnamed distribution)"


def _version(distribution: metadata.Distribution) -> str:
    return _field(distribution, "Version") or "(unknown version)"


def _field(distribution: metadata.Distribution, name: str) -> str:
    # An absent field is None in some versions of Python and an error in others.
    try:
        found = distribution.metadata
    except FileNotFoundError:  # where a backport of importlib.metadata is installed, absent metadata are an error
        return ""
    return str(found[name]) if name in found else ""


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _look_at(entry_point: metadata.EntryPoint, distribution: metadata.Distribution) -> FoundPlugin:
    name, version = _name(distribution), _version(distribution)

    def rejected(problem: str) -> FoundPlugin:
        return FoundPlugin(name=entry_point.name, distribution=name, version=version, problems=(problem,))

    mismatch = _requirement_problem(distribution)
    if mismatch:
        return rejected(mismatch)
    try:
        plugin = entry_point.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # whatever a stranger's module raises, SystemExit included, is its own problem
        return rejected(f"cannot be imported from {entry_point.value!r}: {brief(error)}")
    return _list_entries(entry_point.name, name, version, plugin)


def _requirements(distribution: metadata.Distribution) -> list[str]:
    try:
        return distribution.requires or []
    except FileNotFoundError:  # as for a field
        return []


def _requirement_problem(distribution: metadata.Distribution) -> str | None:
    installed = core_version()
    for text in _requirements(distribution):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            if _canonical(text).startswith(CORE):
                return f"its requirement {text!r} cannot be understood"
            continue
        if _canonical(requirement.name) != CORE or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            return f"requires {CORE} {requirement.specifier}, installed is {installed}"
    return None


def _list_entries(name: str, distribution: str, version: str, plugin: Any) -> FoundPlugin:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    entries: list[Entry] = []
    problems: list[str] = []
    try:
        manager.register(plugin, name)
        problems.extend(_hook_problems(manager, plugin))
    except Exception as error:  # noqa: BLE001  # pluggy and the plugin's own attributes raise what they like
        problems.append(f"cannot be registered: {brief(error)}")
    if not problems:
        for kind, hook in HOOK_OF_KIND.items():
            try:
                listed = [entry for returned in getattr(manager.hook, hook)() for entry in returned]
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  # a stranger's hook
                problems.append(f"hook {hook} failed: {brief(error)}")
                continue
            for entry in listed:
                problem = _entry_problem(entry, kind, hook)
                if problem:
                    problems.append(problem)
                else:
                    entries.append(entry)
    return FoundPlugin(name=name, distribution=distribution, version=version, entries=tuple(entries), problems=tuple(problems))


def _hook_problems(manager: pluggy.PluginManager, plugin: Any) -> Iterator[str]:
    callers = manager.get_hookcallers(plugin) or []
    known = list(HOOK_OF_KIND.values())
    for caller in callers:
        if not caller.has_spec() and not all(hook.optionalhook for hook in caller.get_hookimpls()):
            yield f"unknown hook {caller.name!r}{_did_you_mean(caller.name, known)}"
    found = {caller.name for caller in callers}
    for hook in known:
        if hook not in found and callable(getattr(plugin, hook, None)):
            yield f"hook {hook!r} is not decorated with icos_core.hookimpl"
    if not callers and not any(callable(getattr(plugin, hook, None)) for hook in known):
        yield f"no hook found; a plugin has functions named {', '.join(known)}, decorated with icos_core.hookimpl"


def _entry_problem(entry: Any, kind: str, hook: str) -> str | None:
    if not isinstance(entry, Entry):
        return f"hook {hook} returned {entry!r}, expected icos_core.Entry"
    if not all(isinstance(text, str) for text in (entry.kind, entry.name, entry.summary, entry.load)):
        return f"hook {hook} returned {entry!r}, whose fields must be strings"
    if entry.kind != kind:
        return f"hook {hook} returned {entry.name!r} of kind {entry.kind!r}, expected {kind!r}"
    if not KEBAB_CASE.fullmatch(entry.name):
        return f"{kind} {entry.name!r}: a name is lower-case words joined by hyphens"
    if not LOAD_TARGET.fullmatch(entry.load):
        return f"{kind} {entry.name!r}: cannot load from {entry.load!r}, expected 'package.module:ATTRIBUTE'"
    return None


def _did_you_mean(name: str, valid: list[str]) -> str:
    near = nearest(name, valid)
    return f"; did you mean {near!r}?" if near else ""


def brief(error: BaseException) -> str:
    """Name an error in one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
