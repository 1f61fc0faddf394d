"""What reads a stranger's query before any engine does: it refuses what is dangerous, passes SPARQL, and is quick.

The engine's own parser is laxer than the standard about where words end (it reads `trueSERVICEex:a` as three of them),
so most of these are ways to hide SERVICE from whoever reads by the standard.
"""

import string
from collections.abc import Iterator
from re import _constants as constants
from re import _parser as parser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.sparql import guard
from api.sparql.failures import SYNTAX_REASONS, QueryRefusedError
from api.sparql.guard import OPERATORS, check, normal_of, place_of, tokens_of
from api.sparql.limits import QueryLimits

LIMITS = QueryLimits()
EX = "PREFIX ex: <http://example.org/> "


def reason(text: str, limits: QueryLimits = LIMITS) -> str:
    """Why a text is refused; empty when it is not."""
    try:
        check(text, limits)
    except QueryRefusedError as error:
        assert error.detail.endswith("."), error.detail
        return error.reason
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://x> { ?s ?p ?o } }",
        "SELECT*{SERVICE<http://x>{?s ?p ?o}}",
        "select * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { SeRvIcE <http://x> { } }",
        "SELECT * { #\rSERVICE <http://x> { } }",
        "SELECT * { #\nSERVICE <http://x> { } }",
        "SELECT * { ?s ?p '''it's # here''' . SERVICE <http://x> { } }",
        'SELECT * { ?s ?p "a\\"b#" . SERVICE <http://x> { } }',
        "SELECT * { ?s ?p <http://x#y> . SERVICE <http://x> { } }",
        "SELECT * { SERV\\u0049CE <http://x> { } }",
        "SELECT * { \\u0053ERVICE <http://x> { } }",
        "SELECT * { \\U00000053ERVICE <http://x> { } }",
        "SELECT * { FILTER EXISTS { SERVICE <http://x> { } } }",
        "SELECT * { OPTIONAL { { SELECT * { SERVICE <http://x> { } } } } }",
        EX + "SELECT * { ?s ex:it\\'s ?o . SERVICE ex:x { } # '\n}",
        "SELECT * { ?s ?p 1.SERVICE<http://x>{} }",
        "SELECT * { ?s ?p ?o FILTER(1 < 2)SERVICE<http://x>{} }",
    ],
)
def test_service_is_refused_however_it_is_written(text: str) -> None:
    assert reason(text) == "service"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p trueSERVICE <http://x> { } }",
        "SELECT * { SERVICESILENT <http://x> { } }",
        EX + "SELECT * { ?s ?p trueSERVICEex:a { } }",
        EX + "SELECT * { SERVICEex:a { } }",
        "PREFIX SERVICEex: <http://y/> " + EX + "SELECT * { SERVICEex:a { } }",
        "SELECT * { ?s ?p ?o FILTER(?a<?b)SERVICE?x#>)\n{ } }",
        "PREFIX FILTERex: <http://y/> " + EX + "SELECT * { FILTERex:f(?a<?b)SERVICE?x#>)\n{ } }",
        'SELECT * { VALUES ?x { """ a" } SERVICE <http://x> { } } #"""',
        "SELECT * { ?s ?p ?o FILTER(?a<<http://x#>)SERVICE<http://x>{} }",
        'SELECT * { ?s ?p "\\u0022SERVICE <http://x> {} " }  \\u0022 SERVICE <http://x> {}',
    ],
)
def test_service_cannot_be_hidden_between_two_ways_of_reading(text: str) -> None:
    """Each of these has a SERVICE for a parser that reads words without asking where they end."""
    assert reason(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service ?p ?o }",
        'SELECT * { ?s ?p "SERVICE <http://x> { }" }',
        "SELECT * { ?s ?p ?o } # SERVICE <http://x> { }",
        "PREFIX service: <http://x/service#> SELECT * { ?s service:service service:SERVICE }",
        "PREFIX service: <http://x/> SELECT * FROM service:a { GRAPH service:b { ?s ?p ?o } }",
        "SELECT * { ?s <http://example.org/service?x#> ?o }",
        "SELECT * { ?s ?p '''SERVICE\n<http://x> {'''@en-service }",
        "SELECT * { _:service ?p ?o }",
    ],
)
def test_the_word_alone_harms_nobody(text: str) -> None:
    assert reason(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("  # nothing\n", "empty"),
        ("PREFIX ex: <http://x/>", "not-a-query"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "update"),
        (EX + "DELETE WHERE { ?s ex:p ?o }", "update"),
        ("LOAD <http://x>", "load"),
        ("DROP ALL", "update"),
        ("CLEAR SILENT DEFAULT", "update"),
        ("WITH <g:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "update"),
        ("SELECT * { ?s ?p ?o", "unclosed-bracket"),
        ("SELECT * { ?s ?p (1 2 }", "unclosed-bracket"),
        ("SELECT * { ?s ?p ?o } }", "closes-nothing"),
        ("SELECT * { ?s ?p ?o ) }", "closes-nothing"),
        ('SELECT * { ?s ?p "abc }', "unclosed-string"),
        ('SELECT * { ?s ?p """abc" }', "unclosed-string"),
        ("SELECT * { ?s ?p 'a\nb' }", "unclosed-string"),
        ('SELECT * { ?s ?p "a\\d" }', "bad-character"),
        ("SELECT * { ?s ?p “a” }", "bad-character"),
        ("SELECT * { ?s\u00a0?p ?o }", "bad-character"),
        ("SELECT * { ?s ?p <http://x y> }", "bad-character"),
        ("\ufeffSELECT * { ?s ?p ?o }", "unknown-word"),
        ("SELECT * { ?s foaf:name ?o }", "unknown-prefix"),
        ("SELECT * { ?s ?p ?o } LIMT 3", "unknown-word"),
        ("SELECT * { ?s ?p ?o FILTER(?a<?b&&?c>?d) }", "ambiguous"),
        ("SELECT * { ?s ?p ?o FILTER(?a <> ?d) }", "ambiguous"),
    ],
)
def test_what_is_no_query_is_told_so(text: str, why: str) -> None:
    assert reason(text) == why


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(QueryRefusedError) as refused:
        check("SELECT *\r\n{ ?s ?p ?o\n  }\rLIMT 3", LIMITS)
    assert (refused.value.line, refused.value.column) == (4, 1)
    assert refused.value.hint == "Did you mean LIMIT?"
    assert place_of("a\nb", 2) == (2, 1)
    assert guard.line_of("a\r\nb\rc", 3) == "c"
    assert guard.line_of("a", 2) == ""


@pytest.mark.parametrize(
    ("body", "patterns"),
    [
        ("?s ?p ?o", 1),
        ("?s ?p ?o .", 1),
        ("?s ?p ?o ; ?q ?r , ?t . ?a ?b ?c", 4),
        ("?s ?p ?o ; .", 1),
        ("?s a [ ?p ?o ; ?q ?r ]", 3),
        ("[ ?p ?o ] .", 1),
        ("[ ?p ?o ] ?q ?r", 2),
        ("?s ?p (1 2 3)", 7),
        ("(1 2) ?p ?o", 5),
        ("?s <a:a>/<a:b>/^<a:c> ?o", 3),
        ("?s (<a:a>|<a:b>)* ?o", 1),
        ("?s !(<a:a>|^<a:b>) ?o", 1),
        ('?s ?p "1"^^<a:a> , "b"@en , -3 , 1.5e3 , true', 5),
        ("?s ?p ?o FILTER(?o IN (1, 2, 3)) ?a ?b ?c", 2),
        ("?s ?p ?o FILTER regex(?o, 'a') ?a ?b ?c", 2),
        ("?s ?p ?o FILTER <a:f>(?o, ?s) ?a ?b ?c", 2),
        ("FILTER NOT EXISTS { ?s ?p ?o } BIND(?s + ?o AS ?x)", 1),
        ("VALUES (?a ?b) { (1 2) (3 4) (5 UNDEF) }", 1),
        ("VALUES ?a { <a:a> <a:b> } ?s ?p ?a", 2),
        ("GRAPH ?g { ?s ?p ?o } GRAPH <a:g> { ?s ?p ?o }", 2),
        ("{ SELECT ?s (COUNT(?o) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?s HAVING(?n > 1) ORDER BY ?s LIMIT 3 }", 1),
        ("{ ?s ?p ?o } UNION { ?s ?p ?o } OPTIONAL { ?a ?b ?c } MINUS { ?a ?b ?c }", 4),
        ("?s ?p ?o { ?a ?b ?c }", 2),
    ],
)
def test_patterns_are_counted(body: str, patterns: int) -> None:
    found = check(f"SELECT * {{ {body} }}", LIMITS)
    assert found.patterns == patterns
    assert found.slips == ()


def test_what_is_too_much_is_refused() -> None:
    deep = "{" * 101 + "}" * 101
    assert reason(f"ASK {deep}") == "too-deep"
    assert reason(f"ASK {deep[1:-1]}") == ""
    assert reason("ASK { FILTER(" + "(" * 5_000 + "1" + ")" * 5_000 + ") }") == "too-deep"
    assert reason("ASK { " + "?s ?p ?o . " * 201 + "}") == "too-many-patterns"
    assert reason("ASK { " + "?s ?p ?o . " * 200 + "}") == ""
    assert reason("ASK { ?s " + "/".join(["<a:a>"] * 202) + " ?o }") == "too-many-patterns"
    assert reason("ASK { ?s ?p ?o" + ", ?o" * 200 + " }") == "too-many-patterns"
    assert reason("ASK { ?s ?p ?o" + "; ?p ?o" * 200 + " }") == "too-many-patterns"
    assert reason("ASK { ?s ?p (" + "1 " * 100 + ") }") == "too-many-patterns"
    assert reason("ASK { " + "VALUES ?x { 1 } " * 201 + "}") == "too-many-patterns"
    assert reason("ASK { VALUES ?x { " + "1 " * 20_000 + "} }") == ""
    assert reason("ASK { FILTER(?x IN (" + "1, " * 20_000 + "1)) }") == ""
    assert reason("SELECT * {}" + " " * 100_000) == "too-long"
    assert reason("SELECT * { ?s ?p '" + "é" * 49_990 + "' }") == "too-long"


@pytest.mark.parametrize(
    "text",
    [
        "ASK { FILTER(" + "||".join(["true"] * (OPERATORS + 2)) + ") }",
        "ASK { FILTER(1" + "+1" * (OPERATORS + 2) + ") }",
        "ASK { FILTER(" + "!" * (OPERATORS + 2) + "?x) }",
        "ASK { FILTER(" + "- " * (OPERATORS + 2) + "1) }",
        "ASK { ?s " + "|".join(["<a:a>"] * (OPERATORS + 2)) + " ?o }",
        "ASK { {}" + " UNION {}" * (OPERATORS + 2) + " }",
        "ASK { " + "OPTIONAL {} " * (OPERATORS + 2) + " }",
        "ASK { " + "MINUS {} " * (OPERATORS + 2) + " }",
        "ASK { " + "FILTER(1) " * (OPERATORS + 2) + " }",
        "ASK { " + "BIND(1 AS ?x) " * (OPERATORS + 2) + " }",
        "SELECT " + "(1 AS ?x) " * (OPERATORS + 2) + " {}",
        "SELECT * {} ORDER BY " + "(1)" * (OPERATORS + 2),
        "SELECT (1 AS ?x) {} GROUP BY ?s HAVING" + "(1)" * (OPERATORS + 2),
    ],
    ids=lambda text: text[:24],
)
def test_flat_chains_are_bounded_too(text: str) -> None:
    """They end the parser or the planner of an engine as surely as brackets: each joins on to what is before it."""
    assert len(text) < 100_000
    assert reason(text) == "too-many-operators"


def test_what_is_known_of_a_query() -> None:
    text = f"{EX}BASE <http://b/>\nSELECT (NOW() AS ?n) FROM <a> # so\n {{ ?s ex:p 'now()' }}"
    found = check(text, LIMITS)
    assert (found.form, found.volatile, found.own_dataset) == ("select", True, True)
    assert found.prefixes == {"ex": "http://example.org/"}
    assert found.base == "http://b/"
    assert found.normal == (
        "PREFIX ex: <http://example.org/> BASE <http://b/> SELECT ( NOW ( ) AS ?n ) FROM <a> { ?s ex:p 'now()' }"
    )
    assert found.place(found.tokens[3]) == (1, 34)
    quiet = check("ASK { ?now ?rand 'UUID()' }", LIMITS)
    assert (quiet.form, quiet.volatile, quiet.own_dataset) == ("ask", False, False)
    assert check("construct where { ?s ?p ?o }", LIMITS).form == "construct"
    assert check("DESCRIBE <http://x>", LIMITS).form == "describe"


def test_escapes_are_read_where_the_standard_has_them() -> None:
    r"""SPARQL 1.1 has \u anywhere; what is run has the letters, as engines know them in strings and addresses alone."""
    found = check(r"SEL\u0045CT ?\u0061 { ?a <http://x/\u00e9> '\u0022' }", LIMITS)
    assert found.text == r"SELECT ?a { ?a <http://x/\u00e9> '\u0022' }"
    assert reason(r"SELECT * \u007B ?s ?p ?o }") == "bad-character"
    assert reason(r"SELECT * { ?s ?p ?o } \uD800") == "bad-character"
    assert reason(r"SELECT * { ?s ?p ?o } \UFFFFFFFF") == "bad-character"


PIECES = [
    *("SELECT", "ASK", "{", "}", "(", ")", "[", "]", "<<", ">>", "<<(", ")>>", "{|", "|}", "?a", "$b", "ex:c", "_:d"),
    *("<", ">", "<http://x#y>", "'e'", '"f"', '"""g\n"h"""', "'", '"', '"""', "@en", "^^", "1", "-2", "+3.5", ".5e-3"),
    *(".", ";", ",", "FILTER", "OPTIONAL", "UNION", "GRAPH", "VALUES", "a", "true", "NOT", "EXISTS", "BIND", "AS"),
    *("SERVICE", "#i\n", " ", "\n", "\\u0041", "\\", "/", "|", "^", "*", "+", "-", "!", "=", "&&", "||", "ORDER BY"),
    *("PREFIX ex: <http://x/>", "é", "\u00a0"),
]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=string.printable, max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
)


@given(TEXTS)
@example("\ud800")
@example("SELECT * { <<?s ?p ?o>> ?q '\ud800' }")
def test_any_text_is_refused_or_checked(text: str) -> None:
    """Nothing but a refusal is ever raised, and a place that is named is in the text."""
    try:
        found = check(text, LIMITS)
    except QueryRefusedError as error:
        if error.line is not None and error.column is not None:
            assert 1 <= error.column <= len(guard.line_of(guard._unescaped(text), error.line)) + 1
    else:
        assert found.form in ("select", "ask", "construct", "describe")
        assert all(found.text[one.start : one.start + len(one.text)] == one.text for one in found.tokens)


@given(TEXTS)
def test_normal_keeps_every_word(text: str) -> None:
    """The words stay the same, and a normal text is its own normal.

    Texts with a string left open are never run, nor are words that do not begin with a letter.
    """
    tokens = [(one.kind, one.text) for one in tokens_of(text)]
    if not any(kind == "open" or (kind == "word" and not word[:1].isalpha()) for kind, word in tokens):
        normal = normal_of(text)
        assert [(one.kind, one.text) for one in tokens_of(normal)] == tokens
        assert normal_of(normal) == normal


@given(TEXTS, st.sampled_from([" ", "\n", "\t", "# a comment\n", "\r\n  "]))
def test_white_space_and_comments_change_nothing(text: str, space: str) -> None:
    try:
        found = check(text, LIMITS)
    except QueryRefusedError:
        return
    again = check(space.join(one.text for one in found.tokens), LIMITS)
    assert (again.normal, again.form, again.patterns) == (found.normal, found.form, found.patterns)


@given(TEXTS)
def test_nothing_is_left_out(text: str) -> None:
    """Every sign that is not a word or a sign of the grammar is white space or comment."""
    if any(one.kind == "open" for one in tokens_of(text)):
        return
    at = 0
    for one in tokens_of(text):
        between = text[at : one.start]
        assert not between.strip(" \t\r\n") or between.lstrip(" \t\r\n").startswith("#"), between
        at = one.start + len(one.text)


HOSTILE = [
    '"\\"',
    '"""\\"',
    "a.",
    "<a",
    ":a.",
    "_:a...",
    "(",
    "\\u0041",
    "'",
    "1.1.",
    "#\n",
    "@a-",
    "?",
    "a.b:",
    "<<",
    "\\",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_long_texts_of_one_piece_come_to_an_end(piece: str) -> None:
    """Each is 100 kB that would be read again from nearly every sign, if words were looked for with going back."""
    text = piece * (99_900 // len(piece.encode()))
    known = SYNTAX_REASONS | {"too-deep", "empty", "too-many-operators", "too-many-patterns"}
    assert reason(text) in known
    assert reason(f"SELECT * {{ ?s ?p {text}") in known


def test_no_word_is_looked_for_with_going_back() -> None:
    """The time grows with the text alone: a part of the pattern that may be of any length never gives back of it."""

    def lengths(part: Any) -> Iterator[tuple[Any, Any]]:
        for operation, found in part:
            if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT):
                yield found[1], operation
            for inner in found if isinstance(found, tuple | list) else ():
                for one in inner if isinstance(inner, list) else (inner,):
                    if isinstance(one, parser.SubPattern):
                        yield from lengths(one)

    found = list(lengths(parser.parse(guard._TOKEN.pattern, guard._TOKEN.flags)))
    assert [most for most, _ in found if most > 8] == []
    assert list(lengths(parser.parse("(?:a|(b+))*")))  # what it looks for is seen where it is
