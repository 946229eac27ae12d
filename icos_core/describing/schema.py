"""The JSON Schema of the station description, with the options of every installed component, for editors."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from icos_core.describing.tables import COMPONENT_TABLES, PLAIN_TABLES
from icos_core.exceptions import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from icos_core.describing.tables import ComponentTable
    from icos_core.plugins import Plugins

__all__ = ["description_schema"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def description_schema(plugins: Plugins, report: Callable[[PluginError], None]) -> dict[str, Any]:
    """Return the schema; a table is closed, and which keys it may have depends on the component that it names.

    Parameters
    ----------
    plugins
        Installed plugins.
    report
        Told of components that cannot be loaded; they are left out.
    """
    options: dict[tuple[str, str], type[BaseModel]] = {}
    for table in COMPONENT_TABLES:
        for name in plugins.names(table.kind):
            try:
                options[table.kind, name] = plugins.component(table.kind, name).options  # type: ignore[union-attr]  # these kinds have options
            except PluginError as error:
                report(error)
    models = [*PLAIN_TABLES.values(), *(table.table for table in COMPONENT_TABLES), *options.values()]
    references, whole = models_json_schema([(model, "validation") for model in dict.fromkeys(models)])
    definitions: dict[str, Any] = whole.get("$defs", {})

    def definition(model: type[BaseModel]) -> dict[str, Any]:
        return deepcopy(definitions[references[model, "validation"]["$ref"].rpartition("/")[2]])

    properties: dict[str, Any] = {name: references[model, "validation"] for name, model in PLAIN_TABLES.items()}
    properties["deployment"] = {"type": "array", "items": properties["deployment"]}
    for table in COMPONENT_TABLES:
        names = [name for kind, name in options if kind == table.kind]
        for name in names:
            definitions[f"{table.section}.{name}"] = _closed(
                definition(table.table), definition(options[table.kind, name]), table.key, name
            )
        properties[table.section] = {"type": "array", "items": _chosen(table, names)}
    properties["input"]["minItems"] = 1
    return {
        "$schema": _DIALECT,
        "title": "ICOS station description",
        "type": "object",
        "properties": properties,
        "required": ["station", "input"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _closed(own: dict[str, Any], options: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    """Return a table with the keys of the core and of one component, and no others; what is switched off needs no options."""
    properties = {**own["properties"], **options.get("properties", {}), key: {"const": name}}
    closed: dict[str, Any] = {
        "type": "object",
        "description": options.get("description", ""),
        "properties": properties,
        "required": own.get("required", []),
        "additionalProperties": False,
    }
    required = options.get("required", [])
    if required and "enabled" in properties:
        switched_off = {"properties": {"enabled": {"const": False}}, "required": ["enabled"]}
        closed["anyOf"] = [switched_off, {"required": required}]
    else:
        closed["required"] = [*closed["required"], *required]
    return closed


def _chosen(table: ComponentTable[Any, Any], names: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {table.key: {"enum": names}},
        "required": [table.key],
        "allOf": [
            {
                "if": {"properties": {table.key: {"const": name}}, "required": [table.key]},
                "then": {"$ref": f"#/$defs/{table.section}.{name}"},
            }
            for name in names
        ],
    }
