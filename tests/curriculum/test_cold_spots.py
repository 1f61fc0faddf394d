"""Cold spots and the change between two years: rounding, suppression, and what the region honestly says."""

import csv
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from rdflib import RDF, Literal
from rdflib.namespace import SKOS
from support.world import store_of

from api.dependencies import ReleaseHolder, Services
from graph.store import GraphStore
from ontology.namespaces import DATASET, SW, expand, thing
from queries.coverage.places import Geography, Place, Places, ProviderFacts, areas_told, read_places
from queries.coverage.spots import (
    NoSuchPeriodError,
    Span,
    StandardChange,
    by_area,
    change_of,
    leavers_change,
    read_elsewhere,
    read_standards,
    span_of,
    spots,
)

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def services(home_data: Path) -> Services:
    return ReleaseHolder(home_data).get()


def rounded(true: int) -> tuple[int | None, bool]:
    """What is published of a number of people; small ones are hidden."""
    return (None, True) if true < 5 else ((true + 5) // 10 * 10, False)


@pytest.mark.parametrize(("first", "second"), product(range(1, 60, 3), range(1, 60, 7)))
def test_the_truth_lies_in_the_range_and_the_verdict_is_never_wrong(first: int, second: int) -> None:
    said = change_of(span_of(*rounded(first)), span_of(*rounded(second)))
    assert said.span is not None and said.span.high is not None
    assert said.span.low <= second - first <= said.span.high
    if said.verdict == "up":
        assert second > first
    if said.verdict == "down":
        assert second < first


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ((10, False), (10, False), "no change that can be told: between 9 fewer and 9 more"),
        ((20, False), (30, False), "up, by 1 to 19"),
        ((30, False), (10, False), "down, by 11 to 29"),
        ((10, False), (None, True), "no change that can be told: between 13 fewer and 4 more"),
        ((None, True), (30, False), "up, by 16 to 33"),
        ((None, True), (None, True), "no change that can be told: between 8 fewer and 8 more"),
        ((10, False), (None, False), "not known: a year has no figure"),
    ],
)
def test_a_suppressed_number_is_some_and_a_missing_one_is_not_known(
    first: tuple[int | None, bool], second: tuple[int | None, bool], text: str
) -> None:
    assert change_of(span_of(*first), span_of(*second)).text == text


def test_without_an_upper_end_nothing_can_be_told() -> None:
    assert change_of(Span(1, None), Span(25, 34)).verdict == "not known"


def standard(services: Services, reference: str) -> StandardChange:
    standards = read_standards(services.store)
    found = leavers_change(services.release.projection, standards, read_elsewhere(services.store))
    assert (found.first, found.second) == ("2023/24", "2024/25")
    return next(one for one in found.standards if one.standard == reference)


def test_the_region_tells_what_became_of_healthcare_science_associates(services: Services) -> None:
    said = standard(services, "ST0220")
    assert {row.provider: (row.first.words, row.second.words, row.change.text) for row in said.rows} == {
        "P-DUDLEY": ("20", "30", "up, by 1 to 19"),
        "P-HALES": ("10", "suppressed", "no change that can be told: between 13 fewer and 4 more"),
        "P-SOLIHULL": ("suppressed", "no row", "not known: a year has no figure"),
    }
    assert next(row.change.points for row in said.rows if row.provider == "P-DUDLEY") == -9.0
    assert said.together.verdict == "not known", "one provider has no figure, so there is no sum to compare"


def test_one_provider_in_england_had_leavers_of_the_medical_device_standard(services: Services) -> None:
    said = standard(services, "ST0950")
    assert [(row.provider, row.first.words, row.second.words) for row in said.rows] == [("P-DUDLEY", "no row", "10")]
    assert [(one.geography, one.providers) for one in said.elsewhere] == [("England", 1)]


def test_the_change_agrees_with_the_competency_question(services: Services) -> None:
    path = Path(__file__).parents[2] / "ontology" / "questions"
    (folder,) = path.glob("20-*")
    with (folder / "expected.csv").open(encoding="utf-8") as file:
        expected = {(row["standard"], row["provider"]): row for row in csv.DictReader(file)}
    found = leavers_change(services.release.projection, read_standards(services.store), {}, "2023/24", "2024/25")
    rows = {(row.standard or "", row.provider): row for one in found.standards for row in one.rows}
    for key, row in expected.items():
        assert (rows[key].first.words, rows[key].second.words) == (row["leavers_2023_24"], row["leavers_2024_25"])


def test_a_year_of_which_nothing_is_held_is_named(services: Services) -> None:
    with pytest.raises(NoSuchPeriodError, match="2019/20") as error:
        leavers_change(services.release.projection, read_standards(services.store), {}, "2019/20")
    assert error.value.known == ("2023/24", "2024/25")


def test_by_town_healthcare_science_associates_had_leavers_in_three_and_none_is_known_in_six(
    services: Services,
) -> None:
    facts, places = services.coverage(DAY), read_places(services.store)
    found = spots(facts, places, read_standards(services.store), roles=["OC-HCSASSOC"])
    assert found.geography is Geography.TOWN, "the release does not say in which district most sites lie"
    row = next(row for row in found.rows if row.of == "OC-HCSASSOC")
    past = {spot.area: spot.past for spot in row.spots if spot.past}
    assert past == {"Dudley": ("P-DUDLEY",), "Halesowen": ("P-HALES",), "Solihull": ("P-SOLIHULL",)}
    assert set(row.cold) == {"Birmingham", "Coventry", "Stourbridge", "Walsall", "West Bromwich", "Wolverhampton"}
    assert not set(row.offered) & set(row.past)
    for area in by_area(found, {("OC-HCSASSOC", "Walsall"): 3}, {"Walsall", "Dudley"}):
        assert area.offered + area.past + area.cold == len(found.rows)
        known = {"Walsall": (3, 3), "Dudley": (0, 0)}.get(area.area, (None, None))
        assert (area.adverts, area.adverts_cold) == known, "no advert is known of an area that nobody tells of"


def test_an_outcode_lies_in_a_district_when_all_of_it_does() -> None:
    said = []
    for code, district, districts in (("DY1", "E08000027", 1), ("B1", "E08000025", 2), ("ZZ1", "E09999999", 1)):
        me = thing(f"OUTCODE-{code}")
        said += [
            (me, RDF.type, SW.Outcode),
            (me, SKOS.notation, Literal(code)),
            (me, SW.districtCount, Literal(districts)),
        ]
        said.append((me, SW.mainDistrict, thing(f"LAD-{district}")))
    dudley, sandwell = "E08000027 Dudley", "E08000028 Sandwell"
    sites = (("Dudley", dudley), ("Oldbury", sandwell), ("Oldbury", None), (None, dudley))
    there = (Place(f"S{n}", f"S{n}", "P", town, "DY1", district) for n, (town, district) in enumerate(sites))
    places = Places({"P": ProviderFacts("P", "P", None, None, tuple(there))})
    store = GraphStore.in_memory((*one, DATASET.outcodes) for one in said)
    by_district = areas_told(store, places, Geography.DISTRICT)
    assert by_district.outcodes == {"DY1": dudley}
    assert by_district.of("DY1", "Oldbury") == (dudley, False), "the postcode says more than the town"
    assert by_district.of("B1", "DUDLEY") == (dudley, True), "a town in which every known site is there"
    assert by_district.of(None, "Oldbury") == by_district.of(None, None) == (None, False)
    assert areas_told(store, places, Geography.OUTCODE).of("DY1", "Oldbury") == ("DY1", False)
    by_town = areas_told(store, places, Geography.TOWN)
    assert by_town.all == {"Dudley", "Oldbury"}
    assert (by_town.of("DY1", None), by_town.of("DY1", "oldbury")) == ((None, False), ("Oldbury", True))


def test_every_provider_of_a_row_is_placed_or_named_as_unplaced(services: Services) -> None:
    facts, places = services.coverage(DAY), read_places(services.store)
    for geography in Geography:
        found = spots(facts, places, read_standards(services.store), geography=geography, everywhere=True)
        for row in found.rows:
            placed = {id for spot in row.spots for id in (*spot.offered, *spot.past)}
            assert placed | set(row.unplaced) == {*row.offered, *row.past}
            assert not {spot.area for spot in row.spots} & set(row.cold)
            assert sum(many for _, many in row.kinds) == len(row.offered) + len(row.past)


def test_a_kind_of_provider_narrows_the_counts(services: Services) -> None:
    facts, places, standards = services.coverage(DAY), read_places(services.store), read_standards(services.store)
    all_of = spots(facts, places, standards)
    colleges = spots(facts, places, standards, provider_kinds=["further-education-college"])
    assert {kind for kind, _, _ in colleges.by_kind} == {"further-education-college"}
    assert set(colleges.by_kind) <= set(all_of.by_kind)


def with_postcodes(folder: Path) -> GraphStore:
    """Two colleges, one postcode of which a postcode directory knows the district."""
    store = store_of(
        folder,
        providers=[{"provider_id": id, "name": id} for id in ("P-A", "P-B", "P-NOWHERE")],
        sites=[
            {"site_id": "S-A-1", "provider_id": "P-A", "name": "A", "town": "Halesowen", "postcode": "B63 3NA"},
            {"site_id": "S-A-2", "provider_id": "P-A", "name": "A2", "town": "Dudley", "postcode": "DY1 4AS"},
            {"site_id": "S-B-1", "provider_id": "P-B", "name": "B", "town": "Walsall"},
        ],
    )
    graph = DATASET["postcodes"]
    for code, district in (("B63 3NA", "E08000027"), ("DY1 4AS", "E08000027")):
        known, lad = thing(f"POSTCODE-{code.replace(' ', '')}"), thing(f"LAD-{district}")
        store.extend(
            [
                (known, expand("schema:postalCode"), Literal(code), graph),
                (known, expand("schema:containedInPlace"), lad, graph),
                (lad, expand("skos:prefLabel"), Literal("Dudley", lang="en"), graph),
            ]
        )
    return store


def test_districts_stand_for_areas_where_the_release_knows_them(tmp_path: Path) -> None:
    places = read_places(with_postcodes(tmp_path))
    assert places.best is Geography.DISTRICT, "two of three sites have one"
    assert places.areas_of("P-A", Geography.DISTRICT) == ("E08000027 Dudley",)
    assert places.areas_of("P-A", Geography.TOWN) == ("Dudley", "Halesowen")
    assert places.areas_of("P-A", Geography.OUTCODE) == ("B63", "DY1")
    assert places.areas_of("P-B", Geography.DISTRICT) == (), "not known, which is no district"
    assert places.first_area("P-A", Geography.TOWN) == "Halesowen"
    assert places.first_area("P-NOWHERE", Geography.TOWN) is None
    assert places.all_areas(Geography.DISTRICT) == ("E08000027 Dudley",)


def test_without_a_postcode_directory_towns_stand_for_areas(services: Services) -> None:
    assert read_places(services.store).best is Geography.TOWN


def test_one_town_or_postcode_district_is_looked_at_by_the_names_of_the_board(home_client: TestClient) -> None:
    """What is counted in a place is what the counts of all places say of it."""
    everywhere = home_client.get("/cold-spots?geography=town&everywhere=true").json()
    there = home_client.get("/cold-spots?town=dudley").json()
    assert (there["geography"], there["within"], there["areas"]) == ("town", "Dudley", ["Dudley"])
    of_all = {one["of"]: next((s for s in one["spots"] if s["area"] == "Dudley"), None) for one in everywhere["items"]}
    for one in there["items"]:
        (spot,) = one["spots"] or [None]
        assert spot == of_all[one["of"]], one["of"]
        assert (one["cold"] == ["Dudley"]) is (spot is None)
    assert home_client.get("/cold-spots?district=DY1").json()["geography"] == "outcode"
    assert "such as DY1" in home_client.get("/cold-spots?district=Dudley").json()["hint"]
    for asked in ("town=Dudley&district=DY1", "town=Dudley&geography=district"):
        assert home_client.get(f"/cold-spots?{asked}").status_code == 422


def test_the_query_of_two_years_tells_the_changes_that_the_page_tells(home_client: TestClient) -> None:
    rows = home_client.get("/queries/two-years-compared/results?format=csv").text
    page = {
        (one["standard"], row["provider"]["id"]): row["change"]
        for one in home_client.get("/leavers-change?sector=healthtech").json()["items"]
        for row in one["providers"]
    }
    asked = list(csv.DictReader(rows.splitlines()))
    assert {(row["standard"], row["provider"].rpartition("/")[2]) for row in asked} == page.keys()
    for row in asked:
        said = page[row["standard"], row["provider"].rpartition("/")[2]]
        ends = [None if row[name] == "" else int(row[name]) for name in ("at_least", "at_most")]
        assert (row["change"], ends) == (said["verdict"], [said["at_least"], said["at_most"]])
    assert {row["change"] for row in asked} == {"up", "cannot be told", "not known"}


def test_the_query_of_cold_spots_counts_what_the_page_counts(home_client: TestClient) -> None:
    rows = csv.DictReader(home_client.get("/queries/providers-and-cold-spots/results?format=csv").text.splitlines())
    page = home_client.get("/cold-spots?sector=healthtech&geography=town").json()["items"]
    counted = {
        one["standard"]: (one["providers"], {spot["area"] for spot in one["spots"]}, set(one["cold"]))
        for one in page
        if one["kind"] == "standard"
    }
    asked = {
        row["standard"]: (
            int(row["providers"]),
            *(set(filter(None, row[name].split("|"))) for name in ("towns", "cold_spots")),
        )
        for row in rows
    }
    assert asked == counted
    assert "Stourbridge" in counted["ST0220"][2]
