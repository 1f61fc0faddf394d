"""A stated need from a few words, for worlds of `tests.support.coverage_world`.

need(roles="OC-A", people=10, on="2025-06")
"""

from typing import Any

from queries.watch.needs import StatedNeed
from tests.support.coverage_world import source


def need(id: str = "NE-1", *, on: str = "2026-01-01", **said: Any) -> StatedNeed:
    """A need that names what is said, each list as words."""
    lists = {
        name: tuple(str(said.get(name, "")).split())
        for name in ("roles", "competencies", "awards", "provisions", "themes")
    }
    return StatedNeed(
        id=id,
        text=f"Need {id}",
        by="the employers",
        on=on,
        place=said.get("place"),
        level=said.get("level"),
        **lists,
        people=said.get("people"),
        people_text=None,
        needed_by=None,
        source=said.get("source") or source(id),
    )
