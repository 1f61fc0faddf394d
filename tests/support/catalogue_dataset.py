"""A made-up world as a dataset folder in the native format, every row marked illustrative.

`python -m tests.support.catalogue_dataset SIZE FOLDER` writes one. The format says less than the engine knows, so:

* a competency is asked for as *any of* what teaches it or a higher level of it; what nobody teaches, as an award that
  is planned and not open to learners yet;
* a unit is an award of its own (its credit as held in a family), and what follows from units by a free rule is an award
  that is claimed: a step of one week, the least the format has;
* experience in a sector is work in one of its roles, however long; years in a role are left out.

So answers to the dataset are not those of the engine's world, but the size, the shape and the depth are.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from queries.pathways.engine.problem import All, AnyOf, AtLeast, Content, Expression, Rule
from tests.support.catalogue import SIZES, UNIT_CREDITS, World, world

WEEK_0 = date(2026, 11, 23)
STARTS_SHOWN = 8

Row = dict[str, object]

_KINDS = {
    "pre_apprenticeship": ("pre-apprenticeship", "SWAP"),
    "level2": ("level 2 course", "short"),
    "level3": ("level 3 course", "Access"),
    "t_level": ("T Level", "T Level"),
    "bootcamp": ("bootcamp", "bootcamp"),
    "module": ("unit", "short"),
    "htq": ("higher technical course", "HNC"),
    "degree": ("degree course", "degree"),
    "apprenticeship": ("work-based course", "apprenticeship"),
    "short_course": ("short course", "short"),
}
"""Kind of content to the name of its type of provision and its course kind."""

_CIRCUMSTANCES = {
    "age:19+": "attribute(age >= 19)",
    "age:19-29": "all(attribute(age >= 19), attribute(age <= 29))",
    "status:unemployed": "attribute(employment = unemployed-on-benefit)",
}

_DESCRIPTION = """\
id: made-up-{size}
title: A made-up {size}
description: Roles, awards and courses that do not exist, of realistic number and structure. For tests and benchmarks.
publisher: Stepway
licence: CC0-1.0
shippable: yes
sources:
  urn:stepway:made-up: Made by the test generator. Nothing in it exists.
"""


def write_dataset(made: World, folder: Path) -> None:
    """Write the folder. It is the same for the same world."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.yml").write_text(_DESCRIPTION.format(size=made.size.name), encoding="utf-8")
    for table, rows in _Writer(made).tables().items():
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*columns, "source_url", "as_of", "status"], lineterminator="\n")
            writer.writeheader()
            said = {"source_url": "urn:stepway:made-up", "as_of": "2026-11-21", "status": "illustrative"}
            writer.writerows({**row, **said} for row in rows)


def _id(kind: str, name: str) -> str:
    return "-".join([kind, *re.findall(r"[A-Za-z0-9]+", name)]).upper()


class _Writer:
    def __init__(self, made: World) -> None:
        self.made = made
        self.awards = [rule for rule in made.catalogue.rules if rule.kind in ("award", "exit_award")]
        self.studies = [content for content in made.catalogue.contents if content.kind != "job"]
        self.by_fact: dict[str, list[str]] = defaultdict(list)
        for content in self.studies:
            for fact in content.adds:
                self.by_fact[fact].append(f"holds({_id('Q', content.id)})")
        for rule in self.awards:
            for fact in rule.then:
                self.by_fact[fact].append(f"holds({_id('Q', rule.then[0])})")
        for role in made.roles:
            self.by_fact[role.fact].append(f"works_as({_id('OC', role.fact)})")
            for years in (1, 2):
                self.by_fact[f"exp:s{role.sector}:{years}"].append(f"works_as({_id('OC', role.fact)})")
                self.by_fact[f"exp:r{role.number}:{years}"].append(f"works_as({_id('OC', role.fact)})")
        self.nobody: dict[str, str] = {}

    def tables(self) -> dict[str, list[Row]]:
        """The rows of each table."""
        jobs, awards, courses = self.roles_and_jobs(), self.awards_of_units(), list(self.courses())
        runs = list(self.runs())
        planned = [
            {
                "qualification_id": id,
                "title": f"Illustrative: what would teach {fact}",
                "currency": "planned",
                "real_award": "no",
            }
            for fact, id in self.nobody.items()
        ]
        return {
            "providers": self.providers(),
            "provision_types": [
                {"provision_type_id": _id("PT-MU", kind), "label": f"illustrative {name}"}
                for kind, (name, _) in _KINDS.items()
            ],
            "roles": [role for role, _, _ in jobs],
            "competencies": [one for _, _, asked in jobs for one in asked],
            "progressions": [job for _, job, _ in jobs],
            "qualifications": [*courses, *awards[0], *planned],
            "units": awards[1],
            "combination_rules": awards[2],
            "opportunities": [*{one["opportunity_id"]: one for one, _ in runs}.values()],
            "deliveries": [run for _, run in runs],
        }

    def asked(self, expression: Expression) -> str:
        """A requirement in the language of the format."""
        match expression:
            case str():
                return self.fact(expression)
            case All(parts):
                return self.joined("all", [self.asked(part) for part in parts])
            case AnyOf(parts):
                return self.joined("any", [self.asked(part) for part in parts])
            case AtLeast(credits, weighted):  # every unit has the same credits, so that counting them will do
                parts_asked = [self.asked(part) for _, part in weighted]
                return f"atleast({-(-credits // UNIT_CREDITS)}, {', '.join(parts_asked)})"

    def joined(self, word: str, parts: Iterable[str]) -> str:
        different = list(dict.fromkeys(parts))
        if not different:
            return "none"
        return different[0] if len(different) == 1 else f"{word}({', '.join(different)})"

    def fact(self, fact: str) -> str:
        if fact in _CIRCUMSTANCES:
            return _CIRCUMSTANCES[fact]
        if re.fullmatch(r"ql\d", fact):
            return f"level({fact[2]})"
        if found := re.fullmatch(r"(c\d+@)(\d)|ql(\d)(:s\d+)", fact):
            lowest = int(found[2] or found[3])
            named = (f"{found[1]}{n}" if found[1] else f"ql{n}{found[4]}" for n in range(lowest, 8))
            ways = [way for one in named for way in self.by_fact.get(one, ())]
        else:
            ways = self.by_fact.get(fact, [])
        if not ways:
            self.nobody.setdefault(fact, _id("Q-NOBODY", fact))
            return f"holds({self.nobody[fact]})"
        return self.joined("any", ways)

    def providers(self) -> list[Row]:
        names = sorted(
            {one for one in self.made.provider.values() if one != "employer"}, key=lambda name: int(name[1:])
        )
        return [
            {
                "provider_id": _id("P-MU", name),
                "name": f"Illustrative: college {name[1:]} (credit family {int(name[1:]) % 3})",
                "provider_type": "further education college",
            }
            for name in names
        ]

    def roles_and_jobs(self) -> list[tuple[Row, Row, list[Row]]]:
        """Each role, the way into it, and its competencies."""
        return [
            (
                {
                    "role_id": _id("OC", role.fact),
                    "title": f"Illustrative: role {role.number} of sector {role.sector}",
                    "level": role.level,
                    "sector": "healthtech" if role.sector == 0 else "engineering",
                },
                {
                    "progression_id": _id("PG", role.fact),
                    "to_id": _id("OC", role.fact),
                    "relation": "can lead to",
                    "conditions": "vacancy-needed",
                    "entry_rule": self.asked(role.asks),
                },
                [
                    {
                        "competency_id": f"{_id('K', role.fact)}-{number}",
                        "role_id": _id("OC", role.fact),
                        "standard_ref": "made up",
                        "kind": "skill",
                        "label": f"Illustrative: {part}",
                        "currency": "current",
                    }
                    for number, part in enumerate(role.asks.parts if isinstance(role.asks, All) else ())
                    if isinstance(part, str)
                ],
            )
            for role in self.made.roles
        ]

    def courses(self) -> Iterable[Row]:
        """What can be studied: each course as an award of its own."""
        for content in self.studies:
            yield {
                "qualification_id": _id("Q", content.id),
                "title": f"Illustrative: {_KINDS[content.kind][0]} {content.id}",
                "level": self.made.level[content.id],
                "provision_type_id": _id("PT-MU", content.kind),
                "credits": UNIT_CREDITS if content.kind == "module" else "",
                "entry_rule": self.asked(content.entry),
                "currency": "current",
                "real_award": "yes",
            }

    def awards_of_units(self) -> tuple[list[Row], list[Row], list[Row]]:
        """Awards claimed from units, those units, and what must add up."""
        claims: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.awards:
            claims[rule.then[0]].append(rule)
        awards, rules = [], []
        for fact, ways in claims.items():
            id, credits = _id("Q", fact), int(ways[0].id.split(":")[0])
            awards.append(
                {
                    "qualification_id": id,
                    "title": f"Illustrative: award of {credits} credits {fact}",
                    "level": int(fact.split(":")[2]),
                    "credits": credits,
                    "entry_rule": self.joined("any", [self.asked(rule.condition) for rule in ways]),
                    "duration_weeks": 1,
                    "currency": "current",
                    "real_award": "yes",
                }
            )
            rules.append(
                {
                    "rule_id": _id("AR", fact),
                    "qualification_id": id,
                    "attribute": "total_credits",
                    "operator": "=",
                    "value": credits,
                    "unit": "credits",
                    "description": f"{credits} credits in units",
                }
            )
        units: dict[str, Row] = {}
        for content in self.studies:
            if content.kind == "module":
                _, sector, level, number, unit, _ = content.id.split(":")
                id = _id("U", f"{sector} {level} {number} {unit}")
                units[id] = {
                    "unit_id": id,
                    "qualification_id": _id("Q", f"q:{sector}:{level}:{number}"),
                    "title": f"Illustrative: unit {unit} of {sector}:{level}:{number}",
                    "level": level,
                    "credits": UNIT_CREDITS,
                    "unit_role": "illustrative",
                }
        return awards, list(units.values()), rules

    def runs(self) -> Iterable[tuple[Row, Row]]:
        """Each delivery with the opportunity it is a run of."""
        contents: dict[str, Content] = {content.id: content for content in self.studies}
        for one in self.made.catalogue.deliveries:
            if one.content not in contents:
                continue
            content, provider = contents[one.content], _id("P-MU", self.made.provider[one.id])
            offered = f"{_id('C', content.id)}-{provider}"
            starts = one.starts[:STARTS_SHOWN] if one.starts is not None else ()
            yield (
                {
                    "opportunity_id": offered,
                    "title": f"Illustrative: {content.id}",
                    "provider_id": provider,
                    "provision_type_id": _id("PT-MU", content.kind),
                    "course_kind": _KINDS[content.kind][1],
                    "qualification_id": _id("Q", content.id),
                    "level": self.made.level[content.id],
                    "sold_separately": "yes" if content.kind == "module" else "unknown",
                },
                {
                    "delivery_id": _id("DL", one.id),
                    "opportunity_id": offered,
                    "delivery_mode": "online" if one.travel_hours == 0 else "classroom",
                    "study_mode": "full-time" if one.hours_per_week >= 20 else "part-time",
                    "duration_weeks": one.weeks,
                    "hours_per_week": one.hours_per_week,
                    "start_dates": "|".join(str(WEEK_0 + timedelta(weeks=week)) for week in starts),
                    "cost_pounds": one.cost_pounds,
                },
            )


def main(arguments: list[str]) -> int:
    """Write the dataset of a size into a folder."""
    if len(arguments) != 2 or arguments[0] not in SIZES:
        print(f"Usage: python -m tests.support.catalogue_dataset {'|'.join(SIZES)} FOLDER")
        return 2
    write_dataset(world(SIZES[arguments[0]]), Path(arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
