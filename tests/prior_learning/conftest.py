"""The regional release, built once for all tests of prior learning."""

import pytest

from graph.projection import Projection
from tests.questions.world import whole


@pytest.fixture(scope="session")
def region() -> Projection:
    """The planner's view of the release as it is served."""
    return whole().projection


@pytest.fixture(scope="session")
def illustrative_region() -> Projection:
    """The same with the made-up MedTech units."""
    return whole(include_illustrative=True).projection
