"""The manual is true: code equals the example's files, examples run, tables name every key and option, links lead somewhere."""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from icos_core import components, hookspecs, station, testing
from icos_core.components import HOOK_OF_KIND
from icos_core.describing import tables
from icos_core.describing.description import load_description
from icos_core.exporters.acdd import Discovery
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
README = ROOT / "README.md"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLUGINS = ("icos-ocean", "icos-atmosphere", "icos-ecosystem")
needs_plugins = pytest.mark.skipif(
    any(find_spec(name.replace("-", "_")) is None for name in PLUGINS), reason="needs the plugins: runs where everything is installed"
)


class Surroundings(NamedTuple):
    """What a piece of a description lacks: added where it has no such table itself."""

    station: str
    input: str
    calibrate: str
    beside: tuple[str, ...] = ()  # readers of what the calibrator takes beside its input, which is still to be added
    calibrated: tuple[str, ...] = ()  # readers of what needs no calibrator


def fixed_station(name: str, domain: str) -> str:
    return f"""
[station]
id = "EXA"
name = "{name}"
domain = "{domain}"
platform = "fixed"
latitude = 50.0
longitude = 8.5
altitude = 120.0
utc_offset = 1.0
contact = {{ institution = "Example Institute", email = "data@example.org" }}
"""


SHIP = Surroundings(
    station="""
[station]
id = "58G2"
name = "Example Ship"
domain = "ocean"
platform = "ship"
contact = { institution = "Example Institute", email = "data@example.org" }
""",
    input='[[input]]\nreader = "general-oceanics-8050"\nfiles = "raw/*.txt"\n',
    calibrate='[[calibrate]]\ncalibrator = "fco2"\n'
    + "".join(f'[[calibrate.standards]]\nrun_type = "STD{number}"\nxco2 = {number}00.0\n' for number in (2, 3, 4)),
)
TALL_TOWER = Surroundings(
    station=fixed_station("Example Tower", "atmosphere"),
    input='[[input]]\nreader = "picarro"\nfiles = "raw/*.dat"\n',
    calibrate="""
[[calibrate]]
calibrator = "mole-fraction"
scales = { co2 = "none", ch4 = "none", co = "none" }
[[calibrate.instruments]]
stream = "picarro"
id = 115
model = "G2401"
[[calibrate.lines]]
name = "150m"
height = 150.0
[[calibrate.ports]]
port = 1
line = "150m"
""",
)
FLUX_TOWER = Surroundings(
    station=fixed_station("Example Forest", "ecosystem"),
    input='[[input]]\nreader = "icos-ec-csv"\nfiles = "raw/*_EC_*.csv"\nfrequency = 20.0\n',
    calibrate="""
[[calibrate]]
calibrator = "eddy-covariance"
[[calibrate.sonic]]
model = "gill-hs-50"
height = 45.0
frequency = 20.0
[[calibrate.site]]
canopy_height = 30.0
""",
    beside=("icos-bm",),
    calibrated=("eddypro-full-output", "eddypro-fluxnet", "fluxnet-halfhourly", "ameriflux-base", "icos-etc", "generic-halfhourly"),
)
OF_PLUGIN = {"icos-core": SHIP, "icos-ocean": SHIP, "icos-atmosphere": TALL_TOWER, "icos-ecosystem": FLUX_TOWER}
LEFT_TO_THE_READER = ("pip ", "uv ")


class Block(NamedTuple):
    page: str
    language: str
    title: str
    text: str
    info: str


def blocks(path: Path) -> Iterator[Block]:
    for language, info, text in FENCE.findall(path.read_text(encoding="utf-8")):
        title = re.search(r'title="([^"]+)"', info)
        yield Block(path.name, language, title[1] if title else "", text, info.strip())


ALL = [block for page in [README, *PAGES] for block in blocks(page)]


def names(found: list[Block]) -> list[str]:
    return [f"{block.page}: {block.text.splitlines()[0][:40]}" for block in found]


QUOTED = [block for block in ALL if "/" in block.title]
TOML = [block for block in ALL if block.language == "toml" and not block.title]


@pytest.mark.parametrize("block", QUOTED, ids=names(QUOTED))
def test_quoted_code_stands_in_its_file(block: Block) -> None:
    assert block.text in (ROOT / block.title).read_text(encoding="utf-8"), f"{block.page} quotes what {block.title} does not say"


def test_every_block_is_checked() -> None:
    unchecked = {block.language for block in ALL} - {"python", "console", "toml", "csv", "text"}
    assert unchecked == set()


def test_every_piece_of_a_description_is_checked() -> None:
    """A block with the title of a file is written for the commands of its page; where there are none, nobody would read it."""
    run = {block.page for block in ALL if block.language == "console"}
    assert [
        block.page for block in ALL if block.language == "toml" and "/" not in block.title and block.title and block.page not in run
    ] == []


@needs_plugins
@pytest.mark.parametrize("block", TOML, ids=names(TOML))
def test_descriptions_have_no_mistake(block: Block, tmp_path: Path) -> None:
    tables_there = tomllib.loads(block.text)
    around = OF_PLUGIN[plugin_of(tables_there)]
    lacks = {key for key in ("station", "input", "calibrate") if key not in tables_there}
    if all(entry["reader"] in around.beside for entry in tables_there.get("input", ())):
        lacks.add("input")
    if any(entry["reader"] in around.calibrated for entry in tables_there.get("input", ())):
        lacks.discard("calibrate")
    parts = [getattr(around, key) for key in ("station", "input", "calibrate") if key in lacks]
    path = tmp_path / "station.toml"
    path.write_text("\n".join([*parts, block.text]), encoding="utf-8")
    load_description(path, installed_plugins())


def plugin_of(tables_there: dict[str, Any]) -> str:
    """Return the plugin of which a piece of a description names a component; the core where it names no other's."""
    kinds = {"input": "reader", "calibrate": "calibrator", "qc": "quality-test", "derive": "product", "export": "exporter"}
    keys = {"quality-test": "test"}
    plugins = installed_plugins()
    for table, kind in kinds.items():
        of = {each.entry.name: each.distribution for each in plugins.entries(kind)}
        for entry in tables_there.get(table, ()):
            if of.get(entry.get(keys.get(kind, kind))) in PLUGINS:
                return of[entry[keys.get(kind, kind)]]
    return "icos-core"


def simulated_cruise(folder: Path) -> None:
    simulator = installed_plugins().component("simulator", "general-oceanics-8050")
    simulator.simulate(folder, simulator.options(duration="12 h", latitude=48.0), 1)


def run_command(line: str, folder: Path) -> tuple[str, Path]:
    """Run one command of a page; return what it printed, and the folder that it left the reader in."""
    command, _, remark = line.removeprefix("$ ").partition("   # ")
    if command.startswith("cd "):
        return "", folder / command.removeprefix("cd ")
    expected = int(remark.removeprefix("exit status ")) if remark.startswith("exit status") else 0
    words = shlex.split(command)
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
    words[0] = str(Path(sys.executable).with_name(words[0]))
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == expected, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Warning" not in done.stderr, f"{command} warns:\n{done.stderr}"
    return done.stdout + done.stderr, folder


def assert_shown(shown: list[str], printed: str, command: str) -> None:
    """Assert that lines of a page occur in this order in what was printed; ``...`` stands for anything."""
    at = 0
    plain = re.sub(r"\s+", " ", printed)
    for line in shown:
        for piece in (re.sub(r"\s+", " ", part).strip() for part in line.split("...")):
            found = plain.find(piece, at)
            assert found >= 0, f"{command} did not print {piece!r} but\n{printed}"
            at = found + len(piece)


@needs_plugins
@pytest.mark.parametrize("page", [page for page in PAGES if "```console" in page.read_text(encoding="utf-8")], ids=lambda page: page.name)
def test_commands_and_python_run(page: Path, tmp_path: Path) -> None:
    simulated_cruise(tmp_path)
    folder = tmp_path
    for block in blocks(page):
        if block.language == "toml" and block.title and "/" not in block.title:
            (folder / block.title).write_text(block.text, encoding="utf-8")
        if block.language == "python" and not block.title and not block.info:
            with contextlib.chdir(folder):
                exec(compile(block.text, block.page, "exec"), {"__name__": "__example__"})
        if block.language != "console":
            continue
        lines = block.text.splitlines()
        commands = [number for number, line in enumerate(lines) if line.startswith("$ ")]
        for number, following in zip(commands, [*commands[1:], len(lines)], strict=True):
            if lines[number].removeprefix("$ ").startswith(LEFT_TO_THE_READER):
                continue
            printed, folder = run_command(lines[number], folder)
            assert_shown(lines[number + 1 : following], printed, lines[number])


def test_the_readme_has_the_two_commands() -> None:
    commands = [line.removeprefix("$ ") for block in blocks(README) for line in block.text.splitlines() if line.startswith("$ ")]
    assert commands[:2] == ["pip install uv && uv run icos demo", "pip install uv && uv run tox"]
    assert "uv run --quiet tox" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@needs_plugins
def test_commands_of_the_readme_exist() -> None:
    for block in blocks(README):
        for line in block.text.splitlines():
            if line.startswith("$ icos "):
                run_command(f"$ icos {line.split()[2]} --help", ROOT)


def test_flags_csv_of_the_manual_can_be_read() -> None:
    people = importlib.import_module("icos_core.people")
    (block,) = [block for block in ALL if block.language == "csv"]
    (row,) = people.parse_flags(block.text.encode(), "flags.csv")
    assert row.flag.word == "bad"


def test_hook_signatures_equal_the_code() -> None:
    (block,) = [block for block in ALL if block.info == "signatures"]
    documented = {node.name: ast.unparse(node) for node in ast.parse(block.text).body if isinstance(node, ast.FunctionDef)}
    assert sorted(documented) == sorted(HOOK_OF_KIND.values())
    for name, text in documented.items():
        signature = str(inspect.signature(getattr(hookspecs, name))).replace("'", "")
        assert text.splitlines()[0] == f"def {name}{signature}:", name


def test_functions_of_components_equal_the_code() -> None:
    page = (DOCS / "writing-a-plugin.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z]\w+)` \| (`\w+\(.*?)\|", page, re.MULTILINE)
    assert {name for name, _ in rows} == {"Reader", "Calibrator", "QualityTest", "Product", "Exporter", "Figure", "Simulator"}
    for name, functions in rows:
        declared = {
            field: annotation for field, annotation in getattr(components, name).__annotations__.items() if "Callable[[" in annotation
        }
        documented = dict(re.findall(r"`(\w+)\((.*?)\)`", functions))
        assert sorted(documented) == sorted(declared), name
        for function, arguments in documented.items():
            annotation = ast.parse(declared[function], mode="eval")
            (of_callable,) = (
                node for node in ast.walk(annotation) if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Callable"
            )
            parameters = of_callable.slice.elts[0].elts  # type: ignore[attr-defined]  # Callable[[…], …]
            assert len(arguments.split(", ")) == len(parameters), f"{name}.{function}"


def test_the_kit_is_documented() -> None:
    page = (DOCS / "writing-a-plugin.md").read_text(encoding="utf-8")
    made = [name for name in dir(testing.ReaderContract) if name.startswith("test_")]
    assert f"make {len(made) + 1} tests" in page
    documented = re.findall(r"^\| `(\w+Contract|assert_entries_load)` \|", page, re.MULTILINE)
    assert set(documented) == {name for name in testing.__all__ if name.endswith("Contract")} | {"assert_entries_load"}


def first_column(page: str, heading: str) -> set[str]:
    """Return the names in backticks in the first column of the tables whose first heading is `heading`, in one page or all that fit."""
    text = "\n".join(each.read_text(encoding="utf-8") for each in PAGES if each.match(page))
    found: set[str] = set()
    for table in re.findall(rf"^\| {re.escape(heading)} \|[^\n]*\n\|[-| ]+\|\n((?:\|[^\n]*\n)+)", text, re.MULTILINE):
        for row in table.splitlines():
            found |= set(re.findall(r"`(\w+)`", row.split("|")[1]))
    return found


def section_keys(page: str, section: str) -> set[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    part = text.split(f"## `{section}`\n")[1].split("\n## ")[0]
    table = re.search(r"^\| key \|[^\n]*\n\|[-| ]+\|\n((?:\|[^\n]*\n)+)", part, re.MULTILINE)
    assert table is not None
    return {name for row in table[1].splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}


@pytest.mark.parametrize(
    ("section", "model"),
    [
        ("[station]", station.Station),
        ("[run]", tables.RunTable),
        ("[[deployment]]", station.Deployment),
        ("[[input]]", tables.InputTable),
        ("[[qc]]", tables.QcTable),
    ],
)
def test_every_key_of_a_description_is_documented(section: str, model: Any) -> None:
    assert section_keys("station-description.md", section) == set(model.model_fields)


@pytest.mark.parametrize(("heading", "model"), [("key of `contact`", station.Contact), ("key of `join`", station.Join)])
def test_every_key_of_an_inner_table_is_documented(heading: str, model: Any) -> None:
    assert first_column("station-description.md", heading) == set(model.model_fields)


@needs_plugins
@pytest.mark.parametrize(
    ("kind", "page", "distributions"),
    [
        ("quality-test", "quality-tests.md", ("icos-core", "icos-ocean")),
        ("exporter", "exports.md", ("icos-core", "icos-ocean")),
        ("calibrator", "*.md", ("icos-core", *PLUGINS)),
        ("quality-test", "atmosphere-*.md", ("icos-atmosphere",)),
        ("quality-test", "ecosystem-*.md", ("icos-ecosystem",)),
        ("exporter", "format-*.md", ("icos-atmosphere", "icos-ecosystem")),
        ("product", "*.md", ("icos-atmosphere", "icos-ecosystem")),
    ],
)
def test_every_option_is_documented(kind: str, page: str, distributions: tuple[str, ...]) -> None:
    plugins = installed_plugins()
    ours = [each.entry.name for each in plugins.entries(kind) if each.distribution in distributions]
    assert ours
    for name in ours:
        model = plugins.component(kind, name).options  # type: ignore[union-attr]
        options = set(model.model_fields)
        if issubclass(model, Discovery):  # each of its fields is an attribute of the netCDF file, said in a sentence
            options -= set(Discovery.model_fields)
        assert first_column(page, f"option of `{name}`") == options, name


@needs_plugins
def test_every_reader_has_a_page_with_its_options() -> None:
    plugins = installed_plugins()
    pages = {
        "socat-cruise": "instrument-socat.md",
        "socat-synthesis": "instrument-socat.md",
        "icos-atc-release": "format-icos-atc.md",
        "obspack": "format-obspack.md",
        "wdcgg": "format-wdcgg.md",
        **dict.fromkeys(("toa5", "tob1", "tob3"), "instrument-campbell.md"),
    }
    for registered in plugins.entries("reader"):
        name = registered.entry.name
        if registered.distribution not in PLUGINS:
            continue
        text = (DOCS / pages.get(name, f"instrument-{name}.md")).read_text(encoding="utf-8")
        options = set(plugins.component("reader", name).options.model_fields)
        documented = {word for line in text.splitlines() if line.startswith("|") for word in re.findall(r"`(\w+)`", line.split("|")[1])}
        assert options <= documented, f"{name}: {sorted(options - documented)}"


def test_options_of_the_command_run_are_documented() -> None:
    command = importlib.import_module("icos_core.cli.run").command
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    text = (DOCS / "running.md").read_text(encoding="utf-8").split("## Options")[1]
    assert set(re.findall(r"^\| `(--\w+)`", text, re.MULTILINE)) == options


@needs_plugins
def test_terms_of_the_uncertainty_are_documented() -> None:
    vocabulary = importlib.import_module("icos_ocean.vocabulary")
    text = "\n".join((DOCS / page).read_text(encoding="utf-8") for page in ("ocean-fco2.md", "ocean-dry-xco2.md"))
    rows = re.findall(r"^\| `(\w+)` \|[^|\n]*\| (common|by period|independent) \|$", text, re.MULTILINE)
    words = {"common": "common", "period": "by period", "independent": "independent"}
    assert dict(rows) == {term: words[correlation] for term, (correlation, _) in vocabulary.UNCERTAINTY_TERMS.items()}


@needs_plugins
def test_temperature_corrections_are_documented() -> None:
    methods = importlib.import_module("icos_ocean.temperature_correction").METHODS
    documented = re.findall(r"^\| `([a-z]+-\d{4}[a-z-]*)`", (DOCS / "ocean-fco2.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == list(methods)
    for name, method in methods.items():
        row = next(line for line in (DOCS / "ocean-fco2.md").read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{name}`"))
        assert method.coefficient is None or f"{method.coefficient:g}" in row


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}, target


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if page.name != "index.md" and f"({page.name})" not in index] == []
