"""What the service asks of the worker processes that answer questions: see `api.answering`, which only they load."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from api import questions
from api.dependencies import Services
from api.schemas.pathways import NotUsed, Understood
from api.workers import Named
from queries.pathways.engine.problem import Limits
from queries.pathways.request import PathwayRequest, ReleaseRef, WithinReach

ANSWERING: Final = Named("api.answering:open_release")
"""The opener of the workers."""


@dataclass(frozen=True, slots=True)
class Home:
    """A release to answer over, and the day of most questions. One that is built anew under its number is another."""

    folder: Path
    reference: ReleaseRef
    day: date


def home_of(services: Services) -> Home:
    """Where questions to a release are answered today."""
    return Home(services.release.path, services.reference, questions.today())


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was understood; `root` is what the address that asks it again begins with."""

    request: PathwayRequest
    understood: tuple[Understood, ...]
    limits: Limits
    root: str
    not_used: tuple[NotUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaching:
    """The roles within reach of what somebody brings are asked for: the rest of the request is not looked at."""

    request: PathwayRequest


@dataclass(frozen=True, slots=True)
class ComingBack:
    """How to go on for who stops and comes back is asked for; `stop`: see `questions.way_back`."""

    asked: Asked
    stop: tuple[int, int, int]


REACHED: Final = TypeAdapter(tuple[WithinReach, ...])
"""Reads and writes the answer to that."""
