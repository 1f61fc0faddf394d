"""Read a release's graph into the plain values that the planner works on."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from rdflib import URIRef

from graph.columns import Columns, Thing
from graph.projection import (
    FORMAT,
    RANK,
    Amount,
    AwardFacts,
    CompetencyFacts,
    Course,
    Evidence,
    Gap,
    Link,
    Offer,
    Projection,
    RoleFacts,
    SkillLink,
    Status,
    Step,
    StepKind,
    Transfer,
    UnitFacts,
    UnitOutcome,
    worst,
)
from graph.requirements import (
    NOTHING,
    AllOf,
    Completed,
    Holds,
    LevelHeld,
    Requirement,
    Usually,
    WorksAs,
    parse,
    write,
)
from graph.store import GraphStore, plain
from ontology.namespaces import CONCEPT

APPRENTICESHIP: Final = "PT-APPR"
WEEKS_PER_MONTH: Final = 365.25 / 12 / 7

_PROGRAMMES_WITH_NO_STEP: Final = {APPRENTICESHIP, "PT-FAPPR", "PT-AUNIT"}
_LEVEL_BELOW: Final = {3: 2, 4: 3, 5: 3, 6: 3, 7: 6, 8: 7}
"""The level usually asked for at entry to a level: what a person is planned to need when no entry rule was found."""

_CLASSES: Final = (
    *("Role", "Qualification", "Unit", "ProvisionType", "Progression", "LearningOpportunity", "Delivery", "Provider"),
    *("Site", "DeliveryEvidence", "KnowledgeGap", "CombinationRule", "CreditTransfer", "LearningOutcome", "Competency"),
    "CompetencyLink",
)
_AT_ONCE: Final = Amount(0, Status.INFERRED, True, "finding a vacancy takes time that is not counted")
_NOT_DELIVERED: Final = {"in development when crawled"}


def weeks_of_months(months: float) -> int:
    """Calendar weeks in so many months, rounded: 12 → 52, 8 → 35.

    >>> weeks_of_months(12), weeks_of_months(8), weeks_of_months(24)
    (52, 35, 104)
    """
    return round(months * WEEKS_PER_MONTH)


class _Reader:
    """Turns the things of a release into steps."""

    def __init__(self, store: GraphStore) -> None:
        self.store = store
        kinds = Columns(store, _CLASSES).kinds
        self.units, self.types, self.progressions = kinds["Unit"], kinds["ProvisionType"], kinds["Progression"]
        self.opportunities, self.deliveries = kinds["LearningOpportunity"], kinds["Delivery"]
        self.evidence, self.gaps, self.rules = (
            kinds["DeliveryEvidence"],
            kinds["KnowledgeGap"],
            kinds["CombinationRule"],
        )
        self.transfers, self.outcomes = kinds["CreditTransfer"], kinds["LearningOutcome"]
        self.skill_links = kinds["CompetencyLink"]
        self.roles, self.competencies = _of_tables(kinds["Role"]), _of_tables(kinds["Competency"])
        self.offered = _named_by(self.opportunities, "sw:leadsToAward")
        self.awards = _of_tables(kinds["Qualification"], self.offered)
        self.providers = _of_tables(kinds["Provider"], _named_by(self.opportunities, "sw:offeredBy"))
        self.sites = _of_tables(kinds["Site"], _named_by(self.deliveries, "sw:at"))
        self.groups = (
            self.roles, self.awards, self.units, self.types, self.progressions, self.opportunities, self.deliveries,
            self.providers, self.sites, self.evidence, self.gaps, self.rules, self.transfers,
        )  # fmt: skip
        self.into_apprenticeship = {
            p.thing("sw:progressionTo"): p
            for p in self.progressions.values()
            if p.thing("sw:progressionFrom") == APPRENTICESHIP
        }
        self.same_award = _same(self.awards, "sw:qualificationNumber", "QAN-")
        self.same_provider = _same(self.providers, "sw:ukprn", "UKPRN-")
        sectors = (code for role in self.roles.values() for code in role.codes("sw:sector"))
        self.sector_words = {word for code in sectors for word in _words(code)}
        texts = store.rows("SELECT ?rule ?text WHERE { ?rule sw:requirementText ?text }")
        self.rule_texts = {rule: plain(text) for rule, text in texts}

    def requirement(self, thing: Thing, predicate: str = "sw:entryRequirement") -> Requirement | None:
        node = thing.first(predicate)
        return parse(self.rule_texts[node]) if node is not None else None

    def evidence_about(self, evidence: Thing) -> Sequence[str]:
        """What a figure is about, by our own ids; "" for a row of ours that names nothing.

        A published file has figures of the whole country: those about nothing that we describe are left out.
        """
        about = [self.same_award.get(id, id) for id in evidence.things("sw:evidenceAbout")]
        if evidence.first("dcterms:source") is not None:
            return about or [""]
        return [id for id in about if id in self.roles or id in self.awards]

    def links_into(self, target: str) -> tuple[Link, ...]:
        return tuple(
            Link(p.id, origin, p.text("sw:conditionNote"), p.source)
            for p in self.progressions.values()
            if p.thing("sw:progressionTo") == target
            and (origin := p.thing("sw:progressionFrom"))
            and p.text("sw:guess") != "true"
        )

    def months(self, thing: Thing, duration_of: str, id: str) -> Amount | None:
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
        for role in filter(self.has_apprenticeship, self.roles.values()):
            published = self.into_apprenticeship.get(role.id)
            general = self.requirement(kind)
            own = self.requirement(published) if published else None
            statuses = [role.source.status, *([published.source.status] if published else [Status.INFERRED])]
            yield Step(
                id=f"{APPRENTICESHIP}/{role.id}",
                kind=StepKind.APPRENTICESHIP,
                title=f"{role.label} apprenticeship ({', '.join(_standard_and_level(role))})",
                about=(role.id, APPRENTICESHIP),
                level=role.level(),
                requirement=write(_together(general, own if published else _floor(role.level()))),
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
                links=(*self.links_into(APPRENTICESHIP), *self.links_into(role.id)),
                condition_note=published.text("sw:conditionNote") if published else role.text("sw:entryNote"),
                requirement_status=_entry_status(published is not None, published, kind if general else None),
            )

    def apprenticeship_weeks(self, role: Thing, published: Thing | None) -> Amount | None:
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
        """One for each award that people can enrol on now; of a register, what a course leads to.

        A row of the register about an award that a table describes adds no step: see `same_award`.
        """
        for award in self.awards.values():
            if not self.is_open(award):
                continue
            if award.id in self.same_award and self.is_open(self.awards[self.same_award[award.id]]):
                continue
            kind = self.types.get(award.thing("sw:provisionType") or "")
            own, level = self.requirement(award), award.level()
            general = self.requirement(kind) if kind else None
            links = self.links_into(award.id)
            weeks = award.amount("sw:durationWeeks", note=award.text("sw:typicalDuration"))
            requirement = own if own is not None else _together(general, _floor(level))
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
                hours_per_week=award.hours("sw:hoursPerWeek"),
                status=worst(
                    [award.source.status, award.status("sw:entryRequirement") if own is not None else Status.INFERRED]
                ),
                sources=tuple(t.source for t in (award, kind) if t),
                links=links,
                condition_note=award.text("sw:entryNote"),
                requirement_status=_entry_status(own is not None, award),
            )

    def unit_steps(self) -> Iterable[Step]:
        """One for each unit of an open award that somebody offers alone: credit to step off with, and to build on.

        What the award asks at entry is asked for a unit of it too. It is as sure as that somebody offers it alone, and
        taken to be as long, as heavy and as dear as in the run that starts last, of the surest.
        """
        alone = defaultdict[str, list[Thing]](list)
        for course in self.opportunities.values():
            alone[course.thing("sw:singleUnit") or ""].append(course)
        for unit in (self.units[id] for id in sorted(alone.keys() & self.units.keys())):
            award = self.awards.get(unit.thing("sw:unitOf") or "")
            if award is None or not self.is_open(award):
                continue
            courses = alone[unit.id]
            surest = min((course.source for course in courses), key=lambda source: RANK[source.status])
            runs = [run for course in courses for run in self.runs_of.get(course.id, ())]
            last = max(runs, key=_how_sure_and_late, default=None)
            before, at_entry = self.requirement(unit), self.requirement(award)
            level = unit.level() or award.level()
            known = before is not None and at_entry is not None
            asked = _together(before, at_entry if at_entry is not None else _floor(award.level()))
            yield Step(
                id=unit.id,
                kind=StepKind.STUDY,
                title=f"{unit.label} (unit of {award.short_label})",
                about=(unit.id,),
                level=level,
                requirement=write(asked),
                requirement_known=known,
                gives=(f"unit:{unit.id}",),
                conditions=(),
                weeks=_as_in(last, "sw:durationWeeks"),
                cost=_as_in(last, "sw:learnerCost"),
                hours_per_week=last.hours("sw:hoursPerWeek") if last else None,
                status=worst([unit.source.status, award.source.status, surest.status]),
                sources=(unit.source, award.source, surest, *([last.source] if last else [])),
                links=self.links_into(unit.id),
                condition_note=award.text("sw:entryNote"),
                requirement_status=_entry_status(known, unit, award),
            )

    @cached_property
    def runs_of(self) -> Mapping[str, list[Thing]]:
        """The runs of each course, by its id."""
        found = defaultdict[str, list[Thing]](list)
        for run in self.deliveries.values():
            found[run.thing("sw:runOf") or ""].append(run)
        return found

    @staticmethod
    def is_open(award: Thing) -> bool:
        """Whether people can still be entered for an award that somebody really awards."""
        return award.code("sw:currency") == "current" and award.text("sw:realAward") == "true"

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
                requirement_status=_entry_status(own is not None, kind),
            )

    def job_steps(self) -> Iterable[Step]:
        """One for each progression into a role that is not an apprenticeship.

        A mere guess of ours, and a bare `progresses to` of a role, are records and never steps. A move that takes
        training is the role's apprenticeship when that has an entry rule of its own, and else takes as long as it.
        """
        for link in self.progressions.values():
            role, origin = self.roles.get(link.thing("sw:progressionTo") or ""), link.thing("sw:progressionFrom")
            if role is None or origin == APPRENTICESHIP or link.text("sw:guess") == "true":
                continue
            brought: Requirement = NOTHING
            if origin in self.roles:
                brought = WorksAs(origin)
            elif origin in self.awards:
                brought = Holds(origin)
            elif origin in self.types:
                brought = Completed(origin)
            own = self.requirement(link)
            known = own is not None or (brought != NOTHING and link.text("sw:conditionNote") is not None)
            trained = self.trains_on_the_way(origin, role)
            if trained and role.id in self.into_apprenticeship and self.has_apprenticeship(role):
                continue
            yield Step(
                id=link.id,
                kind=StepKind.JOB,
                title=f"{'Train on the job' if trained else 'Start work'} as {_lower_first(role.label)}",
                about=(role.id, *([origin] if origin else [])),
                level=role.level(),
                requirement=write(_together(brought, own)),
                requirement_known=known,
                gives=(f"works-as:{role.id}",),
                conditions=tuple(dict.fromkeys((*link.codes("sw:condition"), "vacancy-needed"))),
                weeks=self.training_weeks(link, role) if trained else _AT_ONCE,
                cost=Amount(0, Status.INFERRED, note="a job is not paid for"),
                hours_per_week=None,
                status=link.source.status,
                sources=(link.source, role.source),
                condition_note=link.text("sw:conditionNote"),
                requirement_status=_entry_status(known, link),
            )

    def trains_on_the_way(self, origin: str | None, role: Thing) -> bool:
        """Whether training comes between: from one role to another, and from an award below the role's level."""
        award = self.awards.get(origin or "")
        return origin in self.roles or (award is not None and (role.level() or 0) > (award.level() or 0))

    def training_weeks(self, link: Thing, role: Thing) -> Amount | None:
        """How long the training for a role takes: as its apprenticeship (our inference), else as the link says."""
        own = self.apprenticeship_weeks(role, None) if self.has_apprenticeship(role) else None
        linked = self.months(link, "step", link.id)
        if own is None:
            return linked
        note = f"taken to be as long as its apprenticeship: {own.note}"
        if linked is not None and linked.value != own.value:
            note += f"; sources disagree: {linked.note}"
        return replace(own, status=worst([own.status, Status.INFERRED]), note=note)

    def has_apprenticeship(self, role: Thing) -> bool:
        """Whether a role has a standard that apprentices can be trained to."""
        standard = role.text("sw:standardReference") or ""
        return standard.startswith("ST") and role.text("sw:standardStatus") not in _NOT_DELIVERED

    def offers(self, steps: dict[str, Step]) -> Iterable[Offer]:
        """Runs seen on a provider's page or in a directory, tied to the step they deliver.

        A flexible start is any day, so its date is not one to wait for. A run that has a date which nobody tells cannot
        be planned; see `queries.incomplete`.
        """
        for run in self.deliveries.values():
            thing = self.opportunities.get(run.thing("sw:runOf") or "")
            if thing is None or (step := self.step_of(thing, steps)) is None:
                continue
            flexible = run.text("sw:flexibleStart")
            starts = () if flexible == "true" else run.texts("sw:startDate")
            if flexible == "false" and not starts:
                continue
            provider = thing.thing("sw:offeredBy") or ""
            site = self.sites.get(run.thing("sw:at") or "")
            yield Offer(
                id=run.id,
                opportunity=thing.id,
                step=step,
                title=thing.label,
                provider=self.same_provider.get(provider, provider),
                site=site.label if site else None,
                town=site.text("schema:addressLocality") if site else None,
                postcode=site.text("schema:postalCode") if site else None,
                starts=starts,
                weeks=run.number("sw:durationWeeks"),
                hours_per_week=run.hours("sw:hoursPerWeek"),
                cost_pounds=run.number("sw:learnerCost"),
                study_mode=run.code("sw:studyMode"),
                attendance=run.code("sw:attendance"),
                delivery_mode=run.code("sw:deliveryMode"),
                sold_separately=thing.code("sw:unitsSoldSeparately"),
                source=run.source,
                flexible=flexible == "true",
            )

    def step_of(self, course: Thing, steps: Mapping[str, Step]) -> str | None:
        """The step that a course delivers: a single unit, its award, the apprenticeship of its standard, its programme.

        A programme is not tied to one subject, so of a directory that says the sector of a course only those count
        whose sector shares a word with the sectors of our roles.
        """
        if (unit := course.thing("sw:singleUnit")) is not None:
            return unit if unit in steps else None
        kind = course.thing("sw:provisionType") or ""
        award = course.thing("sw:leadsToAward") or ""
        for id in (award, self.same_award.get(award, "")):
            if id in steps:
                return id
        if kind in (APPRENTICESHIP, ""):
            kind = self.by_standard.get(course.text("sw:standardReference") or "-", kind)
        sector = course.text("sw:courseSector")
        apart = sector is not None and not self.sector_words.intersection(_words(sector))
        return kind if kind in steps and not apart else None

    @cached_property
    def by_standard(self) -> dict[str | None, str]:
        """The apprenticeship of each standard, by its reference."""
        return {t.text("sw:standardReference"): f"{APPRENTICESHIP}/{t.id}" for t in self.roles.values()}

    def read(self) -> Projection:
        parts = (
            self.apprenticeship_steps(),
            self.study_steps(),
            self.unit_steps(),
            self.programme_steps(),
            self.job_steps(),
        )
        steps = {step.id: step for part in parts for step in part}
        award_rules, printed_rules = defaultdict(list), defaultdict(list)
        rules_status: dict[str | None, Status] = {}
        for rule in self.rules.values():
            if (text := self.requirement(rule, "sw:awardRequirement")) is not None:
                of = rule.thing("sw:ruleOf")
                award_rules[of].append(write(text))
                said = worst([rule.source.status, rule.status("sw:awardRequirement")])
                rules_status[of] = worst([said, rules_status.get(of, said)])
            else:
                printed_rules[rule.thing("sw:ruleOf")].append(rule.text("skos:definition") or "")
        return Projection(
            steps=tuple(sorted(steps.values(), key=lambda s: s.id)),
            offers=tuple(self.offers(steps)),
            evidence=tuple(
                Evidence(
                    e.id,
                    about,
                    provider,
                    e.text("sw:period") or "",
                    e.code("sw:productKind") or "",
                    e.number("sw:leavers"),
                    e.text("sw:suppressed") == "true",
                    float(rate) if (rate := e.text("sw:achievementRate")) else None,
                    e.source,
                )
                for e in self.evidence.values()
                if (provider := e.thing("sw:evidenceOfProvider"))
                for about in self.evidence_about(e)
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
                )
                for r in self.roles.values()
            },
            awards={
                a.id: AwardFacts(
                    a.id,
                    a.label,
                    a.level(),
                    a.number("sw:credits"),
                    tuple(award_rules[a.id]),
                    a.source,
                    kind=a.thing("sw:provisionType"),
                    current=a.code("sw:currency") == "current",
                    real=a.text("sw:realAward") == "true",
                    awarding_body=a.text("sw:awardingBody"),
                    technical_mark=a.text("sw:htqStatus"),
                    printed_rules=tuple(printed_rules[a.id]),
                    rules_status=rules_status.get(a.id, Status.PUBLISHED),
                    credits_status=a.status("sw:credits"),
                )
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
                    number=u.text("skos:notation"),
                    themes=tuple(sorted(u.texts("sw:theme"))),
                    entry_rule=write(asked) if (asked := self.requirement(u)) is not None else None,
                    credits_status=u.status("sw:credits"),
                )
                for u in self.units.values()
            },
            types={t.id: _level_of_award(t.text("sw:awardOrCredit")) for t in self.types.values()},
            transfers=tuple(
                Transfer(
                    t.id,
                    t.thing("sw:transferFrom"),
                    t.thing("sw:transferTo"),
                    t.number("sw:credits"),
                    t.text("sw:automatic") == "true",
                    t.text("sw:conditionNote") or "",
                    t.source,
                    provider=t.thing("sw:transferAt"),
                )
                for t in self.transfers.values()
            ),
            gaps=tuple(
                Gap(
                    g.id,
                    g.things("sw:gapAbout"),
                    g.label,
                    g.text("sw:lookedForOn") or "",
                    g.text("sw:askWhom"),
                    g.source,
                    g.codes("sw:leavesOpen"),
                )
                for g in self.gaps.values()
            ),
            labels={id: thing.short_label for group in self.groups for id, thing in group.items()},
            conditions=self.conditions(),
            illustrative=any(t.source.status is Status.ILLUSTRATIVE for group in self.groups for t in group.values()),
            outcomes=tuple(self.unit_outcomes()),
            competencies=tuple(self.competency_facts()),
            courses=tuple(self.courses()),
            format=FORMAT,
            same_provider=self.same_provider,
        )

    def conditions(self) -> dict[str, str]:
        """What must happen beside the learner's own record before a step, by code."""
        query = "SELECT ?c ?scheme ?note WHERE { ?c skos:inScheme ?scheme ; skos:scopeNote ?note }"
        rows = self.store.rows(query, {"scheme": URIRef(f"{CONCEPT}condition")})
        return {plain(code).rpartition("/")[2]: plain(note) for code, _, note in sorted(rows)}

    def unit_outcomes(self) -> list[UnitOutcome]:
        """What each unit's learners can do, in the order of the units and of their lists."""
        found = [
            UnitOutcome(
                o.id, o.thing("sw:outcomeOf") or "", o.number("sw:outcomeNumber"), o.label, o.text("sw:theme"), o.source
            )
            for o in self.outcomes.values()
        ]
        return sorted(found, key=lambda o: (o.unit, o.number or 0, o.id))

    def competency_facts(self) -> Iterable[CompetencyFacts]:
        """Every competency, with the skills of public vocabularies that it was linked to."""
        links = defaultdict(list)
        for link in self.skill_links.values():
            links[link.thing("sw:linkFrom")].append(
                SkillLink(link.text("sw:linkTarget") or "", link.label, link.code("sw:linkRelation") or "")
            )
        for c in self.competencies.values():
            yield CompetencyFacts(
                c.id,
                c.thing("sw:requiredBy"),
                c.thing("sw:outcomeOf"),
                c.text("sw:standardReference") or "",
                c.text("skos:notation"),
                c.code("sw:competencyKind") or "",
                c.label,
                c.text("sw:theme"),
                c.code("sw:currency") == "current",
                tuple(links[c.id]),
                c.source,
            )

    def courses(self) -> Iterable[Course]:
        """What providers offer, with the starts and the price that were last seen of any of its runs."""
        for c in self.opportunities.values():
            own, runs = self.requirement(c), self.runs_of.get(c.id, ())
            prices = [price for run in runs if (price := run.number("sw:learnerCost")) is not None]
            yield Course(
                c.id,
                c.label,
                self.same_provider.get(provider := c.thing("sw:offeredBy") or "", provider),
                c.thing("sw:provisionType"),
                self.same_award.get(award := c.thing("sw:leadsToAward") or "", award) or None,
                c.status("sw:leadsToAward"),
                c.level(),
                write(own) if own is not None else None,
                c.text("sw:entryNote"),
                c.code("sw:unitsSoldSeparately") or "unknown",
                tuple(sorted({said for run in runs for said in run.texts("sw:startDate")})),
                min(prices, default=None),
                c.source,
            )


def _of_tables(things: Mapping[str, Thing], used: Collection[str] = ()) -> dict[str, Thing]:
    """The things that a row of our tables describes, and those that are used; not all that a national register has.

    A row of a table names its source; what a register has is from the register as a whole.
    """
    return {id: one for id, one in things.items() if id in used or one.first("dcterms:source") is not None}


def _named_by(things: Mapping[str, Thing], predicate: str) -> set[str]:
    """The ids that a property of these things names."""
    return {id for thing in things.values() for id in thing.things(predicate)}


def _same(things: Mapping[str, Thing], number: str, prefix: str) -> dict[str, str]:
    """What the things of a register (their ids are a prefix and the number) are in our tables, if one row has it."""
    found: dict[str, list[str]] = defaultdict(list)
    for thing in things.values():
        if not thing.id.startswith(prefix) and (said := thing.text(number)):
            found[prefix + said.replace("/", "").upper()].append(thing.id)
    return {id: rows[0] for id, rows in found.items() if len(rows) == 1}


def _entry_status(known: bool, *things: Thing | None) -> Status:
    """How sure the least sure of some entry rules is, or the row of a thing without one; ours where none is known."""
    return worst(thing.status("sw:entryRequirement") for thing in things if thing and known)


def _words(text: str) -> set[str]:
    """The words of a name that tell something: of “Health and social care” health, social and care."""
    return {word for word in re.findall(r"[a-z]+", text.casefold()) if len(word) > 3}


def _level_of_award(said: str | None) -> int | None:
    """The level in “level 3 qualification” or “120 credits at level 4”; None for a standard, a unit or nothing."""
    found = re.search(r"level (\d)", said or "")
    return int(found[1]) if found and "standard" not in (said or "") else None


def _standard_and_level(role: Thing) -> list[str]:
    return [role.text("sw:standardReference") or "", *([f"level {role.level()}"] if role.level() else [])]


def _floor(level: int | None) -> Requirement:
    """What is planned to be needed at a level when no entry rule was found.

    At level 3 it is no bar, since most people hold level 2 and few think to say so; at level 2 and below it is nothing.
    """
    if level not in _LEVEL_BELOW:
        return NOTHING
    needed = LevelHeld(_LEVEL_BELOW[level])
    return Usually(needed, "provider") if level == 3 else needed


def _together(*parts: Requirement | None) -> Requirement:
    """All of the parts that ask for something."""
    asked = tuple(part for part in parts if part is not None and part != NOTHING)
    return asked[0] if len(asked) == 1 else AllOf(asked)


def _how_sure_and_late(run: Thing) -> tuple[int, str, str]:
    return -RANK[run.source.status], max(run.texts("sw:startDate"), default=""), run.id


def _as_in(run: Thing | None, predicate: str) -> Amount | None:
    """What is not said of a step in general, taken to be as in one run of it."""
    amount = run.amount(predicate, note="taken to be as in the last run that is known") if run else None
    return replace(amount, status=worst([Status.INFERRED, amount.status])) if amount else None


def _lower_first(text: str) -> str:
    """“MedTech technician” and “IT apprentice” keep their capitals; “Data analyst” does not."""
    first = text.partition(" ")[0]
    return text if any(letter.isupper() for letter in first[1:]) else text[:1].lower() + text[1:]


def project(store: GraphStore) -> Projection:
    """Read a release's graph into plain values for the planner."""
    return _Reader(store).read()
