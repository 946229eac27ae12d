"""The ``[[qc]]`` tables: usual tests of the calibrators, what a station changes of them, and where each test runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from icos_core.describing.mistakes import Findings, StatedMistake
from icos_core.describing.tables import QC, parse_component_table
from icos_core.describing.vocabulary import STAGES, ask, fits
from icos_core.exceptions import PluginError, nearest
from icos_core.station import QualitySpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from icos_core.components import QualityTest, Stage
    from icos_core.describing.mistakes import Path
    from icos_core.describing.tables import Parsed, QcTable
    from icos_core.describing.vocabulary import Vocabulary
    from icos_core.plugins import Plugins
    from icos_core.station import CalibrateSpec

__all__ = ["Asked", "read_test", "resolve_tests", "usual_tests"]

_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One test as a table asks for it, before it is known where it runs.

    For a usual test, `calibrator` is the key of the table that brings it, and `units` are those in which that requires variables.
    """

    parsed: Parsed[QcTable, QualityTest]
    variables: tuple[str, ...]
    fixed: bool
    is_default: bool = False
    calibrator: str = ""
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def test(self) -> str:
        """Name of the test."""
        return self.parsed.part.name

    @property
    def label(self) -> str:
        """Name in bits."""
        return self.parsed.table.label or self.test.replace("-", "_")


def read_test(data: dict[str, Any], path: Path, findings: Findings, plugins: Plugins) -> Asked | None:
    """Return one test as far as it could be understood, or None; mistakes are noted."""
    parsed = parse_component_table(QC, data, path, findings, plugins)
    if parsed is None:
        return None
    variables = parsed.table.variable or ()
    if not parsed.table.enabled:
        return Asked(parsed=parsed, variables=variables, fixed=False)
    if parsed.options is None:
        return None
    try:
        fixed = ask(f"quality test {parsed.part.name!r}", parsed.part.fixed_variables, parsed.options)
    except PluginError as failure:
        findings.fail(failure)
        return None
    problem = _variable_problem(fixed, variables)
    if problem:
        findings.add((*path, "variable"), problem, value=_shown(variables))
        return None
    return Asked(parsed=parsed, variables=tuple(fixed) or tuple(dict.fromkeys(variables)), fixed=bool(fixed))


def _variable_problem(fixed: Sequence[str], variables: Sequence[str]) -> str | None:
    if not fixed and not variables:
        return "a value, this key is required: variable or variables to test"
    if fixed and variables and set(variables) != set(fixed):
        return f"no such key here, as the test is about {', '.join(fixed)}"
    return None


def usual_tests(calibrate: Sequence[CalibrateSpec], findings: Findings, plugins: Plugins) -> list[Asked]:
    """Return the usual tests of the calibrators; one that is wrong is a failure of the plugin."""
    usual: list[Asked] = []
    for number, spec in enumerate(calibrate):
        who = f"calibrator {spec.calibrator!r}"
        own = Findings({})
        try:
            component = plugins.component("calibrator", spec.calibrator)
            tables = ask(who, component.default_tests, spec.options)
            required = ask(who, component.requires, spec.options)
        except PluginError as failure:
            findings.fail(failure)
            continue
        choices = [choice for requirements in required.values() for each in requirements for choice in each.choices]
        units = {choice.name: choice.units for choice in reversed(choices) if choice.units}
        for position, data in enumerate(tables):
            asked = read_test(dict(data), ("default_tests", position), own, plugins)
            if asked is not None:
                usual.append(replace(asked, is_default=True, calibrator=f"calibrate[{number}]", units=units))
        for mistake in own.mistakes:
            findings.fail(PluginError(f"{who} declares a usual test that is wrong: {mistake}"))
        for each in own.failures:
            findings.fail(each)
    return usual


def resolve_tests(own: Sequence[Asked], usual: Sequence[Asked], words: Vocabulary, findings: Findings) -> tuple[QualitySpec, ...]:
    """Merge the station's tests with the usual ones and find out where each runs.

    A station's test replaces a usual one of the same test and variable, or drops it with ``enabled = false``; one with a label
    of its own stands beside it. Usual tests of variables that this station does not have are left out.
    """
    specs: list[tuple[Asked, QualitySpec]] = []
    for asked in usual:
        left = _left_by(own, asked)
        spec = _resolve_usual(left, words) if left is not None else None
        if spec is not None:
            specs.append((asked, spec))
    for asked in own:
        if asked.parsed.table.enabled:
            spec = _resolve_own(asked, words, findings)
            if spec is not None:
                specs.append((asked, spec))
    _check_labels(specs, findings)
    return tuple(spec for _, spec in specs)


def _left_by(own: Sequence[Asked], usual: Asked) -> Asked | None:
    """Return what the station's tests leave of a usual test."""
    left = usual.variables
    for asked in own:
        table = asked.parsed.table
        same = asked.test == usual.test and (table.label is None or asked.label == usual.label)
        stream = usual.parsed.table.stream
        if not same or (table.stream is not None and stream is not None and table.stream != stream):
            continue
        touched = [name for name in left if name in asked.variables or not asked.variables]
        left = () if usual.fixed and touched else tuple(name for name in left if name not in touched)
    return replace(usual, variables=left) if left else None


def _resolve_usual(asked: Asked, words: Vocabulary) -> QualitySpec | None:
    stages = _stages(asked)
    known = words.words(stages, asked.parsed.table.stream)
    there = tuple(name for name in asked.variables if name in known)
    if not there or (asked.fixed and there != asked.variables):
        return None
    asked = replace(asked, variables=there)
    stage = _earliest(asked, stages, words)
    if stage is None or any(category not in words.words([stage]) for category in asked.parsed.table.where):
        return None
    return _spec(asked, stage)


def _resolve_own(asked: Asked, words: Vocabulary, findings: Findings) -> QualitySpec | None:
    path, table = asked.parsed.path, asked.parsed.table
    allowed = asked.parsed.part.stages
    if table.stage is not None and table.stage not in allowed:
        expected = f"a stage that test {asked.test!r} can run in: {', '.join(allowed)}"
        findings.add((*path, "stage"), expected, value=table.stage)
        return None
    stages = _stages(asked)
    streams = words.streams(stages)
    if table.stream is not None and not any(fits(each, table.stream) for each in streams):
        expected = f"a stream of stage {' or '.join(stages)}: {', '.join(streams) or 'there is none'}"
        findings.add((*path, "stream"), expected, value=table.stream, near=nearest(table.stream, streams))
        return None
    known = words.words(stages, table.stream)
    unknown = [name for name in asked.variables if name not in known]
    for name in unknown:
        where = f" of stream {table.stream!r}" if table.stream else ""
        expected = f"a variable{where} of stage {' or '.join(stages)}"
        if asked.fixed:
            findings.add(path, f"{expected} named {name!r}, which test {asked.test!r} is about", near=nearest(name, known))
        else:
            findings.add((*path, "variable"), expected, value=name, near=nearest(name, known))
    if unknown:
        return None
    stage = _earliest(asked, stages, words)
    if stage is None:
        expected = "variables of one stage (and of one stream, where the test is about fixed variables); write a [[qc]] for each"
        findings.add((*path, "variable"), expected, value=_shown(asked.variables))
        return None
    _check_where(asked, stage, words, findings)
    return _spec(asked, stage)


def _stages(asked: Asked) -> tuple[Stage, ...]:
    """Return where a test may run, in the order of the flow."""
    table = asked.parsed.table
    if table.stage is not None:
        return (table.stage,)
    return tuple(stage for stage in STAGES if stage in asked.parsed.part.stages)


def _earliest(asked: Asked, stages: Sequence[Stage], words: Vocabulary) -> Stage | None:
    stream = asked.parsed.table.stream
    for stage in stages:
        if asked.fixed:
            together = any(
                all(name in variables for name in asked.variables)
                for each, variables in words.stage(stage).items()
                if stream is None or fits(each, stream)
            )
        else:
            known = words.words([stage], stream)
            together = all(name in known for name in asked.variables)
        if together:
            return stage
    return None


def _check_where(asked: Asked, stage: Stage, words: Vocabulary, findings: Findings) -> None:
    table, path = asked.parsed.table, (*asked.parsed.path, "where")
    known = words.words([stage], table.stream)
    categories = {name: variable for name, variable in known.items() if variable.flag_meanings}
    for category, wanted in table.where.items():
        if category not in categories:
            expected = f"a category of stage {stage}: {', '.join(sorted(categories)) or 'there is none'}"
            findings.add((*path, category), expected, near=nearest(category, categories))
            continue
        meanings = categories[category].flag_meanings
        for word in wanted:
            if word not in meanings:
                findings.add((*path, category), f"words of {', '.join(meanings)}", value=word, near=nearest(word, meanings))


def _spec(asked: Asked, stage: Stage) -> QualitySpec:
    table, options = asked.parsed.table, asked.parsed.options
    assert options is not None  # a test without options never gets here, unless it is switched off
    return QualitySpec(
        test=asked.test,
        label=asked.label,
        variables=asked.variables,
        stage=stage,
        options=options,
        stream=table.stream,
        where=table.where,
        is_default=asked.is_default,
        units={name: asked.units[name] for name in asked.variables if name in asked.units} if stage == "measured" else {},
    )


def _check_labels(specs: Sequence[tuple[Asked, QualitySpec]], findings: Findings) -> None:
    twice: dict[tuple[str, str], dict[str, None]] = {}
    for position, (asked, spec) in enumerate(specs):
        for other, variable in _also_labelled(spec, specs[:position]):
            expected = f"a label of its own, as another test of {variable!r} is called {spec.label!r}"
            if not asked.is_default:
                findings.add((*asked.parsed.path, "label"), expected, value=asked.parsed.table.label)
            elif other.calibrator == asked.calibrator:
                findings.fail(PluginError(f"usual test {asked.test!r}: {expected}"))
            else:
                twice.setdefault((other.calibrator, asked.calibrator), {})[variable] = None
    for (first, second), variables in twice.items():
        several = f"{', '.join(list(variables)[:_MOST_NAMED])}{' …' if len(variables) > _MOST_NAMED else ''}"
        expected = (
            f"its usual tests of {several} are those of {first} too: say in both tables with the key 'stream' which stream they are of"
        )
        findings.extend([StatedMistake(key=second, expected=expected)])


def _also_labelled(spec: QualitySpec, others: Sequence[tuple[Asked, QualitySpec]]) -> Iterator[tuple[Asked, str]]:
    for asked, other in others:
        same_stream = spec.stream is None or other.stream is None or spec.stream == other.stream
        if other.label == spec.label and same_stream:
            yield from ((asked, name) for name in spec.variables if name in other.variables)


def _shown(variables: Sequence[str]) -> object:
    return (variables[0] if len(variables) == 1 else list(variables)) if variables else None
