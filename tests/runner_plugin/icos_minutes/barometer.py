"""Air pressure at the inlet, from that of a barometer; both in a unit of the station's choice."""

import numpy as np

from icos_core import CalibrationResult, Calibrator, Requirement, Variable
from icos_core.dataset import set_variable
from icos_core.flags import carry
from icos_core.versioned import Options


class BarometerOptions(Options):
    """Options."""

    stream: str = "baro"
    units: str = "hPa"
    lowest: float = 900.0
    highest: float = 1100.0
    result: str = "inlet_pressure"
    result_units: str = ""
    variable: str = "pressure"


def made_by(options):
    return Variable(name=options.result, units=options.result_units or options.units)


def calibrate(streams, options, context):
    stream = streams[options.stream]
    result = carry(stream, [*map(str, stream.data_vars)])
    assert stream[options.variable].attrs["units"] == options.units
    set_variable(result, made_by(options), np.asarray(stream[options.variable].values))
    return CalibrationResult(streams={options.stream: result})


CALIBRATOR = Calibrator(
    name="barometer",
    summary="row by row",
    options=BarometerOptions,
    requires=lambda options: {options.stream: (Requirement(name=options.variable, units=options.units),)},
    provides=lambda options: {options.stream: (made_by(options),)},
    calibrate=calibrate,
    row_wise=True,
    default_tests=lambda options: (
        {
            "test": "range",
            "variable": options.variable,
            "stage": "measured",
            "label": f"range_{options.result}",
            "bad_outside": [options.lowest, options.highest],
        },
    ),
)
