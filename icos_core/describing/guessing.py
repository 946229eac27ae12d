"""Asking every reader whether it knows a file, and how it would describe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from icos_core.components import Guess
from icos_core.describing.mistakes import explain
from icos_core.describing.toml_text import array_of_tables, comment
from icos_core.discovery import brief
from icos_core.exceptions import PluginError
from icos_core.plugins import GENERIC_KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from icos_core.components import Reader
    from icos_core.plugins import Plugins

__all__ = ["Answers", "Known", "ask_readers", "how_sure", "input_table"]

_WORDS = ((0.95, "almost certain"), (0.8, "quite sure"), (0.5, "likely"), (0.0, "no more than a guess"))


@dataclass(frozen=True, kw_only=True)
class Known:
    """A reader that knows the file, its guess, and what its options still lack."""

    reader: str
    guess: Guess
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What readers say of a file: those that know it (the surest first), those asked, those that cannot be asked, and what failed."""

    known: tuple[Known, ...]
    asked: tuple[str, ...]
    silent: tuple[str, ...]
    faults: dict[str, str]

    @property
    def best(self) -> tuple[Known, ...]:
        """Those that are as sure as the surest."""
        return tuple(each for each in self.known if each.guess.confidence == self.known[0].guess.confidence)


def ask_readers(path: Path, names: Sequence[str], plugins: Plugins) -> Answers:
    """Ask readers for their guess at a file; one that fails is named and stops no other."""
    known: list[Known] = []
    asked: list[str] = []
    silent: list[str] = []
    faults: dict[str, str] = {}
    for name in names:
        try:
            reader: Reader = plugins.component("reader", name)
        except PluginError as failure:
            faults[name] = str(failure)
            continue
        if reader.guess is None:
            silent.append(name)
            continue
        asked.append(name)
        try:
            guess = reader.guess(path)
            if guess is not None:
                known.append(_checked(reader, guess))
        except Exception as error:  # noqa: BLE001  # a plugin's function, which was to raise nothing
            faults[name] = brief(error)
    known.sort(key=lambda each: (-each.guess.confidence, each.reader))
    return Answers(known=tuple(known), asked=tuple(asked), silent=tuple(silent), faults=faults)


def _checked(reader: Reader, guess: object) -> Known:
    if not isinstance(guess, Guess) or not 0 <= guess.confidence <= 1:
        raise TypeError(f"gave {guess!r}, expected a Guess with a confidence from 0 to 1")
    options = {key: value for key, value in guess.options.items() if key not in GENERIC_KEYS["reader"]}
    try:
        reader.options.model_validate(options)
    except ValidationError as error:
        return Known(reader=reader.name, guess=guess, lacks=tuple(map(str, explain(error, reader.options, options, ()))))
    return Known(reader=reader.name, guess=guess)


def how_sure(confidence: float) -> str:
    """Say how sure a reader is, in words and percent."""
    word = next(word for least, word in _WORDS if confidence >= least)
    return f"{word} ({confidence:.0%})"


def input_table(known: Known, files: str) -> list[str]:
    """Return the lines of an ``[[input]]`` with what was found, and what is unsure, as comments."""
    guess = known.guess
    table = {"reader": known.reader, "files": files, **guess.options}
    remarks: dict[str, list[str]] = {}
    rest = []
    for sentence in guess.unsure:
        key = sentence.partition(":")[0]
        if key in guess.options:
            remarks.setdefault(key, []).append(f"unsure: {sentence}")
        else:
            rest.append(sentence)
    return [
        comment(f"{known.reader}: {how_sure(guess.confidence)}"),
        *(comment(f"found: {sentence}") for sentence in guess.found),
        *(comment(f"unsure: {sentence}") for sentence in rest),
        *(comment(f"still needed: {sentence}") for sentence in known.lacks),
        *array_of_tables("input", table, remarks),
    ]
