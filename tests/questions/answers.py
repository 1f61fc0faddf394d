"""Answers to the questions that are not one query, as tables: what the planner says, and what the judge says."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from graph.requirements import AllOf, AnyOf, AtLeast, Attribute, Requirement, Usually, parse
from queries.pathways.compile import Person
from queries.pathways.engine.problem import Criterion
from queries.pathways.judge import Judge
from queries.pathways.request import Pathway, PathwayRequest, Verdict
from tests.questions.reading import Question, Table, normal, said
from tests.questions.world import TODAY, Whole

_VERDICTS: Final = {
    Verdict.MET: "open",
    Verdict.NOT_MET: "closed",
    Verdict.NOT_KNOWN: "not known yet",
    Verdict.DECIDED_BY_SOMEBODY: "somebody decides",
}


_ORDER: Final = (Verdict.MET, Verdict.DECIDED_BY_SOMEBODY, Verdict.NOT_KNOWN, Verdict.NOT_MET)
"""Verdicts, the surest first."""


def request_of(asked: dict[str, Any], on: date) -> PathwayRequest:
    """One request as it is written in the head of a question."""
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()}
    del given["asked"]
    given["by"] = Criterion(given.get("by", "weeks"))
    given["attributes"] = tuple(given.get("attributes", {}).items())
    return PathwayRequest(**given, on=on)


def _in_all(pathway: Pathway) -> str:
    return f"{'at least ' * pathway.totals.weeks_at_least}{pathway.totals.weeks}"


def pathways(question: Question, release: Whole) -> Table:
    """Each step of each pathway, the shortest pathway of each request first."""
    table: Table = [("asked", "goal", "weeks_in_all", "number", "step", "weeks", "status", "needs_employer", "entry")]
    for asked in question.facts["ask"]:
        answer = release.service.answer(request_of(asked, question.facts["asked_on"]))
        for pathway in sorted(answer.pathways, key=lambda found: found.totals.weeks):
            for step in pathway.steps:
                weeks = "not known" if step.weeks is None else str(step.weeks.value)
                employer = "yes" if step.needs_employer else "no"
                row = (asked["asked"], pathway.goal.id, _in_all(pathway), str(step.number), step.id, weeks)
                entry = max((need.verdict for need in step.needs), key=_ORDER.index, default=Verdict.MET)
                table.append((*row, str(step.status), employer, str(entry)))
    return table


def _leaves(requirement: Requirement) -> Iterable[Attribute]:
    match requirement:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _leaves(part)
        case Usually(part, _):
            yield from _leaves(part)
        case Attribute():
            yield requirement


_FIRST_STEPS: Final = """
    SELECT ?option ?is_type ?rule ?condition WHERE {
        { ?option a sw:ProvisionType . BIND(?option AS ?ruled) }
        UNION
        { ?ruled a sw:Progression ; sw:progressionTo ?option . FILTER NOT EXISTS { ?ruled sw:progressionFrom ?from } }
        OPTIONAL { ?ruled sw:entryRequirement/sw:requirementText ?rule }
        OPTIONAL { ?ruled sw:condition ?condition }
        BIND(EXISTS { ?option a sw:ProvisionType } AS ?is_type)
    } ORDER BY DESC(?is_type) STR(?option)"""

_AWARD_RULES: Final = """
    SELECT ?type ?rule WHERE {
        ?award sw:provisionType ?type ; sw:realAward true ; sw:entryRequirement/sw:requirementText ?rule .
        FILTER EXISTS { ?award sw:currency <https://w3id.org/stepway/concept/currency/current> }
    }"""


def first_steps(question: Question, release: Whole) -> Table:
    """Each type of provision and each job that is open to anybody, judged for the two people the question may mean.

    `awards_of_it`: the best verdict on the own rules of the awards of that type, which can ask more than the type does.
    """
    circumstances = question.facts["ask"]
    judges = [
        Judge(release.projection, Person((), {**circumstances, "employment": employment}, release.projection, TODAY))
        for employment in circumstances["employment"]
    ]

    def verdicts(requirement: Requirement) -> list[Verdict]:
        return [judge.judge(requirement, ())[0] for judge in judges]

    awards: dict[str, list[Verdict]] = {}
    for row in release.store.select(_AWARD_RULES):
        awards.setdefault(said(row["type"]), []).extend(verdicts(parse(str(row["rule"]))))
    options: dict[str, tuple[str | None, set[str]]] = {}
    for row in release.store.select(_FIRST_STEPS):
        asks = str(row["rule"]) if row["rule"] is not None else None if said(row["is_type"]) == "true" else "none"
        _, conditions = options.setdefault(said(row["option"]), (asks, set()))
        conditions.add(said(row["condition"]))

    table: Table = [
        ("option", "on_benefit", "not_on_benefit", "awards_of_it", "passes", "fails", "to_be_asked", "conditions")
    ]
    for option, (rule, conditions) in options.items():
        requirement = parse(rule or "none")
        cells: dict[str, list[str]] = {"passes": [], "fails": [], "to_be_asked": []}
        for leaf in _leaves(requirement):
            truths = {judge.person.attribute(leaf) for judge in judges}
            column = "passes" if truths == {True} else "fails" if truths == {False} else "to_be_asked"
            cells[column].append(f"{leaf.name} {leaf.operator} {leaf.value}")
        table.append(
            (
                option,
                *([_VERDICTS[verdict] for verdict in verdicts(requirement)] if rule else ["no rule known"] * 2),
                _VERDICTS[min(awards[option], key=_ORDER.index)] if option in awards else "",
                *(normal("|".join(cell)) for cell in cells.values()),
                normal("|".join(conditions)),
            )
        )
    return table


def credits_held(question: Question, release: Whole) -> Table:
    """What credits come to: the awards that are made, and whether the next award may be started."""
    table: Table = [("holds", "credits", "awards_made", "next_award", "may_start_it")]
    steps = {step.id: step for step in release.projection.steps}
    for asked in question.facts["ask"]:
        person = Person(asked["holds"], {"age": "34"}, release.projection, TODAY)
        judge, facts = Judge(release.projection, person), sorted(person.facts)
        credits = sum(
            int(fact.rpartition(":")[2])
            if fact.startswith("credits:")
            else release.projection.units[fact.removeprefix("unit:")].credits or 0
            for fact in facts
        )
        verdict, _ = judge.judge(parse(steps[asked["next"]].requirement), facts)
        may_start = {Verdict.MET: "yes", Verdict.NOT_MET: "no"}.get(verdict, str(verdict))
        awards = "|".join(judge.awards_held(facts)) or "none"
        table.append((asked["asked"], str(credits), awards, asked["next"], may_start))
    return table


ANSWERS: Final[dict[str, Callable[[Question, Whole], Table]]] = {
    "pathway": pathways,
    "eligibility": first_steps,
    "credits": credits_held,
}
"""How each kind of question but `sparql` is answered."""
