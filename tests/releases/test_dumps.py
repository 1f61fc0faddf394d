"""Dumps hold what the release holds, in every format, and never what must not be passed on."""

import csv
import gzip
from pathlib import Path

import polars
import pytest
from rdflib import DCAT, RDF, VOID, Dataset, Graph
from rdflib.namespace import DCTERMS

from graph.dumps import write_dump
from graph.release import Release
from loaders.publish import build_release
from ontology.namespaces import DATASET, RELEASE, SW, expand
from tests.releases.test_same_content import ROLES, copied
from tests.support.world import DAY


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A native dataset, and a published one that must not be passed on."""
    folder = tmp_path_factory.mktemp("dumps")
    folders = copied(folder)
    description = folders[1] / "dataset.yml"
    description.write_text(description.read_text().replace("shippable: yes", "shippable: no"))
    found = build_release(folders, folder / "state", today=DAY).release
    assert found is not None
    return found


def parsed(folder: Path, ending: str, format: str) -> Dataset:
    found = Dataset()
    for path in folder.glob(f"*.{ending}"):
        found.parse(data=gzip.decompress(path.read_bytes()), format=format)
    return found


def test_every_statement_is_there(release: Release, tmp_path: Path) -> None:
    for format, ending, name in (("nquads", "nq.gz", "nquads"), ("jsonld", "jsonld.gz", "json-ld")):
        write_dump(release, tmp_path / format, format, include_private=True)
        assert len(list(parsed(tmp_path / format, ending, name).quads())) == release.manifest.quads
    write_dump(release, tmp_path / "turtle", "turtle", include_private=True)
    triples = {
        triple
        for path in (tmp_path / "turtle").glob("*.ttl.gz")
        for triple in Graph().parse(data=gzip.decompress(path.read_bytes()), format="turtle")
    }
    (row,) = release.store.select("SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }")
    assert len(triples) == int(str(row["n"]))


def test_what_must_not_be_passed_on_is_left_out(release: Release, tmp_path: Path) -> None:
    named = (
        "SELECT ?name WHERE { GRAPH <https://w3id.org/stepway/dataset/esco-sample> { ?thing skos:prefLabel ?name } }"
    )
    private = {str(row["name"]) for row in release.store.select(named)}
    assert len(private) > 5
    for format in ("nquads", "csv"):
        dump = write_dump(release, tmp_path / format, format)
        assert dump.left_out == ("esco-sample",)
        text = "".join(
            (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
            for path in (tmp_path / format).iterdir()
        )
        assert "Role 1" in text
        assert not [name for name in private if f'"{name}"' in text or f",{name}," in text]


def test_a_table_for_each_class(release: Release, tmp_path: Path) -> None:
    dump = write_dump(release, tmp_path / "csv", "csv")
    with (tmp_path / "csv" / "Role.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["skos:prefLabel"], row["dataset"]) for row in rows] == [
        (role["role_id"], role["title"], "test-world") for role in ROLES
    ]
    assert next(file.rows for file in dump.files if file.name == "Role.csv") == len(ROLES)
    write_dump(release, tmp_path / "parquet", "parquet")
    table = polars.read_parquet(tmp_path / "parquet" / "Role.parquet")
    assert table.rows(named=True) == [{name: value or None for name, value in row.items()} for row in rows]


def test_several_values_stand_side_by_side(release: Release, tmp_path: Path) -> None:
    write_dump(release, tmp_path / "csv", "csv", include_private=True)
    with (tmp_path / "csv" / "esco-Occupation.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any(" | " in row["skos:altLabel"] for row in rows)


def test_the_description_names_files_classes_and_licences(release: Release, tmp_path: Path) -> None:
    dump = write_dump(release, tmp_path / "nq", "nquads")
    found = Graph().parse(tmp_path / "nq" / "dataset.ttl")
    me = RELEASE["1"]
    assert (me, RDF.type, DCAT.Dataset) in found
    assert str(found.value(me, DCTERMS.identifier)) == release.manifest.content_hash
    assert len(list(found.objects(me, DCAT.distribution))) == len(dump.files)
    assert [str(one) for one in found.objects(me, DCTERMS.hasPart)] == [str(DATASET["test-world"])]
    assert str(found.value(DATASET["test-world"], SW.licenceName)) == "CC0-1.0"
    # What was left out is said, and not counted.
    assert "Without esco-sample" in str(found.value(me, DCTERMS.description))
    assert expand("esco:Occupation") not in set(found.objects(None, VOID["class"]))
    with gzip.open(next((tmp_path / "nq").glob("test-world*.nq.gz"))) as lines:
        own = sum(1 for _ in lines)
    assert own < int(str(found.value(me, VOID.triples))) < release.manifest.quads
    part = next(one for one in found.objects(me, VOID.classPartition) if found.value(one, VOID["class"]) == SW.Role)
    assert int(str(found.value(part, VOID.entities))) == len(ROLES)
