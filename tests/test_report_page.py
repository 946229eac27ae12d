"""The page of a run."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")

from icos_core.components import Figure, Outcome, Problem, Table, Tally, Variable
from icos_core.dataset import BAD, GOOD, QUESTIONABLE, make_stream
from icos_core.flags import apply_flags, test_counts
from icos_core.people import PersonFlag
from icos_core.report import missing_requirements
from icos_core.report.layout import time_figure
from icos_core.report.page import InputAccount, OutputFile, PersonFlagUse, RunReport, UnreviewedFlag, render, write_report
from icos_core.report.palette import FLAGS

NASTY = "<script>alert('x')</script> & \"quoted\""
VOID = {"wbr", "meta", "source", "img", "link", "br", "input"}


class Page(HTMLParser):
    """Checks that every element is closed in order, and gathers text, attributes and rows of tables."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.text, self.attributes, self.ids, self.rows = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, *pair) for pair in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def row(self, *cells):
        return list(cells) in [[cell.strip() for cell in row] for row in self.rows]

    @property
    def words(self):
        return " ".join("".join(self.text).split())


def stream(n=10):
    made = make_stream(
        np.datetime64("2024-01-01T00:00", "ns") + np.arange(n) * np.timedelta64(60, "s"),
        {"sst": np.where(np.arange(n) == 9, np.nan, 10.0)},
        [Variable(name="sst", units="degree_C", long_name="temperature of the sea")],
    )
    level = np.array([GOOD] * 6 + [QUESTIONABLE] * 2 + [BAD, 2], dtype=np.int8)
    apply_flags(
        made, [Outcome(variable="sst", name="range", level=level), Outcome(variable="sst", name="spike", level=np.ones(n, dtype=np.int8))]
    )
    return made


def person(**changes):
    values = {
        "id": "f1",
        "stream": "underway",
        "variable": "sst",
        "start": np.datetime64("2024-01-01T00:00:00", "ns"),
        "end": np.datetime64("2024-01-01T00:05:30", "ns"),
        "flag": BAD,
        "who": "A. Person",
        "when": "2024-02-01",
        "why": "pump was off",
    }
    return PersonFlag(**(values | changes))


def report(**changes):
    made = stream()
    values = {
        "station_id": "58G2",
        "station_name": "Example Ship",
        "level": "nrt",
        "started": "2024-03-01 10:00:00",
        "finished": "2024-03-01 10:00:05",
        "versions": {"icos-ocean": "0.1.0", "icos-core": "0.2.0"},
        "inputs": (
            InputAccount(
                name="a.txt",
                sha256="ab" * 32,
                size=1_234_567,
                tally=Tally(seen=1012, kept=1000, rejected={"housekeeping": 12}, by_type={"EQU": 1012}, damaged={"sst": 3}),
                problem_count=5,
                problems=(Problem(message="not a number", file="a.txt", line=17, text="1.2.3"),),
            ),
            InputAccount(name="b.txt", sha256="cd" * 32, size=900, tally=Tally(seen=10, kept=10, by_type={"ATM": 10})),
        ),
        "streams": {"calibrated/underway": made},
        "tests": {"calibrated/underway": test_counts(made)},
        "outputs": (OutputFile(name="58G2.nc", sha256="ef" * 32, size=2000),),
        "timings": {"read": 1.25},
    }
    return RunReport(**(values | changes))


def a_line(streams, context):
    figure, (axes,) = time_figure()
    axes.plot([19000.0, 19001.0], [1.0, 2.0])
    return figure


FIGURES = (Figure(name="a-line", summary="A line", draw=a_line),)


def page_of(figures=(), **changes):
    return Page(render(report(**changes), figures, None))


def test_the_page_is_one_file_that_needs_nothing_else(tmp_path):
    path = tmp_path / "report.html"
    write_report(report(), FIGURES, None, path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    page = Page(text)
    for tag, name, value in page.attributes:
        if name in {"src", "srcset", "href", "action", "data"}:
            assert value.startswith(("#", "data:image/png;base64,")), (tag, name, value[:60])
    assert "script" not in {tag for tag, _, _ in page.attributes}
    assert not re.search(r"https?://|@import|url\(", re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_the_same_run_gives_the_same_page():
    assert render(report(), FIGURES, None) == render(report(), FIGURES, None)


def test_every_entry_of_the_contents_leads_somewhere():
    page = page_of(FIGURES, level="final", tables=(Table(title="T", columns=("a",), rows=((1,),)),), problems=(Problem(message="m"),))
    targets = [value for tag, name, value in page.attributes if tag == "a" and name == "href"]
    assert {target.removeprefix("#") for target in targets} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert {"summary", "figures", "flags", "tests", "people", "unreviewed", "calibration", "inputs", "problems", "outputs", "run"} <= set(
        page.ids
    )


def test_what_went_in_is_accounted_for():
    page = page_of()
    assert page.row("a.txt", "1.2 MB", "1,012", "1,000", "housekeeping 12", "sst 3", "5", "abababababab")
    assert page.row("together", "1.2 MB", "1,022", "1,010", "housekeeping 12", "sst 3", "5", "")
    assert page.row("EQU", "1,012")
    assert page.row("ATM", "10")
    assert "a.txt, line 17: not a number [1.2.3]" in page.words
    assert "and 4 more" in page.words


def test_an_account_that_does_not_add_up_is_said_to():
    account = InputAccount(name="c.txt", sha256="", size=1, tally=Tally(seen=3, kept=1))
    assert "does not add up" in page_of(inputs=(account,)).words
    assert "does not add up" not in page_of().words


def test_what_was_set_aside_stands_with_its_reason():
    page = page_of(status=3, set_aside=(("bad.txt", "no column 'Type'"),))
    assert "Finished, but inputs were set aside (exit status 3)." in page.words
    assert "bad.txt: no column 'Type'" in page.words
    assert "Finished, all inputs used." in page_of().words


def test_flags_are_counted_by_variable_in_the_colours_of_the_suite():
    text = render(report(), (), None)
    assert Page(text).row("sst", "", "6", "0", "2", "1", "1")
    bar = re.search(r'<div class="bar".*?</div>', text)[0]
    assert re.findall(r"width:([\d.]+)%;background:(#\w+)", bar) == [
        ("60.000", FLAGS[1].colour),
        ("20.000", FLAGS[3].colour),
        ("10.000", FLAGS[4].colour),
        ("10.000", FLAGS[9].colour),
    ]


def test_counts_per_test_name_hits_and_rows():
    page = page_of()
    assert page.row("sst", "range_questionable", "2", "9", "22.2 %")
    assert page.row("sst", "range_bad", "1", "9", "11.1 %")
    assert "Without a hit: sst: spike" in page.words


def test_what_hit_no_row_is_named_by_its_test_where_the_whole_test_passed():
    counts = [
        ("sst", "range_bad", 0, 9),
        ("sst", "range_questionable", 4, 9),
        ("sst", "spike_bad", 0, 9),
        ("sst", "spike_questionable", 0, 9),
        ("sst", "flushing", 0, 9),
        ("sst", "interpolated_bad", 0, 0),
        ("fco2", "propagated_sst_bad", 0, 9),
    ]
    page = page_of(tests={"calibrated/underway": counts})
    assert "Without a hit: sst: range_bad, spike, flushing" in page.words
    assert "propagated" not in page.words


def test_peoples_flags_tell_how_many_rows_they_met():
    page = page_of(people=(PersonFlagUse(flag=person(), rows=6), PersonFlagUse(flag=person(id="f2", flag=None), rows=0)))
    shown = ("underway", "sst", "2024-01-01 00:00:00", "2024-01-01 00:05:30")
    assert page.row("f1", *shown, "bad", "6", "A. Person, 2024-02-01", "pump was off")
    assert page.row("f2", *shown, "accept", "none", "A. Person, 2024-02-01", "pump was off")
    assert "1 of the people’s flags met no row" in page.words
    assert "No person set a flag." in page_of().words


def test_level_final_lists_what_nobody_reviewed():
    unreviewed = (UnreviewedFlag(stream="underway", variable="fco2", rows=1064, first="2024-07-06 20:52", last="2024-07-06 23:02"),)
    page = page_of(level="final", unreviewed=unreviewed)
    assert page.row("underway", "fco2", "1,064", "2024-07-06 20:52", "2024-07-06 23:02")
    assert "1,064 automatic flags were neither accepted nor overruled" in page.words
    assert "A person accepted or overruled every automatic" in page_of(level="final").words
    assert "unreviewed" not in page_of(unreviewed=unreviewed).ids
    assert "automatic flags were neither" not in page_of(unreviewed=unreviewed).words


def test_tables_of_calibrators_are_shown():
    rows = (("STD2", 228.4, 229.123456789, 33), ("STD3", 412.5, float("nan"), None), ("STD4", 0.0, np.float64(1e-7), np.int64(12345)))
    page = page_of(tables=(Table(title="Standard gases", columns=("gas", "assigned", "mean", "runs"), rows=rows, note="in µmol mol⁻¹"),))
    assert page.row("STD2", "228.4", "229.123", "33")
    assert page.row("STD3", "412.5", "–", "–")
    assert page.row("STD4", "0", "1e-07", "12,345")
    assert "in µmol mol⁻¹" in page.words


def test_outputs_versions_and_times():
    page = page_of()
    assert page.row("58G2.nc", "2.0 kB", "efefefefefef")
    assert page.row("icos-core", "0.2.0")
    assert page.row("read", "1.25 s")
    assert page.words.index("icos-core") < page.words.index("icos-ocean")
    assert "Data from 2024-01-01 00:00 to 2024-01-01 00:09 UTC." in page.words
    assert "Processed 2024-03-01 10:00:00 – 2024-03-01 10:00:05" in page.words


def test_figures_carry_an_image_for_screen_and_phone_and_words_for_those_who_do_not_see():
    page = page_of(FIGURES)
    assert ("img", "alt", "A line") in page.attributes
    assert {tag for tag, name, value in page.attributes if value.startswith("data:image/png")} == {"img", "source"}


def test_a_figure_that_fails_or_does_not_apply_is_named():
    def fails(streams, context):
        raise ValueError(NASTY)

    figures = (
        Figure(name="broken", summary="Broken", draw=fails),
        Figure(name="absent", summary="Absent", draw=lambda streams, context: None),
        *FIGURES,
    )
    page = page_of(figures)
    assert f"The figure broken could not be drawn: ValueError: {NASTY}" in page.words
    assert "do not occur: absent." in page.words
    assert ("img", "alt", "A line") in page.attributes
    assert "No installed figure applies" in page_of().words


def test_every_string_is_escaped():
    nasty = {"stream": NASTY, "variable": NASTY}
    made = stream()
    made["sst"].attrs["long_name"] = NASTY
    text = render(
        RunReport(
            station_id=NASTY,
            station_name=NASTY,
            level="final",
            started=NASTY,
            finished=NASTY,
            status=3,
            versions={NASTY: NASTY},
            inputs=(
                InputAccount(
                    name=NASTY,
                    sha256=NASTY,
                    size=1,
                    tally=Tally(seen=1, rejected={NASTY: 1}, by_type={NASTY: 1}, damaged={NASTY: 1}),
                    problem_count=1,
                    problems=(Problem(message=NASTY, file=NASTY, text=NASTY),),
                ),
            ),
            set_aside=((NASTY, NASTY),),
            streams={NASTY: made},
            tests={NASTY: [(NASTY, NASTY, 1, 1), (NASTY, NASTY, 0, 1)]},
            people=(PersonFlagUse(flag=person(id=NASTY, who=NASTY, when=NASTY, why=NASTY, **nasty), rows=0),),
            unreviewed=(UnreviewedFlag(rows=1, first=NASTY, last=NASTY, **nasty),),
            tables=(Table(title=NASTY, columns=(NASTY,), rows=((NASTY,),), note=NASTY),),
            problems=(Problem(message=NASTY),),
            outputs=(OutputFile(name=NASTY, sha256=NASTY, size=1),),
            timings={NASTY: 1.0},
        ),
        (Figure(name=NASTY, summary=NASTY, draw=lambda streams, context: None), Figure(name="a", summary=NASTY, draw=a_line)),
        None,
    )
    page = Page(text)
    assert "<script" not in text
    assert page.words.count("<script>alert('x')</script>") > 30
    assert ("img", "alt", NASTY) in page.attributes
    assert {name for _, name, _ in page.attributes if name.startswith("on")} == set()


def test_characters_that_no_page_may_hold_are_made_visible(tmp_path):
    damaged = "EQU\x00\x07\x1b[31m\u202e \udcff µ\u00a0²"
    path = tmp_path / "report.html"
    write_report(report(problems=(Problem(message="damaged line", text=damaged),)), (), None, path)
    text = path.read_text(encoding="utf-8")
    assert r"EQU\u0000\u0007\u001b[31m\u202e \udcff µ" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", text)


def test_a_run_without_anything_still_has_a_page():
    page = Page(render(RunReport(station_id="X", station_name="X", level="nrt", started="", finished="", status=1), (), None))
    assert "No data." in page.words
    assert "The run failed (exit status 1)." in page.words
    for sentence in ("The run made no data.", "No quality test was applied.", "No file was used.", "The run wrote no file"):
        assert sentence in page.words


def test_a_stream_without_rows_or_flags_is_named():
    empty = make_stream(np.empty(0, dtype="datetime64[ns]"), {"sst": []}, [Variable(name="sst")])
    page = page_of(streams={"measured/empty": empty}, tests={})
    assert "measured/empty · 0 rows" in page.words
    assert "No variable of this stream carries flags." in page.words


def test_many_problems_are_counted_not_listed():
    page = page_of(problems=tuple(Problem(message=f"problem {n}") for n in range(1500)))
    assert "problem 199" in page.words
    assert "problem 200" not in page.words
    assert "and 1,300 more" in page.words


def test_what_the_page_needs_is_here():
    assert missing_requirements() == ()
