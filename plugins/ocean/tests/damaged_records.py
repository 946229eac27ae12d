"""Damage as it happens to logs of single records: bytes, fields and whole lines."""

from icos_core.testing import assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage_kinds import cut_off, cut_out, flip_bytes, variant
from icos_core.testing.reader import read_or_refuse

__all__ = ["damaged", "refused_variants"]

_WORDS = (b"", b" ", b"-", b"NaN", b"inf", b"1e400", b"10.0.3", b"*", b"#", b"0x1F", b"\xb5", b"\x00", b"99999999999", b"2014/02/30", b'"')


def damaged(content: bytes, seed: int) -> bytes:
    """Return one damaged variant; the kinds of damage follow from the seed, one to three of them on top of each other."""
    return variant(content, _DAMAGES, seed)


def refused_variants(reader, content, path, variants):
    """Read that many damaged variants; of those that are read every line is accounted for. Returns how many are refused."""
    context, options, refused = example_context(), reader.options(), 0
    for seed in range(variants):
        path.write_bytes(damaged(content, seed))
        result = read_or_refuse(reader, path, options, context, f"seed {seed}")
        if result is None:
            refused += 1
            continue
        assert_result_fits(reader, result, options)
        assert_span_covers(reader, path, result, options, context, f"seed {seed}")
    return refused


def _insert_words(content, random):
    for _ in range(int(random.integers(1, 10))):
        place = int(random.integers(0, len(content) + 1))
        content = content[:place] + _WORDS[int(random.integers(len(_WORDS)))] + content[place:]
    return content


def _repeat_lines(content, random):
    lines = content.splitlines(keepends=True)
    for _ in range(int(random.integers(1, 6))):
        if lines:
            lines.insert(int(random.integers(len(lines))), lines[int(random.integers(len(lines)))])
    return b"".join(lines)


def _shuffle_lines(content, random):
    lines = content.splitlines(keepends=True)
    random.shuffle(lines)
    return b"".join(lines)


def _join_lines(content, random):
    lines = content.splitlines(keepends=True)
    for _ in range(int(random.integers(1, 6))):
        if lines:
            place = int(random.integers(len(lines)))
            lines[place] = lines[place].rstrip(b"\r\n")
    return b"".join(lines)


def _change_fields(content, random):
    lines = content.splitlines(keepends=True)
    for _ in range(int(random.integers(1, 10))):
        if lines:
            place = int(random.integers(len(lines)))
            mark = b"," if b"," in lines[place] else b"\t"
            fields = lines[place].split(mark)
            fields[int(random.integers(len(fields)))] = _WORDS[int(random.integers(len(_WORDS)))]
            lines[place] = mark.join(fields)
    return b"".join(lines)


_DAMAGES = (cut_off, cut_out, flip_bytes, _insert_words, _repeat_lines, _shuffle_lines, _join_lines, _change_fields)
