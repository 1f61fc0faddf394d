"""The answer to one question of the atlas: what anybody would be told at `/pathways`, in a line of a table."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from graph.projection import StepKind
from queries.atlas.tasks import ANY, Job, Question, Reading, chosen
from queries.pathways.compile import UnknownThingError
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import Near, PathwayRequest, ReleaseRef
from queries.pathways.service import Best, PathwayService

NOT_ON_OFFER: Final = ""
"""In the place of a run: of the step no run is known."""

ANSWER: Final = pl.Schema(
    {
        "question": pl.String(),
        "outcome": pl.String(),
        "weeks": pl.Int64(),
        "known_weeks": pl.Int64(),
        "weeks_at_least": pl.Boolean(),
        "proven": pl.Boolean(),
        "cost_pounds": pl.Int64(),
        "known_cost_pounds": pl.Int64(),
        "steps_of_unknown_length": pl.Int64(),
        "steps_of_unknown_cost": pl.Int64(),
        "steps_not_told": pl.Int64(),
        "employer_steps": pl.Int64(),
        "surely_open": pl.Boolean(),
        "status": pl.String(),
        "steps": pl.List(pl.String()),
        "taught": pl.List(pl.Boolean()),
        "runs": pl.List(pl.String()),
        "without": pl.List(pl.String()),
        "weeks_without": pl.List(pl.Int64()),
    }
)
"""The columns of an answer. Null: not known, or there is no pathway.

`question`: its key. `outcome`: of the search; null: the release does not describe what is brought. `weeks`: until the
goal; null where a length is not known, and then `known_weeks` is what is known of it. `cost_pounds`: of the pathway of
least known cost; null where a price is not known. `steps`: of the soonest pathway; `taught`: whether each is no job;
`runs`: the run of each that stands for others, or `NOT_ON_OFFER`. `without`: the smallest sets of limits that close the
way, each as names joined by +; `weeks_without`: the weeks if they were lifted, null where not wholly known.
"""


class Solver:
    """Answers the questions of one job. Safe to share between threads."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.service = PathwayService(job.projection, ReleaseRef(0, job.release, ""))
        self.circumstances = {one.id: one for one in job.circumstances}

    def answers(self, questions: Iterable[Question]) -> list[dict[str, Any]]:
        """The answers as rows of `ANSWER`."""
        return [{"question": one.key, **self.answer(one)} for one in questions]

    def request(self, question: Question) -> PathwayRequest:
        """The question as `/pathways` understands it."""
        one = self.circumstances[question.circumstance]
        asked = replace(one.asked(dict(question.resident)), to=(question.role,), on=self.job.on)
        if question.reading is Reading.PERHAPS:  # what nobody tells is not known, and never no
            asked = replace(asked, untold=bool(asked.attendance), unpriced=asked.budget_pounds is not None)
        if question.runs == ANY:
            return asked
        known = question.reading is Reading.NEAR
        text = f"taught within {one.within_km:g} km in a straight line" if one.within_km is not None else "taught"
        text = f"only what is known to be {text}" if known else f"only what is {text}, or might be"
        return replace(asked, near=Near(text, chosen(question.runs, self.job.stand_ins), known_only=known))

    def answer(self, question: Question) -> dict[str, Any]:
        """The answer to one question, without its key."""
        request = self.request(question)
        try:
            soonest = self.service.best(request, why_not=question.reading is Reading.PERHAPS)
            cheapest = None
            if soonest.outcome is Outcome.FOUND:
                cheapest = self.service.best(replace(request, by=Criterion.COST), why_not=False)
        except UnknownThingError:
            return dict.fromkeys(list(ANSWER)[1:])
        return _said(soonest, cheapest)


def _said(soonest: Best, cheapest: Best | None) -> dict[str, Any]:
    said: dict[str, Any] = dict.fromkeys(list(ANSWER)[1:])
    said |= {"outcome": str(soonest.outcome), "steps": [], "taught": [], "runs": []}
    said["without"] = ["+".join(sorted(limit.name for limit in one.limits)) for one in soonest.lifting]
    said["weeks_without"] = [None if one.steps_of_unknown_length else one.weeks for one in soonest.lifting]
    if soonest.pathway is not None:
        totals, steps = soonest.pathway.totals, soonest.pathway.steps
        said |= {
            "weeks": None if totals.steps_of_unknown_length else totals.weeks,
            "known_weeks": totals.weeks,
            "weeks_at_least": totals.weeks_at_least,
            "proven": soonest.pathway.proven,
            "steps_of_unknown_length": totals.steps_of_unknown_length,
            "steps_not_told": totals.steps_that_cannot_be_told,
            "employer_steps": totals.steps_that_need_an_employer,
            "surely_open": totals.surely_open,
            "status": str(soonest.pathway.status),
            "steps": [one.id for one in steps],
            "taught": [one.kind is not StepKind.JOB for one in steps],
            "runs": [run or NOT_ON_OFFER for run in soonest.runs],
        }
    if cheapest is not None and cheapest.pathway is not None:
        totals = cheapest.pathway.totals
        said |= {
            "cost_pounds": totals.cost_pounds,
            "known_cost_pounds": totals.known_cost_pounds,
            "steps_of_unknown_cost": totals.steps_of_unknown_cost,
        }
    return said


def frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Answers as a table."""
    return pl.DataFrame(rows, schema=ANSWER, orient="row")
