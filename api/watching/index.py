"""The index that anyone can recompute: on the wire, as tables and a chart over releases, and for the console."""

from collections.abc import Iterator
from datetime import date

from api.addresses import Addresses
from api.charts import Chart, Row, lines
from api.console import Screen
from api.dependencies import ReleaseHolder, Services
from api.faces import Faces, release_words
from api.reply import JSON
from api.schemas.common import Link
from api.schemas.watch import IndexAsked, IndexOfRelease, IndexPart, IndexSaid
from api.sheets import Cell, Sheet
from queries.catalogue import get_query
from queries.watch.index import ARITHMETIC, NOT_MEASURED, Index, Part, index_of


def index_faces(holder: ReleaseHolder, services: Services, on: date, asked: IndexAsked, to: Addresses | None) -> Faces:
    """The index of a release and of those before it."""
    number = services.reference.number
    earlier = sorted((one for one in holder.releases.numbers() if one < number), reverse=True)
    chosen = [services, *(holder.get(one) for one in earlier[: asked.releases - 1])]
    items = [_of_release(one, on, to) for one in chosen]
    query = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    said = IndexSaid(
        on=on,
        text=_summary(items[0]),
        items=items,
        arithmetic=ARITHMETIC,
        not_measured=list(NOT_MEASURED),
        release=services.reference,
        links=[Link(rel="self", href=to.to("/watch/index", **query), type=JSON, title="this answer")] if to else [],
    )
    return Faces(said, lambda: _sheets(said), lambda: _chart(said, services), said.text)


def _of_release(services: Services, on: date, to: Addresses | None) -> IndexOfRelease:
    found: Index = index_of(services.store, on)
    reference = services.reference
    return IndexOfRelease(
        number=reference.number,
        content_hash=reference.content_hash,
        built_at=reference.built_at,
        index=found.value,
        high=found.high,
        missing=list(found.missing),
        parts=[_part(one, reference.number, to) for one in found.parts],
    )


def _part(one: Part, release: int, to: Addresses | None) -> IndexPart:
    return IndexPart(
        code=one.code,
        title=one.title,
        unit=one.unit,
        value=one.value,
        high=one.high,
        in_index=one.in_index,
        query=one.query,
        href=Addresses(to.root if to else "", release).to(f"/queries/{one.query}/results"),
        arithmetic=one.arithmetic,
        counted=dict(one.counted),
        missing=one.missing,
        inferred=one.inferred,
    )


def _summary(one: IndexOfRelease) -> str:
    if one.index is None:
        why = "; ".join(f"{part.title}: {part.missing}" for part in one.parts if part.code in one.missing)
        return f"The index of release {one.number} is not known. Missing: {why}."
    text = f"The index of release {one.number} is {_range(one.index, one.high)} of 100"
    if not _is_inferred(one):
        return f"{text}."
    known = {part.code: part for part in one.parts}
    taught, published = known["coverage"], known["coverage-published"]
    if not taught.inferred:
        return f"{text}, in part inferred."
    return (
        f"{text}, in part inferred: {taught.value:g} percent of what roles need is known to be taught (the past"
        f" alone does not count), and {published.value:g} percent by what is published alone."
    )


def _is_inferred(one: IndexOfRelease) -> bool:
    return any(part.inferred for part in one.parts if part.in_index)


def _standing(inferred: bool) -> str:
    return "in part inferred" if inferred else "published"


def _range(value: float | None, high: float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:g}" if high is None else f"{value:g} to {high:g}"


def _sheets(said: IndexSaid) -> list[Sheet]:
    notes = [said.text, said.arithmetic, *(f"Not measured: {one}." for one in said.not_measured)]
    return [
        Sheet(
            "Index",
            (
                *("Release", "Part", "What it is", "Value", "Upper end", "Unit", "In the index", "Named query"),
                *("Arithmetic", "Numbers that go in", "What is missing", "Question", "Its answer", "Standing"),
            ),
            [row for one in said.items for row in _rows(one, said.arithmetic)],
            notes,
            (
                *("What it is", "Release", "Value", "Upper end", "Unit", "Standing", "In the index", "Question"),
                *("Arithmetic", "Numbers that go in", "What is missing"),
            ),
            {"Question": "Its answer"},
        )
    ]


def _rows(one: IndexOfRelease, arithmetic: str) -> Iterator[tuple[Cell, ...]]:
    missing = "; ".join(part.title for part in one.parts if part.code in one.missing)
    yield (
        *(
            one.number,
            "index",
            "The index",
            one.index,
            _end(one.high),
            "of 100",
            "",
            "",
            arithmetic,
            "",
            missing,
            "",
            "",
        ),
        _standing(_is_inferred(one)),
    )
    for part in one.parts:
        counted = "; ".join(f"{name.replace('_', ' ')}: {count}" for name, count in part.counted.items())
        yield (
            *(one.number, part.code, part.title, part.value, _end(part.high), part.unit, part.in_index),
            *(part.query, part.arithmetic, counted, part.missing or "", get_query(part.query).title, part.href),
            _standing(part.inferred),
        )


def _end(high: float | None) -> Cell:
    """An upper end; blank where the value has no other."""
    return "" if high is None else high


def _chart(said: IndexSaid, services: Services) -> Chart:
    rows: list[Row] = []
    for one in reversed(said.items):
        rows.append({"release": str(one.number), "what": f"index, {_standing(_is_inferred(one))}", "value": one.index})
        rows += [
            {
                "release": str(one.number),
                "what": f"{part.title}, in part inferred" if part.inferred else part.title,
                "value": part.value,
            }
            for part in one.parts
            if part.in_index or part.code == "coverage-published"
        ]
    return lines(
        "The index and its parts by release",
        "One line for the index, one for each of its parts and one for what is published alone, over releases, from 0"
        f" to 100. {said.text}",
        rows,
        x="release",
        y="value",
        series="what",
        titles={"release": "Release", "value": "Percent", "what": "Part"},
        subtitle=release_words(services),
    )


def show_index(screen: Screen, said: IndexSaid) -> None:
    """The index for people, with how to recompute it."""
    screen.line(said.text, strong=True)
    for one in said.items:
        screen.line("")
        screen.line(f"Release {one.number}: {_range(one.index, one.high)}", strong=True)
        for part in one.parts:
            beside = "" if part.in_index else " (beside the index)"
            unit = f" {part.unit}{', in part inferred' if part.inferred else ''}"
            unit = unit if part.value is not None else f": {part.missing}"
            screen.line(f"- {part.title}{beside}: {_range(part.value, part.high)}{unit}", indent=1, hang=2)
            counted = "; ".join(f"{name.replace('_', ' ')} {count}" for name, count in part.counted.items())
            screen.line(f"stepway query {part.query}: {counted}. {part.arithmetic}", indent=5, hang=2)
    screen.line("")
    screen.line(said.arithmetic)
    screen.line(f"It does not measure: {'; '.join(said.not_measured)}.")
