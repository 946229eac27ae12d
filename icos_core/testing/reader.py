"""The contract of a reader, as functions to call and as a class to subclass.

>>> class TestAquaFlux(ReaderContract):
...     reader = READER
...     simulator = SIMULATOR
...     truth_tolerance = {"sst": 0.01}
"""

from __future__ import annotations

import json
import pickle
import warnings
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from icos_core.components import Guess, ReadResult, Tally
from icos_core.dataset import attributes, check_stream
from icos_core.describing.toml_text import array_of_tables
from icos_core.exceptions import InputError
from icos_core.plugins import GENERIC_KEYS
from icos_core.running.merging import merge
from icos_core.testing import damage
from icos_core.testing.comparison import assert_same_stream, assert_same_streams
from icos_core.testing.context import example_context, options_of
from icos_core.testing.simulated import described_options
from icos_core.units import convertible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import Context, Reader, SimulationResult, Simulator

__all__ = [
    "ReaderContract",
    "assert_chunk_invariant",
    "assert_foreign_files_refused",
    "assert_result_fits",
    "assert_span_covers",
    "assert_survives",
    "read_or_refuse",
]


def read_or_refuse(reader: Reader, path: Path, options: Any, context: Context, what: str) -> ReadResult | None:
    """Read a file that may be unreadable: None where the reader refuses it with an :class:`InputError` that names the file.

    Any other exception and any warning fail the test; `what` says what was done to the file.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return reader.read(path, options, context)
    except InputError as error:
        assert path.name in str(error), f"{what}: the error does not name the file: {error}"
        pickle.loads(pickle.dumps(error))
        return None
    except Exception as error:
        raise AssertionError(f"{what}: read raised {type(error).__name__}, only InputError may be raised: {error}") from error


def assert_result_fits(reader: Reader, result: ReadResult, options: Any) -> None:
    """Assert that streams, units, attributes and tally of a result are what the reader declares."""
    tally = result.tally
    assert tally.balanced, f"tally does not balance: {tally.seen} lines seen, {tally.kept} kept, rejected {dict(tally.rejected)}"
    assert min([tally.seen, tally.kept, *tally.rejected.values(), *tally.damaged.values()]) >= 0, f"negative counts: {tally}"
    if tally.by_type:
        assert sum(tally.by_type.values()) == tally.seen, f"by_type counts {sum(tally.by_type.values())} of {tally.seen} lines seen"
    try:
        json.dumps([asdict(tally), *map(asdict, result.problems)])
    except (TypeError, ValueError) as error:
        raise AssertionError(f"counts and problems have to be plain numbers, text and dictionaries, for the manifest: {error}") from error
    declared = reader.provides(options)
    rows = [stream.sizes["time"] for stream in result.streams.values()]
    if len(rows) == 1:
        assert rows[0] == tally.kept, f"{rows[0]} rows, but the tally says {tally.kept} lines were kept"
    assert max(rows, default=0) <= tally.kept, f"streams of {rows} rows from {tally.kept} kept lines"
    for name, stream in result.streams.items():
        assert name in declared, f"stream {name!r} is not declared by provides(): {sorted(declared)}"
        _assert_stream_fits(name, stream, {variable.name: variable for variable in declared[name]})


def _assert_stream_fits(name: str, stream: xr.Dataset, words: Mapping[str, Any]) -> None:
    check_stream(stream, name)
    bounds = stream["time"].attrs.get("bounds")
    for variable in map(str, stream.data_vars):
        if variable == bounds:
            shape = stream[variable].shape
            assert shape == (stream.sizes["time"], 2), f"{name}: bounds of time have shape {shape}"
            assert (stream[variable].values[:, 0] <= stream["time"].values).all(), f"{name}: an interval begins after its time"
            continue
        assert variable in words, f"{name}: {variable!r} is not declared by provides(): {sorted(words)}"
        array, word = stream[variable], words[variable]
        assert array.dims[:1] == ("time",), f"{name}: time does not lead {variable}, it has {array.dims}"
        assert isinstance(array.variable._data, np.ndarray), f"{name}: {variable} is not held by numpy"  # noqa: SLF001  # .data would load it
        assert array.dtype == np.dtype(word.dtype), f"{name}: {variable} is {array.dtype}, declared {word.dtype}"
        wanted = attributes(word)
        for key, value in wanted.items():
            assert key in array.attrs, f"{name}: {variable} lacks the attribute {key!r}"
            assert np.array_equal(array.attrs[key], value), f"{name}: {variable}.{key} is {array.attrs[key]!r}, declared {value!r}"
        if word.flag_values:
            unknown = np.setdiff1d(array.values, word.flag_values)
            assert unknown.size == 0, f"{name}: {variable} has codes {unknown.tolist()} without a meaning"


def assert_span_covers(reader: Reader, path: Path, result: ReadResult, options: Any, context: Context, what: str = "span") -> None:
    """Assert that ``span`` covers every row that ``read`` found."""
    times = [stream["time"].values for stream in result.streams.values() if stream.sizes["time"]]
    if not times:
        return
    start, end = reader.span(path, options, context)
    first, last = min(time[0] for time in times), max(time[-1] for time in times)
    assert start <= first, f"{what}: span begins {start}, the first row is of {first}"
    assert end >= last, f"{what}: span ends {end}, the last row is of {last}"


def assert_chunk_invariant(
    reader: Reader, path: Path, options: Any, context: Context, split: Callable[[bytes], tuple[bytes, list[bytes]]], count: int = 12
) -> None:
    """Assert that a file cut in two between any records, the header repeated, gives the rows and the account of the whole.

    Parameters
    ----------
    split
        Content of a file → header and records.
    count
        How many cuts to try.
    """
    whole = reader.read(path, options, context)
    header, records = split(path.read_bytes())
    for place in damage.cuts(records, count):
        parts = []
        for part, piece in (("a", records[:place]), ("b", records[place:])):
            cut = path.with_name(f"{path.stem}-{part}{path.suffix}")
            cut.write_bytes(header + b"".join(piece))
            parts.append((cut.name, reader.read(cut, options, context)))
        what = f"cut after record {place} of {len(records)}"
        assert_same_streams(_merged(parts), _merged([(path.name, whole)]), what)
        assert _plain(sum((part.tally for _, part in parts), Tally())) == _plain(whole.tally), f"{what}: the accounts differ"


def _merged(parts: Iterable[tuple[str, ReadResult]]) -> dict[str, xr.Dataset]:
    streams: dict[str, list[tuple[str, xr.Dataset]]] = {}
    for file, result in parts:
        for name, stream in result.streams.items():
            streams.setdefault(name, []).append((file, stream))
    return {name: merge(each, name).stream for name, each in streams.items()}


def _plain(tally: Tally) -> tuple[Any, ...]:
    counts = ({key: count for key, count in each.items() if count} for each in (tally.rejected, tally.by_type, tally.damaged))
    return tally.seen, tally.kept, *counts


def assert_survives(
    reader: Reader,
    path: Path,
    variants: Iterable[tuple[str, bytes]],
    options: Any,
    context: Context,
    split: Callable[[bytes], tuple[bytes, list[bytes]]],
) -> None:
    """Assert that damaged contents are refused with an :class:`InputError`, or read with every record accounted for.

    Parameters
    ----------
    variants
        (what was done, content) pairs, written to `path` one after the other.
    """
    for what, content in variants:
        path.write_bytes(content)
        result = read_or_refuse(reader, path, options, context, what)
        if result is None:
            continue
        try:
            assert_result_fits(reader, result, options)
        except AssertionError as error:
            raise AssertionError(f"{what}: {error}") from error
        records = len(split(content)[1])
        assert result.tally.seen >= records, f"{what}: {records - result.tally.seen} of {records} records are lost uncounted"
        assert_span_covers(reader, path, result, options, context, what)


def assert_foreign_files_refused(reader: Reader, folder: Path, options: Any, context: Context) -> None:
    """Assert that files of another kind, a folder and a file that is not there are refused by ``read`` and by ``span``."""
    paths = {}
    for number, (what, content) in enumerate(damage.FOREIGN_FILES.items()):
        path = folder / f"foreign-{number}.txt"
        path.write_bytes(content)
        paths[what] = path
    paths["folder"] = folder / "folder"
    paths["folder"].mkdir()
    paths["missing file"] = folder / "not-there.txt"
    for what, path in paths.items():
        result = read_or_refuse(reader, path, options, context, what)
        assert result is None, f"{what}: read as {result.tally.seen} lines, expected an InputError"
        with pytest.raises(InputError):
            reader.span(path, options, context)


class ReaderContract:
    """What every reader has to do; a subclass names the reader and a simulator, or overrides :meth:`make_file`.

    Attributes
    ----------
    reader
        The reader under test.
    simulator, simulator_options, seed
        Write the raw files; the reader's options are those of the simulator's description.
    options
        The reader's options, where they are not those of the simulator's description.
    truth_tolerance
        Variable → largest difference from the simulator's truth that noise and rounding of the format allow.
    gaps
        Largest share of the truth's values that the raw file may lack.
    header_lines
        Lines on top of a text file that are no records. Binary formats override :meth:`split`.
    is_text
        Whether line ends (LF, CRLF, none after the last line) must make no difference.
    variants
        How many truncated files, and how many with bytes replaced, are tried.
    """

    reader: ClassVar[Reader]
    simulator: ClassVar[Simulator | None] = None
    simulator_options: ClassVar[Mapping[str, Any] | None] = None
    seed: ClassVar[int] = 1
    options: ClassVar[BaseModel | Mapping[str, Any] | None] = None
    truth_tolerance: ClassVar[Mapping[str, float]] = {}
    gaps: ClassVar[float] = 0.0
    header_lines: ClassVar[int] = 1
    is_text: ClassVar[bool] = True
    variants: ClassVar[int] = 60

    def context(self) -> Context:
        """Return the context that functions of the reader are called with."""
        return example_context()

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        """Split the content of a file into header and records."""
        return damage.in_lines(content, self.header_lines)

    def make_file(self, folder: Path) -> Path:
        """Write a good raw file into `folder`; the default takes the first of the simulator's."""
        return self._simulated(folder).files[0]

    def reader_options(self, folder: Path) -> BaseModel:
        """Return the reader's options for the file that :meth:`make_file` wrote."""
        if self.options is None and self.simulator is not None:
            return described_options(self._simulated(folder / "described").description, "reader", self.reader)
        return options_of(self.reader.options, self.options)

    def _simulated(self, folder: Path) -> SimulationResult:
        assert self.simulator is not None, "name a simulator, or override make_file and set options"
        folder.mkdir(parents=True, exist_ok=True)
        return self.simulator.simulate(folder, options_of(self.simulator.options, self.simulator_options), self.seed)

    @pytest.fixture(scope="class")
    @classmethod
    def good(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, BaseModel]:
        """Content of a good file, and the options to read it with."""
        contract, folder = cls(), tmp_path_factory.mktemp("simulated")
        return contract.make_file(folder).read_bytes(), contract.reader_options(folder)

    @pytest.fixture
    def raw(self, good: tuple[bytes, BaseModel], tmp_path: Path) -> Path:
        """Return a good file in a folder of its own."""
        path = tmp_path / "raw.txt"
        path.write_bytes(good[0])
        return path

    def test_every_record_is_accounted_for(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """As many lines seen as the file has, and streams, units and attributes as declared."""
        result = read_or_refuse(self.reader, raw, good[1], self.context(), "a good file")
        assert result is not None, "a good file is refused"
        assert_result_fits(self.reader, result, good[1])
        assert result.tally.kept > 0, "no row of a good file is kept"
        assert result.tally.seen == len(self.split(good[0])[1])

    def test_provides_words_with_units(self, good: tuple[bytes, BaseModel]) -> None:
        """Every declared quantity has a unit that UDUNITS knows, every category its codes and words."""
        for stream, variables in self.reader.provides(good[1]).items():
            names = [variable.name for variable in variables]
            assert len(set(names)) == len(names), f"{stream}: declared twice: {sorted({name for name in names if names.count(name) > 1})}"
            for variable in variables:
                if variable.flag_values:
                    assert len(variable.flag_values) == len(variable.flag_meanings), f"{variable.name}: codes and words do not match"
                else:
                    assert convertible(variable.units, variable.units), f"{variable.name}: no unit"
                    assert variable.units, f"{variable.name}: no unit"

    def test_span_agrees_with_read(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """The span is that of the rows."""
        result = self.reader.read(raw, good[1], self.context())
        assert_span_covers(self.reader, raw, result, good[1], self.context())

    def test_round_trip(self, tmp_path: Path) -> None:
        """What the simulator wrote is what is read, within noise and rounding."""
        if self.simulator is None:
            pytest.skip("no simulator of this format")
        simulated = self._simulated(tmp_path)
        options = described_options(simulated.description, "reader", self.reader) if self.options is None else self.reader_options(tmp_path)
        streams = _merged((path.name, self.reader.read(path, options, self.context())) for path in simulated.files)
        compared = 0
        for name, truth in simulated.truth.items():
            if name not in streams:
                continue
            stream = streams[name]
            assert np.isin(truth["time"].values, stream["time"].values).all(), f"{name}: times of the truth are missing"
            rows = np.searchsorted(stream["time"].values, truth["time"].values)
            for variable in (each for each in self.truth_tolerance if each in truth and each in stream):
                _assert_near(variable, stream[variable].values[rows], truth[variable].values, self.truth_tolerance[variable], self.gaps)
                compared += 1
        assert compared == len(self.truth_tolerance), f"compared {compared} of {sorted(self.truth_tolerance)} with the truth"

    def test_chunk_invariance(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """How the logger cut its files never shows."""
        assert_chunk_invariant(self.reader, raw, good[1], self.context(), self.split)

    def test_truncated_files(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """A file cut off anywhere is refused, or gives rows with every record accounted for."""
        assert_survives(self.reader, raw, damage.truncated(good[0], self.variants), good[1], self.context(), self.split)

    def test_complete_rows_of_a_truncated_file(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """The rows before the place where a file was cut off are what they were."""
        whole = self.reader.read(raw, good[1], self.context())
        header, records = self.split(good[0])
        place = 2 * len(records) // 3
        rest = records[place][: len(records[place]) // 2]
        raw.write_bytes(header + b"".join(records[:place]) + rest)
        result = self.reader.read(raw, good[1], self.context())
        for name, stream in result.streams.items():
            kept = slice(0, stream.sizes["time"] - 1)
            assert_same_stream(stream.isel(time=kept), whole.streams[name].isel(time=kept), "a file that was cut off")

    def test_damaged_files(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """A file with bytes replaced is refused, or gives rows with every record accounted for."""
        assert_survives(self.reader, raw, damage.flipped_bytes(good[0], self.variants), good[1], self.context(), self.split)

    def test_foreign_files(self, good: tuple[bytes, BaseModel], tmp_path: Path) -> None:
        """Files of another kind are refused."""
        assert_foreign_files_refused(self.reader, tmp_path, good[1], self.context())

    def test_line_ends_make_no_difference(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """LF, CRLF, and no line end after the last line give the same rows."""
        if not self.is_text:
            pytest.skip("a binary format")
        whole = self.reader.read(raw, good[1], self.context())
        unix = good[0].replace(b"\r\n", b"\n")
        for what, content in (("LF", unix), ("CRLF", unix.replace(b"\n", b"\r\n")), ("no last line end", good[0].rstrip(b"\r\n"))):
            raw.write_bytes(content)
            assert_same_streams(self.reader.read(raw, good[1], self.context()).streams, whole.streams, what)

    def test_result_crosses_processes(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """Options and result survive pickling, and reading again gives the same."""
        options = pickle.loads(pickle.dumps(good[1]))
        result = self.reader.read(raw, options, self.context())
        again = pickle.loads(pickle.dumps(result))
        assert again.tally == result.tally
        assert again.problems == result.problems
        assert_same_streams(again.streams, self.reader.read(raw, good[1], self.context()).streams, "reading again")

    def test_guess_knows_its_own_files(self, raw: Path) -> None:
        """A guess at a good file names options that the reader takes, and is more sure than not."""
        if self.reader.guess is None:
            pytest.skip("the reader does not guess")
        guess = _guess(self.reader, raw, "a good file")
        assert guess is not None, "the reader does not know a good file of its own"
        assert 0.5 < guess.confidence <= 1, f"confidence {guess.confidence} in a good file, more than 0.5 is expected"
        sentences = [*guess.found, *guess.unsure]
        assert all(isinstance(each, str) and each.strip() for each in sentences), f"found and unsure hold sentences: {sentences}"
        array_of_tables("input", guess.options, {})  # raises for what TOML has no form for
        options = {key: value for key, value in guess.options.items() if key not in GENERIC_KEYS["reader"]}
        self.reader.options.model_validate(options)

    def test_guess_does_not_claim_foreign_files(self, good: tuple[bytes, BaseModel], tmp_path: Path) -> None:
        """Foreign, empty, damaged and binary files, a folder and a missing file: no guess or an unsure one, and never an error."""
        if self.reader.guess is None:
            pytest.skip("the reader does not guess")
        path = tmp_path / "foreign.txt"
        for what, content in damage.FOREIGN_FILES.items():
            path.write_bytes(content)
            guess = _guess(self.reader, path, what)
            assert guess is None or guess.confidence < 0.5, f"{what}: guessed with confidence {guess.confidence}"
        for what, content in (*damage.truncated(good[0], self.variants // 3), *damage.flipped_bytes(good[0], self.variants // 3)):
            path.write_bytes(content)
            _guess(self.reader, path, what)
        for what, other in (("folder", tmp_path), ("missing file", tmp_path / "not-there.txt")):
            assert _guess(self.reader, other, what) is None, f"{what}: guessed"


def _guess(reader: Reader, path: Path, what: str) -> Guess | None:
    assert reader.guess is not None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            guess = reader.guess(path)
    except Exception as error:
        raise AssertionError(f"{what}: guess raised {type(error).__name__}, it raises nothing: {error}") from error
    assert guess is None or (isinstance(guess, Guess) and 0 <= guess.confidence <= 1), f"{what}: {guess!r} is no Guess"
    return guess


def _assert_near(variable: str, values: Any, truth: Any, tolerance: float, gaps: float) -> None:
    lacking = float(np.mean(np.isnan(values) & ~np.isnan(truth))) if truth.size else 0.0
    assert lacking <= gaps, f"{variable}: {lacking:.1%} of the truth's values are missing, at most {gaps:.1%} may be"
    both = ~np.isnan(values) & ~np.isnan(truth)
    assert both.any(), f"{variable}: nothing to compare"
    worst = float(np.abs(values[both] - truth[both]).max())
    assert worst <= tolerance, f"{variable}: {worst} off the truth, at most {tolerance} expected"
