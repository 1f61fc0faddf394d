"""What pathway questions over one release rest on, short of any search: what they name there, and its catalogues.

The planner is left to `queries.pathways.service`. It takes long to load, so the web service, which has workers search,
needs this module alone.
"""

from dataclasses import replace
from datetime import date

from graph.projection import Projection, Step
from queries.eligibility.rulebook import RuleBook
from queries.pathways.asked import Asked, ask
from queries.pathways.compile import Catalogues, UnknownThingError, facts_of
from queries.pathways.engine.problem import Criterion
from queries.pathways.limits import check
from queries.pathways.request import PathwayRequest, ReleaseRef


class NoSuchGoalError(LookupError):
    """No role of the sector is at the level asked for."""


class Grounds:
    """What pathway questions over one release rest on. Safe to share between threads."""

    def __init__(self, projection: Projection, release: ReleaseRef, book: RuleBook | None = None) -> None:
        self.projection, self.release = projection, release
        self.catalogues = Catalogues(projection, book)

    def asked(self, request: PathwayRequest) -> Asked:
        """The question as the planner gets it, every step of unknown measure left out. Raises as `settled` does."""
        return ask(self.catalogues, self.settled(request), measured=True)

    def step_named(self, id: str) -> Step | None:
        """A step of the release by its id."""
        return self.catalogues.steps.get(id)

    def settled(self, request: PathwayRequest) -> PathwayRequest:
        """The question with its goals and its day, once it is clear that it can be asked.

        Raises `UnknownThingError` for an id that the release does not hold, `NoSuchGoalError`, and
        `ContradictoryLimitsError`.
        """
        request = replace(
            request,
            to=self.goals(request),
            by=Criterion(request.by),
            on=request.on or date.today(),  # noqa: DTZ011  (the person's day, wherever they are)
            provider=self.ours(request.provider),
            avoid=self.ours(request.avoid),
        )
        for id in request.holds:
            facts_of(id, self.projection)
        check(request, self.projection)
        return request

    def ours(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """The ids, each once; of a provider of a register that is joined to one of ours, that of ours."""
        return tuple(dict.fromkeys(self.projection.same_provider.get(id, id) for id in ids))

    def goals(self, request: PathwayRequest) -> tuple[str, ...]:
        """The ids any of which will do. Raises `NoSuchGoalError` and `UnknownThingError`."""
        if request.to:
            for id in request.to:
                if id not in self.projection.roles and id not in self.projection.awards:
                    raise UnknownThingError(id)
            return request.to
        roles = self.projection.roles.values()
        found = sorted(r.id for r in roles if r.level == request.to_level and request.sector in r.sectors)
        if not found:
            raise NoSuchGoalError(f"no role of the sector “{request.sector}” is known at level {request.to_level}")
        return tuple(found)
