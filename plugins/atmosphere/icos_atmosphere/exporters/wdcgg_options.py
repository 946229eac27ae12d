"""Options of the exporter ``wdcgg``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from icos_atmosphere.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_atmosphere.exporters.obspack_options import Letter, NamePart  # noqa: TC001  # pydantic evaluates annotations
from icos_atmosphere.exporters.wdcgg_codes import CONTRIBUTOR, PLATFORMS, SAMPLINGS, MethodCode
from icos_core.exceptions import hint
from icos_core.option_types import Email, StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

__all__ = ["Method", "WdcggOptions"]

_Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\r\n]*$")]
_FAIR_USE = (
    "For scientific purposes, access to these data is unlimited and provided without charge. By their use you accept that an offer of "
    "co-authorship will be made through personal contact with the contributors whenever substantial use is made of their data"
)


class Method(Options):
    """A method of measurement that the data centre has a number for."""

    contains: Annotated[str, StringConstraints(min_length=1)] = Field(description="expression in the description of the instrument")
    code: int = Field(ge=0, le=999, description="number of the method at the data centre")
    name: _Line = Field(description="name of the method at the data centre")


class WdcggOptions(Options):
    """Options of ``wdcgg``: which rows go into which files, and the numbers that the data centre gave."""

    streams: tuple[StreamName, ...] = Field(default=(), description="series to write; default: all of the intervals")
    gases: tuple[GasName, ...] = Field(default=(), description="gases to write; default: all that are calibrated")
    intervals: tuple[Literal["hour", "day", "month"], ...] = Field(
        default=("hour",), min_length=1, description="averaging intervals to write"
    )
    flags: tuple[Letter, ...] = Field(
        default=("U", "O", "R"), description="letters of the rows that are written; default: the correct ones"
    )
    header: bool = Field(
        default=True, description="whether the names of the columns stand behind a header, or alone as the data centre takes them"
    )
    site: NamePart | None = Field(default=None, description="code of the site in names; default: the station's id in small letters")
    project: NamePart = Field(default="tower-insitu", description="kind of platform and sampling, joined by a hyphen")
    station_number: int | None = Field(default=None, ge=1, le=9999, description="number of the station at the data centre; needed")
    site_wdcgg_id: NamePart | None = Field(
        default=None, description="identifier of the station in rows; default: GAW identifier and number, such as 'HTM6319' (unverified)"
    )
    gaw_id: NamePart | None = Field(default=None, description="GAW identifier; default: the station's id")
    contributor: int = Field(default=CONTRIBUTOR, ge=1, le=999, description="number of the contributor; 162 is ICOS")
    contributor_name: _Line = Field(default="ICOS", description="name of the contributor")
    buffer: int = Field(default=9999, ge=0, le=9999, description="last part of the catalogue identifier")
    scale_codes: dict[str, Annotated[int, Field(ge=0, le=9999)]] = Field(
        default_factory=dict, description="scale → its number at the data centre, beside those known or in place of them"
    )
    methods: tuple[Method, ...] = Field(default=(), description="methods of measurement, tried before those known")
    country: _Line = Field(default="", description="country or territory of the station")
    gaw_type: _Line = Field(default="", description="such as 'GAW Regional'")
    aim: Literal[1, 2, 3, 4, 5, 88] = Field(default=1, description="aim of the observation; 1 is background")
    sampling_frequency: int | None = Field(default=None, ge=1, le=99, description="number of the sampling frequency; default: not stated")
    status: Literal[1, 2, 3] = Field(default=1, description="1 operational, 2 temporarily suspended, 3 terminated")
    doi: _Line = Field(default="", description="digital object identifier of the data; default: undecided")
    editor_name: _Line = Field(default="", description="who submits; default: the institution of the contact")
    editor_email: Email | None = Field(default=None, description="address of who submits; default: that of the contact")
    persons: tuple[NamePart, ...] = Field(default=("NEW1",), min_length=1, description="identifiers of the contacts at the data centre")
    nation: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="country of the contact in two letters: writes a file that introduces the contact as NEW1"
    )
    organization: int | None = Field(
        default=None, ge=1, le=999, description="number of the contact's organization; default: that of the contributor"
    )
    calibration: str = Field(default="", description="how the instruments are calibrated, in words")
    processing: str = Field(
        default="Data processing as at the ICOS Atmosphere Thematic Centre, doi:10.5194/amt-9-4719-2016",
        description="how the data are processed, in words",
    )
    references: tuple[str, ...] = Field(default=("doi:10.5194/amt-9-4719-2016",), description="references of the observation")
    description: str = Field(default="", description="anything else that users of the data should know")
    fair_use: _Line = Field(default=_FAIR_USE, description="what users are asked for")

    @field_validator("project")
    @classmethod
    def _platform_and_sampling(cls, value: str) -> str:
        platform, _, sampling = value.partition("-")
        if platform not in PLATFORMS:
            raise ValueError(
                f"{platform!r} is no platform of the data centre; expected one of {', '.join(PLATFORMS)}{hint(platform, PLATFORMS)}"
            )
        if sampling not in SAMPLINGS:
            raise ValueError(
                f"{sampling!r} is no sampling of the data centre; expected one of {', '.join(SAMPLINGS)}{hint(sampling, SAMPLINGS)}"
            )
        return value

    def further_methods(self) -> tuple[MethodCode, ...]:
        """Return the stated methods."""
        return tuple(MethodCode(method.contains, method.code, method.name) for method in self.methods)
