"""Achievement rates: totals of a standard at a provider, and hidden numbers that stay hidden."""

from pathlib import Path

import pytest
from register_facts import changed, faults
from told_facts import about, statements, told

from loaders.published import LoadedFiles


@pytest.fixture
def rates(sample) -> LoadedFiles:
    return sample("achievement-rates").loaded


def test_a_total_of_one_standard_at_a_provider(rates: LoadedFiles) -> None:
    assert about(rates, "swi:QAR-19990001-ST9901-202324") == "\n".join(
        [
            "a sw:DeliveryEvidence",
            'skos:prefLabel "Scale Technician (ST9901)"',
            'sw:achievementRate "63.3"',
            "sw:evidenceOfProvider swi:UKPRN-19990001",
            'sw:leavers "30"',
            'sw:period "2023/24"',
            "sw:productKind swc:product-kind/apprenticeship-standard",
            'sw:standardReference "ST9901"',
        ]
    )


def test_a_hidden_number_is_some_people_and_nought_is_none(rates: LoadedFiles) -> None:
    hidden = about(rates, "swi:QAR-19990001-ST9901-202425")
    assert 'sw:suppressed "true"' in hidden
    assert "sw:leavers" not in hidden and "sw:achievementRate" not in hidden
    none = about(rates, "swi:QAR-19990002-ST9901-202425")
    assert 'sw:leavers "0"' in none and "sw:suppressed" not in none and "sw:achievementRate" not in none
    not_there = about(rates, "swi:QAR-19990002-ST9902-202425")
    assert "sw:leavers" not in not_there and "sw:suppressed" not in not_there


def test_england_is_a_geography_and_no_provider(rates: LoadedFiles) -> None:
    england = about(rates, "swi:QAR-E92000001-ST9901-202425")
    assert 'sw:geography "England"' in england and 'sw:leavers "120"' in england
    assert "sw:evidenceOfProvider" not in england


def test_parts_of_a_total_and_frameworks_are_passed_over(rates: LoadedFiles) -> None:
    (counts,) = rates.counts.values()
    assert (counts.read, counts.mapped, counts.withheld, counts.refused) == (11, 6, 5, 0)
    assert len({subject for subject, _, _ in statements(rates)}) == 6
    assert told(rates) == []
    assert faults(rates) == set()


def test_a_year_that_is_none_is_told(tmp_path: Path) -> None:
    file = "app_narts_provider_level_fwk_std_ptype.csv"
    loaded = changed("achievement-rates", file, "202324,", "202326,", tmp_path)
    assert told(loaded) == [f"bad-cell {file} 2 time_period"]
