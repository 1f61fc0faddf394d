"""Answers a question about prior learning from what a release holds and the rules in force."""

from typing import Final

from graph.projection import Projection, Status
from queries.eligibility.rulebook import RuleBook
from queries.prior_learning.known import Known
from queries.prior_learning.nearest import nearest_awards
from queries.prior_learning.request import PriorLearning, PriorLearningRequest
from queries.prior_learning.scan import scans
from queries.prior_learning.ways import Recognised

CAUTION: Final = (
    "Nothing here is decided. Whether prior learning counts is for the centre to say, as a rule case by case and "
    "before enrolment. Each line is worth asking about, or not yet, for the reasons given."
)


def prior_learning(projection: Projection, book: RuleBook, asked: PriorLearningRequest) -> PriorLearning:
    """What prior learning may count for. Raises `UnknownThingError` for an id that the release does not hold."""
    known = Known(projection, book, asked)
    ids = tuple(dict.fromkeys(asked.to))
    roles = [id for id in ids if id in projection.roles]
    targets = tuple(Recognised(known, known.target(id)).recognition() for id in ids if id not in roles)
    found = tuple(scan for id in roles for scan in scans(known, id))
    nearest = nearest_awards(known)
    statuses = [*(one.status for one in targets), *(one.status for one in nearest), *(one.status for one in found)]
    return PriorLearning(
        on=asked.on,
        brought=known.brought,
        targets=targets,
        nearest=nearest,
        scans=found,
        illustrative=Status.ILLUSTRATIVE in statuses,
        caution=CAUTION,
    )
