"""One standard against units: what publishers say, what we infer, and what nobody says, never mixed up."""

from dataclasses import replace
from pathlib import Path

import pytest

from graph.projection import Status
from graph.projector import project
from graph.release import Releases
from graph.store import GraphStore
from loaders.publish import build_release
from queries.coverage.approval import STANDARDS, aligned_to, asked_by, criteria
from queries.coverage.award_rules import read_rules
from queries.coverage.choices import legal_choices
from queries.coverage.matrix import Answer, Cell, Matrix, matrix, role_of
from queries.coverage.model import CoverageFacts, Inference, Part, Said, Via
from queries.coverage.reading import read
from queries.coverage.stated import is_teaching, stated, without_denied
from queries.coverage.tally import pack
from queries.profiles import UnknownIdError
from tests.support.coverage_world import DAY, source, world
from tests.support.world import Rows, write_dataset

PUBLISHED_ONLY = Inference(via=frozenset({Via.STATED, Via.STANDARD, Via.AWARD}))


def said(
    unit: str,
    competency: str,
    taught: bool | None = None,
    practised: bool | None = None,
    assessed: bool | None = None,
    *,
    outcome: int | None = None,
    evidence: str | None = None,
) -> Said:
    id = f"CS-{unit}-{competency}-{taught}"
    return Said(id, unit, outcome, competency, taught, practised, assessed, evidence, source(id))


def facts(*told: Said) -> CoverageFacts:
    """A role with three statements, and three units of which our tags say something."""
    found = world(
        """
        role OC-A level 4: K1 K2 S1
        award Q-A level 4 for OC-A
        unit U-1 in Q-A level 4: K1 unit-theme, S1 unit-theme
        unit U-2 in Q-A level 3: K1 unit-theme
        unit U-3 in Q-A: S1 outcome-theme
        """
    )
    teachings = (*stated(told), *without_denied(found.teachings, told))
    return replace(found, said=told, teachings=teachings)


def words(found: Matrix) -> dict[tuple[str, str], str]:
    return {(cell.competency, cell.unit): cell.words for row in found.rows for cell in row.cells}


def sentence(found: Matrix, code: str) -> str:
    return next(row.sentence for row in found.rows if row.competency.code == code)


def cell(found: Matrix, code: str, unit: str) -> Cell:
    return next(one for row in found.rows for one in row.cells if (one.competency, one.unit) == (code, unit))


def test_what_we_infer_is_never_said_as_published() -> None:
    found = matrix(facts(), Inference(), "OC-A")
    assert words(found) == {
        ("K1", "U-1"): "inferred: taught",
        ("K1", "U-2"): "inferred: taught; below the level",
        ("S1", "U-1"): "inferred: taught",
        ("S1", "U-3"): "inferred: taught; level not known",
    }
    assert sentence(found, "K1") == "K1 is taught, by our inference alone, in 1 unit; nobody says where it is assessed."
    assert sentence(found, "K2") == (
        "K2 is not known to be taught in any of these units; nobody says where it is assessed."
    )
    assert (found.taught, found.published, found.assessed) == (2, 0, 0)


def test_a_row_reads_as_a_sentence() -> None:
    told = (
        said("U-1", "K1", True, None, True, evidence="Criterion P3"),
        said("U-3", "K1", True),
        said("U-1", "K2", None, None, False),
        said("U-1", "S1", False),
    )
    found = matrix(facts(*told), Inference(levels_below=None), "OC-A")
    assert sentence(found, "K1") == (
        "K1 is taught in 2 units, and by our inference in 1 more; it is assessed in 1 unit."
    )
    assert sentence(found, "K2") == (
        "K2 is not known to be taught in any of these units; 1 unit is said not to assess it, and nobody says where it"
        " is assessed."
    )
    assert sentence(found, "S1") == (
        "S1 is taught, by our inference alone, in 1 unit; 1 unit is said not to teach it; nobody says where it is"
        " assessed."
    )
    assert words(found)["K1", "U-1"] == "taught; assessed"
    assert words(found)["S1", "U-1"] == "said not to be taught"
    assert (found.taught, found.published, found.assessed) == (2, 1, 1)


def test_with_inference_off_only_what_is_published_is_left() -> None:
    found = matrix(facts(said("U-1", "K1", True)), PUBLISHED_ONLY, "OC-A")
    assert words(found) == {("K1", "U-1"): "taught"}
    assert [unit.id for unit in found.units] == ["U-1"]


def test_a_no_outweighs_our_tag_and_a_blank_does_not() -> None:
    denied = matrix(facts(said("U-1", "K1", False)), Inference(), "OC-A")
    assert cell(denied, "K1", "U-1").taught is Answer.NO
    assert cell(denied, "K1", "U-1").reasons == ()
    blank = matrix(facts(said("U-1", "K1", None, None, True)), Inference(), "OC-A")
    assert cell(blank, "K1", "U-1").taught is Answer.INFERRED
    assert cell(blank, "K1", "U-1").assessed is Answer.YES
    of_one_outcome = matrix(facts(said("U-1", "K1", False, outcome=2)), Inference(), "OC-A")
    assert cell(of_one_outcome, "K1", "U-1").reasons


def test_publishers_who_disagree_are_both_kept() -> None:
    found = matrix(facts(said("U-1", "K1", True), said("U-1", "K1", False)), Inference(), "OC-A")
    assert cell(found, "K1", "U-1").taught is Answer.DISPUTED
    assert len(cell(found, "K1", "U-1").said) == 2
    assert words(found)["K1", "U-1"] == "disputed: taught"


@pytest.mark.parametrize(
    ("one", "teaches"),
    [
        (said("U", "K", True), True),
        (said("U", "K", None, True), True),
        (said("U", "K"), True),
        (said("U", "K", None, None, True), False),
        (said("U", "K", None, None, False), False),
        (said("U", "K", False, True), False),
        (said("U", "K", None, False), False),
    ],
)
def test_when_a_published_mapping_is_teaching(one: Said, teaches: bool) -> None:
    assert is_teaching(one) is teaches
    assert [reason.parts for reason in stated([one])] == (
        [frozenset(part for part in Part if one.of(part))] if teaches else []
    )


def test_placeholders_are_no_columns_unless_let_in() -> None:
    made = world(
        "role OC-A level 4: K1\naward Q-A level 4 for OC-A\nunit U-1 in Q-A level 4 illustrative: K1 unit-theme"
    )
    assert matrix(made, Inference(), "OC-A", ["Q-A"]).units == ()
    found = matrix(made, Inference(placeholders=True), "OC-A", ["Q-A"])
    assert words(found) == {("K1", "U-1"): "inferred: taught; illustrative"}
    assert found.made_up == 1


def test_unknown_roles_and_awards_are_refused() -> None:
    for role, awards in (("OC-Z", []), ("OC-A", ["Q-Z"])):
        with pytest.raises(UnknownIdError):
            matrix(facts(), Inference(), role, awards)
    assert role_of(facts(), "ST-TEST") == "OC-A"
    with pytest.raises(UnknownIdError):
        role_of(facts(), "ST9999")


# --- from tables to the pack ------------------------------------------------------------------------------------------


def tables() -> dict[str, Rows]:
    competency = {"role_id": "OC-A", "standard_ref": "ST0001", "kind": "knowledge", "theme": "safety"}
    unit = {"qualification_id": "Q-A", "level": "4", "credits": "15"}
    return {
        "roles": [{"role_id": "OC-A", "title": "The job", "level": "4", "sector": "healthtech"}],
        "qualifications": [
            {
                "qualification_id": "Q-A",
                "title": "Certificate",
                "level": "4",
                "credits": "45",
                "awarding_body": "The body",
                "aligned_roles": "OC-A",
            }
        ],
        "units": [
            {"unit_id": "U-1", "unit_number": "1", "title": "One", "unit_role": "core", "themes": "safety", **unit},
            {"unit_id": "U-2", "unit_number": "2", "title": "Two", "unit_role": "optional", "themes": "safety", **unit},
            {"unit_id": "U-3", "unit_number": "3", "title": "Three", "unit_role": "optional", **unit},
        ],
        "competencies": [
            {"competency_id": "K-1", "code": "K1", "label": "Safe working", **competency},
            {"competency_id": "K-2", "code": "K2", "label": "Hygiene", **competency},
            {"competency_id": "K-3", "code": "K3", "label": "Old text", **competency, "currency": "superseded"},
        ],
        "unit_competencies": [
            {
                "coverage_id": "CS-1",
                "unit_id": "U-1",
                "competency_id": "K-1",
                "taught": "yes",
                "assessed": "yes",
                "evidence": "Criterion P3",
            },
            {"coverage_id": "CS-2", "unit_id": "U-2", "competency_id": "K-2", "taught": "no"},
        ],
        "combination_rules": [
            {"rule_id": "AR-1", "qualification_id": "Q-A", "award_rule": "credits(30, from=Q-A)"},
            {"rule_id": "AR-2", "qualification_id": "Q-A", "award_rule": "credits(15, from=Q-A, unit_role=core)"},
            {"rule_id": "AR-3", "qualification_id": "Q-A", "attribute": "co_requisite", "description": "3 needs 1"},
        ],
        "competency_frameworks": [{"framework_id": STANDARDS, "name": "KSB"}],
        "gaps": [
            {
                "gap_id": "GAP-1",
                "about_ids": STANDARDS,
                "statement": "No mapping was found.",
                "looked_for_on": "2026-01-01",
                "ask": "The body",
            }
        ],
    }


def built(folder: Path, rows: dict[str, Rows]) -> GraphStore:
    """The tables as a release, with what follows from them."""
    result = build_release([write_dataset(folder / "tables", **rows)], folder / "data", today=DAY)
    assert result.release, "\n".join(map(str, result.issues))
    return Releases(folder / "data").get(1).store


def test_from_tables_to_an_approval_pack(tmp_path: Path) -> None:
    store = built(tmp_path, tables())
    read_facts = read(store, project(store), DAY)
    rules = read_rules(store)
    assert [(rule.id, rule.requirement) for rule in rules] == [
        ("AR-1", "credits(30, from=Q-A)"),
        ("AR-2", "credits(15, from=Q-A, unit_role=core)"),
        ("AR-3", None),
    ]
    assert read_facts.projection is not None
    assert aligned_to(read_facts, "Q-A") == ("OC-A",)
    found = pack(read_facts, Inference(), legal_choices(read_facts.projection, rules, "Q-A"))
    (one,) = found.standards
    assert one.matrix.wanted.superseded == 1
    first, second = one.lines
    assert [cell.unit for cell in first.assessed] == ["U-1"]
    assert first.evidence == (("U-1", "Criterion P3"),)
    assert (first.choices, second.choices, one.every.total) == (2, 2, 2)
    assert [cell.unit for cell in second.taught] == ["U-1"]
    assert {(question.code, question.about) for question in one.questions} == {
        ("which-options", ()),
        ("taught-by-inference", ("K-2",)),
        ("assessed-nowhere", ("K-2",)),
        ("no-evidence", ("K-2",)),
        ("unit-silent", ()),
    }
    assert {(question.code, question.ask) for question in found.questions} == {("rule-not-checked", "The body")}
    assert [gap.id for gap in found.gaps] == ["GAP-1"]
    assert [rule.id for rule in found.rules] == ["AR-1", "AR-2", "AR-3"]


def test_a_pack_says_first_what_was_not_found_of_its_standards(tmp_path: Path) -> None:
    """What leaves the alignment open is a question, and what is about the award comes before what is about all."""
    rows = tables()
    (gap,) = rows["gaps"]
    rows["gaps"] = [
        gap,
        gap | {"gap_id": "GAP-2", "about_ids": "Q-A", "statement": "The hours were not found."},
        gap | {"gap_id": "GAP-3", "about_ids": "Q-A", "statement": "Not found: which.", "leaves_open": "alignment"},
    ]
    rows["competencies"][0] |= {"standard_ref": "LIST-1", "inferred_columns": "role_id"}
    store = built(tmp_path, rows)
    read_facts = read(store, project(store), DAY)
    assert read_facts.projection is not None
    found = pack(read_facts, Inference(), legal_choices(read_facts.projection, read_rules(store), "Q-A"))
    assert [gap.id for gap in found.gaps] == ["GAP-3", "GAP-2", "GAP-1"]
    first = found.questions[0]
    assert (first.code, first.text) == ("standards-not-found", "Not found: which.")
    asked = {one.code: one.about for one in found.standards[0].questions}
    assert asked["no-standard-of-statements"] == ("K-1",)
    assert asked_by(store, "OC-A") == {"K-1": Status.INFERRED, "K-2": Status.PUBLISHED, "K-3": Status.PUBLISHED}


def test_a_pack_for_a_role_without_statements_and_an_award_without_rules(tmp_path: Path) -> None:
    bare = {name: rows for name, rows in tables().items() if name in ("roles", "qualifications")}
    store = built(tmp_path, bare)
    read_facts = read(store, project(store), DAY)
    assert read_facts.projection is not None
    found = pack(read_facts, Inference(), legal_choices(read_facts.projection, read_rules(store), "Q-A"))
    assert [question.code for question in found.questions] == ["choices-not-known"]
    assert [question.code for question in found.standards[0].questions] == ["no-statements"]
    with pytest.raises(UnknownIdError):
        pack(read_facts, Inference(), legal_choices(read_facts.projection, (), "Q-A"), ["OC-Z"])


def test_each_criterion_has_words_and_a_source() -> None:
    asks = criteria()
    assert asks.source.startswith("https://")
    assert len(asks.criteria) == 5
    assert all(one.text and one.use for one in asks.criteria)
