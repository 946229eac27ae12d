"""``icos describe --guess FILE``: which reader knows a file, as an ``[[input]]`` that is ready to be pasted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from icos_core.describing.guessing import ask_readers, how_sure, input_table
from icos_core.exceptions import DescriptionError, Mistake, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from icos_core.describing.guessing import Answers, Known
    from icos_core.plugins import Plugins

__all__ = ["show_guess"]


def show_guess(path: Path, reader: str | None, plugins: Plugins, *, as_json: bool) -> None:
    """Print the best guesses at a file.

    Raises
    ------
    DescriptionError
        Where there is no such file or reader, or no reader knows the file.
    """
    if not path.is_file():
        others = [each.name for each in path.parent.glob("*")] if path.parent.is_dir() else []
        expected = "a file, not a folder" if path.is_dir() else "a file that is there"
        raise _wrong("FILE", str(path), expected, nearest(path.name, others) if not path.is_dir() else None)
    names = plugins.names("reader")
    if reader is not None and reader not in names:
        raise _wrong("--reader", reader, f"an installed reader: {', '.join(names) or 'there is none'}", nearest(reader, names))
    answers = ask_readers(path, [reader] if reader is not None else names, plugins)
    for name, fault in answers.faults.items():
        click.echo(f"reader {name!r} could not be asked: {fault}", err=True)
    if not answers.known:
        raise _wrong("FILE", str(path), _unknown(answers, names))
    if as_json:
        click.echo(json.dumps([_plain(each) for each in answers.known], indent=2, ensure_ascii=False, default=str))
        return
    for number, each in enumerate(answers.best):
        click.echo("\n".join([*([""] if number else []), *input_table(each, str(path))]))
    others_known = answers.known[len(answers.best) :]
    if others_known:
        click.echo(f"# less likely: {', '.join(f'{each.reader}, {how_sure(each.guess.confidence)}' for each in others_known)}")


def _wrong(key: str, value: str, expected: str, near: str | None = None) -> DescriptionError:
    return DescriptionError("icos describe --guess", [Mistake(key=key, value=value, expected=expected, nearest=near)])


def _unknown(answers: Answers, installed: Sequence[str]) -> str:
    asked = f"none of these readers knows it: {', '.join(answers.asked)}" if answers.asked else "no reader could be asked"
    silent = f"; these do not say what they know: {', '.join(answers.silent)}" if answers.silent else ""
    tables = [name for name in installed if "table" in name]
    any_table = f"; a table of any kind can be described with {' or '.join(map(repr, tables))}" if tables else ""
    return f"a file that a reader knows; {asked}{silent}{any_table}"


def _plain(known: Known) -> dict[str, Any]:
    guess = known.guess
    return {
        "reader": known.reader,
        "confidence": guess.confidence,
        "options": dict(guess.options),
        "found": list(guess.found),
        "unsure": list(guess.unsure),
        "lacks": list(known.lacks),
    }
