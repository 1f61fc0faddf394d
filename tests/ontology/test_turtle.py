"""The form of our Turtle files, so that a change shows as the lines that changed and nothing else."""

import re
from pathlib import Path

import pytest
from rdflib import Graph

from ontology import resources

FILES = [*resources.paths("vocabulary/*.ttl"), *resources.paths("concepts/*.ttl"), *resources.paths("shapes/*.ttl")]


def sections(text: str) -> list[list[str]]:
    """The subjects under each heading of a file, in the order of the file."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("# "):
            found.append([])
        elif line and not line.startswith((" ", "@", "[", "#")):
            found[-1].append(line.strip("<>"))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_turtle_file_is_in_order(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(Graph().parse(data=text, format="turtle"))
    assert text.endswith(" .\n") and not re.search(r"[ \t]+$|\t|\n\n\n", text, re.MULTILINE)
    prefixes = re.findall(r"^@prefix ([a-z]+): <[^>]+> \.$", text, re.MULTILINE)
    assert prefixes == sorted(prefixes)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("@prefix"))
    words = re.sub(r'"(?:[^"\\]|\\.)*"', '""', body)
    assert {p for p in prefixes if not re.search(rf"(?<![\w<]){p}:", words)} == set(), "prefixes that nothing uses"
    for section in sections(text):
        assert section == sorted(section)
