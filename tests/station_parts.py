"""A small domain for the tests of station descriptions: components that declare much and do nothing."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from pydantic import Field, model_validator

from icos_core import Calibrator, Entry, Exporter, Guess, Product, QualityTest, Reader, Requirement, Variable
from icos_core.cli import main
from icos_core.discovery import FoundPlugin, find_plugins
from icos_core.duration import Duration
from icos_core.plugins import Plugins, installed_plugins
from icos_core.versioned import Options, Versioned, overlaps

TEMPERATURE = Variable(name="temperature", units="degree_C", long_name="water temperature", standard_name="sea_water_temperature")
PRESSURE = Variable(name="pressure", units="hPa", long_name="air pressure")
PORT = Variable(name="port", dtype="int8", flag_values=(0, 1), flag_meanings=("inlet", "cylinder"), long_name="port")
FLUX = Variable(name="flux", units="mol m-2 s-1", long_name="flux")
WIND = Variable(name="wind_speed", units="m s-1", long_name="wind speed")


class Sensor(Versioned):
    """One ``[[input.sensors]]``."""

    serial: str = Field(description="serial number")
    slope: float = Field(default=1.0, gt=0, description="gain of the sensor, K mV-1")


class LoggerOptions(Options):
    """How the logger writes."""

    date_format: Literal["day-first", "year-first"] = Field(default="year-first", description="order of the date")
    interval: Duration = Field(default=timedelta(minutes=1), description="between two rows")
    sensors: tuple[Sensor, ...] = Field(default=(), description="sensors in the course of time")
    level: float | Literal["auto"] = Field(default="auto", description="level of the sensor, m")

    @model_validator(mode="after")
    def _one_sensor_at_a_time(self):
        for left, _ in overlaps(self.sensors, key=lambda sensor: "any"):
            raise ValueError(f"sensors: {left.serial} overlaps another sensor; set valid_from and valid_to")
        return self


class NoOptions(Options):
    """None."""


class FluxOptions(Options):
    """Options without which nothing goes."""

    factor: float = Field(description="mol m-2 s-1 K-1")


def guess_log(path):
    head = path.read_bytes()[:100]
    if head.startswith(b"FAULT"):
        raise KeyError("fault")
    if head.startswith(b"ODD"):
        return 3
    if not head.startswith(b"LOG"):
        return None
    options = {
        "date_format": "day-first",
        "interval": timedelta(minutes=5),
        "sensors": [{"serial": "A\\1", "slope": 2.0}],
        "rename": {"port": "inlet"},
    }
    unsure = ("date_format: the first of the month is the first of the year", "level: the file\ndoes not tell")
    return Guess(confidence=0.9 if b"sure" in head else 0.3, options=options, found=("begins with LOG",), unsure=unsure)


def guess_wind(path):
    head = path.read_bytes()[:100]
    return Guess(confidence=0.3, options={"height": 10}) if head.startswith(b"LOG") else None


LOGGER = Reader(
    name="logger",
    summary="a logger",
    options=LoggerOptions,
    read=None,
    span=None,
    provides=lambda options: {"log": (TEMPERATURE, PRESSURE, PORT)},
    guess=guess_log,
)
WEATHER = Reader(
    name="weather",
    summary="wind",
    options=NoOptions,
    read=None,
    span=None,
    provides=lambda options: {"met": (WIND, PORT)},
    guess=guess_wind,
)
TWO = Reader(
    name="two-streams",
    summary="two streams",
    options=NoOptions,
    read=None,
    span=None,
    provides=lambda options: {"left": (TEMPERATURE,), "right": (WIND,)},
)
FLUXES = Calibrator(
    name="fluxes",
    summary="fluxes",
    options=FluxOptions,
    requires=lambda options: {
        "*": (
            Requirement(name="temperature", units="K"),
            Requirement(name="pressure", units="Pa", alternatives=("air_pressure",)),
            Requirement(name="wind_speed", units="knot", optional=True),
        )
    },
    provides=lambda options: {"log": (TEMPERATURE, FLUX, PORT)},
    calibrate=None,
    default_tests=lambda options: (
        {"test": "range", "variable": ["flux", "temperature"], "stage": "calibrated", "bad_outside": [-1, 1]},
        {"test": "spike", "variable": "flux", "bad": 3.0},
        {"test": "range", "variable": "flux", "label": "range_cylinder", "where": {"port": "cylinder"}, "bad_outside": [0, 0.5]},
        {"test": "range", "variable": "humidity", "bad_outside": [0, 100]},
        {"test": "flow", "options_of_its_own": 2},
    ),
)
CORRECTION = Calibrator(
    name="correction",
    summary="row by row",
    options=NoOptions,
    requires=lambda options: {"log": (Requirement(name="temperature"),)},
    provides=lambda options: {"log": (TEMPERATURE,)},
    calibrate=None,
    row_wise=True,
)


class FlowOptions(Options):
    """Options of a test of fixed variables."""

    options_of_its_own: int = 1


FLOW = QualityTest(
    name="flow",
    summary="fixed variables",
    options=FlowOptions,
    test=None,
    stages=("calibrated",),
    fixed_variables=lambda options: ("temperature", "flux"),
)
HOURLY = Product(
    name="hourly",
    summary="means",
    options=NoOptions,
    requires=lambda options: {"log": (Requirement(name="flux"),)},
    provides=lambda options: {"hourly": (Variable(name="mean_flux", units="mol m-2 s-1"),)},
    derive=None,
)
DAILY = Product(
    name="daily",
    summary="means of means",
    options=NoOptions,
    requires=lambda options: {"hourly": (Requirement(name="mean_flux"),)},
    provides=lambda options: {
        "daily": (Variable(name="daily_flux", units="mol m-2 s-1"),),
        "daily/*": (Variable(name="daily_mean_of_a_line", units="mol m-2 s-1"),),
    },
    derive=None,
    needs=("hourly",),
)
TABLE = Exporter(name="table", summary="a table", options=NoOptions, export=None)

KINDS = {
    "reader": ("LOGGER", "WEATHER", "TWO"),
    "calibrator": ("FLUXES", "CORRECTION"),
    "quality-test": ("FLOW",),
    "product": ("HOURLY", "DAILY"),
    "exporter": ("TABLE",),
}

STATION = """
[station]
id = "T1"
name = "Test station"
domain = "test"
platform = "ship"
contact = { institution = "Institute", email = "data@example.org" }
"""
LOG = '[[input]]\nreader = "logger"\nfiles = "*.log"\n'
FLUX_TABLE = '[[calibrate]]\ncalibrator = "fluxes"\nfactor = 2.0\n'


def found_parts():
    """The plugin of this module, as if it had been discovered."""
    here = sys.modules[__name__]
    entries = tuple(
        Entry(kind=kind, name=getattr(here, attribute).name, summary=getattr(here, attribute).summary, load=f"{__name__}:{attribute}")
        for kind, attributes in KINDS.items()
        for attribute in attributes
    )
    return FoundPlugin(name="parts", distribution="icos-parts", version="1.0", entries=entries)


@pytest.fixture
def parts():
    """The core's components and those of this module."""
    return Plugins([find_plugins()[0], found_parts()])


PLUGIN_MODULE = """
from icos_core import hookimpl
from icos_core.components import HOOK_OF_KIND
from station_parts import found_parts

def entries_of(kind):
    return [entry for entry in found_parts().entries if entry.kind == kind]

for kind, hook in HOOK_OF_KIND.items():
    globals()[hook] = hookimpl(specname=hook)(lambda kind=kind: entries_of(kind))
"""


@pytest.fixture
def installed_parts(tmp_path, monkeypatch):
    """Install the plugin of this module for this test and its child processes; return the folder it is installed in."""
    site = tmp_path / "site"
    info = site / "icos_parts-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: icos-parts\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[icos.plugins]\nparts = station_parts_plugin\n", encoding="utf-8")
    (site / "station_parts_plugin.py").write_text(PLUGIN_MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(Path(__file__).parent)]))
    installed_plugins.cache_clear()
    yield site
    installed_plugins.cache_clear()
    sys.modules.pop("station_parts_plugin", None)


@pytest.fixture
def icos():
    """Run the command in this process."""

    def _icos(*arguments, **more):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)

    return _icos
