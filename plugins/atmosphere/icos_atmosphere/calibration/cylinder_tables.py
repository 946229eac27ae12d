"""Tables of the report on what a calibration rests on: the cylinders with their values, and where it begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.calibration.assignments import ports_of
from icos_atmosphere.scales import NONE, conversion, normalised_scale
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Table

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from icos_atmosphere.calibration.analyser import Analyser
    from icos_atmosphere.calibration.station_tables import Cylinder

__all__ = ["cylinder_tables"]


def cylinder_tables(analyser: Analyser) -> list[Table]:
    """Return the tables that have something to say."""
    return [table for table in (_cylinders(analyser), _events(analyser)) if table.rows]


def _cylinders(analyser: Analyser) -> Table:
    behind = {port.cylinder for port in ports_of(analyser.options, analyser.stream)}
    rows = [
        _row(analyser, number, cylinder, gas)
        for number, cylinder in enumerate(analyser.options.cylinders)
        for gas in analyser.gases
        if cylinder.name in behind
    ]
    return Table(
        title=f"Cylinders of {analyser.stream}",
        columns=("cylinder", "number", "role", "from", "to", "gas", "stated", "on", "used", "uncertainty", "conversion"),
        rows=tuple(rows),
        note="values in µmol/mol (CO2) and nmol/mol (others)",
    )


def _row(analyser: Analyser, number: int, cylinder: Cylinder, gas: str) -> tuple[Any, ...]:
    mine, assigned = analyser.gases[gas], cylinder.assigned(gas)
    who = (cylinder.name, cylinder.serial, cylinder.role, _moment(cylinder.valid_from), _moment(cylinder.valid_to), GASES[gas].formula)
    if assigned is None:
        return (*who, "", "", "", "", "")
    scale = normalised_scale(assigned.scale, gas)
    told = ""
    if mine.scale not in {NONE, scale}:
        how = conversion(gas, scale, mine.scale)
        told = f"{how.factor:.8g} x {how.offset:+.6g}, to {mine.scale}, {how.reference}"
    return (*who, assigned.value, scale, round(float(mine.assigned[number]), 6), assigned.uncertainty, told)


def _events(analyser: Analyser) -> Table:
    """Return the events that a person stated; cylinders and instruments say themselves when they change."""
    rows = [(_moment(event.time), event.reason) for event in analyser.options.events if event.stream in {None, analyser.stream}]
    return Table(title=f"Events of {analyser.stream}", columns=("time", "what happened"), rows=tuple(sorted(rows)))


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
