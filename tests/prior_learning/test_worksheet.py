"""The worksheet of claims: outcome by outcome, what speaks of it, what is lacking, and why."""

from pathlib import Path
from typing import Any

import pytest

from graph.projection import Projection
from queries.prior_learning.request import Claimed, Held, PriorLearning, RoleWorked
from tests.prior_learning.worlds import ask
from tests.support.world import Rows, projection_of

AWARD = {"title": "Certificate", "level": "4", "credits": "60", "provision_type_id": "PT-HNC", "real_award": "yes"}
UNIT = {"unit_role": "core", "level": "4", "credits": "15", "qualification_id": "Q-NEW"}
KSB = {"role_id": "OC-TECH", "standard_ref": "ST1", "kind": "skill", "code": "S1"}

TABLES: dict[str, Rows] = {
    "provision_types": [{"provision_type_id": "PT-HNC", "label": "HNC"}],
    "roles": [
        {"role_id": "OC-TECH", "title": "Technician", "level": "4", "sector": "healthtech"},
        {"role_id": "OC-HELP", "title": "Helper", "level": "3", "sector": "healthtech"},
    ],
    "qualifications": [
        AWARD | {"qualification_id": "Q-NEW"},
        AWARD | {"qualification_id": "Q-OLD", "title": "Old certificate"},
    ],
    "units": [
        UNIT | {"unit_id": "U-CIRCUITS", "title": "Circuits", "themes": "electronics"},
        UNIT | {"unit_id": "U-IMAGES", "title": "Images", "themes": "imaging"},
        UNIT | {"unit_id": "U-OLD", "title": "Old circuits", "qualification_id": "Q-OLD", "themes": "electronics"},
    ],
    "learning_outcomes": [
        {"unit_id": "U-CIRCUITS", "outcome_number": "1", "label": "Test digital circuits", "theme": "electronics"},
        {"unit_id": "U-CIRCUITS", "outcome_number": "2", "label": "Choose amplifiers", "theme": "electronics"},
        {"unit_id": "U-CIRCUITS", "outcome_number": "3", "label": "Write a report", "theme": "communication"},
        {"unit_id": "U-OLD", "outcome_number": "1", "label": "Digital circuits and logic", "theme": "electronics"},
    ],
    "competencies": [
        KSB | {"competency_id": "K-1", "label": "Check circuits of a digital device", "theme": "electronics"},
        KSB | {"competency_id": "K-2", "code": "S2", "label": "Solder", "theme": "electronics"},
        KSB | {"competency_id": "K-3", "code": "S3", "label": "Capture images", "theme": "imaging"},
        KSB | {"competency_id": "K-4", "role_id": "OC-HELP", "label": "Digital circuits", "theme": "electronics"},
        KSB | {"competency_id": "K-5", "code": "S5", "label": "Audio work", "theme": "electronics"},
    ],
    "competency_links": [
        {"competency_id": "K-5", "vocabulary": "SSC", "target": "a", "target_label": "amplifiers", "relation": "close"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Projection:
    return projection_of(tmp_path_factory.mktemp("worksheet"), **TABLES)


def lines(answer: PriorLearning) -> list[str]:
    """The worksheet of the first target, one line for each unit and each outcome."""
    found = []
    for one in answer.targets[0].worksheet:
        found.append(f"{one.unit.label}: {one.verdict}")
        found += [f"  {claim.number} {claim.verdict}: {claim.lacking}" for claim in one.outcomes]
    return found


NOTHING = (
    "no-evidence-yet: Nothing that was told speaks of it. If it was learnt or done, say where, and bring what shows it."
)
COMPARE = "cannot-tell: Show that what was learnt or done covers this outcome, and not only its topic."
CERTIFICATE = "Bring the certificate or transcript, and the outcomes of the unit as they were then."
REFERENCE = "Bring a reference or job description, and a piece of work that shows it."


@pytest.mark.parametrize(
    ("brought", "expected"),
    [
        (
            {},
            [
                "Circuits: no-evidence-yet",
                f"  1 {NOTHING}",
                f"  2 {NOTHING}",
                f"  3 {NOTHING}",
                "Images: no-evidence-yet",
            ],
        ),
        (
            {"roles": (RoleWorked("OC-TECH", 3, now=True),)},
            [
                "Circuits: worth-asking-about-in-part",
                f"  1 worth-asking-about: {REFERENCE}",
                f"  2 worth-asking-about: {REFERENCE}",
                f"  3 {NOTHING}",
                "Images: cannot-tell",
            ],
        ),
        (
            {"roles": (RoleWorked("OC-HELP"),)},
            [
                "Circuits: not-enough-yet",
                "  1 not-enough-yet: It falls short: of level 3, where level 4 is asked for.",
                f"  2 {NOTHING}",
                f"  3 {NOTHING}",
                "Images: no-evidence-yet",
            ],
        ),
        (
            {"holds": (Held("U-OLD", 2014, "Merit"),)},
            [
                "Circuits: worth-asking-about-in-part",
                f"  1 worth-asking-about: {CERTIFICATE}",
                f"  2 {COMPARE}",
                f"  3 {NOTHING}",
                "Images: no-evidence-yet",
            ],
        ),
        (
            {"competencies": (Claimed("K-1", "my log book"),)},
            [
                "Circuits: worth-asking-about-in-part",
                "  1 worth-asking-about: Bring my log book.",
                f"  2 {COMPARE}",
                f"  3 {NOTHING}",
                "Images: no-evidence-yet",
            ],
        ),
        ({"holds": (Held("U-CIRCUITS"),)}, ["Images: no-evidence-yet"]),
    ],
)  # fmt: skip
def test_what_speaks_of_each_outcome(made: Projection, brought: dict[str, Any], expected: list[str]) -> None:
    assert lines(ask(made, to=("Q-NEW",), **brought)) == expected


def test_the_five_checks_say_why(made: Projection) -> None:
    answer = ask(made, to=("Q-NEW",), holds=(Held("U-OLD", 2014, "Merit"),))
    first = answer.targets[0].worksheet[0].outcomes[0].evidence[0]
    assert first.statement == "outcome 1 of Old circuits: Digital circuits and logic"
    assert [(check.name, str(check.answer), check.text) for check in first.checks] == [
        ("topic", "yes", "both are about electronics (our reading)"),
        ("outcome", "yes", "both speak of “digital”, “circuits”"),
        ("level", "yes", "of level 4, where level 4 is asked for"),
        ("amount", "yes", "15 credits, where the unit has 15"),
        ("currency", "not-known", "achieved in 2014, Merit: ask if it still counts"),
    ]


def test_a_skill_that_a_statement_was_linked_to_speaks_for_it(made: Projection) -> None:
    answer = ask(made, to=("Q-NEW",), competencies=(Claimed("K-5"),))
    amplifiers = answer.targets[0].worksheet[0].outcomes[1]
    assert [one.checks[1].text for one in amplifiers.evidence] == [
        "both speak of “amplifiers”, one of them by a skill it was linked to"
    ]


@pytest.mark.parametrize(
    ("role", "text"),
    [
        ("OC-TECH", "What was told is of the same topic: ask for them, and compare."),
        ("OC-SCAN", "What was told is of the same topic, and falls short of its level."),
        ("OC-HELP", "and nothing that was told is of its topics."),
    ],
)
def test_a_unit_of_which_the_outcomes_are_not_held(tmp_path: Path, role: str, text: str) -> None:
    scan = {"role_id": "OC-SCAN", "title": "Scanner", "level": "3", "sector": "healthtech"}
    image = KSB | {"competency_id": "K-6", "role_id": "OC-SCAN", "label": "Capture images", "theme": "imaging"}
    tables = TABLES | {"roles": [*TABLES["roles"], scan], "competencies": [*TABLES["competencies"], image]}
    answer = ask(projection_of(tmp_path, **tables), to=("Q-NEW",), roles=(RoleWorked(role),))
    (images,) = (one for one in answer.targets[0].worksheet if one.unit.id == "U-IMAGES")
    assert images.text.endswith(text)
    assert images.text.startswith("Its outcomes are not held here")
    assert bool(images.topics) == (role != "OC-HELP")


def test_an_award_speaks_by_the_units_that_everybody_takes(tmp_path: Path) -> None:
    optional = UNIT | {"unit_id": "U-OPT", "title": "Opt", "qualification_id": "Q-OLD", "unit_role": "optional"}
    outcome = {"unit_id": "U-OPT", "outcome_number": "1", "label": "Choose amplifiers", "theme": "electronics"}
    tables = TABLES | {
        "units": [*TABLES["units"], optional],
        "learning_outcomes": [*TABLES["learning_outcomes"], outcome],
    }
    answer = ask(projection_of(tmp_path, **tables), to=("Q-NEW",), holds=(Held("Q-OLD"),))
    circuits = answer.targets[0].worksheet[0]
    assert [claim.verdict for claim in circuits.outcomes] == ["worth-asking-about", "cannot-tell", "no-evidence-yet"]


def test_what_was_brought_is_read_back(made: Projection) -> None:
    answer = ask(
        made,
        holds=(Held("U-OLD", 2014, "Merit"), Held("Q-OLD:30"), Held("PT-HNC")),
        roles=(RoleWorked("OC-TECH", 3),),
        competencies=(Claimed("K-1"),),
    )
    assert [(one.text, one.note) for one in answer.brought] == [
        ("holds the unit Old circuits (15 credits), Merit, 2014", None),
        ("holds 30 credits of Old certificate", "which units they were was not said: bring the transcript"),
        ("holds or completed HNC", "what it covers is not held here: bring the specification or the syllabus"),
        ("worked as Technician, for 3 years", None),
        ("a competency claimed", "nothing was named that shows it"),
    ]


def test_a_published_answer_leaves_our_reading_out(made: Projection) -> None:
    answer = ask(made, to=("Q-NEW",), roles=(RoleWorked("OC-TECH"),), published_only=True)
    (target,) = answer.targets
    assert target.worksheet == ()
    assert target.worksheet_text.startswith("What speaks of an outcome is our reading")


def circuits(folder: Path, *, unit: dict[str, str] | None = None, **brought: Any) -> list[str]:
    """The verdicts on the outcomes of the unit, in a world where the unit or a competency is changed."""
    changed = brought.pop("competency", {})
    tables = TABLES | {
        "units": [one | (unit or {}) if one["unit_id"] == "U-OLD" else one for one in TABLES["units"]],
        "competencies": [one | changed for one in TABLES["competencies"]],
    }
    answer = ask(projection_of(folder, **tables), to=("Q-NEW",), **brought)
    (found,) = (one for one in answer.targets[0].worksheet if one.unit.id == "U-CIRCUITS")
    return [str(claim.verdict) for claim in found.outcomes]


def test_a_unit_of_fewer_credits_is_not_enough(tmp_path: Path) -> None:
    old = (Held("U-OLD"),)
    assert circuits(tmp_path / "a", holds=old, unit={"credits": "10"})[0] == "not-enough-yet"
    assert circuits(tmp_path / "b", holds=old, unit={"credits": "20"})[0] == "worth-asking-about"
    assert circuits(tmp_path / "c", holds=old, unit={"credits": ""})[0] == "worth-asking-about"


def test_one_shared_word_of_two_is_not_the_same(tmp_path: Path) -> None:
    claim = (Claimed("K-1"),)
    assert circuits(tmp_path / "a", competencies=claim, competency={"label": "Mend circuits"})[0] == "cannot-tell"
    assert circuits(tmp_path / "b", competencies=claim, competency={"theme": "imaging"})[0] == "no-evidence-yet"


def test_a_skill_that_is_only_related_does_not_speak(tmp_path: Path) -> None:
    links = [TABLES["competency_links"][0] | {"relation": "related"}]
    answer = ask(
        projection_of(tmp_path, **(TABLES | {"competency_links": links})), to=("Q-NEW",), competencies=(Claimed("K-5"),)
    )
    assert answer.targets[0].worksheet[0].outcomes[1].verdict == "cannot-tell"


@pytest.mark.parametrize(
    ("role", "currency", "said"),
    [
        (RoleWorked("OC-TECH", now=True), "current", "yes: it is in use at work now"),
        (RoleWorked("OC-TECH", until=2019), "current", "not-known: the work ended in 2019: ask if it still counts"),
        (RoleWorked("OC-TECH"), "current", "not-known: when the work ended was not said"),
        (RoleWorked("OC-TECH", now=True), "superseded", "not-known: it is from a text that has since been replaced"),
    ],
)
def test_whether_it_still_counts(tmp_path: Path, role: RoleWorked, currency: str, said: str) -> None:
    tables = TABLES | {"competencies": [one | {"currency": currency} for one in TABLES["competencies"]]}
    answer = ask(projection_of(tmp_path, **tables), to=("Q-NEW",), roles=(role,))
    check = answer.targets[0].worksheet[0].outcomes[0].evidence[0].checks[-1]
    assert f"{check.answer}: {check.text}" == said
