"""The query page. Whole without script: a form whose query the server runs, and shows as a table with its cap said."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services, client_of, holder_of, settings_of, unless_gone
from api.errors import problem_of
from api.sparql import guard
from api.sparql.answers import SparqlAnswer, SparqlQuestion, answers_of, home_of
from api.sparql.problems import OF_A_QUERY, of_query
from api.web.pages import Alternate, page
from api.workers import BusyError
from ontology.namespaces import BASE, ID, PREFIXES
from queries.catalogue import NamedQuery, list_queries, user_groups

SHOWN: Final = 1_000
"""Rows that the page shows; downloads hold all."""

MOST_PINNED: Final = 50
"""Releases that can be chosen from on the page: the newest."""

FIRST: Final = """\
# Roles by level. Change anything: Control and Space completes.
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sw: <https://w3id.org/stepway/ns#>

SELECT ?role ?name ?level WHERE {
  ?role a sw:Role ;
    skos:prefLabel ?name ;
    sw:level ?level .
}
ORDER BY ?level ?name
"""
"""What the editor holds when somebody opens the page for the first time."""

_TABLE: Final = (("CSV", "csv"), ("TSV", "tsv"), ("JSON", "json"), ("XML", "xml"))
_GRAPH: Final = (("Turtle", "turtle"), ("N-Triples", "ntriples"), ("JSON-LD", "jsonld"), ("RDF/XML", "rdfxml"))
_TRUTH: Final = (("JSON", "json"), ("XML", "xml"))

_TERM: Final = re.compile(
    r"<(?P<iri>[^<>]*)>"
    r"|\"(?P<text>(?:[^\"\\]|\\.)*)\"(?:@(?P<lang>[A-Za-z0-9-]+)|\^\^<(?P<datatype>[^<>]*)>)?"
    r"|(?P<plain>[^\s<\"]\S*)"
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_STRINGS: Final = frozenset({"", "string"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row as it is shown. `path`: where the service tells of it; None for what is no thing."""

    text: str
    note: str = ""
    path: str | None = None
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as the page shows it: the first rows, and how many there are. `truth`: of a yes-or-no question."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    truth: bool | None
    formats: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Examples that one group of users asks, those that answer a competency question first."""

    name: str
    queries: tuple[NamedQuery, ...]


async def respond(
    request: Request,
    services: Services,
    *,
    release: int | None,
    query: str | None = None,
    run: bool = False,
    example: NamedQuery | None = None,
) -> Response:
    """The page, with a query in it when one is given, and with its answer when it is to be run.

    `release` is what the reader named, `example` a named query to put into the page with its example values. A query
    that has no answer is told inside the page, with the status of the problem document that programs get.
    """
    shown: Shown | None = None
    if example is not None:
        query = example.with_values(example.bind(example.example()))
    problem: dict[str, Any] | None = None
    status, headers = 200, {}
    if run and query is not None and query.strip():
        try:
            shown = await _ask(request, services, query)
        except (*OF_A_QUERY, BusyError) as error:
            told = (
                problem_of(error)
                if isinstance(error, BusyError)
                else of_query(error, query, answers_of(request).limits)
            )
            problem = told.document(request.url.path).model_dump(mode="json")
            status, headers = problem["status"], dict(told.headers)
    manifest, addresses = services.manifest, Addresses.of(request)
    settings = settings_of(request)
    pinned = {"query": query or "", "release": manifest.number}
    return page(
        request,
        "query.html",
        title="Query the data",
        services=services,
        release=release,
        status=status,
        headers=headers,
        alternates=(
            Alternate("description of the endpoint (Turtle)", addresses.to("/sparql", format="turtle"), "text/turtle"),
        ),
        query=query if query is not None else FIRST,
        groups=examples(),
        releases=holder_of(request).releases.numbers()[: -MOST_PINNED - 1 : -1],
        limits=settings.sparql_limits,
        shown=shown,
        most=SHOWN,
        problem=problem,
        downloads=[(name, addresses.to("/sparql", **pinned, format=one)) for name, one in shown.formats]
        if shown
        else [],
        data={
            "root": addresses.root,
            "release": manifest.number,
            "day": manifest.built_at[:10],
            "hash": manifest.content_hash[:12],
            "prefixes": PREFIXES,
            "longest": settings.max_query_bytes - 200,
            "first": FIRST,
            "example": {"name": example.title, "query": query} if example else None,
        },
    )


async def _ask(request: Request, services: Services, query: str) -> Shown:
    answers = answers_of(request)
    checked = guard.check(query, answers.limits)
    table = checked.form in ("select", "ask")
    media_type = "text/tab-separated-values" if table else "application/n-triples"
    default, named = (tuple(request.query_params.getlist(f"{one}-graph-uri")) for one in ("default", "named"))
    question = SparqlQuestion(services.manifest.number, checked, default, named, media_type, False)
    answer = await unless_gone(request, answers.ask(home_of(services), question, client_of(request)))
    if answer is None:
        return Shown((), (), 0, None, ())  # nobody reads it
    try:
        lines = await _first_lines(answer, SHOWN + table)
    finally:
        answer.close()
    if checked.form == "ask":
        return Shown((), (), 1, lines[:1] == ["true"], _TRUTH)
    if not table:
        rows = tuple(tuple(cells(line)[:3]) for line in lines)
        return Shown(("subject", "predicate", "object"), rows, answer.rows or len(rows), None, _GRAPH)
    columns = tuple(one.lstrip("?$") for one in lines[0].split("\t")) if lines and lines[0] else ()
    rows = tuple(tuple(next(iter(cells(one)), Cell("–")) for one in line.split("\t")) for line in lines[1:])
    return Shown(columns, rows, len(rows) if answer.rows is None else answer.rows, None, _TABLE)


async def _first_lines(answer: SparqlAnswer, most: int) -> list[str]:
    """The first lines of an answer; no more of it is read than they need."""
    body = answer.body()
    parts: list[bytes] = []
    if isinstance(body, bytes):
        parts.append(body)
    else:
        found = 0
        async for part in _each(body):
            parts.append(part)
            found += part.count(b"\n")
            if found >= most:
                break
    text = b"".join(parts).decode(errors="replace")
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line.removesuffix("\r") for line in lines[:most]]


async def _each(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for part in body:
        yield part


def cells(line: str) -> list[Cell]:
    """The terms of a line, as N-Triples or one field of TSV has them.

    >>> [one.text for one in cells('<https://w3id.org/stepway/id/X> <https://w3id.org/stepway/ns#level> "4" .')]
    ['swi:X', 'sw:level', '4']
    """
    found = []
    for match in _TERM.finditer(line):
        if match["iri"] is not None:
            found.append(_linked(_read(match["iri"])))
        elif match["text"] is not None:
            datatype = _short(match["datatype"]).removeprefix("xsd:") if match["datatype"] else ""
            note = f"@{match['lang']}" if match["lang"] else "" if datatype in _STRINGS else datatype
            found.append(Cell(_read(match["text"]), note))
        elif match["plain"] != ".":
            found.append(Cell(match["plain"]))
    return found


def _linked(iri: str) -> Cell:
    base = str(ID)
    if iri.startswith(base) and iri != base:
        return Cell(_short(iri), path=f"/id/{iri.removeprefix(base)}")
    said = _short(iri)
    if said == iri and iri.startswith(BASE):
        said = f"…/{iri.removeprefix(BASE)}"
    return Cell(said, path="/resource", query=(("uri", iri),))


def _short(iri: str) -> str:
    for prefix, base in _bases():
        if iri.startswith(base) and _LOCAL.fullmatch(iri[len(base) :]):
            return f"{prefix}:{iri[len(base) :]}"
    return iri


@cache
def _bases() -> list[tuple[str, str]]:
    return sorted(PREFIXES.items(), key=lambda one: -len(one[1]))


def _read(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[3])

    return _ESCAPE.sub(one, text) if "\\" in text else text


@cache
def examples() -> tuple[Group, ...]:
    """The named queries by who asks them: each once, with the first group that its file names."""
    first: dict[str, list[NamedQuery]] = {group: [] for group in user_groups()}
    for one in sorted(list_queries(), key=lambda one: (one.file.question or "Z", one.title)):
        first[one.file.asked_by[0]].append(one)
    return tuple(Group(group, tuple(queries)) for group, queries in first.items() if queries)
