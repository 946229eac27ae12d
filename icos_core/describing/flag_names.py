"""The names of streams and variables that people's flags can be about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_core.describing.vocabulary import fits, vocabulary
from icos_core.exceptions import Mistake, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.station import Description

__all__ = ["FlagNames"]


@dataclass(frozen=True, kw_only=True)
class FlagNames:
    """Stream → its quantities, over all stages; where nothing is known, nothing is wrong."""

    words: Mapping[str, set[str]]

    @classmethod
    def of(cls, description: Description, plugins: Plugins) -> FlagNames:
        """Ask readers, calibrators and products for what they give."""
        words: dict[str, set[str]] = {}
        known = vocabulary(description.inputs, description.calibrate, description.derive, plugins)
        for stage in (known.measured, known.calibrated, known.product):
            for stream, variables in stage.items():
                quantities = {name for name, variable in variables.items() if variable.dtype.startswith("float")}
                words.setdefault(stream, set()).update(quantities)
        return cls(words=words)

    def mistakes(self, flag: PersonFlag) -> list[Mistake]:
        """Return what is wrong with the names of a flag."""
        if not self.words:
            return []
        declared = [stream for stream in self.words if fits(stream, flag.stream)]
        if not declared:
            expected = f"a stream of this station: {', '.join(sorted(self.words))}"
            return [Mistake(key="stream", value=flag.stream, expected=expected, nearest=nearest(flag.stream, self.words))]
        names = {name for stream in declared for name in self.words[stream]}
        if flag.variable not in names:
            expected = f"a variable of stream {flag.stream!r}"
            return [Mistake(key="variable", value=flag.variable, expected=expected, nearest=nearest(flag.variable, names))]
        return []
