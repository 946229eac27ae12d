"""Reading a station description: validated at once, with every mistake listed."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icos_core.describing.input_tables import check_joins, read_input
from icos_core.describing.mistakes import Findings
from icos_core.describing.qc_tables import read_test, resolve_tests, usual_tests
from icos_core.describing.tables import (
    CALIBRATE,
    COMPONENT_TABLES,
    DERIVE,
    EXPORT,
    PLAIN_TABLES,
    RunTable,
    parse_component_table,
    parse_table,
)
from icos_core.describing.toml_lines import key_lines
from icos_core.describing.vocabulary import check_vocabulary, vocabulary
from icos_core.exceptions import DescriptionError, Mistake, PluginError, nearest
from icos_core.station import CalibrateSpec, Deployment, DeriveSpec, Description, ExportSpec, Station

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icos_core.components import Calibrator, Product
    from icos_core.plugins import Plugins
    from icos_core.station import InputSpec, QualitySpec

__all__ = ["load_description"]

_LINE_OF_SYNTAX_ERROR = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")
_LISTS = ("deployment", *(kind.section for kind in COMPONENT_TABLES))


def load_description(path: Path, plugins: Plugins) -> Description:
    """Read and validate a station description.

    Parameters
    ----------
    path
        The TOML file.
    plugins
        Installed plugins, see :func:`icos_core.plugins.installed_plugins`.

    Raises
    ------
    DescriptionError
        With every mistake: key, line, value, what was expected, nearest valid name.
    PluginError
        Where the description is right but a component that it names cannot be used.
    """
    path = Path(path)
    text = _read(path)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DescriptionError(path.name, [_syntax_mistake(error)]) from error
    findings = Findings(key_lines(text))
    description = _Loader(path, data, findings, plugins).load()
    if findings.mistakes:
        troubles = [Mistake(key="plugin", expected=str(failure)) for failure in findings.failures]
        in_order = sorted(findings.mistakes, key=lambda mistake: mistake.line or 0)
        raise DescriptionError(path.name, [*in_order, *troubles])
    if findings.failures or description is None:
        raise PluginError("\n".join(str(failure) for failure in findings.failures))
    return description


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DescriptionError(path.name, [Mistake(key="text", expected="text in UTF-8", line=line)]) from error
    except FileNotFoundError as error:
        others = [each.name for each in path.parent.glob("*.toml")]
        mistake = Mistake(key="file", value=str(path), expected="a station description", nearest=nearest(path.name, others))
        raise DescriptionError(path.name or str(path), [mistake]) from error
    except OSError as error:
        mistake = Mistake(key="file", value=str(path), expected=f"a file that can be read ({error.strerror})")
        raise DescriptionError(path.name or str(path), [mistake]) from error


def _syntax_mistake(error: Exception) -> Mistake:
    if isinstance(error, RecursionError):
        return Mistake(key="TOML", expected="fewer brackets within brackets")
    found = _LINE_OF_SYNTAX_ERROR.search(str(error))
    line = int(found[1]) if found and found[1] else None
    return Mistake(key="TOML", expected=f"another way to write this: {_LINE_OF_SYNTAX_ERROR.sub('', str(error))}", line=line)


class _Loader:
    """Goes through the sections in the order of the flow; what could not be understood keeps later checks from guessing."""

    def __init__(self, path: Path, data: dict[str, Any], findings: Findings, plugins: Plugins) -> None:
        self.path = path
        self.data = data
        self.findings = findings
        self.plugins = plugins
        self.whole = True

    def load(self) -> Description | None:
        self._check_sections()
        station = self._station()
        run = parse_table(RunTable, self._table("run"), ("run",), self.findings)
        deployments = self._deployments()
        inputs = self._inputs()
        calibrate = self._calibrate()
        derive = self._derive()
        export = self._export()
        own = [read_test(table, path, self.findings, self.plugins) for path, table in self._tables("qc")]
        qc: tuple[QualitySpec, ...] = ()
        if self.whole:
            try:
                usual = usual_tests(calibrate, self.findings, self.plugins)
                words = vocabulary([spec for _, spec in inputs], calibrate, derive, self.plugins)
                qc = resolve_tests([test for test in own if test is not None], usual, words, self.findings)
            except PluginError as failure:
                self.findings.fail(failure)
                return None
        if station is None or run is None or not self.whole:
            return None
        description = Description(
            path=self.path,
            station=station,
            level=run.level,
            deployments=deployments,
            inputs=tuple(spec for _, spec in inputs),
            calibrate=tuple(calibrate),
            qc=qc,
            derive=tuple(derive),
            export=tuple(export),
            lines=self.findings.lines,
        )
        try:
            self.findings.extend(check_vocabulary(description, self.plugins))
        except PluginError as failure:
            self.findings.fail(failure)
        return description

    def _check_sections(self) -> None:
        valid = [*PLAIN_TABLES, *(kind.section for kind in COMPONENT_TABLES)]
        for name in self.data:
            if name not in valid:
                self.findings.add((name,), f"one of the tables {', '.join(valid)}", near=nearest(name, valid))
        if "input" not in self.data:
            self.findings.add(("input",), "at least one [[input]], this table is required")

    def _table(self, name: str) -> dict[str, Any]:
        value = self.data.get(name, {})
        if isinstance(value, dict):
            return value
        self.findings.add((name,), f"a table, written [{name}]", value=None if isinstance(value, list) else value)
        return {}

    def _tables(self, name: str) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
        value = self.data.get(name, [])
        if not isinstance(value, list):
            self.findings.add((name,), f"a list of tables, written [[{name}]]")
            self.whole = False
            return
        for position, table in enumerate(value):
            if isinstance(table, dict):
                yield (name, position), table
            else:
                self.findings.add((name, position), f"a table, written [[{name}]]", value=table)
                self.whole = False

    def _station(self) -> Station | None:
        if "station" not in self.data:
            self.findings.add(("station",), "this table, it is required")
            return None
        return parse_table(Station, self._table("station"), ("station",), self.findings)

    def _deployments(self) -> tuple[Deployment, ...]:
        found = []
        seen: dict[str, int] = {}
        for path, table in self._tables("deployment"):
            expocode = table.get("expocode")
            if isinstance(expocode, str) and seen.setdefault(expocode, path[1]) != path[1]:
                expected = f"an expocode that no other deployment has, deployment[{seen[expocode]}] has it"
                self.findings.add((*path, "expocode"), expected, value=expocode)
            deployment = parse_table(Deployment, table, path, self.findings)
            if deployment is not None:
                found.append((path, deployment))
        found.sort(key=lambda pair: pair[1].start)
        for (_, before), (path, after) in pairwise(found):
            if after.start < before.end:
                expected = f"a time after the end of deployment {before.expocode!r}; deployments do not overlap"
                self.findings.add((*path, "start"), expected, value=str(after.start))
        return tuple(deployment for _, deployment in found)

    def _inputs(self) -> list[tuple[tuple[str, int], InputSpec]]:
        inputs = []
        for path, table in self._tables("input"):
            spec = read_input(table, path, self.findings, self.plugins)
            if spec is None:
                self.whole = False
            else:
                inputs.append((path, spec))
        if self.whole:
            check_joins(inputs, self.findings, self.plugins)
        return inputs

    def _calibrate(self) -> list[CalibrateSpec]:
        specs = []
        before: list[tuple[tuple[str, int], Calibrator]] = []
        for path, table in self._tables("calibrate"):
            parsed = parse_component_table(CALIBRATE, table, path, self.findings, self.plugins)
            if parsed is None or parsed.options is None:
                self.whole = False
            else:
                specs.append(CalibrateSpec(calibrator=parsed.part.name, options=parsed.options))
                self._check_order(path, parsed.part, before)
                before.append((path, parsed.part))
        return specs

    def _check_order(self, path: tuple[str, int], part: Calibrator, before: list[tuple[tuple[str, int], Calibrator]]) -> None:
        if part.condense is None:
            return
        for other_path, other in before:
            if other.condense is not None:
                expected = f"one calibrator that condenses; {other.name!r} does already"
                self.findings.add((*path, "calibrator"), expected, value=part.name)
            elif not other.row_wise:
                expected = f"a calibrator that works row by row, as {part.name!r} behind it condenses"
                self.findings.add((*other_path, "calibrator"), expected, value=other.name)

    def _derive(self) -> list[DeriveSpec]:
        parts: dict[str, Product] = {}
        specs = []
        for path, table in self._tables("derive"):
            parsed = parse_component_table(DERIVE, table, path, self.findings, self.plugins)
            if parsed is None or parsed.options is None:
                self.whole = False
            elif parsed.part.name in parts:
                self.findings.add((*path, "product"), "each product once", value=parsed.part.name)
            else:
                parts[parsed.part.name] = parsed.part
                specs.append(DeriveSpec(product=parsed.part.name, options=parsed.options))
        return [*specs, *self._needed(parts)]

    def _needed(self, asked: dict[str, Product]) -> Iterator[DeriveSpec]:
        """Yield the products that come along, with their default options."""
        parts = dict(asked)
        waiting = [(name, need) for name, part in parts.items() for need in part.needs]
        while waiting:
            name, need = waiting.pop(0)
            if need in parts:
                continue
            try:
                parts[need] = self.plugins.component("product", need)
                options = parts[need].options()
            except PluginError as failure:
                self.findings.fail(failure)
                self.whole = False
            except ValueError:
                self.findings.add(("derive",), f"a [[derive]] with product = {need!r} and its options, as {name!r} needs it")
                self.whole = False
            else:
                waiting += [(need, further) for further in parts[need].needs]
                yield DeriveSpec(product=need, options=options, is_default=True)

    def _export(self) -> list[ExportSpec]:
        specs = []
        for path, table in self._tables("export"):
            parsed = parse_component_table(EXPORT, table, path, self.findings, self.plugins)
            if parsed is not None and parsed.options is not None:
                specs.append(ExportSpec(exporter=parsed.part.name, options=parsed.options))
        return specs
