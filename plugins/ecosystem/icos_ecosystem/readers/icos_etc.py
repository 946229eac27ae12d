"""Reader of tables of the ICOS Ecosystem Thematic Centre: FLUXNET, FLUXES and METEO of its archives, and FLUXES as this suite writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from icos_core.components import Reader
from icos_core.exceptions import InputError
from icos_ecosystem.readers.fluxnet_table import MEMBERS, FluxnetFormat
from icos_ecosystem.readers.half_hourly_guess import guess_icos_etc
from icos_ecosystem.readers.half_hourly_options import NamedColumnsOptions
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS
from icos_ecosystem.vocabulary.measured import METEO_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_core.components import Context, ReadResult, Span, Variable

__all__ = ["READER", "IcosEtcOptions", "provides", "read", "span"]

_PRODUCTS = ("fluxnet", "fluxes", "meteo")
_FORMATS = {
    product: FluxnetFormat(words=TABLE_WORDS, member=MEMBERS[f"icos-{product}"], stream=METEO_STREAM if product == "meteo" else FLUX_STREAM)
    for product in _PRODUCTS
}


class IcosEtcOptions(NamedColumnsOptions):
    """What is read of the thematic centre's files."""

    product: Literal["fluxnet", "fluxes", "meteo"] = Field(
        default="fluxnet", description="which table: of an archive it is taken out; meteo makes the stream meteo, the others make fluxes"
    )


def read(path: Path, options: IcosEtcOptions, context: Context) -> ReadResult:
    """Read one file.

    Parameters
    ----------
    path
        The table, as it is or packed with gzip or zip, or the archive of a station.
    options
        Which table, and what is declared of it.
    context
        Its station's `utc_offset` is the clock of the time stamps.

    Returns
    -------
    ReadResult
        Stream ``fluxes``, of the product METEO ``meteo``; `time` is the start of each interval.

    Raises
    ------
    InputError
        For a file that is no such table, or is named as another one than the product that is stated.
    """
    _check_name(path, options)
    return _FORMATS[options.product].read(path, options, context)


def span(path: Path, options: IcosEtcOptions, context: Context) -> Span:
    """Return the time from the earliest to the latest row, ``NaT`` where there is none; raises as :func:`read`."""
    _check_name(path, options)
    return _FORMATS[options.product].span(path, options, context)


def provides(options: IcosEtcOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a table may have."""
    return _FORMATS[options.product].provides(options)


def _check_name(path: Path, options: IcosEtcOptions) -> None:
    """Raise :class:`InputError` for a table that is named as another product: its rows would go into the wrong stream."""
    named = next((product for product in _PRODUCTS if re.fullmatch(MEMBERS[f"icos-{product}"], path.name)), options.product)
    if named != options.product:
        raise InputError(path.name, f"is named as product {named!r}, and product = {options.product!r} is stated")


READER = Reader(
    name="icos-etc",
    summary="tables FLUXNET, FLUXES and METEO of the Ecosystem Thematic Centre",
    options=IcosEtcOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess_icos_etc,
)
