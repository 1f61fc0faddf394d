"""The question without dates in PDDL, for planners of others: STRIPS with action costs, nothing ever deleted.

What is least by an additive criterion is then an optimal delete-free plan (h+): Betz & Helmert (2009), "Planning with
h+ in theory and practice". Taking a content is an action at the price of its cheapest usable delivery, named after that
delivery; rules and the parts of requirements are free actions, `any` has one for each part. A threshold counts up over
its parts in the order written: *from part i on, so much is together*, which a part that holds raises and any part may
leave as it is. Size is then parts times different sums, not subsets.

Names are numbered, as PDDL allows few letters; comments tell what each stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import shorten

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Criterion,
    Delivery,
    Expression,
    PathwayProblem,
    ProblemRefused,
    measure,
)


def export(problem: PathwayProblem, criterion: Criterion, name: str) -> tuple[str, str]:
    """The domain and the problem as PDDL text.

    Raises `ProblemRefused` (`not_in_pddl`) for caps, which limit whole plans: no delete-free action can say them.
    """
    if problem.caps:
        facts: dict[str, object] = {"caps": [cap.id for cap in problem.caps]}
        raise ProblemRefused("not_in_pddl", facts, "Ask without caps: the optimum is then a bound.")
    writer = _Writer()
    cheapest: dict[str, Delivery] = {}
    for one in problem.deliveries:
        if problem.usable(one):
            best = cheapest.get(one.content, one)
            cheapest[one.content] = min(best, one, key=lambda other: (measure(other, criterion), other.id))
    for content in problem.contents:
        if content.id in cheapest:
            chosen = cheapest[content.id]
            needs = writer.needed(content.entry)
            gives = [writer.fact(fact) for fact in content.adds]
            writer.action(_named("take", chosen.id), needs, gives, measure(chosen, criterion), chosen.id)
    for rule in problem.rules:
        writer.action(_named("rule", rule.id), writer.needed(rule.condition), [writer.fact(f) for f in rule.then], 0)
    goal = writer.needed(problem.goal)
    held = sorted(writer.fact(fact) for fact in problem.held)
    return writer.domain(), "\n".join(
        [
            f"; {_comment(name)}: least {criterion}",
            "(define (problem question) (:domain pathways)",
            f"  (:init (= (total-cost) 0) {' '.join(f'({one})' for one in held)})",
            f"  (:goal {_conjunction(goal)})",
            "  (:metric minimize (total-cost)))",
            "",
        ]
    )


def deliveries_of(domain: str) -> dict[str, str]:
    """The delivery id of each action of a domain that takes a content."""
    return dict(re.findall(r"^  \(:action (take-\S+) ; (.+)$", domain, flags=re.MULTILINE))


class _Writer:
    """Predicates and actions as they come up."""

    def __init__(self) -> None:
        self.predicates: dict[str, str] = {}
        self.actions: list[str] = []

    def fact(self, fact: str) -> str:
        return self.predicate(f"fact {fact}", _named("fact", fact))

    def predicate(self, meaning: str, name: str) -> str:
        """The predicate that means this, made when it is new."""
        return self.predicates.setdefault(meaning, f"{name}-{len(self.predicates)}")

    def action(self, name: str, needs: Iterable[str], gives: Iterable[str], cost: int, meaning: str = "") -> None:
        effects = [f"({one})" for one in gives] + ([f"(increase (total-cost) {cost})"] if cost else [])
        if effects:
            self.actions.append(
                f"  (:action {name}-{len(self.actions)}"
                + (f" ; {_comment(meaning)}" if meaning else "")
                + f"\n    :parameters () :precondition {_conjunction(needs)} :effect (and {' '.join(effects)}))"
            )

    def needed(self, expression: Expression) -> list[str]:
        """Predicates that all have to hold for a requirement to be met."""
        match expression:
            case str():
                return [self.fact(expression)]
            case All(parts):
                return list(dict.fromkeys(one for part in parts for one in self.needed(part)))
            case AnyOf(parts):
                return [self.either(str(expression), [self.needed(part) for part in parts])]
            case AtLeast(threshold, weighted):
                return [] if threshold <= 0 else [self.counted(expression, threshold, weighted)]

    def either(self, meaning: str, choices: list[list[str]]) -> str:
        known = meaning in self.predicates
        gate = self.predicate(meaning, "any")
        for needs in [] if known else choices:
            self.action("choose", needs, [gate], 0)
        return gate

    def counted(self, expression: AtLeast, threshold: int, weighted: tuple[tuple[int, Expression], ...]) -> str:
        meaning = str(expression)
        if f"{meaning} met" in self.predicates:
            return self.predicates[f"{meaning} met"]
        met = self.predicate(f"{meaning} met", "enough")
        sums: dict[int, str | None] = {0: None}  # what may be together before this part; nothing needs no predicate
        for position, (weight, part) in enumerate(weighted):
            needs, following = self.needed(part), dict(sums)
            for amount, so_far in sums.items() if weight else ():
                more = amount + weight
                before = [] if so_far is None else [so_far]
                if more >= threshold:
                    self.action("reach", [*before, *needs], [met], 0)
                    continue
                after = self.predicate(f"{meaning} {position}:{more}", "count")
                following[more] = after
                self.action("count", [*before, *needs], [after], 0)
            for amount, so_far in sums.items():
                after_all = following[amount]
                if so_far is not None and after_all is not None and after_all != so_far:
                    self.action("leave", [so_far], [after_all], 0)
            sums = following
        return met

    def domain(self) -> str:
        return "\n".join(
            [
                "(define (domain pathways)",
                "  (:requirements :strips :action-costs)",
                "  (:predicates",
                *(f"    ({name}) ; {shorten(meaning, 100)}" for meaning, name in self.predicates.items()),
                "  )",
                "  (:functions (total-cost) - number)",
                *self.actions,
                ")",
                "",
            ]
        )


def _conjunction(needs: Iterable[str]) -> str:
    return f"(and {' '.join(f'({one})' for one in needs)})"


def _named(kind: str, id: str) -> str:
    """A name PDDL allows; what makes it unique is numbered on."""
    return "-".join([kind, *re.findall(r"[a-z0-9]+", id.lower())])


def _comment(text: str) -> str:
    return " ".join(text.split())
