"""Instruments of the simulated tower, as its description has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.calibration.station_tables import GasAnalyser, LagLimits, Sonic

if TYPE_CHECKING:
    from icos_ecosystem.calibration.station_tables import GasName
    from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation

__all__ = ["analyser_of", "analysers_of", "sonic_of"]

_LAG_MARGIN = 1.0
"""Of the window around the true lag in which it is sought [s]."""


def sonic_of(options: EddyCovarianceSimulation) -> Sonic:
    """Return the table of the anemometer."""
    return Sonic(model="gill-hs-50", height=options.height, frequency=options.frequency)


def analyser_of(options: EddyCovarianceSimulation, gas: str) -> GasAnalyser:
    """Return the table of the analyser of a gas."""
    return next(each for each in analysers_of(options) if gas in each.gases)


def analysers_of(options: EddyCovarianceSimulation) -> tuple[GasAnalyser, ...]:
    """Return the tables of the analysers."""
    main = {"gases": ("co2", "h2o"), "time_constant": options.time_constant, "lags": _lags(options, ("co2", "h2o"))}
    if options.path == "open":
        first = GasAnalyser(model="licor-li7500", northward_separation=0.0, eastward_separation=0.2, **main)
    else:
        first = GasAnalyser(
            model="licor-li7200",
            eastward_separation=0.1,
            vertical_separation=-0.1,
            tube_length=0.711,
            tube_diameter=0.00533,
            flow_rate=15.0,
            **main,
        )
    tables = [first]
    if options.laser:
        tables.append(_laser(options))
    if options.open_methane:
        methane = {"gases": ("ch4",), "time_constant": options.time_constant, "lags": _lags(options, ("ch4",))}
        tables.append(GasAnalyser(model="licor-li7700", northward_separation=0.3, **methane))
    return tuple(tables)


def _laser(options: EddyCovarianceSimulation) -> GasAnalyser:
    gases: tuple[GasName, ...] = ("n2o",) if options.open_methane else ("ch4", "n2o")
    return GasAnalyser(
        model="other",
        path="closed",
        gases=gases,
        eastward_separation=0.15,
        tube_length=10.0,
        tube_diameter=0.0064,
        flow_rate=20.0,
        vertical_path=0.2,
        horizontal_path=0.05,
        time_constant=options.time_constant,
        lags=_lags(options, gases),
    )


def _lags(options: EddyCovarianceSimulation, gases: tuple[GasName, ...]) -> dict[GasName, LagLimits]:
    found: dict[GasName, LagLimits] = {}
    for gas in gases:
        lag = options.lag_of(gas)
        found[gas] = LagLimits(nominal=lag, minimum=lag - _LAG_MARGIN, maximum=lag + _LAG_MARGIN)
    return found
