"""What a release is as a whole, for whoever wants to use or cite it."""

from pydantic import Field

from api.schemas.common import Link, Wire
from queries.pathways.request import ReleaseRef


class GraphSaid(Wire):
    """One named graph."""

    address: str
    title: str
    about: str
    statements: int
    statuses: dict[str, int] = Field(description="Rows by how sure they are.")
    publisher: str
    licence: str | None
    licence_url: str | None
    attribution: str | None = Field(description="What the licence wants said.")
    retrieved: str | None
    version: str | None
    rule: str | None = Field(description="Address of the rule by which it follows from other graphs.")
    dataset: str | None = Field(description="Id of the source that it is of.")


class FileSaid(Wire):
    """A file to download: sorted lines of N-Quads, packed with gzip."""

    name: str
    href: str
    statements: int
    bytes: int
    sha256: str


class CountSaid(Wire):
    """A class with the number of its things."""

    address: str
    name: str
    label: str | None
    things: int
    example: str


class MatcherSaid(Wire):
    """How often a way of matching names is right, on pairs that people judged."""

    title: str
    precision: float | None
    recall: float | None
    pairs: int


class DatasetPageSaid(Wire):
    """The release as a dataset."""

    title: str
    illustrative: bool = Field(description="Whether it holds made-up rows; each is marked.")
    about: str
    citation: str
    release: ReleaseRef
    previous: int | None
    statements: int
    things: int
    classes: list[CountSaid]
    properties: int
    graphs: list[GraphSaid]
    files: list[FileSaid]
    left_out: list[str] = Field(description="Datasets whose licence does not let them be passed on: not in the files.")
    matchers: list[MatcherSaid] = Field(description="Empty: no names were matched in this release.")
    limits: list[str] = Field(description="What is known to be missing or doubtful.")
    releases: list[int]
    links: list[Link]
