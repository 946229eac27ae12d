"""What this package adds to the suite. Listing is cheap: nothing is imported before it is used."""

from collections.abc import Sequence

from icos_core import Entry, hookimpl


@hookimpl
def icos_readers() -> Sequence[Entry]:
    """List the instruments."""
    return [
        Entry(
            kind="reader",
            name="acme-aquaflux-100",
            summary="Acme AquaFlux 100 pCO2 system, AF100_*.txt",
            load="icos_acme_pco2.aquaflux:READER",
        )
    ]


@hookimpl
def icos_simulators() -> Sequence[Entry]:
    """List the simulators."""
    return [
        Entry(
            kind="simulator",
            name="acme-aquaflux-100",
            summary="AquaFlux 100 files of a short cruise with a drifting analyser",
            load="icos_acme_pco2.simulator:SIMULATOR",
        )
    ]
