"""Damaged variants of Picarro logs: no exception but the declared one, no line uncounted, no number that is not in the file.

``ICOS_DAMAGED_VARIANTS`` sets how many are tried (300 by default); ``python test_picarro_damage.py 5000 FILE …`` tries that many on real
files.
"""

import gzip
import os
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from icos_atmosphere.readers.picarro import READER
from icos_atmosphere.readers.picarro_columns import COLUMNS
from picarro_logs import G4301, log

from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage_kinds import (
    cut_off,
    cut_out,
    flip_bytes,
    insert_bytes,
    mix_line_ends,
    re_encode,
    repeat_lines,
    shuffle_lines,
    variant,
)
from icos_core.testing.reader import read_or_refuse

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
CONTEXT = example_context()
WORDS = (b"x", b"-", b"1.0.0", b"1e", b"NaN", b"inf", b"", b" ", b"\xb5", b"1e400", b"0x1F", b"True", b"1,5", b"DATE", b"1_0", b"9" * 40)
FIELD = 26
NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")


def damaged(content, seed):
    """Return one damaged variant; the kind of damage follows from the seed, one to three kinds on top of each other."""
    return variant(content, DAMAGES, seed)


def _flip_to_blanks_and_line_ends(content, random):
    array = np.frombuffer(content, dtype=np.uint8).copy()
    if array.size:
        places = random.integers(0, array.size, int(random.integers(1, 10)))
        array[places] = random.choice(np.frombuffer(b" \t\r\n\0", dtype=np.uint8), places.size)
    return array.tobytes()


def _lose_bytes(content, random):
    for place in random.integers(0, max(len(content), 1), int(random.integers(1, 5))).tolist():
        content = content[:place] + content[place + 1 :]
    return content


def _replace_cells(content, random):
    lines = content.split(b"\n")
    for number, line in enumerate(lines):
        if random.random() < 0.2 and len(line) > FIELD:
            place = FIELD * int(random.integers(0, len(line) // FIELD))
            word = WORDS[int(random.integers(0, len(WORDS)))]
            lines[number] = line[:place] + word.ljust(FIELD) + line[place + FIELD :]
    return b"\n".join(lines)


def _swap_columns_in_some_rows(content, random):
    lines = content.split(b"\n")
    for number, line in enumerate(lines):
        if random.random() < 0.2 and len(line) > 2 * FIELD:
            fields = [line[place : place + FIELD] for place in range(0, len(line), FIELD)]
            left, right = random.integers(0, len(fields), 2)
            fields[left], fields[right] = fields[right], fields[left]
            lines[number] = b"".join(fields)
    return b"\n".join(lines)


def _save_again(content, random):
    separator = (b"\t", b" ", b"   ")[int(random.integers(0, 3))]
    return b"\n".join(separator.join(line.split()) for line in content.split(b"\n"))


def _append_another(content, random):
    return content + log(
        int(random.integers(0, 6)), names=G4301 if random.random() < 0.5 else ("CO2", "H2O"), seed=int(random.integers(99))
    )


def _compress(content, random):
    packed = gzip.compress(content, 1)
    return packed if random.random() < 0.5 else flip_bytes(packed, random) if random.random() < 0.5 else cut_off(packed, random)


DAMAGES = (
    cut_off,
    cut_out,
    flip_bytes,
    _flip_to_blanks_and_line_ends,
    insert_bytes,
    _lose_bytes,
    _replace_cells,
    _swap_columns_in_some_rows,
    _save_again,
    shuffle_lines,
    repeat_lines,
    mix_line_ends,
    re_encode,
    _append_another,
    _compress,
)
RECORDS = re.compile(rb"[^\r\n]*\S[^\r\n]*")


def read(path, content, options):
    """Read one variant; return what became of it."""
    path.write_bytes(content)
    result = read_or_refuse(READER, path, options, CONTEXT, "a damaged file")
    if result is None:
        with pytest.raises(InputError):
            READER.span(path, options, CONTEXT)
        return Counter(refused=1)
    assert_result_fits(READER, result, options)
    assert_span_covers(READER, path, result, options, CONTEXT)
    if not content.startswith(b"\x1f\x8b"):
        records = len(RECORDS.findall(content.removeprefix(b"\xef\xbb\xbf"))) - 1
        assert result.tally.seen - result.tally.rejected.get("blank line", 0) == records
        _assert_nothing_invented(result.streams["picarro"], content)
    damage = sum(result.tally.damaged.values())
    return Counter(read=1, rows=result.tally.kept, rejected=sum(result.tally.rejected.values()), damaged=damage)


def _assert_nothing_invented(stream, content):
    """Assert that every value of the stream is one of the numbers that the file holds, anywhere or at the beginning of a field."""
    fields = (line[place : place + FIELD] for line in content.split(b"\n") for place in range(0, len(line), FIELD))
    numbers = {float(text) for field in (content, *fields) for text in NUMBER.findall(field)}
    numbers |= {-number for number in numbers}
    for name in COLUMNS.values():
        if name in stream:
            values = stream[name].values
            there = values[~np.isnan(values)] if values.dtype.kind == "f" else values[values >= 0]
            invented = set(there.tolist()) - numbers
            assert not invented, f"{name}: {sorted(invented)[:3]}"


@pytest.mark.parametrize("block", range(10))
def test_damaged_files_give_rows_or_an_input_error(tmp_path, block):
    contents = (log(40), log(25, names=G4301, julian_days=False, line_end="\n", exponent_digits=3))
    options = READER.options()
    outcome = Counter()
    for seed in range(block * VARIANTS // 10, (block + 1) * VARIANTS // 10):
        try:
            outcome += read(tmp_path / "damaged.dat", damaged(contents[seed % 2], seed), options)
        except Exception as error:
            raise AssertionError(f"variant {seed}: {type(error).__name__}: {error}") from error
    assert outcome["read"] > outcome["refused"] / 3
    assert outcome["rows"] > 0


def _try(count, paths):
    """Try many variants of real files and say what became of them."""
    outcome = Counter()
    target = Path(os.environ.get("TMPDIR", "/tmp")) / f"picarro-damaged-{os.getpid()}.dat"
    contents = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in paths]
    try:
        for seed in range(count):
            content = contents[seed % len(contents)]
            lines = content.split(b"\n")
            outcome += read(target, damaged(b"\n".join(lines[:120]) + b"\n", seed), READER.options())
    finally:
        target.unlink(missing_ok=True)
    print(count, "variants:", dict(outcome))  # noqa: T201  # run by hand


if __name__ == "__main__":
    _try(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
