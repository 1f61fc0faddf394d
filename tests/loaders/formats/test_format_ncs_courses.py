"""The course directory: one made-up file in its exact format, with the dirt that it has, and what is made of it."""

import re
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, Dataset, Graph, URIRef
from rdflib.namespace import SH

from graph.issues import Issue, IssueLog
from loaders.dataset import read_description
from loaders.format import FORMATS, read_format
from loaders.published import LoadedFiles, load_files
from ontology import resources
from ontology.namespaces import PREFIXES, id_of

SAMPLE = FORMATS / "ncs-courses/sample"
NEVER = ("someone@example.org", "01632", "1 Made Up Road")
"""Signs of the columns that tell how to reach a person, and of streets."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedFiles:
    log = IssueLog("ncs-courses-sample")
    description = read_description(SAMPLE, log)
    assert description is not None and not log.issues
    return load_files(SAMPLE, description, tmp_path_factory.mktemp("ncs") / "out.nq")


def said(loaded: LoadedFiles, id: str) -> list[str]:
    """What the graph says of a thing, as `property value` with our prefixes, without its status and place."""
    found = Dataset()
    found.parse(loaded.path, format="nquads")
    lines = set()
    for s, p, o, _ in found.quads((URIRef(f"{PREFIXES['swi']}{id}"), None, None, None)):
        assert isinstance(s, URIRef)
        name = short(str(p))
        if name not in ("sw:status", "sw:atLine"):
            lines.add(f"{name} {short(str(o)) if isinstance(o, URIRef) else str(o)}")
    return sorted(lines)


def short(address: str) -> str:
    """An address with one of our prefixes."""
    for prefix, start in PREFIXES.items():
        if address.startswith(start):
            return f"{prefix}:{address.removeprefix(start)}"
    return address


RUN = "NCSRUN-a0000000-0000-4000-8000-00000000000{}"
COURSE = "NCS-6f1c2a54-0b1d-4a55-9f0e-10c1a2b3c4d{}"


def test_a_run_of_an_hnc_with_its_place_start_length_and_price(loaded: LoadedFiles) -> None:
    assert said(loaded, RUN.format(1)) == [
        "dcterms:modified 2026-11-03",
        "rdf:type sw:Delivery",
        "schema:url https://college.example/hnc",
        "sw:at swi:VENUE-10000001-WS11ZZ-Gateway-Campus",
        "sw:attendanceNote day release or block release",
        "sw:deliveryMode swc:delivery-mode/classroom",
        "sw:durationNote 2 years",
        "sw:durationWeeks 104",
        "sw:flexibleStart false",
        "sw:learnerCost 2500",
        "sw:nationalDelivery false",
        f"sw:runOf swi:{COURSE.format(1)}",
        "sw:startDate 2027-01-11",
        "sw:studyMode swc:study-mode/part-time",
    ]


def test_its_course_is_named_by_the_first_run_and_leads_to_its_award(loaded: LoadedFiles) -> None:
    assert said(loaded, COURSE.format(1)) == [
        "dcterms:description For people who work in a hospital laboratory & want to move on.",
        "rdf:type sw:LearningOpportunity",
        "skos:prefLabel HNC Healthcare Science",
        "sw:assessmentNote Assignments",
        "sw:entryNote A level 3 award in a science,\nor experience",
        "sw:leadsToAward swi:QAN-60324760",
        "sw:offeredBy swi:UKPRN-10000001",
        "sw:unitsSoldSeparately swc:three-valued/unknown",
    ]


def test_a_bootcamp_has_no_learning_aim_and_says_its_level_itself(loaded: LoadedFiles) -> None:
    assert said(loaded, COURSE.format(2)) == [
        "rdf:type sw:LearningOpportunity",
        "skos:prefLabel Skills Bootcamp in Data",
        "sw:awardingBody Made Up Awards",
        "sw:courseKind swc:course-kind/bootcamp",
        "sw:courseSector Digital",
        "sw:level swc:rqf-level/3",
        "sw:offeredBy swi:UKPRN-10000002",
        "sw:provisionType swi:PT-BOOTCAMP",
        "sw:unitsSoldSeparately swc:three-valued/unknown",
    ]
    run = said(loaded, RUN.format(3))
    assert "sw:flexibleStart true" in run and "sw:durationWeeks 12" in run and "sw:learnerCost 0" in run
    assert not [line for line in run if line.startswith(("sw:startDate", "sw:at "))]


def test_hours_are_no_weeks_and_an_aim_that_is_no_qualification_stays_an_aim(loaded: LoadedFiles) -> None:
    run = said(loaded, RUN.format(4))
    assert "sw:durationNote 30 hours" in run and not [one for one in run if one.startswith("sw:durationWeeks")]
    assert [one for one in run if one.startswith("sw:deliveredInRegion")] == [
        "sw:deliveredInRegion swi:NCSREGION-E08000025",
        "sw:deliveredInRegion swi:NCSREGION-E08000030",
    ]
    assert "sw:leadsToAward swi:AIM-Z0007834" in said(loaded, COURSE.format(3))
    assert "skos:prefLabel Walsall" in said(loaded, "NCSREGION-E08000030")


def test_a_venue_is_one_thing_however_its_postcode_is_written(loaded: LoadedFiles) -> None:
    assert said(loaded, "VENUE-10000001-WS11ZZ-Gateway-Campus") == [
        "org:siteOf swi:UKPRN-10000001",
        "rdf:type sw:Site",
        "schema:addressLocality Walsall",
        "schema:containedInPlace swi:OUTCODE-WS1",
        "schema:latitude 52.5862",
        "schema:longitude -1.9829",
        "schema:postalCode WS1 1ZZ",
        "skos:prefLabel Gateway Campus",
    ]
    assert "sw:at swi:VENUE-10000001-WS11ZZ-Gateway-Campus" in said(loaded, RUN.format(5))


def test_a_provider_that_stands_there_twice_is_one(loaded: LoadedFiles) -> None:
    assert said(loaded, "UKPRN-10000001") == [
        "rdf:type sw:Provider",
        "schema:alternateName Gateway College",
        "skos:prefLabel WALSALL MADE-UP COLLEGE",
        "sw:ukprn 10000001",
    ]
    assert "skos:prefLabel Bootcamps & More Ltd" in said(loaded, "UKPRN-10000002")


def told(issue: Issue) -> tuple[str, str | None, int | None, str]:
    """An issue without its words."""
    return issue.code, issue.column, issue.line, str(issue.severity)


def test_dirt_is_told_with_its_place_and_stops_nothing(loaded: LoadedFiles) -> None:
    courses = [told(one) for one in loaded.issues if one.file and "Regions" in one.file]
    assert ("told-otherwise", "COURSE_NAME", 4, "warning") in courses
    assert ("bad-cell", "STARTDATE", 7, "warning") in courses  # 31 February
    assert ("bad-cell", "COST", 8, "warning") in courses  # "free" is a word
    assert ("unknown-code", "DELIVER_MODE|DELIVERY_MODE", 9, "warning") in courses
    assert ("bad-cell", "PROVIDER_UKPRN", 9, "warning") in courses  # begins with 2
    assert not [one for one in loaded.issues if one.severity == "error"]
    (read,) = [one for name, one in loaded.counts.items() if "Venues" in name]
    assert (read.read, read.mapped, read.refused) == (6, 6, 0)


def test_nobody_s_name_number_or_mail_is_in_the_graph(loaded: LoadedFiles) -> None:
    text = loaded.path.read_text(encoding="utf-8")
    assert not [sign for sign in NEVER if sign in text]
    private = {name for file in read_format("ncs-courses").files for name in file.private}
    assert private == {"LOCATION_EMAIL", "LOCATION_TELEPHONE", "CONTACT_*"}


def test_the_sample_has_the_columns_of_the_published_files() -> None:
    (courses,) = SAMPLE.glob("*Venues*.csv")
    header = courses.read_text(encoding="utf-8-sig").partition("\n")[0].split(",")
    assert len(header) == 36 and header[6] == "DELIVER_MODE" and header[-1] == "AWARDING_BODY"


def test_the_graph_has_the_shapes_of_our_things(loaded: LoadedFiles) -> None:
    """Beside what a row of our own tables must say: a source of its own, a kind of course, a kind of provider."""
    whole = Dataset()
    whole.parse(loaded.path, format="nquads")
    data, shapes = Graph(), Graph()
    for s, p, o, _ in whole.quads((None, None, None, None)):
        data.add((s, p, o))
    for path in resources.paths("shapes/*.ttl"):
        if path.stem != "publishable":
            shapes.parse(path)
    _, report, _ = validate(data, shacl_graph=shapes)
    assert isinstance(report, Graph)
    of_tables = re.compile("#(source|courseKind|providerType)$|/source$")
    found = {
        f"{id_of(str(report.value(node, SH.focusNode)))} {report.value(node, SH.resultPath)}"
        for node in report.subjects(RDF.type, SH.ValidationResult)
        if not of_tables.search(str(report.value(node, SH.resultPath)))
    }
    assert found == {f"{COURSE.format(5)} {PREFIXES['sw']}offeredBy"}  # whose UKPRN is none


def test_a_file_cut_in_the_middle_and_a_lost_column_are_errors(tmp_path: Path) -> None:
    (courses,) = SAMPLE.glob("*Venues*.csv")
    text = courses.read_text(encoding="utf-8-sig")
    found = {}
    for name, content in (
        ("cut", text[: text.index("or experience") + 4]),
        ("lost", text.replace("COURSE_ID", "CID", 1)),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / courses.name).write_text(content, encoding="utf-8")
        (folder / "dataset.yml").write_text((SAMPLE / "dataset.yml").read_text().partition("counts:")[0])
        description = read_description(folder, IssueLog(name))
        assert description is not None
        loaded = load_files(folder, description, tmp_path / f"{name}.nq")
        found[name] = {one.code for one in loaded.issues if one.severity == "error"}
    assert "file-cut" in found["cut"]
    assert "missing-column" in found["lost"]
