"""That every entry of a distribution's plugins loads, fits its kind, and is cheap to list."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from icos_core.discovery import GROUP, find_plugins
from icos_core.plugins import Plugins

if TYPE_CHECKING:
    from icos_core.components import Entry

__all__ = ["assert_entries_load"]

_HEAVY = ("matplotlib", "netCDF4", "pandas", "scipy", "xarray")
_LISTING = """
import sys
from importlib import metadata
from icos_core.components import HOOK_OF_KIND
plugins = [each.load() for each in metadata.distribution({distribution!r}).entry_points.select(group={group!r})]
for plugin in plugins:
    for hook in HOOK_OF_KIND.values():
        list(getattr(plugin, hook, list)())
print(*sorted({heavy!r} & set(sys.modules)))
"""


def assert_entries_load(distribution: str) -> tuple[Entry, ...]:
    """Assert that the plugins of an installed distribution are found without a problem and that all their components load.

    Parameters
    ----------
    distribution
        Name of the distribution, as its ``pyproject.toml`` has it.

    Returns
    -------
    tuple of Entry
        What the plugins list.
    """
    points = metadata.distribution(distribution).entry_points.select(group=GROUP)
    assert points, f"{distribution} announces nothing in the entry point group {GROUP!r}"
    plugins = Plugins(find_plugins())
    reports = [report for report in plugins.reports if report.distribution == distribution]
    for report in reports:
        assert not report.problems, f"{report.name}: {'; '.join(report.problems)}"
    entries = tuple(registered.entry for report in reports for registered in report.components)
    assert entries, f"{distribution} lists no component"
    for entry in entries:
        assert entry.summary, f"{entry.kind} {entry.name!r} has no summary"
        assert "\n" not in entry.summary, f"{entry.kind} {entry.name!r}: the summary has more than one line"
        plugins.component(entry.kind, entry.name)
    code = _LISTING.format(distribution=distribution, group=GROUP, heavy=set(_HEAVY))
    listed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)  # noqa: S603  # our own code
    assert listed.returncode == 0, f"listing the entries fails: {listed.stderr}"
    assert not listed.stdout.strip(), f"listing the entries imports {listed.stdout.strip()}: import it in the modules that entries point at"
    return entries
