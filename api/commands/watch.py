"""`stepway watch`: what adverts and employers ask for, beside what is taught."""

import typer

from api.commands.asking import asking, day_of
from api.schemas.adverts import AdvertsAsked, DemandAsked
from api.schemas.watch import FiguresAsked, IndexAsked, NeedsAsked, WatchChangesAsked
from api.watching.adverts import adverts_faces, demand_faces, show_adverts, show_demand
from api.watching.changes import show_changes, told_changes
from api.watching.figures import figures_faces, show_figures
from api.watching.index import index_faces, show_index
from api.watching.needs import needs_faces, show_needs

watch_app = typer.Typer(
    help="What adverts and employers ask for, beside what is taught.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

asking(
    watch_app,
    "adverts",
    "Tell how adverts were matched with jobs, how often that is right, and which titles fit none.",
    AdvertsAsked,
    lambda at, asked: adverts_faces(at.services, asked, None),
    show_adverts,
)
asking(
    watch_app,
    "demand",
    "Tell how many adverts ask for what, where and when, and what is taught beside it.",
    DemandAsked,
    lambda at, asked: demand_faces(at.services, day_of(asked), asked, None),
    show_demand,
)
asking(
    watch_app,
    "needs",
    "Trace what employers say they need to skills, units, runs and seats, and tell where the way breaks.",
    NeedsAsked,
    lambda at, asked: needs_faces(at.services, at.services.coverage(day_of(asked)), asked, None),
    show_needs,
)
asking(
    watch_app,
    "figures",
    "Show demand figures about the same matter side by side, with what sets them apart.",
    FiguresAsked,
    lambda at, asked: figures_faces(at.services, asked, None),
    show_figures,
)
asking(
    watch_app,
    "changes",
    "Tell what changed for coverage and stated needs since another release.",
    WatchChangesAsked,
    lambda at, asked: told_changes(at.holder, at.services, day_of(asked), asked),
    show_changes,
)
asking(
    watch_app,
    "index",
    "Tell the regional index, its parts, and the named queries from which anyone can recompute it.",
    IndexAsked,
    lambda at, asked: index_faces(at.holder, at.services, day_of(asked), asked, None),
    show_index,
)
