"""Damaged variants of a file, read or refused one after the other: what tests of damage have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.testing import assert_result_fits, assert_span_covers
from icos_core.testing.damage_kinds import variant
from icos_core.testing.reader import read_or_refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np

    from icos_core.components import Context, Reader

__all__ = ["variants_read"]


def variants_read(
    reader: Reader,
    path: Path,
    stated: dict[str, Any],
    content: bytes,
    kinds: Sequence[Callable[[bytes, np.random.Generator], bytes]],
    variants: int,
    context: Context,
    form: str,
) -> int:
    """Return how many variants were read; each is read with every line accounted for, or refused, and can be guessed at."""
    options = reader.options.model_validate(stated)
    read = 0
    for seed in range(variants):
        path.write_bytes(variant(content, kinds, seed))
        what = f"{form}, variant {seed}"
        result = read_or_refuse(reader, path, options, context, what)
        if result is not None:
            try:
                assert_result_fits(reader, result, options)
                assert_span_covers(reader, path, result, options, context)
            except AssertionError as error:
                raise AssertionError(f"{what}: {error}") from error
            assert all("\n" not in str(problem) for problem in result.problems), what
            read += 1
        assert reader.guess is not None
        reader.guess(path)
    return read
