"""Which adverts count, and as what: each once, in its quarter and district, and never nought for what is not known."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import SKOS

from graph.store import GraphStore, Quad
from ontology.namespaces import DATASET, ID, SCHEMA, SW
from queries.watch.adverts import NOT_KNOWN, REPEATED_DAYS, Advert, once, quarter_of, read_adverts

DAY: Final = date(2026, 11, 2)
GRAPH: Final = DATASET["adverts"]


def advert(
    id: str, on: date | None = DAY, title: str = "Porter", employer: str | None = "A", place: str | None = "P"
) -> Advert:
    return Advert(id, title, employer, place, None, on)


def counted(*adverts: Advert) -> tuple[list[str], dict[str, str]]:
    found = once(adverts)
    return [one.id for one in found.adverts], found.repeats


def test_the_same_within_four_weeks_is_one_advert() -> None:
    last, after = (DAY + timedelta(days=days) for days in (REPEATED_DAYS, REPEATED_DAYS + 1))
    assert counted(advert("1"), advert("2", last)) == (["1"], {"2": "1"})
    assert counted(advert("1"), advert("2", after)) == (["1", "2"], {})


def test_days_are_counted_from_the_advert_that_counts() -> None:
    days = [DAY + timedelta(days=20 * step) for step in range(4)]
    adverts = [advert(str(number), day) for number, day in enumerate(days)]
    assert counted(*adverts) == (["0", "2"], {"1": "0", "3": "2"})


@pytest.mark.parametrize(
    "other",
    [
        advert("2", title="Cleaner"),
        advert("2", employer="B"),
        advert("2", place="Q"),
        advert("2", employer=None),
        advert("2", place=None),
        advert("2", on=None),
    ],
    ids=["title", "employer", "place", "employer not known", "place not known", "day not known"],
)
def test_what_differs_or_cannot_be_told_counts(other: Advert) -> None:
    assert counted(advert("1"), other) == (["1", "2"], {})


def test_band_and_hours_make_no_other_advert() -> None:
    assert counted(advert("1", title="Porter - Band 2"), advert("2", title="porters (nights)")) == (["1"], {"2": "1"})


ADVERTS: Final = st.lists(
    st.tuples(
        st.sampled_from(["Porter", "porter (bank)", "Cleaner", "37.5 hours"]),
        st.sampled_from(["A", "B", None]),
        st.sampled_from(["P", None]),
        st.one_of(st.none(), st.integers(0, 90).map(lambda days: DAY + timedelta(days=days))),
    ),
    max_size=12,
).map(lambda rows: [Advert(f"{number:02}", *row[:3], None, row[3]) for number, row in enumerate(rows)])


@given(ADVERTS, st.randoms())
def test_every_advert_counts_or_is_one_that_counts(adverts: list[Advert], random: object) -> None:
    found = once(adverts)
    ids = {one.id for one in found.adverts}
    assert ids | found.repeats.keys() == {one.id for one in adverts}
    assert not ids & found.repeats.keys()
    assert set(found.repeats.values()) <= ids
    shuffled = list(adverts)
    random.shuffle(shuffled)
    assert once(shuffled) == found, "whatever the order"


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 3, 31), "2026-Q1"),
        (date(2026, 4, 1), "2026-Q2"),
        (date(2026, 9, 30), "2026-Q3"),
        (date(2026, 12, 31), "2026-Q4"),
        (None, NOT_KNOWN),
    ],
)
def test_an_advert_counts_in_the_quarter_of_its_day(day: date | None, quarter: str) -> None:
    assert quarter_of(day) == quarter


def said(id: str, **facts: str) -> list[Quad]:
    me = ID[f"VACANCY-{id}"]
    terms: dict[str, tuple[URIRef, Callable[[str], Literal]]] = {
        "title": (SKOS.prefLabel, lambda text: Literal(text, lang="en")),
        "employer": (SW.employerName, Literal),
        "postcode": (SCHEMA.postalCode, Literal),
        "town": (SCHEMA.addressLocality, Literal),
        "on": (SW.advertisedOn, lambda text: Literal(text, datatype=XSD.date, normalize=False)),
    }
    made: list[Quad] = [(me, RDF.type, SW.Vacancy, GRAPH)]
    for name, text in facts.items():
        predicate, write = terms[name]
        made.append((me, predicate, write(text), GRAPH))
    return made


def test_an_advert_is_read_with_what_it_says_and_no_more() -> None:
    quads = [
        *said("1", title="Porter", employer="A", postcode="WS1 9ZZ", town="Walsall", on="2026-11-02"),
        *said("2", title='A "quoted"\ttitle'),
        *said("3", employer="no title"),
    ]
    first, second = read_adverts(GraphStore.in_memory(quads))
    assert first == Advert(str(ID["VACANCY-1"]), "Porter", "A", "WS1 9ZZ", "WS1", DAY)
    assert second == Advert(str(ID["VACANCY-2"]), 'A "quoted"\ttitle', None, None, None, None)


def test_an_advert_that_two_files_tell_differently_is_one() -> None:
    quads = [*said("1", title="Porter", town="Walsall"), *said("1", title="Night porter", town="Dudley")]
    (one,) = read_adverts(GraphStore.in_memory(quads))
    assert (one.title, one.place) == ("Night porter", "Dudley")
