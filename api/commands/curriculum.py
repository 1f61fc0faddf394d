"""`stepway curriculum`: the shape of an award, overlaps, what to teach once, single points, cold spots, two years."""

import typer

from api.commands.asking import asking, day_of
from api.designers import curriculum
from api.schemas.curriculum import (
    ColdSpotsAsked,
    FragilityAsked,
    LeaversAsked,
    OverlapsAsked,
    ShapeAsked,
    SharedAsked,
)

curriculum_app = typer.Typer(
    help="The shape of a curriculum, overlaps, what to teach once, single points, cold spots.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)

asking(
    curriculum_app,
    "shape",
    "Say which units of an award hold up which others, what its stages ask, and what is odd in its rules.",
    ShapeAsked,
    lambda at, asked, award: curriculum.shape_faces(at.services, award, asked, None),
    curriculum.show_shape,
    thing=("of_award", "Award, by id."),
)
asking(
    curriculum_app,
    "overlap",
    "Say where units of different awards repeat each other, and what a learner may meet again.",
    OverlapsAsked,
    lambda at, asked: curriculum.overlaps_faces(
        at.services,
        asked,
        curriculum.overlapping(at.services, day_of(asked), asked).found(at.services.release.projection),
        None,
    ),
    curriculum.show_overlaps,
    listed="award",
)
asking(
    curriculum_app,
    "shared",
    "Say what several roles need at levels near each other, and could be taught once.",
    SharedAsked,
    lambda at, asked: curriculum.shared_faces(at.services, day_of(asked), asked, None),
    curriculum.show_shared,
)
asking(
    curriculum_app,
    "fragility",
    "Say what would be lost if one provider, site, run or award went.",
    FragilityAsked,
    lambda at, asked: curriculum.fragility_faces(at.services, day_of(asked), asked, None),
    curriculum.show_fragility,
)
asking(
    curriculum_app,
    "cold-spots",
    "Say how many providers teach what, where, and which areas have none.",
    ColdSpotsAsked,
    lambda at, asked: curriculum.spots_faces(at.services, day_of(asked), asked, None),
    curriculum.show_spots,
)
asking(
    curriculum_app,
    "leavers",
    "Say how leavers and achievement of apprenticeships changed between two years, as far as that can be told.",
    LeaversAsked,
    lambda at, asked: curriculum.leavers_faces(at.services, asked, None),
    curriculum.show_leavers,
)
