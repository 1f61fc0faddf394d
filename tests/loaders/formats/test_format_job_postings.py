"""Adverts: as schema.org JobPosting and as a table. Facts only, never the text, nobody's name."""

import os
from pathlib import Path

import pytest
from told_facts import about, shape_faults, told

from graph.issues import IssueLog
from loaders.dataset import Description, read_description
from loaders.format import FORMATS, read_format
from loaders.published import LoadedFiles, load_files

SAMPLE = FORMATS / "job-postings/sample"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedFiles:
    description = read_description(SAMPLE, IssueLog("sample"))
    assert description is not None
    return load_files(SAMPLE, description, tmp_path_factory.mktemp("adverts") / "out.nq")


def test_a_posting_says_what_where_until_when_and_for_how_much(loaded: LoadedFiles) -> None:
    assert about(loaded, "swi:VACANCY-5d1f8d4bcab2").splitlines() == [
        "a sw:Vacancy",
        'schema:addressLocality "Walsall"',
        "schema:containedInPlace swi:OUTCODE-WS1",
        'schema:latitude "52.5862"',
        'schema:longitude "-1.9829"',
        'schema:postalCode "WS1 1ZZ"',
        "schema:url https://jobs.example/vacancy/1",
        'skos:prefLabel "Imaging Support Worker & Assistant"',
        'sw:advertisedOn "2026-11-02"',
        'sw:closesOn "2026-11-30"',
        'sw:contractKind "FULL_TIME"',
        'sw:employerName "Made-up Hospital Trust"',
        'sw:industrySaid "Healthcare"',
        'sw:payFrom "24465"',
        'sw:payPeriod "YEAR"',
        'sw:payTo "26598"',
    ]


def test_the_table_says_the_same_kind_of_things(loaded: LoadedFiles) -> None:
    assert about(loaded, "swi:VACANCY-1001").splitlines() == [
        "a sw:Vacancy",
        'dcterms:identifier "1001"',
        'schema:addressLocality "Walsall"',
        "schema:containedInPlace swi:OUTCODE-WS1",
        'schema:postalCode "WS1 1ZZ"',
        'skos:prefLabel "Pharmacy technician"',
        'sw:advertisedOn "2026-11-03"',
        'sw:closesOn "2026-11-30"',
        'sw:contractKind "PERMANENT"',
        'sw:employerKind "NHS trust"',
        'sw:employerName "Made-up Hospital Trust"',
        'sw:payFrom "29970"',
        'sw:payPeriod "YEAR"',
        'sw:payTo "36483"',
    ]


def test_pay_in_words_and_a_town_for_a_postcode_are_told_and_left_out(loaded: LoadedFiles) -> None:
    assert "sw:payFrom" not in about(loaded, "swi:VACANCY-1002")
    assert "postalCode" not in about(loaded, "swi:VACANCY-26828e07d03c")
    found = told(loaded)
    assert "bad-cell adverts.csv 3 pay_from|salary_min" in found
    assert "repeated-key adverts.csv 4" in found
    assert "bad-cell jobpostings.json 42 jobLocation.address.postalCode" in found
    assert "cell-missing jobpostings.json 72 title" in found


def test_neither_the_text_nor_a_person_is_in_the_graph(loaded: LoadedFiles) -> None:
    text = loaded.path.read_text(encoding="utf-8")
    assert "Come and work" not in text and "A Person" not in text and "@example.org" not in text


def test_adverts_may_not_be_passed_on_unless_their_dataset_says_so() -> None:
    assert not read_format("job-postings").shippable


def test_the_graph_has_its_shape_but_for_the_advert_without_a_title(loaded: LoadedFiles) -> None:
    (fault,) = shape_faults(loaded)
    assert fault.startswith("swi:VACANCY-0e19e408e567: Vacancy: 'label'")


@pytest.mark.shared_data
@pytest.mark.skipif("STEPWAY_SHARED" not in os.environ, reason="needs the public files")
def test_a_real_month_of_adverts(tmp_path: Path) -> None:
    folder = Path(os.environ["STEPWAY_SHARED"]) / "data/nhs-jobs-2020"
    description = Description("nhs", "t", "p", "none", shippable=False, format="job-postings", files=(str(folder),))
    loaded = load_files(tmp_path, description, tmp_path / "out.nq")
    (counts,) = loaded.counts.values()
    assert (counts.read, counts.mapped, counts.refused) == (14_842, 14_842, 0)
    assert {one.code for one in loaded.issues} == {"bad-cell", "column-gone"}
