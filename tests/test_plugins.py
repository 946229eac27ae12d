"""Discovery: faulty plugins are reported and never stop the others."""

import sys
import textwrap

import pytest

from icos_core import PluginError
from icos_core.discovery import core_version, find_plugins
from icos_core.plugins import Plugins

GOOD = """
from icos_core import Entry, hookimpl

@hookimpl
def icos_exporters():
    return [Entry(kind="exporter", name="{name}", summary="fine", load="{module}_parts:EXPORTER")]
"""
PARTS = """
from icos_core import Exporter
from icos_core.versioned import Options

class MyOptions(Options):
    pass

EXPORTER = Exporter(name="{name}", summary="fine", options=MyOptions, export=lambda streams, folder, options, context: ())
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a fake distribution: a module and a .dist-info folder on the path."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def _install(distribution, source, *, module=None, requires=(), version="1.0", target=None, metadata=None, parts=""):
        module = module or distribution.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        if parts:
            (tmp_path / f"{module}_parts.py").write_text(textwrap.dedent(parts), encoding="utf-8")
        info = tmp_path / f"{module}-{version}.dist-info"
        info.mkdir()
        text = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n" + "".join(
            f"Requires-Dist: {each}\n" for each in requires
        )
        (info / "METADATA").write_text(metadata if metadata is not None else text, encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[icos.plugins]\n{module} = {target or module}\n", encoding="utf-8")
        return module

    yield _install
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


def good(install, distribution="acme-good", name="acme", **more):
    module = distribution.replace("-", "_")
    install(distribution, GOOD.format(name=name, module=module), parts=PARTS.format(name=name), **more)


def report_of(name):
    return next(report for report in Plugins(find_plugins()).reports if report.name == name)


def problem_of(name):
    report = report_of(name)
    assert len(report.problems) == 1
    return report.problems[0]


def test_the_core_lists_itself():
    report = report_of("core")
    assert report.distribution == "icos-core"
    assert report.version == core_version()
    assert not report.problems
    assert {each.entry.name for each in report.components} == {
        "range",
        "spike",
        "rate-of-change",
        "flat-line",
        "rolling-outlier",
        "missing",
        "sensor-correction",
        "sensor-choice",
        "time-shift",
        "cf-netcdf",
        "csv",
    }


def test_a_good_one(install):
    good(install)
    plugins = Plugins(find_plugins())
    assert plugins.component("exporter", "acme").summary == "fine"
    assert plugins.component("exporter", "acme") is plugins.component("exporter", "acme")
    assert plugins.distribution("exporter", "acme") == ("acme-good", "1.0")
    assert "acme" in plugins.names("exporter")
    assert not report_of("acme_good").problems


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import no_such_module", "cannot be imported from 'acme_bad': ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(3)", "cannot be imported from 'acme_bad': SystemExit: 3"),
        ("def x(:", "cannot be imported from 'acme_bad': SyntaxError"),
        ("", "no hook found"),
        (
            "from icos_core import hookimpl\n@hookimpl\ndef icos_reader():\n return []",
            "unknown hook 'icos_reader'; did you mean 'icos_readers'?",
        ),
        ("def icos_readers():\n return []", "hook 'icos_readers' is not decorated"),
        ("from icos_core import hookimpl\n@hookimpl\ndef icos_readers(more):\n return []", "cannot be registered: PluginValidationError"),
        ("from icos_core import hookimpl\n@hookimpl\ndef icos_readers():\n raise SystemExit", "hook icos_readers failed: SystemExit"),
        ("from icos_core import hookimpl\n@hookimpl\ndef icos_readers():\n 1 / 0", "hook icos_readers failed: ZeroDivisionError"),
        (
            "from icos_core import hookimpl\n@hookimpl\ndef icos_readers():\n return ['x']",
            "hook icos_readers returned 'x', expected icos_core.Entry",
        ),
        ("from icos_core import hookimpl\n@hookimpl\ndef icos_readers():\n return [3]", "hook icos_readers returned 3"),
        ("from icos_core import hookimpl\n@hookimpl\ndef icos_readers():\n return 3", "hook icos_readers failed: TypeError"),
    ],
)
def test_a_faulty_one_beside_a_good_one(install, source, problem):
    install("acme-bad", source)
    good(install)
    assert problem_of("acme_bad").startswith(problem)
    assert Plugins(find_plugins()).component("exporter", "acme").name == "acme"


def test_a_plugin_may_be_an_object(install):
    source = """
        from icos_core import Entry, hookimpl
        class Table:
            @hookimpl
            def icos_readers(self):
                return [Entry(kind="reader", name="acme", summary="", load="m:A")]
        PLUGIN = Table()
    """
    install("acme-object", source, target="acme_object:PLUGIN")
    assert not report_of("acme_object").problems
    assert len(report_of("acme_object").components) == 1


def test_a_hook_of_a_later_core_may_be_marked_optional(install):
    source = """
        from icos_core import Entry, hookimpl
        @hookimpl(optionalhook=True)
        def icos_of_the_future(): return []
        @hookimpl
        def icos_readers(): return [Entry(kind="reader", name="acme", summary="", load="m:A")]
    """
    install("acme-late", source)
    assert not report_of("acme_late").problems
    assert len(report_of("acme_late").components) == 1


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("kind='exporter', name='a', summary='', load='m:A'", "hook icos_readers returned 'a' of kind 'exporter', expected 'reader'"),
        ("kind='reader', name='GO_8050', summary='', load='m:A'", "reader 'GO_8050': a name is lower-case words joined by hyphens"),
        ("kind='reader', name='a', summary='', load='m.A'", "reader 'a': cannot load from 'm.A', expected 'package.module:ATTRIBUTE'"),
        ("kind='reader', name=3, summary='', load='m:A'", "hook icos_readers returned Entry(kind='reader', name=3"),
    ],
)
def test_an_entry_that_is_wrong_leaves_the_others(install, entry, problem):
    fine = "kind='reader', name='fine', summary='', load='m:A'"
    install("acme-x", f"from icos_core import Entry, hookimpl\n@hookimpl\ndef icos_readers():\n return [Entry({entry}), Entry({fine})]")
    assert problem_of("acme_x").startswith(problem)
    assert [each.entry.name for each in report_of("acme_x").components] == ["fine"]


class TestRequirement:
    @pytest.mark.parametrize("requirement", ["icos-core>=99", "ICOS.core (<0.0.1)", "icos_core[report]==0.0.1"])
    def test_mismatch_disables_before_import(self, install, requirement):
        install("acme-old", "raise AssertionError('imported')", requires=["numpy", requirement])
        assert problem_of("acme_old").startswith("requires icos-core ")
        assert problem_of("acme_old").endswith(f"installed is {core_version()}")

    @pytest.mark.parametrize(
        "requirement", ["icos-core>=0.0.1", "icos-core", 'icos-core>=99; extra == "later"', "icos-core-tools>=99", "!?"]
    )
    def test_no_mismatch(self, install, requirement):
        good(install, requires=[requirement])
        assert not report_of("acme_good").problems

    def test_not_understood(self, install):
        install("acme-odd", "", requires=["icos-core >= , 3"])
        assert "cannot be understood" in problem_of("acme_odd")


class TestClash:
    def test_only_the_name_is_disabled(self, install):
        source = """
            from icos_core import Entry, hookimpl
            @hookimpl
            def icos_exporters():
                return [Entry(kind="exporter", name=name, summary="", load=f"acme_good_parts:EXPORTER") for name in ("acme", "other")]
            @hookimpl
            def icos_readers():
                return [Entry(kind="reader", name="acme", summary="", load="m:A")]
        """
        good(install)
        install("acme-twin", source, version="2.0")
        plugins = Plugins(find_plugins())
        clash = "disabled, its name is taken by acme-good 1.0 and by acme-twin 2.0"
        with pytest.raises(PluginError, match=f"exporter 'acme': {clash}"):
            plugins.component("exporter", "acme")
        with pytest.raises(PluginError, match=clash):
            plugins.distribution("exporter", "acme")
        assert plugins.distribution("reader", "acme") == ("acme-twin", "2.0")
        assert "other" in plugins.names("exporter")
        assert "acme" not in plugins.names("exporter")
        assert report_of("acme_good").problems == (f"exporter 'acme': {clash}",)
        assert report_of("acme_twin").problems == (f"exporter 'acme': {clash}",)
        assert not report_of("core").problems

    def test_with_the_core(self, install):
        good(install, name="csv")
        with pytest.raises(PluginError, match=r"taken by acme-good 1\.0 and by icos-core"):
            Plugins(find_plugins()).component("exporter", "csv")

    def test_with_itself(self, install):
        entry = "Entry(kind='reader', name='a', summary='', load='m:A')"
        install("acme-self", f"from icos_core import Entry, hookimpl\n@hookimpl\ndef icos_readers():\n return [{entry}, {entry}]")
        assert problem_of("acme_self") == "reader 'a': disabled, its name is taken by acme-self 1.0 and by acme-self 1.0"

    def test_with_a_subcommand_of_the_core(self, install):
        entry = "Entry(kind='command', name='run', summary='', load='m:A')"
        install("acme-run", f"from icos_core import Entry, hookimpl\n@hookimpl\ndef icos_commands():\n return [{entry}]")
        assert problem_of("acme_run") == "command 'run': disabled, its name is taken by a subcommand of icos-core"


class TestLoading:
    def exporter(self, install, parts):
        install("acme-x", GOOD.format(name="acme", module="acme_x"), parts=parts)
        return Plugins(find_plugins())

    @pytest.mark.parametrize(
        ("parts", "reason"),
        [
            ("import no_such_module", r"acme-x 1\.0 cannot be loaded from 'acme_x_parts:EXPORTER': ModuleNotFoundError"),
            ("raise SystemExit", "SystemExit"),
            ("EXPORT = 1", "AttributeError"),
            ("EXPORTER = 1", r"is int, expected icos_core\.Exporter"),
            (PARTS.format(name="emca"), "is named 'emca', its entry 'acme'"),
            (PARTS.format(name="acme").replace("(Options)", "(__import__('pydantic').BaseModel)"), "would ignore a mistyped key"),
            (PARTS.format(name="acme").replace("pass", "exporter: str = ''"), "its option 'exporter' has the name of a key of the core"),
        ],
    )
    def test_failure_is_that_of_the_component(self, install, parts, reason):
        plugins = self.exporter(install, parts)
        with pytest.raises(PluginError, match=reason):
            plugins.component("exporter", "acme")
        assert plugins.component("exporter", "csv").name == "csv"

    def test_unknown_names(self, install):
        good(install)
        install("acme-bad", "raise ImportError")
        plugins = Plugins(find_plugins())
        with pytest.raises(
            PluginError, match=r"no exporter named 'acne' is installed; did you mean 'acme'\?.*see `icos plugins`: acme-bad 1\.0"
        ):
            plugins.component("exporter", "acne")
        with pytest.raises(PluginError, match=r"no kind of component 'exportr'; did you mean 'exporter'\?"):
            plugins.component("exportr", "acme")


class TestMetadata:
    def test_without_name_and_version(self, install):
        install("acme-nameless", "raise ImportError('x')", metadata="")
        report = report_of("acme_nameless")
        assert report.distribution == "(unnamed distribution)"
        assert "cannot be imported" in report.problems[0]

    def test_entry_points_that_cannot_be_read(self, install, tmp_path):
        good(install)
        install("acme-broken", "")
        (tmp_path / "acme_broken-1.0.dist-info" / "entry_points.txt").write_bytes(b"[icos.plugins]\n\xff\xfe = \n= x\n")
        assert Plugins(find_plugins()).component("exporter", "acme").name == "acme"

    def test_the_first_on_the_path_counts(self, install, tmp_path, monkeypatch):
        good(install)
        again = tmp_path / "again" / "acme_good-0.9.dist-info"
        again.mkdir(parents=True)
        (again / "METADATA").write_text("Metadata-Version: 2.1\nName: Acme.Good\nVersion: 0.9\n", encoding="utf-8")
        (again / "entry_points.txt").write_text("[icos.plugins]\nacme_good = acme_good\n", encoding="utf-8")
        monkeypatch.setattr("sys.path", [*sys.path, str(again.parent)])
        assert report_of("acme_good").version == "1.0"
