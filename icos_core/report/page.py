"""Write the page of a run: one HTML file that needs nothing beside itself.

The page holds its style and its images, no script and no address of anything outside, so that it can be mailed, archived and opened
in ten years. Every string that comes from a file or a person is escaped. It is the same for the same run, apart from the times it is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from icos_core.components import Tally
from icos_core.report.content import InputAccount, OutputFile, PersonFlagUse, RunReport, UnreviewedFlag
from icos_core.report.figures import draw_figures
from icos_core.report.palette import FLAGS

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Context, Figure, Streams

__all__ = ["InputAccount", "OutputFile", "PersonFlagUse", "RunReport", "UnreviewedFlag", "render", "write_report"]

_STATUS = {
    0: "Finished, all inputs used",
    1: "The run failed",
    2: "The description or the command is wrong",
    3: "Finished, but inputs were set aside",
}
_MOST_PROBLEMS = 200


def write_report(report: RunReport, figures: Sequence[Figure], context: Context, path: Path) -> None:
    """Write the page of a run.

    Parameters
    ----------
    report
        What the page shows.
    figures
        Figures of the plugins that take part; each is drawn by itself, and one that fails is reported on the page.
    context
        What the figures may know of the run.
    path
        The file to write, usually ``report.html``.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    path.write_text(render(report, figures, context), encoding="utf-8")


def render(report: RunReport, figures: Sequence[Figure], context: Context) -> str:
    """Return the page as text; parameters as those of :func:`write_report`."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_visible)
    environment.filters |= {
        "count": _count,
        "size": _size,
        "cell": _cell,
        "percent": _percent,
        "seconds": _seconds,
        "moment": _moment,
        "name": _name,
    }
    environment.tests["numeric"] = _is_number
    source = files("icos_core.report")
    template = environment.from_string(source.joinpath("page.html.j2").read_text(encoding="utf-8"))
    style = source.joinpath("page.css").read_text(encoding="utf-8")
    flags = [{"code": code, "word": flag.word, "css": flag.word.replace(" ", "-"), "colour": flag.colour} for code, flag in FLAGS.items()]
    return template.render(
        report=report,
        status=_STATUS.get(report.status, f"Ended with status {report.status}"),
        figures=draw_figures(figures, report.streams, context),
        style=Markup(style),  # noqa: S704 our own file
        flags=flags,
        period=_period(report.streams),
        streams=[_summary(key, stream, report.tests.get(key, ())) for key, stream in report.streams.items()],
        total=sum((account.tally for account in report.inputs), Tally()),
        most_problems=_MOST_PROBLEMS,
    )


def _summary(key: str, stream: xr.Dataset, tests: Sequence[tuple[str, str, int, int]]) -> dict[str, Any]:
    rows = int(stream.sizes.get("time", 0))
    return {
        "key": key,
        "rows": rows,
        "period": _period({key: stream}),
        "variables": [_flag_counts(stream, str(name)) for name in stream.data_vars if f"{name}_flag" in stream],
        "hit": [row for row in tests if row[2]],
        "passed": _without_hit(tests),
    }


def _flag_counts(stream: xr.Dataset, name: str) -> dict[str, Any]:
    flag = stream[f"{name}_flag"].values
    counts = np.bincount(flag, minlength=10)
    total = max(int(flag.size), 1)
    return {
        "name": name,
        "meaning": str(stream[name].attrs.get("long_name", "")),
        "counts": {code: int(counts[code]) for code in FLAGS},
        "share": {code: 100 * float(counts[code]) / total for code in FLAGS},
    }


def _without_hit(tests: Sequence[tuple[str, str, int, int]]) -> dict[str, list[str]]:
    """Return variable → names of what hit no row: a test by its name, a single outcome where another one of the test hit."""
    hits: dict[tuple[str, str], int] = {}
    for variable, outcome, count, _ in tests:
        test = _test_of(outcome)
        hits[variable, test] = hits.get((variable, test), 0) + count
    passed: dict[str, list[str]] = {}
    for variable, outcome, count, applied in tests:
        # a flag that follows from another variable's is no test of this one
        if count or not applied or outcome.startswith("propagated_"):
            continue
        test = _test_of(outcome)
        name = outcome if hits[variable, test] else test
        if name not in passed.setdefault(variable, []):
            passed[variable].append(name)
    return passed


def _test_of(outcome: str) -> str:
    return outcome.removesuffix("_questionable").removesuffix("_bad")


def _period(streams: Streams) -> tuple[str, str] | None:
    times = [stream["time"].values for stream in streams.values() if stream.sizes.get("time", 0) and stream["time"].dtype.kind == "M"]
    if not times:
        return None
    first, last = min(time.min() for time in times), max(time.max() for time in times)
    return _minute(first), _minute(last)


def _moment(time: np.datetime64) -> str:
    """Write a time to the second, or as exactly as it was given."""
    seconds = time.astype("datetime64[s]")
    return str(seconds if seconds == time else time).replace("T", " ")


def _minute(time: np.datetime64) -> str:
    return str(time.astype("datetime64[m]")).replace("T", " ")


def _visible(value: Any) -> Any:
    """Make characters visible that a page may not hold or that would change its look: damaged lines are full of them."""
    if isinstance(value, Markup) or not isinstance(value, str) or value.isprintable():
        return value
    return "".join(letter if letter.isprintable() or letter in "\n\t\u00a0\u202f" else f"\\u{ord(letter):04x}" for letter in value)


def _name(value: str) -> Markup:
    """Let a name in snake_case break at its underscores where room is short."""
    return Markup("_<wbr>").join(str(_visible(value)).split("_"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _count(value: int) -> str:
    return f"{value:,}"


def _percent(hits: int, applied: int) -> str:
    if not applied:
        return "–"
    share = 100 * hits / applied
    return f"{share:.1f} %" if share >= 0.1 or not hits else "< 0.1 %"


def _seconds(value: float) -> str:
    return f"{value:.2f} s"


def _size(value: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def _cell(value: Any) -> str:
    """Write one cell of a table: no value as a dash, numbers with six significant digits."""
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return "–"
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if _is_number(value):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(each)}" for key, each in value.items())
    return str(value)
