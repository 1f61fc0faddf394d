"""Shapes of the watch of adverts: how they were matched, and how many ask for what beside what is taught."""

from datetime import date

from pydantic import Field

from api.faces import FORMAT_HELP, ChartFormat
from api.schemas.common import MANY_THINGS, Link, Named, TablesAsked, Wire
from api.schemas.coverage import InferenceAsked
from queries.pathways.request import ReleaseRef
from queries.watch.asked import By, State, Taught
from queries.watch.titles import Method, Outcome, Scheme


class AdvertsAsked(TablesAsked):
    """What can be asked of how adverts were matched."""

    jobs: Scheme = Field(
        Scheme.ROLE,
        description="The list of jobs: `role` (ours), `soc2020`, `soc2010`, `esco` or `onet`, where they are loaded.",
    )
    titles: Outcome = Field(
        Outcome.UNMATCHED, description="Which titles are shown: `matched`, `ambiguous` or `unmatched`."
    )
    limit: int = Field(50, ge=1, le=10_000, description="Most titles that are shown, those with most adverts first.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class DemandAsked(InferenceAsked):
    """What can be asked of demand. The switches of inference say what counts as taught beside it."""

    by: list[By] = Field(
        [By.ROLE],
        min_length=1,
        max_length=len(By),
        description="What adverts are told apart by, once for each: `role`, `competency`, `district`, `quarter`.",
    )
    role: list[Named] = Field([], max_length=MANY_THINGS, description="Only adverts of these roles, by id or name.")
    competency: list[Named] = Field(
        [], max_length=MANY_THINGS, description="Only adverts of roles that need one of these competencies, by id."
    )
    district: list[Named] = Field(
        [],
        max_length=MANY_THINGS,
        description="Only adverts from these postcode districts (`WS1`), or `not known`.",
    )
    quarter: list[Named] = Field(
        [], max_length=MANY_THINGS, description="Only adverts of these quarters (`2026-Q4`), or `not known`."
    )
    method: list[Method] = Field(
        [],
        max_length=len(Method),
        description="Only adverts that were matched by these ways: `exact`, `plain`, `part`, `fuzzy`. Without it all.",
    )
    provision: bool = Field(True, description="Say what is taught beside what is asked for.")
    limit: int = Field(100, ge=1, le=10_000, description="Most rows, those with most adverts first.")
    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class OutcomeSaid(Wire):
    """How many adverts came to this in a list of jobs. `share`: of all adverts that count, 0 to 1."""

    outcome: str
    about: str
    adverts: int
    share: float


class WaySaid(Wire):
    """How often a way of matching is right on the judged adverts.

    `precision`, `error`: shares of what it matched; null: it matched none of them. `error_at_most`: the error rate that
    so small a sample leaves possible (upper end of the 95% interval). `recall`: of the adverts that have a job.
    """

    jobs: Scheme
    method: str
    about: str
    sample: int
    matched: int
    right: int
    precision: float | None
    recall: float | None
    error: float | None
    error_at_most: float | None


class MatchSaid(Wire):
    """A job that a title was matched with. `score`: how alike the texts are, never how likely the match is right."""

    job: str
    label: str
    matched_name: str
    method: str
    score: float


class TitleSaid(Wire):
    """A title of adverts. Several `matches`: ambiguous, and counted for none of them."""

    id: str
    title: str
    adverts: int
    outcome: Outcome
    matches: list[MatchSaid]


class AdvertsSaid(Wire):
    """How the adverts of a release were matched. `adverts` null: none are loaded, which is not the same as nought."""

    state: State
    adverts: int | None
    repeated: int | None
    jobs: Scheme
    lists: list[Scheme]
    quarters: list[str]
    outcomes: list[OutcomeSaid]
    ways: list[WaySaid]
    titles: list[TitleSaid]
    method: list[str]
    release: ReleaseRef
    links: list[Link]


class ProvisionSaid(Wire):
    """What is taught of a role or competency in a place.

    `providers`: with a run to come or seen without a start; `past`: others, that only had one, or past learners;
    `placeless`: with a run of which nobody says where. `needs`, `needs_taught`: of a role; null: not known. `why`: why
    it is not known.
    """

    taught: Taught
    providers: int
    past: int
    placeless: int
    needs: int | None
    needs_taught: int | None
    why: str | None


class DemandRow(Wire):
    """Adverts of one kind. A side that they are not told apart by is null. `adverts_alike`: of them, those matched only
    by a part of the title or a name that is alike."""

    role: str | None
    role_label: str | None
    competency: str | None
    competency_label: str | None
    district: str | None
    quarter: str | None
    adverts: int
    adverts_alike: int
    provision: ProvisionSaid | None
    adverts_per_provider: float | None


class DemandSaid(Wire):
    """How many adverts ask for what. `adverts` and `matched` null: no adverts are loaded, which is never nought.

    `matched`: adverts of the release whose title was matched with a role, before any choice. `total`: rows there are.
    """

    state: State
    on: date
    adverts: int | None
    matched: int | None
    by: list[By]
    total: int
    rows: list[DemandRow]
    method: list[str]
    release: ReleaseRef
    links: list[Link]
