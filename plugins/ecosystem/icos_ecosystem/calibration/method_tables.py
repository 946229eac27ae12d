"""Tables of methods: how raw data are treated, wind is rotated, lags are found, fluxes are corrected."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, Versioned
from icos_ecosystem.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations

__all__ = [
    "AbsoluteLimits",
    "Assessment",
    "Density",
    "Detrending",
    "DetrendingName",
    "Ensemble",
    "Footprint",
    "PlanarFitSector",
    "Quality",
    "RandomUncertainty",
    "RawTreatment",
    "Rotation",
    "RotationName",
    "Scheme",
    "Spectra",
    "SpectralCorrection",
    "Storage",
    "TimeLag",
]

DetrendingName = Literal["block", "linear", "running-mean", "exponential"]
RotationName = Literal["none", "double", "triple", "planar-fit", "planar-fit-no-bias"]
_Limits = tuple[float, float]


class AbsoluteLimits(Options):
    """Values outside are taken as missing."""

    u: _Limits = Field(default=(-30.0, 30.0), description="m s-1")
    v: _Limits = Field(default=(-30.0, 30.0), description="m s-1")
    w: _Limits = Field(default=(-5.0, 5.0), description="m s-1")
    ts: _Limits = Field(default=(233.15, 323.15), description="sonic temperature, K")
    co2: _Limits = Field(default=(200.0, 900.0), description="µmol mol-1")
    h2o: _Limits = Field(default=(0.0, 40.0), description="mmol mol-1")
    ch4: _Limits = Field(default=(0.17, 1000.0), description="µmol mol-1")
    n2o: _Limits = Field(default=(0.032, 1000.0), description="µmol mol-1")


class RawTreatment(Options):
    """``[calibrate.raw]``: what is done to raw data before statistics are made of them."""

    despiking: Literal["none", "vickers-mahrt", "mauder"] = Field(default="vickers-mahrt", description="how spikes are found and replaced")
    spike_thresholds: dict[str, float] = Field(
        default_factory=dict,
        description="Vickers and Mahrt's thresholds in standard deviations by variable; default w 5, ch4 and n2o 8, others 3.5",
    )
    mauder_threshold: float = Field(default=7.0, gt=0, description="Mauder's threshold in scaled median absolute deviations")
    limits: bool = Field(default=True, description="whether values outside absolute limits are taken as missing")
    absolute_limits: AbsoluteLimits = Field(default_factory=AbsoluteLimits, description="the limits")
    diagnostics: bool = Field(default=True, description="whether rows that the instruments declare bad are taken as missing")
    cross_wind: bool = Field(default=False, description="whether sonic temperature is corrected for cross wind after Liu et al. 2001")
    angle_of_attack: Literal["none", "nakai-2006", "nakai-2012"] = Field(
        default="none", description="correction of a Gill anemometer's wind"
    )
    w_boost: bool = Field(default=True, description="whether the vertical wind of WindMasters with firmware 2329.x below 700 is corrected")
    maximum_missing: float = Field(
        default=10.0, ge=0, le=100, description="percentage of missing rows from which a half hour has no fluxes"
    )
    point_by_point: bool = Field(
        default=True,
        description="whether what a closed-path analyser measures is converted to a mixing ratio row by row, where water vapour is there",
    )
    despike_after_rotation: bool = Field(
        default=False, description="whether spikes are found in the wind after double rotation; half hours are read again for it"
    )


class Detrending(Options):
    """``[calibrate.detrending]``."""

    method: DetrendingName = Field(default="block", description="how the mean state is taken off")
    time_constant: Duration = Field(
        default=timedelta(seconds=250), gt=timedelta(0), description="of the running mean and the exponential filter"
    )


class PlanarFitSector(Versioned):
    """One ``[[calibrate.rotation.planes]]``: a plane that was fitted elsewhere, w = b0 + b1 u + b2 v."""

    sector: tuple[float, float] = Field(description="first and last wind direction in degrees")
    b0: float = Field(description="m s-1")
    b1: float
    b2: float


class Rotation(Options):
    """``[calibrate.rotation]``."""

    method: RotationName = Field(default="double", description="how the wind is brought into the mean flow")
    sectors: Annotated[int, Field(ge=1, le=36)] = Field(default=1, description="number of equal wind sectors of the planar fit")
    first_sector: float = Field(default=0.0, ge=-360, le=360, description="direction in degrees at which the first sector begins")
    minimum_number: int = Field(default=100, ge=3, description="fewest half hours of a sector from which a plane is fitted")
    minimum_wind: float = Field(default=0.5, ge=0, description="half hours with less horizontal wind (m s-1) do not count")
    maximum_wind: float = Field(default=20.0, gt=0, description="half hours with more horizontal wind (m s-1) do not count")
    maximum_vertical_wind: float = Field(default=1.0, gt=0, description="half hours with more vertical wind (m s-1) do not count")
    missing_sector: Literal["clockwise", "counter-clockwise", "double"] = Field(
        default="clockwise",
        description="what a sector without a plane takes: the next plane clockwise or counter-clockwise, or double rotation",
    )
    periods: tuple[Moment, ...] = Field(default=(), description="moments at which a new plane begins, such as after work on the mast")
    planes: tuple[PlanarFitSector, ...] = Field(
        default=(), description="planes that were fitted elsewhere; none: fitted from the run's half hours"
    )
    file: Text | None = Field(default=None, description="a planar_fit file of EddyPro, in place of planes")
    subtract_bias: bool = Field(default=False, description="whether the plane's b0 is taken off the vertical wind")


class TimeLag(Options):
    """``[calibrate.time_lag]``."""

    method: Literal["none", "constant", "maximum", "maximum-with-default", "optimised", "pre-whitened"] = Field(
        default="maximum-with-default", description="how the lag of a gas behind the wind is found"
    )
    humidity_classes: int = Field(default=10, ge=1, le=50, description="classes of relative humidity of the optimised lag of water vapour")
    range_factor: float = Field(default=1.5, gt=0, description="half width of the optimised window in scaled median absolute deviations")
    minimum_co2_flux: float = Field(default=2.0, ge=0, description="least flux (µmol m-2 s-1) of half hours that the optimisation uses")
    minimum_latent_heat: float = Field(default=20.0, ge=0, description="least latent heat flux (W m-2) of half hours that it uses")
    minimum_other_flux: float = Field(default=0.0, ge=0, description="least flux (µmol m-2 s-1) of other gases of half hours that it uses")
    replicates: int = Field(default=99, ge=19, description="bootstrap replicates of pre-whitening")
    maximum_lag: float = Field(default=10.0, gt=0, description="largest lag in seconds that pre-whitening looks at")


class Density(Options):
    """``[calibrate.density]``: corrections for density fluctuations."""

    wpl: bool = Field(
        default=True, description="whether fluxes of gases not measured as mixing ratio are corrected for density fluctuations"
    )
    burba: Literal["none", "simple", "multiple"] = Field(default="none", description="surface heating of a LI-7500 after Burba et al. 2008")


class Assessment(Options):
    """``[calibrate.spectral.assessment]``: low-pass filters found from measured spectra."""

    file: Text | None = Field(default=None, description="a spectral_assessment.txt of EddyPro; default: found from the run's half hours")
    minimum_number: int = Field(default=10, ge=1, description="fewest half hours of a class")
    lowest_frequency: float = Field(default=0.005, gt=0, description="Hz, of the fit")
    highest_frequency: float = Field(default=2.0, gt=0, description="Hz, of the fit")
    noise_frequency: float = Field(default=1.0, ge=0, description="Hz from which noise is fitted and taken off; 0: not")
    cut_off: dict[GasName, float] = Field(
        default_factory=dict, description="cut-off frequencies (Hz) that are stated, of Horst's method too"
    )


class SpectralCorrection(Options):
    """``[calibrate.spectral]``."""

    high_frequency: Literal["none", "moncrieff-1997", "massman-2000", "horst-1997", "ibrom-2007", "fratini-2012"] = Field(
        default="moncrieff-1997", description="correction of what is lost at high frequencies"
    )
    low_frequency: bool = Field(default=True, description="correction of what block, trend and filter take away at low frequencies")
    separation: Literal["none", "cross-vertical", "full"] = Field(
        default="cross-vertical", description="loss by sensor separation beside in-situ methods, after Horst and Lenschow 2009"
    )
    sonic_low_pass: bool = Field(
        default=True, description="whether Fratini's cospectrum is first corrected for the anemometer's own losses"
    )
    minimum_sensible_heat: float = Field(default=20.0, ge=0, description="below it (W m-2) Fratini's method gives way to Ibrom's")
    minimum_latent_heat: float = Field(default=20.0, ge=0, description="below it (W m-2) Fratini's method gives way to Ibrom's")
    minimum_co2_flux: float = Field(default=2.0, ge=0, description="below it (µmol m-2 s-1) Fratini's method gives way to Ibrom's")
    minimum_other_flux: float = Field(default=0.01, ge=0, description="below it (µmol m-2 s-1) Fratini's method gives way to Ibrom's")
    assessment: Assessment = Field(default_factory=Assessment, description="of the methods that use measured spectra")


class Spectra(Options):
    """``[calibrate.spectra]``: spectra and cospectra in the results."""

    binned: bool = Field(default=True, description="whether binned spectra and cospectra are made")
    bins: int = Field(default=50, ge=10, le=500, description="number of bins, of equal width in the logarithm of frequency")
    taper: Literal["none", "bartlett", "welch", "hamming", "hann"] = Field(default="hamming", description="window before the transform")


class RandomUncertainty(Options):
    """``[calibrate.random_uncertainty]``."""

    method: Literal["none", "finkelstein-sims", "mann-lenschow", "mahrt"] = Field(default="finkelstein-sims", description="how it is found")
    integral_time_scale: Literal["first-crossing", "full", "one-over-e"] = Field(
        default="full", description="how far the cross-correlation is integrated: to its first zero, over all lags, to 1/e"
    )
    maximum_lag: float = Field(default=20.0, gt=0, le=60, description="longest lag in seconds")


class Footprint(Options):
    """``[calibrate.footprint]``."""

    model: Literal["none", "kljun-2004", "kljun-2015", "kormann-meixner", "hsieh"] = Field(
        default="kljun-2004", description="footprint model"
    )
    fallback: bool = Field(default=True, description="whether Kormann and Meixner's serves where Kljun's does not hold")


class Quality(Options):
    """``[calibrate.quality]``."""

    scheme: Literal["none", "mauder-foken", "foken", "goeckede"] = Field(
        default="mauder-foken", description="classes of stationarity and integral turbulence: 0 to 2, 1 to 9, or 1 to 5"
    )
    rflux: bool = Field(default=False, description="whether the Centre's statistics of raw data (Vitale et al. 2020) are made")


class Storage(Options):
    """``[calibrate.storage]``: change of what is stored below the instruments, from the concentration at one height."""

    one_point: bool = Field(default=True, description="whether storage is found from two successive half hours")
    previous: Text | None = Field(
        default=None, description="netCDF of stream fluxes of an earlier run, whose last half hour precedes the first"
    )


class Scheme(Options):
    """One ``[[calibrate.ensemble.schemes]]``: a combination of methods; what is not stated is as in the run."""

    name: Text = Field(description="name in results")
    detrending: DetrendingName | None = None
    rotation: RotationName | None = None


class Ensemble(Options):
    """``[calibrate.ensemble]``: several combinations of methods in one pass, the median is the result."""

    schemes: tuple[Scheme, ...] = Field(default=(), description="combinations; empty: none but the run's own")
    centre: bool = Field(
        default=False, description="the four of the Ecosystem Thematic Centre: block and linear, double rotation and planar fit"
    )

    @model_validator(mode="after")
    def _one_or_other(self) -> Ensemble:
        if self.centre and self.schemes:
            raise ValueError("centre = true, as in the preset icos, names the schemes: leave schemes out, or state centre = false")
        names = [each.name for each in self.schemes]
        if len(set(names)) < len(names):
            raise ValueError("names of schemes have to differ")
        return self

    @property
    def combinations(self) -> tuple[Scheme, ...]:
        """The combinations of methods."""
        if not self.centre:
            return self.schemes
        return (
            Scheme(name="block-double", detrending="block", rotation="double"),
            Scheme(name="linear-double", detrending="linear", rotation="double"),
            Scheme(name="block-planar", detrending="block", rotation="planar-fit"),
            Scheme(name="linear-planar", detrending="linear", rotation="planar-fit"),
        )
