"""Shapes of what the service says of itself, of its releases and of its datasets."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Link, ReadAsked, Text, Wire
from api.sparql.standing import EngineState
from api.workers import PoolState
from graph.issues import Severity
from queries.catalogue import BY_CLASS
from queries.find import PUBLISHED
from queries.pathways.request import ReleaseRef


class CollectionSaid(Wire):
    """A collection: what its things are, how many there are and where the list is."""

    name: str
    kind: str
    about: str
    count: int
    href: str


class CollectionsSaid(Wire):
    """Every collection of a release."""

    collections: list[CollectionSaid]
    release: ReleaseRef
    links: list[Link]


class Landing(Wire):
    """What this service is and where to go from here. `release` null: nothing has been published yet."""

    title: str
    description: str
    software: str
    release: ReleaseRef | None
    illustrative: bool | None
    links: list[Link]


class Conformance(Wire):
    """The specifications that this service follows, by address."""

    conforms_to: list[str] = Field(serialization_alias="conformsTo")


class Health(Wire):
    """The process is alive. It says nothing of the data: see /ready."""

    alive: Literal[True]
    software: str
    questions: PoolState


class Ready(Wire):
    """A release is open and can be asked."""

    ready: Literal[True]
    release: ReleaseRef
    engine: EngineState | None = Field(description="Another SPARQL server that answers queries, if one is set.")


class ReleaseSaid(Wire):
    """What a release is. `content_hash` depends on its statements alone. `issues`: how many of each severity."""

    number: int
    built_at: str
    content_hash: str
    software: str
    current: bool
    illustrative: bool
    quads: int
    datasets: list[dict[str, Any]]
    counts: dict[str, int]
    issues: dict[str, int]
    links: list[Link]


class ReleasesSaid(Wire):
    """The releases there are, newest first. `current`: the one that is served when nobody names one."""

    current: int | None
    releases: list[ReleaseSaid]


class IssueSaid(Wire):
    """A fault or doubt in the data that was found when the release was built, where it is and how to mend it."""

    severity: Severity
    code: str
    title: str
    message: str
    hint: str
    dataset: str
    file: str | None
    line: int | None
    column: str | None
    value: str | None


class IssuesSaid(Wire):
    """A part of the list of issues."""

    total: int
    offset: int
    limit: int
    items: list[IssueSaid]
    release: ReleaseRef
    links: list[Link]


class RowsSaid(Wire):
    """The rows of a table: read, loaded, held back as made up, refused as faulty."""

    read: int
    mapped: int
    withheld: int
    refused: int


class DatasetSaid(Wire):
    """A dataset of a release: whose it is, what may be done with it, and how much it holds."""

    id: str
    title: str
    publisher: str
    licence: str
    licence_url: str | None
    attribution: str | None
    shippable: bool
    retrieved: str | None
    rows: dict[str, RowsSaid]


class DatasetsSaid(Wire):
    """The datasets of a release."""

    datasets: list[DatasetSaid]
    release: ReleaseRef


class FoundSaid(Wire):
    """A thing that matches. `how`: by `id`, `words` or `spelling`; `score` compares matches of one `how` only."""

    id: str
    kind: str
    label: str
    how: Literal["id", "words", "spelling"]
    score: float
    href: str


class FoundPage(Wire):
    """The best matches, best first."""

    q: str
    items: list[FoundSaid]
    release: ReleaseRef


class FindAsked(ReadAsked):
    """A search by everyday words."""

    q: Annotated[Text, Field(min_length=1)] = Field(
        title="Words", description="Everyday words, a code or an id; misspelt words are forgiven."
    )
    kind: Annotated[list[Literal[(*BY_CLASS, *PUBLISHED)]], Field(max_length=len(BY_CLASS))] = Field(  # type: ignore[valid-type]
        [], description="Kinds of thing to look among; without any, ours and then published ones. Repeatable."
    )
    limit: int = Field(20, ge=1, le=100, description="Most matches.")


class ProblemSaid(Wire):
    """A kind of problem: what identifies it, when it is replied, and what to do."""

    code: str
    type: str
    title: str
    statuses: list[int]
    hint: str
    links: list[Link]


class ProblemsSaid(Wire):
    """Every kind of problem."""

    problems: list[ProblemSaid]
