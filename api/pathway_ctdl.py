"""A pathway answer in CTDL, the language of the Credential Registry: pathways, components, conditions.

Each step is a component that stands for what it is about (`proxyFor`), what it asks is a `ComponentCondition`, and an
earlier step that meets what a later one asks comes before it. The conditions are written by the same code that our
loader of CTDL is tested with, so it reads the same rules out again. CTDL has no word for a question that has no
pathway, for how sure a fact is, or for where one can stop: an answer without a pathway is said in our own words, and
our own profile says the rest.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from rdflib import Graph, URIRef

from api.pathway_rdf import Told, address_of, bound, pathway_address, step_address, steps_that_meet
from api.schemas.pathways import PathwayReply
from graph.projection import StepKind
from graph.requirements import NOTHING
from loaders.credentials.conditions import condition
from ontology.namespaces import PREFIXES, SW, thing
from queries.pathways.compile import read_rule
from queries.pathways.request import AnswerStep, Pathway

CTDL: Final = "https://purl.org/ctdl/terms/"
"""Address of the profile."""

_ADDRESSED: Final = (
    *("targetComponent", "hasCondition", "hasConstraint", "proxyFor", "precededBy", "precedes", "hasPart", "isPartOf"),
    *(
        "hasDestinationComponent",
        "isDestinationComponentOf",
        "logicalOperator",
        "comparator",
        "leftAction",
        "leftSource",
    ),
)
_CONTEXT: Final[dict[str, Any]] = {
    "ceterms": CTDL,
    "ceasn": "https://purl.org/ctdlasn/terms/",
    "array": "https://purl.org/ctdl/vocabs/array/",
    "compare": "https://purl.org/ctdl/vocabs/compare/",
    "logic": "https://purl.org/ctdl/vocabs/logic/",
    "schema": PREFIXES["schema"],
    "sw": str(SW),
    **{f"ceterms:{name}": {"@type": "@id"} for name in _ADDRESSED},
    "ceasn:isChildOf": {"@type": "@id"},
    **{f"ceterms:{name}": {"@language": "en"} for name in ("name", "description", "componentCategory")},
}
_CLASSES: Final = {
    StepKind.STUDY: "ceterms:CredentialComponent",
    StepKind.PROGRAMME: "ceterms:BasicComponent",
    StepKind.APPRENTICESHIP: "ceterms:JobComponent",
    StepKind.JOB: "ceterms:JobComponent",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a release says that an answer does not repeat: the entry rule of a step by its key, the label of a thing."""

    rule_of: Callable[[str], str]
    label_of: Callable[[str], str]


def ctdl_document(reply: PathwayReply, facts: Facts) -> dict[str, Any]:
    """The answer as JSON-LD with its context in it. Every node has an address."""
    root = address_of(reply)
    nodes = [
        node
        for number, pathway in enumerate(reply.pathways, 1)
        for node in _Pathway(pathway, pathway_address(root, number), facts).nodes()
    ]
    answer = [] if reply.pathways else _in_our_words(reply, root)
    return {"@context": _CONTEXT, "@graph": [*nodes, *answer]}


def ctdl_graph(reply: PathwayReply, facts: Facts) -> Graph:
    """The same as a graph."""
    return bound(Graph(), PREFIXES | {"ceterms": CTDL}).parse(
        data=json.dumps(ctdl_document(reply, facts)), format="json-ld"
    )


def _in_our_words(reply: PathwayReply, root: URIRef) -> list[dict[str, Any]]:
    """An answer without a pathway."""
    graph = Graph()
    for triple in Told(reply, root).said():
        graph.add(triple)
    found: list[dict[str, Any]] = json.loads(graph.serialize(format="json-ld", sort_keys=True))
    return found


class _Pathway:
    """One pathway of an answer as nodes."""

    def __init__(self, pathway: Pathway, address: URIRef, facts: Facts) -> None:
        self.pathway, self.address, self.facts = pathway, address, facts
        self.targets: dict[str, str] = {}
        self.component_of = {
            str(thing(step.about[0].id)): str(step_address(address, step.number)) for step in pathway.steps
        }
        self.before: dict[int, list[int]] = {
            step.number: sorted({number for need in step.needs for number in steps_that_meet(need)})
            for step in pathway.steps
        }

    def nodes(self) -> Iterator[dict[str, Any]]:
        """The pathway, its components, their conditions, and what else the conditions name."""
        steps = [str(step_address(self.address, step.number)) for step in self.pathway.steps]
        last = self.component_of.get(str(thing(self.pathway.goal.id)))
        yield {
            "@id": str(self.address),
            "@type": "ceterms:Pathway",
            "ceterms:name": f"Pathway to {self.pathway.goal.label}",
            "ceterms:description": " → ".join(step.title for step in self.pathway.steps) or "The goal is held already.",
            **({"ceterms:hasDestinationComponent": [last]} if last else {}),
            "ceterms:hasPart": steps,
        }
        for step, component in zip(self.pathway.steps, steps, strict=True):
            yield from self.component(step, component, is_last=component == last)
        for address, kind in sorted(self.targets.items()):
            if address not in self.component_of:
                yield {"@id": address, "@type": kind, "ceterms:name": self.facts.label_of(_id(address))}

    def component(self, step: AnswerStep, component: str, *, is_last: bool) -> Iterator[dict[str, Any]]:
        """A step and what it asks."""
        after = [number for number, before in self.before.items() if step.number in before]
        asked = read_rule(self.facts.rule_of(step.id))
        said: dict[str, Any] = {
            "@id": component,
            "@type": _CLASSES[step.kind],
            "ceterms:name": step.title,
            "ceterms:proxyFor": [str(thing(step.about[0].id))],
            "ceterms:isPartOf": [str(self.address)],
        }
        if is_last:
            said |= {name: [str(self.address)] for name in ("ceterms:isDestinationComponentOf", "ceasn:isChildOf")}
        if step.kind is StepKind.PROGRAMME:
            said["ceterms:componentCategory"] = str(step.kind)
        for name, numbers in (("precededBy", self.before[step.number]), ("precedes", after)):
            if numbers:
                said[f"ceterms:{name}"] = [str(step_address(self.address, number)) for number in numbers]
        if asked == NOTHING:
            yield said
            return
        yield said | {"ceterms:hasCondition": [f"{component}.condition"]}
        yield from self.flat(condition(asked, self.targets), f"{component}.condition")

    def flat(self, said: dict[str, Any], address: str) -> Iterator[dict[str, Any]]:
        """A condition and all within it as nodes with addresses, which keep their order when they are sorted.

        Several components that one condition targets get conditions of their own, since lists keep no order in RDF.
        """
        targets = [self.component_of.get(one, one) for one in said.pop("ceterms:targetComponent", ())]
        nested = said.pop("ceterms:hasCondition", [])
        if len(targets) > 1:
            nested = [{"@type": said["@type"], "ceterms:targetComponent": [one]} for one in targets]
            targets = []
        constraints = said.pop("ceterms:hasConstraint", [])
        inner = [f"{address}-{number:02d}" for number in range(1, len(nested) + 1)]
        limits = [f"{address}-constraint-{number:02d}" for number in range(1, len(constraints) + 1)]
        links = {"targetComponent": targets, "hasCondition": inner, "hasConstraint": limits}
        yield {"@id": address, **said, **{f"ceterms:{name}": found for name, found in links.items() if found}}
        yield from ({"@id": one, **limit} for one, limit in zip(limits, constraints, strict=True))
        for one, part in zip(inner, nested, strict=True):
            yield from self.flat(part, one)


def _id(address: str) -> str:
    return address.partition("#")[0].rpartition("/")[2]
