"""JSON-LD as people read it: the short names of our context for whole addresses (JSON-LD 1.1, compaction).

Only of documents as the store writes them: a list of nodes, each with its address and its values, and none in another.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from rdflib import RDF, XSD

from ontology import resources

Node = dict[str, Any]

_ALWAYS: Final = ("@version", "id", "type")
_TYPE: Final = str(RDF.type)
_OF_JSON: Final = {str(XSD.boolean), str(XSD.integer)}
"""What a value of JSON's own stands for, if it is true, false or a whole number."""


@lru_cache(maxsize=1)
def _context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.text("context.jsonld"))["@context"]
    return found


@lru_cache(maxsize=1)
def _prefixes() -> dict[str, str]:
    """The prefix of each name space."""
    return {one: name for name, one in _context().items() if isinstance(one, str) and one[-1] in "/#"}


@lru_cache(maxsize=1)
def _terms() -> dict[str, tuple[str, Mapping[str, str]]]:
    """What each address is called, and how its values are then written."""
    whole = {name: space for space, name in _prefixes().items()}
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for name, said in _context().items():
        how = said if isinstance(said, dict) else {"@id": said}
        prefix, _, rest = str(how["@id"] if name != "@version" else "").partition(":")
        if prefix in whole and name not in whole:
            type_prefix, _, type_rest = how.get("@type", "").partition(":")
            typed = {"@type": whole[type_prefix] + type_rest} if type_prefix in whole else {}
            found[whole[prefix] + rest] = (name, how | typed)
    return found


class _Compacting:
    """Writes the nodes of one document, and remembers which names of the context they need."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def node(self, node: Node) -> Node:
        found: Node = {"id": self._address(node["@id"])}
        for name, values in sorted(node.items()):
            if name in ("@type", _TYPE):
                found["type"] = _one(self._class(one if name == "@type" else one["@id"]) for one in values)
            elif name != "@id":
                self._property(found, name, values)
        return found

    def _property(self, found: Node, address: str, values: Iterable[Node]) -> None:
        term, how = _terms().get(address, (None, {}))
        several: dict[str, list[Any]] = {}
        by_language: dict[str, list[str]] = {}
        for value in values:
            if term is not None and how.get("@container") == "@language" and "@language" in value:
                by_language.setdefault(value["@language"], []).append(value["@value"])
            elif term is not None and "@container" not in how:
                several.setdefault(term, []).append(self._value(value, how))
            else:
                several.setdefault(self._address(address), []).append(self._value(value, {}))
        if by_language and term is not None:
            self.used.add(term)
            found[term] = {language: _one(texts) for language, texts in sorted(by_language.items())}
        for name, all_of_it in several.items():
            self.used |= {name} & _context().keys()
            found[name] = _one(all_of_it)

    def _value(self, value: Node, how: Mapping[str, str]) -> Any:
        if "@id" in value:
            address = self._address(value["@id"])
            return address if how.get("@type") == "@id" else {"id": address}
        said, kind, language = value["@value"], value.get("@type"), value.get("@language")
        wanted = how.get("@type"), how.get("@language")
        if (kind, language) == wanted and (isinstance(said, str) or not kind):
            return said
        if wanted == (None, None) and kind in _OF_JSON and isinstance(said, bool | int):
            return said
        return value | ({"@type": self._address(kind)} if kind else {})

    def _class(self, address: str) -> str:
        if (term := _terms().get(address)) is None:
            return self._address(address)
        self.used.add(term[0])
        return term[0]

    def _address(self, address: str) -> str:
        for end in (address.rfind("#"), address.rfind("/")):
            prefix = _prefixes().get(address[: end + 1])
            if prefix is not None and end + 1 < len(address):
                self.used.add(prefix)
                return f"{prefix}:{address[end + 1 :]}"
        return address


def _one(values: Iterable[Any]) -> Any:
    found = [*values]
    return found[0] if len(found) == 1 else found


def compact(expanded: bytes, first: str) -> bytes:
    """A document of the store with short names; the node of the thing it is about comes first.

    What its names stand for is in it, and no more, so that nothing is fetched to read it.
    """
    writing = _Compacting()
    nodes = sorted(json.loads(expanded), key=lambda node: (node["@id"] != first, node["@id"]))
    graph = [writing.node(node) for node in nodes]
    context = _context()
    names = set(_ALWAYS) | writing.used
    for name in writing.used:  # a name may be written with a prefix
        names |= set(_prefixes_of(context[name]))
    said = {"@context": {name: one for name, one in context.items() if name in names}, "@graph": graph}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _prefixes_of(said: Any) -> Iterator[str]:
    for text in said.values() if isinstance(said, dict) else [said]:
        prefix, mark, _ = str(text).partition(":")
        if mark and prefix in _context():
            yield prefix
