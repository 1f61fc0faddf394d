"""Demand figures about the same matter side by side: on the wire, as tables, and for the console."""

from typing import Final

from api.addresses import Addresses
from api.console import Screen
from api.dependencies import Services
from api.faces import Faces
from api.named import behind
from api.reply import JSON
from api.schemas.common import Link
from api.schemas.coverage import CoverageSource
from api.schemas.watch import FigureSaid, FiguresAsked, FiguresSaid, MatterSaid
from api.sheets import Sheet
from queries.pathways.request import counted
from queries.profiles import UnknownIdError
from queries.watch.figures import Differs, Figure, Matter, matters, read_figures

NONE_LOADED: Final = "No demand figures are loaded in this release. That does not say that there is no demand."
METHOD: Final = (
    "Figures of one matter stand side by side with what each counts, where, when, and by whose word. They are never"
    " added, averaged or ranked; their order is that of their ids.",
    "Two figures disagree when they count the same thing of the same place and period and cannot both be right. All"
    " others differ in what is counted, place, period or unit, and need not contradict each other.",
    "The matter is our own tag. Published means that somebody published it, not that it is right.",
)
_WORDS: Final = {
    Differs.COUNTED: "what is counted",
    Differs.PLACE: "place",
    Differs.PERIOD: "period",
    Differs.UNIT: "unit",
    Differs.PUBLISHER: "publisher",
}


def figures_faces(services: Services, asked: FiguresAsked, to: Addresses | None) -> Faces:
    """The figures of a release by matter. Raises `UnknownIdError` for a matter that no figure is about."""
    loaded = read_figures(services.store)
    every = matters(loaded)
    if asked.matter is not None and loaded and asked.matter not in {one.name for one in every}:
        raise UnknownIdError(asked.matter)
    found = [one for one in every if asked.matter in (None, one.name)]
    links = []
    if to is not None:
        links.append(
            Link(rel="self", href=to.to("/watch/figures", matter=asked.matter), type=JSON, title="this answer")
        )
        links.append(behind(to, "demand-figures", "every figure"))
    said = FiguresSaid(
        loaded=bool(loaded),
        text=_summary(found) if loaded else NONE_LOADED,
        items=[_matter(one) for one in found],
        alone=sum(one.matter is None for one in loaded),
        method=list(METHOD),
        release=services.reference,
        links=links,
    )
    return Faces(said, lambda: _sheets(said), None, said.text)


def _summary(found: list[Matter]) -> str:
    disagree = sum(len(one.disagree) for one in found)
    said = f"{counted(sum(len(one.figures) for one in found), 'figure')} about {counted(len(found), 'matter')}"
    if not disagree:
        return f"{said}. No two are of the same thing, place and period: what looks like disagreement is definition."
    return f"{said}; {counted(disagree, 'pair')} of the same thing, place and period cannot both be right."


def _matter(one: Matter) -> MatterSaid:
    return MatterSaid(
        name=one.name,
        text=_differ_words(one),
        differ=list(one.differ),
        disagree=list(one.disagree),
        figures=[_figure(figure) for figure in one.figures],
    )


def _differ_words(one: Matter) -> str:
    if len(one.figures) == 1:
        return "One figure; nothing stands beside it."
    differ = ", ".join(_WORDS[what] for what in one.differ) or "nothing but the figure"
    pairs = "; ".join(f"{first} and {second} cannot both be right" for first, second in one.disagree)
    return f"They differ in {differ}." + (f" {pairs}." if pairs else "")


def _figure(one: Figure) -> FigureSaid:
    return FigureSaid(
        id=one.id,
        metric=one.metric,
        value=one.value,
        low=one.low,
        high=one.high,
        unit=one.unit,
        place=one.place,
        period=one.period,
        publisher=one.publisher,
        caveat=one.caveat,
        source=CoverageSource.of(one.source),
    )


def _sheets(said: FiguresSaid) -> list[Sheet]:
    return [
        Sheet(
            "Figures by matter",
            (
                *("Matter", "Figure", "What is counted", "As printed", "Unit", "Place", "Period", "Publisher"),
                *("Caveat", "Source", "Date of source", "Standing"),
            ),
            [
                (
                    *(matter.name, one.id, one.metric, one.value, one.unit, one.place, one.period, one.publisher),
                    *(one.caveat or "", one.source.address, one.source.as_of, one.source.status.value),
                )
                for matter in said.items
                for one in matter.figures
            ],
            [said.text, *(f"{one.name}: {one.text}" for one in said.items), *said.method],
        )
    ]


def show_figures(screen: Screen, said: FiguresSaid) -> None:
    """Figures for people, matter by matter."""
    screen.line(said.text, strong=True)
    for matter in said.items:
        screen.line("")
        screen.line(f"{matter.name[:1].upper()}{matter.name[1:]}. {matter.text}", strong=True)
        for one in matter.figures:
            screen.line(
                f"- {one.id}: {one.value} {one.unit}: {one.metric}, {one.place}, {one.period}; {one.publisher}"
                f" ({one.source.status}, {one.source.as_of or 'no date shown'})",
                indent=1,
                hang=2,
            )
            if one.caveat:
                screen.line(one.caveat, indent=5)
    screen.line("")
    if said.alone:
        screen.line(f"{counted(said.alone, 'other figure')}, that nothing stands beside: stepway query demand-figures.")
    for line in said.method:
        screen.line(line)
