"""What the ICOS Carbon Portal asks of a time series of the Atmosphere Thematic Centre, written from its description alone.

Format asciiAtcProductTimeSer: header lines begin with ``#``, their number and that of all lines are stated and right, the last one has the
titles; cells missing at the end of a line are empty; titles that occur more than once are put behind the title before them; null is one of
four texts, of which ``-9.990`` is none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

NULL = {"", "-999.990", "-999.99", "-9.99"}
REPEATED = {"Stdev", "NbPoints", "Flag", "QualityId"}
FLOATS = {"Stdev", "LTR", "CMR", "STTB"}


def parse(content):
    """Return the titles and the rows, each a dictionary, of a file; raise AssertionError for one that the portal does not take."""
    text = content.decode("utf-8")
    assert not text.startswith("\ufeff")
    assert text.endswith("\n")
    lines = text[:-1].split("\n")
    assert "" not in [line.strip() for line in lines], "a blank line"
    assert max(map(len, lines)) <= 16384
    (header,) = (int(match[1]) for match in map(re.compile(r"# HEADER LINES: (\d+)").fullmatch, lines) if match)
    (total,) = (int(match[1]) for match in map(re.compile(r"# TOTAL LINES: (\d+)").fullmatch, lines) if match)
    assert total == len(lines)
    assert [line.startswith("#") for line in lines] == [True] * header + [False] * (total - header)
    titles = lines[header - 1][1:].split(";")
    titles = [
        f"{titles[place - 1]}-{title}" if title in REPEATED and titles.count(title) > 1 else title for place, title in enumerate(titles)
    ]
    return titles, [_row(titles, line) for line in lines[header:]]


def _row(titles, line):
    cells = line.split(";")
    assert len(cells) <= len(titles), "more cells than titles"
    row = dict(zip(titles, [*cells, *[""] * (len(titles) - len(cells))], strict=True))
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    stamp = [row.get(name, "00").zfill(2) for name in names]
    row["TIMESTAMP"] = datetime.fromisoformat("{}-{}-{}T{}:{}:{}".format(*stamp)).replace(tzinfo=UTC)
    gas = titles[8]
    for name in (*FLOATS & set(titles), gas):
        row[name] = None if row[name] in NULL else float(row[name])
    row["NbPoints"] = None if row["NbPoints"] == "" else int(row["NbPoints"])
    row["Flag"] = row["Flag"][:1]
    return row
