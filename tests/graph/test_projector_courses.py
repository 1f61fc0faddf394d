"""Courses of a national directory take part in pathways: joined by number, flexible or dated, never when over."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCTERMS

from graph.issues import IssueLog
from graph.projection import Projection, Status
from graph.projector import project
from graph.store import GraphStore, Quad, plain
from loaders.dataset import read_description
from loaders.published import load_files
from loaders.runner import load_all
from ontology.namespaces import DATASET, ID, SW
from queries.pathways.compile import is_current
from queries.pathways.limits import ContradictoryLimitsError
from queries.pathways.request import PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService

TOWN = Path(__file__).parents[1] / "samples/datasets/small-town"
TODAY = date(2026, 11, 22)
HEADER = (
    "PROVIDER_UKPRN,COURSE_ID,COURSE_RUN_ID,LEARN_AIM_REF,COURSE_NAME,FLEXIBLE_STARTDATE,STARTDATE,DURATION_UNIT,"
    "DURATION_VALUE,COST,COURSE_TYPE,SECTOR"
)


def town() -> list[Quad]:
    """The sample of our own tables."""
    return [quad for one in load_all([TOWN], include_illustrative=True, today=TODAY) for quad in one.quads]


def with_courses(folder: Path, rows: Sequence[str], extra: Sequence[Quad] = ()) -> Projection:
    """The town with a course directory beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "LiveCoursesWithRegionsAndVenuesReport.csv").write_text("\n".join([HEADER, *rows, ""]))
    (folder / "dataset.yml").write_text(
        "id: courses\nformat: ncs-courses\nretrieved: 2026-11-02\n"
        "description: made up\npublisher: us\nlicence: CC0-1.0\n"
    )
    description = read_description(folder, IssueLog("courses"))
    assert description is not None
    loaded = load_files(folder, description, folder / "out.nq")
    store = GraphStore.in_memory([*town(), *extra])
    store.load(loaded.path)
    return project(store)


def number_of(projection: Projection, award: str) -> Quad:
    """That an award of the town has a number, as printed with slashes."""
    assert award in projection.awards
    return ID[award], SW.qualificationNumber, Literal("603/2476/0"), DATASET["small-town"]


@pytest.fixture(scope="module")
def alone() -> Projection:
    return project(GraphStore.in_memory(town()))


@pytest.fixture(scope="module")
def award(alone: Projection) -> str:
    return next(step.id for step in alone.steps if step.id in alone.awards)


def test_a_course_is_tied_to_our_award_by_its_number(tmp_path: Path, alone: Projection, award: str) -> None:
    row = "10000001,c1,r1,60324760,Evening course,False,11/01/2027,2,30,250,,"
    found = with_courses(tmp_path, [row], [number_of(alone, award)])
    (offer,) = set(found.offers) - set(alone.offers)
    assert (offer.step, offer.starts, offer.weeks, offer.cost_pounds) == (award, ("2027-01-11",), 30, 250)
    assert offer.source.as_of == "2026-11-02"  # when the directory was fetched
    assert offer.source.status is Status.PUBLISHED
    assert [step.id for step in found.steps] == [step.id for step in alone.steps]


def test_without_the_number_the_course_is_known_and_leads_nowhere(tmp_path: Path, alone: Projection) -> None:
    found = with_courses(tmp_path, ["10000001,c1,r1,60324760,Evening course,False,11/01/2027,2,30,250,,"])
    assert found.offers == alone.offers
    (course,) = set(found.courses) - set(alone.courses)
    assert course.title == "Evening course"
    assert course.requirement is None  # entry that is not known is not known


def test_a_flexible_start_is_any_day_and_a_start_nobody_tells_is_none(
    tmp_path: Path, alone: Projection, award: str
) -> None:
    rows = [
        "10000001,c1,flexible,60324760,Any day,True,14/09/2020,2,30,250,,",
        "10000001,c1,untold,60324760,Any day,False,,2,30,250,,",
        "10000001,c1,over,60324760,Any day,False,14/09/2026,2,30,250,,",
    ]
    found = with_courses(tmp_path, rows, [number_of(alone, award)])
    offers = {one.id: one for one in found.offers if one not in alone.offers}
    assert offers.keys() == {"NCSRUN-flexible", "NCSRUN-over"}
    assert (offers["NCSRUN-flexible"].starts, offers["NCSRUN-flexible"].flexible) == ((), True)
    assert not offers["NCSRUN-over"].flexible
    assert is_current(offers["NCSRUN-flexible"], TODAY)
    assert not is_current(offers["NCSRUN-over"], TODAY)
    assert is_current(offers["NCSRUN-over"], date(2026, 9, 14))
    assert not is_current(offers["NCSRUN-flexible"], TODAY + timedelta(days=800))  # a directory two years old


def leads_to_a_job(kind: str, role: str) -> list[Quad]:
    """A type of provision after which somebody can start work in a role."""
    graph, source = DATASET["small-town"], URIRef("urn:stepway:test")
    quads: list[Quad] = []
    for thing, name in ((ID[kind], SW.ProvisionType), (ID["PR-TEST"], SW.Progression)):
        quads += [(thing, RDF.type, name, graph), (thing, SW.status, SW.published, graph)]
        quads += [(thing, DCTERMS.source, source, graph)]
    return [
        *quads,
        (ID["PR-TEST"], SW.progressionFrom, ID[kind], graph),
        (ID["PR-TEST"], SW.progressionTo, ID[role], graph),
    ]


def test_a_flexible_start_is_told_as_one_and_nobody_is_asked_for_it(
    tmp_path: Path, alone: Projection, award: str
) -> None:
    row = "10000001,c1,flexible,60324760,Any day,True,,2,1,0,,"
    found = with_courses(tmp_path, [row], [number_of(alone, award)])
    service = PathwayService(found, ReleaseRef(1, "x", "2026-11-22"))
    answer = service.answer(PathwayRequest(to=(award,), on=TODAY, provider=("P-SMALL",)))
    (step,) = answer.pathways[0].steps
    assert step.start_note == "on any day, by arrangement with the provider"
    assert "next starts" not in str(answer.one_call)


def test_a_provider_is_the_same_by_its_register_and_by_our_row(tmp_path: Path, alone: Projection, award: str) -> None:
    row = "10000001,c1,flexible,60324760,Any day,True,,2,1,0,,"
    found = with_courses(tmp_path, [row], [number_of(alone, award)])
    service = PathwayService(found, ReleaseRef(1, "x", "2026-11-22"))

    def shown(**limit: Any) -> list[list[str | None]]:
        answer = service.answer(PathwayRequest(to=(award,), on=TODAY, **limit))
        return [[step.provider.id if step.provider else None for step in one.steps] for one in answer.pathways]

    assert shown(provider=("UKPRN-10000001",))[0] == ["P-SMALL"]
    assert shown(provider=("UKPRN-10000001",)) == shown(provider=("P-SMALL",))
    assert shown(provider=("UKPRN-10000002",)) == [], "nobody here has this number"
    assert shown(avoid=("UKPRN-10000001",)) == shown(avoid=("P-SMALL",)) != shown()
    with pytest.raises(ContradictoryLimitsError):
        shown(provider=("P-SMALL",), avoid=("UKPRN-10000001",))


def test_a_bootcamp_counts_where_its_sector_is_one_of_ours(tmp_path: Path, alone: Projection) -> None:
    role = alone.roles["OC-TECH"]
    assert role.sectors == ("engineering", "healthtech")
    rows = [
        "10000001,c1,r1,,Bootcamp,True,,2,12,0,6,Engineering and manufacturing",
        "10000001,c2,r2,,Bootcamp,True,,2,12,0,6,Logistics",
    ]
    found = with_courses(tmp_path, rows, leads_to_a_job("PT-BOOTCAMP", role.id))
    assert {one.id: one.step for one in found.offers if one not in alone.offers} == {"NCSRUN-r1": "PT-BOOTCAMP"}
    assert "NCS-c2" in {course.id for course in found.courses}


def test_terms_are_read_as_they_were_written() -> None:
    said = 'two\nlines, "quotes", a \\ and a\ttab – é'
    store = GraphStore.in_memory([(URIRef("urn:s"), URIRef("urn:p"), Literal(said, lang="en"), URIRef("urn:g"))])
    ((_, value),) = store.rows("SELECT ?s ?o { ?s ?p ?o }")
    assert plain(value) == said
