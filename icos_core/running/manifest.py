"""The manifest: what a run did, as PROV-O in JSON-LD, and for people and the next run as plain tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["build_manifest", "read_manifest", "write_manifest"]

_CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "http://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "name": "schema:name",
    "sha256": "schema:sha256",
    "bytes": "schema:contentSize",
    "version": "schema:softwareVersion",
}
_LISTS = ("inputs", "outputs", "problems", "retry")


def build_manifest(
    *,
    run_key: str,
    status: int,
    started: str,
    finished: str,
    station_id: str,
    description: Mapping[str, Any],
    inputs: Sequence[Mapping[str, Any]],
    outputs: Sequence[Mapping[str, Any]],
    software: Mapping[str, str],
    flags: Sequence[Mapping[str, Any]],
    tables: Sequence[Mapping[str, Any]],
    problems: Sequence[str],
    lost: Mapping[str, str],
    retry: Sequence[str],
) -> dict[str, Any]:
    """Return the manifest.

    `inputs` have name, sha256, bytes, tally and set_aside; `outputs` name, sha256 and bytes; `lost` says what beside whole files could not
    be used; `retry` names what may go better at the next run. ``@graph`` says in PROV-O that the run (an activity) used the collection of
    inputs that were not set aside, was associated with every distribution, and generated every output from that collection. The tables
    beside it are plain JSON for people and for the next run; no key of theirs is a term of ``@context``.
    """
    activity = f"urn:icos:run:{run_key}"
    agents = [
        {"@id": f"urn:icos:software:{name}:{version}", "@type": ["prov:Agent", "prov:SoftwareAgent"], "name": name, "version": version}
        for name, version in sorted(software.items())
    ]
    sources = [_entity(each) for each in inputs if each["sha256"]]
    used = list(dict.fromkeys(_identifier(each) for each in inputs if each["sha256"] and not each["set_aside"]))
    collection = {
        "@id": f"{activity}:inputs",
        "@type": ["prov:Entity", "prov:Collection"],
        "prov:hadMember": [{"@id": identifier} for identifier in used],
    }
    results = [
        _entity(each) | {"prov:wasGeneratedBy": {"@id": activity}, "prov:wasDerivedFrom": {"@id": collection["@id"]}} for each in outputs
    ]
    run = {
        "@id": activity,
        "@type": "prov:Activity",
        "name": f"processing of station {station_id}",
        "prov:startedAtTime": {"@type": "xsd:dateTime", "@value": started},
        "prov:endedAtTime": {"@type": "xsd:dateTime", "@value": finished},
        "prov:used": [{"@id": identifier} for identifier in used],
        "prov:wasAssociatedWith": [{"@id": agent["@id"]} for agent in agents],
    }
    return {
        "@context": _CONTEXT,
        "@graph": [run, *agents, *sources, collection, *results],
        "run_key": run_key,
        "status": status,
        "started": started,
        "finished": finished,
        "station": station_id,
        "software": dict(sorted(software.items())),
        "inputs": list(inputs),
        "outputs": list(outputs),
        "set_aside": {**{each["name"]: each["set_aside"] for each in inputs if each["set_aside"]}, **lost},
        "people_flags": list(flags),
        "tables": list(tables),
        "problems": list(problems),
        "retry": list(retry),
        "description": dict(description),
    }


def _identifier(file: Mapping[str, Any]) -> str:
    return f"urn:sha256:{file['sha256']}"


def _entity(file: Mapping[str, Any]) -> dict[str, Any]:
    return {"@id": _identifier(file), "@type": "prov:Entity", "name": file["name"], "sha256": file["sha256"], "bytes": file["bytes"]}


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of an earlier run, or None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if _is_manifest(content) else None


def _is_manifest(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and all(isinstance(content.get(key), str) for key in ("run_key", "station", "finished"))
        and isinstance(content.get("status"), int)
        and isinstance(content.get("set_aside"), dict)
        and all(isinstance(content.get(key), list) for key in _LISTS)
        and all(isinstance(each, dict) and {"name", "sha256", "bytes"} <= each.keys() for each in content["inputs"] + content["outputs"])
    )


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest as indented JSON."""
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
