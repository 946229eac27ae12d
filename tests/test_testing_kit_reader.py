"""The reader's contract accepts a good reader and finds each defect that it is there for."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core import Guess, InputError, Reader, ReadResult, SimulationResult, Simulator, Span, Tally, Variable
from icos_core.dataset import make_stream
from icos_core.testing import ReaderContract
from icos_core.versioned import Options

if TYPE_CHECKING:
    from pathlib import Path

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
HEADER = b"time,value,state\n"
WORDS = (
    Variable(name="value", units="hPa", long_name="something"),
    Variable(name="state", dtype="int8", flag_values=(1, 2), flag_meanings=("one", "two")),
)


class NoOptions(Options):
    """Nothing to choose."""


def read(path: Path, _options: Any, _context: Any, defect: str = "") -> ReadResult:  # noqa: C901, PLR0912, PLR0915  # one branch per defect
    """Read the toy format; `defect` breaks the contract in one way."""
    if defect == "raises what it likes" and not path.is_file():
        raise KeyError(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), "cannot be opened") from error
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    if lines[0].strip() != HEADER.strip():
        if defect == "reads anything":
            return ReadResult(streams={}, tally=Tally())
        raise InputError("" if defect == "does not name the file" else str(path), "no header of the toy format", line=1)
    times, values, states = [], [], []
    rejected = damaged = seen = 0
    for line in (each for each in lines[1:] if each.strip()):
        seen += 1
        try:
            stamp, number, state = line.decode("ascii").split(",")
            time = np.datetime64(TIME.fullmatch(stamp)[0], "ns")  # type: ignore[index]  # caught below
            code = {"1": 1, "2": 2}[state]
            if times:
                {True: None}[bool(time > times[-1])]
        except (KeyError, TypeError, ValueError):
            rejected += 1
            if defect == "forgets lines":
                seen -= 1
                rejected -= 1
            continue
        try:
            value = float(number)
        except ValueError:
            if defect == "raises at damage":
                raise
            value, damaged = np.nan, damaged + 1
        times.append(time)
        values.append(value)
        states.append(code)
    if defect == "warns":
        warnings.warn("look here", UserWarning, stacklevel=1)
    array = np.array(values)
    if defect == "depends on its neighbours" and array.size:
        array = array - array.mean()
    stream = make_stream(times, {"value": array, "state": states}, WORDS)
    if defect == "trips over CRLF" and b"\r\n" in content:
        stream = stream.isel(time=slice(1, None))
    if defect == "wrong unit":
        stream["value"].attrs["units"] = "Pa"
    if defect == "undeclared variable":
        stream["other"] = stream["value"]
    if defect == "code without meaning" and array.size:
        stream["state"].values[0] = 7
    tally = Tally(seen=seen, kept=len(times), rejected={"damaged": rejected} if rejected else {}, damaged={"value": damaged})
    if defect == "odd numbers":
        tally = replace(tally, by_type={"all": np.int64(seen)})
    if defect == "unbalanced":
        tally = replace(tally, seen=seen + 1)
    return ReadResult(streams={"toy": stream}, tally=tally)


def make_reader(defect: str = "") -> Reader:
    def span(path: Path, options: Any, context: Any) -> Span:
        time = read(path, options, context).streams["toy"]["time"].values
        if not time.size:
            raise InputError(str(path), "no rows")
        return Span(time[0], time[-2] if defect == "span too short" and time.size > 1 else time[-1])

    return Reader(
        name="toy",
        summary="A toy format",
        options=NoOptions,
        read=lambda path, options, context: read(path, options, context, defect),
        span=span,
        provides=lambda _options: {"toy": WORDS},
        guess=lambda path: guess(path, defect),
    )


def guess(path: Path, defect: str = "") -> Guess | None:
    """Know the toy format; `defect` breaks the contract in one way."""
    try:
        head = path.read_bytes()[: len(HEADER)]
    except OSError:
        if defect == "guess raises":
            raise
        return None
    if head.strip() != HEADER.strip() and defect != "claims anything":
        return None
    options = {"no_such_key": 1} if defect == "guesses options it has not" else {}
    return Guess(confidence=0.4 if defect == "is never sure" else 0.9, options=options, found=("the header",))


def simulate(folder: Path, _options: Any, seed: int) -> SimulationResult:
    random = np.random.default_rng(seed)
    time = np.datetime64("2024-05-01T00:00:00", "ns") + np.arange(60).astype("m8[m]")
    values = 1000 + random.normal(size=60)
    lines = [
        f"{each},{value:.2f},{1 + number % 2}\n" for number, (each, value) in enumerate(zip(time.astype("M8[s]"), values, strict=True))
    ]
    path = folder / "toy.txt"
    path.write_bytes(HEADER + "".join(lines).encode())
    description = folder / "station.toml"
    description.write_text('[[input]]\nreader = "toy"\nfiles = "toy.txt"\n')
    return SimulationResult(files=(path,), description=description, truth={"toy": make_stream(time, {"value": values}, WORDS)})


SIMULATOR = Simulator(name="toy", summary="Toy files", options=NoOptions, simulate=simulate)


class TestGoodReader(ReaderContract):
    reader = make_reader()
    simulator = SIMULATOR
    truth_tolerance = {"value": 0.005}


@pytest.mark.parametrize(
    ("defect", "test", "message"),
    [
        ("unbalanced", "test_every_record_is_accounted_for", "tally does not balance"),
        ("odd numbers", "test_every_record_is_accounted_for", "plain numbers"),
        ("wrong unit", "test_every_record_is_accounted_for", "value.units is 'Pa', declared 'hPa'"),
        ("undeclared variable", "test_every_record_is_accounted_for", "'other' is not declared"),
        ("code without meaning", "test_every_record_is_accounted_for", r"codes \[7\] without a meaning"),
        ("warns", "test_every_record_is_accounted_for", "raised UserWarning"),
        ("span too short", "test_span_agrees_with_read", "span ends"),
        ("depends on its neighbours", "test_chunk_invariance", "value differs"),
        ("depends on its neighbours", "test_complete_rows_of_a_truncated_file", "value differs"),
        ("raises at damage", "test_damaged_files", "raised ValueError, only InputError"),
        ("forgets lines", "test_damaged_files", "lost uncounted"),
        ("trips over CRLF", "test_line_ends_make_no_difference", "CRLF"),
        ("reads anything", "test_foreign_files", "read as 0 lines, expected an InputError"),
        ("raises what it likes", "test_foreign_files", "raised KeyError"),
        ("is never sure", "test_guess_knows_its_own_files", "confidence 0.4 in a good file"),
        ("claims anything", "test_guess_does_not_claim_foreign_files", "empty file: guessed with confidence 0.9"),
        ("guess raises", "test_guess_does_not_claim_foreign_files", "raised"),
        ("does not name the file", "test_foreign_files", "does not name the file"),
    ],
)
def test_defects_are_found(defect: str, test: str, message: str, tmp_path: Path) -> None:
    class Contract(ReaderContract):
        reader = make_reader(defect)
        simulator = SIMULATOR

    contract = Contract()
    folder = tmp_path / "simulated"
    folder.mkdir()
    good = (contract.make_file(folder).read_bytes(), contract.reader_options(folder))
    raw = tmp_path / "raw.txt"
    raw.write_bytes(good[0])
    available = {"good": good, "raw": raw, "tmp_path": tmp_path}
    method = getattr(contract, test)
    arguments = {name: available[name] for name in method.__code__.co_varnames[1 : method.__code__.co_argcount]}
    with pytest.raises(AssertionError, match=message):
        method(**arguments)


def test_a_guess_has_options_that_the_reader_takes(tmp_path: Path) -> None:
    class Contract(ReaderContract):
        reader = make_reader("guesses options it has not")
        simulator = SIMULATOR

    with pytest.raises(ValidationError, match="no_such_key"):
        Contract().test_guess_knows_its_own_files(Contract().make_file(tmp_path))


def test_values_off_the_truth_are_found(tmp_path: Path) -> None:
    class Contract(ReaderContract):
        reader = make_reader()
        simulator = SIMULATOR
        truth_tolerance = {"value": 0.001}

    with pytest.raises(AssertionError, match="off the truth"):
        Contract().test_round_trip(tmp_path)
