"""Which variables exist in which stream of which stage, known before a byte of data is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar

from icos_core.components import Variable
from icos_core.components.vocabulary import may_be_absent
from icos_core.discovery import brief
from icos_core.exceptions import Mistake, PluginError, nearest
from icos_core.units import can_become

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from icos_core.components import Product, Requirement, Stage
    from icos_core.plugins import Plugins
    from icos_core.station import CalibrateSpec, DeriveSpec, Description, InputSpec

__all__ = ["STAGES", "Required", "Vocabulary", "ask", "check_vocabulary", "fits", "own_streams", "required_of", "vocabulary"]

STAGES: tuple[Stage, ...] = ("measured", "calibrated", "product")

Words = Mapping[str, Variable]
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Stream → name → variable, for each stage.

    `measured` holds every stream before and after inputs are joined, `joined` what calibrators get to see.
    """

    measured: Mapping[str, Words] = field(default_factory=dict)
    joined: Mapping[str, Words] = field(default_factory=dict)
    calibrated: Mapping[str, Words] = field(default_factory=dict)
    product: Mapping[str, Words] = field(default_factory=dict)

    def stage(self, stage: Stage) -> Mapping[str, Words]:
        """Return stream → name → variable of one stage."""
        return {"measured": self.measured, "calibrated": self.calibrated, "product": self.product}[stage]

    def streams(self, stages: Iterable[Stage] = STAGES) -> list[str]:
        """Return the sorted names of streams of some stages."""
        return sorted({stream for stage in stages for stream in self.stage(stage)})

    def words(self, stages: Iterable[Stage] = STAGES, stream: str | None = None) -> dict[str, Variable]:
        """Return name → variable over some stages, of one stream or of all."""
        return {
            name: variable
            for stage in stages
            for each, words in self.stage(stage).items()
            if stream is None or fits(each, stream)
            for name, variable in words.items()
        }


@dataclass(frozen=True, kw_only=True)
class Required:
    """What one calibrator requires, stream by stream, and which variables calibrators before it have made."""

    calibrator: str
    streams: Mapping[str, Sequence[Requirement]]
    made: Mapping[str, frozenset[str]]


def fits(declared: str, stream: str) -> bool:
    """Whether a stream may be the one that is declared: ``*`` stands for what is only known with the data, such as a sampling line."""
    return fnmatchcase(stream, declared)


def ask(who: str, function: Callable[..., Answer], *arguments: Any) -> Answer:
    """Ask a component for what it declares.

    Raises
    ------
    PluginError
        Where the plugin's function fails.
    """
    try:
        return function(*arguments)
    except Exception as error:
        raise PluginError(f"{who} cannot say what it declares: {brief(error)}") from error


def own_streams(spec: InputSpec, plugins: Plugins) -> dict[str, dict[str, Variable]]:
    """Return stream → name → variable of one input, streams and variables renamed as it says."""
    provided = ask(f"reader {spec.reader!r}", plugins.component("reader", spec.reader).provides, spec.options)
    streams = {}
    for own, variables in provided.items():
        name = spec.stream if spec.stream is not None and len(provided) == 1 else own
        renamed = [replace(variable, name=spec.rename.get(variable.name, variable.name)) for variable in variables]
        streams[name] = {variable.name: variable for variable in renamed}
    return streams


def vocabulary(
    inputs: Sequence[InputSpec], calibrate: Sequence[CalibrateSpec], derive: Sequence[DeriveSpec], plugins: Plugins
) -> Vocabulary:
    """Put together what readers, calibrators and products declare.

    Raises
    ------
    PluginError
        Where a component cannot be had or fails to declare.
    """
    measured, joined = _measured(inputs, plugins)
    calibrated = joined
    for spec in calibrate:
        calibrated = _after(calibrated, spec, plugins)
    products: dict[str, Words] = {}
    for each in derive:
        component = plugins.component("product", each.product)
        products.update(_words(ask(f"product {each.product!r}", component.provides, each.options)))
    return Vocabulary(measured=measured, joined=joined, calibrated=calibrated, product=products)


def _measured(inputs: Sequence[InputSpec], plugins: Plugins) -> tuple[dict[str, Words], dict[str, Words]]:
    measured: dict[str, Words] = {}
    for spec in inputs:
        for stream, words in own_streams(spec, plugins).items():
            measured[stream] = {**measured.get(stream, {}), **words}
    gone = set()
    for spec in inputs:
        if spec.join is None or spec.stream is None or spec.join.onto not in measured:
            continue
        # Categories are not interpolated and stay behind.
        brought = {name: word for name, word in measured.get(spec.stream, {}).items() if word.dtype.startswith("float")}
        measured[spec.join.onto] = {**measured[spec.join.onto], **brought}
        gone.add(spec.stream)
    return measured, {stream: words for stream, words in measured.items() if stream not in gone}


def _words(provided: Mapping[str, Sequence[Variable]]) -> dict[str, Words]:
    return {stream: {variable.name: variable for variable in variables} for stream, variables in provided.items()}


def _after(streams: Mapping[str, Words], spec: CalibrateSpec, plugins: Plugins) -> dict[str, Words]:
    """Streams after a calibrator: one that works row by row adds to a stream, any other makes it new."""
    component = plugins.component("calibrator", spec.calibrator)
    who = f"calibrator {spec.calibrator!r}"
    provided = _words(ask(who, component.provides, spec.options))
    after = dict(streams)
    for wanted, words in provided.items():
        for name in _meant(who, ask(who, component.requires, spec.options), streams) if wanted == "*" else [wanted]:
            after[name] = {**streams.get(name, {}), **words} if component.row_wise else words
    return after


def _meant(who: str, required: Mapping[str, Sequence[Requirement]], streams: Mapping[str, Words]) -> list[str]:
    """Return the stream that ``"*"`` stands for: that which has what is required, else that which lacks least."""
    lacks = {name: _unmet_in("", who, required.get("*", ()), name, words) for name, words in sorted(streams.items())}
    return [min(lacks, key=lambda name: len(lacks[name]))] if lacks else []


def required_of(words: Vocabulary, calibrate: Sequence[CalibrateSpec], plugins: Plugins) -> list[Required]:
    """Return what each calibrator requires of which stream; ``"*"`` stands for those that have all of it, else for that which lacks least.

    Raises
    ------
    PluginError
        Where a component cannot be had or fails to declare.
    """
    found = []
    streams: Mapping[str, Words] = words.joined
    made: dict[str, frozenset[str]] = {}
    for spec in calibrate:
        component = plugins.component("calibrator", spec.calibrator)
        who = f"calibrator {spec.calibrator!r}"
        required = ask(who, component.requires, spec.options)
        meant: dict[str, Sequence[Requirement]] = {}
        for wanted, requirements in required.items():
            fit = [
                name
                for name, there in streams.items()
                if all(any(each.name in there for each in one.choices) or one.optional for one in requirements)
            ]
            for name in (fit or _meant(who, required, streams)) if wanted == "*" else [wanted]:
                meant[name] = (*meant.get(name, ()), *requirements)
        found.append(Required(calibrator=spec.calibrator, streams=meant, made=dict(made)))
        for name, provided in _words(ask(who, component.provides, spec.options)).items():
            for each in meant if name == "*" else [name]:
                made[each] = made.get(each, frozenset()) | provided.keys()
        streams = _after(streams, spec, plugins)
    return found


def check_vocabulary(description: Description, plugins: Plugins) -> list[Mistake]:
    """Compare what calibrators and products require with what the stage before provides.

    Returns
    -------
    list of Mistake
        One for each missing stream or variable, naming what would do, and for each unit that cannot be converted.
    """
    mistakes: list[Mistake] = []
    words = vocabulary(description.inputs, description.calibrate, description.derive, plugins)
    streams: Mapping[str, Words] = words.joined
    for position, spec in enumerate(description.calibrate):
        who = f"calibrator {spec.calibrator!r}"
        required = ask(who, plugins.component("calibrator", spec.calibrator).requires, spec.options)
        mistakes += _unmet(f"calibrate[{position}]", who, required, streams)
        streams = _after(streams, spec, plugins)
    for position, each in enumerate(description.derive):  # those that come along stand behind the station's own
        product: Product = plugins.component("product", each.product)
        required = ask(f"product {each.product!r}", product.requires, each.options)
        key = "derive" if each.is_default else f"derive[{position}]"
        mistakes += _unmet(key, f"product {each.product!r}", required, {**words.calibrated, **words.product})
    return mistakes


def _unmet(key: str, who: str, required: Mapping[str, Sequence[Requirement]], streams: Mapping[str, Words]) -> list[Mistake]:
    mistakes: list[Mistake] = []
    for wanted, requirements in required.items():
        if wanted == "*":
            if streams:
                candidates = [_unmet_in(key, who, requirements, name, streams[name]) for name in sorted(streams)]
                fewest = min(candidates, key=len)
                mistakes += fewest
        elif wanted in streams:
            mistakes += _unmet_in(key, who, requirements, wanted, streams[wanted])
        elif not may_be_absent(requirements):
            there = ", ".join(sorted(streams)) or "none"
            expected = f"a stream {wanted!r}, which {who} requires; there are: {there}"
            mistakes.append(Mistake(key=key, expected=expected, nearest=nearest(wanted, streams)))
    return mistakes


def _unmet_in(key: str, who: str, requirements: Sequence[Requirement], stream: str, words: Words) -> list[Mistake]:
    mistakes = []
    for requirement in requirements:
        names = [choice.name for choice in requirement.choices]
        present = [choice for choice in requirement.choices if choice.name in words]
        if not present and not requirement.optional:
            expected = f"{' or '.join(names)} in stream {stream!r}, which {who} requires; [input.rename] bridges names"
            mistakes.append(Mistake(key=key, expected=expected, nearest=_nearest_of(names, words)))
        for choice in present:
            units = words[choice.name].units
            if choice.units and units and not can_become(units, choice.units):
                expected = f"{choice.name} of stream {stream!r} in units that convert to {choice.units!r}, which {who} requires"
                mistakes.append(Mistake(key=key, value=units, expected=expected))
    return mistakes


def _nearest_of(names: Iterable[str], words: Words) -> str | None:
    return next((near for near in (nearest(name, words) for name in names) if near), None)
