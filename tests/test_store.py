"""The store gives back what it was given, or says that it is gone; never anything else."""

from pathlib import Path

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icos_core.exceptions import DataError, RunError
from icos_core.running.store import Store

KEY = "ab" + 62 * "0"
OTHER = "cd" + 62 * "1"
DTYPES = ["f8", "f4", ">f8", "i1", "i2", "i4", "i8", "u1", "?", "M8[ns]", "m8[ns]", "U3"]


def stream(rows=5):
    time = np.datetime64("2024-01-01", "ns") + np.arange(rows) * np.timedelta64(1, "s")
    return xr.Dataset(
        {
            "sst": ("time", np.linspace(-1.0, 2.0, rows), {"units": "degree_C"}),
            "run_type": ("time", np.zeros(rows, dtype="i1"), {"flag_values": np.array([0, 1], dtype="i1"), "flag_meanings": "water air"}),
            "spectrum": (("time", "frequency"), np.arange(3.0 * rows).reshape(rows, 3)),
        },
        coords={"time": ("time", time, {"standard_name": "time"}), "frequency": ("frequency", [0.1, 0.2, 0.3], {"units": "Hz"})},
        attrs={"instrument": "é", "numbers": [1, 2.5]},
    )


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


def test_round_trip(store):
    given_stream = stream()
    store.save(KEY, {"underway": given_stream, "co2/150m": stream(0)}, {"a": [1, "µ", None, float("inf")]})
    found = store.load(KEY)
    assert found.meta == store.meta(KEY) == {"a": [1, "µ", None, float("inf")]}
    assert list(found.streams) == ["underway", "co2/150m"]
    xr.testing.assert_identical(found.streams["underway"], given_stream)
    xr.testing.assert_identical(found.streams["co2/150m"], stream(0))
    for name, variable in given_stream.variables.items():
        assert found.streams["underway"][name].dtype == variable.dtype


def test_attributes_keep_their_types(store):
    attrs = {
        "array": np.array([1, 2], dtype="i1"),
        "number": np.float32(0.1),
        "time": np.datetime64("2024-01-01T00:00:00.5", "ns"),
        "text": "x",
        "truth": np.bool_(True),
        "mixed": ["a", np.int16(3)],
    }
    store.save(KEY, {"s": xr.Dataset(attrs=attrs)}, {})
    found = store.load(KEY).streams["s"].attrs
    assert found.keys() == attrs.keys()
    for key in ("number", "time", "truth"):
        assert found[key] == attrs[key]
        assert type(found[key]) is type(attrs[key])
        assert found[key].dtype == attrs[key].dtype
    np.testing.assert_array_equal(found["array"], attrs["array"])
    assert found["array"].dtype == "i1"
    assert found["mixed"] == ["a", 3]
    assert found["mixed"][1].dtype == "i2"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_any_array_comes_back(store, data, dtype):
    array = data.draw(arrays.arrays(np.dtype(dtype), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)))
    dims = [f"d{number}" for number in range(array.ndim)]
    store.save(KEY, {"s": xr.Dataset({"x": (dims, array)})}, {})
    found = store.load(KEY).streams["s"]["x"].variable
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    # Bytes, so that every NaN and the sign of zero count.
    assert found.values.tobytes() == array.tobytes()


def test_large_objects_are_mapped(store):
    values = np.arange(1_000_000.0)
    store.save(KEY, {"s": xr.Dataset({"x": ("time", values), "y": ("time", values.astype("i2"))})}, {})
    found = store.load(KEY).streams["s"]
    np.testing.assert_array_equal(found["x"], values)
    base = found["x"].values
    while isinstance(base.base, np.ndarray):
        base = base.base
    assert isinstance(base, np.memmap)


def test_what_was_loaded_survives_replacement_and_removal(store):
    store.save(KEY, {"s": xr.Dataset({"x": ("time", np.arange(1_000_000.0))})}, {})
    found = store.load(KEY)
    store.save(KEY, {"s": xr.Dataset({"x": ("time", np.zeros(1_000_000))})}, {})
    store.remove(KEY)
    np.testing.assert_array_equal(found.streams["s"]["x"], np.arange(1_000_000.0))
    assert store.load(KEY) is None


@pytest.fixture
def damaged(store):
    """An object, its bytes, and a function that puts other bytes in its place."""
    store.save(KEY, {"s": stream(3)}, {"lines": 7})
    path = store.path(KEY)
    return store, path.read_bytes(), path.write_bytes


def test_truncation_anywhere_is_absence(damaged):
    store, octets, put = damaged
    for length in range(len(octets)):
        put(octets[:length])
        assert store.load(KEY) is None, length
    put(octets)
    assert store.load(KEY) is not None


def test_a_flipped_bit_anywhere_is_absence_or_harmless(damaged):
    store, octets, put = damaged
    harmless = 0
    for position in range(len(octets)):
        changed = bytearray(octets)
        changed[position] ^= 1 << (position % 8)
        put(bytes(changed))
        found = store.load(KEY)
        if found is not None:
            harmless += 1
            xr.testing.assert_identical(found.streams["s"], stream(3))
            assert found.meta == {"lines": 7}
    # Only the padding between arrays may change unseen.
    assert harmless < 64 * 6


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_damage_is_absence_or_harmless(damaged, data):
    store, octets, put = damaged
    start = data.draw(st.integers(0, len(octets)))
    end = data.draw(st.integers(start, len(octets)))
    put(octets[:start] + data.draw(st.binary(max_size=80)) + octets[end:])
    assert store.meta(KEY) in (None, {"lines": 7})
    found = store.load(KEY)
    if found is not None:
        xr.testing.assert_identical(found.streams["s"], stream(3))


@pytest.mark.parametrize("content", [b"", b"\n", b"icos-store-2\n", b"icos-store-2 00000000 \n", b"icos-store-1 {}\n", b"\xff" * 1000])
def test_foreign_files_are_absence(store, content):
    path = store.path(KEY)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert store.meta(KEY) is None
    assert store.load(KEY) is None


def test_a_folder_in_its_place_is_absence(store):
    store.path(KEY).mkdir(parents=True)
    assert store.meta(KEY) is None
    assert store.load(KEY) is None


def test_discard_keeps_what_it_is_told_to(store):
    for key in (KEY, OTHER):
        store.save(key, {"s": stream()}, {})
    (store.path(KEY).parent / "leftover").touch()
    assert store.discard([OTHER]) == 2
    assert store.load(KEY) is None
    assert store.load(OTHER) is not None


def test_half_written_files_stand_apart_and_go(store, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(RunError, match=r"cannot write to .*cache: No space left on device"):
        store.save(KEY, {"s": stream()}, {})
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    (store.folder / "part" / "of-a-killed-run").write_bytes(b"x")
    store.clear_parts()
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_told(store, monkeypatch):
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    original = type(store.folder).open
    monkeypatch.setattr("pathlib.Path.open", lambda path, mode="r", **more: original(type(path)("/dev/full"), mode, **more))
    with pytest.raises(RunError, match="No space left on device"):
        store.save(KEY, {"s": stream(100_000)}, {})


def test_what_cannot_be_stored_is_refused(store):
    words = xr.Dataset({"x": ("time", np.array(["a", None], dtype=object))})
    with pytest.raises(DataError, match="s: x is of type object, expected numbers"):
        store.save(KEY, {"s": words}, {})
    with pytest.raises(DataError, match="neither text nor number"):
        store.save(KEY, {"s": xr.Dataset(attrs={"a": {1, 2}})}, {})
    assert store.load(KEY) is None
