"""``icos schema``: the JSON Schema of the station description."""

from __future__ import annotations

import json

import click

from icos_core.cli.errors import show_error
from icos_core.describing.schema import description_schema
from icos_core.plugins import installed_plugins

__all__ = ["command"]


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the station description, with the options of every installed component.

    Editors that know TOML schemas (such as those built on taplo) complete and check a description with it: write it to a file and
    name that in the first line of the description, "#:schema ./icos.schema.json".
    """
    click.echo(json.dumps(description_schema(installed_plugins(), show_error), indent=2, ensure_ascii=False))
