"""The set-up of a station as an ECMD table → tables of a station description.

An ECMD table (RFlux) has one row per change of an eddy-covariance set-up. Its columns hold heights and separations of the analyser in
metres, the length of the tube in centimetres, its diameter in millimetres and the flow in litres per minute; the description has metres
throughout. (EddyPro reads the separations as centimetres, so that 0.22 becomes 2.2 mm there.)
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from icos_core.exceptions import InputError, hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["instrument_tables", "reader_options"]

_REQUIRED = ("DATE_OF_VARIATION_EF", "CANOPY_HEIGHT", "SA_MANUFACTURER", "SA_MODEL", "SA_HEIGHT", "ACQUISITION_FREQUENCY")
_ABSENT = frozenset({"", "NA", "NAN", "-9999"})
_MOST_SEPARATION = 5.0  # m: an analyser further off measures other air, and the number is in centimetres
_DECIMALS = 9  # what is left of a length after its unit was changed
_UNITS = {"UVW_UNITS": ("U", "V", "W"), "T_SONIC_UNITS": ("T_SONIC",), "T_CELL_UNITS": ("T_CELL", "T_CELL_IN", "T_CELL_OUT"),
          "P_CELL_UNITS": ("PRESS_CELL",)}  # fmt: skip
_VARIABLES = {"U": "u", "V": "v", "W": "w", "T_SONIC": "sonic_temperature", "T_CELL": "cell_temperature"} | {
    "T_CELL_IN": "cell_temperature_in", "T_CELL_OUT": "cell_temperature_out", "PRESS_CELL": "cell_pressure",
}  # fmt: skip

Row = dict[str, str]


def instrument_tables(path: Path, utc_offset: float = 0.0, *, add_declination: bool = False) -> dict[str, list[dict[str, Any]]]:
    """Return the tables ``[[calibrate.sonic]]``, ``[[calibrate.gas_analyser]]`` and ``[[calibrate.site]]`` of a station.

    Parameters
    ----------
    path
        The ECMD table, comma separated.
    utc_offset
        Hours that the dates in it are ahead of UTC: the station's standard time.
    add_declination
        Whether the anemometer was aligned by a compass, so that its offset counts from magnetic north.

    Returns
    -------
    dict
        ``sonic``, ``gas_analyser`` and ``site`` → tables, each valid from the first row that states it to the next that states another.

    Raises
    ------
    InputError
        For a table that cannot be read, lacks a column, or holds a value that cannot be.
    """
    rows = _rows(path)
    parts: dict[str, Callable[[Path, Row], dict[str, Any]]] = {
        "sonic": lambda file, row: _sonic(file, row, add_declination=add_declination),
        "gas_analyser": _analyser,
        "site": lambda file, row: {"canopy_height": _needed(file, row, "CANOPY_HEIGHT")},
    }
    return {name: _in_time([(_start(path, row, utc_offset), make(path, row)) for row in rows]) for name, make in parts.items()}


def reader_options(path: Path) -> dict[str, Any]:
    """Return the options of the reader ``icos-ec-csv`` that the last row of an ECMD table states.

    Raises
    ------
    InputError
        As :func:`instrument_tables`.
    """
    row = _rows(path)[-1]
    options: dict[str, Any] = {"frequency": _needed(path, row, "ACQUISITION_FREQUENCY")}
    minutes = _number(path, row, "FILE_DURATION")
    if minutes is not None:
        options["file_duration"] = f"{minutes:g} min"
    stamp = _text(row, "EXTERNAL_TIMESTAMP").lower()
    if stamp in {"start", "end"}:
        options["file_time"] = stamp
    if _text(row, "SEPARATOR") in {"comma", "semicolon", "tab"}:
        options["separator"] = _text(row, "SEPARATOR")
    lines = _number(path, row, "NROW_HEADER")
    if lines is not None:
        options["header_lines"] = int(lines)
    missing = row.get("MISSING_DATA_STRING", "").strip()
    options |= {"missing_values": [missing]} if missing else {}
    columns = {
        header: {"variable": _VARIABLES[header], "unit": _text(row, key)}
        for key, headers in _UNITS.items()
        for header in headers
        if _text(row, key)
    }
    for gas in ("CO2", "H2O"):
        measure, unit = _text(row, f"{gas}_measure_type"), _text(row, f"{gas}_UNITS")
        if measure and unit:
            options[gas.lower()] = measure
            columns[gas] = {"variable": f"{gas.lower()}_{measure}", "unit": unit}
    model = _text(row, "GA_MODEL").lower()
    options |= {"analyser": "li7500"} if "7500" in model else {}
    return options | {"columns": columns}


def _rows(path: Path) -> list[Row]:
    """Return the rows in order of the date from which they hold; of two with the same date the one entered last."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(path.name, f"cannot be opened: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(path.name, "is no text in UTF-8") from error
    reader = csv.DictReader(io.StringIO(text))
    names = list(reader.fieldnames or ())
    missing = next((name for name in _REQUIRED if name not in names), None)
    if missing is not None:
        raise InputError(path.name, f"no ECMD table: it has no column {missing!r}{hint(missing, names)}", 1)
    try:
        rows = [{str(key): value or "" for key, value in row.items() if isinstance(value, str)} for row in reader]
    except csv.Error as error:
        raise InputError(path.name, f"cannot be read as comma-separated values: {error}", reader.line_num) from error
    if not rows:
        raise InputError(path.name, "no ECMD table: it has no row")
    rows.sort(key=lambda row: (_start(path, row, 0.0), _text(row, "DATE_OF_VARIATION_DB")))
    return list({_start(path, row, 0.0): row for row in rows}.values())


def _in_time(states: Sequence[tuple[datetime, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return one table for each run of equal states, with the time in which it holds; the last one is open."""
    changes: list[tuple[datetime, dict[str, Any]]] = []
    for start, state in states:
        if not changes or changes[-1][1] != state:
            changes.append((start, state))
    ends = [start for start, _ in changes[1:]]
    tables = []
    for number, (start, state) in enumerate(changes):
        if state:
            valid = {"valid_from": start} | ({"valid_to": ends[number]} if number < len(ends) else {})
            tables.append(valid | state)
    return tables


def _sonic(path: Path, row: Row, *, add_declination: bool) -> dict[str, Any]:
    north = (_number(path, row, "SA_NORTH_OFFSET") or 0.0) + ((_number(path, row, "SA_NORTH_MAGDEC") or 0.0) if add_declination else 0.0)
    table: dict[str, Any] = {
        "model": _model(row, "SA"),
        "height": _needed(path, row, "SA_HEIGHT"),
        "frequency": _needed(path, row, "ACQUISITION_FREQUENCY"),
        "north_offset": round(north, _DECIMALS),
    }
    wind_format, alignment = _text(row, "SA_WIND_DATA_FORMAT").lower(), _text(row, "SA_NORTH_ALIGNEMENT").lower()
    table |= {"wind_format": wind_format} if wind_format in {"polar", "axis"} else {}
    table |= {"wind_reference": alignment} if alignment in {"spar", "axis"} else {}
    return table | ({"firmware": _text(row, "SA_SW_VERSION")} if _text(row, "SA_SW_VERSION") else {})


def _analyser(path: Path, row: Row) -> dict[str, Any]:
    if not _text(row, "GA_MODEL"):
        return {}
    table: dict[str, Any] = {
        "model": _model(row, "GA"),
        "gases": [gas for gas in ("co2", "h2o") if _text(row, f"{gas.upper()}_measure_type")] or ["co2", "h2o"],
    }
    for name in ("northward", "eastward", "vertical"):
        column = f"GA_{name.upper()}_SEPARATION"
        metres = _number(path, row, column)
        if metres is not None and abs(metres) > _MOST_SEPARATION:
            raise InputError(path.name, f"{column} = {metres:g}: expected metres, at most {_MOST_SEPARATION:g}; is it in centimetres?")
        table |= {f"{name}_separation": metres} if metres is not None else {}
    if _text(row, "GA_PATH").lower() != "open":
        factors = {
            "tube_length": ("GA_TUBE_LENGTH", 100.0),
            "tube_diameter": ("GA_TUBE_DIAMETER", 1000.0),
            "flow_rate": ("GA_FLOWRATE", 1.0),
        }
        for name, (column, per_unit) in factors.items():
            value = _number(path, row, column)
            table |= {name: round(value / per_unit, _DECIMALS)} if value is not None else {}
    path_kind = _text(row, "GA_PATH").lower()
    return table | ({"path": path_kind} if path_kind in {"open", "closed"} else {})


def _model(row: Row, kind: str) -> str:
    """Return ``gill-hs-50`` for ``gill``, ``hs_50_1``: the last number says only which of several instruments it is."""
    words = [word for word in _text(row, f"{kind}_MODEL").lower().split("_") if word]
    words = words[:-1] if len(words) > 1 and words[-1].isdigit() and len(words[-1]) == 1 else words
    return "-".join([*filter(None, [_text(row, f"{kind}_MANUFACTURER").lower()]), *words])


def _text(row: Mapping[str, str], column: str) -> str:
    text = row.get(column, "").strip()
    return "" if text.upper() in _ABSENT else text


def _number(path: Path, row: Row, column: str) -> float | None:
    text = _text(row, column)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(path.name, f"{column}: {text!r} is no number") from None


def _needed(path: Path, row: Row, column: str) -> float:
    value = _number(path, row, column)
    if value is None:
        raise InputError(path.name, f"{column} has no value in the row of {_text(row, 'DATE_OF_VARIATION_EF')}")
    return value


def _start(path: Path, row: Row, utc_offset: float) -> datetime:
    text = _text(row, "DATE_OF_VARIATION_EF")
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M"}.get(len(text)) if text.isdigit() else None
    try:
        moment = datetime.strptime(text, form).replace(tzinfo=UTC) - timedelta(hours=utc_offset) if form is not None else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise InputError(path.name, f"DATE_OF_VARIATION_EF: {text!r} is no date; expected YYYYMMDD or YYYYMMDDhhmm")
    return moment
