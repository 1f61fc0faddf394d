"""One release graph for all questions, built once."""

import pytest

from tests.questions.world import Whole, whole


@pytest.fixture(scope="session")
def release() -> Whole:
    """The release as it is served."""
    return whole()


@pytest.fixture(scope="session")
def illustrative_release() -> Whole:
    """The release of a demonstration, with the made-up MedTech units."""
    return whole(include_illustrative=True)
