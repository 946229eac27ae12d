"""What of a station's tables does not go together: names that lead nowhere, two things at one time, scales that do not meet.

Tables that are wrong by themselves are left out of the comparison, but their names are known, so that one mistake is told once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from icos_atmosphere.calibration.instrument_facts import gases_of
from icos_atmosphere.calibration.option_mistakes import no_such_name, stated
from icos_atmosphere.calibration.station_tables import Cylinder, Event, Instrument, Line, Port, Water
from icos_atmosphere.scales import CURRENT, NONE, UNKNOWN, conversion, gas_of_scale, normalised_scale
from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.water_correction import FACTORY
from icos_core.versioned import overlaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from icos_atmosphere.calibration.option_mistakes import Mistake, Place

__all__ = ["StationTables", "mistakes_of"]

_MODELS: Mapping[str, type[BaseModel]] = {
    "instruments": Instrument,
    "lines": Line,
    "ports": Port,
    "cylinders": Cylinder,
    "water": Water,
    "events": Event,
}
_NAMED = {"instruments": "stream", "lines": "name", "cylinders": "name"}
_FEWEST_CYLINDERS = 3


@dataclass(frozen=True, kw_only=True)
class StationTables:
    """The tables that go together.

    Attributes
    ----------
    scales
        Gas → scale as it stands there.
    tables
        Kind → position → table, of those that are right by themselves.
    names
        Kind → names that its tables bear, right or not.
    whole
        Kinds of which every table is right.
    limits
        Gases that have limits.
    fewest
        Fewest cylinders of a calibration.
    """

    scales: Mapping[str, str]
    tables: Mapping[str, Mapping[int, Any]]
    names: Mapping[str, Sequence[str]]
    whole: frozenset[str]
    limits: tuple[str, ...]
    fewest: int

    @classmethod
    def among(cls, data: Mapping[str, Any]) -> StationTables:
        """Return what of the values of options can be understood, be they of a description or validated."""
        tables: dict[str, dict[int, Any]] = {}
        names: dict[str, list[str]] = {}
        whole: set[str] = set()
        for kind, model in _MODELS.items():
            written = data.get(kind, ())
            entries = list(written) if isinstance(written, list | tuple) else []
            tables[kind] = {position: table for position, entry in enumerate(entries) if (table := _understood(model, entry)) is not None}
            if len(tables[kind]) == len(entries):
                whole.add(kind)
            if kind in _NAMED:
                names[kind] = [name for entry in entries if isinstance(name := _value(entry, _NAMED[kind]), str)]
        scales, limits, fewest = data.get("scales"), data.get("limits"), data.get("minimum_cylinders")
        return cls(
            scales={gas: scale for gas, scale in scales.items() if gas in GASES and isinstance(scale, str) and scale.strip()}
            if isinstance(scales, dict)
            else {},
            tables=tables,
            names=names,
            whole=frozenset(whole),
            limits=tuple(gas for gas in limits if gas in GASES) if isinstance(limits, dict) else (),
            fewest=fewest if isinstance(fewest, int) else _FEWEST_CYLINDERS,
        )


def _understood(model: type[BaseModel], entry: object) -> BaseModel | None:
    try:
        return model.model_validate(entry)
    except ValidationError:
        return None


def _value(entry: object, key: str) -> object:
    return entry.get(key) if isinstance(entry, dict) else getattr(entry, key, None)


def mistakes_of(station: StationTables) -> list[Mistake]:
    """Return everything that does not go together."""
    return [*_names(station), *_gases(station), *_at_one_time(station), *_heights(station), *_scales(station), *_fewest(station)]


def _names(station: StationTables) -> Iterator[Mistake]:
    for position, port in station.tables["ports"].items():
        for key, kind, what in (("line", "lines", "a sampling line"), ("cylinder", "cylinders", "a cylinder")):
            name = getattr(port, key)
            if name is not None and name not in station.names[kind]:
                yield no_such_name(("ports", position, key), name, station.names[kind], what)
    for kind in ("ports", "water", "events"):
        for position, table in station.tables[kind].items():
            if table.stream is not None and table.stream not in station.names["instruments"]:
                yield no_such_name((kind, position, "stream"), table.stream, station.names["instruments"], "an instrument's stream")


def _gases(station: StationTables) -> Iterator[Mistake]:
    """Tell what is said of gases that are not wanted, or that it cannot be said of."""
    if not station.scales:
        return
    for position, table in station.tables["water"].items():
        if table.gas not in station.scales:
            yield no_such_name(("water", position, "gas"), table.gas, station.scales, "a gas of scales")
        elif table.form == "factory" and table.gas not in FACTORY:
            known = " and ".join(GASES[gas].formula for gas in FACTORY)
            told = f"the factory's coefficients are known of {known}, not of {GASES[table.gas].formula}"
            yield stated(("water", position, "form"), told, table.form)
    yield from _measured(station)
    for gas in station.limits:
        if gas not in station.scales:
            yield stated(("limits", gas), f"{gas} is not among the gases of scales ({', '.join(station.scales)})")


def _measured(station: StationTables) -> Iterator[Mistake]:
    """Tell gases that no instrument measures, and instruments that measure none that is wanted."""
    measured: set[str] = set()
    for position, instrument in station.tables["instruments"].items():
        own = gases_of(instrument, station.scales)
        measured |= set(own)
        unknown = [(number, gas) for number, gas in enumerate(instrument.gases or ()) if gas not in station.scales]
        for number, gas in unknown:
            yield no_such_name(("instruments", position, "gases", number), gas, station.scales, "a gas of scales")
        if not own and not unknown:
            told = f"it measures none of the gases of scales ({', '.join(station.scales)}), unless the key gases says so"
            yield stated(("instruments", position, "model"), told, instrument.model)
    for gas, scale in station.scales.items() if "instruments" in station.whole else ():
        if gas not in measured:
            told = f"no instrument measures {GASES[gas].formula} by its model; the key gases of [[calibrate.instruments]] says otherwise"
            yield stated(("scales", gas), told, scale)


def _at_one_time(station: StationTables) -> Iterator[Mistake]:
    """Tell tables of one thing that are valid at the same time."""
    every: dict[str, tuple[Callable[[Any], object], Callable[[Any], str]]] = {
        "instruments": (lambda each: each.stream, lambda each: f"the instrument {each.stream!r}"),
        "lines": (lambda each: each.name, lambda each: f"the line {each.name!r}"),
        "cylinders": (lambda each: each.name, lambda each: f"the cylinder {each.name!r}"),
        "ports": (lambda each: each.port, lambda each: f"port {each.port}"),
        "water": (lambda each: each.gas, lambda each: f"the water correction of {each.gas}"),
    }
    for kind, (key, words) in every.items():
        tables = station.tables[kind]
        positions = {id(table): position for position, table in tables.items()}
        told: set[int] = set()
        for left, right in overlaps(list(tables.values()), key):
            first, second = positions[id(left)], positions[id(right)]
            apart = kind in {"ports", "water"} and left.stream != right.stream and None not in {left.stream, right.stream}
            if not apart and second not in told:
                told.add(second)
                yield stated(
                    (kind, second),
                    f"two tables of {words(right)} are valid at the same time, {kind}[{first}] is the other: set valid_from and valid_to",
                )


def _heights(station: StationTables) -> Iterator[Mistake]:
    """Tell lines whose height changes: all minutes of a line are one series with one height."""
    first: dict[str, float] = {}
    for position, line in station.tables["lines"].items():
        height = first.setdefault(line.name, line.height)
        if line.height != height:
            told = f"the line {line.name!r} has another table with a height of {height:g} m: give a line that moved another name"
            yield stated(("lines", position, "height"), told, line.height)


def _scales(station: StationTables) -> Iterator[Mistake]:
    for gas, scale in station.scales.items():
        yield from _of_this_gas(("scales", gas), gas, scale)
    for position, cylinder in station.tables["cylinders"].items():
        for gas in GASES:
            assigned = cylinder.assigned(gas)
            if assigned is None:
                continue
            place: Place = ("cylinders", position, gas, "scale")
            wrong = list(_of_this_gas(place, gas, assigned.scale))
            yield from wrong
            if gas in station.scales and not wrong and not list(_of_this_gas((), gas, station.scales[gas])):
                yield from _of_one_calibration(place, gas, cylinder, normalised_scale(station.scales[gas], gas))


def _of_this_gas(place: Place, gas: str, scale: str) -> Iterator[Mistake]:
    named = gas_of_scale(scale)
    if named not in {None, gas}:
        yield stated(
            place, f"this scale is one of {GASES[str(named)].formula}; {GASES[gas].formula} has others, such as {CURRENT[gas]!r}", scale
        )
    elif normalised_scale(scale, gas) == UNKNOWN:
        yield stated(place, f"a scale must be stated, such as {CURRENT[gas]!r}; 'none' gives uncalibrated values", scale)


def _of_one_calibration(place: Place, gas: str, cylinder: Cylinder, wanted: str) -> Iterator[Mistake]:
    assigned = cylinder.assigned(gas)
    assert assigned is not None
    scale = normalised_scale(assigned.scale, gas)
    if wanted in {NONE, scale}:
        return
    if scale == NONE:
        told = f"{cylinder.name} is on no scale, the calibration on {wanted}: state its scale, or leave its {GASES[gas].formula} out"
        yield stated(place, told, assigned.scale)
        return
    if not assigned.convert:
        yield stated(
            place,
            f"the {GASES[gas].formula} of {cylinder.name} is on {scale}, the calibration on {wanted}: assign it on that scale, or say "
            "convert = true",
            assigned.scale,
        )
        return
    try:
        conversion(gas, scale, wanted)
    except ValueError as error:
        yield stated(place, f"{cylinder.name}: {error}", assigned.scale)


def _fewest(station: StationTables) -> Iterator[Mistake]:
    if "cylinders" not in station.whole:
        return
    for gas, scale in station.scales.items():
        if normalised_scale(scale, gas) == NONE:
            continue
        cylinders = station.tables["cylinders"].values()
        names = {each.name for each in cylinders if each.role == "calibration" and each.assigned(gas) is not None}
        if len(names) < station.fewest:
            told = f"cylinders of the role calibration with {GASES[gas].formula}, there are {len(names)}; 'none' gives uncalibrated values"
            yield stated(("scales", gas), f"a calibration needs {station.fewest} {told}", scale)
