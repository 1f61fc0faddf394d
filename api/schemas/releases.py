"""Shapes of what is said of two releases compared, and of the feed of changes."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Asked, Link, Text, Wire
from queries.pathways.request import ReleaseRef

Became = Literal["added", "retired", "changed", "renamed"]


class DiffAsked(Asked):
    """Which part of what differs is wanted."""

    kind: Annotated[list[Text], Field(max_length=20)] = Field(
        [], description="Class of the things, as `sw:Qualification`. Repeatable: any of them."
    )
    dataset: Annotated[list[Text], Field(max_length=20)] = Field(
        [], description="Id of a dataset in which something differs. Repeatable: any of them."
    )
    became: list[Became] = Field(
        [],
        max_length=4,
        description="What became of them; `renamed` are changed things with another label. Repeatable.",
    )
    limit: int = Field(50, ge=1, le=1000, description="Most items on the page.")
    offset: int = Field(0, ge=0, le=10_000_000, description="Items of the list that come before the page.")


class FieldChangeSaid(Wire):
    """One property in one dataset: values that are gone and values that are new, and how many there are of each.

    Of many values the first hundred are shown.
    """

    property: str
    dataset: str
    before: list[str]
    after: list[str]
    before_count: int
    after_count: int


class ChangeSaid(Wire):
    """What became of one thing. `href` leads to where it is described; null: it is in no collection."""

    id: str
    kind: str
    label: str
    became: Literal["added", "retired", "changed"]
    renamed: bool
    datasets: list[str]
    fields: list[FieldChangeSaid]
    replaced_by: list[str]
    href: str | None


class ChangeCounts(Wire):
    """How many things were added, retired and changed; the renamed are among the changed."""

    added: int
    retired: int
    changed: int
    renamed: int


class SourceChange(Wire):
    """What became of one dataset. Versions and days are as its description has them; null: it does not say."""

    dataset: str
    became: Literal["added", "removed", "changed", "same"]
    version_before: str | None
    version_after: str | None
    retrieved_before: str | None
    retrieved_after: str | None
    things: ChangeCounts


class DiffSaid(Wire):
    """A part of what became of the things of the first release in the second. Counts are of all, not of the part."""

    first: ReleaseRef
    second: ReleaseRef
    sources: list[SourceChange]
    kinds: dict[str, ChangeCounts]
    notes: list[str] = Field(description="Filters that fit nothing that differs, and what there is.")
    total: int
    offset: int
    limit: int
    items: list[ChangeSaid]
    links: list[Link]


class FeedItem(Wire):
    """One release in the feed, with what changed since the one before it."""

    id: str
    url: str
    title: str
    content_text: str
    date_published: str
    release: int
    previous: int | None
    content_hash: str
    changes: dict[str, ChangeCounts]
    retired: dict[str, int]


class Feed(Wire):
    """The releases as a JSON Feed 1.1, newest first."""

    version: Literal["https://jsonfeed.org/version/1.1"]
    title: str
    home_page_url: str
    feed_url: str
    items: list[FeedItem]
