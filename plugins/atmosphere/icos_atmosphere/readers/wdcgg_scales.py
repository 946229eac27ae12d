"""Which scale and instrument the numbers in rows of a file of the World Data Centre for Greenhouse Gases stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.scales import UNKNOWN, normalised_scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.readers.wdcgg_header import Header
    from icos_atmosphere.readers.wdcgg_table import BlankTable

__all__ = ["instruments_of", "scales_of"]

_MOST = 200


def _listed(header: Header, what: str) -> dict[int, str]:
    """Return number → name of the entries ``<what>_1``, ``<what>_2`` …; the number is ``<what>_1_code`` where that is there."""
    found = {}
    for position in range(1, _MOST):
        name = header.first(f"{what}_{position}_name", f"{what}_{position}")
        code = header.first(f"{what}_{position}_code") or str(position)
        if not name:
            break
        if code.isascii() and code.isdigit() and len(code) < 10:
            found[int(code)] = name
    return found


def instruments_of(header: Header) -> dict[int, str] | None:
    """Return number → what it is of the instruments that the header lists; None where it lists none."""
    found = {}
    for position, (number, name) in enumerate(_listed(header, "instrument").items(), start=1):
        method = header.first(f"instrument_{position}_measurement_method_name")
        found[number] = f"{method}, {name}" if method and method != "Unknown" and method not in name else name
    return found or None


def scales_of(header: Header, table: BlankTable, instrument: NDArray[np.generic] | None, gas: str) -> tuple[str, str]:
    """Return the scale of the values, and that of each instrument where they differ.

    Several scales in one file are given one after the other, so that they are the same as no single one.
    """
    names = {code: normalised_scale(name, gas) for code, name in _listed(header, "scale").items()}
    alone = header.first("MEASUREMENT SCALE") or (next(iter(names.values())) if len(names) == 1 else "")
    if "scale" not in table:
        return alone, ""
    codes = table.numbers("scale")
    codes = np.where(np.isnan(codes), -9, codes)
    used, first = np.unique(codes, return_index=True)
    used = used[np.argsort(first)]
    found = {code: names.get(int(code), alone if code < 0 else "") or UNKNOWN for code in used.tolist()}
    distinct = list(dict.fromkeys(found.values()))
    if len(distinct) < 2:
        return (distinct[0] if distinct else alone), ""
    return "; ".join(distinct), _by_instrument(instrument, codes, found)


def _by_instrument(instrument: NDArray[np.generic] | None, codes: NDArray[np.float64], names: dict[float, str]) -> str:
    if instrument is None:
        return ""
    parts = []
    for number in dict.fromkeys(instrument.tolist()):
        of_it = list(dict.fromkeys(names[code] for code in codes[instrument == number].tolist()))
        parts.append(f"{number}: {', '.join(of_it)}")
    return "; ".join(parts)
