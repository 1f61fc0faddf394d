"""Shapes of what is missing in the data."""

from datetime import date

from pydantic import Field

from api.schemas.common import Day, Link, ReadAsked, Text, Wire
from queries.pathways.request import ReleaseRef


class IncompleteAsked(ReadAsked):
    """What can be asked of what is missing."""

    dataset: Text | None = Field(None, description="Only what this dataset describes, by id.")
    on: Day | None = Field(None, description="The day on which a run is over or not. Without it today.")


class MissingOf(Wire):
    """How many things a dataset or provider has, and how many of them lack something."""

    id: str
    label: str
    missing: int
    of: int


class ReachSaid(Wire):
    """A role or award that comes within reach."""

    id: str
    label: str


class OpenedSaid(Wire):
    """What comes within reach of somebody who brings `holds`."""

    holds: list[str]
    roles: list[ReachSaid]
    awards: list[ReachSaid]


class AloneSaid(Wire):
    """A step that opens something when it alone is filled in; `things` that lack it are tied to it."""

    step: str
    title: str
    things: int
    opens: list[OpenedSaid]


class MissingSaid(Wire):
    """One kind of thing that is missing.

    `best`: what is taken to be filled in. `opens`: with all of them filled in. `alone`: of the `steps` that are touched
    those that open most by themselves. `bound`: why what opens is at most so much; null: it is exact.
    """

    code: str
    text: str
    best: str
    ask: str
    missing: int
    of: int
    by_source: list[MissingOf]
    by_provider: list[MissingOf]
    steps: int
    opens: list[OpenedSaid]
    alone: list[AloneSaid]
    bound: str | None


class IncompleteSaid(Wire):
    """What is missing in a release on a day, and what it would open."""

    on: date
    dataset: str | None
    items: list[MissingSaid]
    release: ReleaseRef
    links: list[Link]
