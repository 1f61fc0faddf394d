"""The parts of a release that the console works out when it builds one: `graph.lines.DERIVED`, each with its maker."""

from collections.abc import Mapping
from typing import Final

from api import questions
from graph.build import Derive
from graph.lines import COVERAGE, DEMAND, REACHABILITY
from queries import reachability
from queries.coverage import materialise
from queries.watch import cube

DERIVE: Final[Mapping[str, Derive]] = {
    DEMAND: cube.derive,
    REACHABILITY: reachability.derive(lambda request: questions.address_of(request, None)),
    COVERAGE: materialise.derive,
}
