"""JSON-LD as people read it: the short names of our context for whole addresses."""

import json
from functools import lru_cache
from typing import Any, Final

from rdflib import Graph

from ontology import resources

_ALWAYS: Final = ("@version", "id", "type")


@lru_cache(maxsize=1)
def _context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.text("context.jsonld"))["@context"]
    return found


def compact(expanded: bytes, first: str) -> bytes:
    """A document of the store with short names; the node of the thing it is about comes first.

    What its names stand for is in it, and no more, so that nothing is fetched to read it.
    """
    context, graph = _context(), Graph().parse(data=expanded, format="json-ld")
    found = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=False))
    found.pop("@context")
    nodes = sorted(found.get("@graph", [found] if found else []), key=lambda node: (not _is(node, first), node["id"]))
    body = json.dumps(nodes)

    def used(name: str, within: str) -> bool:
        return f'"{name}"' in within or f'"{name}:' in within

    terms = {name: said for name, said in context.items() if name in _ALWAYS or used(name, body)}
    spelt = json.dumps(terms)  # a term may be spelt with a prefix
    said = {name: said for name, said in context.items() if name in terms or used(name, spelt)}
    return json.dumps({"@context": said, "@graph": nodes}, ensure_ascii=False, separators=(",", ":")).encode()


def _is(node: dict[str, Any], address: str) -> bool:
    """Whether a node is that of an address, which may be written with a prefix."""
    prefix, _, rest = str(node["id"]).partition(":")
    space = _context().get(prefix)
    return address == (f"{space}{rest}" if isinstance(space, str) else node["id"])
