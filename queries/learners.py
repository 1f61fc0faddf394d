"""Standard learners: made-up people who mean something to the region (`ontology/learners`), and what they ask for."""

from dataclasses import dataclass
from typing import Any, Final

from graph.projection import Projection, RoleFacts
from ontology import resources
from queries.pathways.request import PathwayRequest

SECTOR: Final = "healthtech"
LEVELS: Final = range(3, 7)
"""The roles that are asked for: of the home sector, at these levels of the RQF."""

_LISTS: Final = ("awards", "units", "completed", "roles")
_LIMITS: Final = ("hours_per_week", "attendance", "mode", "budget")


@dataclass(frozen=True, slots=True)
class Learner:
    """A standard learner: what is said of them in words, and the question that they ask of every role."""

    id: str
    label: str
    says: str
    place: str
    district: str
    request: PathwayRequest


def learners() -> tuple[Learner, ...]:
    """The standard learners, by id."""
    files = (resources.read_yaml(path.read_text(encoding="utf-8")) for path in resources.paths("learners/*.yml"))
    found = (
        Learner(said["id"], said["label"], said["says"], said["place"], said["district"], question_of(said))
        for said in files
    )
    return tuple(sorted(found, key=lambda one: one.id))


def question_of(said: dict[str, Any]) -> PathwayRequest:
    """The question of a learner (`profile`, `limits`) without goal and day, as `/pathways` understands the profile."""
    profile = said["profile"]
    facts = {name.replace("_", "-"): str(value) for name, value in profile.items() if name not in (*_LISTS, *_LIMITS)}
    level = facts.get("highest-level", "0")
    return PathwayRequest(
        holds=(
            *(id for name in _LISTS for id in profile.get(name, ())),
            *(() if level == "0" else (f"level:{level}",)),
        ),
        attributes=tuple(sorted(facts.items())),
        hours_per_week=profile.get("hours_per_week", PathwayRequest().hours_per_week),
        attendance=tuple(profile.get("attendance", ())),
        mode=tuple(profile.get("mode", ())),
        budget_pounds=profile.get("budget"),
        **said.get("limits", {}),
    )


def goals(projection: Projection) -> tuple[RoleFacts, ...]:
    """The roles that are asked for, by id."""
    roles = (one for one in projection.roles.values() if SECTOR in one.sectors and one.level in LEVELS)
    return tuple(sorted(roles, key=lambda one: one.id))
