"""The addresses that our terms and things have. They are part of the public interface: see docs/decisions/0009."""

import re
from typing import Final

from rdflib import Namespace, URIRef

BASE: Final = "https://w3id.org/stepway/"
SW: Final = Namespace(f"{BASE}ns#")
ID: Final = Namespace(f"{BASE}id/")
CONCEPT: Final = Namespace(f"{BASE}concept/")
DATASET: Final = Namespace(f"{BASE}dataset/")
RECORD: Final = Namespace(f"{BASE}record/")
REQUIREMENT: Final = Namespace(f"{BASE}requirement/")
RELEASE: Final = Namespace(f"{BASE}release/")
SCHEMA: Final = Namespace("https://schema.org/")
ORG: Final = Namespace("http://www.w3.org/ns/org#")
ESCO: Final = Namespace("http://data.europa.eu/esco/model#")
ELM: Final = Namespace("http://data.europa.eu/snb/model/elm/")

PREFIXES: Final[dict[str, str]] = {
    "sw": str(SW),
    "swi": str(ID),
    "swc": str(CONCEPT),
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "elm": str(ELM),
    "esco": str(ESCO),
    "org": str(ORG),
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": str(SCHEMA),
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def expand(curie: str) -> URIRef:
    """The address of a prefixed name such as `sw:level`. Raises `KeyError` for an unknown prefix."""
    prefix, _, name = curie.partition(":")
    return URIRef(PREFIXES[prefix] + name)


def slug(text: str) -> str:
    """Text as the last part of an address: letters, digits, dots and hyphens only.

    >>> slug("NHS employer / in-house training")
    'NHS-employer-in-house-training'
    """
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-")


def concept(scheme: str, notation: str) -> URIRef:
    """The concept of one of our schemes: `concept("rqf-level", "4")`."""
    return CONCEPT[f"{scheme}/{slug(notation)}"]


def thing(id: str) -> URIRef:
    """The address of a thing by its id: `thing("OC-HCSASSOC")`."""
    return ID[slug(id)]


def id_of(address: str) -> str:
    """The id in the address of a thing; any other address unchanged."""
    return address.removeprefix(str(ID))
