"""Providers of the course directory: a UKPRN is one provider, whatever number of rows it has; a row is a site."""

from pathlib import Path

import pytest
from register_facts import faults
from told_facts import Counted, about, told

from loaders.published import LoadedFiles


@pytest.fixture
def directory(sample) -> LoadedFiles:
    return sample("course-directory-providers").loaded


def test_two_rows_with_one_ukprn_are_one_provider_under_its_legal_name(directory: LoadedFiles) -> None:
    assert about(directory, "swi:UKPRN-19990001") == "\n".join(
        [
            "a sw:Provider",
            'schema:alternateName "DC"',
            'schema:alternateName "Dunmere College"',
            'schema:alternateName "Oakham Road Campus"',
            "schema:url http://www.oakham-road.example/",
            "schema:url https://www.dunmere.example",
            'skos:prefLabel "DUNMERE COLLEGE OF FURTHER EDUCATION"',
            "sw:providerType swc:provider-type/college",
            'sw:registerKind "Further Education (FE)"',
            'sw:registerKind "Higher Education (HE)"',
            'sw:ukprn "19990001"',
        ]
    )


def test_each_row_is_a_site_of_its_provider(directory: LoadedFiles) -> None:
    assert about(directory, "swi:CDPROV-900002") == "\n".join(
        [
            "a sw:Site",
            "org:siteOf swi:UKPRN-19990001",
            'schema:addressLocality "Oldbury"',
            "schema:containedInPlace swi:OUTCODE-B69",
            'schema:postalCode "B69 2AA"',
            'skos:prefLabel "Oakham Road Campus"',
            'sw:registerNumber "900002"',
            'sw:registerStatus "LIVE"',
        ]
    )


@pytest.mark.parametrize(
    ("ukprn", "kind"),
    [("19990002", "independent-training-provider"), ("19990003", "school"), ("19990005", "other-provider")],
)
def test_the_kind_of_a_provider_is_no_more_than_the_register_says(
    directory: LoadedFiles, ukprn: str, kind: str
) -> None:
    assert f"sw:providerType swc:provider-type/{kind}\n" in about(directory, f"swi:UKPRN-{ukprn}")


def test_what_is_wrong_is_told_with_its_place(directory: LoadedFiles) -> None:
    assert told(directory) == [
        "repeated-key C_PROVIDERS.csv 3",
        "told-otherwise C_PROVIDERS.csv 3 PROVIDER_TYPE_DESCRIPTION",
        "bad-cell C_PROVIDERS.csv 4 WEBSITE",
        "row-not-taken C_PROVIDERS.csv 6 UKPRN",
        "bad-cell C_PROVIDERS.csv 7 POSTCODE",
        "unknown-code C_PROVIDERS.csv 7 PROVIDER_TYPE_DESCRIPTION",
    ]
    assert about(directory, "swi:CDPROV-900005") == ""  # nothing is left of a row without a provider
    assert faults(directory) == set()


def test_what_reaches_or_names_a_person_is_not_read(directory: LoadedFiles) -> None:
    said = directory.path.read_text(encoding="utf-8")
    assert "somebody@" not in said and "01632" not in said and "A Person" not in said


@pytest.mark.shared_data
def test_4814_rows_are_4798_providers_with_4814_sites(tmp_path: Path) -> None:
    found = Counted("course-directory-providers", "uk-providers", tmp_path)
    assert found.things == {"sw:Provider": 4_798, "sw:Site": 4_814}
    assert found.of["org:siteOf"] == 4_814 and found.of["sw:ukprn"] == found.of["skos:prefLabel"] - 4_814 == 4_798
    shared = {provider: rows for provider, rows in found.tally("org:siteOf").items() if rows > 1}
    assert len(shared) == 9 and sum(shared.values()) - len(shared) == 16
    assert sum(issue.code == "repeated-key" for issue in found.issues) == 16
    assert {issue.code for issue in found.issues} == {"repeated-key", "told-otherwise", "bad-cell"}
    assert {issue.column for issue in found.issues if issue.code == "bad-cell"} == {"WEBSITE"}
    assert found.of["sw:providerType"] == 4_798
