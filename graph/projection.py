"""The bridge from the graph to the pathway planner: what a person can do next, as plain values.

A *step* is something that somebody does on a pathway: study for an award, an apprenticeship, a programme without an
award, or starting a job. It stands for the thing itself; where a run of it was seen, an *offer* says who, where, when
and for how much, as last seen on a date. Where none is known the step stands for the type of provision.

Facts that a step gives, or that a person brings, are short strings: `award:Q-…`, `unit:U-…`, `completed:PT-…`,
`works-as:OC-…`. Everything keeps where it comes from and its status.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter
from rdflib import Literal, URIRef

from graph.requirement_rdf import requirement_from
from graph.requirements import (
    NOTHING,
    AllOf,
    Completed,
    Holds,
    LevelHeld,
    Requirement,
    Usually,
    WorksAs,
    write,
)
from graph.store import GraphStore
from ontology.namespaces import CONCEPT, SW, expand, id_of


class Status(StrEnum):
    """How sure a statement is, best first."""

    PUBLISHED = "published"
    INFERRED = "inferred"
    ILLUSTRATIVE = "illustrative"


_RANK: Final = {status: rank for rank, status in enumerate(Status)}


def worst(statuses: Iterable[Status]) -> Status:
    """A chain of statements is as sure as the least sure of them; nothing at all is our inference."""
    return max(statuses, key=_RANK.__getitem__, default=Status.INFERRED)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement can be checked. `as_of` is the date of the source; None: it shows none."""

    record: str
    address: str
    as_of: str | None
    status: Status
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and how sure it is. `at_least`: something known to come on top has no known size."""

    value: int
    status: Status
    at_least: bool = False
    note: str | None = None


class StepKind(StrEnum):
    """What a person does in a step."""

    STUDY = "study"
    APPRENTICESHIP = "apprenticeship"
    PROGRAMME = "programme"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Link:
    """A published or inferred progression that leads into a step from one particular thing."""

    progression: str
    from_id: str
    condition: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person can do. `about`: ids of the things it is about, the main one first.

    `requirement` is the text of the entry rule (`graph.requirements`); `requirement_known` is False when no rule was
    found and the text is only the profile that the level usually asks. `weeks`, `cost` and `hours_per_week` are None
    when not known: never zero, never free. `cost` is what the learner pays.
    """

    id: str
    kind: StepKind
    title: str
    about: tuple[str, ...]
    level: int | None
    requirement: str
    requirement_known: bool
    gives: tuple[str, ...]
    conditions: tuple[str, ...]
    weeks: Amount | None
    cost: Amount | None
    hours_per_week: int | None
    status: Status
    sources: tuple[Source, ...]
    links: tuple[Link, ...] = ()
    condition_note: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A run of a step with one provider, as last seen on `source.as_of`. `starts`: dates as exact as the page was."""

    id: str
    opportunity: str
    step: str
    title: str
    provider: str
    site: str | None
    town: str | None
    postcode: str | None
    starts: tuple[str, ...]
    weeks: int | None
    hours_per_week: int | None
    cost_pounds: int | None
    study_mode: str | None
    attendance: str | None
    delivery_mode: str | None
    sold_separately: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Evidence:
    """A count that shows past delivery by a provider. `leavers` None with `suppressed`: a small number is hidden."""

    id: str
    about: str
    provider: str
    period: str
    kind: str
    leavers: int | None
    suppressed: bool
    source: Source


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """What the planner and its answers need of a role."""

    id: str
    title: str
    level: int | None
    level_status: Status
    sectors: tuple[str, ...]
    part: str | None
    pay_band: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class AwardFacts:
    """What is known of an award and how it is put together. `award_rules`: texts, all of which must hold."""

    id: str
    title: str
    level: int | None
    credits: int | None
    award_rules: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit with the credit it carries; `credits` None: not visible."""

    id: str
    title: str
    award: str | None
    level: int | None
    credits: int | None
    role: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Gap:
    """Something looked for and not found; shown with every answer that touches one of the things it is about."""

    id: str
    about: tuple[str, ...]
    statement: str
    looked_for_on: str
    ask: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Projection:
    """Everything the pathway planner reads of a release."""

    steps: tuple[Step, ...]
    offers: tuple[Offer, ...]
    evidence: tuple[Evidence, ...]
    roles: dict[str, RoleFacts]
    awards: dict[str, AwardFacts]
    units: dict[str, UnitFacts]
    gaps: tuple[Gap, ...]
    labels: dict[str, str]
    conditions: dict[str, str] = field(default_factory=dict)
    illustrative: bool = False


PROJECTION: Final = TypeAdapter(Projection)
"""Writes a projection as JSON (`dump_json`) and reads it back (`validate_json`)."""

APPRENTICESHIP: Final = "PT-APPR"
WEEKS_PER_MONTH: Final = 365.25 / 12 / 7

_PROGRAMMES_WITH_NO_STEP: Final = {APPRENTICESHIP, "PT-FAPPR", "PT-AUNIT"}
_NOT_DELIVERED: Final = {"in development when crawled"}


def weeks_of_months(months: float) -> int:
    """Calendar weeks in so many months, rounded: 12 → 52, 8 → 35.

    >>> weeks_of_months(12), weeks_of_months(8), weeks_of_months(24)
    (52, 35, 104)
    """
    return round(months * WEEKS_PER_MONTH)


class _Thing:
    """The statements about one thing, best first where sources differ."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.values: dict[URIRef, list[URIRef | Literal]] = defaultdict(list)
        self.statuses: dict[tuple[URIRef, URIRef | Literal], Status] = {}

    def status(self, predicate: str, value: URIRef | Literal | None = None) -> Status:
        """How sure the statement is; the status of the row when it has none of its own."""
        address = expand(predicate)
        chosen = value if value is not None else self.first(predicate)
        if chosen is not None and (address, chosen) in self.statuses:
            return self.statuses[address, chosen]
        return self.source.status

    def all(self, predicate: str) -> list[URIRef | Literal]:
        address = expand(predicate)
        return sorted(self.values[address], key=lambda v: (_RANK[self.statuses.get((address, v), Status.PUBLISHED)], v))

    def first(self, predicate: str) -> URIRef | Literal | None:
        return next(iter(self.all(predicate)), None)

    def text(self, predicate: str) -> str | None:
        found = self.first(predicate)
        return str(found) if found is not None else None

    def number(self, predicate: str) -> int | None:
        found = self.first(predicate)
        return round(float(found)) if found is not None else None

    def thing(self, predicate: str) -> str | None:
        found = self.first(predicate)
        return id_of(found) if found is not None else None

    def things(self, predicate: str) -> tuple[str, ...]:
        return tuple(id_of(value) for value in self.all(predicate))

    def code(self, predicate: str) -> str | None:
        """The last part of a concept's address."""
        found = self.text(predicate)
        return found.rpartition("/")[2] if found else None

    def codes(self, predicate: str) -> tuple[str, ...]:
        return tuple(str(value).rpartition("/")[2] for value in self.all(predicate))

    def level(self) -> int | None:
        code = self.code("sw:level")
        return int(code) if code and code.isdigit() else None

    def amount(self, predicate: str, *, note: str | None = None) -> Amount | None:
        value = self.number(predicate)
        return None if value is None else Amount(value, self.status(predicate), note=note)

    @property
    def label(self) -> str:
        return self.text("skos:prefLabel") or self.id

    @property
    def source(self) -> Source:
        status = Status(
            min((str(v).removeprefix(str(SW)) for v in self.values[SW.status]), key=lambda s: _RANK[Status(s)])
        )
        return Source(self.id, self.text("dcterms:source") or "", self.text("sw:asOf"), status, self.text("sw:note"))


def _things(store: GraphStore, name: str) -> dict[str, _Thing]:
    found: dict[str, _Thing] = {}
    rows = store.select("SELECT ?class ?thing ?p ?o WHERE { ?thing a ?class ; ?p ?o }", {"class": SW[name]})
    for row in rows:
        thing, predicate, value = row["thing"], row["p"], row["o"]
        if isinstance(thing, URIRef) and isinstance(predicate, URIRef) and value is not None:
            one = found.setdefault(id_of(thing), _Thing(id_of(thing)))
            if value not in one.values[predicate]:
                one.values[predicate].append(value)
    return dict(sorted(found.items()))


def _add_statuses(store: GraphStore, groups: Iterable[dict[str, _Thing]]) -> None:
    by_id = {id: thing for group in groups for id, thing in group.items()}
    query = """
        SELECT ?s ?p ?o ?status WHERE {
            ?statement a sw:Statement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; sw:status ?status }"""
    for row in store.select(query):
        thing = by_id.get(id_of(row["s"] or ""))
        if thing is None:
            continue
        key, status = (row["p"], row["o"]), Status(str(row["status"]).removeprefix(str(SW)))
        before = thing.statuses.get(key)  # type: ignore[arg-type]
        thing.statuses[key] = status if before is None else min(before, status, key=_RANK.__getitem__)  # type: ignore[index]


class _Reader:
    """Turns the things of a release into steps."""

    def __init__(self, store: GraphStore) -> None:
        self.store = store
        self.roles = _things(store, "Role")
        self.awards = _things(store, "Qualification")
        self.units = _things(store, "Unit")
        self.types = _things(store, "ProvisionType")
        self.progressions = _things(store, "Progression")
        self.opportunities = _things(store, "LearningOpportunity")
        self.deliveries = _things(store, "Delivery")
        self.providers = _things(store, "Provider")
        self.sites = _things(store, "Site")
        self.evidence = _things(store, "DeliveryEvidence")
        self.gaps = _things(store, "KnowledgeGap")
        self.rules = _things(store, "CombinationRule")
        self.groups = (
            self.roles, self.awards, self.units, self.types, self.progressions, self.opportunities, self.deliveries,
            self.providers, self.sites, self.evidence, self.gaps, self.rules,
        )  # fmt: skip
        _add_statuses(store, self.groups)

    def requirement(self, thing: _Thing, predicate: str = "sw:entryRequirement") -> Requirement | None:
        node = thing.first(predicate)
        return requirement_from(self.store.describe(URIRef(node)), URIRef(node)) if node is not None else None

    def links_into(self, target: str) -> tuple[Link, ...]:
        return tuple(
            Link(p.id, origin, p.text("sw:conditionNote"), p.source)
            for p in self.progressions.values()
            if p.thing("sw:progressionTo") == target and (origin := p.thing("sw:progressionFrom"))
        )

    def months(self, thing: _Thing, duration_of: str, id: str) -> Amount | None:
        """A length in weeks from a progression, when the progression's length is of the kind asked for."""
        months = thing.text("sw:durationMonths")
        if months is None or thing.code("sw:durationOf") != duration_of:
            return None
        return Amount(weeks_of_months(float(months)), thing.status("sw:durationMonths"), note=f"{months} months ({id})")

    def apprenticeship_steps(self) -> Iterable[Step]:
        """One for each role whose standard is open to apprentices."""
        kind = self.types.get(APPRENTICESHIP)
        if kind is None:
            return
        into = {
            p.thing("sw:progressionTo"): p
            for p in self.progressions.values()
            if p.thing("sw:progressionFrom") == APPRENTICESHIP
        }
        for role in self.roles.values():
            standard, state = role.text("sw:standardReference"), role.text("sw:standardStatus")
            published = into.get(role.id)
            if not standard or not standard.startswith("ST") or state in _NOT_DELIVERED:
                continue
            general = self.requirement(kind)
            own = self.requirement(published) if published else None
            usual: Requirement = (
                Usually(LevelHeld(role.level() - 1), "employer") if (role.level() or 0) > 2 else NOTHING
            )  # type: ignore[operator]
            statuses = [role.source.status, *([published.source.status] if published else [Status.INFERRED])]
            yield Step(
                id=f"{APPRENTICESHIP}/{role.id}",
                kind=StepKind.APPRENTICESHIP,
                title=f"{role.label} apprenticeship ({standard}{f', level {role.level()}' if role.level() else ''})",
                about=(role.id, APPRENTICESHIP),
                level=role.level(),
                requirement=write(
                    AllOf(tuple(r for r in (general, own if published else usual) if r and r != NOTHING))
                ),
                requirement_known=published is not None,
                gives=(f"works-as:{role.id}", *([f"level:{role.level()}"] if role.level() else [])),
                conditions=tuple(
                    dict.fromkeys(
                        (*kind.codes("sw:condition"), *(published.codes("sw:condition") if published else ()))
                    )
                ),
                weeks=self.apprenticeship_weeks(role, published),
                cost=kind.amount("sw:learnerCost", note="the employer and public money pay for the training"),
                hours_per_week=None,
                status=worst(statuses),
                sources=tuple(t.source for t in (role, kind, published) if t),
                links=self.links_into(APPRENTICESHIP),
                condition_note=published.text("sw:conditionNote") if published else role.text("sw:entryNote"),
            )

    def apprenticeship_weeks(self, role: _Thing, published: _Thing | None) -> Amount | None:
        gateway, assessment = role.number("sw:monthsToGateway"), role.number("sw:assessmentMonths")
        if gateway is None:
            return self.months(published, "step", published.id) if published else None
        said = f"{gateway} months to gateway" + (
            f" and {assessment} of assessment" if assessment else "; assessment comes on top, length not known"
        )
        return Amount(
            weeks_of_months(gateway + (assessment or 0)), role.status("sw:monthsToGateway"), assessment is None, said
        )

    def study_steps(self) -> Iterable[Step]:
        """One for each award that people can enrol on now."""
        for award in self.awards.values():
            if award.code("sw:currency") != "current" or award.text("sw:realAward") != "true":
                continue
            kind = self.types.get(award.thing("sw:provisionType") or "")
            own, level = self.requirement(award), award.level()
            general = self.requirement(kind) if kind else None
            usual: Requirement = Usually(LevelHeld(level - 1), "provider") if level and level > 2 else NOTHING
            links = self.links_into(award.id)
            weeks = award.amount("sw:durationWeeks", note=award.text("sw:typicalDuration"))
            if weeks is None:
                weeks = next(
                    (
                        m
                        for p in self.progressions.values()
                        if p.thing("sw:progressionFrom") == award.id and (m := self.months(p, "from", p.id))
                    ),
                    None,
                )
            requirement = own if own is not None else AllOf(tuple(r for r in (general, usual) if r and r != NOTHING))
            foundation = award.thing("sw:provisionType") == "PT-FAPPR"
            yield Step(
                id=award.id,
                kind=StepKind.APPRENTICESHIP if foundation else StepKind.STUDY,
                title=award.label,
                about=(award.id, *([kind.id] if kind else [])),
                level=level,
                requirement=write(requirement),
                requirement_known=own is not None,
                gives=(f"award:{award.id}",),
                conditions=kind.codes("sw:condition") if kind else (),
                weeks=weeks,
                cost=kind.amount("sw:learnerCost") if kind else None,
                hours_per_week=award.number("sw:hoursPerWeek"),
                status=worst(
                    [award.source.status, award.status("sw:entryRequirement") if own is not None else Status.INFERRED]
                ),
                sources=tuple(t.source for t in (award, kind) if t),
                links=links,
                condition_note=award.text("sw:entryNote"),
            )

    def programme_steps(self) -> Iterable[Step]:
        """One for each type of provision that leads on without an award of its own."""
        sources = {p.thing("sw:progressionFrom") for p in self.progressions.values()}
        with_award = {award.thing("sw:provisionType") for award in self.awards.values()}
        for kind in self.types.values():
            if kind.id not in sources or kind.id in _PROGRAMMES_WITH_NO_STEP or kind.id in with_award:
                continue
            own = self.requirement(kind)
            weeks = kind.amount("sw:maximumWeeks", note="the longest it may be; a run can be shorter")
            yield Step(
                id=kind.id,
                kind=StepKind.PROGRAMME,
                title=kind.label,
                about=(kind.id,),
                level=None,
                requirement=write(own if own is not None else NOTHING),
                requirement_known=own is not None,
                gives=(f"completed:{kind.id}",),
                conditions=kind.codes("sw:condition"),
                weeks=weeks,
                cost=kind.amount("sw:learnerCost"),
                hours_per_week=None,
                status=kind.source.status,
                sources=(kind.source,),
                links=self.links_into(kind.id),
                condition_note=kind.text("sw:awardOrCredit"),
            )

    def job_steps(self) -> Iterable[Step]:
        """One for each progression into a role that is not an apprenticeship, and each bare `progresses to`."""
        told = set()
        for link in self.progressions.values():
            role, origin = self.roles.get(link.thing("sw:progressionTo") or ""), link.thing("sw:progressionFrom")
            if role is None or origin == APPRENTICESHIP:
                continue
            told.add((origin, role.id))
            brought: Requirement = NOTHING
            if origin in self.roles:
                brought = WorksAs(origin)
            elif origin in self.awards:
                brought = Holds(origin)
            elif origin in self.types:
                brought = Completed(origin)
            own = self.requirement(link)
            weeks = self.months(link, "step", link.id)
            if weeks is None and origin not in self.roles:
                weeks = Amount(0, Status.INFERRED, True, "finding a vacancy takes time that is not counted")
            yield Step(
                id=link.id,
                kind=StepKind.JOB,
                title=f"Start work as {_lower_first(role.label)}",
                about=(role.id, *([origin] if origin else [])),
                level=role.level(),
                requirement=write(AllOf(tuple(r for r in (brought, own) if r and r != NOTHING))),
                requirement_known=link.text("sw:conditionNote") is not None or own is not None,
                gives=(f"works-as:{role.id}",),
                conditions=tuple(dict.fromkeys((*link.codes("sw:condition"), "vacancy-needed"))),
                weeks=weeks,
                cost=Amount(0, Status.INFERRED, note="a job is not paid for"),
                hours_per_week=None,
                status=link.source.status,
                sources=(link.source, role.source),
                condition_note=link.text("sw:conditionNote"),
            )
        for role in self.roles.values():
            for value in role.all("sw:progressesTo"):
                target = self.roles.get(id_of(value))
                if target is None or (role.id, target.id) in told:
                    continue
                status = role.status("sw:progressesTo", value)
                yield Step(
                    id=f"{role.id}/{target.id}",
                    kind=StepKind.JOB,
                    title=f"Move on to work as {_lower_first(target.label)}",
                    about=(target.id, role.id),
                    level=target.level(),
                    requirement=write(WorksAs(role.id)),
                    requirement_known=False,
                    gives=(f"works-as:{target.id}",),
                    conditions=("vacancy-needed",),
                    weeks=None,
                    cost=Amount(0, Status.INFERRED, note="a job is not paid for"),
                    hours_per_week=None,
                    status=status,
                    sources=(role.source,),
                )

    def offers(self, steps: dict[str, Step]) -> Iterable[Offer]:
        """Runs seen on a provider's page, tied to the step they deliver."""
        by_standard = {t.text("sw:standardReference"): f"{APPRENTICESHIP}/{t.id}" for t in self.roles.values()}
        for run in self.deliveries.values():
            thing = self.opportunities.get(run.thing("sw:runOf") or "")
            if thing is None:
                continue
            kind = thing.thing("sw:provisionType") or ""
            step = thing.thing("sw:leadsToAward") or ""
            if step not in steps:
                step = (
                    by_standard.get(thing.text("sw:standardReference") or "-", kind)
                    if kind in (APPRENTICESHIP, "")
                    else kind
                )
            if step not in steps:
                continue
            site = self.sites.get(run.thing("sw:at") or "")
            yield Offer(
                id=run.id,
                opportunity=thing.id,
                step=step,
                title=thing.label,
                provider=thing.thing("sw:offeredBy") or "",
                site=site.label if site else None,
                town=site.text("schema:addressLocality") if site else None,
                postcode=site.text("schema:postalCode") if site else None,
                starts=tuple(str(v) for v in run.all("sw:startDate")),
                weeks=run.number("sw:durationWeeks"),
                hours_per_week=run.number("sw:hoursPerWeek"),
                cost_pounds=run.number("sw:learnerCost"),
                study_mode=run.code("sw:studyMode"),
                attendance=run.code("sw:attendance"),
                delivery_mode=run.code("sw:deliveryMode"),
                sold_separately=thing.code("sw:unitsSoldSeparately"),
                source=run.source,
            )

    def read(self) -> Projection:
        parts = (self.apprenticeship_steps(), self.study_steps(), self.programme_steps(), self.job_steps())
        steps = {step.id: step for part in parts for step in part}
        award_rules = defaultdict(list)
        for rule in self.rules.values():
            if (text := self.requirement(rule, "sw:awardRequirement")) is not None:
                award_rules[rule.thing("sw:ruleOf")].append(write(text))
        return Projection(
            steps=tuple(sorted(steps.values(), key=lambda s: s.id)),
            offers=tuple(self.offers(steps)),
            evidence=tuple(
                Evidence(
                    e.id,
                    e.thing("sw:evidenceAbout") or "",
                    provider,
                    e.text("sw:period") or "",
                    e.code("sw:productKind") or "",
                    e.number("sw:leavers"),
                    e.text("sw:suppressed") == "true",
                    e.source,
                )  # fmt: skip
                for e in self.evidence.values()
                if (provider := e.thing("sw:evidenceOfProvider"))
            ),
            roles={
                r.id: RoleFacts(
                    r.id,
                    r.label,
                    r.level(),
                    r.status("sw:level"),
                    r.codes("sw:sector"),
                    r.text("sw:sectorPart"),
                    r.text("sw:payBandLabel"),
                    r.source,
                )  # fmt: skip
                for r in self.roles.values()
            },
            awards={
                a.id: AwardFacts(a.id, a.label, a.level(), a.number("sw:credits"), tuple(award_rules[a.id]), a.source)
                for a in self.awards.values()
            },
            units={
                u.id: UnitFacts(
                    u.id,
                    u.label,
                    u.thing("sw:unitOf"),
                    u.level(),
                    u.number("sw:credits"),
                    u.code("sw:unitRole"),
                    u.source,
                )
                for u in self.units.values()
            },
            gaps=tuple(
                Gap(
                    g.id,
                    g.things("sw:gapAbout"),
                    g.label,
                    g.text("sw:lookedForOn") or "",
                    g.text("sw:askWhom"),
                    g.source,
                )
                for g in self.gaps.values()
            ),
            labels={
                id: thing.text("skos:altLabel") if group is self.awards and thing.text("skos:altLabel") else thing.label
                for group in self.groups
                for id, thing in group.items()
            },  # type: ignore[misc]
            conditions={
                str(row["c"]).rpartition("/")[2]: str(row["note"])
                for row in self.store.select(
                    "SELECT ?c ?scheme ?note WHERE { ?c skos:inScheme ?scheme ; skos:scopeNote ?note }",
                    {"scheme": URIRef(f"{CONCEPT}condition")},
                )
            },
            illustrative=any(t.source.status is Status.ILLUSTRATIVE for group in self.groups for t in group.values()),
        )


def _lower_first(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def project(store: GraphStore) -> Projection:
    """Read a release's graph into plain values for the planner."""
    return _Reader(store).read()
