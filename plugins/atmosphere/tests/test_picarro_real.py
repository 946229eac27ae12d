"""Reader `picarro` on the files of real instruments, beside rows and numbers counted in plain Python."""

import gzip
import zipfile

import numpy as np
import pytest
from icos_atmosphere.readers.picarro import READER
from icos_atmosphere.readers.picarro_columns import COLUMNS
from icos_atmosphere.readers.picarro_models import MODELS

from icos_core.running.merging import merge
from icos_core.testing import assert_chunk_invariant, assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage import in_lines

pytestmark = pytest.mark.realdata
CONTEXT = example_context()
FILES = {
    "r_data_picarro_16port/CFADS2283-20150831-171845Z-DataLog_User.dat": 2679,
    "r_data_picarro_16port/CFADS2283-20150831-181850Z-DataLog_User.dat.gz": 3618,
    "picarro_data_pnnl/sampledata/CFADS2283-20180801-003712Z-DataLog_User.dat": 9,
    "picarro_data_pnnl/sampledata/CFADS2283-20180801-003712Z-DataLog_User.dat.gz": 9,
    "picarro_data_pnnl/sampledata/CFADS2283-20180801-003712Z-DataLog_User.dat.zip": 9,
    "picarro_data_pnnl/sampledata/subdir/CFADS2283-20180801-152218Z-DataLog_User.dat": 20,
    "goflux/G2508/2023/08/01/G2508.dat": 308,
    "goflux/G2201i/2025/05/13/G2201i.dat": 966,
    "goflux/G4301/G4301.dat": 712,
}


def content_of(path):
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0])
    return path.read_bytes()


def rows_of(content):
    lines = content.decode("ascii").splitlines()
    return lines[0].split(), [line.split() for line in lines[1:]]


def read(path, **options):
    validated = READER.options(**options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def assert_as_in_file(stream, names, rows):
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    milliseconds = [int(text.replace(".", "")) for text in columns["EPOCH_TIME"]]
    np.testing.assert_array_equal(stream["time"].values.astype(np.int64), np.array(milliseconds) * 1_000_000)
    read_columns = [name for name in names if name in COLUMNS]
    assert set(stream.data_vars) == {COLUMNS[name] for name in read_columns}
    for name in read_columns:
        np.testing.assert_array_equal(stream[COLUMNS[name]].values, [float(text) for text in columns[name]], err_msg=name)


@pytest.mark.parametrize("name", FILES)
def test_every_row_and_number_is_that_of_the_file(real_data, name):
    path = real_data / "atmosphere" / name
    names, rows = rows_of(content_of(path))
    result = read(path)
    assert len(rows) == FILES[name]
    assert (result.tally.seen, result.tally.kept, dict(result.tally.damaged)) == (len(rows), len(rows), {})
    assert_as_in_file(result.streams["picarro"], names, rows)
    guess = READER.guess(path)
    assert guess is not None
    assert guess.confidence > 0.95


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("goflux/G2508/2023/08/01/G2508.dat", "DATE and TIME are 1 h ahead of EPOCH_TIME"),
        ("goflux/G2201i/2025/05/13/G2201i.dat", "the last line has no line end"),
        ("goflux/G4301/G4301.dat", None),
    ],
)
def test_what_is_odd_about_a_file_is_told(real_data, name, problem):
    messages = [str(each) for each in read(real_data / "atmosphere" / name).problems]
    assert len(messages) == (1 if problem else 0)
    assert not problem or problem in messages[0]


def test_all_further_columns_of_a_g2201i(real_data):
    path = real_data / "atmosphere/goflux/G2201i/2025/05/13/G2201i.dat"
    names, rows = rows_of(content_of(path))
    further = [name for name in names[5:] if name not in COLUMNS]
    stream = read(path, extra_columns=tuple(further)).streams["picarro"]
    assert len(stream.data_vars) == len(names) - 5
    for name in ("12CO2", "Delta_iCH4_Raw", "HP_12CH4_dry", "PPF_C2H4_conc"):
        variable = {"12CO2": "x12co2", "Delta_iCH4_Raw": "delta_i_ch4_raw"}.get(name, name.lower())
        np.testing.assert_array_equal(stream[variable].values, [float(row[names.index(name)]) for row in rows])


def test_two_days_of_a_g2301(real_data):
    paths = sorted((real_data / "atmosphere/pycrds_g2301_raw").rglob("*.dat.gz"))
    results = [(path.name, read(path)) for path in paths]
    assert len(paths) == 48
    counted = 0
    for path, (_, result) in zip(paths, results, strict=True):
        names, rows = rows_of(content_of(path))
        counted += len(rows)
        assert (result.tally.seen, result.tally.kept, result.problems) == (len(rows), len(rows), ())
        if path in paths[::12]:
            assert_as_in_file(result.streams["picarro"], names, rows)
    merged = merge([(name, result.streams["picarro"]) for name, result in results])
    stream = merged.stream
    assert counted == stream.sizes["time"] == 182_599
    assert (merged.duplicates, merged.conflicts) == (0, 0)
    valves = stream["solenoid_valves"].values
    assert np.count_nonzero(valves != np.rint(valves)) == 3
    at_tank = np.flatnonzero(valves == 4)
    starts = at_tank[np.flatnonzero(np.diff(at_tank, prepend=-2) > 1)]
    assert [str(time) for time in stream["time"].values[starts].astype("datetime64[ms]")] == [
        "2021-01-01T01:57:45.307",
        "2021-01-02T02:58:42.280",
    ]
    assert at_tank.size == 1898 + 1899
    assert [np.count_nonzero(stream["species"].values == code) for code in (1, 2, 3)] == [60_866, 60_867, 60_866]
    pressure = stream["cavity_pressure"].values
    assert np.count_nonzero(np.abs(pressure - 140.0) > 0.1) == 57


def test_models_renew_readings_as_they_are_said_to(real_data):
    """A reading whose fresh rows are stated changes in no other row, and in all but a few of them."""
    for name, model in (("goflux/G2201i/2025/05/13/G2201i.dat", "G2201-i"), (next(iter(FILES)), "G2301")):
        stream = read(real_data / "atmosphere" / name).streams["picarro"]
        species = stream["species"].values[1:]
        stated = {variable: codes for variable, codes in MODELS[model].fresh.items() if codes and variable in stream}
        assert stated
        for variable, codes in stated.items():
            changed = np.diff(stream[variable].values) != 0
            fresh = np.isin(species, codes)
            # Where a row is missing, what it renewed changes in the next one.
            step = np.diff(stream["time"].values) > np.timedelta64(1900, "ms")
            assert not (changed & ~fresh & ~step).any(), (name, variable)
            assert changed[fresh].mean() > 0.99, (name, variable)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".dat")])
def test_cut_anywhere_between_rows_a_file_gives_the_same(real_data, tmp_path, name):
    path = tmp_path / "whole.dat"
    path.write_bytes((real_data / "atmosphere" / name).read_bytes())
    assert_chunk_invariant(READER, path, READER.options(), CONTEXT, lambda content: in_lines(content, 1), count=4)
