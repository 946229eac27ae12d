"""Lines that thermosalinograph, satellite receiver and weather station send, and the time that a logger puts in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gsw
import numpy as np

from icos_ocean.readers.vaisala_wxt_messages import checksum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from icos_ocean.readers.logger_time import LoggerTime

    FloatArray = NDArray[np.float64]

__all__ = ["navigation_lines", "stamped", "thermosalinograph_lines", "weather_lines"]

_WARMING_IN_CELL = 0.25  # °C
_STX, _ETX = "\x02", "\x03"
_SECOND_LINE = 117  # ms that the second half of a burst of NMEA sentences comes after the first
_ANEMOMETER = 487  # ms that the lines of the anemometers come after that of the mast


def stamped(time: np.datetime64, form: LoggerTime, line: str) -> str:
    """Return a line behind a logger's time, in ms."""
    iso = str(time.astype("datetime64[ms]"))
    if form == "none":
        return line
    if form == "scs":
        return f"{iso[5:7]}/{iso[8:10]}/{iso[:4]},{iso[11:]},{line}"
    if form == "rvdas":
        day = (time.astype("datetime64[D]") - time.astype("datetime64[Y]").astype("datetime64[D]")).astype(int) + 1
        return f"{iso[2:4]}+{day:03d}:{iso[11:]} {line}"
    if form == "unix":
        return f"{time.astype('datetime64[ms]').astype(np.int64) / 1000:.3f} {line}"
    return f"{iso}Z {line}"


def thermosalinograph_lines(values: Mapping[str, FloatArray], *, labels: bool) -> Iterator[str]:
    """Yield the lines of an SBE 45 with a remote thermometer at the intake."""
    cell = np.round(values["sst"] + _WARMING_IN_CELL, 4)
    conductivity = np.round(gsw.C_from_SP(values["salinity"], cell, 0.0) / 10.0, 5)
    salinity = gsw.SP_from_C(conductivity * 10.0, cell, 0.0)
    absolute = salinity * (35.16504 / 35.0)
    sound = gsw.sound_speed(absolute, gsw.CT_from_t(absolute, cell, 0.0), 0.0)
    form = "t1=%8.4f, c1=%8.5f, s=%8.4f, sv=%8.3f, t2=%8.4f" if labels else "%.4f, %8.5f, %8.4f, %8.3f, %8.4f"
    for row in zip(cell.tolist(), conductivity.tolist(), salinity.tolist(), sound.tolist(), values["sst"].tolist(), strict=True):
        yield form % row


def navigation_lines(time: NDArray[np.datetime64], values: Mapping[str, FloatArray]) -> Iterator[tuple[np.datetime64, str]]:
    """Yield the sentences of a satellite receiver with a compass, with the time at which each comes."""
    names = ("latitude", "longitude", "ship_speed", "ship_course", "heading")
    later = np.timedelta64(_SECOND_LINE, "ms")
    for now, *row in zip(time.astype("datetime64[ms]"), *(values[name].tolist() for name in names), strict=True):
        latitude, longitude, speed, course, heading = row
        iso = str(now)
        clock = f"{iso[11:13]}{iso[14:16]}{iso[17:22]}"
        position = f"{_degrees_minutes(latitude, 2)},{'N' if latitude >= 0 else 'S'},"
        position += f"{_degrees_minutes(longitude, 3)},{'E' if longitude >= 0 else 'W'}"
        knots = speed * 3600.0 / 1852.0
        yield now, _sentence(f"GPZDA,{clock},{iso[8:10]},{iso[5:7]},{iso[:4]},,")
        yield now, _sentence(f"GPGGA,{clock},{position},1,10,0.9,18.40,M,,M,,")
        yield now + later, _sentence(f"GPVTG,{course:.2f},T,,M,{knots:.2f},N,,K,A")
        yield now + later, _sentence(f"GPHDT,{heading:.2f},T")
        yield now + later, _sentence("PSXN,20,1,0,0,0")


def weather_lines(
    time: NDArray[np.datetime64], values: Mapping[str, FloatArray], kind: str, *, crc: bool
) -> Iterator[tuple[np.datetime64, str]]:
    """Yield the messages of a weather station, with the time at which each comes."""
    names = ("relative_wind_direction", "relative_wind_speed", "air_temperature", "air_relative_humidity", "atmospheric_pressure")
    later = np.timedelta64(_ANEMOMETER, "ms")
    for now, *row in zip(time.astype("datetime64[ms]"), *(values[name].tolist() for name in names), strict=True):
        direction, speed, temperature, humidity, pressure = row
        if kind == "wxt":
            message = (
                f"0{'r' if crc else 'R'}0,Dm={direction:03.0f}D,Sm={speed:.1f}M,Ta={temperature:.1f}C,Ua={humidity:.1f}P,Pa={pressure:.1f}H"
            )
            yield now, message + (checksum(message.encode()).decode("ascii") if crc else "")
            continue
        yield now, f"MET,12.1,22,{temperature:.2f},{humidity:.1f},7.477909,-0.0766031,-0.4043191,295.1065,294.2919,{pressure:.3f}"
        for word in ("SUS", "PUS"):
            telegram = f"A,{direction:03.0f},{speed:06.2f},M,+344.00,+020.63,60,"
            yield now + later, f"{word},{_STX}{telegram}{_ETX}{_exclusive_or(telegram):02X}"


def _degrees_minutes(value: float, digits: int) -> str:
    """Return an angle as degrees and minutes; minutes never become 60 by rounding."""
    micro = round(abs(value) * 60e6)
    degrees, minutes = divmod(micro, 60_000_000)
    return f"{degrees:0{digits}d}{minutes / 1e6:09.6f}"


def _sentence(body: str) -> str:
    return f"${body}*{_exclusive_or(body):02X}"


def _exclusive_or(text: str) -> int:
    return int(np.bitwise_xor.reduce(np.frombuffer(text.encode("ascii"), dtype=np.uint8)))
