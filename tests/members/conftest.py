"""A fixed moment, and a way in for anybody."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from members import clock
from members.models import User

NOW = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def now() -> Iterator[datetime]:
    """The edge sees the first of March 2024, ten in the morning in Shanghai."""
    with clock.at(NOW):
        yield NOW


@pytest.fixture
def client_of(now: datetime) -> Callable[[User | None], APIClient]:
    """A client signed in as a user, or as nobody."""

    def sign_in(user: User | None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_authenticate(User.objects.get(pk=user.pk))  # fresh, as in a request
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _no_attempts_are_remembered() -> None:
    cache.clear()
