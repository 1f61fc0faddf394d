"""Where units of different awards repeat each other, and what could be taught once for several roles.

Nothing here says that content *is* the same: it says what two units are known to share, and how that is known. Surest
first: a publisher maps both to the same competency (`Via.STATED`); outcomes read alike (a match by name, with a score);
both have our tags (themes); their titles read alike. Names are compared as `graph.matching.Names` does. A share of
themes is those that both have among all that either has (Jaccard 1912). Two units that are alike are a reason to
compare two specifications.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Final

from graph.projection import Projection, Source, Status, Transfer, UnitFacts, UnitOutcome
from queries.coverage.model import CoverageFacts, Inference, TeacherKind, Via, is_real, let_in

if TYPE_CHECKING:
    from graph.matching import Candidate

ALIKE: Final = 10
"""Names that are looked at for each name: the most alike."""

LEAST_SHARE: Final = 0.5
"""The share of themes from which two units are told to overlap, unless another is asked."""


@dataclass(frozen=True, slots=True)
class AlikeOutcomes:
    """Outcomes of two units that read alike, with the score from 0 to 1."""

    one: str
    two: str
    score: float


@dataclass(frozen=True, slots=True)
class UnitPair:
    """Two units, and what both are known to have. `known`: how, surest first; never empty.

    `share`: of themes, 0 to 1; None when either has none: not known. `name_score` None: below the least, or not asked.
    """

    one: UnitFacts
    two: UnitFacts
    known: tuple[Via, ...]
    stated: tuple[str, ...]
    outcomes: tuple[AlikeOutcomes, ...]
    themes: tuple[str, ...]
    share: float | None
    name_score: float | None

    @property
    def status(self) -> Status:
        """Published only where a publisher maps both; of placeholders illustrative."""
        statuses = (self.one.source.status, self.two.source.status)
        if Status.ILLUSTRATIVE in statuses:
            return Status.ILLUSTRATIVE
        return Status.PUBLISHED if self.stated else Status.INFERRED


@dataclass(frozen=True, slots=True)
class Repeat:
    """What somebody who has the award `one` may meet again in the award `two`.

    `again`: units of `two` that repeat something of a unit of `one`; `stated`: how many of them by what publishers map,
    the others by our inference alone. `credits`: of those units together, as far as known, `at_least` when some credits
    are not; None: none are. `units`: all units of `two` that are known; 0: its units are not known, and neither is
    what is repeated. `accepted`: what `two` takes from `one` by a stated rule.
    """

    one: str
    two: str
    again: tuple[str, ...]
    stated: int
    units: int
    credits: int | None
    at_least: bool
    accepted: tuple[Transfer, ...]

    @property
    def known(self) -> bool:
        """Whether the units of the second award are known at all."""
        return self.units > 0


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs of units that overlap, most alike first, and what each of two awards repeats of the other."""

    pairs: tuple[UnitPair, ...]
    repeats: tuple[Repeat, ...]
    without_units: tuple[str, ...]


def overlaps(
    facts: CoverageFacts,
    awards: Collection[str] = (),
    inference: Inference | None = None,
    least_share: float = LEAST_SHARE,
) -> Overlaps:
    """Units of different awards that overlap: between these awards, of one award with any other, or of all.

    Raises `KeyError` for an award that the release has not.
    """
    assert facts.projection is not None
    inference, projection = inference or Inference(), facts.projection
    every = {unit.award for unit in projection.units.values() if unit.award}
    chosen = set(awards) if len(set(awards)) > 1 else every
    for award in awards:
        projection.awards[award]
    units = {
        unit.id: unit
        for unit in projection.units.values()
        if unit.award in chosen and is_real(unit.source.status, unit.id, facts, inference)
    }
    pairs = sorted(_Alike(facts, units, inference, least_share).pairs(), key=_rank)
    if awards:
        pairs = [pair for pair in pairs if not {pair.one.award, pair.two.award}.isdisjoint(awards)]
    held = {unit.award for unit in units.values()}
    return Overlaps(
        tuple(pairs),
        tuple(_repeats(pairs, units, projection, awards)),
        tuple(sorted(award for award in awards if award not in held)),
    )


class _Alike:
    """What units have: their themes, outcomes and stated competencies, and which are alike."""

    def __init__(
        self, facts: CoverageFacts, units: Mapping[str, UnitFacts], inference: Inference, least_share: float
    ) -> None:
        self.units, self.inference, self.least_share = units, inference, least_share
        assert facts.projection is not None
        self.outcomes: dict[str, list[UnitOutcome]] = defaultdict(list)
        for outcome in facts.projection.outcomes:
            if outcome.unit in units:
                self.outcomes[outcome.unit].append(outcome)
        self.by_outcome = {unit: {one.theme for one in found if one.theme} for unit, found in self.outcomes.items()}
        let = inference.via
        self.themes = {
            id: frozenset(unit.themes if Via.UNIT_THEME in let else ())
            | frozenset(self.by_outcome.get(id, ()) if Via.OUTCOME_THEME in let else ())
            for id, unit in units.items()
        }
        self.stated: dict[str, set[str]] = defaultdict(set)
        for teaching in facts.teachings:
            if teaching.teacher in units and teaching.via is Via.STATED and let_in(teaching, facts, inference):
                self.stated[teaching.teacher].add(teaching.competency)

    def pairs(self) -> Iterable[UnitPair]:
        """Each pair of units of different awards that has something in common, the first by id first."""
        shared = self._together(self.themes)
        stated = self._together(self.stated)
        names, outcomes = self._names(), self._outcomes()
        for one, two in sorted({*shared, *stated, *names, *outcomes}):
            themes = self.themes[one] & self.themes[two]
            either = self.themes[one] | self.themes[two]
            share = len(themes) / len(either) if self.themes[one] and self.themes[two] else None
            both = tuple(sorted(self.stated[one] & self.stated[two]))
            alike, name = tuple(outcomes.get((one, two), ())), names.get((one, two))
            known = [Via.STATED] if both else []
            known += [Via.NAME] if alike or name is not None else []
            if share is not None and share >= self.least_share and themes:
                by_outcome = themes & self.by_outcome.get(one, set()) & self.by_outcome.get(two, set())
                known.append(Via.OUTCOME_THEME if by_outcome else Via.UNIT_THEME)
            if known:
                yield UnitPair(
                    self.units[one], self.units[two], tuple(known), both, alike, tuple(sorted(themes)), share, name
                )

    def _apart(self, one: str, two: str) -> bool:
        return self.units[one].award != self.units[two].award

    def _together(self, said: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
        """The pairs that have a word in common."""
        having: dict[str, list[str]] = defaultdict(list)
        for unit, words in said.items():
            for word in words:
                having[word].append(unit)
        some = (pair for units in having.values() for pair in combinations(sorted(units), 2))
        return {pair for pair in some if self._apart(*pair)}

    def _names(self) -> dict[tuple[str, str], float]:
        """The pairs whose titles read alike, with the score."""
        if Via.NAME not in self.inference.via:
            return {}
        titles: dict[str, list[str]] = defaultdict(list)
        for unit in self.units.values():
            titles[unit.title].append(unit.id)
        return self._matched({title: [(id, title) for id in ids] for title, ids in titles.items()})[0]

    def _outcomes(self) -> dict[tuple[str, str], list[AlikeOutcomes]]:
        """The pairs with outcomes that read alike."""
        if Via.NAME not in self.inference.via:
            return {}
        labels: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for unit, found in self.outcomes.items():
            for one in found:
                labels[one.label].append((unit, one.label))
        return self._matched(labels)[1]

    def _matched(
        self, said: Mapping[str, Sequence[tuple[str, str]]]
    ) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], list[AlikeOutcomes]]]:
        best: dict[tuple[str, str], float] = {}
        found: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(dict)
        for text, alike in _alike_names(tuple(sorted(said))).items():
            for like in alike:
                if like.score < self.inference.least_score:
                    break
                for one, first in said[text]:
                    for two, second in said[like.key]:
                        if one < two and self._apart(one, two):
                            best[one, two] = max(best.get((one, two), 0.0), like.score)
                            found[one, two][first, second] = like.score
                        elif two < one and self._apart(one, two):
                            best[two, one] = max(best.get((two, one), 0.0), like.score)
                            found[two, one][second, first] = like.score
        read_alike = {
            pair: [
                AlikeOutcomes(one, two, score)
                for (one, two), score in sorted(rows.items(), key=lambda r: (-r[1], r[0]))
            ]
            for pair, rows in found.items()
        }
        return best, read_alike


@lru_cache(maxsize=4)
def _alike_names(texts: tuple[str, ...]) -> Mapping[str, "Sequence[Candidate]"]:
    """The texts that each is most like: the same for every question about the same units, so whoever asked has it."""
    from graph.matching import Names  # noqa: PLC0415 -- numpy takes long to load, and nothing else here needs it

    names = Names({text: [text] for text in texts})
    return {text: names.like(text, ALIKE) for text in texts}


def _rank(pair: UnitPair) -> tuple[object, ...]:
    """What a publisher says first; then what is known in more ways, reads more alike, and shares more themes."""
    alike = max([pair.name_score or 0.0, *(one.score for one in pair.outcomes)])
    shared = len(pair.themes) * (pair.share or 0.0)
    return (-len(pair.stated), -len(pair.known), -alike, -shared, pair.one.id, pair.two.id)


def _repeats(
    pairs: Sequence[UnitPair], units: Mapping[str, UnitFacts], projection: Projection, asked: Collection[str]
) -> Iterable[Repeat]:
    """Both ways: of two awards that were asked for always, of others where they repeat something."""
    again: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for pair in pairs:
        if pair.one.award and pair.two.award:
            for one, two in ((pair.one, pair.two), (pair.two, pair.one)):
                met = again[one.award or "", two.award or ""]
                met[two.id] = met.get(two.id, False) or bool(pair.stated)
    if len(asked) > 1:
        for first in asked:
            for second in asked:
                if first != second:
                    again[first, second]
    of_award: dict[str, int] = defaultdict(int)
    for unit in units.values():
        of_award[unit.award or ""] += 1
    taught_by = {id: unit.award for id, unit in projection.units.items()}
    found = []
    for (first, second), repeated in again.items():
        credits = [units[id].credits for id in repeated]
        accepted = tuple(
            t
            for t in projection.transfers
            if t.to_id in (second, None) and t.from_id and first in (t.from_id, taught_by.get(t.from_id))
        )
        known = [amount for amount in credits if amount is not None]
        found.append(
            Repeat(
                first,
                second,
                tuple(sorted(repeated)),
                sum(repeated.values()),
                of_award[second],
                sum(known) if known or not credits else None,
                len(known) < len(credits),
                accepted,
            )
        )
    return sorted(found, key=lambda r: (-len(r.again), r.one, r.two))


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that several roles need. `kind`: competency (the very same), skill (linked to the same skill of a
    public vocabulary), theme (our tag): the first is as published as its needs, the others are our inference.

    `roles`: all that need it. `from_level`, `to_level`: the band of levels, no wider than asked, in which most of them
    stand, `together` those; None where no level is known. `statements`: the competencies meant. `teachers`: what is
    known to teach some of them for roles of the band, with how many of those roles: most first.
    """

    kind: str
    id: str
    label: str
    roles: tuple[str, ...]
    from_level: int | None
    to_level: int | None
    together: tuple[str, ...]
    statements: tuple[str, ...]
    teachers: tuple[tuple[str, int], ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class SharedSaid:
    """What roles share, most roles at one time first. `not_known`: roles whose needs nobody has published."""

    roles: tuple[str, ...]
    not_known: tuple[str, ...]
    shared: tuple[Shared, ...]


def shared_by(
    facts: CoverageFacts, roles: Sequence[str], inference: Inference | None = None, levels_apart: int = 1
) -> SharedSaid:
    """What at least two of the roles need at levels no more than `levels_apart` apart."""
    inference = inference or Inference()
    known = tuple(role for role in roles if role in facts.needs_of)
    groups: dict[tuple[str, str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    links = {one.id: one.links for one in facts.projection.competencies} if facts.projection else {}
    sources: dict[str, Source] = {}
    for role in known:
        for need in facts.needs_of[role]:
            competency = facts.competencies[need.competency]
            sources.setdefault(competency.id, competency.source)
            groups["competency", competency.id, competency.label][role].add(competency.id)
            if Via.UNIT_THEME in inference.via or Via.OUTCOME_THEME in inference.via:
                for theme in competency.themes:
                    groups["theme", theme, theme][role].add(competency.id)
            if Via.VOCABULARY in inference.via:
                for link in links.get(competency.id, ()):
                    if link.relation == "close":
                        groups["skill", link.target, link.label][role].add(competency.id)
    levels = {role: _level(facts, role) for role in known}
    found = []
    for (kind, id, label), by_role in groups.items():
        band, together = _band(sorted(by_role), levels, levels_apart)
        if len(together) < 2:
            continue
        statements = tuple(sorted(set().union(*(by_role[role] for role in by_role))))
        found.append(
            Shared(
                kind,
                id,
                label,
                tuple(sorted(by_role)),
                band[0] if band else None,
                band[1] if band else None,
                together,
                statements,
                _teachers(facts, {role: by_role[role] for role in together}, inference),
                tuple(dict.fromkeys(sources[one] for one in statements))[:3],
            )
        )
    found.sort(key=lambda one: (-len(one.together), -len(one.roles), -len(one.statements), one.kind, one.label, one.id))
    return SharedSaid(tuple(roles), tuple(role for role in roles if role not in facts.needs_of), tuple(found))


def _level(facts: CoverageFacts, role: str) -> int | None:
    """The level of a role; of one that the release has no level for, that of what it needs, where all is at one."""
    own = facts.projection.roles.get(role) if facts.projection else None
    if own is not None and own.level is not None:
        return own.level
    levels = {facts.competencies[need.competency].level for need in facts.needs_of[role]}
    return levels.pop() if len(levels) == 1 else None


def _band(
    roles: Sequence[str], levels: Mapping[str, int | None], apart: int
) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """The band of levels with most roles, of equals the lowest, and its roles; all roles when no level is known."""
    there = sorted({level for role in roles if (level := levels[role]) is not None})
    if not there:
        return None, tuple(roles)
    best: tuple[str, ...] = ()
    band = (there[0], there[0])
    for low in there:
        within = tuple(role for role in roles if (level := levels[role]) is not None and low <= level <= low + apart)
        if len(within) > len(best):
            best, band = within, (low, max(level for role in within if (level := levels[role]) is not None))
    return band, best


def _teachers(
    facts: CoverageFacts, needs: Mapping[str, Collection[str]], inference: Inference, most: int = 5
) -> tuple[tuple[str, int], ...]:
    """Units and courses, which can be run once for several roles; of equals the one at the lowest level."""
    served: dict[str, set[str]] = defaultdict(set)
    for role, statements in needs.items():
        for statement in statements:
            for teaching in facts.teachings_of.get(statement, ()):
                kind = facts.teachers[teaching.teacher].kind
                if kind not in (TeacherKind.UNIT, TeacherKind.COURSE) or not let_in(teaching, facts, inference):
                    continue
                if high_enough(teaching.teacher, statement, facts, inference):
                    served[teaching.teacher].add(role)
    ranked = sorted(served, key=lambda id: (-len(served[id]), facts.teachers[id].level or 9, id))
    return tuple((id, len(served[id])) for id in ranked[:most])


def high_enough(teacher: str, competency: str, facts: CoverageFacts, inference: Inference) -> bool:
    """Whether a teacher's level is near enough to that of the need. A level that is not known is not."""
    wanted, has = facts.competencies[competency].level, facts.teachers[teacher].level
    if wanted is None or inference.levels_below is None:
        return True
    return has is not None and has >= wanted - inference.levels_below
