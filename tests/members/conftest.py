"""A fixed moment, and a way in for anybody."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from config import sign_on
from config.environment import Environment
from members import clock
from members.models import User
from tests.members.identity_servers import KINDS, Arrange, IdentityServer, serving

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


@pytest.fixture
def arrange(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arrange]:
    """A server of a kind that the environment names: ``arrange("wecom", WECOM_CLAIM="none")``."""
    with ExitStack() as stack:

        def begin(kind: str, **environment: str) -> IdentityServer:
            server = stack.enter_context(serving(KINDS[kind]()))
            for name, value in (server.environment | environment).items():
                monkeypatch.setenv(name, value)
            settings.SOCIALACCOUNT_PROVIDERS = sign_on.servers(Environment())
            return server

        yield begin
