"""Titles of adverts matched with jobs: by names, surest way first; several meanings stay several."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.publish import SHIPPED
from ontology import resources
from queries.watch.adverts import ADDRESSES
from queries.watch.cube import at_most
from queries.watch.titles import (
    JudgedAdvert,
    Label,
    Method,
    Outcome,
    Scheme,
    TitleMatch,
    Titles,
    alike,
    folded,
    judged,
    least_likeness,
    parts,
    plain,
    qualities,
)

START: Final = ADDRESSES[Scheme.ROLE]
NAMES: Final = """
    HCA: Healthcare assistant; HCA; nursing assistant
    SHCA: Senior healthcare assistant
    REC: Receptionist
    POR: Porter; hospital porter
    PHT: Pharmacy technician
    HSP: Healthcare science practitioner
    TEC: Clinical technologist; healthcare science practitioner
    ENG: Medical engineer; Biomedical engineer
    BIO: Biomedical scientist; medical engineer
    LAB: Laboratory technician (science)
"""


def labels(text: str = NAMES, scheme: Scheme = Scheme.ROLE) -> list[Label]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        id, _, names = line.partition(": ")
        for place, name in enumerate(names.split("; ")):
            found.append(Label(scheme, ADDRESSES.get(scheme, "urn:") + id, name, place == 0))
    return found


TITLES: Final = Titles(labels())


def came_to(title: str, titles: Titles = TITLES, scheme: Scheme = Scheme.ROLE) -> str:
    """What a title came to, in one line."""
    found = titles.find(title)[scheme]
    jobs = " or ".join(one.of.removeprefix(START) for one in found.matches)
    return " ".join(filter(None, (found.said, jobs, f"by {found.method}" if len(found.matches) > 1 else "")))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Receptionist", "exact REC"),
        ("  RECEPTIONIST ", "exact REC"),
        ("hca", "exact HCA"),
        ("Health-care Assistants", "plain HCA"),
        ("Band 2 Receptionist (Part Time), 37.5 hours", "plain REC"),
        ("Pharmacy Technician - Maternity cover - 12 months", "plain PHT"),
        ("Bank Pharmacy Tech, £29,970 pa", "plain PHT"),
        ("Receptionist/Receptionist (Bank)", "plain REC"),
        ("Lab tech", "plain LAB"),
        ("Receptionist - Hilltop Surgery", "part REC"),
        ("Receptionist / Porter", "ambiguous POR or REC by part"),
        ("Healthcare science practitioner", "exact HSP"),
        ("Medical engineer", "exact ENG"),
        ("Recepcionist", "fuzzy REC"),
        ("technician, pharmacy", "fuzzy PHT"),
        ("Healthcare Asistant", "fuzzy HCA"),
        ("Biomedical enginer", "fuzzy ENG"),
        ("Senior Receptionist", "unmatched"),
        ("Receptionist - Team Leader", "unmatched"),
        ("Trainee Pharmacy Technician", "unmatched"),
        ("Pharmacy Technician Manager", "unmatched"),
        ("Senior Healthcare Assistant", "exact SHCA"),
        ("Head of Data", "unmatched"),
        ("", "unmatched"),
        ("(((", "unmatched"),
        ("£££ 37.5 hours", "unmatched"),
        ("看護師", "unmatched"),
    ],
)
def test_a_title_comes_to(title: str, expected: str) -> None:
    assert came_to(title) == expected


def test_two_jobs_that_are_called_the_same_stay_two() -> None:
    both = Titles(labels("A: Field technician\nB: Field technician"))
    assert came_to("Field technician", both) == "ambiguous A or B by exact"
    assert came_to("Field tecnician", both) == "ambiguous A or B by fuzzy"


def test_a_title_reaches_a_group_through_its_role_and_says_so() -> None:
    group = f"{ADDRESSES[Scheme.SOC2020]}4216"
    found = Titles(labels(), {f"{START}REC": group}).find("Receptionist - Hilltop Surgery")[Scheme.SOC2020]
    assert (found.said, found.matches) == ("through-role", (TitleMatch(group, "Receptionist", 0.4286),))
    named = Titles([*labels(), *labels("4216: Receptionist", Scheme.SOC2020)], {f"{START}REC": f"{group}9"})
    assert named.find("Receptionist")[Scheme.SOC2020].method is Method.EXACT, "a name of its own comes first"


def test_each_list_has_its_own_verdict() -> None:
    two = Titles([*labels(), *labels("X: Porter; hotel porter\nY: Ward porter", Scheme.ESCO)])
    assert two.schemes == (Scheme.ROLE, Scheme.ESCO)
    assert came_to("Porter", two) == "exact POR"
    assert came_to("Ward porter", two) == "unmatched"
    assert two.find("Ward porter")[Scheme.ESCO].outcome is Outcome.MATCHED


def test_without_names_there_is_no_verdict_at_all() -> None:
    assert Titles([]).find("Porter") == {}


def test_the_score_says_how_alike_the_texts_are() -> None:
    assert alike("receptionist", "receptionist") == 1
    assert 0.85 < alike("recepcionist", "receptionist") < 1
    assert alike("hr administrator", "administrator") == 0, "a word more makes another job"
    assert alike("clinical psychologist", "clinical radiologist") == 0
    (match,) = TITLES.find("Recepcionist")[Scheme.ROLE].matches
    assert least_likeness() <= match.score < 1


WORDS: Final = st.sampled_from(
    re.findall(
        r"\S+",
        "Senior Data analysts Band 5 - / , ( ) [ ] tech Lab £30k bank x 2 nights Health care 37.5 hrs s ss ies º İ",
    )
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=9).map(" ".join)))
def test_making_plain_twice_is_the_same(title: str) -> None:
    assert plain(plain(title)) == plain(title)
    assert folded(folded(title)) == folded(title)
    assert all(plain(part) == part for part in parts(title))


@given(st.sampled_from([label.text for label in labels()]), st.text(max_size=30))
def test_a_role_more_never_changes_an_exact_match(name: str, other: str) -> None:
    before = TITLES.find(name)[Scheme.ROLE]
    more = Titles([*labels(), Label(Scheme.ROLE, f"{START}NEW", f"Zymurgy {other}", True)])
    assert more.find(name)[Scheme.ROLE] == before


@given(st.text(max_size=50))
def test_every_title_has_a_verdict_and_scores_are_shares(title: str) -> None:
    found = TITLES.find(title)[Scheme.ROLE]
    assert (found.method is None) == (found.outcome is Outcome.UNMATCHED)
    assert all(0 < one.score <= 1 for one in found.matches)
    assert len({one.of for one in found.matches}) == len(found.matches)


# The judged adverts


def roles_of_the_region() -> list[Label]:
    found = []
    with (Path(SHIPPED[0]) / "roles.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = [row["title"], *filter(None, row["alternative_titles"].split("|"))]
            found += [Label(Scheme.ROLE, START + row["role_id"], name, place == 0) for place, name in enumerate(names)]
    return found


def test_the_judged_adverts_are_two_hundred_different_ones_of_every_sort() -> None:
    sorts = Counter(one.sort for one in judged())
    assert len(judged()) == len({one.title for one in judged()}) == len({one.id for one in judged()}) == 200
    assert set(sorts) == {"clean", "noisy", "abbreviated", "ambiguous", "other"}
    assert min(sorts.values()) >= 10
    assert all(code.isdigit() and len(code) == 4 for one in judged() for code in one.soc2020)
    known = {label.of.removeprefix(START) for label in roles_of_the_region()}
    assert {role for one in judged() for role in one.roles} <= known
    agreed = sum(one.first == one.second for one in judged())
    assert agreed == 193, "docs/watch.md says how many"


def test_they_name_nobody() -> None:
    rows = list(csv.DictReader(resources.text("matching/adverts.csv").splitlines()))
    assert "employer" not in rows[0]
    assert all(not row["postcode"] or row["postcode"].endswith(" 9ZZ") for row in rows)


def test_how_often_each_way_is_right_on_the_region() -> None:
    """The figures of docs/watch.md. Change them there too."""
    titles = Titles(roles_of_the_region())
    known = frozenset(label.of for label in roles_of_the_region())
    found = {one.method: (one.right, one.said) for one in qualities(titles, ADDRESSES, known)}
    assert found == {
        None: (116, 130),
        Method.EXACT: (53, 56),
        Method.PLAIN: (39, 40),
        Method.PART: (18, 28),
        Method.FUZZY: (6, 6),
    }


def test_one_job_named_where_the_reader_could_not_tell_two_apart_is_wrong() -> None:
    label = Label(Scheme.ROLE, f"{START}A", "Dispenser", True)
    two = JudgedAdvert("1", "Dispenser", "ambiguous", ("A", "B"), (), "A|B", "A|B")
    whole, *_ = qualities(Titles([label]), ADDRESSES, frozenset({f"{START}A", f"{START}B"}), [two])
    assert (whole.said, whole.right, whole.wanted) == (1, 0, 0)


def test_a_release_without_the_judged_roles_has_no_error_rates() -> None:
    assert list(qualities(TITLES, ADDRESSES, frozenset({f"{START}HCA"}))) == []


def test_adverts_of_roles_that_the_release_does_not_have_are_left_out() -> None:
    some = [label for label in roles_of_the_region() if label.of == f"{START}OC-HCSW"]
    whole, *_ = qualities(Titles(some), ADDRESSES, frozenset({f"{START}OC-HCSW"}))
    assert (whole.method, whole.precision) == (None, 1)
    assert whole.wanted == sum(one.roles == ("OC-HCSW",) for one in judged())


def test_what_was_never_said_has_no_error_rate() -> None:
    some = [one for one in judged() if one.roles == ("OC-HCSW",)]
    titles = Titles([Label(Scheme.ROLE, f"{START}OC-HCSW", "Nothing of the sort", True)])
    (whole,) = qualities(titles, ADDRESSES, frozenset({f"{START}OC-HCSW"}), some)
    assert (whole.precision, whole.error, whole.recall) == (None, None, 0)


@pytest.mark.parametrize(("wrong", "said", "most"), [(0, 10, 0.2775), (5, 10, 0.7634), (0, 0, None), (10, 10, 1.0)])
def test_a_small_sample_leaves_much_possible(wrong: int, said: int, most: float | None) -> None:
    """Against Wilson's interval as tables of it print it (0 of 10: 0 to 0.2775; 5 of 10: 0.2366 to 0.7634)."""
    assert at_most(wrong, said) == most
