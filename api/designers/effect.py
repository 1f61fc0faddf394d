"""What a sandbox changes, as tables."""

from collections.abc import Sequence

from api.faces import Faces
from api.schemas.sandboxes import EffectSaid, SideSaid
from api.sheets import Cell, Sheet


def effect_faces(said: EffectSaid) -> Faces:
    """The effect of a sandbox in every format."""
    return Faces(said, lambda: _sheets(said))


def _sheets(said: EffectSaid) -> list[Sheet]:
    notes = (said.headline, said.caution) if said.complete else (said.headline, said.caution, _NOT_ALL)
    columns = ("who", "role", "became", "weeks saved", "at least", "pounds saved")
    sides = tuple(f"{name} {when}" for when in ("before", "after") for name in _SIDE)
    roles = [
        (
            one.who.label if one.who else "your question",
            one.role.label,
            str(one.became),
            one.weeks_saved,
            one.weeks_saved_at_least,
            one.pounds_saved,
            *_side(one.before),
            *_side(one.after),
            "; ".join(f"{thing.label} ({thing.id})" for step in one.after.leans for thing in step.on),
        )
        for one in said.changes
    ]
    competencies = (
        (one.competency.id, one.competency.label, one.times, one.roles, one.before, one.after, one.imaginary)
        for one in said.covered
    )
    places = (
        (one.circumstance.label, one.district, role.id, role.label, became)
        for one in said.people_places
        for became, some in (("served", one.gained), ("not served any more", one.lost))
        for role in some
    )
    return [
        Sheet("Roles", (*columns, *sides, "rests on what is imaginary"), roles, notes),
        Sheet(
            "Gap",
            (
                *("id", "what is to be closed", "closed", "taught before", "by", "found before"),
                *("taught after", "by whom", "found after", "in words"),
            ),
            (
                (
                    *(one.item.id, one.item.label, one.closed),
                    *(
                        cell
                        for side in (one.before, one.after)
                        for cell in (side.taught, "; ".join(who.label for who in side.providers), side.finding)
                    ),
                    one.text,
                )
                for one in said.gap
            ),
        ),
        Sheet(
            "Competencies",
            ("id", "competency", "asked for", "roles that need it", "found before", "found after", "imaginary"),
            competencies,
            ("A blank finding: no role needed it then, or needs it now.",),
        ),
        Sheet("People-places", ("circumstance", "district", "role", "title", "became"), places, (_NO_PEOPLE,)),
    ]


_NOT_ALL = "Not everything was looked for: what is not here is not known."
_NO_PEOPLE = "A people-place is a circumstance in a postcode district: no count of people."
_SIDE = ("reachable", "weeks", "weeks at least", "known pounds", "steps of unknown price")


def _side(one: SideSaid) -> Sequence[Cell]:
    return one.reachable, one.weeks, one.weeks_at_least, one.known_cost_pounds, one.steps_of_unknown_cost
