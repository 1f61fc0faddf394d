"""Check a graph before it becomes a release: SHACL shapes over each dataset, and quality checks over the whole.

A check is a SPARQL query in `ontology/checks`: no rows means that it passes. How bad a row is stands in
`ontology/profile.toml`, apart from what the check says.
"""

import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from pyshacl import validate as shacl_validate
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from graph.issues import Issue, in_order
from graph.store import GraphStore
from ontology import resources
from ontology.namespaces import DATASET, id_of

_SHACL_CODES: Final = {SH.Violation: "shape-violation", SH.Warning: "shape-warning", SH.Info: "shape-notice"}


AT_ONCE: Final = 2
"""Quality checks, or rules, that are asked at the same time: each holds in memory what it groups."""

Place = tuple[str, str, int]
"""Dataset, file and line of the row that describes a thing."""


@cache
def _shapes(profile: str) -> Graph:
    shapes = Graph()
    for path in resources.paths("shapes/*.ttl"):
        if path.stem != "publishable" or profile == "publishable":
            shapes.parse(path)
    return shapes


class Places:
    """Where things are described, looked up when something is wrong with one."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def find(self, thing: str) -> Place | None:
        """The first place that describes a thing, by its address; None: no row does, as with what we infer."""
        native = """
            SELECT ?thing ?dataset ?file ?line WHERE {
                ?record sw:describes ?thing ; dcterms:isPartOf ?dataset ; sw:file ?file ; sw:line ?line }"""
        published = "SELECT ?thing ?graph ?line WHERE { GRAPH ?graph { ?thing sw:atLine ?line } }"
        given = {"thing": URIRef(thing)}
        found = [
            (str(row["dataset"]).removeprefix(str(DATASET)), str(row["file"]), int(str(row["line"])))
            for row in self._store.select(native, given)
        ]
        for row in self._store.select(published, given):
            dataset, _, file = str(row["graph"]).removeprefix(str(DATASET)).partition("/records/")
            found.append((dataset, file, int(str(row["line"]))))
        return min(found, default=None)


def _issue(code: str, thing: object, message: str, hint: str, places: Places, **facts: str | None) -> Issue:
    dataset, file, line = places.find(str(thing)) or ("release", None, None)
    return Issue(code, f"{id_of(str(thing))}: {message}", hint, dataset, file, line, **facts)


def check_shapes(data: Graph, ontology: Graph, places: Places, profile: str = "standard") -> list[Issue]:
    """What the SHACL shapes find in one dataset's statements.

    `ontology` supplies classes and concepts and is not itself checked.
    """
    _, report, _ = shacl_validate(data, shacl_graph=_shapes(profile), ont_graph=ontology, advanced=False, inplace=True)
    if not isinstance(report, Graph):
        raise TypeError("the SHACL report is not a graph")
    issues = []
    for result in report.subjects(SH.resultSeverity):
        focus, path, value = (report.value(result, p) for p in (SH.focusNode, SH.resultPath, SH.value))
        message = str(report.value(result, SH.resultMessage) or "a shape is not satisfied")
        code = _SHACL_CODES[report.value(result, SH.resultSeverity)]  # type: ignore[index]
        column = str(path).rpartition("#")[2] if isinstance(path, URIRef) else None
        said = str(value) if value is not None else None
        issues.append(_issue(code, focus, message, "mend the row that describes it", places, column=column, value=said))
    return in_order(issues)


def header(text: str) -> dict[str, str]:
    """The `# name: words` lines at the top of a query."""
    return {m[1].strip().lower(): m[2].strip() for m in re.finditer(r"^#\s*([A-Za-z ]+):\s*(.+)$", text, re.MULTILINE)}


def run_checks(store: GraphStore, places: Places) -> list[Issue]:
    """What the quality checks find in the whole graph. They run side by side: the store does not hold up Python."""
    graded = tomllib.loads(resources.text("profile.toml"))["checks"]
    texts = {path: path.read_text(encoding="utf-8") for path in resources.paths("checks/*.rq")}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(store.select, texts.values()))
    issues = []
    for (path, text), rows in zip(texts.items(), answers, strict=True):
        said = header(text)
        for row in rows:
            message = f"{row['detail'] or said['wrong']} ({path.stem})"
            issues.append(_issue(f"check-{graded[path.stem]}", row["thing"], message, said["mend"], places))
    return in_order(issues)
