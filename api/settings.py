"""Settings of the service: read once from the environment (prefix `STEPWAY_`) and passed on, never read again.

Every setting has a heading in docs/settings.md. Rules and facts of datasets are not settings.
"""

from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from queries.pathways.problem import Limits

_LIMITS: Final = Limits()


class Settings(BaseSettings):
    """What can be set. Limits on work are counts of work, never wall-clock time, so that answers do not vary."""

    model_config = SettingsConfigDict(env_prefix="STEPWAY_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address the service listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the service listens on.")
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
    question_gate_visits: int = Field(
        _LIMITS.gate_visits, ge=1_000, le=10**9, description="Most gates that one search for a pathway looks at."
    )
    question_rounds: int = Field(_LIMITS.rounds, ge=1, le=100_000, description="Most rounds of one search.")
    question_nodes: int = Field(
        _LIMITS.master_nodes, ge=100, le=10_000_000, description="Most nodes of each solve within a round."
    )
    question_calendar_work: float = Field(
        _LIMITS.calendar_work,
        ge=0,
        le=1000,
        description="Most work of each calendar search, in deterministic units of about a second; 0 skips it.",
    )
    questions_at_once: int = Field(2, ge=1, le=64, description="Pathway questions worked on at the same time.")
    questions_waiting: int = Field(
        32, ge=0, le=10_000, description="Pathway questions that may wait for their turn; more are told to come back."
    )
    answers_kept: int = Field(
        256, ge=0, le=100_000, description="Answers of each release kept in memory, for questions that are asked again."
    )

    @property
    def question_limits(self) -> Limits:
        """How much work one search may take."""
        return Limits(
            gate_visits=self.question_gate_visits,
            rounds=self.question_rounds,
            master_nodes=self.question_nodes,
            calendar_work=self.question_calendar_work,
        )
