"""What people write, and what they are told: where it is, what is wrong with it, and what to write instead."""

import pytest
from fastapi.testclient import TestClient

from api.sparql.failures import QueryRefusedError, QuerySyntaxError, QueryTimeoutError, QueryTooLargeError
from api.sparql.limits import QueryLimits
from api.sparql.problems import of_query

PREFIXES = "PREFIX sw: <https://w3id.org/stepway/ns#>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"

MISTAKES = [
    ("SELECT ?a, ?b { ?a sw:level ?b }", 10, "No comma", "with spaces"),
    ("SELECT ?a { ?a sw:level ?b ?a sw:sector ?c }", 28, "over before “?a”", "“.” between patterns"),
    ("SELECT ?a { ?a sw:level ?b . FILTER ?b > 3 }", 37, "after FILTER", "FILTER( … )"),
    ("SELECT ?a { ?a sw:level ?b . ?b > 3 }", 33, "“>” compares", "around the comparison"),
    ("SELECT ?a { ?a a sw:Role && ?b }", 26, "“&&” compares", "FILTER"),
    ("SELEC ?a { ?a sw:level ?b }", 1, "“SELEC”", "Did you mean SELECT?"),
    ("SELECT DISTICT ?a { ?a sw:level ?b }", 8, "“DISTICT”", "Did you mean DISTINCT?"),
    ("SELECT ?a FORM <g:g> { ?a sw:level ?b }", 11, "“FORM”", "Did you mean FROM?"),
    ("SELECT ?a { ?a sw:level ?b } LIMT 10", 30, "“LIMT”", "Did you mean LIMIT?"),
    ("SELECT ?a { ?a sw:level ?b } LIMIT10", 30, "“LIMIT10”", "LIMIT 10"),
    ("SELECT ?a { ?a sw:level ?b } LIMIT ten", 36, "“ten”", "LIMIT 10"),
    ("SELECT ?a { ?a sw:level ?b } LIMIT -1", 36, "whole number", "LIMIT 10"),
    ("SELECT ?a { ?a sw:level ?b", 11, "never closed", "“}”"),
    ("SELECT ?a  ?a sw:level ?b }", 27, "closes nothing", "open it before"),
    ("SELECT ?a { FILTER(1 = 1)) }", 26, "closes nothing", "Take it away"),
    ("SELECT ?a { ?a sw:level ?b FILTER(?b > 3 }", 42, "“(” of line 3, column 34", "“)” before it"),
    (
        "SELECT ?a { ?a rdfs:label ?b }",
        16,
        "“rdfs:” is not declared",
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>",
    ),
    ("SELECT ?a { ?a skoss:prefLabel ?b }", 16, "“skoss:”", "Did you mean skos:?"),
    ("SELECT ?a { ?a foaf:name ?b }", 16, "“foaf:”", "PREFIX foaf: <…>"),
    ("SELECT ?a { ?a skos:prefLabel “Nurse” }", 31, "left double quotation mark", "straight quote"),
    ('SELECT ?a { ?a skos:prefLabel "Nurse }', 31, "never closed", "three quotes"),
    ('SELECT ?a { ?a skos:prefLabel "a\\d" }', 33, "no escape", "“\\\\d”"),
    ('SELECT ?a { ?a skos:prefLabel "x"@ en }', 34, "“@”", "right after a string"),
    ('SELECT ?a { ?a sw:level "4"^sw:int }', 28, "two of “^”", "“^^”"),
    ("SELECT ?a { ?a a <http://x y> }", 18, "begins an address", "without spaces"),
    ("SELECT ?a { ?a a https://w3id.org/stepway/ns#Role }", 18, "“https:”", "between < and >"),
    ("SELECT ?a { ?a sw:level ?b FILTER(?b = 3 AND ?a = 3) }", 42, "“AND”", "“&&”"),
    ("SELECT ?a { { ?a a sw:Role } OR { ?a a sw:Unit } }", 30, "“OR”", "UNION"),
    ("SELECT ?a { ?a skos:prefLabel ?n FILTER(?n LIKE 'x') }", 44, "“LIKE”", "CONTAINS"),
    ("SELECT TOP 10 ?a { ?a a sw:Role }", 8, "“TOP”", "LIMIT"),
    ("SELECT COUNT(?a) AS ?n { ?a a sw:Role }", 13, "calculated column", "(COUNT(?x) AS ?name)"),
    ("SELECT (COUNT(?a)) { ?a a sw:Role }", 8, "no name", "(COUNT(?x) AS ?name)"),
    ("SELECT (COUNT(?a) AS total) { ?a a sw:Role }", 22, "“total”", "?total"),
    ("SELECT ?a { ?a a sw:Role } ORDER ?a", 34, "followed by BY", "ORDER BY ?a"),
    ("SELECT ?a { ?a a sw:Role } ORDER BY DESC ?a", 42, "after DESC", "DESC( … )"),
    ("SELECT ?a { ?a a sw:Role LIMIT 10 }", 26, "inside the pattern", "} before it"),
    ("SELECT ?a { ?a sw:level ?b } GROUP BY ?a HAVING ?b > 3", 49, "after HAVING", "HAVING( … )"),
    ("SELECT ?my-var { ?my-var a sw:Role }", 12, "“var”", "no hyphen"),
    ("SELECT a { a a sw:Role }", 8, "begins with “?”", "?a"),
    ("SELECT ?a { ?a A sw:Role }", 16, "“A”", "small “a”"),
    ("SELECT ?a { ?a a sw:Role . OPTIONAL ?a sw:level ?l }", 37, "in braces", "OPTIONAL { … }"),
    ("SELECT ?a { VALUES ?a sw:Role }", 23, "rows of VALUES", "VALUES ?a { … }"),
    ("SELECT ?a { GRAPH { ?a a sw:Role } }", 19, "names no graph", "GRAPH ?g"),
    ("SELECT WHERE { ?a a sw:Role }", 8, "names no variables", "SELECT *"),
    ("SELECT ?a WHERE ?a a sw:Role", 22, "no pattern", "between { and }"),
    ("SELECT ?a { ?a a sw:Role FILTER(?a == ?b) }", 37, "“==”", "“=”"),
    ("SELECT ?a { ?a a sw:Role FILTER(?a <> ?b) }", 36, "empty address", "“!=”"),
    ("SELECT ?a { ?a sw:level ?l FILTER(?l<10&&?l>3) }", 37, "one address", "a space after it"),
    ("SELECT ?a { ?a a sw:Role FILTER(CONTAIN(?a,'x')) }", 33, "“CONTAIN”", "CONTAINS"),
    ("SELECT ?a { ?a a sw:Role FILTER(CONTAINS(?a 'x')) }", 45, "side by side", "a comma"),
    ("SELECT ?a { ?a sw:level ?l FILTER(?l IN 1, 2) }", 41, "after IN", "IN( … )"),
    ("SELECT ?a { BIND(3 + 4) }", 23, "gives no name", "AS ?name"),
    ("SELECT ?a { ?a sw:level . }", 16, "too few parts", "subject, property, object"),
    ("SELECT ?a { ?a 'level' ?l }", 16, "where a property belongs", "subject, property, object"),
    ("SELECT ?a { ?a\u00a0a sw:Role }", 15, "no-break space", "ordinary space"),
    ("SELECT ?a ?b { ?a sw:level ?b } GROUP BY ?a", 44, "GROUP BY leaves", "aggregate"),
    (
        "SELECT (DATATYPE(?b) AS ?t) (COUNT(*) AS ?n) { ?a sw:level ?b } GROUP BY (DATATYPE(?b))",
        8,
        "SELECT calculates DATATYPE(?b)",
        "GROUP BY (DATATYPE(?b) AS ?t) and SELECT ?t",
    ),
    (
        "SELECT (STR( ?b ) AS ?t) { ?a sw:level ?b } GROUP BY ?a STR(?b)",
        8,
        "SELECT calculates STR(?b)",
        "GROUP BY (STR(?b) AS ?t) and SELECT ?t",
    ),
    ("SELECT (STR(?b) AS ?t) { ?a sw:level ?b } GROUP BY ?a", 54, "leaves without one value", "(STR(SAMPLE(?x)) AS"),
    ("SELECT * { ?a sw:level ?b } GROUP BY ?a", 40, "does not go with GROUP BY", "Name the variables"),
    ("DESCRIBE", 9, "cannot end here", "a variable"),
    ("hello", 1, "“hello”", "?hello"),
]


@pytest.mark.parametrize(("query", "column", "detail", "hint"), MISTAKES, ids=[one[0] for one in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_its_remedy(
    client: TestClient, query: str, column: int, detail: str, hint: str
) -> None:
    reply = client.post("/sparql", data={"query": PREFIXES + query})
    found = reply.json()
    assert (reply.status_code, found["code"]) == (400, "query-syntax"), found
    assert detail in found["detail"], found
    assert hint in found["hint"], found
    assert (found["line"], found["column"], found["text"]) == (3, column, query)
    assert found["detail"].endswith(".")


@pytest.mark.parametrize(
    ("head", "column", "hint"),
    [
        ("@prefix ex: <http://e/> .", 1, "without “@”"),
        ("PREFIX ex <http://e/>", 8, "PREFIX ex: <…>"),
        ("PREFIX ex: <http://e/> .", 24, "Take the dot away"),
    ],
)
def test_mistakes_of_the_first_lines(client: TestClient, head: str, column: int, hint: str) -> None:
    found = client.post("/sparql", data={"query": f"{head}\nSELECT * {{ ?s a ex:a }}"}).json()
    assert (found["line"], found["column"]) == (1, column)
    assert hint in found["hint"]


def test_a_remedy_that_is_one_piece_of_text_is_given_as_such(client: TestClient) -> None:
    """For a page to put it there at a touch."""

    def suggestion(query: str) -> object:
        return client.post("/sparql", data={"query": query}).json().get("suggestion")

    assert suggestion("SELEC * { ?s ?p ?o }") == "SELECT"
    assert suggestion("SELECT * { ?s xsd:int ?o }") == "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    assert suggestion("SELECT * { ?s xds:int ?o }") == "xsd:"
    assert suggestion("SELECT * { ?s ?p ?o") is None


def test_of_a_long_line_the_part_that_matters_is_shown() -> None:
    limits = QueryLimits()
    text = "SELECT * { VALUES ?x { " + "1 " * 400 + "} ?s ?p WRONG " + "2 " * 400 + "}"
    column = text.index("WRONG") + 1
    problem = of_query(QueryRefusedError("unknown-word", 1, column, "So.", "Do."), text, limits)
    assert problem.members["text"].startswith("…")
    assert "WRONG" in problem.members["text"]
    assert problem.members["text"].endswith("…")
    assert len(problem.members["text"]) < 210


def test_limits_are_told_to_those_who_meet_them() -> None:
    limits = QueryLimits(seconds=3)
    for error, status, code in (
        (QueryTimeoutError(3), 503, "query-timeout"),
        (QueryTooLargeError("rows", 1_000_000, 1_000_001), 503, "query-too-large"),
        (QueryRefusedError("too-deep", 1, 1, "So.", "Do."), 400, "query-refused"),
    ):
        document = of_query(error, "ASK {}", limits).document("/sparql")
        assert (document.status, document.code) == (status, code)
        assert document.limits is not None
        assert document.limits["seconds"] == 3
    syntax = of_query(QuerySyntaxError(1, 5, "This cannot stand here.", ("{", "$", "?")), "ASK {}", limits)
    assert syntax.detail == "“{” cannot stand here."
    assert syntax.hint == "Here could stand: “{”, a variable."
    assert "limits" not in syntax.members
