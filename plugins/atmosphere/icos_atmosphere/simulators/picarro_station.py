"""Description of the simulated station, ready to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_atmosphere.scales import CURRENT
from icos_atmosphere.simulators.picarro_columns import layout_of
from icos_atmosphere.simulators.picarro_truth import STREAM
from icos_atmosphere.water_correction import FACTORY
from icos_core.describing.station_file import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from icos_atmosphere.calibration.station_tables import GasName
    from icos_atmosphere.simulators.picarro_analyser_options import GasResponse
    from icos_atmosphere.simulators.picarro_options import PicarroSimulation, SimulatedCylinder

__all__ = ["station_description"]

_PRODUCTS = ("hourly-means", "daily-means", "target-statistics", "calibration-history", "vertical-profile")
_COEFFICIENTS = {
    "quadratic": ("a", "b"),
    "co-2013": ("a", "b", "c1", "c2", "c3", "c4"),
    "cubic": ("a", "b", "c"),
}


def station_description(options: PicarroSimulation) -> str:
    """Return the text of ``station.toml``: what people at the station know, not what is true."""
    layout = layout_of(options.analyser)
    tables = [
        table(
            "[station]",
            {
                "id": "SIM",
                "name": "Simulated Tower",
                "domain": "atmosphere",
                "platform": "fixed",
                "latitude": options.latitude,
                "longitude": options.longitude,
                "altitude": options.altitude,
                "utc_offset": options.utc_offset,
            },
            'contact = { institution = "Example Institute", email = "data@example.org" }',
        ),
        table("[[input]]", {"reader": "picarro", "files": "raw/**/*.dat"}),
        table("[[calibrate]]", {"calibrator": "mole-fraction"}, *_settings(options, layout.gases)),
        *_calibrator_tables(options),
        *(table("[[derive]]", {"product": name}) for name in _PRODUCTS),
        table("[[export]]", {"exporter": "icos-atc", "country": "none (simulated)"}),
        table("[[export]]", {"exporter": "obspack"}),
        table("[[export]]", {"exporter": "wdcgg", "station_number": 9999, "contributor": 999, "contributor_name": "Example Institute"}),
        table("[[export]]", {"exporter": "cf-netcdf", "streams": [f"hourly/{line.name}" for line in options.lines]}),
        table("[[export]]", {"exporter": "csv", "streams": [f"hourly/{line.name}" for line in options.lines]}),
    ]
    return "\n".join(tables)


def _settings(options: PicarroSimulation, gases: tuple[GasName, ...]) -> Iterator[str]:
    scales = ", ".join(f'{gas} = "{CURRENT[gas]}"' for gas in gases)
    yield f"scales = {{ {scales} }}"
    yield (
        f'stabilisation = {{ ambient = "{_seconds(options.stabilisation_of_air)}", '
        f'cylinder = "{_seconds(options.stabilisation_of_cylinders)}" }}'
    )
    shared = {gas: _response(options, gas).scale_uncertainty for gas in gases}
    limits = ", ".join(f"{gas} = {{ scale_uncertainty = {value!r} }}" for gas, value in shared.items() if value)
    if limits:
        yield f"limits = {{ {limits} }}"


def _calibrator_tables(options: PicarroSimulation) -> Iterator[str]:
    analyser, layout = options.analyser, layout_of(options.analyser)
    instrument: dict[str, Any] = {"stream": STREAM}
    if analyser.atc_id is not None:
        instrument["id"] = analyser.atc_id
    instrument |= {"model": analyser.model, "serial": analyser.host or layout.host, "valve": analyser.valve}
    yield table("[[calibrate.instruments]]", instrument | {"valve_reading": analyser.valve_reading})
    for line in options.lines:
        entries: dict[str, Any] = {"name": line.name, "height": line.height, "transport_delay": _seconds(line.transport_delay)}
        if line.buffer_volume:
            entries |= {"buffer_volume": line.buffer_volume, "buffer_flow": line.buffer_flow}
        yield table("[[calibrate.lines]]", entries)
    for line in options.lines:
        yield table("[[calibrate.ports]]", {"port": line.port, "line": line.name})
    for cylinder in options.cylinders:
        yield table("[[calibrate.ports]]", {"port": cylinder.port, "cylinder": cylinder.name})
    for cylinder in options.cylinders:
        values = [_assigned(options, cylinder, gas) for gas in layout.gases]
        yield table("[[calibrate.cylinders]]", {"name": cylinder.name, "role": cylinder.role}, *values)
    for gas in layout.gases:
        correction = layout.water[gas]
        entries = {"gas": gas, "form": "factory" if correction == FACTORY.get(gas) else correction.form}
        if entries["form"] != "factory":
            entries |= {name: getattr(correction, name) for name in _COEFFICIENTS[correction.form]}
        yield table("[[calibrate.water]]", entries)


def _assigned(options: PicarroSimulation, cylinder: SimulatedCylinder, gas: GasName) -> str:
    uncertainty = _response(options, gas).assigned_uncertainty
    return f'{gas} = {{ value = {cylinder.assigned(gas)!r}, uncertainty = {uncertainty!r}, scale = "{CURRENT[gas]}" }}'


def _response(options: PicarroSimulation, gas: GasName) -> GasResponse:
    response: GasResponse = getattr(options.analyser, gas)
    return response


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():g} s"
