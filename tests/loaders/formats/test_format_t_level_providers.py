"""T Levels: which provider was to teach which from which autumn; what has no yes is not said to be absent."""

from pathlib import Path

import pytest
from register_facts import changed, faults
from told_facts import about, statements, told

from loaders.published import LoadedFiles

FILE = "Full Provider Data 2020 - 2021 (campaign site).csv"


@pytest.fixture
def starts(sample) -> LoadedFiles:
    return sample("t-level-providers").loaded


def test_a_start_is_evidence_about_its_technical_qualification(starts: LoadedFiles) -> None:
    assert about(starts, "swi:TLSTART-19990001-ZZ11AA-Healthcare-Science-2021") == "\n".join(
        [
            "a sw:DeliveryEvidence",
            'skos:prefLabel "T Level Healthcare Science"',
            "sw:evidenceAbout swi:QAN-6037083X",
            "sw:evidenceOfProvider swi:UKPRN-19990001",
            'sw:note "Listed for ZZ1 1AA."',
            'sw:period "start 2021"',
            "sw:productKind swc:product-kind/T-Level",
        ]
    )


def test_only_a_yes_says_something(starts: LoadedFiles) -> None:
    assert sorted({subject.rsplit("/", 1)[1] for subject, _, _ in statements(starts)}) == [
        "TLSTART-19990001-ZZ11AA-Health-2020>",
        "TLSTART-19990001-ZZ11AA-Health-2021>",
        "TLSTART-19990001-ZZ11AA-Healthcare-Science-2021>",
        "TLSTART-19990002-ZZ22BB-Digital-Production-Design-and-Development-2021>",
        "TLSTART-19990002-ZZ22BB-Onsite-Construction-2021>",
    ]
    assert told(starts) == []
    assert faults(starts) == set()
    assert "sw:evidenceAbout" not in about(starts, "swi:TLSTART-19990002-ZZ22BB-Onsite-Construction-2021")


def test_a_t_level_that_is_new_is_loaded_and_told(tmp_path: Path) -> None:
    loaded = changed("t-level-providers", FILE, ",Health,", ",Loom Engineering,", tmp_path)
    assert 'sw:period "start 2020"' in about(loaded, "swi:TLSTART-19990001-ZZ11AA-Loom-Engineering-2020")
    assert {one.split(" ")[0] for one in told(loaded)} == {"unknown-code"}
