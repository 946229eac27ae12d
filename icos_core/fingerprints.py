"""Which code took part: distribution, version, and for editable installs the content of its sources.

An editable install's version and RECORD do not change with its sources, so their content is hashed.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["fingerprint", "requirement_versions", "sha256_of_file"]


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def fingerprint(distribution: str) -> str:
    """Return a text that changes when the code of an installed distribution may have changed.

    Distributions that are not installed (a plugin registered by hand) have the fingerprint ``"unknown"``.
    """
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"
    if not _is_editable(found):
        record = found.read_text("RECORD") or ""
        return f"{found.version}+{hashlib.sha256(record.encode()).hexdigest()[:16]}"
    digest = hashlib.sha256()
    for folder in sorted(_package_folders(found)):
        for source in sorted(folder.rglob("*.py")):
            digest.update(str(source.relative_to(folder)).encode())
            digest.update(source.read_bytes())
    return f"{found.version}+editable.{digest.hexdigest()[:16]}"


def requirement_versions(distributions: Iterable[str]) -> dict[str, str]:
    """Return distribution → version of everything installed that the named distributions require directly."""
    versions: dict[str, str] = {}
    for distribution in distributions:
        try:
            requirements = metadata.requires(distribution) or []
        except metadata.PackageNotFoundError:
            continue
        for requirement in requirements:
            name = Requirement(requirement).name
            try:
                versions[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                continue
    return dict(sorted(versions.items()))


def _is_editable(distribution: metadata.Distribution) -> bool:
    direct_url = distribution.read_text("direct_url.json")
    return bool(direct_url and json.loads(direct_url).get("dir_info", {}).get("editable"))


def _package_folders(distribution: metadata.Distribution) -> set[Path]:
    """Return the import packages: those that entry points name, else the distribution's own name."""
    modules = {point.module.partition(".")[0] for point in distribution.entry_points}
    modules.add(distribution.name.replace("-", "_"))
    folders = set()
    for module in modules:
        spec = find_spec(module)
        if spec is not None:
            folders |= {Path(location) for location in spec.submodule_search_locations or ()}
    return folders
