"""Right for this person? The questions whose answer could change the routes, one a page, and what they come to.

Everything stands in the address: the question, what is known of the person, and which questions are done. A question
that is skipped stays not known.
"""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services
from api.questions import in_link
from api.schemas.common import Text
from api.schemas.pathways import PathwayAsked
from api.web.adviser import LIKELY_START, alternates_of, asked_in, questions_of, to_find_first
from api.web.pages import Step, page
from api.web.question import ASK, DONE, Items, Reply, address, fact_of, instead
from api.web.wording import on_screen, short_words
from graph.requirements import Attribute as Circumstance
from graph.requirements import attributes, circumstance_fault, phrase

PATH: Final = "/pathways/questions"
ANSWER: Final = f"{PATH}/answer"


class QuestionsAsked(PathwayAsked):
    """A question for routes, the facts that were asked about already, and the one to ask about now."""

    done: list[Text] = Field([], max_length=100)
    ask: Text | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that is done: what was answered (None: not known), and the address where it is changed."""

    question: str
    said: str | None
    change: str


def answered(items: Items) -> tuple[list[tuple[str, str]], str | None]:
    """What the form of one question sent: the address's items with the answer in its place, and what is wrong with it.

    An answer that is wrong is left out, and the question is asked again.
    """
    name, given = next(((name[5:], value.strip()) for name, value in items if name.startswith("fact.")), ("", ""))
    rest = [(key, value) for key, value in items if not key.startswith("fact.") and key != ASK]
    if name not in attributes() or not in_link(name):
        return rest, None
    if given and (fault := circumstance_fault(name, given)) is not None:
        return [*rest, (ASK, name)], fault
    kept = [one for one in rest if one != (DONE, name) and not _is_of(name, one)]
    place = [*rest].index((DONE, name)) if (DONE, name) in rest else len(kept)
    kept.insert(place, (DONE, name))
    return [*kept, *([("attribute", f"{name}:{given}")] if given else [])], None


def _is_of(fact: str, item: tuple[str, str]) -> bool:
    return item[0] == "attribute" and item[1].partition(":")[0] == fact


def respond(
    request: Request, services: Services, reply: Reply, *, asked: QuestionsAsked, wrong: tuple[str, str] | None = None
) -> Response:
    """The next question; when none is left, the answers to be checked and what they come to.

    `wrong`: what was answered and cannot be, and why.
    """
    addresses, question = Addresses.of(request, asked.release), asked_in(request)
    worth = {fact.name: said for said, fact in questions_of(reply, question)}
    done = [name for name in dict.fromkeys(asked.done) if name in attributes() and in_link(name)]
    left = [name for name in worth if name not in done]
    known = dict(text.partition(":")[::2] for text in asked.attribute)

    def to(*more: tuple[str, str], without: str | None = None) -> str:
        kept = [(DONE, name) for name in done if name != without]
        return address(addresses, [*question, *kept, *more], PATH)

    now = asked.ask if asked.ask in attributes() and in_link(str(asked.ask)) else next(iter(left), None)
    common: dict[str, Any] = {
        "services": services,
        "release": asked.release,
        "above": [Step("Start", "/"), Step("Find a route", "/start")],
        "query_behind": alternates_of(addresses, question)[0].href,
        "routes": address(addresses, question),
        "said": on_screen,
        "short_words": short_words,
    }
    if now is None:
        before = [one for one in question if not any(_is_of(name, one) for name in done)]
        return page(
            request,
            "questions-checked.html",
            title="Check the answers",
            rows=[Answered(fact_of(name).question, _said(name, known), to((ASK, name))) for name in done],
            steps=reply["pathways"][0]["steps"] if reply["pathways"] else [],
            likely=LIKELY_START,
            sentence=lambda text: text if text.endswith(("?", ".")) else f"{text}.",
            find_first=to_find_first(reply),
            explanation=reply["explanation"],
            plan=address(addresses, question, "/pathways/1/plan"),
            show=instead(addresses, question, before) if before != question else common["routes"],
            **common,
        )
    place = done.index(now) if now in done else len(done)
    return page(
        request,
        "question-one.html",
        title=fact_of(now).question,
        status=422 if wrong else 200,
        fact=fact_of(now, wrong[0] if wrong else known.get(now, "")),
        wrong=wrong[1] if wrong else None,
        why=worth.get(now),
        number=place + 1,
        hidden=[*question, *((DONE, name) for name in done)],
        action=addresses.to(ANSWER).partition("?")[0],
        same_release=asked.release,
        back=to((ASK, done[place - 1])) if place else common["routes"],
        skip=to(*([] if now in done else [(DONE, now)])),
        **common,
    )


def _said(name: str, known: dict[str, str]) -> str | None:
    return phrase(Circumstance(name, "=", known[name].strip())) if name in known else None
