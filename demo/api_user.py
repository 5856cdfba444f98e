"""Calls to the HTTP API, each made as the person who would make it, at the moment they would."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from knox.models import AuthToken
from rest_framework.test import APIClient

from members import clock
from members.models import User

ROOT = "/api/v1/"


class CallRefused(RuntimeError):
    """The API refused a call that the plan expected to succeed; ``codes`` say for what."""

    def __init__(self, message: str, codes: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.codes = codes


@dataclass(frozen=True)
class Consequence:
    """A step that followed from a call."""

    kind: str
    id: int
    action: str


@dataclass(frozen=True)
class Receipt:
    """What the API answered: the subject, its state, and what followed."""

    id: int
    target: str
    consequences: tuple[Consequence, ...]

    def ids(self, kind: str, action: str) -> list[int]:
        """Keys of the subjects of ``kind`` on which ``action`` followed, in order."""
        return [c.id for c in self.consequences if (c.kind, c.action) == (kind, action)]


@contextmanager
def refusals_expected() -> Iterator[None]:
    """Until this ends, a call that the API refuses is no warning in the log."""
    requests = logging.getLogger("django.request")
    level = requests.level
    requests.setLevel(logging.ERROR)
    try:
        yield
    finally:
        requests.setLevel(level)


class ApiUser:
    """One person at the API, by a token of their own."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._client: APIClient | None = None

    def post(self, path: str, at: datetime, **data: Any) -> Receipt:
        """Take a step; raises CallRefused with the API's own words."""
        answer = self._answer(path, at, data)
        if answer.status_code not in (200, 201):
            codes = frozenset(error["code"] for error in answer.json().get("errors", ()))
            raise CallRefused(f"{self.user} {path} {at}: {answer.content.decode()}", codes)
        body = answer.json()
        following = tuple(
            Consequence(row["subject_kind"], row["subject_id"], row["action"])
            for row in body["consequences"]
        )
        return Receipt(body["subject_id"], body["target"], following)

    def refused(self, path: str, at: datetime, status: int, **data: Any) -> None:
        """Try a step that the rules refuse with ``status``; raises CallRefused if they do not."""
        answer = self._answer(path, at, data)
        if answer.status_code != status:
            raise CallRefused(f"{self.user} {path}: {answer.status_code} is not {status}")

    def get(self, path: str, at: datetime) -> Any:
        """Read; raises CallRefused when it cannot be read."""
        with clock.at(at):
            answer = self.client.get(f"{ROOT}{path}")
        if answer.status_code != 200:
            raise CallRefused(f"{self.user} {path}: {answer.content.decode()}")
        return answer.json()

    @property
    def client(self) -> APIClient:
        """The HTTP client, signed in when first used."""
        if self._client is None:
            _token, key = AuthToken.objects.create(self.user)
            self._client = APIClient(SERVER_NAME=settings.ALLOWED_HOSTS[0].lstrip("."))
            self._client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        return self._client

    def _answer(self, path: str, at: datetime, data: Mapping[str, Any]) -> Any:
        files = any(isinstance(value, SimpleUploadedFile) for value in data.values())
        body = dict(data) if files else json.loads(json.dumps(data, default=str))
        with clock.at(at):
            return self.client.post(f"{ROOT}{path}", body, format="multipart" if files else "json")
