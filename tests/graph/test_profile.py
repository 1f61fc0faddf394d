"""A profile says of a release what its store says when it is asked, and costs next to nothing."""

from collections import Counter
from pathlib import Path

import pytest
from rdflib import RDF, XSD, Literal, URIRef

from graph.lines import keep
from graph.profile import FILE, FORMAT, LANG_STRING, RESOURCE, Profile, profile_of
from graph.profiling import worked_out
from graph.release import Release, Releases
from graph.store import GraphStore, n_quads
from ontology.namespaces import DATASET, SW

GRAPHS = {"one": DATASET["one"], "two": DATASET["two"]}
A, B, C, NAMED = (URIRef(f"https://example.org/{name}") for name in ("a", "b", "c", "named"))
WORLD = [
    (A, RDF.type, SW.Role, GRAPHS["one"]),
    (B, RDF.type, SW.Role, GRAPHS["one"]),
    (B, RDF.type, SW.Unit, GRAPHS["two"]),
    (A, SW.knows, B, GRAPHS["one"]),
    (A, SW.knows, B, GRAPHS["two"]),
    (A, SW.knows, C, GRAPHS["one"]),
    (C, SW.knows, NAMED, GRAPHS["one"]),
    (A, SW.says, Literal('a "quoted" text \\ with\ttab\nand line'), GRAPHS["one"]),
    (A, SW.says, Literal("x", lang="EN-gb"), GRAPHS["one"]),
    (B, SW.says, Literal("1", datatype=XSD.int, normalize=False), GRAPHS["two"]),
    (B, SW.says, Literal("7", datatype=XSD.integer), GRAPHS["two"]),
    (B, SW.status, SW.inferred, GRAPHS["two"]),
]  # fmt: skip


def written(folder: Path, quads: list[tuple[URIRef, URIRef, URIRef | Literal, URIRef]]) -> Path:
    """A release folder with these statements in files by graph."""
    for name, graph in GRAPHS.items():
        raw = folder / f"{name}.raw"
        raw.write_text("".join(f"{line}\n" for line in n_quads([one for one in quads if one[3] == graph])))
        keep(raw, folder, name)
    return folder


@pytest.fixture(params=[1_000, 2], ids=["at once", "in parts"])
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Profile:
    monkeypatch.setattr("graph.profiling.PART", request.param)
    return worked_out(written(tmp_path, WORLD))


def test_things_and_classes(small: Profile) -> None:
    assert (small.statements, small.distinct_subjects, small.things) == (12, 3, 2)
    assert small.graphs == {str(GRAPHS["one"]): 7, str(GRAPHS["two"]): 5}
    assert {name: (one.things, one.example) for name, one in small.classes.items()} == {
        str(SW.Role): (2, str(A)),
        str(SW.Unit): (1, str(B)),
    }


def test_what_is_said_of_a_class(small: Profile) -> None:
    role = small.classes[str(SW.Role)].properties
    assert (role[str(SW.knows)].statements, role[str(SW.knows)].subjects, role[str(SW.knows)].functional) == (
        3,
        1,
        False,
    )
    assert role[str(SW.knows)].values == {str(SW.Role): 2, str(SW.Unit): 2, RESOURCE: 1}
    assert role[str(SW.says)].values == {str(XSD.string): 1, LANG_STRING: 1, str(XSD.integer): 2}
    assert role[str(SW.status)].functional
    assert str(SW.knows) not in small.classes[str(SW.Unit)].properties


def test_values_are_as_the_store_keeps_them(small: Profile) -> None:
    """Whole numbers of every width are one datatype there, and language tags are in small letters."""
    store = GraphStore.in_memory(WORLD)
    kept = {
        (str(one.datatype or XSD.string) if not one.language else LANG_STRING, one.language)
        for one in (row["o"] for row in store.select("SELECT ?o { ?s sw:says ?o }"))
        if isinstance(one, Literal)
    }
    assert {(kind.datatype, kind.language) for kind in small.kinds if kind.datatype} == kept


def test_what_is_only_named_and_what_has_no_class(small: Profile) -> None:
    without = {kind.described: kind.things for kind in small.kinds if not kind.classes and not kind.datatype}
    assert without == {True: 1, False: 4}  # c; and named, the two classes, the status
    assert small.domains[str(SW.knows)] == {str(SW.Role): 1, RESOURCE: 1}


def test_links_between_datasets_and_how_sure_rows_are(small: Profile) -> None:
    assert small.links == {(str(GRAPHS["two"]), str(SW.knows), str(GRAPHS["one"])): 1}
    assert small.statuses == {(str(GRAPHS["two"]), str(SW.inferred)): 1}


def test_equal_statements_give_equal_bytes(small: Profile, tmp_path: Path) -> None:
    again = worked_out(written(tmp_path, WORLD[::-1]))
    assert again == small
    assert again.dumped() == small.dumped()
    assert Profile.loaded(small.dumped()) == small


def test_another_version_of_the_format_is_not_read(small: Profile) -> None:
    assert Profile.loaded(small.dumped().replace(f'"format":{FORMAT}'.encode(), b'"format":0')) is None


@pytest.fixture(scope="module")
def home(home_data: Path) -> Release:
    return Releases(home_data).get()


def test_a_release_has_its_profile_and_makes_it_anew_where_it_is_missing(home: Release, tmp_path: Path) -> None:
    kept = (home.path / FILE).read_bytes()
    assert home.profile.dumped() == kept
    (tmp_path / "graph").symlink_to(home.path / "graph")
    assert profile_of(tmp_path).dumped() == kept
    assert len(kept) < 200_000


def test_it_agrees_with_the_store(home: Release) -> None:
    """Every class and property, and what each class has of each property, asked of the store one by one."""
    profile = home.profile
    assert profile.statements == home.manifest.quads
    classes = home.store.rows("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert {name[1:-1]: int(count) for name, count in classes} == {
        name: one.things for name, one in profile.classes.items()
    }
    properties = home.store.rows(
        """SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
           { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p"""
    )
    assert {name[1:-1]: tuple(map(int, counts)) for name, *counts in properties} == {
        name: (one.statements, one.subjects, one.objects) for name, one in profile.properties.items()
    }
    # A thing whose class stands in two graphs would be met twice.
    classed = set(map(tuple, home.store.rows("SELECT DISTINCT ?s ?c { ?s a ?c }")))
    by_thing: dict[str, list[str]] = {}
    for thing, name in classed:
        by_thing.setdefault(thing, []).append(name[1:-1])
    used: Counter[tuple[str, str]] = Counter()
    for thing, property in home.store.rows("SELECT ?s ?p { GRAPH ?g { ?s ?p ?o } }"):
        for name in by_thing.get(thing, ()):
            used[name, property[1:-1]] += 1
    assert used == {
        (name, property): use.statements
        for name, one in profile.classes.items()
        for property, use in one.properties.items()
    }
