"""A question as the planner gets it, and what came of it."""

from collections import ChainMap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.projection import Projection
from graph.requirements import attributes
from queries.pathways.compile import Catalogues, DayCatalogue, Person, facts_of, passed_through
from queries.pathways.engine.problem import All, AnyOf, Cap, Criterion, Expression, PathwayProblem, PlannerResult
from queries.pathways.engine.replay import Trace
from queries.pathways.limits import ANY_TIME, USUAL_HORIZON, Limit, horizon, limits_of, not_before
from queries.pathways.national import MANY, thinned
from queries.pathways.personal import personal
from queries.pathways.request import PathwayRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the planner gets it. `barred`: what each limit takes out, by the name of the limit.

    Besides, `entry` is what the person surely may not start, `measure` what is not measured, and `borrowed` what is
    only another way to pay. `measured`: only deliveries of which the measure is known; False: all, so that a value is
    only *at least*.
    """

    request: PathwayRequest
    person: Person
    catalogue: DayCatalogue
    limits: tuple[Limit, ...]
    barred: dict[str, frozenset[str]]
    problem: PathwayProblem
    measured: bool


@dataclass(frozen=True, slots=True)
class Solved:
    """One search: what was asked, what came out, and the plan carried out (None when there is no plan).

    Twins (see `compile`) stand under the ids of their steps. `cannot_tell`: the steps of which it cannot be told
    whether the person may start them then.
    """

    asked: Asked
    result: PlannerResult
    trace: Trace | None
    cannot_tell: frozenset[str] = frozenset()


def ask(catalogues: Catalogues, request: PathwayRequest, *, measured: bool) -> Asked:
    """A question that has its day and its goals, for the planner. Raises `UnknownThingError`."""
    assert request.on is not None
    catalogues = catalogues.reaching(request.to)
    projection = catalogues.projection
    runs = {step.id: step.title for step in projection.steps if step.id in request.avoid} if request.avoid else {}
    limits = limits_of(request, ChainMap(runs, projection.labels))
    asked_of = attributes()
    told = {name: said for name, said in request.attributes if "text" not in asked_of.get(name, ())}
    person = Person(request.holds, told, projection, request.on)
    catalogue = personally(catalogues, request, person, limits)
    goals = tuple(facts_of(id, projection)[0] for id in request.to)
    if request.via:
        catalogue = catalogue.through(request.via, frozenset(goals), request.hours_per_week, projection)
    barred = {one.name: one.bars(catalogue) for one in limits if one.bars is not None}
    if measured:
        barred["measure"] = catalogue.without_measure[request.by]
    barred["entry"] = catalogue.closed
    budget = request.budget_pounds
    if budget is None:
        barred["borrowed"] = catalogue.borrowed
    problem = PathwayProblem(
        catalogue.catalogue,
        held=catalogue.held(person, profile_required=request.profile_required),
        goal=All((*passed_through(request.via, projection), AnyOf(goals))),
        hours_cap=request.hours_per_week,
        horizon=horizon(request),
        not_before=not_before(request),
        barred=frozenset[str]().union(*barred.values()),
        caps=(
            *(() if budget is None else [Cap("budget", catalogue.own_pounds or Criterion.COST, budget)]),
            *_entitlement(catalogue, person),
        ),
        milestone=_first_job(request, projection) if request.by is Criterion.FIRST_JOB else None,
    )
    return Asked(request, person, catalogue, limits, barred, problem, measured)


def personally(
    catalogues: Catalogues, request: PathwayRequest, person: Person, limits: Sequence[Limit] = ()
) -> DayCatalogue:
    """The catalogue of the question's day, for the person; of very many runs those that matter under its limits.

    Of a question about what is near all runs are kept: the catalogue is then the same for every place.
    """
    assert request.on is not None
    of = request.on, request.hours_per_week, request.depart_after
    who = frozenset(person.attributes.items()), person.facts
    until = USUAL_HORIZON if horizon(request) <= USUAL_HORIZON else ANY_TIME
    day = catalogues.of(*of)
    if len(day.ways) <= MANY or request.near is not None:  # which runs are near is another question in each district
        return catalogues.kept((of, who, until), lambda: personal(day, person, catalogues, until))
    names = frozenset(one.text for one in limits), request.provider, request.avoid, request.to
    few = catalogues.kept((of, names), lambda: thinned(day, limits, catalogues))
    return catalogues.kept((of, who, until, names), lambda: personal(few, person, catalogues, until))


def _entitlement(catalogue: DayCatalogue, person: Person) -> Iterator[Cap]:
    """What is left of a lifetime entitlement for all steps that it pays for; credits that are not known count none."""
    known = {id: way.counted for id, way in catalogue.ways.items() if way.counted}
    paid = {id: one for id, one in known.items() if one.entitlement_credits != 0}
    for name, amounts in (
        ("entitlement-left-credits", {id: one.entitlement_credits or 0 for id, one in paid.items()}),
        ("entitlement-left-pounds", {id: one.loan_pounds or 0 for id, one in paid.items()}),
    ):
        if name in person.attributes and any(amounts.values()):
            yield Cap(name, amounts, int(person.attributes[name]))


def _first_job(request: PathwayRequest, projection: Projection) -> Expression:
    """Work in any role of the question's sector; of the sectors of the goals when they are roles that were named."""
    goals = [projection.roles[id] for id in request.to if id in projection.roles]
    sectors = {sector for role in goals for sector in role.sectors if not request.to_level} or {request.sector}
    roles = sorted(role.id for role in projection.roles.values() if sectors.intersection(role.sectors))
    return AnyOf(tuple(f"works-as:{id}" for id in dict.fromkeys((*(role.id for role in goals), *roles))))
