"""Made-up catalogues of realistic structure, the same each time: a region, a nation, ten nations.

Sectors teach competencies at levels 2 to 7. Units of 15 credits are held *in a credit family* of providers, which
accepts some units of other families; 60, 90, 120 and 240 credits make interim and full awards. Cohorts start every 4
to 52 weeks, or roll. A role asks for 5 to 25 competencies and for an award of the sector or two years in it; jobs are
steps (starting takes no weeks, and a year in one is experience). A fifth of the roles ask for something nobody teaches.

Facts: `c12@3` a competency at a level; `u:…:F1` a unit as held in a family; `q:…` an award, `qx:…` an interim one;
`ql4`, `ql4:s3` any award of level 4 (of sector 3) or above; `exp:s3:2` two years in a sector; `works:r7` a role;
`boot:…`, `pre:…` a programme; `age:19+`, `status:unemployed` circumstances.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Catalogue,
    Content,
    Delivery,
    Expression,
    Fact,
    PathwayProblem,
    Rule,
)

HORIZON = 520
UNIT_CREDITS = 15
FAMILIES = 3
UNITS_OF_STAGE = 11
CORE_UNITS = 3
CYCLES = (4, 8, 13, 17, 26, 52)


@dataclass(frozen=True)
class Size:
    """How much of everything there is in each of `sectors` sectors."""

    name: str
    sectors: int
    competencies: int
    stages: tuple[int, ...]
    """Levels of the awards that are built from units, one award for each mention."""
    upper: tuple[int, ...]
    """The same, in every third sector only."""
    entry: int
    """Courses at each of levels 2 and 3, pre-apprenticeships and bootcamps."""
    full: int
    """Full-time awards at each of levels 4 to 7, and apprenticeships."""
    short: int
    roles: int
    modes: tuple[int, ...]
    """Numbers of deliveries a course may have."""


REGION = Size("region", 5, 60, (4,), (5,), 2, 1, 5, 4, (2, 2, 3, 3, 4))
NATIONAL = Size("national", 40, 150, (4, 4, 4, 4, 5, 5, 5, 6, 6, 6), (), 14, 10, 116, 9, (2, 2, 3, 4, 6))
TENFOLD = replace(NATIONAL, name="tenfold", sectors=400)

SIZES = {size.name: size for size in (REGION, NATIONAL, TENFOLD)}


@dataclass(frozen=True)
class Role:
    """A job of a sector at a level: what it asks for, and whether that can be had at all."""

    number: int
    sector: int
    level: int
    asks: Expression
    can_be_had: bool

    @property
    def fact(self) -> Fact:
        """That somebody works in it."""
        return f"works:r{self.number}"


@dataclass(frozen=True)
class Learner:
    """Who asks: facts held, and most hours a week."""

    kind: str
    held: frozenset[Fact]
    hours_cap: int


@dataclass(frozen=True)
class Question:
    """A learner and the role they want; `reachable` is what the generator intends, not a proof."""

    name: str
    learner: Learner
    role: Role
    problem: PathwayProblem


@dataclass(frozen=True)
class World:
    """A catalogue, and what its parts are. `provider` is by delivery, `level` and `sector` by content."""

    size: Size
    catalogue: Catalogue
    roles: tuple[Role, ...]
    provider: dict[str, str]
    level: dict[str, int]
    sector: dict[str, int]
    taught: dict[int, dict[int, list[Fact]]]

    def questions(self, number: int, seed: int = 1) -> tuple[Question, ...]:
        """So many questions: a learner of some kind, and a role of the sector they know or of another."""
        random = Random(f"questions {self.size.name} {seed}")
        asked = []
        for position in range(number):
            role = random.choice(self.roles)
            learner = self._learner(random, role)
            problem = PathwayProblem(
                self.catalogue,
                learner.held,
                goal=role.fact,
                hours_cap=learner.hours_cap,
                horizon=HORIZON,
                milestone=AnyOf(tuple(one.fact for one in self.roles if one.sector == role.sector)),
            )
            asked.append(Question(f"{self.size.name}-{position + 1:02}", learner, role, problem))
        return tuple(asked)

    def _learner(self, random: Random, role: Role) -> Learner:
        sector = role.sector if random.random() < 0.7 else random.randrange(self.size.sectors)
        kind = random.choice(["school leaver", "bootcamp graduate", "career changer", "returner"])
        highest = {"school leaver": 2, "bootcamp graduate": 3, "career changer": 4, "returner": 3}[kind]
        held = {f"ql{level}" for level in range(2, highest + 1)} | {"age:19+"}
        for level in range(2, highest + 1):
            known = self.taught[sector].get(level, [])
            held |= set(random.sample(known, min(len(known), random.randint(2, 6))))
        if kind == "bootcamp graduate":
            held |= {f"boot:{sector}:0"}
        if kind == "career changer":
            held |= {f"exp:s{random.randrange(self.size.sectors)}:{years}" for years in (1, 2)}
        if kind in ("returner", "bootcamp graduate"):
            held.add("status:unemployed")
        return Learner(kind, frozenset(held), random.choice([20, 32, 40, 40]))


@lru_cache(maxsize=4)
def world(size: Size, seed: int = 1) -> World:
    """The made-up world of a size. The same seed makes the same world."""
    return _Maker(size, seed).world()


@dataclass
class _Maker:
    size: Size
    seed: int
    contents: list[Content] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    provider: dict[str, str] = field(default_factory=dict)
    level: dict[str, int] = field(default_factory=dict)
    sector: dict[str, int] = field(default_factory=dict)
    taught: dict[int, dict[int, list[Fact]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    """Competencies that some course of a sector teaches, by sector and level."""
    built: set[str] = field(default_factory=set)
    """Awards that are built from units."""

    def __post_init__(self) -> None:
        self.random = Random(f"{self.size.name} {self.seed}")

    def world(self) -> World:
        for sector in range(self.size.sectors):
            self.courses(sector)
        for sector in range(self.size.sectors):
            self.jobs(sector)
        self.levels()
        taught = {sector: dict(levels) for sector, levels in self.taught.items()}
        return World(
            self.size,
            Catalogue(tuple(self.contents), tuple(self.deliveries), tuple(self.rules)),
            tuple(self.roles),
            self.provider,
            self.level,
            self.sector,
            taught,
        )

    # What is taught

    def courses(self, sector: int) -> None:
        """Everything on offer in a sector, from open courses upwards, so that entry can ask for what is below."""
        size, chance = self.size, self.random
        for n in range(size.entry // 2):
            open_to = AnyOf(("age:19-29", "status:unemployed"))
            self.course(f"pa:{sector}:{n}", "pre_apprenticeship", sector, 2, open_to, [f"pre:{sector}:{n}"], 3)
        for n in range(size.entry // 2):
            self.course(f"l2:{sector}:{n}", "level2", sector, 2, All(()), [f"ql2:s{sector}"], 5)
        for n in range(size.entry):
            ways = ("ql2", f"exp:s{sector}:1", f"pre:{sector}:{n // 2}")
            kind = "t_level" if n % 2 else "level3"
            self.course(f"l3:{sector}:{n}", kind, sector, 3, self.asking(AnyOf(ways), sector, 2), [f"ql3:s{sector}"], 6)
            self.course(f"bc:{sector}:{n}", "bootcamp", sector, 3, "age:19+", [f"boot:{sector}:{n}"], 5)
        by_level: dict[int, int] = defaultdict(int)
        for level in size.stages + (size.upper if sector % 3 == 0 else ()):
            self.stage(sector, level, by_level[level])
            by_level[level] += 1
        for n in range(size.full):
            for level in (4, 5, 6, 7):
                if size is REGION and level in (5, 7) and sector % 2:
                    continue
                ways = (f"ql{level - 1}", f"exp:s{sector}:2")
                gives = [f"q:{sector}:{level}:full{n}", f"ql{level}:s{sector}"]
                kind = "htq" if level < 6 else "degree"
                self.course(
                    f"{kind}:{sector}:{level}:{n}",
                    kind,
                    sector,
                    level,
                    self.asking(AnyOf(ways), sector, level - 1),
                    gives,
                    9,
                )
            for level in (3, 4):
                ways = (f"ql{level - 1}", f"exp:s{sector}:2", f"boot:{sector}:{n}")
                gives = [f"q:{sector}:{level}:app{n}", f"ql{level}:s{sector}", f"exp:s{sector}:1"]
                self.course(f"ap:{sector}:{level}:{n}", "apprenticeship", sector, level, AnyOf(ways), gives, 9)
        for n in range(size.short):
            level = chance.choice([3, 4, 4, 5, 5, 6])
            entry: Expression = All(()) if level < 5 and chance.random() < 0.5 else self.asking(None, sector, level - 1)
            self.course(f"sc:{sector}:{n}", "short_course", sector, level, entry, [], 2)

    def asking(self, ways: Expression | None, sector: int, level: int) -> Expression:
        """An entry requirement: the usual ways in and, at times, competencies of the level below."""
        known = self.taught[sector][level] or self.taught[sector][2]
        parts: list[Expression] = [ways] if ways is not None else []
        for _ in range(self.random.choice([0, 0, 1, 2]) if ways is not None else self.random.choice([1, 2])):
            two = tuple(self.random.sample(known, min(2, len(known))))
            parts.append(AnyOf(two) if self.random.random() < 0.4 else two[0])
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def stage(self, sector: int, level: int, number: int) -> None:
        """An award built from units, in each family: 60, 90 and 120 credits, and 240 with those of the stage below."""
        chance, award = self.random, f"{sector}:{level}:{number}"
        below = f"{sector}:{level - 1}:{number}"
        has_below = below in self.built
        self.built.add(award)
        ways = (f"ql{level - 1}", f"exp:s{sector}:2", f"qx:{below}" if has_below else f"boot:{sector}:{number}")
        held: list[list[Fact]] = []
        for unit in range(UNITS_OF_STAGE):
            families = sorted(chance.sample(range(FAMILIES), chance.choice([1, 2, 2, 3])))
            entry = self.asking(AnyOf(ways), sector, level - 1)
            topics = self.topics(sector, level, chance.randint(2, 4))
            for family in families:
                fact = f"u:{award}:{unit}:F{family}"
                self.course(f"un:{award}:{unit}:F{family}", "module", sector, level, entry, [fact], 0, topics, family)
            held.append([f"u:{award}:{unit}:F{family}" for family in families])
        for family in range(FAMILIES):
            # A family counts its own units, and those of others that it accepts.
            counted = [
                AnyOf(tuple(fact for fact in facts if fact.endswith(f"F{family}") or chance.random() < 0.5))
                for facts in held
            ]
            units = tuple((UNIT_CREDITS, one) for one in counted if one.parts)
            core = tuple(one for one in counted[:CORE_UNITS] if one.parts)
            full = All((*core, AtLeast(120, units)))
            for credits, kind, condition, gives in (
                (60, "exit_award", AtLeast(60, units), [f"qx:{award}"]),
                (90, "exit_award", AtLeast(90, units), [f"qx:{award}:90"]),
                (120, "award", full, [f"q:{award}", f"ql{level}:s{sector}"]),
                (240, "award", All((full, f"q:{below}")), [f"q:{award}:240"]),
            ):
                if len(units) * UNIT_CREDITS >= min(credits, 120) and (credits < 240 or has_below):
                    self.rule(f"{credits}:{award}:F{family}", kind, condition, gives)

    def topics(self, sector: int, level: int, number: int) -> list[Fact]:
        """Some competencies of the sector at a level; now and then one of a neighbour, or one level lower."""
        found = []
        for _ in range(number):
            of = sector if self.random.random() < 0.9 else self.random.randrange(self.size.sectors)
            topic = of + self.size.sectors * self.random.randrange(self.size.competencies)
            found.append(f"c{topic}@{max(2, level - (self.random.random() < 0.25))}")
        return list(dict.fromkeys(found))

    def course(
        self,
        id: str,
        kind: str,
        sector: int,
        level: int,
        entry: Expression,
        gives: Sequence[Fact],
        topics: int,
        fixed: Sequence[Fact] = (),
        family: int | None = None,
    ) -> None:
        """A course with its deliveries. `topics` is how many competencies it teaches beside the `fixed` ones."""
        more = self.topics(sector, level, max(1, topics + self.random.randint(-1, 2))) if topics else []
        adds = tuple(dict.fromkeys((*gives, *fixed, *more)))
        self.contents.append(Content(id, kind, entry, adds))
        self.level[id], self.sector[id] = level, sector
        for fact in (*fixed, *more):
            known = self.taught[sector][int(fact[-1])]
            if fact not in known:
                known.append(fact)
        for mode in range(self.random.choice(self.size.modes)):
            slowly = kind in _PART_TIME and mode % 2 == 0
            self.deliveries.append(self.delivery(f"d:{id}:{mode}", id, kind, family, slowly=slowly))

    def delivery(self, id: str, content: str, kind: str, family: int | None, *, slowly: bool) -> Delivery:
        chance = self.random
        shortest, longest, least, most, fee, dearest = _SHAPES[kind]
        weeks, hours = chance.randint(shortest, longest), chance.randint(least, most)
        if slowly:  # the same course beside a job: longer and lighter
            weeks, hours = weeks * 2, max(4, hours // 2)
        pounds = 0 if chance.random() < 0.15 else 10 * chance.randint(fee // 10, dearest // 10)
        cycle = chance.choice(CYCLES)
        rolling = chance.random() < 0.25
        starts = None if rolling else tuple(range(chance.randrange(cycle), HORIZON, cycle))
        online = chance.random() < 0.35
        travel = 0 if online else chance.randint(1, 4) * weeks // (1 if hours > 12 else 2)
        number = chance.randrange(8 * self.size.sectors)
        self.provider[id] = f"p{FAMILIES * (number // FAMILIES) + family if family is not None else number}"
        return Delivery(id, content, pounds, weeks, hours, starts, travel)

    def rule(self, id: str, kind: str, condition: Expression, then: Iterable[Fact]) -> None:
        self.rules.append(Rule(id, kind, condition, tuple(then)))

    # Work

    def jobs(self, sector: int) -> None:
        """The roles of a sector, and what working in them gives."""
        for _ in range(self.size.roles):
            number = len(self.roles)
            level = self.random.choice([3, 4, 4, 5, 5, 6])
            known = [c for below in range(2, level + 1) for c in self.taught[sector][below]]
            weights = [int(fact[-1]) ** 2 for fact in known]
            wanted = list(dict.fromkeys(self.random.choices(known, weights, k=self.random.randint(5, 25))))
            parts: list[Expression] = []
            for fact in wanted:
                other = self.random.choice(known)
                parts.append(AnyOf((fact, other)) if self.random.random() < 0.25 and other != fact else fact)
            parts.append(AnyOf((f"ql{level}:s{sector}", f"exp:s{sector}:2")))
            lacking = number % 5 == 4
            if lacking:  # a competency that nobody teaches
                parts.append(f"c{1_000_000 + number}@{level}")
            role = Role(number, sector, level, All(tuple(parts)), not lacking)
            self.roles.append(role)
            job, adds = f"job:{number}", self.topics(sector, level, 2)
            for id, entry, gives, weeks in (
                (f"{job}:start", role.asks, (role.fact,), 0),
                (f"{job}:y1", role.fact, (f"exp:r{number}:1", f"exp:s{sector}:1", adds[0]), 52),
                (f"{job}:y2", f"exp:r{number}:1", (f"exp:r{number}:2", f"exp:s{sector}:2", *adds[1:]), 52),
            ):
                self.contents.append(Content(id, "job", entry, gives))
                self.level[id], self.sector[id] = level, sector
                self.deliveries.append(Delivery(f"d:{id}", id, 0, weeks, 30 if weeks else 0, None))
                self.provider[f"d:{id}"] = "employer"

    # What follows by itself

    def levels(self) -> None:
        """A higher level implies the lower ones: of a competency, of an award in a sector, of any award."""
        named = sorted({fact for content in self.contents for fact in content.adds if fact.startswith("c")})
        for fact in named:
            topic, level = fact[:-2], int(fact[-1])
            if level > 2:
                self.rule(f"lower:{fact}", "implies", fact, [f"{topic}@{level - 1}"])
        for sector in range(self.size.sectors):
            for level in range(2, 8):
                lower = [f"ql{level - 1}:s{sector}"] if level > 2 else []
                self.rule(f"ql{level}:s{sector}", "implies", f"ql{level}:s{sector}", [f"ql{level}", *lower])
            self.rule(f"exp:s{sector}:2", "implies", f"exp:s{sector}:2", [f"exp:s{sector}:1"])
        for level in range(3, 8):
            self.rule(f"ql{level}", "implies", f"ql{level}", [f"ql{level - 1}"])


_SHAPES = {
    "pre_apprenticeship": (6, 16, 12, 20, 0, 0),
    "level2": (26, 36, 10, 20, 0, 400),
    "level3": (36, 60, 12, 24, 100, 1500),
    "t_level": (72, 90, 20, 30, 0, 0),
    "bootcamp": (10, 16, 10, 30, 0, 400),
    "module": (8, 15, 6, 12, 150, 700),
    "htq": (36, 52, 20, 32, 1500, 6500),
    "degree": (60, 110, 16, 30, 4000, 12000),
    "apprenticeship": (78, 120, 18, 37, 0, 0),
    "short_course": (1, 12, 4, 12, 50, 600),
}
"""Shortest and longest weeks, least and most hours a week, least and most pounds."""

_PART_TIME = {"level3", "t_level", "htq", "degree", "bootcamp", "level2"}
