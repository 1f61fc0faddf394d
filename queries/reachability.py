"""Which roles standard learners can reach from a release, how soon and for how much: worked out once, as statements.

A standard learner is a made-up person who means something to the region (`ontology/learners`). For each of them and
each role of the home sector at levels 3 to 6 the same questions are asked as anybody can ask at `/pathways`: the
soonest pathway, and the one of least known cost. What comes out is a thing of the graph `dataset/reachability`, so that
“which level 4 roles can an evening learner in Dudley reach, in how many weeks” is plain SPARQL. See
docs/reachability.md.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Any, Final

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import PROV, SKOS

from graph.build import Derive
from graph.lines import REACHABILITY
from graph.projection import Projection, RoleFacts
from graph.store import Quad
from ontology.namespaces import DATASET, SW, concept, thing
from queries.learners import Learner, goals, learners
from queries.pathways.compile import UnknownThingError
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import Lifted, Pathway, PathwayRequest, ReleaseRef, Totals
from queries.pathways.service import Best, PathwayService

GRAPH: Final = DATASET[REACHABILITY]
"""The named graph of the results."""

MOST_SEARCHED: Final = 300_000
"""Deliveries that are looked through for a release, summed over all searches: what is left then is not known.

The region needs 60,000. Of a nation's courses a question looks through 25,000 and more (docs/reachability.md).
"""

AddressOf = Callable[[PathwayRequest], str]
"""The address that asks a question of the release that is served."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a learner can reach a role, and by what.

    `soonest` and `cheapest`: the first pathway of the answer by weeks and by cost; None: there is none. `lifting`: the
    limits that close the way, when it is closed by limits alone. `untold`: it is closed, and would be open by a run of
    which nobody tells when in the day it is taught, or what it costs. `outcome` None: it was not looked for, and `note`
    says why.
    """

    learner: Learner
    role: RoleFacts
    request: PathwayRequest
    outcome: Outcome | None
    soonest: Pathway | None = None
    cheapest: Pathway | None = None
    lifting: tuple[Lifted, ...] = ()
    untold: bool = False
    note: str = ""

    @property
    def id(self) -> str:
        """Id of the result."""
        return f"RR-{self.learner.id.removeprefix('SL-')}.{self.role.id}"

    @property
    def reachable(self) -> str:
        """`yes`, `no`, or `unknown`: stopped before it was found or proved, or closed only by what nobody tells."""
        if self.outcome is Outcome.FOUND:
            return "yes"
        if self.untold:
            return "unknown"
        return "unknown" if self.outcome in (None, Outcome.STOPPED_EARLY) else "no"


def reaches(
    service: PathwayService, today: date, some: Iterable[Learner] | None = None, most: int = MOST_SEARCHED
) -> Iterator[Reach]:
    """What each learner can reach, one role after another, counted from a day.

    `most`: deliveries to look through in all. The count and not the time decides, so that it is the same on every
    machine.
    """
    left = most
    for learner in learners() if some is None else some:
        for role in goals(service.projection):
            request = replace(learner.request, to=(role.id,), on=today)
            found: list[Best] = []
            perhaps: Best | None = None
            note = "" if left > 0 else f"not looked for: {most:,} runs had been looked through for this release before"
            try:
                if left > 0:
                    found.append(service.best(request))
                if found and found[0].outcome is Outcome.FOUND:
                    found.append(service.best(replace(request, by=Criterion.COST)))
                elif found and (asked := _untold(request)) != request:
                    perhaps = service.best(asked, why_not=False)
            except UnknownThingError:
                found, note = [], "not looked for: the release does not describe what the learner holds"
            left -= sum(one.searched for one in (*found, perhaps) if one is not None)
            yield Reach(
                learner,
                role,
                request,
                found[0].outcome if found else None,
                found[0].pathway if found else None,
                found[1].pathway if len(found) > 1 else None,
                found[0].lifting if found else (),
                perhaps is not None and perhaps.outcome is Outcome.FOUND,
                note,
            )


def _untold(request: PathwayRequest) -> PathwayRequest:
    """The question with what nobody tells of time of day and price taken to fit, where it limits them."""
    return replace(request, untold=bool(request.attendance), unpriced=request.budget_pounds is not None)


def derive(address_of: AddressOf) -> Derive:
    """What makes the part of a release, each result with the address that asks it again."""
    return lambda _, projection, today: materialise(projection, today, address_of)


def materialise(projection: Projection, today: date, address_of: AddressOf) -> Iterator[Quad]:
    """The statements of the graph, for a release that is being made as of a day."""
    service = PathwayService(projection, ReleaseRef(0, "", ""))
    activity = SW["reachability"]
    yield GRAPH, RDF.type, SW.ReachabilityGraph, GRAPH
    yield GRAPH, SW.status, SW.inferred, GRAPH
    yield GRAPH, SW.countedFrom, Literal(today.isoformat(), datatype=XSD.date), GRAPH
    yield GRAPH, SW.softwareVersion, Literal(version("stepway")), GRAPH
    yield GRAPH, PROV.wasGeneratedBy, activity, GRAPH
    for learner in learners():
        held = (id for id in learner.request.holds if id in projection.labels)
        yield from ((thing(learner.id), SW.brings, thing(id), GRAPH) for id in held)
    for reach in reaches(service, today):
        for subject, predicate, value in said_of(reach, address_of):
            yield subject, predicate, value, GRAPH


def said_of(reach: Reach, address_of: AddressOf) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
    """What the graph says of one result. What is not known is left out."""
    subject, soonest, cheapest = thing(reach.id), reach.soonest, reach.cheapest
    label = f"{reach.learner.label.partition(': ')[2]} → {reach.role.title}"
    said: list[tuple[URIRef, Any]] = [
        (RDF.type, SW.ReachabilityResult),
        (SKOS.prefLabel, Literal(label, lang="en")),
        (SW.status, SW.inferred),
        (SW.forLearner, thing(reach.learner.id)),
        (SW.toRole, thing(reach.role.id)),
        (SW.reachable, concept("three-valued", reach.reachable)),
        (SW.questionAddress, Literal(address_of(reach.request), datatype=XSD.anyURI)),
    ]
    if reach.outcome is not None:
        said.append((SW.outcome, Literal(reach.outcome.value)))
    if reach.note:
        said.append((SW.note, Literal(reach.note)))
    if soonest is not None:
        totals = soonest.totals
        said += [
            (_weeks(totals), _integer(totals.weeks)),
            (SW.stepsOfUnknownLength, _integer(totals.steps_of_unknown_length)),
            (SW.stepsOfUnknownHours, _integer(totals.steps_of_unknown_hours)),
            (SW.weeksAtLeast, _boolean(totals.weeks_at_least)),
            (SW.proven, _boolean(soonest.proven)),
            (SW.stepCount, _integer(totals.steps)),
            (SW.surelyOpen, _boolean(totals.surely_open)),
            (SW.stepsNotTold, _integer(totals.steps_that_cannot_be_told)),
            (SW.employerSteps, _integer(totals.steps_that_need_an_employer)),
            (SW.pathwayStatus, SW[soonest.status]),
        ]
        if soonest.bound is not None:
            said.append((SW.bound, _integer(soonest.bound)))
        if soonest.steps:
            first = soonest.steps[0]
            said.append((SW.firstStepTitle, Literal(first.title, lang="en")))
            said += [(SW.firstStep, thing(one.id)) for one in first.about[:1]]
    if cheapest is not None:
        totals = cheapest.totals
        said += [
            (SW.leastKnownCost, _integer(totals.known_cost_pounds)),
            (SW.stepsOfUnknownCost, _integer(totals.steps_of_unknown_cost)),
            (SW.costProven, _boolean(cheapest.proven)),
        ]
        if totals.cost_pounds is not None:
            said.append((SW.leastCost, _integer(totals.cost_pounds)))
    for predicate, value in said:
        yield subject, predicate, value
    for lifted in reach.lifting:
        names = sorted(limit.name for limit in lifted.limits)
        fix = thing(f"{reach.id}.without-{'-and-'.join(names)}")
        yield subject, SW.fix, fix
        yield fix, RDF.type, SW.Fix
        yield fix, SKOS.prefLabel, Literal(f"without {' and '.join(names)}", lang="en")
        yield fix, SW.status, SW.inferred
        for name in names:
            yield fix, SW.withoutLimit, Literal(name)
        yield fix, _weeks(lifted), _integer(lifted.weeks)
        yield fix, SW.weeksAtLeast, _boolean(lifted.weeks_at_least)
        yield fix, SW.proven, _boolean(lifted.proven)


def _weeks(of: Totals | Lifted) -> URIRef:
    """What weeks are called: where the length of a step is not known they are no answer, only what is known of one."""
    return SW.knownWeeks if of.steps_of_unknown_length else SW.leastWeeks


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


def _boolean(true: bool) -> Literal:
    return Literal("true" if true else "false", datatype=XSD.boolean)
