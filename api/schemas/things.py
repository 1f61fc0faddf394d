"""The shapes of things, made for each collection from the column dictionary, so that the OpenAPI document says what
each property means and in which unit it is."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, create_model

from api.schemas.common import Link, ReadAsked, Text, Wire
from api.settings import Settings
from graph.projection import Status
from queries import catalogue
from queries.catalogue import Collection
from queries.pathways.request import ReleaseRef

FormatName = Literal["json", "jsonld", "turtle"]

LEFT_OUT: Final = {
    "sw:occupationalMapMedianPay": "Median pay of a broad SOC group, as the occupational maps show it: not the pay of"
    " the role, and never used in an answer."
}
"""Properties that are left out of the plain properties, with what must be said where they are shown."""


class ThingRef(Wire):
    """Another thing: its id, its label and where to read of it."""

    id: str
    label: str
    href: str


class RuleRef(Wire):
    """A rule as a line of text in our rule language, and as a sentence."""

    text: str
    sentence: str


class SourceOf(Wire):
    """A row of a dataset that describes the thing. `as_of` null: the source shows no date."""

    record: str
    dataset: str
    file: str
    line: int
    status: Status
    source: str
    source_description: str | None
    as_of: str | None
    note: str | None


class StatementSaid(Wire):
    """One statement: a property, its value, and how sure it is. `record`: which of `sources` it comes from.

    `caution` says what a reader must know before using the value.
    """

    property: str
    term: str
    about: str
    value: ThingRef | RuleRef | bool | int | float | str
    unit: str | None
    status: Status
    source: str
    as_of: str | None
    record: str
    caution: str | None


class ConclusionSaid(Wire):
    """What follows by one of our rules. `values` are the first of `count`."""

    term: str
    values: list[ThingRef | RuleRef | bool | int | float | str]
    count: int
    status: Status
    rule: str


class NeighboursSaid(Wire):
    """Things that point here by one property: `count` of them, of which the first are shown. `more` lists all."""

    collection: str
    property: str
    term: str
    count: int
    shown: list[ThingRef]
    more: str | None


@dataclass(frozen=True, slots=True)
class Shapes:
    """The models of one collection: what can be asked of its list, and what is said."""

    query: type[ReadAsked]
    item: type[BaseModel]
    page: type[BaseModel]
    profile: type[BaseModel]


def _value_type(field: catalogue.Field) -> Any:
    single: Any
    match field.type:
        case "integer":
            single = int
        case "decimal":
            single = float
        case "yesno":
            single = bool
        case "ref" | "refs":
            single = ThingRef
        case "requirement":
            single = RuleRef
        case _:
            single = str
    return list[single] if field.several else single | None


def _properties(collection: Collection) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for field in shown_properties(collection):
        unit = f" In {field.unit}." if field.unit else ""
        fields[f"f_{field.name}"] = (
            _value_type(field),
            Field(alias=field.name, description=f"{field.about}{unit}"),
        )
    return create_model(
        f"{collection.class_name}Properties",
        __base__=Wire,
        __doc__=f"{collection.about} Null: not known.",
        **fields,
    )


def shown_properties(collection: Collection) -> tuple[catalogue.Field, ...]:
    """The properties that are shown plainly."""
    return tuple(f for f in collection.properties if f.term not in LEFT_OUT)


def _query(collection: Collection, settings: Settings) -> type[ReadAsked]:
    texts = Annotated[list[Annotated[Text, Field(min_length=1)]], Field(max_length=20)]
    most, usual = settings.max_page_size, min(settings.default_page_size, settings.max_page_size)
    fields: dict[str, Any] = {
        "limit": (int, Field(usual, ge=1, le=most, description="Most items on the page.")),
        "offset": (int, Field(0, ge=0, le=1_000_000, description="Items of the list that come before the page.")),
        "format": (FormatName | None, Field(None, description="Format of the reply; without it `Accept` decides.")),
        "status": (list[Status], Field([], max_length=3, description="How sure the row is. Repeatable: any of them.")),
    }
    if collection.label_field is not None:
        about = "Everyday words. The best matches come first, and misspelt words are forgiven."
        fields["q"] = (Annotated[Text, Field(min_length=1)] | None, Field(None, description=about))
    for field in collection.filters:
        about = f"{field.about} Repeatable: any of them."
        match field.type:
            case "choice" | "choices":
                kind: Any = Annotated[list[Literal[field.choices]], Field(max_length=20)]  # type: ignore[name-defined]
            case "level":
                kind = Annotated[list[Literal["E", "1", "2", "3", "4", "5", "6", "7", "8"]], Field(max_length=9)]
            case "yesno":
                fields[f"f_{field.name}"] = (bool | None, Field(None, alias=field.name, description=field.about))
                continue
            case _:
                kind = texts
        fields[f"f_{field.name}"] = (kind, Field([], alias=field.name, description=about))
    name = f"{collection.class_name}Query"
    return create_model(
        name, __base__=ReadAsked, __doc__=f"What can be asked of the list of {collection.name}.", **fields
    )


def shapes(collection: Collection, settings: Settings) -> Shapes:
    """The models of a collection."""
    name = collection.class_name
    properties = _properties(collection)
    item = create_model(
        name,
        __base__=Wire,
        __doc__=collection.about,
        id=(str, Field(description="Its id, stable from release to release.")),
        uri=(str, Field(description="Its address in the graph.")),
        href=(str, Field(description="Where to read all that is said of it.")),
        kind=(str, Field(description="Its class.")),
        label=(str, Field(description="What people call it.")),
        status=(Status, Field(description="How sure its row is.")),
        source=(str, Field(description="Where its row can be checked.")),
        as_of=(str | None, Field(description="Date of the source; null: it shows none.")),
        note=(str | None, Field(description="What to know before relying on it.")),
        status_of=(dict[str, Status], Field(description="Properties that are less sure than the row, and how sure.")),
        differs=(list[str], Field(description="Properties for which datasets say different things; one is shown.")),
        properties=(properties, Field(description="What is said of it.")),
    )
    page = create_model(
        f"{name}Page",
        __base__=Wire,
        __doc__=f"A part of the list of {collection.name}.",
        total=(int, Field(description="Items of the whole list, with these filters.")),
        offset=(int, Field(description="Items before the page.")),
        limit=(int, Field(description="Most items on the page.")),
        items=(list[item], Field(description="The items of the page.")),
        release=(ReleaseRef, Field(description="The release that answered.")),
        links=(list[Link], Field(description="This page, the next and the one before.")),
    )
    profile = create_model(
        f"{name}Profile",
        __base__=item,
        __doc__=f"{collection.about} With every statement, where it comes from, and what points here.",
        sources=(list[SourceOf], Field(description="The rows that describe it, surest first.")),
        statements=(list[StatementSaid], Field(description="Every statement, with its status and source.")),
        conclusions=(list[ConclusionSaid], Field(description="What follows by our rules.")),
        incoming=(list[NeighboursSaid], Field(description="What points here, in groups.")),
        release=(ReleaseRef, Field(description="The release that answered.")),
        links=(list[Link], Field(description="Other formats, and the list it is in.")),
    )
    return Shapes(_query(collection, settings), item, page, profile)
