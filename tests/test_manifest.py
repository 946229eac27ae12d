"""The manifest is JSON-LD that says in PROV-O what was made of what."""

import json

import pytest

from icos_core.running.manifest import build_manifest, read_manifest, write_manifest

TALLY = {"seen": 3, "kept": 2, "rejected": {"unreadable": 1}, "by_type": {}, "damaged": {}}


def source(name, sha256, set_aside=""):
    return {"name": name, "input": 0, "sha256": sha256, "bytes": 10, "tally": TALLY, "problems": 0, "set_aside": set_aside}


INPUTS = [
    source("a.txt", "aa"),
    source("b.txt", "bb"),
    source("copy of a.txt", "aa"),
    source("c.txt", "cc", "no"),
    source("d.txt", "", "x"),
]


@pytest.fixture
def manifest():
    return build_manifest(
        run_key="abc",
        status=3,
        started="2024-01-01T00:00:00Z",
        finished="2024-01-01T00:00:09Z",
        station_id="58G2",
        description={"station": {"id": "58G2", "name": "Ship ☃"}},
        inputs=INPUTS,
        outputs=[{"name": "x.nc", "sha256": "ff", "bytes": 7}, {"name": "report.html", "sha256": "ee", "bytes": 8}],
        software={"icos-ocean": "2.0", "icos-core": "1.0"},
        flags=[],
        tables=[{"title": "t", "columns": ("a",), "rows": ((1.5,),), "note": ""}],
        problems=["a.txt, line 1: damaged"],
        lost={"the period from 2024-01-01T00:00:00Z": "killed"},
        retry=["d.txt"],
    )


def nodes(manifest, kind):
    return [node for node in manifest["@graph"] if kind in ([node["@type"]] if isinstance(node["@type"], str) else node["@type"])]


def references(value):
    """Every {"@id": …} that points from one node to another."""
    if isinstance(value, dict):
        return [value["@id"]] if value.keys() == {"@id"} else [each for inner in value.values() for each in references(inner)]
    return [each for inner in value for each in references(inner)] if isinstance(value, list) else []


def test_every_reference_leads_to_a_node(manifest):
    identifiers = {node["@id"] for node in manifest["@graph"]}
    assert all(identifier.startswith("urn:") for identifier in identifiers)
    for node in manifest["@graph"]:
        assert set(references(list(node.values()))) <= identifiers


def test_terms_are_terms_of_the_context(manifest):
    context = manifest["@context"]
    for node in manifest["@graph"]:
        for key in node:
            assert key.startswith("@") or key in context or key.partition(":")[0] in context, key
    prefixes = {value.partition(":")[0] for value in context.values() if not value.startswith("http")}
    assert prefixes <= context.keys()


def test_the_tables_beside_the_graph_are_no_terms(manifest):
    """A term at the top would make the graph a named one, which nobody would find."""
    assert not {key for key in manifest if not key.startswith("@")} & manifest["@context"].keys()


def test_what_prov_asks_for(manifest):
    (run,) = nodes(manifest, "prov:Activity")
    used = [each["@id"] for each in run["prov:used"]]
    # Content names a file: the copy is the same entity, what was set aside was not used.
    assert used == ["urn:sha256:aa", "urn:sha256:bb"]
    assert run["prov:startedAtTime"] == {"@type": "xsd:dateTime", "@value": "2024-01-01T00:00:00Z"}
    assert run["prov:endedAtTime"]["@value"] == "2024-01-01T00:00:09Z"
    agents = nodes(manifest, "prov:SoftwareAgent")
    assert [(agent["name"], agent["version"]) for agent in agents] == [("icos-core", "1.0"), ("icos-ocean", "2.0")]
    assert [each["@id"] for each in run["prov:wasAssociatedWith"]] == [agent["@id"] for agent in agents]
    (collection,) = nodes(manifest, "prov:Collection")
    assert [each["@id"] for each in collection["prov:hadMember"]] == used
    made = [node for node in manifest["@graph"] if "prov:wasGeneratedBy" in node]
    assert [node["name"] for node in made] == ["x.nc", "report.html"]
    for node in made:
        assert node["prov:wasGeneratedBy"] == {"@id": run["@id"]}
        assert node["prov:wasDerivedFrom"] == {"@id": collection["@id"]}


def test_every_input_with_content_is_an_entity(manifest):
    given = [node for node in nodes(manifest, "prov:Entity") if "prov:wasGeneratedBy" not in node and "name" in node]
    entities = {(node["name"], node["sha256"]) for node in given}
    assert entities == {("a.txt", "aa"), ("b.txt", "bb"), ("copy of a.txt", "aa"), ("c.txt", "cc")}


def test_it_grows_with_its_files_not_with_their_product():
    """1000 outputs of 1000 inputs, as a year of daily files has."""
    big = build_manifest(
        run_key="k",
        status=0,
        started="",
        finished="",
        station_id="s",
        description={},
        inputs=[source(f"{number}.txt", f"{number:064x}") for number in range(1000)],
        outputs=[{"name": f"{number}.nc", "sha256": f"{number + 5000:064x}", "bytes": 1} for number in range(1000)],
        software={},
        flags=[],
        tables=[],
        problems=[],
        lost={},
        retry=[],
    )
    assert len(json.dumps(big)) < 2_000_000


def test_round_trip(manifest, tmp_path):
    path = tmp_path / "manifest.json"
    write_manifest(path, manifest)
    found = read_manifest(path)
    assert found == json.loads(json.dumps(manifest))
    assert found["set_aside"] == {"c.txt": "no", "d.txt": "x", "the period from 2024-01-01T00:00:00Z": "killed"}
    assert found["retry"] == ["d.txt"]
    assert "☃" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"run_key": "x"}', "null", "\x00"])
def test_what_is_no_manifest_is_none(tmp_path, content):
    path = tmp_path / "manifest.json"
    assert read_manifest(path) is None
    path.write_text(content)
    assert read_manifest(path) is None


@pytest.mark.parametrize("key", ["run_key", "status", "outputs", "inputs", "set_aside", "problems", "retry", "station", "finished"])
def test_an_edited_manifest_is_none(manifest, tmp_path, key):
    path = tmp_path / "manifest.json"
    write_manifest(path, {**manifest, key: None})
    assert read_manifest(path) is None
    manifest["outputs"][0].pop("name")
    write_manifest(path, manifest)
    assert read_manifest(path) is None
