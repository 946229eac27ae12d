"""Keys: the same for the same content in every process, another for any other."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from icos_core.running.keys import content_key
from icos_core.versioned import Options


class Some(Options):
    names: frozenset[str] = frozenset({"sst", "salinity", "longitude"})
    limit: timedelta = timedelta(seconds=5)


VALUES = [
    None,
    1,
    1.5,
    "a",
    [1, 2],
    (1, [2]),
    {"a": 1},
    {1, 2, 3},
    frozenset({"x", "y"}),
    MappingProxyType({"b": 2}),
    datetime(2024, 1, 1, tzinfo=UTC),
    timedelta(seconds=1),
    np.datetime64("2024-01-01", "ns"),
    np.datetime64("NaT", "ns"),
    np.int8(3),
    np.array([1.0, 2.0]),
    Path("raw/a.txt"),
    Decimal("1.10"),
    re.compile("a+"),
    Some(),
    Some(limit=timedelta(seconds=6)),
    float("nan"),
]


def test_different_contents_have_different_keys():
    keys = [content_key(value) for value in VALUES]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


def test_the_order_of_keys_makes_no_difference():
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
    assert content_key("a", "b") != content_key("b", "a")
    assert content_key("ab") != content_key("a", "b")


def test_the_same_in_every_process():
    """Sets of text have another order in every process."""
    code = "from icos_core.running.keys import content_key; print(content_key(frozenset('abcdefgh'), {'x', 'y'}))"
    keys = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert keys == {content_key(frozenset("abcdefgh"), {"x", "y"})}


def test_what_has_only_a_place_in_memory_is_refused():
    with pytest.raises(TypeError, match="cannot be part of a key"):
        content_key(object())
