"""Roles side by side, what leads to a role and where it leads on, and who teaches for it and where.

Whatever a page says has its word (published, inferred, illustrative) and a link to where it comes from; what nothing is
held of is *not known*. Made-up rows are let in only where they are asked for, and in a sandbox.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from api.addresses import Addresses
from api.charts import NOT_KNOWN
from api.dependencies import Services
from api.errors import QuestionIdError
from api.faces import file_headers, release_words
from api.negotiate import CSV, XLSX
from api.resources import HELPERS, path_of
from api.sheets import Cell, Sheet, csv, workbook
from api.web.pages import Step, capitalize_first, page
from api.web.pictures import ladder_picture, map_picture
from api.web.wording import miles
from graph.projection import CompetencyFacts, Evidence, Projection, RoleFacts, Source, Status, StepKind
from graph.requirements import parse, sentence
from graph.store import plain
from ontology.namespaces import RECORD, id_of, thing
from queries.catalogue import get_query
from queries.ladder import ANYBODY, Edge, Ladder, ladder
from queries.profiles import Item, Named, RuleText, Statement, UnknownIdError
from queries.provided import Sign, Spot, awards_aimed_at, leavers_in_words, read_areas, read_sites, spots, towns
from queries.sandbox import kilometres

MOST: Final = 3
"""Roles side by side."""

_SECTORS: Final = {"healthtech": "HealthTech"}
_KINDS: Final = {"knowledge": "knowledge", "skill": "skills", "behaviour": "behaviours"}
_PERIODS: Final = 2


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said in a cell: words, how sure, and where it comes from.

    `link`: the page of what the words name. `source`: an address of the web; without one `record` is where we hold it.
    """

    text: str
    status: str
    link: str | None = None
    source: str | None = None
    host: str | None = None
    as_of: str | None = None
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that statements of several roles have in common: in words, with the statements of each role."""

    text: str
    how: str
    link: str | None
    codes: tuple[tuple[tuple[str, str], ...], ...]


Compared = tuple[str, str | None, list[tuple[Said, ...]]]
"""A row of the comparison: its name, a note, and for each role what is said."""


@dataclass(frozen=True, slots=True)
class Alone:
    """The statements of a role: how many of each kind, all of them, and those that no other of the roles shares."""

    title: str
    counts: tuple[tuple[str, int], ...]
    stated: tuple[CompetencyFacts, ...]
    alone: tuple[CompetencyFacts, ...]


def compare(
    request: Request,
    services: Services,
    asked: Sequence[str],
    wanted: str | None,
    *,
    release: int | None,
    made_up: bool,
) -> Response:
    """Up to three roles side by side; with fewer than two, or more than three, the list to choose them from.

    `wanted`: csv or xlsx, of roles that can stand side by side; None: a page.
    """
    addresses = Addresses.of(request, release)
    chosen = list(dict.fromkeys(one for one in asked if one))
    for id in chosen:
        _must_be_role(services, id)
    projection = services.release.projection
    ready = 2 <= len(chosen) <= MOST
    rows = _rows(services, chosen, addresses, made_up) if ready else []
    shared = _shared(projection, chosen, made_up) if ready else ((), ())
    if ready and wanted:
        form, sheet = CSV if wanted == CSV.name else XLSX, _sheet(projection, chosen, rows, shared[1])
        body = csv(sheet).encode() if form is CSV else workbook([sheet], release_words(services))
        return Response(body, headers=file_headers(form, request, services), media_type=form.media_type)
    return page(
        request,
        "compare.html",
        title=" and ".join(_joined([projection.roles[id].title for id in chosen])) if ready else "Compare roles",
        services=services,
        release=release,
        above=_above(),
        status=422 if len(chosen) > MOST else 200,
        query_behind=addresses.to("/queries/things-of-class", **{"class": "sw:Role"}),
        query_same=False,
        most=MOST,
        chosen=chosen,
        names=[projection.roles[id] for id in chosen],
        made_up=made_up,
        rows=rows,
        shared=shared,
        by_level=_by_level(projection),
        **HELPERS,
    )


def _sheet(projection: Projection, chosen: Sequence[str], rows: Iterable[Compared], each: Iterable[Alone]) -> Sheet:
    """The comparison as one table: a row for each fact and each statement of a role."""
    facts: list[tuple[Cell, ...]] = [
        (name, projection.roles[id].title, id, one.text, one.status, one.source, one.as_of)
        for name, _, cells in rows
        for id, some in zip(chosen, cells, strict=True)
        for one in some or (Said(NOT_KNOWN, NOT_KNOWN),)
    ]
    for id, of in zip(chosen, each, strict=True):
        for one in of.stated:
            what = "Statement of this role alone" if one in of.alone else "Statement, shared (inferred)"
            text = f"{one.code or one.id} {one.label}"
            facts.append((what, of.title, id, text, one.source.status, one.source.address, one.source.as_of))
    return Sheet(
        "Roles side by side", ("What", "Role", "Id", "Said", "Standing", "Source", "Date of the source"), facts
    )


def in_short(services: Services, id: str, addresses: Addresses) -> list[Compared]:
    """What somebody wants to know of a role first, each with its word: a row as in the comparison, of one role."""
    return _rows(services, [id], addresses, made_up=True)


def _joined(titles: list[str]) -> list[str]:
    return [", ".join(titles[:-1]), titles[-1]]


def _above() -> list[Step]:
    return [Step("Start", "/"), Step("Roles", "/roles")]


def _must_be_role(services: Services, id: str) -> None:
    """Raises `QuestionIdError` for what is no role of the release."""
    if id not in services.release.projection.roles:
        near = services.things.suggestions(id)
        roles = tuple(one for one in near if one.id in services.release.projection.roles)
        raise QuestionIdError(id, roles or tuple(services.search.find(id.replace("-", " "), ("Role",), 5)), "roles")


def _by_level(projection: Projection) -> list[tuple[int | None, list[RoleFacts]]]:
    """The roles to choose from, by level; those of the home sector first."""
    found: dict[int | None, list[RoleFacts]] = defaultdict(list)
    order = sorted(projection.roles.values(), key=lambda one: ("healthtech" not in one.sectors, one.title))
    for role in order:
        found[role.level].append(role)
    return [(level, found[level]) for level in sorted(found, key=lambda one: (one is None, one))]


def _rows(services: Services, chosen: Sequence[str], addresses: Addresses, made_up: bool) -> list[Compared]:
    """The table: each row its name, a note, and for each role what is said; nothing said is not known."""
    things = {id: services.things.item(id) for id in chosen}
    ways = services.ways
    bands = _bands(services)
    ladders = {id: ladder(ways, id, made_up=made_up) for id in chosen}
    evidence = defaultdict(list)
    for one in services.release.projection.evidence:
        evidence[one.about].append(one)

    def of(*fields: str) -> list[tuple[Said, ...]]:
        return [tuple(_of(things[id], fields, addresses, made_up)) for id in chosen]

    rows: list[Compared] = [
        ("Level", None, of("level")),
        ("Sector", None, of("sector", "sector_part")),
        ("Pay", _PAY_NOTE, [_pay(services, id, things[id], addresses, made_up, bands) for id in chosen]),
        ("Standard", None, of("standard_ref", "standard_version", "standard_status")),
        ("Length of the apprenticeship", None, of("duration_months_to_gateway", "assessment_months")),
        ("What employers ask", None, [_asks(services, id, things[id], addresses, made_up) for id in chosen]),
        ("Who has had leavers", _LEAVERS_NOTE, [_leavers(services, evidence[id], addresses) for id in chosen]),
        ("What leads here", None, [_ends(services, ladders[id], addresses, back=True) for id in chosen]),
        ("Where it leads on", None, [_ends(services, ladders[id], addresses, back=False) for id in chosen]),
    ]
    blank = [[name.lower() for name, _, cells in rows if not cells[place]] for place in range(len(chosen))]
    gaps = [_gaps(services.release.projection, id, blank[place], addresses) for place, id in enumerate(chosen)]
    return [*rows, ("What is not known", "Looked for and not found, and what no row above has.", gaps)]


_PAY_NOTE: Final = (
    "NHS pay bands, each with its year and where it is paid. Jobs outside the NHS pay otherwise. The median that the "
    "occupational maps show is of a wider group of jobs, and is not used."
)
_LEAVERS_NOTE: Final = "People who left the apprenticeship in a past year: no proof that it is on offer now."
_FIELDS: Final = {
    "level": "Level {}",
    "standard_version": "version {}",
    "duration_months_to_gateway": "{} months of training",
    "assessment_months": "{} months of assessment after it",
}


def _of(item: Item, fields: Iterable[str], addresses: Addresses, made_up: bool) -> Iterable[Said]:
    for field in item.collection.fields:
        if field.name in fields:
            for one in item.values(field):
                if made_up or one.status is not Status.ILLUSTRATIVE:
                    yield _stated(one, addresses)


def _stated(one: Statement, addresses: Addresses) -> Said:
    value = one.value
    text = value.label if isinstance(value, Named) else value.sentence if isinstance(value, RuleText) else str(value)
    if one.field.name == "sector":
        text = _SECTORS.get(text, text.replace("-", " "))
    path, query = path_of(f"{RECORD}{one.origin.record}")
    return _said(
        _FIELDS.get(one.field.name, "{}").format(text),
        one.status,
        one.origin.source,
        one.origin.as_of,
        record=addresses.to(path, **query),
    )


def _said(
    text: str, status: str, source: str, as_of: str | None, *, link: str | None = None, record: str | None = None
) -> Said:
    web = source if source.startswith(("https://", "http://")) else None
    host = urlsplit(source).hostname if web else None
    return Said(text, str(status), link, web, host, as_of, record)


def _told(text: str, source: Source, addresses: Addresses, link: str | None = None) -> Said:
    record = addresses.to(f"/id/{source.record}")
    return _said(text, source.status, source.address, source.as_of, link=link, record=record)


_BANDS: Final = """
    SELECT ?band ?framework ?year ?geography ?pay ?source ?as_of {
      ?pay a sw:PayBand ; sw:payBandLabel ?band ; sw:payFramework ?framework ; sw:period ?year ;
        sw:geography ?geography .
      OPTIONAL { ?pay dcterms:source ?source }
      OPTIONAL { ?pay sw:asOf ?as_of } }"""


_Bands = dict[tuple[str, ...], tuple[str, str, str | None]]
"""Of a band, framework, year and place: the record of what it pays, with its source and day."""


def _pay(
    services: Services, id: str, item: Item, addresses: Addresses, made_up: bool, of_band: _Bands
) -> tuple[Said, ...]:
    """The bands of a role, and what each pays in each year and area; a band whose pay is not held says so."""
    found = list(_of(item, ("pay_band",), addresses, made_up))
    said = [
        Said(f"NHS band {one.text}", one.status, None, one.source, one.host, one.as_of, one.record) for one in found
    ]
    for row in get_query("pay-of-roles").rows(services.store, {"role": thing(id)}):
        if row["year"] is None:
            said.append(Said(f"Band {row['band']}: what it pays is not known", "not known"))
            continue
        band, framework, year, place = (str(row[name]) for name in ("band", "framework", "year", "geography"))
        pay, source, as_of = of_band[band, framework, year, place]
        least, most = int(str(row["from_pounds"])), int(str(row["to_pounds"]))
        text = f"Band {band}, {year}, {place}: " + (f"£{least:,} to £{most:,}" if least != most else f"£{least:,}")
        link = addresses.to(f"/id/{pay}")
        status = id_of(str(row["status"])).rpartition("#")[2]
        if made_up or status != Status.ILLUSTRATIVE:
            said.append(_said(f"{text} a year", status, source, as_of, link=link, record=link))
    return tuple(said)


def _bands(services: Services) -> _Bands:
    found = {}
    for *key, pay, source, as_of in services.store.rows(_BANDS):
        told = (id_of(plain(pay)), plain(source) if source else "", plain(as_of) if as_of else None)
        found[tuple(plain(one) if one else "" for one in key)] = told
    return found


def _asks(services: Services, id: str, item: Item, addresses: Addresses, made_up: bool) -> tuple[Said, ...]:
    """What the source says that employers ask, and the rule by which one comes into the apprenticeship."""
    said = list(_of(item, ("entry_notes",), addresses, made_up))
    projection = services.release.projection
    for step in projection.steps:
        if step.kind is StepKind.APPRENTICESHIP and step.about[:1] == (id,) and step.sources:
            if step.status is Status.ILLUSTRATIVE and not made_up:
                continue
            words = sentence(parse(step.requirement), projection.labels)
            known = "To begin the apprenticeship" if step.requirement_known else "What its level usually asks"
            said.append(_said(f"{known}: {words}", Status.INFERRED, step.sources[0].address, step.sources[0].as_of))
    return tuple(said)


def _leavers(services: Services, found: Sequence[Evidence], addresses: Addresses) -> tuple[Said, ...]:
    """Who had leavers in each of the last years that anybody counted: hidden because few is some, never none."""
    said = []
    periods = sorted({one.period for one in found}, reverse=True)[:_PERIODS]
    for period in periods:
        rows = sorted(
            (one for one in found if one.period == period), key=lambda one: (-(one.leavers or 0), one.provider)
        )
        for one in rows:
            if one.source.status is Status.ILLUSTRATIVE:
                continue
            words = leavers_in_words(one.leavers, "true" if one.suppressed else None)
            name = _name(services, one.provider)
            said.append(_told(f"{period}, {name}: {words}", one.source, addresses, addresses.to(f"/id/{one.provider}")))
    return tuple(said)


def _ends(services: Services, found: Ladder, addresses: Addresses, *, back: bool) -> tuple[Said, ...]:
    """What leads straight to a role, or where it leads straight on."""
    said = []
    for edge in found.edges:
        here, other = (edge.end, edge.start) if back else (edge.start, edge.end)
        if here == found.role:
            way = edge.ways[0]
            guess = ", our guess" if all(one.guess for one in edge.ways) else ""
            text = f"{_name(services, other)} ({way.relation}{guess})"
            link = addresses.to(f"/id/{other}") if other != ANYBODY else None
            record = addresses.to(f"/id/{way.about}")
            said.append(_said(text, way.status, way.source, way.as_of, link=link, record=record))
    return tuple(said)


def _gaps(projection: Projection, id: str, blank: Sequence[str], addresses: Addresses) -> tuple[Said, ...]:
    """What was looked for and not found of a role, and the rows of the table that nothing is held for."""
    said = [
        _told(f"{gap.statement}{f' Ask: {gap.ask}.' if gap.ask else ''}", gap.source, addresses)
        for gap in projection.gaps
        if id in gap.about
    ]
    statements = any(one.role == id and one.current for one in projection.competencies)
    missing = [*blank, *([] if statements else ["statements of what it needs"])]
    return (*said, *([Said("Nothing is held of: " + ", ".join(missing), "not known")] if missing else ()))


def _name(services: Services, id: str) -> str:
    if id == ANYBODY:
        return "Anybody"
    return capitalize_first(services.things.get_named(id).label) if id in services.things else id


def _shared(
    projection: Projection, chosen: Sequence[str], made_up: bool
) -> tuple[tuple[Shared, ...], tuple[Alone, ...]]:
    """What statements of the roles have in common, most roles first; and of each role how many it has, which alone.

    Two statements share something when they are in the same words, or are both judged close to the same skill of a
    public vocabulary: our inference. A role without statements shares nothing and has nothing alone: it is not known.
    """
    stated = {
        id: [
            one
            for one in projection.competencies
            if one.role == id and one.current and (made_up or one.source.status is not Status.ILLUSTRATIVE)
        ]
        for id in chosen
    }
    keys: dict[tuple[str, str, str], dict[str, list[CompetencyFacts]]] = defaultdict(lambda: defaultdict(list))
    for id, found in stated.items():
        for one in found:
            keys["the same words", one.label.casefold(), one.label][id].append(one)
            for link in one.links:
                if link.relation == "close":
                    keys["close to the same skill", link.target, link.label][id].append(one)
    shared, inside = [], set()
    for (how, key, text), having in keys.items():
        if len(having) > 1:
            inside |= {one.id for found in having.values() for one in found}
            codes = tuple(tuple((one.id, one.code or one.id) for one in having.get(id, ())) for id in chosen)
            shared.append(Shared(text, how, key if key.startswith("http") else None, codes))
    shared.sort(key=lambda one: (-sum(map(bool, one.codes)), one.text.casefold(), one.how))
    alone = []
    for id in chosen:
        kinds = Counter(one.kind for one in stated[id])
        counts = tuple((_KINDS.get(kind, kind), kinds[kind]) for kind in sorted(kinds))
        left = tuple(one for one in stated[id] if one.id not in inside)
        alone.append(Alone(projection.roles[id].title, counts, tuple(stated[id]), left))
    return tuple(shared), tuple(alone)


def around(request: Request, services: Services, id: str, *, release: int | None, made_up: bool) -> Response:
    """What leads to a role and where it leads on: a list, and a picture of the same."""
    _must_be_known(services, id, "roles")
    addresses = Addresses.of(request, release)
    projection = services.release.projection
    found = ladder(services.ways, id, made_up=made_up)
    names = {one: _name(services, one) for one in found.places}
    groups = _groups(found, names[id])
    in_order = [edge for _, edges in groups for edge in edges]
    return page(
        request,
        "role-map.html",
        title=f"What leads to {names[id]}, and where it leads on",
        services=services,
        release=release,
        above=[*_above(), Step(names[id], f"/id/{id}")],
        query_behind=addresses.to("/queries/ladders"),
        query_same=False,
        role=projection.roles[id],
        groups=[(title, [(edge, edge.ways) for edge in edges]) for title, edges in groups],
        names=names,
        anybody=ANYBODY,
        picture=ladder_picture(found, names, {one: _kind(services, one) for one in names}) if in_order else None,
        left_out=found.left_out,
        statuses=Counter(edge.status for edge in in_order),
        **HELPERS,
    )


def _groups(found: Ladder, name: str) -> list[tuple[str, list[Edge]]]:
    """The edges in the order in which they are read: towards the role first, the nearest at the beginning."""
    places, role = found.places, found.role
    before = [one for one in found.edges if role not in (one.start, one.end) and places[one.end] < 0]
    after = [one for one in found.edges if role not in (one.start, one.end) and places[one.end] >= 0]
    groups = [
        (f"Straight to {name}", [one for one in found.edges if one.end == role]),
        ("One step before that", before),
        (f"Straight on from {name}", [one for one in found.edges if one.start == role]),
        ("One step further on", after),
    ]
    return [(title, edges) for title, edges in groups if edges]


def _kind(services: Services, id: str) -> str:
    """What kind of thing it is, and its level, with its word where nobody published it."""
    projection = services.release.projection
    if (role := projection.roles.get(id)) is not None:
        word = "" if role.level_status is Status.PUBLISHED else f" ({role.level_status})"
        return f"Role, level {role.level}{word}" if role.level is not None else "Role, level not known"
    if id in projection.awards:
        level = projection.awards[id].level
        return f"Award, level {level}" if level is not None else "Award, level not known"
    return "No condition" if id == ANYBODY else "Programme"


def _must_be_known(services: Services, id: str, collection: str) -> None:
    """Raises `UnknownIdError` for an id that nothing has, or something of another kind."""
    if id not in services.things:
        raise UnknownIdError(id, services.things.suggestions(id), collection)
    if services.things.get_named(id).collection != collection:
        raise UnknownIdError(id, (), collection)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table beside a map. `number` None: its place has no coordinates, and it is not on the map."""

    number: int | None
    spot: Spot
    miles: int | None
    links: tuple[Said, ...]


def providers(
    request: Request,
    services: Services,
    id: str,
    *,
    kind: str,
    near: str | None,
    release: int | None,
    made_up: bool,
) -> Response:
    """Who teaches for a role, an award or a standard and where: a table, and a map of the same. `kind`: its collection.

    `near`: a town that distances are counted from, in a straight line.
    """
    addresses, store = Addresses.of(request, release), services.store
    projection = services.release.projection
    sites = read_sites(store)
    if kind == "standards":
        roles = _roles_of(services, id)
        found = spots(store, sites, about=roles, standard=id, made_up=made_up)
        name, above = f"the standard {id}", _above()
    else:
        _must_be_known(services, id, kind)
        name, above = (
            services.things.get_named(id).label,
            [*_above(), Step(services.things.get_named(id).label, f"/id/{id}")],
        )
        if kind == "roles":
            item = services.things.item(id)
            field = next(one for one in item.collection.fields if one.name == "standard_ref")
            reference = next((str(one.value) for one in item.values(field)), None)
            aimed = awards_aimed_at(store, id)
            found = spots(store, sites, about=[id], awards=aimed, standard=reference, made_up=made_up)
        else:
            found = spots(store, sites, about=[id], awards=[id], made_up=made_up)
    middles = towns(sites.values())
    start = middles.get(near) if near else None
    placed = [one for one in found if one.at is not None]
    numbers = {one: number for number, one in enumerate(placed, 1)}
    rows = [
        Row(
            numbers.get(one),
            one,
            miles(kilometres(start, one.at)) if start and one.at else None,
            tuple(
                _said(told.text, told.status, told.source, told.as_of, link=addresses.to(f"/id/{told.about}"))
                for told in one.told
            ),
        )
        for one in found
    ]
    return page(
        request,
        "providers.html",
        title=f"Who teaches for {name}, and where" if kind != "qualifications" else f"Who teaches {name}, and where",
        services=services,
        release=release,
        above=above,
        query_behind=_query_behind(addresses, kind, id),
        query_same=False,
        rows=rows,
        sign=Sign,
        picture=map_picture([one.at for one in placed if one.at], middles, read_areas(store)),
        towns=list(middles),
        near=near,
        near_known=start is not None,
        gaps=[gap for gap in projection.gaps if id in gap.about],
        asked=[(name, value) for name, value in request.query_params.multi_items() if name not in ("near",)],
        **HELPERS,
    )


def _query_behind(addresses: Addresses, kind: str, id: str) -> str:
    match kind:
        case "qualifications":
            return addresses.to("/queries/providers-of-award", award=id)
        case "standards":
            return addresses.to("/queries/leavers-of-standard", standard=id)
        case _:
            return addresses.to("/queries/links-to", thing=id)


def _roles_of(services: Services, reference: str) -> list[str]:
    """The roles of a standard. Raises `UnknownIdError` where none has this reference."""
    rows = services.store.rows(_WITH_STANDARD)
    roles = sorted(id_of(plain(role)) for role, said in rows if plain(said) == reference)
    if not roles:
        raise UnknownIdError(reference, (), "standards")
    return roles


_WITH_STANDARD: Final = "SELECT ?role ?standard { ?role a sw:Role ; sw:standardReference ?standard }"


def wants_made_up(services: Services, asked: bool) -> bool:
    """Whether made-up rows are let in: where they are asked for, and in a sandbox, which is there to show them."""
    return asked or services.sandbox is not None
