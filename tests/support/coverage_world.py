"""A world of roles, what they need and who teaches it, from a few lines that read like notes.

    role OC-A level 4: K1 K2 K3?
    competency K1 level 4 theme quality
    award Q-A level 4 for OC-A
    unit U-1 in Q-A level 4 credits 15: K1 stated, K2 unit-theme
    apprenticeship OC-A: K1 K2
    course C-1 level 3: K2 course-theme
    run Q-A at P-A in Dudley DY1 52.5 -2.1 evening not-dated

`K3?` is useful and not essential. A competency that no line describes has the level of the first role that needs it.
`award … unlisted` is aimed at a role and its units are not known. Words after the names say more: `illustrative`, of a
unit or an award `past` (nobody can be entered) and `optional` …, of a reason `narrower`, `broader`, `related` or a
score such as `0.7`; of a run `over`, `not-dated`, `to-come` (else), `evidence`, `day`, `evening`, `online`, `part-time`
and `sold` (single units are sold alone).
"""

import re
from datetime import date
from itertools import pairwise
from typing import Any, Final

from graph.projection import Gap, Source, Status
from queries.coverage.model import (
    Competency,
    CoverageFacts,
    Need,
    Part,
    Run,
    RunState,
    Teacher,
    TeacherKind,
    Teaching,
    Via,
)

DAY: Final = date(2026, 11, 21)

_ROLES: Final = ("core", "mandatory", "optional", "specialist", "pathway-dependent")
_RELATIONS: Final = ("same", "close", "related", "broader", "narrower")
_ATTENDANCE: Final = ("day", "evening", "weekend", "day-release", "block")


def source(id: str, status: Status = Status.PUBLISHED) -> Source:
    """Where a made-up statement stands."""
    return Source(id, f"https://example.org/{id}", "2026-01-01", status)


class _World:
    def __init__(self) -> None:
        self.needs: list[Need] = []
        self.competencies: dict[str, dict[str, Any]] = {}
        self.teachers: dict[str, Teacher] = {}
        self.teachings: list[Teaching] = []
        self.runs: list[Run] = []
        self.labels: dict[str, str] = {}
        self.unlisted: dict[str, list[str]] = {}
        self.aimed: dict[str, list[str]] = {}
        self.gaps: list[Gap] = []

    def read(self, line: str) -> None:
        head, _, rest = (part.strip() for part in line.partition(":"))
        kind, id, *words = head.split()
        said = dict(pairwise(words))
        level = int(said["level"]) if "level" in said else None
        status = Status.ILLUSTRATIVE if "illustrative" in words else Status.PUBLISHED
        match kind:
            case "role":
                self.labels[id] = id
                for name in rest.split():
                    needed = name.rstrip("?")
                    self.competencies.setdefault(needed, {"level": level})
                    self.needs.append(Need(id, needed, not name.endswith("?"), source(f"{id}-{needed}")))
            case "competency":
                themes = tuple(word for word in re.findall(r"theme (\S+)", head))
                self.competencies[id] = {"level": level, "themes": themes, "label": rest or id}
            case "award":
                self.teachers[id] = self.teacher(TeacherKind.AWARD, id, level, id, words, said, status)
                self.teach(id, rest, status)
                for role in re.findall(r"for (\S+)", head):
                    (self.unlisted if "unlisted" in words else {}).setdefault(role, []).append(id)
                    self.aimed.setdefault(role, []).append(id)
            case "unit":
                self.teachers[id] = self.teacher(TeacherKind.UNIT, id, level, said.get("in"), words, said, status)
                self.teach(id, rest, status)
            case "apprenticeship":
                me = f"PT-APPR/{id}"
                self.teachers[me] = self.teacher(TeacherKind.APPRENTICESHIP, me, level, None, words, said, status)
                self.aimed.setdefault(id, []).append(me)
                self.teach(me, ", ".join(f"{name} standard" for name in rest.split()), status)
            case "course":
                self.teachers[id] = self.teacher(TeacherKind.COURSE, id, level, None, words, said, status)
                self.teach(id, rest, status)
            case "run":
                self.runs.append(self.run(id, words, said, status))
            case "gap":
                about = tuple(re.findall(r"about (\S+)", head))
                self.gaps.append(Gap(id, about, rest, "2026-11-01", None, source(id)))
            case _:
                raise ValueError(line)

    @staticmethod
    def teacher(
        kind: TeacherKind,
        id: str,
        level: int | None,
        award: str | None,
        words: list[str],
        said: dict[str, str],
        status: Status,
    ) -> Teacher:
        return Teacher(
            id,
            kind,
            id,
            level,
            int(said["credits"]) if "credits" in said else None,
            award,
            (award,) if award else (),
            next((word for word in words if word in _ROLES), None),
            (),
            "past" not in words,
            status,
            source(id, status),
        )

    def teach(self, teacher: str, rest: str, status: Status) -> None:
        for one in filter(None, (part.strip() for part in rest.split(","))):
            competency, via, *words = one.split()
            scores = [float(word) for word in words if re.fullmatch(r"[01]?\.\d+", word)]
            found = (
                status if Via(via) in (Via.STATED, Via.STANDARD, Via.AWARD) else max(Status.INFERRED, status, key=_rank)
            )
            self.teachings.append(
                Teaching(
                    teacher,
                    competency,
                    Via(via),
                    f"{via} of {teacher}",
                    next((word for word in words if word in _RELATIONS), None),
                    scores[0] if scores else None,
                    frozenset(Part(word) for word in words if word in list(Part)),
                    found,
                    (source(f"{teacher}-{competency}", found),),
                )
            )

    def run(self, of: str, words: list[str], said: dict[str, str], status: Status) -> Run:
        place = re.search(r"(-?\d+\.\d+) (-?\d+\.\d+)", " ".join(words))
        district = next((word for word in words if re.fullmatch(r"[A-Z]{1,2}\d{1,2}", word)), None)
        provider = said["at"]
        id = f"R{len(self.runs) + 1}"
        self.labels[provider] = provider
        return Run(
            id=id,
            of=of,
            opportunity=f"C-{id}",
            title=f"{of} at {provider}",
            provider=provider,
            site=f"site of {provider}" if place or "in" in said else None,
            town=said.get("in"),
            district=district,
            latitude=float(place[1]) if place else None,
            longitude=float(place[2]) if place else None,
            study_mode=next((word for word in words if word in ("full-time", "part-time")), None),
            attendance=next((word for word in words if word in _ATTENDANCE), None),
            delivery_mode=next((word for word in words if word in ("online", "classroom", "work-based")), None),
            starts=(),
            state=next((RunState(word) for word in words if word in list(RunState)), RunState.TO_COME),
            seats=int(said["seats"]) if "seats" in said else None,
            sold_separately="yes" if "sold" in words else "unknown",
            status=status,
            source=source(id, status),
        )


def _rank(status: Status) -> int:
    return list(Status).index(status)


def world(text: str, on: date = DAY) -> CoverageFacts:
    """The facts that the lines describe. Raises `ValueError` for a line that says nothing known."""
    made = _World()
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        made.read(line)
    competencies = {
        id: Competency(
            id, said.get("label", id), "knowledge", said["level"], "ST-TEST", id, said.get("themes", ()), source(id)
        )
        for id, said in made.competencies.items()
    }
    return CoverageFacts(
        on=on,
        needs=tuple(made.needs),
        competencies=competencies,
        teachers=made.teachers,
        teachings=tuple(one for one in made.teachings if one.competency in competencies),
        runs=tuple(made.runs),
        labels=made.labels | {id: one.label for id, one in competencies.items()},
        unlisted={role: tuple(found) for role, found in made.unlisted.items()},
        aimed={role: tuple(found) for role, found in made.aimed.items()},
        gaps=tuple(made.gaps),
    )
