"""`stepway curriculum`: the shape of an award, overlaps, what to teach once, single points, cold spots, two years."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from api.commands.shared import DataDir, InFormat, ReleaseNumber, ToFile, answer_in, plainly, services_of
from api.designers import curriculum
from api.schemas.curriculum import (
    ColdSpotsAsked,
    ColdSpotsSaid,
    FragilityAsked,
    FragilitySaid,
    LeaversAsked,
    LeaversSaid,
    OverlapsAsked,
    OverlapsSaid,
    ShapeAsked,
    ShapeSaid,
    SharedAsked,
    SharedListSaid,
)

curriculum_app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)

_On = Annotated[str | None, typer.Option("--on", help="The day of the question, as 2026-11-21; without it today.")]
_Via = Annotated[list[str] | None, typer.Option("--via", help="Way of knowing that counts; repeat it. Without it all.")]
_Published = Annotated[bool, typer.Option("--published-only", help="Only what somebody published counts.")]
_Placeholders = Annotated[bool, typer.Option("--placeholders", help="Illustrative placeholders count, and are marked.")]
_Levels = Annotated[
    int, typer.Option("--levels-below", min=0, max=9, help="How far below the need teaching counts; 9: any level.")
]
_Role = Annotated[list[str] | None, typer.Option("--role", help="Only this role, by id; repeat it.")]
_Sector = Annotated[str | None, typer.Option("--sector", help="Only roles of this sector, such as healthtech.")]
_Level = Annotated[list[int] | None, typer.Option("--level", min=1, max=8, help="Only this level; repeat it.")]
_Geography = Annotated[
    str | None, typer.Option("--geography", help="What stands for an area: district, outcode or town.")
]
_Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most things to give.")]


def _day(on: date | None) -> date:
    return on or datetime.now(UTC).date()


def _said(**given: Any) -> dict[str, Any]:
    """What was asked, as it goes over HTTP: without what nobody said."""
    return {name: value for name, value in given.items() if value is not None}


@curriculum_app.command("shape")
@plainly
def shape(
    award: Annotated[str, typer.Argument(help="Award, by id.")],
    before: Annotated[
        list[str] | None,
        typer.Option("--before", help="Award taken before it; repeat it. Without it those that its rules name."),
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="The award alone.")] = False,
    placeholders: _Placeholders = False,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
) -> None:
    """Say which units of an award hold up which others, what its stages ask, and what is odd in its rules."""
    asked = ShapeAsked.model_validate(_said(before=before or None, alone=alone, placeholders=placeholders))
    services, _, _ = services_of(data_dir, release)
    faces = curriculum.shape_faces(services, award, asked, None)
    said = faces.said
    assert isinstance(said, ShapeSaid)
    answer_in(format, to, faces, services, lambda screen: curriculum.show_shape(screen, said))


@curriculum_app.command("overlap")
@plainly
def overlap(
    award: Annotated[list[str] | None, typer.Argument(help="Awards, by id; without them all.")] = None,
    least_share: Annotated[
        float, typer.Option("--least-share", min=0.01, max=1.0, help="The least share of themes that is told.")
    ] = 0.5,
    least_score: Annotated[
        float, typer.Option("--least-score", min=0.0, max=1.0, help="The least score of names that are alike.")
    ] = 0.66,
    limit: _Limit = 50,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    placeholders: _Placeholders = False,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
) -> None:
    """Say where units of different awards repeat each other, and what a learner would meet again."""
    asked = OverlapsAsked.model_validate(
        _said(
            award=award or None,
            least_share=least_share,
            least_score=least_score,
            limit=limit,
            on=on,
            via=via or None,
            published_only=published_only,
            placeholders=placeholders,
        )
    )
    services, _, _ = services_of(data_dir, release)
    faces = curriculum.overlaps_faces(services, _day(asked.on), asked, None)
    said = faces.said
    assert isinstance(said, OverlapsSaid)
    answer_in(format, to, faces, services, lambda screen: curriculum.show_overlaps(screen, said))


@curriculum_app.command("shared")
@plainly
def shared(
    role: _Role = None,
    sector: _Sector = None,
    level: _Level = None,
    levels_apart: Annotated[
        int,
        typer.Option("--levels-apart", min=0, max=7, help="How far apart the levels may be of those taught at once."),
    ] = 1,
    limit: _Limit = 50,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
) -> None:
    """Say what several roles need at levels near each other, and could be taught once."""
    asked = SharedAsked.model_validate(
        _said(
            role=role or None,
            sector=sector,
            level=level or None,
            levels_apart=levels_apart,
            limit=limit,
            on=on,
            via=via or None,
            published_only=published_only,
            placeholders=placeholders,
            levels_below=levels_below,
        )
    )
    services, _, _ = services_of(data_dir, release)
    faces = curriculum.shared_faces(services, _day(asked.on), asked, None)
    said = faces.said
    assert isinstance(said, SharedListSaid)
    answer_in(format, to, faces, services, lambda screen: curriculum.show_shared(screen, said))


@curriculum_app.command("fragility")
@plainly
def fragility(
    role: _Role = None,
    sector: _Sector = None,
    level: _Level = None,
    area: Annotated[str | None, typer.Option("--area", help="Only what is taught in this area covers.")] = None,
    geography: _Geography = None,
    point: Annotated[str | None, typer.Option("--point", help="Only these: provider, site, run or award.")] = None,
    offered_only: Annotated[
        bool, typer.Option("--offered-only", help="What was only run in the past does not count.")
    ] = False,
    limit: _Limit = 50,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
) -> None:
    """Say what would be lost if one provider, site, run or award went."""
    asked = FragilityAsked.model_validate(
        _said(
            role=role or None,
            sector=sector,
            level=level or None,
            area=area,
            geography=geography,
            point=point,
            offered_only=offered_only,
            limit=limit,
            on=on,
            via=via or None,
            published_only=published_only,
            placeholders=placeholders,
            levels_below=levels_below,
        )
    )
    services, _, _ = services_of(data_dir, release)
    faces = curriculum.fragility_faces(services, _day(asked.on), asked, None)
    said = faces.said
    assert isinstance(said, FragilitySaid)
    answer_in(format, to, faces, services, lambda screen: curriculum.show_fragility(screen, said))


@curriculum_app.command("cold-spots")
@plainly
def cold_spots(
    role: _Role = None,
    sector: _Sector = None,
    level: _Level = None,
    provider_type: Annotated[
        list[str] | None, typer.Option("--provider-type", help="Only this kind of provider; repeat it.")
    ] = None,
    geography: _Geography = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Areas of all providers, not of the combined authority alone.")
    ] = False,
    on: _On = None,
    placeholders: _Placeholders = False,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
) -> None:
    """Say how many providers teach what, where, and which areas have none."""
    asked = ColdSpotsAsked.model_validate(
        _said(
            role=role or None,
            sector=sector,
            level=level or None,
            provider_type=provider_type or None,
            geography=geography,
            everywhere=everywhere,
            on=on,
            placeholders=placeholders,
        )
    )
    services, _, _ = services_of(data_dir, release)
    faces = curriculum.spots_faces(services, _day(asked.on), asked, None)
    said = faces.said
    assert isinstance(said, ColdSpotsSaid)
    answer_in(format, to, faces, services, lambda screen: curriculum.show_spots(screen, said))


@curriculum_app.command("leavers")
@plainly
def leavers(
    first: Annotated[str | None, typer.Option("--first", help="The earlier academic year, such as 2023/24.")] = None,
    second: Annotated[str | None, typer.Option("--second", help="The later academic year, such as 2024/25.")] = None,
    role: _Role = None,
    sector: _Sector = None,
    provider: Annotated[list[str] | None, typer.Option("--provider", help="Only this provider; repeat it.")] = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
) -> None:
    """Say how leavers and achievement of apprenticeships changed between two years, as far as that can be told."""
    asked = LeaversAsked.model_validate(
        _said(first=first, second=second, role=role or None, sector=sector, provider=provider or None)
    )
    services, _, _ = services_of(data_dir, release)
    faces = curriculum.leavers_faces(services, asked, None)
    said = faces.said
    assert isinstance(said, LeaversSaid)
    answer_in(format, to, faces, services, lambda screen: curriculum.show_leavers(screen, said))
