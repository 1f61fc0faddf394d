"""Queries that a public endpoint is asked sooner or later by somebody who means no good, or who knows no better.

Each was seen to do what it says to pyoxigraph 0.5 or to Oxigraph's server when nothing holds it back.
"""

PATTERNS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
"""Everything joined with everything, four times."""

ANY = "(<x:none>|!<x:none>|^!<x:none>)"
"""A path over every property, in both directions."""


def doubling(step: str, times: int = 45) -> str:
    """A string that doubles, again and again."""
    lines = " ".join(f"BIND({step.replace('?s', f'?s{n}')} AS ?s{n + 1})" for n in range(times))
    return f"SELECT (STRLEN(?s{times}) AS ?length) {{ BIND('0123456789' AS ?s0) {lines} }}"


_CALLING_OUT = {
    "plain": "SELECT * { SERVICE <HERE/sparql> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <HERE/silent> { ?s ?p ?o } }",
    "no space": "SELECT*{SERVICE<HERE/glued>{?s ?p ?o}}",
    "mixed case": "select * { sErViCe <HERE/case> { ?s ?p ?o } }",
    "escaped address": "SELECT * { SERVICE <ESCAPED/escaped> { ?s ?p ?o } }",
    "comment between": "SELECT * { SERVICE#{\n# <\n<HERE/comment> { ?s ?p ?o } }",
    "after a comment that ends with CR": "SELECT * { # quiet\rSERVICE <HERE/sparql> { ?s ?p ?o } }",
    "after a hash in an address": "PREFIX x: <http://x/#> SELECT * { SERVICE <HERE/sparql> { ?s ?p ?o } }",
    "by a prefix": "PREFIX c: <HERE/> SELECT * { SERVICE c:prefixed { ?s ?p ?o } }",
    "by a base": "BASE <HERE/> SELECT * { SERVICE <relative> { ?s ?p ?o } }",
    "in EXISTS": "ASK { FILTER EXISTS { SERVICE <HERE/sparql> { ?s ?p ?o } } }",
    "in NOT EXISTS": "ASK { FILTER NOT EXISTS { SERVICE <HERE/sparql> { ?s ?p ?o } } }",
    "in MINUS": "ASK { BIND(1 AS ?s) MINUS { SERVICE <HERE/sparql> { ?s ?p ?o } } }",
    "in OPTIONAL": "ASK { OPTIONAL { SERVICE <HERE/sparql> { ?s ?p ?o } } }",
    "in a query inside": "ASK { { SELECT * { SERVICE <HERE/sparql> { ?s ?p ?o } } } }",
    "in LATERAL": "ASK { BIND(1 AS ?x) LATERAL { SERVICE <HERE/sparql> { ?s ?p ?o } } }",
    "in DESCRIBE": "DESCRIBE ?s { SERVICE <HERE/sparql> { ?s ?p ?o } }",
    "in CONSTRUCT": "CONSTRUCT { ?s ?p ?o } { SERVICE <HERE/sparql> { ?s ?p ?o } }",
    "after less than": "SELECT * { FILTER(1<2)SERVICE <HERE/sparql> { ?s ?p ?o } FILTER(2>1) }",
    "after quotes in strings": "ASK { BIND('it\\'s' AS ?x) BIND('''a'b''' AS ?y) SERVICE <HERE/sparql> { ?s ?p ?o } }",
    "in GRAPH": "SELECT * { GRAPH ?g { ?s ?p ?o SERVICE <HERE/sparql> { ?s ?p ?o } } }",
}

_NAMING = {
    "from": "SELECT * FROM <HERE/from> { ?s ?p ?o }",
    "from, escaped": "SELECT * FROM <ESCAPED/from> { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED <HERE/named> { GRAPH ?g { ?s ?p ?o } }",
    "graph": "SELECT * { GRAPH <HERE/graph> { ?s ?p ?o } }",
    "describe": "DESCRIBE <HERE/thing>",
    "variable in SERVICE": "SELECT * { VALUES ?e { <HERE/values> } SERVICE ?e { ?s ?p ?o } }",
    "bound SERVICE": "SELECT * { BIND(IRI('HERE/bind') AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "escaped word": "SELECT * { S\\u0045RVICE <HERE/word> { ?s ?p ?o } }",
    "escaped space": "SELECT * {\\u0020SERVICE\\u0020<HERE/space> { ?s ?p ?o } }",
    "byte order mark": "\ufeffSELECT * { SERVICE <HERE/mark> { ?s ?p ?o } }",
    "load": "LOAD <HERE/load>",
    "load silent": "LOAD SILENT <HERE/silent> INTO GRAPH <x:g>",
    "load after a query": "SELECT * { ?s ?p ?o } ; LOAD <HERE/load>",
    "using": "DELETE { ?s ?p ?o } USING <HERE/using> WHERE { ?s ?p ?o }",
}


def _with(address: str, queries: dict[str, str]) -> dict[str, str]:
    escaped = "".join(f"\\u{ord(sign):04X}" for sign in address)
    return {name: query.replace("HERE", address).replace("ESCAPED", escaped) for name, query in queries.items()}


def calling_out(address: str) -> dict[str, str]:
    """Queries that make an engine call an address, each in another spelling."""
    return _with(address, _CALLING_OUT)


def naming(address: str) -> dict[str, str]:
    """Queries that name an address which some engines read, and updates that would."""
    return _with(address, _NAMING)


UPDATES = {
    "insert data": "INSERT DATA { <x:s> <x:p> <x:o> }",
    "delete data": "DELETE DATA { <x:s> <x:p> <x:o> }",
    "delete where": "DELETE WHERE { ?s ?p ?o }",
    "modify": "DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "with": "WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "clear": "CLEAR ALL",
    "drop": "DROP SILENT ALL",
    "create": "CREATE GRAPH <x:g>",
    "copy": "COPY DEFAULT TO <x:g>",
    "move": "MOVE <x:a> TO <x:b>",
    "add": "ADD <x:a> TO <x:b>",
    "with a prologue": "# innocent\nPREFIX x: <x:> INSERT DATA { x:s x:p x:o }",
}

HARMLESS = {
    "word in a string": "ASK { BIND('SERVICE <http://127.0.0.1/> { LOAD }' AS ?x) }",
    "word in a comment": "ASK { # SERVICE <http://127.0.0.1/> { ?s ?p ?o }\n }",
    "word as a variable": "SELECT ?service ?load { VALUES (?service ?load) { (1 2) } }",
    "word as a prefix": "PREFIX service: <x:> PREFIX insert: <x:> ASK { OPTIONAL { ?s service:SERVICE insert:load } }",
    "word in an address": "ASK { OPTIONAL { ?s <x:SERVICE/LOAD> <x:clear#insert> } }",
    "brackets in strings": "ASK { BIND('" + "(" * 5000 + "' AS ?x) }",
    "a long list": "ASK { VALUES ?x { " + "1 " * 5000 + "} }",
    "deep, within the limit": "ASK { FILTER(" + "(" * 80 + "1" + ")" * 80 + " = 1) }",
}
"""Queries that look like traps and are none."""

BOMBS = {
    "aggregate": f"SELECT (COUNT(*) AS ?n) (SUM(STRLEN(STR(?c))) AS ?m) {{ {PATTERNS} }}",
    "grouped": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {PATTERNS} }} GROUP BY ?a ?d ?g",
    "sorted": f"SELECT * {{ {PATTERNS} }} ORDER BY DESC(?c) ?f ?i ?l",
    "distinct": f"SELECT (COUNT(DISTINCT CONCAT(STR(?c), STR(?f), STR(?i))) AS ?n) {{ {PATTERNS} }}",
    "concatenated": f"SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f))) AS ?n) {{ {PATTERNS} }}",
    "sorted, one row": f"SELECT ?c {{ {PATTERNS} }} ORDER BY RAND() LIMIT 1",
    "far offset": f"SELECT * {{ {PATTERNS} }} OFFSET 1000000000000 LIMIT 1",
    "never true": f"ASK {{ {PATTERNS} FILTER(STR(?c) = CONCAT(STR(?f), STR(?i), 'x')) }}",
    "never equal": f"SELECT * {{ ?a ?b ?c FILTER NOT EXISTS {{ {PATTERNS.replace('?a ?b ?c', '?x ?y ?z')} "
    "FILTER(STRLEN(STR(?c)) < 0) } }",
    "subtracted": "SELECT * { { ?a ?b ?c . ?d ?e ?f } MINUS { ?a ?y ?z . ?d ?h ?i FILTER(?z < ?i) } } ORDER BY ?a",
    "paths": f"SELECT (COUNT(*) AS ?n) {{ ?a {ANY}* ?b . ?c {ANY}* ?d . ?e {ANY}* ?f }}",
    "paths within paths": f"SELECT (COUNT(*) AS ?n) {{ ?a (({ANY}*)/({ANY}*))* ?b . ?b ({ANY}+/{ANY}+)+ ?c . "
    f"?d {ANY}+ ?e }}",
    "doubled": doubling("CONCAT(?s, ?s)"),
    "replaced": doubling("REPLACE(?s, '(.)', '$1$1')"),
    "encoded": doubling("ENCODE_FOR_URI(CONCAT('%', ?s, '%', ?s))"),
    "patterns": "ASK { " + " ".join(f"?s{n} ?p{n} ?s{n + 1} ." for n in range(190)) + " FILTER(?s0 = ?s190 + 1) }",
    "described": f"DESCRIBE * {{ {PATTERNS} }}",
}
"""Queries that take all the time or all the memory there is."""

ENDLESS = {
    "table": (f"SELECT * {{ {PATTERNS} }}", "application/sparql-results+json"),
    "narrow table": (f"SELECT (1 AS ?one) {{ {PATTERNS} }}", "text/csv"),
    "wide cells": (
        "SELECT ?s8 { ?a ?b ?c . ?d ?e ?f . BIND('0123456789' AS ?s0) "
        + " ".join(f"BIND(CONCAT(?s{n}, ?s{n}, ?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(8))
        + " }",
        "text/tab-separated-values",
    ),
    "graph": (f"CONSTRUCT {{ ?a ?e ?i . ?d ?h ?l }} {{ {PATTERNS} }}", "application/n-triples"),
    "graph with new nodes": (f"CONSTRUCT {{ [] <x:p> ?c }} {{ {PATTERNS} }}", "text/turtle"),
}
"""Answers that do not end, with the format to ask for them in."""

TOO_DEEP = {
    "brackets": "ASK { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + " = 1) }",
    "groups": "ASK " + "{" * 5000 + "}" * 5000,
    "brackets that never close": "ASK { FILTER(" + "(" * 5000,
    "brackets that never opened": "ASK " + "}" * 5000,
    "collections": "ASK { ?s ?p " + "(" * 5000 + ")" * 5000 + " }",
    "nodes": "ASK { ?s ?p " + "[<x:p> " * 5000 + "1" + "]" * 5000 + " }",
    "or": "ASK { FILTER(true" + "||true" * 14_000 + ") }",
    "or, too long as well": "ASK { FILTER(true" + " || true" * 20_000 + ") }",
    "not": "ASK { FILTER(" + "!" * 20_000 + "true) }",
    "minus": "ASK { FILTER(1" + "-(1" * 5000 + ")" * 5000 + " = 1) }",
    "plus": "ASK { FILTER(1" + "+1" * 20_000 + " = 1) }",
    "union": "ASK { {}" + "UNION{}" * 10_000 + " }",
    "optional": "ASK { " + "OPTIONAL{" * 5000 + "}" * 5000 + " }",
    "path brackets": "ASK { ?s " + "(" * 5000 + "<x:p>" + ")*" * 5000 + " ?o }",
    "path steps": "ASK { ?s <x:p>" + "/<x:p>" * 10_000 + " ?o }",
    "path choices": "ASK { ?s <x:p>" + "|<x:p>" * 10_000 + " ?o }",
    "path inverses": "ASK { ?s " + "^" * 5000 + "<x:p> ?o }",
    "functions": "ASK { FILTER(" + "STR(" * 5000 + "1" + ")" * 5000 + " = '1') }",
    "if": "ASK { FILTER(" + "IF(true,1," * 5000 + "1" + ")" * 5000 + " = 1) }",
    "in": "ASK { FILTER(" + "1 IN (" * 5000 + "1" + ")" * 5000 + ") }",
    "exists": "ASK { " + "FILTER EXISTS {" * 5000 + "}" * 5000 + " }",
    "queries": "ASK { " + "{SELECT * {" * 4000 + "}}" * 4000 + " }",
    "quoted triples": "ASK { ?s ?p " + "<<( ?a ?b " * 4000 + "1" + " )>>" * 4000 + " }",
    "patterns": "ASK { " + "?s ?p ?o . " * 5000 + "}",
    "objects": "ASK { ?s ?p " + "?o," * 20_000 + "?o }",
    "verbs": "ASK { ?s " + "?p ?o;" * 12_000 + "?p ?o }",
    "different patterns": "ASK { " + "".join(f"?s{n} ?p{n} ?o{n}." for n in range(500)) + " }",
    "binds": "ASK { " + "".join(f"BIND({n} AS ?v{n})" for n in range(4000)) + " }",
    "projections": "SELECT " + "".join(f"({n} AS ?v{n})" for n in range(4000)) + " {}",
    "prefixes": "".join(f"PREFIX p{n}: <x:>" for n in range(5000)) + " ASK {}",
    "from": "ASK " + "".join(f"FROM <x:{n}>" for n in range(7000)) + " {}",
}
"""Texts that overflow a parser, or keep a planner busy."""
