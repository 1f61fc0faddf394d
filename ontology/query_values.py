"""Values of named queries: from what somebody writes to the term that a variable is bound to."""

import re
from datetime import date
from functools import cache
from typing import Final

from rdflib import SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import CONCEPT, PREFIXES, concept, thing
from ontology.query_files import Parameter
from ontology.resources import paths

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_MOST_SIGNS: Final = 500
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def expected(parameter: Parameter) -> str:
    """What a parameter takes, in words: `a whole number`."""
    match parameter.kind:
        case "thing":
            return f"the id of a {parameter.of or 'thing'}, or its address"
        case "concept":
            return f"one of {', '.join(_notations(parameter.of))}" if parameter.of else "the address of a concept"
        case "term":
            return "a term such as sw:level, or its address"
        case "address":
            return "an address such as https://example.org/one"
        case "text":
            return f"text of 1 to {_MOST_SIGNS} signs"
        case "date":
            return "a day such as 2026-11-21"
        case "yes/no":
            return "yes or no"
        case "choice":
            return f"one of {', '.join(parameter.choices)}"
        case _:
            return f"a {parameter.kind}"


def term_of(parameter: Parameter, text: str) -> Node | None:
    """A value as a term; None: it is not of the type."""
    if not 1 <= len(text) <= _MOST_SIGNS or not _writable(text):
        return None
    match parameter.kind:
        case "thing":
            return thing(text) if _ID.fullmatch(text) else _address(text)
        case "concept":
            return concept(parameter.of or "", text) if text in _notations(parameter.of) else _address(text, CONCEPT)
        case "term" | "address" | "any":
            return _address(text)
        case "text":
            return Literal(text)
        case "whole number":
            return Literal(str(int(text)), datatype=XSD.integer) if re.fullmatch(r"-?[0-9]{1,15}", text) else None
        case "decimal":
            return Literal(text, datatype=XSD.decimal) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text) else None
        case "date" | "day":
            return Literal(text, datatype=XSD.date) if _is_day(text) else None
        case "yes/no":
            said = {"yes": "true", "true": "true", "no": "false", "false": "false"}.get(text)
            return Literal(said, datatype=XSD.boolean) if said else None
        case "choice":
            return Literal(text) if text in parameter.choices else None


def _address(text: str, below: str = "") -> URIRef | None:
    prefix, colon, rest = text.partition(":")
    if colon and prefix in PREFIXES and not rest.startswith("//"):
        text = PREFIXES[prefix] + rest
    return URIRef(text) if _ADDRESS.fullmatch(text) and text.startswith(below) else None


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


@cache
def _notations(scheme: str | None) -> tuple[str, ...]:
    """The notations of one of our schemes, in order."""
    return tuple(
        sorted(
            str(said)
            for path in paths(f"concepts/{scheme}.ttl")
            for said in Graph().parse(path).objects(None, SKOS.notation)
        )
    )


def written(term: Node) -> str:
    """A term of a value as both SPARQL and N-Triples write it: on one line."""
    if not isinstance(term, Literal):
        return f"<{term}>"
    datatype = f"^^<{term.datatype}>" if term.datatype else ""
    return f'"{str(term).translate(_ESCAPES)}"{datatype}'
