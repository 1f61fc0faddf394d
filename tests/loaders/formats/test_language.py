"""What format.yml can say: each test is a few lines of it, a file, and the statements that come of it."""

import pytest

from loaders import statements

THING = """
nodes:
  - subject: "swi:T-{id}"
    fields:
"""


def test_a_row_becomes_a_thing_with_its_line(read) -> None:
    found = read(
        """
nodes:
  - subject: "swi:T-{id}"
    classes: [skos:Concept]
    fields: [{column: name, property: skos:prefLabel, language: en}]
""",
        'id,name\n1,"a ""quoted""\\name"\n2,"two\nlines"\n3,next\n',
    )
    assert found.lines == [
        'swi:T-1 skos:prefLabel "a \\"quoted\\"\\\\name"@en',
        'swi:T-2 skos:prefLabel "two\\nlines"@en',
        'swi:T-3 skos:prefLabel "next"@en',
    ]
    assert found.text.count("core#Concept>") == found.text.count("ns#published>") == 3
    lines = [line.split('"')[1] for line in found.text.splitlines() if "atLine" in line]
    assert lines == ["2", "3", "5"]
    assert found.issues == []


@pytest.mark.parametrize(
    ("field", "cell", "term"),
    [
        ("property: sw:x", "a", '"a"'),
        ("property: sw:x", "  a &amp;  b ", '"a & b"'),
        ("property: sw:x, transform: exact", "a &amp;  b", '"a &amp;  b"'),
        ("property: sw:x, language: EN", "a", '"a"@en'),
        ("property: sw:x, form: integer", "0012", '"12"^^xsd:integer'),
        ("property: sw:x, form: decimal", "1.50", '"1.5"^^xsd:decimal'),
        ("property: sw:x, form: boolean", "Y", '"true"^^xsd:boolean'),
        ("property: sw:x, form: date", "18/02/2025 00:00", '"2025-02-18"^^xsd:date'),
        ("property: sw:x, form: month", "202502", '"2025-02"^^xsd:gYearMonth'),
        ("property: sw:x, form: year", "2025", '"2025"^^xsd:gYear'),
        ("property: sw:x, form: iri", "https://example.org/a", "<https://example.org/a>"),
        ("property: sw:x, form: iri, transform: address", "www.example.org", "<https://www.example.org>"),
        ("property: sw:x, datatype: xsd:token", "a", '"a"^^xsd:token'),
        ("property: sw:x, value: 'swi:Q-{}'", "a", "swi:Q-a"),
        ("property: sw:x, value: 'swi:Q-{}', transform: qan", "603/2476/x", "swi:Q-6032476X"),
        ("property: sw:x, value: 'swi:Q-{:qan}-{id}'", "603/2476/x", "swi:Q-6032476X-1"),
        ("property: sw:x, value: '{} of {id}'", "a", '"a of 1"'),
        ("property: sw:x, codes: {A: swi:Alpha}", " a ", "swi:Alpha"),
        ("property: sw:x, codes: {A: Alpha}, language: en", "A", '"Alpha"@en'),
        ("property: sw:x, form: iri, codes: {A: 'https://example.org/A'}", "a", "<https://example.org/A>"),
        ("property: sw:x, value: '{}/{id}', codes: {A/1: swi:Alpha}", "A", "swi:Alpha"),
        ("property: sw:x, transform: level", "Level 4", '"4"'),
    ],
)  # fmt: skip
def test_a_cell_becomes_a_term(read, field: str, cell: str, term: str) -> None:
    found = read(f"{THING}      - {{column: x, {field}}}", f'id,x\n1,"{cell}"\n')
    assert found.lines == [f"swi:T-1 sw:x {term}"]
    assert found.issues == []


@pytest.mark.parametrize(
    "field",
    [
        "property: sw:x",
        "property: sw:x, value: 'swi:Q-{}'",
        "property: sw:x, value: 'swi:Q-{id}-{}'",
        "property: sw:x, codes: {A: swi:Alpha}",
        "property: sw:x, form: integer",
        "property: sw:x, split: ';'",
        "property_by: id, properties: {1: sw:x}",
    ],
)
def test_nothing_is_said_of_a_blank_cell(read, field: str) -> None:
    found = read(f"{THING}      - {{column: x, {field}, blank: [n/a]}}", "id,x\n1,\n1, \n1,n/a\n")
    assert found.lines == []
    assert found.issues == []


def test_a_required_cell_that_is_blank_is_told_each_time(read) -> None:
    found = read(f"{THING}      - {{column: x, property: sw:x, required: yes}}", "id,x\n1,\n2,a\n3,\n")
    assert [(issue.code, issue.line, issue.column) for issue in found.issues] == [
        ("cell-missing", 2, "x"),
        ("cell-missing", 4, "x"),
    ]
    assert found.lines == ['swi:T-2 sw:x "a"']


def test_a_constant_needs_no_column(read) -> None:
    found = read(
        f"""{THING}      - {{property: sw:x, value: "true", form: boolean}}
      - {{property: sw:y, value: swc:rqf-level/4}}
      - {{property: sw:z, value: "true", form: boolean, when: {{ended: "*"}}}}
""",
        "id,ended\n1,\n2,2020\n",
    )
    level = "<https://w3id.org/stepway/concept/rqf-level/4>"
    assert found.lines == [
        'swi:T-1 sw:x "true"^^xsd:boolean', f"swi:T-1 sw:y {level}",
        'swi:T-2 sw:x "true"^^xsd:boolean', f"swi:T-2 sw:y {level}",
        'swi:T-2 sw:z "true"^^xsd:boolean',
    ]  # fmt: skip


def test_without_a_column_the_transform_is_of_the_filled_template(read) -> None:
    found = read(f"{THING}      - {{property: sw:x, value: '{{a}} {{b}}', transform: upper}}", "id,a,b\n1,x,y\n2,x,\n")
    assert found.lines == ['swi:T-1 sw:x "X Y"']
    assert found.issues == []


@pytest.mark.parametrize(
    ("when", "taken"),
    [
        ("{s: Open}", [1]),
        ("{s: [open, shut]}", [1, 2]),
        ("{s: {not: OPEN}}", [2, 3]),
        ("{s: {not: [open, shut]}}", [3]),
        ('{s: ""}', [3]),
        ('{s: "*"}', [1, 2]),
        ('{s: {not: ""}}', [1, 2]),
        ("{s: open, t: b}", []),
        ("{s: open, t: a}", [1]),
        ("{gone|s: open}", [1]),
        ("{gone: x}", []),
        ('{gone: ""}', [1, 2, 3]),
        ("{gone: {not: x}}", [1, 2, 3]),
    ],
)
def test_rows_are_chosen(read, when: str, taken: list[int]) -> None:
    content = "id,s,t\n1,Open,a\n2, SHUT ,a\n3,,b\n"
    fields = "fields: [{column: id, property: sw:x}]"
    of_node = read(f"nodes: [{{subject: 'swi:T-{{id}}', link: yes, when: {when}, {fields}}}]", content)
    of_field = read(f"{THING}      - {{column: id, property: sw:x, when: {when}}}", content)
    expected = [f'swi:T-{id} sw:x "{id}"' for id in taken]
    assert of_node.lines == of_field.lines == expected
    (counts,) = of_node.loaded.counts.values()
    assert (counts.read, counts.mapped, counts.withheld, counts.refused) == (3, len(taken), 3 - len(taken), 0)


def test_a_cell_is_parted_and_bad_pieces_are_told(read) -> None:
    found = read(
        f"{THING}      - {{column: x, property: sw:x, form: integer, split: ';', trim: '.'}}",
        "id,x\n1,1; 2.;;x\n2,1; 2.;;x\n",
    )
    assert found.lines == [f'swi:T-{id} sw:x "{n}"^^xsd:integer' for id in "12" for n in "12"]
    assert found.codes == ["bad-cell"] * 2
    assert [(issue.line, issue.value) for issue in found.issues] == [(2, "x"), (3, "x")]


def test_the_property_is_chosen_by_a_code(read) -> None:
    found = read(
        f"{THING}      - {{column: x, property_by: kind, properties: {{Essential: sw:e, optional: sw:o}}}}",
        "id,kind,x\n1,essential,a\n1,Optional,a\n1,other,b\n",
    )
    assert found.lines == ['swi:T-1 sw:e "a"', 'swi:T-1 sw:o "a"']
    assert (found.only("unknown-code").line, "other" in found.only("unknown-code").message) == (4, True)


def test_a_code_that_is_not_known_is_told_and_may_have_a_default(read) -> None:
    content = "id,x\n1,classroom\n2,clasroom\n3,\n"
    without = read(f"{THING}      - {{column: x, property: sw:x, codes: {{Classroom: swi:C, Online: swi:O}}}}", content)
    assert without.lines == ["swi:T-1 sw:x swi:C"]
    assert without.only("unknown-code").hint == "did you mean Classroom?"
    default = read(
        f'{THING}      - {{column: x, property: sw:x, codes: {{classroom: swi:C, "*": swi:Other}}}}', content
    )
    assert default.lines == ["swi:T-1 sw:x swi:C", "swi:T-2 sw:x swi:Other"]
    assert default.only("unknown-code").line == 3


def test_columns_of_one_name_are_all_read(read) -> None:
    found = read(f"{THING}      - {{column: HECOS, property: sw:x}}", "id,HECOS,HECOS,hecos\n1,a,,b\n")
    assert found.lines == ['swi:T-1 sw:x "a"', 'swi:T-1 sw:x "b"']


@pytest.mark.parametrize("header", ["Specialism", "SPECIALISMS ", " specialism"])
def test_a_renamed_column_is_found(read, header: str) -> None:
    found = read(f"{THING}      - {{column: [Specialisms, Specialism], property: sw:x}}", f"id,{header}\n1,a\n")
    assert found.lines == ['swi:T-1 sw:x "a"']
    assert found.issues == []


def test_a_pattern_finds_the_column_of_any_year(read) -> None:
    found = read(f"{THING}      - {{column: 'lad??cd', property: sw:x}}", "id,lad25cd\n1,a\n")
    assert found.lines == ['swi:T-1 sw:x "a"']


def test_a_node_for_each_group_of_columns(read) -> None:
    found = read(
        """
nodes:
  - subject: "swi:F-{id}-{offer}"
    each: "{offer}_Available"
    when: {"{offer}_Available": "true"}
    fields:
      - {column: "{offer}_Start", property: sw:start, form: date}
      - {property: sw:name, value: "{offer}"}
""",
        "id,Old_Available,Old_Start,New_Available,New_Start\n1,True,01/08/2024,TRUE,02/09/2024\n2,False,,True,\n",
    )
    assert found.lines == [
        'swi:F-1-Old sw:start "2024-08-01"^^xsd:date', 'swi:F-1-Old sw:name "Old"',
        'swi:F-1-New sw:start "2024-09-02"^^xsd:date', 'swi:F-1-New sw:name "New"',
        'swi:F-2-New sw:name "New"',
    ]  # fmt: skip
    assert found.issues == []


def test_a_node_without_its_key(read) -> None:
    node = "nodes: [{subject: 'swi:A-{a}', fields: []}, {subject: 'swi:B-{b}', %s fields: []}]"
    told = read(node % "", "a,b\n1,\n,2\n")
    assert [(issue.code, issue.line, issue.column) for issue in told.issues] == [
        ("cell-missing", 2, "b"),
        ("row-not-taken", 3, "a"),
    ]
    assert "id/B-2" not in told.text  # the row is left out
    assert read(node % "optional: yes,", "a,b\n1,\n").issues == []


@pytest.mark.parametrize(
    ("repeated", "facts", "codes"),
    [
        ("usual", ["a", "b"], []),
        ("merge", ["a", "b"], ["repeated-key"]),
        ("first", ["a"], ["repeated-key"]),
    ],
)
def test_two_rows_about_the_same_thing(read, repeated: str, facts: list[str], codes: list[str]) -> None:
    found = read(f"repeated: {repeated}\n{THING}      - {{column: x, property: sw:x}}", "id,x\n1,a\n1,b\n2,c\n")
    assert found.lines == [*(f'swi:T-1 sw:x "{fact}"' for fact in facts), 'swi:T-2 sw:x "c"']
    assert found.codes == codes
    if codes:
        assert (found.issues[0].line, "line 2" in found.issues[0].message) == (3, True)


def test_what_a_thing_has_only_once(read) -> None:
    found = read(f"{THING}      - {{column: x, property: sw:x, once: yes}}", "id,x\n1,a\n1,b\n1,a\n1,\n2,b\n")
    assert found.lines == ['swi:T-1 sw:x "a"', 'swi:T-2 sw:x "b"']
    issue = found.only("told-otherwise")
    assert (issue.line, issue.column, "“a”" in issue.message, "“b”" in issue.message) == (3, "x", True, True)


def test_a_pair_that_is_there_twice(read) -> None:
    found = read(f"pair: [id, x]\n{THING}      - {{column: x, property: sw:x}}", "id,x,y\n1,a,1\n1,b,1\n1,a,2\n")
    assert found.only("pair-repeated").line == 4
    assert found.lines.count('swi:T-1 sw:x "a"') == 2


@pytest.mark.parametrize(
    ("retrieved", "said"), [("2025-06-30", "current"), ("2025-07-01", "superseded"), ("", "")]
)  # fmt: skip
def test_a_last_day_says_whether_a_thing_is_current(read, retrieved: str, said: str) -> None:
    found = read(
        f"blank: none\n{THING}      - {{column: end, property: sw:currency, form: currency}}",
        "id,end\n1,30/06/2025\n2,none\n",
        retrieved=retrieved,
    )
    place = "<https://w3id.org/stepway/concept/currency/"
    expected = [f"swi:T-1 sw:currency {place}{said}>", f"swi:T-2 sw:currency {place}current>"] if said else []
    assert found.lines == expected


def test_other_signs_and_headers(read) -> None:
    field = f"{THING}      - {{column: x, property: sw:x}}"
    expected = ['swi:T-1 sw:x "é, b"']
    assert read(f"kind: tsv\nquoting: no\n{field}", "id\tx\r\n1\té, b\r\n").lines == expected
    assert read(f'delimiter: ";"\n{field}', "id;x\n1;é, b\n").lines == expected
    assert read(f"encoding: windows-1252\n{field}", 'id,x\n1,"é, b"\n'.encode("cp1252")).lines == expected
    assert read(f"header_row: 4\n{field}", 'A list of things\n\nof 2025\nid,x\n1,"é, b"\n').lines == expected
    assert read(f"columns: [id, x]\n{field}", '1,"é, b"\n').lines == expected
    assert read(field, b"\xef\xbb\xbf" + 'id,x\n1,"é, b"\n'.encode()).lines == expected


RECORDS = """
{"about": {"pages": [1]}, "list": [
  {"ref": "ST1", "v": 1.10, "titles": ["a", null, "b"], "empty": null, "place": {"lat": -2.5, "ring": [[1, 2]]},
   "duties": [{"id": "d1", "skills": ["s1", "s2"]}, {"id": "d2"}], "core": true},

  {"ref": "ST2", "v": 2}
]}
"""


def test_json_records(read) -> None:
    found = read(
        """
kind: json
records: "list[]"
nodes:
  - subject: "swi:{ref}-{v}"
    fields:
      - {column: "titles[]", property: sw:title}
      - {column: empty, property: sw:empty}
      - {column: core, property: sw:core, form: boolean}
      - {column: place.lat, property: sw:lat, form: decimal}
      - {column: place.ring, property: sw:ring}
  - subject: "swi:{^ref}-{^v}-{id}"
    over: duties[]
    fields:
      - {column: "skills[]", property: sw:skill}
      - {column: "#", property: sw:number, form: integer}
  - subject: "swi:{^^ref}-{^id}-{.}"
    over: duties[].skills[]
    link: yes
    fields: [{column: ^^v, property: sw:of}]
unused: {duties: read in parts}
""",
        RECORDS,
        "list.json",
    )
    assert found.lines == [
        'swi:ST1-1.10 sw:title "a"', 'swi:ST1-1.10 sw:title "b"', 'swi:ST1-1.10 sw:core "true"^^xsd:boolean',
        'swi:ST1-1.10 sw:lat "-2.5"^^xsd:decimal', 'swi:ST1-1.10 sw:ring "[[1,2]]"',
        'swi:ST1-1.10-d1 sw:skill "s1"', 'swi:ST1-1.10-d1 sw:skill "s2"', 'swi:ST1-1.10-d1 sw:number "1"^^xsd:integer',
        'swi:ST1-1.10-d2 sw:number "2"^^xsd:integer',
        'swi:ST1-d1-s1 sw:of "1.10"', 'swi:ST1-d1-s2 sw:of "1.10"',
    ]  # fmt: skip
    assert found.issues == []
    lines = [line.split('"')[1] for line in found.text.splitlines() if "atLine" in line]
    assert lines == ["3", "6", "3", "3"]


def test_records_on_one_line_that_are_about_the_same_thing(read) -> None:
    file = "kind: json\nrepeated: first\nnodes: [{subject: 'swi:T-{id}', fields: [{column: x, property: sw:x}]}]"
    found = read(file, '[{"id": 1, "x": "a"}, {"id": 1, "x": "b"}]', "rows.json")
    assert (found.lines, found.codes) == (['swi:T-1 sw:x "a"'], ["repeated-key"])
    (counts,) = found.loaded.counts.values()
    assert (counts.read, counts.mapped, counts.withheld) == (2, 1, 1)


def test_a_memory_that_is_full_is_emptied(read, monkeypatch) -> None:
    """Whatever is remembered, the statements are the same."""
    rows = "id,x\n" + "".join(f"{n % 50},text {n % 7}\n" for n in range(500))
    field = f"{THING}      - {{column: x, property: sw:x, split: ' '}}"
    first = read(field, rows).lines
    monkeypatch.setattr(statements, "KEPT", 3)
    assert read(field, rows).lines == first
    monkeypatch.setattr(statements, "LONGEST", 0)
    assert read(field, rows).lines == first
    assert len(first) == 1000
