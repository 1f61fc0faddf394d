"""Qualifications in the European Learning Model: the made-up sample as facts one can read, and the Union's samples."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from register_facts import changed
from told_facts import about, shape_faults, statements, told

from graph.issues import Severity
from loaders.credentials.elm import _hours, _spoken
from loaders.dataset import Description
from loaders.format import FORMATS
from loaders.publish import build_release
from loaders.published import LoadedFiles, load_files

DIPLOMA = "ELM-bees-diploma-ead59493"


@pytest.fixture
def elm(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("elm").loaded
    return found


def test_a_qualification_with_its_level_credits_and_entry(elm: LoadedFiles) -> None:
    assert about(elm, f"swi:{DIPLOMA}").splitlines() == [
        "a sw:Qualification",
        "dcterms:source https://example.org/bees/diploma",
        'skos:altLabel "Bee diploma"',
        'skos:hiddenLabel "Diplôme d\'apiculture"',
        'skos:prefLabel "Diploma in Bee-keeping"',
        'sw:awardingBody "School of Made-up Bees"',
        'sw:credits "120"',
        "sw:currency swc:currency/current",
        'sw:entryNote "A year with hives of one\'s own."',
        "sw:level swc:rqf-level/5",
        'sw:realAward "true"',
        'sw:totalQualificationTime "1500"',
        'sw:typicalDuration "1 year 6 months"',
    ]


def test_its_parts_are_units_with_outcomes(elm: LoadedFiles) -> None:
    swarms = about(elm, "swi:ELM-bees-swarms-bb324dbc").splitlines()
    assert "a sw:Unit" in swarms and 'sw:credits "60"' in swarms and f"sw:unitOf swi:{DIPLOMA}" in swarms
    assert not [line for line in swarms if "TotalQualificationTime" in line]  # half a year is no number of hours
    outcome = about(elm, "swi:ELM-bees-outcome-1-ce394480").splitlines()
    assert "sw:outcomeOf swi:ELM-bees-swarms-bb324dbc" in outcome and 'sw:outcomeNumber "1"' in outcome
    assert any(line.startswith("skos:relatedMatch") for line in outcome)
    honey = about(elm, "swi:ELM-bees-honey-2b6ea422").splitlines()
    assert 'sw:creditsAsStated "4 Stars"' in honey and not [line for line in honey if line.startswith("sw:credits ")]


def test_an_opportunity_runs_from_its_first_day_at_its_price(elm: LoadedFiles) -> None:
    evening = about(elm, "swi:ELM-bees-evening-705ae784").splitlines()
    assert f"sw:leadsToAward swi:{DIPLOMA}" in evening and "sw:offeredBy swi:ELM-bees-school-88a1a2fd" in evening
    run = about(elm, "swi:ELM-bees-evening-705ae784.run-1").splitlines()
    assert "a sw:Delivery" in run and 'sw:startDate "2027-01-14"' in run and 'sw:learnerCost "950"' in run
    assert about(elm, "swi:ELM-bees-evening-705ae784.run-2") == ""  # a period without a first day


def test_no_person_is_read(elm: LoadedFiles) -> None:
    whole = elm.path.read_text(encoding="utf-8")
    for private in ("Ada", "Madeup", "1990", "person", "What Ada did", "learningAchievement"):
        assert private not in whole
    assert "Micro-credential in clouds" in whole
    assert [line for line in told(elm) if line.startswith("person-left-out")] == [
        "person-left-out somebodys_credential.jsonld 6"
    ]


def test_addresses_that_each_credential_numbers_afresh_are_not_one_thing(elm: LoadedFiles) -> None:
    names = {value for _, property, value in statements(elm) if property.endswith("core#prefLabel>")}
    assert {'"Institute of Nowhere"@en', '"Another institute"@en'} <= names


def test_turtle_with_a_level_of_another_country(elm: LoadedFiles) -> None:
    found = about(elm, "swi:ELM-drums-certificate-8c1c798b").splitlines()
    assert "sw:level swc:rqf-level/3" in found and 'sw:credits "15"' in found


def test_what_was_wrong_with_the_sample(elm: LoadedFiles) -> None:
    assert told(elm) == [
        "prefix-assumed drums.ttl 16",
        "unknown-context other_credential.jsonld 1",
        "term-not-read qualifications.jsonld 4",
        "measure-not-converted qualifications.jsonld 34",
        "person-left-out somebodys_credential.jsonld 6",
    ]
    assert all(issue.hint for issue in elm.issues)


def test_a_file_in_another_form_is_told_and_not_passed_over_in_silence(tmp_path: Path) -> None:
    loaded = changed("elm", "drums.ttl", "drum", "drum", tmp_path, **{"credential.xml": b"<loq/>", "README.md": b"#"})
    (issue,) = [one for one in loaded.issues if one.code == "file-not-read"]
    assert (issue.file, issue.severity) == ("credential.xml", Severity.WARNING)


def test_the_sample_conforms_and_builds(elm: LoadedFiles, tmp_path: Path) -> None:
    # ELM does not tell apart our kinds of course; what has no address has the dataset's source; one part is French.
    usual = ("kind of course", "Nothing is stated without a source", "honey-2b6ea422: Unit: 'label'")
    assert [fault for fault in shape_faults(elm) if not any(said in fault for said in usual)] == []
    built = build_release([FORMATS / "elm/sample"], tmp_path, today=date(2026, 11, 21))
    assert built.release is not None, "\n".join(map(str, built.issues))
    counts = built.release.manifest.counts
    assert {name: counts[name] for name in ("Qualification", "Unit", "Delivery", "LearningOutcome")} == {
        "Qualification": 3,
        "Unit": 2,
        "Delivery": 1,
        "LearningOutcome": 2,
    }


@pytest.mark.parametrize(
    ("duration", "hours"), [("PT60H", 60), ("PT90M", None), ("PT120M", 2), ("P6M", None), ("P1D", None), ("", None)]
)
def test_hours_of_a_duration(duration: str, hours: int | None) -> None:
    assert _hours(duration) == hours


@pytest.mark.parametrize(
    ("duration", "said"), [("P1Y", "1 year"), ("P2W", "2 weeks"), ("PT0H", ""), ("a while", "a while"), ("P", "P")]
)
def test_a_duration_in_words(duration: str, said: str) -> None:
    assert _spoken(duration) == said


@pytest.mark.shared_data
def test_the_samples_of_the_union(tmp_path: Path) -> None:
    if not (shared := os.environ.get("STEPWAY_SHARED")):
        pytest.skip("set STEPWAY_SHARED to the folder that holds data/")
    described = Description("made-up", "Made up", "Stepway", "EUPL-1.2", False, format="elm")
    loaded = load_files(Path(shared) / "data/ontologies/elm-v3/samples", described, tmp_path / "made-up.nq")
    assert {issue.code for issue in loaded.issues} == {"term-not-read", "person-left-out", "file-not-read"}
    whole = loaded.path.read_text(encoding="utf-8")
    for private in ("Andromeda", "Max Power", "LA-234218"):
        assert private not in whole
    (award,) = [s for s, p, v in statements(loaded) if v.endswith("ns#Qualification>")]
    said = about(loaded, f"swi:{award.strip('<>').rpartition('/')[2]}").splitlines()
    assert 'skos:prefLabel "Digital micro-credential creation"' in said
    assert 'sw:credits "4"' in said and "sw:level swc:rqf-level/6" in said
    assert 'sw:totalQualificationTime "60"' in said
    assert sum(v.endswith("ns#LearningOutcome>") for _, _, v in statements(loaded)) == 2
