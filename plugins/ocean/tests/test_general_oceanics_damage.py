"""Damaged variants of General Oceanics files: no exception but the declared one, no line uncounted.

``ICOS_DAMAGED_VARIANTS`` sets how many are tried (300 by default); ``python test_general_oceanics_damage.py 5000 FILE …`` tries that
many on real files.
"""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from icos_ocean.readers.general_oceanics import READER

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

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
CONTEXT = example_context()
TYPES = ("EQU", "EQU", "EQU-DRAIN", "ATM", "STD1", "STD2", "STD4s", "FILTER", "WAKE UP")
HEADER = (
    "Type\terror\tPC Date\tPC Time\tGPS date\tgps time\tlatitude\tlongitude\tlatitude\tequ temp\tstd val\tCO2 um/m\tH2O mm/m\t"
    "licor press\t atm press\t\tequ press\tH2O flow\tWBPressure\tIntake Temp\tSalinity"
)
WORDS = (
    b"H",
    b"C",
    b"-",
    b"10.0.3",
    b"1e",
    b"NaN",
    b"inf",
    b"",
    b" ",
    b"\xb5",
    b"1e400",
    b"0x1F",
    b"True",
    b"1,5",
    b'"',
    b"99/99/9999",
    b"EQU\t",
)


def example_file(rows: int = 60) -> bytes:
    """Return a small good file in the instrument's form."""
    random = np.random.default_rng(1)
    lines = [HEADER]
    for row in range(rows):
        clock = f"06/07/19\t{11 + row // 30:02d}:{(row * 2) % 60:02d}:09"
        position = f"{70.19 + row * 0.01:.4f}\t{19.5 - row * 0.01:.4f}\t{70.19 + row * 0.01:.4f}"
        numbers = "\t".join(f"{value:.2f}" for value in random.normal(300, 50, 12))
        lines.append(f"{TYPES[row % len(TYPES)]}\t0\t{clock}\t{clock}\t{position}\t{numbers}")
    return ("\r\n".join(lines) + "\r\n").encode()


def damaged(content: bytes, seed: int) -> bytes:
    """Return one damaged variant; the kind of damage follows from the seed, one to three kinds on top of each other."""
    return variant(content, DAMAGES, seed)


def _swap_columns(content, random):
    rows = [line.split(b"\t") for line in content.split(b"\n")]
    width = max(len(row) for row in rows)
    order = random.permutation(width)
    return b"\n".join(b"\t".join(row[i] for i in order if i < len(row)) for row in rows)


def _swap_columns_in_some_rows(content, random):
    rows = [line.split(b"\t") for line in content.split(b"\n")]
    for row in rows:
        if random.random() < 0.2 and len(row) > 2:
            left, right = random.integers(0, len(row), 2)
            row[left], row[right] = row[right], row[left]
    return b"\n".join(b"\t".join(row) for row in rows)


def _drop_or_add_fields(content, random):
    rows = [line.split(b"\t") for line in content.split(b"\n")]
    for row in rows:
        if random.random() < 0.2:
            place = int(random.integers(0, len(row) + 1))
            row[place : place + int(random.integers(0, 3))] = [b"7"] * int(random.integers(0, 3))
    return b"\n".join(b"\t".join(row) for row in rows)


def _replace_cells(content, random):
    rows = [line.split(b"\t") for line in content.split(b"\n")]
    for row in rows:
        if random.random() < 0.3:
            row[int(random.integers(0, len(row)))] = WORDS[int(random.integers(0, len(WORDS)))]
    return b"\n".join(b"\t".join(row) for row in rows)


def _other_separator(content, random):
    return content.replace(b"\t", (b",", b";", b" ", b"\t\t")[int(random.integers(0, 4))])


def _zero_a_block(content, random):
    first, last = sorted(random.integers(0, len(content) + 1, 2).tolist())
    last = min(last, first + 512)
    return content[:first] + bytes(last - first) + content[last:]


def _damage_header(content, random):
    header, _, rest = content.partition(b"\n")
    return _replace_cells(header, random) + b"\n" + rest if random.random() < 0.5 else flip_bytes(header, random) + b"\n" + rest


def _second_header(content, random):
    lines = content.split(b"\n")
    header = lines[0] if random.random() < 0.5 else _swap_columns(lines[0], random)
    lines.insert(int(random.integers(0, len(lines) + 1)), header)
    return b"\n".join(lines)


DAMAGES = (
    cut_off,
    cut_out,
    flip_bytes,
    insert_bytes,
    _swap_columns,
    _swap_columns_in_some_rows,
    _drop_or_add_fields,
    _replace_cells,
    shuffle_lines,
    repeat_lines,
    mix_line_ends,
    re_encode,
    _other_separator,
    _zero_a_block,
    _damage_header,
    _second_header,
)


def check(path: Path, content: bytes, options) -> bool:
    """Read one variant and return whether it could be read."""
    path.write_bytes(content)
    try:
        result = READER.read(path, options, CONTEXT)
    except InputError:
        for function in (READER.read, READER.span):
            with pytest.raises(InputError, match=rf"^{path.name}[^\n]*$"):
                function(path, options, CONTEXT)
        return False
    assert_result_fits(READER, result, options)
    assert_span_covers(READER, path, result, options, CONTEXT)
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert result.tally.seen == len(lines) - 1 - (lines[-1] == b"")
    assert all("\n" not in str(problem) for problem in result.problems)
    return True


def test_the_example_is_good(tmp_path):
    path = tmp_path / "raw.txt"
    path.write_bytes(example_file())
    tally = READER.read(path, READER.options(), CONTEXT).tally
    assert (tally.seen, tally.kept, dict(tally.damaged)) == (60, 60 - 2 * 6, {})


@pytest.mark.parametrize("first", range(0, VARIANTS, 50))
def test_damaged_variants(tmp_path, first):
    content = example_file()
    options = READER.options()
    read = sum(check(tmp_path / "raw.txt", damaged(content, seed), options) for seed in range(first, min(first + 50, VARIANTS)))
    assert read > 0


@pytest.mark.realdata
def test_damaged_variants_of_a_real_file(tmp_path, real_data):
    content = (real_data / "ocean/icos_otc_workshop/part2_input_raw_small.tsv").read_bytes()
    options = READER.options(date_format="dd/mm/yyyy")
    read = sum(check(tmp_path / "raw.tsv", damaged(content, seed), options) for seed in range(100))
    assert read > 0


def main(count: int, files: list[str]) -> None:
    """Try many variants of real files by hand."""
    import tempfile
    import warnings

    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            content = Path(name).read_bytes()
            options = READER.options(date_format="dd/mm/yyyy")
            read = sum(check(Path(folder) / "raw.txt", damaged(content, seed), options) for seed in range(count))
            sys.stdout.write(f"{name}: {count} variants, {read} read, {count - read} refused, every line accounted for\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
