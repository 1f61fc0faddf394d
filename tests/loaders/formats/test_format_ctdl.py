"""Pathways in CTDL: the made-up degree with its exit awards from file to stopping places, and the samples of others."""

import json
import os
import random
import re
import shutil
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from told_facts import about, shape_faults, statements, told

from graph.issues import IssueLog, Severity
from graph.projection import PROJECTION
from graph.release import Releases
from graph.requirements import AllOf, AtLeast, Completed, Holds, Requirement, parse, read_sentence, sentence
from loaders.credentials.conditions import Conditions, document, leaf_by_class
from loaders.credentials.lines import id_for
from loaders.credentials.linked import Reader
from loaders.dataset import Description
from loaders.format import FORMATS
from loaders.publish import build_release
from loaders.published import LoadedFiles, load_files
from queries.pathways.request import Pathway, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService

TODAY = date(2026, 11, 21)
CERTIFICATE = "CTDL-30cde8d6-e6e4-58f3-a044-d29d15fcb59f"
DIPLOMA = "CTDL-04466b27-90ef-5162-8f04-45203d4db8f3"
ORDINARY = "CTDL-c7c4361d-8515-5f42-952c-e7e8079d49ac"
HONOURS = "CTDL-2d4cc617-7f59-5ba9-b0b9-dee9ca550110"

DESCRIPTION = """
id: made-up
format: ctdl
publisher: Stepway
description: For one test.
licence: none stated
shippable: no
"""


@pytest.fixture
def ctdl(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("ctdl").loaded
    return found


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., LoadedFiles]:
    """Loads files, by name, as one dataset."""

    def loaded(**files: str) -> LoadedFiles:
        folder = tmp_path / "files"
        folder.mkdir()
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
        described = Description("made-up", "Made up", "Stepway", "CC0-1.0", True, format="ctdl")
        return load_files(folder, described, tmp_path / "made-up.nq")

    return loaded


def told_of(folder: Path, data: Path, goal: str, **given: Any) -> Pathway:
    """The first pathway to a goal in a release of one dataset folder."""
    built = build_release([folder], data, today=TODAY)
    assert built.release is not None, "\n".join(map(str, built.issues))
    assert [issue for issue in built.issues if issue.code.startswith(("shape-", "check-"))] == []
    releases = Releases(data)
    release = releases.get(built.release.manifest.number)
    projection = PROJECTION.validate_json((release.path / "projection.json").read_bytes())
    service = PathwayService(projection, ReleaseRef(1, "of the test", str(TODAY)))
    answer = service.answer(PathwayRequest(to=(goal,), on=TODAY, **given))
    assert answer.pathways, answer.explanation
    return answer.pathways[0]


def stops(pathway: Pathway) -> list[tuple[int | None, int | None, list[str]]]:
    """After each step: the credits that are held, how many awards, and which."""
    return [
        (step.afterwards.credits, len(step.afterwards.awards), sorted(award.id for award in step.afterwards.awards))
        for step in pathway.steps
    ]


def test_where_one_can_stop_on_the_way_to_the_degree(tmp_path: Path) -> None:
    pathway = told_of(FORMATS / "ctdl/sample", tmp_path, HONOURS, holds=("level:3",))
    assert [step.id for step in pathway.steps] == [CERTIFICATE, DIPLOMA, ORDINARY, HONOURS]
    assert stops(pathway) == [
        (120, 1, [CERTIFICATE]),
        (240, 2, sorted([CERTIFICATE, DIPLOMA])),
        (360, 3, sorted([CERTIFICATE, DIPLOMA, ORDINARY])),
        (480, 4, sorted([CERTIFICATE, DIPLOMA, ORDINARY, HONOURS])),
    ]
    assert [held.award.id for held in pathway.steps[1].afterwards.credits_held] == [DIPLOMA]
    asked = [(need.text.partition(";")[0], need.verdict.value) for need in pathway.steps[1].needs]
    assert asked == [
        ("at least 120 credits of CertHE (on leaving)", "met"),
        ("the provider, who asks besides: grade is one of 1, 2, decides", "decided-by-somebody"),
    ]


def test_who_has_the_credits_goes_on_from_there(tmp_path: Path) -> None:
    pathway = told_of(FORMATS / "ctdl/sample", tmp_path, ORDINARY, holds=(f"{DIPLOMA}:240", CERTIFICATE, "level:3"))
    assert [step.id for step in pathway.steps] == [ORDINARY]


def test_each_exit_award_has_its_level_and_credits(ctdl: LoadedFiles) -> None:
    said = {}
    for id in (CERTIFICATE, DIPLOMA, ORDINARY, HONOURS):
        lines = about(ctdl, f"swi:{id}").splitlines()
        said[id] = [line for line in lines if line.startswith(("sw:level", "sw:credits", "sw:qualificationType"))]
    names = ("Certificate", "Diploma", "BachelorDegree", "BachelorDegree")
    kinds = zip((4, 5, 6, 6), (120, 240, 360, 480), names, strict=True)
    assert list(said.values()) == [
        [f'sw:credits "{credits}"', f"sw:level swc:rqf-level/{level}", f'sw:qualificationType "{kind}"']
        for level, credits, kind in kinds
    ]


def test_an_award_with_all_that_is_said_of_it(ctdl: LoadedFiles) -> None:
    assert about(ctdl, f"swi:{DIPLOMA}").splitlines() == [
        "a sw:Qualification",
        "dcterms:source http://example.org/northmoor/04466b27-90ef-5162-8f04-45203d4db8f3",
        'skos:prefLabel "Diploma of Higher Education in Timber Engineering"',
        'sw:awardingBody "Northmoor Institute"',
        "sw:comesAfter swi:CTDL-dd055eed-b1c9-508d-b935-968e30e88b7a",
        'sw:credits "240"',
        "sw:currency swc:currency/current",
        'sw:entryNote "grade is one of 1, 2"',
        f"sw:entryRequirement https://w3id.org/stepway/requirement/ctdl-sample/{DIPLOMA}/entryRequirement",
        "sw:level swc:rqf-level/5",
        'sw:qualificationType "Diploma"',
        'sw:realAward "true"',
    ]


def test_what_we_worked_out_is_marked_and_what_is_stated_is_not(ctdl: LoadedFiles) -> None:
    inferred = [line for line in ctdl.path.read_text(encoding="utf-8").splitlines() if "#predicate>" in line]
    properties = {line.split("ns#")[-1].partition(">")[0] for line in inferred}
    assert {"credits", "level", "automatic", "unitRole"} <= properties
    assert "unitOf" not in properties


def test_the_sample_conforms_to_the_shapes(ctdl: LoadedFiles) -> None:
    # CTDL does not tell apart the kinds of course that we do.
    assert {fault for fault in shape_faults(ctdl) if "kind of course" not in fault} == set()


def test_what_was_wrong_with_the_sample(ctdl: LoadedFiles) -> None:
    assert [line for line in told(ctdl) if not line.startswith("condition-in-words")] == [
        "condition-not-described degree_pathway.json 762",
        "component-merged degree_pathway.json 1523",
        "condition-impossible evening_class.ttl 11",
        "name-missing evening_class.ttl 16",
        "measure-not-converted joinery.jsonld 168",
    ]


def conditions(loaded: LoadedFiles) -> list[tuple[str, str]]:
    """Text and sentence of each published condition."""
    text = {s: v.strip('"') for s, p, v in statements(loaded) if p.endswith("ns#requirementText>")}
    said = {
        s: v.removesuffix('"@en').strip('"') for s, p, v in statements(loaded) if p.endswith("ns#requirementSentence>")
    }
    return [(text[s], said[s]) for s in text if s.endswith("/publishedRequirement>")]


def labels(loaded: LoadedFiles) -> dict[str, str]:
    """The label of each thing by its id."""
    return {
        s.strip("<>").removeprefix("https://w3id.org/stepway/id/"): v.rpartition('"')[0].strip('"')
        for s, p, v in statements(loaded)
        if p.endswith("core#prefLabel>") and "/id/" in s
    }


def test_joinery_from_badges_to_a_job(ctdl: LoadedFiles) -> None:
    said = [sentence for _, sentence in conditions(ctdl)]
    assert "at least 2 of: Sawing held; Planing held; Mortise and tenon held" in said
    assert "Hand tools completed and Finishing held" in said
    assert "Bench joiner held or Certificate in carpentry held" in said
    assert (
        "Evenings of carpentry completed and ((Sawing held and aged 19 or over) or (the provider, who asks besides:"
        " a portfolio that the guild finds good enough, decides; usually nothing is asked))"
    ) in said


def test_the_badges_are_planned_through_the_group(tmp_path: Path) -> None:
    names = dict(zip("abcd", ("Sawing", "Planing", "Mortise and tenon", "Finishing"), strict=True))
    joiner = id_for("CTDL", "https://example.org/joiners/joiner-badge")
    pathway = told_of(FORMATS / "ctdl/sample", tmp_path, joiner)
    titles = [step.title for step in pathway.steps]
    assert titles[-1] == "Bench joiner" and "Finishing" in titles
    assert len(titles) == 4 and set(titles[:-1]) <= set(names.values())


def test_a_transfer_value_in_a_unit_that_nobody_compared(ctdl: LoadedFiles) -> None:
    (transfer,) = [s for s, p, v in statements(ctdl) if p.endswith("ns#transferFrom>") and "takes-in" not in s]
    said = about(ctdl, f"swi:{transfer.strip('<>').rpartition('/')[2]}").splitlines()
    assert 'sw:creditsAsStated "3 SemesterHours"' in said
    assert 'sw:automatic "false"' in said
    assert f"sw:transferTo swi:{CERTIFICATE}" in said
    assert not [line for line in said if line.startswith("sw:credits ")]


def test_language_maps_and_turtle(ctdl: LoadedFiles) -> None:
    whole = ctdl.path.read_text(encoding="utf-8")
    assert '"Joinery for beginners"@en' in whole and '"La menuiserie pour débuter"@fr' in whole
    assert '"Carving in the evening"@en' in whole and '"Schnitzen am Abend"@de' in whole
    carving = next(s for s, p, v in statements(ctdl) if v == '"Carving in the evening"@en')
    assert 'sw:credits "12"' in about(ctdl, f"swi:{carving.strip('<>').rpartition('/')[2]}")


def test_nothing_is_fetched(load: Callable[..., LoadedFiles], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "create_connection", refused)
    names = ["https://credreg.net/ctdl/schema/context/json", "https://example.org/another"]
    node = {"@context": names, "@id": "https://e.org/a", "@type": "ceterms:Course", "ceterms:name": {"en": "A"}}
    found = load(a__json=json.dumps(node), b__ttl="<https://e.org/b> a <https://purl.org/ctdl/terms/Course> .")
    assert told(found) == ["unknown-context a.json 1", "name-missing b.ttl 1"]


def test_json_and_turtle_of_one_name_are_read_once(load: Callable[..., LoadedFiles]) -> None:
    context = "https://credreg.net/ctdl/schema/context/json"
    said = {"@context": context, "@id": "https://e.org/a", "@type": "ceterms:Course", "ceterms:name": "A"}
    node = json.dumps(said)
    found = load(a__json=node, a__ttl="<https://e.org/b> a <https://purl.org/ctdl/terms/Course> .")
    assert told(found) == ["file-said-twice a.ttl None"]
    assert list(labels(found).values()) == ["A"]


@pytest.mark.parametrize(
    ("files", "issues", "names"),
    [
        (
            {"a__json": '{"@context": "https://e.org/mine", "@type": "ceterms:Course", "ceterms:name": "A"}'},
            ["unknown-context a.json 1"],
            ["A"],
        ),
        (
            {"a__json": '[{"@type": "Course",\n "@id": "https://e.org/a", "name": {"cy": "Coed"}, "colour": "red"}]'},
            ["term-not-read a.json 1", "term-without-prefix a.json 1", "term-without-prefix a.json 1"],
            ["Coed"],
        ),
        (
            {"a__json": '[{"@type": "ceterms:Course", "@id": "https://e.org/a", "ceterms:name": "A"},\n'},
            ["unreadable-linked-data a.json 2"],
            [],
        ),
        ({"a__json": "[1]"}, ["value-not-read a.json None"], []),
        ({"a__json": " "}, ["empty-file a.json None"], []),
        (
            {"a__ttl": "e:a a :Course ;\n :name 'A' ."},
            ["prefix-assumed a.ttl 1", "prefix-assumed a.ttl 1"],
            ["A"],
        ),
        ({"a__ttl": "<https://e.org/a> a ;\n"}, ["unreadable-linked-data a.ttl 1"], []),
    ],
    ids=["context", "prefixes", "cut", "number", "empty", "turtle-prefixes", "turtle"],
)  # fmt: skip
def test_dirt(load: Callable[..., LoadedFiles], files: dict[str, str], issues: list[str], names: list[str]) -> None:
    found = load(**files)
    assert sorted(told(found)) == issues
    assert list(labels(found).values()) == names
    assert all(issue.hint for issue in found.issues)


HERE = "https://example.org/"


def graph(**things: dict[str, object]) -> str:
    """A file of these things, each on a line of its own, the first on line 2. Names stand for addresses under HERE."""
    nodes = [{"@id": HERE + name, "ceterms:name": name} | said for name, said in things.items()]
    said = [
        json.dumps({key if ":" in key or "@" in key else f"ceterms:{key}": v for key, v in n.items()}) for n in nodes
    ]
    return '{"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": [\n' + ",\n".join(said) + "]}"


def worth(credits: int) -> dict[str, object]:
    """What is worth so many credits."""
    return {
        "@type": "ceterms:ValueProfile",
        "ceterms:creditUnitType": "https://example.org/scqf/",
        "schema:value": credits,
    }


@pytest.mark.parametrize(("stated", "issues"), [(60, ["credits-disagree a.json 4"]), (40, [])])
def test_credits_that_are_not_the_sum_of_the_courses(
    load: Callable[..., LoadedFiles], stated: int, issues: list[str]
) -> None:
    found = load(
        a__json=graph(
            saw={"@type": "ceterms:Course", "creditValue": worth(20)},
            plane={"@type": "ceterms:Course", "creditValue": worth(20)},
            joiner={"@type": "ceterms:Certificate", "creditValue": worth(stated), "hasCondition": HERE + "both"},
            both={"@type": "ceterms:ComponentCondition", "targetComponent": [HERE + "saw", HERE + "plane"]},
        )
    )
    assert told(found) == issues
    message = "60 credits are stated, and the courses that it asks for come to 40"
    assert [(i.message, i.value) for i in found.issues] == [(message, HERE + "joiner") for _ in issues]
    assert f'sw:credits "{stated}"' in about(found, f"swi:{id_for('CTDL', HERE + 'joiner')}").splitlines()


def test_a_condition_that_is_a_part_of_itself(load: Callable[..., LoadedFiles]) -> None:
    found = load(
        a__json=graph(
            joiner={"@type": "ceterms:Badge", "hasCondition": HERE + "one"},
            one={"@type": "ceterms:ComponentCondition", "hasCondition": HERE + "two"},
            two={"@type": "ceterms:ComponentCondition", "hasCondition": HERE + "one"},
        )
    )
    assert [line for line in told(found) if "in-words" not in line] == ["condition-circular a.json 3"]
    words = "the provider, who asks besides: a condition that is a part of itself is met, decides"
    assert [said for _, said in conditions(found)] == [f"{words}; usually nothing is asked"]


def test_something_asked_for_that_no_file_describes(load: Callable[..., LoadedFiles]) -> None:
    found = load(
        a__json=graph(
            joiner={"@type": "ceterms:Badge", "hasCondition": HERE + "one"},
            one={"@type": "ceterms:ComponentCondition", "targetComponent": [HERE + "elsewhere"]},
        )
    )
    assert told(found) == ["target-not-described a.json 3"]
    assert [i.message for i in found.issues] == [f"{HERE}elsewhere is named, and no file describes it"]
    key = id_for("CTDL", HERE + "elsewhere")
    assert labels(found)[key] == key


def test_a_file_that_is_cut_stops_the_build(tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(FORMATS / "ctdl/sample", folder)
    whole = (folder / "degree_pathway.json").read_text(encoding="utf-8")
    (folder / "degree_pathway.json").write_text(whole[: len(whole) // 2], encoding="utf-8")
    built = build_release([folder], tmp_path / "releases", today=TODAY)
    assert built.release is None
    (error,) = [issue for issue in built.issues if issue.severity is Severity.ERROR]
    assert (error.code, error.file) == ("unreadable-linked-data", "degree_pathway.json")
    assert "ends in the middle" in error.message or "expected" in error.message


NASTY = [
    *b'"{}[],:\\<@',
    b"\xff",
    b"\x00",
    b"null",
    b'"@id"',
    b'"@graph"',
    b'"@type"',
    b'"@value"',
    b"[[]]",
    b"_:x",
    b"%",
]


@pytest.mark.parametrize("format", ["ctdl", "elm"])
@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_sample_is_told_and_what_comes_of_it_can_be_loaded(format: str, seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "files"
    shutil.copytree(FORMATS / format / "sample", folder)
    paths = sorted(path for path in folder.iterdir() if path.name != "dataset.yml")
    for path in paths:
        data = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 1, 3, 10))):
            place = chance.randrange(len(data) + 1)
            bad = chance.choice(NASTY)
            data[place : place + chance.choice((0, 0, 1, 5, 200))] = bytes([bad]) if isinstance(bad, int) else bad
        path.write_bytes(data)
    described = Description("made-up", "Made up", "Stepway", "CC0-1.0", True, format=format)
    loaded = load_files(folder, described, tmp_path / "made-up.nq")
    assert loaded.quads == sum(1 for _ in pyoxigraph.parse(path=loaded.path, format=pyoxigraph.RdfFormat.N_QUADS))
    assert all(issue.hint and issue.file in {path.name for path in paths} for issue in loaded.issues)


@pytest.fixture
def others() -> Path:
    """The samples of Credential Engine."""
    if not (shared := os.environ.get("STEPWAY_SHARED")):
        pytest.skip("set STEPWAY_SHARED to the folder that holds data/")
    return Path(shared) / "data/ctdl-samples"


def folder_of(place: Path, into: Path) -> Path:
    """A dataset folder for files elsewhere."""
    into.mkdir()
    (into / "dataset.yml").write_text(f"{DESCRIPTION}files: {os.path.relpath(place, into)}\n", encoding="utf-8")
    return into


def loaded_from(place: Path, out: Path) -> LoadedFiles:
    """The files of a folder, loaded."""
    described = Description("made-up", "Made up", "Stepway", "CC0-1.0", True, format="ctdl", files=(".",))
    return load_files(place, described, out / "made-up.nq")


@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ["json", "ttl"])
def test_the_real_degree(others: Path, tmp_path: Path, kind: str) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for name in ("HeriotWatt_pathway", "HeriotWatt_courses"):
        shutil.copy(others / f"pathways/{name}.{kind}", files)
    degree = "CTDL-46942a57-b7f5-4ce7-bbf8-72976ac7bd23"
    pathway = told_of(folder_of(files, tmp_path / "set"), tmp_path / "releases", degree, holds=("level:3",))
    assert [step.title for step in pathway.steps] == [
        "Certificate of Higher Education",
        "Diploma of Higher Education",
        "Ordinary Degree",
        "Bachelor of Science in Computer Science",
    ]
    assert [credits for credits, _, _ in stops(pathway)] == [120, 240, 360, 480]
    assert [awards for _, awards, _ in stops(pathway)] == [1, 2, 3, 4]


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("folder", "number"),
    [
        ("pathways", 29 + 23 + 8 + 25 - 6),  # six of the degree's 25 stand within others
        ("malformed", 23),
        ("handbook", 3),
        ("frameworks", 0),
    ],
)
def test_every_condition_comes_back_as_the_same_sentence(
    others: Path, tmp_path: Path, folder: str, number: int
) -> None:
    loaded = loaded_from(others / folder, tmp_path)
    assert [issue for issue in loaded.issues if issue.severity is Severity.ERROR] == []
    found = conditions(loaded)
    assert len(found) == number
    for text, said in found:
        tree = parse(text.replace("\\", ""))
        assert said.replace("\\", "") == sentence(tree, labels(loaded))
        assert read_sentence(sentence(tree)) == tree
        again = there_and_back(tree, tmp_path / "again")
        assert sentence(again, labels(loaded)) == said.replace("\\", "")


def there_and_back(tree: Requirement, folder: Path) -> Requirement:
    """A requirement written as a CTDL condition and read again."""
    folder.mkdir(exist_ok=True)
    (folder / "one.json").write_text(json.dumps(document(tree, "https://example.org/of")), encoding="utf-8")
    nodes = Reader("ctdl", (), IssueLog("made-up")).read(folder)
    (root,) = nodes["https://example.org/of"].targets("ceterms:hasCondition")
    return Conditions(nodes, leaf_by_class(nodes), lambda *_: None).read(nodes[root]).requirement


@pytest.mark.shared_data
def test_badges_ask_for_as_many_as_their_publisher_says_in_words(others: Path, tmp_path: Path) -> None:
    loaded = loaded_from(others / "pathways", tmp_path)
    label = {s: v for s, p, v in statements(loaded) if p.endswith("core#prefLabel>")}
    texts = {s: v.strip('"') for s, p, v in statements(loaded) if p.endswith("ns#requirementText>")}
    checked = 0
    for subject, property, root in statements(loaded):
        said = re.fullmatch(r'"Requires (\d+) of (\d+) items\."@en', label.get(subject, ""))
        if property.endswith("ns#publishedRequirement>") and said:
            tree = parse(texts[root])
            number, of = int(said[1]), int(said[2])
            if number == of == 1 and not isinstance(tree, AtLeast):
                assert isinstance(tree, Holds | Completed)
            elif isinstance(tree, AtLeast):
                assert (tree.count, len(tree.parts)) == (number, of)
            else:
                assert isinstance(tree, AllOf) and number == of == len(tree.parts)
            checked += 1
    assert checked > 40


@pytest.mark.shared_data
def test_nothing_of_the_malformed_samples_is_lost(others: Path, tmp_path: Path) -> None:
    loaded = loaded_from(others / "malformed", tmp_path)
    mended = [line for line in told(loaded) if line.startswith("file-mended")]
    assert mended == [
        "file-mended Constraints-CTDL_trailing.json 58",
        "file-mended Kansas_HutchinsonWeldingAAS_extra_data.json 21",
        "file-mended Kansas_HutchinsonWeldingAAS_extra_data.json 443",
        "file-mended Kansas_HutchinsonWeldingAAS_extra_data.json 445",
    ]
    assert "term-without-prefix Bakersfield_unprefixed_terms.json 4" in told(loaded)
    assert "condition-of-nothing UC10_missing_prefixes.ttl 1" in told(loaded)
    assert "Gas Metal Arc Welding" in labels(loaded).values()
    assert {name: counts.read for name, counts in loaded.counts.items()}["UC10_missing_prefixes.ttl"] == 2
