from collections.abc import Callable

import pytest

from kerne.interpretation.criteria.subject import Sources, Subject
from tests.interpretation.criteria.rows import ALL_SOURCES, make_subject


@pytest.fixture
def sources() -> Sources:
    return ALL_SOURCES


@pytest.fixture
def subject() -> Callable[..., Subject]:
    """Make a missense subject, or another kind, of what is said as `name="value"`."""

    def make(terms: str = "missense", protein: str = "p.(Gln12Arg)", **said: str) -> Subject:
        return make_subject(terms, protein, "c.35A>G", said)

    return make
