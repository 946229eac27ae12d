"""Options of the exporter ``obspack``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from icos_atmosphere.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

__all__ = ["Letter", "NamePart", "ObspackOptions"]

Letter = Literal["U", "N", "O", "K", "R", "H"]
NamePart = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$")]
"""Part of a name whose parts are joined by underlines."""

_LICENCE = (
    "ICOS data is licensed under a Creative Commons Attribution 4.0 international licence "
    "(https://creativecommons.org/licenses/by/4.0/); the ICOS data licence is described at https://data.icos-cp.eu/licence"
)
_FAIR_USE = (
    "Made freely available to the scientific community. Users are asked to inform the provider of how the data are used, and to give "
    "credit according to the citations of the data set"
)
_RESERVED = ("Conventions", "dataset_name", "dataset_parameter", "dataset_calibration_scale", "obspack_name")


class ObspackOptions(Options):
    """Options of ``obspack``: which rows go into which files, and what their attributes say that the description does not."""

    flavour: Literal["icos", "noaa"] = Field(
        default="icos", description="layout of ICOS (dimension time, time is the start) or of NOAA (dimension obs, time is the middle)"
    )
    streams: tuple[StreamName, ...] = Field(default=(), description="hourly series to write; default: all")
    gases: tuple[GasName, ...] = Field(default=(), description="gases to write; default: all that are calibrated")
    flags: tuple[Letter, ...] = Field(
        default=("U", "O", "R"), description="letters of the rows that are written; default: the correct ones"
    )
    site: NamePart | None = Field(default=None, description="code of the site in names; default: the station's id in small letters")
    project: NamePart = Field(default="tower-insitu", description="kind of platform and sampling in names")
    lab_number: int = Field(default=466, ge=1, description="number of the laboratory in names; 466 is that of ICOS in its own ObsPacks")
    selection: NamePart = Field(default="allvalid", description="word for the selection of rows in names")
    product: NamePart = Field(default="ICOS", description="name of the ObsPack")
    version: NamePart = Field(default="v1.0", description="version of the ObsPack")
    product_lab_number: int = Field(default=466, ge=1, description="number of the laboratory that makes the ObsPack")
    first_number: int = Field(
        default=1, ge=1, description="number of the first observation within the ObsPack; further files go on from there"
    )
    data_level: Literal[0, 1, 2] | None = Field(
        default=None, description="ICOS level: 0 by the principal investigator, 1 near real time, 2 final; default: by the level of the run"
    )
    country: str = Field(default="", description="country of the site")
    site_url: str = Field(default="", description="web address of the site")
    wigos_id: str = Field(default="", description="WIGOS identifier of the site, such as '0-20008-0-HTM'")
    lab_abbreviation: str = Field(default="", description="abbreviation of the laboratory")
    lab_name: str = Field(default="", description="name of the laboratory; default: the institution of the contact")
    provider_name: str = Field(default="", description="who provides the data; default: the institution of the contact")
    provider_email: str = Field(default="", description="address of the provider; default: that of the contact")
    citations: tuple[str, ...] = Field(default=(), description="what to cite when the data are used")
    licence: str = Field(default=_LICENCE, description="licence of the data")
    fair_use: str = Field(default=_FAIR_USE, description="what users are asked for")
    identifier_link: str = Field(default="", description="web address of the digital object identifier of the ObsPack")
    sampling_strategy: Literal[1, 2, 3, 4] = Field(
        default=2, description="how models sample (layout of NOAA): 1 mean of 4 hours, 2 of 1 hour, 3 of 90 minutes, 4 at once"
    )
    compression: int = Field(default=1, ge=0, le=9, description="deflate level with shuffle; 0 writes uncompressed")
    attributes: dict[str, str | int | float] = Field(default_factory=dict, description="further global attributes; these win")

    @field_validator("attributes")
    @classmethod
    def _what_follows_from_the_data_stays(cls, value: dict[str, str | int | float]) -> dict[str, str | int | float]:
        fixed = sorted(set(value) & set(_RESERVED))
        if fixed:
            raise ValueError(f"{', '.join(fixed)}: set by the exporter")
        return value
