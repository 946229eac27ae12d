"""Logs of made-up Picarro analysers for tests, in the instrument's own form and with its stale repeats."""

import numpy as np
from icos_atmosphere.picarro_format import clock_columns, log_bytes

START = np.datetime64("2021-03-04T22:59:30.250", "ns")
HOUSEKEEPING = {
    "CavityPressure": (140.0, 0.02),
    "CavityTemp": (45.0, 0.001),
    "DasTemp": (34.9, 0.1),
    "EtalonTemp": (45.1, 0.001),
    "WarmBoxTemp": (45.0, 0.001),
}
READINGS = ("CH4", "CH4_dry", "CO2", "CO2_dry", "H2O", "h2o_reported")
G2301 = (*HOUSEKEEPING, "species", "MPVPosition", "OutletValve", "solenoid_valves", *READINGS, "wlm1_offset")
G4301 = ("CH4", "CH4_dry", "CO2", "CO2_dry", "H2O", "CavityPressure", "CavityTemp", "Battery_Current", "Battery_Voltage")
LEVELS = {
    "CO2": (410.0, 0.5),
    "CO2_dry": (415.0, 0.5),
    "CH4": (1.95, 0.002),
    "CH4_dry": (1.99, 0.002),
    "H2O": (1.0, 0.05),
    "h2o_reported": (1.2, 0.05),
    "OutletValve": (25100.0, 30.0),
    "wlm1_offset": (0.0, 0.001),
    "Battery_Current": (-1.5, 0.5),
    "Battery_Voltage": (19.0, 0.1),
    **HOUSEKEEPING,
}
RENEWED_BY = {"CO2": 1, "CH4": 2, "CO2_dry": 3, "CH4_dry": 3, "H2O": 3, "h2o_reported": 3}


def columns(rows=60, names=G2301, seed=0, start=START, julian_days=True):
    """Return columns by their names: rows about 0.9 s apart, the valves at 1 and for a while at 4 with one row in between."""
    random = np.random.default_rng(seed)
    time = start + np.concatenate([[0], random.integers(500, 1560, max(rows - 1, 0))]).cumsum()[:rows].astype("timedelta64[ms]")
    species = np.arange(rows) % 3 + 1
    found = {**clock_columns(time, julian_days=julian_days), "ALARM_STATUS": np.zeros(rows, int), "INST_STATUS": np.full(rows, 963)}
    for name in names:
        if name in LEVELS:
            values = random.normal(*LEVELS[name], rows)
            if "species" in names and name in RENEWED_BY:
                fresh = np.maximum.accumulate(np.where(species == RENEWED_BY[name], np.arange(rows), 0))
                values = values[fresh]
            found[name] = values
    found["species"] = species.astype(float)
    found["MPVPosition"] = np.zeros(rows)
    found["solenoid_valves"] = np.where(np.arange(rows) < rows // 2, 1.0, 4.0)
    found["solenoid_valves"][rows // 2 : rows // 2 + 1] = 3.0794
    clock = clock_columns(time, julian_days=julian_days)
    return {name: found[name] for name in (*clock, "ALARM_STATUS", "INST_STATUS", *names)}


def log(rows=60, *, line_end="\r\n", exponent_digits=2, **changes):
    """Return the content of a log."""
    return log_bytes(columns(rows, **changes), line_end=line_end, exponent_digits=exponent_digits)


def read_by_hand(content):
    """Return a log's columns as a person would read it, field by field in Python: name → list of floats, and EPOCH_TIME in ms."""
    lines = content.decode("latin-1").split("\n")
    names = lines[0].split()
    rows = [line.split() for line in lines[1:] if line.strip()]
    texts = dict(zip(names, zip(*rows, strict=True), strict=True))
    numbers = {name: [float(text) for text in column] for name, column in texts.items() if name not in {"DATE", "TIME"}}
    return numbers, [int(text.replace(".", "")) for text in texts["EPOCH_TIME"]]
