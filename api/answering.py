"""What worker processes do for questions that take long: open a release once, then answer over it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api import questions
from api.dependencies import Services
from api.designers.counted import Counting, count
from api.designers.solved import ToSolve, solved
from api.people import PriorLearningAsked, prior_learning_answer
from api.schemas.pathways import NotUsed, Understood
from api.workers import Answer
from graph.release import Release
from queries.pathways.engine.problem import Limits
from queries.pathways.request import PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService


@dataclass(frozen=True, slots=True)
class Home:
    """A release to answer over, and the day of most questions. One that is built anew under its number is another."""

    folder: Path
    reference: ReleaseRef
    day: date


def home_of(services: Services) -> Home:
    """Where questions to a release are answered today."""
    return Home(services.release.path, services.reference, questions.today())


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was understood; `root` is what the address that asks it again begins with."""

    request: PathwayRequest
    understood: tuple[Understood, ...]
    limits: Limits
    root: str
    not_used: tuple[NotUsed, ...] = ()


def open_release(home: Home) -> Answer:
    """The opener of pathway workers. It solves nothing: solvers start threads, and then forking is not safe."""
    pathways = PathwayService(Release(home.folder).projection, home.reference)
    pathways.prepare(home.day)

    def answer(asked: Asked | PriorLearningAsked | ToSolve | Counting) -> bytes:
        if isinstance(asked, ToSolve):
            return solved(asked)
        if isinstance(asked, Counting):
            return count(asked)
        if isinstance(asked, PriorLearningAsked):
            return prior_learning_answer(pathways, asked)
        return questions.answer(pathways, asked.request, asked.understood, asked.limits, asked.root, asked.not_used)

    return answer
