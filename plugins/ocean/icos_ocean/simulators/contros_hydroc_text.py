"""HydroC logs as text: native, or as a FerryBox writes them, one channel per file and day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.readers.contros_hydroc_layout import NATIVE_COLUMNS
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_ocean.simulators.contros_hydroc_options import HydroCSimulation
    from icos_ocean.simulators.contros_hydroc_signals import Deployment

    FloatArray = NDArray[np.float64]

__all__ = ["write_companions", "write_files"]

MISSING = 66666.0
_NATIVE_NAMES = (
    "Date;Time;Weekday;P_pump;p_NDIR;p_in;I_total;U_supply;Zero;Flush;external_pump;Runtime;Signal_raw;Signal_ref;T_sensor;Signal_proc;"
    "Conc_estimate;pCO2_corr;xCO2_corr;T_control;T_gas;%rH"
)
_NATIVE = {
    "p_ndir": ("analyser_pressure", "%.2f"),
    "p_in": ("membrane_pressure", "%.2f"),
    "runtime": ("runtime", "%.0f"),
    "signal_raw": ("signal_raw", "%.0f"),
    "signal_ref": ("signal_reference", "%.0f"),
    "t_sensor": ("sensor_temperature", "%.2f"),
    "signal_proc": ("signal_reported", "%.3f"),
    "pco2_corr": ("pco2_reported", "%.2f"),
    "t_gas": ("gas_temperature", "%.3f"),
}
_CONSTANT = {"p_pump": "7,9", "i_total": "0,45", "u_supply": "12,1", "external_pump": "1", "conc_estimate": "0", "t_control": "49,998"}
# Channel → variable, unit, and the factor from the raw value to the measured one.
_CHANNELS = {
    "P_In": ("membrane_pressure", "mbar", 0.01),
    "P_NDIR": ("analyser_pressure", "mbar", 0.01),
    "PCO2_Corr": ("pco2_reported", "µatm", 0.01),
    "Signal_Proc": ("signal_reported", "digits", 0.001),
    "Signal_Raw": ("signal_raw", "LSB", 1.0),
    "Signal_Ref": ("signal_reference", "LSB", 1.0),
    "State_Flush": ("flush", "On/Off", 1.0),
    "State_Zero": ("zero", "On/Off", 1.0),
    "T_Gas": ("gas_temperature", "°C", 0.001),
    "T_Sensor": ("sensor_temperature", "°C", 0.001),
}
_ZERO_BIT, _FLUSH_BIT, _STANDBY, _UNKNOWN = 8192, 16384, 128, 1


def write_files(deployment: Deployment, folder: Path, options: HydroCSimulation, seed: int) -> tuple[Path, ...]:
    """Write the logs of the instrument; the same seed loses the same values."""
    random = np.random.default_rng([seed, 3])
    if options.layout == "native":
        return (_write_native(deployment, folder, options, random),)
    days = deployment.time.astype("datetime64[D]")
    written = []
    for channel in _CHANNELS:
        lost = random.random(deployment.time.size) < options.missing
        for day in np.unique(days):
            rows = np.flatnonzero(days == day)
            written.append(_write_channel(deployment, folder, channel, rows, lost[rows], options))
    return tuple(sorted(written))


def write_companions(deployment: Deployment, folder: Path) -> Path:
    """Write the table of the thermometers in the sea and beside the sensor."""
    path = folder / "companions.csv"
    measured = deployment.measured
    columns = (measured["sst"].tolist(), measured["equilibrator_temperature"].tolist())
    rows = zip(deployment.time.astype(str).tolist(), *columns, strict=True)
    text = ["time,sst,water temperature", *(f"{moment},{sst:.4f},{water:.4f}" for moment, sst, water in rows)]
    path.write_text("\n".join(text) + "\n", encoding="ascii")
    return path


def _write_native(deployment: Deployment, folder: Path, options: HydroCSimulation, random: np.random.Generator) -> Path:
    size = deployment.time.size
    cells: dict[str, list[str]] = {name: [text] * size for name, text in _CONSTANT.items()}
    moments = deployment.time.astype(str).tolist()
    cells["date"] = [moment[:10].replace("-", ".") for moment in moments]
    cells["time"] = [moment[11:] for moment in moments]
    cells["weekday"] = (((deployment.time.astype("datetime64[D]").astype(np.int64) + 3) % 7) + 1).astype(str).tolist()
    cells["zero"] = (deployment.run_type == RUN_TYPES["ZERO"]).astype(int).astype(str).tolist()
    cells["flush"] = (deployment.run_type == RUN_TYPES["FLUSH"]).astype(int).astype(str).tolist()
    for column, (name, form) in _NATIVE.items():
        texts = [(form % value).replace(".", ",") for value in deployment.measured[name].tolist()]
        for row in np.flatnonzero(random.random(size) < options.missing).tolist():
            texts[row] = ""
        cells[column] = texts
    cells["xco2_corr"], cells["%rh"] = cells["pco2_corr"], ["40,1"] * size
    header = ["CONTROS HydroC CO2;serial CO2-0000-001", "simulated deployment", "", _NATIVE_NAMES + ";" if options.named_columns else ""]
    lines = (";".join(row) + ";" for row in zip(*(cells[column] for column in NATIVE_COLUMNS), strict=True))
    path = folder / "hydroc.txt"
    path.write_bytes("".join(f"{line}\r\n" for line in (*header, *lines)).encode("latin-1"))
    return path


def _write_channel(
    deployment: Deployment, folder: Path, channel: str, rows: NDArray[np.intp], lost: NDArray[np.bool_], options: HydroCSimulation
) -> Path:
    variable, unit, factor = _CHANNELS[channel]
    kinds = deployment.run_type[rows]
    moments = deployment.time[rows].astype(str).tolist()
    day = moments[0][:10].replace("-", "")
    name = f"CO2FT_A_{channel}_{day}.txt"
    if variable in {"zero", "flush"}:
        value = (kinds == RUN_TYPES[variable.upper()]).astype(np.float64)
        # The FerryBox averages: the first row of a zeroing holds some water as well.
        begins = (kinds == RUN_TYPES["ZERO"]) & (deployment.run_type[np.maximum(rows - 1, 0)] != RUN_TYPES["ZERO"])
        value[begins] = 0.72 if variable == "zero" else 0.0
    else:
        value = deployment.measured[variable][rows]
    value = np.where(lost, MISSING, value)
    quality = np.where(kinds == RUN_TYPES["FLUSH"], _FLUSH_BIT, np.where(kinds == RUN_TYPES["ZERO"], _ZERO_BIT, 0)) | _STANDBY
    quality = np.where(lost, _UNKNOWN, quality)
    count = int(options.interval / timedelta(seconds=1))
    columns = zip(moments, value.tolist(), quality.tolist(), np.where(lost, MISSING, value / factor).tolist(), strict=True)
    body = [
        f"{moment.replace('-', '.').replace('T', ' ')}\t{measured:.6f}\t{bits}\t{count}\t{count}\t1"
        f"\t{measured:.6f}\t{measured:.6f}\t0.000000\tNaN\tNaN\t{raw:.6f}\t8388608"
        for moment, measured, bits, raw in columns
    ]
    header = [
        *("$METADATA", "$Project; FerryBox", "$Hostname; SIMULATION", f"$DateTime; {moments[0].replace('-', '.').replace('T', ' ')}"),
        *(f"$Filename; {name}", "$Type; HydroC CO2FT ()", "$Formula; Meas=a0+a1*Raw+a2*Raw^2+a3*Raw^3", "$Ranges; 1"),
        *(f"$Range1.a{power}; {factor if power == 1 else 0.0:.10E}" for power in range(4)),
        *("$QUALITYBITS", "$Bit; Value, Meaning", "$0; 1, Unknown measuring value.", "$13; 8192, Value from zero-cycle."),
        *("$14; 16384, Value from flush-cycle.", "$DATASETS"),
        f"$Timestamp\t{channel}\tQuality\tMeasCount\tMeanTime\tRange\tMinimum\tMaximum\tVariance\tLongitude\tLatitude\tRawvalue\tInfo",
        f"$Date Time\t{unit}\tFlags\tCnt\tSec\tMR\t{unit}\t{unit}\tUnits\tDeg\tDeg\tUnits\tFlags",
    ]
    path = folder / name
    path.write_bytes("".join(f"{line}\r\n" for line in (*header, *body)).encode("latin-1"))
    return path
