"""Answers to questions from files of the neutral format, in its words: what `stepway solve` prints.

An answer has the shape of the format's expected answers: `reachable`; the optimum by each criterion (null: no such
pathway); `pareto` with `pareto_axes` and `pareto_complete` where asked for, and in `pareto_not_proven` the values met
that may be bettered, with what a better one would have at least; `missing_size` and `missing_sets` where
nothing reaches the goal; `plans`, `proven`, `bound` and `seconds` by criterion. Where something is not known of some
actions, `at_least` are the criteria of which a plan takes such an action: the value is what is known of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from queries.pathways.engine import pddl
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.interchange import EXPECTED_NAMES, Question, read_question
from queries.pathways.engine.lapses import solve_verified
from queries.pathways.engine.missing import least_missing
from queries.pathways.engine.pareto import pareto
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    ADDITIVE,
    Criterion,
    Limits,
    Outcome,
    PathwayProblem,
    Plan,
    PlannedStep,
    PlannerResult,
    ProblemRefused,
)
from queries.pathways.engine.replay import replay

_MEASURED_BY = {
    Criterion.COST: ("fee",),
    Criterion.STEPS: (),
    Criterion.TRAVEL: ("travel",),
    Criterion.STUDY_WEEKS: ("weeks",),
    Criterion.WEEKS: ("weeks", "start"),
    Criterion.FIRST_JOB: ("weeks", "start"),
}
"""What of an action has to be known for a criterion; a step is a step in any case."""

ENDINGS = (".json", ".json.gz")

Steps = list[dict[str, object]]
"""A plan in the words of the format."""

Refused = Callable[[Path, ProblemRefused], None]
"""Told of each file that cannot be answered, and why."""


def questions(paths: Iterable[Path], refused: Refused) -> Iterator[tuple[Path, Question]]:
    """The questions of files, and of the files of folders by name, except those that begin with “expected”.

    A name that comes again is refused.
    """
    seen: dict[str, Path] = {}
    for path in paths:
        files = sorted(filter(_is_instance, path.iterdir())) if path.is_dir() else [path]
        if not files:
            refused(path, ProblemRefused("no_instances", {"endings": ENDINGS}, "Name a folder that holds instances."))
        for file in files:
            try:
                question = read_question(file)
                if question.name in seen:
                    facts: dict[str, object] = {"name": question.name, "also": seen[question.name].name}
                    raise ProblemRefused("repeated_name", facts, "Give each question a name of its own.")
            except ProblemRefused as error:
                refused(file, error)
                continue
            seen[question.name] = file
            yield file, question


def _is_instance(file: Path) -> bool:
    return file.name.endswith(ENDINGS) and not file.name.startswith("expected")


def answer(question: Question, limits: Limits, *, seconds: bool = True, within: float | None = None) -> dict[str, Any]:
    """The answer to one question.

    As the format has it, sums over the steps ignore dates, and their plans have none. `within` narrows the Pareto set
    to plans that finish within so many times the earliest finish, unless the question says by when. `seconds` of
    processor time differ from run to run; without them the answer is always the same.
    """
    said: dict[str, Any] = {"reachable": None}
    plans, proven, bound = dict[str, Steps](), dict[str, bool](), dict[str, int | None]()
    spent: dict[str, float] = {}
    for criterion, name in EXPECTED_NAMES.items():
        if criterion is Criterion.FIRST_JOB and question.problem.milestone is None:
            continue
        with _clock(spent, name):
            result = _solved(question.problem, criterion, limits)
        if result.plan is None and result.proven and criterion in ADDITIVE:
            said = {"reachable": False}
            with _clock(spent, "missing"):
                said |= _missing(question.problem, limits)
            return said | ({"seconds": spent} if seconds else {})
        said[name], proven[name], bound[name] = result.value, result.proven, result.bound
        if result.plan is not None:
            replay(question.problem if criterion not in ADDITIVE else _undated(question.problem), result.plan)
            plans[name] = _steps(result.plan)
    if question.axes:
        with _clock(spent, "pareto"):
            said |= _front(question, limits, within)
    if question.not_known:
        taken = {name: [str(step["action"]) for step in steps] for name, steps in plans.items()}
        said["at_least"] = [
            name
            for criterion, name in EXPECTED_NAMES.items()
            if any(
                not question.not_known.get(what, frozenset()).isdisjoint(taken.get(name, ()))
                for what in _MEASURED_BY[criterion]
            )
        ]
    said["reachable"] = True if plans else None  # None: the work ran out before either was known
    return said | {"plans": plans, "proven": proven, "bound": bound} | ({"seconds": spent} if seconds else {})


def _solved(problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
    if criterion not in ADDITIVE:
        return solve_verified(ExactPlanner(), problem, criterion, limits)
    optimum = solve_additive(_undated(problem), criterion, limits)
    if optimum is None:
        return PlannerResult(Outcome.NONE_WITHIN_LIMITS, None, None, None, True, None)
    if optimum.value is None:
        return PlannerResult(Outcome.STOPPED_EARLY, None, None, optimum.bound, False, None)
    plan = Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries))
    return PlannerResult(Outcome.FOUND, plan, optimum.value, optimum.bound, optimum.proven, optimum.certificate)


def _undated(problem: PathwayProblem) -> PathwayProblem:
    """The question less what only dates can break."""
    return replace(problem, lapses={})


@contextmanager
def _clock(spent: dict[str, float], name: str) -> Iterator[None]:
    """Keeps the processor seconds that something took."""
    started = time.process_time()
    yield
    spent[name] = round(time.process_time() - started, 4)


def write_pddl(question: Question, folder: Path) -> Path:
    """The question without dates for planners of others: `domain.pddl`, `problem.pddl` in a folder of its name."""
    if Path(question.name).name != question.name:
        raise ProblemRefused("name_not_a_file", {"name": question.name}, "Give the question a name without slashes.")
    domain, task = pddl.export(question.problem, Criterion.COST, question.name)
    into = folder / question.name
    into.mkdir(parents=True, exist_ok=True)
    (into / "domain.pddl").write_text(domain, encoding="utf-8")
    (into / "problem.pddl").write_text(task, encoding="utf-8")
    return into


def _steps(plan: Plan) -> Steps:
    return [
        {"action": step.delivery} if step.start_week is None else {"action": step.delivery, "start": step.start_week}
        for step in plan.steps
    ]


def _missing(problem: PathwayProblem, limits: Limits) -> dict[str, Any]:
    missing = least_missing(problem, limits)
    if missing is None or missing.size == 0:  # nothing that could be held would help; only limits stand in the way
        return {}
    sets = [sorted(facts) for facts in missing.sets]
    return {
        "missing_size": missing.size,
        "missing_sets": sorted(sets),
        "missing_complete": missing.all_found,
        "proven": {"missing": missing.proven},
    }


def _front(question: Question, limits: Limits, within: float | None) -> dict[str, Any]:
    problem = question.problem
    if question.finish_by is not None:
        problem, within = replace(problem, horizon=min(problem.horizon, question.finish_by)), None
    front = pareto(problem, question.axes, limits, within=within)
    said = {
        "pareto_axes": [EXPECTED_NAMES[axis] for axis in front.axes],
        "pareto": sorted([point.values[axis] for axis in front.axes] for point in front.points),
        "pareto_complete": front.complete,
        "pareto_max_finish": question.finish_by if question.finish_by is not None else front.finish_by,
    }
    not_proven = [{"values": [*one.values.values()], "at_least": [*one.at_least.values()]} for one in front.not_proven]
    return said | ({"pareto_not_proven": not_proven} if not_proven else {})


_REFUSED = {
    "unreadable_instance": "the file cannot be read ({why}).",
    "malformed_instance": "at {place} stands {found}.",
    "no_instances": "the folder holds no file that ends in {endings}.",
    "repeated_name": "the question is called {name}, as that of {also} is.",
    "not_in_pddl": "PDDL has no words for its limits on whole plans ({caps}).",
    "name_not_a_file": "the question is called {name}, which is no name for a folder.",
    "repeated_id": "an id comes more than once ({facts}).",
    "unknown_content": "an action is of a content that is not there ({facts}).",
    "number_out_of_range": "a number is out of range ({facts}).",
    "starts_not_ascending": "start weeks are not in order ({facts}).",
}


def in_words(error: ProblemRefused) -> str:
    """Why a file is not answered, for people: what is wrong, where in the file, and what to do."""
    values = {
        name: ", ".join(map(str, v)) if isinstance(v, list | tuple) else str(v) for name, v in error.facts.items()
    }
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
    said = _REFUSED.get(error.code, "{facts}.").format(**{"facts": facts} | values)
    return f"{said[:1].upper()}{said[1:]} {error.hint}"


def in_a_line(name: str, said: dict[str, Any], names: Sequence[str] = tuple(EXPECTED_NAMES.values())) -> str:
    """An answer in one line."""
    if said["reachable"] is False:
        lacking = " or ".join(" and ".join(facts) for facts in said.get("missing_sets", [])[:3])
        return f"{name}: no pathway" + (f"; it would take {lacking}" if lacking else "")
    told = (
        f"{one} {'at least ' if one in said.get('at_least', ()) else ''}{said[one]}"
        + ("" if said["proven"][one] else f" (at least {said['bound'][one]})")
        for one in names
        if one in said
    )
    front = f"; {len(said['pareto'])} to choose from by {', '.join(said['pareto_axes'])}" if "pareto" in said else ""
    return f"{name}: {', '.join(told)}{front}"
