"""Damaged variants of ship's logs: no exception but the declared one, no line uncounted.

``ICOS_DAMAGED_VARIANTS`` sets how many are tried of each reader (300 by default), half of them in each of two forms of its logs.
"""

import os
import warnings

import numpy as np
import pytest
from icos_ocean.readers import ldeo_underway, nmea, sea_bird_sbe45, vaisala_wxt
from icos_ocean.simulators.ship_sensors import SIMULATOR
from ship_logs import simulation
from test_general_oceanics_damage import DAMAGES

from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
CONTEXT = example_context()
WORDS = (
    b"",
    b" ",
    b"-",
    b"1e400",
    b"NaN",
    b"inf",
    b"0x1F",
    b"1..2",
    b"$",
    b"*",
    b"=",
    b"\x02",
    b"\x03",
    b"$GPGGA,",
    b"999999999999999999999999999",
)
LOGS = {
    "ldeo": (ldeo_underway.READER, "ldeo-underway", {}),
    "ldeo by time tag": (ldeo_underway.READER, "ldeo-underway", {"time_stamp": "none"}),
    "thermosalinograph": (sea_bird_sbe45.READER, "sea-bird-sbe45", {}),
    "thermosalinograph with labels": (sea_bird_sbe45.READER, "sea-bird-sbe45", {"labels": True}),
    "nmea": (nmea.READER, "nmea", {}),
    "nmea by itself": (nmea.READER, "nmea", {"time_stamp": "none"}),
    "wxt": (vaisala_wxt.READER, "vaisala-wxt", {"crc": True}),
    "mast": (vaisala_wxt.READER, "vaisala-wxt", {"weather": "mast"}),
}
OPTIONS = {
    "ldeo by time tag": {"time_stamp": "none", "clock": "time-tag"},
    "thermosalinograph": {"columns": ["temperature", "conductivity", "salinity", "sound_speed", "remote_temperature"]},
    "nmea by itself": {"time_stamp": "none", "clock": "sentence"},
    "mast": {"messages": "mast"},
}


def replaced_fields(content, random):
    """Put odd words into some fields, whatever separates them."""
    lines = content.split(b"\n")
    for place in range(len(lines)):
        if random.random() < 0.3:
            separator = b"\t" if b"\t" in lines[place] else b","
            fields = lines[place].split(separator)
            fields[int(random.integers(0, len(fields)))] = WORDS[int(random.integers(0, len(WORDS)))]
            lines[place] = separator.join(fields)
    return b"\n".join(lines)


def damaged(content, seed):
    random = np.random.default_rng(seed)
    kinds = (*DAMAGES, replaced_fields)
    for kind in random.choice(len(kinds), size=int(random.integers(1, 4)), replace=False):
        content = kinds[kind](content, random)
    return content


def check(reader, path, content, options):
    path.write_bytes(content)
    try:
        result = reader.read(path, options, CONTEXT)
    except InputError:
        for function in (reader.read, reader.span):
            with pytest.raises(InputError, match=rf"^{path.name}[^\n]*$"):
                function(path, options, CONTEXT)
        return False
    finally:
        reader.guess(path)
    assert_result_fits(reader, result, options)
    assert_span_covers(reader, path, result, options, CONTEXT)
    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert result.tally.seen == len(lines) - (lines[-1] == b"")
    assert all("\n" not in str(problem) for problem in result.problems)
    return True


@pytest.mark.parametrize("log", LOGS)
def test_damaged_variants(tmp_path, log):
    reader, system, changes = LOGS[log]
    simulated = simulation(system, **changes)
    simulated["cruise"] = {**simulated["cruise"], "duration": "1 h"}
    (path,) = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate(simulated), 1).files
    content, options = path.read_bytes(), reader.options(**OPTIONS.get(log, {}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = sum(check(reader, tmp_path / "damaged.log", damaged(content, seed), options) for seed in range(VARIANTS // 2))
    assert read > 0
