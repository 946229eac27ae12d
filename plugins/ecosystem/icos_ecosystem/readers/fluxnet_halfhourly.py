"""Reader of half-hourly and hourly tables of FLUXNET: the product FULLSET, and any table with its names, units and time stamps."""

from __future__ import annotations

from icos_core.components import Reader
from icos_ecosystem.readers.fluxnet_table import MEMBERS, FluxnetFormat
from icos_ecosystem.readers.half_hourly_guess import guess_fluxnet
from icos_ecosystem.readers.half_hourly_options import NamedColumnsOptions
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS

__all__ = ["READER"]

_FORMAT = FluxnetFormat(words=TABLE_WORDS, member=MEMBERS["fluxnet"])


READER = Reader(
    name="fluxnet-halfhourly",
    summary="half-hourly and hourly tables of FLUXNET",
    options=NamedColumnsOptions,
    read=_FORMAT.read,
    span=_FORMAT.span,
    provides=_FORMAT.provides,
    guess=guess_fluxnet,
)
