"""Shapes of named queries: what each takes and gives, and its answers."""

from typing import Any

from pydantic import Field

from api.schemas.common import Link, Wire
from queries.pathways.request import ReleaseRef


class ParameterSaid(Wire):
    """A value that a query takes. `expected` says in words what it may be, `choices` all that it may be."""

    name: str
    type: str
    of: str | None = Field(description="Of a thing its class, of a concept its scheme; null: any.")
    required: bool
    default: str | None
    choices: list[str] | None
    example: str | None
    about: str
    expected: str


class OnlyWhere(Wire):
    """A column, and those of its values with which a row can have a value of another."""

    column: str
    values: list[str]


class ColumnSaid(Wire):
    """A column of the answer. `may_be_blank`: whether a row can be without a value, which is then null: not known.

    `only_where`: elsewhere null says that there is no such value; null: it is one of every row.
    """

    name: str
    type: str
    about: str
    may_be_blank: bool
    only_where: OnlyWhere | None


class QuerySummary(Wire):
    """A named query in a list. `question`: the competency question that it belongs to."""

    name: str
    title: str
    asked_by: list[str]
    question: str | None
    parameters: list[str]
    href: str


class QueriesSaid(Wire):
    """The named queries. `user_groups` are all those who ask any."""

    total: int
    items: list[QuerySummary]
    user_groups: list[str]
    links: list[Link]


class Citation(Wire):
    """What to cite: the release, what exactly is in it, what exactly was asked, and where to ask it again.

    `query_hash` is the SHA-256 of the query's file, `address` a path of this service.
    """

    text: str
    release: int
    content_hash: str
    query: str
    query_hash: str
    address: str


class QuerySaid(Wire):
    """A named query. `text` is the query with all prefixes and the values in `given`, to be run anywhere."""

    name: str
    title: str
    asked_by: list[str]
    question: str | None
    reads: str | None
    limits: str | None
    parameters: list[ParameterSaid]
    rows: str
    columns: list[ColumnSaid]
    given: dict[str, str]
    text: str
    citation: Citation
    release: ReleaseRef
    links: list[Link]


class ResultsSaid(Wire):
    """A page of the answers to a named query: each row has a value for each column, null where there is none."""

    query: str
    title: str
    given: dict[str, str]
    columns: list[ColumnSaid]
    total: int
    offset: int
    limit: int
    rows: list[list[Any]]
    citation: Citation
    release: ReleaseRef
    links: list[Link]
