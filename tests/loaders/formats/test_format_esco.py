"""ESCO's CSV edition: the made-up sample as facts one can read, and the whole of release 1.2.0 by its numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told_facts import Counted, about, shape_faults, told

from graph.issues import IssueLog
from loaders.dataset import read_description
from loaders.format import FORMATS
from loaders.published import LoadedFiles, load_files


@pytest.fixture
def esco(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("esco").loaded
    return found


def test_an_occupation_with_its_names_group_and_skills(esco: LoadedFiles) -> None:
    assert about(esco, "occupation 001") == "\n".join(
        [
            "a esco:Occupation",
            "a skos:Concept",
            'dcterms:description "Scanner technicians take pictures of the inside of people.'
            '\\n\\nThey keep the scanner ready."',
            'dcterms:modified "2024-01-25"',
            "esco:memberOfISCOGroup isco/C3211",
            "esco:regulatedProfessionNote regulated-professions/regulated",
            "esco:relatedEssentialSkill skill 101",
            "esco:relatedEssentialSkill skill 103",
            "esco:relatedOptionalSkill skill 102",
            "esco:relatedOptionalSkill skill 103",
            'skos:altLabel "imaging technician"',
            'skos:altLabel "scan operator"',
            "skos:broader isco/C3211",
            "skos:inScheme concept-scheme/member-occupations",
            "skos:inScheme concept-scheme/occupations",
            'skos:notation "3211.1"',
            'skos:prefLabel "scanner technician"',
            'skos:scopeNote "Excludes people who mend scanners."',
        ]
    )


def test_a_withdrawn_occupation_is_deprecated(esco: LoadedFiles) -> None:
    assert 'owl:deprecated "true"' in about(esco, "occupation 004").splitlines()
    assert "owl:deprecated" not in about(esco, "occupation 001")


def test_an_occupation_may_stand_below_two(esco: LoadedFiles) -> None:
    found = about(esco, "occupation 003").splitlines()
    assert [line for line in found if "broader" in line] == ["skos:broader isco/C7421", "skos:broader occupation 002"]
    assert [line for line in found if "hidden" in line] == [
        'skos:hiddenLabel "travelling fitter"',
        'skos:hiddenLabel "van fitter"',
    ]


def test_a_skill_with_its_kind_group_and_collections(esco: LoadedFiles) -> None:
    assert about(esco, "skill 103") == "\n".join(
        [
            "a esco:Skill",
            "a skos:Concept",
            'dcterms:description "How people are kept from harm by rays."',
            "esco:skillReuseLevel skill-reuse-level/sector-specific",
            "esco:skillType skill-type/knowledge",
            "skos:broader isced-f/09",
            "skos:inScheme concept-scheme/green",
            "skos:inScheme concept-scheme/research",
            'skos:prefLabel "radiation protection"',
        ]
    )
    assert "esco:relatedOptionalSkill skill 103" in about(esco, "skill 101").splitlines()


def test_rows_cut_at_the_end_give_the_tree_of_groups(esco: LoadedFiles) -> None:
    assert about(esco, "skill 203") == "\n".join(
        [
            "a skos:Concept",
            "a sw:SkillGroup",
            'skos:altLabel "fixing electronics"',
            'skos:altLabel "repairing electronics"',
            "skos:broader skill 202",
            "skos:inScheme concept-scheme/skills-hierarchy",
            'skos:notation "S8.1"',
            'skos:prefLabel "mending electronics"',
        ]
    )


def test_a_list_parted_by_commas_and_line_ends_gives_its_members(esco: LoadedFiles) -> None:
    assert about(esco, "concept-scheme/isco") == "\n".join(
        [
            "a skos:ConceptScheme",
            "skos:hasTopConcept isco/C3",
            "skos:hasTopConcept isco/C5",
            "skos:hasTopConcept isco/C7",
            'skos:prefLabel "ISCO 2008"',
        ]
    )


def test_the_dirt_is_told_with_its_place(esco: LoadedFiles) -> None:
    assert told(esco) == [
        "pair-repeated occupationSkillRelations_en.csv 4",
        "unknown-code occupationSkillRelations_en.csv 9 skillUri",
        "bad-cell occupations_en.csv 17 modifiedDate",
        "cell-missing occupations_en.csv 17 preferredLabel",
        "row-not-taken occupations_en.csv 19 conceptUri",
        "unknown-code skills_en.csv 8 skillType",
    ]


def test_the_sample_fits_the_shapes(esco: LoadedFiles) -> None:
    assert shape_faults(esco) == set()


def test_the_older_edition_has_the_same_things_by_address(esco: LoadedFiles, tmp_path: Path) -> None:
    folder = FORMATS / "esco/sample/1.0"
    known = read_description(folder, IssueLog("esco"))
    assert known is not None and known.id == esco.description.id
    older = load_files(folder, known, tmp_path / "older.nq")
    assert told(older) == ["column-gone occupations_en.csv 1 code"]
    assert 'skos:prefLabel "scanner  technician"' in about(older, "occupation 001").splitlines()
    assert about(older, "occupation 009") and not about(esco, "occupation 009")


@pytest.mark.shared_data
def test_the_whole_of_1_2_0_has_the_numbers_of_its_publisher(tmp_path: Path) -> None:
    esco = Counted("esco", "esco-1.2.0", tmp_path)
    assert {name: count.read for name, count in esco.loaded.counts.items() if count.refused} == {}
    assert [issue.code for issue in esco.issues] == ["pair-repeated"] * 17
    assert (esco.things["esco:Occupation"], esco.things["esco:Skill"]) == (3_039, 13_939)
    assert (esco.things["sw:OccupationGroup"], esco.things["sw:SkillGroup"]) == (619, 640)
    of_occupations = [
        (s, p, o) for s, p, o in esco.facts if "/occupation/" in s and p.endswith(("EssentialSkill>", "OptionalSkill>"))
    ]
    essential = {(s, o) for s, p, o in of_occupations if p.endswith("EssentialSkill>")}
    optional = {(s, o) for s, p, o in of_occupations if p.endswith("OptionalSkill>")}
    assert (len(essential), len(optional), len(of_occupations)) == (67_622, 61_382, 129_004)
    assert len(essential & optional) == 17
    of_skills = esco.of["esco:relatedEssentialSkill"] + esco.of["esco:relatedOptionalSkill"] - 129_004
    assert of_skills == 5_818
    assert esco.of["skos:broader"] == 3_652 + 20_822, "the hierarchy of skill groups says nothing that these do not"
    schemes = esco.tally("skos:inScheme")
    assert {
        name.removeprefix("concept-scheme/"): count
        for name, count in schemes.items()
        if name.endswith(("green", "digcomp"))
    } == {"green": 591, "digcomp": 25}
    assert schemes["concept-scheme/6c930acd-c104-4ece-acf7-f44fd7333036"] == 1_284
    assert schemes["concept-scheme/8ae4b9f3-507e-4057-a145-2f96f0132613"] == 122
    assert esco.tally("esco:skillType") == {"skill-type/skill": 10_715, "skill-type/knowledge": 3_219}


@pytest.mark.shared_data
def test_an_upgrade_retires_5_adds_102_and_renames_50_occupations(tmp_path: Path) -> None:
    before = Counted("esco", "esco-1.0.x", tmp_path)
    labels_before, groups_before = before.values("skos:prefLabel"), before.values("esco:memberOfISCOGroup")
    assert {issue.code for issue in before.issues} == {"column-gone", "damaged-text"}, "no code yet, and some “Â”"
    after = Counted("esco", "esco-1.2.0", tmp_path)
    groups_after = after.values("esco:memberOfISCOGroup")
    labels_after = {thing: label for thing, label in after.values("skos:prefLabel").items() if thing in groups_after}
    kept = labels_before.keys() & labels_after.keys()
    assert len(labels_before.keys() - kept) == 5
    assert len(labels_after.keys() - kept) == 102
    assert sum(labels_before[thing] != labels_after[thing] for thing in kept) == 50
    assert sum(groups_before[thing] != groups_after[thing] for thing in kept) == 68
