"""mole fraction = gain × scale × signal, gains with validity times, the scale from a file where one is named."""

import numpy as np

from icos_core import CalibrationResult, Calibrator, Cascade, Requirement, Table, Variable
from icos_core.dataset import set_variable
from icos_core.flags import carry
from icos_core.versioned import Options, Versioned

MOLE_FRACTION = Variable(name="mole_fraction", units="umol mol-1", long_name="mole fraction")


class Gain(Versioned):
    """A gain."""

    value: float = 100.0


class Scale(Options):
    """Where the scale is stated."""

    file: str | None = None


class GainOptions(Options):
    """Options."""

    gains: tuple[Gain, ...] = (Gain(),)
    scale: Scale = Scale()


def files(options, context):
    return [] if options.scale.file is None else [context.folder / options.scale.file]


def calibrate(streams, options, context):
    results = {}
    (scale,) = [float(path.read_text()) for path in files(options, context)] or [1.0]
    for name, stream in streams.items():
        if "signal" not in stream:
            continue
        time = stream["time"].values
        gain = np.full(time.shape, np.nan)
        for each in options.gains:
            gain[each.covers(time)] = each.value
        result = carry(stream, [*map(str, stream.data_vars)])
        # The signal is required in mV: the core converts before the call.
        set_variable(result, MOLE_FRACTION, gain * scale * stream["signal"].values / 1000)
        results[name] = result
    table = Table(title="Gains", columns=("gain",), rows=tuple((each.value,) for each in options.gains))
    return CalibrationResult(streams=results, tables=(table,))


CALIBRATOR = Calibrator(
    name="gain",
    summary="row by row",
    options=GainOptions,
    requires=lambda options: {"*": (Requirement(name="signal", units="mV"),)},
    provides=lambda options: {"log": (MOLE_FRACTION,)},
    calibrate=calibrate,
    row_wise=True,
    files=files,
    cascades=lambda options: {"*": (Cascade(source="signal", target="mole_fraction"),)},
)
