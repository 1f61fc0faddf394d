"""Anything that a release speaks of as it goes over the wire: one document for programs, which pages show, too."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import quote, urlsplit

from rdflib import URIRef

from api.addresses import Addresses
from api.dependencies import DAMAGED, ReleaseHolder, Services
from api.negotiate import JSON_FORMAT, JSON_LD, TURTLE, Format
from api.schemas.things import LEFT_OUT
from api.web.pages import day
from ontology.namespaces import ID, RELEASE, id_of
from queries.contradictions import Contradiction
from queries.resource import COUNTED, Fact, Group, Node, Part, Resource, Rule, Source, Sureness, Text, Value, shortened

N_TRIPLES: Final = Format("nt", "application/n-triples")
N_QUADS: Final = Format("nq", "application/n-quads")
TRIG: Final = Format("trig", "application/trig", ("application/x-trig",))
FACES: Final = (JSON_FORMAT, JSON_LD, TURTLE, N_TRIPLES, TRIG, N_QUADS)
"""The faces of a thing besides its page, the one for readers without a wish first."""

TITLES: Final = {
    "html": "page",
    "json": "JSON",
    "jsonld": "JSON-LD",
    "turtle": "Turtle",
    "nt": "N-Triples",
    "trig": "TriG, by source",
    "nq": "N-Quads, by source",
}

LOOKED_BACK: Final = 10
"""Earlier releases that are looked at for when a thing was added."""

_LONGEST: Final = 2_000
_SHOWN: Final = 80


def path_of(address: str) -> tuple[str, dict[str, str]]:
    """Where something is shown: the path, and the query.

    >>> path_of("https://w3id.org/stepway/id/OC-LAB"), path_of("urn:x")
    (('/id/OC-LAB', {}), ('/resource', {'uri': 'urn:x'}))
    >>> path_of("https://w3id.org/stepway/release/3")
    ('/releases/3', {})
    """
    if address.startswith(ID) and (id := id_of(address)) and "/" not in id:
        return f"/id/{quote(id, safe='')}", {}
    if address.startswith(RELEASE) and (number := address.removeprefix(RELEASE)).isdecimal():
        return f"/releases/{number}", {}
    return "/resource", {"uri": address}


def outside(address: str) -> str | None:
    """An address of the web that a page may link; None for every other scheme, and for what is no whole address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    whole = parts.scheme in ("http", "https") and parts.hostname and not any(sign <= " " for sign in address)
    return address if whole else None


class Said:
    """Writes what a release says of something. Links lead to the release that was asked for."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses

    def href(self, address: str) -> str:
        """Where something is shown here."""
        path, query = path_of(address)
        return self.addresses.to(path, **query)

    def node(self, node: Node) -> dict[str, Any]:
        """Something with an address. `href` leads to its page here, `web` to where it is on the web."""
        return {
            "uri": node.address,
            "label": node.label,
            "href": self.href(node.address) if node.known else None,
            "web": outside(node.address),
        }

    def value(self, value: Value) -> dict[str, Any]:
        """A value: something with an address, a rule, or text."""
        match value:
            case Node():
                return self.node(value)
            case Rule(address, text, sentence):
                return {"rule": text, "sentence": sentence, "href": self.href(address), "uri": address}
            case Text(text, kind, language, unit):
                return {"text": text, "datatype": kind, "language": language, "unit": unit}

    def _fact(self, fact: Fact) -> dict[str, Any]:
        return self.value(fact.value) | {"sources": list(fact.sources)}

    def group(self, group: Group, address: str, *, incoming: bool) -> dict[str, Any]:
        """Values of one property. `count_is_least`: there are more than `count`. `more`: where to see all."""
        path, query = path_of(address)
        term = shortened(group.property.address)
        below = f"{path}/{'incoming' if incoming else 'values'}"
        more = not group.whole or group.count > len(group.facts)
        return {
            "property": self.node(group.property),
            "about": group.about,
            "caution": _COUNTED.get((term, incoming), LEFT_OUT.get(term)),
            "count": group.count,
            "count_is_least": not group.whole,
            "values": [self._fact(one) for one in group.facts],
            "more": self.addresses.to(below, **query, property=group.property.address) if more else None,
        }

    def source(self, source: Source) -> dict[str, Any]:
        """A source, with what it is in words."""
        return {
            **{name: value for name, value in asdict(source).items() if value is not None},
            "words": words_of(source),
            "href": self.href(source.graph),
        }

    def resource(self, found: Resource, added: str | None, services: Services) -> dict[str, Any]:
        """One thing with everything around it."""
        address = found.address
        return {
            "uri": address,
            "label": found.label,
            "href": self.href(address),
            "kinds": [self.node(one) for one in found.kinds],
            "described": found.described,
            "place": found.place,
            "holds": {"count": found.holds[0], "count_is_least": not found.holds[1]} if found.holds else None,
            "added": added,
            "sections": [
                {
                    "title": section.title,
                    "properties": [self.group(one, address, incoming=False) for one in section.groups],
                }
                for section in found.sections
            ],
            "incoming": [self.group(one, address, incoming=True) for one in found.incoming],
            "books": [self.group(one, address, incoming=True) for one in found.books],
            "sources": [self.source(one) for one in found.sources],
            "differences": [self._difference(one) for one in found.differences],
            "release": asdict(services.reference),
        }

    def _difference(self, one: Contradiction) -> dict[str, Any]:
        told = [asdict(said) | {"status": str(said.status)} for said in (one.shown, *one.others)]
        return {"property": one.property, "because": one.because, "told": told}

    def part(self, part: Part, address: str, label: str, services: Services, *, incoming: bool) -> dict[str, Any]:
        """A part of what one property has. `next`: where the following part is."""
        path, query = path_of(address)
        below = f"{path}/{'incoming' if incoming else 'values'}"

        def at(offset: int | None) -> str | None:
            if offset is None:
                return None
            return self.addresses.to(below, **query, property=part.group.property.address, offset=offset or None)

        before = max(0, part.offset - PART) if part.offset else None
        return {
            "uri": address,
            "label": label,
            "href": self.href(address),
            **self.group(part.group, address, incoming=incoming),
            "incoming": incoming,
            "offset": part.offset,
            "sources": [self.source(one) for one in part.sources],
            "next": at(part.after),
            "previous": at(before),
            "last_shown": None if part.group.whole else COUNTED,
            "release": asdict(services.reference),
        }


_COUNTED: Final = {
    ("sw:requires", False): "Those of the current standard alone. “Required by” has those of superseded texts, too.",
    ("sw:requiredBy", True): "Those of the current standard and of superseded texts. “Requires” has the current alone.",
}
"""Why two counts of much the same differ, by the property and whether it points to what the page is of."""

PART: Final = 50
"""Values on one page of a long list."""


def words_of(source: Source) -> str:
    """Who says something, how surely and when, in words.

    >>> words_of(Source(Sureness.PUBLISHED, "g", "ESCO", "g", publisher="European Commission", retrieved="2026-11-22"))
    'Published by European Commission, read on 22 November 2026'
    """
    match source.status:
        case Sureness.RECORDED:
            return f"Recorded by Stepway: {source.title}".rstrip(".")
        case Sureness.DEFINED:
            return "Defined in the vocabulary of Stepway"
        case Sureness.ILLUSTRATIVE:
            return "Illustrative: made up for a demonstration"
        case Sureness.INFERRED if source.dataset is None:
            return f"Our inference: {source.title}".rstrip(".")
    host = urlsplit(source.page).hostname if source.record and source.page and outside(source.page) else None
    who = source.described if source.record and source.described else host or source.publisher or source.title
    if source.gathered and not source.record:
        said, who, host = f"Published, as gathered in {source.title}", "", None
        if source.status is Sureness.INFERRED:
            said = f"Our inference, in {source.title}"
    elif source.status is Sureness.INFERRED:
        said = f"Our inference from {who}" if source.record else "Our inference"
    else:
        said = f"Published at {who}" if host and who == host else f"Published by {who}"
    dated = f", dated {said_day(source.as_of)}" if source.as_of else ""
    read = f", read on {said_day(source.retrieved)}" if source.retrieved else ""
    return f"{said}{dated}{read}".rstrip(".")


def said_day(text: str) -> str:
    """A day, a month or a year as it is read: `2026-02` → `February 2026`; anything else unchanged."""
    try:
        if len(text) == len("2026-02"):
            return day(f"{text}-01").partition(" ")[2]
        return day(text) if len(text) > len("2026") else text
    except ValueError:
        return text


def cut(text: str) -> str:
    """Text that fits a page; very long ones (outlines of areas) are whole in the other formats only."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} signs in all)"


def amount(text: str, unit: str) -> str:
    """A number with what it counts.

    >>> amount("24083", "pounds a year"), amount("7.5", "weeks")
    ('£24,083 a year', '7.5 weeks')
    """
    shown = f"{int(text):,}" if text.isdigit() else text
    return f"£{shown}{unit.removeprefix('pounds')}" if unit.startswith("pounds") else f"{shown} {unit}"


def shown_address(address: str) -> str:
    """An address of the web as people read it, without its beginning and never too long for a line."""
    text = shortened(address)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


HELPERS: Final[dict[str, Any]] = {
    "amount": amount,
    "cut": cut,
    "said_day": said_day,
    "outside": outside,
    "shown_address": shown_address,
}
"""What templates of things call."""


def added(holder: ReleaseHolder, services: Services, address: str) -> str | None:
    """Since which release a thing is described without a break, in words; None for the first release.

    Looks back at most `LOOKED_BACK` releases.
    """
    thing, number = URIRef(address), services.manifest.number
    earlier = [one for one in holder.releases.numbers() if one < number][::-1]
    since = number
    for before in earlier[:LOOKED_BACK]:
        try:
            if not _describes(holder, before, thing):
                return f"Added in release {since}"
        except DAMAGED:
            break
        since = before
    if since == number:
        return None
    first = since == (earlier[-1] if earlier else number)
    return f"Here since release {since}{'' if first else ' or longer'}"


def _describes(holder: ReleaseHolder, number: int, thing: URIRef) -> bool:
    return holder.looked_at(number).store.describes(thing)


def alternates(said: Said, address: str) -> Sequence[tuple[Format, str]]:
    """The other faces of a thing, and where each is."""
    path, query = path_of(address)
    return [(one, said.addresses.to(path, **query, format=one.name)) for one in FACES]
