"""Reader of the product BASE of AmeriFlux: comments, one header row, names with qualifiers."""

from __future__ import annotations

from icos_core.components import Reader
from icos_ecosystem.readers.fluxnet_table import MEMBERS, FluxnetFormat
from icos_ecosystem.readers.half_hourly_guess import guess_ameriflux
from icos_ecosystem.readers.half_hourly_options import NamedColumnsOptions
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS

__all__ = ["READER"]

_FORMAT = FluxnetFormat(words=TABLE_WORDS, member=MEMBERS["ameriflux"])


READER = Reader(
    name="ameriflux-base",
    summary="half-hourly and hourly BASE tables of AmeriFlux",
    options=NamedColumnsOptions,
    read=_FORMAT.read,
    span=_FORMAT.span,
    provides=_FORMAT.provides,
    guess=guess_ameriflux,
)
