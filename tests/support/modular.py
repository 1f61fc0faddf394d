"""Modular awards made up by a seed: HNCs of units that colleges teach one by one, HNDs built on them, a job after all.

An HNC takes 120 credits of fifteen units of 15, the four of its core among them; its HND, 105 credits more of fourteen
units that may be begun with 90 credits of the HNC. Any of the families will do. Which units a plan takes is nearly
free, which is what makes such awards good for people and hard for planners.
"""

from random import Random

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    PathwayProblem,
    Rule,
    measure,
)

HORIZON = 312
CORE, UNITS_4, TAKEN_4, UNITS_5, TAKEN_5 = 4, 15, 8, 14, 7


def modular(families: int, *, diploma: bool = False, seed: int = 0) -> PathwayProblem:
    """The question of somebody without level 3, who can give 24 hours a week for six years."""
    random = Random(seed)
    contents, deliveries, rules = [], [], []

    def unit(id: str, entry: All | AtLeast) -> None:
        contents.append(Content(id, "unit", entry, (id,)))
        for college in range(3):
            starts = tuple(sorted(random.sample(range(HORIZON - 40), 3)))
            pounds, weeks, hours = random.randrange(300, 900, 25), random.choice([10, 12, 15]), random.choice([6, 8])
            deliveries.append(Delivery(f"{id} {college}", id, pounds, weeks, hours, starts, random.randrange(60)))

    for family in range(families):
        four = [(15, f"{family}.4.{number}") for number in range(UNITS_4)]
        five = [(15, f"{family}.5.{number}") for number in range(UNITS_5)]
        for _, id in four:
            unit(id, All(("level 3",)))
        in_all = AtLeast(15 * TAKEN_4, tuple(four))
        core = AtLeast(15 * CORE, tuple(four[:CORE]))
        rules.append(Rule(f"HNC {family}", "award", All((core, in_all)), (f"HNC {family}",)))
        if diploma:
            for _, id in five:
                unit(id, AtLeast(90, tuple(four)))
            on_top = All((f"HNC {family}", AtLeast(15 * TAKEN_5, tuple(five))))
            rules.append(Rule(f"HND {family}", "award", on_top, (f"HND {family}",)))
    contents.append(Content("bootcamp", "programme", All(()), ("level 3",)))
    deliveries.append(Delivery("bootcamp", "bootcamp", 0, 12, 16, (4, 30)))
    award = "HND" if diploma else "HNC"
    contents.append(Content("job", "job", AnyOf(tuple(f"{award} {one}" for one in range(families))), ("work",)))
    deliveries.append(Delivery("job", "job", 0, 0, 0, None))
    catalogue = Catalogue(tuple(contents), tuple(deliveries), tuple(rules))
    return PathwayProblem(catalogue, frozenset(), "work", hours_cap=24, horizon=HORIZON, milestone="work")


def least(problem: PathwayProblem, criterion: Criterion) -> int:
    """The least sum of any plan, dates aside, by sorting: the core, then the cheapest units, of the best family."""
    price: dict[str, int] = {}
    for one in problem.deliveries:
        price[one.content] = min(measure(one, criterion), price.get(one.content, measure(one, criterion)))

    def family(number: str) -> int:
        units = [price[f"{number}.4.{one}"] for one in range(UNITS_4)]
        total = sum(units[:CORE]) + sum(sorted(units[CORE:])[: TAKEN_4 - CORE])
        above = [price[id] for id in price if id.startswith(f"{number}.5.")]
        return total + sum(sorted(above)[:TAKEN_5])

    numbers = {id.partition(".")[0] for id in price if "." in id}
    return price["bootcamp"] + price["job"] + min(map(family, numbers))
