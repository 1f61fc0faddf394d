"""Settings of the service: read once from the environment (prefix `STEPWAY_`) and passed on, never read again.

Every setting has a heading in docs/settings.md. Rules and facts of datasets are not settings.
"""

from collections.abc import Iterable
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, AnyHttpUrl, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from rapidfuzz import fuzz, process

from api.sparql.limits import QueryLimits
from queries.pathways.engine.problem import Limits

PREFIX: Final = "STEPWAY_"

OTHERS: Final = frozenset({"ADDRESS", "BROWSER", "RDF_TESTS", "SHARED", "SOAK"})
"""What follows the prefix in variables that are no settings: tests, benchmarks and notebooks read them."""

_NEAR: Final = 70
"""From how like it is (0 to 100) the name of a setting may be what was meant."""


def _addresses(given: str) -> str:
    for one in filter(None, map(str.strip, given.split(","))):
        try:
            ip_network(one)
        except ValueError:
            raise ValueError(f"{one} is neither an address nor a network such as 10.0.0.0/8") from None
    return given


class Settings(BaseSettings):
    """What can be set. Limits on work are counts of work, never wall-clock time, so that answers do not vary."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address the service listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the service listens on.")
    trusted_proxies: Annotated[str, AfterValidator(_addresses)] = Field(
        "127.0.0.1",
        description="Addresses or networks of reverse proxies that say truly who asks, with commas between.",
    )
    data_dir: Path = Field(
        Path("data"), description="Folder of all state: the releases and the pointer to the served one."
    )
    default_page_size: int = Field(
        50, ge=1, le=1000, description="Items on a page of a list when nobody says how many."
    )
    max_page_size: int = Field(200, ge=1, le=1000, description="Most items on a page of a list.")
    max_neighbours: int = Field(
        10, ge=1, le=100, description="Most things shown of each group that points to a thing; all are counted."
    )
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="Largest body of a request, in bytes.")
    max_query_bytes: int = Field(8_000, ge=500, description="Longest query part of an address, in bytes.")
    question_work: float = Field(
        1.0,
        ge=0.01,
        le=1000,
        description="How much work one search for a pathway may take, as a multiple of the usual.",
    )
    questions_at_once: int = Field(
        4, ge=1, le=64, description="Pathway questions worked on at the same time, each in a process of its own."
    )
    questions_waiting: int = Field(
        32, ge=0, le=10_000, description="Pathway questions that may wait for their turn; more are told to come back."
    )
    question_seconds: float = Field(
        120.0, ge=1, le=86_400, description="Seconds after which a question is given up: a safety net, not a limit."
    )
    worker_memory: int = Field(
        2_000_000_000, ge=300_000_000, description="Most memory of one process that answers questions, in bytes."
    )
    answers_kept: int = Field(
        256, ge=0, le=100_000, description="Answers of each release kept in memory, for questions that are asked again."
    )
    sandboxes: int = Field(20, ge=0, le=10_000, description="Sandboxes that are kept; 0: nobody may make one.")
    sandbox_bytes: int = Field(
        2_000_000, ge=1_000, le=100_000_000, description="Most text of what a sandbox imagines, in bytes unpacked."
    )
    sandbox_rows: int = Field(2_000, ge=1, le=100_000, description="Most rows of what is imagined for a sandbox.")
    sandbox_seconds: float = Field(
        300.0, ge=1, le=86_400, description="Seconds after which the making of a sandbox, or its effect, is given up."
    )
    sandbox_memory: int = Field(
        4_000_000_000, ge=300_000_000, description="Most memory of the process that makes sandboxes, in bytes."
    )
    sparql_seconds: float = Field(
        10.0, ge=0.1, le=3_600, description="Seconds that one SPARQL query may run, and may wait for its turn."
    )
    sparql_query_bytes: int = Field(
        100_000, ge=1_000, le=10_000_000, description="Longest text of a SPARQL query, in bytes."
    )
    sparql_depth: int = Field(100, ge=5, le=1_000, description="Most brackets within brackets of a SPARQL query.")
    sparql_patterns: int = Field(200, ge=5, le=10_000, description="Most triple patterns and paths of a SPARQL query.")
    sparql_answer_bytes: int = Field(
        200_000_000, ge=1_000, description="Largest answer to a SPARQL query, in bytes before compression."
    )
    sparql_answer_rows: int = Field(
        1_000_000, ge=1, description="Most rows or statements of an answer to a SPARQL query."
    )
    sparql_at_once: int = Field(
        2, ge=1, le=64, description="SPARQL queries that run at the same time, each in a process of its own."
    )
    sparql_waiting: int = Field(
        20, ge=0, le=10_000, description="SPARQL queries that may wait for their turn; more are told to come back."
    )
    sparql_memory: int = Field(
        2_000_000_000, ge=300_000_000, description="Most memory of one process that answers SPARQL, in bytes."
    )
    sparql_cache_bytes: int = Field(
        64_000_000, ge=0, description="Answers to SPARQL queries that are kept for whoever asks again, in bytes."
    )
    sparql_spool_bytes: int = Field(
        2_000_000_000, ge=0, description="Most room on disk for answers that readers are still fetching, in bytes."
    )
    sparql_engine: AnyHttpUrl | None = Field(
        None, description="Address of a SPARQL 1.1 server that is to answer queries to the releases which it holds."
    )

    @property
    def sparql_limits(self) -> QueryLimits:
        """What one SPARQL query, and all of them together, may be and use."""
        return QueryLimits(**{field.name: getattr(self, f"sparql_{field.name}") for field in fields(QueryLimits)})

    @property
    def question_limits(self) -> Limits:
        """How much work one search may take."""
        usual = Limits()
        scaled = {
            field.name: type(value)(value * self.question_work)
            for field in fields(usual)
            for value in (getattr(usual, field.name),)
        }
        return Limits(**scaled)


def unknown_variables(environment: Iterable[str]) -> dict[str, str | None]:
    """Names of variables that look like settings and are none, each with the setting that may be meant."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    found: dict[str, str | None] = {}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known and name.upper()[len(PREFIX) :] not in OTHERS:
            near = process.extractOne(name.upper(), known, scorer=fuzz.ratio, score_cutoff=_NEAR)
            found[name] = near[0] if near else None
    return found
