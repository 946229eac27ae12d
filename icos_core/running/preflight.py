"""What can be found wrong before anything is read: patterns, files that are named, what exporters cannot write; all mistakes at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from icos_core.components import Context
from icos_core.describing.mistakes import StatedMistake
from icos_core.describing.vocabulary import ask
from icos_core.exceptions import DescriptionError, InputError, Mistake, PluginError, nearest
from icos_core.running.grouping import tolerances
from icos_core.running.inputs import find_files, offsets, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from icos_core.components import Exporter
    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.running.inputs import InputFile
    from icos_core.station import Description

__all__ = ["NamedFile", "Ready", "look_before_reading"]

_KEY = re.compile(r"[a-z_]+(\[\d+\])?(\.[a-z_]+(\[\d+\])?)*")


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A file beside the inputs that a calibrator or a product reads; `key` is that of the option or table that names it."""

    path: Path
    name: str
    kind: Literal["calibrator", "product"]
    component: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What a run works with: the files of its inputs, and those that calibrators and products read beside them."""

    files: tuple[InputFile, ...]
    named_files: tuple[NamedFile, ...]


def look_before_reading(description: Description, plugins: Plugins, flags: Sequence[PersonFlag], out: Path | None = None) -> Ready:
    """Look at what a run needs, without reading a byte of data.

    Parameters
    ----------
    description, plugins
        The run.
    flags
        People's flags.
    out
        Folder of the outputs, which holds no inputs.

    Raises
    ------
    DescriptionError
        With every mistake.
    PluginError
        Where a component fails to say what it needs.
    """
    mistakes: list[Mistake] = []

    def found(look: Callable[[], Any]) -> Any:
        try:
            return look()
        except DescriptionError as error:
            mistakes.extend(error.mistakes)
            return ()

    files = tuple(found(lambda: find_files(description, out)))
    found(lambda: offsets(description, plugins))
    found(lambda: tolerances(description, plugins))
    context = Context(
        station=description.station,
        deployments=description.deployments,
        level=description.level,
        people_flags=tuple(flag for flag in flags if not flag.withdrawn),
        sources=tuple(sorted(file.name for file in files)),
        folder=description.folder,
    )
    named_files = tuple(found(lambda: _named_files(description, plugins, context)))
    mistakes += _of_exporters(description, plugins, context)
    if mistakes:
        raise DescriptionError(description.path.name, sorted(mistakes, key=lambda mistake: mistake.line or 0))
    return Ready(files=files, named_files=named_files)


def _named_files(description: Description, plugins: Plugins, context: Context) -> list[NamedFile]:
    """Return the files of all calibrators and products, each one's own in order of name."""
    found: list[NamedFile] = []
    mistakes: list[Mistake] = []
    for kind, name, table, options in _readers_of_files(description):
        component = plugins.component(kind, name)
        try:
            paths = [Path(path) for path in component.files(options, context)]
        except InputError as error:
            mistakes.append(_missing(description, _key_of(options, error.file, table), error.file, error.message))
            continue
        except Exception as error:
            raise PluginError(f"{kind} {name!r} cannot say which files it reads: {type(error).__name__}: {error}") from error
        for path in sorted(set(paths)):
            key = _key_of(options, path.name, table)
            if path.is_file() and os.access(path, os.R_OK):
                found.append(NamedFile(path=path, name=_name(path, description.folder, table), kind=kind, component=name, key=key))
            else:
                mistakes.append(
                    _missing(description, key, str(path), "it is there, but must not be read" if path.exists() else "it is not there")
                )
    if mistakes:
        raise DescriptionError(description.path.name, mistakes)
    return found


def _readers_of_files(description: Description) -> Iterator[tuple[Literal["calibrator", "product"], str, str, BaseModel]]:
    """Yield kind, name, table and options of everything that may read files beside the inputs."""
    for position, calibrate in enumerate(description.calibrate):
        yield "calibrator", calibrate.calibrator, f"calibrate[{position}]", calibrate.options
    for position, derive in enumerate(description.derive):
        yield "product", derive.product, "derive" if derive.is_default else f"derive[{position}]", derive.options


def _missing(description: Description, key: str, file: str, why: str) -> Mistake:
    folder = description.folder / Path(file).parent
    others = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    near = nearest(Path(file).name, others)
    return Mistake(key=key, value=file, expected=f"a file that can be read ({why})", nearest=near, line=description.line_of(key))


def _key_of(options: BaseModel, file: str, table: str) -> str:
    """Return the key of the option, however deep, that names a file, or that of the table."""
    return next(_keys_naming(options, Path(file).name, table), table)


def _keys_naming(value: Any, file: str, key: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name, each in value:
            yield from _keys_naming(each, file, f"{key}.{name}")
    elif isinstance(value, list | tuple):
        for position, each in enumerate(value):
            yield from _keys_naming(each, file, f"{key}[{position}]" if isinstance(each, BaseModel) else key)
    elif isinstance(value, str | Path) and Path(value).name == file:
        yield key


def _name(path: Path, folder: Path, table: str) -> str:
    """Return what a file is called in the manifest: no folder of this machine."""
    return f"{table}/{printable(path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name)}"


def _of_exporters(description: Description, plugins: Plugins, context: Context) -> list[Mistake]:
    mistakes: list[Mistake] = []
    for position, spec in enumerate(description.export):
        exporter: Exporter = plugins.component("exporter", spec.exporter)
        if exporter.check is None:
            continue
        for sentence in ask(f"exporter {spec.exporter!r}", exporter.check, spec.options, context):
            key, statement = _about(sentence, f"export[{position}]", spec.options, description)
            mistakes.append(StatedMistake(key=key, expected=f"{statement} (exporter {spec.exporter})", line=description.line_of(key)))
    return mistakes


def _about(sentence: str, table: str, options: BaseModel, description: Description) -> tuple[str, str]:
    """Return the key that a sentence begins with, and the rest: an option of the exporter, or a key of the description."""
    key, colon, rest = sentence.partition(": ")
    if colon and key.partition(".")[0].partition("[")[0] in type(options).model_fields:
        return f"{table}.{key}", rest
    if colon and _KEY.fullmatch(key) and (description.line_of(key) is not None or key.partition(".")[0] in {"station", "deployment"}):
        return key, rest
    return table, sentence
