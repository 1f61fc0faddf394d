"""Things as they go over the wire, for HTTP and the console alike."""

from dataclasses import asdict
from typing import Any, Final

from rdflib import Graph

from api.addresses import Addresses
from api.compact import compact
from api.dependencies import Services
from api.named import behind
from api.schemas.things import LEFT_OUT, shown_properties
from ontology.namespaces import thing
from queries.catalogue import COLLECTIONS, Collection
from queries.profiles import Conclusion, Item, Named, Neighbours, Profile, RuleText, Statement, Value

HERE: Final = Addresses()
"""Addresses for readers who are not on the web: the console."""


def said_value(value: Value, addresses: Addresses) -> Any:
    """A value as JSON."""
    match value:
        case Named(id, label, collection):
            return {"id": id, "label": label, "href": addresses.thing(collection, id)}
        case RuleText(text, sentence):
            return {"text": text, "sentence": sentence}
        case _:
            return value


def said_item(item: Item, addresses: Addresses = HERE) -> dict[str, Any]:
    """One thing as it stands in a list. Where datasets differ, the surest value is shown and `differs` names it."""
    first = item.origins[0]
    properties: dict[str, Any] = {}
    status_of, differs = {}, []
    label_field = item.collection.label_field
    if label_field and (labels := item.values(label_field)) and labels[0].status != first.status:
        status_of["label"] = labels[0].status
    for field in shown_properties(item.collection):
        stated = item.values(field)
        if field.several:
            properties[field.name] = [said_value(one.value, addresses) for one in stated]
        else:
            properties[field.name] = said_value(stated[0].value, addresses) if stated else None
            if len(stated) > 1:
                differs.append(field.name)
        if stated and stated[-1 if field.several else 0].status != first.status:
            status_of[field.name] = stated[-1 if field.several else 0].status
    return {
        "id": item.id,
        "uri": str(thing(item.id)),
        "href": addresses.thing(item.collection.name, item.id),
        "kind": item.collection.class_name,
        "label": item.label,
        "status": first.status,
        "source": first.source,
        "as_of": first.as_of,
        "note": first.note,
        "status_of": status_of,
        "differs": differs,
        "properties": properties,
    }


def _said_statement(statement: Statement, addresses: Addresses) -> dict[str, Any]:
    field = statement.field
    return {
        "property": field.name,
        "term": field.term,
        "about": field.about,
        "value": said_value(statement.value, addresses),
        "unit": field.unit,
        "status": statement.status,
        "source": statement.origin.source,
        "as_of": statement.origin.as_of,
        "record": statement.origin.record,
        "caution": LEFT_OUT.get(field.term),
    }


def _said_conclusion(conclusion: Conclusion, addresses: Addresses) -> dict[str, Any]:
    return {
        "term": conclusion.term,
        "values": [said_value(value, addresses) for value in conclusion.values],
        "count": conclusion.count,
        "status": conclusion.status,
        "rule": conclusion.rule,
    }


def _said_neighbours(neighbours: Neighbours, id: str, addresses: Addresses) -> dict[str, Any]:
    filters = {field.name for field in COLLECTIONS[neighbours.collection].filters}
    more = None
    if neighbours.field in filters:
        more = addresses.to(f"/{neighbours.collection}", **{neighbours.field: id})
    return {
        "collection": neighbours.collection,
        "property": neighbours.field,
        "term": neighbours.term,
        "count": neighbours.count,
        "shown": [said_value(one, addresses) for one in neighbours.shown],
        "more": more,
    }


def said_profile(profile: Profile, services: Services, addresses: Addresses = HERE) -> dict[str, Any]:
    """One thing with every statement about it and what points to it."""
    item = profile.item
    said = said_item(item, addresses)
    said["sources"] = [asdict(origin) for origin in item.origins]
    said["statements"] = [_said_statement(one, addresses) for one in item.statements]
    said["conclusions"] = [_said_conclusion(one, addresses) for one in profile.conclusions]
    said["incoming"] = [_said_neighbours(one, item.id, addresses) for one in profile.incoming]
    said["release"] = asdict(services.reference)
    path, words = f"/{item.collection.name}", item.collection.name.replace("-", " ")
    said["links"] = [
        _link("self", said["href"], "application/json", item.label),
        _link("alternate", addresses.to(f"{path}/{item.id}", format="jsonld"), "application/ld+json", "as JSON-LD"),
        _link("alternate", addresses.to(f"{path}/{item.id}", format="turtle"), "text/turtle", "as Turtle"),
        _link("collection", addresses.to(path), "application/json", f"all {words}"),
        behind(addresses, "statements-about", "what is stated of it, as a query", thing=item.id).model_dump(),
    ]
    return said


def _link(rel: str, href: str, media_type: str, title: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type, "title": title}


def serialised(graph: Graph, media_type: str, *ids: str) -> bytes:
    """A graph about things as JSON-LD (with its context in it, so that nothing is fetched to read it) or as Turtle."""
    if media_type == "text/turtle":
        return graph.serialize(format="turtle", encoding="utf-8")
    return compact(graph, *(str(thing(id)) for id in ids))


def collection_of(services: Services, id: str) -> Collection:
    """The collection that a thing is in. Raises `UnknownIdError`."""
    return COLLECTIONS[services.things.get_named(id).collection]
