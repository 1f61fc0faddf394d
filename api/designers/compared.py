"""What worker processes compare: units of awards, and two releases. What they find comes back as JSON."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from graph.projection import Projection
from graph.release import Release
from queries.coverage.model import CoverageFacts, Inference, Teacher, Teaching, Via
from queries.coverage.overlap import Overlaps, overlaps
from queries.coverage.reading import read
from queries.watch.changes import Changes, Known, changes
from queries.watch.figures import read_figures
from queries.watch.needs import read_needs

OVERLAPS: Final = TypeAdapter(Overlaps)
CHANGES: Final = TypeAdapter(Changes)


@dataclass(frozen=True, slots=True)
class Overlapping:
    """Units of different awards that overlap are asked for. `said`: what publishers say units teach, by whom."""

    on: date
    said: tuple[Teaching, ...]
    teachers: tuple[Teacher, ...]
    imagined: frozenset[str]
    awards: tuple[str, ...]
    inference: Inference
    least_share: float

    @classmethod
    def of(
        cls, facts: CoverageFacts, awards: tuple[str, ...], inference: Inference, least_share: float
    ) -> "Overlapping":
        """The question, with all of what a release knows that it looks at, but the projection."""
        said = tuple(one for one in facts.teachings if one.via is Via.STATED)
        teachers = tuple(facts.teachers[id] for id in sorted({one.teacher for one in said}))
        return cls(facts.on, said, teachers, facts.imagined, awards, inference, least_share)

    def found(self, projection: Projection) -> Overlaps:
        """What overlaps."""
        teachers = {one.id: one for one in self.teachers}
        facts = CoverageFacts(
            self.on, (), {}, teachers, self.said, (), {}, projection=projection, imagined=self.imagined
        )
        return overlaps(facts, self.awards, self.inference, self.least_share)


@dataclass(frozen=True, slots=True)
class Comparing:
    """What changed from one release to another is asked for: folders of the two, and the day of the question."""

    before: Path
    after: Path
    on: date
    inference: Inference

    def found(self) -> Changes:
        """What changed."""
        return changes(_known(self.before, self.on), _known(self.after, self.on), self.inference)


@lru_cache(maxsize=2)
def _known(folder: Path, on: date) -> Known:
    """What a release knows; a worker that has read it has it at hand for the next question."""
    release = Release(folder)
    facts = read(release.store, release.projection, on)
    return Known(facts, read_needs(release.store), read_figures(release.store))


def compared(asked: Overlapping | Comparing, projection: Projection) -> bytes:
    """What was found, as JSON. `projection`: of the release that the worker is of."""
    if isinstance(asked, Overlapping):
        return OVERLAPS.dump_json(asked.found(projection))
    return CHANGES.dump_json(asked.found())
