"""On the day before, the day, and the day after every dated value changes, the rules say what their file says.

A second reader and judge, on purpose: it takes nothing from the evaluator but the answers that it checks. It reads the
YAML, picks the version in force itself, reads the line of text itself, and judges it by truth table, for situations
made of the numbers on either side of every limit, of known and unknown facts.
"""

import operator
import random
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from graph.requirements import Requirement, write
from ontology.resources import paths, yaml_file
from queries.eligibility.decision import Answer, SchemeDecision
from queries.eligibility.logic import Situation
from queries.eligibility.rulebook import RuleBook, RuleError, Scheme, rulebook
from queries.eligibility.schemes import decide_scheme

Tree: TypeAlias = tuple[str, list[Any]]
"""The name of a function, and its arguments: trees, or words."""
Fact: TypeAlias = tuple[str, str]
Truth: TypeAlias = bool | None

DAY = timedelta(days=1)
FILES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths("rules/*/*.yml")}
VOCABULARY = {"attribute": yaml_file("attributes.yml"), "opportunity": yaml_file("opportunity-facts.yml")}
AGES = ("age", "age-on-31-august")
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
SITUATIONS = 30
ANSWER = {True: Answer.YES, False: Answer.NO, None: Answer.NOT_KNOWN}
SAID: dict[Any, Truth] = {"yes": True, "no": False, True: True, False: False, "not-known": None}


def tree(text: str) -> Tree:
    words = re.findall(r'"[^"]*"|>=|<=|[(),=<>]|[^\s(),=<>]+', text)

    def take() -> Any:
        name = words.pop(0)
        if not words or words[0] != "(":
            while words and words[0] not in ",)":
                name += " " + words.pop(0)
            return name
        words.pop(0)
        arguments = []
        while words[0] != ")":
            arguments.append(take())
            if words[0] == ",":
                words.pop(0)
        words.pop(0)
        return name, arguments

    found = take()
    assert not words, text
    return ("all", []) if found == "none" else found


def leaves(part: Tree) -> Iterator[Tree]:
    name, arguments = part
    if name in ("all", "any", "not", "atleast", "usually"):
        for argument in arguments:
            if isinstance(argument, tuple):
                yield from leaves(argument)
    else:
        yield part


def compared(leaf: Tree) -> tuple[str, str, str]:
    """The name, sign and value of `age >= 19`."""
    name, sign, value = leaf[1][0].split(" ", 2)
    return name, sign, value.strip('"')


def truth(part: Tree, known: Mapping[Fact, Any], figures: Mapping[str, int | None], day: date) -> Truth:
    name, arguments = part
    if name in ("all", "any", "not", "atleast", "usually"):
        found = [truth(one, known, figures, day) for one in arguments if isinstance(one, tuple)]
        match name:
            case "not":
                return None if found[0] is None else not found[0]
            case "usually":
                return True if found[0] is True else None
            case "all":
                return False if False in found else None if None in found else True
            case "any":
                return True if True in found else None if None in found else False
        count = int(arguments[0])
        return True if found.count(True) >= count else None if len(found) - found.count(False) >= count else False
    if name not in VOCABULARY:
        return known.get(("held", repr(part)))
    fact, sign, value = compared(part)
    given = known.get((name, fact))
    if fact in AGES:
        born = known.get(("attribute", "born"))
        given = None if born is None else age(born, day if fact == "age" else first_august(day))
    if fact == "starts":
        given = day.isoformat()
    form = VOCABULARY[name][fact]
    if "sum" in form:
        parts: list[Any] = [known.get(("attribute", form["sum"][0])), known.get(("opportunity", form["sum"][1]))]
        given = None if None in parts else sum(parts)
    if given is None:
        return None
    if "number" in form:
        limit = figures[value] if value in figures else value if value.isdigit() else known.get(("opportunity", value))
        return None if limit is None else SIGNS[sign](int(given), int(limit))
    if "date" in form:
        return SIGNS[sign](given, value)
    assert sign == "="
    return value in str(given).split(", ")


def age(born: date, day: date) -> int:
    years = day.year - born.year
    return years if (day.month, day.day) >= (born.month, born.day) else years - 1


def first_august(day: date) -> date:
    """31 August at the beginning of the funding year, which runs from 1 August."""
    return date(day.year if day.month >= 8 else day.year - 1, 8, 31)


def years_before(day: date, years: int) -> date:
    """The birthday of somebody who turns so many years on the day."""
    return date(day.year - years, day.month, min(day.day, 28) if day.month == 2 else day.day)


def spans(scheme: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for rule in scheme["rules"]:
        yield from rule["versions"]
    for figure in (scheme.get("values") or {}).values():
        yield from figure["series"]


def boundaries(scheme: Mapping[str, Any]) -> set[date]:
    """The first day of everything new, and the days that rules name."""
    found = {span["from"] for span in spans(scheme)}
    found |= {span["to"] + DAY for span in spans(scheme) if span["to"] is not None}
    for rule in scheme["rules"]:
        for version in rule["versions"]:
            found |= {date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", version["asks"])}
    return found


def around(days: set[date]) -> list[date]:
    return sorted({day + step for day in days for step in (-DAY, timedelta(), DAY)})


def in_force(versions: list[dict[str, Any]], day: date) -> dict[str, Any] | None:
    found = [one for one in versions if one["from"] <= day and (one["to"] is None or day <= one["to"])]
    assert len(found) <= 1
    return found[0] if found else None


def figures_on(scheme: Mapping[str, Any], day: date) -> dict[str, int | None]:
    return {
        name: None if (one := in_force(figure["series"], day)) is None else one["value"]
        for name, figure in (scheme.get("values") or {}).items()
    }


def asked(scheme: Mapping[str, Any]) -> list[Tree]:
    texts = [scheme["applies_to"]] + [v["asks"] for rule in scheme["rules"] for v in rule["versions"]]
    return [leaf for text in texts for leaf in leaves(tree(text))]


def choices(scheme: Mapping[str, Any], day: date) -> dict[Fact, list[Any]]:
    """For each fact of the scheme: not known, and the values on either side of every limit."""
    found: dict[Fact, list[Any]] = {}
    for leaf in asked(scheme):
        if leaf[0] not in VOCABULARY:
            found[("held", repr(leaf))] = [None, False, True]
            continue
        name, _, value = compared(leaf)
        form = VOCABULARY[leaf[0]][name]
        if "sum" in form:
            own, other = form["sum"]
            found.setdefault(("opportunity", other), [None]).append(30)
            name, value = own, str(max(filter(None, (one["value"] for one in scheme["values"][value]["series"]))) - 30)
            form = VOCABULARY["attribute"][own]
        values = found.setdefault((leaf[0], "born" if name in AGES else name), [None])
        if "number" in form:
            limits = (
                {one["value"] for one in scheme["values"][value]["series"]}
                if value in (scheme.get("values") or {})
                else {value}
            )
            if not value.isdigit() and value in VOCABULARY["opportunity"]:
                limits = {15, 30}
                found.setdefault(("opportunity", value), [None]).extend(limits)
            for limit in (int(one) for one in limits if one is not None):
                if name in AGES:
                    birthday = years_before(day if name == "age" else first_august(day), limit)
                    values += [birthday - DAY, birthday, birthday + DAY]
                    values += [years_before(day, limit + 1)] if name == "age" else []
                else:
                    values += [max(0, limit - 1), limit, limit + 1]
        elif "values" in form:
            others = [one for one in form["values"] if one != value]
            values += [value, others[0] if others else "other"]
            values += [f"{value}, {others[-1]}"] if "several" in form and others else []
    return {fact: list(dict.fromkeys(values)) for fact, values in found.items() if fact[1] != "starts"}


def situations(scheme: Mapping[str, Any], day: date, count: int = SITUATIONS) -> Iterator[dict[Fact, Any]]:
    picked = random.Random(f"{scheme['scheme']} {day}")
    given = choices(scheme, day)
    yield dict.fromkeys(given)
    for _ in range(count):
        seldom = picked.random() < 0.7
        yield {
            fact: picked.choice(values[1:] if seldom and len(values) > 1 and picked.random() < 0.9 else values)
            for fact, values in given.items()
        }


def decided(scheme: Scheme, known: Mapping[Fact, Any], day: date, asked_on: date) -> SchemeDecision:
    def facts(whose: str) -> dict[str, str]:
        return {fact: str(value) for (about, fact), value in known.items() if about == whose and value is not None}

    def held(requirement: Requirement) -> bool | None:
        return known.get(("held", repr(tree(write(requirement)))))

    return decide_scheme(scheme, Situation(facts("attribute"), facts("opportunity"), day, asked_on, held))


def expected(
    rule: Mapping[str, Any], known: Mapping[Fact, Any], figures: Mapping[str, int | None], day: date, asked_on: date
) -> Truth:
    version = in_force(rule["versions"], day)
    if version is None:
        return SAID[rule.get("before" if day < rule["versions"][0]["from"] else "after", "not-known")]
    if asked_on > version["review_by"]:
        return None
    return truth(tree(version["asks"]), known, figures, day)


def together(found: list[Truth]) -> Truth:
    return False if False in found else None if None in found else True


def check(name: str, day: date, asked_on: date, count: int = SITUATIONS, book: RuleBook | None = None) -> None:
    scheme = FILES[name]
    figures = figures_on(scheme, day)
    for known in situations(scheme, day, count):
        said = decided((book or rulebook()).schemes[name], known, day, asked_on)
        told = {fact: value for fact, value in known.items() if value is not None}
        hint = f"{name} on {day}, asked on {asked_on}, of {told}"
        want = {rule["id"]: expected(rule, known, figures, day, asked_on) for rule in scheme["rules"]}
        got = {rule.rule: rule for rule in said.rules}
        assert {id: rule.decision.answer for id, rule in got.items()} == {
            id: ANSWER[one] for id, one in want.items()
        }, hint
        for rule in scheme["rules"]:
            version = in_force(rule["versions"], day) or {"from": None, "to": None}
            assert (got[rule["id"]].applies_from, got[rule["id"]].applies_to) == (version["from"], version["to"]), hint
        kinds = {
            kind: [want[rule["id"]] for rule in scheme["rules"] if rule["kind"] == kind]
            for kind in ("entry", "offer", "funding")
        }
        assert said.entry.answer == ANSWER[together(kinds["entry"])], hint
        about = truth(tree(scheme["applies_to"]), known, {}, day)
        funded = together([about, *kinds["entry"], *kinds["offer"], *kinds["funding"]])
        for payment in said.payments:
            (rule_id,) = {one.rule for one in payment.rules if one.kind == "payment"}
            assert payment.decision.answer == ANSWER[together([funded, want[rule_id]])], hint
        if funded is not True or any(rule["kind"] in ("funding", "payment") for rule in scheme["rules"]):
            assert said.funded.answer == ANSWER[funded], hint


@pytest.mark.parametrize("name", FILES)
def test_each_day_around_a_change(name: str) -> None:
    """Asked when no rule of the scheme is due for review yet."""
    asked_on = min(version["review_by"] for rule in FILES[name]["rules"] for version in rule["versions"])
    for day in around(boundaries(FILES[name])):
        check(name, day, asked_on)


@pytest.mark.parametrize("name", FILES)
def test_each_day_around_a_review(name: str) -> None:
    """The last day on which a rule answers, the day after, and the next, for a start when the newest versions apply."""
    day = max(boundaries(FILES[name])) + DAY
    for asked_on in around({version["review_by"] for rule in FILES[name]["rules"] for version in rule["versions"]}):
        check(name, day, asked_on, count=8)


@pytest.mark.parametrize("name", FILES)
def test_each_figure_on_each_day_around_its_change(name: str) -> None:
    for day in around(boundaries(FILES[name])):
        said = rulebook().schemes[name].figures(day)
        assert {figure: one.value for figure, one in said.items()} == figures_on(FILES[name], day), day


@pytest.mark.parametrize("name", FILES)
def test_turning_days_are_those_on_which_something_changes(name: str) -> None:
    """A day that only a rule's text names would be missed by whoever looks at starts between two turning days."""
    assert set(rulebook().turning_days(name)) == boundaries(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_versions_follow_one_another_and_are_read_within_the_year(name: str) -> None:
    """No gap, no overlap; looked at no later than today's data; to be looked at again within about a year."""
    for rule in FILES[name]["rules"]:
        for earlier, later in pairwise(rule["versions"]):
            assert earlier["to"] + DAY == later["from"], rule["id"]
        for version in rule["versions"]:
            assert timedelta() <= version["review_by"] - version["checked_on"] <= timedelta(days=366), rule["id"]


def test_the_limits_are_on_both_sides() -> None:
    """The situations bring each rule to not known and to a yes or a no on some day: the checks above can fail."""
    for name, scheme in FILES.items():
        seen: dict[str, set[Truth]] = {rule["id"]: set() for rule in scheme["rules"]}
        asked_on = min(version["review_by"] for rule in scheme["rules"] for version in rule["versions"])
        for day in around(boundaries(scheme)):
            for known in situations(scheme, day):
                for rule in scheme["rules"]:
                    seen[rule["id"]].add(expected(rule, known, figures_on(scheme, day), day, asked_on))
        for rule in scheme["rules"]:
            asks = [
                compared(leaf) for v in rule["versions"] for leaf in leaves(tree(v["asks"])) if leaf[0] in VOCABULARY
            ]
            if any(name != "starts" for name, _, _ in asks):
                assert None in seen[rule["id"]], f"{name}/{rule['id']}"
                assert len(seen[rule["id"]]) >= 2 or rule["id"] == "whom", f"{name}/{rule['id']}"


def test_a_wrong_day_would_be_noticed(tmp_path: Path) -> None:
    """With the first day of a rule moved by one day the check fails: it is no mirror of the evaluator."""
    name = "lifelong-learning-entitlement"
    text = next(path for path in paths("rules/*/*.yml") if path.stem == name).read_text(encoding="utf-8")
    folder = tmp_path / name
    folder.mkdir()
    moved = text.replace("from: 2027-01-01", "from: 2027-01-02").replace("starts >= 2027-01-01", "starts >= 2027-01-02")
    (folder / f"{name}.yml").write_text(moved, encoding="utf-8")
    book = RuleBook.load(tmp_path)
    with pytest.raises(AssertionError):
        check(name, date(2027, 1, 1), date(2026, 11, 22), book=book)


def test_a_gap_between_versions_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "legacy-level-3"
    folder.mkdir()
    text = next(path for path in paths("rules/*/*.yml") if path.stem == "legacy-level-3").read_text(encoding="utf-8")
    (folder / "legacy-level-3.yml").write_text(text.replace("to: 2027-07-31", "to: 2027-07-30"), encoding="utf-8")
    with pytest.raises(RuleError, match=r"2027-08-01 follows one that ends on 2027-07-30"):
        RuleBook.load(tmp_path)
