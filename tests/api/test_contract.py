"""The service keeps what its OpenAPI document promises, tried by generated requests (Schemathesis, in process).

Every check runs but one: a question that is well formed may still name things that a small town does not have, and then
it is refused (404, 410, 422), which the document says. Long addresses are allowed here: how they are refused is tried
elsewhere.
"""

import logging
from contextlib import nullcontext
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from api.dependencies import ReleaseHolder
from api.sandboxes import OpenSandboxes
from api.settings import Settings

app = create_app(Settings(max_query_bytes=1_000_000))
app.router.lifespan_context = lambda _: nullcontext()  # each request would start the service anew
THOROUGH = [
    *("/find", "/id/{id}", "/issues", "/pathways", "/releases/{number}", "/roles", "/roles/{id}"),
    *("/eligibility", "/funding", "/funding/{scheme}"),
]
"""Tried with every boundary of every parameter. The other collections are made from the definition of `/roles`."""


def _schema() -> schemathesis.schemas.BaseSchema:
    found = schemathesis.openapi.from_asgi("/openapi.json", app)
    found.config.request_timeout = 120  # the first question to a release waits for a process that opens it
    return found


thorough = _schema().include(path=THOROUGH)
quick = _schema().exclude(path=THOROUGH)
quick.config.phases.coverage.enabled = False


@pytest.fixture(scope="module", autouse=True)
def _with_a_release(built: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    logging.getLogger("stepway").setLevel(logging.CRITICAL)
    app.state.holder = ReleaseHolder(built)
    app.state.sandboxes = OpenSandboxes(tmp_path_factory.mktemp("sandboxes"), 2, 0)


BOUNDS = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@thorough.parametrize()
@BOUNDS
def test_the_service_keeps_its_promises(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


@quick.parametrize()
@BOUNDS
def test_the_rest_keeps_its_promises(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=[positive_data_acceptance])
