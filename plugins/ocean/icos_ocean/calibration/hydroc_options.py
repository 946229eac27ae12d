"""Options of the calibrator `hydroc`, with the reason for every default."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, Versioned, overlaps
from icos_ocean.calibration.partial_pressure_options import PartialPressureOptions, PartialPressureUncertainties
from icos_ocean.calibration.underway_options import (  # pydantic evaluates annotations
    NotNegative,  # noqa: TC001
    NotNegativeDuration,  # noqa: TC001
    PositiveDuration,  # noqa: TC001
    Word,  # noqa: TC001
)
from icos_ocean.hydroc_signal import Polynomial

if TYPE_CHECKING:
    from typing import Self

__all__ = ["HydroCCalibration", "HydroCCalibratorOptions", "HydroCUncertainties", "Sheet"]

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Sheet(Options):
    """What one calibration at the maker's found: coefficients, and when in the life of the sensor that was."""

    k0: Finite = Field(default=0.0, description="coefficient of the polynomial; 0 in that of Fietzek et al.")
    k1: Finite = Field(description="coefficient of the polynomial")
    k2: Finite = Field(description="coefficient of the polynomial")
    k3: Finite = Field(default=0.0, description="coefficient of the polynomial")
    runtime: NotNegative | None = Field(
        default=None, description="hours that the sensor had been running, in s as the instrument logs them"
    )
    date: Moment | None = Field(default=None, description="when it was calibrated (UTC)")
    zero_ratio: Positive | None = Field(default=None, description="ratio of the signals in gas without CO2 at that calibration")

    @property
    def polynomial(self) -> Polynomial:
        """The coefficients."""
        return Polynomial(self.k0, self.k1, self.k2, self.k3)


class HydroCCalibration(Versioned):
    """One ``[[calibrate.calibrations]]``: the calibrations before and after a deployment, and the time for which they hold."""

    scale_factor: Positive = Field(description="F of the sheet, which scales the processed signal that the polynomial takes")
    before: Sheet = Field(description="calibration before the deployment")
    after: Sheet | None = Field(default=None, description="calibration after the deployment, with the same F")
    zero_ratio: Positive | None = Field(
        default=None, description="ratio of the signals in gas without CO2, used with zero = stated and where there is no reading of zero"
    )
    density: Literal["result", "signal"] = Field(
        default="result",
        description="what (1013.25 hPa/p)(T/273.15 K) multiplies: the result of the polynomial (Fietzek et al.) or the signal before it",
    )


class HydroCUncertainties(PartialPressureUncertainties):
    """``uncertainty``: standard uncertainties (k = 1). Those of the instrument are assumptions, to be replaced by whoever knows better."""

    signal: NotNegative = Field(
        default=3.3e-5,
        description="noise of the ratio of the signals of a single row, relative; that of readings of zero of one instrument",
    )
    zero_drift: NotNegative = Field(
        default=2e-5, description="what the drift of the zero signal gathers in one hour, relative, h^-½; about that of two instruments"
    )
    stated_zero: NotNegative = Field(default=0.005, description="of a zero signal that is stated, not measured, relative; an assumption")
    calibration: NotNegative = Field(default=1.0, description="of the calibration, µmol mol⁻¹, common to a deployment; unverified")
    calibration_relative: NotNegative = Field(
        default=0.0058, description="of the calibration, relative; the ±1 % that makers state divided by √3; unverified"
    )
    drift_share: NotNegative = Field(
        default=0.2,
        description=(
            "how far, midway between the calibrations before and after, the share of their change that has happened is from what "
            "interpolation says; an assumption"
        ),
    )
    without_after: NotNegative = Field(
        default=0.01, description="change of the calibration where there is none after the deployment, relative; an assumption"
    )
    cell_pressure: NotNegative = Field(default=1.0, description="hPa, of the pressure in the optical cell; an assumption")
    membrane_pressure: NotNegative = Field(default=1.0, description="hPa, of the pressure behind the membrane; an assumption")
    gas_temperature: NotNegative = Field(default=0.2, description="°C, of the gas in the optical cell; an assumption")
    response_time: NotNegativeDuration = Field(default=timedelta(seconds=5), description="of the response time, where it is corrected for")


class HydroCCalibratorOptions(PartialPressureOptions):
    """How fCO2 is computed from the signals of a HydroC."""

    calibrations: tuple[HydroCCalibration, ...] = Field(min_length=1, description="calibrations of the sensor, each for its deployment")
    between_calibrations: Literal["runtime", "time", "zero-signal"] = Field(
        default="runtime",
        description="what the coefficients before and after are interpolated in: runtime, date or zero_ratio must then stand with both",
    )
    after_calibration: Literal["required", "not-required"] = Field(
        default="required", description="required: without a calibration after the deployment values are kept, but questionable"
    )

    zero: Literal["interpolate", "regression", "stated"] = Field(
        default="interpolate",
        description="the zero signal between zeroings: interpolated; straight lines through a deployment; zero_ratio of the calibration",
    )
    zero_breakpoints: tuple[Moment, ...] = Field(
        default=(), description="times at which a new straight line begins, with zero = regression"
    )
    zero_stream: Word | None = Field(
        default=None, description="another stream that has the readings of zero: FerryBox logs of zeroings, one reading per second"
    )
    drift_coordinate: Literal["runtime", "time"] = Field(
        default="runtime", description="what zero signals are interpolated in; time also where an instrument logs no runtime"
    )
    zero_settling: NotNegativeDuration = Field(
        default=timedelta(seconds=30),
        description="readings of zero are not used until this long after the first row that is not of water; by the sample's zeroings",
    )
    zero_interval_limit: PositiveDuration = Field(
        default=timedelta(days=2), description="zeros further apart than this make the values between them questionable"
    )

    response_time: PositiveDuration | None = Field(
        default=None, description="response time of the membrane (63 %); for settling and for the correction"
    )
    settling: NotNegative = Field(
        default=3.0, description="so many response times after the return to water are kept but not used; more where flush_after is longer"
    )
    response_correction: bool = Field(
        default=False, description="whether pCO2 is corrected for the response time (Miloshevich et al. 2004)"
    )
    response_smoothing: NotNegativeDuration = Field(
        default=timedelta(0), description="window of a running mean over the corrected values, whose noise the correction amplifies"
    )

    reported_signal_scale: Positive = Field(
        default=1.0, description="signal that the instrument reports over that of the sheet, to compare the two: 0.1 for one firmware"
    )
    uncertainty: HydroCUncertainties = Field(default_factory=HydroCUncertainties, description="standard uncertainties of the inputs")

    @model_validator(mode="after")
    def _one_calibration_at_a_time(self) -> Self:
        for _ in overlaps(self.calibrations, key=lambda _: None):
            raise ValueError("calibrations: two are valid at the same time; set valid_from and valid_to")
        return self

    @model_validator(mode="after")
    def _places_are_stated(self) -> Self:
        place = {"runtime": "runtime", "time": "date", "zero-signal": "zero_ratio"}[self.between_calibrations]
        for number, each in enumerate(self.calibrations, start=1):
            if each.after is None:
                continue
            ends = [getattr(sheet, place) for sheet in (each.before, each.after)]
            if None in ends:
                raise ValueError(
                    f"calibrations {number}: between_calibrations = {self.between_calibrations!r} needs {place} before and after"
                )
            if ends[0] == ends[1] or (place != "zero_ratio" and ends[0] > ends[1]):
                raise ValueError(f"calibrations {number}: {place} after must be beyond that before")
        if self.zero == "stated" and any(each.zero_ratio is None for each in self.calibrations):
            raise ValueError("calibrations: zero = 'stated' needs zero_ratio")
        if self.zero_breakpoints and self.zero != "regression":
            raise ValueError("zero_breakpoints: only with zero = 'regression'")
        return self

    @model_validator(mode="after")
    def _response_is_stated(self) -> Self:
        if self.response_correction and self.response_time is None:
            raise ValueError("response_correction: needs response_time")
        if self.response_smoothing and not self.response_correction:
            raise ValueError("response_smoothing: only with response_correction")
        return self

    @property
    def flushing(self) -> float:
        """How long after the return to water values are not used, s."""
        settled = self.settling * self.response_time.total_seconds() if self.response_time is not None else 0.0
        return max(settled, self.flush_after.total_seconds())
