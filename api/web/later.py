"""If they come back later: how a client can go on who stops after a step of a route and comes back months later."""

from fastapi import Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services
from api.schemas.pathways import LaterAsked
from api.web.adviser import LIKELY_START, MONTHS_AWAY, asked_in, later_address, span_of
from api.web.pages import Alternate, Step, page
from api.web.question import Reply, address
from api.web.wording import on_screen, short_words


def respond(
    request: Request, services: Services, reply: Reply, *, number: int, asked: LaterAsked, back: Reply
) -> Response:
    """The page. `back`: the way on as it was worked out."""
    addresses, question = Addresses.of(request, asked.release), asked_in(request)
    here = address(addresses, question, f"/pathways/{number}")
    away = next((f"{months} months" for weeks, months in MONTHS_AWAY.items() if weeks == asked.weeks_away), None)
    this = later_address(addresses, question, number, asked.stop_after, asked.weeks_away)
    return page(
        request,
        "later.html",
        title=f"Stop after step {asked.stop_after}, and come back {away or f'{asked.weeks_away} weeks'} later",
        services=services,
        release=asked.release,
        above=[Step("Start", "/"), Step("Find a route", "/start"), Step(f"Route {number}", here)],
        alternates=(Alternate("JSON", f"{this}&format=json", "application/json"),),
        query_behind=f"{this}&format=json",
        back=back,
        goal=reply["pathways"][number - 1]["goal"]["label"],
        span_of=span_of,
        likely=LIKELY_START,
        others=[
            (f"{months} months", later_address(addresses, question, number, asked.stop_after, weeks))
            for weeks, months in MONTHS_AWAY.items()
            if weeks != asked.weeks_away
        ],
        route=f"{here}#step-{asked.stop_after}",
        said=on_screen,
        short_words=short_words,
    )
