"""The standard circumstances: what might be so of somebody who lives in any district (`ontology/circumstances.yml`)."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ontology import resources
from queries.learners import question_of
from queries.pathways.request import PathwayRequest


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What is so of somebody, wherever they live.

    `request`: the question they ask, without a goal, a day and where they live. `within_km`: how far they can go, in a
    straight line from the middle of their district; None: any distance.
    """

    id: str
    label: str
    says: str
    within_km: float | None
    request: PathwayRequest

    def asked(self, resident: dict[str, str]) -> PathwayRequest:
        """The question of somebody of whom these facts follow from where they live; what is not known is left out."""
        return replace(self.request, attributes=tuple(sorted({**dict(self.request.attributes), **resident}.items())))


def circumstances() -> tuple[Circumstance, ...]:
    """The standard circumstances, by id."""
    found = (
        Circumstance(said["id"], said["label"], said["says"], said.get("within_km"), question_of(said))
        for said in _file()["circumstances"]
    )
    return tuple(sorted(found, key=lambda one: one.id))


def areas() -> dict[str, frozenset[str]]:
    """The codes of the local-authority districts in which a fact about a resident is so, by the name of the fact."""
    return {name: frozenset(said["districts"]) for name, said in _file()["areas"].items()}


@cache
def _file() -> Any:
    return resources.yaml_file("circumstances.yml")
