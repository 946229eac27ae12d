"""``time,stream,name=value,…`` lines; lines that cannot be read are rejected and counted.

A file with the word CRASH makes the reader raise an undeclared error; KILL ends its process; KILLONCE ends it the first time; SLEEP takes
a minute.
"""

import os
from time import sleep

import numpy as np

from icos_core import InputError, Problem, Reader, ReadResult, Span, Tally, Variable
from icos_core.dataset import make_stream
from icos_core.versioned import Options

VOCABULARY = {
    "log": (
        Variable(name="signal", units="V", long_name="signal"),
        Variable(
            name="temperature", units="degree_C", long_name="cell temperature", attributes={"units_metadata": "temperature: on_scale"}
        ),
        Variable(name="gas", dtype="int8", flag_values=(0, 1), flag_meanings=("air", "cylinder"), long_name="gas"),
    ),
    "met": (
        Variable(name="air_temperature", units="K", long_name="air temperature", standard_name="air_temperature"),
        Variable(name="wind_from_direction", units="degree", long_name="wind direction", standard_name="wind_from_direction"),
    ),
    "baro": (Variable(name="pressure", units="Pa", long_name="air pressure"),),
}


class LoggerOptions(Options):
    """Options."""

    kind: str = "log"
    scale: float = 1.0
    channels: bool = False


def obey(path, text):
    """Do what the words of a file ask for."""
    if "CRASH" in text:
        raise RuntimeError("a fault of the reader")
    if "SLEEP" in text:
        sleep(60)
    if "KILLONCE" in text and not path.with_suffix(".killed").exists():
        path.with_suffix(".killed").touch()
        os._exit(9)
    if "KILL" in text and "KILLONCE" not in text:
        os._exit(9)


def read(path, options, context):
    if path.stat().st_size == 0:
        raise InputError(path.name, "the file is empty")
    text = path.read_text(encoding="utf-8")
    obey(path, text)
    words = [word for word in VOCABULARY[options.kind] if not options.channels or f"{word.name}=" in text]
    times, rows, rejected, problems, seen, taken = [], [], {}, [], 0, set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            continue
        seen += 1
        try:
            moment, *cells = line.split(",")
            time = np.datetime64(moment.rstrip("Z"), "ns")
            row = {name: float(value) for name, value in (cell.split("=") for cell in cells)}
        except ValueError:
            rejected["unreadable"] = rejected.get("unreadable", 0) + 1
            problems.append(Problem(message="unreadable line", line=number, text=line))
            continue
        if time in taken:
            rejected["time repeated"] = rejected.get("time repeated", 0) + 1
            continue
        taken.add(time)
        times.append(time)
        rows.append(row)
    order = np.argsort(np.array(times, dtype="datetime64[ns]"), kind="stable")
    values = {}
    for word in words:
        column = np.array([rows[i].get(word.name, np.nan) for i in order])
        values[word.name] = (
            np.nan_to_num(column).astype("i1") if word.dtype == "int8" else column * (options.scale if word.name == "signal" else 1)
        )
    stream = make_stream(np.array(times, dtype="datetime64[ns]")[order], values, words)
    return ReadResult(streams={options.kind: stream}, tally=Tally(seen=seen, kept=len(times), rejected=rejected), problems=tuple(problems))


def span(path, options, context):
    result = read(path, options, context)
    time = result.streams[options.kind]["time"].values
    if time.size == 0:
        raise InputError(path.name, "no row")
    return Span(time[0], time[-1])


READER = Reader(
    name="minute-logger",
    summary="test logger",
    options=LoggerOptions,
    read=read,
    span=span,
    provides=lambda options: {options.kind: VOCABULARY[options.kind]},
)
