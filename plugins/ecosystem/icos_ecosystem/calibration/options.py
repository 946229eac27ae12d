"""Options of the calibrator `eddy-covariance`, with the presets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, overlaps, utc64
from icos_ecosystem.calibration.instruments import analyser_traits, instrument_mistakes, sonic_traits
from icos_ecosystem.calibration.method_tables import (
    Density,
    Detrending,
    Ensemble,
    Footprint,
    Quality,
    RandomUncertainty,
    RawTreatment,
    Rotation,
    Scheme,
    Spectra,
    SpectralCorrection,
    Storage,
    TimeLag,
)
from icos_ecosystem.calibration.station_tables import GasAnalyser, Site, Sonic
from icos_ecosystem.vocabulary.measured import GASES, METEO_STREAM, STREAM

if TYPE_CHECKING:
    from typing import Self

__all__ = ["PRESETS", "EddyCovarianceOptions", "condensing_options"]

PRESETS: dict[str, dict[str, Any]] = {
    "express": {
        "raw": {"despiking": "vickers-mahrt"},
        "detrending": {"method": "block"},
        "rotation": {"method": "double"},
        "time_lag": {"method": "maximum-with-default"},
        "density": {"wpl": True},
        "spectral": {"high_frequency": "moncrieff-1997", "low_frequency": True},
        "random_uncertainty": {"method": "none"},
        "footprint": {"model": "kljun-2004"},
        "quality": {"scheme": "mauder-foken"},
    },
    "icos": {
        "raw": {"despiking": "vickers-mahrt", "maximum_missing": 10.0},
        "detrending": {"method": "block"},
        "rotation": {"method": "planar-fit", "sectors": 4, "minimum_number": 100, "minimum_wind": 0.5, "maximum_vertical_wind": 1.0},
        "time_lag": {"method": "maximum-with-default"},
        "density": {"wpl": True},
        "spectral": {"high_frequency": "fratini-2012", "low_frequency": True, "separation": "cross-vertical", "sonic_low_pass": True},
        "random_uncertainty": {"method": "finkelstein-sims", "integral_time_scale": "full"},
        "footprint": {"model": "kljun-2004"},
        "quality": {"scheme": "mauder-foken", "rflux": True},
        "ensemble": {"centre": True},
    },
    "advanced": {},
}
"""What a preset sets where the station states nothing; `advanced` leaves every table at its own default."""


class EddyCovarianceOptions(Options):
    """From raw rows to half-hourly fluxes."""

    preset: Literal["express", "icos", "advanced"] = Field(
        default="express",
        description="express: a robust set; icos: the setting of the Ecosystem Thematic Centre; advanced: every table's own default",
    )
    eddypro_compatible: bool = Field(
        default=False, description="reproduces peculiarities of EddyPro, raw data as 32-bit numbers among them"
    )
    stream: StreamName = Field(default=STREAM, description="stream of the raw rows")
    meteorology: StreamName = Field(default=METEO_STREAM, description="stream of meteorology, used where it is there")
    averaging_period: Duration = Field(
        default=timedelta(minutes=30), ge=timedelta(minutes=5), le=timedelta(hours=2), description="length of the interval of a flux"
    )
    gases: tuple[str, ...] = Field(default=(), description="gases whose fluxes are made; default: those of the analysers")
    sonic: tuple[Sonic, ...] = Field(min_length=1, description="the anemometer, one table per set-up")
    gas_analyser: tuple[GasAnalyser, ...] = Field(default=(), description="the analysers, one table per set-up")
    site: tuple[Site, ...] = Field(min_length=1, description="the surface around the tower")
    raw: RawTreatment = Field(default_factory=RawTreatment, description="treatment of raw data")
    detrending: Detrending = Field(default_factory=Detrending, description="how the mean state is taken off")
    rotation: Rotation = Field(default_factory=Rotation, description="tilt correction")
    time_lag: TimeLag = Field(default_factory=TimeLag, description="time lags")
    density: Density = Field(default_factory=Density, description="corrections for density fluctuations")
    spectral: SpectralCorrection = Field(default_factory=SpectralCorrection, description="spectral corrections")
    spectra: Spectra = Field(default_factory=Spectra, description="spectra and cospectra")
    random_uncertainty: RandomUncertainty = Field(default_factory=RandomUncertainty, description="random uncertainty")
    footprint: Footprint = Field(default_factory=Footprint, description="footprint")
    quality: Quality = Field(default_factory=Quality, description="quality classes")
    storage: Storage = Field(default_factory=Storage, description="storage below the instruments")
    ensemble: Ensemble = Field(default_factory=Ensemble, description="several combinations of methods at once")

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        preset = PRESETS.get(data.get("preset", "express"), {}) if isinstance(data.get("preset", "express"), str) else {}
        merged = dict(data)
        for name, table in preset.items():
            own = merged.get(name, {})
            # What is no table is told by its own field; a model is complete already.
            merged[name] = {**table, **own} if isinstance(own, dict) else own
        return merged

    @model_validator(mode="after")
    def _tables_go_together(self) -> Self:
        for sonic, _ in overlaps(self.sonic, lambda _each: "sonic"):
            raise ValueError(f"sonic: the table of {sonic.model} is valid together with another one: give them valid_from and valid_to")
        for left, right in overlaps(self.gas_analyser, lambda _each: "analyser"):
            shared = sorted({*left.gases} & {*right.gases})
            if shared:
                raise ValueError(f"gas_analyser: {shared[0]} is taken from {left.model} and from {right.model} at the same time")
        if len({each.frequency for each in self.sonic}) > 1:
            raise ValueError("sonic: all tables need the same frequency: half hours of another one belong in a description of their own")
        for _ in overlaps(self.site, lambda _each: "site"):
            raise ValueError("site: two tables are valid at the same time: give them valid_from and valid_to")
        self._models_are_known()
        unknown = [gas for gas in self.gases if gas not in self.measured_gases]
        if unknown:
            raise ValueError(f"gases: no gas_analyser measures {unknown[0]}")
        return self

    def _models_are_known(self) -> None:
        for place, sonic in enumerate(self.sonic):
            for mistake in instrument_mistakes(sonic, sonic_traits(sonic)):
                raise ValueError(f"sonic[{place}]: {mistake}")
        for place, analyser in enumerate(self.gas_analyser):
            traits = analyser_traits(analyser)
            if analyser.path is None and traits.closed_path is None:
                raise ValueError(f"gas_analyser[{place}]: whether the path of {analyser.model} is open or closed is not known: state path")
            for mistake in instrument_mistakes(analyser, traits):
                raise ValueError(f"gas_analyser[{place}]: {mistake}")

    @property
    def measured_gases(self) -> tuple[str, ...]:
        """Gases of all analysers, in the usual order."""
        return tuple(gas for gas in GASES if any(gas in each.gases for each in self.gas_analyser))

    @property
    def wanted_gases(self) -> tuple[str, ...]:
        """Gases whose fluxes are made, in the usual order."""
        return tuple(gas for gas in self.measured_gases if not self.gases or gas in self.gases)

    @property
    def detrendings(self) -> tuple[str, ...]:
        """Ways to take off the mean state that condensed half hours have to know; the first is the run's own."""
        own = self.detrending.method
        return tuple(dict.fromkeys([own, *(each.detrending or own for each in self.ensemble.combinations)]))

    @property
    def in_situ(self) -> bool:
        """Whether a spectral correction uses measured cospectra."""
        return self.spectral.high_frequency in {"ibrom-2007", "fratini-2012", "horst-1997"}

    def sonic_at(self, moment: Any) -> Sonic | None:
        """Return the table of the anemometer at a time."""
        return next((each for each in self.sonic if _valid(each, moment)), None)

    def analyser_at(self, gas: str, moment: Any) -> GasAnalyser | None:
        """Return the table of the analyser of a gas at a time."""
        return next((each for each in self.gas_analyser if gas in each.gases and _valid(each, moment)), None)


def _valid(table: Any, moment: Any) -> bool:
    begins = table.valid_from is None or utc64(table.valid_from) <= moment
    return begins and (table.valid_to is None or moment < utc64(table.valid_to))


def condensing_options(options: EddyCovarianceOptions) -> EddyCovarianceOptions:
    """Return the options without what condensed half hours do not depend on.

    Rotation, lags within their window, corrections, quality, footprint and storage follow from condensed half hours by algebra, so that
    another choice repeats no reading of raw files.
    """
    fields = type(options).model_fields
    lag = (
        TimeLag(method="pre-whitened", replicates=options.time_lag.replicates, maximum_lag=options.time_lag.maximum_lag)
        if options.time_lag.method == "pre-whitened"
        else TimeLag()
    )
    uncertainty = RandomUncertainty(
        method="mahrt"
        if options.random_uncertainty.method == "mahrt"
        else "none"
        if options.random_uncertainty.method == "none"
        else "finkelstein-sims",
        maximum_lag=options.random_uncertainty.maximum_lag,
    )
    return options.model_copy(
        update={
            "preset": "advanced",
            "site": (Site(canopy_height=1.0),),
            "sonic": tuple(each.model_copy(update={"height": 1.0, "north_offset": 0.0}) for each in options.sonic),
            "rotation": Rotation(),
            "density": Density(wpl=options.density.wpl),
            "time_lag": lag,
            "spectral": SpectralCorrection(high_frequency="fratini-2012" if options.in_situ else "none"),
            "random_uncertainty": uncertainty,
            "footprint": fields["footprint"].get_default(call_default_factory=True),
            "quality": Quality(rflux=options.quality.rflux),
            "storage": Storage(),
            "detrending": options.detrending,
            "ensemble": Ensemble(schemes=tuple(Scheme(name=each, detrending=each) for each in options.detrendings)),
        }
    )
