"""Damaged SOCAT files: no exception but the declared one, no line uncounted.

``ICOS_DAMAGED_VARIANTS`` sets how many are tried over the three forms of files (300 by default).
"""

import os

import numpy as np
import pytest
from icos_ocean.readers import socat_cruise, socat_synthesis
from icos_ocean.simulators.socat_cruise import SIMULATOR
from test_general_oceanics_damage import damaged

from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300")) // 3
CONTEXT = example_context()
READERS = {
    "published": socat_cruise.READER,
    "submission": socat_cruise.READER,
    "synthesis": socat_synthesis.READER,
}


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    found = {}
    for form in READERS:
        options = SIMULATOR.options(form=form, cruises=2, duration="3 h", interval="5 min", others=0)
        (path,) = SIMULATOR.simulate(tmp_path_factory.mktemp(form), options, 1).files
        found[form] = path.read_bytes()
    return found


def check(reader, path, content) -> bool:
    """Read one variant and return whether it could be read."""
    path.write_bytes(content)
    options = reader.options()
    reader.guess(path)
    try:
        result = reader.read(path, options, CONTEXT)
    except InputError:
        for function in (reader.read, reader.span):
            with pytest.raises(InputError, match=rf"^{path.name}[^\n]*$"):
                function(path, options, CONTEXT)
        return False
    assert_result_fits(reader, result, options)
    assert_span_covers(reader, path, result, options, CONTEXT)
    assert all("\n" not in str(problem) for problem in result.problems)
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert result.tally.seen < len(lines)
    return True


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("first", range(0, VARIANTS, 100))
def test_damaged_variants(tmp_path, contents, form, first):
    variants = (damaged(contents[form], seed) for seed in range(first, min(first + 100, VARIANTS)))
    assert sum(check(READERS[form], tmp_path / "raw.tsv", content) for content in variants) > 0


@pytest.mark.parametrize("form", READERS)
def test_lines_behind_the_titles_are_all_counted(tmp_path, contents, form):
    """Damage to rows alone: as many lines are seen as there are."""
    content = contents[form]
    lines = content.split(b"\n")
    titles = next(index for index, line in enumerate(lines) if line.count(b"\t") > 8)
    head, rows = b"\n".join(lines[: titles + 1]) + b"\n", b"\n".join(lines[titles + 1 :])
    random = np.random.default_rng(2)
    for _ in range(30):
        array = np.frombuffer(rows, dtype=np.uint8).copy()
        array[random.integers(0, array.size, 60)] = random.choice([9, 10, 0, 32, 48, 65, 255], 60)
        path = tmp_path / "raw.tsv"
        path.write_bytes(head + array.tobytes())
        result = READERS[form].read(path, READERS[form].options(), CONTEXT)
        ends = array.tobytes().count(b"\n")
        assert result.tally.seen == ends + (not array.tobytes().endswith(b"\n"))
        assert result.tally.balanced
