"""Reads what coverage is worked out from (`queries.coverage.model`) of a release: regional tables, and vocabularies.

What is published and what we conclude is told apart by `Via`. Three ways are published: what a publisher maps itself
(`stated`), the statements of a standard in an apprenticeship for it (`standard`), and what an award promises (`award`).
The others are ours: a tag that both have (themes), a skill of a vocabulary that both are linked to, a likeness of names
that `ontology/matching` has a measured error rate for. Inferences are never chained: a unit that has the tag of a
statement does not teach the ESCO skill that the statement is linked to; an apprenticeship for its standard does. What
an award is called is published, so it may name a skill (`queries.coverage.subjects`, measured as well).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from rdflib import URIRef
from rdflib.namespace import OWL, SKOS

from graph.imagined import imagined
from graph.projection import RANK, Course, Projection, Source, Status, worst
from graph.store import GraphStore, plain
from ontology.namespaces import ESCO, SW, expand, id_of
from queries.coverage.model import (
    Competency,
    CoverageFacts,
    Need,
    Run,
    RunState,
    Teacher,
    TeacherKind,
    Teaching,
    Via,
)
from queries.coverage.stated import read_said, stated, without_denied
from queries.coverage.subjects import plain as plain_name
from queries.coverage.subjects import skill_named

APPRENTICESHIP: Final = "PT-APPR"

_SHORT: Final = {"short", "bootcamp", "SWAP", "in-house", "essential-skills", "ESOL"}
"""Kinds of course that can be taken without a whole qualification or apprenticeship."""

_DAYLESS: Final = frozenset({"needs_of", "needed_by", "whole_need", "teachings_of", "taught_by"})
"""Ways to look up facts that are the same on every day."""

_ESCO: Final = ("esco:Occupation", "esco:Skill")

_ENDS: Final = {4: "-12-31", 7: "-31"}
"""What makes the last day of a date that is a year or a month."""

_MIRRORED: Final = {"close": "close", "related": "related", "broad": "narrower", "narrow": "broader"}
"""What a statement is to the skill of its link, said of the statement: `broad` says that the skill is broader."""


def read(store: GraphStore, projection: Projection, on: date) -> CoverageFacts:
    """What a release knows of needs, of what teaches them, and of runs, on a day."""
    return _Reader(store, projection, on).read()


def redated(facts: CoverageFacts, on: date) -> CoverageFacts:
    """The same knowledge on another day: only whether people can still join a run depends on it."""
    runs = tuple(replace(one, state=state_of(one.starts, on)) if one.starts else one for one in facts.runs)
    found = replace(facts, on=on, runs=runs)
    vars(found).update({name: kept for name, kept in vars(facts).items() if name in _DAYLESS})
    return found


def adverts_of_skills(store: GraphStore) -> dict[str, int]:
    """In how many adverts of the release a role is wanted that needs each competency; without adverts nothing.

    It is read from the graph `demand` (`queries.watch.cube`), over all quarters.
    """
    found: dict[str, int] = defaultdict(int)
    for skill, number in store.rows("SELECT ?skill ?n { ?cell sw:advertisedSkill ?skill ; sw:adverts ?n }"):
        found[id_of(plain(skill))] += int(plain(number))
    return dict(found)


@dataclass(frozen=True, slots=True)
class _Skill:
    """A link from a statement to a skill of a vocabulary. `relation`: what the statement is to the skill."""

    skill: str
    label: str
    relation: str


class _Thing:
    """The statements about one thing of a class, as texts by property: ids of ours, texts, and other addresses whole.

    Where several say different things of one property, the first in the order of texts is taken.
    """

    __slots__ = ("_said", "dataset", "id")

    def __init__(self, id: str, dataset: str) -> None:
        self.id, self.dataset = id, dataset
        self._said: dict[str, list[str]] = {}

    def add(self, predicate: str, value: str) -> None:
        self._said.setdefault(predicate, []).append(value)

    def texts(self, predicate: str) -> tuple[str, ...]:
        """Every value."""
        return tuple(sorted(set(self._said.get(str(expand(predicate)), ()))))

    def text(self, predicate: str) -> str | None:
        """The value, None when there is none."""
        return min(self._said.get(str(expand(predicate)), ()), default=None)

    def code(self, predicate: str) -> str | None:
        """The last part of a concept's address."""
        found = self.text(predicate)
        return found.rpartition("/")[2] if found else None


def _things(store: GraphStore, name: str) -> dict[str, _Thing]:
    """The things of a class, by id, with all that is said of them."""
    found: dict[str, _Thing] = {}
    of = store.rows("SELECT ?class ?thing ?dataset { GRAPH ?dataset { ?thing a ?class } }", {"class": SW[name]})
    for _, thing, dataset in sorted(of, key=lambda row: ("/entailments/" in row[2], row)):
        id = id_of(plain(thing))
        found.setdefault(id, _Thing(id, plain(dataset)))
    for _, thing, predicate, value in store.rows(
        "SELECT ?class ?thing ?p ?o { ?thing a ?class ; ?p ?o }", {"class": SW[name]}
    ):
        found[id_of(plain(thing))].add(plain(predicate), id_of(plain(value)))
    return {id: found[id] for id in sorted(found)}


def _ids(store: GraphStore, predicate: URIRef) -> dict[str, list[str]]:
    """What a property says of each thing, both as ids (other addresses whole), in order."""
    found: dict[str, set[str]] = defaultdict(set)
    for thing, value in store.pairs(predicate):
        found[id_of(thing)].add(id_of(value))
    return {thing: sorted(values) for thing, values in found.items()}


class _Reader:
    def __init__(self, store: GraphStore, projection: Projection, on: date) -> None:
        self.store, self.projection, self.on = store, projection, on
        self.opportunities, self.deliveries, self.sites = (
            _things(store, name) for name in ("LearningOpportunity", "Delivery", "Site")
        )
        self.unit_of = _ids(store, SW.unitOf)
        self.aligned = _ids(store, SW.alignedTo)
        self.courses = {one.id: one for one in projection.courses}
        self.taught_roles = {one.about[0] for one in projection.steps if one.id.startswith(f"{APPRENTICESHIP}/")}
        self.by_standard: dict[str, list[str]] = defaultdict(list)
        for one in projection.competencies:
            if one.current and one.role in self.taught_roles and one.role not in self.by_standard[one.standard]:
                self.by_standard[one.standard].append(one.role)
        self.listed = {
            award
            for unit in projection.units.values()
            if unit.source.status is not Status.ILLUSTRATIVE
            for award in self.awards_of(unit.id, unit.award)
        }

    def read(self) -> CoverageFacts:
        needs, competencies, labels = self.needs_and_competencies()
        said = read_said(self.store)
        units, awards = self.units(), [*self.awards(), *self.registered(self.names_of_skills(competencies))]
        teachers = {one.id: one for one in (*units, *awards, *self.apprenticeships(), *self.course_teachers())}
        sure = [*self.by_standard_and_award(competencies, teachers), *stated(said)]
        found = [
            *sure,
            *without_denied(self.by_theme(competencies, teachers), said),
            *self.by_vocabulary(competencies, sure, teachers),
            *self.by_title(competencies, teachers),
        ]
        kept = tuple(one for one in found if one.competency in competencies and one.teacher in teachers)
        named = {one.teacher for one in kept}
        aimed, unlisted = self.aimed()
        return CoverageFacts(
            on=self.on,
            needs=needs,
            competencies=competencies,
            teachers={id: one for id, one in teachers.items() if one.kind is not TeacherKind.AWARD or id in named},
            teachings=kept,
            runs=tuple(self.runs()),
            labels={one.id: one.title for one in awards} | self.projection.labels | labels,
            unlisted=unlisted,
            aimed=aimed,
            gaps=self.projection.gaps,
            projection=self.projection,
            said=said,
            imagined=imagined(self.store),
        )

    # Needs

    def needs_and_competencies(self) -> tuple[tuple[Need, ...], dict[str, Competency], dict[str, str]]:
        """What roles require of their standards, and occupations of ESCO of its skills; names of what has no row."""
        facts = {one.id: one for one in self.projection.competencies}
        levels = {id: level.rpartition("/")[2] for id, (level, *_) in _ids(self.store, SW.level).items() if id in facts}
        found: dict[str, Competency] = {}
        needs: list[Need] = []
        for role, id in sorted(self.store.terms(SW.requires)):
            one = facts.get(competency := id_of(plain(id)))
            if one is None or not one.current:
                continue
            if competency not in found:
                said = levels.get(competency, "")
                level = int(said) if said.isdigit() else None
                themes = (one.theme,) if one.theme else ()
                found[competency] = Competency(
                    one.id, one.label, one.kind, level, one.standard, one.code, themes, one.source
                )
            needs.append(Need(id_of(plain(role)), competency, None, one.source))
        skills, of_occupations, labels = self.occupations()
        return (*needs, *of_occupations), found | skills, labels

    def occupations(self) -> tuple[dict[str, Competency], list[Need], dict[str, str]]:
        """The occupations of ESCO, where it is loaded: which skills they need, and the names of both."""
        gone = {thing for thing, said in self.store.pairs(OWL.deprecated) if said == "true"}
        occupations, skills = (
            {one: of for one, of in self.of_class(name).items() if one not in gone} for name in _ESCO
        )
        kinds = {thing: kind.rpartition("/")[2] for thing, kind in self.store.pairs(ESCO.skillType)}
        wanted: dict[str, dict[str, bool]] = defaultdict(dict)
        for essential, predicate in ((False, ESCO.relatedOptionalSkill), (True, ESCO.relatedEssentialSkill)):
            for occupation, skill in self.store.pairs(predicate):
                if occupation in occupations and skill in skills:
                    wanted[occupation][skill] = essential
        needs = [
            Need(occupation, skill, essential, source)
            for occupation in sorted(wanted)
            for source in (self.datasets[occupations[occupation][0]],)
            for skill, essential in sorted(wanted[occupation].items())
        ]
        needed = sorted({one.competency for one in needs})
        found = {
            skill: Competency(
                skill,
                skills[skill][1] or skill,
                kinds.get(skill, "skill"),
                None,
                "",
                None,
                (),
                replace(self.datasets[skills[skill][0]], record=skill),
            )
            for skill in needed
        }
        labels = [(one, occupations[one][1]) for one in sorted(wanted)] + [(one, skills[one][1]) for one in needed]
        return found, needs, {thing: label for thing, label in labels if label}

    def of_class(self, name: str) -> dict[str, tuple[str, str]]:
        """The things of a class by address, each with the dataset that says so and its name; "" without one."""
        query = f"""
            SELECT ?thing ?dataset ?label {{
                GRAPH ?dataset {{ ?thing a {name} }} ?dataset a dcat:Dataset
                OPTIONAL {{ ?thing skos:prefLabel ?label }} }}"""
        rows = sorted(self.store.rows(query), reverse=True)
        return {plain(thing): (plain(dataset), plain(label) if label else "") for thing, dataset, label in rows}

    # Teachers

    def awards_of(self, unit: str, award: str | None) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*([award] if award else []), *self.unit_of.get(unit, ()))))

    def units(self) -> list[Teacher]:
        found = []
        for one in self.projection.units.values():
            awards = self.awards_of(one.id, one.award)
            known = [self.projection.awards[award] for award in awards if award in self.projection.awards]
            current = any(award.current for award in known) or not known
            found.append(
                Teacher(
                    one.id,
                    TeacherKind.UNIT,
                    one.title,
                    one.level,
                    one.credits,
                    one.award,
                    awards,
                    one.role,
                    one.themes,
                    current,
                    one.source.status,
                    one.source,
                )
            )
        return found

    def awards(self) -> list[Teacher]:
        return [
            Teacher(
                one.id,
                TeacherKind.AWARD,
                one.title,
                one.level,
                one.credits,
                one.id,
                (one.id,),
                None,
                (),
                one.current,
                one.source.status,
                one.source,
            )
            for one in self.projection.awards.values()
            if one.real
        ]

    def registered(self, skills: dict[str, str]) -> Iterator[Teacher]:
        """The awards of public lists whose titles name one of these skills."""
        query = """
            SELECT ?award ?title ?dataset ?status ?level ?currency {
                GRAPH ?dataset { ?award a sw:Qualification ; sw:realAward true ; skos:prefLabel ?title ;
                    sw:status ?status OPTIONAL { ?award sw:level ?level } OPTIONAL { ?award sw:currency ?currency } }
                ?dataset a dcat:Dataset }"""
        found: dict[str, Teacher] = {}
        for award, title, dataset, status, level, currency in sorted(self.store.rows(query)) if skills else ():
            id, name, said = id_of(plain(award)), plain(title), plain(level).rpartition("/")[2] if level else ""
            if id in self.projection.awards or id in found or skill_named(name, skills) is None:
                continue
            found[id] = Teacher(
                id,
                TeacherKind.AWARD,
                name,
                int(said) if said.isdigit() else None,
                None,
                id,
                (id,),
                None,
                (),
                not currency or plain(currency).endswith("/current"),
                known := Status(plain(status).rpartition("#")[2]),
                replace(self.datasets[plain(dataset)], record=id, status=known),
            )
        yield from found.values()

    def apprenticeships(self) -> list[Teacher]:
        steps = {one.id: one for one in self.projection.steps}
        return [
            Teacher(
                id := f"{APPRENTICESHIP}/{role}",
                TeacherKind.APPRENTICESHIP,
                steps[id].title,
                steps[id].level,
                None,
                None,
                (),
                None,
                (),
                True,
                self.projection.roles[role].source.status,
                self.projection.roles[role].source,
            )
            for role in sorted(self.taught_roles)
        ]

    def kind_of(self, course: Course) -> TeacherKind:
        """What a course is that names no award: a degree is a whole award all the same, a bootcamp is none."""
        said = self.opportunities[course.id].code("sw:courseKind")
        if said == "apprenticeship":
            return TeacherKind.APPRENTICESHIP
        return TeacherKind.COURSE if said is None or said in _SHORT else TeacherKind.AWARD

    def course_teachers(self) -> list[Teacher]:
        """Courses of which no award and no standard is known."""
        return [
            Teacher(
                one.id,
                self.kind_of(one),
                one.title,
                one.level,
                None,
                None,
                (),
                None,
                tuple(sorted(self.opportunities[one.id].texts("sw:theme"))),
                True,
                one.source.status,
                one.source,
            )
            for one in self.courses.values()
            if self.run_of(one) == (one.id,)
        ]

    def run_of(self, course: Course) -> tuple[str, ...]:
        """What a run of a course is a run of: a unit alone, its award, the roles of its standard, or itself."""
        if (unit := self.opportunities[course.id].text("sw:singleUnit")) is not None:
            return (unit,)
        if course.award is not None:
            return (course.award,)
        standard = self.opportunities[course.id].text("sw:standardReference")
        return tuple(self.by_standard.get(standard or "", ())) or (course.id,)

    # Runs

    def runs(self) -> Iterator[Run]:
        """Every run of every course on offer, and the counts of past leavers, which say that there was one."""
        of_course: dict[str, list[_Thing]] = defaultdict(list)
        for run in self.deliveries.values():
            of_course[run.text("sw:runOf") or ""].append(run)
        for course in self.courses.values():
            for thing in of_course.get(course.id) or [self.opportunities[course.id]]:
                for of in self.run_of(course):
                    yield self.run(thing, course, of)
        for one in self.projection.evidence:
            if one.about and one.leavers != 0:
                yield Run(
                    id=one.id,
                    of=one.about,
                    opportunity=None,
                    title=f"{self.projection.labels.get(one.about, one.about)}, leavers of {one.period}",
                    provider=self.projection.same_provider.get(one.provider, one.provider),
                    site=None,
                    town=None,
                    district=None,
                    latitude=None,
                    longitude=None,
                    study_mode=None,
                    attendance=None,
                    delivery_mode=None,
                    starts=(),
                    state=RunState.EVIDENCE,
                    seats=None,
                    sold_separately="unknown",
                    status=one.source.status,
                    source=one.source,
                )

    def run(self, thing: "_Thing", course: Course, of: str) -> Run:
        """A run of a course; `thing` is the course itself where nothing is known of its runs."""
        site = self.sites.get(thing.text("sw:at") or "")
        place = [float(said) for name in ("latitude", "longitude") if site and (said := site.text(f"schema:{name}"))]
        postcode = site.text("schema:postalCode") if site else None
        flexible = thing.text("sw:flexibleStart") == "true"
        starts = () if flexible else tuple(sorted(thing.texts("sw:startDate")))
        seats = thing.text("sw:seats")
        source = self.source_of(thing)
        return Run(
            id=thing.id,
            of=of,
            opportunity=course.id,
            title=course.title,
            provider=course.provider,
            site=site.text("skos:prefLabel") if site else None,
            town=site.text("schema:addressLocality") if site else None,
            district=postcode.rsplit(" ", 1)[0] if postcode else None,
            latitude=place[0] if len(place) == 2 else None,
            longitude=place[1] if len(place) == 2 else None,
            study_mode=thing.code("sw:studyMode"),
            attendance=thing.code("sw:attendance"),
            delivery_mode=thing.code("sw:deliveryMode"),
            starts=starts,
            state=RunState.TO_COME if flexible else state_of(starts, self.on),
            seats=int(seats) if seats is not None else None,
            sold_separately=course.sold_separately,
            status=worst((course.source.status, source.status)),
            source=source,
        )

    def source_of(self, thing: "_Thing") -> Source:
        """Where it stands; of what names no source of its own, its dataset as it was fetched."""
        own, statuses = thing.text("dcterms:source"), thing.texts("sw:status")
        whole = self.datasets.get(thing.dataset) if own is None else None
        return Source(
            thing.id,
            own or (whole.address if whole else ""),
            thing.text("sw:asOf") or (whole.as_of if whole else None),
            min((Status(said.rpartition("#")[2]) for said in statuses), key=RANK.__getitem__),
            thing.text("sw:note"),
        )

    @cached_property
    def datasets(self) -> dict[str, Source]:
        """Each dataset as a source: its page, and the day it was fetched."""
        query = """
            SELECT ?dataset ?home ?day {
                ?dataset a dcat:Dataset .
                OPTIONAL { ?dataset dcat:landingPage ?home } OPTIONAL { ?dataset sw:retrieved ?day } }"""
        return {
            plain(dataset): Source("", plain(home or dataset), plain(day) if day else None, Status.PUBLISHED)
            for dataset, home, day in self.store.rows(query)
        }

    # What teaches what

    def by_standard_and_award(
        self, competencies: Mapping[str, Competency], teachers: Mapping[str, Teacher]
    ) -> Iterator[Teaching]:
        """An apprenticeship teaches the statements of its standard, an award the outcomes that it promises.

        A statement of an award alone is needed by no role; it is told here all the same, since links begin from it.
        """
        for one in self.projection.competencies:
            if not one.current:
                continue
            for role in self.by_standard.get(one.standard, ()) if one.role else ():
                teacher = teachers.get(f"{APPRENTICESHIP}/{role}")
                if teacher is not None:
                    through = f"{one.code or 'a statement'} of {one.standard}"
                    yield _teaching(teacher, one.id, Via.STANDARD, through, one.source)
            if one.award is not None and one.award in teachers:
                yield _teaching(teachers[one.award], one.id, Via.AWARD, f"outcome {one.code or one.label}", one.source)

    def by_theme(self, competencies: Mapping[str, Competency], teachers: Mapping[str, Teacher]) -> Iterator[Teaching]:
        """Our tags: of an outcome of a unit, of a unit, of a course, and of what leads to an award without units."""
        tagged: dict[str, list[Competency]] = defaultdict(list)
        for competency in competencies.values():
            for theme in competency.themes:
                tagged[theme].append(competency)
        outcomes: dict[tuple[str, str], list[tuple[int | None, Source]]] = defaultdict(list)
        for outcome in self.projection.outcomes:
            if outcome.theme and outcome.unit in teachers:
                outcomes[outcome.unit, outcome.theme].append((outcome.number, outcome.source))
        for (unit, theme), some in outcomes.items():
            numbers = ", ".join(str(number) for number, _ in some if number is not None)
            sources = tuple(source for _, source in some)
            for competency in tagged.get(theme, ()):
                yield _inferred(teachers[unit], competency, Via.OUTCOME_THEME, f"{theme} (outcome {numbers})", sources)
        for one in teachers.values():
            via = Via.UNIT_THEME if one.kind is TeacherKind.UNIT else Via.COURSE_THEME
            for theme in one.themes:
                for competency in tagged.get(theme, ()):
                    yield _inferred(one, competency, via, theme, (one.source,))
        of_awards: dict[tuple[str, str], list[Source]] = defaultdict(list)
        for course in self.courses.values():
            if course.award is not None and course.award in teachers and course.award not in self.listed:
                for theme in self.opportunities[course.id].texts("sw:theme"):
                    of_awards[course.award, theme].append(course.source)
        for (award, theme), courses in of_awards.items():
            for competency in tagged.get(theme, ()):
                yield _inferred(teachers[award], competency, Via.COURSE_THEME, theme, tuple(courses))

    def by_vocabulary(
        self, competencies: Mapping[str, Competency], sure: Iterable[Teaching], teachers: Mapping[str, Teacher]
    ) -> Iterator[Teaching]:
        """What is surely taught, and what it is linked to: other statements, skills, and one step up and down in ESCO.

        Links go from a statement to a skill (`sw:CompetencyLink`, judged by a person) or are matches of names with a
        measured error rate (`sw:Match`, told as `NAME` with its score).
        """
        linked: dict[str, list[_Skill]] = {
            one.id: [_Skill(link.target, link.label, _MIRRORED.get(link.relation, "related")) for link in one.links]
            for one in self.projection.competencies
            if one.links
        }
        into: dict[str, list[tuple[str, _Skill]]] = defaultdict(list)
        for statement, links in linked.items():
            if statement in competencies:
                for link in links:
                    into[link.skill].append((statement, link))
        wider, narrower = self.hierarchy(competencies)
        matched = self.matches()
        seen: set[tuple[str, str, Via, str]] = set()
        sources = {one.id: one.source for one in self.projection.competencies}
        for one in sure:
            teacher = teachers.get(one.teacher)
            if teacher is None:
                continue
            mine = sources.get(one.competency, teacher.source)
            for link in linked.get(one.competency, ()):
                reached = [(link.skill, link.relation, link.label)] if link.skill in competencies else []
                if link.relation == "close":
                    reached += [(other, "narrower", link.label) for other in wider.get(link.skill, ())]
                    reached += [(other, "broader", link.label) for other in narrower.get(link.skill, ())]
                reached += [
                    (statement, _between(link.relation, theirs.relation), link.label)
                    for statement, theirs in into.get(link.skill, ())
                    if statement != one.competency
                ]
                for competency, relation, label in reached:
                    key = (teacher.id, competency, Via.VOCABULARY, relation)
                    if key not in seen:
                        seen.add(key)
                        through = f"{label} ({relation}), from {one.competency}"
                        rests = (mine, *one.sources)
                        yield _inferred(
                            teacher, competencies[competency], Via.VOCABULARY, through, rests, relation=relation
                        )
            for skill, name, score in matched.get(one.competency, ()):
                key = (teacher.id, skill, Via.NAME, "")
                if skill in competencies and key not in seen:
                    seen.add(key)
                    through = f"“{name}”, like {one.competency}"
                    yield _inferred(teacher, competencies[skill], Via.NAME, through, (mine, *one.sources), score=score)

    def by_title(self, competencies: Mapping[str, Competency], teachers: Mapping[str, Teacher]) -> Iterator[Teaching]:
        """An award teaches the skill of a vocabulary that its title names."""
        named = self.names_of_skills(competencies)
        for teacher in teachers.values():
            if teacher.kind is TeacherKind.AWARD and (skill := skill_named(teacher.title, named)) is not None:
                through = f"“{competencies[skill].label}”, which the title of the award names"
                yield _inferred(teacher, competencies[skill], Via.NAME, through, (teacher.source,), score=1.0)

    @staticmethod
    def names_of_skills(competencies: Mapping[str, Competency]) -> dict[str, str]:
        """The skills of vocabularies that are needed, by their plain names; of two of one name the first by id."""
        skills = sorted((one.id for one in competencies.values() if not one.standard), reverse=True)
        return {plain_name(competencies[id].label): id for id in skills}

    def hierarchy(self, competencies: Mapping[str, Competency]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """The needed skills just above and just below each skill of ESCO."""
        wider: dict[str, list[str]] = defaultdict(list)
        narrower: dict[str, list[str]] = defaultdict(list)
        for skill, above in self.store.pairs(SKOS.broader):
            if above in competencies:
                wider[skill].append(above)
            if skill in competencies:
                narrower[above].append(skill)
        return wider, narrower

    def matches(self) -> dict[str, list[tuple[str, str, float]]]:
        """The skills whose names are like a statement's, with that name and how alike they are."""
        query = """
            SELECT ?of ?with ?name ?score {
                ?match a sw:Match ; sw:matchOf ?of ; sw:matchWith ?with ; sw:matchedName ?name ; sw:score ?score .
                ?of a sw:Competency }"""
        found: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
        for of, skill, name, score in sorted(self.store.rows(query)):
            found[id_of(plain(of))].append((id_of(plain(skill)), plain(name), float(plain(score))))
        return found

    # What is meant for a role

    def aimed(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """What is meant for each role, and of that what is not wholly known.

        The units of an award are known when some of it are published and nothing that was looked for and not found
        leaves its units open.
        """
        open_ones = {id for gap in self.projection.gaps if gap.leaves_open("units") for id in gap.about}
        aimed: dict[str, list[str]] = defaultdict(list)
        unlisted: dict[str, list[str]] = defaultdict(list)
        for role in sorted(self.taught_roles):
            aimed[role].append(f"{APPRENTICESHIP}/{role}")
        for award in self.projection.awards.values():
            if not award.current or award.source.status is Status.ILLUSTRATIVE:
                continue
            for role in self.aligned.get(award.id, ()):
                aimed[role].append(award.id)
                if award.id not in self.listed or award.id in open_ones:
                    unlisted[role].append(award.id)
        return {role: tuple(some) for role, some in aimed.items()}, {r: tuple(some) for r, some in unlisted.items()}


def state_of(starts: Iterable[str], on: date) -> RunState:
    """Whether one of these starts (days, months or years) lies ahead of a day, or all have passed.

    >>> day = date(2026, 11, 21)
    >>> [str(state_of(starts, day)) for starts in (["2026-09", "2026-11"], ["2025"], [])]
    ['to-come', 'over', 'not-dated']
    """
    ends = [start + _ENDS.get(len(start), "") for start in starts]
    if not ends:
        return RunState.NOT_DATED
    return RunState.TO_COME if max(ends) >= on.isoformat() else RunState.OVER


def _between(teacher: str, need: str) -> str:
    """What the teacher's statement is to the needed one, from what each is to the same skill.

    >>> [_between("close", need) for need in ("close", "narrower", "broader", "related")]
    ['close', 'broader', 'narrower', 'related']
    """
    other = {"narrower": "broader", "broader": "narrower"}
    if "related" in (teacher, need):
        return "related"
    if need == "close":
        return teacher
    return other[need] if teacher in ("close", other[need]) else "related"


def _teaching(teacher: Teacher, competency: str, via: Via, through: str, source: Source) -> Teaching:
    """A published reason."""
    sources = (source,) if source == teacher.source else (source, teacher.source)
    status = worst((source.status, teacher.status))
    return Teaching(teacher.id, competency, via, through, None, None, frozenset(), status, sources)


def _inferred(
    teacher: Teacher,
    competency: Competency,
    via: Via,
    through: str,
    sources: tuple[Source, ...],
    relation: str | None = None,
    score: float | None = None,
) -> Teaching:
    """A reason of ours, as sure as the least sure statement that it rests on, and never surer than inferred."""
    rests = sources if competency.source in sources else (*sources, competency.source)
    illustrative = teacher.status is Status.ILLUSTRATIVE or any(one.status is Status.ILLUSTRATIVE for one in rests)
    status = Status.ILLUSTRATIVE if illustrative else Status.INFERRED
    return Teaching(teacher.id, competency.id, via, through, relation, score, frozenset(), status, rests)
