"""The station description as a model: what the runner and the components see after validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from icos_core.describing.toml_lines import line_of
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Email, Moment, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

    from pydantic import BaseModel

    from icos_core.components.handed_over import Stage

__all__ = [
    "CalibrateSpec",
    "Contact",
    "Deployment",
    "DeriveSpec",
    "Description",
    "ExportSpec",
    "InputSpec",
    "Join",
    "QualitySpec",
    "Station",
]


class Contact(Options):
    """Who answers for the data: an institution, never a person."""

    institution: Text = Field(description="name of the institution")
    email: Email = Field(description="its address for questions")
    url: str = Field(default="", description="its page")


class Station(Options):
    """The ``[station]`` table."""

    id: Text = Field(description="the community's own identifier")
    name: Text = Field(description="name for people")
    domain: Text = Field(description="ocean, atmosphere or ecosystem")
    platform: Literal["ship", "buoy", "vehicle", "fixed"] = Field(description="what carries the instruments")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="degrees north; required of fixed stations")
    longitude: float | None = Field(default=None, ge=-180, le=360, description="degrees east; required of fixed stations")
    altitude: float | None = Field(default=None, description="metres above mean sea level; required of fixed stations")
    utc_offset: float | None = Field(
        default=None, ge=-12, le=14, description="local standard time minus UTC in hours; required of fixed stations"
    )
    contact: Contact = Field(description="who answers for the data")

    @model_validator(mode="after")
    def _fixed_stations_are_somewhere(self) -> Self:
        if self.platform == "fixed":
            absent = [name for name in ("latitude", "longitude", "altitude", "utc_offset") if getattr(self, name) is None]
            if absent:
                raise ValueError(f"a fixed station needs {', '.join(absent)}")
        return self


class Deployment(Options):
    """One ``[[deployment]]``: a cruise of a ship, a mooring period of a buoy."""

    expocode: Text = Field(description="identifier of the deployment; NODC ship code and date of departure for ships")
    start: Moment = Field(description="first moment (UTC)")
    end: Moment = Field(description="end (UTC), after the start")
    name: str = Field(default="", description="name of the cruise")
    vessel: str = Field(default="", description="name of the ship or platform, where it is not the station's")
    investigators: str = Field(default="", description="institution or institutions that answer for the measurements")
    port_of_departure: str = Field(default="", description="where the cruise began")
    port_of_arrival: str = Field(default="", description="where the cruise ended")
    depth: float | None = Field(default=None, ge=0, description="depth of the water intake or sensor in metres")

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end: the end must be after the start")
        return self


class Join(Options):
    """``join`` of an ``[[input]]``: how its rows come onto the times of another stream, from good values only."""

    onto: Text = Field(description="stream whose times are taken")
    method: Literal["nearest", "linear", "mean"] = Field(default="nearest", description="how values are found between rows")
    limit: Duration = Field(gt=timedelta(0), description="how far the nearest good row may be")


@dataclass(frozen=True, kw_only=True)
class InputSpec:
    """One ``[[input]]``.

    Attributes
    ----------
    reader
        Name of the reader.
    files
        Patterns (``*``, ``?``, ``**``), relative to the description, environment variables filled in.
    stream
        Name for the reader's single stream; None keeps the reader's.
    offset
        Added to the instrument's time.
    join
        How the rows come onto another stream; None leaves them a stream of their own.
    rename
        Name in the reader's vocabulary → name wanted.
    options
        The reader's own options.
    group_by, group_tolerance
        Expression whose group in a file's name says which files were logged together, each a channel or some; and how far apart in time
        the values of one row may be. None where every file has all variables.
    files_written
        `files` as they stand in the description.
    """

    reader: str
    files: tuple[str, ...]
    options: BaseModel
    stream: str | None = None
    offset: timedelta = timedelta(0)
    join: Join | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    group_by: str | None = None
    group_tolerance: timedelta = timedelta(seconds=1)
    files_written: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CalibrateSpec:
    """One ``[[calibrate]]``: name of the calibrator and its options."""

    calibrator: str
    options: BaseModel


@dataclass(frozen=True, kw_only=True)
class QualitySpec:
    """One quality test, from ``[[qc]]`` or from a calibrator's usual tests.

    Attributes
    ----------
    test
        Name of the test.
    label
        Name in bits: ``range`` gives ``range_questionable`` and ``range_bad``.
    variables
        Variables to test; for a test of fixed variables those.
    stream
        Stream to test; None means every stream of the stage that has the variables.
    stage
        Where the test runs.
    where
        Category → words: rows of other words are not evaluated.
    options
        The test's own options.
    is_default
        Whether it is a usual test of a calibrator.
    units
        Variable → the unit that limits are in, where the calibrator of a usual test requires one.
    """

    test: str
    label: str
    variables: tuple[str, ...]
    stage: Stage
    options: BaseModel
    stream: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_default: bool = False
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DeriveSpec:
    """One product; `is_default` where it comes along because another one needs it."""

    product: str
    options: BaseModel
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportSpec:
    """One ``[[export]]``: name of the exporter and its options."""

    exporter: str
    options: BaseModel


@dataclass(frozen=True, kw_only=True)
class Description:
    """A validated station description.

    `qc` holds the usual tests of the calibrators as well, except those that the station replaces or switches off; `derive` the
    products that are asked for and, behind them, those that come along because another one needs them. `lines` maps keys
    (``"input[0].files"``) to lines of the file.
    """

    path: Path
    station: Station
    level: Literal["nrt", "final"] = "nrt"
    deployments: tuple[Deployment, ...] = ()
    inputs: tuple[InputSpec, ...] = ()
    calibrate: tuple[CalibrateSpec, ...] = ()
    qc: tuple[QualitySpec, ...] = ()
    derive: tuple[DeriveSpec, ...] = ()
    export: tuple[ExportSpec, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)

    @property
    def folder(self) -> Path:
        """Folder that paths of the description are relative to."""
        return self.path.parent

    @property
    def flags_path(self) -> Path:
        """People's flags of this station."""
        return self.folder / "flags.csv"

    def line_of(self, key: str) -> int | None:
        """Return the line of a key, or of the nearest table around it."""
        return line_of(self.lines, key)

    def resolved(self) -> dict[str, Any]:
        """Return the description with every default filled in, in the shape of the TOML file and fit for JSON.

        Paths stand as written. Usual tests and products that come along are listed like those of the station, so that the result
        says everything that a run depends on.
        """
        tables: dict[str, Any] = {"station": _dump(self.station), "run": {"level": self.level}}
        lists = {
            "deployment": [_dump(deployment) for deployment in self.deployments],
            "input": [_resolved_input(spec) for spec in self.inputs],
            "calibrate": [{"calibrator": spec.calibrator, **_dump(spec.options)} for spec in self.calibrate],
            "qc": [_resolved_test(spec) for spec in self.qc],
            "derive": [{"product": spec.product, **_dump(spec.options)} for spec in self.derive],
            "export": [{"exporter": spec.exporter, **_dump(spec.options)} for spec in self.export],
        }
        return tables | {name: entries for name, entries in lists.items() if entries}


def _dump(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_none=True)


def _resolved_input(spec: InputSpec) -> dict[str, Any]:
    table: dict[str, Any] = {"reader": spec.reader, "files": list(spec.files_written)}
    if spec.stream is not None:
        table["stream"] = spec.stream
    table["offset"] = spec.offset.total_seconds()
    if spec.join is not None:
        table["join"] = _dump(spec.join)
    if spec.group_by is not None:
        table["group_by"] = spec.group_by
        table["group_tolerance"] = spec.group_tolerance.total_seconds()
    if spec.rename:
        table["rename"] = dict(spec.rename)
    return table | _dump(spec.options)


def _resolved_test(spec: QualitySpec) -> dict[str, Any]:
    table: dict[str, Any] = {"test": spec.test, "label": spec.label, "variable": list(spec.variables), "stage": spec.stage}
    if spec.stream is not None:
        table["stream"] = spec.stream
    if spec.where:
        table["where"] = {category: list(words) for category, words in spec.where.items()}
    return table | _dump(spec.options)
