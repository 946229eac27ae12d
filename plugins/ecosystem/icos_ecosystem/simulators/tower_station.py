"""The description of the simulated tower, ready to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.describing.station_file import table
from icos_ecosystem.simulators.tower_columns import COLUMNS
from icos_ecosystem.simulators.tower_files import STATION
from icos_ecosystem.simulators.tower_instruments import analysers_of, sonic_of

if TYPE_CHECKING:
    from icos_core.versioned import Versioned
    from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation

__all__ = ["station_description"]

_LEAST_FOR_PLANE = 24
"""Half hours from which a plane is fitted; fewer are rotated one by one."""
_EXPORTS = ("eddypro-fluxnet", "icos-etc-fluxes", "cf-netcdf", "csv")


def station_description(options: EddyCovarianceSimulation) -> str:
    """Return the TOML of a station whose raw files are in ``raw``."""
    described = {
        "id": STATION,
        "name": "Simulated Tower",
        "domain": "ecosystem",
        "platform": "fixed",
        "latitude": 50.0,
        "longitude": 10.0,
        "altitude": 320.0,
        "utc_offset": 0,
    }
    pattern = {"licor-ghg": "raw/*.ghg", "icos-ec-csv": "raw/*_EC_*.csv"}.get(options.format, "raw/*_EC_*.dat")
    calibrator = {"calibrator": "eddy-covariance", "preset": "express"}
    tables = [
        table("[station]", described, 'contact = { institution = "Example Institute", email = "data@example.org" }'),
        table("[[input]]", {"reader": options.format, "files": pattern}, *_reader_lines(options)),
        table("[[input]]", {"reader": "toa5", "files": "raw/*_BM.dat", "stream_kind": "meteo", "interval": "10 min"}),
        table("[[calibrate]]", calibrator, *_methods(options)),
        table("[[calibrate.sonic]]", _stated(sonic_of(options))),
        *(table("[[calibrate.gas_analyser]]", _stated(each), _lags(options, each.gases)) for each in analysers_of(options)),
        table("[[calibrate.site]]", {"canopy_height": options.canopy_height}),
        table("[[derive]]", {"product": "footprint-climatology"}),
        *(table("[[export]]", {"exporter": name}) for name in _EXPORTS),
    ]
    return "\n".join(tables)


def _reader_lines(options: EddyCovarianceSimulation) -> list[str]:
    if options.format == "licor-ghg":
        return []
    if options.format == "icos-ec-csv":
        return [f"frequency = {options.frequency!r}", *(f'{gas} = "{options.measured_as(gas)}"' for gas in options.gases)]
    cell = ("cell_temperature", "cell_pressure") if options.path == "closed" else ()
    names = ("u", "v", "w", "sonic_temperature", *(f"{gas}_{options.measured_as(gas)}" for gas in options.gases), *cell)
    columns = ", ".join(f'{COLUMNS[name][0]} = "{name}"' for name in names)
    return [f"frequency = {options.frequency!r}", f"columns = {{ {columns} }}"]


def _methods(options: EddyCovarianceSimulation) -> list[str]:
    lines = [
        'detrending = { method = "block" }',
        f'spectral = {{ high_frequency = "{"moncrieff-1997" if options.attenuation else "none"}", low_frequency = true }}',
        'random_uncertainty = { method = "finkelstein-sims" }',
    ]
    if options.half_hours >= _LEAST_FOR_PLANE and options.course == "diurnal":
        rotation = f'method = "planar-fit", sectors = 1, minimum_number = {_LEAST_FOR_PLANE}'
    else:
        rotation = 'method = "double"'
    return [*lines, f"rotation = {{ {rotation} }}"]


def _stated(instrument: Versioned) -> dict[str, Any]:
    """Return what is stated of an instrument and is no table."""
    found = instrument.model_dump(exclude_defaults=True, exclude={"lags"})
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _lags(options: EddyCovarianceSimulation, gases: tuple[str, ...]) -> str:
    (found,) = (each.lags for each in analysers_of(options) if each.gases == gases)
    stated = (
        f"{gas} = {{ nominal = {lag.nominal!r}, minimum = {lag.minimum!r}, maximum = {lag.maximum!r} }}" for gas, lag in found.items()
    )
    return f"lags = {{ {', '.join(stated)} }}"
