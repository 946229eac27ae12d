"""Which code took part: distribution, version, and what is installed of it.

A wheel's RECORD lists the hash of every file. An editable install's version and RECORD do not change with its sources, and what was put
on the path by other means has no RECORD: there the content of the package is hashed, tables of coefficients and templates included.
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
    from collections.abc import Iterable, Iterator

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
    record = found.read_text("RECORD") or ""
    if "sha256=" in record and not _is_editable(found):
        return f"{found.version}+{hashlib.sha256(record.encode()).hexdigest()[:16]}"
    digest = hashlib.sha256()
    for name, source in sorted(_package_files(found)):
        octets = source.read_bytes()
        digest.update(f"{name}\0{len(octets)}\0".encode(errors="surrogateescape"))
        digest.update(octets)
    return f"{found.version}+files.{digest.hexdigest()[:16]}"


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


def _package_files(distribution: metadata.Distribution) -> Iterator[tuple[str, Path]]:
    """Yield name and place of every file of the import packages: those that entry points name, and the distribution's own name."""
    modules = {point.module.partition(".")[0] for point in distribution.entry_points}
    modules.add(distribution.name.replace("-", "_"))
    for module in modules:
        spec = find_spec(module)
        if spec is None:
            continue
        if spec.submodule_search_locations is None and spec.origin is not None:
            yield Path(spec.origin).name, Path(spec.origin)
        for folder in spec.submodule_search_locations or ():
            for path in Path(folder).rglob("*"):
                if path.is_file() and path.suffix != ".pyc":
                    yield path.relative_to(Path(folder).parent).as_posix(), path
