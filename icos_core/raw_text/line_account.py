"""The account that a reader keeps of a file's lines: nothing disappears uncounted, and a person is told the first cases of each kind."""

from __future__ import annotations

from collections import Counter, defaultdict

from icos_core.components import Problem, Tally

__all__ = ["LineAccount"]

_TOLD_PER_KIND = 5
_LONGEST_TEXT = 200
_MOST_WORDS = 50
_OTHER_WORDS = "(further unknown words)"
_UNREADABLE = "(unreadable)"


class LineAccount:
    """Counts lines, and collects problems: the first of each kind in full, the rest as a number.

    Parameters
    ----------
    file
        Name of the file, for problems.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.seen = 0
        self.kept = 0
        self._rejected: Counter[str] = Counter()
        self._by_type: Counter[str] = Counter()
        self._damaged: Counter[str] = Counter()
        self._problems: dict[str, list[Problem]] = defaultdict(list)
        self._told: Counter[str] = Counter()
        self._unknown: dict[str, Problem] = {}

    def reject(self, reason: str, count: int) -> None:
        """Count rejected lines."""
        if count:
            self._rejected[reason] += count

    def count_type(self, word: str, count: int) -> None:
        """Count lines of a type word that the instrument is known to write."""
        if count:
            self._by_type[word] += count

    def count_unknown_type(self, word: str, count: int, message: str, line: int, text: str) -> None:
        """Count lines of a type word that nobody knows; each word is told once, with its first line."""
        name = word if word.isprintable() and len(word) <= 30 else _UNREADABLE
        if name not in self._by_type and len(self._unknown) >= _MOST_WORDS:
            name = _OTHER_WORDS
        self._by_type[name] += count
        if name not in self._unknown:
            self._unknown[name] = Problem(message=message, file=self.file, line=line, text=_shown(text))

    def damage(self, column: str, count: int) -> None:
        """Count unreadable numbers of a column."""
        if count:
            self._damaged[column] += count

    def tell(self, kind: str, message: str, line: int | None = None, text: str = "") -> bool:
        """Report a problem; beyond the first few of a kind it is only counted. Returns whether there is room for another."""
        self._told[kind] += 1
        if self._told[kind] <= _TOLD_PER_KIND:
            self._problems[kind].append(Problem(message=message, file=self.file, line=line, text=_shown(text)))
        return self._told[kind] < _TOLD_PER_KIND

    def tell_more(self, kind: str, count: int) -> None:
        """Count problems of a kind without wording each."""
        self._told[kind] += count

    @property
    def tally(self) -> Tally:
        """The account so far."""
        return Tally(
            seen=self.seen,
            kept=self.kept,
            rejected=dict(sorted(self._rejected.items())),
            by_type=dict(sorted(self._by_type.items())),
            damaged=dict(sorted(self._damaged.items())),
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know, kind by kind."""
        problems = []
        for kind, told in self._problems.items():
            problems.extend(told)
            more = self._told[kind] - len(told)
            if more:
                problems.append(Problem(message=f"{kind}: {more} more", file=self.file))
        for name, first in self._unknown.items():
            problems.append(
                Problem(
                    message=f"{first.message} ({self._by_type[name]} lines)",
                    file=first.file,
                    line=first.line,
                    text=first.text,
                )
            )
        return tuple(problems)


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\t" else "·" for letter in text[:_LONGEST_TEXT])
