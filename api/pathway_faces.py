"""The faces of a pathway answer: JSON, and RDF in our vocabulary or in CTDL; the same for HTTP and the console."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from api.addresses import Addresses
from api.dependencies import Services
from api.negotiate import JSON_FORMAT, JSON_LD, N_TRIPLES, TURTLE, Format
from api.pathway_ctdl import CTDL, Facts, ctdl_document, ctdl_graph
from api.pathway_rdf import pathway_graph, serialised
from api.questions import REPLY
from api.reply import json_bytes
from api.schemas.common import Link
from ontology.namespaces import SW

PROFILES: Final = {"stepway": str(SW), "ctdl": CTDL}
"""The vocabularies of replies in RDF: the address of each by its name."""

_AS_RDF: Final = (JSON_LD, TURTLE, N_TRIPLES)
FORMATS: Final = {"stepway": (JSON_FORMAT, *_AS_RDF), "ctdl": _AS_RDF}
"""What each is written in, the one for readers without a wish first."""


_LONG: Final = 1_000
"""Characters of a question from which on a reply does not repeat it for each of its faces."""


def written(body: bytes, services: Services, chosen: Format, vocabulary: str) -> bytes:
    """An answer that was given as JSON in another format."""
    reply, projection = REPLY.validate_json(body), services.pathways.projection

    def rule_of(key: str) -> str:
        step = services.pathways.step_named(key)
        return step.requirement if step else "none"

    if vocabulary == "ctdl":
        facts = Facts(rule_of, lambda id: projection.labels.get(id, id))
        if chosen is JSON_LD:
            return json_bytes(ctdl_document(reply, facts))
        return serialised(ctdl_graph(reply, facts), chosen.media_type).encode()
    return serialised(pathway_graph(reply), chosen.media_type).encode()


def links(request: Request, chosen: Format, vocabulary: str) -> list[Link]:
    """The profile of a reply in RDF, and for a question in an address its other faces."""
    found = []
    if chosen is not JSON_FORMAT:
        found.append(Link(rel="profile", href=PROFILES[vocabulary], type=chosen.media_type, title="vocabulary"))
    if request.method == "POST" or len(request.url.query) > _LONG:
        return found
    asked = [(name, value) for name, value in parse_qsl(request.url.query) if name not in ("format", "profile")]
    root = Addresses.of(request).root
    for name, formats in FORMATS.items():
        for one in formats:
            if (one, name) != (chosen, vocabulary):
                query = urlencode([*asked, ("format", one.name), *([] if one is JSON_FORMAT else [("profile", name)])])
                title = f"as {one.name}, {name}"
                found.append(Link(rel="alternate", href=f"{root}/pathways?{query}", type=one.media_type, title=title))
    return found
