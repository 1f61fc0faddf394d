"""`stepway change`: the smallest change that closes a gap, and bundles that could be funded."""

from typing import Annotated, Any

import typer

from api.addresses import Addresses
from api.commands.asking import Opened, asking
from api.commands.shared import (
    AsJson,
    DataDir,
    InFormat,
    ReleaseNumber,
    ToFile,
    answer_in,
    plainly,
    progress_of,
    services_of,
)
from api.designers.changes import BundlesAsker, ChangeAsker, bundles_faces, change_faces, show_bundles, show_change
from api.designers.worked import solved
from api.errors import Problem
from api.faces import Faces
from api.schemas.changes import BundlesAsked, ChangeBody
from queries.coverage.change import Basis
from queries.coverage.faults import NoChoiceError
from queries.coverage.gap import Grain

change_app = typer.Typer(
    help="The smallest change that closes a gap, and bundles for it.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_Gap = Annotated[list[str] | None, typer.Option("--gap", help="Competency (id) or theme to close; repeat it.")]
_Role = Annotated[list[str] | None, typer.Option("--role", help="Role whose needs count; repeat it.")]
_Level = Annotated[int | None, typer.Option("--level", min=0, max=8, help="Level of the roles, or of named themes.")]
_Sector = Annotated[str | None, typer.Option("--sector", help="Sector of the roles.")]
_Near = Annotated[str | None, typer.Option("--near", help="What anybody near this district or town teaches is no gap.")]
_Km = Annotated[float, typer.Option("--km", min=0.1, max=1000, help="With --near: how far, in a straight line.")]
_Of = Annotated[Grain, typer.Option("--of", help="What the gap is made of.")]
_On = Annotated[str | None, typer.Option("--on", help="The day of the question, as 2026-11-21; without it today.")]
_Via = Annotated[list[str] | None, typer.Option("--via", help="Way of knowing that counts; repeat it. Without it all.")]
_Published = Annotated[bool, typer.Option("--published-only", help="Only what somebody published counts.")]
_Placeholders = Annotated[bool, typer.Option("--placeholders", help="Illustrative placeholders count, and are marked.")]
_Levels = Annotated[
    int, typer.Option("--levels-below", min=0, max=9, help="How far below the need teaching counts; 9: any level.")
]
_Units = list[str] | None


def _new(given: str) -> dict[str, int]:
    """A new unit as it is written on the console: credits:holds, with :level if it has one."""
    parts = given.split(":")
    if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts):
        raise Problem("invalid-request", f"--new: {given} is not written as credits:holds or credits:holds:level.")
    return dict(zip(("credits", "holds", "level"), map(int, parts), strict=False))


def _pounds(given: list[str] | None) -> dict[str, int]:
    """What units would cost, written as U-…=1200."""
    found: dict[str, int] = {}
    for one in given or ():
        unit, sign, pounds = one.partition("=")
        if not (unit and sign and pounds.isdigit()):
            raise Problem("invalid-request", f"--cost: {one} is not written as U-…=1200.")
        found[unit] = int(pounds)
    return found


def _said(**given: Any) -> dict[str, Any]:
    """What was asked, as it goes over HTTP."""
    return {name: value for name, value in given.items() if value is not None}


@change_app.command("smallest")
@plainly
def smallest(
    provider: Annotated[list[str], typer.Option("--provider", help="Provider that could run units; repeat it.")],
    gap: _Gap = None,
    role: _Role = None,
    level: _Level = None,
    sector: _Sector = None,
    near: _Near = None,
    km: _Km = 20,
    of: _Of = Grain.STATEMENTS,
    elsewhere: Annotated[bool, typer.Option("--elsewhere", help="What any provider teaches is no gap.")] = False,
    by: Annotated[Basis, typer.Option("--by", help="What is to be least.")] = Basis.UNITS,
    must_keep: Annotated[_Units, typer.Option("--must-keep", help="Unit that runs there and stays; repeat it.")] = None,
    must_have: Annotated[_Units, typer.Option("--must-have", help="Unit that is part of it; repeat it.")] = None,
    cannot_add: Annotated[_Units, typer.Option("--cannot-add", help="Unit not to be added; repeat it.")] = None,
    only: Annotated[_Units, typer.Option("--only", help="Only these units; repeat it.")] = None,
    most_units: Annotated[int | None, typer.Option("--most-units", min=0, help="At each provider.")] = None,
    most_credits: Annotated[int | None, typer.Option("--most-credits", min=0, help="At each provider.")] = None,
    least_level: Annotated[int | None, typer.Option("--least-level", min=0, max=8, help="No unit below it.")] = None,
    most_level: Annotated[int | None, typer.Option("--most-level", min=0, max=8, help="No unit above it.")] = None,
    any_award: Annotated[bool, typer.Option("--any-award", help="Units of closed awards count too.")] = False,
    new: Annotated[
        list[str] | None, typer.Option("--new", help="A unit to be written, as credits:holds or credits:holds:level.")
    ] = None,
    new_only: Annotated[bool, typer.Option("--new-only", help="No known unit is a candidate.")] = False,
    cost: Annotated[list[str] | None, typer.Option("--cost", help="What a unit would cost, as U-…=1200.")] = None,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Find the fewest, or cheapest, units that close a gap, exactly; with the runner-up and what each lock costs."""
    asked = ChangeBody.model_validate(
        _said(
            provider=provider, gap=gap, role=role, level=level, sector=sector, near=near, km=km, of=of,
            elsewhere=elsewhere, by=by,
            must_keep=must_keep, must_have=must_have, cannot_add=cannot_add, only=only, most_units=most_units,
            most_credits=most_credits, least_level=least_level, most_level=most_level, any_award=any_award,
            new=[_new(one) for one in new or ()], new_only=new_only, pounds=_pounds(cost), on=on, via=via,
            published_only=published_only, placeholders=placeholders, levels_below=levels_below,
        )
    )  # fmt: skip
    services, holder, _ = services_of(data_dir, release)
    with progress_of(quiet=as_json or format != "text") as tell:
        tell("read what is taught")
        asker = ChangeAsker(services, holder, asked)
        tell("weigh every choice")
        try:
            found = solved(asker.task())
        except NoChoiceError as error:
            raise asker.in_words(error) from None
    said = asker.said(found, Addresses("", release))
    form = "json" if as_json else format
    answer_in(form, to, change_faces(said, services), services, lambda screen: show_change(screen, said))


def _bundled(at: Opened, asked: BundlesAsked) -> Faces:
    asker = BundlesAsker(at.services, at.holder, asked)
    return bundles_faces(asker.said(solved(asker.task()), Addresses()))


asking(
    change_app,
    "bundles",
    "Find bundles of units of one award at one provider that cover a gap and that the LLE could fund.",
    BundlesAsked,
    _bundled,
    show_bundles,
)
