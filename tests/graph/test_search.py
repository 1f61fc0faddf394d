"""Things are found by id, by everyday words and by near spelling, and nothing typed can break the search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.search import Entry, SearchIndex

ENTRIES = [
    Entry("OC-HCSA", "Role", "Healthcare science assistant", "ST0218"),
    Entry("OC-HCSASSOC", "Role", "Healthcare science associate", "ST0220"),
    Entry("OC-PORTER", "Role", "Hospital porter", "theatre porter"),
    Entry("PT-BOOTCAMP", "ProvisionType", "skills bootcamp", "digital bootcamp"),
]
INDEX = SearchIndex.build(":memory:", ENTRIES)


@pytest.mark.parametrize(
    ("typed", "first", "how"),
    [
        ("oc-hcsa", "OC-HCSA", "id"),
        ("digital bootcamp", "PT-BOOTCAMP", "words"),
        ("Digital Bootcamps", "PT-BOOTCAMP", "words"),
        ("porter", "OC-PORTER", "words"),
        ("ST0220", "OC-HCSASSOC", "words"),
        ("helthcare sciense", "OC-HCSA", "spelling"),
    ],
)
def test_found(typed: str, first: str, how: str) -> None:
    found = INDEX.find(typed)
    assert (found[0].id, found[0].how) == (first, how)


def test_narrowed_to_a_kind() -> None:
    assert [f.id for f in INDEX.find("bootcamp", kinds=["Role"])] == []


def test_nothing_like_it() -> None:
    assert INDEX.find("xylophone") == []
    assert INDEX.find("") == []


@given(st.text())
def test_nothing_typed_breaks_it(typed: str) -> None:
    INDEX.find(typed)
