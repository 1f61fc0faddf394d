"""The named queries beside the shape, cold spots and leavers: they count what the engines count."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.world import store_of

from api.dependencies import ReleaseHolder, Services
from graph.store import GraphStore
from queries.catalogue import get_query
from queries.coverage.places import Geography, read_places
from queries.coverage.shape import shape
from queries.coverage.spots import leavers_change, read_elsewhere, read_standards


@pytest.fixture(scope="module")
def services(home_data: Path) -> Services:
    return ReleaseHolder(home_data).get()


def rows(store: GraphStore, name: str, **given: str) -> list[dict[str, Any]]:
    query = get_query(name)
    names = [column.name for column in query.file.columns]
    found = query.rows(store, query.bind(given))
    return [{one: row[one].toPython() if row.get(one) is not None else None for one in names} for row in found]


def test_leavers_by_year_add_up_to_the_rows_of_the_two_years(services: Services) -> None:
    store, projection = services.store, services.release.projection
    standards = read_standards(store)
    found = leavers_change(projection, standards, read_elsewhere(store))
    for one in found.standards:
        asked = rows(store, "leavers-by-year", standard=one.standard or "")
        if len({row["year"] for row in asked}) < len(asked):
            continue  # a standard of two roles has two rows a year
        for row in asked:
            years = [change.first if row["year"] == found.first else change.second for change in one.rows]
            listed = [year for year in years if year.words != "no row"]
            assert row["providers"] == len(listed)
            assert row["shown"] == sum(year.leavers or 0 for year in listed)
            assert row["hidden"] == sum(year.suppressed for year in listed)


def test_providers_by_standard_and_town_stand_at_their_first_site(services: Services) -> None:
    places = read_places(services.store)
    evidence = [
        one for one in services.release.projection.evidence if one.about == "OC-HCSASSOC" and one.period == "2024/25"
    ]
    expected = Counter(places.first_area(one.provider, Geography.TOWN) for one in evidence)
    found = rows(services.store, "providers-by-standard-and-town", standard="ST0220", year="2024/25")
    assert {row["town"]: row["providers"] for row in found} == expected == {"Dudley": 1, "Halesowen": 1}
    assert {row["provider_type"].rpartition("/")[2] for row in found} == {"further-education-college"}


def test_entry_rules_of_units_are_counted_as_the_shape_counts_them(tmp_path: Path, services: Services) -> None:
    units = [
        {"unit_id": "A", "title": "A", "qualification_id": "Q-C", "entry_rule": "none"},
        {"unit_id": "B", "title": "B", "qualification_id": "Q-C", "entry_rule": "holds(A)"},
        {"unit_id": "C", "title": "C", "qualification_id": "Q-C"},
    ]
    store = store_of(tmp_path, qualifications=[{"qualification_id": "Q-C", "title": "C"}], units=units)
    (row,) = rows(store, "unit-entry-rules")
    assert (row["units"], row["with_rule"]) == (3, 2), "none is a rule: it is known that nothing is asked"
    (home,) = rows(services.store, "unit-entry-rules", award="Q-HNC-COMP22")
    found = shape(services.release.projection, "Q-HNC-COMP22")
    assert (home["units"], home["with_rule"]) == (len(found.units), found.rules_known)
