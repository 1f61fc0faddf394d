"""Shapes of anything a release speaks of."""

from typing import Literal

from pydantic import Field

from api.schemas.common import Link, Wire
from queries.pathways.request import ReleaseRef
from queries.resource import Sureness

FaceName = Literal["html", "json", "jsonld", "turtle", "nt", "trig", "nq"]


class NodeSaid(Wire):
    """Something with an address."""

    uri: str
    label: str
    href: str | None = Field(description="Its page here. Null: the release only names it.")
    web: str | None = Field(description="Where it is on the web. Null: it is no address of the web.")


class ValueSaid(Wire):
    """A value: `text` and `datatype`, a `rule` and its `sentence`, or the `uri` and `label` of something."""

    sources: list[int] = Field(description="Who says so: places in `sources`, surest first.")
    text: str | None = None
    datatype: str | None = None
    language: str | None = None
    unit: str | None = None
    rule: str | None = None
    sentence: str | None = None
    uri: str | None = None
    label: str | None = None
    href: str | None = None
    web: str | None = None


class GroupSaid(Wire):
    """The values of one property, or the things that point here by it."""

    property: NodeSaid
    about: str | None = Field(description="What the property means. Null: its vocabulary is not ours.")
    caution: str | None = Field(description="What a reader must know before relying on it.")
    count: int
    count_is_least: bool = Field(description="There are more than `count`; they were not counted.")
    values: list[ValueSaid]
    more: str | None = Field(description="Where all of them are. Null: they are all here.")


class SectionSaid(Wire):
    """Facts that belong together."""

    title: str
    properties: list[GroupSaid]


class FactSource(Wire):
    """Where facts come from. What is not known, or is not there, is null."""

    words: str = Field(description="Who says so, how surely and when, in words.")
    status: Sureness
    graph: str = Field(description="The named graph that the facts stand in.")
    href: str
    title: str
    dataset: str | None = None
    publisher: str | None = None
    licence: str | None = None
    licence_name: str | None = None
    attribution: str | None = None
    retrieved: str | None = Field(None, description="Day on which it was read.")
    record: str | None = None
    file: str | None = None
    line: int | None = None
    page: str | None = Field(None, description="Where a reader can check.")
    described: str | None = None
    as_of: str | None = Field(None, description="Day of the source.")
    note: str | None = None
    rule: str | None = Field(None, description="The rule of ours that concluded it.")
    gathered: bool = Field(description="Whether the rows of the dataset come from many sources, each with its own.")


class ToldSaid(Wire):
    """One of several values that cannot all be right."""

    value: str
    entry: str
    dataset: str
    status: str
    as_of: str | None


class DifferenceSaid(Wire):
    """What datasets contradict each other in. The first value is the one that is shown elsewhere."""

    property: str
    because: str
    told: list[ToldSaid]


class HoldsSaid(Wire):
    """How many statements stand in a named graph."""

    count: int
    count_is_least: bool = Field(description="There are more than `count`; they were not counted.")


class ResourceSaid(Wire):
    """Anything the release speaks of, with what is said of it and what points to it."""

    uri: str
    label: str
    href: str
    kinds: list[NodeSaid]
    described: bool = Field(description="Whether the release says anything of it; else it only names it.")
    place: str | None
    holds: HoldsSaid | None = Field(description="Of a named graph. Null: no statement stands in it.")
    added: str | None = Field(description="Since which release it is here. Null: since the first, or not known.")
    sections: list[SectionSaid]
    incoming: list[GroupSaid]
    books: list[GroupSaid] = Field(description="The rows and statements of our own books that are about it.")
    sources: list[FactSource]
    differences: list[DifferenceSaid]
    release: ReleaseRef
    links: list[Link]


class PartSaid(GroupSaid):
    """A part of a long list of values, or of things that point here."""

    uri: str
    label: str
    href: str
    incoming: bool
    offset: int
    sources: list[FactSource]
    next: str | None
    previous: str | None
    last_shown: int | None = Field(description="How far this list goes. Null: to the end.")
    release: ReleaseRef
