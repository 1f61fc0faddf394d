"""Pathway answers as RDF: what JSON says and nothing of a person; CTDL from which our loader reads the same rules."""

import io
import json
import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, SKOS, BNode, Graph, Literal, URIRef

from api.pathway_ctdl import CTDL, Facts, ctdl_document, ctdl_graph
from api.pathway_faces import FORMATS, PROFILES
from api.pathway_rdf import address_of, pathway_graph, serialised
from api.questions import address_of as question_address
from api.questions import in_link
from api.schemas.pathways import PathwayReply
from graph.issues import IssueLog
from graph.requirements import NOTHING, parse, sentence
from loaders.credentials.ctdl import load
from ontology import resources
from ontology.namespaces import ID, SW, concept, id_of, thing
from queries.pathways.engine.problem import Outcome
from queries.pathways.request import PathwayRequest
from tests.questions.world import TODAY, whole

HOME: Final = (
    PathwayRequest(holds=("PT-BOOTCAMP",), to_level=4, on=TODAY),
    PathwayRequest(holds=("Q-TL-HCS",), to=("OC-HCSP",), attributes=(("age", "18"),), on=TODAY),
    PathwayRequest(holds=("Q-HNC-COMP22:60", "level:3"), to=("Q-HND-COMP22",), on=TODAY),
    PathwayRequest(holds=("OC-HCSW",), to=("OC-CLINSCI",), hours_per_week=20, on=TODAY),
    PathwayRequest(to=("OC-MTTECH",), attendance=("evening",), hours_per_week=10, on=TODAY),
    PathwayRequest(to=("OC-DENTLAB",), on=TODAY),
    PathwayRequest(holds=("level:2",), to=("OC-HCSASSOC", "OC-MAMMO"), published_only=True, on=TODAY),
    PathwayRequest(holds=("OC-HCSA",), to=("OC-HCSA",), on=TODAY),
)
"""Questions to the home region: found, none within limits, none at all, held already."""

ROLES: Final = tuple(sorted(whole().projection.roles))
STARTS: Final = (
    *("level:2", "level:3", "level:4", "Q-MEDTECH-HNC", "Q-TL-HCS", "Q-HNC-DT:60", "PT-BOOTCAMP", "OC-HCSW", "OC-HCSA"),
)
VOCABULARY: Final = Graph()
for path in resources.paths("vocabulary/*.ttl"):
    VOCABULARY.parse(path)


@cache
def reply(request: PathwayRequest) -> PathwayReply:
    answer = whole().service.answer(request)
    left_out = tuple(name for name, _ in request.attributes if not in_link(name))
    return PathwayReply.of(answer, (), question_address(request, 1), left_out, ())


def facts() -> Facts:
    labels = whole().projection.labels

    def rule_of(key: str) -> str:
        step = whole().service.step_named(key)
        assert step is not None
        return step.requirement

    return Facts(rule_of, lambda id: labels.get(id, id))


def read_back(text: str, media_type: str) -> Graph:
    formats = {"text/turtle": "turtle", "application/n-triples": "nt", "application/ld+json": "json-ld"}
    return Graph().parse(data=text, format=formats[media_type])


def steps_in(graph: Graph) -> list[list[dict[str, Any]]]:
    """The steps of each pathway, in their order, as RDF says them."""

    def value(node: Any, name: str) -> Any:
        found = graph.value(node, SW[name])
        return None if found is None else found.toPython() if isinstance(found, Literal) else id_of(str(found))

    def several(node: Any, name: str) -> list[str]:
        return sorted(id_of(str(one)) for one in graph.objects(node, SW[name]))

    def amount(node: Any, name: str) -> Any:
        found = graph.value(node, SW[name])
        if found is None:
            return None
        return value(found, "amount"), str(graph.value(found, SW.status)).rpartition("#")[2], value(found, "atLeast")

    def needs(node: Any) -> list[Any]:
        found = []
        for need in graph.objects(node, SW.hasNeed):
            met = sorted(str(graph.value(one, SW.stepOf)) for one in graph.objects(need, SW.metByStep))
            sure = str(graph.value(need, SW.status)).rpartition("#")[2]
            found.append((value(need, "needRule"), value(need, "verdict"), sure, several(need, "metBy"), met))
        return sorted(found)

    def stop(node: Any) -> Any:
        at = graph.value(node, SW.afterwards)
        credits = sorted(
            (
                *(value(one, name) for name in ("creditsOf", "amount", "wholeAward")),
                tuple(several(one, "takesIn")),
                str(graph.value(one, SW.status)).rpartition("#")[2],
            )
            for one in graph.objects(at, SW.creditsHeld)
        )
        plain = [value(at, name) for name in ("afterWeeks", "spentPounds", "stepsOfUnknownCost", "backOn")]
        return [several(at, "stopHolds"), several(at, "opensRole"), credits, *plain]

    (root,) = graph.subjects(RDF.type, SW.PathwayAnswer)
    found = []
    for pathway in sorted(graph.objects(root, SW.pathway), key=lambda one: value(one, "order")):
        steps = sorted(graph.objects(pathway, SW.step), key=lambda one: value(one, "order"))
        found.append(
            [
                {
                    "number": value(one, "order"),
                    "id": value(one, "stepOf"),
                    "kind": value(one, "stepKind"),
                    "title": str(graph.value(one, SKOS.prefLabel)),
                    "about": several(one, "about"),
                    "provider": value(one, "takenWith"),
                    "place": value(one, "place"),
                    "weeks": (value(one, "startsInWeek"), value(one, "endsInWeek")),
                    "length": amount(one, "stepLength"),
                    "cost": amount(one, "stepCost"),
                    "hours": value(one, "weeklyHours"),
                    "employer": value(one, "needsEmployer"),
                    "adds": several(one, "adds"),
                    "status": str(graph.value(one, SW.status)).rpartition("#")[2],
                    "likely": value(one, "likely"),
                    "needs": needs(one),
                    "stop": stop(one),
                }
                for one in steps
            ]
        )
    return found


def steps_of(answer: PathwayReply) -> list[list[dict[str, Any]]]:
    """The same as JSON says it."""

    def amount(one: Any) -> Any:
        return None if one is None else (one.value, str(one.status), one.at_least)

    def ids(things: Any) -> list[str]:
        return sorted({one.id for one in things})

    found = []
    for pathway in answer.pathways:
        by_number = {f"step {step.number}": step.id for step in pathway.steps}
        said = []
        for step in pathway.steps:
            stop = step.afterwards
            credits = [
                (c.award.id, c.credits, c.whole, tuple(ids(c.taken_by)), str(c.status)) for c in stop.credits_held
            ]
            spent = [stop.after_weeks, stop.spent_pounds, stop.steps_of_unknown_cost]
            next_step = stop.back_on.step.id if stop.back_on else None
            needs = [
                (
                    need.rule,
                    str(need.verdict),
                    str(step.needs_status),
                    sorted(set(need.satisfied_by)),
                    sorted(
                        {by_number[t.partition(":")[0]] for t in need.satisfied_by if t.partition(":")[0] in by_number}
                    ),
                )
                for need in step.needs
            ]
            said.append(
                {
                    "number": step.number,
                    "id": step.id,
                    "kind": str(step.kind),
                    "title": step.title,
                    "about": ids(step.about),
                    "provider": step.provider.id if step.provider else None,
                    "place": step.place,
                    "weeks": (step.starts_in_weeks, step.ends_in_weeks),
                    "length": amount(step.weeks),
                    "cost": amount(step.cost),
                    "hours": step.hours_per_week,
                    "employer": step.needs_employer,
                    "adds": sorted(set(step.adds)),
                    "status": str(step.status),
                    "likely": str(step.eligibility.likely),
                    "needs": sorted(needs),
                    "stop": [ids(stop.awards), ids(stop.roles_open), sorted(credits), *spent, next_step],
                }
            )
        found.append(said)
    return found


def check_rdf(answer: PathwayReply) -> None:
    graph = pathway_graph(answer)
    for one in FORMATS["stepway"][1:]:
        again = read_back(serialised(graph, one.media_type), one.media_type)
        assert set(again) == set(graph), one.name
        assert not any(isinstance(term, BNode) for triple in again for term in triple)
    assert steps_in(graph) == steps_of(answer)
    (root,) = graph.subjects(RDF.type, SW.PathwayAnswer)
    assert root == address_of(answer)
    ours = {term for triple in graph for term in triple if isinstance(term, URIRef) and term.startswith(SW)}
    assert {term for term in ours if (term, RDF.type, None) not in VOCABULARY} == set()
    assert str(graph.value(root, SW.outcome)) == answer.outcome
    assert {str(one) for one in graph.objects(root, SW.goal)} == {str(thing(one.id)) for one in answer.question.to}
    for pathway, node in zip(answer.pathways, sorted(graph.objects(root, SW.pathway), key=str), strict=True):
        said = {
            name: graph.value(node, SW[name]) for name in ("totalWeeks", "knownWeeks", "proven", "bound", "totalCost")
        }
        plain = {name: None if one is None else one.toPython() for name, one in said.items()}
        totals = pathway.totals
        assert plain == {
            "totalWeeks": None if totals.steps_of_unknown_length else totals.weeks,
            "knownWeeks": totals.weeks if totals.steps_of_unknown_length else None,
            "proven": pathway.proven,
            "bound": pathway.bound,
            "totalCost": totals.cost_pounds,
        }
    codes = sorted(str(graph.value(one, SW.reasonCode)) for one in graph.objects(root, SW.reason))
    assert codes == sorted(one.code for one in answer.reasons)
    fixes = {frozenset(map(str, graph.objects(one, SW.withoutLimit))) for one in graph.objects(root, SW.fix)}
    assert fixes == {frozenset(limit.name for limit in one.limits) for one in answer.lifting}


def rules_read(text: str, name: str) -> tuple[dict[str, set[str]], dict[str, str]]:
    """What our loader of CTDL reads: the rules of each thing's conditions, and where pathways lead."""
    out = io.StringIO()
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_text(text, encoding="utf-8")
        load(Path(folder), "read", out, IssueLog("read"))
    graph = Graph().parse(
        data="\n".join(line.rpartition(" <")[0] + " ." for line in out.getvalue().splitlines()), format="nt"
    )
    rules: dict[str, set[str]] = {}
    for node, of in graph.subject_objects(SW.conditionOf):
        root = graph.value(node, SW.publishedRequirement)
        rules.setdefault(id_of(str(of)), set()).add(str(graph.value(root, SW.requirementText)))
    ends = {id_of(str(one)): id_of(str(end)) for one, end in graph.subject_objects(SW.pathwayDestination)}
    return rules, ends


def check_ctdl(answer: PathwayReply) -> None:
    document, graph = ctdl_document(answer, facts()), ctdl_graph(answer, facts())
    assert not any(isinstance(term, BNode) for triple in graph for term in triple)
    expected: dict[str, set[str]] = {}
    for pathway in answer.pathways:
        for step in pathway.steps:
            rule = parse(facts().rule_of(step.id))
            if rule != NOTHING:
                expected.setdefault(step.about[0].id, set()).add(facts().rule_of(step.id))
    for text, name in (
        (json.dumps(document), "a.jsonld"),
        (serialised(graph, "text/turtle"), "a.ttl"),
    ):
        rules, ends = rules_read(text, name)
        assert rules == expected, name
        for id, some in rules.items():
            sentences = {sentence(parse(one)) for one in some}
            assert sentences == {sentence(parse(one)) for one in expected[id]}
        goals = {
            f"{id_of(str(address_of(answer)))}.{n}": one.goal.id
            for n, one in enumerate(answer.pathways, 1)
            if one.steps
        }
        assert ends == goals, name


@pytest.mark.parametrize("request_", HOME, ids=lambda one: "-".join([*one.to, str(one.to_level or "")]))
def test_rdf_says_what_json_says(request_: PathwayRequest) -> None:
    check_rdf(reply(request_))


@pytest.mark.parametrize("request_", HOME, ids=lambda one: "-".join([*one.to, str(one.to_level or "")]))
def test_our_loader_reads_the_rules_out_of_our_ctdl(request_: PathwayRequest) -> None:
    check_ctdl(reply(request_))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(STARTS), max_size=2, unique=True),
    st.sampled_from(ROLES),
    st.sampled_from([(), ("evening",)]),
    st.sampled_from([8, 40]),
)
def test_any_question_to_the_region(holds: list[str], to: str, attendance: tuple[str, ...], hours: int) -> None:
    request = PathwayRequest(tuple(holds), (to,), attendance=attendance, hours_per_week=hours, alternatives=2, on=TODAY)
    check_rdf(reply(request))
    check_ctdl(reply(request))


@pytest.mark.shared_data
@pytest.mark.skipif("STEPWAY_SHARED" not in os.environ, reason="needs the public files")
def test_ctdl_is_used_as_its_schema_says() -> None:
    path = Path(os.environ["STEPWAY_SHARED"]) / "data/ontologies/ctdl/ctdl_schema.json"
    schema = {one["@id"]: one for one in json.loads(path.read_text(encoding="utf-8"))["@graph"]}
    found = 0
    for request in HOME:
        for node in ctdl_document(reply(request), facts())["@graph"]:
            if "ceterms:" not in str(node.get("@type")):  # an answer without a pathway, in our words
                continue
            assert node["@type"] in schema
            for name in set(node) - {"@id", "@type"}:
                domain = schema[name].get("schema:domainIncludes")  # some have none in the published schema
                assert domain is None or node["@type"] in domain, (name, node["@type"])
                found += 1
    assert found > 100


def test_the_home_questions_end_in_every_way() -> None:
    found = {reply(one).outcome for one in HOME}
    assert {Outcome.FOUND, Outcome.NONE_WITHIN_LIMITS, Outcome.PROVED_NONE} <= found
    assert any(not pathway.steps for one in HOME for pathway in reply(one).pathways)


def test_the_address_depends_on_release_question_and_answer_alone() -> None:
    addresses = [address_of(reply(one)) for one in HOME]
    assert len(set(addresses)) == len(HOME)
    again = PathwayReply.of(whole().service.answer(HOME[0]), (), question_address(HOME[0], 1), (), ())
    assert address_of(again) == addresses[0]
    elsewhere = PathwayReply.of(whole().service.answer(HOME[0]), (), question_address(HOME[0], 2), (), ())
    assert address_of(elsewhere) != addresses[0]
    behind = PathwayReply.of(whole().service.answer(HOME[0]), (), "/stepway" + question_address(HOME[0], 1), (), ())
    assert address_of(behind) == addresses[0], "where the service is mounted is no part of it"


PRIVATE: Final = (
    *(
        ("care-leaver", "yes"),
        ("ehc-plan", "yes"),
        ("pay", "17321"),
        ("postcode-district", "DY1"),
        ("right-to-work", "no"),
    ),
    *(("named-group", "yes"), ("prison-experience", "yes"), ("referral", "jobcentre"), ("uk-residence-years", "2")),
)


@pytest.mark.parametrize("holds", [("PT-BOOTCAMP",), ("level:3",), ()])
@pytest.mark.parametrize("to", ["OC-MTTECH", "OC-HCSW", "OC-HCSASSOC"])
def test_nothing_personal_is_said(holds: tuple[str, ...], to: str) -> None:
    request = PathwayRequest(holds, (to,), attributes=(*PRIVATE, ("age", "24")), on=TODAY)
    answer = reply(request)
    graph = pathway_graph(answer)
    text = "".join(serialised(graph, one.media_type) for one in FORMATS["stepway"][1:])
    text += json.dumps(ctdl_document(answer, facts())) if not answer.pathways else ""
    (root,) = graph.subjects(RDF.type, SW.PathwayAnswer)
    assert graph.value(root, SW.questionComplete) == Literal(False)
    words = [
        *("care-leaver", "care leaver", "17321", "17,321", "DY1", "right to work", "right_to_work", "right-to-work"),
        *("ehc", "prison", "jobcentre", "named-group", "resident in the United Kingdom", "referral"),
    ]
    assert [word for word in words if word in text] == []
    for name in ("likely", "stepCost", "totalCost", "knownCost", "surelyOpen", "spentPounds"):
        assert not list(graph.subject_objects(SW[name])), name
    assert "age%3A24" in str(graph.value(root, SW.questionAddress)), "coded, and tells of nobody"


# Over HTTP and in the console


ASKED: Final = {"from": "Q-BASE", "to": "OC-TECH", "on": "2026-11-21"}


def varies(got: Any) -> set[str]:
    return {name.strip() for name in got.headers["vary"].split(",")}


@pytest.mark.parametrize("vocabulary", PROFILES)
@pytest.mark.parametrize("one", FORMATS["ctdl"], ids=lambda one: one.name)
def test_faces_by_accept_and_by_format(client: TestClient, vocabulary: str, one: Any) -> None:
    wanted = {"accept": one.media_type, "accept-profile": f"<{PROFILES[vocabulary]}>"}
    by_accept = client.get("/pathways", params=ASKED, headers=wanted)
    by_format = client.get("/pathways", params=ASKED | {"format": one.name, "profile": vocabulary})
    posted = client.post(
        "/pathways",
        params={"format": one.name, "profile": vocabulary},
        json={**ASKED, "from": ["Q-BASE"], "to": ["OC-TECH"]},
    )
    for got in (by_accept, by_format, posted):
        assert got.status_code == 200, got.text
        assert got.headers["content-type"].partition(";")[0] == one.media_type
        assert varies(got) >= {"Accept", "Accept-Profile"}
        assert f'<{PROFILES[vocabulary]}>; rel="profile"' in got.headers["link"]
        assert set(read_back(got.text, one.media_type)) == set(read_back(by_accept.text, one.media_type))
    unchanged = client.get("/pathways", params=ASKED, headers=wanted | {"if-none-match": by_accept.headers["etag"]})
    assert unchanged.status_code == 304
    assert varies(unchanged) >= {"Accept", "Accept-Profile"}
    class_ = SW.PathwayAnswer if vocabulary == "stepway" else URIRef(f"{CTDL}Pathway")
    assert list(read_back(by_accept.text, one.media_type).subjects(RDF.type, class_))


def test_each_face_has_a_tag_of_its_own_and_links_to_the_others(client: TestClient) -> None:
    plain = client.get("/pathways", params=ASKED)
    assert plain.headers["content-type"] == "application/json"
    links = [part for part in plain.headers["link"].split(", <") if 'rel="alternate"' in part]
    assert len(links) == 6
    tags = {plain.headers["etag"]}
    for link in links:
        got = client.get(link.partition(">")[0].removeprefix("<"))
        assert got.status_code == 200
        assert f'type="{got.headers["content-type"].partition(";")[0]}"' in link
        tags.add(got.headers["etag"])
    assert len(tags) == 7


@pytest.mark.parametrize(
    ("accept", "got"),
    [
        ("*/*", "application/json"),
        ("text/turtle;q=0.4, application/json;q=0.3", "text/turtle"),
        ("text/turtle;q=0.4, application/*;q=0.5", "application/json"),
        ("application/n-triples, text/html;q=0.9", "application/n-triples"),
    ],
)
def test_qualities_decide(client: TestClient, accept: str, got: str) -> None:
    found = client.get("/pathways", params=ASKED, headers={"accept": accept})
    assert found.headers["content-type"].partition(";")[0] == got


def test_what_nobody_can_have_is_refused(client: TestClient) -> None:
    assert client.get("/pathways", params=ASKED, headers={"accept": "image/png"}).status_code == 406
    assert client.get("/pathways", params=ASKED | {"format": "json", "profile": "ctdl"}).status_code == 406
    assert client.get("/pathways", params=ASKED | {"format": "rdfxml"}).status_code == 422
    assert client.get("/pathways", params=ASKED | {"profile": "elm"}).status_code == 422
    unknown = client.get("/pathways", params=ASKED, headers={"accept-profile": "<https://example.org/other>"})
    assert unknown.status_code == 200, "who wants what we do not have gets the usual one, and sees it"


def test_no_pathway_is_rdf_too(client: TestClient) -> None:
    for vocabulary in PROFILES:
        asked = {"to": "OC-TECH", "on": "2026-11-21", "within_weeks": 0, "format": "turtle", "profile": vocabulary}
        graph = read_back(client.get("/pathways", params=asked).text, "text/turtle")
        (root,) = graph.subjects(RDF.type, SW.PathwayAnswer)
        assert str(graph.value(root, SW.outcome)) in (Outcome.NONE_WITHIN_LIMITS, Outcome.PROVED_NONE)
        assert list(graph.objects(root, SW.reason))
        assert not list(graph.objects(root, SW.pathway))


def test_a_level_is_a_concept(client: TestClient) -> None:
    graph = read_back(client.get("/pathways", params={"to_level": 4, "format": "turtle"}).text, "text/turtle")
    (root,) = graph.subjects(RDF.type, SW.PathwayAnswer)
    assert graph.value(root, SW.atLevel) == concept("rqf-level", "4")
    assert str(root).startswith(f"{ID}PA-")


@pytest.mark.parametrize("vocabulary", PROFILES)
@pytest.mark.parametrize("one", FORMATS["ctdl"], ids=lambda one: one.name)
def test_the_console_says_the_same(run: Any, client: TestClient, vocabulary: str, one: Any) -> None:
    words = ("pathway", "--from", "Q-BASE", "--to", "OC-TECH", "--on", "2026-11-21")
    printed = run(*words, "--format", one.name, "--vocabulary", vocabulary).stdout
    served = client.get("/pathways", params=ASKED | {"format": one.name, "profile": vocabulary}).text
    assert set(read_back(printed, one.media_type)) == set(read_back(served, one.media_type))


def test_the_console_refuses_what_it_cannot_write(run: Any) -> None:
    words = ("pathway", "--from", "Q-BASE", "--to", "OC-TECH")
    assert "There is no vocabulary elm." in run(*words, "--vocabulary", "elm", ends=2).stderr
    assert "--format" in run(*words, "--vocabulary", "ctdl", ends=2).stderr
    assert "stepway is not written as rdfxml." in run(*words, "--format", "rdfxml", ends=2).stderr
    as_json = run(*words, "--on", "2026-11-21", "--format", "json").stdout
    assert as_json == run(*words, "--on", "2026-11-21", "--json").stdout
