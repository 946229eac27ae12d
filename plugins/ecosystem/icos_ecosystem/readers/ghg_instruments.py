"""The set-up that a .ghg archive describes → tables of a station description, in metres.

The description inside an archive has separations and lengths of tubes in centimetres, and their diameters in millimetres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.exceptions import InputError
from icos_ecosystem.instruments import gas_analyser_models, sonic_models
from icos_ecosystem.readers.ghg_archive import open_archive
from icos_ecosystem.readers.ghg_metadata import parse_metadata, plain_number
from icos_ecosystem.vocabulary.measured import GASES

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ecosystem.readers.ghg_metadata import GhgMetadata, Instrument

__all__ = ["instrument_tables"]

_DECIMALS = 9  # what is left of a length after its unit was changed
_FORMATS = {"polar_w": "polar", "axis": "axis"}
_SEPARATIONS = ("northward_separation", "eastward_separation", "vertical_separation")
_TUBE = {"tube_length": "tube_length", "tube_diameter": "tube_diameter", "flow_rate": "tube_flowrate"}
_LAGS = {"nominal": "nom_timelag", "minimum": "min_timelag", "maximum": "max_timelag"}


def instrument_tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the tables ``[[calibrate.sonic]]``, ``[[calibrate.gas_analyser]]`` and ``[[calibrate.site]]`` that an archive describes.

    Parameters
    ----------
    path
        The archive.

    Returns
    -------
    dict
        ``sonic``, ``gas_analyser`` and ``site`` → tables without validity. What the archive does not state is left out; what it states
        as zero too, where a zero cannot be.

    Raises
    ------
    InputError
        For a file that is no such archive, and for an instrument that is neither an anemometer nor a gas analyser that is known.
    """
    metadata = parse_metadata(open_archive(path).metadata)
    tables: dict[str, list[dict[str, Any]]] = {"sonic": [], "gas_analyser": [], "site": []}
    for number, instrument in enumerate(metadata.instruments, start=1):
        if instrument.manufacturer.casefold() == "licor" or not instrument.numbers.get("height"):
            tables["gas_analyser"].append(_analyser(path, instrument, metadata))
        else:
            tables["sonic"].append(_sonic(path, instrument, number, metadata))
    heights = {name: plain_number(metadata.keys.get(name, "")) for name in ("canopy_height", "displacement_height", "roughness_length")}
    if heights["canopy_height"]:
        tables["site"].append({name: value for name, value in heights.items() if value})
    return tables


def _sonic(path: Path, instrument: Instrument, number: int, metadata: GhgMetadata) -> dict[str, Any]:
    try:
        model = sonic_models.of_eddypro(instrument.model).name
    except ValueError as error:
        raise InputError(path.name, str(error)) from error
    table: dict[str, Any] = {"model": model, "height": instrument.numbers["height"]}
    table |= {"frequency": metadata.frequency} if metadata.frequency is not None else {}
    table |= {"north_offset": instrument.numbers["north_offset"]} if "north_offset" in instrument.numbers else {}
    wind_format = _FORMATS.get(metadata.keys.get(f"instr_{number}_wformat", "").casefold())
    reference = metadata.keys.get(f"instr_{number}_wref", "").casefold()
    table |= {"wind_format": wind_format} if wind_format else {}
    table |= {"wind_reference": reference} if reference in {"spar", "axis"} else {}
    return table | ({"firmware": instrument.software_version} if instrument.software_version else {})


def _analyser(path: Path, instrument: Instrument, metadata: GhgMetadata) -> dict[str, Any]:
    try:
        model = gas_analyser_models.of_eddypro(instrument.model)
    except ValueError as error:
        raise InputError(path.name, str(error)) from error
    columns = [each for each in metadata.columns if metadata.keys.get(f"col_{each.number}_instrument", "") == instrument.model]
    gases = [gas for gas in GASES if any(each.word == gas and each.column is not None for each in columns)]
    table: dict[str, Any] = {"model": model.name, "gases": gases}
    table |= {name: round(instrument.numbers[name], _DECIMALS) for name in _SEPARATIONS if name in instrument.numbers}
    if model.closed_path is not False:
        table |= {name: round(instrument.numbers[key], _DECIMALS) for name, key in _TUBE.items() if instrument.numbers.get(key)}
    lags = {gas: found for gas in gases if (found := _lags([each.number for each in columns if each.word == gas], metadata))}
    return table | ({"lags": lags} if lags else {})


def _lags(numbers: list[int], metadata: GhgMetadata) -> dict[str, float]:
    """Return nominal lag and window of a gas from the first of its columns that states a window."""
    for number in numbers:
        stated = {name: plain_number(metadata.keys.get(f"col_{number}_{key}", "")) for name, key in _LAGS.items()}
        if stated["maximum"]:
            return {name: value for name, value in stated.items() if value is not None}
    return {}
