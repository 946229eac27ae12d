"""Signals above the levels of a file beside the inputs."""

import numpy as np
import xarray as xr

from icos_core import InputError, Product, ProductResult, Requirement, Variable
from icos_core.dataset import attributes
from icos_core.versioned import Options

ABOVE = Variable(name="above", units="1", long_name="number of signals above the levels")


class LevelOptions(Options):
    """Options."""

    level: str = "level.txt"
    pattern: str = ""


def files(options, context):
    if options.level == "FAULT":
        raise KeyError("a fault of the product")
    path = context.folder / options.level
    if options.level == "strict.txt" and not path.exists():
        raise InputError(path.name, "there should be levels in it")
    return [path, *context.folder.glob(options.pattern)] if options.pattern else [path]


def derive(streams, options, context):
    level = sum(float(path.read_text()) for path in files(options, context))
    above = float((streams["log"]["mole_fraction"].values > level).sum())
    return ProductResult(streams={"above": xr.Dataset({"above": ((), np.float64(above), attributes(ABOVE))})})


PRODUCT = Product(
    name="above-level",
    summary="signals above levels",
    options=LevelOptions,
    requires=lambda options: {"log": (Requirement(name="mole_fraction"),)},
    provides=lambda options: {"above": (ABOVE,)},
    derive=derive,
    files=files,
)
