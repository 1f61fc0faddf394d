"""The start page of the watch: what each of its pages says, with its headline of now and how old that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import ReleaseHolder, Services
from api.faces import Faces
from api.schemas.adverts import AdvertsAsked, AdvertsSaid
from api.schemas.watch import FiguresAsked, FiguresSaid, IndexAsked, IndexSaid, NeedsAsked, NeedsSaid
from api.watching.adverts import adverts_faces
from api.watching.changes import before
from api.watching.figures import figures_faces
from api.watching.index import index_faces
from api.watching.needs import needs_faces
from api.web.pages import Step, capitalize_first, day, number, page


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the watch: where it is, what it says, its headline of now, and how old what that rests on is."""

    path: str
    title: str
    about: str
    headline: str
    age: str


def respond(
    request: Request, holder: ReleaseHolder, real: ReleaseHolder, services: Services, on: date, *, release: int | None
) -> Response:
    """The page. `real`: the releases that changes are counted from."""
    to = Addresses.of(request, release)
    return page(
        request,
        "watch.html",
        title="The skills watch",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("For curriculum designers", "/designers")],
        entries=services.made(("watch", on, to), lambda: list(_entries(holder, real, services, on, to))),
    )


S = TypeVar("S", bound=BaseModel)


def _said(faces: Faces, kind: type[S]) -> S:
    """An answer as said over the wire."""
    assert isinstance(faces.said, kind)
    return faces.said


def _entries(
    holder: ReleaseHolder, real: ReleaseHolder, services: Services, on: date, to: Addresses
) -> Iterator[Entry]:
    built = f"Worked out from release {services.reference.number} of {day(services.reference.built_at)}"
    index = _said(index_faces(holder, services, on, IndexAsked(releases=1), to), IndexSaid)
    about = "How much of what roles need is taught, by how many, and within reach of whom, out of 100."
    yield Entry("/watch/index", "The index", about, index.text, f"{built}.")
    needs = _said(needs_faces(services, services.coverage(on), NeedsAsked(), to), NeedsSaid)
    ages = sorted(one.days for one in needs.items)
    age = f"Stated at least {number(ages[0])} to {number(ages[-1])} days ago." if ages else "No need is loaded."
    about = "What employers said they need, and where the way from need to skill, unit, run and seat breaks off."
    yield Entry("/watch/needs", "Needs, traced to a seat", about, needs.text, age)
    figures = _said(figures_faces(services, FiguresAsked(), to), FiguresSaid)
    seen = sorted(one.source.as_of for matter in figures.items for one in matter.figures if one.source.as_of)
    age = f"Their sources are of {day(seen[0])} to {day(seen[-1])}." if seen else "How old they are is not known."
    about = "Published figures of demand about the same matter, side by side, with what each of them counts."
    yield Entry("/watch/figures", "Figures that disagree", about, figures.text, age)
    adverts = _said(adverts_faces(services, AdvertsAsked(limit=1), to), AdvertsSaid)
    said = capitalize_first(adverts.state) if adverts.adverts is None else f"{number(adverts.adverts)} adverts"
    quarters = sorted(adverts.quarters)
    age = f"Of the quarters {quarters[0]} to {quarters[-1]}." if quarters else "How old they are is not known."
    about = "Which roles and skills adverts ask for, where and when."
    yield Entry("/watch/demand", "Demand in adverts", about, f"{said}.", age)
    about = "What the title of each advert came to, and how often such a match is right."
    yield Entry("/watch/adverts", "How adverts were matched", about, f"{said}.", age)
    earlier = before(real, services, None)
    text = "There is no release before this one: nothing to compare with, which does not say that nothing changed."
    if earlier is not None:
        text = f"Since release {earlier.reference.number} of {day(earlier.reference.built_at)}."
    about = "Findings that became better or worse, needs that changed, units that are new, gone, short or surplus."
    yield Entry("/watch/changes", "What changed", about, text, f"{built}.")
