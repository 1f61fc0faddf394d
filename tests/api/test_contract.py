"""The service keeps what its OpenAPI document promises, tried by generated requests (Schemathesis, in process).

Every check runs but one: a question that is well formed may still name things that a small town does not have, and then
it is refused (404, 410, 422), which the document says.
"""

import logging
from pathlib import Path

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from api.settings import Settings
from loaders.publish import build_release

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"


@pytest.fixture(scope="session")
def service(built: Path) -> object:
    logging.getLogger("stepway").setLevel(logging.CRITICAL)
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(Settings(data_dir=built)))


schema = schemathesis.pytest.from_fixture("service")


@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_service_keeps_its_promises(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=[positive_data_acceptance])
