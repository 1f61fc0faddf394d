"""Where runs are taught, as far as a release knows: points and straight lines. Of journeys nothing is known."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from statistics import fmean
from typing import Final

from graph.store import GraphStore, plain
from ontology.namespaces import id_of
from queries.pathways.limits import NotKnownError
from queries.pathways.request import Near

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""

USUAL_KM: Final = 20
MOST_BESIDE: Final = 6
"""Most postcode districts that are named instead of one that is not known."""
_AREA: Final = re.compile(r"([a-z]{1,2})[0-9]")
_EARTH_KM: Final = 6371.0
_VAGUE: Final = frozenset({"county", "not-found"})
"""How a site's place may be known so vaguely that its point says nothing."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are, by id or name.

    `runs`: where each run is taught; None: not known, or anywhere (online). `named`: the middle of the known sites of
    each town and postcode district, in small letters. `towns`: as they are written. `providers`: the sites of each.
    """

    runs: Mapping[str, Point | None]
    named: Mapping[str, Point]
    towns: tuple[str, ...]
    providers: Mapping[str, tuple[Point, ...]]

    def middle(self, place: str) -> Point | None:
        """The middle of a town, a postcode district or a postcode; None: no site is known there."""
        said = " ".join(place.casefold().split())
        return self.named.get(said) or self.named.get(said.partition(" ")[0]) or self.named.get(said[:-3].strip())

    def near(self, place: str, km: int) -> Near:
        """What is not known to be taught further away than so many km. Raises `NotKnownError`."""
        middle = self.middle(place)
        if middle is None:
            which = "a town, or the first half of a postcode, in which a course is taught"
            beside = f", such as {' or '.join(some)}" if (some := self._of_same_area(place)) else ""
            raise NotKnownError(f"no site is known there, so what is near “{place}” is not known: name {which}{beside}")
        near = frozenset(run for run, at in self.runs.items() if at is None or straight_km(middle, at) <= km)
        text = f"only what is taught within {km} km of {place} in a straight line, or where that is not known"
        return Near(text, near, place=place, km=km)

    def _of_same_area(self, place: str) -> list[str]:
        """The known postcode districts of the postcode area that a place begins with: of “WS1 1AA” those of WS."""
        area = _AREA.match(place.strip().casefold())
        same = [name for name in self.named if area and (one := _AREA.match(name)) and one[1] == area[1]]
        return [name.upper() for name in sorted(same, key=lambda name: (len(name), name))][:MOST_BESIDE]

    def of_provider(self, provider: str, middle: Point) -> float | None:
        """How far the nearest known site of a provider is, in km in a straight line; None: none is known."""
        return min((straight_km(middle, at) for at in self.providers.get(provider, ())), default=None)


def straight_km(one: Point, other: Point) -> float:
    """The distance of two points in a straight line.

    >>> round(straight_km((52.51, -2.08), (52.48, -1.89)), 1)
    13.3
    """
    (north, east), (other_north, other_east) = (map(radians, point) for point in (one, other))
    half = sin((other_north - north) / 2) ** 2 + cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def read(store: GraphStore) -> Places:
    """The places of a release."""
    sites: dict[str, Point | None] = {}
    named: dict[str, list[Point]] = defaultdict(list)
    towns: set[str] = set()
    providers: dict[str, list[Point]] = defaultdict(list)
    for site, provider, town, postcode, latitude, longitude, exact in _rows(store, _SITES):
        known = latitude and longitude and exact.rpartition("/")[2] not in _VAGUE
        sites[site] = at = (float(latitude), float(longitude)) if known else None
        if at is not None:
            providers[provider].append(at)
            for name in filter(None, (town, postcode.partition(" ")[0])):
                named[name.casefold()].append(at)
            towns |= {town} - {""}
    middles = {name: (fmean(one for one, _ in at), fmean(two for _, two in at)) for name, at in named.items()}
    middles |= {code.casefold(): (float(north), float(east)) for code, north, east in _rows(store, _OUTCODES)}
    runs = {run: None if mode.endswith("/online") else sites.get(site) for run, site, mode in _rows(store, _RUNS)}
    return Places(runs, middles, tuple(sorted(towns)), {id: tuple(at) for id, at in providers.items()})


def _rows(store: GraphStore, query: str) -> Iterable[list[str]]:
    """The rows of a query as ids and texts, "" where nothing is known."""
    return ([id_of(plain(term)) if term else "" for term in row] for row in store.rows(query))


_SITES: Final = """
SELECT ?site ?provider ?town ?postcode (MIN(?north) AS ?latitude) (MIN(?east) AS ?longitude) (MIN(?how) AS ?exact) {
  ?site a sw:Site ; org:siteOf ?provider .
  OPTIONAL { ?site schema:addressLocality ?town }
  OPTIONAL { ?site schema:postalCode ?postcode }
  OPTIONAL { ?site schema:latitude ?north ; schema:longitude ?east }
  OPTIONAL { ?site sw:locationPrecision ?how }
} GROUP BY ?site ?provider ?town ?postcode ORDER BY ?site
"""
_OUTCODES: Final = """
SELECT ?code ?latitude ?longitude {
  ?outcode a sw:Outcode ; skos:notation ?code ; schema:latitude ?latitude ; schema:longitude ?longitude
}
"""
_RUNS: Final = """
SELECT ?run ?site ?mode {
  ?run a sw:Delivery . OPTIONAL { ?run sw:at ?site } OPTIONAL { ?run sw:deliveryMode ?mode }
} ORDER BY ?run
"""
