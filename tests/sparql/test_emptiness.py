"""What is said of a query before it runs: every slip is found, and nothing that has an answer is called empty."""

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import XSD, Literal, URIRef

from api.sparql.emptiness import MOST, Lookup, Warning, warnings
from api.sparql.guard import check
from api.sparql.limits import QueryLimits
from graph.profile import Profile
from graph.release import Release, Releases
from ontology import resources
from ontology.namespaces import PREFIXES

HEAD = "".join(f"PREFIX {prefix}: <{address}>\n" for prefix, address in PREFIXES.items())
LINES = len(PREFIXES)

Told = Callable[[str], list[Warning]]


@pytest.fixture(scope="module")
def home(home_data: Path) -> Release:
    """The regional release, as it is shipped."""
    return Releases(home_data).get()


@pytest.fixture(scope="module")
def tell(home: Release) -> Told:
    """The warnings of a query whose prefixes are declared."""
    return lambda text: warnings(check(HEAD + text, QueryLimits()), home.profile, Lookup(home.store))


def told(tell: Told, text: str) -> list[tuple[int, int, str, str | None]]:
    return [(one.line - LINES, one.column, one.message, one.suggestion) for one in tell(text)]


# -- one slip each ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "says", "instead"),
    [
        ("SELECT * { ?x a sw:Unti }", (1, 17), "This release has no class sw:Unti", "sw:Unit"),
        ("SELECT * { ?x skos:preflabel ?y }", (1, 15), "This release has no property skos:preflabel", "skos:prefLabel"),
        ("SELECT * { ?x a sw:Unit ; sw:realAward ?y }", (1, 27), "No Unit has sw:realAward (what has it: Qual", None),
        ("SELECT * { ?x sw:realAward ?y . ?y a sw:Site }", (1, 15), "sw:realAward never leads to a Site", None),
        ("SELECT * { ?x a sw:Role, sw:Unit }", (1, 17), "Nothing is a Role and a Unit at once", None),
        ("SELECT * { ?x sw:level/sw:credits ?y }", (1, 15), "Nothing in this release fits all of", None),
        ("SELECT * { ?x skos:prefLabel 'Imaging' }", (1, 30), "skos:prefLabel never has plain", '"Imaging"@en'),
        ("SELECT * { ?x sw:credits '15' }", (1, 26), "sw:credits never has plain text but xsd:integer", "15"),
        ("SELECT * { ?x sw:credits sw:Unit }", (1, 26), "sw:credits never has an address but xsd:integer", None),
        ("SELECT * { ?x sw:level '4' }", (1, 24), "sw:level never has plain text but addresses of things", None),
        ("SELECT * { ?x sw:level ?y FILTER(?y = '4') }", (1, 39), "?y is always an address here", None),
        ("SELECT * { ?x skos:prefLabel ?y FILTER('a' = ?y) }", (1, 40), "?y is text in @en here", '"a"@en'),
        ("SELECT * { ?x sw:credits ?y FILTER(?y > '9' && ?x != ?y) }", (1, 41), "?y is xsd:integer here", None),
        ("SELECT * { swi:OC-NOBODY sw:level ?y }", (1, 12), "swi:OC-NOBODY has no sw:level", None),
        ("SELECT * { ?x skos:prefLabel 'no such thing'@en }", (1, 30), "Nothing has skos:prefLabel", None),
        ("SELECT * { GRAPH <https://w3id.org/stepway/dataset/stepway-ontologie> { ?x ?y ?z } }", (1, 18),
         "This release has no graph", "<https://w3id.org/stepway/dataset/stepway-ontology>"),
        ("SELECT * FROM sw:nothing { ?x ?y ?z }", (1, 15), "This release has no graph sw:nothing", None),
        ("SELECT * { ?x a sw:Unit OPTIONAL { ?x sw:realAward ?y } }", (1, 39), "No Unit has sw:realAward", None),
        ("SELECT * { ?x a sw:Unit { ?x skos:prefLabel ?y } UNION { ?x sw:realAward ?y } }", (1, 61), "No U", None),
        ("ASK { ?x a sw:Unit FILTER NOT EXISTS { ?x sw:realAward ?y } }", (1, 43), "No Unit has sw:realAward", None),
        ("CONSTRUCT { ?x a sw:Nothing } WHERE { ?x a sw:Unit MINUS { [] sw:realAward ?x } }", (1, 63), "sw:", None),
    ],
)  # fmt: skip
def test_a_slip_is_found(tell: Told, text: str, place: tuple[int, int], says: str, instead: str | None) -> None:
    ((line, column, message, suggestion),) = told(tell, text)
    assert (line, column) == place
    assert message.startswith(says), message
    if instead is not None:
        assert suggestion == instead
        assert message.endswith(f"; did you mean {instead}?")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?x a sw:Unit ; skos:prefLabel ?y ; sw:credits 15 }",
        'SELECT * { ?x sw:credits "15"^^xsd:int }',
        "SELECT * { ?x a ?class . ?class rdfs:label ?y }",
        "SELECT * { ?x (sw:level|sw:credits) ?y }",
        "SELECT * { ?x !sw:level ?y }",
        "SELECT * { ?x sw:level* sw:Unit }",
        "SELECT * { VALUES ?x { sw:Unit } ?x ?y ?z FILTER(DATATYPE(?z) = xsd:gDay && ?y = sw:level) }",
        "SELECT * { ?x skos:prefLabel ?y BIND(xsd:integer(?y) AS ?z) FILTER(?y != '4'^^sw:none) }",
        "SELECT * { ?x a sw:Unit { SELECT ?y { ?y a sw:Role . ?x sw:realAward ?z } } }",
        "SELECT * { { ?x a sw:Unit } UNION { ?x a sw:Role } }",
        "SELECT * { ?x sw:level ?y FILTER(?y != '4') }",
        "SELECT * { ?x skos:prefLabel ?y FILTER(?y = 'Radiographer'@en || ?y != 'x') }",
        "SELECT * { ?x ?p (1 2) }",
        "DESCRIBE swi:OC-ADMIN",
        "SELECT (COUNT(?x) AS ?n) { ?x a sw:Unit } GROUP BY ?y HAVING (COUNT(?x) > 3) ORDER BY ?n LIMIT 3",
    ],
)
def test_what_may_have_an_answer_is_let_be(tell: Told, text: str) -> None:
    assert told(tell, text) == []


@pytest.mark.parametrize("text", ["VALUES ?x { sw:Unti }", "FILTER(?x = sw:Unti)", "BIND(sw:Unti AS ?z)"])
def test_a_name_in_a_condition_is_only_a_doubt(tell: Told, text: str) -> None:
    (one,) = tell(f"SELECT * {{ ?x ?y ?z {text} }}".replace("?z BIND", "?w BIND"))
    assert (one.message, one.empties) == ("This release says nothing of sw:Unti; did you mean sw:Unit?", False)


def test_a_prefix_for_something_else_is_told(home: Release) -> None:
    text = "PREFIX sw: <https://w3id.org/stepway/ns/> SELECT * { ?x sw:level ?y }"
    (one,) = warnings(check(text, QueryLimits()), home.profile)
    assert "the prefix sw: is <https://w3id.org/stepway/ns/> here" in one.message
    assert one.suggestion == "<https://w3id.org/stepway/ns#level>"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?x a sw:Unit ; " + " ; ".join(f"sw:realAward ?a{n}" for n in range(190)) + " }",
        "SELECT * { " + " . ".join(f"?x{n} skos:broader ?x{n + 1}" for n in range(190)) + " . ?x190 sw:credits ?y }",
        "SELECT * { ?x ?y ?z VALUES ?x { " + " ".join(f"sw:Nothing{n}" for n in range(5_000)) + " } }",
        "SELECT * { " + " . ".join(f"?x{n % 7} sw:none{n} ?x{n % 5}" for n in range(190)) + " }",
        "SELECT * " + "{ ?x a sw:Unit " * 90 + "}" * 90,
        "SELECT * { " + "?a sw:status ?b ; ?p ?c . ?c ?q ?a . " * 60 + "}",
        "SELECT * { " + " . ".join(f'?x{n} sw:level "level {n}a"' for n in range(190)) + " }",
        f"SELECT ({' + '.join(['?x'] * 1500)} AS ?y) {{ {'?d sw:credits ?x . ' * 190} }}",
        "SELECT * { ?d sw:level ?x FILTER(" + " && ".join(f"?x > {n}" for n in range(600)) + ") }",
    ],
    ids=["contradictions", "chain", "values", "names", "deep", "wide", "called", "sums", "compared"],
)
def test_no_query_takes_long(tell: Told, text: str) -> None:
    """The service itself looks at strangers' queries: at most for a second, and it says enough and no more."""
    start = time.process_time()
    assert len(tell(text)) <= MOST
    assert time.process_time() - start < 2


@pytest.mark.parametrize("name", ["Role", "Qualification", "Provider"])
def test_a_class_that_has_a_property_is_not_said_to_lack_it(tell: Told, name: str) -> None:
    """All of them have the label, in a language: that is what is said."""
    ((_, _, message, suggestion),) = told(tell, f'SELECT * {{ ?x a sw:{name} ; rdfs:label "Imaging" }}')
    assert message.startswith(f"rdfs:label of a {name} never has plain text but text in @en")
    assert suggestion == '"Imaging"@en'


LEVEL_4 = "<https://w3id.org/stepway/concept/rqf-level/4>"


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("?x sw:level 4", LEVEL_4),
        ('?x sw:level "4"', LEVEL_4),
        ('?x sw:level "level 4"', LEVEL_4),
        ("?x sw:level ?y FILTER(?y = 4)", LEVEL_4),
        ('?x sw:status "published"', "sw:published"),
        ("?x sw:status sw:Published", "sw:published"),
        ('?x sw:status ?y FILTER("published" = ?y)', "sw:published"),
        ('?x sw:sector "Digital"', "<https://w3id.org/stepway/concept/sector/digital>"),
        ('?x sw:level "no such level"', None),
        ('?x skos:prefLabel "Imaging"@fr', '"Imaging"@en'),
        ("?x a sw:Delivery ; sw:site ?y", "sw:at"),
        ("?x a sw:Delivery ; sw:price ?y", "sw:costNote"),
        ("?x a sw:DeliveryEvidence ; sw:about ?y", "sw:evidenceAbout"),
        ("?x a sw:DeliveryEvidence { ?x sw:about ?y }", "sw:evidenceAbout"),
    ],
)
def test_what_is_meant_is_named(tell: Told, text: str, instead: str | None) -> None:
    """A thing by its notation, label or the end of its address; a property among those that the class has."""
    ((_, _, _, suggestion),) = told(tell, f"SELECT * {{ {text} }}")
    assert suggestion == instead


def test_things_are_put_in_order_by_their_number(tell: Told, home: Release) -> None:
    ((_, _, message, _),) = told(tell, "SELECT * { ?x sw:level ?level FILTER(?level >= 4) }")
    advice = "?level sw:rank ?number FILTER(?number >= 4)"
    assert advice in message
    assert home.store.select(f"SELECT * {{ ?x sw:level ?level . {advice} }}")


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("date", ["2026-01-01", "2026-06-15", "2027-01-01"])
def test_what_a_comparison_of_dates_leaves_out_is_counted(tell: Told, home: Release, sign: str, date: str) -> None:
    """The counts are those of the release, and what is to be written instead finds all that was found, and more."""
    start = "SELECT DISTINCT ?d ?x { ?d a sw:Delivery ; sw:startDate ?x "
    ((_, _, message, _),) = told(tell, f'{start} FILTER(?x {sign} "{date}"^^xsd:date) }}')
    assert [one.empties for one in tell(f'{start} FILTER(?x {sign} "{date}"^^xsd:date) }}')] == [False]
    every = [row["x"] for row in home.store.select(f"{start} }}")]
    for name in ("gYearMonth", "gYear"):
        count = sum(isinstance(one, Literal) and one.datatype == XSD[name] for one in every)
        assert count
        assert f"{count} (xsd:{name})" in message
    assert f"Of the {len(every)} values" in message
    advice = message.partition("left out in silence; ")[2].partition(" compares them all")[0]
    before = {str(row) for row in home.store.select(f'{start} FILTER(?x {sign} "{date}"^^xsd:date) }}')}
    after = {str(row) for row in home.store.select(f"{start} FILTER({advice}) }}")}
    assert before <= after
    assert len(after) <= len(every)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT (SUM(?y) AS ?n) { ?x sw:note ?y }", "are no numbers, and SUM(?y) has no value"),
        ("SELECT (AVG(DISTINCT ?y) AS ?n) { ?x a sw:Delivery ; sw:startDate ?y }", "24 (xsd:gYearMonth), 9 (xsd:date)"),
        ("SELECT * { { SELECT (AVG(?y) AS ?n) { ?x sw:note ?y } } }", "are no numbers, and AVG(?y) has no value"),
        ("SELECT * { ?x sw:note ?y BIND(?y * 2 AS ?z) }", "are no numbers, and “*” has no value for them"),
        ("SELECT * { ?x sw:note ?y } ORDER BY (?y + 1)", "are no numbers, and “+” has no value for them"),
    ],
)
def test_what_cannot_be_counted_with_is_a_doubt(tell: Told, text: str, says: str) -> None:
    (one,) = tell(text)
    assert says in one.message
    assert not one.empties


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?x sw:startDate ?y FILTER(DATATYPE(?y) = xsd:date && ?y > '2026-01-01'^^xsd:date) }",
        "SELECT * { ?x sw:startDate ?y FILTER(?y = '2026-01-01'^^xsd:date) }",
        "SELECT * { ?x sw:startDate ?y FILTER(STR(?y) >= '2026') }",
        "SELECT (SUM(?y) AS ?n) (AVG(?y) AS ?m) { ?x sw:credits ?y BIND(?y + 1 AS ?z) }",
        "SELECT (COUNT(*) AS ?n) { ?x sw:level* ?z ; sw:note ?y FILTER EXISTS { ?x sw:level*/sw:rank ?r } }",
    ],
)
def test_no_doubt_without_a_reason(tell: Told, text: str) -> None:
    assert told(tell, text) == []


def test_an_optional_that_is_empty_does_not_empty_the_rest(tell: Told) -> None:
    assert len(told(tell, "SELECT * { ?x a sw:Unit OPTIONAL { ?x sw:realAward ?y } { ?x sw:realAward ?z } }")) == 2


# -- every catalogue query ----------------------------------------------------------------------------------------

QUERIES = sorted(resources.paths("questions/*/query.rq"), key=str)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.parent.name)
def test_our_own_queries_have_nothing_to_tell(home: Release, path: Path) -> None:
    """They are answered on the regional release, except where a whole class has no things there."""
    for one in warnings(check(_declared(path), QueryLimits()), home.profile):
        assert "is in the vocabulary, but in this release" in one.message, one


def _declared(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return text if "PREFIX" in text else HEAD + text


def test_planted_slips_are_found_and_mended(home: Release) -> None:
    """One letter of one name is dropped, doubled or swapped with the next, in each of our queries, many times."""
    chosen, missed, mended, planted = random.Random(6), list[str](), 0, 0
    for path in QUERIES:
        text = _declared(path)
        whole = check(text, QueryLimits())
        named = {*home.profile.properties, *home.profile.classes}
        prefixes = whole.prefixes
        names = [
            token
            for token in whole.tokens
            if token.kind == "name" and (prefixes[(parts := token.text.split(":"))[0]] + parts[1]) in named and parts[1]
            if _in_a_pattern(whole.text, token.start)
        ]
        for token in chosen.sample(names, min(4, len(names))):
            prefix, _, local = token.text.partition(":")
            place = chosen.randrange(1, len(local))
            slip = chosen.choice(
                [
                    local[:place] + local[place + 1 :],
                    local[:place] + local[place - 1] + local[place:],
                    local[: place - 1] + local[place] + local[place - 1] + local[place + 1 :],
                ]
            )
            if slip == local or prefixes[prefix] + slip in named or not slip:
                continue
            planted += 1
            wrong = whole.text[: token.start] + f"{prefix}:{slip}" + whole.text[token.start + len(token.text) :]
            told = [
                one
                for one in warnings(check(wrong, QueryLimits()), home.profile, Lookup(home.store))
                if f"{prefix}:{slip}" in one.message
            ]
            if not told:
                missed.append(wrong)
            mended += any(one.suggestion == token.text for one in told)
    assert planted > 50
    assert not missed, missed[0]
    assert mended >= 0.95 * planted


def _in_a_pattern(text: str, start: int) -> bool:
    """Whether a name is not in what a query makes (CONSTRUCT) nor in its data (VALUES)."""
    before = text[:start]
    return before.rfind("{") > before.rfind("VALUES") and "CONSTRUCT" not in text


# -- sound --------------------------------------------------------------------------------------------------------


def terms(profile: Profile) -> dict[str, list[str]]:
    """Terms for random patterns: those of the release, and some that it does not have."""
    return {
        "property": [*(f"<{one}>" for one in profile.properties), "<https://example.org/none>"],
        "class": [*(f"<{one}>" for one in profile.classes), "<https://example.org/None>"],
        "thing": [f"<{kind.example}>" for kind in profile.kinds if kind.example],
        "literal": ['"4"', "4", "4.0", '"x"@en', "true", '"2026-01-01"^^xsd:date', '"4"^^xsd:int', '"4"^^xsd:string'],
    }


@pytest.fixture(scope="module")
def vocabulary(home: Release) -> dict[str, list[str]]:
    found = terms(home.profile)
    sample = random.Random(1)
    texts = {
        property: [row["o"] for row in home.store.select(query, {"p": URIRef(property)})]
        for property in home.profile.properties
        for query in ("SELECT ?p ?o { ?s ?p ?o } LIMIT 3",)
    }
    values = sorted({one.n3() for several in texts.values() for one in several if isinstance(one, Literal)})
    found["literal"] += sample.sample(values, 60)
    return found


@given(data=st.data())
@settings(max_examples=400)
def test_what_is_called_empty_is_empty(
    data: st.DataObject, home: Release, tell: Told, vocabulary: dict[str, list[str]]
) -> None:
    """Random groups of patterns: whenever a group is called empty, the store finds nothing for it."""
    node = st.sampled_from(["?a", "?b", "?c"])
    one_of = {name: st.sampled_from(values) for name, values in vocabulary.items()}
    path = st.one_of(
        one_of["property"],
        st.tuples(one_of["property"], st.sampled_from("/|"), one_of["property"]).map("".join),
        one_of["property"].map("^{}".format),
        one_of["property"].map("{}+".format),
    )
    both = st.tuples(node, st.just("a"), one_of["class"], st.just(";"), one_of["property"], one_of["literal"])
    pattern = st.one_of(
        both,
        st.tuples(node, st.just("a"), one_of["class"]),
        st.tuples(node, path, st.one_of(node, node, one_of["literal"], one_of["thing"])),
        st.tuples(one_of["thing"], path, node),
    ).map(" ".join)
    filters = st.tuples(node, st.sampled_from(["=", "<", ">="]), one_of["literal"]).map(
        lambda parts: f"FILTER({' '.join(parts)})"
    )
    lines = data.draw(st.lists(pattern, min_size=1, max_size=3)) + data.draw(st.lists(filters, max_size=1))
    text = "SELECT * { " + " .\n".join(lines) + " }"
    found = tell(text)
    if any(one.empties for one in found):
        assert home.store.select(text + " LIMIT 1") == [], text
    for one in found:
        rest = text.split("\n")[one.line - LINES - 1][one.column - 1 :]
        assert one.suggestion is None or not re.match(re.escape(one.suggestion) + r"(?![\w@^-])", rest), (text, one)
    said = [re.match(r"No (\w+) has (\S+)", one.message) for one in found]
    for match in filter(None, said):
        assert (
            home.store.select(
                f"SELECT ?x {{ ?x a ?c ; {match[2]} ?y FILTER(STRENDS(STR(?c), '{match[1]}')"
                f" && REGEX(STR(?c), '[/#]{match[1]}$')) }} LIMIT 1"
            )
            == []
        ), text
