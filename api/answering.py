"""What worker processes do for questions that take long: open a release once, then answer over it."""

from api import questions
from api.asked import REACHED, Asked, ComingBack, Home, Reaching
from api.designers.compared import Comparing, Overlapping, compared
from api.designers.counted import Counting
from api.designers.solved import ToSolve
from api.designers.worked import count, solved
from api.people import PriorLearningAsked, prior_learning_answer
from api.workers import Answer
from graph.release import Release
from queries.pathways.service import PathwayService

Pairs = Overlapping | Comparing


def open_release(home: Home) -> Answer:
    """The opener of pathway workers. It solves nothing: solvers start threads, and then forking is not safe."""
    projection = Release(home.folder).projection
    pathways = PathwayService(projection, home.reference)
    pathways.prepare(home.day)

    def answer(asked: Asked | ComingBack | Reaching | PriorLearningAsked | ToSolve | Counting | Pairs) -> bytes:
        if isinstance(asked, ToSolve):
            return solved(asked)
        if isinstance(asked, Counting):
            return count(asked)
        if isinstance(asked, Overlapping | Comparing):
            return compared(asked, projection)
        if isinstance(asked, ComingBack):
            one = asked.asked
            return questions.way_back(pathways, one.request, one.understood, one.limits, asked.stop, one.root)
        if isinstance(asked, Reaching):
            return REACHED.dump_json(pathways.within_reach(asked.request))
        if isinstance(asked, PriorLearningAsked):
            return prior_learning_answer(pathways, asked)
        return questions.answer(pathways, asked.request, asked.understood, asked.limits, asked.root, asked.not_used)

    return answer
