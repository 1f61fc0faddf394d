"""Named queries as they go over the wire, for HTTP and the console alike."""

import json
from collections.abc import Mapping
from typing import Any, Final

from rdflib import URIRef
from rdflib.term import Node

from api.addresses import Addresses
from api.dependencies import Services
from api.errors import QuestionIdError
from api.negotiate import JSON_FORMAT, Format
from api.schemas.common import Link
from api.schemas.queries import (
    Citation,
    ColumnSaid,
    OnlyWhere,
    ParameterSaid,
    QueriesSaid,
    QuerySaid,
    QuerySummary,
    ResultsSaid,
)
from api.sparql.formats import TABLES
from ontology.namespaces import id_of
from ontology.query_files import Kind
from ontology.query_values import expected, term_of, written
from queries.catalogue import (
    BY_CLASS,
    NamedQuery,
    address_of,
    list_queries,
    plain_address,
    plain_literal,
    user_groups,
)

_NAMES: Final = {"json": "sparql-json", "xml": "sparql-xml"}
FORMATS: Final = (
    JSON_FORMAT,
    *(Format(_NAMES.get(one.name, one.name), one.media_type, one.aliases[1:]) for one in TABLES),
)
"""The formats of answers: our own JSON, and those of SPARQL."""

DEFAULT_ROWS: Final = 1_000
MOST_ROWS: Final = 10_000
SPARQL_QUERY: Final = "application/sparql-query"


def behind(addresses: Addresses, name: str, title: str = "the query behind", **given: str) -> Link:
    """The link to the query that says the same as a reply, or that it is made from."""
    path, _, _ = address_of(name, **given).partition("?")
    return Link(rel="query", href=addresses.to(path, **given), type=JSON_FORMAT.media_type, title=title)


def check_things(query: NamedQuery, given: Mapping[str, str], services: Services) -> None:
    """Raises `QuestionIdError` for the id of a thing that the release does not have, with what may be meant."""
    for one in query.file.parameters:
        said = given.get(one.name)
        term = term_of(one, said) if one.kind == "thing" and said else None
        if not isinstance(term, URIRef) or (id := id_of(term)) in services.things or services.store.speaks_of(term):
            continue
        raise QuestionIdError(id, services.things.suggestions(id, [one.of] if one.of in BY_CLASS else ()), None)


def bindings(given: Mapping[str, Node]) -> tuple[tuple[str, str], ...]:
    """Values as workers take them: by name, each as N-Triples writes it."""
    return tuple(sorted((name, written(term)) for name, term in given.items()))


def said_list(words: str | None, asked_by: str | None, addresses: Addresses) -> QueriesSaid:
    """The named queries that have these words and are asked by this group."""
    items = [
        QuerySummary(
            name=one.name,
            title=one.title,
            asked_by=list(one.file.asked_by),
            question=one.file.question,
            parameters=[parameter.name for parameter in one.file.parameters],
            href=addresses.to(f"/queries/{one.name}"),
        )
        for one in list_queries(words, asked_by)
    ]
    here = addresses.to("/queries", q=words, asked_by=asked_by)
    links = [Link(rel="self", href=here, type=JSON_FORMAT.media_type, title="this page")]
    return QueriesSaid(total=len(items), items=items, user_groups=user_groups(), links=links)


def said_query(
    query: NamedQuery, given: Mapping[str, str], services: Services, addresses: Addresses, host: str = ""
) -> QuerySaid:
    """One named query, with the values given so far in its text. `host`: see `citation`. Raises `WrongValuesError`."""
    file = query.file
    bound = query.bind(given, whole=False)
    shown = query.with_values(query.bind({**query.example(), **given}))
    path = f"/queries/{query.name}"
    links = [
        Link(rel="self", href=addresses.to(path, **given), type=JSON_FORMAT.media_type, title="this query"),
        Link(rel="alternate", href=addresses.to(path, **given, format="text"), type=SPARQL_QUERY, title="its text"),
        Link(rel="edit", href=addresses.to("/sparql", query=shown), type="text/html", title="on the query page"),
    ]
    if query.given <= bound.keys():
        href = addresses.to(f"{path}/results", **given)
        links.append(Link(rel="item", href=href, type=JSON_FORMAT.media_type, title="its answers"))
    return QuerySaid(
        name=query.name,
        title=query.title,
        asked_by=list(file.asked_by),
        question=file.question,
        reads=file.reads,
        limits=file.limits,
        parameters=[
            ParameterSaid(
                name=one.name,
                type=one.kind,
                of=one.of,
                required=one.required,
                default=one.default,
                choices=list(one.choices) or None,
                example=one.example,
                about=one.about,
                expected=expected(one),
            )
            for one in file.parameters
        ],
        rows=file.rows,
        columns=columns(query),
        given=dict(given),
        text=shown,
        citation=citation(query, given, services, host),
        release=services.reference,
        links=links,
    )


def columns(query: NamedQuery) -> list[ColumnSaid]:
    """The columns of its answers."""
    found = []
    for one in query.file.columns:
        only = OnlyWhere(column=one.only_where[0], values=list(one.only_where[1])) if one.only_where else None
        found.append(ColumnSaid(name=one.name, type=one.kind, about=one.about, may_be_blank=one.blank, only_where=only))
    return found


def citation(
    query: NamedQuery, given: Mapping[str, str], services: Services, host: str = "", **paged: int | None
) -> Citation:
    """What to cite of it. `host`: scheme, host and path that it was asked at; none where no service was asked."""
    release = services.reference
    address = Addresses(host, release.number).to(f"/queries/{query.name}/results", **given, **paged)
    text = (
        f"Stepway, release {release.number} of {release.built_at[:10]} (content {release.content_hash[:16]}), "
        f"query {query.name} (SHA-256 {query.file.hash[:16]}): {address}"
    )
    return Citation(
        text=text,
        release=release.number,
        content_hash=release.content_hash,
        query=query.name,
        query_hash=query.file.hash,
        address=address,
    )


def said_results(
    query: NamedQuery,
    given: Mapping[str, str],
    answer: bytes,
    offset: int,
    limit: int | None,
    services: Services,
    addresses: Addresses,
    host: str = "",
) -> ResultsSaid:
    """A page of its answers; without a `limit` all of them.

    `answer`: all of them, in the JSON of SPARQL. `host`: see `citation`.
    """
    found = json.loads(answer)["results"]["bindings"]
    told = None if limit == DEFAULT_ROWS else limit
    limit = limit or len(found)
    kinds = [(one.name, one.kind) for one in query.file.columns]
    rows = [[_plain(kind, row.get(name)) for name, kind in kinds] for row in found[offset : offset + limit]]
    path = f"/queries/{query.name}/results"

    def link(rel: str, start: int, title: str) -> Link:
        href = addresses.to(path, **given, offset=start or None, limit=told)
        return Link(rel=rel, href=href, type=JSON_FORMAT.media_type, title=title)

    links = [link("self", offset, "this page"), behind(addresses, query.name, **given)]
    if offset + limit < len(found):
        links.append(link("next", offset + limit, "the next page"))
    if offset > 0:
        links.append(link("prev", max(0, min(offset, len(found)) - limit), "the page before"))
    links += [
        Link(
            rel="alternate",
            href=addresses.to(path, **given, format=one.name),
            type=one.media_type,
            title=f"all of it as {one.name}",
        )
        for one in FORMATS[1:]
    ]
    return ResultsSaid(
        query=query.name,
        title=query.title,
        given=dict(given),
        columns=columns(query),
        total=len(found),
        offset=offset,
        limit=limit,
        rows=rows,
        citation=citation(query, given, services, host, offset=offset or None, limit=told),
        release=services.reference,
        links=links,
    )


def _plain(kind: Kind, term: Mapping[str, str] | None) -> Any:
    """A term in the JSON of SPARQL as a plain value."""
    if term is None:
        return None
    if term["type"] == "uri":
        return plain_address(kind, term["value"])
    return plain_literal(term["value"], term.get("datatype", ""))
