"""What holds for every page that the service has, wherever a test comes by one."""

import re
from typing import Any
from xml.etree.ElementTree import Element

from html5lib import HTMLParser


def text_of(element: Any) -> str:
    """What is read in an element."""
    return " ".join("".join(element.itertext()).split())


def read_whole(text: str, path: str) -> Element:
    """A page, read as strictly as HTML can be: with one heading, no style of its own, and each id once."""
    page: Element = HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert len(page.findall(".//h1")) == len(page.findall(".//main//h1")) == 1, path
    assert not page.findall(".//*[@style]"), path
    ids = [one.get("id") for one in page.findall(".//*[@id]")]
    assert len(ids) == len(set(ids)), (path, {one for one in ids if ids.count(one) > 1})
    return page


def says_release(page: Element, number: int) -> bool:
    """Whether the foot of a page has the number and the date of a release."""
    return re.search(rf"Release {number} of \d{{1,2}} \w+ 20\d\d", text_of(page.find(".//footer"))) is not None
