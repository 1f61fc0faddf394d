"""Words that stand for one thing, and words that do not."""

import pytest

from graph.search import Entry, SearchIndex
from queries.find import How, UnknownWordsError, find, resolve

ENTRIES = (
    Entry("PT-BOOT", "ProvisionType", "skills bootcamp", "digital bootcamp bootcamp"),
    Entry("Q-BOOT", "Qualification", "Software developer bootcamp phase"),
    Entry("OC-HSW", "Role", "Healthcare support worker", "HCSW health-care assistant"),
    Entry("OC-SSW", "Role", "Senior healthcare support worker"),
    Entry("OC-ICT", "Role", "IT support technician"),
    Entry("OC-TWIN1", "Role", "Twin"),
    Entry("OC-TWIN2", "Role", "Twin"),
)
NAMES = {
    "PT-BOOT": ["skills bootcamp", "digital bootcamp", "bootcamp"],
    "OC-HSW": ["Healthcare support worker", "HCSW", "health-care assistant"],
}
KINDS = ("ProvisionType", "Qualification", "Role")


def names(id: str) -> list[str]:
    return NAMES.get(id) or [entry.label for entry in ENTRIES if entry.id == id]


@pytest.fixture
def index() -> SearchIndex:
    return SearchIndex.build(":memory:", ENTRIES)


@pytest.mark.parametrize(
    ("words", "id", "how"),
    [
        ("PT-BOOT", "PT-BOOT", How.ID),
        ("pt-boot", "PT-BOOT", How.ID),
        ("Bootcamp", "PT-BOOT", How.NAME),
        ("digital  BOOTCAMP", "PT-BOOT", How.NAME),
        ("healthcare support worker", "OC-HSW", How.NAME),
        ("Health care assistant", "OC-HSW", How.NAME),
        ("helthcare suport worker", "OC-HSW", How.SPELLING),
    ],
)
def test_words_for_one_thing(index: SearchIndex, words: str, id: str, how: How) -> None:
    found = resolve(words, index, names, KINDS)
    assert (found.id, found.how, found.given) == (id, how, words)


@pytest.mark.parametrize("words", ["support worker", "twin", "support"])
def test_words_for_several_things(index: SearchIndex, words: str) -> None:
    with pytest.raises(UnknownWordsError) as told:
        resolve(words, index, names, KINDS)
    assert told.value.several
    assert len(told.value.candidates) > 1


@pytest.mark.parametrize(
    "words", ["astronaut", "technician for IT support", "", "   ", "!!!", "x" * 200, '" OR *', "NEAR(", "a AND"]
)
def test_words_for_nothing(index: SearchIndex, words: str) -> None:
    with pytest.raises(UnknownWordsError) as told:
        resolve(words, index, names, KINDS)
    assert not told.value.several


def test_the_name_of_a_provider_may_be_shortened() -> None:
    names = {"P-1": "Dudley College of Technology", "P-2": "Dudley Council", "P-3": "Telford College"}
    index = SearchIndex.build(":memory:", [Entry(id, "Provider", label) for id, label in names.items()])

    def resolved(words: str) -> str:
        return resolve(words, index, lambda id: [names[id]], ("Provider",)).id

    assert [resolved(words) for words in ("Dudley College", "telford")] == ["P-1", "P-3"]
    with pytest.raises(UnknownWordsError) as told:
        resolved("Dudley")
    assert told.value.several


def test_only_the_kinds_asked_for_count(index: SearchIndex) -> None:
    with pytest.raises(UnknownWordsError) as caught:
        resolve("bootcamp", index, names, ("Qualification",))
    assert [one.id for one in caught.value.candidates] == ["Q-BOOT"]


def test_a_nurse_is_no_nursing_assistant() -> None:
    """The index finds beginnings and stems of words; what a person is taken to mean must be a name as it stands."""
    entry = Entry("OC-HSW", "Role", "Healthcare support worker", "nursing assistant")
    with pytest.raises(UnknownWordsError):
        resolve("nurse", SearchIndex.build(":memory:", [entry]), lambda _: [entry.label, entry.other], KINDS)


def test_part_of_a_name_is_asked_about(index: SearchIndex) -> None:
    with pytest.raises(UnknownWordsError) as caught:
        resolve("senior support worker", index, names, KINDS)
    assert [one.id for one in caught.value.candidates] == ["OC-SSW"]


def test_things_come_before_what_is_said_of_them() -> None:
    entries = [
        Entry("Q-1", "Qualification", "Higher National Certificate in MedTech for England"),
        Entry("DF-1", "DemandFigure", "MedTech jobs"),
        Entry("K-1", "Competency", "MedTech"),
    ]
    index = SearchIndex.build(":memory:", entries)
    kinds = ("Competency", "DemandFigure", "Qualification")
    assert [one.id for one in find("medtech", index, kinds, 10)] == ["Q-1", "K-1", "DF-1"]
    assert [one.id for one in find("medtech", index, ("DemandFigure",), 10)] == ["DF-1"]


def test_published_names_come_after_ours_and_before_likenesses() -> None:
    index = SearchIndex.build(
        ":memory:",
        (
            *ENTRIES,
            Entry("OC-DRIVE", "Role", "Ambulance driver"),
            Entry("http://data.europa.eu/esco/occupation/1", "esco:Occupation", "cargo vehicle driver", "lorry driver"),
            Entry("http://data.europa.eu/esco/skill/1", "esco:Skill", "drive lorries", "work of a lorry driver"),
            Entry("ONET-T-1", "Task", "lorry driver tasks"),
        ),
    )
    best = find("lorry driver", index, KINDS, 10)
    assert {one.kind for one in best[:2]} == {"esco:Occupation", "esco:Skill"}
    assert [one.kind for one in best[2:]] == ["Role"]
    assert find("bootcamp", index, KINDS, 10)[0].id == "PT-BOOT"
    assert find("http://data.europa.eu/esco/skill/1", index, KINDS, 10)[0].how == "id"
    assert {one.id for one in find("astronaut worker", index, KINDS, 10)} == {"OC-HSW", "OC-SSW"}
    assert len(find("driver", index, KINDS, 1)) == 1
    assert index.find("lory drivr", ["esco:Occupation"], every_word=True) == []
