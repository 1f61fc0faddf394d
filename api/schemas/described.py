"""What a release and its SPARQL endpoint say of themselves."""

from pydantic import Field

from api.schemas.common import Wire
from queries.pathways.request import ReleaseRef


class UseSaid(Wire):
    """A property of the things of a class."""

    triples: int = Field(description="Statements of it.")
    subjects: int = Field(description="Things of the class that have it.")
    functional: bool = Field(description="Whether none has it twice.")
    values: dict[str, int] = Field(description="Statements by class or datatype of the value.")


class ClassSaid(Wire):
    """A class of things."""

    label: str | None
    definition: str | None
    things: int
    example: str = Field(description="Address of one of them.")
    properties: dict[str, UseSaid]


class PropertySaid(Wire):
    """A property, whatever has it."""

    label: str | None
    definition: str | None
    triples: int
    subjects: int
    objects: int
    domains: dict[str, int] = Field(description="Things that have it, by class; rdfs:Resource for those without one.")
    ranges: dict[str, int] = Field(description="Statements by class or datatype of the value.")


class ProfileSaid(Wire):
    """What a release holds, in numbers: for completing queries."""

    release: ReleaseRef
    triples: int = Field(description="Statements, counted in each graph.")
    subjects: int
    objects: int
    prefixes: dict[str, str]
    graphs: dict[str, int] = Field(description="Statements by graph.")
    classes: dict[str, ClassSaid]
    properties: dict[str, PropertySaid]


class SyntaxSaid(Wire):
    """Why a query would not be run."""

    code: str = Field(description="Kind of problem: query-syntax or query-refused.")
    line: int | None
    column: int | None
    detail: str
    hint: str
    text: str | None = Field(description="The line itself.")
    suggestion: str | None = Field(description="What to write instead.")


class WarningSaid(Wire):
    """Something in a query that can match nothing in the release."""

    line: int
    column: int
    message: str
    suggestion: str | None = Field(description="What to write instead at that place.")
    empties: bool = Field(description="Whether the group that it stands in has no answer because of it.")


class CheckSaid(Wire):
    """What can be told of a query without running it on the data."""

    release: ReleaseRef
    syntax: SyntaxSaid | None = Field(description="Null: it can be run.")
    warnings: list[WarningSaid]
