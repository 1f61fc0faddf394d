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


def compact(graph: Graph, *first: str) -> bytes:
    """A graph with short names; the nodes of the things that it is about come first, in their order.

    What its names stand for is in it, and no more, so that nothing is fetched to read it.
    """
    context, place = _context(), {address: number for number, address in enumerate(first)}
    found = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=False))
    found.pop("@context")
    nodes = found.get("@graph", [found] if found else [])
    nodes.sort(key=lambda node: (place.get(_address(node), len(place)), node["id"]))
    body = json.dumps(nodes)

    def used(name: str, within: str) -> bool:
        return f'"{name}"' in within or f'"{name}:' in within

    terms = {name: said for name, said in context.items() if name in _ALWAYS or used(name, body)}
    spelt = json.dumps(terms)  # a term may be spelt with a prefix
    said = {name: said for name, said in context.items() if name in terms or used(name, spelt)}
    return json.dumps({"@context": said, "@graph": nodes}, ensure_ascii=False, separators=(",", ":")).encode()


def _address(node: dict[str, Any]) -> str:
    """The address of a node, which may be written with a prefix."""
    prefix, _, rest = str(node["id"]).partition(":")
    space = _context().get(prefix)
    return f"{space}{rest}" if isinstance(space, str) else str(node["id"])
