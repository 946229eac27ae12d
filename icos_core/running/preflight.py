"""What can be found wrong before anything is read: patterns, files of products, what exporters cannot write; all mistakes at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from icos_core.components import Context
from icos_core.describing.mistakes import StatedMistake
from icos_core.describing.vocabulary import ask
from icos_core.exceptions import DescriptionError, InputError, Mistake, PluginError, nearest
from icos_core.running.grouping import tolerances
from icos_core.running.inputs import find_files, offsets, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from pydantic import BaseModel

    from icos_core.components import Exporter, Product
    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.running.inputs import InputFile
    from icos_core.station import Description

__all__ = ["ProductFile", "Ready", "look_before_reading"]

_KEY = re.compile(r"[a-z_]+(\[\d+\])?(\.[a-z_]+(\[\d+\])?)*")


@dataclass(frozen=True, kw_only=True)
class ProductFile:
    """A file beside the inputs that a product reads; `key` is that of the option or table that names it."""

    path: Path
    name: str
    product: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What a run works with: the files of its inputs and those of its products."""

    files: tuple[InputFile, ...]
    product_files: tuple[ProductFile, ...]


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
    product_files = tuple(found(lambda: _product_files(description, plugins, context)))
    mistakes += _of_exporters(description, plugins, context)
    if mistakes:
        raise DescriptionError(description.path.name, sorted(mistakes, key=lambda mistake: mistake.line or 0))
    return Ready(files=files, product_files=product_files)


def _product_files(description: Description, plugins: Plugins, context: Context) -> list[ProductFile]:
    """Return the files of all products, each product's own in order of name."""
    found: list[ProductFile] = []
    mistakes: list[Mistake] = []
    for position, spec in enumerate(description.derive):
        product: Product = plugins.component("product", spec.product)
        table = "derive" if spec.is_default else f"derive[{position}]"
        try:
            paths = [Path(path) for path in product.files(spec.options, context)]
        except InputError as error:
            mistakes.append(_missing(description, _key_of(spec.options, error.file, table), error.file, error.message))
            continue
        except Exception as error:
            raise PluginError(f"product {spec.product!r} cannot say which files it reads: {type(error).__name__}: {error}") from error
        for path in sorted(set(paths)):
            key = _key_of(spec.options, path.name, table)
            if path.is_file() and os.access(path, os.R_OK):
                found.append(ProductFile(path=path, name=_name(path, description.folder, table), product=spec.product, key=key))
            else:
                mistakes.append(
                    _missing(description, key, str(path), "it is there, but must not be read" if path.exists() else "it is not there")
                )
    if mistakes:
        raise DescriptionError(description.path.name, mistakes)
    return found


def _missing(description: Description, key: str, file: str, why: str) -> Mistake:
    folder = description.folder / Path(file).parent
    others = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    near = nearest(Path(file).name, others)
    return Mistake(key=key, value=file, expected=f"a file that can be read ({why})", nearest=near, line=description.line_of(key))


def _key_of(options: BaseModel, file: str, table: str) -> str:
    """Return the key of the option that names a file, or that of the table."""
    for name, value in options:
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str | Path) and Path(each).name == Path(file).name:
                return f"{table}.{name}"
    return table


def _name(path: Path, folder: Path, table: str) -> str:
    """Return what a file of a product is called in the manifest: no folder of this machine."""
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
