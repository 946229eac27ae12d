"""The tables of a station description: keys of the core on one side, options of the component on the other."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, Field, ValidationError

from icos_core.components import Calibrator, Exporter, Product, QualityTest, Reader
from icos_core.describing.mistakes import explain, path_in
from icos_core.discovery import brief
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.exceptions import PluginError, nearest
from icos_core.option_types import GroupExpression, SnakeCase, StreamName, Text, Texts, VariableName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.station import Deployment, Join, Station
from icos_core.versioned import Options

if TYPE_CHECKING:
    from icos_core.describing.mistakes import Findings, Path
    from icos_core.plugins import Plugins

__all__ = [
    "COMPONENT_TABLES",
    "PLAIN_TABLES",
    "CalibrateTable",
    "ComponentTable",
    "DeriveTable",
    "ExportTable",
    "InputTable",
    "Parsed",
    "QcTable",
    "RunTable",
    "parse_component_table",
    "parse_table",
]


class RunTable(Options):
    """The ``[run]`` table."""

    level: Literal["nrt", "final"] = Field(default="nrt", description="nrt: automatic flags only; final: a person has seen every flag")


class InputTable(Options):
    """Keys of the core in an ``[[input]]``."""

    reader: Text = Field(description="name of the reader")
    files: Texts = Field(description="patterns of file names, relative to the description; ${NAME} is taken from the environment")
    stream: StreamName | None = Field(default=None, description="another name for the reader's single stream")
    offset: Duration = Field(default=timedelta(0), description="added to the instrument's time")
    join: Join | None = Field(default=None, description="bring the values to the times of another stream")
    group_by: GroupExpression | None = Field(
        default=None,
        description="regular expression with one group, found in the names of files that were logged together, channel by channel",
    )
    group_tolerance: Duration = Field(
        default=timedelta(seconds=1), ge=timedelta(0), description="how far apart in time values of one row may be; with group_by"
    )
    rename: dict[str, VariableName] = Field(default_factory=dict, description="name in the reader's vocabulary = name wanted")


class CalibrateTable(Options):
    """Key of the core in a ``[[calibrate]]``."""

    calibrator: Text = Field(description="name of the calibrator")


class QcTable(Options):
    """Keys of the core in a ``[[qc]]``."""

    test: Text = Field(description="name of the quality test")
    variable: Texts | None = Field(default=None, description="variable or variables to test")
    stream: Text | None = Field(default=None, description="stream to test; every stream that has the variable where absent")
    stage: Literal["measured", "calibrated", "product"] | None = Field(
        default=None, description="where the test runs; the earliest stage that has the variable where absent"
    )
    label: SnakeCase | None = Field(default=None, description="name in the bits of the flags, where one variable has a test twice")
    where: dict[str, Texts] = Field(default_factory=dict, description="category = words: rows of other words are not evaluated")
    enabled: bool = Field(default=True, description="false drops a usual test of the calibrator")


class DeriveTable(Options):
    """Key of the core in a ``[[derive]]``."""

    product: Text = Field(description="name of the product")


class ExportTable(Options):
    """Key of the core in an ``[[export]]``."""

    exporter: Text = Field(description="name of the exporter")


Part = TypeVar("Part", Reader, Calibrator, QualityTest, Product, Exporter)
Table = TypeVar("Table", bound=Options)
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class ComponentTable(Generic[Table, Part]):
    """A kind of table that names a component: section, kind, the key that names it, and the model of the core's keys."""

    section: str
    kind: str
    key: str
    table: type[Table]
    part: type[Part]

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the core."""
        return frozenset(self.table.model_fields)


INPUT = ComponentTable(section="input", kind="reader", key="reader", table=InputTable, part=Reader)
CALIBRATE = ComponentTable(section="calibrate", kind="calibrator", key="calibrator", table=CalibrateTable, part=Calibrator)
QC = ComponentTable(section="qc", kind="quality-test", key="test", table=QcTable, part=QualityTest)
DERIVE = ComponentTable(section="derive", kind="product", key="product", table=DeriveTable, part=Product)
EXPORT = ComponentTable(section="export", kind="exporter", key="exporter", table=ExportTable, part=Exporter)

COMPONENT_TABLES: tuple[ComponentTable[Any, Any], ...] = (INPUT, CALIBRATE, QC, DERIVE, EXPORT)
PLAIN_TABLES: dict[str, type[Options]] = {"station": Station, "run": RunTable, "deployment": Deployment}


@dataclass(frozen=True, kw_only=True)
class Parsed(Generic[Table, Part]):
    """One table as far as it could be understood: where mistakes were found, the keys that hold them are left out."""

    path: Path
    table: Table
    part: Part
    options: BaseModel | None


def parse_table(model: type[Model], data: dict[str, Any], path: Path, findings: Findings) -> Model | None:
    """Validate a table; mistakes are noted, and what is left without them is returned where it still makes sense."""
    return _validate(model, data, path, findings, ())


def parse_component_table(
    kind: ComponentTable[Table, Part], data: dict[str, Any], path: Path, findings: Findings, plugins: Plugins
) -> Parsed[Table, Part] | None:
    """Validate a table that names a component: the core's keys by the core, the others by the component's options."""
    name = data.get(kind.key)
    part = _part(kind, name, path, findings, plugins)
    own = {key: value for key, value in data.items() if key in kind.keys}
    rest = {key: value for key, value in data.items() if key not in kind.keys}
    table = _validate(kind.table, own, path, findings, ())
    if part is None:
        if kind.key not in data:
            for key in rest:
                if nearest(key, [kind.key]):
                    findings.add((*path, key), f"one of the keys {', '.join(sorted(kind.keys))}", near=kind.key)
        return None
    off = data.get("enabled") is False
    options = _validate(part.options, rest, path, findings, kind.keys, off=off)
    return None if table is None else Parsed(path=path, table=table, part=part, options=options)


def _part(kind: ComponentTable[Table, Part], name: Any, path: Path, findings: Findings, plugins: Plugins) -> Part | None:
    if not isinstance(name, str) or not name.strip():
        return None
    if not plugins.known(kind.kind, name):
        valid = plugins.names(kind.kind)
        expected = f"an installed {kind.kind}: {', '.join(valid)}" if valid else f"an installed {kind.kind}; there is none"
        findings.add((*path, kind.key), expected, value=name, near=nearest(name, valid))
        return None
    try:
        return cast("Part", plugins.component(kind.kind, name))
    except PluginError as failure:
        findings.fail(failure)
        return None


def _validate(
    model: type[Model], data: dict[str, Any], path: Path, findings: Findings, further_keys: frozenset[str] | tuple[()], *, off: bool = False
) -> Model | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        mistakes = explain(error, model, data, path, further_keys, only_unknown_keys=off)
        findings.extend(mistakes)
        paths = [path_in(details, data) for details in error.errors()]
    except Exception as error:  # noqa: BLE001  # a validator of a plugin
        findings.fail(PluginError(f"{model.__module__}.{model.__qualname__} cannot validate its options: {brief(error)}"))
        return None
    if not all(paths):
        return None
    for sound in (_without(data, paths), _without(data, [each[:1] for each in paths])):
        try:
            return model.model_validate(sound)
        except ValidationError:
            continue
    return None


def _without(data: dict[str, Any], paths: list[Path]) -> dict[str, Any]:
    """Leave out what stands at some paths; of a list with something wrong in it, all."""
    sound = deepcopy(data)
    for path in paths:
        table: dict[Any, Any] = sound
        for part, following in zip(path, (*path[1:], 0), strict=True):
            if isinstance(following, int) or not isinstance(table.get(part), dict):
                table.pop(part, None)
                break
            table = table[part]
    return sound
