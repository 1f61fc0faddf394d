"""What one SPARQL query may be and may use, and what all of them together may: published, and each a setting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """The limits in force.

    `seconds`: time for one query, its answer written. `query_bytes`: length of its text in UTF-8. `depth`: brackets
    within brackets. `patterns`: triple patterns and paths. `answer_bytes`: an answer before compression. `answer_rows`:
    rows of a table or statements of a graph. `at_once`, `waiting`: queries that run, and that wait for their turn.
    `memory`: bytes of one process that answers. `cache_bytes`: answers kept in memory for those who ask again.
    """

    seconds: float = 10.0
    query_bytes: int = 100_000
    depth: int = 100
    patterns: int = 200
    answer_bytes: int = 200_000_000
    answer_rows: int = 1_000_000
    at_once: int = 2
    waiting: int = 20
    memory: int = 2_000_000_000
    cache_bytes: int = 64_000_000

    @property
    def patience(self) -> float:
        """Seconds that a query may wait for its turn: longer than those before it can take."""
        return 2 * self.seconds + 5

    @property
    def share(self) -> int:
        """Queries of one client that may run while others wait: there is always a turn for somebody else."""
        return max(1, self.at_once - 1)
