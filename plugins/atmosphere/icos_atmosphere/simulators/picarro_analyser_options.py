"""Options of the simulated analyser: model, response and how it drifts, noise, transients, what goes wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

__all__ = ["AnalyserSimulation", "GasResponse"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
PerDay = Annotated[float, Field(ge=0, le=1000)]


class GasResponse(Options):
    """How the analyser reads one gas: true = slope · reading + intercept, in µmol mol⁻¹ for CO2 and nmol mol⁻¹ for the others.

    Changes of the offset are those at the gas's `pivot`, around which changes of the slope turn.
    """

    pivot: Finite = Field(description="mole fraction around which the slope turns")
    slope: Annotated[float, Field(ge=0.5, le=2)] = Field(default=1.0, description="slope at the start")
    intercept: Finite = Field(default=0.0, description="intercept at the start")
    slope_drift: Finite = Field(default=0.0, description="steady change of the slope, d⁻¹")
    offset_drift: Finite = Field(default=0.0, description="steady change of the offset, per day")
    slope_walk: NotNegative = Field(default=0.0, description="random walk of the slope: what it gathers in a day, d^-½")
    offset_walk: NotNegative = Field(default=0.0, description="random walk of the offset: what it gathers in a day")
    offset_wander: NotNegative = Field(default=0.0, description="standard deviation of changes of the offset over hours")
    noise: NotNegative = Field(default=0.0, description="standard deviation of one fresh reading")
    regulator: NotNegative = Field(
        default=0.0, description="how far off the gas of a cylinder is at the start of an injection, drawn evenly from minus to plus this"
    )
    pressure_sensitivity: Finite = Field(default=0.0, description="change of the reading per torr of cavity pressure")
    assigned_uncertainty: NotNegative = Field(
        default=0.0, description="standard uncertainty of the assigned values: the true value of each cylinder is drawn with it"
    )
    scale_uncertainty: NotNegative = Field(
        default=0.0, description="standard uncertainty that all cylinders share: one error is drawn for all of them"
    )
    a_deviation: Finite = Field(
        default=0.0, description="water correction of this analyser minus that of the description: coefficient of h"
    )
    b_deviation: Finite = Field(default=0.0, description="the same, coefficient of h²")


class AnalyserSimulation(Options):
    """A Picarro analyser."""

    model: Literal["G2401", "G2301", "G5310"] = Field(
        default="G2401", description="model; order and timing of the spectra of G2401 and the whole file of G5310 are unverified"
    )
    columns: Literal["full", "minimal"] = Field(default="full", description="full, or without cavity, valve and laser (minimal)")
    host: str = Field(
        default="", pattern=r"^([A-Za-z0-9]+)?$", description="host id at the start of file names; default: one as the model has it"
    )
    atc_id: int | None = Field(default=999, ge=0, description="identifier at the Atmosphere Thematic Centre, for the description")
    valve: Literal["mpv_position", "solenoid_valves"] = Field(default="mpv_position", description="column that shows the open port")
    valve_reading: Literal["number", "mask"] = Field(default="number", description="number of the port, or one bit per valve")
    row_stretch: Annotated[float, Field(ge=1, le=60)] = Field(
        default=1.0, description="rows come so many times slower than a real analyser's: for tests that need many stations"
    )

    co2: GasResponse = Field(
        default=GasResponse(
            pivot=415.0,
            slope=1.0041,
            intercept=0.05,
            slope_drift=4e-6,
            offset_drift=0.002,
            slope_walk=2e-6,
            offset_walk=0.006,
            offset_wander=0.01,
            noise=0.03,
            regulator=0.1,
            pressure_sensitivity=-0.471,
            assigned_uncertainty=0.015,
        ),
        description="CO2, µmol mol⁻¹",
    )
    ch4: GasResponse = Field(
        default=GasResponse(
            pivot=2000.0,
            slope=1.0012,
            intercept=0.4,
            slope_drift=-3e-6,
            offset_drift=0.02,
            slope_walk=2e-6,
            offset_walk=0.06,
            offset_wander=0.08,
            noise=0.25,
            regulator=0.5,
            pressure_sensitivity=-8.09,
            assigned_uncertainty=0.3,
        ),
        description="CH4, nmol mol⁻¹",
    )
    co: GasResponse = Field(
        default=GasResponse(
            pivot=150.0,
            slope=0.986,
            intercept=3.2,
            slope_drift=1e-5,
            offset_drift=-0.02,
            slope_walk=2e-5,
            offset_walk=0.1,
            offset_wander=0.15,
            noise=3.5,
            regulator=0.3,
            assigned_uncertainty=0.5,
        ),
        description="CO, nmol mol⁻¹",
    )
    n2o: GasResponse = Field(
        default=GasResponse(
            pivot=335.0,
            slope=1.002,
            intercept=-0.2,
            offset_drift=0.003,
            offset_walk=0.01,
            offset_wander=0.015,
            noise=0.06,
            regulator=0.03,
            assigned_uncertainty=0.05,
        ),
        description="N2O, nmol mol⁻¹",
    )
    wander_time: Duration = Field(
        default=timedelta(hours=4), ge=timedelta(minutes=10), le=timedelta(days=3), description="correlation time of the changes over hours"
    )
    flush_time: Duration = Field(
        default=timedelta(seconds=20),
        gt=timedelta(0),
        le=timedelta(minutes=10),
        description="time constant with which the gas before a switch is flushed",
    )
    water_flush_time: Duration = Field(
        default=timedelta(seconds=45), gt=timedelta(0), le=timedelta(minutes=10), description="the same of water vapour"
    )
    regulator_time: Duration = Field(
        default=timedelta(minutes=3), gt=timedelta(0), description="time constant with which the gas of a cylinder settles"
    )
    conditioning: Annotated[float, Field(ge=1, le=20)] = Field(
        default=3.0, description="how much further off it is in the first cycle of a sequence, when regulators have stood idle"
    )
    humidity_noise: NotNegative = Field(default=0.0006, description="standard deviation of one reading of water vapour, %")
    cylinder_humidity: NotNegative = Field(default=0.003, description="water vapour of cylinders, %")
    clean_switches: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.25, description="fraction of switches of the valve without a row of a fractional position"
    )
    pressure_excursions: PerDay = Field(default=0.3, description="times per day that cavity pressure leaves its range, for minutes")
    temperature_excursions: PerDay = Field(default=0.05, description="times per day that cavity temperature leaves its range")
    status_faults: PerDay = Field(default=0.1, description="times per day that the status word is not 963, for minutes")
