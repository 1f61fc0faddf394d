"""Shapes of what datasets contradict each other in."""

from pydantic import Field

from api.schemas.common import Link, ReadAsked, Text, Wire
from graph.projection import Status
from queries.pathways.request import ReleaseRef


class ContradictionsAsked(ReadAsked):
    """What can be asked of contradictions."""

    dataset: Text | None = Field(None, description="Only those in which this dataset has a part, by id.")
    property: Text | None = Field(None, description="Only those in this property, such as `level`.")
    offset: int = Field(0, ge=0, le=1_000_000, description="Items of the list that come before the page.")
    limit: int = Field(100, ge=1, le=1000, description="Most items of the page.")


class ToldSaid(Wire):
    """One value, and who says it: of the thing itself or of its `entry` in a register. `as_of` null: no date."""

    value: str
    entry: str
    dataset: str
    status: Status
    as_of: str | None


class ContradictionSaid(Wire):
    """Values of one property of one thing that cannot all be right, and why the first is shown."""

    thing: str
    label: str
    property: str
    shown: ToldSaid
    others: list[ToldSaid]
    because: str


class ContradictionsSaid(Wire):
    """A page of the contradictions of a release."""

    total: int
    offset: int
    limit: int
    items: list[ContradictionSaid]
    release: ReleaseRef
    links: list[Link]
