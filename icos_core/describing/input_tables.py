"""The ``[[input]]`` tables: environment variables in paths, names of streams and variables, joins."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from glob import escape
from typing import TYPE_CHECKING

from icos_core.describing.tables import INPUT, parse_component_table
from icos_core.describing.vocabulary import ask, own_streams
from icos_core.exceptions import PluginError, nearest
from icos_core.station import InputSpec, Join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from icos_core.components import Reader, Variable
    from icos_core.describing.mistakes import Findings, Path
    from icos_core.describing.tables import InputTable, Parsed
    from icos_core.plugins import Plugins

__all__ = ["check_joins", "read_input"]

_FROM_ENVIRONMENT = re.compile(r"\$\{([^}]*)\}")


def read_input(data: dict[str, Any], path: Path, findings: Findings, plugins: Plugins) -> InputSpec | None:
    """Return one input as far as it could be understood, or None; mistakes are noted."""
    _check_environment(data.get("files"), (*path, "files"), findings)
    parsed = parse_component_table(INPUT, data, path, findings, plugins)
    if parsed is None or parsed.options is None:
        return None
    try:
        provided = ask(f"reader {parsed.part.name!r}", parsed.part.provides, parsed.options)
    except PluginError as failure:
        findings.fail(failure)
        return None
    table = parsed.table
    spec = InputSpec(
        reader=parsed.part.name,
        files=tuple(_filled_in(pattern) for pattern in table.files),
        files_written=table.files,
        stream=_stream(parsed, list(provided), findings),
        offset=table.offset,
        join=table.join or _stand_in(data.get("join")),
        rename=table.rename,
        group_by=table.group_by,
        group_tolerance=table.group_tolerance,
        options=parsed.options,
    )
    if table.group_by is None and "group_tolerance" in data:
        findings.add((*path, "group_tolerance"), "group_by beside it; without that every file has all variables")
    for variables in provided.values():
        _check_rename(spec, variables, path, findings)
    _check_renamed_exist(spec, provided, path, findings)
    return spec


def _stand_in(join: Any) -> Join | None:
    """Return a join onto the stream that a table with mistakes names, so that what else is wrong is found, and nothing is that is not."""
    onto = join.get("onto") if isinstance(join, dict) else None
    return Join(onto=onto, limit=timedelta(seconds=1)) if isinstance(onto, str) and onto.strip() else None


def _check_environment(files: Any, path: Path, findings: Findings) -> None:
    for pattern in files if isinstance(files, list) else [files]:
        for name in _FROM_ENVIRONMENT.findall(pattern) if isinstance(pattern, str) else []:
            if not os.environ.get(name):
                findings.add(path, f"the environment variable {name}, which is not set", value=pattern)


def _filled_in(pattern: str) -> str:
    # What comes from the environment is a path and no pattern.
    return _FROM_ENVIRONMENT.sub(lambda found: escape(os.environ.get(found[1], "")), pattern)


def _stream(parsed: Parsed[InputTable, Reader], own: Sequence[str], findings: Findings) -> str | None:
    if len(own) == 1:
        return parsed.table.stream or own[0]
    several = f"reader {parsed.part.name!r} gives {len(own)} streams: {', '.join(own)}"
    if parsed.table.stream is not None:
        findings.add((*parsed.path, "stream"), f"no such key here, as {several}", value=parsed.table.stream)
    if parsed.table.join is not None:
        findings.add((*parsed.path, "join"), f"no such key here, as {several}")
    return None


def _check_rename(spec: InputSpec, variables: Sequence[Variable], path: Path, findings: Findings) -> None:
    taken: dict[str, str] = {}
    for variable in variables:
        wanted = spec.rename.get(variable.name, variable.name)
        if wanted in taken:
            renamed = variable.name if variable.name in spec.rename else taken[wanted]
            findings.add((*path, "rename", renamed), "a name that no other variable of the stream has", value=wanted)
        taken[wanted] = variable.name


def _check_renamed_exist(spec: InputSpec, provided: Mapping[str, Sequence[Variable]], path: Path, findings: Findings) -> None:
    names = {variable.name for variables in provided.values() for variable in variables}
    for name in spec.rename:
        if name not in names:
            expected = f"a variable that reader {spec.reader!r} provides: {', '.join(sorted(names))}"
            findings.add((*path, "rename", name), expected, near=nearest(name, names))


def check_joins(inputs: Sequence[tuple[Path, InputSpec]], findings: Findings, plugins: Plugins) -> None:
    """Check that every stream that inputs are joined onto is there, and has no variable of the same name."""
    words: dict[str, set[str]] = {}
    for _, spec in inputs:
        for stream, variables in own_streams(spec, plugins).items():
            words.setdefault(stream, set()).update(variables)
    gone: dict[str, str] = {}
    for path, spec in inputs:
        if spec.join is None or spec.stream is None:
            continue
        onto, key = spec.join.onto, (*path, "join", "onto")
        others = [stream for stream in words if stream != spec.stream and stream not in gone]
        if onto in gone:
            findings.add(key, f"a stream of its own; {onto!r} is joined onto {gone[onto]!r} before", value=onto)
        elif onto not in others:
            expected = f"a stream of another input: {', '.join(sorted(others))}" if others else "another input to join onto; there is none"
            findings.add(key, expected, value=onto, near=nearest(onto, others))
        elif gone.get(spec.stream) is None:
            for name in sorted(_quantities(spec, plugins) & words[onto]):
                findings.add(
                    (*path, "join"), f"variables that stream {onto!r} does not have; rename {name!r} with [input.rename]", value=name
                )
            words[onto] |= _quantities(spec, plugins)
            gone[spec.stream] = onto


def _quantities(spec: InputSpec, plugins: Plugins) -> set[str]:
    return {name for words in own_streams(spec, plugins).values() for name, variable in words.items() if variable.dtype.startswith("float")}
