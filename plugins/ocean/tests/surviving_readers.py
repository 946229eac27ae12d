"""What is asked of a reader that is handed damaged files."""

import os

from damaged_records import damaged

from icos_core.testing import assert_result_fits, assert_span_covers, example_context
from icos_core.testing.reader import read_or_refuse

__all__ = ["VARIANTS", "assert_survives_damage"]

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))


def assert_survives_damage(reader, options, path, content):
    """Read damaged variants of a good file: refused with an error that names the file, or read with every line accounted for."""
    context = example_context()
    read = 0
    for seed in range(VARIANTS):
        path.write_bytes(damaged(content, seed))
        result = read_or_refuse(reader, path, options, context, f"variant {seed}")
        if result is not None:
            assert_result_fits(reader, result, options)
            assert_span_covers(reader, path, result, options, context)
            assert all("\n" not in str(problem) for problem in result.problems)
            read += 1
    assert read > VARIANTS // 10
