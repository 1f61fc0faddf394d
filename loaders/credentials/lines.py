"""The statements that the readers of published pathways and credentials make, gathered and written as N-Quads."""

import hashlib
import re
from collections.abc import Iterable
from typing import Final, TextIO

from rdflib import PROV, RDF, XSD, Literal, URIRef
from rdflib.namespace import SKOS

from graph.requirement_rdf import requirement_triples
from graph.requirements import Requirement
from graph.store import Quad, n_quads
from loaders.credentials.linked import Node, Value
from loaders.rows import PUBLISHED
from ontology.namespaces import DATASET, REQUIREMENT, SW, expand, id_of, slug, thing

_KEY: Final = re.compile(r"(?:ce-)?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def id_for(prefix: str, address: str) -> str:
    """Our id for a published address: its own key where that is unique in the world, else its end and a digest.

    >>> id_for("CTDL", "https://example.org/resources/ec071f65-2c5b-4b58-a2df-dd6287880a7a")
    'CTDL-ec071f65-2c5b-4b58-a2df-dd6287880a7a'
    >>> id_for("CTDL", "res:course-1")
    'CTDL-res-course-1-920dfb1d'
    """
    ends = [part for part in re.split(r"[/#:]", address) if part]
    if ends and _KEY.fullmatch(ends[-1]):
        return f"{prefix}-{ends[-1].removeprefix('ce-').lower()}"
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    return "-".join(filter(None, (prefix, slug("-".join(ends[-2:]))[:40].strip("-."), digest)))


class Lines:
    """The statements of one dataset. What we work out ourselves is marked as inferred, statement by statement."""

    def __init__(self, dataset: str, status: str = PUBLISHED) -> None:
        self.dataset, self.status = dataset, status
        self.facts, self.provenance = DATASET[dataset], DATASET[f"{dataset}/provenance"]
        self.quads: list[Quad] = []

    def thing(self, id: str, kind: str, node: Node | None) -> URIRef:
        """Begin a thing: what it is, how sure, and where it stands."""
        subject = thing(id)
        self.fact(subject, "rdf:type", expand(kind))
        self.fact(subject, "sw:status", SW[self.status])
        if node is not None:
            if "://" in node.id:
                self.fact(subject, "dcterms:source", URIRef(node.id.partition("#part-")[0]))
            line = Literal(str(node.line), datatype=XSD.integer)
            self.quads.append((subject, SW.atLine, line, DATASET[f"{self.dataset}/records/{slug(node.file)}"]))
        return subject

    def fact(self, subject: URIRef, predicate: str, term: URIRef | Literal, *, inferred: bool = False) -> None:
        """One fact; `inferred`: worked out by us from what the file says."""
        said = expand(predicate)
        self.quads.append((subject, said, term, self.facts))
        if inferred:
            digest = hashlib.sha256(f"{subject} {said} {term}".encode()).hexdigest()[:16]
            statement = URIRef(f"{self.provenance}/{digest}")
            self.quads += [
                (statement, RDF.type, SW.Statement, self.provenance),
                (statement, RDF.subject, subject, self.provenance),
                (statement, RDF.predicate, said, self.provenance),
                (statement, RDF.object, term, self.provenance),
                (statement, SW.status, SW.inferred, self.provenance),
                (statement, PROV.wasDerivedFrom, self.facts, self.provenance),
            ]

    def text(self, subject: URIRef, predicate: str, text: str, language: str = "", *, inferred: bool = False) -> None:
        """One text, unless there is none."""
        if text:
            self.fact(subject, predicate, Literal(text, lang=language or None), inferred=inferred)

    def number(self, subject: URIRef, predicate: str, number: int, *, inferred: bool = False) -> None:
        """One whole number."""
        self.fact(subject, predicate, Literal(str(number), datatype=XSD.integer), inferred=inferred)

    def titles(self, subject: URIRef, names: Iterable[Value], fallback: str) -> str:
        """The label, one other name in English, and all others as hidden labels.

        Every name keeps its language; the label is English where there is any.
        """
        found = list(dict.fromkeys((one.text, _language(one.language)) for one in names if one.text))
        english = [one for one in found if one[1] == "en"]
        first, *others = [*english, *(one for one in found if one[1] != "en")] or [(fallback, "en")]
        self.quads.append((subject, SKOS.prefLabel, Literal(first[0], lang=first[1]), self.facts))
        for number, (text, language) in enumerate(others):
            kind = SKOS.altLabel if number == 0 and language == "en" else SKOS.hiddenLabel
            self.quads.append((subject, kind, Literal(text, lang=language), self.facts))
        return first[0]

    def requirement(
        self,
        subject: URIRef,
        predicate: str,
        requirement: Requirement,
        labels: dict[str, str],
        *,
        inferred: bool = False,
    ) -> None:
        """A requirement with all its nodes."""
        root = URIRef(f"{REQUIREMENT}{self.dataset}/{id_of(subject)}/{predicate.partition(':')[2]}")
        self.quads += [(*triple, self.facts) for triple in requirement_triples(requirement, root, labels)]
        self.fact(subject, predicate, root, inferred=inferred)

    def write(self, out: TextIO) -> int:
        """Write all of it; how many statements there are. The same statement is written once."""
        lines = list(dict.fromkeys(n_quads(self.quads)))
        out.writelines(f"{line}\n" for line in lines)
        return len(lines)


def _language(tag: str) -> str:
    """The language of a text: English for every kind of English, and where nothing is said; und for what is none."""
    if tag.lower().partition("-")[0] in ("en", ""):
        return "en"
    return tag.lower() if re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", tag) else "und"
