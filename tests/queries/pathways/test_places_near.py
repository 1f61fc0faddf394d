"""Places that a question may name."""

import pytest

from queries.pathways.limits import NotKnownError
from queries.pathways.places import Places

WEST = (52.6, -2.0)
PLACES = Places({"run": WEST}, dict.fromkeys(("ws10", "ws2", "walsall", "w3", "worle"), WEST), ("Walsall",), {})


@pytest.mark.parametrize("written", ["ws2", "WS2 8ES", "Walsall", "ws28es"])
def test_a_town_or_a_postcode_in_which_a_site_is_known(written: str) -> None:
    assert PLACES.near(written, 5).runs == {"run"}


@pytest.mark.parametrize(
    ("written", "end"),
    [("WS1 1AA", "a course is taught, such as WS2 or WS10"), ("ZZ9", "is taught"), ("Nowhere", "is taught")],
)
def test_where_no_site_is_known_those_of_the_same_postcode_area_are_named(written: str, end: str) -> None:
    with pytest.raises(NotKnownError) as told:
        PLACES.near(written, 5)
    assert str(told.value).endswith(end)
